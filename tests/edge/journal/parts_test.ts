/**
 * Proves R-JRN-2 in its parts: ring, high-water mark, lock, headers, report lines.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { clientIndex } from "../../../core/numbers.ts";
import {
  encodeDroppedHeader,
  encodeSegmentHeader,
  genesisChain,
  parseBatchHeader,
  parseSegmentHeader,
  writeBatchHeader,
} from "../../../edge/journal/format.ts";
import {
  type HighWaterMark,
  HighWaterWriter,
  readHighWater,
} from "../../../edge/journal/high_water.ts";
import { lockState, StateLocked } from "../../../edge/journal/mod.ts";
import { BatchReports, ReportIndex } from "../../../edge/journal/report_index.ts";
import { reportLines } from "../../../edge/journal/report_store.ts";
import { createRingMemory, RingReader, RingWriter } from "../../../edge/journal/ring.ts";
import { DiskError, type DiskFile } from "../../../edge/ports.ts";
import { sha256 } from "../../../sha256.ts";
import { ByteWriter } from "../../../wire/byte_writer.ts";
import { MemoryDisk } from "../../support/memory_disk.ts";

Deno.test("RingReader gives the bytes of RingWriter in order, whatever the steps", () => {
  fc.assert(fc.property(
    fc.array(fc.record({ write: fc.nat(1500), read: fc.nat(1500) }), {
      maxLength: 100,
      size: "max",
    }),
    (steps) => {
      const memory = createRingMemory(1024);
      const writer = new RingWriter(memory);
      const reader = new RingReader(memory);
      let written = 0;
      let read = 0;
      for (const step of steps) {
        const data = new Uint8Array(step.write).map((_, index) => (written + index) % 251);
        written += writer.write(data);
        const target = new Uint8Array(step.read);
        const count = reader.read(target);
        for (let index = 0; index < count; index++) {
          strictEqual(target[index], (read + index) % 251);
        }
        read += count;
        strictEqual(writer.room, 1024 - (written - read));
      }
    },
  ));
});

Deno.test("a ring goes on when its counters wrap at 2^32", () => {
  const memory = createRingMemory(1024);
  memory.cells.fill(-8, 0, 2);
  const writer = new RingWriter(memory);
  strictEqual(writer.write(new Uint8Array(2000).fill(7)), 1024);
  const target = new Uint8Array(1024);
  strictEqual(new RingReader(memory).read(target), 1024);
  ok(target.every((byte) => byte === 7));
  throws(() => createRingMemory(1000), /power of two/);
});

function mark(batch: number): HighWaterMark {
  return {
    journalId: "0".repeat(32),
    batch,
    seq: batch * 2,
    chain: "a".repeat(64),
    segment: 1,
    offset: batch * 100,
  };
}

Deno.test("readHighWater() gives the newest intact of two marks", () => {
  const disk = new MemoryDisk();
  disk.makeDirectory("s");
  strictEqual(readHighWater(disk, "s/high_water"), "missing");
  const writer = new HighWaterWriter(disk, "s/high_water");
  strictEqual(readHighWater(disk, "s/high_water"), "damaged");
  for (const batch of [1, 2, 3]) writer.write(mark(batch));
  deepStrictEqual(readHighWater(disk, "s/high_water"), mark(3));
  const bytes = disk.read("s/high_water");
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  disk.put("s/high_water", bytes);
  deepStrictEqual(readHighWater(disk, "s/high_water"), mark(2));
});

Deno.test("HighWaterWriter begins over the older mark when it is opened again", () => {
  for (const before of [1, 2]) {
    const disk = new MemoryDisk();
    disk.makeDirectory("s");
    const path = "s/high_water";
    const first = new HighWaterWriter(disk, path);
    for (let batch = 1; batch <= before; batch++) first.write(mark(batch));
    first.close();
    const kept = disk.read(path);
    new HighWaterWriter(disk, path).write(mark(before + 1));
    const written = disk.read(path);
    const slot = (bytes: Uint8Array, at: number): string => bytes.subarray(at, at + 500).join();
    const changed = [0, 4096].filter((at) => slot(kept, at) !== slot(written, at));
    deepStrictEqual(changed, [before === 1 ? 4096 : 0]);
    deepStrictEqual(readHighWater(disk, path), mark(before + 1));
  }
});

Deno.test("a mark written shorter than the one before it in its slot is read whole", () => {
  const disk = new MemoryDisk();
  disk.makeDirectory("s");
  const writer = new HighWaterWriter(disk, "s/high_water");
  for (const batch of [100_000, 100_001, 7]) writer.write(mark(batch));
  ok(readHighWater(disk, "s/high_water") !== "damaged");
});

Deno.test("lockState() refuses a second holder until the first lets go", () => {
  const disk = new MemoryDisk();
  const lock = lockState(disk, "s");
  throws(() => lockState(disk, "s"), StateLocked);
  throws(() => lockState(disk, "s"), /only one daemon may hold it/);
  lock.release();
  lockState(disk, "s").release();
});

Deno.test("lockState() refuses a second holder also where the lock's file was removed", () => {
  const disk = new MemoryDisk();
  const lock = lockState(disk, "s");
  disk.remove("s/lock");
  throws(() => lockState(disk, "s"), StateLocked);
  ok(!disk.exists("s/lock"), "nothing is made where another is at work");
  lock.release();
  lockState(disk, "s").release();
});

Deno.test("lockState() goes by the file alone where a directory cannot be locked", () => {
  const disk = new MemoryDisk();
  const { open } = disk;
  disk.open = (path, access): DiskFile => {
    const file = open.call(disk, path, access);
    if (path !== "s") return file;
    const tryLock = (): boolean => {
      throw new DiskError("Io", "bad file descriptor");
    };
    return { ...file, tryLock };
  };
  const lock = lockState(disk, "s");
  throws(() => lockState(disk, "s"), StateLocked);
  lock.release();
  lockState(disk, "s").release();
  strictEqual(disk.openFiles, 0);
});

const FIELDS = {
  number: 3,
  firstSeq: 4,
  lastSeq: 9,
  engineVersion: "0.1.0",
  timeUs: 1_700_000_000_000_000,
  truthBytes: 10,
  truthSha256: sha256("truth"),
  marketBytes: 20,
  marketSha256: sha256("market"),
  digest: "00000000000000ff",
  previous: genesisChain("0".repeat(32)),
};

function batchHeader(): { readonly line: string; readonly chain: string } {
  const to = new ByteWriter();
  const chain = writeBatchHeader(to, FIELDS);
  return { line: to.textFrom(0), chain };
}

Deno.test("writeBatchHeader() chains the line up to the chain itself", () => {
  const hashed = '{"batch":{"number":3,"first_seq":4,"last_seq":9,"engine_version":"0.1.0",' +
    '"time_us":1700000000000000,"truth_bytes":10,' +
    `"truth_sha256":"${FIELDS.truthSha256}","market_bytes":20,` +
    `"market_sha256":"${FIELDS.marketSha256}","digest":"00000000000000ff",` +
    `"previous":"${FIELDS.previous}"`;
  const chain = sha256(hashed);
  deepStrictEqual(batchHeader(), { line: `${hashed},"chain":"${chain}"}}\n`, chain });
});

Deno.test("parseBatchHeader() inverts writeBatchHeader(), also when the market part went", () => {
  const { line, chain } = batchHeader();
  const header = parseBatchHeader(line.trimEnd());
  deepStrictEqual(header, { ...FIELDS, chain, isMarketDropped: false });
  ok(header !== undefined);
  const dropped = encodeDroppedHeader(header).trimEnd();
  deepStrictEqual(parseBatchHeader(dropped), { ...header, isMarketDropped: true });
});

Deno.test("a header with any altered character is none", () => {
  const batch = batchHeader().line.trimEnd();
  const segment = encodeSegmentHeader({
    journalId: "0".repeat(32),
    number: 1,
    firstBatch: 1,
    firstSeq: 1,
    previousChain: FIELDS.previous,
  }).trimEnd();
  strictEqual(typeof parseSegmentHeader(segment), "object");
  fc.assert(
    fc.property(fc.nat(batch.length - 1), fc.integer({ min: 1, max: 127 }), (at, change) => {
      const altered = String.fromCharCode(batch.charCodeAt(at) ^ change);
      strictEqual(parseBatchHeader(batch.slice(0, at) + altered + batch.slice(at + 1)), undefined);
    }),
  );
  fc.assert(
    fc.property(fc.nat(segment.length - 1), fc.integer({ min: 1, max: 127 }), (at, change) => {
      const altered = String.fromCharCode(segment.charCodeAt(at) ^ change);
      strictEqual(
        typeof parseSegmentHeader(segment.slice(0, at) + altered + segment.slice(at + 1)),
        "string",
      );
    }),
  );
});

Deno.test("ReportIndex keeps the first report of each client and segment, and survives a document", () => {
  const index = new ReportIndex();
  const client = clientIndex(4);
  for (let batch = 1; batch <= 100; batch++) {
    const reports = new BatchReports();
    for (let seq = batch * 10 - 9; seq <= batch * 10; seq++) reports.note(client, seq);
    index.add(reports, { segment: Math.ceil(batch / 30), batch, offset: batch * 1000 });
  }
  const copy = ReportIndex.from(JSON.parse(JSON.stringify(index.toDocument())));
  for (const each of [index, copy]) {
    strictEqual(each.firstSeq(client), 1);
    strictEqual(each.lastSeq(client), 1000);
    each.dropBefore(2);
    strictEqual(each.firstSeq(client), 301);
    strictEqual(each.placeOf(client, 300), undefined);
    ok((each.placeOf(client, 700)?.reportSeq ?? 0) > 444);
    each.dropBefore(9);
    strictEqual(each.firstSeq(client), 1001);
  }
  strictEqual(index.firstSeq(clientIndex(5)), 1);
});

Deno.test("ReportIndex has an entry within 1 MiB before any report of a segment", () => {
  const index = new ReportIndex();
  const client = clientIndex(4);
  const offsets: number[] = [];
  for (let seq = 1; seq <= 200; seq++) {
    const reports = new BatchReports();
    reports.note(client, seq);
    offsets.push(300 + 150_000 * seq);
    index.add(reports, { segment: 1, batch: 90 * seq, offset: offsets.at(-1) ?? 0 });
  }
  for (const [at, offset] of offsets.entries()) {
    const entry = index.placeOf(client, at + 1);
    ok(entry !== undefined && entry.reportSeq <= at + 1);
    ok(offset - entry.offset < 1 << 20, `report ${at + 1}: ${offset - entry.offset} bytes`);
  }
  strictEqual(index.toDocument()[0]?.[2].length, 29, "and not one for each");
});

Deno.test("reportLines() finds every report, whatever its text holds", () => {
  const tricky = '{"text":"\\n{\\"report\\":{ \u2028}}"}';
  const line = `{"report":{"seq_id":1,"client":2,"report_seq":3,"wire":${tricky}}}\n`;
  const truth = `{"event":{"seq_id":1}}\n${line}${line}{"alarm":{"seq_id":1}}\n`;
  const found = [...reportLines(truth)];
  strictEqual(found.length, 2);
  deepStrictEqual(found[1], { client: 2, reportSeq: 3, text: tricky });
  strictEqual([...reportLines(truth, clientIndex(1))].length, 0);
  match(line, /\u2028/);
});
