/**
 * The live loop: takes what waits at the ingress, sequences it, applies it, has it written, and
 * releases its effects when the journal holds it.
 *
 * 1. `wake` asks for a turn; a turn runs rounds until nothing waits, the journal is full, or its
 *    bound is reached (then other I/O goes first).
 * 2. A round: due deadlines and simulator outputs become events, the sequencer merges the queues.
 * 3. Each event is applied to the machines; event and effects go into the journal's open batch;
 *    observers look at the new state but show nothing.
 * 4. With the last event of a round the batch is handed over unless one is being written (group
 *    commit), and venues are told of their commands and of the commit that each is part of: the disk
 *    and the venues' Workers are at work while observers look.
 * 5. When the journal says "durable up to N", observers up to N are released. Commands are let go by
 *    their venues' Workers, which see the same commit.
 *
 * Invariant: nothing that follows from event N leaves before N is durable, since the only ways out
 * are `Observer.released`, the outbox of tasks, and a venue's Worker that has seen the commit in the
 * journal's own counter. The machines run ahead in memory only.
 * @module
 */
import { Effects } from "../core/effects.ts";
import type { VenueCommand } from "../core/command.ts";
import type { Draft, Event } from "../core/event.ts";
import type { Micros, SeqId } from "../core/numbers.ts";
import type { Alarm } from "../core/report.ts";
import type { Timeline } from "../core/timeline.ts";
import type { Observer } from "../wire/backend.ts";
import type { ReportWriter } from "../wire/encode_report.ts";
import { type EncodedReport, EncodedReports } from "../wire/encoded_report.ts";
import { Breath } from "./breath.ts";
import type { EngineClock } from "./engine_clock.ts";
import type { Ingress, IngressQueue } from "./ingress.ts";
import { Outbox } from "./outbox.ts";
import type { Cancel, Timers } from "./ports.ts";

/** Most events applied before other I/O has its turn. */
const EVENTS_PER_TURN_MAX = 4096;
/**
 * A turn begins no round after this long: what has become durable meanwhile leaves only between
 * turns, and a window of a client's intents that is applied in one go lets the disk stand idle.
 */
const TURN_US_MAX = 1_000;
/** Most events of one producer in a round: after each the journal is given what it can take. */
export const ROUND_EVENTS_MAX = 64;
/**
 * While the machines are behind with what is due, one timer event for as many messages: one forgets
 * as many records, and a message leaves no more than one, so they never fall further behind.
 */
const MESSAGES_PER_DEADLINE = 32;
/** Most timer events that a round begins with. */
const DEADLINES_PER_ROUND_MAX = 128;
/** Timer events that wait, at most. */
const TIMERS_MAX = 4096;
/** Elapsed intervals among them, each of another length: deadlines always have room. */
const INTERVALS_WAITING_MAX = TIMERS_MAX - DEADLINES_PER_ROUND_MAX;
/** A rest: any timer will do. */
const REST_US = 1;

/** What the loop needs of the sequencer. */
export interface Sequencing {
  round(queues: readonly IngressQueue[], nowUs: Micros): readonly Event[];
}

/** What the loop needs of the journal. */
export interface CommitLog {
  /** False while too much waits to be written: sequencing pauses. */
  readonly canAccept: boolean;
  readonly durableSeq: SeqId;
  /** Number of the commit that what is recorded next belongs to. */
  readonly openCommit: number;
  record(
    entry: { readonly event: Event; readonly effects: Effects },
    reports: readonly EncodedReport[],
  ): void;
  /** Hands over the open batch unless one is in flight. */
  flush(): void;
  onDurable(handler: (upTo: SeqId, atUs: Micros) => void): void;
  /** Tells at once of what this thread has made durable; of a Worker's work it tells by and by. */
  settle(): void;
}

export type LoopOptions = {
  readonly timeline: Timeline;
  readonly sequencer: Sequencing;
  readonly ingress: Ingress;
  readonly journal: CommitLog;
  readonly clock: EngineClock;
  readonly timers: Timers;
  readonly writeReport: ReportWriter;
  readonly observers: readonly Observer[];
  /**
   * Announces a command of a venue outside the timeline, once: it is with the journal, and nothing
   * of it may leave before that commit.
   */
  readonly announce: (command: VenueCommand, commit: number) => void;
  readonly alarm: (alarm: Alarm) => void;
  /** The machines threw: the event is poison, the process must end once it is written. */
  readonly onPoison: (event: Event, cause: unknown) => void;
};

