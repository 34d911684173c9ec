/**
 * The daemon as the wire server sees it.
 * @module
 */
import type { Mode } from "../core/event.ts";
import type { ClientIndex, InstrumentId, Micros, SeqId } from "../core/numbers.ts";
import type { View } from "../core/view.ts";
import type {
  Backend,
  Producer,
  RawLine,
  RawOutcome,
  ReadReports,
  ReportPage,
  SignalSource,
} from "../wire/backend.ts";
import type { LoggedAlarm } from "./alarms.ts";
import type { EngineClock } from "./engine_clock.ts";
import type { RawFeed } from "./feeds/raw_feed.ts";
import type { HotLoopObserver } from "./hot_loop_observer.ts";
import type { Ingress, QueuePolicy } from "./ingress.ts";
import type { Intervals } from "./intervals.ts";
import type { MetricRegistry, MetricSource } from "./metrics/registry.ts";
import type { Log } from "./ports.ts";

/** What the backend needs of the journal. */
export interface ReportSource extends MetricSource {
  readonly journalId: string;
  readonly durableSeq: SeqId;
  reportFirstSeq(client: ClientIndex): number;
  readReports(client: ClientIndex, from: ReadReports & { reportSeq: number }): ReportPage;
}

export type DaemonBackendOptions = {
  readonly view: View;
  readonly journal: ReportSource;
  readonly clock: EngineClock;
  readonly ingress: Ingress;
  readonly intervals: Intervals;
  readonly log: Log;
  /** Its configuration, and so its digest, may change. */
  readonly daemon: () => Backend["daemon"];
  readonly mode: Mode;
  readonly signals: HotLoopObserver;
  /** What every part of the daemon counts. */
  readonly metrics: MetricRegistry;
  /** Of venues whose clients publish raw lines, by name. */
  readonly rawFeeds: ReadonlyMap<string, RawFeed>;
  /** Of each session's queue. */
  readonly intents: { readonly max: number; readonly policy: QueuePolicy };
};

/** Binds the wire's needs to the parts that meet them. */
export class DaemonBackend implements Backend {
  readonly #options: DaemonBackendOptions;

  constructor(options: DaemonBackendOptions) {
    this.#options = options;
  }

  get view(): View {
    return this.#options.view;
  }

  get journalId(): string {
    return this.#options.journal.journalId;
  }

  get daemon(): Backend["daemon"] {
    return this.#options.daemon();
  }

  get mode(): Mode {
    return this.#options.mode;
  }

  get durableSeq(): SeqId {
    return this.#options.journal.durableSeq;
  }

  get signals(): SignalSource {
    return this.#options.signals;
  }

  nowUs(): Micros {
    return this.#options.clock.nowUs();
  }

  openProducer(name: string): Producer {
    return this.#options.ingress.open({ name, ...this.#options.intents });
  }

  queueDepth(): number {
    return this.#options.ingress.depth;
  }

  reportFirstSeq(client: ClientIndex): number {
    return this.#options.journal.reportFirstSeq(client);
  }

  readReports(client: ClientIndex, fromSeq: number, of: ReadReports): ReportPage {
    return this.#options.journal.readReports(client, { reportSeq: fromSeq, ...of });
  }

  watchInterval(intervalMs: number): () => void {
    return this.#options.intervals.watch(intervalMs);
  }

  counters(): Readonly<Record<string, number | string>> {
    return this.#options.metrics.flat();
  }

  readRaw({ venue, line, tsUs }: RawLine): RawOutcome | undefined {
    return this.#options.rawFeeds.get(venue)?.read(line, tsUs);
  }

  forgetRaw(instruments: ReadonlySet<InstrumentId>): void {
    for (const feed of this.#options.rawFeeds.values()) feed.forget(instruments);
  }

  alarm(code: LoggedAlarm, text: string): void {
    this.#options.log.write("alarm", "engine_alarm", { code, text });
  }
}
