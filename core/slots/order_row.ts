/**
 * The row of an order: which column holds what, and how words become numbers.
 *
 * Columns that a typical event touches stand together, so that it touches few lines of the cache.
 * @module
 */
import { timeInForceCode } from "../digest_codes.ts";
import type { OrdType, Side, TimeInForce } from "../instrument.ts";
import type { CancelCause, OrderTerms, RequestKind } from "../order_parts.ts";
import { NO_LABEL } from "./labels.ts";
import { NONE } from "./pages.ts";
import { NO_BLOCK } from "./seen_keys.ts";
import { NO_SLOT } from "./slot_index.ts";

/** Columns that hold a number in every order: 0 at first, unless {@link clearRow} says otherwise. */
export const ID = 0;
export const CLIENT = 1;
export const VENUE = 2;
export const INSTRUMENT = 3;
/** Side, type, time in force and flags of the Place, see {@link termsWord}. */
export const TERMS = 4;
/** See {@link FLAG}. */
export const FLAGS = 5;
export const ORDER_QTY = 6;
export const CUM_QTY = 7;
export const VOIDED_QTY = 8;
/** Exact while below 2^53; {@link NONE} where the wide one counts. */
export const NOTIONAL = 9;
/** Slot of the intent that placed or last replaced it. */
export const BEARER = 10;
export const LAST_REPORT = 11;
export const DOUBT_BITS = 12;
export const RETRY_BITS = 13;
export const ATTEMPTS = 14;
/** Last event that touched it, and where its note is in that event's list. */
export const TOUCHED_SEQ = 15;
export const TOUCHED_AT = 16;
export const BASE_VERSION = 17;
export const COUNTED_QTY = 18;

/** Columns that hold {@link NONE} at first, up to {@link VERSION}. */
export const PRICE = 19;
export const COUNTED_PX = 20;
export const COUNTED_DEAR_PX = 21;
export const DOUBT_SINCE_US = 22;
export const LOOKUP_DUE_US = 23;
/** Four request numbers, then the four times at which they left. */
export const REQUESTS = 24;
export const REQUESTS_SENT_US = 28;
export const TTL_DUE_US = 32;
export const EXPIRE_US = 33;
export const LAPSE_DUE_US = 34;
export const RETRY_DUE_US = 35;
export const ENDED_US = 36;
export const MUST_CANCEL = 37;
/** What a Market order is counted with by risk. */
export const REFERENCE_PX = 38;

/** Columns that few events touch; 0 at first, but for the last two. */
export const VERSION = 39;
export const KEY_VERSION = 40;
export const BASE_CUM_QTY = 41;
/** Newest of the intents that mean it. */
export const BOUND_NEWEST = 42;
/** Label of the tag. */
export const TAG = 43;
/** Newest block of seen keys. */
export const SEEN = 44;
/** Columns of a row: six lines of the cache. */
export const ORDER_WIDTH = 48;

/** Bits of {@link FLAGS}. */
export const FLAG = {
  isAccepted: 1,
  isDoubtReported: 2,
  wasAbsent: 4,
  isCounted: 8,
  isDryRun: 16,
} as const;

const TIMES_IN_FORCE = ["GTC", "IOC", "FOK", "GTD", "DAY"] as const satisfies TimeInForce[];
const CAUSES = ["intent", "cancelAll", "lapse", "disconnect", "kill"] as const;
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

/** Returns the code of a cancel's cause, or {@link NONE}. */
export function causeCode(cause: CancelCause | null): number {
  return cause === null ? NONE : CAUSE_CODE[cause];
}

/** Returns the cause of a code, or null. */
export function causeOf(code: number): CancelCause | null {
  return code === NONE ? null : CAUSES[code] ?? null;
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
export function clearRow(row: Float64Array, at: number): void {
  for (let column = ID; column < PRICE; column += 1) row[at + column] = 0;
  for (let column = PRICE; column < VERSION; column += 1) row[at + column] = NONE;
  for (let column = VERSION; column < BOUND_NEWEST; column += 1) row[at + column] = 0;
  row[at + BASE_VERSION] = 1;
  row[at + BOUND_NEWEST] = NO_SLOT;
  row[at + TAG] = NO_LABEL;
  row[at + SEEN] = NO_BLOCK;
}
