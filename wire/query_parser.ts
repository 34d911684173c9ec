/**
 * The arguments of each query: which fields they have and what each must be.
 * @module
 */
import {
  boolean,
  Breach,
  decimal,
  Fields,
  integer,
  natural,
  object,
  oneOf,
  text,
} from "./fields.ts";
import { INSTRUMENT_MAX, SIDES } from "./intent_fields.ts";
import type { JsonObject } from "./json.ts";
import type { Paging, Query, QueryArgs, QueryName, RequestKey } from "./message.ts";

/** Most rows that a client may ask for at once, levels of a ladder likewise. */
export const PAGE_MAX = 10_000;
export const LADDER_MAX = 1_000;

const SCOPES = ["client", "account"] as const;
const nameRule = text({ min: 1, max: INSTRUMENT_MAX });
const cursorRule = text({ min: 1, max: 256 });
const idRule = text({ min: 1, max: 64 });
const limitRule = integer({ min: 1, max: PAGE_MAX });
const ladderRule = integer({ min: 1, max: LADDER_MAX });
const horizonRule = integer({ min: 1 });
const sideRule = oneOf(SIDES);
const scopeRule = oneOf(SCOPES);

type ArgsOf = { readonly [Name in QueryName]: (args: Fields) => QueryArgs[Name] };

/** How the arguments of each query are read. */
const QUERY_RULES: ArgsOf = {
  instruments: (args) => ({ ...paging(args), ...named(args, "venue") }),
  orders: (args) => ({
    ...paging(args),
    ...named(args, "instrument"),
    open: args.optional("open", boolean) ?? true,
    scope: scope(args),
  }),
  order: parseOrderArgs,
  fills: parseFillsArgs,
  positions: (args) => ({ ...paging(args), scope: scope(args) }),
  balances: (args) => ({ ...paging(args), ...named(args, "venue") }),
  capabilities: paging,
  risk: paging,
  metrics: paging,
  best: onSide,
  best2_sum: onSide,
  spread_ticks: onInstrument,
  get_mbr: onInstrument,
  last_traded_ts_ms: onInstrument,
  ladder_top: (args) => {
    const n = args.optional("n", ladderRule);
    const raw = args.optional("raw", boolean) ?? false;
    return { ...onSide(args), ...(n === undefined ? {} : { n }), raw };
  },
  size_ahead: (args) => ({ ...atPrice(args), ...namedOrder(args) }),
  match_rate_ema: (args) => ({ ...atPrice(args), ...namedOrder(args) }),
  pfill_ttf: (args) => ({
    ...atPrice(args),
    orderQty: args.required("order_qty", decimal),
    horizonMs: args.required("horizon_ms", horizonRule),
  }),
  hotloop_capabilities: onInstrument,
};

/** The queries, in the order of the protocol's page. */
export const QUERY_NAMES: readonly QueryName[] = [
  "instruments",
  "orders",
  "order",
  "fills",
  "positions",
  "balances",
  "capabilities",
  "risk",
  "metrics",
  "best",
  "best2_sum",
  "spread_ticks",
  "get_mbr",
  "last_traded_ts_ms",
  "ladder_top",
  "size_ahead",
  "match_rate_ema",
  "pfill_ttf",
  "hotloop_capabilities",
];
const whatRule = oneOf(QUERY_NAMES);

/** Parses a QUERY whose `id` is valid. @throws {Breach} If anything else of it is not. */
export function parseQuery(message: JsonObject, id: RequestKey): Query {
  const fields = new Fields(message);
  const what = fields.required("what", whatRule);
  const args = new Fields(fields.optional("args", object) ?? new Map(), "args");
  return queryOf({ id, what, args });
}

function queryOf<Name extends QueryName>(
  parts: { readonly id: RequestKey; readonly what: Name; readonly args: Fields },
): Query {
  const args = QUERY_RULES[parts.what](parts.args);
  return { type: "QUERY", id: parts.id, what: parts.what, args } as Query; // one Name for both
}

function paging(args: Fields): Paging {
  const limit = args.optional("limit", limitRule);
  const cursor = args.optional("cursor", cursorRule);
  return { ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) };
}

function named<Key extends "venue" | "instrument">(
  args: Fields,
  key: Key,
): { readonly [K in Key]?: string } {
  const value = args.optional(key, nameRule);
  return value === undefined ? {} : { [key]: value } as { readonly [K in Key]: string };
}

function namedOrder(args: Fields): { readonly orderId?: string } {
  const orderId = args.optional("order_id", idRule);
  return orderId === undefined ? {} : { orderId };
}

function scope(args: Fields): "client" | "account" {
  return args.optional("scope", scopeRule) ?? "client";
}

function onInstrument(args: Fields): QueryArgs["spread_ticks"] {
  return { instrument: args.required("instrument", nameRule) };
}

function onSide(args: Fields): QueryArgs["best"] {
  const { instrument } = onInstrument(args);
  const side = args.required("side", sideRule);
  return { instrument, side, take: args.optional("take", boolean) ?? false };
}

function atPrice(args: Fields): QueryArgs["best"] & { readonly price: string } {
  return { ...onSide(args), price: args.required("price", decimal) };
}

function parseOrderArgs(args: Fields): QueryArgs["order"] {
  const orderId = args.optional("order_id", idRule);
  const intentId = args.optional("intent_id", idRule);
  if (orderId !== undefined && intentId === undefined) return { orderId };
  if (intentId !== undefined && orderId === undefined) return { intentId };
  const found = orderId === undefined ? "neither" : "both";
  throw new Breach(`args: must have either order_id or intent_id: was ${found}`);
}

function parseFillsArgs(args: Fields): QueryArgs["fills"] {
  const sinceUs = args.optional("since_us", natural);
  const afterExecId = args.optional("after_exec_id", cursorRule);
  return {
    ...paging(args),
    ...(sinceUs === undefined ? {} : { sinceUs }),
    ...(afterExecId === undefined ? {} : { afterExecId }),
  };
}
