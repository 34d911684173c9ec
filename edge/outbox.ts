/**
 * The outbox: effects held back until their event is durable.
 *
 * Ordering: items leave in the order in which they were put, each once. Invariant: an item put at
 * sequence number N leaves only by a release of N or above.
 * @module
 */
import type { SeqId } from "../core/numbers.ts";

/** A first-in-first-out hold of items by sequence number. */
export class Outbox<Item> {
  #held: { readonly seqId: SeqId; readonly item: Item }[] = [];

  get length(): number {
    return this.#held.length;
  }

  /** Holds `item` until `seqId` is durable. Sequence numbers never fall. */
  put(seqId: SeqId, item: Item): void {
    this.#held.push({ seqId, item });
  }

  /** Hands over everything up to and including `upTo`, oldest first. */
  release(upTo: SeqId, deliver: (item: Item) => void): void {
    let count = 0;
    for (const held of this.#held) {
      if (held.seqId > upTo) break;
      count++;
    }
    if (count === 0) return;
    const released = this.#held.slice(0, count);
    this.#held = this.#held.slice(count); // before delivering: a delivery may put
    for (const { item } of released) deliver(item);
  }
}
