/**
 * Proves R-JRN-2, R-JRN-4: a torn tail is dropped, everything else that is not as it was written is
 * refused with a sentence that names the first bad record; a restart on it never begins.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Effects } from "../../../core/effects.ts";
import type { Event } from "../../../core/event.ts";
import {
  JournalRefused,
  journalVerify,
  PoisonEvent,
  recover,
  replayInto,
} from "../../../edge/journal/mod.ts";
import { encodeSegmentHeader } from "../../../edge/journal/format.ts";
import { createHighWater, readHighWater } from "../../../edge/journal/high_water.ts";
import { encodeAnchor, listSegments } from "../../../edge/journal/segments.ts";
import { EchoTimeline } from "../../support/echo_timeline.ts";
import {
  controlHead,
  ENGINE,
  JournalRig,
  openJournal,
  replayDisk,
  SILENT,
  STATE,
} from "../../support/journal_rig.ts";
import type { ByteWriter } from "../../../wire/byte_writer.ts";
import { NO_POISON } from "../../../edge/poison.ts";
import { DiskError } from "../../../edge/ports.ts";
import { MemoryDisk } from "../../support/memory_disk.ts";
import { piecesOf, putPieces } from "../../support/segment_pieces.ts";

const FIRST = `${STATE}/journal/00000001.log`;
const SECOND = `${STATE}/journal/00000002.log`;
const THIRD = `${STATE}/journal/00000003.log`;
const FOURTH = `${STATE}/journal/00000004.log`;
const MARK = `${STATE}/high_water`;

function journalOf(events: number): JournalRig {
  const rig = new JournalRig();
  rig.fill(events);
  rig.stop();
  return rig;
}

function alter(disk: MemoryDisk, path: string, change: (bytes: Uint8Array) => Uint8Array): void {
  disk.put(path, change(disk.read(path)));
}

function flip(offset: number, bit = 0): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => bytes.map((byte, index) => index === offset ? byte ^ (1 << bit) : byte);
}

function refusalOf(disk: MemoryDisk): JournalRefused {
  try {
    replayDisk(disk);
  } catch (error) {
    if (error instanceof JournalRefused) return error;
    throw error;
  }
  throw new Error("the journal was not refused");
}

Deno.test("recover() names the batch in which a bit of either part or the header flipped", () => {
  const rig = journalOf(30);
  const text = new TextDecoder("latin1").decode(rig.disk.read(FIRST));
  const places = {
    header: text.indexOf('"number":3,') + 10,
    chain: text.indexOf('"chain":', text.indexOf('"number":3,')) + 12,
    truth: text.indexOf('"due_us":7') + 10,
    market: text.indexOf('"bids":[9,') + 8,
  };
  for (const [part, offset] of Object.entries(places)) {
    const disk = rig.disk.clone();
    alter(disk, FIRST, flip(offset));
    const refusal = refusalOf(disk);
    match(refusal.message, /segment 00000001\.log, byte \d+, batch 3, seq 7/, part);
    strictEqual(refusal.place.batch, 3, part);
  }
});

Deno.test("recover() refuses any single flipped bit in what was acknowledged", () => {
  const rig = journalOf(12);
  const size = new TextDecoder("latin1").decode(rig.disk.read(FIRST)).replace(/\0+$/, "").length;
  fc.assert(fc.property(fc.nat(size - 1), fc.nat(7), (offset, bit) => {
    const disk = rig.disk.clone();
    alter(disk, FIRST, flip(offset, bit));
    refusalOf(disk);
  }));
});

Deno.test("recover() drops a torn last batch, cut at any byte, and keeps all before it", () => {
  const rig = journalOf(6);
  const mark = rig.disk.read(`${STATE}/high_water`);
  const before = new TextDecoder("latin1").decode(rig.disk.read(FIRST)).replace(/\0+$/, "").length;
  const longer = new JournalRig(rig.disk.clone());
  longer.fill(3);
  longer.stop();
  const whole = longer.disk.read(FIRST);
  const after = new TextDecoder("latin1").decode(whole).replace(/\0+$/, "").length;
  for (let cut = before; cut < after; cut++) {
    const disk = longer.disk.clone();
    disk.put(`${STATE}/high_water`, mark);
    alter(disk, FIRST, (bytes) => bytes.map((byte, index) => index < cut ? byte : 0));
    strictEqual(replayDisk(disk).seqId, 6, `cut at ${cut}`);
    const text = new TextDecoder("latin1").decode(disk.read(FIRST));
    strictEqual(text.replace(/\0+$/, "").length, before);
  }
});

Deno.test("recover() refuses a tail cut below the high-water mark", () => {
  const rig = journalOf(15);
  alter(rig.disk, FIRST, (bytes) => bytes.subarray(0, bytes.lastIndexOf(123) - 900));
  match(refusalOf(rig.disk).message, /high-water mark/);
});

/** What may stand behind the byte at which an end was torn. */
const BEHIND:
  readonly (readonly [what: string, cut: (bytes: Uint8Array, at: number) => Uint8Array])[] = [
    ["zeros", (bytes, at) => bytes.fill(0, at)],
    ["nothing", (bytes, at) => bytes.subarray(0, at)],
    ["garbage", (bytes, at) => bytes.map((byte, index) => index < at ? byte : (index * 37) % 251)],
  ];
