/**
 * Queries of the hot loop that need its flows: queues, rates, probabilities, market facts.
 *
 * Rates and probabilities are JSON numbers, written so that they read back to the same double;
 * quantities and the base rate are decimals. Where signals are off the answer is `UNSUPPORTED`.
 * @module
 */
import { fromQuanta, toQuanta } from "../core/decimal.ts";
import type { Instrument } from "../core/instrument.ts";
import { type OrderId, type Px, px, type Qty, qty } from "../core/numbers.ts";
import type { HotLoopView } from "./backend.ts";
import { unknownInstrument } from "./feed.ts";
import type { QueryArgs } from "./message.ts";
import { findOrder } from "./query_account.ts";
import type { QueryAnswer, QueryContext } from "./query_answer.ts";

type Asked = { readonly hotLoop: HotLoopView; readonly instrument: Instrument };

/** Answers `get_mbr`: the base rate of the market, or null. */
export function answerMbr(args: QueryArgs["get_mbr"], context: QueryContext): QueryAnswer {
  return onSignals(args, context, ({ hotLoop, instrument }) => {
    return found(JSON.stringify(hotLoop.getMbr(instrument.id)));
  });
}

/** Answers `size_ahead`: a quantity, or null where nothing can be said. */
export function answerSizeAhead(args: QueryArgs["size_ahead"], context: QueryContext): QueryAnswer {
  return onSignals(args, context, ({ hotLoop, instrument }) => {
    const price = priceOf(args, instrument);
    if (typeof price !== "number") return price;
    const own = ownOrder(args.orderId, context);
    if (own !== undefined && typeof own !== "number") return own;
    const of = { side: args.side, price, ...(own === undefined ? {} : { orderId: own }) };
    const ahead = hotLoop.sizeAhead(instrument.id, of);
    return found(ahead === null ? "null" : quantityText(ahead, instrument));
  });
}

/** Answers `match_rate_ema`: quantity per second at a level, or null. */
export function answerMatchRate(
  args: QueryArgs["match_rate_ema"],
  context: QueryContext,
): QueryAnswer {
  return onSignals(args, context, ({ hotLoop, instrument }) => {
    const price = priceOf(args, instrument);
    if (typeof price !== "number") return price;
    const own = ownOrder(args.orderId, context);
    if (own !== undefined && typeof own !== "number") return own;
    return found(JSON.stringify(hotLoop.matchRateEma(instrument.id, { side: args.side, price })));
  });
}

/** Answers `pfill_ttf`: `{p, ttf_ms, ahead, mu, observed_s}`, each null where unknown. */
export function answerPfill(args: QueryArgs["pfill_ttf"], context: QueryContext): QueryAnswer {
  return onSignals(args, context, ({ hotLoop, instrument }) => {
    const price = priceOf(args, instrument);
    if (typeof price !== "number") return price;
    const orderQty = quantityOf(args.orderQty, instrument);
    if (typeof orderQty !== "number") return orderQty;
    const { side, horizonMs } = args;
    const forecast = hotLoop.pfillTtf(instrument.id, { side, price, orderQty, horizonMs });
    const ahead = forecast?.ahead ?? null;
    return found(JSON.stringify({
      p: forecast?.p ?? null,
      ttf_ms: forecast?.ttfMs ?? null,
      ahead: ahead === null ? null : fromQuanta(ahead, instrument.qtyRule.scale),
      mu: forecast?.mu ?? null,
      observed_s: forecast?.observedS ?? null,
    }));
  });
}

function onSignals(
  args: { readonly instrument: string },
  context: QueryContext,
  answer: (asked: Asked) => QueryAnswer,
): QueryAnswer {
  const { view, hotLoop } = context;
  const instrument = view.instrumentByName(args.instrument);
  if (instrument === undefined) return unknownInstrument(args.instrument);
  if (hotLoop?.capabilities(instrument.id)["best"] === true) return answer({ hotLoop, instrument });
  const message = `instrument: its signals must be switched on in hotloop (see ` +
    `hotloop_capabilities): was ${JSON.stringify(args.instrument)}`;
  return { ok: false, code: "UNSUPPORTED", message };
}

type Refused = Extract<QueryAnswer, { ok: false }>;

function found(result: string): QueryAnswer {
  return { ok: true, result };
}

function priceOf(args: { readonly price: string }, instrument: Instrument): Px | Refused {
  const quanta = toQuanta(args.price, instrument.priceRule.scale);
  if (quanta !== undefined) return px(quanta);
  const message = `args.price: must be a whole multiple of 10^-${instrument.priceRule.scale}: ` +
    `was ${JSON.stringify(args.price)}`;
  return { ok: false, code: "PRICE_GRID", message };
}

function quantityOf(text: string, instrument: Instrument): Qty | Refused {
  const quanta = toQuanta(text, instrument.qtyRule.scale);
  if (quanta !== undefined && quanta > 0) return qty(quanta);
  const message = `args.order_qty: must be above 0 and a whole multiple of ` +
    `10^-${instrument.qtyRule.scale}: was ${JSON.stringify(text)}`;
  return { ok: false, code: "QTY_GRID", message };
}

/** Returns the id of an order of this client. */
function ownOrder(id: string | undefined, context: QueryContext): OrderId | Refused | undefined {
  if (id === undefined) return undefined;
  const own = findOrder(context, id)?.order?.orderId;
  if (own !== undefined) return own;
  const message = `args.order_id: must be a kept order of this client: was ${JSON.stringify(id)}`;
  return { ok: false, code: "NOT_FOUND", message };
}

function quantityText(quantity: Qty, instrument: Instrument): string {
  return JSON.stringify(fromQuanta(quantity, instrument.qtyRule.scale));
}
