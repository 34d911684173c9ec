/**
 * Proves R-JRN-2, R-JRN-4: a checkpoint is gone on from only in the journal it was taken of, also
 * where retention has dropped all that it stands for.
 * @module
 */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual, throws } from "node:assert/strict";
import { placeAfter } from "../../../edge/journal/opening.ts";
import { checkpointDirectory } from "../../../edge/journal/checkpoint_files.ts";
import { createHighWater, highWaterPath } from "../../../edge/journal/high_water.ts";
import { journalVerify, recover, type Recovery } from "../../../edge/journal/mod.ts";
import { anchorPath, encodeAnchor, listSegments } from "../../../edge/journal/segments.ts";
import { segmentName } from "../../../edge/journal/format.ts";
import type { JournalTail } from "../../../edge/journal/writer.ts";
import { ENGINE, JournalRig, openJournal, SILENT, STATE } from "../../support/journal_rig.ts";
import { startFollower } from "../../support/follower_rig.ts";
import type { MemoryDisk } from "../../support/memory_disk.ts";

const directory = `${STATE}/journal`;

/** A journal of several segments, and where it ended after each batch. */
function journal(): { readonly disk: MemoryDisk; readonly tails: readonly JournalTail[] } {
  const rig = new JournalRig();
  const tails: JournalTail[] = [];
  for (let count = 0; count < 60; count++) {
    rig.fill(1);
    const recovery = openJournal(rig.disk.clone());
    for (const _ of recovery.records());
    tails.push(recovery.tail);
  }
  rig.stop();
  return { disk: rig.disk, tails };
}

const { disk, tails } = journal();
const segments = listSegments(disk, directory);

function tailOf(batch: number): JournalTail {
  const tail = tails[batch - 1];
  ok(tail !== undefined);
  return tail;
}

Deno.test("placeAfter() finds the place after each batch, and closes what it read", () => {
  ok(segments.length > 2);
  for (const tail of tails) {
    const { segment, offset, batch } = placeAfter(tail, { disk, directory, segments });
    strictEqual(batch, tail.batch);
    deepStrictEqual([segment, offset], [tail.segment, tail.offset]);
  }
  strictEqual(disk.openFiles, 0);
});

Deno.test("placeAfter() begins with the first segment that is kept if it follows at once", () => {
  const kept = segments.slice(1);
  const first = kept[0];
  ok(first !== undefined);
  const before = tailOf(first.firstBatch - 1);
  const of = { disk, directory, segments: kept };
  const { segment, offset, seq } = placeAfter(before, of);
  deepStrictEqual({ segment, offset, seq }, { segment: 2, offset: 0, seq: before.seq });
  throws(() => placeAfter(tailOf(first.firstBatch - 2), of), /was taken: was missing/);
  throws(() => placeAfter(before, { ...of, segments: [] }), /was taken: was missing/);
  const chain = "f".repeat(64);
  throws(() => placeAfter({ ...before, chain }, of), /was taken: was another chain/);
});

Deno.test("placeAfter() refuses a batch of another chain and one that is not there", () => {
  const of = { disk, directory, segments };
  const chain = "f".repeat(64);
  throws(() => placeAfter({ ...tailOf(9), chain }, of), /was taken: was another chain/);
  throws(() => placeAfter({ ...tailOf(60), batch: 61 }, of), /was taken: was missing/);
});

/** 60 events with a checkpoint after 30 and after all, and what its mark was before the last batch. */
function checkpointed(): { readonly disk: MemoryDisk; readonly earlierMark: Uint8Array } {
  const rig = new JournalRig();
  const { link } = startFollower(rig, {});
  const checkpoint = (): void => {
    link.checkpoint();
    rig.threads.run();
  };
  rig.fill(30);
  checkpoint();
  rig.fill(27);
  const earlierMark = rig.disk.read(highWaterPath(STATE));
  rig.fill(3);
  checkpoint();
  rig.stop();
  return { disk: rig.disk, earlierMark };
}

/** Takes the last batch away, all of it or all but its header. */
function loseLastBatch(disk: MemoryDisk, what: "all of it" | "its events"): void {
  const path = `${directory}/${
    disk.list(directory).filter((name) => name.endsWith(".log")).at(-1)
  }`;
  const bytes = disk.read(path);
  const text = new TextDecoder("latin1").decode(bytes);
  const header = text.lastIndexOf('{"batch":');
  disk.put(path, bytes.fill(0, what === "all of it" ? header : text.indexOf("\n", header) + 1));
}

/** One segment, all of it zeroes behind its header; `mark`: whether it says that something was there. */
function emptied(mark: "set" | "at nothing"): MemoryDisk {
  const rig = new JournalRig();
  const markOfNothing = rig.disk.read(highWaterPath(STATE));
  const { link } = startFollower(rig, {});
  rig.fill(6);
  link.checkpoint();
  rig.threads.run();
  rig.stop();
  const path = `${directory}/${segmentName(1)}`;
  const bytes = rig.disk.read(path);
  rig.disk.put(path, bytes.fill(0, bytes.indexOf(10) + 1));
  if (mark === "at nothing") rig.disk.put(highWaterPath(STATE), markOfNothing);
  return rig.disk;
}

