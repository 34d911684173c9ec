/**
 * What a query comes to, and how it is kept under the frame limit: pages of rows, and the refusal of
 * what cannot be cut.
 * @module
 */
import type { ClientIndex } from "../core/numbers.ts";
import type { View } from "../core/view.ts";
import type { HotLoopView } from "./backend.ts";
import type { QueryName } from "./message.ts";
import type { ResultCode } from "./server_message.ts";

/** `result` is JSON text. */
export type QueryAnswer =
  | { readonly ok: true; readonly result: string; readonly nextCursor?: string }
  | { readonly ok: false; readonly code: ResultCode; readonly message: string };

/** What answers are made of. */
export type QueryContext = {
  readonly view: View;
  /** Absent: no signals. */
  readonly hotLoop?: HotLoopView | undefined;
  readonly client: ClientIndex;
  readonly maxFrameBytes: number;
  /** Everything that the process counts. */
  readonly counters: () => Readonly<Record<string, number | string>>;
};

/** Most rows of one RESULT, whatever the limit asked for. */
export const ROWS_MAX = 1_000;
/** Room for what a RESULT holds besides its rows. */
export const RESULT_HEAD_BYTES = 1_024;

/** One row and the cursor of the page that begins after it. */
export type Row = { readonly text: string; readonly cursor: string };

/** Returns how many rows to read for a page: one more tells whether another page follows. */
export function rowsToRead(limit: number | undefined): number {
  return Math.min(limit ?? ROWS_MAX, ROWS_MAX) + 1;
}

/**
 * Returns one page of rows: at most `limit`, and as many as one frame holds, at least one.
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * const rows = [{ text: "1", cursor: "a" }, { text: "2", cursor: "b" }];
 * deepStrictEqual(toPage(rows, { limit: 1, maxFrameBytes: 4096 }), {
 *   ok: true,
 *   result: "[1]",
 *   nextCursor: "a",
 * });
 * ```
 */
export function toPage(
  rows: Iterable<Row>,
  bounds: { readonly limit: number | undefined; readonly maxFrameBytes: number },
): QueryAnswer {
  const rowsMax = Math.min(bounds.limit ?? ROWS_MAX, ROWS_MAX);
  const texts: string[] = [];
  let room = bounds.maxFrameBytes - RESULT_HEAD_BYTES;
  let cursor = "";
  for (const row of rows) {
    const bytes = utf8BytesMax(row.text) + 1;
    if (texts.length === rowsMax || (texts.length > 0 && bytes > room)) {
      return { ok: true, result: `[${texts.join(",")}]`, nextCursor: cursor };
    }
    texts.push(row.text);
    room -= bytes;
    cursor = row.cursor;
  }
  return { ok: true, result: `[${texts.join(",")}]` };
}

/** What to ask where an answer is too long for a frame; of the others nothing less can be asked. */
const INSTEAD: Partial<Record<QueryName, string>> = {
  capabilities: "ask instruments, which comes in pages and whose rows hold what differs",
  risk: "ask orders, positions and balances, which come in pages",
  metrics: "read /metrics, which no frame bounds",
  ladder_top: "ask for fewer levels (n)",
};

/** The refusal of a query whose RESULT would break the frame limit: nobody could read it. */
export function tooLong(
  what: QueryName,
  of: { readonly bytes: number; readonly maxFrameBytes: number },
): Extract<QueryAnswer, { ok: false }> {
  const instead = INSTEAD[what];
  const message = `Cannot answer ${what}: a RESULT must not exceed wire.max_frame_bytes ` +
    `(${of.maxFrameBytes}): was ${of.bytes} bytes${instead === undefined ? "" : `: ${instead}`}`;
  return { ok: false, code: "FRAME_SIZE", message };
}

/** Returns the bytes of a text as UTF-8. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Returns a bound of a text's bytes: exact for ASCII. */
export function utf8BytesMax(text: string): number {
  // deno-lint-ignore no-control-regex
  return /^[\x00-\x7f]*$/.test(text) ? text.length : text.length * 3;
}

/** Returns the rows after a numeric cursor, as `toPage` wants them; undefined: a bad cursor. */
export function rowsAfter<T>(
  rows: readonly T[],
  cursor: string | undefined,
  encode: (row: T) => string,
): Row[] | undefined {
  const start = parseCursor(cursor);
  if (start === undefined) return undefined;
  return rows.slice(start, start + ROWS_MAX + 1)
    .map((row, at) => ({ text: encode(row), cursor: String(start + at + 1) }));
}

/** Returns a cursor's number, 0 without one, undefined if it is none of ours. */
export function parseCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return 0;
  return /^(0|[1-9][0-9]{0,14})$/.test(cursor) ? Number(cursor) : undefined;
}

/** The refusal of a cursor that no RESULT gave. */
export function badCursor(cursor: string | undefined): QueryAnswer {
  const message = `args.cursor: must be the next_cursor of a RESULT: was ${JSON.stringify(cursor)}`;
  return { ok: false, code: "BAD_MESSAGE", message };
}
