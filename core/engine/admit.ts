/**
 * The checks that a Place and a Replace share: grids and minima, the venue's state, risk.
 * @module
 */
import type { Client } from "../clients.ts";
import { isBreakerOpen } from "./breaker.ts";
import { drySwitchOf } from "./dry_switch.ts";
import type { InstrumentState } from "./state.ts";
import type { Turn } from "./turn.ts";
import type { VenueState } from "./venue_state.ts";
import type { Side } from "../instrument.ts";
import { checkNotional, checkPrice, checkQty } from "../instrument_rules.ts";
import { unreachable } from "../invariant.ts";
import { type Px, px, type Qty, qty } from "../numbers.ts";
import type { Order } from "../order.ts";
import {
  chargeOrder,
  firstRefusal,
  type Kept,
  marketPx,
  type Refusal,
  type RiskRequest,
} from "../risk/mod.ts";

/** Price and quantity of an order, in quanta. */
export type Terms = { readonly px: Px | null; readonly qty: Qty };

/** Returns the terms in quanta, or why they are off the grid or below a minimum. */
export function checkTerms(
  entry: InstrumentState,
  of: { readonly price: string | null; readonly orderQty: string; readonly reduceOnly: boolean },
): { readonly ok: true; readonly terms: Terms } | {
  readonly ok: false;
  readonly refusal: Refusal;
} {
  const { instrument, capabilities } = entry;
  const price = of.price === null ? undefined : checkPrice(instrument, of.price);
  if (price !== undefined && !price.ok) return { ok: false, refusal: price.breach };
  const quantity = checkQty(instrument, of.orderQty);
  if (!quantity.ok) return { ok: false, refusal: quantity.breach };
  if (price === undefined) return { ok: true, terms: { px: null, qty: quantity.qty } };
  const terms = { px: price.px, qty: quantity.qty };
  if (of.reduceOnly && capabilities.reduceOnlyAnyNotional === true) return { ok: true, terms };
  const breach = checkNotional(instrument, terms);
  return breach === undefined ? { ok: true, terms } : { ok: false, refusal: breach };
}

/** An order as it would be if it were let in. */
export type Candidate = Terms & {
  readonly entry: InstrumentState;
  readonly side: Side;
  readonly leavesQty: Qty;
  readonly reduceOnly: boolean;
  /** Counted among orders that are run dry. */
  readonly isDryRun: boolean;
  /** The price that it is counted with: its own, or a Market order's reference. */
  readonly countPx: Px | null;
  /** The order that it would become, not counted twice. */
  readonly replaces: Order | null;
};

/** Returns the price that an order is counted with; null: it has none and there is no reference. */
export function countPxOf(
  turn: Turn,
  of: { readonly entry: InstrumentState; readonly side: Side; readonly px: Px | null },
): Px | null {
  if (of.px !== null) return of.px;
  const listed = turn.state.risk.instrument(of.entry.instrument.id);
  return marketPx(listed, { side: of.side, nowUs: turn.nowUs });
}

/** Returns why the venue's state or risk refuses the candidate, or undefined. */
export function checkAdmission(
  turn: Turn,
  client: Client,
  candidate: Candidate,
): Refusal | undefined {
  return checkVenue(turn, candidate.entry) ?? firstRefusal(riskRequest(turn, client, candidate));
}

function checkVenue(turn: Turn, entry: InstrumentState): Refusal | undefined {
  const venue = turn.state.venue(entry.instrument.venue);
  switch (venue.status) {
    case "down":
      return { code: "VENUE_DOWN", text: `${upRule(venue)}: was down` };
    case "reconciling":
      return { code: "RECONCILING", text: `${upRule(venue)}: was reconciling` };
    case "up":
      break;
    default:
      return unreachable(venue.status);
  }
  if (isBreakerOpen(venue, turn.nowUs)) {
    const text =
      `${upRule(venue)} and answer: was without an answer to ${venue.failures} requests in a row ` +
      "(venues[].breaker)";
    return { code: "VENUE_DOWN", text };
  }
  const { name, status } = entry.instrument;
  if (status === "open") return undefined;
  const text = `Cannot take the order: instrument ${name} must be open: was ${status}`;
  return { code: "VENUE_DOWN", text };
}

function upRule({ declaration }: VenueState): string {
  return `Cannot take the order: venue ${declaration.name} must be up`;
}

/** Returns what the guards look at. */
export function riskRequest(turn: Turn, client: Client, candidate: Candidate): RiskRequest {
  const { state } = turn;
  const { entry, isDryRun, replaces } = candidate;
  const isReal = replaces !== null && !isDryRun; // a Place is what the switches make it
  const { id, venue } = entry.instrument;
  const risk = state.riskOf(candidate);
  const listed = risk.instrument(id);
  const scope = risk.client(client.index, client.name);
  return {
    side: candidate.side,
    px: candidate.px,
    countPx: candidate.countPx,
    qty: candidate.qty,
    leavesQty: candidate.leavesQty,
    reduceOnly: candidate.reduceOnly,
    isDryRun,
    drySwitch: isReal ? drySwitchOf(state, client, entry) : null,
    kept: replaces === null ? null : keptOf(replaces, candidate.countPx),
    nowUs: turn.nowUs,
    operatorState: state.operatorState,
    venueState: state.venue(venue).tradingState,
    instrumentState: entry.tradingState,
    clientState: client.tradingState,
    killSwitch: state.killSwitch,
    client: scope,
    pair: risk.pair(scope, listed),
    listed,
    clientPosition: state.ledger.positionQuanta(client.index, id),
    accountPosition: state.ledger.positionQuanta("account", id),
    funds: state.funds,
    losses: state.losses,
    outcomes: state.outcomes,
  };
}

/** What an order counts with now. Only live ones count; one that has ended keeps nothing. */
function keptOf(order: Order, countPx: Px | null): Kept {
  const otherPx = countPx ?? px(0);
  if (!order.isCounted) return { order: order.id, qty: qty(0), dearPx: otherPx };
  return { order: order.id, qty: order.countedQty, dearPx: order.countedDearPx ?? otherPx };
}

/** Takes what an order that was let in costs of the rates in force. */
export function charge(
  turn: Turn,
  client: Client,
  order: Pick<Candidate, "entry" | "isDryRun">,
): void {
  const risk = turn.state.riskOf(order);
  chargeOrder({
    client: risk.client(client.index, client.name),
    listed: risk.instrument(order.entry.instrument.id),
    nowUs: turn.nowUs,
  });
}
