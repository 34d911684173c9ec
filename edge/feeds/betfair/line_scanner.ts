/**
 * Reads JSON from a line by hand, character by character: what a stream of market changes is made
 * of, without building objects for it.
 *
 * Invariant: what it accepts as a value is a JSON value; what it reads of numbers is exact. It is
 * stricter than `JSON.parse` nowhere, and laxer only in what is skipped: the insides of a skipped
 * string are not looked at beyond their end, those of a skipped number and word not at all.
 * Bounded: nesting of at most `DEPTH_MAX`.
 * @module
 */
import { LineError } from "../capture_line.ts";

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const UPPER_E = 69;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const LOWER_E = 101;
const LOWER_T = 116;
const LOWER_F = 102;
const OPEN_MAP = 123;
const CLOSE_MAP = 125;
const SPACE = 32;

const DEPTH_MAX = 32;
/** Largest count of hundredths that is told apart from its neighbours with a digit to spare. */
const WHOLE_MAX = 90_071_992_547_409;
/** Bits of a character in a key code. */
const KEY_BITS = 7;
/** Longest key that has a code. */
const KEY_LENGTH_MAX = 4;

/**
 * Code of a key of at most four characters: its characters, seven bits each.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(keyCode("id"), ("i".charCodeAt(0) << 7) | "d".charCodeAt(0));
 * ```
 */
export function keyCode(key: string): number {
  let code = 0;
  for (let at = 0; at < key.length; at++) code = (code << KEY_BITS) | key.charCodeAt(at);
  return code;
}

/** Code of a key that is longer, or has characters that no known key has. */
export const OTHER_KEY = 0;

/** A place in a line. */
export class LineScanner {
  #text = "";
  #at = 0;
  #end = 0;
  #keyStart = 0;
  #keyEnd = 0;

  /** Begins with a line. */
  open(text: string): void {
    this.#text = text;
    this.#at = 0;
    this.#end = text.length;
  }

  /** Where it stands, characters from the start of the line. */
  get at(): number {
    return this.#at;
  }

  /** The key that `key` read last, as text. */
  get keyText(): string {
    return this.#text.slice(this.#keyStart, this.#keyEnd);
  }

  /** Returns a part of the line. */
  slice(from: number): string {
    return this.#text.slice(from, this.#at);
  }

  /** Enters a map; true: it has an entry. @throws {LineError} If there is no map here. */
  firstInMap(): boolean {
    this.#expect(OPEN_MAP, "a map");
    return this.#hasEntry(CLOSE_MAP);
  }

  /** Goes to the next entry of a map; false: it has ended. @throws {LineError} If neither comes. */
  nextInMap(): boolean {
    return this.#next(CLOSE_MAP);
  }

  /** Enters a list; true: it has an entry. @throws {LineError} If there is no list here. */
  firstInList(): boolean {
    this.#expect(OPEN_LIST, "a list");
    return this.#hasEntry(CLOSE_LIST);
  }

  /** Goes to the next entry of a list; false: it has ended. @throws {LineError} If neither comes. */
  nextInList(): boolean {
    return this.#next(CLOSE_LIST);
  }

