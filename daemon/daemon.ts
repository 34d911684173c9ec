/**
 * The daemon, put together. No trading logic and no waiting: stages in order, each a part of its own.
 *
 * Start:
 * 1. take the state directory's lock
 * 2. recover: check the journal, restore the checkpoint, replay the rest, compare every effect
 * 3. open the journal where it ended
 * 4. join ingress, sequencer, machines, journal and wire in the loop
 * 5. say `Started` and what the configuration declares, and wait until that is durable
 * 6. listen, then start the journal's Worker, feeds, venues, follower and index
 *
 * Stop: refuse intents, wait until what was taken is durable, take leave of the sessions, stop
 * feeds and venues, close the journal. The lock is freed by the end of the process: a Worker whose
 * disk hangs may write until then, however it was ended.
 *
 * Everything arrives through `Ports`, so the same function runs in production and in simulation.
 * @module
 */
import { Sequencer } from "../core/mod.ts";
import type { ControlPayloads, Event } from "../core/event.ts";
import type { VenueId } from "../core/numbers.ts";
import type { Timeline } from "../core/timeline.ts";
import { controlDraft } from "../edge/control_draft.ts";
import { CLOCK_DIFFERENCE_MAX_US, EngineClock } from "../edge/engine_clock.ts";
import { EXIT, type ExitCode } from "../edge/exit_codes.ts";
import type { HotLoopObserver } from "../edge/hot_loop_observer.ts";
import { Ingress, type IngressQueue } from "../edge/ingress.ts";
import { Intervals } from "../edge/intervals.ts";
import { Journal, type JournalFault, type JournalOptions } from "../edge/journal/journal.ts";
import { lockState } from "../edge/journal/lock.ts";
import { Loop, ROUND_EVENTS_MAX } from "../edge/loop.ts";
import type { Health } from "../edge/metrics/metrics_server.ts";
import { PoisonNotes } from "../edge/poison.ts";
import { type Cancel, DiskError } from "../edge/ports.ts";
import { QueueWatch } from "../edge/queue_watch.ts";
import type { Supervision } from "../edge/supervision.ts";
import { SafeMode } from "../edge/safe_mode.ts";
import type { Shadows } from "../edge/shadows.ts";
import type { VenueSide } from "../edge/venue_side.ts";
import { tokenPath, type WireServer, writeReport } from "../wire/mod.ts";
import { DaemonMetrics } from "./metrics.ts";
import type { Daemon, DaemonJournal, DaemonOptions, End, Reread } from "./options.ts";
import {
  createServer,
  createShadows,
  createSignals,
  createSupervision,
  identityOf,
} from "./parts.ts";
import { Reloader } from "./reloader.ts";
import { declareStart, openControl } from "./start.ts";
import { type Recovered, recoverTimeline } from "./recovery.ts";
import { VERSION } from "../version.ts";

/**
 * Asking to stop again sooner than this is the same wish: a terminal sends Ctrl-C to all that runs in it,
 * and a task runner passes its own on.
 */
const STOP_AGAIN_US = 1_000_000;
/** How often the clock is disciplined and the queues are looked at. */
const HOUSEKEEPING_US = 1_000_000;

const UNWRITTEN = "The journal cannot be written; what has no report may have been taken: " +
  "send it again under the same intent_id";
/**
 * What sessions are told when the journal fails, and how the daemon ends then: a start reads it all
 * and tells what is so for good from what has passed.
 */
const FAULTS = {
  write: { words: UNWRITTEN, code: EXIT.journalWriteFailed },
  worker: { words: UNWRITTEN, code: EXIT.internal },
  read: {
    words: "The journal cannot be read; what was taken is in it",
    code: EXIT.journalWriteFailed,
  },
  altered: {
    words: "The journal is not as it was written; nothing is told of it",
    code: EXIT.journalRefused,
  },
} as const satisfies Record<JournalFault, { readonly words: string; readonly code: ExitCode }>;

/** What the last words may take when the journal is gone: to sessions, and to venues outside. */
const LAST_WORDS_US = 100_000;
const LAST_CANCELS_US = 2_000_000;

/**
 * Starts a daemon.
 * @throws {StateLocked} If another process holds the state directory.
 * @throws {JournalRefused} If the journal cannot be trusted.
 * @throws {ClockRefused} If a loss is gone on from and the machine's clock is behind the journal.
 * @throws {DeclarationError} If the configuration contradicts the journal.
 * @throws {PoisonEvent} If an event of the journal breaks the program again.
 * @throws {TokenRefused} If the token cannot be trusted.
 * @throws {DiskError} If the state directory cannot be read or written.
 */
