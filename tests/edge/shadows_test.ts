/**
 * Those who follow the journal beside the daemon. Proves R-JRN-2 and R-CORE-9 at the edge: a
 * difference reaches the daemon, a death is an alarm and nothing more.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { seqId } from "../../core/numbers.ts";
import { createRingMemory } from "../../edge/journal/ring.ts";
import { Samples } from "../../edge/metrics/samples.ts";
import { Shadows } from "../../edge/shadows.ts";
import { PlayedWorkers } from "../support/memory_workers.ts";
import { VirtualTime } from "../support/virtual_time.ts";

const FOLLOWER = {
  stateDirectory: "state",
  journalId: "j",
  checkpointEvents: 10,
  retention: { marketHours: null, truthDays: null },
  passedOver: [3],
  cells: createRingMemory(1024).cells,
};

/** Between two messages to a shadow. */
const PAUSE_US = 20_000;

class Rig {
  readonly time = new VirtualTime();
  readonly workers = new PlayedWorkers();
  readonly said: string[] = [];
  readonly shadows: Shadows;

  constructor(index: unknown = { stateDirectory: "state" }) {
    this.shadows = new Shadows({
      ports: {
        workers: this.workers,
        timers: this.time,
        log: { write: (level, event) => this.said.push(`${level} ${event}`) },
      },
      follower: FOLLOWER,
      index,
      durableBatch: 4,
      checkpoint: { seq: 0, atUs: 0 },
      nowUs: () => this.time.wallUs(),
      onMismatch: (text) => this.said.push(text),
      onDropped: (segment) => this.said.push(`dropped ${segment}`),
    });
  }

  durables(): unknown[] {
    return this.workers.started.map((worker) =>
      worker.told("durable").map((message) => (message as { batch: number }).batch)
    );
  }
}

Deno.test("Shadows starts follower and index, and tells both what is durable", () => {
  const rig = new Rig();
  deepStrictEqual(rig.workers.started.map(({ entry }) => entry), ["follower", "index"]);
  deepStrictEqual(rig.workers.started[0]?.init, FOLLOWER);
  deepStrictEqual(rig.durables(), [[4], [4]]);
});

Deno.test("Shadows starts no index where none is kept", () => {
  deepStrictEqual(new Rig(null).workers.started.map(({ entry }) => entry), ["follower"]);
});

Deno.test("durable() tells a Worker the newest batch once it has read the last one", () => {
  const rig = new Rig();
  rig.time.advance(PAUSE_US);
  rig.shadows.durable(5);
  rig.shadows.durable(6);
  deepStrictEqual(rig.durables(), [[4], [4]]);
  rig.workers.started[0]?.say({ kind: "progress", batch: 4, seq: 40 });
  deepStrictEqual(rig.durables(), [[4, 6], [4]]);
});

Deno.test("Shadows hands on differences, dropped segments and checkpoints", () => {
  const rig = new Rig();
  const [follower] = rig.workers.started;
  follower?.say({ kind: "checkpoint", seq: 12 });
  follower?.say({ kind: "dropped", segment: 3 });
  follower?.say({ kind: "mismatch", seq: 17, text: "they differ" });
  deepStrictEqual(rig.said, ["info checkpoint_taken", "dropped 3", "they differ"]);
});

Deno.test("Shadows tells the index what retention removed, and no index where none is kept", () => {
  for (const index of [{ stateDirectory: "state" }, null]) {
    const { workers } = new Rig(index);
    workers.started[0]?.say({ kind: "dropped", segment: 3 });
    const told = workers.started.map((worker) => worker.told("dropped").length);
    deepStrictEqual(told, index === null ? [0] : [0, 1]);
  }
});

Deno.test("a shadow that dies is an alarm, and the other one goes on", () => {
  const rig = new Rig();
  rig.workers.started[1]?.die();
  rig.workers.started[0]?.die();
  deepStrictEqual(rig.said, ["alarm index_died", "alarm follower_died"]);
  rig.time.advance(PAUSE_US);
  rig.shadows.durable(9);
  rig.workers.started[0]?.say({ kind: "progress", batch: 4, seq: 40 });
  deepStrictEqual(rig.durables()[0], [4, 9]);
});

