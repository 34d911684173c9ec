/**
 * What the view folds from rows and reports: open orders, latencies, refusals.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { OrderFold } from "../../../../edge/cli/top/order_fold.ts";
import { latencyModels, rejectsModel } from "../../../../edge/cli/top/measured.ts";
import { Tallies } from "../../../../edge/cli/top/tallies.ts";
import { type JsonObject, parseJson } from "../../../../wire/json.ts";

const COUNTS = { open: 1, inDoubt: 0, external: 0 };

function report(fields: Readonly<Record<string, unknown>>): JsonObject {
  const whole = {
    seq_id: 10,
    order_id: "17",
    intent_id: "a",
    instrument: "lab:BTC/USDT",
    side: "Buy",
    ord_status: "Accepted",
    exec_type: "New",
    transact_us: 1_000,
    ...fields,
  };
  const value = parseJson(new TextEncoder().encode(JSON.stringify(whole)));
  if (value instanceof Map) return value;
  throw new Error("It must be an object");
}

function statesOf(fold: OrderFold): readonly (readonly [string | null, string, number])[] {
  return fold.toModel(COUNTS).rows.map((row) => [row.orderId, row.status, row.sinceUs] as const);
}

Deno.test("OrderFold keeps the newest state of an order and forgets it when it is over", () => {
  const fold = new OrderFold();
  fold.report(report({ seq_id: 10, ord_status: "Submitted" }), "maker");
  fold.report(report({ seq_id: 12, transact_us: 3_000 }), "maker");
  fold.list(report({ seq_id: 11, ord_status: "Submitted" }), 2_000);
  deepStrictEqual(statesOf(fold), [["17", "Accepted", 3_000]]);
  fold.report(report({ seq_id: 13, ord_status: "Filled" }), "maker");
  deepStrictEqual(statesOf(fold), []);
});

Deno.test("OrderFold tells how old a state is, from its first report and not its newest", () => {
  const fold = new OrderFold();
  fold.report(report({ ord_status: "PartiallyFilled", transact_us: 1_000 }), "maker");
  fold.report(report({ seq_id: 11, ord_status: "PartiallyFilled", transact_us: 9_000 }), "maker");
  deepStrictEqual(statesOf(fold), [["17", "PartiallyFilled", 1_000]]);
  fold.report(
    report({ seq_id: 12, ord_status: "PartiallyFilled", in_doubt: true, transact_us: 11_000 }),
    "maker",
  );
  deepStrictEqual(statesOf(fold), [["17", "PartiallyFilled", 11_000]]);
});

Deno.test("OrderFold says of a listed order that its state may be older than the view", () => {
  const fold = new OrderFold();
  fold.list(report({}), 5_000);
  ok(fold.toModel(COUNTS).rows[0]?.isSinceAtLeast);
});

Deno.test("OrderFold puts doubt first, then the newest, then what others placed", () => {
  const fold = new OrderFold();
  fold.list(report({ order_id: null, venue_order_id: "v" }), 1);
  fold.list(report({ order_id: "9" }), 1);
  fold.list(report({ order_id: "10" }), 1);
  fold.report(report({ order_id: "2", in_doubt: true, transact_us: 7 }), null);
  fold.report(report({ order_id: "1", in_doubt: true, transact_us: 8 }), null);
  deepStrictEqual(statesOf(fold).map(([id]) => id), ["2", "1", "10", "9", null]);
});

Deno.test("OrderFold passes over a report that is about no order", () => {
  const fold = new OrderFold();
  fold.report(report({ order_id: null, ord_status: "Rejected" }), "maker");
  fold.report(report({ order_id: null, ord_status: null, instrument: null }), "maker");
  strictEqual(fold.size, 0);
});

Deno.test("Tallies measures the hops that a report has stamps for", () => {
  const tallies = new Tallies();
  for (let n = 1; n <= 100; n += 1) {
    tallies.report(report({ recv_us: 1_000, ack_us: 1_000 + n, submit_us: 1_000 }));
  }
  tallies.report(report({ exec_type: "Trade", recv_us: 1, ack_us: 1_000_000 }));
  deepStrictEqual(tallies.latency, [
    { hop: "intent→ack", count: 100, p50Us: 50, p99Us: 99, maxUs: 100 },
    { hop: "sent→ack", count: 100, p50Us: 50, p99Us: 99, maxUs: 100 },
  ]);
});

Deno.test("Tallies keeps the newest thousand, whatever came before", () => {
  const tallies = new Tallies();
  tallies.report(report({ recv_us: 0, ack_us: 9_000_000 }));
  for (let n = 0; n < 1_000; n += 1) tallies.report(report({ recv_us: 0, ack_us: 5 }));
  deepStrictEqual(tallies.latency, [{
    hop: "intent→ack",
    count: 1_000,
    p50Us: 5,
    p99Us: 5,
    maxUs: 5,
  }]);
});

Deno.test("Tallies counts refusals by code, the most frequent first, with the newest sentence", () => {
  const tallies = new Tallies();
  tallies.report(report({ exec_type: "Rejected", reject_code: "SCHEMA", text: "one" }));
  tallies.report(report({ exec_type: "Rejected", reject_code: "FUNDS", text: "two" }));
  tallies.report(report({ exec_type: "CancelRejected", reject_code: "FUNDS", text: "three" }));
  deepStrictEqual(tallies.codes, [
    { code: "FUNDS", count: 2, text: "three" },
    { code: "SCHEMA", count: 1, text: "one" },
  ]);
});

function metrics(of: Readonly<Record<string, number>>): JsonObject {
  return new Map(Object.entries(of));
}

Deno.test("latencyModels() shows what the daemon measured, and only the hops that it does not", () => {
  const tallies = new Tallies();
  tallies.report(report({ recv_us: 0, journal_us: 10, submit_us: 30, ack_us: 60 }));
  const measured = metrics({
    intent_durable_count: 5,
    intent_durable_p50_us: 400,
    intent_durable_p99_us: 900,
    venue_main_ack_count: 4,
    venue_main_ack_p50_us: 8_000,
    venue_main_ack_p99_us: 9_000,
    loop_lag_count: 0,
  });
  deepStrictEqual(latencyModels(measured, tallies), [
    { hop: "intent→disk", count: 5, p50Us: 400, p99Us: 900, maxUs: null },
    { hop: "→ack main", count: 4, p50Us: 8_000, p99Us: 9_000, maxUs: null },
    { hop: "disk→sent", count: 1, p50Us: 20, p99Us: 20, maxUs: 20 },
    { hop: "sent→ack", count: 1, p50Us: 30, p99Us: 30, maxUs: 30 },
  ]);
  strictEqual(latencyModels(metrics({}), tallies).length, 4, "of an older daemon its own");
});

Deno.test("rejectsModel() counts since the daemon started, with the newest sentence that was seen", () => {
  const tallies = new Tallies();
  tallies.report(report({ exec_type: "Rejected", reject_code: "FUNDS", text: "too little" }));
  const counted = metrics({ rejects_funds: 3, rejects_price_grid: 7, rejects_schema: 0 });
  deepStrictEqual(rejectsModel(counted, tallies, 5), {
    sinceUs: null,
    codes: [
      { code: "PRICE_GRID", count: 7, text: "" },
      { code: "FUNDS", count: 3, text: "too little" },
    ],
  });
  const { sinceUs, codes } = rejectsModel(metrics({}), tallies, 5);
  deepStrictEqual([sinceUs, codes.map(({ count }) => count)], [5, [1]]);
});