for (const [what, cut] of BEHIND) {
  Deno.test(`recover() offers a loss to accept where the end is torn anywhere with ${what} behind`, () => {
    const { disk } = journalOf(15);
    const text = new TextDecoder("latin1").decode(disk.read(FIRST));
    const fourth = text.indexOf('{"batch":{"number":4,');
    const fifth = text.indexOf('{"batch":{"number":5,');
    const end = text.replace(/\0+$/, "").length;
    for (let at = fourth; at < end; at += 7) {
      const torn = disk.clone();
      alter(torn, FIRST, (bytes) => cut(bytes, at));
      const left = at < fifth ? 9 : 12;
      const said = `high-water mark (batch 5, seq 15): was at its end after batch ${
        left / 3
      }, seq ${left}`;
      const { message } = refusalOf(torn);
      ok(message.includes(said) && message.includes("--accept-loss"), `${at}: ${message}`);
      strictEqual(journalVerify(torn, STATE).problem, message);
      strictEqual(acceptableSeq(torn), left, `cut at ${at}`);
    }
  });
}

/** Reads what accepting a loss would go on from, and returns its last event. */
function acceptableSeq(disk: MemoryDisk): number {
  const randomness = { bytes: (length: number) => new Uint8Array(length) };
  const of = { disk, randomness, log: SILENT, stateDirectory: STATE, engineVersion: ENGINE };
  const recovery = recover({ ...of, mark: "ignored", access: "read" });
  for (const _ of recovery.records());
  return recovery.tail.seq;
}

/** Three segments; `earlierMark`: the last one before the third was begun. */
function threeSegments(): { readonly disk: MemoryDisk; readonly earlierMark: Uint8Array } {
  const rig = new JournalRig();
  let earlierMark = new Uint8Array(0);
  while (!rig.disk.exists(THIRD)) {
    earlierMark = rig.disk.read(MARK).slice();
    rig.fill(3);
  }
  rig.fill(9);
  rig.stop();
  return { disk: rig.disk, earlierMark };
}

/** Loses what stands from the `index`-th batch on, counted from the end if negative, from a byte of it. */
function loseFrom(disk: MemoryDisk, number: number, index: number, byte = 0): void {
  const { header, batches } = piecesOf(disk, number);
  const part = batches.at(index)?.subarray(0, byte) ?? EMPTY;
  putPieces(disk, number, [header, ...batches.slice(0, index), part, new Uint8Array(5000)]);
}

/** Begins a fourth segment of which no more than the header is there. */
function beginFourth(disk: MemoryDisk): void {
  const third = listSegments(disk, `${STATE}/journal`)[2];
  ok(third !== undefined);
  const { firstBatch, firstSeq } = third;
  const header = { ...third, number: 4, firstBatch: firstBatch + 9, firstSeq: firstSeq + 27 };
  const bytes = new Uint8Array(5000);
  new TextEncoder().encodeInto(encodeSegmentHeader(header), bytes);
  disk.put(FOURTH, bytes);
}

const EMPTY = new Uint8Array(0);
const NEWER_SEGMENT = new TextEncoder().encode(
  '{"segment":{"format":2,"journal_id":"of a form that only the newer one knows"}}\n',
);
type Damage = (disk: MemoryDisk) => void;

