/**
 * Averages as venues show them.
 * @module
 */
import { ONE, type Units } from "./units.ts";

/** Returns what was paid or received per unit, cut at 10^-8; zero for nothing. */
export function averageOf(total: Units, { qty }: { readonly qty: Units }): Units {
  return qty === 0n ? 0n : total * ONE / qty;
}
