/**
 * Proves R-JRN-4: retention takes what is older than it may be and covered by every checkpoint, and
 * nothing else; to the microsecond and to the event.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { micros } from "../../../core/numbers.ts";
import { segmentName } from "../../../edge/journal/format.ts";
import { journalVerify } from "../../../edge/journal/mod.ts";
import { Retention, type RetentionSettings } from "../../../edge/journal/retention.ts";
import { readWindow, SegmentReader } from "../../../edge/journal/segment_reader.ts";
import { listSegments } from "../../../edge/journal/segments.ts";
import { DiskError } from "../../../edge/ports.ts";
import { eventAt, JournalRig, STATE } from "../../support/journal_rig.ts";
import type { MemoryDisk } from "../../support/memory_disk.ts";

const JOURNAL = `${STATE}/journal`;
const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
const MARKET_ONLY: RetentionSettings = { marketHours: 24, truthDays: null };
const TRUTH_ONLY: RetentionSettings = { marketHours: null, truthDays: 5 };

/** A journal of several segments, an event an hour, each a batch. */
function journal(): MemoryDisk {
  const rig = new JournalRig();
  for (let n = 1; n <= 150; n++) {
    rig.record({ ...eventAt(n), ingestTime: micros(n * HOUR_US) });
    rig.journal.flush();
    rig.threads.run();
  }
  rig.stop();
  return rig.disk;
}

function firstSeqOf(disk: MemoryDisk, number: number): number {
  const header = listSegments(disk, JOURNAL).find((segment) => segment.number === number);
  ok(header !== undefined, `segment ${number}`);
  return header.firstSeq;
}

/** When the last event of a segment is as old as the first of the next one. */
function endUsOf(disk: MemoryDisk, number: number): number {
  return firstSeqOf(disk, number + 1) * HOUR_US;
}

/** Its name is all that retention reads of a checkpoint. */
function checkpointAt(disk: MemoryDisk, seq: number): void {
  disk.put(`${STATE}/checkpoints/${String(seq).padStart(16, "0")}.json`, new Uint8Array(0));
}

/** Everything that is kept verifies. Damage is said first: then only that checkpoints are mere names. */
function isWhole(disk: MemoryDisk): void {
  const { problem } = journalVerify(disk, STATE);
  if (problem !== undefined) match(problem, /must have a checkpoint: was without one/);
}

/** Applies retention; returns what it said it did. */
function apply(
  disk: MemoryDisk,
  of: { readonly settings: RetentionSettings; readonly nowUs: number },
): { readonly rewritten: readonly number[]; readonly firstKept: number | undefined } {
  const rewritten: number[] = [];
  let firstKept: number | undefined;
  const { openFiles } = disk;
  const { settings, nowUs } = of;
  const retention = new Retention({ disk, stateDirectory: STATE, window: readWindow(), settings });
  for (const step of retention.apply(nowUs)) {
    if (step.kind === "removed") firstKept = step.firstKept;
    if (step.kind === "rewritten") rewritten.push(step.segment);
    strictEqual(disk.openFiles, openFiles);
  }
  strictEqual(disk.openFiles, openFiles);
  return { rewritten, firstKept };
}

/** Segments that still have their market parts. */
function withMarket(disk: MemoryDisk): readonly number[] {
  return listSegments(disk, JOURNAL).map(({ number }) => number).filter((number) => {
    const reader = new SegmentReader(disk, { directory: JOURNAL, number });
    for (let offset = reader.firstOffset;;) {
      const found = reader.read(offset, "checked");
      if (found.kind !== "batch") return false;
      if (found.batch.market.length > 0) return true;
      offset += found.batch.bytes;
    }
  });
}

function numbersOf(disk: MemoryDisk): readonly number[] {
  return listSegments(disk, JOURNAL).map(({ number }) => number);
}

Deno.test("retention drops the market data of segments that ended before its hours, and of no other", () => {
  for (const [lateUs, expected] of [[0, [1, 2]], [1, [1, 2, 3]]] as const) {
    const disk = journal();
    checkpointAt(disk, 150);
    const all = numbersOf(disk);
    ok(all.length > 5);
    deepStrictEqual(withMarket(disk), all);
    const nowUs = endUsOf(disk, 3) + DAY_US + lateUs;
    deepStrictEqual(apply(disk, { settings: MARKET_ONLY, nowUs }).rewritten, expected);
    deepStrictEqual(withMarket(disk), all.slice(expected.length));
    isWhole(disk);
  }
});

Deno.test("retention removes the segments that ended before its days, and no other", () => {
  for (const [lateUs, firstKept] of [[0, 3], [1, 4]] as const) {
    const disk = journal();
    checkpointAt(disk, 150);
    const all = numbersOf(disk);
    const nowUs = endUsOf(disk, 3) + 5 * DAY_US + lateUs;
    const done = apply(disk, { settings: TRUTH_ONLY, nowUs });
    deepStrictEqual(done, { rewritten: [], firstKept });
    deepStrictEqual(numbersOf(disk), all.slice(firstKept - 1));
    deepStrictEqual(withMarket(disk), all.slice(firstKept - 1));
    isWhole(disk);
  }
});