/** How several segments may have lost their end: nothing intact is behind it. */
const TORN_ENDS: readonly (readonly [what: string, damage: Damage])[] = [
  ["whose last segment is all zeros", (disk) => alter(disk, THIRD, (bytes) => bytes.fill(0))],
  ["whose last segment is empty", (disk) => disk.put(THIRD, EMPTY)],
  ["whose last segment is cut in its header", (disk) => {
    alter(disk, THIRD, (bytes) => bytes.fill(0, 100));
  }],
  ["whose last segment is garbage", (disk) => {
    alter(disk, THIRD, (bytes) => bytes.map((_, index) => (index * 37) % 251));
  }],
  ["whose last segments are gone and all zeros", (disk) => {
    disk.put(FOURTH, new Uint8Array(5000));
    disk.remove(THIRD);
  }],
  ["that is cut in a batch before a segment of zeros", (disk) => {
    loseFrom(disk, 2, -1, 700);
    alter(disk, THIRD, (bytes) => bytes.fill(0));
  }],
  ["that is cut in a batch before a segment of which the header is left", (disk) => {
    loseFrom(disk, 2, -1, 700);
    loseFrom(disk, 3, 0);
  }],
  ["that is cut between batches before a segment of which the header is left", (disk) => {
    loseFrom(disk, 2, -2);
    loseFrom(disk, 3, 0, 300);
  }],
  ["whose last segment but one is all zeros, with the header of the last one left", (disk) => {
    beginFourth(disk);
    alter(disk, THIRD, (bytes) => bytes.fill(0));
  }],
  ["whose last segment but one is garbage, with the header of the last one left", (disk) => {
    beginFourth(disk);
    alter(disk, THIRD, (bytes) => bytes.map((_, index) => (index * 37) % 251));
  }],
  ["whose last segment but one is gone, with the header of the last one left", (disk) => {
    beginFourth(disk);
    disk.remove(THIRD);
  }],
  ["that is cut in its first segment, with the headers of all behind it left but one", (disk) => {
    beginFourth(disk);
    loseFrom(disk, 1, -1, 700);
    alter(disk, SECOND, (bytes) => bytes.fill(0));
    loseFrom(disk, 3, 0);
  }],
];
for (const [what, damage] of TORN_ENDS) {
  Deno.test(`recover() offers a loss to accept of a journal ${what}, wherever its mark is`, () => {
    const { disk, earlierMark } = threeSegments();
    damage(disk);
    const left = acceptableSeq(disk);
    ok(left > 9);
    const before = disk.read(SECOND);
    for (const mark of [disk.read(MARK), earlierMark]) {
      disk.put(MARK, mark);
      const { message } = refusalOf(disk);
      match(
        message,
        new RegExp(`must reach its .*: was at its end after batch ${left / 3}, seq ${left} `),
      );
      match(message, /--accept-loss/);
      strictEqual(journalVerify(disk, STATE).problem, message);
      deepStrictEqual(disk.read(SECOND), before, "nothing is cleared");
    }
  });
}

/** What is no lost end: something behind it is intact, or nothing is left before it. */
const DAMAGED: readonly (readonly [what: string, damage: Damage])[] = [
  ["that lost a sector of the last batch but one", (disk) => {
    const { header, batches } = piecesOf(disk, 3);
    batches.at(-2)?.fill(0, 600, 700);
    putPieces(disk, 3, [header, ...batches]);
  }],
  ["that lost the headers of two batches up to its last one", (disk) => {
    const { header, batches } = piecesOf(disk, 3);
    batches.at(-3)?.fill(0, 100);
    batches.at(-2)?.fill(0, 100);
    putPieces(disk, 3, [header, ...batches]);
  }],
  ["with garbage from a batch up to its last one", (disk) => {
    const { header, batches } = piecesOf(disk, 3);
    batches.at(-2)?.fill(65, 100);
    putPieces(disk, 3, [header, ...batches]);
  }],
  ["that is cut in a batch before an intact segment", (disk) => loseFrom(disk, 2, -1, 700)],
  ["that is cut between batches before an intact segment", (disk) => loseFrom(disk, 2, -2)],
  ["of which every segment is all zeros", (disk) => {
    for (const path of [FIRST, SECOND, THIRD]) alter(disk, path, (bytes) => bytes.fill(0));
  }],
  ["that lost the header of its last segment", (disk) => {
    alter(disk, THIRD, (bytes) => bytes.fill(0, 0, 100));
  }],
  ["of which a segment is all zeros before an intact one", (disk) => {
    alter(disk, SECOND, (bytes) => bytes.fill(0));
  }],
  ["of which a segment is all zeros, one a header, and the last one intact", (disk) => {
    beginFourth(disk);
    const header = disk.read(FOURTH);
    disk.put(FOURTH, disk.read(THIRD));
    disk.put(THIRD, header);
    alter(disk, SECOND, (bytes) => bytes.fill(0));
  }],
  ["of which a segment is all zeros before one of a newer format", (disk) => {
    alter(disk, SECOND, (bytes) => bytes.fill(0));
    disk.put(THIRD, NEWER_SEGMENT);
  }],
];
for (const [what, damage] of DAMAGED) {
  Deno.test(`recover() offers no loss to accept of a journal ${what}`, () => {
    const { disk, earlierMark } = threeSegments();
    damage(disk);
    const { message } = refusalOf(disk);
    match(message, /restore the whole of it/);
    ok(!message.includes("--accept-loss"), message);
    strictEqual(journalVerify(disk, STATE).problem, message);
    throws(() => acceptableSeq(disk), { message });
    disk.put(MARK, earlierMark);
    strictEqual(refusalOf(disk).message, message);
  });
}

