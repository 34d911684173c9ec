/**
 * Tables of a checkpoint: column names once, then rows. Logical and versioned, never an image of
 * memory, so that another build or another language can read them (R-CORE-9).
 * @module
 */
import { invariant } from "../invariant.ts";
import { namesOf } from "../long_node.ts";
import { NodeReader } from "../node_reader.ts";
import type { CheckpointNode } from "../timeline.ts";

/** One row by column name; all rows of a table have the same columns in the same order. */
export type TableRow = { readonly [column: string]: CheckpointNode };

/** Writes rows as a table. */
export function toTable(rows: Iterable<TableRow>): CheckpointNode {
  let columns: readonly string[] = [];
  const lists: CheckpointNode[] = [];
  for (const row of rows) {
    if (lists.length === 0) columns = namesOf(row);
    lists.push(valuesOf(row, columns));
  }
  return { columns, rows: lists };
}

/** Rows of a table that is written piece by piece; they are made when they are walked. */
export class TableRows {
  readonly #rows: Iterable<TableRow>;

  constructor(rows: Iterable<TableRow>) {
    this.#rows = rows;
  }

  /** The JSON of {@link toTable}, a row at a time. */
  *pieces(): Generator<string, void> {
    let columns: readonly string[] | undefined;
    for (const row of this.#rows) {
      const isFirst = columns === undefined;
      columns ??= namesOf(row);
      const head = isFirst ? `{"columns":${JSON.stringify(columns)},"rows":[` : ",";
      yield head + JSON.stringify(valuesOf(row, columns));
    }
    yield columns === undefined ? '{"columns":[],"rows":[]}' : "]}";
  }
}

function valuesOf(row: TableRow, columns: readonly string[]): CheckpointNode[] {
  return columns.map((name) => row[name] ?? null);
}

/** Reads a table. @throws {InvariantError} If a row does not have its columns. */
export function readTable(node: CheckpointNode): NodeReader[] {
  const table = new NodeReader(node);
  const columns = table.texts("columns");
  return table.list("rows").map((row) => {
    invariant(Array.isArray(row), "A row of a checkpoint must be a list");
    invariant(row.length === columns.length, "A row of a checkpoint must have all columns");
    return new NodeReader(Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])));
  });
}

/** Returns `text` as one of `choices`. @throws {InvariantError} If it is none of them. */
export function oneOf<Choice extends string>(text: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === text);
  invariant(found !== undefined, "A word of a checkpoint must be one that is known");
  return found;
}

/** Applies a constructor to a number that may be absent. */
export function maybe<Made>(value: number | null, make: (value: number) => Made): Made | null {
  return value === null ? null : make(value);
}

/** Returns a field that is a string or null. */
export function textOrNull(row: NodeReader, name: string): string | null {
  return row.node(name) === null ? null : row.text(name);
}

/** A document that is JSON by construction, as it stands. */
export function asNode(document: object | null): CheckpointNode {
  return document as CheckpointNode;
}

/** Reads back what {@link asNode} wrote; the checkpoint's digest vouches for it. */
export function fromNode<Document>(node: CheckpointNode): Document {
  return node as Document;
}
