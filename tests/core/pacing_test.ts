/**
 * Token buckets. Proves the arithmetic under R-EXEC-8.
 * @module
 */
import { ok } from "node:assert/strict";
import * as fc from "fast-check";
import { micros } from "../../core/mod.ts";
import { cancelReserve, fullBucket, nextTokenUs, refill, takeToken } from "../../core/pacing.ts";

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
