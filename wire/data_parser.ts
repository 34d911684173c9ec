/**
 * SUBSCRIBE, UNSUBSCRIBE, PUBLISH: the messages about market data.
 * @module
 */
import {
  breach,
  decimal,
  Fields,
  type Found,
  integer,
  listOf,
  natural,
  object,
  oneOf,
  orNull,
  type Rule,
  text,
} from "./fields.ts";
import { INSTRUMENT_MAX, SIDES } from "./intent_fields.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import {
  CHANNELS,
  type DecimalLevel,
  type Publish,
  type PublishedTrade,
  type RequestKey,
  type Selection,
  type Subscribe,
  type Unsubscribe,
} from "./message.ts";

/** Deepest book, longest conflation, and the range of a timer's or bar's interval. */
export const DEPTH_MAX = 1_000;
export const CONFLATE_MAX_MS = 60_000;
export const INTERVAL_MIN_MS = 10;
export const INTERVAL_MAX_MS = 86_400_000;
/** Most instruments in one SUBSCRIBE; most levels of a side, and most trades, in one PUBLISH. */
export const INSTRUMENTS_MAX = 10_000;
export const LEVELS_MAX = 10_000;
/** Longest raw line, characters. */
export const RAW_LINE_MAX = 1_000_000;

const instrumentRule = text({ min: 1, max: INSTRUMENT_MAX });
const channelsRule = listOf(oneOf(CHANNELS), { min: 1, max: CHANNELS.length * 2 });
const instrumentListRule = listOf(instrumentRule, { min: 1, max: INSTRUMENTS_MAX });
const depthRule = integer({ min: 1, max: DEPTH_MAX });
const conflateRule = integer({ min: 0, max: CONFLATE_MAX_MS });
const intervalRule = integer({ min: INTERVAL_MIN_MS, max: INTERVAL_MAX_MS });
const kindRule = oneOf(["snapshot", "delta", "raw"]);
const lineRule = text({ min: 1, max: RAW_LINE_MAX });
const tradeIdRule = text({ min: 1, max: 64 });
const sideOrNull = orNull(oneOf(SIDES));
const tradeIdOrNull = orNull(tradeIdRule);
const naturalOrNull = orNull(natural);

function instrumentsRule(found: Found): readonly string[] | "*" {
  if (found.value === "*") return "*";
  return Array.isArray(found.value)
    ? instrumentListRule(found)
    : breach(found, 'a list of instruments or "*"');
}

function selection(fields: Fields): Selection {
  const channels = fields.required("channels", channelsRule);
  return { channels, instruments: fields.required("instruments", instrumentsRule) };
}

/** Parses a SUBSCRIBE whose `id` is valid. @throws {Breach} If anything else of it is not. */
export function parseSubscribe(message: JsonObject, id: RequestKey): Subscribe {
  const fields = new Fields(message);
  const selected = selection(fields);
  const depth = fields.optional("depth", depthRule);
  const conflateMs = fields.optional("conflate_ms", conflateRule);
  const intervalMs = fields.optional("interval_ms", intervalRule);
  return {
    type: "SUBSCRIBE",
    id,
    ...selected,
    ...(depth === undefined ? {} : { depth }),
    ...(conflateMs === undefined ? {} : { conflateMs }),
    ...(intervalMs === undefined ? {} : { intervalMs }),
  };
}

/** Parses an UNSUBSCRIBE whose `id` is valid. @throws {Breach} If anything else of it is not. */
export function parseUnsubscribe(message: JsonObject, id: RequestKey): Unsubscribe {
  return { type: "UNSUBSCRIBE", id, ...selection(new Fields(message)) };
}

/** Parses a PUBLISH. @throws {Breach} If it is malformed. */
export function parsePublish(message: JsonObject): Publish {
  const fields = new Fields(message);
  const instrument = fields.required("instrument", instrumentRule);
  const kind = fields.required("kind", kindRule);
  const tsUs = fields.required("ts_us", natural);
  const target = { type: "PUBLISH", instrument, tsUs } as const;
  if (kind === "raw") return { ...target, kind, line: fields.required("payload", lineRule) };
  const payload = new Fields(fields.required("payload", object), "payload");
  return {
    ...target,
    kind,
    bids: payload.required("bids", levelsRule),
    asks: payload.required("asks", levelsRule),
    trades: payload.optional("trades", tradesRule) ?? [],
    updateId: payload.optional("update_id", naturalOrNull) ?? null,
  };
}

function parseLevel(found: Found): DecimalLevel {
  const [price, qty, ...rest]: readonly JsonValue[] = Array.isArray(found.value) ? found.value : [];
  if (price === undefined || qty === undefined || rest.length > 0) {
    return breach(found, "[price, qty]");
  }
  const priceText = decimal({ value: price, path: `${found.path}[0]` });
  return [priceText, decimal({ value: qty, path: `${found.path}[1]` })];
}

const levelsRule: Rule<readonly DecimalLevel[]> = listOf(parseLevel, { min: 0, max: LEVELS_MAX });

function parseTrade(found: Found): PublishedTrade {
  const fields = new Fields(object(found), found.path);
  return {
    price: fields.required("price", decimal),
    qty: fields.required("qty", decimal),
    side: fields.optional("side", sideOrNull) ?? null,
    tradeId: fields.optional("trade_id", tradeIdOrNull) ?? null,
  };
}

const tradesRule: Rule<readonly PublishedTrade[]> = listOf(parseTrade, { min: 0, max: LEVELS_MAX });
