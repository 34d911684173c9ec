/**
 * Proves R-JRN-2, R-JRN-4: a checkpoint is gone on from only in the journal it was taken of, also
 * where retention has dropped all that it stands for.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { placeAfter } from "../../../edge/journal/opening.ts";
import { recover } from "../../../edge/journal/mod.ts";
import { listSegments } from "../../../edge/journal/segments.ts";
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
