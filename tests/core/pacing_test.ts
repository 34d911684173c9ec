/**
 * Token buckets. Proves the arithmetic under R-EXEC-8.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { micros } from "../../core/mod.ts";
import {
  type Bucket,
  fullBucket,
  hasToken,
  nextCostUs,
  type PacedKind,
  refill,
  takeCost,
  takeToken,
  tokensAt,
} from "../../core/pacing.ts";
import type { Pacing } from "../../core/event.ts";

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

Deno.test("tokensAt() says what a refill would leave, and leaves the bucket as it is", () => {
  fc.assert(fc.property(rate, fc.nat({ max: 20 }), fc.nat({ max: 3_000_000 }), (of, takes, now) => {
    const bucket = fullBucket(of, micros(0));
    for (let count = 0; count < takes; count += 1) takeToken(bucket);
    const before = { ...bucket };
    const tokens = tokensAt(bucket, of, micros(now));
    strictEqual(JSON.stringify(bucket), JSON.stringify(before));
    refill(bucket, of, micros(now));
    strictEqual(tokens, bucket.level / 1_000_000_000);
    strictEqual(tokensAt(bucket, of, micros(0)), tokens, "no time passes backwards");
  }));
});

const KINDS = ["Submit", "Replace", "Cancel", "Lookup", "Reconcile"] as const;
const cost = fc.integer({ min: 1, max: 30 });
const pacing: fc.Arbitrary<Pacing> = fc.record({
  perSecond: fc.integer({ min: 1, max: 50 }),
  burst: fc.integer({ min: 1, max: 20 }),
  costs: fc.record({ submit: cost, replace: cost, cancel: cost, lookup: cost, reconcile: cost }),
}, { requiredKeys: ["perSecond", "burst"] });

/** What the page says, counted in whole tokens: reserve and cost of a kind. */
function naive({ burst, costs }: Pacing, kind: PacedKind): { reserve: number; cost: number } {
  const reserve = kind === "Cancel" ? 0 : Math.floor(burst / 5);
  const key = kind.toLowerCase() as keyof NonNullable<Pacing["costs"]>;
  return { reserve, cost: Math.min(costs?.[key] ?? 1, burst - reserve) };
}

function drained(of: Pacing): Bucket {
  const bucket = fullBucket(of, micros(0));
  while (takeToken(bucket));
  return bucket;
}

Deno.test("takeCost() takes what a kind costs while its reserve remains, and else nothing", () => {
  const draws = fc.array(fc.constantFrom(...KINDS), { maxLength: 40, size: "max" });
  fc.assert(fc.property(pacing, draws, (of, kinds) => {
    const bucket = fullBucket(of, micros(0));
    let tokens = of.burst;
    for (const kind of kinds) {
      const { reserve, cost } = naive(of, kind);
      const isThere = tokens - cost >= reserve;
      strictEqual(takeCost(bucket, of, kind), isThere);
      if (isThere) tokens -= cost;
      strictEqual(bucket.level, tokens * 1_000_000_000);
    }
  }));
});

Deno.test("nextCostUs() names the first microsecond at which a request's cost is there", () => {
  fc.assert(fc.property(pacing, fc.constantFrom(...KINDS), (of, kind) => {
    const bucket = drained(of);
    const due = nextCostUs(bucket, of, kind);
    refill(bucket, of, micros(due - 1));
    ok(!takeCost(bucket, of, kind));
    refill(bucket, of, due);
    ok(takeCost(bucket, of, kind));
  }));
});

Deno.test("takeCost() lets every kind out of a full bucket, however dear it is", () => {
  const dear = { submit: 1e6, replace: 1e6, cancel: 1e6, lookup: 1e6, reconcile: 1e6 };
  for (let burst = 1; burst < 100; burst += 1) {
    const of = { perSecond: 1, burst, costs: dear };
    for (const kind of KINDS) ok(takeCost(fullBucket(of, micros(0)), of, kind));
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

Deno.test("nextCostUs() is when the bucket was last looked at while the cost is there", () => {
  const of = { perSecond: 2, burst: 5 };
  const bucket = fullBucket(of, micros(7));
  strictEqual(nextCostUs(bucket, of, "Submit"), 7);
  for (let taken = 0; taken < 4; taken += 1) ok(takeCost(bucket, of, "Submit"));
  strictEqual(nextCostUs(bucket, of, "Submit"), 500_007, "a fifth is for cancels");
  strictEqual(nextCostUs(bucket, of, "Cancel"), 7);
});

Deno.test("nextCostUs() comes even at the slowest of rates, a thousandth of a token per second", () => {
  const slowest = { perSecond: 0.0001, burst: 1 };
  const bucket = fullBucket(slowest, micros(0));
  ok(takeCost(bucket, slowest, "Submit"));
  strictEqual(nextCostUs(bucket, slowest, "Submit"), 1_000_000_000);
});
