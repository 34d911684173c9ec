/**
 * Token buckets: how often something may be done, as plain state.
 *
 * A bucket counts billionths of a token in integers, so that a replay refills exactly as the live
 * run did. It holds at most `burst` tokens and starts full.
 * @module
 */
import { type Micros, micros } from "./numbers.ts";

const UNIT = 1_000_000_000;

/** Tokens per second and most tokens at once. Fractions down to a thousandth count. */
export type Rate = { readonly perSecond: number; readonly burst: number };

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

/**
 * Takes one token if, after it, at least `keep` whole tokens remain; call {@link refill} first.
 * @returns True if it was taken.
 */
export function takeToken(bucket: Bucket, keep = 0): boolean {
  if (bucket.level < (keep + 1) * UNIT) return false;
  bucket.level -= UNIT;
  return true;
}

/** Returns true if a token is there; call {@link refill} first. */
export function hasToken(bucket: Bucket): boolean {
  return bucket.level >= UNIT;
}

/** Returns when one token above `keep` will be there, for a bucket refilled at its `atUs`. */
export function nextTokenUs(bucket: Bucket, rate: Rate, keep: number): Micros {
  const missing = Math.max(0, (keep + 1) * UNIT - bucket.level);
  return micros(bucket.atUs + Math.ceil(missing / unitsPerUs(rate)));
}

/** Tokens that only cancels may use. */
export function cancelReserve(rate: Rate): number {
  return Math.floor(rate.burst / 5);
}

function unitsPerUs(rate: Rate): number {
  return Math.max(1, Math.round(rate.perSecond * 1000));
}
