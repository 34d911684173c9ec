/**
 * Requests to the simulated venue and their answers (R-CORE-8, R-VENUE-6, R-EXEC-3).
 * @module
 */
import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { InvariantError } from "../../../core/invariant.ts";
import { instrumentId, micros } from "../../../core/numbers.ts";
import { Simulator } from "../../../core/simulator/mod.ts";
import { runnerOf } from "../../support/runner.ts";
import { Bench, declarationOf, INSTRUMENT } from "../../support/simulated_venue.ts";

function openBench(): Bench {
  const bench = new Bench();
  bench.snapshot([100, 5, 99, 7], [102, 4, 103, 6]);
  return bench;
}

Deno.test("Exchange ends the rest of IOC and Market orders", () => {
  const bench = openBench();
  deepStrictEqual(bench.submit({ side: "Buy", qty: 6, price: 102, timeInForce: "IOC" }), [
    "OrderAccepted 1",
    "OrderExecuted 1 4@102 Taker",
    "OrderCancelled 1",
  ]);
  deepStrictEqual(bench.submit({ side: "Sell", qty: 20, price: null }), [
    "OrderAccepted 2",
    "OrderExecuted 2 5@100 Taker",
    "OrderExecuted 2 7@99 Taker",
    "OrderCancelled 2",
  ]);
});

Deno.test("Exchange ends a Market order at once while there is no book", () => {
  const bench = new Bench();
  deepStrictEqual(bench.submit({ side: "Sell", qty: 1, price: null }), [
    "OrderAccepted 1",
    "OrderCancelled 1",
  ]);
});

for (const price of [0, -1]) {
  Deno.test(`Exchange takes nothing at ${price}, which is no price but of a linear contract`, () => {
    const spot = new Bench();
    spot.snapshot([], [price, 5, 1, 2]);
    const order = { side: "Buy", qty: 3, price: null } as const;
    deepStrictEqual(spot.submit(order), [
      "OrderAccepted 1",
      "OrderExecuted 1 2@1 Taker",
      "OrderCancelled 1",
    ]);
    const spread = new Bench();
    const contract = { kind: "linear", multiplier: "1", settlement: "USDT" } as const;
    spread.instrument = { ...INSTRUMENT, assetClass: "linear", contract };
    spread.snapshot([], [price, 5, 1, 2]);
    deepStrictEqual(spread.submit(order), [
      "OrderAccepted 1",
      `OrderExecuted 1 3@${price} Taker`,
    ]);
  });
}

Deno.test("Exchange fills FOK whole or not at all", () => {
  const bench = openBench();
  deepStrictEqual(bench.submit({ side: "Buy", qty: 11, price: 103, timeInForce: "FOK" }), [
    "OrderAccepted 1",
    "OrderCancelled 1",
  ]);
  deepStrictEqual(bench.submit({ side: "Buy", qty: 10, price: 103, timeInForce: "FOK" }), [
    "OrderAccepted 2",
    "OrderExecuted 2 4@102 Taker",
    "OrderExecuted 2 6@103 Taker",
  ]);
});

Deno.test("Exchange rejects post-only orders that would take, and no others", () => {
  const bench = openBench();
  deepStrictEqual(bench.submit({ side: "Buy", qty: 1, price: 102, postOnly: true }), [
    "OrderRejected 1 VENUE_POST_ONLY",
  ]);
  deepStrictEqual(bench.submit({ side: "Buy", qty: 1, price: 101, postOnly: true }), [
    "OrderAccepted 2",
  ]);
  deepStrictEqual(bench.replace(2, { price: 102, qty: 1 }), ["ReplaceRejected 2 VENUE_POST_ONLY"]);
});

Deno.test("Exchange rejects a used client order id, also of an ended order", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 1, price: 90 });
  bench.cancel(1);
  const again = bench.submit({ side: "Buy", qty: 1, price: 90, again: 1 });
  deepStrictEqual(again, ["OrderRejected 1 VENUE_DUPLICATE"]);
});

Deno.test("Exchange refuses orders and replaces while the instrument is not open, never cancels", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 1, price: 90 });
  bench.instrument = { ...INSTRUMENT, status: "suspended" };
  deepStrictEqual(bench.submit({ side: "Buy", qty: 1, price: 90 }), [
    "OrderRejected 2 VENUE_SUSPENDED",
  ]);
  deepStrictEqual(bench.replace(1, { price: 91, qty: 1 }), ["ReplaceRejected 1 VENUE_SUSPENDED"]);
  deepStrictEqual(bench.cancel(1), ["OrderCancelled 1"]);
});

