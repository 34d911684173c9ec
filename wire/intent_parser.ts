/**
 * From a JSON object to an intent: the general parser, which says what is wrong.
 *
 * Invariant: with a valid `v` and `intent_id` the answer is always an intent, if need be a
 * `Malformed` one whose text names the first problem.
 * Ordering of checks: action, keys that do not belong, `sent_us`, then the action's own fields.
 * Known limit: no clock is looked at. How far `sent_us` lies ahead is for the core, which first looks
 * for a duplicate: a repetition is one whatever its `sent_us`.
 * @module
 */
import type { OrdType, TimeInForce } from "../core/instrument.ts";
import {
  type Intent,
  type MalformedIntent,
  type Params,
  type PlaceOrder,
  type ReplaceOrder,
  TRADING_STATES,
} from "../core/intent.ts";
import { unreachable } from "../core/invariant.ts";
import { type Micros, micros } from "../core/numbers.ts";
import { cutText } from "../core/cut_text.ts";
import {
  boolean,
  Breach,
  breach,
  decimal,
  Fields,
  type Found,
  natural,
  object,
  oneOf,
  pattern,
  text,
  versionOne,
} from "./fields.ts";
import {
  APPLICABLE_FIELDS,
  INSTRUMENT_MAX,
  INTENT_ACTIONS,
  INTENT_ID_SHAPE,
  ORD_TYPES,
  PARAM_NAME_SHAPE,
  PARAM_TEXT_MAX,
  PARAMS_MAX,
  SIDES,
  TAG_MAX,
  TIMES_IN_FORCE,
  type WireAction,
} from "./intent_fields.ts";
import type { JsonObject } from "./json.ts";
import { canonicalJson } from "./canonical_json.ts";

const intentIdRule = pattern(INTENT_ID_SHAPE, "1 to 64 of A-Za-z0-9._:-");
const instrumentRule = text({ min: 1, max: INSTRUMENT_MAX });
const tagRule = text({ min: 0, max: TAG_MAX });
const paramTextRule = text({ min: 0, max: PARAM_TEXT_MAX });
const actionRule = oneOf(INTENT_ACTIONS);
const sideRule = oneOf(SIDES);
const ordTypeRule = oneOf(ORD_TYPES);
const timeInForceRule = oneOf(TIMES_IN_FORCE);
const flagRule = oneOf(["trading_state"]);
const tradingStateRule = oneOf(TRADING_STATES);

/** An object with the fields of a QuoteIntent. */
export type IntentSource = {
  readonly object: JsonObject;
  /** "" for a frame of its own, `intents[0]` within an ADVANCE. */
  readonly path: string;
};

/**
 * Returns the intent, `Malformed` if it breaks the schema.
 * @throws {Breach} If `v` or `intent_id` is not valid: then it is no intent at all.
 */
export function parseIntent(source: IntentSource): Intent {
  const fields = new Fields(source.object, source.path);
  fields.required("v", versionOne);
  const intentId = fields.required("intent_id", intentIdRule);
  try {
    return parseAction(source, intentId);
  } catch (error) {
    if (error instanceof Breach) return malformed(source, { intentId, text: error.message });
    throw error;
  }
}

function parseAction(source: IntentSource, intentId: string): Intent {
  const fields = new Fields(source.object, source.path);
  const action = fields.required("action", actionRule);
  refuseStrangers(source, action);
  const common: Common = {
    intentId,
    sentUs: micros(fields.required("sent_us", natural)),
    tag: null,
  };
  switch (action) {
    case "Place":
      return parsePlace(fields, common);
    case "Replace":
      return parseReplace(fields, common);
    case "Cancel": {
      const origIntentId = fields.required("orig_intent_id", intentIdRule);
      return { action, ...withTag(fields, common), origIntentId };
    }
    case "CancelAll": {
      const instrument = fields.optional("instrument", instrumentRule) ?? null;
      return { action, ...withTag(fields, common), instrument };
    }
    case "SetRiskFlag": {
      const flag = fields.required("flag", flagRule);
      const value = fields.required("value", tradingStateRule);
      return { action, ...withTag(fields, common), flag, value };
    }
    case "NoOp":
      return { action, ...withTag(fields, common) };
    default:
      return unreachable(action);
  }
}

type Common = { readonly intentId: string; readonly sentUs: Micros; readonly tag: string | null };

function withTag(fields: Fields, common: Common): Common {
  return { ...common, tag: fields.optional("tag", tagRule) ?? null };
}

/** A misspelt `post_only` must not trade: what the action does not know is refused. */
function refuseStrangers(source: IntentSource, action: WireAction): void {
  const known: readonly string[] = APPLICABLE_FIELDS[action];
  const prefix = source.path === "" ? "" : `${source.path}.`;
  for (const key of source.object.keys()) {
    if (known.includes(key) || (source.path !== "" && key === "at_seq")) continue;
    // What a stranger holds is not shown: it may be a secret in the wrong place.
    throw new Breach(`${prefix}${shortKey(key)}: must be absent: ${action} has no such field`);
  }
}

