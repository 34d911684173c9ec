/**
 * The checks that a Place and a Replace share: grids and minima, the venue's state, risk.
 * @module
 */
import type { Client } from "../clients.ts";
import type { InstrumentState } from "./state.ts";
import type { Turn } from "./turn.ts";
import type { Side } from "../instrument.ts";
import { checkNotional, checkPrice, checkQty } from "../instrument_rules.ts";
import type { Px, Qty } from "../numbers.ts";
import type { Order } from "../order.ts";
import { firstRefusal, type Refusal, strictest } from "../risk/mod.ts";

/** Price and quantity of an order, in quanta. */
export type Terms = { readonly px: Px | null; readonly qty: Qty };

/** Returns the terms in quanta, or why they are off the grid or below a minimum. */
export function checkTerms(
  entry: InstrumentState,
  of: { readonly price: string | null; readonly orderQty: string },
): { readonly ok: true; readonly terms: Terms } | {
  readonly ok: false;
  readonly refusal: Refusal;
} {
  const { instrument } = entry;
  const price = of.price === null ? undefined : checkPrice(instrument, of.price);
  if (price !== undefined && !price.ok) return { ok: false, refusal: price.breach };
  const quantity = checkQty(instrument, of.orderQty);
  if (!quantity.ok) return { ok: false, refusal: quantity.breach };
  if (price === undefined) return { ok: true, terms: { px: null, qty: quantity.qty } };
  const breach = checkNotional(instrument, { px: price.px, qty: quantity.qty });
  if (breach !== undefined) return { ok: false, refusal: breach };
  return { ok: true, terms: { px: price.px, qty: quantity.qty } };
}

/** An order as it would be if it were let in. */
export type Candidate = Terms & {
  readonly entry: InstrumentState;
  readonly side: Side;
  readonly leavesQty: Qty;
  readonly reduceOnly: boolean;
  /** The order that it would become, not counted twice. */
  readonly replaces: Order | null;
};

/** Returns why the venue's state or risk refuses the candidate, or undefined. */
export function checkAdmission(
  turn: Turn,
  client: Client,
  candidate: Candidate,
): Refusal | undefined {
  return checkVenue(turn, candidate.entry) ?? checkRisk(turn, client, candidate);
}

function checkVenue(turn: Turn, entry: InstrumentState): Refusal | undefined {
  const venue = turn.state.venue(entry.instrument.venue);
  const rule = `Cannot take the order: venue ${venue.declaration.name} must be up`;
  switch (venue.status) {
    case "down":
      return { code: "VENUE_DOWN", text: `${rule}: was down` };
    case "reconciling":
      return { code: "RECONCILING", text: `${rule}: was reconciling` };
    case "up":
      break;
  }
  const { name, status } = entry.instrument;
  if (status === "open") return undefined;
  const text = `Cannot take the order: instrument ${name} must be open: was ${status}`;
  return { code: "VENUE_DOWN", text };
}

function checkRisk(turn: Turn, client: Client, candidate: Candidate): Refusal | undefined {
  const { state } = turn;
  const { entry, side } = candidate;
  const venueState = strictest(
    state.venue(entry.instrument.venue).tradingState,
    entry.tradingState,
  );
  const effective = strictest(state.operatorState, venueState, client.tradingState);
  const looksAtPosition = candidate.reduceOnly || effective === "Reducing";
  return firstRefusal({
    instrument: entry.instrument,
    side,
    px: candidate.px,
    qty: candidate.qty,
    leavesQty: candidate.leavesQty,
    reduceOnly: candidate.reduceOnly,
    limits: entry.limits,
    book: entry.book,
    nowUs: turn.nowUs,
    operatorState: state.operatorState,
    venueState,
    clientState: client.tradingState,
    killSwitch: state.killSwitch,
    clientPosition: looksAtPosition
      ? state.ledger.positionQuanta(client.index, entry.instrument.id)
      : 0,
    openReducing: looksAtPosition ? openQuanta(turn, client, candidate) : 0,
  });
}

/** What the client's other live orders on this side would fill at worst. */
function openQuanta(turn: Turn, client: Client, candidate: Candidate): number {
  let open = 0;
  for (const id of client.open) {
    const order = turn.state.blotter.get(id);
    if (order === undefined || order === candidate.replaces) continue;
    const { instrument, side } = order.terms;
    if (instrument !== candidate.entry.instrument.id || side !== candidate.side) continue;
    const replaced = order.replace === null ? 0 : order.replace.orderQty - order.cumQty;
    open += Math.max(order.openQty, replaced);
  }
  return open;
}