Deno.test("retention touches only segments whose last event the oldest checkpoint has", () => {
  const nowUs = 10_000 * DAY_US;
  for (const settings of [MARKET_ONLY, TRUTH_ONLY]) {
    for (const [short, covered] of [[0, 3], [1, 2]] as const) {
      const disk = journal();
      const all = numbersOf(disk);
      checkpointAt(disk, firstSeqOf(disk, 4) - 1 - short);
      checkpointAt(disk, 150);
      const { rewritten, firstKept } = apply(disk, { settings, nowUs });
      const touched = firstKept === undefined ? rewritten : all.slice(0, firstKept - 1);
      deepStrictEqual(touched, all.slice(0, covered), JSON.stringify(settings));
      isWhole(disk);
    }
  }
});

Deno.test("retention touches nothing without a checkpoint, and never the segment that is written", () => {
  const nowUs = 10_000 * DAY_US;
  const disk = journal();
  const all = numbersOf(disk);
  const nothing = { rewritten: [], firstKept: undefined };
  deepStrictEqual(apply(disk, { settings: MARKET_ONLY, nowUs }), nothing);
  deepStrictEqual(apply(disk, { settings: TRUTH_ONLY, nowUs }), nothing);
  checkpointAt(disk, 150);
  deepStrictEqual(apply(disk, { settings: MARKET_ONLY, nowUs }).rewritten, all.slice(0, -1));
  strictEqual(apply(disk, { settings: TRUTH_ONLY, nowUs }).firstKept, all.at(-1));
  deepStrictEqual(numbersOf(disk), all.slice(-1));
});

Deno.test("retention removes what an earlier one left that was interrupted, whatever is due now", () => {
  const nowUs = 10_000 * DAY_US;
  for (const settings of [TRUTH_ONLY, MARKET_ONLY, { marketHours: null, truthDays: null }]) {
    for (const onCall of [1, 2, 3]) {
      const disk = journal();
      const all = numbersOf(disk);
      checkpointAt(disk, firstSeqOf(disk, 4) - 1);
      disk.put(`${JOURNAL}/00000002.log.tmp`, new Uint8Array(9)); // of a rewrite that was interrupted
      disk.inject({ operation: "remove", path: "journal/", onCall, effect: "Io" });
      throws(() => apply(disk, { settings: TRUTH_ONLY, nowUs }), DiskError);
      disk.heal();
      deepStrictEqual(numbersOf(disk), all.slice(3), "the anchor is there");
      const { firstKept } = apply(disk, { settings, nowUs });
      strictEqual(firstKept, all[3]);
      deepStrictEqual(disk.list(JOURNAL), [...all.slice(3).map(segmentName), "anchor.json"]);
      disk.crash("none");
      deepStrictEqual(disk.list(JOURNAL), [...all.slice(3).map(segmentName), "anchor.json"]);
      isWhole(disk);
    }
  }
});

Deno.test("retention removes nothing before the anchor is durable, whoever wrote it", () => {
  const disk = journal();
  checkpointAt(disk, firstSeqOf(disk, 4) - 1);
  const files = [...disk.list(JOURNAL), "anchor.json"];
  for (const onCall of [1, 2]) {
    disk.inject({ operation: "syncDirectory", path: "journal", onCall, effect: "Io" });
  }
  for (let call = 1; call <= 2; call += 1) {
    throws(() => apply(disk, { settings: TRUTH_ONLY, nowUs: 10_000 * DAY_US }), DiskError);
    deepStrictEqual(disk.list(JOURNAL), files, `call ${call}`);
  }
});

Deno.test("retention looks once at a segment that never had market data, and leaves it as it is", () => {
  const rig = new JournalRig();
  const timer = eventAt(3);
  for (let n = 1; n <= 150; n++) {
    rig.record({ ...timer, seqId: eventAt(n).seqId, ingestTime: micros(n * HOUR_US) });
    rig.journal.flush();
    rig.threads.run();
  }
  rig.stop();
  checkpointAt(rig.disk, 150);
  const segments = numbersOf(rig.disk);
  ok(segments.length > 3);
  const nowUs = 10_000 * DAY_US;
  const retention = new Retention({
    disk: rig.disk,
    stateDirectory: STATE,
    window: readWindow(),
    settings: MARKET_ONLY,
  });
  const passed = [...retention.apply(nowUs)].filter(({ kind }) => kind === "passed");
  strictEqual(passed.length, segments.length - 1);
  const { opened } = rig.disk;
  deepStrictEqual([...retention.apply(nowUs)], [], "what was looked at is known");
  strictEqual(rig.disk.opened, opened, "a segment that is written has none behind it");
});
