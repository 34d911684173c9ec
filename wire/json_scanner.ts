/**
 * Tokens of strict JSON out of bytes: strings, numbers, literals.
 *
 * Invariant: a string that it returns shares no memory with the bytes or with a longer string, so
 * that keeping an id does not keep a whole frame alive.
 * Known limit: a number beyond 15 significant digits that is no plain safe integer stays text.
 * @module
 */

/** The bytes are not the JSON that the protocol allows. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

/** A number that is too long or too large for the protocol's rules, as it was spelt. */
export class WideNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Most significant digits that survive a double there and back. */
export const MAX_NUMBER_DIGITS = 15;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
const POINT = 0x2e;
const PLUS = 0x2b;
const MINUS = 0x2d;
const LOWER_E = 0x65;
const UPPER_E = 0x45;

/** Smallest double that is not subnormal: below it 15 digits do not survive. */
const LEAST_NORMAL = 2.2250738585072014e-308;

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [QUOTE, '"'],
  [BACKSLASH, "\\"],
  [0x2f, "/"],
  [0x62, "\b"],
  [0x66, "\f"],
  [0x6e, "\n"],
  [0x72, "\r"],
  [0x74, "\t"],
]);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Node's way of making a text of bytes, the fastest there is; got when it is first wanted. */
let latin1Slice: typeof Buffer.prototype.latin1Slice | undefined;

function latin1(bytes: Uint8Array, start: number, end: number): string {
  latin1Slice ??= process.getBuiltinModule("node:buffer").Buffer.prototype.latin1Slice;
  return latin1Slice.call(bytes, start, end);
}

/** Reads tokens from left to right. `at` is the next byte. */
export class JsonScanner {
  /** What is read; whoever reads one message after the other puts it here. */
  bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Returns the next byte, or -1 at the end: compared, never kept. */
  peek(): number {
    return this.bytes[this.at] ?? -1;
  }

  skipSpace(): void {
    for (;;) {
      const byte = this.peek();
      if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.at++;
    }
  }

  /** @throws {JsonError} Always. */
  fail(rule: string): never {
    const byte = this.bytes[this.at];
    const found = byte === undefined
      ? "the end"
      : byte > SPACE && byte < 0x7f
      ? `"${String.fromCharCode(byte)}"`
      : `byte 0x${byte.toString(16).padStart(2, "0")}`;
    throw new JsonError(`Cannot parse JSON: ${rule}: was ${found} at byte ${this.at}`);
  }

  /** Steps over one byte. @throws {JsonError} If it is another. */
  expect(byte: number, rule: string): void {
    if (this.peek() !== byte) this.fail(rule);
    this.at++;
  }

  /** Returns the ASCII from `start` up to the next byte. Short ones by hand: a call out is slow. */
  asciiFrom(start: number): string {
    const length = this.at - start;
    if (length > 8) return latin1(this.bytes, start, this.at);
    const bytes = this.bytes;
    const a = bytes[start] ?? 0;
    const b = bytes[start + 1] ?? 0;
    const c = bytes[start + 2] ?? 0;
    const d = bytes[start + 3] ?? 0;
    switch (length) {
      case 0:
        return "";
      case 1:
        return String.fromCharCode(a);
      case 2:
        return String.fromCharCode(a, b);
      case 3:
        return String.fromCharCode(a, b, c);
      case 4:
        return String.fromCharCode(a, b, c, d);
      default:
        return this.#fiveToEight(start, String.fromCharCode(a, b, c, d));
    }
  }