for (
  const [mark, reaches] of [["set", "high-water mark"], ["at nothing", "checkpoint"]] as const
) {
  Deno.test(`recover() offers no loss to accept where nothing is left before its ${reaches}`, () => {
    const disk = emptied(mark);
    const sentence = new RegExp(
      `must reach its ${reaches} .*: was at its end after batch 0, seq 0.* restore the whole of it`,
    );
    const offersNone = (text = ""): boolean => sentence.test(text) && !/--accept-loss/.test(text);
    throws(() => opened(disk, "binding"), ({ message }: Error) => offersNone(message));
    ok(offersNone(journalVerify(disk, STATE).problem));
  });
}

/** Opens a journal and reads it to its end; `ignored`: whatever its mark is. */
function opened(disk: MemoryDisk, mark: "binding" | "ignored"): Recovery {
  const randomness = { bytes: (length: number) => new Uint8Array(length) };
  const where = { disk, randomness, log: SILENT, stateDirectory: STATE };
  const recovery = recover({ ...where, engineVersion: ENGINE, mark, access: "read" });
  for (const _ of recovery.records());
  return recovery;
}

for (const what of ["all of it", "its events"] as const) {
  Deno.test(`recover() refuses a journal that lost the batch of its checkpoint, ${what}, behind its mark`, () => {
    const { disk, earlierMark } = checkpointed();
    loseLastBatch(disk, what);
    disk.put(highWaterPath(STATE), earlierMark);
    throws(
      () => opened(disk, "binding"),
      /must reach its checkpoint \(batch 20, seq 60\): was at its end after batch 19.* --accept-loss/,
    );
  });

  Deno.test(`recover() passes over a checkpoint whose batch is lost, ${what}, where the mark is ignored`, () => {
    const { disk } = checkpointed();
    const [older] = disk.list(checkpointDirectory(STATE));
    strictEqual(opened(disk, "ignored").checkpoint?.seqId, 60);
    loseLastBatch(disk, what);
    const recovery = opened(disk, "ignored");
    deepStrictEqual([recovery.checkpoint?.seqId, recovery.tail.seq], [30, 57]);
    disk.remove(`${checkpointDirectory(STATE)}/${older}`);
    const fromNothing = opened(disk, "ignored");
    deepStrictEqual([fromNothing.checkpoint, fromNothing.tail.seq], [undefined, 57]);
  });
}

/** A journal beside the checkpoint of another one, that began as it did. */
function withForeignCheckpoint(): MemoryDisk {
  const ours = new JournalRig();
  const other = new JournalRig(ours.disk.clone());
  const { link } = startFollower(other, {});
  other.fill(30, 2);
  link.checkpoint();
  other.threads.run();
  ours.fill(60);
  ours.stop();
  for (const name of other.disk.list(checkpointDirectory(STATE))) {
    const path = `${checkpointDirectory(STATE)}/${name}`;
    ours.disk.put(path, other.disk.read(path));
  }
  return ours.disk;
}

Deno.test("recover() refuses a checkpoint of another chain, also where the mark is ignored", () => {
  const disk = withForeignCheckpoint();
  for (const mark of ["binding", "ignored"] as const) {
    throws(() => opened(disk, mark), /was taken: was another chain/, mark);
  }
});

Deno.test("recover() refuses a journal that begins later than at 1 and ends before its checkpoints", () => {
  const { disk } = checkpointed();
  const [, second] = listSegments(disk, directory);
  ok(second !== undefined);
  disk.remove(`${directory}/00000001.log`);
  disk.put(anchorPath(directory), new TextEncoder().encode(encodeAnchor(second)));
  strictEqual(opened(disk, "ignored").checkpoint?.seqId, 60);
  loseLastBatch(disk, "all of it");
  const [older] = disk.list(checkpointDirectory(STATE));
  disk.remove(`${checkpointDirectory(STATE)}/${older}`);
  throws(() => opened(disk, "ignored"), /must have a checkpoint: was without one/);
});

for (const reaches of ["high-water mark", "checkpoint"] as const) {
  Deno.test(`recover() offers no loss to accept where no checkpoint is left before its ${reaches} and none of its beginning`, () => {
    const { disk, earlierMark } = checkpointed();
    const [older] = disk.list(checkpointDirectory(STATE));
    dropFirstSegment(disk);
    loseLastBatch(disk, "all of it");
    if (reaches === "checkpoint") disk.put(highWaterPath(STATE), earlierMark);
    match(
      refusalOf(disk),
      new RegExp(`must reach its ${reaches} .*after batch 19.* --accept-loss`),
    );
    disk.remove(`${checkpointDirectory(STATE)}/${older}`);
    const refusal = refusalOf(disk);
    match(
      refusal,
      new RegExp(`must reach its ${reaches} .*after batch 19.* restore the whole of it`),
    );
    doesNotMatch(refusal, /--accept-loss/);
    strictEqual(journalVerify(disk, STATE).problem, refusal);
    throws(() => opened(disk, "ignored"), /must have a checkpoint: was without one.* restore/);
  });
}

