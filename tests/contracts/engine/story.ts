/**
 * A story: what happens to a core, told in few words, kept as events.
 *
 * Quantities and prices are told in decimals. A venue's clock runs 5 ms behind ours, a client's
 * intent is 1 ms old when it comes and was read 0.2 ms before. The core is run along, since a story
 * asks it for the number of a request or a deadline; what it answers is recorded elsewhere.
 * @module
 */
import { ok } from "node:assert/strict";
import type { VenueCommand } from "../../../core/command.ts";
import { toQuanta } from "../../../core/decimal.ts";
import { Effects } from "../../../core/effects.ts";
import type { BrokerPayloads, Draft, Event, EventType, OrderRef } from "../../../core/event.ts";
import type { Instrument } from "../../../core/instrument.ts";
import type { Intent, PlaceOrder, ReplaceOrder, TradingState } from "../../../core/intent.ts";
import { createTimeline } from "../../../core/machines.ts";
import {
  instrumentId,
  micros,
  orderId,
  px,
  qty,
  seqId,
  sessionId,
  venueId,
} from "../../../core/numbers.ts";
import type { VenueRejectCode } from "../../../core/reject_code.ts";
import type { Timeline } from "../../../core/timeline.ts";
import { placeOrder } from "../../support/place_order.ts";
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

/** An event less what {@link Story.offer} fills in. */
export type Told<Type extends EventType> = {
  readonly source: Draft<Type>["source"];
  readonly eventType: Type;
  readonly payload: Draft<Type>["payload"];
  readonly venue?: number | null;
  readonly instrument?: number | null;
  readonly key?: string | null;
};

/** How a venue names an order, and which key its report bears. */
export type Naming = {
  readonly clOrdId?: string;
  readonly venueOrderId?: string;
  /** Leave out our number: found by the other names. */
  readonly unnumbered?: boolean;
  readonly key?: string;
};

/** An execution as a story tells it. */
export type FillSpec = Naming & {
  readonly id: string;
  readonly qty: string;
  readonly px: string;
  readonly fee?: string;
  readonly feeCurrency?: string;
  readonly liquidity?: "Maker" | "Taker" | null;
  readonly provisional?: boolean;
};

/** Terms of a Place: `qty` and `px` for short, `on` an instrument by number. */
export type PlaceSpec =
  & Partial<Omit<PlaceOrder, "action" | "intentId">>
  & { readonly qty?: string; readonly px?: string | null; readonly on?: number };

/** Levels of a book: price, quantity, price, quantity … */
export type Ladder = { readonly bids?: readonly string[]; readonly asks?: readonly string[] };

/** One story. */
export class Story {
  readonly events: Event[] = [];
  nowUs = START_US;
  readonly timeline: Timeline = createTimeline();
  readonly #effects = new Effects();
  readonly #commands: VenueCommand[] = [];
  readonly #instruments: Instrument[] = [];
  readonly #ordersOn = new Map<number, number>();

  /** Starts a run: venues declared and up, instruments listed, `alice` in session 1. */
  begin(world: WorldSpec = {}): this {
    this.start(world);
    for (const at of (world.venues ?? [{}]).keys()) this.venue("up", at);
    return this.open({ session: 1, client: "alice" });
  }

