/**
 * The live loop over a toy machine and a toy journal. Proves R-EXEC-2 and R-CORE-2 at the seam:
 * nothing is shown or sent before it is durable, deadlines become events once, a turn has a bound.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Effects } from "../../core/effects.ts";
import type { Draft, Event } from "../../core/event.ts";
import { type Micros, micros, type SeqId, seqId } from "../../core/numbers.ts";
import { Sequencer } from "../../core/sequencer.ts";
import type { Timeline } from "../../core/timeline.ts";
import type { View } from "../../core/view.ts";
import type { Timers } from "../../edge/ports.ts";
import { EngineClock } from "../../edge/engine_clock.ts";
import { Ingress, type IngressQueue } from "../../edge/ingress.ts";
import { type CommitLog, Loop, ROUND_EVENTS_MAX } from "../../edge/loop.ts";
import { intentDraft, stoppingDraft, tradeDraft } from "../support/drafts.ts";
import { EchoTimeline, writeEchoReport } from "../support/echo_timeline.ts";
import { VirtualTime } from "../support/virtual_time.ts";

/** The echo machine with one venue outside, a deadline, and outputs, all set by the test. */
class ToyTimeline implements Timeline {
  readonly #echo = new EchoTimeline();
  deadlineUs: number | undefined;
  /** What is due to be forgotten: 32 by each timer event, one more by each other one. */
  kept = 0;
  mostKept = 0;
  outputs: Draft[] = [];
  /** What is said of venue 0, where all commands go. */
  venues: readonly { readonly simulation: object | null }[] = [{ simulation: null }];

  get view(): View {
    return { instruments: [], venues: this.venues } as unknown as View;
  }

  get seqId(): SeqId {
    return this.#echo.seqId;
  }

  get nowUs(): Micros {
    return this.#echo.nowUs;
  }

  get digest(): string {
    return this.#echo.digest;
  }

  apply(event: Event, effects: Effects): void {
    if (event.eventType === "DeadlineReached") {
      this.kept = Math.max(0, this.kept - 32);
      if (this.kept === 0) this.deadlineUs = undefined;
    } else this.kept += 1;
    this.mostKept = Math.max(this.mostKept, this.kept);
    if (event.eventType === "Stopping") {
      effects.alarms.push({ code: "EXTERNAL_FILL", text: "of an event that was not applied" });
      throw new Error("poison");
    }
    this.#echo.apply(event, effects);
  }

  nextDeadlineUs(): Micros | undefined {
    return this.deadlineUs === undefined ? undefined : micros(this.deadlineUs);
  }

  takeOutputs(): Draft[] {
    return this.outputs.splice(0);
  }

  nextOutputUs(): undefined {}

  checkpoint(): ReturnType<Timeline["checkpoint"]> {
    return this.#echo.checkpoint();
  }

  *checkpointPieces(): Generator<string, void> {
    yield JSON.stringify(this.checkpoint());
  }
}

/** Keeps batches in memory; durable when the test says so. */
class ToyJournal implements CommitLog {
  canAccept = true;
  durableSeq = seqId(0);
  readonly events: Event[] = [];
  readonly batches: number[] = [];
  /** Alarms that were recorded. */
  alarms = 0;
  #open = 0;
  #inFlight: SeqId | undefined;
  #handler: (upTo: SeqId, atUs: Micros) => void = () => {};

  /** Batches that were closed, and the open one. */
  get openCommit(): number {
    return this.batches.length + 1;
  }

  record({ event, effects }: { readonly event: Event; readonly effects: Effects }): void {
    this.events.push(event);
    this.alarms += effects.alarms.length;
    this.#open++;
  }

