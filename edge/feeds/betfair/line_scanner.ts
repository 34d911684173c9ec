/**
 * Reads JSON from a line by hand, byte by byte: what a stream of market changes is made
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
const LOWER_A = 97;
const LOWER_E = 101;
const LOWER_N = 110;
const LOWER_Z = 122;
const OPEN_MAP = 123;
const CLOSE_MAP = 125;
const SPACE = 32;

/** No byte of UTF-8. */
const END = 255;
const TRUE = new TextEncoder().encode("true");
const FALSE = new TextEncoder().encode("false");
const NULL = new TextEncoder().encode("null");

/** Digits before the point of a number that is read the short way. */
const PLAIN_DIGITS_MAX = 12;
/** Digits of a number that fits a machine integer. */
const SMALL_DIGITS_MAX = 9;
/** Digits of the number of a level. */
const LEVEL_DIGITS_MAX = 3;
const BYTES_FIRST = 4_096;
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
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  /** The line in UTF-8, and END behind it: bytes are read faster than characters. */
  #bytes = new Uint8Array(BYTES_FIRST);
  #text = "";
  #at = 0;
  #end = 0;
  #keyStart = 0;
  #keyEnd = 0;

  /** Begins with a line. */
  open(text: string): void {
    if (this.#bytes.length <= 3 * text.length) this.#bytes = new Uint8Array(6 * text.length + 1);
    this.#text = text;
    this.#at = 0;
    this.#end = this.#encoder.encodeInto(text, this.#bytes).written;
    this.#bytes[this.#end] = END;
  }

  /** Where it stands, bytes from the start of the line. */
  get at(): number {
    return this.#at;
  }

  /** The key that `key` read last, as text. */
  get keyText(): string {
    return this.#textOf(this.#keyStart, { end: this.#keyEnd });
  }

  /** Returns a part of the line. */
  slice(from: number): string {
    return this.#textOf(from, { end: this.#at });
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
    const bytes = this.#bytes;
    if (bytes[this.#at] !== QUOTE && this.#skipBlank() !== QUOTE) throw this.#problem("a key");
    const start = this.#at + 1;
    const [first, second] = [bytes[start] ?? END, bytes[start + 1] ?? END];
    if (bytes[start + 3] === QUOTE && bytes[start + 4] === COLON) { // the usual length
      const third = bytes[start + 2] ?? END;
      if (isLetter(first) && isLetter(second) && isLetter(third)) {
        this.#at = start + 5;
        return (((first << KEY_BITS) | second) << KEY_BITS) | third;
      }
    } else if (bytes[start + 2] === QUOTE && bytes[start + 3] === COLON) {
      if (isLetter(first) && isLetter(second)) {
        this.#at = start + 4;
        return (first << KEY_BITS) | second;
      }
    }
    return this.#anyKey(start);
  }

  #anyKey(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    let code = 0;
    let all = 0;
    for (; at < this.#end; at++) {
      const char = bytes[at] ?? END;
      if (char === QUOTE) break;
      code = (code << KEY_BITS) | char;
      all |= char;
      if (char === BACKSLASH) {
        at++;
        all = END; // no known key has an escape
      }
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
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    const isNegative = char === MINUS;
    if (isNegative) char = bytes[++at] ?? END;
    if (!(char >= ZERO && char <= NINE)) throw this.#problem("a number");
    let value = 0;
    do {
      value = value * 10 + (char - ZERO);
      char = bytes[++at] ?? END;
    } while (char >= ZERO && char <= NINE);
    if (char === POINT) {
      const tenth = bytes[++at] ?? END;
      if (!(tenth >= ZERO && tenth <= NINE)) throw this.#problem("a number");
      char = bytes[++at] ?? END;
      const isWhole = !(char >= ZERO && char <= NINE);
      value = value * 100 + (tenth - ZERO) * 10 + (isWhole ? 0 : char - ZERO);
      if (!isWhole) char = bytes[++at] ?? END;
      if (char >= ZERO && char <= NINE) {
        if (char > 52) value += 1; // 5 or above
        do char = bytes[++at] ?? END; while (char >= ZERO && char <= NINE);
      }
    } else value *= 100;
    this.#at = at;
    if (char === LOWER_E || char === UPPER_E) return this.#exponential(start);
    if (value > WHOLE_MAX * 100) throw this.#problem("a number below 9 * 10^13");
    return isNegative ? 0 - value : value;
  }

  /**
   * Reads levels of a list as the venue writes them, `[1.01,47.23],[1.02,5]`, and stands behind the
   * last one. What is written in another way is left to the caller: 0 was read then.
   *
   * @param of Width 2: price and size, as hundredths; 3: a level's number before them.
   * @returns How many numbers were written to `target`, which must have room for the line's.
   */
  levels(target: Float64Array, of: { readonly from: number; readonly width: 2 | 3 }): number {
    const bytes = this.#bytes;
    const { from, width } = of;
    let at = this.#at;
    let count = from;
    while (bytes[at] === OPEN_LIST) {
      let next = at;
      for (let place = 1; place <= width; place++) {
        const start = ++next;
        let value = 0;
        let digit = (bytes[next] ?? END) - ZERO;
        while (digit >= 0 && digit <= 9) {
          value = value * 10 + digit;
          digit = (bytes[++next] ?? END) - ZERO;
        }
        const isNumber = place + 2 <= width;
        const digits = next - start;
        if (digits === 0 || digits > (isNumber ? LEVEL_DIGITS_MAX : PLAIN_DIGITS_MAX)) {
          return count - from;
        }
        if (digit === POINT - ZERO && !isNumber) {
          const tenth = (bytes[++next] ?? END) - ZERO;
          if (tenth < 0 || tenth > 9) return count - from;
          const hundredth = (bytes[++next] ?? END) - ZERO;
          const isFiner = hundredth >= 0 && hundredth <= 9;
          value = value * 100 + tenth * 10 + (isFiner ? hundredth : 0);
          if (isFiner) next++;
        } else if (!isNumber) value *= 100;
        if (bytes[next] !== (place === width ? CLOSE_LIST : COMMA)) return count - from;
        target[count + place - 1] = value;
      }
      count += width;
      this.#at = at = next + 1;
      if (bytes[at] !== COMMA) break;
      at++;
    }
    return count - from;
  }

  /** Reads a whole number of at most 15 digits. @throws {LineError} If none comes. */
  whole(): number {
    const char = this.#skipBlank();
    const bytes = this.#bytes;
    let at = this.#at;
    const isNegative = char === MINUS;
    if (isNegative) at++;
    const start = at;
    const nine = start + SMALL_DIGITS_MAX;
    let small = 0;
    let digit = (bytes[at] ?? END) - ZERO;
    while (digit >= 0 && digit <= 9 && at < nine) {
      small = (small * 10 + digit) | 0;
      digit = (bytes[++at] ?? END) - ZERO;
    }
    let value = small;
    for (; digit >= 0 && digit <= 9; digit = (bytes[++at] ?? END) - ZERO) {
      value = value * 10 + digit;
    }
    if (at === start || at - start > 15) throw this.#problem("a whole number");
    this.#at = at;
    return isNegative ? 0 - value : value;
  }

  /** As `whole`; the number may stand in quotes. @throws {LineError} If none comes. */
  wholeOrQuoted(): number {
    if (this.#skipBlank() !== QUOTE) return this.whole();
    this.#at++;
    const value = this.whole();
    this.#expect(QUOTE, "the end of a number in quotes");
    return value;
  }

  /** Reads true or false. @throws {LineError} If neither comes. */
  flag(): boolean {
    this.#skipBlank();
    if (this.#isWord(TRUE)) return true;
    if (this.#isWord(FALSE)) return false;
    throw this.#problem("true or false");
  }

  /**
   * Reads a string without escapes. If it is `known`, that very string is returned and nothing made;
   * `known` must be ASCII.
   * @throws {LineError} If none comes, or one with an escape.
   */
  string(known = ""): string {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== QUOTE && this.#skipBlank() !== QUOTE) throw this.#problem("a string");
    const start = this.#at + 1;
    let at = start;
    let isKnown = true;
    for (; bytes[at] !== QUOTE; at++) {
      const char = bytes[at] ?? END;
      if (char === BACKSLASH || char === END) throw this.#problem("a string without escapes");
      isKnown = isKnown && char === known.charCodeAt(at - start);
    }
    this.#at = at + 1;
    return isKnown && at - start === known.length ? known : this.#textOf(start, { end: at });
  }

  /** True if null is next; then it is read. */
  isNull(): boolean {
    const char = this.#bytes[this.#at] ?? END;
    if (char > SPACE && char !== LOWER_N) return false;
    return this.#skipBlank() === LOWER_N && this.#isWord(NULL);
  }

  /** Passes over any value. @throws {LineError} If none comes, or one nested too deep. */
  skip(depth = 0): void {
    const char = this.#skipBlank();
    if (depth > DEPTH_MAX) throw this.#problem(`at most ${DEPTH_MAX} levels`);
    if (char === QUOTE) return this.#skipString();
    if (char === OPEN_LIST) return this.#skipList(depth);
    if (char === OPEN_MAP) return this.#skipMap(depth);
    const bytes = this.#bytes;
    let at = this.#at;
    while (!isDelimiter(bytes[at] ?? END)) at++;
    if (at === this.#at) throw this.#problem("a value");
    this.#at = at;
  }

  /** Passes over a list of levels. @throws {LineError} If no value comes. */
  skipLevels(): void {
    const bytes = this.#bytes;
    this.#skipBlank();
    let at = this.#at;
    if (bytes[at] !== OPEN_LIST || bytes[at + 1] !== OPEN_LIST) return this.skip();
    for (at += 2; bytes[at] !== CLOSE_LIST || bytes[at + 1] !== CLOSE_LIST; at++) {
      const char = bytes[at] ?? END;
      if (char === END || char === QUOTE || char <= SPACE) return this.skip();
    }
    this.#at = at + 2;
  }

  /** @throws {LineError} If anything but blanks is left. */
  close(): void {
    this.#skipBlank();
    if (this.#at < this.#end) throw this.#problem("the end of the line");
  }

  #skipString(): void {
    const bytes = this.#bytes;
    for (let at = this.#at + 1; at < this.#end; at++) {
      const char = bytes[at];
      if (char === BACKSLASH) at++;
      else if (char === QUOTE) {
        this.#at = at + 1;
        return;
      }
    }
    throw this.#problem("the end of a string");
  }

  /** Reads the word if it is next. */
  #isWord(word: Uint8Array): boolean {
    for (let place = 0; place < word.length; place++) {
      if (this.#bytes[this.#at + place] !== word[place]) return false;
    }
    this.#at += word.length;
    return true;
  }

  /** In a line of ASCII bytes are characters. */
  #textOf(from: number, { end }: { readonly end: number }): string {
    if (this.#end === this.#text.length) return this.#text.slice(from, end);
    return this.#decoder.decode(this.#bytes.subarray(from, end));
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
    const char = this.#bytes[this.#at] ?? END;
    if (char !== close && (char > SPACE || this.#skipBlank() !== close)) return true;
    this.#at++;
    return false;
  }

  #next(close: number): boolean {
    let char = this.#bytes[this.#at] ?? END;
    if (char <= SPACE) char = this.#skipBlank();
    if (char !== COMMA && char !== close) throw this.#problem("a comma or the end");
    this.#at++;
    return char === COMMA;
  }

  #expect(char: number, what: string): void {
    if (this.#bytes[this.#at] !== char && this.#skipBlank() !== char) {
      throw this.#problem(what);
    }
    this.#at++;
  }

  /** Goes to the next byte that is no blank, and returns it; END at the end. */
  #skipBlank(): number {
    let char = this.#bytes[this.#at] ?? END;
    while (char <= SPACE) char = this.#bytes[++this.#at] ?? END;
    return char;
  }

  #problem(what: string): LineError {
    const end = Math.min(this.#at + 20, this.#end);
    const seen = JSON.stringify(this.#textOf(this.#at, { end }));
    return new LineError(
      `Cannot read a message: ${what} must stand at byte ${this.#at + 1}: was ${seen}`,
    );
  }
}

function isLetter(char: number): boolean {
  return char >= LOWER_A && char <= LOWER_Z;
}

function isDelimiter(char: number): boolean {
  return char === COMMA || char === CLOSE_LIST || char === CLOSE_MAP || char <= SPACE ||
    char === END;
}
