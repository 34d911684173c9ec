/**
 * What an executable makes of a journal that it does not run on. Proves R-JRN-2 and R-JRN-3 where
 * versions change: a checkpoint lets the other one go on, differences are named and never taken
 * over, nothing is changed by looking.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { Effects } from "../../../core/effects.ts";
import { createTimeline } from "../../../core/mod.ts";
import type { Checkpoint } from "../../../core/timeline.ts";
import { sha256 } from "../../../sha256.ts";
import {
  dryReplay,
  JournalRefused,
  lockState,
  type OfflineOptions,
  PoisonEvent,
  restoreTimeline,
  StateLocked,
  takeCheckpoint,
} from "../../../edge/journal/mod.ts";
import { NO_POISON } from "../../../edge/poison.ts";
import type { ByteWriter } from "../../../wire/byte_writer.ts";
import { EchoTimeline, writeEchoReport } from "../../support/echo_timeline.ts";
import {
  ENGINE,
  eventAt,
  JournalRig,
  openJournal,
  SILENT,
  STATE,
} from "../../support/journal_rig.ts";
import type { MemoryDisk } from "../../support/memory_disk.ts";

const OTHER = "test-2";

function offline(disk: MemoryDisk, changes: Partial<OfflineOptions> = {}): OfflineOptions {
  return {
    disk,
    log: SILENT,
    stateDirectory: STATE,
    machine: {
      createTimeline: (from?: Checkpoint) => new EchoTimeline(from),
      writeReport: writeEchoReport,
    },
    engineVersion: ENGINE,
    poison: NO_POISON,
    ...changes,
  };
}

/** A machine that spells every report otherwise. */
const DIFFERENT = {
  createTimeline: (from?: Checkpoint) => new EchoTimeline(from),
  writeReport: (to: ByteWriter): void => to.raw("{}"),
};

/** A journal of a process that was killed. */
function killed(events = 20): MemoryDisk {
  const rig = new JournalRig();
  rig.fill(events);
  rig.threads.kill();
  return rig.disk;
}

function files(disk: MemoryDisk): readonly (readonly [string, string])[] {
  return ["journal", "checkpoints"].filter((name) => disk.exists(`${STATE}/${name}`))
    .flatMap((name) => disk.list(`${STATE}/${name}`).map((file) => `${STATE}/${name}/${file}`))
    .map((path) => [path, sha256(disk.read(path))] as const);
}

function replayedAfter(disk: MemoryDisk, engineVersion: string): number {
  return [...openJournal(disk, engineVersion).records()].length;
}

Deno.test("takeCheckpoint() by the version that was killed lets another one go on", () => {
  const disk = killed();
  throws(
    () => replayedAfter(disk.clone(), OTHER),
    /must be of engine test-2: was of engine test-1/,
  );
  deepStrictEqual(takeCheckpoint(offline(disk), { versions: "own" }), {
    seq: 20,
    taken: true,
    replayed: 20,
    engine_version: ENGINE,
  });
  strictEqual(replayedAfter(disk, OTHER), 0);
  strictEqual(openJournal(disk, OTHER).checkpoint?.seqId, 20);
});

Deno.test("takeCheckpoint() takes none where there is one of the last event", () => {
  const disk = killed();
  takeCheckpoint(offline(disk), { versions: "own" });
  const before = files(disk);
  strictEqual(takeCheckpoint(offline(disk), { versions: "own" }).taken, Boolean(0));
  deepStrictEqual(files(disk), before);
});

Deno.test("takeCheckpoint() of what another version wrote is refused, unless any is allowed", () => {
  const disk = killed();
  const other = offline(disk, { engineVersion: OTHER });
  throws(() => takeCheckpoint(other, { versions: "own" }), /must be of engine test-2/);
  strictEqual(takeCheckpoint(other, { versions: "any" }).seq, 20);
  strictEqual(replayedAfter(disk, OTHER), 0);
});

Deno.test("takeCheckpoint() takes none of a state that differs from what was recorded", () => {
  const disk = killed();
  const before = files(disk);
  const other = offline(disk, { engineVersion: OTHER, machine: DIFFERENT });
  throws(() => takeCheckpoint(other, { versions: "any" }), /replaying seq 4 .* it must cause/);
  deepStrictEqual(files(disk), before);
});

