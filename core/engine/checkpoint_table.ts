/**
 * Tables of a checkpoint: column names once, then rows. Logical and versioned, never an image of
 * memory, so that another build or another language can read them (R-CORE-9).
 * @module
 */
import { namesOf } from "../long_node.ts";
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

/** Applies a constructor to a number that may be absent. */
export function maybe<Made>(value: number | null, make: (value: number) => Made): Made | null {
  return value === null ? null : make(value);
}
