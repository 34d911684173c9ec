/**
 * Payloads of EVENTS and rows of RESULT as JSON texts.
 * @module
 */
import { fromQuanta } from "../core/decimal.ts";
import type { Instrument, Side } from "../core/instrument.ts";
import type { VenueStatus } from "../core/event.ts";
import type { Px, Qty } from "../core/numbers.ts";
import type { BalanceRow, FillRow, PositionRow, PriceLevel } from "../core/view.ts";
import { instrumentCapabilitiesJson, priceRuleJson, qtyRuleJson } from "./capability_json.ts";
import { contractJson } from "./contract_json.ts";

/** Returns `{bids, asks}`, best first. */
export function encodeBookPayload(
  book: { readonly bids: readonly PriceLevel[]; readonly asks: readonly PriceLevel[] },
  instrument: Instrument,
): string {
  return `{"bids":${encodeLevels(book.bids, instrument)},"asks":${
    encodeLevels(book.asks, instrument)
  }}`;
}

/** Returns `[[price, qty]…]`. */
export function encodeLevels(levels: readonly PriceLevel[], instrument: Instrument): string {
  let text = "[";
  for (const level of levels) {
    if (text.length > 1) text += ",";
    text += `["${fromQuanta(level.price, instrument.priceRule.scale)}","${
      fromQuanta(level.qty, instrument.qtyRule.scale)
    }"]`;
  }
  return `${text}]`;
}

/** Returns the payload of a trade. */
export function encodeTradePayload(
  trade: {
    readonly price: Px;
    readonly qty: Qty;
    readonly side: Side | null;
    readonly tradeId: string | null;
  },
  instrument: Instrument,
): string {
  return `{"price":"${fromQuanta(trade.price, instrument.priceRule.scale)}","qty":"${
    fromQuanta(trade.qty, instrument.qtyRule.scale)
  }","side":${JSON.stringify(trade.side)},"trade_id":${JSON.stringify(trade.tradeId)}}`;
}

/** Returns the payload of a venue event. */
export function encodeVenuePayload(
  venue: { readonly name: string; readonly status: VenueStatus; readonly reason: string },
): string {
  return JSON.stringify({ venue: venue.name, status: venue.status, reason: venue.reason });
}

/** Returns the payload of a timer event. */
export function encodeTimerPayload(
  timer: { readonly intervalMs: number; readonly dueUs: number },
): string {
  return `{"interval_ms":${timer.intervalMs},"due_us":${timer.dueUs}}`;
}

/** Returns the payload of an order event; `report` is a report's text. */
export function encodeOrderPayload(
  order: { readonly clientId: string; readonly report: string },
): string {
  return `{"client_id":${JSON.stringify(order.clientId)},"report":${order.report}}`;
}

/** Returns a row of `instruments`, also the payload of an instrument event. */
export function encodeInstrumentRow(
  instrument: Instrument,
  venue: { readonly name: string; readonly exchange: string },
): string {
  return JSON.stringify({
    instrument: instrument.name,
    venue: venue.name,
    exchange: venue.exchange,
    symbol: instrument.symbol,
    base: instrument.base,
    quote: instrument.quote,
    asset_class: instrument.assetClass,
    contract: instrument.contract === null ? undefined : contractJson(instrument.contract),
    price_rule: priceRuleJson(instrument.priceRule),
    qty_rule: qtyRuleJson(instrument.qtyRule),
    min_notional: instrument.minNotional,
    session_end: sessionEndText(instrument.sessionEndUs),
    status: instrument.status,
    capabilities: instrument.capabilities === null
      ? undefined
      : instrumentCapabilitiesJson(instrument),
  });
}

/** Returns `HH:MM:SS` (with `.ffffff` if needed), UTC, or null. */
function sessionEndText(us: number | null): string | null {
  if (us === null) return null;
  const seconds = Math.floor(us / 1_000_000);
  const two = (n: number): string => String(n).padStart(2, "0");
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${
    two(seconds % 60)
  }`;
  return us % 1_000_000 === 0 ? time : `${time}.${String(us % 1_000_000).padStart(6, "0")}`;
}

/** Returns a row of `fills`. */
export function encodeFillRow(row: FillRow, instrument: Instrument): string {
  const { execution } = row;
  return JSON.stringify({
    exec_id: execution.execId,
    order_id: String(row.orderId),
    intent_id: row.intentId,
    instrument: instrument.name,
    side: row.side,
    last_qty: fromQuanta(execution.lastQty, instrument.qtyRule.scale),
    last_px: fromQuanta(execution.lastPx, instrument.priceRule.scale),
    liquidity: execution.liquidity,
    commission: execution.commission,
    commission_currency: execution.commissionCurrency,
    event_us: row.eventUs,
    seq_id: row.seqId,
  });
}

/** Returns a row of `positions`. */
export function encodePositionRow(row: PositionRow, instrument: Instrument): string {
  return JSON.stringify({
    instrument: instrument.name,
    scope: row.scope,
    qty: row.qty,
    avg_px: row.avgPx,
    realised_pnl: row.realisedPnl,
    unrealised_pnl: row.unrealisedPnl,
    currency: row.currency,
  });
}

/** Returns a row of `balances`. `venue` is the name. */
export function encodeBalanceRow(row: BalanceRow, venue: string): string {
  const { currency, total, free, reserved } = row;
  return JSON.stringify({ venue, currency, total, free, reserved });
}
