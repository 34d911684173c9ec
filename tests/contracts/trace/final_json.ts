/**
 * The state of a core after its last event, as a trace spells it.
 * @module
 */
import { type ClientIndex, clientIndex } from "../../../core/numbers.ts";
import { NodeReader } from "../../../core/node_reader.ts";
import type { Timeline } from "../../../core/timeline.ts";
import type { ExternalOrderRow, PositionRow, TagRow } from "../../../core/view.ts";
import { orderJson } from "./effects_json.ts";
import type { JsonObject } from "./json.ts";

const ALL = { open: false, limit: Number.MAX_SAFE_INTEGER } as const;

/** Returns the state at the end. */
export function finalOf(timeline: Timeline): JsonObject {
  const { view } = timeline;
  const clients = clientsOf(timeline);
  const external = view.externalOrders.map(externalJson);
  return {
    digest: timeline.digest,
    next_deadline_us: timeline.nextDeadlineUs() ?? null,
    operator_trading_state: view.operatorState,
    kill_switch: view.killSwitch,
    venues: venuesOf(timeline),
    instruments: instrumentsOf(timeline),
    clients,
    orders: ordersOf(timeline),
    positions: [
      ...view.positions("account").map((row) => positionJson(row, "account")),
      ...clients.flatMap((_, at) => {
        const client = clientIndex(at);
        return view.positions(client).map((row) => positionJson(row, client));
      }),
    ],
    tags: clients.flatMap((_, at) => {
      const client = clientIndex(at);
      return view.tags(client).map((row) => tagJson(row, client));
    }),
    balances: view.balances().map(({ venue, currency, total }) => ({ venue, currency, total })),
    ...(external.length === 0 ? {} : { external_orders: external }),
  };
}

function externalJson(row: ExternalOrderRow): JsonObject {
  return {
    venue_order_id: row.venueOrderId,
    instrument: row.instrument,
    side: row.side,
    order_qty: row.orderQty,
    cum_qty: row.cumQty,
    price: row.price,
  };
}

function ordersOf({ view }: Timeline): JsonObject[] {
  return view.orders("account", ALL).map((report) => ({
    client: report.client,
    intent_id: report.intentId,
    ord_status: report.ordStatus,
    order: orderJson(report.order),
    tag: report.tag,
    ...(report.inDoubt === true ? { in_doubt: true } : {}),
  }));
}

function positionJson(row: PositionRow, scope: ClientIndex | "account"): JsonObject {
  return {
    scope,
    instrument: row.instrument,
    qty: row.qty,
    avg_px: row.avgPx,
    realised_pnl: row.realisedPnl,
    unrealised_pnl: row.unrealisedPnl,
    currency: row.currency,
  };
}

function tagJson(row: TagRow, client: ClientIndex): JsonObject {
  return {
    client,
    tag: row.tag,
    is_rest: row.isRest,
    instruments: row.instruments.map(({ instrument, qty, pnl, currency }) => ({
      instrument,
      qty,
      pnl,
      currency,
    })),
    fees: row.fees.map(({ currency, amount }) => ({ currency, amount })),
  };
}

/** Those that are listed; the view does not say what is halted. */
function instrumentsOf(timeline: Timeline): JsonObject[] {
  const engine = new NodeReader(timeline.checkpoint().engine);
  return engine.list("instruments").flatMap((node, instrument) =>
    node === null ? [] : [{ instrument, trading_state: new NodeReader(node).text("trading_state") }]
  );
}

/** The view has no list of clients: their table is in the checkpoint. */
function clientsOf(timeline: Timeline): JsonObject[] {
  return tableOf(timeline, "clients").map((row, client) => ({
    client,
    name: row.text("name"),
    report_seq: row.integer("report_seq"),
    trading_state: row.text("trading_state"),
  }));
}

function venuesOf(timeline: Timeline): JsonObject[] {
  return tableOf(timeline, "venues").map((row, venue) => ({
    venue,
    status: row.text("status"),
    trading_state: row.text("trading_state"),
  }));
}

function tableOf(timeline: Timeline, name: string): NodeReader[] {
  return new NodeReader(timeline.checkpoint().engine).table(name);
}
