/**
 * One turn of the engine: the state, the event being applied, and the sink for its effects.
 *
 * A turn is reused from event to event. It also says what needs nothing else: alarms, and halts of an
 * account or an instrument.
 * @module
 */
import type { Effects } from "../effects.ts";
import type { EngineState } from "./state.ts";
import type { Event } from "../event.ts";
import type { OrderState } from "../lifecycle.ts";
import {
  type InstrumentId,
  type Micros,
  micros,
  type OrderId,
  type SeqId,
  seqId,
  type VenueId,
} from "../numbers.ts";
import type { Order } from "../order.ts";
import type { Alarm } from "../report.ts";

/** An order that the event touches, as it was before. */
export type Touched = {
  id: OrderId;
  /** Its window; another order's once the event has retired it, see {@link Turn.orderOf}. */
  order: Order;
  status: OrderState;
  cumQty: number;
  leavesQty: number;
  /** A transition of it is recorded. Known once the event is applied. */
  isMoved: boolean;
  /** What the event's reports said of it, see `SAID` of `asserts.ts`; likewise. */
  said: number;
};

/** Notes kept for the next event; an event that touches more makes new ones. */
const TOUCHED_KEPT_MAX = 1024;

/** What every rule is handed. */
export class Turn {
  readonly state: EngineState;
  effects: Effects;
  seqId: SeqId = seqId(0);
  /** Engine time of the event. */
  nowUs: Micros = micros(0);
  /** Venue time; null unless a venue reported. */
  venueUs: Micros | null = null;
  /** What the event touched so far; the first `touchedCount` count. Kept from event to event. */
  readonly touched: Touched[] = [];
  touchedCount = 0;

  constructor(state: EngineState, effects: Effects) {
    this.state = state;
    this.effects = effects;
  }

  /** Points the turn at the next event and its sink. */
  begin(event: Event, effects: Effects): void {
    this.effects = effects;
    this.seqId = event.seqId;
    this.nowUs = event.ingestTime;
    this.venueUs = event.source === "broker_report" ? event.eventTime : null;
    this.touchedCount = 0;
    if (this.touched.length > TOUCHED_KEPT_MAX) this.touched.length = TOUCHED_KEPT_MAX;
  }

  /** Notes how an order is before the event changes it; a second call does nothing. */
  touch(order: Order): void {
    if (order.touchedSeq === this.seqId) return;
    order.touchedSeq = this.seqId;
    order.touchedAt = this.touchedCount;
    const { id, status, cumQty, leavesQty } = order;
    const kept = this.touched[this.touchedCount];
    this.touchedCount += 1;
    if (kept === undefined) {
      this.touched.push({ id, order, status, cumQty, leavesQty, isMoved: false, said: 0 });
      return;
    }
    kept.id = id;
    kept.order = order;
    kept.status = status;
    kept.cumQty = cumQty;
    kept.leavesQty = leavesQty;
    kept.isMoved = false;
    kept.said = 0;
  }

  /** The order of a note, or undefined if this very event forgot it. */
  orderOf({ id, order }: Touched): Order | undefined {
    const isKept = order.id === id && order.touchedSeq === this.seqId;
    return isKept ? order : undefined;
  }
}

/** Says something that an operator must know. */
export function raise(turn: Turn, alarm: Alarm): void {
  turn.effects.alarms.push(alarm);
}

/** Halts an account; null: all of them. Only an operator's `TradingStateSet` ends it. */
export function haltAccount(
  turn: Turn,
  of: { readonly venue: VenueId | null; readonly reason: string },
): void {
  if (of.venue === null) turn.state.operatorState = "Halted";
  else turn.state.venue(of.venue).tradingState = "Halted";
  turn.effects.transitions.push({ kind: "AccountHalted", venue: of.venue, reason: of.reason });
}

/**
 * Halts one instrument, once. Only an operator's `TradingStateSet` that names it ends it.
 */
export function haltInstrument(
  turn: Turn,
  of: { readonly instrument: InstrumentId; readonly reason: string },
): void {
  const entry = turn.state.instrument(of.instrument);
  if (entry.tradingState === "Halted") return;
  entry.tradingState = "Halted";
  turn.effects.transitions.push({
    kind: "InstrumentHalted",
    instrument: of.instrument,
    reason: of.reason,
  });
}
