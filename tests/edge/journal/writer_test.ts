/**
 * Proves R-JRN-2 of the writing end: each batch stays where it was put, whatever is filled ahead of
 * it; the mark is made durable in time; a segment ends when it is full or old, and not before.
 * @module
 */
import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { HEADER_BYTES_MAX } from "../../../edge/journal/format.ts";
import { highWaterPath, readHighWater } from "../../../edge/journal/high_water.ts";
import { listSegments } from "../../../edge/journal/segments.ts";
import {
  type BatchPosition,
  JournalWriter,
  type SegmentSettings,
} from "../../../edge/journal/writer.ts";
import { ENGINE, openJournal, STATE } from "../../support/journal_rig.ts";
import { MemoryDisk } from "../../support/memory_disk.ts";

const JOURNAL = `${STATE}/journal`;
const FIRST = `${JOURNAL}/00000001.log`;
const SETTINGS: SegmentSettings = {
  segmentBytes: 1 << 20,
  segmentAgeUs: 1_000_000,
  fillBytes: 4096,
};
/** From this size on a batch is of a burst. */
const LARGE_BYTES = 1 << 16;

/** A new journal's writer, with what a test asks of it. */
class WriterRig {
  readonly disk = new MemoryDisk();
  readonly writer: JournalWriter;

  constructor(settings: Partial<SegmentSettings> = {}) {
    const { tail } = openJournal(this.disk);
    const start = { stateDirectory: STATE, engineVersion: ENGINE, tail };
    this.writer = new JournalWriter(this.disk, start, { ...SETTINGS, ...settings });
  }

  /** Commits a batch whose truth part has `truthBytes`. */
  commit(truthBytes: number, timeUs = 1): BatchPosition {
    const seq = this.writer.tail.seq + 1;
    const buffer = new Uint8Array(HEADER_BYTES_MAX + truthBytes).fill(65, HEADER_BYTES_MAX);
    const digest = "0".repeat(16);
    const parts = { truthBytes, marketBytes: 0 };
    return this.writer.commit({ firstSeq: seq, lastSeq: seq, timeUs, ...parts, digest, buffer });
  }

  /** Bytes of the first segment behind its last batch. */
  get ahead(): Uint8Array {
    return this.disk.read(FIRST).subarray(this.writer.tail.offset);
  }
}

Deno.test("JournalWriter keeps every batch as it was written, whatever is filled ahead between them", () => {
  const bytes = fc.oneof(fc.integer({ min: 1, max: 9000 }), fc.constant(LARGE_BYTES));
  const action = fc.oneof(bytes, fc.constant(0), fc.constant(0));
  fc.assert(
    fc.property(fc.array(action, { minLength: 1, maxLength: 30, size: "max" }), (actions) => {
      const rig = new WriterRig();
      const written: { readonly from: number; readonly line: Uint8Array }[] = [];
      for (const truthBytes of [1, ...actions]) {
        if (truthBytes === 0) rig.writer.prepare();
        else {
          const { offset: from, bytes } = rig.commit(truthBytes);
          written.push({ from, line: rig.disk.read(FIRST).slice(from, from + bytes) });
        }
        ok(rig.ahead.every((byte) => byte === 0));
        ok(rig.ahead.length <= 2 * SETTINGS.fillBytes, `${rig.ahead.length} bytes ahead`);
      }
      rig.disk.crash("none");
      for (const { from, line } of written) {
        deepStrictEqual(rig.disk.read(FIRST).slice(from, from + line.length), line);
      }
    }),
  );
});

Deno.test("JournalWriter.prepare() leaves durable room for half a step, so that a commit changes no size", () => {
  const rig = new WriterRig();
  let filled = 0;
  for (let count = 0; count < 40; count++) {
    rig.commit(500);
    const before = rig.disk.read(FIRST).length;
    rig.writer.prepare();
    if (rig.disk.read(FIRST).length > before) filled += 1;
    ok(rig.ahead.length >= SETTINGS.fillBytes / 2);
    strictEqual(rig.disk.durable(FIRST).length, rig.disk.read(FIRST).length);
  }
  ok(filled > 2);
});

