/**
 * Which events an operator may have passed over. Proves the poison rule (R-JRN-2): none of which
 * something was shown or sent, and none that is not there.
 * @module
 */
import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { Effects } from "../../../core/effects.ts";
import { highWaterPath } from "../../../edge/journal/high_water.ts";
import { JournalRefused, lockState, quarantine, StateLocked } from "../../../edge/journal/mod.ts";
import { segmentName } from "../../../edge/journal/format.ts";
import { PoisonNotes } from "../../../edge/poison.ts";
import { eventAt, JournalRig, STATE } from "../../support/journal_rig.ts";
import type { MemoryDisk } from "../../support/memory_disk.ts";

/** Of several segments, each intent with a report; the last event, 60, failed when it came. */
function journal(): MemoryDisk {
  const rig = new JournalRig();
  rig.fill(59);
  rig.journal.record({ event: eventAt(60), effects: new Effects() }, []);
  rig.stop();
  return rig.disk;
}

/** Has the daemon have failed at `seqs`. */
function failedAt(disk: MemoryDisk, ...seqs: readonly number[]): PoisonNotes {
  const notes = new PoisonNotes(disk, STATE);
  for (const seq of seqs) notes.meet(seq);
  return notes;
}

Deno.test("quarantine() passes over an event that has no effects, whatever became of the mark", () => {
  for (const isMarkLost of [false, true]) {
    const disk = journal();
    if (isMarkLost) disk.remove(highWaterPath(STATE));
    const notes = failedAt(disk, 60);
    quarantine(disk, STATE, 60);
    quarantine(disk, STATE, 60);
    deepStrictEqual(notes.quarantined(), new Set([60]));
  }
});

const REFUSED = [
  [
    4,
    [4],
    /event 4: it must have caused nothing, .*: was 1 transition, 1 report, 1 command\. .*--across-versions/,
  ],
  [
    56,
    [4, 56],
    /event 56: it must have caused nothing, .*: was 1 transition, 1 report, 1 command\./,
  ],
  [61, [60, 61], /event 61: the journal must hold it: was without it/],
  [4, [60], /event 4: the daemon must have failed there: it failed at event 60/],
] as const;
for (const [seq, met, sentence] of REFUSED) {
  Deno.test(`quarantine() refuses event ${seq} where the daemon failed at ${met}, and notes nothing`, () => {
    const disk = journal();
    const notes = failedAt(disk, ...met);
    throws(() => quarantine(disk, STATE, seq), (error) => {
      return error instanceof RangeError && sentence.test(error.message);
    });
    deepStrictEqual(notes.quarantined(), new Set());
    lockState(disk, STATE).release(); // it has let go of it
  });
}

Deno.test("quarantine() refuses an event of which the journal cannot say what it caused", () => {
  const disk = journal();
  const notes = failedAt(disk, 4, 60);
  const path = `${STATE}/journal/${segmentName(1)}`;
  disk.put(path, disk.read(path).fill(0, 2000, 2010));
  throws(() => quarantine(disk, STATE, 4), JournalRefused);
  quarantine(disk, STATE, 60); // of another segment
  deepStrictEqual(notes.quarantined(), new Set([60]));
});

Deno.test("quarantine() refuses a directory that a daemon holds, and one that is not there", () => {
  const disk = journal();
  const notes = failedAt(disk, 60);
  const lock = lockState(disk, STATE);
  throws(() => quarantine(disk, STATE, 60), StateLocked);
  lock.release();
  deepStrictEqual(notes.quarantined(), new Set());
  throws(() => quarantine(disk, "other", 60), /there must be a directory other/);
  ok(!disk.exists("other"));
});
