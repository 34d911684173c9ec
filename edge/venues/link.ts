/**
 * The daemon's end of a venue: starts its adapter in a Worker, tells it of commands, takes its
 * reports and its market data through two queues, and restarts it when it dies or is wedged.
 *
 * A dead adapter is `venue down`; what it was told of may have been sent, so each such request is
 * answered `RequestFailed unknown` and the core asks the venue after the restart; its books are
 * invalid. Nothing is resent here, and what comes while no adapter runs is answered `notSent`.
 * Ordering: reports, statuses and listings keep the order in which the adapter said them. Market
 * data has a queue of its own and no order to reports.
 * A Worker that died or hung is cut off before anything is answered for it: its thread may wake and
 * hear what it was told, and sends none of it any more (`cut_off.ts`).
 * Limit: the runtime cannot stop a thread that spins. Another Worker takes its place, but it burns a
 * core until the process ends; the alarm says so.
 * @module
 */
import type { VenueCommand } from "../../core/command.ts";
import type { Draft, VenueStatus } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { unreachable } from "../../core/invariant.ts";
import type { InstrumentId, Micros } from "../../core/numbers.ts";
import { controlDraft } from "../control_draft.ts";
import type { EngineClock } from "../engine_clock.ts";
import { marketDraft } from "../feeds/market_draft.ts";
import { Inlet } from "../inlet.ts";
import type { MetricSource } from "../metrics/registry.ts";
import type { Samples } from "../metrics/samples.ts";
import type { Ingress, IngressQueue } from "../ingress.ts";
import type { Cancel, Log, Timers, WorkerLink, Workers } from "../ports.ts";
import type { DeadManConfirmed } from "../venue.ts";
import { type CutOff, cutOff, newCutOff } from "./cut_off.ts";
import type {
  MarketCounts,
  VenueClock,
  VenueCommandMessage,
  VenueInit,
  VenueReportMessage,
} from "./messages.ts";
import { Unanswered } from "./unanswered.ts";

/** First and longest pause before a dead adapter is started again. */
const RESTART_MIN_US = 250_000;
const RESTART_MAX_US = 30_000_000;
/** How often both ends show that they are alive, and after how many without an answer it is wedged. */
const BEAT_US = 1_000_000;
const BEATS_MAX = 10;
const HUNG = `it has not answered for ${BEATS_MAX * BEAT_US / 1_000_000} s; if its thread spins, ` +
  "it does so until the daemon is restarted";
/** Market data on its way from the Worker: what is more waits there, where it merges. */
const MARKET_CREDIT = 512;
const US_PER_S = 1_000_000;
const NOTHING_HELD_BACK: MarketCounts = { merged: 0, dropped: 0 };

type Failure = { readonly outcome: "notSent" | "unknown"; readonly reason: string };
/** Nothing of it has left, nor will: whatever becomes of its commit. */
const NOT_RUNNING: Failure = { outcome: "notSent", reason: "the venue's adapter is not running" };

export type VenueLinkOptions = {
  readonly init: Omit<VenueInit, "clockAheadUs" | "cutOff">;
  /** Instruments that are there for the orders that rest on them: they stay closed. */
  readonly leaving: ReadonlySet<InstrumentId>;
  readonly ingress: Ingress;
  /** Most that wait in each of its two queues. */
  readonly queues: { readonly reportsMax: number; readonly marketMax: number };
  readonly clock: EngineClock;
  /** Whether the daemon makes progress, as each beat says. */
  readonly isAlive: () => boolean;
  readonly ports: {
    readonly workers: Workers;
    readonly timers: Timers;
    readonly log: Log;
  };
};

/** One venue outside the timeline. */
export class VenueLink implements MetricSource {
  readonly #options: VenueLinkOptions;
  readonly #queues: { readonly reports: IngressQueue; readonly market: IngressQueue };
  readonly #unanswered = new Unanswered();
  /** As configured, or as last listed: what the next Worker is started with. */
  readonly #instruments: Instrument[];
  #worker: WorkerLink | undefined;
  /** The Worker that was told to stop. */
  #stopped: WorkerLink | undefined;
  /** Of the newest Worker. */
  #cutOff: CutOff = newCutOff();
  #inlets: { readonly reports: Inlet; readonly market: Inlet } | undefined;
  #pauseUs = RESTART_MIN_US;
  #cancelRestart: Cancel = () => {};
  #cancelBeat: Cancel = () => {};
  #beatsUnanswered = 0;
  /** Why it last died, until it was up again: the same is not told twice. */
  #diedOf: string | undefined;
  /** Market data came since its books were last invalidated here. */
  #hasBooks = false;
  #market: MarketCounts = NOTHING_HELD_BACK;
  /** What earlier Workers of the venue had held back. */
  #marketBefore: MarketCounts = NOTHING_HELD_BACK;
  #deaths = 0;
  /** As the venue last confirmed its switch. */
  #deadMan: DeadManConfirmed | null = null;
  /** When its first Worker began. */
  #beganUs: Micros | null = null;
  #venueClock: VenueClock | null = null;
  #told: { readonly status: VenueStatus; readonly reason: string } | undefined;

