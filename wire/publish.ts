/**
 * PUBLISH: market data of a client that owns a feed, as drafts for the sequencer.
 *
 * Levels are normalised: decimals become quanta of the instrument. Checked before anything is
 * offered, so a message is taken whole or not at all.
 * @module
 */
import { LEVEL_PRICE_MAX } from "../core/book.ts";
import { toQuanta } from "../core/decimal.ts";
import type { Draft } from "../core/event.ts";
import type { Instrument } from "../core/instrument.ts";
import { micros, px, qty } from "../core/numbers.ts";
import type { View } from "../core/view.ts";
import type { Backend } from "./backend.ts";
import type { DecimalLevel, Publish, PublishedTrade } from "./message.ts";

/** The drafts of a message, or why it is refused. */
export type PublishOutcome =
  | { readonly ok: true; readonly drafts: readonly Draft[] }
  | { readonly ok: false; readonly message: string };

/** Turns a PUBLISH into its trades and a book event, in that order, with one time. */
export function toDrafts(
  message: Publish,
  context: {
    readonly view: View;
    readonly clientFeeds: readonly string[];
    readonly readRaw?: Backend["readRaw"];
  },
): PublishOutcome {
  const instrument = context.view.instrumentByName(message.instrument);
  if (instrument === undefined) {
    return refuse("instrument: must be one that the instruments query lists", message.instrument);
  }
  const venue = context.view.venues[instrument.venue]?.name ?? "";
  if (!context.clientFeeds.includes(venue)) {
    return refuse("instrument: its venue must be configured with feed: client", message.instrument);
  }
  if (message.kind !== "raw") return levelsToDrafts(message, instrument);
  const read = context.readRaw?.({ venue, line: message.line, tsUs: micros(message.tsUs) });
  if (read === undefined) {
    const rule = "kind: a format of raw lines must be configured, as feed.raw_format; else send " +
      "snapshot or delta";
    return refuse(rule, message.kind);
  }
  return read.ok ? read : { ok: false, message: `payload: ${read.problem}` };
}

function refuse(rule: string, was: string): PublishOutcome {
  return { ok: false, message: `${rule}: was ${JSON.stringify(was)}` };
}

function levelsToDrafts(
  message: Extract<Publish, { kind: "snapshot" | "delta" }>,
  instrument: Instrument,
): PublishOutcome {
  const bids = toLevels(message.bids, instrument);
  if (typeof bids === "string") return refuse(`payload.bids: ${offGrid(instrument)}`, bids);
  const asks = toLevels(message.asks, instrument);
  if (typeof asks === "string") return refuse(`payload.asks: ${offGrid(instrument)}`, asks);
  const base = draftBase(message, instrument);
  const eventType = message.kind === "snapshot" ? "BookSnapshot" : "BookDelta";
  const book: Draft = { ...base, eventType, payload: { bids, asks, updateId: message.updateId } };
  const drafts: Draft[] = [];
  for (const trade of message.trades) {
    const draft = tradeToDraft(trade, message, instrument);
    if (draft === undefined) return refuse(`payload.trades: ${offGrid(instrument)}`, trade.price);
    drafts.push(draft);
  }
  // Trades first: signals tell by them what of a decrease was traded and what was cancelled.
  if (!isEmptyDelta(message)) drafts.push(book);
  return { ok: true, drafts };
}

/** A delta that carries trades only. */
function isEmptyDelta(message: Extract<Publish, { kind: "snapshot" | "delta" }>): boolean {
  return message.kind === "delta" && message.bids.length === 0 && message.asks.length === 0;
}

function offGrid(instrument: Instrument): string {
  const { priceRule, qtyRule } = instrument;
  return `prices must be whole multiples of 10^-${priceRule.scale} and quantities of ` +
    `10^-${qtyRule.scale}, not negative; prices of levels within 2^52 of their multiples`;
}

type Base = Pick<Draft, "eventTime" | "venue" | "instrument" | "idempotencyKey"> & {
  readonly source: "market_data";
};

function draftBase(message: Publish, instrument: Instrument): Base {
  return {
    eventTime: micros(message.tsUs),
    source: "market_data",
    venue: instrument.venue,
    instrument: instrument.id,
    idempotencyKey: null,
  };
}

function tradeToDraft(
  trade: PublishedTrade,
  message: Publish,
  instrument: Instrument,
): Draft | undefined {
  const price = toQuanta(trade.price, instrument.priceRule.scale);
  const quantity = toQuanta(trade.qty, instrument.qtyRule.scale);
  if (price === undefined || quantity === undefined || quantity < 0) return undefined;
  const { side, tradeId } = trade;
  return {
    ...draftBase(message, instrument),
    eventType: "TradePrinted",
    payload: { price: px(price), qty: qty(quantity), side, tradeId },
  };
}

/** Returns px, qty, px, qty …, or the first decimal that is off the quantum. */
function toLevels(levels: readonly DecimalLevel[], instrument: Instrument): number[] | string {
  const flat: number[] = [];
  for (const [priceText, qtyText] of levels) {
    const price = toQuanta(priceText, instrument.priceRule.scale);
    if (price === undefined || Math.abs(price) > LEVEL_PRICE_MAX) return priceText;
    const quantity = toQuanta(qtyText, instrument.qtyRule.scale);
    if (quantity === undefined || quantity < 0) return qtyText;
    flat.push(price, quantity);
  }
  return flat;
}
