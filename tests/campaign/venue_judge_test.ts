/**
 * The judge of the campaign sees what it is there for: an order replaced by cancelling it and placing
 * it anew, whose versions do not come to what its client was told, or were there at once.
 * Supports R-EXEC-2, R-CORE-3.
 * @module
 */
import { doesNotThrow, throws } from "node:assert/strict";
import type { Report } from "../support/remote_client.ts";
import type { SeenRequest } from "../venues/audit.ts";
import type { AuditOrder } from "../venues/control_protocol.ts";
import { assertOrdersEqual, assertReplacedOnce, type Told } from "./venue_judge.ts";

const PLACED_MS = 1000;
const ENDED_MS = 2000;

type Version = Pick<AuditOrder, "clientOrderId" | "state" | "filled"> & Partial<AuditOrder>;

/** An order at the venue, there from `PLACED_MS` to `ENDED_MS` unless told otherwise. */
function made(version: Version): AuditOrder {
  return {
    orderId: 1,
    symbol: "BTCUSDT",
    side: "BUY",
    type: "LIMIT",
    timeInForce: "GTC",
    price: "50000",
    qty: "10",
    quote: "0",
    time: PLACED_MS,
    updateTime: ENDED_MS,
    ...version,
  };
}

/** A client that was told this of order 7, last things last. */
function told(...reports: readonly Readonly<Record<string, unknown>>[]): Told {
  const all = reports.map((report, at): Report => ({
    type: "ExecutionReport",
    report_seq: at + 1,
    order_id: "7",
    order_qty: "10",
    ...report,
  }));
  return { orders: new Map(all.map((report) => ["7", report])), ordered: () => all };
}

const FORMER = made({ clientOrderId: "tl-7-1", state: "CANCELED", filled: "3" });
const NEWEST = made({ clientOrderId: "tl-7-2", state: "FILLED", filled: "7", time: ENDED_MS });
const FILLED = told({ exec_type: "Trade", ord_status: "Filled", cum_qty: "10" });
const CUT_SHORT = { exec_type: "Replaced", ord_status: "Filled", order_qty: "3", cum_qty: "3" };

const orders: readonly (readonly [string, Told, readonly AuditOrder[], RegExp | undefined])[] = [
  ["passes two versions that come to its quantity", FILLED, [NEWEST, FORMER], undefined],
  ["passes a new quantity that had traded", told(CUT_SHORT), [FORMER], undefined],
  ["refuses a version that is told of no client", told(), [FORMER], /known to a client/],
  ["refuses a fill that was not told", FILLED, [FORMER, { ...NEWEST, filled: "6" }], /quantity of/],
  [
    "refuses an order that ended otherwise",
    FILLED,
    [{ ...FORMER, filled: "10" }],
    /the venue says/,
  ],
  [
    "refuses more than was asked for",
    told({ exec_type: "Trade", ord_status: "Filled", cum_qty: "10", order_qty: "9" }),
    [FORMER, NEWEST],
    /to its quantity/,
  ],
  [
    "refuses a new version of what was filled",
    FILLED,
    [{ ...FORMER, state: "FILLED" }, NEWEST],
    /was placed anew/,
  ],
  [
    "refuses a new version that came before the former was gone",
    FILLED,
    [FORMER, { ...NEWEST, time: ENDED_MS - 1 }],
    /was gone before/,
  ],
  ["refuses a key that was used twice", FILLED, [FORMER, FORMER, NEWEST], /a key that was taken/],
];
for (const [what, client, venue, problem] of orders) {
  Deno.test(`assertOrdersEqual() ${what}`, () => {
    const judge = (): void => assertOrdersEqual([client], venue);
    if (problem === undefined) doesNotThrow(judge);
    else throws(judge, problem);
  });
}

/** An amendment of order 7 as the venue saw it. */
function amendment(seen: Partial<SeenRequest>): SeenRequest {
  return {
    requestLine: "PUT /fapi/v1/order HTTP/1.1",
    headers: [],
    body: "",
    connection: 1,
    arrivedUs: 0,
    clientOrderId: "tl-7-1",
    intention: "replace",
    acted: false,
    ...seen,
  };
}

const ASKED = told({ exec_type: "PendingReplace" });
const UNANSWERED = amendment({ fault: "loseRequest" });
const ACTED = amendment({ acted: true, status: 200, answeredUs: 1 });
const SHED = amendment({ fault: "reject", status: 503, answeredUs: 1 });

const amendments: readonly (readonly [string, readonly SeenRequest[], RegExp | undefined])[] = [
  ["passes one that was sent again after the venue shed it", [SHED, ACTED], undefined],
  ["refuses one that was sent again after no answer", [UNANSWERED, ACTED], /1 times: was 2 times/],
  ["refuses one that was sent again after it was done", [ACTED, ACTED], /1 times: was 2 times/],
];
for (const [what, requests, problem] of amendments) {
  Deno.test(`assertReplacedOnce() ${what}`, () => {
    const judge = (): void => assertReplacedOnce([ASKED], { requests });
    if (problem === undefined) doesNotThrow(judge);
    else throws(judge, problem);
  });
}
