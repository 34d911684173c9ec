/**
 * The row of an order: which column holds what, and how words become numbers.
 *
 * Columns that a typical event touches stand together, so that it touches few lines of the cache.
 * @module
 */
import { timeInForceCode } from "../digest_codes.ts";
import { type OrdType, type Side, type TimeInForce, TIMES_IN_FORCE } from "../instrument.ts";
import {
  CANCEL_CAUSES,
  type CancelCause,
  type OrderTerms,
  type RequestKind,
} from "../order_parts.ts";
import { NO_LABEL } from "./labels.ts";
import { NONE, type PagePlace } from "./pages.ts";
import { NO_BLOCK } from "./seen_keys.ts";
import { NO_SLOT } from "./slot_index.ts";

/** Columns of 32 bits: the first line of the row, 0 at first unless {@link clearRow} says otherwise. */
export const CLIENT = 0;
export const VENUE = 1;
export const INSTRUMENT = 2;
/** Side, type, time in force and flags of the Place, see {@link termsWord}. */
export const TERMS = 3;
/** See {@link FLAG}. */
export const FLAGS = 4;
export const DOUBT_BITS = 5;
export const RETRY_BITS = 6;
export const ATTEMPTS = 7;
export const BASE_VERSION = 8;
export const VERSION = 9;
export const KEY_VERSION = 10;
/** Slot of the intent that placed or last replaced it. */
export const BEARER = 11;
/** Newest of the intents that mean it. */
export const BOUND_NEWEST = 12;
/** Label of the tag. */
export const TAG = 13;
/** Newest block of seen keys. */
export const SEEN = 14;
export const MUST_CANCEL = 15;

/** Columns of 64 bits behind them. These hold 0 at first: */
export const ID = 8;
export const ORDER_QTY = 9;
export const CUM_QTY = 10;
export const VOIDED_QTY = 11;
/** Exact while below 2^53; {@link NONE} where the wide one counts. */
export const NOTIONAL = 12;
export const LAST_REPORT = 13;
/** Last event that touched it, and where its note is in that event's list. */
export const TOUCHED_SEQ = 14;
export const TOUCHED_AT = 15;
export const COUNTED_QTY = 16;
export const BASE_CUM_QTY = 17;
/** And these {@link NONE}: */
export const PRICE = 18;
export const COUNTED_PX = 19;
export const COUNTED_DEAR_PX = 20;
export const LAPSE_DUE_US = 21;
export const ENDED_US = 22;
export const DOUBT_SINCE_US = 23;
/** Four request numbers, then the four times at which they left. */
export const REQUESTS = 24;
export const REQUESTS_SENT_US = 28;
export const LOOKUP_DUE_US = 32;
export const RETRY_DUE_US = 33;
export const TTL_DUE_US = 34;
export const EXPIRE_US = 35;
/** What a Market order is counted with by risk. */
export const REFERENCE_PX = 36;
/** What its retirement counts from. */
export const KEPT_SINCE_US = 37;
/** Of the few that are placed anew; 0 at first. */
export const EXECUTED_ANEW = 38;
/** Columns of a row, of 64 bits: five lines of the cache. */
export const ORDER_WIDTH = 40;

/** Where rows are: the same memory as numbers of 64 and of 32 bits. */
export type RowPage = { readonly row: Float64Array; readonly ints: Int32Array };

/** Makes a page of `rows` rows where there is room for one. */
export function rowPage(rows: number, { buffer, from }: PagePlace): RowPage {
  return {
    row: new Float64Array(buffer, from, rows * ORDER_WIDTH),
    ints: new Int32Array(buffer, from, 2 * rows * ORDER_WIDTH),
  };
}

/** Bits of {@link FLAGS}. */
export const FLAG = {
  isAccepted: 1,
  isDoubtReported: 2,
  wasAbsent: 4,
  isCounted: 8,
  isDryRun: 16,
} as const;

const CAUSE_CODE = {
  intent: 0,
  cancelAll: 1,
  lapse: 2,
  disconnect: 3,
  kill: 4,
} as const satisfies Record<CancelCause, number>;

/** Returns side, type, time in force and flags as one number. */
export function termsWord(
  terms:
    & Pick<OrderTerms, "side" | "ordType" | "timeInForce" | "postOnly">
    & Partial<Pick<OrderTerms, "reduceOnly">>,
): number {
  return (terms.side === "Buy" ? 0 : 1) | (terms.ordType === "Limit" ? 0 : 2) |
    (terms.postOnly ? 4 : 0) | (terms.reduceOnly === true ? 8 : 0) |
    (timeInForceCode(terms.timeInForce) << 4);
}

/** Returns the side in a terms word. */
export function sideIn(word: number): Side {
  return (word & 1) === 0 ? "Buy" : "Sell";
}

/** Returns the order type in a terms word. */
export function ordTypeIn(word: number): OrdType {
  return (word & 2) === 0 ? "Limit" : "Market";
}

/** Returns if a terms word says post-only. */
export function postOnlyIn(word: number): boolean {
  return (word & 4) !== 0;
}

/** Returns if a terms word says reduce-only. */
export function reduceOnlyIn(word: number): boolean {
  return (word & 8) !== 0;
}

/** Returns the time in force in a terms word. */
export function timeInForceIn(word: number): TimeInForce {
  return TIMES_IN_FORCE[word >> 4] ?? "GTC";
}

/** No cause: 0 is one. */
const NO_CAUSE = -1;

/** Returns the code of a cancel's cause, or of none. */
export function causeCode(cause: CancelCause | null): number {
  return cause === null ? NO_CAUSE : CAUSE_CODE[cause];
}

/** Returns the cause of a code, or null. */
export function causeOf(code: number): CancelCause | null {
  return code === NO_CAUSE ? null : CANCEL_CAUSES[code] ?? null;
}

/** Returns the place of a kind of request among the four. */
export function requestColumn(kind: RequestKind): number {
  switch (kind) {
    case "Submit":
      return 0;
    case "Cancel":
      return 1;
    case "Replace":
      return 2;
    case "Lookup":
      return 3;
  }
}

/** Empties a row for its next order. */
export function clearRow({ row, ints }: RowPage, at: number): void {
  for (let column = 0; column < PRICE; column += 1) row[at + column] = 0;
  for (let column = PRICE; column < ORDER_WIDTH; column += 1) row[at + column] = NONE;
  row[at + EXECUTED_ANEW] = 0;
  ints[2 * at + BASE_VERSION] = 1;
  ints[2 * at + BOUND_NEWEST] = NO_SLOT;
  ints[2 * at + TAG] = NO_LABEL;
  ints[2 * at + SEEN] = NO_BLOCK;
  ints[2 * at + MUST_CANCEL] = NO_CAUSE;
}
