/**
 * Products and differences of exact integers. Proves R-CORE-7: worth and cover are exact at any size.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { px, qty } from "../../../core/numbers.ts";
import { difference, productOf, times } from "../../../core/risk/wide.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

Deno.test("productOf() gives a number where that is exact, and never a negative zero", () => {
  strictEqual(productOf(px(-5), qty(3)), -15);
  ok(Object.is(productOf(px(-5), qty(0)), 0));
  strictEqual(productOf(px(LARGEST), qty(2)), 18_014_398_509_481_982n);
});

Deno.test("times() multiplies numbers and BigInts alike", () => {
  strictEqual(times({ left: 6, right: 7 }), 42);
  ok(Object.is(times({ left: -6, right: 0 }), 0));
  strictEqual(times({ left: 6n, right: 7 }), 42);
  strictEqual(times({ left: 6, right: 7n }), 42);
  strictEqual(times({ left: LARGEST, right: 3 }), 27_021_597_764_222_973n);
  strictEqual(times({ left: 18_014_398_509_481_982n, right: 2n }), 36_028_797_018_963_964n);
});

Deno.test("difference() subtracts numbers and BigInts alike", () => {
  strictEqual(difference({ left: 6, right: 7 }), -1);
  strictEqual(difference({ left: 6n, right: 7 }), -1);
  strictEqual(difference({ left: 6, right: 7n }), -1);
  strictEqual(difference({ left: LARGEST, right: -2 }), 9_007_199_254_740_993n);
});
