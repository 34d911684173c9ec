/**
 * When an order ends by itself.
 * @module
 */
import type { SubmitOrder } from "../command.ts";
import type { Instrument } from "../instrument.ts";
import { DAY_US, type Micros, micros } from "../numbers.ts";

/** Returns when the order expires, or null. A DAY order without a time ends with the session. */
export function expiryOf(
  command: SubmitOrder,
  of: { readonly atUs: Micros; readonly instrument: Instrument },
): Micros | null {
  if (command.timeInForce === "GTD") return command.expireUs;
  if (command.timeInForce !== "DAY") return null;
  return command.expireUs ?? nextSessionEndUs(of.instrument, of.atUs);
}

/** Returns the first session end after a time; without one, the next 00:00 UTC. */
export function nextSessionEndUs(instrument: Instrument, atUs: Micros): Micros {
  const endUs = instrument.sessionEndUs ?? 0;
  const midnightUs = atUs - atUs % DAY_US;
  const todayUs = midnightUs + endUs;
  return micros(todayUs > atUs ? todayUs : todayUs + DAY_US);
}
