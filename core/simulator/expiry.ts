/**
 * When an order ends by itself.
 * @module
 */
import type { SubmitOrder } from "../command.ts";
import type { Instrument } from "../instrument.ts";
import { nextSessionEndUs } from "../instrument_rules.ts";
import type { Micros } from "../numbers.ts";

/** Returns when the order expires, or null. A DAY order without a time ends with the session. */
export function expiryOf(
  command: SubmitOrder,
  of: { readonly atUs: Micros; readonly instrument: Instrument },
): Micros | null {
  if (command.timeInForce === "GTD") return command.expireUs;
  if (command.timeInForce !== "DAY") return null;
  return command.expireUs ?? nextSessionEndUs(of.instrument, of.atUs);
}
