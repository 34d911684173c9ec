/**
 * What live orders may still do at worst: sums by scope, kept by difference.
 *
 * An order counts from its birth to its end, in flight and in doubt as well, with the larger
 * quantity of its own and of a replace under way, at the price that is worse for what is asked. What
 * it was last counted with is kept on the order, so a change costs the same whatever is live.
 *
 * Orders that are run dry have sums of their own, which nothing else counts in.
 *
 * Invariant: after every event each sum is that of the live orders counted anew. What would take a sum
 * beyond 2^53 is refused before the order changes; one of an old checkpoint is not counted.
 * @module
 */
import type { EngineState } from "./state.ts";
import type { Turn } from "./turn.ts";
import type { Side } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { type Px, px, type Qty, qty } from "../numbers.ts";
import type { Order } from "../order.ts";
import {
  dearer,
  type Held,
  type InstrumentScope,
  type OpenSums,
  type SymbolGroup,
} from "../risk/mod.ts";
import { difference, type Wide } from "../risk/wide.ts";

const SUMS_ARE_EXACT = "What is open on a side must stay within 2^53 quanta";

/** Counts again what the event touched. @throws {InvariantError} If a sum would not be exact. */
export function countTouched(turn: Turn): void {
  invariant(recountTouched(turn), SUMS_ARE_EXACT);
}

/** What may change of an order by a venue's word, quanta. */
type Changed = {
  /** So it rests, also where it was being placed. */
  readonly orderQty?: number;
  /** Executed, voided included. */
  readonly executed?: number;
  readonly executedHere?: number;
};
const UNCHANGED: Changed = {};

/**
 * Asserts that an order can be counted as a venue's word would make it, before anything of it
 * changes: or the order would say one thing and the sums another, until they are counted anew.
 * Nothing of an ended order is counted.
 * @throws {InvariantError} If a sum would not be exact.
 */
export function assertOpenCountable(turn: Turn, order: Order, changed: Changed): void {
  if (order.isTerminal) return;
  const { sums } = turn.state.riskOf(order).instrument(order.instrument);
  invariant(isCountable(sums, order, worstQty(order, changed)), SUMS_ARE_EXACT);
}

/**
 * Counts again what an event has touched so far: before it is judged by the sums, or when it is
 * withheld. What cannot be counted keeps its old count.
 * @returns False if a sum would not be exact.
 */
export function recountTouched(turn: Turn): boolean {
  let isExact = true;
  for (let at = 0; at < turn.touchedCount; at += 1) {
    const touched = turn.touched[at];
    const order = touched === undefined ? undefined : turn.orderOf(touched);
    if (order !== undefined && !count(turn.state, order)) isExact = false;
  }
  return isExact;
}

/** Counts every live order anew: after a restore, or when what orders are valued by has changed. */
export function countAll(state: EngineState): void {
  for (const risk of state.risks) risk.clearSums();
  for (const order of state.blotter.values()) {
    order.isCounted = false;
    count(state, order);
  }
}

/** Brings the sums up to date with one order; false if one would not be exact. */
function count(state: EngineState, order: Order): boolean {
  const isLive = !order.isTerminal && order.status !== "Created";
  if (!isLive) {
    uncount(state, order);
    return true;
  }
  const listed = state.riskOf(order).instrument(order.instrument);
  const quantity = worstQty(order);
  const price = aggressivePx(order, listed.group);
  const dearPx = worstPx(order, listed);
  const isSame = order.isCounted && quantity === order.countedQty &&
    price === order.countedPx && dearPx === order.countedDearPx;
  if (isSame) return true;
  if (!isCountable(listed.sums, order, quantity)) return false;
  const isRepriced = !order.isCounted || price !== order.countedPx;
  if (isRepriced && order.isCounted) listed.group.own.remove(order.side, order.countedPx);
  const was = countedOf(order);
  order.isCounted = true;
  order.countedQty = quantity;
  order.countedPx = price;
  order.countedDearPx = dearPx;
  shift(state, order, was);
  if (isRepriced) listed.group.own.add(order.side, price);
  return true;
}

