/**
 * Proves R-JRN-2: each batch and each segment continues the one before it. What is whole in itself
 * and in the wrong place, or of another history, is refused by all who read.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { BatchTail } from "../../../edge/journal/batch_tail.ts";
import { highWaterPath } from "../../../edge/journal/high_water.ts";
import { journalVerify, recover } from "../../../edge/journal/mod.ts";
import { beginning } from "../../../edge/journal/scan.ts";
import { listSegments } from "../../../edge/journal/segments.ts";
import { ENGINE, eventAt, JournalRig, openJournal, STATE } from "../../support/journal_rig.ts";
import type { MemoryDisk } from "../../support/memory_disk.ts";
import { piecesOf, putPieces } from "../../support/segment_pieces.ts";

const JOURNAL = `${STATE}/journal`;

type Batches = readonly Uint8Array[];
/** The batches of one segment, of two histories that are the same up to their sixth. */
type Histories = { readonly ours: Batches; readonly other: Batches };

/** Two journals that began as one; nothing in either is damaged. */
function histories(): { readonly ours: JournalRig; readonly other: JournalRig } {
  const begun = new JournalRig();
  begun.fill(6, 1);
  begun.stop();
  const ours = new JournalRig(begun.disk.clone());
  const other = new JournalRig(begun.disk.clone());
  ours.fill(40, 1);
  for (let count = 0; count < 40; count++) {
    const seq = other.timeline.seqId + 1;
    other.record({ ...eventAt(seq), ingestTime: eventAt(seq + 500).ingestTime });
    other.journal.flush();
    other.threads.run();
  }
  ours.stop();
  other.stop();
  return { ours, other };
}

const CASES: readonly (readonly [
  what: string,
  pieces: (of: Histories) => Batches,
  batch: number,
])[] = [
  ["without its third batch", ({ ours }) => ours.toSpliced(2, 1), 3],
  ["with its third batch twice", ({ ours }) => ours.toSpliced(2, 0, ours[2] ?? NOTHING), 4],
  ["with two batches in each other's place", ({ ours }) => {
    const [third = NOTHING, fourth = NOTHING] = ours.slice(2, 4);
    return ours.toSpliced(2, 2, fourth, third);
  }, 3],
  ["with one batch of another history", ({ ours, other }) => {
    return ours.toSpliced(7, 1, other[7] ?? NOTHING);
  }, 8],
  ["with the rest of another history", ({ ours, other }) => {
    return [...ours.slice(0, 7), ...other.slice(7)];
  }, 8],
];
const NOTHING = new Uint8Array(0);

/** Reads a journal as a follower does, to the batch that is said to be durable. */
function follow(disk: MemoryDisk, durableBatch: number): void {
  const { openFiles } = disk;
  const segments = listSegments(disk, JOURNAL);
  const from = beginning(segments[0]?.journalId ?? "", segments);
  const tail = new BatchTail(disk, { directory: JOURNAL, from });
  try {
    while (tail.next(durableBatch) !== undefined);
    strictEqual(tail.tail.batch, durableBatch);
  } finally {
    tail.close();
  }
  strictEqual(disk.openFiles, openFiles);
}

for (const [what, pieces, batch] of CASES) {
  Deno.test(`a segment ${what} is refused by recovery, verification and follower at batch ${batch}`, () => {
    const { ours, other } = histories();
    const { header, batches } = piecesOf(ours.disk, 1);
    const altered = pieces({ ours: batches, other: piecesOf(other.disk, 1).batches });
    putPieces(ours.disk, 1, [header, ...altered]);
    const place = new RegExp(`segment 00000001\\.log, byte \\d+, batch ${batch}, seq ${batch}\\b`);
    throws(() => [...openJournal(ours.disk).records()], place);
    match(journalVerify(ours.disk, STATE).problem ?? "", place);
    throws(() => follow(ours.disk, 46), place);
  });
}

Deno.test("a batch that is altered or missing is named by the follower as by recovery", () => {
  const { ours } = histories();
  follow(ours.disk, 46);
  throws(() => follow(ours.disk, 47), /a durable batch must be there.*batch 47, seq 47\b/);
  const { header, batches } = piecesOf(ours.disk, 1);
  const third = (batches[2] ?? NOTHING).map((byte, at, all) =>
    at === all.length - 3 ? byte ^ 1 : byte
  );
  putPieces(ours.disk, 1, [header, ...batches.toSpliced(2, 1, third)]);
  const place =
    /part must agree with its hash: was altered.*00000001\.log, byte \d+, batch 3, seq 3\b/;
  throws(() => [...openJournal(ours.disk).records()], place);
  throws(() => follow(ours.disk, 46), place);
});

Deno.test("a segment of another history is refused by recovery, verification and follower", () => {
  const { ours, other } = histories();
  const foreign = "00000002.log";
  ok(listSegments(ours.disk, JOURNAL).length > 2 && other.disk.exists(`${JOURNAL}/${foreign}`));
  ours.disk.put(`${JOURNAL}/${foreign}`, other.disk.read(`${JOURNAL}/${foreign}`));
  const place = /a segment must continue the chain before it: was another chain.*00000002\.log/;
  throws(() => [...openJournal(ours.disk).records()], place);
  match(journalVerify(ours.disk, STATE).problem ?? "", place);
  throws(() => follow(ours.disk, 46), place);
});

Deno.test("another history with our high-water mark is refused where the mark was taken", () => {
  const { ours, other } = histories();
  other.disk.put(highWaterPath(STATE), ours.disk.read(highWaterPath(STATE)));
  const text = /must be the one its high-water mark was taken of: was another chain.*batch 46/;
  throws(() => [...openJournal(other.disk).records()], text);
  match(journalVerify(other.disk, STATE).problem ?? "", text);
});

Deno.test("recover() says of a torn tail where it was, how long, and clears no more than that", () => {
  const rig = new JournalRig();
  rig.fill(6, 1);
  rig.stop();
  const mark = rig.disk.read(highWaterPath(STATE));
  const longer = new JournalRig(rig.disk);
  longer.fill(1, 1);
  longer.stop();
  const { header, batches } = piecesOf(rig.disk, 1);
  const offset = header.length + batches.slice(0, -1).reduce((sum, { length }) => sum + length, 0);
  const half = (batches.at(-1) ?? NOTHING).slice(0, 200).fill(65, 199);
  putPieces(rig.disk, 1, [header, ...batches.slice(0, -1), half, new Uint8Array(1000)]);
  rig.disk.put(highWaterPath(STATE), mark);
  const said: [string, Readonly<Record<string, unknown>>][] = [];
  const recovery = recover({
    disk: rig.disk,
    randomness: { bytes: (length) => new Uint8Array(length) },
    log: { write: (_level, event, fields) => said.push([event, fields ?? {}]) },
    stateDirectory: STATE,
    engineVersion: ENGINE,
  });
  strictEqual([...recovery.records()].length, 6);
  const torn = { segment: 1, offset, bytes: 200, batch: 7 };
  deepStrictEqual(said, [["journal_torn_tail_dropped", torn]]);
  const { length } = rig.disk.read(`${JOURNAL}/00000001.log`);
  strictEqual(length, offset + 1200);
  strictEqual(recovery.tail.offset, offset);
});
