/**
 * Token buckets: how often something may be done, as plain state.
 *
 * A bucket counts billionths of a token in integers, so that a replay refills exactly as the live
 * run did. It holds at most `burst` tokens and starts full. A request to a venue takes what it costs
 * and leaves a reserve that only cancels may use.
 * @module
 */
import type { VenueCommand } from "./command.ts";
import type { Pacing, RequestCosts } from "./event.ts";
import { type Micros, micros } from "./numbers.ts";

const UNIT = 1_000_000_000;

/** Tokens per second and most tokens at once. Fractions down to a thousandth count. */
export type Rate = { readonly perSecond: number; readonly burst: number };

/** What pacing lets out. */
export type PacedKind = VenueCommand["kind"];

/** State of a bucket. */
export type Bucket = { level: number; atUs: Micros };

/** Makes a full bucket. */
export function fullBucket(rate: Rate, nowUs: Micros): Bucket {
  return { level: rate.burst * UNIT, atUs: nowUs };
}

/** Adds what has accrued since the last look. */
export function refill(bucket: Bucket, rate: Rate, nowUs: Micros): void {
  const most = rate.burst * UNIT;
  const accrued = (nowUs - bucket.atUs) * unitsPerUs(rate);
  bucket.level = Math.min(most, bucket.level + accrued);
  bucket.atUs = nowUs;
}

/** Returns the tokens that a bucket holds at `nowUs`, whole and parts; it stays as it is. */
export function tokensAt(bucket: Bucket, rate: Rate, nowUs: Micros): number {
  const accrued = Math.max(0, nowUs - bucket.atUs) * unitsPerUs(rate);
  return Math.min(rate.burst * UNIT, bucket.level + accrued) / UNIT;
}

/**
 * Takes one token; call {@link refill} first.
 * @returns True if it was there.
 */
export function takeToken(bucket: Bucket): boolean {
  if (bucket.level < UNIT) return false;
  bucket.level -= UNIT;
  return true;
}

/** Returns true if a token is there; call {@link refill} first. */
export function hasToken(bucket: Bucket): boolean {
  return bucket.level >= UNIT;
}

/**
 * Takes what a request costs if, after it, its reserve remains; call {@link refill} first.
 * @returns True if it was taken.
 */
export function takeCost(bucket: Bucket, pacing: Pacing, kind: PacedKind): boolean {
  const cost = costOf(pacing, kind) * UNIT;
  if (bucket.level < reserveOf(pacing, kind) * UNIT + cost) return false;
  bucket.level -= cost;
  return true;
}

/** Returns when a request's cost above its reserve will be there, for a bucket refilled at its `atUs`. */
export function nextCostUs(bucket: Bucket, pacing: Pacing, kind: PacedKind): Micros {
  const wanted = (reserveOf(pacing, kind) + costOf(pacing, kind)) * UNIT;
  const missing = Math.max(0, wanted - bucket.level);
  return micros(bucket.atUs + Math.ceil(missing / unitsPerUs(pacing)));
}

/** Tokens that are left to cancels. */
function reserveOf({ burst }: Pacing, kind: PacedKind): number {
  return kind === "Cancel" ? 0 : Math.floor(burst / 5);
}

/** Tokens of a request: never more than there can be above the reserve. */
function costOf(pacing: Pacing, kind: PacedKind): number {
  const { costs } = pacing;
  if (costs === undefined) return 1;
  return Math.min(listedCost(costs, kind), pacing.burst - reserveOf(pacing, kind));
}

function listedCost(costs: RequestCosts, kind: PacedKind): number {
  switch (kind) {
    case "Submit":
      return costs.submit;
    case "Replace":
      return costs.replace;
    case "Cancel":
      return costs.cancel;
    case "Lookup":
      return costs.lookup;
    case "Reconcile":
      return costs.reconcile;
  }
}

function unitsPerUs(rate: Rate): number {
  return Math.max(1, Math.round(rate.perSecond * 1000));
}