  /** As {@link Story.begin}, but venues stay as they are declared and nobody says HELLO. */
  start(world: WorldSpec = {}): this {
    const venues: readonly VenueSpec[] = world.venues ?? [{ name: "test" }];
    const instruments: readonly InstrumentSpec[] = world.instruments ?? [SPOT];
    this.control("Started", {
      engineVersion: "trace",
      journalId: "0123456789abcdef",
      mode: "paper",
      configuration: "{}",
      configDigest: "00",
      settings: { ...SETTINGS, ...world.settings },
      seed: 1,
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
    this.#instruments[instrument.id] = instrument;
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
    this.timeline.apply(event, this.#effects);
    this.#commands.push(...this.#effects.commands);
    for (const { order } of this.#effects.reports) {
      if (order !== null) this.#ordersOn.set(order.orderId, order.instrument);
    }
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

  /** Place; by default a limit order to buy 10 at 100. */
  place(intentId: string, spec: PlaceSpec = {}, session = 1): this {
    const { qty: orderQty = "10", px: price = "100", on = 0, ...rest } = spec;
    const instrument = this.#instruments[on]?.name ?? "test:none";
    const isMarket = rest.ordType === "Market";
    const terms = { instrument, orderQty, price: isMarket ? null : price };
    return this.intent(placeOrder({ intentId, sentUs: this.sentUs, ...terms, ...rest }), session);
  }

  /** Replace of what `orig` means. */
  replace(
    intentId: string,
    spec: { readonly orig: string; readonly qty: string } & Partial<ReplaceOrder>,
    session = 1,
  ): this {
    const { orig, qty: orderQty, ...rest } = spec;
    const usual = { tag: null, hasTag: false, validateOnly: false, sentUs: this.sentUs };
    const terms = { origIntentId: orig, orderQty };
    return this.intent({ action: "Replace", intentId, ...usual, ...terms, ...rest }, session);
  }

  /** Cancel of what `orig` means. */
  cancel(intentId: string, of: { readonly orig: string }, session = 1): this {
    const usual = { intentId, sentUs: this.sentUs, tag: null };
    return this.intent({ action: "Cancel", ...usual, origIntentId: of.orig }, session);
  }

  /** CancelAll, on one instrument by its name if given. */
  cancelAll(intentId: string, of: { readonly instrument?: string } = {}, session = 1): this {
    const usual = { intentId, sentUs: this.sentUs, tag: null };
    const instrument = of.instrument ?? null;
    return this.intent({ action: "CancelAll", ...usual, instrument }, session);
  }

  /** The client's own trading state. */
  riskFlag(intentId: string, value: TradingState, session = 1): this {
    const usual = { intentId, sentUs: this.sentUs, tag: null };
    return this.intent({ action: "SetRiskFlag", ...usual, flag: "trading_state", value }, session);
  }

  /** NoOp. */
  noOp(intentId: string, session = 1): this {
    return this.intent({ action: "NoOp", intentId, sentUs: this.sentUs, tag: null }, session);
  }

  /** When a client says that it sent what comes now. */
  get sentUs(): ReturnType<typeof micros> {
    return micros(this.nowUs - 1_000);
  }

  /** A report of a venue about an order, named by number unless `naming` says otherwise. */
  report<Type extends keyof BrokerPayloads>(
    eventType: Type,
    payload: Omit<Draft<Type>["payload"], keyof OrderRef>,
    of: { readonly order: number } & Naming,
  ): this {
    const ref: OrderRef = {
      order: of.unnumbered === true ? null : orderId(of.order),
      clOrdId: of.clOrdId ?? null,
      venueOrderId: of.venueOrderId ?? null,
    };
    const told = { ...ref, ...payload } as unknown as Draft<Type>["payload"];
    return this.#broker(eventType, told, of);
  }

  /** The venue acknowledges. */
  accept(order: number, naming: Naming = {}): this {
    const stamps = {
      journalUs: micros(this.nowUs - 900),
      submitUs: micros(this.nowUs - 800),
      ackUs: micros(this.nowUs - 100),
    };
    const named = { venueOrderId: `v${order}`, ...naming };
    return this.report("OrderAccepted", stamps, { order, ...named });
  }

  /** The venue refuses the order. */
  reject(order: number, rejectCode: VenueRejectCode, naming: Naming = {}): this {
    return this.report("OrderRejected", { rejectCode, text: "told" }, { order, ...naming });
  }

  /** The venue executes. */
  fill(order: number, spec: FillSpec): this {
    const { id, fee = "0", feeCurrency = "USDT", liquidity = "Maker", provisional = false } = spec;
    const execution = {
      execId: id,
      ...this.quanta(this.#ordersOn.get(order) ?? 0, spec),
      liquidity,
      commission: fee,
      commissionCurrency: feeCurrency,
      provisional,
    };
    return this.report("OrderExecuted", execution, { order, ...spec });
  }

  /** The venue voids an execution. */
  void(order: number, of: { readonly execId: string; readonly ref: string } & Naming): this {
    const { execId, ref } = of;
    return this.report("ExecutionVoided", { execId, execRefId: ref }, { order, ...of });
  }

  /** The order is gone from the venue. */
  cancelled(order: number, naming: Naming = {}): this {
    return this.report("OrderCancelled", { reason: "told" }, { order, ...naming });
  }

  /** The order ran out at the venue. */
  expired(order: number, naming: Naming = {}): this {
    return this.report("OrderExpired", { reason: "told" }, { order, ...naming });
  }

  /** The venue would not cancel. */
  cancelRejected(order: number, rejectCode: VenueRejectCode = "VENUE_REJECTED"): this {
    return this.report("CancelRejected", { rejectCode, text: "told" }, { order });
  }

  /** The venue replaced, or restates. */
  replaced(
    order: number,
    to: { readonly qty: string; readonly px: string } & Naming,
  ): this {
    const terms = this.quanta(this.#ordersOn.get(order) ?? 0, to);
    const payload = { orderQty: terms.lastQty, price: terms.lastPx };
    return this.report("OrderReplaced", payload, { order, ...to });
  }

  /** The venue would not replace. */
  replaceRejected(order: number, rejectCode: VenueRejectCode = "VENUE_REJECTED"): this {
    return this.report("ReplaceRejected", { rejectCode, text: "told" }, { order });
  }

  /** The newest request of a kind about an order came to nothing. */
  failed(
    order: number,
    of: { readonly kind: VenueCommand["kind"]; readonly outcome: "notSent" | "unknown" },
  ): this {
    const { request } = this.#newest(order, of.kind);
    const payload = { request, order: orderId(order), outcome: of.outcome, text: "told" };
    return this.#broker("RequestFailed", payload, { order });
  }

  /** Answer to the newest look-up: the venue has the order. */
  found(
    order: number,
    of: Naming & {
      readonly status: BrokerPayloads["OrderFound"]["status"];
      readonly qty: string;
      readonly cum: string;
      readonly px: string;
    },
  ): this {
    const on = this.#ordersOn.get(order) ?? 0;
    const payload = {
      request: this.#newest(order, "Lookup").request,
      status: of.status,
      orderQty: this.quanta(on, { qty: of.qty, px: of.px }).lastQty,
      cumQty: this.quanta(on, { qty: of.cum, px: of.px }).lastQty,
      price: this.quanta(on, { qty: of.qty, px: of.px }).lastPx,
    };
    return this.report("OrderFound", payload, { order, ...of });
  }

  /** Answer to the newest look-up: the venue does not have the order. */
  notFound(order: number): this {
    const { request } = this.#newest(order, "Lookup");
    return this.#broker("OrderNotFound", { request, order: orderId(order) }, { order });
  }

  /** A whole book. */
  book(ladder: Ladder, on = 0): this {
    return this.#market("BookSnapshot", this.#levels(ladder, on), on);
  }

  /** Levels that changed. */
  bookDelta(ladder: Ladder, on = 0): this {
    return this.#market("BookDelta", this.#levels(ladder, on), on);
  }

  /** Market data of an instrument. */
  #market<Type extends EventType>(
    eventType: Type,
    payload: Draft<Type>["payload"],
    on: number,
  ): this {
    const venue = this.#instruments[on]?.venue ?? 0;
    return this.offer({ source: "market_data", eventType, payload, venue, instrument: on });
  }

  /** Quantity and price in quanta of an instrument. */
  quanta(
    on: number,
    of: { readonly qty: string; readonly px: string },
  ): { readonly lastQty: ReturnType<typeof qty>; readonly lastPx: ReturnType<typeof px> } {
    const instrument = this.#instruments[on];
    ok(instrument !== undefined, "a story must list its instruments first");
    const [quantity, price] = [
      toQuanta(of.qty, instrument.qtyRule.scale),
      toQuanta(of.px, instrument.priceRule.scale),
    ];
    ok(quantity !== undefined && price !== undefined, "a story must keep to quanta");
    return { lastQty: qty(quantity), lastPx: px(price) };
  }

  #levels(ladder: Ladder, on: number): Draft<"BookSnapshot">["payload"] {
    const flat = (side: readonly string[]): number[] =>
      side.flatMap((price, at) => {
        if (at % 2 === 1) return [];
        const { lastPx, lastQty } = this.quanta(on, { px: price, qty: side[at + 1] ?? "0" });
        return [lastPx, lastQty];
      });
    return { bids: flat(ladder.bids ?? []), asks: flat(ladder.asks ?? []), updateId: null };
  }

  #broker<Type extends keyof BrokerPayloads>(
    eventType: Type,
    payload: Draft<Type>["payload"],
    of: { readonly order: number; readonly key?: string },
  ): this {
    const instrument = this.#ordersOn.get(of.order) ?? 0;
    const venue = this.#instruments[instrument]?.venue ?? 0;
    const key = of.key ?? null;
    return this.offer({ source: "broker_report", eventType, payload, venue, instrument, key });
  }

  #newest(order: number, kind: VenueCommand["kind"]): VenueCommand {
    const found = this.#commands.findLast((command) =>
      command.order === order && command.kind === kind
    );
    ok(found !== undefined, `a story must have a ${kind} of order ${order} before its answer`);
    return found;
  }
}

function maybe<Made>(
  value: number | null | undefined,
  make: (value: number) => Made,
): Made | null {
  return value === null || value === undefined ? null : make(value);
}
