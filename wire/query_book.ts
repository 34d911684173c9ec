/**
 * Queries of the hot loop that a book alone answers; they work with signals switched off too.
 *
 * `side` is the side of our order; the ladder read is the one on which it would rest, or with
 * `take` the one that it would take. A book that is not fresh has no best, no spread, no ladder.
 * @module
 */
import { fromQuanta, fromUnits } from "../core/decimal.ts";
import { type Capabilities, type Instrument, oppositeOf, type Side } from "../core/instrument.ts";
import { tickIndex } from "../core/tick_ladder.ts";
import type { PriceLevel } from "../core/view.ts";
import type { HotLoopView } from "./backend.ts";
import { unknownInstrument } from "./feed.ts";
import type { QueryArgs } from "./message.ts";
import type { QueryAnswer, QueryContext } from "./query_answer.ts";
import { encodeLevels } from "./rows.ts";

const DEFAULT_LADDER = 10;

/** Answers `best`: `{price, qty}` or null. */
export function answerBest(args: QueryArgs["best"], context: QueryContext): QueryAnswer {
  return onInstrument(args, context, (instrument) => {
    const [level] = levels(instrument, context, { ...args, n: 1 });
    if (level === undefined) return "null";
    const price = fromQuanta(level.price, instrument.priceRule.scale);
    const qty = fromQuanta(level.qty, instrument.qtyRule.scale);
    return JSON.stringify({ price, qty });
  });
}

/** Answers `best2_sum`: the quantity of the best two levels. */
export function answerBestTwo(args: QueryArgs["best2_sum"], context: QueryContext): QueryAnswer {
  return onInstrument(args, context, (instrument) => {
    let sum = 0n;
    for (const level of levels(instrument, context, { ...args, n: 2 })) sum += BigInt(level.qty);
    return JSON.stringify(fromUnits(sum, instrument.qtyRule.scale));
  });
}

/** Answers `ladder_top`: `[[price, qty]…]`, best first. */
export function answerLadder(args: QueryArgs["ladder_top"], context: QueryContext): QueryAnswer {
  return onInstrument(args, context, (instrument) => {
    const n = args.n ?? DEFAULT_LADDER;
    return encodeLevels(levels(instrument, context, { ...args, n }), instrument);
  });
}

/** Answers `spread_ticks`: whole valid prices from the best bid to the best ask, or null. */
export function answerSpread(args: QueryArgs["spread_ticks"], context: QueryContext): QueryAnswer {
  return onInstrument(args, context, (instrument) => {
    const computed = signalsOf(instrument, context);
    if (computed !== undefined) return String(computed.spreadTicks(instrument.id));
    const [bid] = levels(instrument, context, { side: "Buy", take: false, n: 1 });
    const [ask] = levels(instrument, context, { side: "Sell", take: false, n: 1 });
    if (bid === undefined || ask === undefined) return "null";
    // In betting the bids are the higher prices: the best of them is the lowest.
    const isBetting = instrument.assetClass === "betting";
    const [from, to] = isBetting ? [ask.price, bid.price] : [bid.price, ask.price];
    const [low, high] = [from, to].map((price) => tickIndex(instrument.priceRule, price));
    return low === undefined || high === undefined ? "null" : String(high - low);
  });
}

/** Answers `last_traded_ts_ms`: Unix milliseconds or null. */
export function answerLastTrade(
  args: QueryArgs["last_traded_ts_ms"],
  context: QueryContext,
): QueryAnswer {
  return onInstrument(args, context, (instrument) => {
    const { hotLoop } = context;
    if (hotLoop?.capabilities(instrument.id)["best"] === true) {
      return String(hotLoop.lastTradedTsMs(instrument.id));
    }
    const lastUs = context.view.book(instrument.id)?.lastTradeUs ?? null;
    return lastUs === null ? "null" : String(Math.floor(lastUs / 1_000));
  });
}

/** Answers `hotloop_capabilities`: which of these an instrument has. */
export function answerHotloopCapabilities(
  args: QueryArgs["hotloop_capabilities"],
  context: QueryContext,
): QueryAnswer {
  return onInstrument(args, context, (instrument) => {
    const computed = context.hotLoop?.capabilities(instrument.id);
    if (computed?.["best"] === true) return JSON.stringify(computed);
    const venue = context.view.venues[instrument.venue]?.capabilities;
    const own: Partial<Capabilities> = { ...venue, ...instrument.capabilities };
    const hasBest = own.book !== undefined && own.book !== "none";
    const hasDepth = hasBest && own.book !== "best";
    return JSON.stringify({
      best: hasBest,
      best2_sum: hasDepth,
      spread_ticks: hasBest,
      ladder_top: hasDepth,
      last_traded_ts_ms: own.trades === true,
      get_mbr: false,
      size_ahead: false,
      match_rate_ema: false,
      pfill_ttf: false,
    });
  });
}

/** Answers about a listed instrument, or says that it is none. */
export function onInstrument(
  args: { readonly instrument: string },
  context: QueryContext,
  answer: (instrument: Instrument) => string,
): QueryAnswer {
  const instrument = context.view.instrumentByName(args.instrument);
  if (instrument === undefined) return unknownInstrument(args.instrument);
  return { ok: true, result: answer(instrument) };
}

function levels(
  instrument: Instrument,
  context: QueryContext,
  of: { readonly side: Side; readonly take: boolean; readonly n: number },
): readonly PriceLevel[] {
  const book = context.view.book(instrument.id);
  if (book?.isFresh !== true) return [];
  const computed = signalsOf(instrument, context);
  if (computed !== undefined) return computed.ladderTop(instrument.id, of);
  return book.top(of.take ? oppositeOf(of.side) : of.side, of.n);
}

/** Returns the hot loop where the instrument's signals are on and its book is a reference. */
function signalsOf(instrument: Instrument, context: QueryContext): HotLoopView | undefined {
  const isFresh = context.view.book(instrument.id)?.isFresh === true;
  const isOn = context.hotLoop?.capabilities(instrument.id)["best"] === true;
  return isFresh && isOn ? context.hotLoop : undefined;
}
