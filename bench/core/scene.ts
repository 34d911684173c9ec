/**
 * The engine on a stage: one outside venue, one instrument, one client, every guard on.
 *
 * Turns the steps of the stream into events, as the wire and an adapter would offer them, and
 * applies them. Times are simulated, a fixed distance apart.
 * @module
 */
import {
  createTimeline,
  Effects,
  type Event,
  instrumentId,
  type Intent,
  type Micros,
  micros,
  orderId,
  px,
  qty,
  seqId,
  sessionId,
  type Timeline,
  venueId,
} from "../../core/mod.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";
import { isBuying, type Lives, STEP, type Steps } from "./lives.ts";

export const INSTRUMENT = "bench:BTC/USDT";
export const PRICE_SCALE = 2;
export const QTY_SCALE = 4;
export const START_US = 1_700_000_000_000_000;
/** Commission of every execution, units of the quote currency. */
export const COMMISSION = "0.0125";
const VENUE = venueId(0);
const BTC = instrumentId(0);
const SESSION = sessionId(1);

/** What an event is before it is timed and numbered. */
type Head = Omit<Event, "eventTime" | "seqId" | "ingestTime">;

/** The stage. */
export class Scene {
  readonly timeline: Timeline = createTimeline();
  readonly effects = new Effects();
  readonly #stepUs: number;
  #seq = 0;
  #nowUs = START_US;
  #executions = 0;
  /** The intent that last placed or replaced a lane's order, and how many there were. */
  readonly #intents: string[] = [];
  #intentCount = 0;

  constructor(of: { readonly stepUs: number; readonly horizonMs: number }) {
    this.#stepUs = of.stepUs;
    this.#setUp(of.horizonMs);
  }

