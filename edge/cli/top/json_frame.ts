/**
 * One look as JSON for other programs: the model in snake_case, on one line.
 * @module
 */
import type { LinkState, OrderRow, TopModel } from "./model.ts";

/** Returns the object's text. Decimals are texts, times microseconds; `null` is not known. */
export function jsonFrame(model: TopModel): string {
  return JSON.stringify({
    now_us: model.nowUs,
    address: model.address,
    link: linkJson(model.link),
    daemon: model.daemon === null ? null : {
      version: model.daemon.version,
      mode: model.daemon.mode,
      journal_id: model.daemon.journalId,
      config_digest: model.daemon.configDigest,
    },
    trading_state: model.tradingState,
    operator_trading_state: model.operatorState,
    kill_switch: model.killSwitch,
    seq_id: model.seqId,
    events_per_second: model.eventsPerSecond === null ? null : Math.round(model.eventsPerSecond),
    queue_depth: model.queueDepth,
    round_trip_us: model.roundTripUs,
    orders: {
      open: model.orders.open,
      in_doubt: model.orders.inDoubt,
      external: model.orders.external,
      states: Object.fromEntries(model.orders.states),
      rows: model.orders.rows.map(orderJson),
    },
    positions: model.positions.map((row) => ({
      instrument: row.instrument,
      qty: row.qty,
      avg_px: row.avgPx,
      realised_pnl: row.realisedPnl,
      unrealised_pnl: row.unrealisedPnl,
      currency: row.currency,
    })),
    positions_left_out: model.leftOut.positions,
    pnl: model.totals,
    pnl_by_tag: model.tags.map(({ isRest, ...row }) => ({ ...row, rest: isRest })),
    venues: model.venues.map((row) => ({
      venue: row.venue,
      exchange: row.exchange,
      status: row.status,
      trading_state: row.tradingState,
      open_orders: row.openOrders,
      books: row.books,
      fresh_books: row.freshBooks,
      open_instruments: row.openInstruments,
      failures: row.failures,
      paused_until_us: row.pausedUntilUs,
      reason: row.reason,
    })),
    instruments: model.instruments.map((row) => ({
      instrument: row.instrument,
      trading_state: row.tradingState,
    })),
    instruments_left_out: model.leftOut.instruments,
    queues: model.queues.map(({ highWater, heldBack, ...row }) => ({
      ...row,
      high_water: highWater,
      held_back: heldBack,
    })),
    latency: model.latency.map((row) => ({
      hop: row.hop,
      count: row.count,
      p50_us: row.p50Us,
      p99_us: row.p99Us,
      max_us: row.maxUs,
    })),
    rejects: { since_us: model.rejects.sinceUs, codes: model.rejects.codes },
    counters: Object.fromEntries(model.counters),
  });
}

function linkJson(link: LinkState): Readonly<Record<string, unknown>> {
  if (link.kind !== "lost") return { state: link.kind };
  return { state: link.kind, reason: link.reason, since_us: link.sinceUs };
}

function orderJson(row: OrderRow): Readonly<Record<string, unknown>> {
  return {
    order_id: row.orderId,
    venue_order_id: row.venueOrderId,
    client_id: row.client,
    intent_id: row.intentId,
    instrument: row.instrument,
    side: row.side,
    price: row.price,
    order_qty: row.orderQty,
    cum_qty: row.cumQty,
    ord_status: row.status,
    tag: row.tag,
    in_doubt: row.isInDoubt,
    dry_run: row.isDryRun,
    since_us: row.sinceUs,
    since_at_least: row.isSinceAtLeast,
  };
}
