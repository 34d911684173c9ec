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

/** The first life of an order that shall be short, and the longest. */
const SHORT_MS = 1500;
const LONG_MS = 24_000;

/**
 * Waits until an order of a short life reaches a status. A machine that stands still may have it come
 * when its life is over, as the daemon then says: another of twice that life is placed.
 */
export async function reachUnlessStale(
  status: string,
  place: (lifeMs: number) => Promise<Placed>,
): Promise<Placed> {
  for (let lifeMs = SHORT_MS;; lifeMs *= 2) {
    const order = await place(lifeMs);
    const { party } = order;
    await party.report((report) => report["intent_id"] === order.intentId, "its first answer");
    const isStale = order.reports[0]?.["reject_code"] === "STALE_INTENT";
    if (isStale && lifeMs < LONG_MS) continue;
    await order.reach(status, LONG_MS * 2);
    return order;
  }
}

/** The sum of a decimal field, good enough for the round numbers of the cases. */
export function sum(reports: readonly Report[], field: string): number {
  return Number(reports.reduce((total, report) => total + Number(report[field]), 0).toFixed(9));
}
