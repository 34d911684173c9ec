/**
 * What must hold between the daemon's word and the books of a venue that shares no code with it:
 * orders (of a cancel-and-new all its versions), executions, positions and balances are equal,
 * nothing was sent twice, no two versions of an order were there at once, nothing is missing from the
 * journal, and every doubt was ended by evidence.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { SPOT_QUANTUM } from "../support/live_configuration.ts";
import type { Report } from "../support/remote_client.ts";
import type { SeenRequest } from "../venues/audit.ts";
import type { AuditOrder, AuditReport, AuditTrade } from "../venues/control_protocol.ts";
import type { Outcome } from "./campaign.ts";
import { byFirst, orderOf, scaled, unscaled, versionsOf } from "./judge.ts";
import type { Trader } from "./trader.ts";

/** What ends doubt: the venue's word. A time-out, an intent or a restart never does. */
const EVIDENCE: readonly string[] = [
  "OrderAccepted",
  "OrderRejected",
  "OrderExecuted",
  "OrderCancelled",
  "OrderExpired",
  "OrderReplaced",
  "CancelRejected",
  "ReplaceRejected",
  "OrderFound",
  "OrderNotFound",
  "RequestFailed",
];

/** How a state of the venue is called on the wire. */
const STATUS: Readonly<Record<string, readonly string[]>> = {
  FILLED: ["Filled"],
  CANCELED: ["Cancelled", "Expired"],
  EXPIRED: ["Cancelled", "Expired"],
};

/** Holds an outcome to the venue's books. */
export function assertVenueAgrees(outcome: Outcome, audit: AuditReport): void {
  const { traders, history } = outcome;
  assertSentOnce(audit);
  assertReplacedOnce(traders, audit);
  const prefix = prefixOf(history.submitted);
  const ours = audit.orders.filter(({ clientOrderId }) => clientOrderId.startsWith(prefix));
  for (const { clientOrderId } of ours) {
    ok(history.submitted.has(clientOrderId), `${clientOrderId} stands in the journal`);
  }
  deepStrictEqual(history.doubted, [], "no order is in doubt");
  for (const kind of history.doubtEnds.keys()) {
    ok(EVIDENCE.includes(kind), `doubt ended by ${kind}`);
  }
  assertOrdersEqual(traders, ours);
  assertTradesEqual(traders, audit.trades.filter(({ isBusted }) => !isBusted));
  assertHoldingsEqual(outcome, audit);
  if (audit.positions.length > 0) return;
  const trades = audit.trades.filter(({ isBusted }) => !isBusted);
  strictEqual(scaled(outcome.holdings.position), spotPositionOf(traders, trades), "position");
}

/** A request to place goes out again only if the venue has said that it did not look at the first. */
function assertSentOnce(audit: AuditReport): void {
  const places = audit.requests.filter(({ intention }) => intention === "place");
  for (const [clientOrderId, sent] of Map.groupBy(places, (each) => each.clientOrderId ?? "")) {
    ok(sent.filter(({ acted }) => acted).length <= 1, `${clientOrderId} was acted on once`);
    for (const request of sent.slice(0, -1)) {
      ok(isRefusedUnseen(request), `${clientOrderId} was sent again after ${told(request)}`);
    }
  }
}

/** What a judgement needs of a client. */
export type Told = Pick<Trader, "orders" | "ordered" | "intents">;

/** What a Replace wants of an order. */
type Wish = {
  readonly order: string;
  readonly qty: string | null;
  readonly price: string | null;
};

/**
 * A Replace comes to one request at most that the venue may have acted on. Which one a request is of,
 * its terms say: a Replace that never left makes no room for another that left twice.
 */
export function assertReplacedOnce(
  traders: readonly Told[],
  audit: Pick<AuditReport, "requests">,
): void {
  const asked = Map.groupBy(traders.flatMap(wishesOf), textOf);
  const sent = audit.requests.filter(({ intention }) => intention === "replace")
    .filter((request) => !isRefusedUnseen(request));
  for (const [wish, requests] of Map.groupBy(sent, (request) => textOf(wishIn(request)))) {
    const most = asked.get(wish)?.length ?? 0;
    const times = requests.length;
    ok(times <= most, `${wish} was to be asked for ${most} times: was ${times} times`);
  }
}

/** What was wanted by each Replace that was let in; without a price, the order's own. */
function wishesOf(trader: Told): Wish[] {
  return replacesOf(trader).map((report) => {
    const intent = trader.intents.get(String(report["intent_id"]));
    ok(intent !== undefined, `${report["intent_id"]} was sent by the client that is told of it`);
    const price = intent["price"] ?? report["price"];
    return {
      order: String(report["order_id"]),
      qty: String(intent["order_qty"]),
      price: String(price),
    };
  });
}

/** What an amendment says, in its query or its body. */
function wishIn({ requestLine, body, clientOrderId }: SeenRequest): Wish {
  const [, query = ""] = /\?([^ ]*) /.exec(requestLine) ?? [];
  const params = new URLSearchParams(`${query}&${body}`);
  const order = orderOf(clientOrderId ?? "");
  return { order, qty: params.get("quantity"), price: params.get("price") };
}

function textOf({ order, qty, price }: Wish): string {
  return `order ${order} with ${plain(qty)} at ${plain(price)}`;
}

/** A decimal as all spell it alike: trailing zeros say nothing. */
function plain(decimal: string | null): string {
  return unscaled(scaled(decimal ?? ""));
}

/** The first report of each Replace that was let in. */
function replacesOf(trader: Told): readonly Report[] {
  return trader.ordered().filter((report) => report["exec_type"] === "PendingReplace");
}

