/**
 * The hot loop fed with what no feed should say: crossed and empty books, prices of 0 and below it,
 * the largest quantities, gaps, trades without a book, clocks that jump. Proves R-HOT-4: every answer
 * is a finite number or null, and nothing is thrown inside.
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import * as fc from "fast-check";
import type { Instrument } from "../../../core/instrument.ts";
import { instrumentId, orderId, px, qty } from "../../../core/numbers.ts";
import { linearInstrument } from "../../support/contract_instruments.ts";
import { HotLoopBench } from "../../support/hot_loop_bench.ts";
import { runnerOf } from "../../support/runner.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const ID = instrumentId(0);
const SPOT: Instrument = { ...spotInstrument(), id: ID };
const INSTRUMENTS: readonly (readonly [string, Instrument])[] = [
  ["spot", SPOT],
  ["a spread", {
    ...linearInstrument(),
    id: ID,
    priceRule: { scale: 1, ticks: [{ fromQuanta: -1_000, stepQuanta: 5 }] },
  }],
  ["a huge tick", {
    ...SPOT,
    priceRule: { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 1_000_000_000 }] },
  }],
  ["the finest quanta", {
    ...SPOT,
    priceRule: { scale: 18, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
    qtyRule: { ...SPOT.qtyRule, scale: 18 },
  }],
  ["a bounded ladder", {
    ...SPOT,
    priceRule: { scale: 2, ticks: [{ fromQuanta: 1, stepQuanta: 1 }], maxQuanta: 100 },
  }],
  ["a runner", runnerOf(0)],
];
const ON = {
  sweep_sniffer: { on: true },
  big_move_trigger: { on: true },
  rf_seen_recently: { on: true },
  trend_lens: { on: true },
};
const SETTINGS = [
  ON,
  { ...ON, trade_counts: "both", min_obs_s: 0 },
  { ...ON, queue_model: "flumine", half_life_s: 0.1 },
];

type Told = (bench: HotLoopBench) => void;
const price = fc.oneof(
  fc.integer({ min: -30, max: 130 }),
  fc.constantFrom(0, 1, 2 ** 52, -(2 ** 52), 101, 300, 305, 310, 1_000_000_000),
);
const size = fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(Number.MAX_SAFE_INTEGER, 0));
const levels = fc.array(fc.tuple(price, size), { maxLength: 4 }).map((rows) => rows.flat());
const book = fc.record({ bids: levels, asks: levels });
const side = fc.constantFrom("Buy" as const, "Sell" as const);
const told: fc.Arbitrary<Told> = fc.oneof(
  book.map((depth): Told => (bench) => void bench.snapshot(depth)),
  book.map((depth): Told => (bench) => void bench.delta(depth)),
  fc.tuple(price, size, side).map(([at, quantity, taker]): Told => (bench) =>
    void bench.trade(at, { qty: quantity, side: taker })
  ),
  fc.tuple(price, size).map(([at, quantity]): Told => (bench) =>
    void bench.trade(at, { qty: quantity })
  ),
  fc.constant<Told>((bench) =>
    void bench.tell({ eventType: "BookInvalidated", payload: { reason: "told" } })
  ),
  fc.tuple(price, price, size).map(([bid, ask, quantity]): Told => (bench) => {
    const best = { bidPx: px(bid), bidQty: qty(quantity), askPx: px(ask), askQty: qty(quantity) };
    bench.tell({ eventType: "QuoteUpdated", payload: { ...best, updateId: null } });
  }),
  fc.constantFrom("open" as const, "suspended" as const, "closed" as const)
    .map((status): Told => (bench) => void bench.define({ status, betDelayMs: 1_000 })),
  fc.tuple(price, side).map(([at, own]): Told => ({ loop, id }) =>
    loop.track({ orderId: orderId(1), instrument: id, side: own, price: px(at) })
  ),
);
const seconds = fc.oneof(
  fc.constantFrom(0, 0, 0.1, 1, 7, 40, -3, -12, 3_600, -3_600, 1e7, -1e7),
  fc.double({ min: 0, max: 20, noNaN: true }),
);

/** Everything that can be asked. */
function answers({ loop, id }: HotLoopBench): unknown {
  const bySide = (["Buy", "Sell"] as const).map((own) => [
    loop.best(id, { side: own }),
    loop.best2Sum(id, { side: own }),
    loop.ladderTop(id, { side: own, n: 5 }),
    [-5, 0, 1, 10, 101, 300, 1_000_000_000].map((at) => {
      const of = { side: own, price: px(at) };
      const forecasts = [1, 1_000, 1e9].map((horizonMs) =>
        loop.pfillTtf(id, { ...of, orderQty: qty(3), horizonMs })
      );
      for (const { p, ttfMs } of forecasts.flatMap((forecast) => forecast ?? [])) {
        ok(p === null || (p >= 0 && p <= 1), `p is ${p}`);
        ok(ttfMs === null || ttfMs >= 0, `it takes ${ttfMs} ms`);
      }
      return [loop.matchRateEma(id, of), loop.sizeAhead(id, of), forecasts];
    }),
  ]);
  const detected = [loop.trendLens(id), loop.bigMoveTrigger(id), loop.sweepSniffer(id)];
  return [bySide, detected, loop.spreadTicks(id), loop.queueLevels(id, { depth: 5 })];
}

function assertFinite(answer: unknown): void {
  if (typeof answer === "number") ok(Number.isFinite(answer), `was ${answer}`);
  if (typeof answer !== "object" || answer === null) return;
  for (const part of Object.values(answer)) assertFinite(part);
}

for (const [name, instrument] of INSTRUMENTS) {
  Deno.test(`HotLoop answers with finite numbers or null whatever it is told of ${name}`, () => {
    const steps = fc.array(fc.tuple(seconds, told), { maxLength: 40, size: "max" });
    fc.assert(
      fc.property(steps, fc.constantFrom(...SETTINGS), (all, settings) => {
        const bench = new HotLoopBench(instrument, settings);
        bench.atS = 20_000_000;
        for (const [after, tell] of all) {
          bench.atS = Math.max(1, bench.atS + after);
          tell(bench);
          assertFinite(answers(bench));
          assertFinite(bench.emitted);
          deepStrictEqual(bench.emitted.filter(({ kind }) => kind === "diagnostic"), []);
        }
      }),
      { numRuns: 80 },
    );
  });
}
