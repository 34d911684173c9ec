/**
 * A bench for the simulator: events and commands by short calls, reports as short texts.
 * @module
 */
import type { OrderCommand, SubmitOrder } from "../../core/command.ts";
import type {
  BrokerPayloads,
  Draft,
  Event,
  MarketPayloads,
  SimulationSettings,
  VenueDeclaration,
} from "../../core/event.ts";
import type { Instrument, Side } from "../../core/instrument.ts";
import { micros, orderId, px, qty, requestId, seqId, venueId } from "../../core/numbers.ts";
import { PAPER_CAPABILITIES, Simulator } from "../../core/simulator/mod.ts";
import type { CheckpointNode } from "../../core/timeline.ts";
import type { MarketNews } from "../../edge/feeds/market_draft.ts";
import { startedDraft } from "./drafts.ts";
import { spotInstrument } from "./spot_instrument.ts";

export const VENUE = venueId(0);

/** One quantum of price is 0.1, of quantity 0.001. */
export const INSTRUMENT: Instrument = spotInstrument({
  priceRule: { scale: 1, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
  qtyRule: { scale: 3, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
  minNotional: null,
});

export const NO_COSTS: SimulationSettings = {
  orderLatencyUs: 0,
  reportLatencyUs: 0,
  makerFeePpm: 0,
  takerFeePpm: 0,
};

/** A declaration of the simulated venue. */
export function declarationOf(simulation: SimulationSettings | null): VenueDeclaration {
  return {
    id: VENUE,
    name: "paper",
    exchange: "paper",
    capabilities: PAPER_CAPABILITIES,
    simulation,
    pacing: null,
  };
}

/** Fields of an order that matter to a test. */
export type OrderWish =
  & { readonly side: Side; readonly qty: number; readonly price: number | null }
  & Partial<Pick<SubmitOrder, "timeInForce" | "postOnly" | "expireUs">>
  & {
    /** The order of ours that is sent again; left out: a new one. */
    readonly again?: number;
  };

type BrokerDraft = Extract<Draft, { readonly source: "broker_report" }>;

/** A simulator with a clock in whole milliseconds. */
export class Bench {
  simulator: Simulator;
  instrument: Instrument = INSTRUMENT;
  /** Every report applied so far. */
  readonly applied: Draft[] = [];
  readonly declaration: VenueDeclaration;
  #seq = 0;
  #order = 0;
  #nowUs = 1_000_000;

  constructor(settings: Partial<SimulationSettings> = {}) {
    this.declaration = declarationOf({ ...NO_COSTS, ...settings });
    this.simulator = new Simulator(this.declaration);
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  /** Goes to a later time and applies what is due, then the news, if any. */
  at(ms: number, news?: MarketNews): string[] {
    this.#nowUs = ms * 1000;
    const timer = { dueUs: micros(this.#nowUs) };
    if (news === undefined) {
      this.#apply({
        ...this.#head(),
        source: "timer",
        eventType: "DeadlineReached",
        payload: timer,
      });
    } else this.#apply({ ...this.#head(), source: "market_data", ...news });
    return this.drain();
  }

  /** Applies news now. */
  news(news: MarketNews): string[] {
    return this.at(this.#nowUs / 1000, news);
  }

  snapshot(bids: readonly number[], asks: readonly number[]): string[] {
    return this.news({ eventType: "BookSnapshot", payload: { bids, asks, updateId: null } });
  }

  delta(bids: readonly number[], asks: readonly number[]): string[] {
    return this.news({ eventType: "BookDelta", payload: { bids, asks, updateId: null } });
  }

  trade(price: number, size: number, side: Side | null): string[] {
    const payload = { price: px(price), qty: qty(size), side, tradeId: null };
    return this.news({ eventType: "TradePrinted", payload });
  }

  invalidate(): string[] {
    return this.news({ eventType: "BookInvalidated", payload: { reason: "test" } });
  }

  /** Says of the market of a betting instrument that it is open, in play unless said otherwise. */
  define(
    market: Partial<MarketPayloads["MarketDefined"]> & { readonly betDelayMs: number },
  ): string[] {
    const payload: MarketPayloads["MarketDefined"] = {
      status: "open",
      inPlay: true,
      isPassiveFree: false,
      baseRatePpm: null,
      discountAllowed: false,
      version: null,
      removals: [],
      ...market,
    };
    return this.news({ eventType: "MarketDefined", payload });
  }

  /** Lists the instrument, or another one, anew, in another status. */
  list(status: Instrument["status"], other?: Instrument): string[] {
    const payload = { ...other ?? this.instrument, status };
    if (other === undefined) this.instrument = payload;
    this.#apply({ ...this.#head(), source: "control", eventType: "InstrumentListed", payload });
    return this.drain();
  }

  /** A run of the daemon begins, after none ran since the last event. */
  restart(ms = this.#nowUs / 1000): string[] {
    this.#nowUs = ms * 1000;
    this.#apply({ ...startedDraft(), ...this.#head(), venue: null, instrument: null });
    return this.drain();
  }

  /** Declares the venue again, with other costs and delays. */
  redeclare(settings: SimulationSettings): string[] {
    this.#apply({
      ...this.#head(),
      instrument: null,
      source: "control",
      eventType: "VenueDeclared",
      payload: declarationOf(settings),
    });
    return this.drain();
  }

  /** Sends an order now; with latency 0 it has arrived. Order ids are 1, 2, 3 …, clOrdIds c1 … */
  submit(wish: OrderWish): string[] {
    if (wish.again === undefined) this.#order++;
    return this.send({
      kind: "Submit",
      ...this.#common(wish.again ?? this.#order),
      side: wish.side,
      ordType: wish.price === null ? "Market" : "Limit",
      timeInForce: wish.timeInForce ?? "GTC",
      expireUs: wish.expireUs ?? null,
      price: wish.price === null ? null : px(wish.price),
      orderQty: qty(wish.qty),
      postOnly: wish.postOnly ?? false,
      reduceOnly: false,
      params: null,
    });
  }

  cancel(order: number, clOrdId = `c${order}`): string[] {
    return this.send({ kind: "Cancel", ...this.#common(order), clOrdId });
  }

  lookup(order: number, clOrdId = `c${order}`): string[] {
    return this.send({ kind: "Lookup", ...this.#common(order), clOrdId });
  }

  replace(
    order: number,
    to:
      & { readonly price: number | null; readonly qty: number; readonly newClOrdId?: string }
      & Pick<OrderWish, "expireUs">,
  ): string[] {
    return this.send({
      kind: "Replace",
      ...this.#common(order),
      side: "Buy",
      newClOrdId: to.newClOrdId ?? `c${order}-${to.price}-${to.qty}`,
      orderQty: qty(to.qty),
      price: to.price === null ? null : px(to.price),
      expireUs: to.expireUs ?? null,
      params: null,
    });
  }

  /** Hands a command over and lets what is due now happen. */
  send(command: OrderCommand): string[] {
    this.simulator.command(command, micros(this.#nowUs));
    return this.at(this.#nowUs / 1000);
  }

  /** Applies due reports as events, as the loop does, and returns them in short. */
  drain(): string[] {
    const said: string[] = [];
    for (const draft of this.simulator.takeOutputs(micros(this.#nowUs))) {
      said.push(inShort(draft));
      this.applyOutput(draft);
    }
    return said;
  }

  /** Applies one report as an event. */
  applyOutput(draft: Draft): void {
    this.applied.push(draft);
    this.#apply({ ...draft, seqId: seqId(++this.#seq), ingestTime: micros(this.#nowUs) } as Event);
  }

  /** Replaces the simulator by the one that its checkpoint gives. */
  roundTrip(): void {
    const node = JSON.parse(JSON.stringify(this.simulator.checkpoint())) as CheckpointNode;
    this.simulator = Simulator.restore(this.declaration, node, () => this.instrument);
  }

  #apply(event: Event): void {
    this.simulator.apply(event, () => this.instrument);
  }

  #head(): Pick<
    Event,
    "seqId" | "ingestTime" | "eventTime" | "venue" | "instrument" | "idempotencyKey"
  > {
    const now = micros(this.#nowUs);
    return {
      seqId: seqId(++this.#seq),
      ingestTime: now,
      eventTime: now,
      venue: VENUE,
      instrument: INSTRUMENT.id,
      idempotencyKey: null,
    };
  }

  #common(order: number): Omit<OrderCommand, "kind"> {
    return {
      seqId: seqId(this.#seq),
      request: requestId(1),
      venue: VENUE,
      instrument: INSTRUMENT.id,
      order: orderId(order),
      clOrdId: `c${order}`,
      venueOrderId: null,
    };
  }
}

/** A report in short: kind, order, and what matters of it. */
export function inShort(draft: Draft): string {
  if (draft.source !== "broker_report" || !("order" in draft.payload)) return draft.eventType;
  return `${draft.eventType} ${draft.payload.order}${detailOf(draft)}`;
}

function detailOf(draft: BrokerDraft): string {
  switch (draft.eventType) {
    case "OrderExecuted":
      return executed(draft.payload);
    case "OrderRejected":
    case "CancelRejected":
    case "ReplaceRejected":
      return ` ${draft.payload.rejectCode}`;
    case "OrderReplaced":
      return ` ${draft.payload.orderQty}@${draft.payload.price}`;
    case "OrderFound":
      return ` ${draft.payload.status} ${draft.payload.cumQty}/${draft.payload.orderQty}`;
    default:
      return "";
  }
}

function executed(payload: BrokerPayloads["OrderExecuted"]): string {
  return ` ${payload.lastQty}@${payload.lastPx} ${payload.liquidity}`;
}