/** The venue answered that it did not execute: rate, clock, overload. */
function isRefusedUnseen({ acted, status, answeredUs, fault }: SeenRequest): boolean {
  if (acted || answeredUs === undefined || status === undefined) return false;
  return fault === "reject" || (status >= 400 && status < 500 && status !== 408);
}

function told({ status, fault, acted }: SeenRequest): string {
  return JSON.stringify({ status, fault, acted });
}

/** Each order of ours is at the venue as its client was told, all its versions together. */
export function assertOrdersEqual(
  traders: readonly Told[],
  orders: AuditReport["orders"],
): void {
  const keys = new Set(orders.map(({ clientOrderId }) => clientOrderId));
  strictEqual(keys.size, orders.length, "no order was made under a key that was taken");
  const lasts = new Map(traders.flatMap((trader) => [...trader.orders]));
  const made = versionsOf(orders, ({ clientOrderId }) => clientOrderId);
  const cutShort = cutShortOf(traders);
  const replaces = Map.groupBy(traders.flatMap(replacesOf), (report) => report["order_id"]);
  for (const [order, versions] of made) {
    const last = lasts.get(order);
    ok(last !== undefined, `order ${order} of the venue is known to a client`);
    const most = replaces.get(order)?.length ?? 0;
    const times = versions.length - 1;
    ok(times <= most, `order ${order} was to be replaced ${most} times: was ${times} times`);
    assertOneAtATime(versions);
    const state = versions.at(-1)?.state ?? "NEW";
    const status = String(last["ord_status"]);
    const expected = cutShort.has(order) ? ["Filled"] : STATUS[state];
    ok(expected?.includes(status), `order ${order}: the venue says ${state}, we ${status}`);
    const filled = versions.reduce((sum, version) => sum + scaled(version.filled), 0n);
    strictEqual(scaled(String(last["cum_qty"])), filled, `quantity of order ${order}`);
    ok(filled <= scaled(String(last["order_qty"])), `order ${order} is filled to its quantity`);
  }
  for (const [order, last] of lasts) {
    if (Number(last["cum_qty"]) > 0) ok(made.has(order), `order ${order} exists at the venue`);
  }
}

/** Orders cancelled to be placed anew, when all of the new quantity had traded: they are filled. */
function cutShortOf(traders: readonly Told[]): ReadonlySet<unknown> {
  const ends = reportsOf(traders).filter((report) =>
    report["exec_type"] === "Replaced" && report["ord_status"] === "Filled"
  );
  return new Set(ends.map((report) => report["order_id"]));
}

/** Each version of an order was gone before the venue had the next. */
function assertOneAtATime(versions: readonly AuditOrder[]): void {
  for (const [nth, { clientOrderId, time }] of versions.entries()) {
    const former = versions[nth - 1];
    if (former === undefined) continue;
    strictEqual(former.state, "CANCELED", `${former.clientOrderId} was placed anew`);
    ok(former.updateTime <= time, `${former.clientOrderId} was gone before ${clientOrderId} came`);
  }
}

function reportsOf(traders: readonly Told[]): readonly Report[] {
  return traders.flatMap((trader) => trader.ordered());
}

function assertTradesEqual(traders: readonly Told[], trades: readonly AuditTrade[]): void {
  const reports = reportsOf(traders).filter((report) => report["exec_type"] === "Trade");
  const told = reports.map((report) => [
    `${tradeOf(String(report["exec_id"]))} ${report["order_id"]}`,
    String(report["side"]).toUpperCase(),
    ...["last_qty", "last_px", "commission"].map((key) => scaled(String(report[key]))),
    report["commission_currency"],
  ]);
  const made = trades.map((trade) => [
    `${trade.symbol}-${trade.tradeId} ${orderOf(trade.clientOrderId)}`,
    trade.side,
    ...[trade.qty, trade.price, trade.commission].map(scaled),
    trade.commissionAsset,
  ]);
  deepStrictEqual(told.sort(byFirst), made.sort(byFirst));
  const ids = new Set(reports.map((report) => report["exec_id"]));
  strictEqual(
    ids.size,
    reports.length,
    "each execution has an id of its own, also of a self-trade",
  );
}

/** Symbol and number of a trade; whatever follows tells the two sides of a self-trade apart. */
function tradeOf(execId: string): string {
  return execId.split("-").slice(0, 2).join("-");
}

/** Every position and every balance, to the last digit. */
function assertHoldingsEqual({ holdings }: Outcome, audit: AuditReport): void {
  for (const { asset, free, locked } of audit.balances) {
    const total = holdings.totals.get(asset);
    if (total === undefined) continue; // nothing of it was ever traded
    strictEqual(scaled(total), scaled(free) + scaled(locked), `the account's ${asset}`);
  }
  const [position] = audit.positions;
  if (position !== undefined) strictEqual(scaled(holdings.position), scaled(position.qty));
}

/** What trades left to sell, each client's in whole quanta: an exchange has no positions of spot. */
export function spotPositionOf(
  traders: readonly Pick<Told, "orders">[],
  trades: readonly Omit<AuditTrade, "isBusted">[],
): bigint {
  const quantum = scaled(SPOT_QUANTUM);
  return traders.reduce((position, { orders }) => {
    let left = 0n;
    for (const { clientOrderId, symbol, side, qty, commission, commissionAsset } of trades) {
      if (!orders.has(orderOf(clientOrderId))) continue;
      left += side === "BUY" ? scaled(qty) : -scaled(qty);
      if (symbol.startsWith(commissionAsset)) left -= scaled(commission);
    }
    const rest = left % quantum;
    return position + left - (rest < 0n ? rest + quantum : rest);
  }, 0n);
}

/** The letters with which all client order ids of the journal begin. */
function prefixOf(submitted: ReadonlySet<string>): string {
  const [one = "tl"] = submitted;
  return one.split("-")[0] ?? one;
}