  constructor(options: VenueLinkOptions) {
    const { ingress, queues, init } = options;
    const { name } = init.declaration;
    this.#options = options;
    this.#instruments = [...init.instruments];
    this.#queues = {
      reports: ingress.open({ name: `reports ${name}`, max: queues.reportsMax, policy: "block" }),
      market: ingress.open({ name: `market ${name}`, max: queues.marketMax, policy: "block" }),
    };
  }

  start(): void {
    const { ports, init, clock } = this.#options;
    this.#cutOff = newCutOff();
    const started: VenueInit = {
      ...init,
      cutOff: this.#cutOff,
      instruments: this.#instruments,
      clockAheadUs: clock.aheadUs,
    };
    const worker = ports.workers.start("venue", started);
    this.#worker = worker;
    this.#connect(worker);
    worker.onMessage((message) => {
      if (this.#worker === worker) this.#heard(message as VenueReportMessage);
    });
    worker.onError((reason) => {
      if (this.#worker === worker) this.#died(reason);
    });
    this.#beatsUnanswered = 0;
    this.#beganUs ??= clock.nowUs();
    this.#marketBefore = sumOf(this.#marketBefore, this.#market);
    this.#market = NOTHING_HELD_BACK;
    this.#beat();
  }

  /**
   * Announces a command that is being written. The Worker builds its request meanwhile and sends it
   * when it sees the commit: that is one thread less to wait for.
   */
  announce(command: VenueCommand, commit: number): void {
    if (this.#worker === undefined) return this.#fail(command, NOT_RUNNING);
    this.#unanswered.add(command);
    this.#post({ kind: "announce", command, commit });
  }

  /** Best effort, when the journal is gone. */
  cancelAll(): void {
    this.#post({ kind: "cancelAll" });
  }

  measure(into: Samples): void {
    const { name: venue } = this.#options.init.declaration;
    const { merged, dropped } = sumOf(this.#marketBefore, this.#market);
    into.put("tapeline_venue_adapter_deaths_total", this.#deaths, { venue });
    into.put("tapeline_venue_requests_unanswered", this.#unanswered.all.length, { venue });
    into.put("tapeline_venue_market_data_merged_total", merged, { venue });
    into.put("tapeline_venue_market_data_dropped_total", dropped, { venue });
    this.#measureClock(into, venue);
    this.#measureDeadMan(into, venue);
  }

  #measureClock(into: Samples, venue: string): void {
    const clock = this.#venueClock;
    if (clock === null) return;
    into.put("tapeline_venue_clock_skew_seconds", clock.skewUs / US_PER_S, { venue });
    into.put("tapeline_venue_round_trip_seconds", clock.tripUs / US_PER_S, { venue });
  }

  #measureDeadMan(into: Samples, venue: string): void {
    const { deadManMs } = this.#options.init;
    const confirmedUs = this.#deadMan?.confirmedUs ?? this.#beganUs;
    if (deadManMs === null || confirmedUs === null) return;
    const periodMs = this.#deadMan?.periodMs ?? deadManMs;
    into.put("tapeline_venue_dead_man_timestamp_seconds", confirmedUs / US_PER_S, { venue });
    into.put("tapeline_venue_dead_man_period_seconds", periodMs / 1000, { venue });
  }

  /** The adapter ends its connections while the journal ends; nothing that it says counts any more. */
  stop(): void {
    cutOff(this.#cutOff);
    this.#cancelRestart();
    this.#cancelBeat();
    this.#post({ kind: "stop" });
    this.#stopped ??= this.#worker;
    this.#worker = undefined;
  }

  /** Ends the Worker, whatever it is at: terminated at once it would hardly ever hear of a stop. */
  end(): void {
    this.stop();
    this.#stopped?.terminate();
  }

  #connect(worker: WorkerLink): void {
    if (this.#inlets !== undefined) {
      this.#inlets.reports.reconnect(worker);
      this.#inlets.market.reconnect(worker);
      return;
    }
    const { reports, market } = this.#queues;
    this.#inlets = {
      reports: new Inlet(reports, worker, { lane: "reports" }),
      market: new Inlet(market, worker, { lane: "market", credit: MARKET_CREDIT }),
    };
  }

  #post(message: VenueCommandMessage): void {
    this.#worker?.post(message);
  }

  /** A Worker that does not answer is as good as dead, and holds its venue's socket. */
  #beat(): void {
    this.#post({ kind: "beat", isAlive: this.#options.isAlive() });
    this.#cancelBeat = this.#options.ports.timers.after(BEAT_US, () => {
      this.#beatsUnanswered++;
      if (this.#beatsUnanswered < BEATS_MAX) this.#beat();
      else this.#died(HUNG);
    });
  }

  #heard(message: VenueReportMessage): void {
    this.#beatsUnanswered = 0;
    switch (message.kind) {
      case "drafts":
        for (const draft of message.drafts) this.#unanswered.settle(draft);
        this.#inlets?.reports.accept(message.drafts);
        break;
      case "market":
        this.#hasBooks = true;
        this.#inlets?.market.accept(message.drafts);
        break;
      case "status":
        if (message.status === "up") {
          this.#pauseUs = RESTART_MIN_US;
          this.#diedOf = undefined;
        }
        this.#tellStatus(message.status, message.reason);
        break;
      case "listed":
        this.#list(message.instrument);
        break;
      case "failed":
        this.#died(message.reason, message.stack === undefined ? {} : { stack: message.stack });
        break;
      case "beat":
        this.#tellMarket(message.market);
        this.#deadMan = message.deadMan ?? this.#deadMan;
        this.#venueClock = message.clock;
        break;
      default:
        unreachable(message);
    }
  }

  /** What the market's data suffered since the last beat. */
  #tellMarket({ merged, dropped }: MarketCounts): void {
    const before = this.#market;
    this.#market = { merged, dropped };
    const news = { merged: merged - before.merged, dropped: dropped - before.dropped };
    if (news.merged + news.dropped === 0) return;
    const { ports, init } = this.#options;
    const level = news.dropped > 0 ? "warning" : "info";
    ports.log.write(level, "market_data_held_back", { venue: init.declaration.name, ...news });
  }

  #died(reason: string, of: { readonly stack?: string } = {}): void {
    if (this.#worker === undefined) return;
    const { ports, init } = this.#options;
    cutOff(this.#cutOff);
    this.#worker.terminate();
    this.#worker = undefined;
    this.#deaths += 1;
    this.#cancelBeat();
    if (reason !== this.#diedOf) {
      ports.log.write("alarm", "venue_adapter_died", {
        venue: init.declaration.name,
        reason,
        ...of,
      });
    }
    this.#diedOf = reason;
    if (this.#hasBooks) this.#invalidateBooks(reason);
    this.#offerStatus("down", `the adapter stopped: ${reason}`);
    for (const command of this.#unanswered.all) {
      this.#fail(command, { outcome: "unknown", reason });
    }
    this.#cancelRestart = ports.timers.after(this.#pauseUs, () => this.start());
    this.#pauseUs = Math.min(this.#pauseUs * 2, RESTART_MAX_US);
  }

  #fail(command: VenueCommand, { outcome, reason }: Failure): void {
    const { request, venue } = command;
    this.#unanswered.forget(request);
    const head = {
      eventTime: this.#options.clock.nowUs(),
      source: "broker_report",
      venue,
      idempotencyKey: null,
    } as const;
    const text = `No answer can come: ${reason}`;
    if (command.kind === "Reconcile") {
      const payload = { request, text };
      this.#offer({ ...head, instrument: null, eventType: "ReconcileFailed", payload });
      return;
    }
    const { instrument, order } = command;
    const payload = { request, order, outcome, text };
    this.#offer({ ...head, instrument, eventType: "RequestFailed", payload });
  }

  #tellStatus(status: VenueStatus, reason: string): void {
    const { ports, init } = this.#options;
    const level = status === "down" ? "warning" : "info";
    ports.log.write(level, "venue_status", { venue: init.declaration.name, status, reason });
    this.#offerStatus(status, reason);
  }

  /** The same again is no news, however often its Worker has died in between. */
  #offerStatus(status: VenueStatus, reason: string): void {
    if (this.#told?.status === status && this.#told.reason === reason) return;
    this.#told = { status, reason };
    const { clock, init: { declaration: { id: venue } } } = this.#options;
    const said = { eventType: "VenueStatusChanged", payload: { status, reason }, venue } as const;
    this.#offer(controlDraft(said, clock.nowUs()));
  }

  /** What the venue lists takes the place of what was configured, here and in the core. */
  #list(listed: Instrument): void {
    const isLeaving = this.#options.leaving.has(listed.id);
    const instrument: Instrument = isLeaving ? { ...listed, status: "closed" } : listed;
    const at = this.#instruments.findIndex(({ id }) => id === instrument.id);
    if (JSON.stringify(this.#instruments[at]) === JSON.stringify(instrument)) return;
    this.#instruments[at] = instrument;
    const { id, venue } = instrument;
    const said = {
      eventType: "InstrumentListed",
      payload: instrument,
      venue,
      instrument: id,
    } as const;
    this.#offer(controlDraft(said, this.#options.clock.nowUs()));
  }

  #invalidateBooks(reason: string): void {
    this.#hasBooks = false;
    for (const instrument of this.#instruments) {
      this.#inlets?.market.insert(marketDraft(instrument, this.#options.clock.nowUs(), {
        eventType: "BookInvalidated",
        payload: { reason: `the adapter stopped: ${reason}` },
      }));
    }
  }

  #offer(draft: Draft): void {
    if (this.#inlets !== undefined) this.#inlets.reports.insert(draft);
    else if (!this.#queues.reports.offer(draft)) {
      this.#options.ports.timers.after(1000, () => this.#offer(draft));
    }
  }
}

function sumOf(before: MarketCounts, now: MarketCounts): MarketCounts {
  return { merged: before.merged + now.merged, dropped: before.dropped + now.dropped };
}
