/**
 * A small world around the machines: events made by hand, effects collected as a journal would.
 *
 * Owns a timeline, a clock and the recorded reports; asserts after every event what must always
 * hold of the stream of reports.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import {
  type AccountPayloads,
  type BrokerPayloads,
  type Capabilities,
  type Checkpoint,
  type ClientIndex,
  type ControlPayloads,
  createTimeline,
  type Draft,
  Effects,
  type EngineSettings,
  type Event,
  type EventType,
  type ExecutionReport,
  type Instrument,
  type InstrumentId,
  instrumentId,
  type Intent,
  type Micros,
  micros,
  type Mode,
  type OpenOrder,
  type OrderCommand,
  orderId,
  type OrderRef,
  type PlaceOrder,
  px,
  qty,
  type ReconcileAccount,
  type ReconcilePayloads,
  type ReplaceOrder,
  seqId,
  sessionId,
  type SimulationSettings,
  type Timeline,
  type VenueCommand,
  type VenueDeclaration,
  venueId,
} from "../../core/mod.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";
import { placeOrder } from "./place_order.ts";
import { spotInstrument as testInstrument } from "./spot_instrument.ts";

export const START_US = 1_700_000_000_000_000;
export const INSTRUMENT = "test:BTC/USDT";

export const CAPABILITIES: Capabilities = {
  ...PAPER_CAPABILITIES,
  tradingModes: ["paper", "live"],
  absenceProofMs: 10_000,
};

export const SETTINGS: EngineSettings = {
  invariants: "strict",
  intentHorizonMs: 3_600_000,
  intentsPerSecond: 100_000,
  burst: 100_000,
  lookupRetryMs: 500,
};

/** What a world may have differently. */
export type WorldOptions = {
  readonly capabilities?: Partial<Capabilities>;
  readonly settings?: Partial<EngineSettings>;
  readonly pacing?: VenueDeclaration["pacing"];
  readonly simulation?: SimulationSettings;
  readonly breaker?: NonNullable<VenueDeclaration["breaker"]>;
  readonly reconcileMs?: number;
  readonly mode?: Mode;
  /** What the indexes are spread by. */
  readonly secret?: string;
};

const VENUE = venueId(0);
const BTC = instrumentId(0);

