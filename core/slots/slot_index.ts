/**
 * An index from hashes to slots that never stops to rebuild itself (linear hashing).
 *
 * It keeps hashes, never keys: the owner of the slots compares those. A bucket is one line of the
 * cache with room for a few entries, and spills into others when it is full. Each insertion may
 * split one bucket and each removal merge two, so no call takes long, however many slots there are;
 * a hash table of the language doubles in one step, which stalls for milliseconds (decision 0050).
 *
 * Invariants: every slot is in the one bucket that its hash names; entries of a bucket have no gap.
 * Ordering: entries have no meaningful order: nothing that is seen outside may depend on it.
 * Limit: slots below 2^31 - 1.
 * @module
 */
import { PageMemory } from "./pages.ts";

/** No slot. */
export const NO_SLOT = -1;

/** Entries of a bucket. Columns: their hashes, the bucket it spills into plus 1, slots plus 1. */
const ROOM = 7;
const SPILL = 7;
const SLOTS = 8;
const BUCKET_WIDTH = 16;
/** Buckets of a page, as bits: few large pages, since a look-up goes anywhere. */
const PAGE_BITS = 12;
const PAGE_MASK = (1 << PAGE_BITS) - 1;
const PAGE_WORDS = (PAGE_MASK + 1) * BUCKET_WIDTH;

const BUCKETS_LEAST = 16;
/** A bucket is split above this many slots per bucket, and merged below a quarter of it. */
const LOAD_MOST = 4.5;

/** Buckets by number; pages are made as they are needed. */
class Buckets {
  readonly #memory = new PageMemory(4 * PAGE_WORDS);
  readonly #pages: Int32Array[] = [];

  /** The page of a bucket. */
  page(bucket: number): Int32Array {
    const number = bucket >>> PAGE_BITS;
    while (this.#pages.length <= number) {
      const { buffer, from } = this.#memory.take();
      this.#pages.push(new Int32Array(buffer, from, PAGE_WORDS));
    }
    return this.#pages[number] ?? new Int32Array(0);
  }
}

/** Where a bucket begins in its page. */
function placeOf(bucket: number): number {
  return (bucket & PAGE_MASK) * BUCKET_WIDTH;
}

/** Slots by hash. */
export class SlotIndex {
  readonly #main = new Buckets();
  readonly #spilled = new Buckets();
  #spillsUsed = 0;
  /** Spilled buckets that are free again, linked; 0 ends the list. */
  #spillsFree = 0;
  #size = 0;
  /** Buckets there are: `#round` of them, and those that were split off in this round. */
  #buckets = BUCKETS_LEAST;
  #round = BUCKETS_LEAST;
  /** The search under way: {@link SlotIndex.after} goes on with it. */
  #hash = 0;
  #page: Int32Array;
  #place = 0;
  #entry = 0;
  /** Hashes and slots while a bucket is taken apart; empty between calls. */
  readonly #loose: number[] = [];

  constructor() {
    this.#page = this.#main.page(0);
  }

  /** How many slots are in it. */
  get size(): number {
    return this.#size;
  }

  /** The first slot with this hash, or {@link NO_SLOT}. */
  first(hash: number): number {
    this.#open(hash | 0);
    return this.after();
  }

