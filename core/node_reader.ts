/**
 * Reads a checkpoint's document: each field by name, with its type, or not at all.
 *
 * A checkpoint is checked by its digest before it is read; a field of another type is therefore our
 * bug (an `InvariantError`), not damage.
 * @module
 */
import { invariant } from "./invariant.ts";
import type { CheckpointNode } from "./timeline.ts";

/** The fields of one object of a checkpoint. */
export class NodeReader {
  readonly #fields: ReadonlyMap<string, CheckpointNode>;

  /** @throws {InvariantError} If the node is not an object. */
  constructor(node: CheckpointNode) {
    invariant(
      typeof node === "object" && node !== null && !Array.isArray(node),
      "A node of a checkpoint must be an object",
    );
    this.#fields = new Map(Object.entries(node));
  }

  /** Returns a field. @throws {InvariantError} If it is absent. */
  node(name: string): CheckpointNode {
    const node = this.#fields.get(name);
    invariant(node !== undefined, "A field of a checkpoint must be there");
    return node;
  }

  /** Returns a field that is an object. */
  child(name: string): NodeReader {
    return new NodeReader(this.node(name));
  }

  /** Returns a field that is a list. */
  list(name: string): readonly CheckpointNode[] {
    return listOf(this.node(name));
  }

  /** Returns a field that is a list of objects. */
  children(name: string): readonly NodeReader[] {
    return this.list(name).map((node) => new NodeReader(node));
  }

  /** Returns a field that is a list of safe integers. */
  integers(name: string): readonly number[] {
    return this.list(name).map(integerOf);
  }

  /** Returns a field that is a list of strings. */
  texts(name: string): readonly string[] {
    return this.list(name).map(textOf);
  }

  /** Returns a field that is a safe integer. */
  integer(name: string): number {
    return integerOf(this.node(name));
  }

  /** Returns a field that is a safe integer or null. */
  integerOrNull(name: string): number | null {
    const node = this.node(name);
    return node === null ? null : integerOf(node);
  }

  /** Returns a field that is a string. */
  text(name: string): string {
    return textOf(this.node(name));
  }

  /** Returns a field that is a boolean. */
  flag(name: string): boolean {
    const node = this.node(name);
    invariant(typeof node === "boolean", "A field of a checkpoint must be a boolean");
    return node;
  }
}

function listOf(node: CheckpointNode): readonly CheckpointNode[] {
  invariant(Array.isArray(node), "A field of a checkpoint must be a list");
  return node;
}

function integerOf(node: CheckpointNode): number {
  invariant(
    typeof node === "number" && Number.isSafeInteger(node),
    "A field of a checkpoint must be a safe integer",
  );
  return node;
}

function textOf(node: CheckpointNode): string {
  invariant(typeof node === "string", "A field of a checkpoint must be a string");
  return node;
}