Deno.test("recover() refuses zeros in the middle", () => {
  const rig = journalOf(30);
  alter(rig.disk, FIRST, (bytes) => bytes.fill(0, 4096, 8192));
  match(refusalOf(rig.disk).message, /batch \d+/);
});

Deno.test("recover() refuses deleted, swapped and duplicated segments by name", () => {
  const rig = journalOf(150);
  const cases: [string, (disk: MemoryDisk) => void, RegExp][] = [
    ["first deleted", (disk) => disk.remove(FIRST), /00000001\.log/],
    ["middle deleted", (disk) => disk.remove(SECOND), /00000002\.log must be there/],
    ["swapped", (disk) => {
      const second = disk.read(SECOND);
      disk.put(SECOND, disk.read(THIRD));
      disk.put(THIRD, second);
    }, /must bear its number.*00000002\.log/],
    ["duplicated", (disk) => disk.put(THIRD, disk.read(SECOND)), /must bear its number/],
    ["last deleted", (disk) => {
      const last = disk.list(`${STATE}/journal`).at(-1);
      disk.remove(`${STATE}/journal/${last}`);
    }, /high-water mark/],
  ];
  ok(rig.disk.list(`${STATE}/journal`).length > 3);
  for (const [name, damage, expected] of cases) {
    const disk = rig.disk.clone();
    damage(disk);
    match(refusalOf(disk).message, expected, name);
  }
});

Deno.test("recover() refuses an older copy of the journal directory put back", () => {
  const rig = journalOf(30);
  const older = rig.disk.clone();
  const second = new JournalRig(rig.disk);
  second.fill(30);
  second.stop();
  const disk = second.disk.clone();
  for (const name of disk.list(`${STATE}/journal`)) disk.remove(`${STATE}/journal/${name}`);
  for (const name of older.list(`${STATE}/journal`)) {
    disk.put(`${STATE}/journal/${name}`, older.read(`${STATE}/journal/${name}`));
  }
  match(refusalOf(disk).message, /must reach its high-water mark \(batch 20, seq 60\)/);
});

Deno.test("recover() refuses a whole journal of another daemon, however far it goes, and begins no loss on it", () => {
  const ours = journalOf(9);
  const mark = readHighWater(ours.disk, MARK);
  ok(typeof mark === "object");
  for (const behind of [mark.batch, 0, -2]) {
    const disk = ours.disk.clone();
    const [batch, seq] = [mark.batch - behind, Math.max(0, mark.seq - behind)];
    createHighWater(disk, STATE, { ...mark, journalId: "f".repeat(32), batch, seq });
    const said = /must be journal f{32}, as its high-water mark says: was [0-9a-f]{32}.*restore/;
    match(refusalOf(disk).message, said, `${behind} batches behind`);
    throws(() => acceptableSeq(disk), said);
    match(journalVerify(disk, STATE).problem ?? "", said);
  }
});

