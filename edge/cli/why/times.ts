/**
 * Times and spans for people: UTC, to the microsecond, as they were recorded.
 * @module
 */

/** The date, `2026-11-20`. */
export function dateText(us: number): string {
  return isoText(us).slice(0, 10);
}

/** The time of day, `16:49:38.112592`. */
export function clockText(us: number): string {
  const micros = String(us % 1000).padStart(3, "0");
  return `${isoText(us).slice(11, 23)}${micros}`;
}

/** Date and time of day, `2026-11-20 16:49:38.112592`. */
export function momentText(us: number): string {
  return `${dateText(us)} ${clockText(us)}`;
}

/**
 * A span in the unit in which it is short.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(spanText(850), "850 µs");
 * strictEqual(spanText(1_250), "1.250 ms");
 * strictEqual(spanText(61_000_000), "61.000 s");
 * ```
 */
export function spanText(us: number): string {
  const size = Math.abs(us);
  if (size < 1000) return `${us} µs`;
  if (size < 1_000_000) return `${(us / 1000).toFixed(3)} ms`;
  return `${(us / 1_000_000).toFixed(3)} s`;
}

/** Date and time of day to the millisecond, `2026-11-20T16:49:38.112Z`. */
export function isoText(us: number): string {
  return new Date(Math.floor(us / 1000)).toISOString();
}
