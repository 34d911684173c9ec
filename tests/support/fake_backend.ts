/**
 * A toy daemon behind the wire server: numbers what producers offer, answers every Place with a
 * PendingNew, repeats known intents, and makes things durable only when told to.
 * @module
 */
import { Effects } from "../../core/effects.ts";
import type { Draft, Event, EventType, Mode, VenueDeclaration } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { TradingState } from "../../core/intent.ts";
import {
  type ClientIndex,
  clientIndex,
  type InstrumentId,
  instrumentId,
  type Micros,
  micros,
  px,
  qty,
  type SeqId,
  seqId,
  venueId,
} from "../../core/numbers.ts";
import type { ExecutionReport } from "../../core/report.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";
import type { BookView, PositionRow, VenueView, View } from "../../core/view.ts";
import type {
  Backend,
  Observer,
  Producer,
  ReadReports,
  ReportPage,
  SignalSource,
} from "../../wire/backend.ts";
import { writeReport } from "../../wire/encode_report.ts";
import { type EncodedReport, EncodedReports, reportText } from "../../wire/encoded_report.ts";
import { spotInstrument } from "./spot_instrument.ts";
import type { VirtualTime } from "./virtual_time.ts";

export const PAPER: VenueDeclaration = {
  id: venueId(0),
  name: "paper",
  exchange: "paper",
  capabilities: {
    ...PAPER_CAPABILITIES,
    timeInForce: ["GTC", "IOC"],
    cancelAll: true,
    tradingModes: ["paper"],
    absenceProofMs: null,
  },
  simulation: null,
  pacing: null,
};

/** Makes an instrument of the paper venue: price quantum 0.01, quantity quantum 0.0001. */
export function instrument(id: number, symbol: string): Instrument {
  return spotInstrument({
    id: instrumentId(id),
    name: `paper:${symbol}`,
    symbol,
    base: symbol.split("/")[0] ?? "",
    priceRule: { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 10 }] },
    qtyRule: { scale: 4, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
    minNotional: null,
  });
}

type Queue = { drafts: Draft[]; isClosed: boolean; wasFull: boolean; onRoom: () => void };
type Known = { readonly index: ClientIndex; readonly texts: string[]; seqs: number[] };

/** A book that tests set by hand. */
export class FakeBook implements BookView {
  isFresh = true;
  hasDepth = true;
  lastTradeUs: Micros | null = null;
  updatedUs: Micros | null = null;
  bids: readonly (readonly [number, number])[] = [];
  asks: readonly (readonly [number, number])[] = [];

  top(side: "Buy" | "Sell", depth: number): ReturnType<BookView["top"]> {
    return (side === "Buy" ? this.bids : this.asks).slice(0, depth)
      .map(([price, quantity]) => ({ price: px(price), qty: qty(quantity) }));
  }

  best(side: "Buy" | "Sell"): ReturnType<BookView["best"]> {
    return this.top(side, 1)[0];
  }
}

