/**
 * Expectations that many cases share.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Report } from "../support/remote_client.ts";
import type { Placed } from "./party.ts";

export const RESTS = ["PendingNew Submitted", "New Accepted"] as const;

/** Its life was this; several executions in a row count as the last of them. */
export function expectTrail(order: Placed, expected: readonly string[]): void {
  const trail = order.trail.filter((step, at) =>
    !(step.startsWith("Trade") && order.trail[at + 1]?.startsWith("Trade"))
  );
  deepStrictEqual(trail, expected, order.intentId);
}

/** Its executions add up to what its last report says, each with a price, a fee and an id of its own. */
export function expectTrades(order: Placed, qty: string): void {
  const ids = new Set(order.trades.map((trade) => trade["exec_id"]));
  strictEqual(ids.size, order.trades.length, "each execution once");
  strictEqual(sum(order.trades, "last_qty"), Number(qty), "executions add up");
  strictEqual(Number(order.last?.["cum_qty"]), Number(qty));
  for (const trade of order.trades) {
    ok(Number(trade["last_px"]) > 0, "an execution has a price");
    ok(typeof trade["commission"] === "string", "an execution has its commission");
    ok(typeof trade["commission_currency"] === "string");
  }
}

/** The sum of a decimal field, good enough for the round numbers of the cases. */
export function sum(reports: readonly Report[], field: string): number {
  return Number(reports.reduce((total, report) => total + Number(report[field]), 0).toFixed(9));
}