Deno.test("recover() refuses a segment of another journal and of a newer format", () => {
  const rig = journalOf(150);
  const foreign = rig.disk.clone();
  alter(foreign, SECOND, (bytes) => {
    const text = new TextDecoder("latin1").decode(bytes);
    return new TextEncoder().encode(text.replace(/"journal_id":"./, '"journal_id":"f'));
  });
  match(refusalOf(foreign).message, /00000002\.log/);
  const newer = rig.disk.clone();
  alter(newer, SECOND, (bytes) => {
    const text = new TextDecoder("latin1").decode(bytes);
    return Uint8Array.from(text.replace('"format":1', '"format":2'), (c) => c.charCodeAt(0));
  });
  match(refusalOf(newer).message, /format must be at most 1: was 2.*newer Tapeline/);
  const begun = threeSegments().disk;
  begun.put(THIRD, NEWER_SEGMENT);
  match(refusalOf(begun).message, /format must be at most 1: was 2.*newer Tapeline/);
  throws(() => acceptableSeq(begun), /format must be at most 1: was 2/);
});

Deno.test("recover() refuses a journal whose high-water mark is missing or damaged", () => {
  const rig = journalOf(9);
  const missing = rig.disk.clone();
  missing.remove(`${STATE}/high_water`);
  match(refusalOf(missing).message, /high-water mark must be intact: was missing/);
  const damaged = rig.disk.clone();
  damaged.put(`${STATE}/high_water`, new Uint8Array(8192).fill(65));
  match(refusalOf(damaged).message, /was damaged/);
});

Deno.test("recover() begins no journal where something is left of one, and journalVerify() says the same", () => {
  const left = [
    "checkpoints/0000000000000012.json",
    "journal/anchor.json",
    "events.sqlite",
    "poison",
    "quarantine",
    "lost/1f0c22ab/high_water",
  ];
  const anchor = encodeAnchor({
    ...{ journalId: "a".repeat(32), number: 1, firstBatch: 5, firstSeq: 13 },
    previousChain: "b".repeat(64),
  });
  for (const path of left) {
    const disk = new MemoryDisk();
    disk.put(`${STATE}/${path}`, new TextEncoder().encode(anchor));
    const before = disk.clone();
    const { message } = refusalOf(disk);
    match(
      message,
      new RegExp(`has ${path.split("/")[0]}.* must have a journal: .* restore the whole`),
      path,
    );
    strictEqual(journalVerify(disk, STATE).problem, message, path);
    for (const folder of [STATE, `${STATE}/journal`]) {
      if (before.exists(folder)) deepStrictEqual(disk.list(folder), before.list(folder), path);
    }
  }
});

Deno.test("recover() begins a journal after a first start that a full disk or a power cut ended anywhere", () => {
  for (const operation of ["open", "writeAt", "syncData", "rename", "syncDirectory"] as const) {
    for (const onCall of [1, 2, 3, 4, 5, 6]) {
      for (const keep of ["all", "none"] as const) {
        const disk = new MemoryDisk();
        disk.inject({ operation, onCall, effect: "NoSpace" });
        try {
          new JournalRig(disk).fill(1);
        } catch (error) {
          ok(error instanceof DiskError, String(error));
        }
        disk.heal();
        disk.crash(keep);
        const rig = new JournalRig(disk);
        rig.fill(3);
        rig.stop();
        ok(replayDisk(disk).seqId >= 3, `${operation} ${onCall} ${keep}`);
      }
    }
  }
});

Deno.test("recover() refuses what another engine version wrote and says what to do", () => {
  const rig = journalOf(9);
  const recovery = openJournal(rig.disk, "test-2");
  throws(
    () => [...recovery.records()],
    /engine test-2: was of engine test-1.*executable of engine test-1 take a checkpoint/,
  );
});

Deno.test("replayInto() refuses effects that differ from the recorded ones", () => {
  const machine = {
    timeline: new EchoTimeline(),
    writeReport: (to: ByteWriter): void => to.raw("{}"),
  };
  throws(
    () => replayInto(openJournal(journalOf(9).disk), machine, NO_POISON),
    /replaying seq 4 \(IntentReceived\) it must cause \{"report":.*: was \{"report":/,
  );
});

Deno.test("replayInto() names the event whose application throws", () => {
  const rig = new JournalRig();
  rig.fill(4);
  const poison = stopping(5, "poison");
  rig.journal.record({ event: poison, effects: new Effects() }, []);
  rig.stop();
  throws(() => replayDisk(rig.disk), (error) => {
    ok(error instanceof PoisonEvent);
    strictEqual(error.seqId, 5);
    return true;
  });
});

function stopping(n: number, reason: string): Event<"Stopping"> {
  return {
    ...controlHead(n),
    eventType: "Stopping",
    payload: { reason },
  };
}
