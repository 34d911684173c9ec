/**
 * Orders that a betting market in play holds back at the simulated venue (R-CORE-8, R-VENUE-6).
 * @module
 */
import { deepStrictEqual, doesNotMatch, strictEqual } from "node:assert/strict";
import { micros } from "../../../core/numbers.ts";
import { Simulator } from "../../../core/simulator/mod.ts";
import { runnerOf } from "../../support/runner.ts";
import { Bench } from "../../support/simulated_venue.ts";

/** A market in play at 1 s: who backs gets 3.00 (5), who lays 3.10 (20); a delay of 5 s. */
function inPlayBench(market: { readonly isPassiveFree?: boolean } = {}): Bench {
  const bench = new Bench();
  bench.instrument = runnerOf(bench.instrument.id);
  bench.define({ betDelayMs: 5000, ...market });
  bench.snapshot([310, 20], [300, 5]);
  return bench;
}

const BACK = { side: "Buy", qty: 3, price: 300 } as const;

Deno.test("Exchange holds a bet in play back for the market's delay, also after a checkpoint", () => {
  const bench = inPlayBench();
  deepStrictEqual(bench.submit(BACK), ["OrderAccepted 1"]);
  bench.roundTrip();
  strictEqual(bench.simulator.nextDeadlineUs(), 6_000_000);
  deepStrictEqual(bench.at(5_999), []);
  deepStrictEqual(bench.at(6_000), ["OrderExecuted 1 3@300 Taker"]);
  strictEqual(bench.simulator.nextDeadlineUs(), undefined);
});

Deno.test("Exchange lets a bet meet the market as it is when its delay is over", () => {
  const bench = inPlayBench();
  bench.submit(BACK);
  deepStrictEqual(bench.delta([], [300, 0]), []);
  deepStrictEqual(bench.trade(290, 50, null), [], "nor is it in the market before");
  deepStrictEqual(bench.trade(320, 50, null), [], "nor is it in the market before");
  deepStrictEqual(bench.at(6_000), []);
  deepStrictEqual(bench.trade(320, 2, null), ["OrderExecuted 1 2@300 Maker"]);
});

Deno.test("Exchange shows a bet no book of before a restart in which its delay was over", () => {
  const bench = inPlayBench();
  bench.submit(BACK);
  deepStrictEqual(bench.restart(60_000), []);
  deepStrictEqual(bench.snapshot([310, 20], [300, 2]), ["OrderExecuted 1 2@300 Maker"]);
});

Deno.test("Exchange counts the delay from the arrival of a bet", () => {
  const bench = inPlayBench();
  bench.redeclare({ orderLatencyUs: 7000, reportLatencyUs: 0, makerFeePpm: 0, takerFeePpm: 0 });
  bench.submit(BACK);
  deepStrictEqual(bench.at(1_007), ["OrderAccepted 1"]);
  deepStrictEqual(bench.at(6_006), []);
  deepStrictEqual(bench.at(6_007), ["OrderExecuted 1 3@300 Taker"]);
});

const FREE = [
  ["before the off", { betDelayMs: 5000, inPlay: false }],
  ["where the market has no delay", { betDelayMs: 0 }],
] as const;
for (const [when, market] of FREE) {
  Deno.test(`Exchange holds no bet back ${when}`, () => {
    const bench = inPlayBench();
    bench.define(market);
    bench.roundTrip();
    deepStrictEqual(bench.submit(BACK), ["OrderAccepted 1", "OrderExecuted 1 3@300 Taker"]);
  });
}

Deno.test("Exchange holds no order back in a market that is no betting market", () => {
  const bench = new Bench();
  bench.define({ betDelayMs: 5000 });
  bench.snapshot([], [300, 5]);
  deepStrictEqual(bench.submit(BACK), ["OrderAccepted 1", "OrderExecuted 1 3@300 Taker"]);
});

Deno.test("Exchange holds a bet that rests not back where that is free", () => {
  const bench = inPlayBench({ isPassiveFree: true });
  bench.submit({ ...BACK, price: 305 });
  deepStrictEqual(bench.trade(310, 2, null), ["OrderExecuted 1 2@305 Maker"]);
  deepStrictEqual(bench.submit(BACK), ["OrderAccepted 2"]);
  deepStrictEqual(bench.at(6_000), ["OrderExecuted 2 3@300 Taker"]);
});