Deno.test("takeCheckpoint() is refused while a daemon runs, and where there is no journal", () => {
  const disk = killed();
  const lock = lockState(disk, STATE);
  throws(() => takeCheckpoint(offline(disk), { versions: "own" }), StateLocked);
  lock.release();
  const nowhere = offline(disk, { stateDirectory: "elsewhere" });
  throws(() => takeCheckpoint(nowhere, { versions: "own" }), /must be one in elsewhere: was none/);
  ok(!disk.exists("elsewhere/high_water"), "none was begun");
});

Deno.test("dryReplay() agrees with what was recorded, from wherever it begins", () => {
  const disk = killed();
  takeCheckpoint(offline(disk), { versions: "own" });
  const rig = new JournalRig(disk);
  rig.fill(10);
  takeCheckpoint(offline(rig.disk), { versions: "own" });
  const spans = (["zero", "oldest", "checkpoint"] as const).map((from) => {
    const { ok: agrees, after_seq, last_seq } = dryReplay(offline(rig.disk), { from });
    return [from, agrees, after_seq, last_seq];
  });
  deepStrictEqual(spans, [
    ["zero", true, 0, 30],
    ["oldest", true, 20, 30],
    ["checkpoint", true, 30, 30],
  ]);
});

Deno.test("dryReplay() counts what another version decides otherwise and names the first", () => {
  const disk = killed(60);
  const other = offline(disk, { engineVersion: OTHER, machine: DIFFERENT });
  const result = dryReplay(other, { from: "zero" });
  strictEqual(result.ok, Boolean(0));
  ok(result.different_events > result.differences.length, "only the first are described");
  strictEqual(result.last_seq, 60, "it goes on after the first");
  strictEqual(result.differences[0]?.seq, 4);
  strictEqual(result.differences[0]?.event_type, "IntentReceived");
  match(result.differences[0]?.difference ?? "", /^it must cause \{"report":/);
});

/** A journal whose last event, 20, is recorded without effects, and in a replay has some. */
function endsInFault(): MemoryDisk {
  const rig = new JournalRig();
  rig.fill(19);
  rig.journal.record({ event: eventAt(20), effects: new Effects() }, []);
  rig.stop();
  return rig.disk;
}

Deno.test("takeCheckpoint() and dryReplay() tell an event that threw when it came from a difference", () => {
  const disk = endsInFault();
  throws(() => takeCheckpoint(offline(disk), { versions: "own" }), JournalRefused);
  const noted = offline(disk, { poison: { ...NO_POISON, met: new Set([20]) } });
  throws(() => takeCheckpoint(noted, { versions: "own" }), PoisonEvent);
  const [found, ...more] = dryReplay(noted, { from: "zero" }).differences;
  match(found?.difference ?? "", /event 20: applying it must not throw: was a throw when it came/);
  deepStrictEqual([found?.seq, more], [20, []]);
  const known = { met: new Set([20]), passedOver: new Set([20]) };
  const passing = offline(disk, { poison: known });
  ok(dryReplay(passing, { from: "zero" }).ok);
  strictEqual(takeCheckpoint(passing, { versions: "own" }).seq, 20);
});

Deno.test("takeCheckpoint() refuses a difference where effects were recorded, though a replay threw there", () => {
  const poison = { ...NO_POISON, met: new Set([4]) };
  const other = offline(killed(), { machine: DIFFERENT, poison });
  throws(() => takeCheckpoint(other, { versions: "own" }), /replaying seq 4 .* it must cause/);
});

Deno.test("takeCheckpoint() and dryReplay() refuse to pass over an event that had effects", () => {
  const disk = killed();
  const before = files(disk);
  const passing = offline(disk, { poison: { met: new Set([4]), passedOver: new Set([4]) } });
  const sentence =
    /is passed over must have caused nothing: was 1 transition, 1 report, 1 command \(seq 4\).*line 4 .*"quarantine"/;
  throws(() => takeCheckpoint(passing, { versions: "own" }), sentence);
  throws(() => dryReplay(passing, { from: "zero" }), sentence);
  deepStrictEqual(files(disk), before);
});

Deno.test("dryReplay() names an event that this version cannot apply, and ends there", () => {
  const throwing = {
    createTimeline: () => {
      const timeline = new EchoTimeline();
      const apply = timeline.apply.bind(timeline);
      timeline.apply = (event, effects) => {
        if (event.seqId === 7) throw new TypeError("no such field");
        apply(event, effects);
      };
      return timeline;
    },
    writeReport: writeEchoReport,
  };
  const result = dryReplay(offline(killed(), { machine: throwing }), { from: "zero" });
  strictEqual(result.different_events, 1);
  match(result.differences[0]?.difference ?? "", /Cannot replay event 7: .*no such field/);
});

Deno.test("dryReplay() changes nothing, although the last batch is torn and a daemon runs", () => {
  const rig = new JournalRig();
  rig.fill(20);
  const lock = lockState(rig.disk, STATE);
  const name = `${STATE}/journal/${rig.disk.list(`${STATE}/journal`).at(-1)}`;
  const file = rig.disk.open(name, "write");
  const end = rig.disk.read(name).indexOf(0);
  file.writeAt(new TextEncoder().encode('{"batch":{"number":'), end);
  const before = files(rig.disk);
  ok(dryReplay(offline(rig.disk), { from: "zero" }).ok);
  deepStrictEqual(files(rig.disk), before);
  lock.release();
});

Deno.test("a checkpoint of a later format is refused, and its engine named, not passed over", () => {
  const disk = killed();
  takeCheckpoint(offline(disk), { versions: "own" });
  const path = `${STATE}/checkpoints/${disk.list(`${STATE}/checkpoints`)[0]}`;
  const text = new TextDecoder().decode(disk.read(path));
  const later = text.slice(0, text.lastIndexOf(',"sha256":"'))
    .replace(
      '"state":{"version":1,"engineVersion":"test-1"',
      '"state":{"version":2,"engineVersion":"test-9"',
    );
  disk.put(path, new TextEncoder().encode(`${later},"sha256":"${sha256(later)}"}\n`));
  throws(
    () => openJournal(disk),
    /must be of format 1\.1: was of format 1\.2, taken by engine test-9.* Start the executable of engine test-9/,
  );
});

/** Checkpoints of the real machines that hold what they do not know, and what is said of each. */
const UNREADABLE: readonly (readonly [string, (document: string) => string, RegExp])[] = [
  [
    "a word",
    (document) => document.replace(/"rows":\[\["/, '"rows":[["unheard_of",1],["'),
    /counters\.rows\[0\]\.name must be one of .*: was "unheard_of"/,
  ],
  [
    "a column too few",
    (document) => document.replace(/"rows":\[\["\w+",0\]/, '"rows":[["events"]'),
    /counters\.rows\[0\] must be a list of 2/,
  ],
  ["a version", (document) => document.replace('"version":1', '"version":2'), /of version 1/],
];
for (const [what, changed, said] of UNREADABLE) {
  Deno.test(`restoreTimeline() refuses ${what} that the core does not know, and names the engine`, () => {
    const document = JSON.stringify(createTimeline().checkpoint());
    const checkpoint: Checkpoint = JSON.parse(changed(document));
    const machine = { createTimeline, writeReport: writeEchoReport };
    throws(
      () => restoreTimeline({ checkpoint }, { machine, engineVersion: OTHER }),
      (error) => {
        ok(error instanceof JournalRefused);
        match(error.message, said);
        match(error.message, /Start the executable of engine/);
        return true;
      },
    );
  });
}

Deno.test("a checkpoint that this executable cannot read is refused, and its engine named", () => {
  const disk = killed();
  takeCheckpoint(offline(disk), { versions: "own" });
  const machine = {
    createTimeline: (): EchoTimeline => {
      throw new RangeError("checkpoint.engine.orders must be there: was undefined");
    },
    writeReport: writeEchoReport,
  };
  throws(
    () => dryReplay(offline(disk, { machine, engineVersion: OTHER }), { from: "checkpoint" }),
    /readable by engine test-2: was taken by engine test-1, checkpoint\.engine\.orders/,
  );
});