function shortKey(key: string): string {
  return key.length <= 40 ? key : `${cutText(key, 40)}…`;
}

function parsePlace(fields: Fields, common: Common): PlaceOrder {
  const instrument = fields.required("instrument", instrumentRule);
  const side = fields.required("side", sideRule);
  const orderQty = fields.required("order_qty", decimal);
  const ordType = fields.optional("ord_type", ordTypeRule) ?? "Limit";
  const price = parsePlacePrice(fields, ordType);
  const timeInForce = fields.optional("time_in_force", timeInForceRule) ?? "GTC";
  const expireUs = parsePlaceExpiry(fields, timeInForce);
  const postOnly = fields.optional("post_only", (found) => {
    const value = boolean(found);
    if (value && (ordType === "Market" || timeInForce === "IOC" || timeInForce === "FOK")) {
      breach(found, "false for a Market, IOC or FOK order, which never rests");
    }
    return value;
  }) ?? false;
  return {
    action: "Place",
    ...common,
    instrument,
    side,
    orderQty,
    price,
    ordType,
    timeInForce,
    expireUs,
    postOnly,
    reduceOnly: fields.optional("reduce_only", boolean) ?? false,
    ttlMs: fields.optional("ttl_ms", natural) ?? 0,
    tag: fields.optional("tag", tagRule) ?? null,
    validateOnly: fields.optional("validate_only", boolean) ?? false,
    params: fields.optional("params", parseParams) ?? null,
  };
}

function parsePlacePrice(fields: Fields, ordType: OrdType): string | null {
  if (ordType === "Limit") return fields.required("price", decimal);
  fields.optional("price", (found) => breach(found, "absent for a Market order"));
  return null;
}

function parsePlaceExpiry(fields: Fields, timeInForce: TimeInForce): Micros | null {
  if (timeInForce === "GTD") return micros(fields.required("expire_us", natural));
  fields.optional("expire_us", (found) => breach(found, "absent unless time_in_force is GTD"));
  return null;
}

function parseReplace(fields: Fields, common: Common): ReplaceOrder {
  const orderQty = fields.required("order_qty", decimal);
  const price = fields.optional("price", decimal);
  const expireUs = fields.optional("expire_us", natural);
  const ttlMs = fields.optional("ttl_ms", natural);
  const origIntentId = fields.required("orig_intent_id", intentIdRule);
  const tag = fields.optional("tag", tagRule);
  const validateOnly = fields.optional("validate_only", boolean) ?? false;
  const params = fields.optional("params", parseParams);
  return {
    action: "Replace",
    ...common,
    origIntentId,
    orderQty,
    ...(price === undefined ? {} : { price }),
    ...(expireUs === undefined ? {} : { expireUs: micros(expireUs) }),
    ...(ttlMs === undefined ? {} : { ttlMs }),
    tag: tag ?? null,
    hasTag: tag !== undefined,
    validateOnly,
    ...(params === undefined ? {} : { params }),
  };
}

/** Names in code-unit order: their order is not content. */
function parseParams(found: Found): Params {
  const entries = [...object(found)];
  if (entries.length > PARAMS_MAX) breach(found, `at most ${PARAMS_MAX} options`);
  const params: Record<string, string | number | boolean> = {};
  for (const [key, value] of entries.sort(([a], [b]) => a < b ? -1 : 1)) {
    const path = `${found.path}.${shortKey(key)}`;
    if (!PARAM_NAME_SHAPE.test(key)) {
      throw new Breach(`${path}: must be named by a letter, then up to 63 of A-Za-z0-9_`);
    }
    params[key] = parseScalar({ value, path });
  }
  return params;
}

function parseScalar(found: Found): string | number | boolean {
  const { value } = found;
  if (typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value === "string") return paramTextRule(found);
  return breach(found, "a string, a boolean or a number of at most 15 digits");
}

function malformed(
  source: IntentSource,
  problem: { readonly intentId: string; readonly text: string },
): MalformedIntent {
  const sent = source.object.get("sent_us");
  const isTime = typeof sent === "number" && Number.isSafeInteger(sent) && sent >= 0;
  const tag = source.object.get("tag");
  const content = new Map(source.object);
  content.delete("sent_us"); // not content: a repetition may carry another
  if (source.path !== "") content.delete("at_seq");
  return {
    action: "Malformed",
    intentId: problem.intentId,
    sentUs: micros(isTime ? sent : 0),
    tag: typeof tag === "string" && [...tag].length <= TAG_MAX ? tag : null,
    text: problem.text,
    content: canonicalJson(content),
  };
}