export function startDaemon(options: DaemonOptions): Daemon {
  const { ports, stateDirectory } = options;
  const lock = lockState(ports.disk, stateDirectory);
  try {
    const recovered = recoverTimeline(options);
    if (recovered.kind === "safeMode") {
      const { event, journalId } = recovered;
      return new SafeMode({ ...options, event, journalId });
    }
    return new RunningDaemon(options, recovered);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A daemon with everything in place. */
class RunningDaemon implements Daemon {
  readonly #options: DaemonOptions;
  readonly #journal: DaemonJournal;
  readonly #clock: EngineClock;
  readonly #control: IngressQueue;
  readonly #loop: Loop;
  readonly #intervals: Intervals;
  readonly #signals: HotLoopObserver;
  readonly #server: WireServer;
  readonly #venues: VenueSide;
  readonly #queues: QueueWatch;
  readonly #metrics: DaemonMetrics;
  readonly #reloader: Reloader;
  readonly #checkpoint: Recovered["checkpoint"];
  readonly #supervision: Supervision;
  #shadows: Shadows | undefined;
  #cancelHousekeeping: Cancel = () => {};
  #state: "running" | "stopping" | "ended" = "running";
  /** From when on asking again to stop ends it at once, microseconds of engine time. */
  #atOnceFromUs = Infinity;

  constructor(options: DaemonOptions, from: Recovered) {
    const { ports, configuration } = options;
    const { timeline, checkpoint } = from;
    const clock = new EngineClock(ports.clock, timeline.nowUs);
    const open = options.openJournal ?? ((of: JournalOptions) => new Journal(of));
    this.#options = options;
    this.#clock = clock;
    this.#checkpoint = checkpoint;
    const now = { nowUs: () => clock.nowUs(), digest: () => timeline.digest };
    this.#journal = open({ ...from.journal, ...now }, ports.timers);
    // Later: a reader may be in the middle of a session that the failure ends.
    this.#journal.onFailure((sentence, fault) =>
      ports.timers.soon(() => this.#journalFailed(sentence, fault))
    );

    const ingress = new Ingress(() => this.#loop.wake());
    this.#control = openControl(options, ingress, timeline.view);
    this.#reloader = new Reloader({
      configuration,
      view: timeline.view,
      log: ports.log,
      control: this.#control,
      nowUs: () => clock.nowUs(),
      whenTaken: (task) => this.#loop.whenTaken(this.#control, task),
    });
    this.#intervals = new Intervals(
      { timers: ports.timers, clock },
      (draft) => this.#loop.offerTimer(draft),
    );
    this.#queues = new QueueWatch(ingress, ports.log);
    this.#metrics = new DaemonMetrics(options, {
      view: timeline.view,
      clock,
      ingress,
      configDigest: () => this.#reloader.canonical.configDigest,
    });
    this.#signals = createSignals(configuration, timeline.view, ports.log);
    this.#server = createServer(options, {
      view: timeline.view,
      journal: this.#journal,
      clock,
      ingress,
      intervals: this.#intervals,
      signals: this.#signals,
      metrics: this.#metrics.registry,
      daemon: () => identityOf(this.#reloader.canonical),
    });
    this.#loop = this.#createLoop(timeline, ingress);
    const { view } = timeline;
    const venues = declareStart(options, {
      ...{ view, clock, ingress, journal: this.#journal, control: this.#control },
      canonical: this.#reloader.canonical,
      lostSinceUs: from.lostSinceUs,
    });
    this.#venues = venues;
    this.#metrics.watch({
      journal: this.#journal,
      signals: this.#signals,
      server: this.#server,
      venues,
    });
    this.#supervision = createSupervision(ports, {
      view,
      loop: this.#loop,
      journal: this.#journal,
    });
    this.#loop.whenTaken(this.#control, () => this.#start());
  }

  stop(reason: string): void {
    if (this.#clock.nowUs() >= this.#atOnceFromUs) {
      return this.#end({ code: EXIT.ok, sentence: "stopped at once" });
    }
    if (this.#state !== "running") return;
    this.#state = "stopping";
    this.#atOnceFromUs = this.#clock.nowUs() + STOP_AGAIN_US;
    this.#options.ports.log.write("info", "stopping", { reason });
    this.#reloader.close();
    this.#supervision.stopping(`stopping: ${reason}`);
    this.#offer({ eventType: "Stopping", payload: { reason } });
    this.#server.stop(() => this.#loop.whenTaken(this.#control, () => this.#leave(reason)));
  }

  reconcile(reason: string): void {
    const payload = { reason };
    for (const venue of this.#venues.outside) {
      this.#offer({ eventType: "ReconcileAsked", payload, venue });
    }
  }

  reload(reread: Reread): boolean {
    return this.#supervision.reload(() => this.#reloader.reload(reread));
  }

  /** Stage 6: everything declared is durable. */
  #start(): void {
    if (this.#state !== "running") return; // asked to stop before it could be reached
    const { ports, configuration, stateDirectory, onListening } = this.#options;
    const bound = this.#listen();
    if (bound === undefined) return;
    const { port, metricsPort } = bound;
    this.#reloader.open(this.#options);
    ports.log.write("info", "listening", { host: configuration.wire.host, port });
    onListening({
      event: "listening",
      port,
      state_dir: stateDirectory,
      token_file: tokenPath(stateDirectory),
      mode: configuration.mode,
      ...(metricsPort === undefined ? {} : { metrics_port: metricsPort }),
    });
    this.#supervision.ready();
    this.#keepHouse();
    this.#startWorkers();
  }

  /** Once it listens: each Worker takes its time to come up, and no client waits for that. */
  #startWorkers(): void {
    if (this.#journal instanceof Journal) this.#journal.handOver();
    this.#venues.start();
    if (this.#journal instanceof Journal) {
      this.#shadows = createShadows(this.#options, this.#journal, {
        checkpoint: this.#checkpoint,
        nowUs: () => this.#clock.nowUs(),
        onMismatch: (text: string): void => this.#mismatch(text),
      });
      this.#metrics.registry.add("process", this.#shadows);
    }
  }

  /** Returns the ports; undefined if an address cannot be had, which is the end. */
  #listen(): { readonly port: number; readonly metricsPort: number | undefined } | undefined {
    try {
      const metricsPort = this.#metrics.listen({
        health: () => this.#health(),
        whenDurable: (task) => this.#loop.whenDurable(task),
      });
      return { port: this.#server.listen().port, metricsPort };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const sentence = `${error.message}. Stop what listens there, or name another --port ` +
        "or metrics.port";
      this.#metrics.stop();
      this.#loop.stop();
      this.#venues.stop();
      this.#journal.stop(() => this.#end({ code: EXIT.unavailable, sentence }));
      return undefined;
    }
  }

  #health(): Health {
    const { mode } = this.#options.configuration;
    return { isServing: this.#state === "running", detail: { version: VERSION, mode } };
  }

  #createLoop(timeline: Timeline, ingress: Ingress): Loop {
    const { ports, configuration: { queues } } = this.#options;
    return new Loop({
      timeline,
      sequencer: new Sequencer({
        startAfter: timeline.seqId,
        lastIngest: timeline.nowUs,
        perProducerMax: ROUND_EVENTS_MAX,
        priorities: queues.priority,
      }),
      ingress,
      journal: this.#journal,
      clock: this.#clock,
      timers: ports.timers,
      writeReport,
      observers: [this.#signals, this.#server, this.#metrics.observer, {
        applied: () => {},
        released: () => this.#tellShadows(),
      }],
      announce: (command, commit) => this.#venues.announce(command, commit),
      alarm: ({ code, text }) => ports.log.write("alarm", "engine_alarm", { code, text }),
      onPoison: (event, cause) => this.#poisoned(event, cause),
    });
  }

  #tellShadows(): void {
    if (this.#journal instanceof Journal) this.#shadows?.durable(this.#journal.durableBatch);
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
    // They would replay it, and die of it or find that it goes well: neither says anything of them.
    this.#shadows?.stop();
    this.#loop.whenDurable(() => {
      const unnoted = this.#notePoison(event);
      this.#journal.stop(() => this.#end({ code: EXIT.internal, sentence: sentence + unnoted }));
    });
  }

  /**
   * Notes an event that is on the disk, so that the next start knows it for poison although it may
   * go well there. Returns what is to be said if it could not be noted.
   */
  #notePoison({ seqId }: Event): string {
    const { ports, stateDirectory } = this.#options;
    try {
      new PoisonNotes(ports.disk, stateDirectory).meet(seqId);
      return "";
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return `; it could not be noted: ${error.message}`;
    }
  }

  #journalFailed(sentence: string, fault: JournalFault): void {
    if (this.#state === "ended") return;
    this.#options.ports.log.write("alarm", "journal_failed", { sentence });
    this.#loop.stop();
    const { words, code } = FAULTS[fault];
    this.#server.fatal("JOURNAL_UNAVAILABLE", words);
    const { cancelAllOnFailure } = this.#options.configuration.journal;
    if (cancelAllOnFailure) this.#venues.cancelAll();
    // Until the words have reached the sockets, and the cancels their exchanges.
    const isCancelling = cancelAllOnFailure && this.#venues.outside.length > 0;
    const wordsUs = isCancelling ? LAST_CANCELS_US : LAST_WORDS_US;
    this.#options.ports.timers.after(wordsUs, () => this.#end({ code, sentence }));
  }

  #leave(reason: string): void {
    this.#loop.stop();
    this.#venues.stop();
    const end = (): void => this.#end({ code: EXIT.ok, sentence: `stopped: ${reason}` });
    this.#journal.stop(() => {
      if (this.#shadows !== undefined) return this.#shadows.finish(this.#journal.durableSeq, end);
      // Before it listens nobody lives who would take its last checkpoint.
      this.#options.ports.log.write("warning", "checkpoint_missed", {
        seq_id: this.#checkpoint.seq,
      });
      end();
    });
  }

  #end(end: End): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#reloader.close();
    this.#supervision.stopping(end.sentence);
    this.#cancelHousekeeping();
    this.#intervals.stop();
    this.#loop.stop();
    this.#venues.end();
    this.#shadows?.stop();
    this.#metrics.stop();
    if (this.#journal instanceof Journal) this.#journal.abandon(); // asked twice to stop, it still writes
    this.#options.onEnd(end);
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.stack ?? cause.message : String(cause);
}
