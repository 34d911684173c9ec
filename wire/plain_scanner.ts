/**
 * Tokens of plain JSON, read without exceptions: undefined for whatever is not plain.
 * @module
 */
import { JsonScanner } from "./json_scanner.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;
const POINT = 0x2e;

/** Digits that always fit: more of them are left to the general parser. */
const PLAIN_INTEGER_DIGITS = 16;
const PLAIN_DECIMAL_DIGITS = 18;

/** Texts remembered, a power of two; they hold no more than so many short strings. */
const KNOWN_TEXTS = 256;

/** A word of an enumeration, and its bytes with both quotes. */
export type Word<T extends string> = { readonly text: T; readonly bytes: Uint8Array };

const encoder = new TextEncoder();

/** Returns the words of an enumeration, to be compared with bytes. */
export function words<const T extends string>(texts: readonly T[]): readonly Word<T>[] {
  return texts.map((text) => ({ text, bytes: encoder.encode(`"${text}"`) }));
}

const INTENT_ID_BYTES = new Uint8Array(256);
for (const byte of encoder.encode("._:-")) INTENT_ID_BYTES[byte] = 1;
for (let i = 0; i < 26; i++) INTENT_ID_BYTES[0x41 + i] = INTENT_ID_BYTES[0x61 + i] = 1;
for (let i = 0; i < 10; i++) INTENT_ID_BYTES[ZERO + i] = 1;

const PLAIN_BYTES = new Uint8Array(256);
for (let i = 0x20; i < 0x80; i++) PLAIN_BYTES[i] = 1;
PLAIN_BYTES[QUOTE] = PLAIN_BYTES[BACKSLASH] = 0;

/**
 * Reads values only in their plainest spelling, straight from the bytes: ASCII, no escapes, canonical
 * decimals. For any other spelling a method gives undefined, and the whole message is read again by
 * the general parser.
 */
export class PlainScanner extends JsonScanner {
  readonly #known: (string | undefined)[] = new Array(KNOWN_TEXTS).fill(undefined);

  /** Reads `"…"` of ASCII without escapes: a name or a label, which is likely to come again. */
  plainText(maxLength: number): string | undefined {
    if (this.peek() !== QUOTE) return undefined;
    const start = ++this.at;
    const bytes = this.bytes;
    let at = start;
    while (PLAIN_BYTES[bytes[at] ?? 0] === 1) at++;
    if (bytes[at] !== QUOTE || at - start > maxLength) return undefined;
    this.at = at + 1;
    return this.#knownText(start, at - start);
  }

  /** Reads an intent id. */
  plainIntentId(): string | undefined {
    if (this.peek() !== QUOTE) return undefined;
    const start = ++this.at;
    const bytes = this.bytes;
    let at = start;
    while (INTENT_ID_BYTES[bytes[at] ?? 0] === 1) at++;
    if (bytes[at] !== QUOTE || at === start || at - start > 64) return undefined;
    return this.#textTo(at, start);
  }

  /** Reads a decimal string that is not negative; canonical. */
  plainDecimal(): string | undefined {
    if (this.peek() !== QUOTE) return undefined;
    const start = ++this.at;
    const bytes = this.bytes;
    let at = start;
    while (isDigit(bytes[at])) at++;
    const point = at;
    if (point === start || (bytes[start] === ZERO && point > start + 1)) return undefined;
    let end = point;
    if (bytes[at] === POINT) {
      at++;
      while (isDigit(bytes[at])) at++;
      if (at === point + 1) return undefined;
      end = at;
      while (bytes[end - 1] === ZERO) end--;
      if (end === point + 1) end = point;
    }
    if (bytes[at] !== QUOTE || at - start > PLAIN_DECIMAL_DIGITS + 1) return undefined;
    this.at = at + 1;
    return this.#knownText(start, end - start);
  }

  /** Reads an integer that is not negative, within 2^53. */
  plainInteger(): number | undefined {
    const start = this.at;
    const bytes = this.bytes;
    let at = start;
    let value = 0;
    let byte = bytes[at] ?? 0;
    while (byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO);
      byte = bytes[++at] ?? 0;
    }
    const digits = at - start;
    if (digits === 0 || digits > PLAIN_INTEGER_DIGITS || !Number.isSafeInteger(value)) {
      return undefined;
    }
    if (digits > 1 && bytes[start] === ZERO) return undefined;
    if (byte === POINT || (byte | 0x20) === 0x65) return undefined;
    this.at = at;
    return value;
  }

  /** Reads one of a few words. */
  plainWord<T extends string>(candidates: readonly Word<T>[]): T | undefined {
    for (const { text, bytes } of candidates) {
      if (this.#steps(bytes)) return text;
    }
    return undefined;
  }

  /** Reads `true` or `false`. */
  plainBoolean(): boolean | undefined {
    if (this.#steps(TRUE)) return true;
    return this.#steps(FALSE) ? false : undefined;
  }

  /** Steps over these bytes, if they are the next ones. */
  #steps(expected: Uint8Array): boolean {
    const bytes = this.bytes;
    const at = this.at;
    for (let i = 0; i < expected.length; i++) {
      if (bytes[at + i] !== expected[i]) return false;
    }
    this.at = at + expected.length;
    return true;
  }

  /** Returns the text at `start`: the very one that was read before, if it is still known. */
  #knownText(start: number, length: number): string {
    const bytes = this.bytes;
    let hash = length;
    for (let i = 0; i < length; i++) hash = Math.imul(hash, 31) + (bytes[start + i] ?? 0) | 0;
    const row = (hash ^ (hash >>> 16)) & (KNOWN_TEXTS - 1);
    const known = this.#known[row];
    if (known !== undefined && this.#isText(known, start, length)) return known;
    const end = this.at;
    this.at = start + length;
    const text = this.asciiFrom(start);
    this.at = end;
    this.#known[row] = text;
    return text;
  }

  #isText(text: string, start: number, length: number): boolean {
    if (text.length !== length) return false;
    const bytes = this.bytes;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Steps over a closing quote at `end` and returns what stands before it. */
  #textTo(end: number, start: number): string {
    this.at = end;
    const text = this.asciiFrom(start);
    this.at = end + 1;
    return text;
  }
}

const TRUE = encoder.encode("true");
const FALSE = encoder.encode("false");

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