  #fiveToEight(start: number, head: string): string {
    const bytes = this.bytes;
    const e = bytes[start + 4] ?? 0;
    const f = bytes[start + 5] ?? 0;
    const g = bytes[start + 6] ?? 0;
    const h = bytes[start + 7] ?? 0;
    switch (this.at - start) {
      case 5:
        return head + String.fromCharCode(e);
      case 6:
        return head + String.fromCharCode(e, f);
      case 7:
        return head + String.fromCharCode(e, f, g);
      default:
        return head + String.fromCharCode(e, f, g, h);
    }
  }

  /** Reads a literal such as `true`. @throws {JsonError} If another text is there. */
  readLiteral(literal: string): void {
    for (let i = 0; i < literal.length; i++) {
      this.expect(
        literal.charCodeAt(i),
        "a value must be a string, number, object, array, true, false or null",
      );
    }
  }

  /** Reads a string; the next byte is its opening quote. @throws {JsonError} If it is malformed. */
  readString(): string {
    const start = ++this.at;
    const rest = this.#skipPlain();
    const head = this.asciiFrom(start);
    if (rest === QUOTE) {
      this.at++;
      return head;
    }
    let text = head;
    for (;;) {
      const byte = this.peek();
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) text += this.#readEscape();
      else if (byte >= SPACE) text += this.#readUtf8();
      else this.fail("a string must end with a quote and hold no control characters");
    }
    this.at++;
    return text;
  }

  /** Skips ASCII that stands for itself. Returns the byte after it. */
  #skipPlain(): number {
    const bytes = this.bytes;
    let at = this.at;
    let byte = bytes[at] ?? -1;
    while (byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH) {
      byte = bytes[++at] ?? -1;
    }
    this.at = at;
    return byte;
  }

  /** Reads what stands for itself, up to a quote, a backslash or a control character. */
  #readUtf8(): string {
    const start = this.at;
    const bytes = this.bytes;
    let at = start;
    let byte = bytes[at] ?? -1;
    while (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH) byte = bytes[++at] ?? -1;
    try {
      const text = utf8.decode(bytes.subarray(start, at));
      this.at = at;
      return text;
    } catch (error) {
      if (error instanceof TypeError) this.fail("a string must be valid UTF-8");
      throw error;
    }
  }

  #readEscape(): string {
    this.at++;
    const byte = this.peek();
    if (byte === 0x75) return this.#readUnicodeEscape();
    const text = ESCAPES.get(byte);
    if (text === undefined) {
      this.fail('an escape must be one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u');
    }
    this.at++;
    return text;
  }

  #readUnicodeEscape(): string {
    const first = this.#readHex();
    if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
    const rule = "a surrogate must be one of a pair";
    if (first > 0xdbff) this.fail(rule);
    this.expect(BACKSLASH, rule);
    if (this.peek() !== 0x75) this.fail(rule);
    const second = this.#readHex();
    if (second < 0xdc00 || second > 0xdfff) this.fail(rule);
    return String.fromCharCode(first, second);
  }

  /** Reads `uXXXX`; the next byte is the `u`. */
  #readHex(): number {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      this.at++;
      const digit = hexDigit(this.peek());
      if (digit === undefined) this.fail("\\u must have four hexadecimal digits");
      value = value * 16 + digit;
    }
    this.at++;
    return value;
  }

  /** Reads a number. @throws {JsonError} If it is malformed. */
  readNumber(): number | WideNumber {
    const start = this.at;
    if (this.peek() === MINUS) this.at++;
    if (this.peek() === ZERO) this.at++;
    else this.#digits();
    let isPlain = true;
    if (this.peek() === POINT) {
      isPlain = false;
      this.at++;
      this.#digits();
    }
    if (this.peek() === LOWER_E || this.peek() === UPPER_E) {
      isPlain = false;
      this.at++;
      if (this.peek() === PLUS || this.peek() === MINUS) this.at++;
      this.#digits();
    }
    return numberOrText(this.asciiFrom(start), isPlain ? "integer" : "decimal");
  }

  #digits(): void {
    if (!isDigit(this.peek())) this.fail("a number must have digits here");
    while (isDigit(this.peek())) this.at++;
  }
}

function numberOrText(text: string, form: "integer" | "decimal"): number | WideNumber {
  const value = Number(text);
  if (form === "integer" && Number.isSafeInteger(value)) return value + 0; // + 0 turns -0 into 0
  const digits = significantDigits(text);
  if (digits === 0) return 0;
  const size = Math.abs(value);
  const survives = digits <= MAX_NUMBER_DIGITS && size >= LEAST_NORMAL && size < Infinity;
  return survives ? value : new WideNumber(text);
}

/**
 * Returns how many digits of a JSON number matter: leading and trailing zeros do not.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(significantDigits("-0.0120e5"), 2);
 * ```
 */
export function significantDigits(text: string): number {
  let counted = 0;
  let upToLast = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === LOWER_E || code === UPPER_E) break;
    if (!isDigit(code)) continue;
    if (code !== ZERO || counted > 0) counted++;
    if (code !== ZERO) upToLast = counted;
  }
  return upToLast;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function hexDigit(byte: number): number | undefined {
  if (isDigit(byte)) return byte - ZERO;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : undefined;
}
