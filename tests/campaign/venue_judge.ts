/**
 * What must hold between the daemon's word and the books of a venue that shares no code with it:
 * orders, executions, positions and balances are equal, nothing was sent twice, nothing is missing
 * from the journal, and every doubt was ended by evidence.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { SeenRequest } from "../venues/audit.ts";
import type { AuditReport, AuditTrade } from "../venues/control_protocol.ts";
import type { Outcome } from "./campaign.ts";
import { byFirst, executionsOf, orderOf, scaled } from "./judge.ts";
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

/** The venue answered that it did not execute: rate, clock, overload. */
function isRefusedUnseen({ acted, status, answeredUs }: SeenRequest): boolean {
  return !acted && answeredUs !== undefined && status !== undefined && status >= 400 &&
    status < 500 && status !== 408;
}

function told({ status, fault, acted }: SeenRequest): string {
  return JSON.stringify({ status, fault, acted });
}

function assertOrdersEqual(
  traders: readonly Trader[],
  orders: AuditReport["orders"],
): void {
  const lasts = new Map(traders.flatMap((trader) => [...trader.orders()]));
  const seen = new Set<string>();
  for (const { clientOrderId, state, filled } of orders) {
    const order = orderOf(clientOrderId);
    const last = lasts.get(order);
    ok(last !== undefined, `order ${clientOrderId} of the venue is known to a client`);
    ok(!seen.has(order), `order ${order} was made once`);
    seen.add(order);
    const status = String(last["ord_status"]);
    ok(STATUS[state]?.includes(status), `order ${order}: the venue says ${state}, we ${status}`);
    strictEqual(scaled(String(last["cum_qty"])), scaled(filled), `quantity of order ${order}`);
  }
  for (const [order, last] of lasts) {
    if (Number(last["cum_qty"]) > 0) ok(seen.has(order), `order ${order} exists at the venue`);
  }
}

function assertTradesEqual(traders: readonly Trader[], trades: readonly AuditTrade[]): void {
  const told = [...executionsOf(traders)].map(([execId, report]) => [
    execId,
    report["order_id"],
    String(report["side"]).toUpperCase(),
    ...["last_qty", "last_px", "commission"].map((key) => scaled(String(report[key]))),
    report["commission_currency"],
  ]);
  const made = trades.map((trade) => [
    `${trade.symbol}-${trade.tradeId}`,
    orderOf(trade.clientOrderId),
    trade.side,
    ...[trade.qty, trade.price, trade.commission].map(scaled),
    trade.commissionAsset,
  ]);
  deepStrictEqual(told.sort(byFirst), made.sort(byFirst));
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

/** The letters with which all client order ids of the journal begin. */
function prefixOf(submitted: ReadonlySet<string>): string {
  const [one = "tl"] = submitted;
  return one.split("-")[0] ?? one;
}