Deno.test("JournalWriter fills nothing ahead in a burst and begins again after it", () => {
  const rig = new WriterRig();
  rig.commit(LARGE_BYTES);
  rig.writer.prepare();
  strictEqual(rig.ahead.length, 0);
  rig.commit(100);
  ok(rig.ahead.length > 0);
});

Deno.test("JournalWriter.prepare() fills nothing behind the end of a full segment", () => {
  const rig = new WriterRig({ segmentBytes: 8192 });
  const { offset, bytes } = rig.commit(1000);
  rig.commit(8192 - (offset + bytes) - (bytes - 1000));
  const { length } = rig.disk.read(FIRST);
  ok(rig.writer.tail.offset >= 8190, `${rig.writer.tail.offset}`);
  for (let count = 0; count < 3; count++) rig.writer.prepare();
  ok(rig.disk.read(FIRST).length <= length + SETTINGS.fillBytes);
});

Deno.test("JournalWriter.mark() is durable at once after a second, and only then", () => {
  const rig = new WriterRig();
  const durable = (): number => {
    const disk = rig.disk.clone();
    const path = highWaterPath(STATE);
    disk.put(path, rig.disk.durable(path).slice());
    const mark = readHighWater(disk, path);
    return typeof mark === "object" ? mark.batch : -1;
  };
  const seen: number[] = [];
  for (const monotonicUs of [1_000_000, 1_999_999, 2_000_000, 2_500_000, 3_000_000]) {
    rig.commit(10);
    rig.writer.mark(monotonicUs);
    seen.push(durable());
  }
  deepStrictEqual(seen, [1, 1, 3, 3, 5]);
  rig.commit(10);
  rig.writer.mark(3_000_001);
  rig.writer.close();
  strictEqual(durable(), 6);
  strictEqual(rig.disk.openFiles, 0);
});

Deno.test("JournalWriter begins a segment anew over what a crash left of it", () => {
  const rig = new WriterRig();
  rig.disk.put(`${FIRST}.tmp`, new Uint8Array(20_000).fill(65));
  rig.commit(10);
  ok(rig.ahead.every((byte) => byte === 0));
});

Deno.test("JournalWriter fills a segment to its last byte before it begins the next", () => {
  const probe = new WriterRig();
  const { offset, bytes } = probe.commit(1000);
  const exact = new WriterRig({ segmentBytes: offset + 2 * bytes });
  strictEqual(exact.commit(1000).segment, 1);
  strictEqual(exact.commit(1000).segment, 1);
  strictEqual(exact.commit(1000).segment, 2);
  strictEqual(exact.disk.read(FIRST).length, offset + 2 * bytes, "sealed without the filling");
  const smaller = new WriterRig({ segmentBytes: offset + 2 * bytes - 1 });
  strictEqual(smaller.commit(1000).segment, 1);
  strictEqual(smaller.commit(1000).segment, 2);
});

Deno.test("JournalWriter begins a segment when the first batch of the last one is old, not when it is young", () => {
  const rig = new WriterRig();
  const begun = 1_700_000_000_000_000;
  const times = [0, 1, SETTINGS.segmentAgeUs - 1, SETTINGS.segmentAgeUs];
  const segments = times.map((afterUs) => rig.commit(10, begun + afterUs).segment);
  deepStrictEqual(segments, [1, 1, 1, 2]);
  const again = 2 * SETTINGS.segmentAgeUs;
  strictEqual(rig.commit(10, begun + again - 1).segment, 2, "its age counts from its own first");
  strictEqual(rig.commit(10, begun + again).segment, 3);
  const [first, second] = listSegments(rig.disk, JOURNAL);
  notStrictEqual(first?.previousChain, second?.previousChain);
});
