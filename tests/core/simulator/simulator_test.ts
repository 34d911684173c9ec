/**
 * Time in the simulator: latency both ways, order, and outputs that survive a crash (R-CORE-8,
 * R-CORE-9).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { micros } from "../../../core/numbers.ts";
import { Simulator } from "../../../core/simulator/mod.ts";
import { TERMINAL_MAX } from "../../../core/simulator/orders.ts";
import { heldBytes } from "../../support/held_bytes.ts";
import {
  Bench,
  declarationOf,
  inShort,
  INSTRUMENT,
  NO_COSTS,
} from "../../support/simulated_venue.ts";

Deno.test("Simulator lets a command arrive, and its answer come, after their latencies", () => {
  const bench = new Bench({ orderLatencyUs: 2_000, reportLatencyUs: 3_000 });
  bench.snapshot([], [102, 4]);
  bench.submit({ side: "Buy", qty: 1, price: 102 });
  strictEqual(bench.simulator.nextDeadlineUs(), 1_002_000);
  strictEqual(bench.simulator.nextOutputUs(), undefined);
  deepStrictEqual(bench.at(1_002), []);
  strictEqual(bench.simulator.nextDeadlineUs(), undefined);
  strictEqual(bench.simulator.nextOutputUs(), 1_005_000);
  deepStrictEqual(bench.at(1_004), []);
  deepStrictEqual(bench.at(1_005), ["OrderAccepted 1", "OrderExecuted 1 1@102 Taker"]);
  deepStrictEqual(bench.applied.map(({ eventTime }) => eventTime), [1_002_000, 1_002_000]);
});

Deno.test("Simulator lets what fell due between two events happen before the later one", () => {
  const bench = new Bench({ orderLatencyUs: 2_000 });
  bench.snapshot([], [102, 4]);
  bench.submit({ side: "Buy", qty: 9, price: 102 });
  const news = { bids: [], asks: [102, 0], updateId: null };
  const said = bench.at(1_010, { eventType: "BookDelta", payload: news });
  deepStrictEqual(said, ["OrderAccepted 1", "OrderExecuted 1 4@102 Taker"]);
  strictEqual(bench.applied[0]?.eventTime, 1_002_000);
});

Deno.test("Simulator lets the feed speak first where it was first", () => {
  const bench = new Bench({ orderLatencyUs: 2_000 });
  bench.snapshot([], [102, 4]);
  bench.submit({ side: "Buy", qty: 9, price: 102 });
  const news = { bids: [], asks: [102, 1], updateId: null };
  bench.at(1_001, { eventType: "BookDelta", payload: news });
  deepStrictEqual(bench.at(1_002), ["OrderAccepted 1", "OrderExecuted 1 1@102 Taker"]);
});

for (const [expires, nextUs] of [[1_003, 1_003_000], [1_009, 1_004_000]] as const) {
  Deno.test(`Simulator.nextDeadlineUs() is ${nextUs} if an order expires at ${expires} and a command arrives at 1004`, () => {
    const bench = new Bench({ orderLatencyUs: 2_000 });
    const expireUs = micros(expires * 1000);
    bench.submit({ side: "Buy", qty: 1, price: 90, timeInForce: "GTD", expireUs });
    deepStrictEqual(bench.at(1_002), ["OrderAccepted 1"]);
    strictEqual(bench.simulator.nextDeadlineUs(), expireUs);
    bench.submit({ side: "Buy", qty: 1, price: 90 });
    strictEqual(bench.simulator.nextDeadlineUs(), nextUs);
  });
}

Deno.test("Simulator lets no command overtake another when latency falls", () => {
  const bench = new Bench({ orderLatencyUs: 9_000 });
  bench.submit({ side: "Buy", qty: 1, price: 90 });
  bench.redeclare(NO_COSTS);
  bench.cancel(1);
  deepStrictEqual(bench.at(1_008), []);
  deepStrictEqual(bench.at(1_009), ["OrderAccepted 1", "OrderCancelled 1"]);
});

Deno.test("Simulator offers a report once, and again after a restore until it is applied", () => {
  const bench = new Bench();
  bench.drain = () => [];
  bench.submit({ side: "Buy", qty: 1, price: 90 });
  const now = micros(bench.nowUs);
  const taken = bench.simulator.takeOutputs(now);
  deepStrictEqual(taken.map(inShort), ["OrderAccepted 1"]);
  deepStrictEqual(bench.simulator.takeOutputs(now), []);
  strictEqual(bench.simulator.nextOutputUs(), undefined);

  bench.roundTrip();
  strictEqual(bench.simulator.nextOutputUs(), now);
  deepStrictEqual(bench.simulator.takeOutputs(now), taken);

  for (const draft of taken) bench.applyOutput(draft);
  bench.roundTrip();
  deepStrictEqual(bench.simulator.takeOutputs(now), []);
});

Deno.test("Simulator reads a checkpoint in which nothing is told of what the book cut from queues", () => {
  const bench = new Bench();
  bench.snapshot([100, 5], [102, 4]);
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  bench.submit({ side: "Buy", qty: 3, price: 99 });
  const node = JSON.stringify(bench.simulator.checkpoint()).replaceAll(/"unprinted":\d+,/g, "");
  bench.simulator = Simulator.restore(bench.declaration, JSON.parse(node), () => INSTRUMENT);
  deepStrictEqual(bench.trade(100, 6, "Sell"), ["OrderExecuted 1 1@100 Maker"]);
  bench.delta([99, 2], []);
  deepStrictEqual(bench.trade(99, 5, "Sell"), [
    "OrderExecuted 1 2@100 Maker",
    "OrderExecuted 2 1@99 Maker",
  ]);
});

Deno.test("Simulator reads a checkpoint in which takes are without sizes of levels and prints", () => {
  const bench = new Bench();
  bench.snapshot([90, 5], [100, 4, 101, 4]);
  bench.submit({ side: "Buy", qty: 6, price: 101 });
  const node = JSON.stringify(bench.simulator.checkpoint())
    .replaceAll(/"(displayed|unprinted)_(bids|asks)":\[[\d,]*\],?/g, "").replaceAll(",}", "}");
  bench.simulator = Simulator.restore(bench.declaration, JSON.parse(node), () => INSTRUMENT);
  bench.snapshot([90, 5], [100, 4, 101, 4]);
  deepStrictEqual(bench.submit({ side: "Buy", qty: 6, price: 101 }), [
    "OrderAccepted 2",
    "OrderExecuted 2 2@101 Taker",
  ]);
  deepStrictEqual(bench.trade(100, 5, "Buy"), ["OrderExecuted 2 1@101 Maker"], "four were taken");
});

Deno.test("Simulator writes what was taken by price, in whatever order it was taken", () => {
  const bench = new Bench();
  const far = [103, 6];
  for (const asks of [far, [102, 4, ...far]]) {
    bench.snapshot([], asks);
    bench.submit({ side: "Buy", qty: 1, price: 103, timeInForce: "IOC" });
  }
  match(JSON.stringify(bench.simulator.checkpoint()), /"taken_asks":\[102,1,103,1\]/);
});

Deno.test("Simulator remembers a bounded number of ended orders", () => {
  const bench = new Bench();
  for (let order = 1; order <= TERMINAL_MAX + 1; order++) {
    bench.submit({ side: "Sell", qty: 1, price: null });
  }
  deepStrictEqual(bench.lookup(1), ["OrderNotFound 1"]);
  deepStrictEqual(bench.lookup(2), ["OrderFound 2 cancelled 0/1"]);
  bench.applied.length = 0;
  const before = heldBytes("external");
  for (let more = 1; more <= 5000; more++) bench.submit({ side: "Sell", qty: 1, price: null });
  const grown = heldBytes("external") - before;
  ok(grown < 400_000, `${grown} bytes, which would be 80 for each order`);
  deepStrictEqual(bench.lookup(2), ["OrderNotFound 2"]);
});

Deno.test("Simulator refuses a checkpoint of another venue or version, and names what is wrong", () => {
  const declaration = declarationOf(NO_COSTS);
  throws(
    () => Simulator.restore(declaration, { version: 2, venue: 0 }, () => INSTRUMENT),
    { name: "RangeError", message: /version and venue must be 1 and 0: was 2 and 0/ },
  );
  throws(
    () => {
      const node = { version: 1, venue: 0, last_arrival_us: "x" };
      Simulator.restore(declaration, node, () => INSTRUMENT);
    },
    {
      message: 'Cannot read the checkpoint: simulator.last_arrival_us must be an integer: was "x"',
    },
  );
});
