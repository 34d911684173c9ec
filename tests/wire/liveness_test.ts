/**
 * Heartbeats and silence: a silent peer is given up, one that we did not listen to is not.
 * Proves R-WIRE-1 and R-WIRE-6.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import type { Cancel } from "../../edge/ports.ts";
import { Liveness, type LivenessOptions } from "../../wire/liveness.ts";

const BEAT_MS = 1000;

/** A clock with timers that run as late as the test says. */
class SlowThread {
  nowUs = 7_000_000_000;
  #timers: { readonly dueUs: number; readonly task: () => void }[] = [];

  ports(): LivenessOptions["ports"] {
    const clock = { wallUs: () => this.nowUs, monotonicUs: () => this.nowUs };
    const after = (delayUs: number, task: () => void): Cancel => {
      const timer = { dueUs: this.nowUs + delayUs, task };
      this.#timers.push(timer);
      return () => this.#timers.splice(this.#timers.indexOf(timer), 1);
    };
    return { clock, timers: { after, soon: (task) => after(0, task) } };
  }

  /** Time passes, and only then run the timers that were due. */
  stall(forMs: number): void {
    this.nowUs += forMs * 1000;
    const due = this.#timers.filter(({ dueUs }) => dueUs <= this.nowUs);
    this.#timers = this.#timers.filter(({ dueUs }) => dueUs > this.nowUs);
    for (const { task } of due) task();
  }
}

function watched(
  thread: SlowThread,
): { readonly liveness: Liveness; readonly gone: string[]; readonly beats: number[] } {
  const gone: string[] = [];
  const beats: number[] = [];
  const liveness = new Liveness({
    ports: thread.ports(),
    heartbeatMs: BEAT_MS,
    beat: () => beats.push(thread.nowUs),
    gone: (reason) => gone.push(reason),
  });
  liveness.start();
  return { liveness, gone, beats };
}

Deno.test("Liveness gives up a peer that was silent for three heartbeats", () => {
  const thread = new SlowThread();
  const { gone } = watched(thread);
  for (let at = 0; at < 29; at++) thread.stall(100);
  deepStrictEqual(gone, []);
  for (let at = 0; at < 2; at++) thread.stall(100);
  deepStrictEqual(gone, ["silent for three heartbeats"]);
});

Deno.test("Liveness beats once in each period until it is stopped, and ends nobody after that", () => {
  const thread = new SlowThread();
  const begunUs = thread.nowUs;
  const { liveness, gone, beats } = watched(thread);
  for (let at = 0; at < 100; at++) {
    thread.stall(100);
    liveness.heard("whole");
  }
  const expected = Array.from({ length: 10 }, (_, at) => begunUs + (at + 1) * BEAT_MS * 1000);
  deepStrictEqual(beats, expected);
  liveness.stop();
  for (let at = 0; at < 100; at++) thread.stall(100);
  deepStrictEqual([beats.length, gone], [10, []]);
});

Deno.test("Liveness gives up a peer whose frame does not end, counted from the last that did", () => {
  const thread = new SlowThread();
  const { liveness, gone } = watched(thread);
  for (let beat = 0; beat < 40; beat++) {
    thread.stall(BEAT_MS);
    liveness.frameEnded();
    liveness.heard("part");
  }
  for (let beat = 0; beat < 29; beat++) {
    thread.stall(BEAT_MS);
    liveness.heard("part");
  }
  deepStrictEqual(gone, []);
  for (let beat = 0; beat < 2; beat++) {
    thread.stall(BEAT_MS);
    liveness.heard("part");
  }
  deepStrictEqual(gone, ["a frame that does not end"]);
});

Deno.test("Liveness gives a peer time to be heard when it was the daemon that stalled", () => {
  const thread = new SlowThread();
  const { liveness, gone } = watched(thread);
  thread.stall(8000);
  deepStrictEqual(gone, [], "its bytes may wait unread");
  liveness.heard("whole");
  thread.stall(1000);
  deepStrictEqual(gone, []);
  for (let at = 0; at < 31; at++) thread.stall(100);
  deepStrictEqual(gone, ["silent for three heartbeats"], "silence counts again");
});