  /** The next slot with the hash of the last {@link SlotIndex.first}, or {@link NO_SLOT}. */
  after(): number {
    for (;;) {
      const page = this.#page;
      const place = this.#place;
      for (let entry = this.#entry; entry < ROOM; entry += 1) {
        const slot = page[place + SLOTS + entry] ?? 0;
        if (slot === 0) return NO_SLOT;
        if (page[place + entry] !== this.#hash) continue;
        this.#entry = entry + 1;
        return slot - 1;
      }
      if (!this.#follow()) return NO_SLOT;
    }
  }

  /** Adds a slot that is not in the index. */
  insert(slot: number, hash: number): void {
    this.#put(slot, hash | 0);
    this.#size += 1;
    if (this.#size > this.#buckets * LOAD_MOST) this.#split();
  }

  /** Removes a slot that was inserted with this hash. */
  remove(slot: number, hash: number): void {
    let found = this.first(hash);
    while (found !== NO_SLOT && found !== slot) found = this.after();
    if (found === NO_SLOT) return;
    this.#fillGap();
    this.#size -= 1;
    const isSparse = this.#size < this.#buckets * LOAD_MOST / 4;
    if (isSparse && this.#buckets > BUCKETS_LEAST) this.#merge();
  }

  #bucketOf(hash: number): number {
    const wide = hash & (2 * this.#round - 1);
    return wide < this.#buckets ? wide : wide & (this.#round - 1);
  }

  #open(hash: number): void {
    const bucket = this.#bucketOf(hash);
    this.#hash = hash;
    this.#page = this.#main.page(bucket);
    this.#place = placeOf(bucket);
    this.#entry = 0;
  }

  /** Goes on into the bucket that this one spills into; false if there is none. */
  #follow(): boolean {
    const spill = this.#page[this.#place + SPILL] ?? 0;
    if (spill === 0) return false;
    this.#page = this.#spilled.page(spill - 1);
    this.#place = placeOf(spill - 1);
    this.#entry = 0;
    return true;
  }

  #put(slot: number, hash: number): void {
    this.#open(hash);
    for (;;) {
      const page = this.#page;
      for (let entry = 0; entry < ROOM; entry += 1) {
        if (page[this.#place + SLOTS + entry] !== 0) continue;
        page[this.#place + entry] = hash;
        page[this.#place + SLOTS + entry] = slot + 1;
        return;
      }
      if (this.#follow()) continue;
      page[this.#place + SPILL] = this.#newSpill();
      this.#follow();
    }
  }

  /** Moves the bucket's last entry to the one that was just found. */
  #fillGap(): void {
    const page = this.#page;
    const gap = this.#place + this.#entry - 1;
    this.#open(this.#hash); // from the head: the last bucket may be the one with the gap
    let owner = this.#page;
    let link = -1;
    while ((this.#page[this.#place + SPILL] ?? 0) !== 0) {
      owner = this.#page;
      link = this.#place + SPILL;
      this.#follow();
    }
    let last = this.#place + ROOM - 1;
    while (this.#page[last + SLOTS] === 0) last -= 1;
    page[gap] = this.#page[last] ?? 0;
    page[gap + SLOTS] = this.#page[last + SLOTS] ?? 0;
    this.#page[last + SLOTS] = 0;
    if (last !== this.#place || link < 0) return;
    this.#freeSpill(owner[link] ?? 0);
    owner[link] = 0;
  }

  #newSpill(): number {
    const free = this.#spillsFree;
    if (free === 0) {
      this.#spillsUsed += 1;
      return this.#spillsUsed;
    }
    const page = this.#spilled.page(free - 1);
    this.#spillsFree = page[placeOf(free - 1) + SPILL] ?? 0;
    page[placeOf(free - 1) + SPILL] = 0;
    return free;
  }

  #freeSpill(spill: number): void {
    this.#spilled.page(spill - 1)[placeOf(spill - 1) + SPILL] = this.#spillsFree;
    this.#spillsFree = spill;
  }

  /** Makes one more bucket, from the oldest that was not split in this round. */
  #split(): void {
    this.#takeApart(this.#buckets - this.#round);
    this.#buckets += 1;
    this.#putBack();
    if (this.#buckets === 2 * this.#round) this.#round *= 2;
  }

  /** Gives the last bucket back to the one from which it was split. */
  #merge(): void {
    this.#takeApart(this.#buckets - 1);
    if (this.#buckets === this.#round) this.#round /= 2;
    this.#buckets -= 1;
    this.#putBack();
  }

  #takeApart(bucket: number): void {
    let page = this.#main.page(bucket);
    let place = placeOf(bucket);
    let spill = 0;
    for (;;) {
      for (let at = place; at < place + ROOM && page[at + SLOTS] !== 0; at += 1) {
        this.#loose.push(page[at] ?? 0, page[at + SLOTS] ?? 0);
        page[at + SLOTS] = 0;
      }
      const next = page[place + SPILL] ?? 0;
      page[place + SPILL] = 0;
      if (spill !== 0) this.#freeSpill(spill);
      if (next === 0) return;
      page = this.#spilled.page(next - 1);
      place = placeOf(next - 1);
      spill = next;
    }
  }

  #putBack(): void {
    while (this.#loose.length > 0) {
      const slot = this.#loose.pop() ?? 0;
      const hash = this.#loose.pop() ?? 0;
      this.#put(slot - 1, hash);
    }
  }
}
