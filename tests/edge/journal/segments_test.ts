/**
 * Proves R-JRN-2, R-JRN-4: a journal begins where its anchor says, or at its very beginning; a first
 * segment that begins elsewhere is no beginning.
 * @module
 */
import { strictEqual, throws } from "node:assert/strict";
import {
  encodeSegmentHeader,
  genesisChain,
  type SegmentHeader,
} from "../../../edge/journal/format.ts";
import { anchorPath, encodeAnchor, listSegments } from "../../../edge/journal/segments.ts";
import { MemoryDisk } from "../../support/memory_disk.ts";

const DIRECTORY = "state/journal";
const JOURNAL_ID = "0".repeat(32);
const BEGINNING: SegmentHeader = {
  journalId: JOURNAL_ID,
  number: 1,
  firstBatch: 1,
  firstSeq: 1,
  previousChain: genesisChain(JOURNAL_ID),
};
const LATER: SegmentHeader = {
  journalId: JOURNAL_ID,
  number: 3,
  firstBatch: 20,
  firstSeq: 40,
  previousChain: "a".repeat(64),
};
const OTHERS: readonly (readonly [what: string, Partial<SegmentHeader>])[] = [
  ["another journal", { journalId: "1".repeat(32) }],
  ["another batch", { firstBatch: 21 }],
  ["another event", { firstSeq: 41 }],
  ["another chain", { previousChain: "b".repeat(64) }],
];

function diskOf(first: SegmentHeader, anchor?: SegmentHeader): MemoryDisk {
  const disk = new MemoryDisk();
  const name = `${String(first.number).padStart(8, "0")}.log`;
  disk.put(`${DIRECTORY}/${name}`, new TextEncoder().encode(encodeSegmentHeader(first)));
  if (anchor === undefined) return disk;
  disk.put(anchorPath(DIRECTORY), new TextEncoder().encode(encodeAnchor(anchor)));
  return disk;
}

Deno.test("listSegments() gives the segments from the beginning, or from the anchor, and closes them", () => {
  for (const disk of [diskOf(BEGINNING), diskOf(LATER, LATER), diskOf(BEGINNING, BEGINNING)]) {
    strictEqual(listSegments(disk, DIRECTORY).length, 1);
    strictEqual(disk.openFiles, 0);
  }
});

for (const [what, change] of OTHERS) {
  Deno.test(`listSegments() refuses a first segment of ${what} than its anchor's`, () => {
    const disk = diskOf({ ...LATER, ...change }, LATER);
    throws(() => listSegments(disk, DIRECTORY), /must begin where the journal begins \(batch 20\)/);
  });
}

for (const [what, change] of OTHERS.slice(1)) {
  Deno.test(`listSegments() refuses a first segment of ${what} where there is no anchor`, () => {
    const disk = diskOf({ ...BEGINNING, ...change });
    throws(() => listSegments(disk, DIRECTORY), /must begin where the journal begins \(batch 1\)/);
  });
}

Deno.test("listSegments() refuses an anchor with any altered character", () => {
  const whole = encodeAnchor(LATER);
  for (let at = 0; at < whole.length; at += 1) {
    const disk = diskOf(LATER);
    const bytes = new TextEncoder().encode(whole).map((byte, place) =>
      place === at ? byte ^ 1 : byte
    );
    disk.put(anchorPath(DIRECTORY), bytes);
    throws(
      () => listSegments(disk, DIRECTORY),
      /anchor\.json must be intact: was altered/,
      `${at}`,
    );
  }
});

Deno.test("listSegments() refuses an anchor behind which nothing is left, but not one of a journal's beginning", () => {
  const disk = diskOf(LATER, LATER);
  disk.remove(`${DIRECTORY}/00000003.log`);
  throws(() => listSegments(disk, DIRECTORY), /segment 00000003\.log must be there/);
  const begun = diskOf(BEGINNING, BEGINNING);
  begun.remove(`${DIRECTORY}/00000001.log`);
  strictEqual(listSegments(begun, DIRECTORY).length, 0);
});
