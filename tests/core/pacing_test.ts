/**
 * Token buckets. Proves the arithmetic under R-EXEC-8.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { micros } from "../../core/mod.ts";
import {
  cancelReserve,
  fullBucket,
  hasToken,
  nextTokenUs,
  refill,
  takeToken,
} from "../../core/pacing.ts";

const rate = fc.record({
  perSecond: fc.integer({ min: 1, max: 50 }),
  burst: fc.integer({ min: 1, max: 20 }),
});

Deno.test("takeToken() never gives more than the burst and what has accrued since", () => {
  fc.assert(fc.property(rate, fc.array(fc.nat({ max: 300_000 })), (of, waits) => {
    const bucket = fullBucket(of, micros(0));
    let now = 0;
    let taken = 0;
    for (const wait of waits) {
      now += wait;
      refill(bucket, of, micros(now));
      while (takeToken(bucket)) taken += 1;
    }
    ok(taken <= of.burst + Math.floor(now * of.perSecond / 1_000_000));
  }));
});

Deno.test("nextTokenUs() names the first microsecond at which a token is there", () => {
  fc.assert(fc.property(rate, fc.nat({ max: 4 }), (of, wanted) => {
    const keep = Math.min(wanted, of.burst - 1);
    const bucket = fullBucket(of, micros(0));
    while (takeToken(bucket));
    const due = nextTokenUs(bucket, of, keep);
    refill(bucket, of, micros(due - 1));
    ok(!takeToken(bucket, keep));
    refill(bucket, of, due);
    ok(takeToken(bucket, keep));
  }));
});

Deno.test("cancelReserve() leaves something for orders whatever the burst", () => {
  for (let burst = 1; burst < 100; burst += 1) {
    ok(cancelReserve({ perSecond: 1, burst }) < burst);
  }
});

const SLOW = { perSecond: 2, burst: 3 };

Deno.test("refill() adds what a rate gives in the time that passed, and no more than the burst", () => {
  const bucket = fullBucket(SLOW, micros(1_000_000));
  while (takeToken(bucket));
  ok(!hasToken(bucket));
  refill(bucket, SLOW, micros(1_499_999));
  ok(!hasToken(bucket));
  refill(bucket, SLOW, micros(1_500_000));
  ok(hasToken(bucket));
  strictEqual(bucket.atUs, 1_500_000);
  refill(bucket, SLOW, micros(60_000_000));
  for (let taken = 0; taken < SLOW.burst; taken += 1) ok(takeToken(bucket));
  ok(!takeToken(bucket));
});

Deno.test("takeToken() leaves as many tokens as it is told to keep", () => {
  const bucket = fullBucket(SLOW, micros(0));
  ok(takeToken(bucket, 2));
  ok(!takeToken(bucket, 2));
  ok(takeToken(bucket, 1));
  ok(!takeToken(bucket, 1));
  ok(takeToken(bucket));
  ok(!takeToken(bucket));
});

Deno.test("nextTokenUs() is now while a token above what is kept is there", () => {
  const bucket = fullBucket(SLOW, micros(7));
  strictEqual(nextTokenUs(bucket, SLOW, 2), 7);
  ok(takeToken(bucket));
  strictEqual(nextTokenUs(bucket, SLOW, 2), 500_007);
  strictEqual(nextTokenUs(bucket, SLOW, 1), 7);
});

Deno.test("nextTokenUs() comes even at the slowest of rates, a thousandth of a token per second", () => {
  const slowest = { perSecond: 0.0001, burst: 1 };
  const bucket = fullBucket(slowest, micros(0));
  ok(takeToken(bucket));
  strictEqual(nextTokenUs(bucket, slowest, 0), 1_000_000_000);
});

Deno.test("cancelReserve() is a fifth of the burst, rounded down", () => {
  strictEqual(cancelReserve({ perSecond: 1, burst: 4 }), 0);
  strictEqual(cancelReserve({ perSecond: 1, burst: 9 }), 1);
  strictEqual(cancelReserve({ perSecond: 1, burst: 10 }), 2);
});
