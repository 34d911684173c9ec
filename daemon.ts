/**
 * The daemon, put together. No trading logic and no waiting: stages in order, each a part of its own.
 *
 * Start:
 * 1. take the state directory's lock
 * 2. recover: check the journal, restore the checkpoint, replay the rest, compare every effect
 * 3. open the journal where it ended
 * 4. join ingress, sequencer, machines, journal and wire in the loop
 * 5. say `Started` and what the configuration declares, and wait until that is durable
 * 6. start feeds, venues, follower and index, and listen
 *
 * Stop: refuse intents, wait until what was taken is durable, take leave of the sessions, stop
 * feeds and venues, close the journal, free the lock.
 *
 * Everything arrives through `Ports`, so the same function runs in production and in simulation.
 * @module
 */
import { createTimeline, Sequencer } from "./core/mod.ts";
import { HotLoop, type HotLoopSettings, parseHotLoopSettings } from "./core/hotloop/mod.ts";
import type { ControlPayloads, Event } from "./core/event.ts";
import { clOrdIdPrefix } from "./core/command.ts";
import type { VenueId } from "./core/numbers.ts";
import type { Timeline } from "./core/timeline.ts";
import {
  canonicalConfiguration,
  type Configuration,
  configurationDigest,
  declareClients,
  type DeclaredVenue,
} from "./config/mod.ts";
import { DaemonBackend, type ReportSource } from "./edge/daemon_backend.ts";
import {
  controlDraft,
  declarationDrafts,
  declarationsMax,
  heldBack,
  renumber,
} from "./edge/declarations.ts";
import { openFormat } from "./edge/feeds/capture_formats.ts";
import { RawFeed } from "./edge/feeds/raw_feed.ts";
import { EngineClock } from "./edge/engine_clock.ts";
import { EXIT, type ExitCode } from "./edge/exit_codes.ts";
import { HotLoopObserver } from "./edge/hot_loop_observer.ts";
import { Ingress, type IngressQueue } from "./edge/ingress.ts";
import { Intervals } from "./edge/intervals.ts";
import {
  Journal,
  JOURNAL_DEFAULTS,
  type JournalFault,
  type JournalOptions,
  lockState,
  PoisonEvent,
  recover,
  replayInto,
  type StateLock,
} from "./edge/journal/mod.ts";
import { type CommitLog, Loop, ROUND_EVENTS_MAX } from "./edge/loop.ts";
import { PoisonNotes } from "./edge/poison.ts";
import type { Cancel, Ports, Timers } from "./edge/ports.ts";
import { QueueWatch } from "./edge/queue_watch.ts";
import { SafeMode } from "./edge/safe_mode.ts";
import { Shadows } from "./edge/shadows.ts";
import { VenueSide } from "./edge/venue_side.ts";
import { writeReport } from "./wire/encode_report.ts";
import { WireServer } from "./wire/server.ts";
import { readOrCreateToken, tokenPath } from "./wire/token.ts";
import { VERSION } from "./version.ts";

/** How often the clock is disciplined and the queues are looked at. */
const HOUSEKEEPING_US = 1_000_000;
/** A larger difference between wall and engine clock is an alarm. */
const CLOCK_DIFFERENCE_MAX_US = 1_000_000;

/** What the last words may take when the journal is gone: to sessions, and to venues outside. */
const LAST_WORDS_US = 100_000;
const LAST_CANCELS_US = 2_000_000;

/** Where the daemon can be reached; its first line on stdout. */
export type Listening = {
  readonly event: "listening";
  readonly port: number;
  readonly state_dir: string;
  readonly token_file: string;
  readonly mode: string;
};

/** How the daemon ended. */
export type End = { readonly code: ExitCode; readonly sentence: string };

/** The journal as the daemon uses it; the benchmark puts a void one in its place. */
export interface DaemonJournal extends CommitLog, ReportSource {
  onFailure(handler: (sentence: string, fault: JournalFault) => void): void;
  stop(done: () => void): void;
}