for (const assetClass of ["spot", "betting"] as const) {
  Deno.test(`Exchange ends every open order when its ${assetClass} instrument closes, by arrival`, () => {
    const bench = new Bench({ orderLatencyUs: 1000 });
    if (assetClass === "betting") bench.instrument = runnerOf(bench.instrument.id);
    const isBack = assetClass === "betting";
    bench.snapshot([isBack ? 310 : 100, 5], [isBack ? 300 : 102, 4]);
    bench.submit({ side: "Buy", qty: 3, price: isBack ? 305 : 101 });
    bench.submit({ side: "Sell", qty: 3, price: isBack ? 305 : 103 });
    bench.submit({ side: "Buy", qty: 3, price: isBack ? 310 : 99 });
    deepStrictEqual(bench.at(1001), ["OrderAccepted 1", "OrderAccepted 2", "OrderAccepted 3"]);
    deepStrictEqual(bench.list("suspended"), [], "they stay in a suspension");
    bench.list("open");
    bench.submit({ side: "Buy", qty: 3, price: isBack ? 310 : 99 });
    bench.roundTrip();
    deepStrictEqual(bench.list("closed"), [
      "OrderCancelled 1",
      "OrderCancelled 2",
      "OrderCancelled 3",
    ]);
    deepStrictEqual(bench.at(1002), ["OrderRejected 4 VENUE_SUSPENDED"], "it was on its way");
    deepStrictEqual(bench.list("closed"), [], "it is told again");
    bench.list("open");
    deepStrictEqual(bench.trade(isBack ? 900 : 1, 50, "Sell"), [], "none of them is left");
  });
}

Deno.test("Exchange ends bets that a market in play holds back when it closes", () => {
  const bench = new Bench();
  bench.instrument = runnerOf(bench.instrument.id);
  bench.define({ betDelayMs: 5000 });
  bench.submit({ side: "Buy", qty: 3, price: 300 });
  deepStrictEqual(bench.list("closed"), ["OrderCancelled 1"]);
  strictEqual(bench.simulator.nextDeadlineUs(), undefined);
});

Deno.test("Exchange keeps the orders of other instruments when one closes", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 90 });
  const other = { ...bench.instrument, id: instrumentId(7) };
  deepStrictEqual(bench.list("closed", other), []);
  deepStrictEqual(bench.cancel(1), ["OrderCancelled 1"]);
});

Deno.test("Exchange cancels what is open and refuses what is not", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 1, price: 90 });
  deepStrictEqual(bench.cancel(1), ["OrderCancelled 1"]);
  deepStrictEqual(bench.cancel(1), ["CancelRejected 1 VENUE_NOT_FOUND"]);
  deepStrictEqual(bench.cancel(7), ["CancelRejected 7 VENUE_NOT_FOUND"]);
  deepStrictEqual(bench.trade(80, 50, "Sell"), [], "an ended order says nothing more");
});

for (const [what, expireUs] of [["later", 1_009_000], ["sooner", 1_003_000]] as const) {
  Deno.test(`Exchange lets an order expire ${what} once a replace says so, also after a checkpoint`, () => {
    const bench = openBench();
    const at = { timeInForce: "GTD", expireUs: micros(1_005_000) } as const;
    bench.submit({ side: "Buy", qty: 3, price: 90, ...at });
    const to = { price: 90, qty: 2, expireUs: micros(expireUs) };
    deepStrictEqual(bench.replace(1, to), ["OrderReplaced 1 2@90"]);
    bench.roundTrip();
    strictEqual(bench.simulator.nextDeadlineUs(), expireUs);
    deepStrictEqual(bench.at(expireUs / 1000 - 1), []);
    deepStrictEqual(bench.at(expireUs / 1000), ["OrderExpired 1"]);
    strictEqual(bench.simulator.nextDeadlineUs(), undefined);
  });
}

