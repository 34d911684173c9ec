/**
 * Proves the figures of a horizon (R-HOT-2) by hand: score, skill, its error, reliability.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Fit } from "../../../core/hotloop/horizon_fit.ts";

const US_PER_MINUTE = 60_000_000;

/** Orders: what was said, and whether it came true; one a minute, or as said. */
function fitOf(orders: readonly (readonly [number, boolean, number?])[]): Fit {
  const fit = new Fit(1_000);
  for (const [at, [p, isFilled, minute]] of orders.entries()) {
    fit.add({ p, expected: 2 * p, isFilled, placedUs: (minute ?? at) * US_PER_MINUTE });
  }
  return fit;
}

function near(actual: number | null, expected: number): void {
  ok(actual !== null && Math.abs(actual - expected) < 1e-12, `${actual} must be ${expected}`);
}

Deno.test("Fit.result() scores what was said against what came", () => {
  const said = fitOf([[0.8, true], [0.4, false], [0.5, true], [0, false]]).result();
  strictEqual(said.samples, 4);
  strictEqual(said.baseRate, 0.5);
  near(said.brier, (0.04 + 0.16 + 0.25) / 4);
  near(said.skill, 1 - 0.45 / 4 / 0.25);
  const [e8, e4, e5] = [0.8, 0.4, 0.5].map((p) => 1 - Math.exp(-2 * p));
  const exponential = ((1 - (e8 ?? 0)) ** 2 + (e4 ?? 0) ** 2 + (1 - (e5 ?? 0)) ** 2) / 4;
  near(said.exponentialSkill, 1 - exponential / 0.25);
});

Deno.test("Fit.result() gives the skill's error by leaving out one minute after the other", () => {
  const orders = [[0.8, true, 0], [0.4, false, 0], [0.5, true, 1], [0, false, 1], [
    0.3,
    true,
    2,
  ], [0.1, false, 2]] as const;
  const rest = (minute: number): number =>
    fitOf(orders.filter(([, , at]) => at !== minute)).result().skill ?? 0;
  const skills = [rest(0), rest(1), rest(2)];
  const mean = skills.reduce((sum, skill) => sum + skill, 0) / 3;
  const spread = skills.reduce((sum, skill) => sum + (skill - mean) ** 2, 0);
  near(fitOf(orders).result().skillError, Math.sqrt(2 / 3 * spread));
});

const WITHOUT: readonly (readonly [string, Parameters<typeof fitOf>[0]])[] = [
  ["nothing was counted", []],
  ["all orders are of one minute", [[0.8, true, 0], [0.4, false, 0]]],
  ["all fills are of one minute", [[0.8, true, 0], [0.4, false, 1], [0.4, false, 2]]],
];
for (const [why, orders] of WITHOUT) {
  Deno.test(`Fit.result() gives no error where ${why}`, () => {
    strictEqual(fitOf(orders).result().skillError, null);
  });
}

Deno.test("Fit.result() gives no skill where every order came out the same", () => {
  const { skill, exponentialSkill, baseRate } = fitOf([[1, true], [0.5, true]]).result();
  deepStrictEqual([skill, exponentialSkill, baseRate], [null, null, 1]);
});

Deno.test("Fit.result() puts a probability of 1 into the last of ten bins", () => {
  const { bins } = fitOf([[1, true], [0.95, false], [0.05, false]]).result();
  strictEqual(bins.length, 10);
  deepStrictEqual(bins[9], { from: 0.9, to: 1, count: 2, meanP: 0.975, meanOutcome: 0.5 });
  deepStrictEqual(bins[4], { from: 0.4, to: 0.5, count: 0, meanP: null, meanOutcome: null });
});
