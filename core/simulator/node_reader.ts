/**
 * Reads a checkpoint of the simulator field by field: what is missing or of the wrong kind is
 * named by its path.
 * @module
 */
import type { CheckpointNode } from "../timeline.ts";

type NodeObject = { readonly [key: string]: CheckpointNode };

function isObject(node: CheckpointNode | undefined): node is NodeObject {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}

/** One object of a checkpoint. Every method throws `RangeError` for what is not as asked. */
export class NodeReader {
  readonly #node: NodeObject;
  readonly #path: string;

  constructor(node: CheckpointNode | undefined, path: string) {
    if (!isObject(node)) throw mismatch(path, "an object", node);
    this.#node = node;
    this.#path = path;
  }

  /** A field as it stands. */
  node(name: string): CheckpointNode {
    const value = this.#node[name];
    if (value === undefined) throw mismatch(`${this.#path}.${name}`, "present", value);
    return value;
  }

  integer(name: string): number {
    const value = this.node(name);
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    throw mismatch(`${this.#path}.${name}`, "an integer", value);
  }

  integerOrNull(name: string): number | null {
    return this.node(name) === null ? null : this.integer(name);
  }

  text(name: string): string {
    const value = this.node(name);
    if (typeof value === "string") return value;
    throw mismatch(`${this.#path}.${name}`, "a string", value);
  }

  flag(name: string): boolean {
    const value = this.node(name);
    if (typeof value === "boolean") return value;
    throw mismatch(`${this.#path}.${name}`, "a boolean", value);
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value {
    const text = this.text(name);
    const found = values.find((value) => value === text);
    if (found !== undefined) return found;
    throw mismatch(`${this.#path}.${name}`, `one of ${values.join(", ")}`, text);
  }

  list(name: string): readonly CheckpointNode[] {
    const value = this.node(name);
    if (Array.isArray(value)) return value;
    throw mismatch(`${this.#path}.${name}`, "a list", value);
  }

  rows(name: string): NodeReader[] {
    return this.list(name).map((row, index) =>
      new NodeReader(row, `${this.#path}.${name}[${index}]`)
    );
  }

  texts(name: string): string[] {
    return this.list(name).map((value) => {
      if (typeof value === "string") return value;
      throw mismatch(`${this.#path}.${name}`, "a list of strings", value);
    });
  }

  integers(name: string): number[] {
    return this.list(name).map((value) => {
      if (typeof value === "number" && Number.isSafeInteger(value)) return value;
      throw mismatch(`${this.#path}.${name}`, "a list of integers", value);
    });
  }
}

function mismatch(path: string, rule: string, value: CheckpointNode | undefined): RangeError {
  return new RangeError(
    `Cannot restore a simulator: ${path} must be ${rule}: was ${JSON.stringify(value)}`,
  );
}
