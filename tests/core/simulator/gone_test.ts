/**
 * Levels that trades took from before the book says so at the simulated venue: nobody takes there what
 * others have (R-CORE-8, R-VENUE-6).
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { runnerOf } from "../../support/runner.ts";
import { Bench } from "../../support/simulated_venue.ts";

const BIDS = [99, 5, 98, 4, 97, 3];
const ASKS = [100, 5, 101, 4, 102, 3];

function opened(): Bench {
  const bench = new Bench();
  bench.snapshot(BIDS, ASKS);
  return bench;
}

/** What one that buys, or sells, 20 at any price gets there and then. */
function taken(bench: Bench, side: "Buy" | "Sell" = "Buy"): string {
  const said = bench.submit({ side, qty: 20, price: null, timeInForce: "IOC" });
  return said.flatMap((text) => / (\d+@\d+) Taker/.exec(text)?.[1] ?? []).join(" ");
}

const cases = [
  [[[102, 1, "Buy"]], "2@102", "all that is better than the price of a trade"],
  [[[105, 1, "Buy"]], "", "all that is better than a price that is not shown"],
  [[[100, 2, "Buy"]], "3@100 4@101 3@102", "what was traded at a price"],
  [[[100, 2, "Buy"], [100, 2, "Buy"]], "1@100 4@101 3@102", "what trades took one after the other"],
  [[[100, 9, "Buy"]], "4@101 3@102", "no more than the level shows"],
  [[[101, 1, "Buy"], [100, 1, "Buy"]], "3@101 3@102", "a level once"],
  [[[99, 5, "Sell"], [100, 5, null]], "5@100 4@101 3@102", "nothing by a trade of other takers"],
] as const;
for (const [trades, left, what] of cases) {
  Deno.test(`Market has nobody take again ${what}`, () => {
    const bench = opened();
    for (const [price, size, side] of trades) bench.trade(price, size, side);
    bench.roundTrip();
    deepStrictEqual(taken(bench), left);
  });
}

Deno.test("Market has nobody sell again to bids that a trade went through", () => {
  const bench = opened();
  bench.trade(98, 1, "Sell");
  deepStrictEqual(taken(bench, "Sell"), "3@98 3@97");
});

Deno.test("Market has nobody back again at odds that a trade went through", () => {
  const bench = new Bench();
  bench.instrument = runnerOf(bench.instrument.id);
  bench.snapshot([310, 5], [300, 5, 296, 4, 290, 3]);
  bench.trade(296, 1, "Buy");
  deepStrictEqual(taken(bench), "3@296 3@290");
});

Deno.test("Market lets a level be taken from again that the book names after the trade", () => {
  const bench = opened();
  bench.trade(102, 1, "Buy");
  bench.delta([], [101, 4]);
  deepStrictEqual(taken(bench), "4@101 2@102");
});

Deno.test("Market lets every level be taken from again after a new book", () => {
  const bench = opened();
  bench.trade(102, 1, "Buy");
  bench.snapshot(BIDS, ASKS);
  deepStrictEqual(taken(bench), "5@100 4@101 3@102");
});

Deno.test("Market counts the print of lots that an order took for no others", () => {
  const bench = opened();
  bench.submit({ side: "Buy", qty: 2, price: 100 });
  bench.trade(100, 3, "Buy");
  deepStrictEqual(taken(bench), "2@100 4@101 3@102");
});

Deno.test("Market kills, and lets rest, what would meet only levels that a trade went through", () => {
  const bench = opened();
  bench.trade(101, 4, "Buy");
  const fok = bench.submit({ side: "Buy", qty: 1, price: 101, timeInForce: "FOK" });
  deepStrictEqual(fok, ["OrderAccepted 1", "OrderCancelled 1"]);
  const postOnly = bench.submit({ side: "Buy", qty: 4, price: 101, postOnly: true });
  deepStrictEqual(postOnly, ["OrderAccepted 2"]);
  deepStrictEqual(bench.delta([], [100, 1]), ["OrderExecuted 2 1@101 Maker"]);
});

Deno.test("Market takes the print of what an order took for its own, though the book shows it first", () => {
  const bench = new Bench();
  bench.snapshot([100, 5], [102, 4, 103, 6]);
  bench.submit({ side: "Buy", qty: 12, price: 103 });
  deepStrictEqual(bench.delta([], [102, 1]), [], "three of the four that were taken");
  deepStrictEqual(bench.trade(102, 4, "Buy"), [], "they are printed");
  deepStrictEqual(bench.trade(102, 4, "Buy"), ["OrderExecuted 1 2@103 Maker"], "those of others");
});
