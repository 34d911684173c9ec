/**
 * The terms that an order has at the venue: answers, look-ups, lists of open orders and the user stream
 * all tell of them, each in its own time.
 *
 * A time is that of the order's newest change, a fill as well as an amendment: whatever shows the order
 * as of a time shows every amendment up to it. The stream tells all of them, in order, and may be
 * seconds behind: what was shown already is not told again, since the core would take it for the answer
 * to a newer Replace, or for a change by the venue.
 *
 * Two amendments of one millisecond have no order but that of the stream: where their terms differ, what
 * it says last counts.
 * @module
 */
import type { KnownOrder } from "./known_orders.ts";
import type { BinanceOrder } from "./payloads.ts";

/** As the venue spells them, and as of when: milliseconds, 0 where it does not say. */
export type Terms = Pick<BinanceOrder, "origQty" | "price" | "updatedMs">;

/** Keeps terms that are going to be told, unless newer ones were; returns the newest. */
export function noteTerms(order: KnownOrder, terms: Terms): Terms {
  const { terms: told } = order;
  if (told !== undefined && terms.updatedMs !== 0 && terms.updatedMs < told.updatedMs) return told;
  order.terms = terms;
  return terms;
}

/** True of an amendment that is part of what was told. */
export function isTold(amended: Terms, { terms: told }: KnownOrder): boolean {
  if (told === undefined || amended.updatedMs > told.updatedMs) return false;
  return amended.updatedMs < told.updatedMs ||
    (amended.origQty === told.origQty && amended.price === told.price);
}

/** Answer and stream say one amendment twice: this tells that they do. */
export function amendmentKey(
  { orderId, updatedMs, origQty, price }: Terms & Pick<BinanceOrder, "orderId">,
): string {
  return `amended ${orderId} ${updatedMs} ${origQty} ${price}`;
}
