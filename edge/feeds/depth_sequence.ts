/**
 * Keeps a Binance depth stream in step with its snapshot: says of each message whether it is the
 * next one, too old, or comes after a gap.
 *
 * Source: "How to manage a local order book correctly". Spot: `U` is the previous `u` + 1, the
 * first message after a snapshot has U <= lastUpdateId + 1 <= u. USD-M futures: `pu` is the
 * previous `u`; the first message has pu <= lastUpdateId < u, which is the documented
 * U <= lastUpdateId <= u and also holds when no update lies between `pu` and `U`.
 *
 * Invariant: a message is `next` only if nothing is missing between it and what was applied.
 * Known limit: a stream that begins later or ends earlier is a valid stream: the first and the
 * last message have no neighbour that could miss them.
 * @module
 */

/** Update ids that one depth message covers. `previous` is `pu`, null where the venue has none. */
export type DepthRange = {
  readonly first: number;
  readonly last: number;
  readonly previous: number | null;
};

/** A message does not follow the one before it. Ids as the stream spells them: `pu`, else `U`. */
export type DepthGap = { readonly expected: number; readonly seen: number };

/** What to do with a message: hold it until a snapshot comes, drop it, apply it, start over. */
export type DepthVerdict = "hold" | "old" | "next" | "gap";

/** The sequence of one instrument. */
export class DepthSequence {
  #lastSeen: number | undefined;
  #applied: number | undefined;
  #isAligned = false;

  /** True from a snapshot to the next gap. */
  get isSeeded(): boolean {
    return this.#applied !== undefined;
  }

  /** True if the book has not all that a snapshot with this `lastUpdateId` has. */
  lacks(lastUpdateId: number): boolean {
    return this.#applied === undefined || lastUpdateId > this.#applied;
  }

  /** Compares a message with the one received before it, whatever becomes of it. */
  see(range: DepthRange): DepthGap | undefined {
    const before = this.#lastSeen;
    this.#lastSeen = range.last;
    if (before === undefined || follows(range, before)) return undefined;
    return gapOf(range, before);
  }

  /** The book now is the snapshot with this `lastUpdateId`. */
  seed(lastUpdateId: number): void {
    this.#applied = lastUpdateId;
    this.#isAligned = false;
  }

  /** The book is no more: messages are held until the next snapshot. */
  forget(): void {
    this.#applied = undefined;
    this.#isAligned = false;
  }

  /** Says what becomes of a message; `next` counts it as applied, `gap` forgets the snapshot. */
  place(range: DepthRange): DepthVerdict {
    const applied = this.#applied;
    if (applied === undefined) return "hold";
    if (range.last <= applied) return "old";
    const isNext = this.#isAligned ? follows(range, applied) : overlaps(range, applied);
    this.#applied = isNext ? range.last : undefined;
    this.#isAligned = isNext;
    return isNext ? "next" : "gap";
  }
}

function follows(range: DepthRange, last: number): boolean {
  return range.previous === null ? range.first === last + 1 : range.previous === last;
}

function overlaps(range: DepthRange, lastUpdateId: number): boolean {
  return range.previous === null ? range.first <= lastUpdateId + 1 : range.previous <= lastUpdateId;
}

function gapOf(range: DepthRange, last: number): DepthGap {
  return range.previous === null
    ? { expected: last + 1, seen: range.first }
    : { expected: last, seen: range.previous };
}
