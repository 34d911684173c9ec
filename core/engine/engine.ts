/**
 * The engine: one event in, new state, effects into the sink. Synchronous and pure.
 *
 * `apply` is the only door, and the seam where a broken invariant is caught: `strict` withholds
 * the event's effects, halts the account and says so; `warn` counts and alarms. Anything else that
 * is thrown is a poison event and goes through.
 *
 * Ordering: events apply by sequence number; engine time never goes back.
 * @module
 */
import { mixEffects } from "../digest_records.ts";
import type { Effects } from "../effects.ts";
import { applyBroker } from "./broker.ts";
import { applyControl } from "./control.ts";
import { applyDeadlines, nextDeadlineUs, retireByTheWay } from "./deadlines.ts";
import { countTouched, recountTouched } from "./exposure.ts";
import { applyIntent } from "./intents.ts";
import { applyMarket } from "./market.ts";
import { applyAccountFact } from "./postings.ts";
import { acceptNumbers, assertAll } from "./asserts.ts";
import { applyReconcile } from "./reconcile.ts";
import { EngineState } from "./state.ts";
import { haltAccount, raise, Turn } from "./turn.ts";
import { withhold } from "./withhold.ts";
import type { AccountPayloads, BrokerPayloads, Event, ReconcilePayloads } from "../event.ts";
import { InvariantError, unreachable } from "../invariant.ts";
import type { Micros, VenueId } from "../numbers.ts";

/** The engine over its state. */
export class Engine {
  readonly state: EngineState;
  readonly #turn: Turn;

  constructor(state: EngineState, effects: Effects) {
    this.state = state;
    this.#turn = new Turn(state, effects);
  }

  /**
   * Applies one sequenced event. `effects` must be empty.
   * @returns False if it broke a rule.
   * @throws {Error} If the event does not follow the last one, or is poison.
   */
  apply(event: Event, effects: Effects): boolean {
    const { state } = this;
    checkOrder(state, event);
    state.seqId = event.seqId;
    state.nowUs = event.ingestTime;
    state.count("events");
    const turn = this.#turn;
    turn.begin(event, effects);
    state.losses.roll(event.ingestTime);
    let isSound = true;
    try {
      dispatch(turn, event);
      countTouched(turn);
      assertAll(turn);
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error;
      onBroken(turn, event, error);
      isSound = false;
    }
    state.digest.int(event.seqId);
    mixEffects(state.digest, effects);
    return isSound;
  }

  /** When the engine next wants a `DeadlineReached`, or undefined. */
  nextDeadlineUs(): Micros | undefined {
    return nextDeadlineUs(this.state);
  }
}

function checkOrder(state: EngineState, event: Event): void {
  if (event.seqId <= state.seqId) {
    throw new RangeError(
      `Cannot apply an event: its seq_id must be above ${state.seqId}: was ${event.seqId}`,
    );
  }
  if (event.ingestTime < state.nowUs) {
    throw new RangeError(
      `Cannot apply event ${event.seqId}: its ingest_time must not be before ${state.nowUs}: ` +
        `was ${event.ingestTime}`,
    );
  }
}

function dispatch(turn: Turn, event: Event): void {
  switch (event.source) {
    case "control":
      return applyControl(turn, event);
    case "intent":
      retireByTheWay(turn.state);
      return applyIntent(turn, event);
    case "broker_report":
      retireByTheWay(turn.state);
      return applyReport(turn, event);
    case "market_data":
      retireByTheWay(turn.state);
      return applyMarket(turn, event);
    case "timer":
      if (event.eventType === "DeadlineReached") applyDeadlines(turn);
      return;
    default:
      return unreachable(event);
  }
}

function applyReport(
  turn: Turn,
  event: Event<keyof (BrokerPayloads & AccountPayloads & ReconcilePayloads)>,
): void {
  switch (event.eventType) {
    case "Reconciled":
    case "ReconcileFailed":
      return applyReconcile(turn, event);
    case "CashPosted":
    case "FundingPosted":
    case "InstrumentSettled":
    case "OutcomesSplit":
    case "OutcomesMerged":
    case "InstrumentResolved":
    case "OutcomeSettled":
    case "RunnerRemoved":
    case "MarketSettled":
    case "AccountReported":
      return applyAccountFact(turn, event);
    default:
      return applyBroker(turn, event);
  }
}

function onBroken(turn: Turn, event: Event, error: InvariantError): void {
  turn.state.count("invariant_failures");
  const venue = venueOf(turn, event);
  const reason = `${event.eventType} at seq_id ${event.seqId} broke a rule: ${error.message}`;
  if (turn.state.settings.invariants === "strict") {
    withhold(turn);
    haltAccount(turn, { venue, reason });
  }
  recountTouched(turn);
  acceptNumbers(turn);
  raise(turn, { code: "INVARIANT", text: reason });
}

/** The account an event concerns; null: cannot be told, so all are halted. */
function venueOf(turn: Turn, event: Event): VenueId | null {
  if (event.venue !== null) {
    return turn.state.venues[event.venue] === undefined ? null : event.venue;
  }
  if (event.eventType === "IntentReceived" && event.payload.intent.action === "Place") {
    const { instrument } = event.payload.intent;
    return turn.state.instrumentByName.get(instrument)?.instrument.venue ?? null;
  }
  return venueTouched(turn);
}

/** The one venue of all orders that the event touched so far; null if it is not one. */
function venueTouched(turn: Turn): VenueId | null {
  let one: VenueId | null = null;
  for (let at = 0; at < turn.touchedCount; at += 1) {
    const touched = turn.touched[at];
    const order = touched === undefined ? undefined : turn.orderOf(touched);
    if (order === undefined) continue;
    if (one !== null && one !== order.venue) return null;
    one = order.venue;
  }
  return one;
}