export type DaemonOptions = {
  readonly ports: Ports;
  readonly configuration: Configuration;
  readonly stateDirectory: string;
  readonly venues: readonly DeclaredVenue[];
  /** The operator allows this start to loosen the trading state and the kill switch. */
  readonly resumeTrading: boolean;
  /** Venues, by name, whose own view of the account becomes the ledger's. */
  readonly adoptAccounts: readonly string[];
  readonly onListening: (listening: Listening) => void;
  /** Called once; nothing of the daemon runs after it. */
  readonly onEnd: (end: End) => void;
  /** Default: the journal on disk. */
  readonly openJournal?: (options: JournalOptions, timers: Timers) => DaemonJournal;
};

/** A daemon that was asked to run. */
export interface Daemon {
  /** Ends in order; asked a second time, at once. */
  stop(reason: string): void;
  /** Asks every venue outside for its view of the account; one that is down is asked when it is back. */
  reconcile(reason: string): void;
}

/**
 * Starts a daemon.
 * @throws {StateLocked} If another process holds the state directory.
 * @throws {JournalRefused} If the journal cannot be trusted.
 * @throws {DeclarationError} If the configuration contradicts the journal.
 */
export function startDaemon(options: DaemonOptions): Daemon {
  const { ports, stateDirectory } = options;
  const lock = lockState(ports.disk, stateDirectory);
  try {
    const recovered = recoverTimeline(options);
    if (recovered.kind === "safeMode") {
      const { seq, journalId } = recovered;
      return new SafeMode({ ...options, lock, seq, journalId });
    }
    return new RunningDaemon(options, { ...recovered, lock });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Options of the journal, all but what the running daemon adds. */
type RecoveredJournal = Omit<JournalOptions, "nowUs" | "digest">;
type Recovered = { readonly timeline: Timeline; readonly journal: RecoveredJournal };
type Stuck = { readonly kind: "safeMode"; readonly seq: number; readonly journalId: string };

/** @throws {PoisonEvent} The first time an event makes the machines throw. */
function recoverTimeline(
  { ports, stateDirectory, configuration }: DaemonOptions,
): ({ readonly kind: "ready" } & Recovered) | Stuck {
  const { disk, randomness, log } = ports;
  const notes = new PoisonNotes(disk, stateDirectory);
  const startUs = ports.clock.monotonicUs();
  const recovery = recover({ disk, randomness, log, stateDirectory, engineVersion: VERSION });
  const timeline = createTimeline(recovery.checkpoint);
  try {
    replayInto(recovery, { timeline, writeReport }, notes.quarantined());
  } catch (error) {
    if (!(error instanceof PoisonEvent) || !notes.meet(error.seqId)) throw error;
    return { kind: "safeMode", seq: error.seqId, journalId: recovery.journalId };
  }
  log.write("info", "recovered", {
    journal_id: recovery.journalId,
    seq_id: timeline.seqId,
    digest: timeline.digest,
    took_ms: Math.round((ports.clock.monotonicUs() - startUs) / 1000),
  });
  const { segmentBytes, ringBytes } = configuration.journal;
  const journal = {
    ports,
    stateDirectory,
    engineVersion: VERSION,
    tail: recovery.tail,
    reports: recovery.reports,
    settings: { ...JOURNAL_DEFAULTS, segmentBytes, ringBytes },
  };
  return { kind: "ready", timeline, journal };
}

/** A daemon with everything in place. */
class RunningDaemon implements Daemon {
  readonly #options: DaemonOptions;
  readonly #lock: StateLock;
  readonly #journal: DaemonJournal;
  readonly #clock: EngineClock;
  readonly #control: IngressQueue;
  readonly #loop: Loop;
  readonly #intervals: Intervals;
  readonly #signals: HotLoopObserver;
  readonly #server: WireServer;
  readonly #venues: VenueSide;
  readonly #queues: QueueWatch;
  #shadows: Shadows | undefined;
  #cancelHousekeeping: Cancel = () => {};
  #state: "running" | "stopping" | "ended" = "running";

  constructor(options: DaemonOptions, from: Recovered & { readonly lock: StateLock }) {
    const { ports, configuration } = options;
    const { timeline, lock } = from;
    const clock = new EngineClock(ports.clock, timeline.nowUs);
    const open = options.openJournal ?? ((of: JournalOptions) => new Journal(of));
    this.#options = options;
    this.#lock = lock;
    this.#clock = clock;
    const now = { nowUs: () => clock.nowUs(), digest: () => timeline.digest };
    this.#journal = open({ ...from.journal, ...now }, ports.timers);
    // Later: a reader may be in the middle of a session that the failure ends.
    this.#journal.onFailure((sentence, fault) =>
      ports.timers.soon(() => this.#journalFailed(sentence, fault))
    );

    const ingress = new Ingress(() => this.#loop.wake());
    // The configured bound is for what comes later: however much a start declares must fit.
    const { max, policy } = configuration.queues.control;
    const clients = declareClients(configuration);
    const atStart = declarationsMax(options.venues, { clients, view: timeline.view });
    const adopted = options.adoptAccounts.length;
    this.#control = ingress.open({ name: "control", max: max + atStart + adopted, policy });
    this.#intervals = new Intervals(
      { timers: ports.timers, clock },
      (draft) => this.#loop.offerTimer(draft),
    );
    this.#queues = new QueueWatch(ingress, ports.log);
    this.#signals = new HotLoopObserver({
      create: (emit) => new HotLoop({ settings: hotLoopSettings(configuration), emit }),
      listed: () => timeline.view.instruments,
      log: ports.log,
    });
    this.#server = this.#createServer(timeline, ingress);
    this.#loop = this.#createLoop(timeline, ingress);
    this.#offer({ eventType: "Started", payload: this.#started() });
    this.#venues = this.#createVenues(timeline, ingress);
    this.#loop.whenTaken(this.#control, () => this.#start());
  }

  stop(reason: string): void {
    if (this.#state === "stopping") {
      return this.#end({ code: EXIT.ok, sentence: "stopped at once" });
    }
    if (this.#state === "ended") return;
    this.#state = "stopping";
    this.#options.ports.log.write("info", "stopping", { reason });
    this.#offer({ eventType: "Stopping", payload: { reason } });
    this.#server.stop(() => this.#loop.whenTaken(this.#control, () => this.#leave(reason)));
  }

  reconcile(reason: string): void {
    if (this.#state !== "running") return;
    const payload = { reason };
    for (const venue of this.#venues.outside) {
      this.#offer({ eventType: "ReconcileAsked", payload, venue });
    }
  }

  /** Stage 6: everything declared is durable. */
  #start(): void {
    if (this.#state !== "running") return; // asked to stop before it could be reached
    const { ports, configuration, stateDirectory, onListening } = this.#options;
    if (this.#journal instanceof Journal) this.#shadows = this.#createShadows(this.#journal);
    this.#venues.start();
    const port = this.#listen();
    if (port === undefined) return;
    this.#keepHouse();
    ports.log.write("info", "listening", { host: configuration.wire.host, port });
    onListening({
      event: "listening",
      port,
      state_dir: stateDirectory,
      token_file: tokenPath(stateDirectory),
      mode: configuration.mode,
    });
  }

  /** Returns the port; undefined if the address cannot be had, which is the end. */
  #listen(): number | undefined {
    try {
      return this.#server.listen().port;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const sentence = `${error.message}. Stop what listens there, or name another --port`;
      this.#loop.stop();
      this.#venues.stop();
      this.#journal.stop(() => this.#end({ code: EXIT.unavailable, sentence }));
      return undefined;
    }
  }

  #createServer(timeline: Timeline, ingress: Ingress): WireServer {
    const { ports, configuration, stateDirectory, venues } = this.#options;
    const published = renumber(venues, timeline.view).filter(({ feed }) => feed.kind === "client");
    const backend = new DaemonBackend({
      view: timeline.view,
      journal: this.#journal,
      clock: this.#clock,
      ingress,
      intervals: this.#intervals,
      log: ports.log,
      daemon: {
        name: "tapeline",
        version: VERSION,
        configDigest: configurationDigest(configuration),
      },
      mode: configuration.mode,
      signals: this.#signals,
      rawFeeds: rawFeedsOf(published),
      intents: configuration.queues.intents,
    });
    const clientFeeds = published.map(({ declaration }) => declaration.name);
    const { intentHorizonMs } = configuration.engine;
    return new WireServer({
      backend,
      ports,
      settings: { ...configuration.wire, intentHorizonMs, clientFeeds },
      token: readOrCreateToken(ports, stateDirectory),
    });
  }

  #createLoop(timeline: Timeline, ingress: Ingress): Loop {
    const { ports } = this.#options;
    return new Loop({
      timeline,
      sequencer: new Sequencer({
        startAfter: timeline.seqId,
        lastIngest: timeline.nowUs,
        perProducerMax: ROUND_EVENTS_MAX,
      }),
      ingress,
      journal: this.#journal,
      clock: this.#clock,
      timers: ports.timers,
      writeReport,
      observers: [this.#signals, this.#server, {
        applied: () => {},
        released: () => this.#tellShadows(),
      }],
      prepare: (command) => this.#venues.prepare(command),
      send: (released) => this.#venues.send(released),
      alarm: ({ code, text }) => ports.log.write("alarm", code, { text }),
      onPoison: (event, cause) => this.#poisoned(event, cause),
    });
  }

  /** Says what the configuration declares, and prepares its venues. */
  #createVenues(timeline: Timeline, ingress: Ingress): VenueSide {
    const { ports, configuration } = this.#options;
    const venues = renumber(this.#options.venues, timeline.view);
    const { view } = timeline;
    const operator = { ...configuration.operator, resume: this.#options.resumeTrading };
    const held = heldBack(view, operator);
    if (held !== undefined) ports.log.write("alarm", "trading_held_back", { text: held });
    const clients = declareClients(configuration);
    const nowUs = this.#clock.nowUs();
    const drafts = declarationDrafts(venues, { view, clients, operator, nowUs });
    for (const draft of drafts) this.#control.offer(draft);
    const reason = "--adopt-account";
    for (const { declaration: { id, name } } of venues) {
      if (!this.#options.adoptAccounts.includes(name)) continue;
      this.#offer({ eventType: "AccountAdopted", payload: { reason }, venue: id });
    }
    return new VenueSide({
      venues,
      known: view.instruments,
      ports,
      ingress,
      clock: this.#clock,
      clOrdIdPrefix: clOrdIdPrefix(this.#journal.journalId),
      queues: configuration.queues,
      offer: (draft) => this.#control.offer(draft),
    });
  }

  #createShadows(journal: Journal): Shadows {
    const { ports, configuration, stateDirectory } = this.#options;
    const { checkpointEvents, index, ...rest } = configuration.journal;
    const { journalId, durableBatch, cells } = journal;
    return new Shadows({
      ports,
      follower: {
        stateDirectory,
        journalId,
        cells,
        checkpointEvents,
        passedOver: [...new PoisonNotes(ports.disk, stateDirectory).quarantined()],
        retention: {
          marketHours: rest.marketRetentionHours,
          truthDays: rest.truthRetentionDays,
        },
      },
      index: index ? { stateDirectory, journalId, cells } : null,
      durableBatch,
      onMismatch: (text: string) => this.#mismatch(text),
      onDropped: (segment: number) => journal.segmentsDropped(segment),
    });
  }

  #tellShadows(): void {
    if (this.#journal instanceof Journal) this.#shadows?.durable(this.#journal.durableBatch);
  }

  #started(): ControlPayloads["Started"] {
    const { configuration } = this.#options;
    const { invariants, intentHorizonMs, lookupRetryMs, seed } = configuration.engine;
    const { intentsPerSecond, burst } = configuration.wire;
    return {
      engineVersion: VERSION,
      journalId: this.#journal.journalId,
      mode: configuration.mode,
      configuration: canonicalConfiguration(configuration),
      configDigest: configurationDigest(configuration),
      settings: { invariants, intentHorizonMs, intentsPerSecond, burst, lookupRetryMs },
      seed,
    };
  }

  #offer<Type extends keyof ControlPayloads>(
    of: {
      readonly eventType: Type;
      readonly payload: ControlPayloads[Type];
      readonly venue?: VenueId;
    },
  ): void {
    this.#control.offer(controlDraft(of, this.#clock.nowUs()));
  }

  /** Once a second: the clock follows the wall, slowly; a large difference is said; queues too. */
  #keepHouse(): void {
    const { timers, log } = this.#options.ports;
    this.#cancelHousekeeping = timers.after(HOUSEKEEPING_US, () => {
      const differenceUs = this.#clock.discipline();
      if (Math.abs(differenceUs) > CLOCK_DIFFERENCE_MAX_US) {
        log.write("alarm", "clock_jumped", { wall_minus_engine_us: differenceUs });
      }
      this.#queues.look();
      this.#keepHouse();
    });
  }

  /** Two machines disagree about the same events: nobody may add to what is in doubt. */
  #mismatch(text: string): void {
    this.#options.ports.log.write("alarm", "digest_mismatch", { text });
    const payload = { state: "Halted", reason: `the follower disagrees: ${text}` } as const;
    this.#offer({ eventType: "TradingStateSet", payload });
  }

  #poisoned(event: Event, cause: unknown): void {
    const sentence = `Cannot apply event ${event.seqId} (${event.eventType}): ${describe(cause)}`;
    this.#options.ports.log.write("alarm", "poison_event", { seq_id: event.seqId, sentence });
    this.#server.fatal("JOURNAL_UNAVAILABLE", "The daemon met a fault of its own and must restart");
    this.#journal.stop(() => this.#end({ code: EXIT.internal, sentence }));
  }

  #journalFailed(sentence: string, fault: JournalFault): void {
    if (this.#state === "ended") return;
    this.#options.ports.log.write("alarm", "journal_failed", { sentence });
    this.#loop.stop();
    const lastWords = fault === "write"
      ? "The journal cannot be written; nothing was taken"
      : "The journal is not as it was written; nothing is told of it";
    this.#server.fatal("JOURNAL_UNAVAILABLE", lastWords);
    const { cancelAllOnFailure } = this.#options.configuration.journal;
    if (cancelAllOnFailure) this.#venues.cancelAll();
    // Until the words have reached the sockets, and the cancels their exchanges.
    const isCancelling = cancelAllOnFailure && this.#venues.outside.length > 0;
    const code = fault === "write" ? EXIT.journalWriteFailed : EXIT.journalRefused;
    const wordsUs = isCancelling ? LAST_CANCELS_US : LAST_WORDS_US;
    this.#options.ports.timers.after(wordsUs, () => this.#end({ code, sentence }));
  }

  #leave(reason: string): void {
    this.#loop.stop();
    this.#venues.stop();
    const end = (): void => this.#end({ code: EXIT.ok, sentence: `stopped: ${reason}` });
    this.#journal.stop(() => {
      if (this.#shadows === undefined) end();
      else this.#shadows.finish(this.#journal.durableSeq, end);
    });
  }

  #end(end: End): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#cancelHousekeeping();
    this.#intervals.stop();
    this.#loop.stop();
    this.#venues.stop();
    this.#shadows?.stop();
    this.#lock.release();
    this.#options.onEnd(end);
  }
}

/** Readers of the raw lines of clients, by venue; the venues have their numbers. */
function rawFeedsOf(venues: readonly DeclaredVenue[]): ReadonlyMap<string, RawFeed> {
  return new Map(venues.flatMap(({ declaration, feed, instruments: listed }) => {
    if (feed.kind !== "client" || feed.rawFormat === null) return [];
    const instruments = listed.map(({ instrument }) => instrument);
    const raw = new RawFeed({ format: feed.rawFormat, instruments, open: openFormat });
    return [[declaration.name, raw] as const];
  }));
}

/** @throws {RangeError} If the configuration was not checked. */
function hotLoopSettings({ hotloop }: Configuration): HotLoopSettings {
  const parsed = parseHotLoopSettings(hotloop);
  if (parsed.ok) return parsed.settings;
  throw new RangeError(`Cannot read the configuration: ${parsed.problems.join("; ")}`);
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.stack ?? cause.message : String(cause);
}
