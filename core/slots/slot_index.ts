/**
 * An index from hashes to slots that never stops to rebuild itself (linear hashing).
 *
 * It keeps hashes and links, never keys: the owner of the slots compares those. Buckets are chains
 * through the slots. Each insertion may split one bucket and each removal merge two, so no call
 * takes long, however many slots there are; a hash table of the language doubles in one step, which
 * stalls for milliseconds (decision 0050).
 *
 * Invariant: every slot in the index is in the one chain that its hash names.
 * Ordering: chains have no meaningful order: nothing that is seen outside may depend on it.
 * Limit: slots below 2^31, each in the index at most once.
 * @module
 */
/** No slot. */
export const NO_SLOT = -1;

const BUCKETS_LEAST = 64;
/** A bucket is split above this many slots per bucket, and merged below a quarter of it. */
const LOAD_MOST = 0.75;

/** Integers of a page, as bits: few large pages, since a look-up goes anywhere. */
const INTEGERS_BITS = 16;
const INTEGERS_MASK = (1 << INTEGERS_BITS) - 1;

/** Pages of integers; a page is made when it is first written to. */
class Integers {
  readonly #pages: Int32Array[] = [];

  get(at: number): number {
    return this.#pages[at >>> INTEGERS_BITS]?.[at & INTEGERS_MASK] ?? 0;
  }

  set(at: number, value: number): void {
    const page = at >>> INTEGERS_BITS;
    while (this.#pages.length <= page) this.#pages.push(new Int32Array(INTEGERS_MASK + 1));
    const integers = this.#pages[page];
    if (integers !== undefined) integers[at & INTEGERS_MASK] = value;
  }
}

/** Slots by hash. */
export class SlotIndex {
  /** By bucket: the first slot of its chain plus 1, 0 if there is none. */
  readonly #heads = new Integers();
  /** Two by slot: its hash, and the slot that follows it plus 1. */
  readonly #entries = new Integers();
  #size = 0;
  /** Buckets there are: `#round` of them, and those that were split off in this round. */
  #buckets = BUCKETS_LEAST;
  #round = BUCKETS_LEAST;

  /** How many slots are in it. */
  get size(): number {
    return this.#size;
  }

  /** The first slot with this hash, or {@link NO_SLOT}. */
  first(hash: number): number {
    return this.#withHash(this.#heads.get(this.#bucketOf(hash)) - 1, hash);
  }

  /** The slot with the same hash after `slot`, or {@link NO_SLOT}. */
  after(slot: number): number {
    return this.#withHash(this.#linkOf(slot) - 1, this.#hashOf(slot));
  }

  /** Adds a slot that is not in the index. */
  insert(slot: number, hash: number): void {
    this.#entries.set(2 * slot, hash | 0);
    this.#push(this.#bucketOf(hash | 0), slot);
    this.#size += 1;
    if (this.#size > this.#buckets * LOAD_MOST) this.#split();
  }

  /** Removes a slot that is in the index. */
  remove(slot: number): void {
    const bucket = this.#bucketOf(this.#hashOf(slot));
    const next = this.#linkOf(slot);
    let at = this.#heads.get(bucket) - 1;
    if (at === slot) this.#heads.set(bucket, next);
    else {
      while (at !== NO_SLOT && this.#linkOf(at) - 1 !== slot) at = this.#linkOf(at) - 1;
      if (at === NO_SLOT) return;
      this.#entries.set(2 * at + 1, next);
    }
    this.#size -= 1;
    const isSparse = this.#size < this.#buckets * LOAD_MOST / 4;
    if (isSparse && this.#buckets > BUCKETS_LEAST) this.#merge();
  }

  #hashOf(slot: number): number {
    return this.#entries.get(2 * slot);
  }

  #linkOf(slot: number): number {
    return this.#entries.get(2 * slot + 1);
  }

  #bucketOf(hash: number): number {
    const wide = hash & (2 * this.#round - 1);
    return wide < this.#buckets ? wide : wide & (this.#round - 1);
  }

  #withHash(from: number, hash: number): number {
    let slot = from;
    while (slot !== NO_SLOT && this.#hashOf(slot) !== hash) slot = this.#linkOf(slot) - 1;
    return slot;
  }

  #push(bucket: number, slot: number): void {
    this.#entries.set(2 * slot + 1, this.#heads.get(bucket));
    this.#heads.set(bucket, slot + 1);
  }

  /** Makes one more bucket, from the oldest that was not split in this round. */
  #split(): void {
    const bucket = this.#buckets - this.#round;
    this.#buckets += 1;
    const chain = this.#heads.get(bucket);
    this.#heads.set(bucket, 0);
    this.#heads.set(this.#buckets - 1, 0);
    this.#spread(chain);
    if (this.#buckets === 2 * this.#round) this.#round *= 2;
  }

  /** Gives the last bucket back to the one from which it was split. */
  #merge(): void {
    if (this.#buckets === this.#round) this.#round /= 2;
    this.#buckets -= 1;
    const chain = this.#heads.get(this.#buckets);
    this.#heads.set(this.#buckets, 0);
    this.#spread(chain);
  }

  #spread(chain: number): void {
    let slot = chain - 1;
    while (slot !== NO_SLOT) {
      const next = this.#linkOf(slot) - 1;
      this.#push(this.#bucketOf(this.#hashOf(slot)), slot);
      slot = next;
    }
  }
}
