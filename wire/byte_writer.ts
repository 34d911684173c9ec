/**
 * JSON written straight as bytes, into memory that is used again and again: reports and journal
 * lines are written by it, and no string is made of them unless somebody reads one.
 *
 * Invariant: what is written is what `JSON.stringify` and `TextEncoder` would have given.
 * Ordering: every method writes behind what is there.
 * Limits: none of its own; memory grows with what is written, and the owner clears it. Words may be
 * stored beyond the end of what is written, never beyond the room that was reserved.
 * @module
 */
import { fromQuanta } from "../core/decimal.ts";

const FIRST_BYTES = 1 << 12;
/** A larger buffer than this is given back by `clear`. */
const KEPT_BYTES = 1 << 23;
const [QUOTE, BACKSLASH, SPACE, POINT, ZERO, DELETE] = [34, 92, 32, 46, 48, 127];
const WORD_BYTES = 4;
/** Room for any number: sixteen digits, a sign, a point, and the rest of a word. */
const NUMBER_BYTES = 32;
const TEN_THOUSAND = 10_000;
const HUNDRED_MILLION = 100_000_000;
/** Powers of ten that are machine integers. */
const POWERS = Int32Array.of(
  1,
  10,
  100,
  1_000,
  10_000,
  100_000,
  1_000_000,
  10_000_000,
  100_000_000,
);
const SCALE_MAX = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A text that is written often, as words of four bytes: ASCII only. */
export type Fixed = { readonly length: number; readonly words: Int32Array };

/** Makes a {@link Fixed}. @throws {RangeError} If `text` is not ASCII. */
export function fixed(text: string): Fixed {
  const words = new Int32Array(Math.ceil(text.length / WORD_BYTES));
  for (let at = 0, shift = 24; at < text.length; at++, shift = (shift - 8) & 31) {
    const unit = text.charCodeAt(at);
    if (unit > 127) throw new RangeError(`Cannot fix a text: it must be ASCII: was ${text}`);
    words[at >> 2] = (words[at >> 2] ?? 0) | unit << shift;
  }
  return { length: text.length, words };
}

/** The two digits of each number below a hundred, half a word each. */
const PAIRS = Int32Array.from(
  { length: 100 },
  (_, number) => (ZERO + Math.trunc(number / 10)) << 8 | (ZERO + number % 10),
);

/** The four digits of a number below ten thousand, as a word. */
function fourDigits(value: number): number {
  const high = (value / 100) | 0;
  return (PAIRS[high] ?? 0) << 16 | (PAIRS[value - high * 100] ?? 0);
}

