/**
 * Why an intent or a request was refused: the closed lists of the wire protocol.
 *
 * Our own codes are declared in order of precedence: when several apply, the first is reported.
 * @module
 */

/** Codes of refusals made here, in the order in which the checks run. */
export const REFUSAL_CODES = [
  "INTENT_ID_REUSED",
  "SCHEMA",
  "SHUTTING_DOWN",
  "RATE_LIMIT",
  "STALE_INTENT",
  "UNKNOWN_INSTRUMENT",
  "UNKNOWN_ORDER",
  "UNSUPPORTED",
  "PRICE_GRID",
  "QTY_GRID",
  "MIN_NOTIONAL",
  "VENUE_DOWN",
  "RECONCILING",
  "KILL_SWITCH",
  "TRADING_HALTED",
  "REDUCE_ONLY",
  "MAX_QTY",
  "MAX_NOTIONAL",
  "MAX_POSITION",
  "MAX_OPEN_ORDERS",
  "PRICE_COLLAR",
  "SELF_MATCH",
  "MAX_LOSS",
  "FUNDS",
  "ILLEGAL_TRANSITION",
] as const;

/** Codes of refusals made by a venue. */
export const VENUE_REJECT_CODES = [
  "VENUE_REJECTED",
  "VENUE_FUNDS",
  "VENUE_RATE_LIMIT",
  "VENUE_SUSPENDED",
  "VENUE_AUTH",
  "VENUE_DUPLICATE",
  "VENUE_NOT_FOUND",
  "VENUE_POST_ONLY",
  "VENUE_SELF_MATCH",
  "VENUE_ABSENT",
] as const;

/** A refusal made here. */
export type RefusalCode = (typeof REFUSAL_CODES)[number];
/** A refusal made by a venue. */
export type VenueRejectCode = (typeof VENUE_REJECT_CODES)[number];
/** FIX OrdRejReason / CxlRejReason, as the wire spells them. */
export type RejectCode = RefusalCode | VenueRejectCode;