/** The one place where events meet the machines in a running daemon. */
export class Loop {
  readonly #options: LoopOptions;
  readonly #timerQueue: IngressQueue;
  readonly #outputQueue: IngressQueue;
  readonly #effects = new Effects();
  readonly #reports: EncodedReports;
  /** Of this round. */
  #announced: { readonly command: VenueCommand; readonly commit: number }[] = [];
  readonly #whenDurable = new Outbox<() => void>();
  #whenTaken: { readonly queue: IngressQueue; readonly task: () => void }[] = [];
  #outputsWaiting: Draft[] = [];
  /** Timer events that were offered and not yet applied. */
  #deadlinesWaiting = 0;
  /** Lengths of the elapsed intervals that were offered and not yet applied. */
  readonly #intervalsWaiting = new Set<number>();
  /** The last timer event left something due. */
  #isBehind = false;
  #lastRound = 0;
  readonly #breath = new Breath();
  #needsRest = false;
  #isTurnPending = false;
  /** The journal holds the loop back; the next release wakes it. */
  #isHeldBack = false;
  #isStopped = false;
  #turns = 0;
  #alarmClock: { readonly atUs: Micros; readonly cancel: Cancel } | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#reports = new EncodedReports(options.writeReport);
    this.#timerQueue = options.ingress.open({ name: "timers", max: TIMERS_MAX, policy: "fail" });
    this.#outputQueue = options.ingress.open({ name: "simulator", max: 65_536, policy: "block" });
    options.journal.onDurable((upTo, atUs) => this.#released(upTo, atUs));
  }

  /** Asks for a turn soon. Cheap; any number of calls make one turn. */
  wake(): void {
    if (this.#isTurnPending || this.#isStopped) return;
    this.#isTurnPending = true;
    const turn = (): void => this.#turn();
    if (this.#needsRest) this.#options.timers.after(REST_US, turn);
    else this.#options.timers.soon(turn);
  }

  /** Turns taken since the start: a sign of life. */
  get turns(): number {
    return this.#turns;
  }

  /**
   * Queues a subscriber's interval that has elapsed, unless one of its length still waits. Runtime
   * timers go on while the journal holds the loop back: what they say must not fill the queue.
   */
  offerTimer(draft: Draft<"IntervalElapsed">): void {
    const { intervalMs } = draft.payload;
    const waiting = this.#intervalsWaiting;
    if (waiting.has(intervalMs) || waiting.size >= INTERVALS_WAITING_MAX) return;
    waiting.add(intervalMs);
    this.#timerQueue.offer(draft);
  }

  /** Runs `task` once everything applied so far is durable. */
  whenDurable(task: () => void): void {
    const { timeline, journal } = this.#options;
    if (journal.durableSeq >= timeline.seqId) task();
    else this.#whenDurable.put(timeline.seqId, task);
  }

  /** Runs `task` once nothing waits in `queue` and everything taken from it is durable. */
  whenTaken(queue: IngressQueue, task: () => void): void {
    this.#whenTaken.push({ queue, task });
    this.wake();
  }

  /** No turn starts after this. */
  stop(): void {
    this.#isStopped = true;
    this.#alarmClock?.cancel();
  }

  #turn(): void {
    this.#isTurnPending = false;
    this.#turns += 1;
    const { clock, ingress, journal } = this.#options;
    const isSpent = this.#rounds(clock.nowUs() + TURN_US_MAX);
    journal.flush();
    journal.settle();
    if (this.#isStopped) return;
    this.#announceTaken();
    this.#needsRest = this.#breath.isDue({ nowUs: clock.nowUs(), hasMore: ingress.depth > 0 });
    if (isSpent) this.wake();
    this.#isHeldBack = !journal.canAccept;
    // A deadline that passes while the journal holds back would wake the loop again and again.
    if (!this.#isHeldBack) this.#setAlarmClock();
  }

  /** Runs rounds until nothing waits, or the journal is full; true if the turn's bound came first. */
  #rounds(endUs: number): boolean {
    const { clock, journal } = this.#options;
    let budget = EVENTS_PER_TURN_MAX;
    while (!this.#isStopped && journal.canAccept) {
      const applied = this.#round();
      if (applied === 0) return false;
      budget -= applied;
      if (budget <= 0 || clock.nowUs() >= endUs) return true;
    }
    return false;
  }

  #announceTaken(): void {
    const taken = this.#whenTaken.filter(({ queue }) => queue.length === 0);
    if (taken.length === 0) return;
    this.#whenTaken = this.#whenTaken.filter(({ queue }) => queue.length > 0);
    for (const { task } of taken) this.whenDurable(task);
  }

  #round(): number {
    const { sequencer, ingress, clock } = this.#options;
    const nowUs = clock.nowUs();
    this.#offerDue(nowUs);
    const events = sequencer.round(ingress.queues, nowUs);
    let left = events.length;
    for (const event of events) {
      const reports = this.#apply(event);
      left -= 1;
      if (reports === undefined || left === 0) this.#handOver();
      if (reports === undefined) break;
      this.#look(event, reports);
    }
    this.#lastRound = events.length;
    return events.length;
  }

