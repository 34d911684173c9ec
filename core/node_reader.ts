/**
 * Reads a checkpoint field by field: what is missing or of the wrong kind is named by its path.
 * Documents that are JSON by construction stand in it whole.
 * @module
 */
import type { CheckpointNode } from "./timeline.ts";

type NodeObject = { readonly [key: string]: CheckpointNode };

/** One object of a checkpoint. Every method throws `RangeError` for what is not as asked. */
export class NodeReader {
  readonly #node: NodeObject;
  readonly #path: string;

  /** @throws {RangeError} If the node is not an object. `path` names it in errors. */
  constructor(node: CheckpointNode | undefined, path = "checkpoint") {
    if (!isObject(node)) throw mismatch({ path, rule: "an object", node });
    this.#node = node;
    this.#path = path;
  }

  /** Returns a field as it stands. */
  node(name: string): CheckpointNode {
    const node = this.#node[name];
    if (node === undefined) throw this.#mismatch(name, { rule: "there", node });
    return node;
  }

  /** True if there is such a field. */
  has(name: string): boolean {
    return this.#node[name] !== undefined;
  }

  /** Returns a field that is an object. */
  child(name: string): NodeReader {
    return new NodeReader(this.node(name), `${this.#path}.${name}`);
  }

  /** Returns a field that is a list of objects. */
  rows(name: string): NodeReader[] {
    return this.list(name).map((row, at) => new NodeReader(row, `${this.#path}.${name}[${at}]`));
  }

  /** Returns a field that is a table, column names once and then rows, row by row. */
  table(name: string): NodeReader[] {
    const table = this.child(name);
    const columns = table.texts("columns");
    return table.list("rows").map((row, at) => {
      if (!isList(row) || row.length !== columns.length) {
        throw table.#mismatch(`rows[${at}]`, { rule: `a list of ${columns.length}`, node: row });
      }
      const fields = Object.fromEntries(columns.map((column, at) => [column, row[at] ?? null]));
      return new NodeReader(fields, `${table.#path}.rows[${at}]`);
    });
  }

  /** Returns a field that is a list. */
  list(name: string): readonly CheckpointNode[] {
    const node = this.node(name);
    if (!isList(node)) throw this.#mismatch(name, { rule: "a list", node });
    return node;
  }

  /** Returns a field that is a list of safe integers. */
  integers(name: string): number[] {
    return this.list(name).map((node) => {
      if (isInteger(node)) return node;
      throw this.#mismatch(name, { rule: "a list of integers", node });
    });
  }

  /** Returns a field that is a list of strings. */
  texts(name: string): string[] {
    return this.list(name).map((node) => {
      if (typeof node === "string") return node;
      throw this.#mismatch(name, { rule: "a list of strings", node });
    });
  }

  /** Returns a field that is a safe integer. */
  integer(name: string): number {
    const node = this.node(name);
    if (!isInteger(node)) throw this.#mismatch(name, { rule: "an integer", node });
    return node;
  }

  /** Returns a field that is a safe integer or null. */
  integerOrNull(name: string): number | null {
    return this.node(name) === null ? null : this.integer(name);
  }

  /** Returns a field that is a string. */
  text(name: string): string {
    const node = this.node(name);
    if (typeof node !== "string") throw this.#mismatch(name, { rule: "a string", node });
    return node;
  }

  /** Returns a field that is a string or null. */
  textOrNull(name: string): string | null {
    return this.node(name) === null ? null : this.text(name);
  }

  /** Returns a field that is one of some strings. */
  oneOf<Value extends string>(name: string, values: readonly Value[]): Value {
    const text = this.text(name);
    const found = values.find((value) => value === text);
    if (found !== undefined) return found;
    throw this.#mismatch(name, { rule: `one of ${values.join(", ")}`, node: text });
  }

  /** Returns a field that is a boolean. */
  flag(name: string): boolean {
    const node = this.node(name);
    if (typeof node !== "boolean") throw this.#mismatch(name, { rule: "a boolean", node });
    return node;
  }

  #mismatch(name: string, of: Omit<Mismatch, "path">): RangeError {
    return mismatch({ ...of, path: `${this.#path}.${name}` });
  }
}

type Mismatch = {
  readonly path: string;
  readonly rule: string;
  readonly node: CheckpointNode | undefined;
};

function mismatch({ path, rule, node }: Mismatch): RangeError {
  const was = JSON.stringify(node) ?? "absent";
  return new RangeError(`Cannot read the checkpoint: ${path} must be ${rule}: was ${was}`);
}

function isList(node: CheckpointNode | undefined): node is readonly CheckpointNode[] {
  return Array.isArray(node);
}

function isObject(node: CheckpointNode | undefined): node is NodeObject {
  return typeof node === "object" && node !== null && !isList(node);
}

function isInteger(node: CheckpointNode): node is number {
  return typeof node === "number" && Number.isSafeInteger(node);
}

/** A document that is JSON by construction, as it stands. */
export function asNode(document: object | null): CheckpointNode {
  return document as CheckpointNode;
}

/** Reads back what {@link asNode} wrote; the checkpoint's digest vouches for it. */
export function fromNode<Document>(node: CheckpointNode): Document {
  return node as Document;
}
