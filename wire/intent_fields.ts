/**
 * The fields of a QuoteIntent: which action knows which, and which it needs. Read by the general
 * parser, the fast one, the schemas and the tests.
 * @module
 */

export const INTENT_ACTIONS = [
  "Place",
  "Replace",
  "Cancel",
  "CancelAll",
  "SetRiskFlag",
  "NoOp",
] as const;
export type WireAction = (typeof INTENT_ACTIONS)[number];

const ALWAYS = ["type", "v", "intent_id", "action", "sent_us"] as const;

/** Fields that an action may have; any other is refused. */
export const APPLICABLE_FIELDS = {
  Place: [
    ...ALWAYS,
    "instrument",
    "side",
    "order_qty",
    "price",
    "ord_type",
    "time_in_force",
    "expire_us",
    "post_only",
    "reduce_only",
    "ttl_ms",
    "tag",
    "validate_only",
    "params",
  ],
  Replace: [
    ...ALWAYS,
    "order_qty",
    "price",
    "expire_us",
    "ttl_ms",
    "orig_intent_id",
    "tag",
    "validate_only",
    "params",
  ],
  Cancel: [...ALWAYS, "orig_intent_id", "tag"],
  CancelAll: [...ALWAYS, "instrument", "tag"],
  SetRiskFlag: [...ALWAYS, "flag", "value", "tag"],
  NoOp: [...ALWAYS, "tag"],
} as const satisfies Record<WireAction, readonly string[]>;

export type IntentField = (typeof APPLICABLE_FIELDS)[WireAction][number];

/** Fields that an action needs; a Place of a `Limit` needs `price` too. */
export const MANDATORY_FIELDS = {
  Place: [...ALWAYS, "instrument", "side", "order_qty"],
  Replace: [...ALWAYS, "order_qty", "orig_intent_id"],
  Cancel: [...ALWAYS, "orig_intent_id"],
  CancelAll: ALWAYS,
  SetRiskFlag: [...ALWAYS, "flag", "value"],
  NoOp: ALWAYS,
} as const satisfies Record<WireAction, readonly IntentField[]>;

export { ORD_TYPES, SIDES, TIMES_IN_FORCE } from "../core/instrument.ts";

/** Longest `tag`, characters. */
export const TAG_MAX = 64;
/** Longest `instrument`, characters. */
export const INSTRUMENT_MAX = 128;
/** Most entries of `params`, and the longest string among their values. */
export const PARAMS_MAX = 32;
export const PARAM_TEXT_MAX = 256;

/** Alphabets: `intent_id` and `orig_intent_id`, the names of `params`. */
export const INTENT_ID_SHAPE = /^[A-Za-z0-9._:-]{1,64}$/;
export const PARAM_NAME_SHAPE = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