  get nowUs(): Micros {
    return micros(this.#nowUs);
  }

  /** The events of a batch of steps; they must be applied in order and before the next batch. */
  eventsOf(steps: Steps): Event[] {
    const events: Event[] = [];
    for (let at = 0; at < steps.length; at++) {
      events.push(this.event(this.#headOf(steps, at)));
    }
    return events;
  }

  /** Places and accepts an order in every lane. */
  begin(lives: Lives): void {
    for (const steps of lives.begin()) this.apply(this.eventsOf(steps));
  }

  apply(events: readonly Event[]): void {
    for (const event of events) this.timeline.apply(event, this.effects);
  }

  /** Applies all deadlines that are due, retirement above all. */
  applyAllDue(): void {
    while (this.applyDue());
  }

  /** Applies the earliest deadline if it is due, as each round of the live loop does. */
  applyDue(): boolean {
    const dueUs = this.timeline.nextDeadlineUs();
    if (dueUs === undefined || dueUs > this.#nowUs) return false;
    this.apply([this.event({
      source: "timer",
      eventType: "DeadlineReached",
      payload: { dueUs },
      venue: null,
      instrument: null,
      idempotencyKey: null,
    })]);
    return true;
  }

  /** Numbers and times an event, by one copy of what was offered, as the sequencer does. */
  event(head: Head): Event {
    this.#nowUs += this.#stepUs;
    const { nowUs } = this;
    const numbered = { ...head, eventTime: nowUs, seqId: seqId(++this.#seq), ingestTime: nowUs };
    return numbered as Event; // the kinds and their payloads belong together by the callers' hands
  }

  /** An intent as the wire would offer it. */
  intentEvent(intent: Intent): Event {
    return this.event({
      source: "intent",
      eventType: "IntentReceived",
      payload: { session: SESSION, recvUs: this.nowUs, intent },
      venue: null,
      instrument: null,
      idempotencyKey: null,
    });
  }

  /** A broker report about an order, under a key of its own. */
  reportEvent(eventType: Event["eventType"], payload: Event["payload"], key: string): Event {
    return this.event({
      source: "broker_report",
      eventType,
      payload,
      venue: VENUE,
      instrument: BTC,
      idempotencyKey: key,
    });
  }

  #headOf(steps: Steps, at: number): Head {
    const kind = steps.kind[at] ?? 0;
    const lane = steps.lane[at] ?? 0;
    const isIntent = kind === STEP.Place || kind === STEP.Replace || kind === STEP.Cancel;
    if (isIntent) {
      const intent = this.#intentOf(steps, at);
      if (kind !== STEP.Cancel) this.#intents[lane] = intent.intentId;
      return {
        source: "intent",
        eventType: "IntentReceived",
        payload: { session: SESSION, recvUs: this.nowUs, intent },
        venue: null,
        instrument: null,
        idempotencyKey: null,
      };
    }
    return {
      source: "broker_report",
      ...this.#reportOf(steps, at),
      venue: VENUE,
      instrument: BTC,
      idempotencyKey: `b-${this.#seq}`,
    };
  }

  #intentOf(steps: Steps, at: number): Intent {
    const lane = steps.lane[at] ?? 0;
    const common = {
      intentId: `i-${++this.#intentCount}`,
      sentUs: this.nowUs,
      tag: "bench",
    };
    const terms = {
      orderQty: decimal(steps.qty[at] ?? 0, QTY_SCALE),
      price: decimal(steps.px[at] ?? 0, PRICE_SCALE),
    };
    const origIntentId = this.#intents[lane] ?? "";
    switch (steps.kind[at]) {
      case STEP.Replace:
        return {
          action: "Replace",
          ...common,
          ...terms,
          origIntentId,
          hasTag: false,
          validateOnly: false,
        };
      case STEP.Cancel:
        return { action: "Cancel", ...common, origIntentId };
      default:
        return {
          action: "Place",
          ...common,
          ...terms,
          instrument: INSTRUMENT,
          side: isBuying(lane) ? "Buy" : "Sell",
          ordType: "Limit",
          timeInForce: "GTC",
          expireUs: null,
          postOnly: false,
          reduceOnly: false,
          ttlMs: 0,
          validateOnly: false,
          params: null,
        };
    }
  }

  #reportOf(steps: Steps, at: number): Pick<Event, "eventType" | "payload"> {
    const order = orderId(steps.order[at] ?? 0);
    const ref = { order, clOrdId: null, venueOrderId: null };
    const named = { ...ref, venueOrderId: `v-${order}` };
    switch (steps.kind[at]) {
      case STEP.Accepted:
        return { eventType: "OrderAccepted", payload: named };
      case STEP.Replaced:
        return {
          eventType: "OrderReplaced",
          payload: { ...named, orderQty: qty(steps.qty[at] ?? 0), price: px(steps.px[at] ?? 0) },
        };
      case STEP.Cancelled:
        return { eventType: "OrderCancelled", payload: { ...named, reason: "asked for" } };
      default:
        return {
          eventType: "OrderExecuted",
          payload: {
            ...named,
            execId: `x-${++this.#executions}`,
            lastQty: qty(steps.qty[at] ?? 0),
            lastPx: px(steps.px[at] ?? 0),
            liquidity: "Maker",
            commission: COMMISSION,
            commissionCurrency: "USDT",
            provisional: false,
          },
        };
    }
  }

  #setUp(horizonMs: number): void {
    for (const head of opening(horizonMs)) this.apply([this.event(head)]);
  }
}

/** Canonical decimal of quanta above 0, by string arithmetic of its own. */
export function decimal(quanta: number, scale: number): string {
  const digits = String(quanta).padStart(scale + 1, "0");
  const fraction = digits.slice(-scale).replace(/0+$/, "");
  const whole = digits.slice(0, -scale);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** The events before the first order. */
function opening(horizonMs: number): Head[] {
  const control = { source: "control", idempotencyKey: null } as const;
  const ofAll = { ...control, venue: null, instrument: null };
  const ofVenue = { ...control, venue: VENUE, instrument: BTC };
  return [
    { ...ofAll, eventType: "Started", payload: started(horizonMs) },
    { ...ofVenue, eventType: "VenueDeclared", payload: VENUE_DECLARED },
    { ...ofVenue, eventType: "InstrumentListed", payload: LISTED },
    ...LIMITS.map((payload): Head => ({ ...ofVenue, eventType: "LimitsSet", payload })),
    ...["BTC", "USDT"].map((currency): Head => ({
      ...ofVenue,
      eventType: "BalanceSet",
      payload: { currency, total: OPENING },
    })),
    { ...ofVenue, eventType: "VenueStatusChanged", payload: { status: "up", reason: "bench" } },
    { ...ofAll, eventType: "SessionOpened", payload: SESSION_OPENED },
    { ...ofVenue, source: "market_data", eventType: "BookSnapshot", payload: BOOK },
  ];
}

function started(horizonMs: number): Event<"Started">["payload"] {
  return {
    engineVersion: "bench",
    journalId: "00000000-0000-4000-8000-000000000000",
    mode: "live",
    configuration: "{}",
    configDigest: "",
    settings: {
      invariants: "strict",
      intentHorizonMs: horizonMs,
      intentsPerSecond: 1_000_000,
      burst: 1_000_000,
      lookupRetryMs: 500,
    },
    seed: 1,
  };
}

const VENUE_DECLARED: Event<"VenueDeclared">["payload"] = {
  id: VENUE,
  name: "bench",
  exchange: "bench",
  capabilities: { ...PAPER_CAPABILITIES, tradingModes: ["live"] },
  simulation: null,
  pacing: null,
};

const LISTED: Event<"InstrumentListed">["payload"] = {
  id: BTC,
  venue: VENUE,
  name: INSTRUMENT,
  symbol: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  assetClass: "spot",
  priceRule: { scale: PRICE_SCALE, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
  qtyRule: { scale: QTY_SCALE, stepQuanta: 1, minQuanta: 1, maxQuanta: 1_000_000_000 },
  minNotional: null,
  sessionEndUs: null,
  status: "open",
  capabilities: null,
  contract: null,
};

/** What the account holds of each currency at first. */
export const OPENING = "1000000000";

const ORDER_LIMITS = {
  maxOrderQty: qty(1_000_000),
  maxOrderNotional: "100000000",
  maxPosition: qty(1_000_000_000_000_000),
  maxOpenOrders: 10_000_000,
};
const FLOW_LIMITS = {
  maxOpenOrders: 10_000_000,
  orderRate: { perSecond: 10_000_000, burst: 10_000_000 },
};

/** A limit of every kind in every scope, wide enough to let all orders pass. */
const LIMITS: readonly Event<"LimitsSet">["payload"][] = [
  {
    scope: "instrument",
    admin: true,
    limits: {
      ...ORDER_LIMITS,
      priceCollarPpm: 50_000,
      bookStaleMs: 86_400_000,
      initialMarginPpm: null,
    },
  },
  { scope: "clientInstrument", admin: true, client: "bench", limits: ORDER_LIMITS },
  { scope: "client", admin: true, client: "bench", limits: { ...FLOW_LIMITS, maxLoss: [] } },
  {
    scope: "venue",
    admin: true,
    limits: {
      ...FLOW_LIMITS,
      maxLoss: [],
      checkFunds: true,
      tripwire: { reports: 2, tolerances: [] },
    },
  },
  {
    scope: "exchange",
    admin: true,
    exchange: "bench",
    limits: { ...FLOW_LIMITS, selfMatch: "refuse" },
  },
];

const SESSION_OPENED: Event<"SessionOpened">["payload"] = {
  session: SESSION,
  client: "bench",
  cancelOnDisconnect: false,
  cancelGraceMs: 0,
  agent: null,
};

const BOOK: Event<"BookSnapshot">["payload"] = {
  bids: [5_999_900, 100_000],
  asks: [6_000_100, 100_000],
  updateId: 1,
};
