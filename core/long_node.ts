/**
 * Documents with lists that grow with orders: what is in such a list is made when it is written, so
 * that whoever writes the document may rest between two items.
 *
 * Invariant: {@link jsonPieces} is the JSON of {@link wholeNode}, character by character.
 * @module
 */
import type { CheckpointNode } from "./timeline.ts";

/** A list whose items are made when they are walked; once. */
export class LongList {
  readonly items: Iterable<CheckpointNode>;

  constructor(items: Iterable<CheckpointNode>) {
    this.items = items;
  }
}

/** A document that has long lists in it, among the fields of its objects. */
export type LongNode = CheckpointNode | LongList | { readonly [name: string]: LongNode };

/** Returns the document as it is without long lists. */
export function wholeNode(node: LongNode): CheckpointNode {
  if (node instanceof LongList) return [...node.items];
  if (!isFields(node)) return node;
  return Object.fromEntries(namesOf(node).map((name) => [name, wholeNode(node[name] ?? null)]));
}

/** The document's JSON, an item of a long list at a time. */
export function* jsonPieces(node: LongNode): Generator<string, void> {
  if (node instanceof LongList) yield* itemPieces(node);
  else if (!isFields(node)) yield JSON.stringify(node);
  else {
    let before = "{";
    for (const name of namesOf(node)) {
      yield `${before}${JSON.stringify(name)}:`;
      yield* jsonPieces(node[name] ?? null);
      before = ",";
    }
    yield before === "{" ? "{}" : "}";
  }
}

/** Names of a literal's fields, in the order in which it was written. */
export function namesOf(literal: object): readonly string[] {
  return Reflect.ownKeys(literal).filter((name) => typeof name === "string");
}

function* itemPieces({ items }: LongList): Generator<string, void> {
  let before = "[";
  for (const item of items) {
    yield before + JSON.stringify(item);
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}

function isFields(
  node: Exclude<LongNode, LongList>,
): node is { readonly [name: string]: LongNode } {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}
