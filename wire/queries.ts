/**
 * Queries: one answer from the view, as it is now. The caller sends it when that state is durable.
 * @module
 */
import { unreachable } from "../core/invariant.ts";
import { capabilitiesJson, instrumentCapabilitiesJson } from "./capability_json.ts";
import type { Query } from "./message.ts";
import type { QueryAnswer, QueryContext } from "./query_answer.ts";
import {
  answerBalances,
  answerFills,
  answerInstruments,
  answerOrder,
  answerOrders,
  answerPositions,
} from "./query_account.ts";
import {
  answerBest,
  answerBestTwo,
  answerHotloopCapabilities,
  answerLadder,
  answerLastTrade,
  answerSpread,
} from "./query_book.ts";
import { metricsText } from "./query_metrics.ts";
import { riskText } from "./query_risk.ts";
import { answerMatchRate, answerMbr, answerPfill, answerSizeAhead } from "./query_signals.ts";

/** Answers a query. */
export function answerQuery(query: Query, context: QueryContext): QueryAnswer {
  switch (query.what) {
    case "instruments":
      return answerInstruments(query.args, context);
    case "orders":
      return answerOrders(query.args, context);
    case "order":
      return answerOrder(query.args, context);
    case "fills":
      return answerFills(query.args, context);
    case "positions":
      return answerPositions(query.args, context);
    case "balances":
      return answerBalances(query.args, context);
    case "capabilities":
      return { ok: true, result: JSON.stringify(capabilityMap(context)) };
    case "risk":
      return { ok: true, result: riskText(context) };
    case "metrics":
      return { ok: true, result: metricsText(context) };
    case "best":
      return answerBest(query.args, context);
    case "best2_sum":
      return answerBestTwo(query.args, context);
    case "spread_ticks":
      return answerSpread(query.args, context);
    case "last_traded_ts_ms":
      return answerLastTrade(query.args, context);
    case "ladder_top":
      return answerLadder(query.args, context);
    case "hotloop_capabilities":
      return answerHotloopCapabilities(query.args, context);
    case "get_mbr":
      return answerMbr(query.args, context);
    case "size_ahead":
      return answerSizeAhead(query.args, context);
    case "match_rate_ema":
      return answerMatchRate(query.args, context);
    case "pfill_ttf":
      return answerPfill(query.args, context);
    default:
      return unreachable(query);
  }
}

/** By venue name; by instrument name where an instrument adds to or changes its venue's. */
function capabilityMap(context: QueryContext): Readonly<Record<string, unknown>> {
  const { venues, instruments } = context.view;
  return Object.fromEntries([
    ...venues.map((venue) => [venue.name, capabilitiesJson(venue.capabilities)]),
    ...instruments.map((row) => [row.name, instrumentCapabilitiesJson(row)]),
  ]);
}
