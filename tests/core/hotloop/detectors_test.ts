/**
 * Proves the detectors of the hot loop (R-HOT-3): off by default, each as docs/reference/hotloop.md
 * defines it, said once through the one sink.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Emission } from "../../../core/hotloop/mod.ts";
import { instrumentId, micros, px } from "../../../core/numbers.ts";
import { runnerOf } from "../../support/runner.ts";
import { HotLoopBench } from "../../support/hot_loop_bench.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const RUNNER = runnerOf(0);
const SPOT = { ...spotInstrument(), id: instrumentId(0) };

function said(bench: HotLoopBench): readonly unknown[] {
  return bench.emitted.map((emission: Emission) =>
    emission.kind === "signal" ? [emission.name, emission.value, emission.args] : emission
  );
}

function swept(settings: unknown): HotLoopBench {
  const bench = new HotLoopBench(SPOT, settings)
    .snapshot({ bids: [99, 9], asks: [100, 10, 101, 20, 103, 30, 104, 40] });
  return bench.after(1).trade(100, { qty: 10, side: "Buy" }).trade(101, { qty: 20, side: "Buy" })
    .after(0.2).trade(103, { qty: 25, side: "Buy" });
}

Deno.test("detectors are off by default: they say and answer nothing", () => {
  const bench = swept({}).delta({ asks: [100, 0, 101, 0, 103, 0] });
  deepStrictEqual(bench.emitted, []);
  strictEqual(bench.loop.sweepSniffer(bench.id), null);
  strictEqual(bench.loop.bigMoveTrigger(bench.id), null);
  strictEqual(bench.loop.rfSeenRecently(bench.id), null);
  strictEqual(bench.loop.trendLens(bench.id), null);
});

const SWEEP = { sweep_sniffer: { on: true } };

Deno.test("sweepSniffer() sees three levels taken within the window, and says it once", () => {
  const bench = swept(SWEEP).delta({ asks: [100, 0, 101, 0, 103, 0] });
  const ratio = 55 / 60;
  deepStrictEqual(said(bench), [
    ["sweep_sniffer", true, { side: "Buy", levels: 3, volume: 55, ratio }],
  ]);
  bench.delta({ bids: [99, 8] });
  strictEqual(bench.emitted.length, 1);
  strictEqual(bench.loop.sweepSniffer(bench.id)?.levels, 3);
  bench.after(0.6).delta({ bids: [99, 7] });
  strictEqual(bench.loop.sweepSniffer(bench.id), null);
});

const NO_SWEEPS: readonly (readonly [string, (bench: HotLoopBench) => HotLoopBench])[] = [
  ["something is left before the last level hit", (bench) => bench.delta({ asks: [100, 0] })],
  ["the book is told anew", (bench) => bench.snapshot({ bids: [99, 9], asks: [104, 40] })],
  [
    "the market is defined in the same message",
    (bench) => bench.define().delta({ asks: [100, 0, 101, 0, 103, 0] }),
  ],
  [
    "too little of the levels was traded",
    (bench) =>
      bench.snapshot({ asks: [100, 100, 101, 20, 103, 30] }).trade(100, { qty: 1, side: "Buy" })
        .trade(101, { qty: 20, side: "Buy" }).trade(103, { qty: 30, side: "Buy" })
        .delta({ asks: [100, 0, 101, 0, 103, 0] }),
  ],
  [
    "the trades are further apart than the window",
    (bench) => bench.after(0.4).delta({ asks: [100, 0, 101, 0, 103, 0] }),
  ],
];
for (const [what, tell] of NO_SWEEPS) {
  Deno.test(`sweepSniffer() sees none where ${what}`, () => {
    deepStrictEqual(said(tell(swept(SWEEP))), []);
  });
}

Deno.test("bigMoveTrigger() says a move of the middle once, and arms again below half of it", () => {
  const bench = new HotLoopBench(RUNNER, { big_move_trigger: { on: true, ticks: 3 } })
    .snapshot({ bids: [305, 10], asks: [300, 10] });
  strictEqual(bench.loop.bigMoveTrigger(bench.id), null);
  bench.after(3).delta({ bids: [305, 0, 325, 5], asks: [320, 7] });
  deepStrictEqual(said(bench), [["big_move_trigger", 4, {}]]);
  deepStrictEqual(bench.loop.bigMoveTrigger(bench.id), { moveTicks: 4, isTriggered: true });
  bench.after(0.1).delta({ asks: [320, 8] });
  bench.after(3).delta({ asks: [320, 9] });
  strictEqual(bench.loop.bigMoveTrigger(bench.id)?.moveTicks, 0);
  bench.after(3).delta({ bids: [305, 4], asks: [320, 0] });
  strictEqual(bench.emitted.length, 2);
  strictEqual(bench.loop.bigMoveTrigger(bench.id)?.moveTicks, -4);
});

Deno.test("bigMoveTrigger() says nothing while the spread is too wide", () => {
  const settings = { big_move_trigger: { on: true, ticks: 3, max_spread_ticks: 5 } };
  const bench = new HotLoopBench(RUNNER, settings).snapshot({ bids: [305, 10], asks: [300, 10] });
  bench.after(3).delta({ bids: [305, 0, 400, 5] });
  deepStrictEqual(bench.emitted, []);
  strictEqual(bench.loop.bigMoveTrigger(bench.id), null);
});

const REMOVED = { runner: "9", reductionPpm: 25_000, atUs: micros(1_000_000_000) };

Deno.test("rfSeenRecently() says a removal that counts once, and answers within the window", () => {
  const bench = new HotLoopBench(RUNNER, { rf_seen_recently: { on: true } }).define();
  bench.define({ removals: [REMOVED, { ...REMOVED, runner: "8", reductionPpm: 24_999 }] });
  deepStrictEqual(said(bench), [
    ["rf_seen_recently", true, { runner: "9", reduction_ppm: 25_000, at_us: 1_000_000_000 }],
  ]);
  bench.define({ removals: [REMOVED] });
  strictEqual(bench.emitted.length, 1);
  deepStrictEqual(bench.loop.rfSeenRecently(bench.id), REMOVED);
  bench.after(61).define({ removals: [REMOVED] });
  strictEqual(bench.loop.rfSeenRecently(bench.id), null);
});

const ages = [
  [60, "says", "as old as the window"],
  [60.001, "does not say", "older than the window"],
] as const;
for (const [ageS, says, what] of ages) {
  Deno.test(`rfSeenRecently() ${says} a removal of the first definition that is ${what}`, () => {
    const bench = new HotLoopBench(RUNNER, { rf_seen_recently: { on: true } });
    bench.after(ageS).define({ removals: [REMOVED] });
    const isSaid = says === "says";
    strictEqual(bench.emitted.length, isSaid ? 1 : 0);
    strictEqual(bench.loop.rfSeenRecently(bench.id) !== null, isSaid);
  });
}

Deno.test("rfSeenRecently() says only the recent ones of a definition's removals", () => {
  const bench = new HotLoopBench(RUNNER, { rf_seen_recently: { on: true } });
  const later = { ...REMOVED, runner: "8", atUs: micros(1_050_000_000) };
  bench.after(61).define({ removals: [REMOVED, later] });
  deepStrictEqual(said(bench), [
    ["rf_seen_recently", true, { runner: "8", reduction_ppm: 25_000, at_us: 1_050_000_000 }],
  ]);
});

Deno.test("rfSeenRecently() asks for more where several places are paid", () => {
  const place = runnerOf(0, "m", 3);
  const bench = new HotLoopBench(place, { rf_seen_recently: { on: true } });
  bench.define({ removals: [{ ...REMOVED, reductionPpm: 39_999 }] });
  strictEqual(bench.loop.rfSeenRecently(bench.id), null);
  bench.define({ removals: [{ ...REMOVED, reductionPpm: 40_000 }] });
  strictEqual(bench.loop.rfSeenRecently(bench.id)?.reductionPpm, 40_000);
});

Deno.test("trendLens() is the slope of a steady ramp, and says when its sign changes", () => {
  const bench = new HotLoopBench(SPOT, { trend_lens: { on: true } });
  bench.snapshot({ bids: [1_000, 1], asks: [1_001, 1] });
  for (let at = 0; at < 600; at++) {
    const price = 1_000 + at;
    bench.after(0.5).delta({
      bids: [price, 0, price + 1, 3],
      asks: [price + 1, 0, price + 2, 1],
    });
  }
  const trend = bench.loop.trendLens(bench.id);
  ok(trend !== null && Math.abs(trend.ticksPerS - 2) < 0.03, `2 a second: was ${trend?.ticksPerS}`);
  strictEqual(trend.sign, 1);
  strictEqual(trend.weightOfMoney, 0.5);
  strictEqual(bench.emitted.length, 1);
});

Deno.test("trendLens() weighs odds so that money to lay pushes them up", () => {
  const bench = new HotLoopBench(RUNNER, { trend_lens: { on: true }, min_obs_s: 0 })
    .snapshot({ bids: [305, 100], asks: [300, 300] });
  strictEqual(bench.loop.trendLens(bench.id)?.weightOfMoney, 0.5);
});

Deno.test("capabilities() of an instrument that nobody follows are none, and nothing is answered", () => {
  const { loop, id } = new HotLoopBench(SPOT, SWEEP);
  const own = loop.capabilities(id);
  ok(own["best"] && own["sweep_sniffer"]);
  ok(!own["get_mbr"], "no betting market");
  const other = instrumentId(7);
  ok(Object.values(loop.capabilities(other)).every((has) => !has));
  strictEqual(loop.nowUs(other), null);
  strictEqual(loop.best(other, { side: "Buy" }), null);
  strictEqual(loop.best2Sum(other, { side: "Buy" }), 0);
  strictEqual(loop.spreadTicks(other), null);
  deepStrictEqual(loop.ladderTop(other, { side: "Sell" }), []);
  strictEqual(loop.sizeAhead(other, { side: "Buy", price: px(1) }), null);
  strictEqual(loop.getMbr(other), null);
  strictEqual(loop.trendLens(other), null);
  ok(!loop.crosses(other, { side: "Buy", price: px(1) }));
});

Deno.test("best2Sum() is 0 and ladderTop() empty before a book is known", () => {
  const { loop, id } = new HotLoopBench(SPOT, {});
  strictEqual(loop.best2Sum(id, { side: "Buy" }), 0);
  deepStrictEqual(loop.ladderTop(id, { side: "Sell", n: 3 }), []);
  strictEqual(loop.spreadTicks(id), null);
});
