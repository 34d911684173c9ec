/**
 * One turn of the engine: the state, the event being applied, and the sink for its effects.
 *
 * A turn is reused from event to event. It also says the two things that need nothing else: alarms
 * and account halts.
 * @module
 */
import type { Effects } from "../effects.ts";
import type { EngineState } from "./state.ts";
import type { Event } from "../event.ts";
import { type Micros, micros, type SeqId, seqId, type VenueId } from "../numbers.ts";
import type { Order } from "../order.ts";
import type { Alarm } from "../report.ts";

/** What every rule is handed. */
export class Turn {
  readonly state: EngineState;
  effects: Effects;
  seqId: SeqId = seqId(0);
  /** Engine time of the event. */
  nowUs: Micros = micros(0);
  /** Orders that the event may have changed, in the order in which it did; some more than once. */
  readonly touched: Order[] = [];
  /** Venue time; null unless a venue reported. */
  venueUs: Micros | null = null;

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
