/**
 * The judge of the campaign sees what it is there for: an order replaced by cancelling it and placing
 * it anew, whose versions do not come to what its client was told, or were there at once.
 * Supports R-EXEC-2, R-CORE-3.
 * @module
 */
import { doesNotThrow, strictEqual, throws } from "node:assert/strict";
import type { Report } from "../support/remote_client.ts";
import type { SeenRequest } from "../venues/audit.ts";
import type { AuditOrder, AuditTrade } from "../venues/control_protocol.ts";
import { scaled } from "./judge.ts";
import type { Intent } from "./trader.ts";
import { assertOrdersEqual, assertReplacedOnce, spotPositionOf, type Told } from "./venue_judge.ts";

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

/** What the client asked for by Replaces; where no price is named the order keeps its own. */
const REPLACES = new Map<string, Intent>([
  ["r1", { intent_id: "r1", order_qty: "8", price: "50000" }],
  ["r2", { intent_id: "r2", order_qty: "9" }],
  ["r3", { intent_id: "r3", order_qty: "9.0", price: "50000.00" }],
  ["r4", { intent_id: "r4", order_qty: "9", price: "50001" }],
]);

function asked(intentId: string): Readonly<Record<string, unknown>> {
  return { exec_type: "PendingReplace", intent_id: intentId, price: "50000" };
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
  const orders = new Map(all.map((report) => ["7", report]));
  return { orders, ordered: () => all, intents: REPLACES };
}

const FORMER = made({ clientOrderId: "tl-7-1", state: "CANCELED", filled: "3" });
const NEWEST = made({ clientOrderId: "tl-7-2", state: "FILLED", filled: "7", time: ENDED_MS });
const TRADED = { exec_type: "Trade", ord_status: "Filled", cum_qty: "10" };
const FILLED = told(asked("r1"), TRADED);
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
    told(asked("r1"), { ...TRADED, order_qty: "9" }),
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
  ["refuses a version that nobody asked for", told(TRADED), [FORMER, NEWEST], /replaced 0 times/],
  ["refuses a key that was used twice", FILLED, [FORMER, FORMER, NEWEST], /a key that was taken/],
];
for (const [what, client, venue, problem] of orders) {
  Deno.test(`assertOrdersEqual() ${what}`, () => {
    const judge = (): void => assertOrdersEqual([client], venue);
    if (problem === undefined) doesNotThrow(judge);
    else throws(judge, problem);
  });
}

/** An amendment of order 7 to 9 at its own price, as the venue saw it. */
function amendment(seen: Partial<SeenRequest>): SeenRequest {
  return {
    requestLine: "PUT /fapi/v1/order?symbol=BTCUSDT&quantity=9&price=50000 HTTP/1.1",
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

const REFUSED = { exec_type: "ReplaceRejected" };
const UNANSWERED = amendment({ fault: "loseRequest" });
const ACTED = amendment({
  requestLine: "PUT /fapi/v1/order HTTP/1.1",
  body: "symbol=BTCUSDT&quantity=9.0&price=50000.0",
  acted: true,
  status: 200,
  answeredUs: 1,
});
const SHED = amendment({ fault: "reject", status: 503, answeredUs: 1 });
const ONCE = told(asked("r2"));
const NEVER_SENT = told(asked("r1"), REFUSED, asked("r2"));

const amendments: readonly (readonly [string, Told, readonly SeenRequest[], RegExp | undefined])[] =
  [
    ["passes one that was sent again after the venue shed it", ONCE, [SHED, ACTED], undefined],
    [
      "refuses one that was sent again after no answer",
      ONCE,
      [UNANSWERED, ACTED],
      /1 times: was 2 times/,
    ],
    ["refuses one that was sent again after it was done", ONCE, [ACTED, ACTED], /1 times: was 2/],
    [
      "refuses one that was sent twice in place of another that never left",
      NEVER_SENT,
      [UNANSWERED, ACTED],
      /1 times: was 2 times/,
    ],
    ["passes the second of two of which the first never left", NEVER_SENT, [ACTED], undefined],
    [
      "passes two that wanted the same",
      told(asked("r2"), REFUSED, asked("r3")),
      [UNANSWERED, ACTED],
      undefined,
    ],
    ["refuses a price that nobody asked for", told(asked("r4")), [ACTED], /0 times: was 1 times/],
    [
      "refuses a quantity that nobody asked for",
      ONCE,
      [amendment({ requestLine: "PUT /fapi/v1/order?quantity=8&price=50000 HTTP/1.1" })],
      /0 times: was 1 times/,
    ],
  ];
for (const [what, client, requests, problem] of amendments) {
  Deno.test(`assertReplacedOnce() ${what}`, () => {
    const judge = (): void => assertReplacedOnce([client], { requests });
    if (problem === undefined) doesNotThrow(judge);
    else throws(judge, problem);
  });
}

/** A trade of order 1 (a client's) or 2 (another's). */
function trade(order: number, of: Partial<AuditTrade>): AuditTrade {
  return {
    tradeId: 1,
    orderId: order,
    clientOrderId: `tl-${order}-1`,
    symbol: "BTCUSDT",
    side: "BUY",
    price: "50000",
    qty: "0.001",
    commission: "0",
    commissionAsset: "BTC",
    realised: "0",
    isMaker: true,
    isBusted: false,
    time: PLACED_MS,
    ...of,
  };
}

const LEFT = [
  ["what was bought", [{}], "0.001"],
  ["that less a quantum that is begun", [{ commission: "0.000001" }], "0.00099"],
  ["the sum of what is charged, rounded once", [
    { commission: "0.000004" },
    { commission: "0.000006" },
  ], "0.00199"],
  ["nothing less for another currency", [{ commission: "1", commissionAsset: "BNB" }], "0.001"],
  ["more of a short", [{ side: "SELL", commission: "0.000001" }], "-0.00101"],
] as const;
for (const [what, trades, left] of LEFT) {
  Deno.test(`spotPositionOf() is ${what}, each client's by itself`, () => {
    const clients = ["1", "2"].map((order) => ({ orders: new Map([[order, {} as Report]]) }));
    const all = trades.flatMap((of) => [trade(1, of), trade(2, of), trade(3, of)]);
    strictEqual(spotPositionOf(clients, all), 2n * scaled(left));
  });
}