Deno.test("stop() ends all of them", () => {
  const rig = new Rig();
  rig.shadows.stop();
  deepStrictEqual(rig.workers.started.map(({ isTerminated }) => isTerminated), [true, true]);
});

const LAST_WORDS = [
  ["a checkpoint of everything", { kind: "checkpoint", seq: 40 }],
  ["a checkpoint that failed", { kind: "checkpointFailed", reason: "disk full" }],
] as const;
for (const [what, message] of LAST_WORDS) {
  Deno.test(`finish() asks the follower for a checkpoint and is done with ${what}, once`, () => {
    const rig = new Rig();
    let done = 0;
    rig.shadows.finish(seqId(40), () => done++);
    const [follower] = rig.workers.started;
    strictEqual(follower?.told("checkpoint").length, 1);
    follower?.say({ kind: "checkpoint", seq: 39 });
    strictEqual(done, 0, "one that was under way is not the last");
    follower?.say(message);
    follower?.say(message);
    rig.time.advance(60_000_000);
    strictEqual(done, 1);
  });
}

Deno.test("finish() waits neither for a dead follower nor for one that is silent", () => {
  const dead = new Rig();
  let done = 0;
  dead.shadows.finish(seqId(40), () => done++);
  dead.workers.started[0]?.die();
  strictEqual(done, 1);
  deepStrictEqual(dead.said, ["alarm follower_died", "warning checkpoint_missed"]);
  const silent = new Rig();
  silent.shadows.finish(seqId(40), () => done++);
  silent.time.advance(9_999_999);
  strictEqual(done, 1);
  deepStrictEqual(silent.said, []);
  silent.time.advance(1);
  strictEqual(done, 2);
  deepStrictEqual(silent.said, ["warning checkpoint_late"]);
});

Deno.test("finish() is done at once where the follower has died, and says so unless nothing is missed", () => {
  const rig = new Rig();
  const [follower] = rig.workers.started;
  follower?.say({ kind: "checkpoint", seq: 40 });
  follower?.die();
  const before = rig.said.length;
  let done = 0;
  rig.shadows.finish(seqId(40), () => done++);
  deepStrictEqual([done, rig.said.slice(before)], [1, []]);
  rig.shadows.finish(seqId(41), () => done++);
  deepStrictEqual([done, rig.said.slice(before)], [2, ["warning checkpoint_missed"]]);
  rig.time.advance(60_000_000);
  deepStrictEqual([done, rig.said.slice(before)], [2, ["warning checkpoint_missed"]]);
});

Deno.test("measure() tells how far the shadows are, the newest checkpoint, and a follower that is gone", () => {
  const rig = new Rig();
  const measured = (): readonly (number | undefined)[] => {
    const samples = new Samples();
    rig.shadows.measure(samples);
    return ([
      "tapeline_journal_follower_up",
      "tapeline_journal_follower_seq",
      "tapeline_journal_index_seq",
      "tapeline_checkpoint_seq",
      "tapeline_checkpoint_timestamp_seconds",
      "tapeline_checkpoints_failed_total",
    ] as const).map((name) => samples.valuesOf(name)[0]?.value);
  };
  const takenS = rig.time.wallUs() / 1_000_000;
  deepStrictEqual(measured(), [1, 0, 0, 0, 0, 0]);
  const [follower, index] = rig.workers.started;
  follower?.say({ kind: "progress", batch: 4, seq: 40 });
  index?.say({ kind: "progress", batch: 3, seq: 30 });
  follower?.say({ kind: "checkpoint", seq: 40 });
  deepStrictEqual(measured(), [1, 40, 30, 40, takenS, 0]);
  follower?.say({ kind: "checkpointFailed", reason: "full" });
  follower?.say({ kind: "mismatch", seq: 41, text: "differs" });
  deepStrictEqual(measured(), [0, 40, 30, 40, takenS, 1]);
});