  #offerDue(nowUs: Micros): void {
    const { timeline } = this.#options;
    const dueUs = timeline.nextDeadlineUs();
    // One that waits fires all that is due when it is taken; a round may take fewer than it offers.
    const isDue = dueUs !== undefined && dueUs <= nowUs;
    if (isDue && this.#deadlinesWaiting === 0) this.#offerDeadline(dueUs);
    for (const draft of timeline.takeOutputs(nowUs)) this.#outputsWaiting.push(draft);
    if (this.#outputsWaiting.length > 0) this.#offerOutputs();
  }

  #offerDeadline(dueUs: Micros): void {
    const wanted = this.#isBehind ? Math.ceil(this.#lastRound / MESSAGES_PER_DEADLINE) : 1;
    this.#deadlinesWaiting = Math.min(wanted, DEADLINES_PER_ROUND_MAX);
    for (let at = 0; at < this.#deadlinesWaiting; at += 1) {
      this.#timerQueue.offer({
        eventTime: dueUs,
        source: "timer",
        venue: null,
        instrument: null,
        eventType: "DeadlineReached",
        payload: { dueUs },
        idempotencyKey: null,
      });
    }
  }

  #offerOutputs(): void {
    let taken = 0;
    for (const draft of this.#outputsWaiting) {
      if (!this.#outputQueue.offer(draft)) break;
      taken++;
    }
    this.#outputsWaiting = this.#outputsWaiting.slice(taken);
  }

  /** Returns the event's reports; undefined if it was poison. */
  #apply(event: Event): readonly EncodedReport[] | undefined {
    const { timeline, journal } = this.#options;
    const effects = this.#effects;
    try {
      timeline.apply(event, effects);
    } catch (cause) {
      this.#poisoned(event, cause);
      return undefined;
    }
    if (event.source === "timer") this.#timerTaken(event);
    const reports = this.#reports.encode(effects.reports, timeline.view.instruments);
    const commit = journal.openCommit;
    journal.record({ event, effects }, reports);
    for (const command of effects.commands) this.#hold(command, commit);
    return reports;
  }

  #look(event: Event, reports: readonly EncodedReport[]): void {
    const { observers, alarm } = this.#options;
    const effects = this.#effects;
    for (const observer of observers) observer.applied(event, effects, reports);
    for (const one of effects.alarms) alarm(one);
  }

  #timerTaken(event: Event): void {
    if (event.eventType === "IntervalElapsed") {
      this.#intervalsWaiting.delete(event.payload.intervalMs);
    }
    if (event.eventType === "DeadlineReached") this.#deadlineMet(event.ingestTime);
  }

  #deadlineMet(nowUs: Micros): void {
    this.#deadlinesWaiting -= 1;
    const dueUs = this.#options.timeline.nextDeadlineUs();
    this.#isBehind = dueUs !== undefined && dueUs <= nowUs;
  }

  #hold(command: VenueCommand, commit: number): void {
    const venue = this.#options.timeline.view.venues[command.venue];
    if (venue?.simulation !== null) return;
    this.#announced.push({ command, commit });
  }

  /** The journal first: a venue's Worker has the disk's time to build a request. */
  #handOver(): void {
    this.#options.journal.flush();
    if (this.#announced.length === 0) return;
    const announced = this.#announced;
    this.#announced = [];
    for (const { command, commit } of announced) this.#options.announce(command, commit);
  }

  /** The event itself is written, so that recovery meets it again; its effects are not known. */
  #poisoned(event: Event, cause: unknown): void {
    this.stop();
    this.#effects.clear();
    const { journal } = this.#options;
    journal.record({ event, effects: this.#effects }, []);
    journal.flush();
    this.#options.onPoison(event, cause);
  }

  #released(upTo: SeqId, atUs: Micros): void {
    for (const observer of this.#options.observers) observer.released(upTo, atUs);
    this.#whenDurable.release(upTo, (task) => task());
    this.#options.journal.flush();
    if (this.#isHeldBack || this.#options.ingress.depth > 0) this.wake();
  }

  /** One timer for whatever the machines want next. */
  #setAlarmClock(): void {
    const { timeline, clock, timers } = this.#options;
    const atUs = earliest(timeline.nextDeadlineUs(), timeline.nextOutputUs());
    if (atUs === this.#alarmClock?.atUs) return;
    this.#alarmClock?.cancel();
    this.#alarmClock = undefined;
    if (atUs === undefined) return;
    const cancel = timers.after(Math.max(0, atUs - clock.nowUs()), () => {
      this.#alarmClock = undefined;
      this.wake();
    });
    this.#alarmClock = { atUs, cancel };
  }
}

function earliest(first: Micros | undefined, second: Micros | undefined): Micros | undefined {
  if (first === undefined) return second;
  return second === undefined || first <= second ? first : second;
}
