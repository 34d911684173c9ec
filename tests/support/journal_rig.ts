/**
 * A daemon's worth of journal on a memory disk: echo machine, journal, its Worker, one thread.
 * @module
 */
import { Effects } from "../../core/effects.ts";
import type { Draft, Event } from "../../core/event.ts";
import { createTimeline } from "../../core/mod.ts";
import { instrumentId, micros, px, qty, seqId, sessionId, venueId } from "../../core/numbers.ts";
import {
  Journal,
  JOURNAL_DEFAULTS,
  type JournalSettings,
  recover,
  type Recovery,
  replayInto,
  runJournalWorker,
} from "../../edge/journal/mod.ts";
import { NO_POISON } from "../../edge/poison.ts";
import type { Log } from "../../edge/ports.ts";
import { writeReport } from "../../wire/encode_report.ts";
import { EncodedReports } from "../../wire/encoded_report.ts";
import { EchoTimeline, writeEchoReport } from "./echo_timeline.ts";
import { MemoryDisk } from "./memory_disk.ts";
import { MemoryThreads } from "./memory_threads.ts";

export const STATE = "state";
export const ENGINE = "test-1";
export const SMALL: JournalSettings = {
  ...JOURNAL_DEFAULTS,
  segmentBytes: 16_384,
  fillBytes: 4096,
  ringBytes: 4096,
  batchBytes: 8192,
};
export const SILENT: Log = { write: () => {} };

/** Returns the n-th event of a mixed stream: intents, trades, books, timers. */
export function eventAt(n: number): Event {
  const base = { seqId: seqId(n), eventTime: micros(n), ingestTime: micros(1000 + n) };
  return { ...base, ...draftAt(n) } as Event;
}

function draftAt(n: number): Omit<Draft, "eventTime"> {
  const market = {
    source: "market_data",
    venue: venueId(0),
    instrument: instrumentId(0),
    idempotencyKey: null,
  } as const;
  switch (n % 4) {
    case 0:
      return {
        source: "intent",
        venue: null,
        instrument: null,
        eventType: "IntentReceived",
        payload: {
          session: sessionId(1 + n % 7),
          recvUs: micros(n),
          intent: {
            action: "NoOp",
            intentId: `i-${n}`,
            sentUs: micros(n),
            tag: n % 8 === 0 ? "é\u2028" : null,
          },
        },
        idempotencyKey: null,
      };
    case 1:
      return {
        ...market,
        eventType: "BookDelta",
        payload: { bids: [n, 1], asks: [], updateId: n },
      };
    case 2:
      return {
        ...market,
        eventType: "TradePrinted",
        payload: { price: px(n), qty: qty(n % 10), side: "Buy", tradeId: null },
      };
    default:
      return {
        source: "timer",
        venue: null,
        instrument: null,
        eventType: "DeadlineReached",
        payload: { dueUs: micros(n) },
        idempotencyKey: null,
      };
  }
}

/** What an event of the control source has beside its kind and payload, at seq `n`. */
export function controlHead(n: number): Omit<Event<"Stopping">, "eventType" | "payload"> {
  return {
    seqId: seqId(n),
    eventTime: micros(n),
    ingestTime: micros(1000 + n),
    source: "control",
    venue: null,
    instrument: null,
    idempotencyKey: null,
  };
}

/** A running journal. */
export class JournalRig {
  readonly disk: MemoryDisk;
  readonly threads = new MemoryThreads();
  readonly timeline: EchoTimeline;
  readonly recovery: Recovery;
  readonly journal: Journal;
  /** Sequence numbers said to be durable, in order. */
  readonly durable: number[] = [];
  readonly failures: string[] = [];
  readonly #effects = new Effects();
  readonly #encoded = new EncodedReports(writeEchoReport);
  #bytes = 0;

  /** `writing`: `here` until the test hands over, as at a start. */
  constructor(
    disk: MemoryDisk = new MemoryDisk(),
    settings: JournalSettings = SMALL,
    writing: "here" | "worker" = "worker",
  ) {
    this.disk = disk;
    this.recovery = openJournal(disk);
    this.timeline = new EchoTimeline(this.recovery.checkpoint);
    replayInto(
      this.recovery,
      { timeline: this.timeline, writeReport: writeEchoReport },
      NO_POISON,
    );
    const clock = { wallUs: () => 0, monotonicUs: () => (this.#bytes += 1000) };
    const memory = { collect: () => {} };
    const ports = { disk, signals: this.threads.signals, clock, memory };
    this.journal = new Journal({
      ports: {
        ...ports,
        workers: this.threads.workers({
          journal: (scope, init) => runJournalWorker(scope, ports, init),
        }),
      },
      stateDirectory: STATE,
      engineVersion: ENGINE,
      tail: this.recovery.tail,
      reports: this.recovery.reports,
      settings,
      nowUs: () => this.timeline.nowUs,
      digest: () => this.timeline.digest,
    });
    this.journal.onDurable((seq) => this.durable.push(seq));
    this.journal.onFailure((sentence) => this.failures.push(sentence));
    if (writing === "worker") this.journal.handOver();
  }

  /** Applies and records the next event. */
  record(event: Event = eventAt(this.timeline.seqId + 1)): void {
    this.timeline.apply(event, this.#effects);
    const reports = this.#encoded.encode(this.#effects.reports, []);
    this.journal.record({ event, effects: this.#effects }, reports);
  }

  /** Records what the engine makes of events, from an empty state, as one batch. */
  recordWorld(events: readonly Event[]): void {
    const timeline = createTimeline();
    const encoded = new EncodedReports(writeReport);
    for (const event of events) {
      timeline.apply(event, this.#effects);
      const reports = encoded.encode(this.#effects.reports, timeline.view.instruments);
      this.journal.record({ event, effects: this.#effects }, reports);
    }
    this.journal.flush();
    this.threads.run();
  }

  /** Records `count` events, `batch` of them at a time, each batch made durable. */
  fill(count: number, batch = 3): void {
    for (let left = count; left > 0; left -= batch) {
      for (let index = 0; index < Math.min(batch, left); index++) this.record();
      this.journal.flush();
      this.threads.run();
    }
  }

  /** Stops in order. */
  stop(): void {
    this.journal.stop(() => {});
    this.threads.run();
  }
}

/** Opens the journal of a disk for reading back. */
export function openJournal(disk: MemoryDisk, engineVersion = ENGINE): Recovery {
  let seed = 7;
  return recover({
    disk,
    randomness: { bytes: (length) => new Uint8Array(length).map(() => seed++ % 256) },
    log: SILENT,
    stateDirectory: STATE,
    engineVersion,
  });
}

/** Replays a disk's journal into a new machine and returns it. */
export function replayDisk(disk: MemoryDisk): EchoTimeline {
  const recovery = openJournal(disk);
  const timeline = new EchoTimeline(recovery.checkpoint);
  replayInto(recovery, { timeline, writeReport: writeEchoReport }, NO_POISON);
  return timeline;
}