Deno.test("Exchange refuses a replace that has expired on arrival, and keeps the time where it says none", () => {
  const bench = openBench();
  const at = { timeInForce: "GTD", expireUs: micros(1_005_000) } as const;
  bench.submit({ side: "Buy", qty: 3, price: 90, ...at });
  const late = bench.replace(1, { price: 90, qty: 2, expireUs: micros(1_000_000) });
  deepStrictEqual(late, ["ReplaceRejected 1 VENUE_REJECTED"]);
  deepStrictEqual(bench.replace(1, { price: 90, qty: 2 }), ["OrderReplaced 1 2@90"]);
  deepStrictEqual(bench.at(1005), ["OrderExpired 1"]);
});

for (const [expiring, left] of [[1, [2, 3]], [2, [1, 3]], [3, [1, 2]]] as const) {
  Deno.test(`Exchange takes order ${expiring} of three at a price out of the queue when it expires`, () => {
    const bench = openBench();
    for (const order of [1, 2, 3]) {
      const wish = { side: "Buy", qty: 1, price: 101 } as const;
      const life = { timeInForce: "GTD", expireUs: micros(1_005_000) } as const;
      bench.submit(order === expiring ? { ...wish, ...life } : wish);
    }
    deepStrictEqual(bench.at(1005), [`OrderExpired ${expiring}`]);
    const filled = left.map((order) => `OrderExecuted ${order} 1@101 Maker`);
    deepStrictEqual(bench.trade(100, 9, "Sell"), filled);
  });
}

for (const qty of [2, 3]) {
  Deno.test(`Exchange keeps the queue place of a replace from 3 to ${qty}`, () => {
    const bench = openBench();
    bench.submit({ side: "Buy", qty: 3, price: 100 });
    bench.trade(100, 5, "Sell");
    deepStrictEqual(bench.replace(1, { price: 100, qty }), [`OrderReplaced 1 ${qty}@100`]);
    deepStrictEqual(bench.trade(100, 2, "Sell"), ["OrderExecuted 1 2@100 Maker"]);
  });
}

for (
  const [what, to] of [["more", { price: 100, qty: 4 }], ["another price", {
    price: 99,
    qty: 3,
  }]] as const
) {
  Deno.test(`Exchange puts a replace to ${what} at the end of the queue`, () => {
    const bench = openBench();
    bench.submit({ side: "Buy", qty: 3, price: 100 });
    bench.trade(100, 5, "Sell");
    bench.replace(1, to);
    deepStrictEqual(bench.trade(to.price, 5, "Sell"), []);
  });
}

Deno.test("Exchange lets a replaced order take what it now crosses", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 6, price: 100 });
  deepStrictEqual(bench.replace(1, { price: 102, qty: 6 }), [
    "OrderReplaced 1 6@102",
    "OrderExecuted 1 4@102 Taker",
  ]);
});

Deno.test("Exchange fills no order of an unknown queue because one before it knew its own", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 1, price: 99 });
  bench.snapshot([100, 5], [102, 4]);
  bench.submit({ side: "Buy", qty: 1, price: 99 });
  deepStrictEqual(bench.trade(99, 3, "Sell"), [], "seven were displayed before the first");
  bench.cancel(1);
  deepStrictEqual(bench.trade(99, 50, "Sell"), [], "nobody knows who stands before the second");
});

Deno.test("Exchange refuses a replace to no more than what was filled, or of an ended order", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 6, price: 102 });
  deepStrictEqual(bench.replace(1, { price: 102, qty: 4 }), ["ReplaceRejected 1 VENUE_REJECTED"]);
  bench.cancel(1);
  deepStrictEqual(bench.replace(1, { price: 102, qty: 9 }), ["ReplaceRejected 1 VENUE_NOT_FOUND"]);
  bench.replace(7, { price: 102, qty: 9 });
  const texts = bench.applied.slice(-2).map(({ payload }) => "text" in payload && payload.text);
  deepStrictEqual(texts, [
    "The order has ended: cancelled",
    "No order has the client order id c7",
  ]);
});

Deno.test("Exchange leaves the price of an order where a replace names none", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 1, price: 90 });
  deepStrictEqual(bench.replace(1, { price: null, qty: 2 }), ["OrderReplaced 1 2@90"]);
});

Deno.test("Exchange knows of an order that was renamed often its first and its newest ids", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 1, price: 90 });
  for (let at = 1; at <= 20; at++) {
    bench.replace(1, { price: 90, qty: 1 + at, newClOrdId: `n${at}` });
  }
  const known = ["c1", "n1", "n5", "n6", "n20"].map((clOrdId) => bench.lookup(1, clOrdId)[0]);
  const [found, not] = ["OrderFound 1 open 0/21", "OrderNotFound 1"];
  deepStrictEqual(known, [found, not, not, found, found]);
});

