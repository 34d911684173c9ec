/**
 * Texts that are kept long, as bytes in pages: ids and keys, which would otherwise be millions of
 * strings that the garbage collector has to copy and to look at.
 *
 * A text is a chain of cells, half a line of the cache each; most have one. A string is made of it
 * only when somebody reads it.
 *
 * Invariant: what is read is what was added, unit by unit. Known limit: memory is never given back,
 * only used again.
 * @module
 */
import { PAGE_BITS, PAGE_MASK, PAGE_SIZE, PageMemory } from "./pages.ts";

/** No text. */
const NO_TEXT = 0;

const CELL_WORDS = 8;
const CELL_BYTES = 4 * CELL_WORDS;
/** Words of a cell: the cell that follows, or the next free one; of the first cell the length. */
const NEXT = 0;
/** Times two, plus 1 if a unit takes two bytes. */
const LENGTH = 1;
/** Where the units begin, in the first cell and in those that follow. */
const FIRST_BYTES = 8;
const LATER_BYTES = 4;
const NARROW_MAX = 255;
/** Texts are made of so many units at a time: an argument list must not be long. */
const UNITS_AT_ONCE = 4096;

type Page = { readonly words: Int32Array; readonly bytes: Uint8Array };

/** Texts by number. */
export class Texts {
  readonly #memory = new PageMemory(PAGE_SIZE * CELL_BYTES);
  readonly #pages: Page[] = [];
  /** Cells ever used; number 0 is {@link NO_TEXT}. */
  #used = 1;
  #free = NO_TEXT;

  /** Keeps a text and returns its number. */
  add(text: string): number {
    const first = this.#take();
    const { words, bytes } = this.#pageOf(first);
    const at = (first & PAGE_MASK) * CELL_BYTES;
    const { length } = text;
    words[(first & PAGE_MASK) * CELL_WORDS + LENGTH] = 2 * length;
    if (length > CELL_BYTES - FIRST_BYTES) return this.#addLong(first, text);
    for (let i = 0; i < length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit > NARROW_MAX) return this.#addLong(first, text);
      bytes[at + FIRST_BYTES + i] = unit;
    }
    return first;
  }

  /** True if the text of a number is `text`. */
  is(number: number, text: string): boolean {
    const { words, bytes } = this.#pageOf(number);
    const { length } = text;
    const kept = words[(number & PAGE_MASK) * CELL_WORDS + LENGTH] ?? 0;
    if (kept >> 1 !== length) return false;
    if ((kept & 1) !== 0 || length > CELL_BYTES - FIRST_BYTES) return this.read(number) === text;
    const at = (number & PAGE_MASK) * CELL_BYTES + FIRST_BYTES;
    for (let i = 0; i < length; i += 1) {
      if (bytes[at + i] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  /** The text of a number. */
  read(number: number): string {
    const kept = this.#word(number, LENGTH);
    const units: number[] = [];
    let text = "";
    const cursor = new Cursor(this.#pages, number);
    for (let left = kept >> 1; left > 0; left -= 1) {
      units.push((kept & 1) === 0 ? cursor.next() : cursor.next() | (cursor.next() << 8));
      if (units.length < UNITS_AT_ONCE && left > 1) continue;
      text += String.fromCharCode(...units);
      units.length = 0;
    }
    return text;
  }

  /** Forgets a text. */
  remove(number: number): void {
    let last = number;
    while (this.#word(last, NEXT) !== NO_TEXT) last = this.#word(last, NEXT);
    this.#setNext(last, this.#free);
    this.#free = number;
  }

  #addLong(first: number, text: string): number {
    let isWide = false;
    for (let i = 0; i < text.length; i += 1) isWide ||= text.charCodeAt(i) > NARROW_MAX;
    const { words } = this.#pageOf(first);
    words[(first & PAGE_MASK) * CELL_WORDS + LENGTH] = 2 * text.length + (isWide ? 1 : 0);
    const bytes = text.length * (isWide ? 2 : 1);
    let cell = first;
    for (let room = CELL_BYTES - FIRST_BYTES; room < bytes; room += CELL_BYTES - LATER_BYTES) {
      const next = this.#take();
      this.#setNext(cell, next);
      cell = next;
    }
    const cursor = new Cursor(this.#pages, first);
    for (let i = 0; i < text.length; i += 1) {
      cursor.put(text.charCodeAt(i) & NARROW_MAX);
      if (isWide) cursor.put(text.charCodeAt(i) >>> 8);
    }
    return first;
  }

  #take(): number {
    const free = this.#free;
    if (free !== NO_TEXT) {
      this.#free = this.#word(free, NEXT);
      this.#setNext(free, NO_TEXT);
      return free;
    }
    if (this.#used >>> PAGE_BITS >= this.#pages.length) {
      const { buffer, from } = this.#memory.take();
      const words = new Int32Array(buffer, from, PAGE_SIZE * CELL_WORDS);
      this.#pages.push({ words, bytes: new Uint8Array(buffer, from, PAGE_SIZE * CELL_BYTES) });
    }
    this.#used += 1;
    return this.#used - 1;
  }

  #word(cell: number, word: number): number {
    return this.#pageOf(cell).words[(cell & PAGE_MASK) * CELL_WORDS + word] ?? 0;
  }

  #setNext(cell: number, next: number): void {
    this.#pageOf(cell).words[(cell & PAGE_MASK) * CELL_WORDS + NEXT] = next;
  }

  #pageOf(cell: number): Page {
    return pageOf(this.#pages, cell);
  }
}

/** Goes through the bytes of a text, from cell to cell. */
class Cursor {
  readonly #pages: readonly Page[];
  #cell: number;
  #at = FIRST_BYTES;

  constructor(pages: readonly Page[], first: number) {
    this.#pages = pages;
    this.#cell = first;
  }

  next(): number {
    const { bytes, at } = this.#step();
    return bytes[at] ?? 0;
  }

  put(byte: number): void {
    const { bytes, at } = this.#step();
    bytes[at] = byte;
  }

  #step(): { readonly bytes: Uint8Array; readonly at: number } {
    if (this.#at === CELL_BYTES) {
      const { words } = pageOf(this.#pages, this.#cell);
      this.#cell = words[(this.#cell & PAGE_MASK) * CELL_WORDS + NEXT] ?? NO_TEXT;
      this.#at = LATER_BYTES;
    }
    const at = (this.#cell & PAGE_MASK) * CELL_BYTES + this.#at;
    this.#at += 1;
    return { bytes: pageOf(this.#pages, this.#cell).bytes, at };
  }
}

const NO_PAGE: Page = { words: new Int32Array(0), bytes: new Uint8Array(0) };

function pageOf(pages: readonly Page[], cell: number): Page {
  return pages[cell >>> PAGE_BITS] ?? NO_PAGE;
}