/** True if the sums stay exact with so much of the order in place of what it counts with. */
function isCountable(sums: OpenSums, order: Order, quantity: Qty): boolean {
  const counted = order.isCounted ? order.countedQty : 0;
  return Number.isSafeInteger(sums.openQty(order.side) - counted + quantity);
}

/** Returns what an order may still fill at worst, or could after a change. */
export function worstQty(order: Order, changed: Changed = UNCHANGED): Qty {
  const { replace } = order;
  const { orderQty = order.orderQty, executed = order.cumQty + order.voidedQty } = changed;
  const open = Math.max(0, orderQty - executed);
  // A new version that is being placed knows nothing of late executions of the old one.
  if (replace?.stage === "placing" && changed.orderQty === undefined) {
    return qty(Math.max(open, replace.orderQty - order.baseCumQty));
  }
  // Nor does it once it rests: it was sent with what was left before them.
  const executedHere = changed.executedHere ?? order.executedHere;
  const resting = Math.max(open, orderQty - order.baseCumQty - executedHere);
  return qty(replace === null ? resting : Math.max(resting, replace.orderQty - executed));
}

function aggressivePx(order: Order, group: SymbolGroup): Px | null {
  const { price, replace } = order;
  const next = replace?.price ?? null;
  if (price === null || next === null) return price;
  const wantsHigh = (order.side === "Buy") !== group.own.isBetting;
  return px(wantsHigh ? Math.max(price, next) : Math.min(price, next));
}

function worstPx(order: Order, listed: InstrumentScope): Px | null {
  const price = order.price ?? order.referencePx;
  const next = order.replace?.price ?? null;
  if (price === null || next === null) return price;
  return dearer({ held: listed.heldOn(order.side), left: price, right: next });
}

/** Takes an order out of every sum. */
export function uncount(state: EngineState, order: Order): void {
  if (!order.isCounted) return;
  const { group } = state.riskOf(order).instrument(order.instrument);
  group.own.remove(order.side, order.countedPx);
  const was = countedOf(order);
  order.isCounted = false;
  shift(state, order, was);
}

/** What an order is counted with, but the price at which it may trade. */
type Counted = { readonly orders: 0 | 1; readonly quanta: number; readonly dearPx: Px | null };

const UNCOUNTED: Counted = { orders: 0, quanta: 0, dearPx: null };

function countedOf(order: Order): Counted {
  if (!order.isCounted) return UNCOUNTED;
  return { orders: 1, quanta: order.countedQty, dearPx: order.countedDearPx };
}

/** Brings every sum from what an order was counted with to what it is counted with. */
function shift(state: EngineState, order: Order, was: Counted): void {
  const now = countedOf(order);
  const { client: index, instrument, side } = order;
  const risk = state.riskOf(order);
  const listed = risk.instrument(instrument);
  const client = risk.client(index, state.clients.all[index]?.name ?? "");
  const pair = risk.pair(client, listed);
  const { venue } = listed;
  const by = { orders: now.orders - was.orders, quanta: now.quanta - was.quanta };
  shiftSums(pair.sums, side, by);
  shiftSums(listed.sums, side, by);
  client.orders += by.orders;
  venue.orders += by.orders;
  venue.exchange.orders += by.orders;
  const held = listed.heldOn(side);
  if (held === null) return;
  held.purse.reserved.add(
    difference({ left: unitsHeld(held, now), right: unitsHeld(held, was) }),
  );
}

/** What an order as it is counted holds back, units of the purse; without a price what needs none. */
function unitsHeld({ purse, reserve }: Held, { dearPx, quanta }: Counted): Wide {
  if (dearPx === null && reserve.isPriced) return 0;
  return purse.lifted(reserve.unitsOf(dearPx ?? px(0), qty(quanta)), reserve.scale);
}

function shiftSums(
  sums: OpenSums,
  side: Side,
  by: { readonly orders: number; readonly quanta: number },
): void {
  sums.orders += by.orders;
  if (side === "Buy") sums.buyQty += by.quanta;
  else sums.sellQty += by.quanta;
}
