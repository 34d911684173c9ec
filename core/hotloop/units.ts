/**
 * Quanta as quantities, for signals: one correctly rounded division.
 * @module
 */
import { powerOfTen, POWERS } from "../decimal.ts";
import type { Instrument } from "../instrument.ts";

/** Returns a number of quantity quanta as a quantity. */
export function perUnit(quanta: number, instrument: Instrument): number {
  const { scale } = instrument.qtyRule;
  return quanta / (POWERS[scale] ?? Number(powerOfTen(scale)));
}
