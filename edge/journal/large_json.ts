/**
 * Reads JSON that may be longer than the longest string there is: 2^29 characters, which the
 * checkpoint of a million orders has. Texts of ordinary length are one `JSON.parse`.
 *
 * Only for what `JSON.stringify` spells, without white space, and a seal vouches for.
 * @module
 */

/** Longest text that is parsed in one go. */
const PIECE_BYTES = 1 << 26;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const decoder = new TextDecoder();

/** Where an element or a member stands. */
type Span = { readonly from: number; readonly to: number };

/**
 * Returns the value that `bytes` spell.
 * @throws {SyntaxError} If they are no JSON.
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * const bytes = new TextEncoder().encode('{"rows":[[1],[2],[3]]}');
 * deepStrictEqual(parseLargeJson(bytes, 4), { rows: [[1], [2], [3]] });
 * ```
 */
export function parseLargeJson(bytes: Uint8Array, pieceBytes: number = PIECE_BYTES): unknown {
  if (bytes.length > pieceBytes) {
    if (bytes[0] === OPEN_BRACE) return parseObject(bytes, pieceBytes);
    if (bytes[0] === OPEN_BRACKET) return parseArray(bytes, pieceBytes);
  }
  return JSON.parse(decoder.decode(bytes));
}

function parseObject(bytes: Uint8Array, pieceBytes: number): Readonly<Record<string, unknown>> {
  const entries: [string, unknown][] = [];
  for (const { from, to } of spans(bytes)) {
    const colon = endOfString(bytes, from) + 1;
    const key: unknown = JSON.parse(decoder.decode(bytes.subarray(from, colon)));
    entries.push([String(key), parseLargeJson(bytes.subarray(colon + 1, to), pieceBytes)]);
  }
  return Object.fromEntries(entries);
}

/** Elements are parsed in groups: a call for each of a million rows would be slow. */
function parseArray(bytes: Uint8Array, pieceBytes: number): readonly unknown[] {
  const array: unknown[] = [];
  let group: Span | undefined;
  const take = ({ from, to }: Span): void => {
    const elements: unknown = JSON.parse(`[${decoder.decode(bytes.subarray(from, to))}]`);
    if (Array.isArray(elements)) { for (const element of elements) array.push(element); }
  };
  for (const span of spans(bytes)) {
    if (group !== undefined && span.to - group.from <= pieceBytes) {
      group = { from: group.from, to: span.to };
      continue;
    }
    if (group !== undefined) take(group);
    const isLarge = span.to - span.from > pieceBytes;
    if (isLarge) array.push(parseLargeJson(bytes.subarray(span.from, span.to), pieceBytes));
    group = isLarge ? undefined : span;
  }
  if (group !== undefined) take(group);
  return array;
}

/** Yields what stands between the commas of an array or an object. */
function* spans(bytes: Uint8Array): Generator<Span> {
  let depth = 0;
  let from = 1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
      if (depth === 0 && at > from) yield { from, to: at };
    } else if (byte === COMMA && depth === 1) {
      yield { from, to: at };
      from = at + 1;
    }
  }
}

/** Returns where the string that opens at `from` closes. */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
