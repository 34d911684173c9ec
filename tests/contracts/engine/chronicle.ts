/**
 * A chronicle: events numbered and written down, the core run along with them.
 *
 * A venue's clock runs 5 ms behind ours. What the core answers is recorded elsewhere: here it only
 * says when it wants a deadline.
 * @module
 */
import { ok } from "node:assert/strict";
import { toQuanta } from "../../../core/decimal.ts";
import { Effects } from "../../../core/effects.ts";
import type { ControlPayloads, Draft, Event, EventType } from "../../../core/event.ts";
import type { Instrument } from "../../../core/instrument.ts";
import type { Intent, TradingState } from "../../../core/intent.ts";
import { createTimeline } from "../../../core/machines.ts";
import { instrumentId, micros, px, qty, seqId, sessionId, venueId } from "../../../core/numbers.ts";
import type { Timeline } from "../../../core/timeline.ts";
import {
  declarationOf,
  instrumentOf,
  type InstrumentSpec,
  SETTINGS,
  SPOT,
  START_US,
  type VenueSpec,
  type WorldSpec,
} from "./world.ts";

/** An event less what {@link Chronicle.offer} fills in. */
export type Told<Type extends EventType> = {
  readonly source: Draft<Type>["source"];
  readonly eventType: Type;
  readonly payload: Draft<Type>["payload"];
  readonly venue?: number | null;
  readonly instrument?: number | null;
  readonly key?: string | null;
};

/** Events in the making. */
export class Chronicle {
  readonly events: Event[] = [];
  nowUs = START_US;
  readonly timeline: Timeline = createTimeline();
  /** What the last event caused. */
  readonly effects = new Effects();
  /** Instruments by number, also those whose listing was refused. */
  readonly instruments: Instrument[] = [];

  /** Starts a run: venues declared and up, instruments listed, `alice` in session 1. */
  begin(world: WorldSpec = {}): this {
    this.start(world);
    for (const at of (world.venues ?? [{}]).keys()) this.venue("up", at);
    return this.open({ session: 1, client: "alice" });
  }

  /** As {@link Chronicle.begin}, but venues stay as they are declared and nobody says HELLO. */
  start(world: WorldSpec = {}, more: Partial<ControlPayloads["Started"]> = {}): this {
    const venues: readonly VenueSpec[] = world.venues ?? [{ name: "test" }];
    const instruments: readonly InstrumentSpec[] = world.instruments ?? [SPOT];
    this.control("Started", {
      engineVersion: "trace",
      journalId: "0123456789abcdef",
      mode: world.mode ?? "paper",
      configuration: "{}",
      configDigest: "00",
      settings: { ...SETTINGS, ...world.settings },
      seed: 1,
      ...more,
    });
    for (const [at, spec] of venues.entries()) {
      this.control("VenueDeclared", declarationOf(spec, at), { venue: at });
    }
    for (const [number, spec] of instruments.entries()) {
      this.list(instrumentOf(spec, { number, venues }));
    }
    return this;
  }

  /** Lists an instrument, or lists it anew. */
  list(instrument: Instrument): this {
    this.instruments[instrument.id] = instrument;
    return this.control("InstrumentListed", instrument, {
      venue: instrument.venue,
      instrument: instrument.id,
    });
  }

  /** Passes time. */
  wait(ms: number): this {
    this.nowUs += ms * 1000;
    return this;
  }

  /** Passes time to the next deadline of the core and lets it fire; nothing if there is none. */
  toDeadline(): this {
    const due = this.timeline.nextDeadlineUs();
    if (due === undefined) return this;
    this.nowUs = Math.max(this.nowUs, due);
    return this.deadline();
  }

  /** Lets fire what is due now, due or not. */
  deadline(): this {
    const payload = { dueUs: micros(this.nowUs) };
    return this.offer({ source: "timer", eventType: "DeadlineReached", payload });
  }

  /** Numbers an event, writes it down and lets the core apply it. */
  offer<Type extends EventType>(told: Told<Type>): this {
    const isVenues = told.source === "broker_report";
    // The one place that joins a kind with its payload.
    const event = {
      seqId: seqId(this.events.length + 1),
      eventTime: micros(isVenues ? this.nowUs - 5_000 : this.nowUs),
      ingestTime: micros(this.nowUs),
      source: told.source,
      venue: maybe(told.venue, venueId),
      instrument: maybe(told.instrument, instrumentId),
      eventType: told.eventType,
      payload: told.payload,
      idempotencyKey: told.key ?? null,
    } as unknown as Event;
    this.events.push(event);
    this.timeline.apply(event, this.effects);
    return this;
  }

  /** A control event. */
  control<Type extends EventType>(
    eventType: Type,
    payload: Draft<Type>["payload"],
    about: { readonly venue?: number; readonly instrument?: number; readonly key?: string } = {},
  ): this {
    return this.offer({ source: "control", eventType, payload, ...about });
  }

  /** The link to a venue, by its number. */
  venue(status: "up" | "down" | "reconciling", at = 0): this {
    return this.control("VenueStatusChanged", { status, reason: "told" }, { venue: at });
  }

  /** A client says HELLO. */
  open(
    of: { session: number; client: string; cancelOnDisconnect?: boolean; graceMs?: number },
  ): this {
    return this.control("SessionOpened", {
      session: sessionId(of.session),
      client: of.client,
      cancelOnDisconnect: of.cancelOnDisconnect ?? true,
      cancelGraceMs: of.graceMs ?? 5000,
      agent: null,
    });
  }

  /** A connection ends. */
  close(
    of: { session?: number; cause: "goodbye" | "lost" | "replaced"; keepOrders?: boolean },
  ): this {
    return this.control("SessionClosed", {
      session: sessionId(of.session ?? 1),
      cause: of.cause,
      keepOrders: of.keepOrders ?? false,
    });
  }

  /** The operator's trading state, or that of a venue. */
  tradingState(state: TradingState, at?: number): this {
    const about = at === undefined ? {} : { venue: at };
    return this.control("TradingStateSet", { state, reason: "told" }, about);
  }

  /** The operator's kill switch. */
  killSwitch(position: "on" | "off"): this {
    return this.control("KillSwitchSet", { on: position === "on", reason: "told" });
  }

  /** An intent of a session, default the first. */
  intent(intent: Intent, session = 1): this {
    return this.offer({
      source: "intent",
      eventType: "IntentReceived",
      payload: { session: sessionId(session), recvUs: micros(this.nowUs - 200), intent },
    });
  }

  /** When a client says that it sent what comes now. */
  get sentUs(): ReturnType<typeof micros> {
    return micros(this.nowUs - 1_000);
  }

  /** Quantity and price in quanta of an instrument. */
  quanta(
    on: number,
    of: { readonly qty: string; readonly px: string },
  ): { readonly lastQty: ReturnType<typeof qty>; readonly lastPx: ReturnType<typeof px> } {
    const instrument = this.instruments[on];
    ok(instrument !== undefined, "a story must list its instruments first");
    const [quantity, price] = [
      toQuanta(of.qty, instrument.qtyRule.scale),
      toQuanta(of.px, instrument.priceRule.scale),
    ];
    ok(quantity !== undefined && price !== undefined, "a story must keep to quanta");
    return { lastQty: qty(quantity), lastPx: px(price) };
  }
}

function maybe<Made>(
  value: number | null | undefined,
  make: (value: number) => Made,
): Made | null {
  return value === null || value === undefined ? null : make(value);
}