Deno.test("Exchange finds an order by any client order id that it had", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 6, price: 102 });
  bench.replace(1, { price: 101, qty: 9, newClOrdId: "c2" });
  deepStrictEqual(bench.lookup(1), ["OrderFound 1 open 4/9"]);
  deepStrictEqual(bench.lookup(1, "c2"), ["OrderFound 1 open 4/9"]);
  bench.cancel(1, "c2");
  const named = bench.applied.map(({ payload }) => "clOrdId" in payload && payload.clOrdId);
  deepStrictEqual(named, ["c1", "c1", "c2", "c2", "c2", "c2"], "reports bear the newest");
  deepStrictEqual(bench.lookup(1), ["OrderFound 1 cancelled 4/9"]);
  deepStrictEqual(bench.lookup(1, "c3"), ["OrderNotFound 1"]);
  deepStrictEqual(bench.lookup(9), ["OrderNotFound 9"]);
});

Deno.test("Exchange expires GTD at its time and DAY at the end of the session", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 1, price: 90, timeInForce: "GTD", expireUs: micros(5_000_000) });
  bench.submit({ side: "Buy", qty: 1, price: 90, timeInForce: "DAY" });
  deepStrictEqual(bench.at(4_999), []);
  strictEqual(bench.simulator.nextDeadlineUs(), 5_000_000);
  deepStrictEqual(bench.at(5_000), ["OrderExpired 1"]);
  deepStrictEqual(bench.at(86_400_000), ["OrderExpired 2"]);
});

Deno.test("Exchange expires at its time what is open among thousands that ended", () => {
  const bench = openBench();
  const wish = { side: "Buy", qty: 1, price: 90, timeInForce: "DAY" } as const;
  bench.submit(wish);
  for (let order = 2; order <= 3_000; order++) {
    bench.submit(wish);
    if (order % 1_000 !== 0) bench.cancel(order);
  }
  deepStrictEqual(bench.at(86_399_999), []);
  strictEqual(bench.simulator.nextDeadlineUs(), 86_400_000_000);
  const expired = [1, 1_000, 2_000, 3_000].map((order) => `OrderExpired ${order}`);
  deepStrictEqual(bench.at(86_400_000), expired);
  strictEqual(bench.simulator.nextDeadlineUs(), undefined);
});

Deno.test("Exchange rejects an order that has expired on arrival", () => {
  const bench = openBench();
  const wish = { side: "Buy", qty: 1, price: 90, timeInForce: "GTD", expireUs: micros(5) } as const;
  deepStrictEqual(bench.submit(wish), ["OrderRejected 1 VENUE_REJECTED"]);
});

Deno.test("Exchange charges exact fees in the quote currency, by liquidity", () => {
  const bench = new Bench({ makerFeePpm: -25, takerFeePpm: 375 });
  bench.snapshot([], [102, 4]);
  bench.submit({ side: "Buy", qty: 5, price: 102 });
  bench.trade(101, 1, "Sell");
  const commissions = bench.applied.flatMap((draft) =>
    draft.eventType === "OrderExecuted"
      ? [`${draft.payload.commission} ${draft.payload.commissionCurrency}`]
      : []
  );
  // 10.2 × 0.004 × 375e-6, and 10.2 × 0.001 × -25e-6
  deepStrictEqual(commissions, ["0.0000153 USDT", "-0.000000255 USDT"]);
});

Deno.test("Exchange gives orders and executions ids that only count up", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 5, price: 102 });
  bench.submit({ side: "Buy", qty: 5, price: 103 });
  const ids = bench.applied.map(({ idempotencyKey, payload }) => [
    idempotencyKey,
    "venueOrderId" in payload ? payload.venueOrderId : null,
    "execId" in payload ? payload.execId : null,
  ]);
  deepStrictEqual(ids, [
    ["sim-0-1", "S0-1", null],
    ["sim-0-2", "S0-1", "E0-1"],
    ["sim-0-3", "S0-2", null],
    ["sim-0-4", "S0-2", "E0-2"],
  ]);
});

Deno.test("Simulator refuses a venue that is declared without a simulation", () => {
  throws(() => new Simulator(declarationOf(null)), (error: unknown) => {
    match(String(error), /must be declared with a simulation/);
    return error instanceof InvariantError;
  });
});