Deno.test("Exchange lets bets of one moment into the market in the order of their arrival", () => {
  const bench = inPlayBench();
  bench.submit(BACK);
  bench.submit(BACK);
  deepStrictEqual(bench.at(6_000), [
    "OrderExecuted 1 3@300 Taker",
    "OrderExecuted 2 2@300 Taker",
  ]);
});

Deno.test("Exchange cancels, finds and expires a bet that it holds back", () => {
  const bench = inPlayBench();
  bench.submit(BACK);
  deepStrictEqual(bench.lookup(1), ["OrderFound 1 open 0/3"]);
  deepStrictEqual(bench.cancel(1), ["OrderCancelled 1"]);
  bench.submit({ ...BACK, timeInForce: "GTD", expireUs: micros(2_000_000) });
  deepStrictEqual(bench.at(2_000), ["OrderExpired 2"]);
  deepStrictEqual(bench.at(60_000), []);
});

Deno.test("Exchange refuses a bet when its delay is over and trading is suspended", () => {
  const bench = inPlayBench();
  bench.submit(BACK);
  bench.list("suspended");
  deepStrictEqual(bench.at(6_000), ["OrderRejected 1 VENUE_SUSPENDED"]);
  deepStrictEqual(bench.lookup(1), ["OrderFound 1 rejected 0/3"]);
});

Deno.test("Exchange refuses a post-only bet that would take when its delay is over", () => {
  const bench = inPlayBench();
  bench.submit({ ...BACK, price: 305, postOnly: true });
  bench.delta([], [305, 4]);
  deepStrictEqual(bench.at(6_000), ["OrderRejected 1 VENUE_POST_ONLY"]);
});

Deno.test("Exchange takes a replaced bet that loses its place out of the market for the delay", () => {
  const bench = inPlayBench({ isPassiveFree: true });
  bench.submit({ ...BACK, price: 305 });
  deepStrictEqual(bench.replace(1, { price: 305, qty: 2 }), ["OrderReplaced 1 2@305"]);
  deepStrictEqual(bench.trade(310, 1, null), ["OrderExecuted 1 1@305 Maker"], "it kept its place");
  deepStrictEqual(bench.replace(1, { price: 300, qty: 3 }), ["OrderReplaced 1 3@300"]);
  bench.roundTrip();
  deepStrictEqual(bench.trade(310, 1, null), []);
  deepStrictEqual(bench.at(3_000), []);
  deepStrictEqual(bench.replace(1, { price: 298, qty: 3 }), ["OrderReplaced 1 3@298"]);
  deepStrictEqual(bench.at(6_000), [], "the delay began again");
  deepStrictEqual(bench.at(8_000), ["OrderExecuted 1 2@300 Taker"]);
});

Deno.test("Exchange cancels a replaced bet that has traded when its delay ends in a suspension", () => {
  const bench = inPlayBench({ isPassiveFree: true });
  bench.submit({ ...BACK, price: 305 });
  bench.trade(310, 1, null);
  bench.replace(1, { price: 300, qty: 3 });
  bench.list("suspended");
  deepStrictEqual(bench.at(6_000), ["OrderCancelled 1"]);
});

Deno.test("Simulator reads a checkpoint in which nothing is told of delays", () => {
  const bench = inPlayBench();
  bench.define({ betDelayMs: 5000, inPlay: false });
  bench.submit({ ...BACK, price: 305 });
  const node = JSON.stringify(bench.simulator.checkpoint())
    .replaceAll(/,"(enters_us|bet_delays)":(null|\[\])/g, "");
  doesNotMatch(node, /enters_us|bet_delays/);
  bench.simulator = Simulator.restore(
    bench.declaration,
    JSON.parse(node),
    () => bench.instrument,
  );
  deepStrictEqual(bench.trade(310, 2, null), ["OrderExecuted 1 2@305 Maker"]);
});