  flush(): void {
    if (this.#inFlight !== undefined || this.#open === 0) return;
    this.#inFlight = this.events.at(-1)?.seqId;
    this.batches.push(this.#open);
    this.#open = 0;
  }

  onDurable(handler: (upTo: SeqId, atUs: Micros) => void): void {
    this.#handler = handler;
  }

  /** A thread that writes by itself knows at once; a Worker tells by and by. */
  writesHere = false;

  settle(): void {
    if (this.writesHere) this.sync();
  }

  /** The batch in flight reaches the disk. */
  sync(): void {
    if (this.#inFlight === undefined) return;
    this.durableSeq = this.#inFlight;
    this.#inFlight = undefined;
    this.#handler(this.durableSeq, micros(7));
  }
}

class Rig {
  readonly time = new VirtualTime();
  readonly timeline = new ToyTimeline();
  readonly journal = new ToyJournal();
  readonly announced: SeqId[] = [];
  readonly commits: number[] = [];
  /** Batches that had been handed over at each announcement. */
  readonly handedOver: number[] = [];
  readonly shown: SeqId[] = [];
  readonly applied: SeqId[] = [];
  readonly alarms: string[] = [];
  readonly poison: SeqId[] = [];
  readonly ingress: Ingress;
  readonly loop: Loop;
  readonly queue: IngressQueue;

  /** `earlyUs`: how much too early its timers are. */
  constructor({ earlyUs = 0 } = {}) {
    const clock = new EngineClock(this.time, micros(0));
    const timers: Timers = {
      after: (delayUs, task) =>
        this.time.after(delayUs > earlyUs ? delayUs - earlyUs : delayUs, task),
      soon: (task) => this.time.soon(task),
    };
    this.ingress = new Ingress(() => this.loop.wake());
    this.loop = new Loop({
      timeline: this.timeline,
      sequencer: new Sequencer({
        startAfter: seqId(0),
        lastIngest: micros(0),
        perProducerMax: ROUND_EVENTS_MAX,
      }),
      ingress: this.ingress,
      journal: this.journal,
      clock,
      timers,
      writeReport: writeEchoReport,
      observers: [{
        applied: (event) => this.applied.push(event.seqId),
        released: (upTo) => this.shown.push(upTo),
      }],
      announce: ({ seqId }, commit) => {
        this.announced.push(seqId);
        this.commits.push(commit);
        this.handedOver.push(this.journal.batches.length);
      },
      alarm: ({ code }) => this.alarms.push(code),
      onPoison: (event) => this.poison.push(event.seqId),
    });
    this.queue = this.ingress.open({ name: "test", max: 100_000, policy: "block" });
  }

  get types(): string[] {
    return this.journal.events.map(({ eventType }) => eventType);
  }

  /** Most timer events that have waited. */
  get mostTimers(): number | undefined {
    return this.ingress.queues.find(({ name }) => name === "timers")?.statistics.highWater;
  }
}

Deno.test("Loop shows nothing of an event before it is durable, and announces each command once", () => {
  const step = fc.constantFrom("intent", "trade", "turn", "sync");
  fc.assert(fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
    const rig = new Rig();
    for (const [at, kind] of steps.entries()) {
      if (kind === "intent") rig.queue.offer(intentDraft(`i${at}`));
      if (kind === "trade") rig.queue.offer(tradeDraft(1));
      if (kind === "turn") rig.time.runDue();
      if (kind === "sync") rig.journal.sync();
      ok(rig.shown.every((seq) => seq <= rig.journal.durableSeq));
    }
    for (let left = 0; left < 4; left++) {
      rig.time.runDue();
      rig.journal.sync();
    }
    const intents = rig.journal.events.filter(({ eventType }) => eventType === "IntentReceived");
    deepStrictEqual(rig.announced, intents.map((event) => event.seqId), "each once, in order");
    strictEqual(
      rig.journal.events.length,
      steps.filter((kind) => /intent|trade/.test(kind)).length,
    );
  }));
});

Deno.test("Loop shows within the turn what its own thread has made durable", () => {
  const rig = new Rig();
  rig.journal.writesHere = true;
  const taken: SeqId[] = [];
  rig.queue.offer(intentDraft("first"));
  rig.queue.offer(tradeDraft(1));
  rig.loop.whenTaken(rig.queue, () => taken.push(rig.journal.durableSeq));
  rig.time.runDue();
  deepStrictEqual([rig.applied, taken, rig.shown], [[1, 2], [2], [2]]);
});

Deno.test("Loop announces a command when the journal has it, with the commit that it is part of", () => {
  const rig = new Rig();
  rig.queue.offer(intentDraft("i1"));
  rig.time.runDue();
  deepStrictEqual([rig.journal.batches, rig.announced], [[1], [1]]);
  rig.queue.offer(intentDraft("i2"));
  rig.time.runDue();
  rig.journal.sync();
  deepStrictEqual([rig.announced, rig.commits], [[1, 2], [1, 2]]);
  deepStrictEqual(rig.handedOver, [1, 1], "the journal first; the second waits behind the first");
});

Deno.test("Loop announces no command of a venue that is simulated, nor of one that is gone", () => {
  for (const venues of [[{ simulation: {} }], []]) {
    const rig = new Rig();
    rig.timeline.venues = venues;
    rig.queue.offer(intentDraft("i1"));
    rig.time.runDue();
    deepStrictEqual([rig.types, rig.announced], [["IntentReceived"], []]);
  }
});

Deno.test("Loop hands a batch over while the next one fills (group commit)", () => {
  const rig = new Rig();
  rig.queue.offer(tradeDraft(1));
  rig.time.runDue();
  rig.queue.offer(tradeDraft(2));
  rig.time.runDue();
  rig.queue.offer(tradeDraft(3));
  rig.time.runDue();
  deepStrictEqual([rig.journal.batches, rig.applied.length], [[1], 3]);
  rig.journal.sync();
  deepStrictEqual(rig.journal.batches, [1, 2]);
});

Deno.test("Loop says a due deadline once, and not before its time", () => {
  const rig = new Rig();
  rig.timeline.deadlineUs = rig.time.wallUs() + 1000;
  rig.loop.wake();
  rig.time.advance(999);
  deepStrictEqual(rig.types, []);
  rig.time.advance(1);
  deepStrictEqual(rig.types, ["DeadlineReached"]);
  rig.time.advance(1_000_000);
  deepStrictEqual(rig.types, ["DeadlineReached"]);
});

Deno.test("Loop forgets as fast as messages bring, once it is behind", () => {
  const rig = new Rig();
  rig.timeline.kept = 10_000;
  rig.timeline.deadlineUs = 0;
  for (let sent = 0; sent < 20_000; sent += 1) rig.queue.offer(tradeDraft(1));
  while (rig.time.step());
  ok(rig.timeline.mostKept <= 10_000 + 256, `${rig.timeline.mostKept}`);
  strictEqual(rig.timeline.deadlineUs, undefined);
  const deadlines = rig.journal.events.filter((event) => event.eventType === "DeadlineReached");
  ok(deadlines.length <= 30_000 / 32 + 128, `${deadlines.length}`);
});

Deno.test("Loop offers timer events only once the last ones are taken, however many producers bring messages", () => {
  const rig = new Rig();
  rig.timeline.kept = 100_000;
  rig.timeline.deadlineUs = 0;
  for (let producer = 0; producer < 64; producer += 1) {
    const queue = rig.ingress.open({ name: `session ${producer}`, max: 1024, policy: "block" });
    for (let sent = 0; sent < 1024; sent += 1) queue.offer(tradeDraft(1));
  }
  while (rig.time.step());
  ok((rig.mostTimers ?? Infinity) <= 128, `${rig.mostTimers}`);
  strictEqual(rig.timeline.deadlineUs, undefined);
});

Deno.test("Loop wakes for a deadline that became earlier, and not for one that went", () => {
  const rig = new Rig();
  rig.timeline.deadlineUs = rig.time.wallUs() + 10_000;
  rig.loop.wake();
  rig.time.advance(10);
  rig.timeline.deadlineUs = rig.time.wallUs() + 500;
  rig.loop.wake();
  rig.time.advance(600);
  deepStrictEqual(rig.types, ["DeadlineReached"]);
  strictEqual(rig.time.nextDueUs(), undefined, "no timer is left");
});

Deno.test("Loop wakes for a deadline that went and came again, and when its timer was too early", () => {
  const rig = new Rig({ earlyUs: 40 });
  const dueUs = rig.time.wallUs() + 10_000;
  for (const deadlineUs of [dueUs, undefined, dueUs]) {
    rig.timeline.deadlineUs = deadlineUs;
    rig.loop.wake();
    rig.time.advance(10);
  }
  rig.time.advance(20_000);
  deepStrictEqual(rig.types, ["DeadlineReached"]);
});

Deno.test("Loop waits for the journal when it holds back, without spinning on a deadline", () => {
  const rig = new Rig();
  rig.queue.offer(tradeDraft(1));
  rig.time.runDue();
  rig.journal.canAccept = false;
  rig.timeline.deadlineUs = rig.time.wallUs() + 100;
  rig.time.after(1000, () => rig.loop.wake());
  for (let step = 0; step < 10; step++) rig.time.step();
  deepStrictEqual(rig.types, ["TradePrinted"]);
  strictEqual(rig.time.nextDueUs(), undefined, "no timer wakes it again and again");
  rig.journal.canAccept = true;
  rig.journal.sync();
  rig.time.runDue();
  deepStrictEqual(rig.types, ["TradePrinted", "DeadlineReached"]);
});

Deno.test("Loop leaves an elapsed interval out while one of its length waits for the journal", () => {
  const rig = new Rig();
  rig.queue.offer(tradeDraft(1));
  rig.time.runDue();
  rig.journal.canAccept = false;
  for (let dueUs = 1; dueUs <= 5000; dueUs++) {
    rig.loop.offerTimer(intervalDraft(10, dueUs));
    rig.loop.offerTimer(intervalDraft(33, dueUs));
  }
  const release = (): void => {
    rig.journal.canAccept = true;
    rig.journal.sync();
    rig.time.runDue();
  };
  release();
  rig.loop.offerTimer(intervalDraft(10, 5001));
  release();
  const intervals = rig.journal.events.filter((event) => event.eventType === "IntervalElapsed");
  deepStrictEqual(intervals.map(({ payload }) => payload), [
    { intervalMs: 10, dueUs: micros(1) },
    { intervalMs: 33, dueUs: micros(1) },
    { intervalMs: 10, dueUs: micros(5001) },
  ]);
});

Deno.test("Loop has room for a deadline however many lengths of intervals wait for the journal", () => {
  const rig = new Rig();
  rig.queue.offer(tradeDraft(1));
  rig.time.runDue();
  rig.journal.canAccept = false;
  for (let intervalMs = 10; intervalMs < 5000; intervalMs++) {
    rig.loop.offerTimer(intervalDraft(intervalMs, 1));
  }
  rig.timeline.deadlineUs = rig.time.wallUs();
  rig.journal.canAccept = true;
  rig.journal.sync();
  rig.time.runDue();
  strictEqual(rig.types.at(-1), "DeadlineReached");
});

Deno.test("Loop lets other I/O have its turn after a bound of events", () => {
  const rig = new Rig();
  for (let n = 0; n < 10_000; n++) rig.queue.offer(tradeDraft(1));
  const counts: number[] = [];
  while (rig.time.step()) counts.push(rig.applied.length);
  deepStrictEqual(counts, [4096, 8192, 10_000]);
});

Deno.test("Loop turns the simulator's outputs into events", () => {
  const rig = new Rig();
  rig.timeline.outputs = [tradeDraft(1), tradeDraft(2)];
  rig.loop.wake();
  rig.time.runDue();
  deepStrictEqual(rig.types, ["TradePrinted", "TradePrinted"]);
});

Deno.test("Loop hands alarms on at once and timers' drafts in", () => {
  const rig = new Rig();
  rig.queue.offer(tradeDraft(6));
  rig.loop.offerTimer(intervalDraft(1, 1));
  rig.time.runDue();
  deepStrictEqual(rig.alarms, ["EXTERNAL_FILL"]);
  deepStrictEqual(rig.types, ["IntervalElapsed", "TradePrinted"]);
});

Deno.test("whenDurable() runs at once if nothing is open, else with the release", () => {
  const rig = new Rig();
  const done: string[] = [];
  rig.loop.whenDurable(() => done.push("nothing open"));
  rig.queue.offer(tradeDraft(1));
  rig.time.runDue();
  rig.loop.whenDurable(() => done.push("open"));
  deepStrictEqual(done, ["nothing open"]);
  rig.journal.sync();
  deepStrictEqual(done, ["nothing open", "open"]);
});

Deno.test("whenTaken() waits until the queue is empty and what it held is durable", () => {
  const rig = new Rig();
  let done = 0;
  rig.queue.offer(tradeDraft(1));
  rig.loop.whenTaken(rig.queue, () => done += 1);
  rig.time.runDue();
  strictEqual(done, 0);
  rig.journal.sync();
  strictEqual(done, 1);
  rig.queue.offer(tradeDraft(1));
  rig.time.runDue();
  rig.journal.sync();
  strictEqual(done, 1, "once");
});

Deno.test("a poison event is written without effects, and nothing is applied after it", () => {
  const rig = new Rig();
  rig.queue.offer(intentDraft("before"));
  rig.queue.offer(stoppingDraft("poison"));
  rig.queue.offer(intentDraft("after"));
  rig.time.runDue();
  deepStrictEqual(rig.types, ["IntentReceived", "Stopping"]);
  deepStrictEqual([rig.poison, rig.applied], [[2], [1]]);
  deepStrictEqual([rig.journal.alarms, rig.alarms, rig.announced], [0, [], [1]]);
  rig.journal.sync();
  rig.queue.offer(intentDraft("later"));
  rig.time.advance(1_000_000);
  match(rig.types.join(), /Stopping$/);
});

Deno.test("stop() ends turns, deadlines and wakes", () => {
  const rig = new Rig();
  rig.timeline.deadlineUs = rig.time.wallUs() + 100;
  rig.loop.wake();
  rig.time.runDue();
  rig.loop.stop();
  rig.queue.offer(tradeDraft(1));
  rig.time.advance(1_000_000);
  deepStrictEqual(rig.types, []);
});

function intervalDraft(intervalMs: number, dueUs: number): Draft<"IntervalElapsed"> {
  return {
    eventTime: micros(dueUs),
    source: "timer",
    venue: null,
    instrument: null,
    eventType: "IntervalElapsed",
    payload: { intervalMs, dueUs: micros(dueUs) },
    idempotencyKey: null,
  };
}
