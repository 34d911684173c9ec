/**
 * Instruments that left the configuration while orders of ours rest on them.
 *
 * What rests can still trade and has to be cancelled, so an adapter goes on knowing its instrument, as
 * one that takes nothing new. Where the whole venue has left nobody can reach them, and it is said.
 * @module
 */
import type { DeclaredVenue } from "../config/mod.ts";
import type { Instrument } from "../core/instrument.ts";
import type { InstrumentId } from "../core/numbers.ts";
import type { View } from "../core/view.ts";

/** What the configuration does not list and the journal holds live orders of. */
export type LeftBehind = {
  /** Closed; their venues are configured. */
  readonly instruments: readonly Instrument[];
  /** For the operator, one for each instrument. */
  readonly sentences: readonly { readonly text: string; readonly isReached: boolean }[];
};

/** Returns what is left behind at venues outside; `venues` have the journal's numbers. */
export function leftBehind(venues: readonly DeclaredVenue[], view: View): LeftBehind {
  const listed = new Set(
    venues.flatMap(({ instruments }) => instruments.map(({ instrument }) => instrument.id)),
  );
  const outside = view.venues.filter(({ simulation }) => simulation === null);
  const left = view.instruments.filter(({ id, venue }) =>
    !listed.has(id) && outside.some((known) => known.id === venue)
  );
  if (left.length === 0) return { instruments: [], sentences: [] };
  const resting = restingOrders(view);
  const held = left.filter(({ id }) => resting.has(id));
  const isReached = ({ venue }: Instrument): boolean =>
    venues.some(({ declaration }) => declaration.id === venue);
  return {
    instruments: held.filter(isReached).map((one) => ({ ...one, status: "closed" })),
    sentences: held.map((one) => ({
      isReached: isReached(one),
      text: `${one.name} must be in the configuration while orders rest on it: was left out with ` +
        `${resting.get(one.id)}; ${isReached(one) ? REACHED : UNREACHED}`,
    })),
  };
}

const REACHED = "they can be cancelled and their fills are booked, nothing new is taken";
const UNREACHED = "its venue was left out too, so nothing of them is seen and nothing reaches " +
  "them: list it again, or cancel them at the venue";

/** How many orders may rest on each instrument; dry ones are nowhere. */
function restingOrders(view: View): ReadonlyMap<InstrumentId, number> {
  const counts = new Map<InstrumentId, number>();
  for (const { order, dryRun } of view.orders("account", { limit: Infinity })) {
    if (order === null || dryRun === true) continue;
    counts.set(order.instrument, (counts.get(order.instrument) ?? 0) + 1);
  }
  return counts;
}
