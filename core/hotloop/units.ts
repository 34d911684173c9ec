/**
 * Quanta as quantities, for signals: one correctly rounded division.
 * @module
 */
import type { Instrument } from "../instrument.ts";

/** 10^n, exact up to 10^22. */
const POWERS = [
  1,
  1e1,
  1e2,
  1e3,
  1e4,
  1e5,
  1e6,
  1e7,
  1e8,
  1e9,
  1e10,
  1e11,
  1e12,
  1e13,
  1e14,
  1e15,
  1e16,
  1e17,
  1e18,
] as const;

/** Returns a number of quantity quanta as a quantity. */
export function perUnit(quanta: number, instrument: Instrument): number {
  return quanta / (POWERS[instrument.qtyRule.scale] ?? 1);
}