/** A listed spot instrument: prices in cents, quantities in thousandths. */
export function spotInstrument(): Instrument {
  return testInstrument({
    name: INSTRUMENT,
    priceRule: { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
    qtyRule: { scale: 3, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
    minNotional: null,
  });
}

/** The world. Its client is `alice` in session 1. */
export class World {
  timeline: Timeline;
  readonly effects = new Effects();
  readonly events: Event[] = [];
  readonly reports: ExecutionReport[] = [];
  /** Requests about orders. */
  readonly commands: OrderCommand[] = [];
  /** Requests about the account. */
  readonly reconciles: ReconcileAccount[] = [];
  /** All requests, with the time at which each left. */
  readonly trail: { readonly command: VenueCommand; readonly atUs: Micros }[] = [];
  readonly lines: string[] = [];
  nowUs = START_US;
  #seq = 0;
  readonly #options: WorldOptions;
  readonly #lastReport = new Map<ClientIndex, number>();
  readonly #ordersOn = new Map<unknown, InstrumentId>();

  constructor(options?: WorldOptions, from?: Checkpoint) {
    this.#options = options ?? {};
    this.timeline = createTimeline(from, this.#options.secret);
  }

  /** True if the venue lives on the timeline. */
  get isSimulated(): boolean {
    return this.#options.simulation !== undefined;
  }

  /** Passes time without an event. */
  wait(ms: number): this {
    this.nowUs += ms * 1000;
    return this;
  }

  /** Sequences and applies one draft; returns the reports it caused. */
  offer(draft: Draft): readonly ExecutionReport[] {
    this.#seq += 1;
    const event: Event = { ...draft, seqId: seqId(this.#seq), ingestTime: micros(this.nowUs) };
    return this.apply(event);
  }

  apply(event: Event): readonly ExecutionReport[] {
    this.#seq = event.seqId;
    this.nowUs = event.ingestTime;
    this.events.push(event);
    this.timeline.apply(event, this.effects);
    const reports = [...this.effects.reports];
    for (const report of reports) {
      this.#check(report);
      if (report.order !== null) this.#ordersOn.set(report.order.orderId, report.order.instrument);
    }
    this.reports.push(...reports);
    for (const command of this.effects.commands) {
      this.trail.push({ command, atUs: event.ingestTime });
      if (command.kind === "Reconcile") this.reconciles.push(command);
      else this.commands.push(command);
    }
    this.lines.push(line(this.effects, this.timeline.digest));
    return reports;
  }

  #check(report: ExecutionReport): void {
    const last = this.#lastReport.get(report.client) ?? 0;
    if (this.#lastReport.has(report.client) || report.reportSeq === 1) {
      strictEqual(report.reportSeq, last + 1, "report numbers have no gap");
    }
    this.#lastReport.set(report.client, report.reportSeq);
  }

  /** Fires deadlines until none is due at the present time. */
  fire(): readonly ExecutionReport[] {
    const reports: ExecutionReport[] = [];
    for (let rounds = 0; rounds < 1000; rounds += 1) {
      const due = this.timeline.nextDeadlineUs();
      if (due === undefined || due > this.nowUs) return reports;
      reports.push(...this.offer(draft("timer", "DeadlineReached", { dueUs: due })));
    }
    throw new Error("Cannot fire: deadlines must come to an end: was over 1000");
  }

  /** A run begins: started, declared, listed, and the venue is up. */
  start(): this {
    this.restart();
    this.venueStatus("up");
    return this;
  }

  /** A run begins whose venue still has to come up. */
  restart(more: Partial<ControlPayloads["Started"]> = {}): void {
    const { mode, settings } = this.#options;
    this.control("Started", {
      engineVersion: "test",
      journalId: "0123456789abcdef",
      mode: mode ?? "paper",
      configuration: "{}",
      configDigest: "00",
      settings: { ...SETTINGS, ...settings },
      seed: 1,
      ...more,
    });
    this.declare();
    this.control("InstrumentListed", spotInstrument(), BTC);
  }

  declare(): void {
    const { breaker, capabilities, pacing, reconcileMs, simulation } = this.#options;
    this.control("VenueDeclared", {
      id: VENUE,
      name: "test",
      exchange: "test",
      capabilities: { ...CAPABILITIES, ...capabilities },
      simulation: simulation ?? null,
      pacing: pacing ?? null,
      ...(breaker === undefined ? {} : { breaker }),
      ...(reconcileMs === undefined ? {} : { reconcileMs }),
    });
  }

  venueStatus(status: "up" | "down" | "reconciling"): readonly ExecutionReport[] {
    return this.control("VenueStatusChanged", { status, reason: "test" });
  }

  control<Type extends EventType>(
    eventType: Type,
    payload: Draft<Type>["payload"],
    instrument: Draft["instrument"] = null,
  ): readonly ExecutionReport[] {
    return this.offer(draft("control", eventType, payload, instrument));
  }

  open(
    of: { session?: number; client?: string; cancelOnDisconnect?: boolean; graceMs?: number } = {},
  ): this {
    this.control("SessionOpened", {
      session: sessionId(of.session ?? 1),
      client: of.client ?? "alice",
      cancelOnDisconnect: of.cancelOnDisconnect ?? true,
      cancelGraceMs: of.graceMs ?? 5000,
      agent: null,
    });
    return this;
  }

  close(
    of: { session?: number; cause?: "goodbye" | "lost" | "replaced"; keepOrders?: boolean } = {},
  ): readonly ExecutionReport[] {
    return this.control("SessionClosed", {
      session: sessionId(of.session ?? 1),
      cause: of.cause ?? "lost",
      keepOrders: of.keepOrders ?? false,
    });
  }

  intent(intent: Intent, session = 1): readonly ExecutionReport[] {
    return this.offer({
      ...draft("intent", "IntentReceived", {
        session: sessionId(session),
        recvUs: micros(this.nowUs),
        intent,
      }),
      venue: null,
    });
  }

  place(intentId: string, of: Partial<PlaceOrder> = {}, session = 1): readonly ExecutionReport[] {
    return this.intent(this.placing(intentId, of), session);
  }

  placing(intentId: string, of: Partial<PlaceOrder> = {}): PlaceOrder {
    const usual = { intentId, sentUs: micros(this.nowUs), instrument: INSTRUMENT, orderQty: "10" };
    return placeOrder({ ...usual, ...of });
  }

  replace(
    intentId: string,
    of: { readonly orig: string; readonly qty: string } & Partial<ReplaceOrder>,
    session = 1,
  ): readonly ExecutionReport[] {
    const { orig, qty: orderQty, ...rest } = of;
    return this.intent({
      action: "Replace",
      intentId,
      sentUs: micros(this.nowUs),
      tag: null,
      origIntentId: orig,
      orderQty,
      hasTag: false,
      validateOnly: false,
      ...rest,
    }, session);
  }

  cancel(intentId: string, orig: string, session = 1): readonly ExecutionReport[] {
    const sentUs = micros(this.nowUs);
    return this.intent(
      { action: "Cancel", intentId, sentUs, tag: null, origIntentId: orig },
      session,
    );
  }

  cancelAll(
    intentId: string,
    of: { readonly instrument?: string | null; readonly session?: number } = {},
  ): readonly ExecutionReport[] {
    const sentUs = micros(this.nowUs);
    const instrument = of.instrument ?? null;
    const intent: Intent = { action: "CancelAll", intentId, sentUs, tag: null, instrument };
    return this.intent(intent, of.session);
  }

  broker<Type extends keyof (AccountPayloads & BrokerPayloads & ReconcilePayloads)>(
    eventType: Type,
    payload: Draft<Type>["payload"],
    idempotencyKey: string | null = null,
  ): readonly ExecutionReport[] {
    const on = this.#instrumentOf(payload);
    return this.offer({ ...draft("broker_report", eventType, payload, on), idempotencyKey });
  }

  /** That of the order it names by number. */
  #instrumentOf(payload: object): InstrumentId {
    const order = "order" in payload ? payload.order : null;
    return this.#ordersOn.get(order) ?? BTC;
  }

  accept(order = 1): readonly ExecutionReport[] {
    return this.broker("OrderAccepted", { ...ref(order), venueOrderId: `v${order}` });
  }

  fill(
    order: number,
    of: {
      readonly id: string;
      readonly qty: number;
      readonly px?: number;
      readonly clOrdId?: string;
      readonly fee?: string;
      readonly feeCurrency?: string;
    },
  ): readonly ExecutionReport[] {
    return this.broker("OrderExecuted", {
      ...ref(order, of.clOrdId ?? null),
      execId: of.id,
      lastQty: qty(of.qty),
      lastPx: px(of.px ?? 10_000),
      liquidity: "Maker",
      commission: of.fee ?? "0.01",
      commissionCurrency: of.feeCurrency ?? "USDT",
      provisional: false,
    });
  }

  cancelled(order = 1): readonly ExecutionReport[] {
    return this.broker("OrderCancelled", { ...ref(order), reason: "cancelled" });
  }

  failed(outcome: "notSent" | "unknown"): readonly ExecutionReport[] {
    const { request, order } = this.lastCommand();
    return this.broker("RequestFailed", { request, order, outcome, text: "test" });
  }

  /** The venue answers the newest request to reconcile: these orders are open. */
  reconciled(openOrders: readonly OpenOrder[] = []): readonly ExecutionReport[] {
    return this.broker("Reconciled", { request: this.lastReconcile().request, openOrders });
  }

  lastReconcile(): ReconcileAccount {
    const command = this.reconciles.at(-1);
    ok(command !== undefined, "there must be a request to reconcile");
    return command;
  }

  lastCommand(): OrderCommand {
    const command = this.commands.at(-1);
    ok(command !== undefined, "there must be a command");
    return command;
  }
}

/** A reference to one of our orders. */
export function ref(order: number, clOrdId: string | null = null): OrderRef {
  return { order: orderId(order), clOrdId, venueOrderId: null };
}

/** A draft about the world's venue. */
export function draft<Type extends EventType>(
  source: Draft["source"],
  eventType: Type,
  payload: Draft<Type>["payload"],
  instrument: Draft["instrument"] = null,
): Draft {
  const common = { eventTime: micros(START_US), venue: VENUE, instrument, idempotencyKey: null };
  // The one place of the tests that joins a kind with its payload.
  return { ...common, source, eventType, payload } as unknown as Draft;
}

/** Short form of a report: `exec_type/ord_status cum+leaves`. */
export function brief(report: ExecutionReport): string {
  const sums = report.order === null ? "" : ` ${report.order.cumQty}+${report.order.leavesQty}`;
  const flags = (["inDoubt", "late", "inferred"] as const).filter((flag) => report[flag]).join(" ");
  return `${report.execType}/${report.ordStatus}${sums}${flags === "" ? "" : ` ${flags}`}`;
}

/** The effects of an event as one line of text. */
function line(effects: Effects, digest: string): string {
  const { transitions, reports, commands, repeats, alarms } = effects;
  return JSON.stringify(
    { transitions, reports, commands, repeats, alarms, digest },
    (_key, value: unknown) => typeof value === "bigint" ? `${value}n` : value,
  );
}

/** A time for tests. */
export function at(us: number): Micros {
  return micros(us);
}
