/**
 * Why the simulated venue refuses a request, in its words.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import type { VenueRejectCode } from "../reject_code.ts";
import type { SimOrder } from "./sim_order.ts";

/** A refusal: its code, and a sentence for people. */
export type Refusal = { readonly rejectCode: VenueRejectCode; readonly text: string };

export const POST_ONLY: Refusal = {
  rejectCode: "VENUE_POST_ONLY",
  text: "A post-only order must not cross the book",
};

export const EXPIRED: Refusal = {
  rejectCode: "VENUE_REJECTED",
  text: "The order's expiry must lie after its arrival",
};

export const FILLED_BEYOND: Refusal = {
  rejectCode: "VENUE_REJECTED",
  text: "The new quantity must be above what has been filled",
};

/** The order, or its new version, came before. */
export function duplicate(clOrdId: string): Refusal {
  return { rejectCode: "VENUE_DUPLICATE", text: `The client order id ${clOrdId} was used before` };
}

/** The instrument is not open. */
export function suspended({ name, status }: Instrument): Refusal {
  return { rejectCode: "VENUE_SUSPENDED", text: `Trading in ${name} is ${status}` };
}

/** There is no such order, or it has ended. */
export function notOpen(order: SimOrder | undefined, clOrdId: string): Refusal {
  const text = order === undefined
    ? `No order has the client order id ${clOrdId}`
    : `The order has ended: ${order.status}`;
  return { rejectCode: "VENUE_NOT_FOUND", text };
}