  /** Reads a key and its colon. Returns its code, or `OTHER_KEY`. @throws {LineError} If none comes. */
  key(): number {
    if (this.#skipBlank() !== QUOTE) throw this.#problem("a key");
    const text = this.#text;
    const start = this.#at + 1;
    let at = start;
    let code = 0;
    let all = 0;
    for (; at < this.#end; at++) {
      const char = text.charCodeAt(at);
      if (char === QUOTE) break;
      if (char === BACKSLASH) at++;
      code = (code << KEY_BITS) | char;
      all |= char;
    }
    this.#keyStart = start;
    this.#keyEnd = at;
    this.#at = at + 1;
    this.#expect(COLON, "a colon");
    return at - start <= KEY_LENGTH_MAX && all < 1 << KEY_BITS ? code : OTHER_KEY;
  }

  /**
   * Reads a number as hundredths; what is finer is rounded to the nearest, halves away from 0.
   * @throws {LineError} If no number comes, or one too large to be counted in hundredths.
   */
  hundredths(): number {
    let char = this.#skipBlank();
    const text = this.#text;
    const start = this.#at;
    let at = start;
    const isNegative = char === MINUS;
    if (isNegative) char = text.charCodeAt(++at);
    if (!(char >= ZERO && char <= NINE)) throw this.#problem("a number");
    let value = 0;
    do {
      value = value * 10 + (char - ZERO);
      char = text.charCodeAt(++at);
    } while (char >= ZERO && char <= NINE);
    if (char === POINT) {
      const tenth = text.charCodeAt(++at);
      if (!(tenth >= ZERO && tenth <= NINE)) throw this.#problem("a number");
      char = text.charCodeAt(++at);
      const isWhole = !(char >= ZERO && char <= NINE);
      value = value * 100 + (tenth - ZERO) * 10 + (isWhole ? 0 : char - ZERO);
      if (!isWhole) char = text.charCodeAt(++at);
      if (char >= ZERO && char <= NINE) {
        if (char > 52) value += 1; // 5 or above
        do char = text.charCodeAt(++at); while (char >= ZERO && char <= NINE);
      }
    } else value *= 100;
    this.#at = at;
    if (char === LOWER_E || char === UPPER_E) return this.#exponential(start);
    if (value > WHOLE_MAX * 100) throw this.#problem("a number below 9 * 10^13");
    return isNegative ? 0 - value : value;
  }

  /** Reads a whole number of at most 15 digits. @throws {LineError} If none comes. */
  whole(): number {
    const char = this.#skipBlank();
    const text = this.#text;
    let at = this.#at;
    const isNegative = char === MINUS;
    if (isNegative) at++;
    const start = at;
    let value = 0;
    for (; at < this.#end; at++) {
      const digit = text.charCodeAt(at);
      if (digit < ZERO || digit > NINE) break;
      value = value * 10 + (digit - ZERO);
    }
    if (at === start || at - start > 15) throw this.#problem("a whole number");
    this.#at = at;
    return isNegative ? 0 - value : value;
  }

  /** Reads true or false. @throws {LineError} If neither comes. */
  flag(): boolean {
    const char = this.#skipBlank();
    if (char !== LOWER_T && char !== LOWER_F) throw this.#problem("true or false");
    const isTrue = char === LOWER_T;
    const word = isTrue ? "true" : "false";
    if (!this.#text.startsWith(word, this.#at)) throw this.#problem("true or false");
    this.#at += word.length;
    return isTrue;
  }

  /**
   * Reads a string without escapes. If it is `known`, that very string is returned and nothing made.
   * @throws {LineError} If none comes, or one with an escape.
   */
  string(known = ""): string {
    if (this.#skipBlank() !== QUOTE) throw this.#problem("a string");
    const start = this.#at + 1;
    const knownEnd = start + known.length;
    if (known !== "" && this.#text.charCodeAt(knownEnd) === QUOTE) {
      if (this.#text.startsWith(known, start)) {
        this.#at = knownEnd + 1;
        return known;
      }
    }
    const end = this.#text.indexOf('"', start);
    const found = end < 0 ? "\\" : this.#text.slice(start, end);
    if (found.includes("\\")) throw this.#problem("a string without escapes");
    this.#at = end + 1;
    return found;
  }

  /** True if null is next; then it is read. */
  isNull(): boolean {
    this.#skipBlank();
    if (!this.#text.startsWith("null", this.#at)) return false;
    this.#at += 4;
    return true;
  }

  /** Passes over any value. @throws {LineError} If none comes, or one nested too deep. */
  skip(depth = 0): void {
    const char = this.#skipBlank();
    if (depth > DEPTH_MAX) throw this.#problem(`at most ${DEPTH_MAX} levels`);
    if (char === QUOTE) return this.#skipString();
    if (char === OPEN_LIST) return this.#skipList(depth);
    if (char === OPEN_MAP) return this.#skipMap(depth);
    const start = this.#at;
    while (this.#at < this.#end && !isDelimiter(this.#text.charCodeAt(this.#at))) this.#at++;
    if (this.#at === start) throw this.#problem("a value");
  }

  /** @throws {LineError} If anything but blanks is left. */
  close(): void {
    this.#skipBlank();
    if (this.#at < this.#end) throw this.#problem("the end of the line");
  }

  #skipString(): void {
    for (this.#at++; this.#at < this.#end; this.#at++) {
      const char = this.#text.charCodeAt(this.#at);
      if (char === BACKSLASH) this.#at++;
      else if (char === QUOTE) {
        this.#at++;
        return;
      }
    }
    throw this.#problem("the end of a string");
  }

  #skipList(depth: number): void {
    for (let more = this.firstInList(); more; more = this.nextInList()) this.skip(depth + 1);
  }

  #skipMap(depth: number): void {
    for (let more = this.firstInMap(); more; more = this.nextInMap()) {
      this.key();
      this.skip(depth + 1);
    }
  }

  #exponential(start: number): number {
    this.skip(); // the exponent is no delimiter
    const value = Math.round(Number(this.slice(start)) * 100);
    if (!(Math.abs(value) <= WHOLE_MAX)) throw this.#problem("a number");
    return value + 0;
  }

  #hasEntry(close: number): boolean {
    if (this.#skipBlank() !== close) return true;
    this.#at++;
    return false;
  }

  #next(close: number): boolean {
    const char = this.#skipBlank();
    if (char !== COMMA && char !== close) throw this.#problem("a comma or the end");
    this.#at++;
    return char === COMMA;
  }

  #expect(char: number, what: string): void {
    if (this.#text.charCodeAt(this.#at) !== char && this.#skipBlank() !== char) {
      throw this.#problem(what);
    }
    this.#at++;
  }

  /** Goes to the next character that is no blank, and returns it; NaN at the end. */
  #skipBlank(): number {
    let char = this.#text.charCodeAt(this.#at);
    while (char <= SPACE) char = this.#text.charCodeAt(++this.#at);
    return char;
  }

  #problem(what: string): LineError {
    const seen = JSON.stringify(this.#text.slice(this.#at, this.#at + 20));
    return new LineError(
      `Cannot read a message: ${what} must stand at character ${this.#at + 1}: was ${seen}`,
    );
  }
}

function isDelimiter(char: number): boolean {
  return char === COMMA || char === CLOSE_LIST || char === CLOSE_MAP || char <= SPACE;
}