Deno.test("recover() names the damage, not the checkpoint that is beyond it", () => {
  const rig = new JournalRig();
  const { link } = startFollower(rig, {});
  rig.fill(60);
  link.checkpoint();
  rig.threads.run();
  rig.stop();
  const path = `${directory}/00000001.log`;
  rig.disk.put(path, rig.disk.read(path).fill(0, 4096, 8192));
  const last = rig.disk.list(directory).at(-1);
  rig.disk.remove(`${directory}/${last}`);
  const options = { disk: rig.disk, log: SILENT, stateDirectory: STATE, engineVersion: ENGINE };
  const randomness = { bytes: (length: number) => new Uint8Array(length) };
  let said = "";
  try {
    recover({ ...options, randomness });
  } catch (error) {
    said = String(error);
  }
  match(said, /segment 00000001\.log, byte \d+, batch \d+/);
});

/** Drops the first segment as retention does. */
function dropFirstSegment(disk: MemoryDisk): void {
  const [first, second] = listSegments(disk, directory);
  ok(first !== undefined && second !== undefined);
  disk.remove(`${directory}/${segmentName(first.number)}`);
  disk.put(anchorPath(directory), new TextEncoder().encode(encodeAnchor(second)));
}

function changeCheckpoints(disk: MemoryDisk, change: (bytes: Uint8Array) => Uint8Array): void {
  for (const name of disk.list(checkpointDirectory(STATE))) {
    const path = `${checkpointDirectory(STATE)}/${name}`;
    disk.put(path, change(disk.read(path)));
  }
}

type Change = (disk: MemoryDisk, earlierMark: Uint8Array) => void;

/** What may have become of a journal and its checkpoints, and what is said of it. */
const APART: readonly (readonly [string, Change, RegExp])[] = [
  ["is whole", () => {}, /^$/],
  ["begins later than at 1", (disk) => dropFirstSegment(disk), /^$/],
  ["ends before its newest checkpoint", (disk, earlierMark) => {
    loseLastBatch(disk, "all of it");
    disk.put(highWaterPath(STATE), earlierMark);
  }, /must reach its checkpoint \(batch 20, seq 60\): was at its end after batch 19/],
  ["ends within the batch of its newest checkpoint", (disk, earlierMark) => {
    loseLastBatch(disk, "its events");
    disk.put(highWaterPath(STATE), earlierMark);
  }, /must reach its checkpoint \(batch 20, seq 60\): was at its end after batch 19/],
  ["begins later and has damaged checkpoints only", (disk) => {
    dropFirstSegment(disk);
    changeCheckpoints(disk, (bytes) => bytes.subarray(0, 100));
  }, /must have a checkpoint: was without one/],
  ["begins at 1 and has damaged checkpoints only", (disk) => {
    changeCheckpoints(disk, (bytes) => bytes.subarray(0, 100));
  }, /^$/],
  ["is damaged and ends before its newest checkpoint", (disk) => {
    const path = `${directory}/00000001.log`;
    disk.put(path, disk.read(path).fill(0, 4096, 8192));
    disk.remove(`${directory}/${disk.list(directory).at(-1)}`);
  }, /segment 00000001\.log, byte \d+, batch \d+/],
];
for (const [what, change, said] of APART) {
  Deno.test(`journalVerify() says what a start says of a journal that ${what}`, () => {
    const { disk, earlierMark } = checkpointed();
    change(disk, earlierMark);
    const verified = journalVerify(disk, STATE);
    match(verified.problem ?? "", said);
    strictEqual(verified.problem ?? "", refusalOf(disk));
  });
}

Deno.test("journalVerify() says what a start says of a journal begun after a loss without its checkpoint", () => {
  const { disk } = checkpointed();
  const at = { ...tailOf(20), segment: 0, offset: 0 };
  for (const path of [directory, checkpointDirectory(STATE)]) {
    for (const name of disk.list(path)) disk.remove(`${path}/${name}`);
  }
  disk.remove(highWaterPath(STATE));
  createHighWater(disk, STATE, at);
  const verified = journalVerify(disk, STATE);
  match(verified.problem ?? "", /must contain the batch after which its checkpoint was taken/);
  strictEqual(verified.problem, refusalOf(disk));
});

/** The sentence of a start; empty: it goes on. */
function refusalOf(disk: MemoryDisk): string {
  try {
    opened(disk, "binding");
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

Deno.test("journalVerify() says what a start says of a checkpoint of another chain", () => {
  const disk = withForeignCheckpoint();
  const verified = journalVerify(disk, STATE);
  match(verified.problem ?? "", /was taken: was another chain/);
  strictEqual(verified.problem, refusalOf(disk));
  ok(!verified.ok && verified.batches > 0, "it says what it has counted all the same");
});