/** The toy. `turn` applies what waits, `commit` makes it durable. */
export class FakeBackend implements Backend {
  readonly journalId = "0123456789abcdef";
  readonly daemon = { name: "tapeline", version: "0.0.0", configDigest: "digest" };
  readonly mode: Mode = "paper";
  readonly events: Event[] = [];
  /** Code and text of each. */
  readonly alarms: string[] = [];
  readonly books = new Map<InstrumentId, FakeBook>();
  readonly instruments: Instrument[] = [instrument(0, "BTC/USDT"), instrument(1, "ETH/USDT")];
  readonly venues: VenueView[] = [{ ...PAPER, status: "up" }];
  readonly intervals: number[] = [];
  /** Most drafts that one producer holds. */
  queueMax = 1_000;
  /** First report kept, for all clients. */
  firstKept = 1;
  operatorState: TradingState = "Active";
  /** By name; of the others it is the operator's. */
  readonly clientStates = new Map<string, TradingState>();
  /** Rows of the `risk` query. */
  riskInstruments: readonly Readonly<Record<string, string | number>>[] = [];
  /** Rows of the `positions` query. */
  heldPositions: readonly PositionRow[] = [];
  observer: Observer | undefined;
  /** Assign before the server is made. */
  signals?: SignalSource;
  readRaw?: NonNullable<Backend["readRaw"]>;
  forgetRaw?: NonNullable<Backend["forgetRaw"]>;
  readonly #time: VirtualTime;
  readonly #queues: Queue[] = [];
  readonly #clients = new Map<string, Known>();
  readonly #names: string[] = [];
  readonly #encoded = new EncodedReports(writeReport);
  readonly #sessions = new Map<number, string>();
  readonly #intents = new Map<string, number>();
  #seq = 0;
  #durable = 0;
  pagesRead = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
    for (const { id } of this.instruments) this.books.set(id, new FakeBook());
  }

  get durableSeq(): SeqId {
    return seqId(this.#durable);
  }

  nowUs(): Micros {
    return micros(this.#time.wallUs());
  }

  openProducer(_name: string): Producer {
    const queue: Queue = { drafts: [], isClosed: false, wasFull: false, onRoom: () => {} };
    this.#queues.push(queue);
    return {
      offer: (draft) => this.#offer(queue, draft),
      get length(): number {
        return queue.drafts.length;
      },
      onRoom: (handler) => {
        queue.onRoom = handler;
      },
      close: () => {
        queue.isClosed = true;
        queue.drafts = [];
      },
    };
  }

  #offer(queue: Queue, draft: Draft): boolean {
    if (queue.isClosed) throw new Error("Cannot offer: the producer is closed");
    queue.wasFull = queue.drafts.length >= this.queueMax;
    if (!queue.wasFull) queue.drafts.push(draft);
    return !queue.wasFull;
  }

  queueDepth(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.drafts.length, 0);
  }

  reportFirstSeq(client: ClientIndex): number {
    return Math.min(this.firstKept, (this.#known(client)?.texts.length ?? 0) + 1);
  }

  readReports(client: ClientIndex, fromSeq: number, { limitBytes }: ReadReports): ReportPage {
    const known = this.#known(client);
    const firstSeq = Math.max(fromSeq, this.firstKept);
    this.pagesRead += 1;
    const texts: string[] = [];
    let bytes = 0;
    for (let at = firstSeq - 1; known !== undefined && at < known.texts.length; at++) {
      if ((known.seqs[at] ?? 0) > this.#durable || (texts.length > 0 && bytes >= limitBytes)) break;
      texts.push(known.texts[at] ?? "");
      bytes += known.texts[at]?.length ?? 0;
    }
    return { firstSeq, texts, isFromMemory: true };
  }

  watchInterval(intervalMs: number): () => void {
    this.intervals.push(intervalMs);
    return () => this.intervals.splice(this.intervals.indexOf(intervalMs), 1);
  }

  counters(): Readonly<Record<string, number>> {
    return { events: this.#seq, queue_depth: this.queueDepth() };
  }

  alarm(code: string, text: string): void {
    this.alarms.push(`${code} ${text}`);
  }

  /** Applies everything that waits: control events first, then the queues in order. */
  turn(): void {
    const isControl = (draft: Draft): boolean => draft.source === "control";
    const heads = (want: (draft: Draft) => boolean): Queue | undefined =>
      this.#queues.find(({ drafts: [head] }) => head !== undefined && want(head));
    for (;;) {
      const queue = heads(isControl) ?? heads(() => true);
      const draft = queue?.drafts.shift();
      if (draft === undefined) break;
      this.apply(draft);
    }
    for (const queue of this.#queues) {
      if (!queue.wasFull || queue.isClosed) continue;
      queue.wasFull = false;
      queue.onRoom();
    }
  }

  /** Makes everything applied durable. */
  commit(): void {
    this.#durable = this.#seq;
    this.observer?.released(seqId(this.#durable), this.nowUs());
  }

  /** Applies one draft as the next event. */
  apply<Type extends EventType>(draft: Draft<Type>): void {
    this.#seq += 1;
    const event = {
      ...draft,
      seqId: seqId(this.#seq),
      ingestTime: this.nowUs(),
    } as unknown as Event;
    this.events.push(event);
    const effects = new Effects();
    const reports = this.#react(event, effects);
    this.observer?.applied(event, effects, reports);
  }

  /** Makes a report of a client that no intent of this run asked for. */
  report(clientName: string, text: string): void {
    const client = this.#client(clientName);
    const venue = venueId(0);
    this.#seq += 1;
    const event = {
      seqId: seqId(this.#seq),
      ingestTime: this.nowUs(),
      eventTime: this.nowUs(),
      source: "broker_report",
      venue,
      instrument: null,
      eventType: "OrderCancelled",
      payload: {},
      idempotencyKey: null,
    } as unknown as Event;
    const effects = new Effects();
    const report = this.#makeReport(client, event, { intentId: text, text });
    effects.reports.push(report.report);
    this.observer?.applied(event, effects, [report.encoded]);
  }

  #react(event: Event, effects: Effects): EncodedReport[] {
    if (event.eventType === "SessionOpened") {
      this.#client(event.payload.client);
      this.#sessions.set(event.payload.session, event.payload.client);
    }
    if (event.eventType !== "IntentReceived") return [];
    const name = this.#sessions.get(event.payload.session) ?? "nobody";
    const client = this.#client(name);
    const { intentId } = event.payload.intent;
    const known = this.#intents.get(`${name} ${intentId}`);
    if (known !== undefined) {
      effects.repeats.push({ client: client.index, reportSeqs: [known] });
      return [];
    }
    const { report, encoded } = this.#makeReport(client, event, { intentId });
    this.#intents.set(`${name} ${intentId}`, report.reportSeq);
    effects.reports.push(report);
    return [encoded];
  }

  #makeReport(
    client: Known,
    event: Event,
    of: { readonly intentId: string; readonly text?: string },
  ): { readonly report: ExecutionReport; readonly encoded: EncodedReport } {
    const report: ExecutionReport = {
      client: client.index,
      reportSeq: client.texts.length + 1,
      seqId: event.seqId,
      intentId: of.intentId,
      execType: "IntentDone",
      ordStatus: null,
      order: null,
      tag: null,
      transactUs: event.ingestTime,
      ...(of.text === undefined ? {} : { text: of.text }),
    };
    const [encoded] = this.#encoded.encode([report], this.instruments);
    if (encoded === undefined) throw new RangeError("Cannot answer: the report must be encoded");
    client.texts.push(reportText(encoded));
    client.seqs.push(event.seqId);
    return { report, encoded };
  }

  #client(name: string): Known {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const made = { index: clientIndex(this.#names.length), texts: [], seqs: [] };
    this.#names.push(name);
    this.#clients.set(name, made);
    return made;
  }

  #known(client: ClientIndex): Known | undefined {
    return this.#clients.get(this.#names[client] ?? "");
  }

  get view(): View {
    return {
      seqId: seqId(this.#seq),
      mode: this.mode,
      operatorState: this.operatorState,
      killSwitch: false,
      limitedClients: [],
      externalOrders: [],
      dryRuns: { clients: [], instruments: [] },
      halts: { venues: [], instruments: [] },
      venues: this.venues,
      openedVenues: [],
      instruments: this.instruments,
      instrumentByName: (name) => this.instruments.find((row) => row.name === name),
      clientIndex: (name) => this.#clients.get(name)?.index,
      clients: this.#names.map((_, at) => clientIndex(at)),
      clientName: (client) => this.#names[client] ?? "",
      reportSeq: (client) => this.#known(client)?.texts.length ?? 0,
      tradingState: (client) =>
        this.clientStates.get(client === undefined ? "" : this.#names[client] ?? "") ??
          this.operatorState,
      order: () => undefined,
      orderByIntent: () => undefined,
      orders: () => [],
      fills: () => [],
      positions: () => this.heldPositions,
      balances: () => [],
      tags: () => [],
      book: (id) => this.books.get(id),
      risk: () => ({ trading_state: this.operatorState, instruments: this.riskInstruments }),
      counters: () => ({ events: this.#seq }),
      gauges: () => ({
        orders: [],
        inDoubt: 0,
        doubtSinceUs: null,
        venues: [],
        utilisation: [],
      }),
    };
  }
}
