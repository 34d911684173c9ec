/**
 * The newest idempotency keys of each order, in blocks of one line of the cache: a block holds
 * hashes, and where the texts are, which are looked at only when a hash agrees.
 *
 * Ordering: an order's blocks are linked newest first; within a block the oldest key comes first.
 * Limit: `SEEN_KEYS_MAX` keys of an order; of more the oldest are forgotten.
 * @module
 */
import { PAGE_BITS, PAGE_MASK, PAGE_SIZE, PageMemory } from "./pages.ts";
import { hashText } from "./text_hash.ts";
import { Texts } from "./texts.ts";

/** Keys remembered per order: what is older is stale by the state of the order. */
export const SEEN_KEYS_MAX = 64;
/** No block: the order has seen nothing. */
export const NO_BLOCK = 0;

const ROOM = 7;
const BLOCK_WORDS = 16;
/** Words of a block: the older block or the next free one; where its keys begin and end. */
const OLDER = 0;
const BEGIN_END = 1;
const HASHES = 2;
const TEXTS = HASHES + ROOM;
const END_BITS = 4;
const END_MASK = (1 << END_BITS) - 1;

/** Keys by the newest block of their order. */
export class SeenKeys {
  readonly #texts = new Texts();
  readonly #memory = new PageMemory(4 * PAGE_SIZE * BLOCK_WORDS);
  readonly #pages: Int32Array[] = [];
  /** Blocks ever used; number 0 is {@link NO_BLOCK}. */
  #used = 1;
  #free = NO_BLOCK;

  /**
   * Returns the newest block after `key` was remembered, or undefined if it is among the keys.
   */
  add(newest: number, key: string): number | undefined {
    const hash = hashText(key, 0);
    let count = 0;
    for (let block = newest; block !== NO_BLOCK; block = this.#word(block, OLDER)) {
      const page = this.#pageOf(block);
      const at = placeOf(block);
      const range = page[at + BEGIN_END] ?? 0;
      const end = range & END_MASK;
      for (let i = range >> END_BITS; i < end; i += 1) {
        if (page[at + HASHES + i] !== hash) continue;
        if (this.#texts.is(page[at + TEXTS + i] ?? 0, key)) return undefined;
      }
      count += end - (range >> END_BITS);
    }
    if (count >= SEEN_KEYS_MAX) this.#dropOldest(newest);
    return this.#push(newest, { hash, text: this.#texts.add(key) });
  }

  /** The keys, oldest first. */
  list(newest: number): readonly string[] {
    const keys: string[] = [];
    for (let block = newest; block !== NO_BLOCK; block = this.#word(block, OLDER)) {
      const range = this.#word(block, BEGIN_END);
      for (let i = (range & END_MASK) - 1; i >= range >> END_BITS; i -= 1) {
        keys.push(this.#texts.read(this.#word(block, TEXTS + i)));
      }
    }
    return keys.reverse();
  }

  /** Forgets all keys of an order. */
  clear(newest: number): void {
    let block = newest;
    while (block !== NO_BLOCK) {
      const older = this.#word(block, OLDER);
      const range = this.#word(block, BEGIN_END);
      for (let i = range >> END_BITS; i < (range & END_MASK); i += 1) {
        this.#texts.remove(this.#word(block, TEXTS + i));
      }
      this.#give(block);
      block = older;
    }
  }

  #push(newest: number, of: { readonly hash: number; readonly text: number }): number {
    const isFull = newest === NO_BLOCK || (this.#word(newest, BEGIN_END) & END_MASK) === ROOM;
    const block = isFull ? this.#take(newest) : newest;
    const page = this.#pageOf(block);
    const at = placeOf(block);
    const range = page[at + BEGIN_END] ?? 0;
    const end = range & END_MASK;
    page[at + HASHES + end] = of.hash;
    page[at + TEXTS + end] = of.text;
    page[at + BEGIN_END] = range + 1;
    return block;
  }

  /** Of more than one block; the oldest never becomes the only one by it. */
  #dropOldest(newest: number): void {
    let oldest = newest;
    let newer = NO_BLOCK;
    while (this.#word(oldest, OLDER) !== NO_BLOCK) {
      newer = oldest;
      oldest = this.#word(oldest, OLDER);
    }
    const range = this.#word(oldest, BEGIN_END) + (1 << END_BITS);
    const begin = range >> END_BITS;
    this.#texts.remove(this.#word(oldest, TEXTS + begin - 1));
    this.#pageOf(oldest)[placeOf(oldest) + BEGIN_END] = range;
    if (begin < (range & END_MASK)) return;
    this.#pageOf(newer)[placeOf(newer) + OLDER] = NO_BLOCK;
    this.#give(oldest);
  }

  #take(older: number): number {
    let block = this.#free;
    if (block !== NO_BLOCK) this.#free = this.#word(block, OLDER);
    else {
      block = this.#used;
      this.#used += 1;
      if (block >>> PAGE_BITS >= this.#pages.length) {
        const { buffer, from } = this.#memory.take();
        this.#pages.push(new Int32Array(buffer, from, PAGE_SIZE * BLOCK_WORDS));
      }
    }
    const page = this.#pageOf(block);
    page[placeOf(block) + OLDER] = older;
    page[placeOf(block) + BEGIN_END] = 0;
    return block;
  }

  #give(block: number): void {
    this.#pageOf(block)[placeOf(block) + OLDER] = this.#free;
    this.#free = block;
  }

  #word(block: number, word: number): number {
    return this.#pageOf(block)[placeOf(block) + word] ?? 0;
  }

  #pageOf(block: number): Int32Array {
    return this.#pages[block >>> PAGE_BITS] ?? NO_PAGE;
  }
}

const NO_PAGE = new Int32Array(0);

function placeOf(block: number): number {
  return (block & PAGE_MASK) * BLOCK_WORDS;
}
