/**
 * Proves the calibration of fill probabilities (R-HOT-2): its arithmetic on a market whose outcome is
 * known, and on the shared recordings that the default model is never worse than the base rate and
 * never worse than the exponential one: on all together at every horizon, and on each of them.
 *
 * A file alone is not held against its base rate where a single order filled: which one that will be
 * nobody knows, and its rate is known afterwards only.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Event } from "../../../core/event.ts";
import {
  Calibration,
  type CalibrationResult,
  DEFAULT_SETTINGS,
  type HorizonFit,
} from "../../../core/hotloop/mod.ts";
import { px, qty } from "../../../core/numbers.ts";
import { listedEvent, marketEvent, OPEN } from "../../support/hot_loop_bench.ts";
import { streamDrafts } from "../../support/recorded_stream.ts";
import { runnerOf } from "../../support/runner.ts";
import { sharedLines } from "../../support/shared_lines.ts";

const HORIZONS_MS = [1_000, 5_000, 10_000, 30_000, 60_000];
const FILES = [
  "betfair/1.241629436.jsonl.gz",
  "betfair/1.206064380.bz2",
  "betfair/1.180305278.bz2",
  "betfair/1.197931750.jsonl.gz",
  "betfair/1.197931751.jsonl.gz",
  "betfair/1.164917629.bz2",
  "betfair/1.226122413_live_session.jsonl.gz",
];

function calibration(horizonsMs: readonly number[] = HORIZONS_MS): Calibration {
  return new Calibration({
    settings: DEFAULT_SETTINGS,
    everyMs: 5_000,
    horizonsMs,
    orderQtyOf: () => qty(200),
  });
}

/** A touch of 1 000 that trades 500 of one side every second. */
function* steadyMarket(seconds: number): Generator<Event, void> {
  const runner = runnerOf(0);
  yield listedEvent(runner);
  const at = (s: number): number => s * 1_000_000;
  const book = { bids: [305, 1_000], asks: [300, 1_000], updateId: null };
  yield marketEvent(runner, at(1), { eventType: "BookSnapshot", payload: book });
  for (let s = 2; s < seconds; s++) {
    const payload = { price: px(305), qty: qty(1_000), side: null, tradeId: null };
    yield marketEvent(runner, at(s), { eventType: "TradePrinted", payload });
    const taken = { bids: [305, 500], asks: [], updateId: null };
    yield marketEvent(runner, at(s), { eventType: "BookDelta", payload: taken });
    const refilled = { bids: [305, 1_000], asks: [], updateId: null };
    yield marketEvent(runner, at(s), { eventType: "BookDelta", payload: refilled });
  }
}

function only(fits: readonly HorizonFit[]): HorizonFit {
  const [fit] = fits;
  if (fit === undefined) throw new Error("Cannot go on: there must be a horizon");
  return fit;
}

Deno.test("Calibration fills orders whose queue trades away, and counts by horizon", () => {
  const [short, long] = [calibration([1_000]), calibration([10_000])];
  for (const event of steadyMarket(120)) {
    short.apply(event);
    long.apply(event);
  }
  const [of1, of10] = [only(short.result().horizons), only(long.result().horizons)];
  strictEqual(of1.baseRate, 0);
  strictEqual(of1.skill, null);
  ok(of10.samples >= 40);
  strictEqual(of10.baseRate, 0.5); // bids fill within three seconds, nothing trades at the offer
  ok((of10.skill ?? 0) > 0.4, `skill must be high: was ${of10.skill}`);
  strictEqual(of10.bins.reduce((sum, bin) => sum + bin.count, 0), of10.samples);
  deepStrictEqual(of10.bins.map(({ from }) => from), [
    0,
    0.1,
    0.2,
    0.3,
    0.4,
    0.5,
    0.6,
    0.7,
    0.8,
    0.9,
  ]);
});

for (const [isPassiveFree, baseRate] of [[true, 0.5], [false, 0]] as const) {
  const delay = isPassiveFree ? "none where passive ones are free" : "all";
  Deno.test(`Calibration holds its orders back for the market's delay, ${delay}`, () => {
    const into = calibration([4_000]);
    const define = { ...OPEN, inPlay: true, betDelayMs: 5_000, isPassiveFree };
    const [listing, ...rest] = steadyMarket(120);
    if (listing !== undefined) into.apply(listing);
    into.apply(marketEvent(runnerOf(0), 0, { eventType: "MarketDefined", payload: define }));
    for (const event of rest) into.apply(event);
    const fit = only(into.result().horizons);
    ok(fit.samples >= 40);
    strictEqual(fit.baseRate, baseRate);
  });
}

Deno.test("Calibration says nothing of a file without instruments", () => {
  const result = calibration().result();
  strictEqual(result.instruments, 0);
  deepStrictEqual(result.horizons.map(({ samples, brier }) => [samples, brier]), [
    [0, null],
    [0, null],
    [0, null],
    [0, null],
    [0, null],
  ]);
});

const found = FILES.map((name) => [name, sharedLines(name)] as const);
const measured = new Map<string, CalibrationResult>();

function measure(name: string): CalibrationResult {
  const known = measured.get(name);
  if (known !== undefined) return known;
  const into = calibration();
  for (const draft of streamDrafts(sharedLines(name) ?? [])) into.apply(draft);
  const result = into.result();
  measured.set(name, result);
  return result;
}

/** True if several orders filled, and several did not. */
function isTelling({ samples, baseRate }: HorizonFit): boolean {
  const filled = Math.round(samples * (baseRate ?? 0));
  return filled > 1 && samples - filled > 1;
}

for (const [name, lines] of found) {
  Deno.test({
    name: `pfillTtf() is never worse than the base rate or the exponential model on ${name}`,
    ignore: lines === undefined,
    fn: () => {
      const { horizons } = measure(name);
      ok(horizons.every(({ samples }) => samples > 0));
      for (const fit of horizons) {
        if (fit.skill === null) continue;
        const at = `${name} at ${fit.horizonMs} ms`;
        if (isTelling(fit)) ok(fit.skill >= 0, `${at}: must not be below 0: was ${fit.skill}`);
        const exponential = fit.exponentialSkill ?? 0;
        ok(fit.skill >= exponential, `${at}: must reach ${exponential}: was ${fit.skill}`);
      }
    },
  });
}

Deno.test({
  name: "pfillTtf() is better than either on all recordings together, at any horizon",
  ignore: found.some(([, lines]) => lines === undefined),
  fn: () => {
    const sums = HORIZONS_MS.map(() => ({ n: 0, filled: 0, brier: 0, exponential: 0 }));
    for (const [name] of found) {
      for (const [at, fit] of measure(name).horizons.entries()) addTo(sums[at], fit);
    }
    for (const [at, sum] of sums.entries()) {
      const rate = sum.filled / sum.n;
      const skill = 1 - sum.brier / sum.n / (rate * (1 - rate));
      const exponential = 1 - sum.exponential / sum.n / (rate * (1 - rate));
      ok(skill > Math.max(0, exponential), `${HORIZONS_MS[at]} ms: ${skill}, ${exponential}`);
    }
  },
});

type Sum = { n: number; filled: number; brier: number; exponential: number };

function addTo(sum: Sum | undefined, fit: HorizonFit): void {
  const { samples, baseRate, brier, exponentialSkill } = fit;
  if (sum === undefined || baseRate === null || brier === null) return;
  const spread = baseRate * (1 - baseRate);
  sum.n += samples;
  sum.filled += samples * baseRate;
  sum.brier += samples * brier;
  sum.exponential += samples * spread * (1 - (exponentialSkill ?? 0));
}