/** Growing bytes. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  /** The memory: what is written is its beginning. It is another one after the next write. */
  get memory(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** What is written; holds until the next change. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What is written from `from` on, as text. */
  textFrom(from: number): string {
    return decoder.decode(this.#bytes.subarray(from, this.#length));
  }

  /** Starts anew. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#replace(FIRST_BYTES);
  }

  /** Writes a text that never changes. */
  fixed({ length, words }: Fixed): void {
    const at = this.#reserve(length + WORD_BYTES);
    const view = this.#view;
    for (let i = 0; i < words.length; i++) view.setInt32(at + i * WORD_BYTES, words[i] ?? 0);
    this.#length = at + length;
  }

  /** Writes ASCII that needs no escapes: a word of an enumeration, a canonical decimal. */
  plain(text: string): void {
    const at = this.#reserve(text.length);
    const bytes = this.#bytes;
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
    this.#length = at + text.length;
  }

  /** Writes text of any characters, as it is. */
  raw(text: string): void {
    const at = this.#reserve(3 * text.length); // UTF-8 takes at most three bytes a code unit
    this.#length = at + encoder.encodeInto(text, this.#bytes.subarray(at)).written;
  }

  /** Writes a JSON string with its quotes. */
  string(value: string): void {
    const at = this.#reserve(value.length + 2);
    const bytes = this.#bytes;
    bytes[at] = QUOTE;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code < SPACE || code > DELETE || code === QUOTE || code === BACKSLASH) {
        return this.raw(JSON.stringify(value));
      }
      bytes[at + 1 + i] = code;
    }
    bytes[at + 1 + value.length] = QUOTE;
    this.#length = at + value.length + 2;
  }

  /** Writes a JSON string or `null`. */
  stringOrNull(value: string | null): void {
    if (value === null) this.fixed(NULL);
    else this.string(value);
  }

  /**
   * Writes a safe integer. A number that is none is written as it is: what an adapter got wrong must
   * not become something else in the journal.
   */
  integer(value: number): void {
    this.#reserve(NUMBER_BYTES);
    const small = value | 0;
    if (small === value && small >= 0 && small < HUNDRED_MILLION) return this.#small(small);
    if (value < 0 || !Number.isSafeInteger(value)) return this.plain(String(value));
    const high = Math.floor(value / HUNDRED_MILLION); // exact: below 2^53 it is never rounded up
    if (high < HUNDRED_MILLION) this.#small(high | 0);
    else this.plain(String(high));
    this.#eight((value - high * HUNDRED_MILLION) | 0);
  }

  /** Writes a safe integer or `null`. */
  integerOrNull(value: number | null): void {
    if (value === null) this.fixed(NULL);
    else this.integer(value);
  }

  /** Writes `true` or `false`. */
  boolean(value: boolean): void {
    this.fixed(value ? TRUE : FALSE);
  }

  /** Writes the canonical decimal of `quanta` × 10^-`scale`, without quotes. */
  quanta(quanta: number, scale: number): void {
    if (quanta < 0 || quanta >= HUNDRED_MILLION || scale > SCALE_MAX) {
      return this.plain(fromQuanta(quanta, scale));
    }
    this.#reserve(NUMBER_BYTES);
    const unit = POWERS[scale] ?? 1;
    const fraction = ((quanta | 0) % unit) | 0;
    this.#small((((quanta | 0) - fraction) / unit) | 0);
    if (fraction === 0) return;
    const bytes = this.#bytes;
    bytes[this.#length++] = POINT;
    this.#eight(Math.imul(fraction, POWERS[SCALE_MAX - scale] ?? 1));
    while (bytes[this.#length - 1] === ZERO) this.#length--;
  }

  /** Copies bytes. */
  copy(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
    this.#length = at + bytes.length;
  }

  /** Leaves four bytes free, for `length32`, and returns where. */
  skip32(): number {
    const at = this.#reserve(WORD_BYTES);
    this.#length = at + WORD_BYTES;
    return at;
  }

  /** Writes into four bytes left free how many bytes came behind them, big-endian. */
  length32(at: number): void {
    this.#view.setInt32(at, this.#length - at - WORD_BYTES);
  }

  /** A number below a hundred million, without leading zeros; the room is there. */
  #small(value: number): void {
    if (value < TEN_THOUSAND) return this.#leading(value);
    const high = (value / TEN_THOUSAND) | 0;
    this.#leading(high);
    this.#four(value - high * TEN_THOUSAND);
  }

  #leading(value: number): void {
    const absent = value < 10 ? 3 : value < 100 ? 2 : value < 1_000 ? 1 : 0;
    this.#view.setInt32(this.#length, fourDigits(value) << (absent << 3));
    this.#length += WORD_BYTES - absent;
  }

  #eight(value: number): void {
    const high = (value / TEN_THOUSAND) | 0;
    this.#four(high);
    this.#four(value - high * TEN_THOUSAND);
  }

  #four(value: number): void {
    this.#view.setInt32(this.#length, fourDigits(value));
    this.#length += WORD_BYTES;
  }

  /** Makes room for `more` bytes and returns where they go. */
  #reserve(more: number): number {
    const at = this.#length;
    if (at + more + WORD_BYTES > this.#bytes.length) this.#grow(at + more + WORD_BYTES);
    return at;
  }

  #grow(least: number): void {
    const before = this.#bytes;
    let size = 2 * before.length;
    while (size < least) size *= 2;
    this.#replace(size);
    this.#bytes.set(before.subarray(0, this.#length));
  }

  #replace(size: number): void {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }
}

const NULL = fixed("null");
const TRUE = fixed("true");
const FALSE = fixed("false");
