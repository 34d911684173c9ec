/**
 * Proves R-JRN-2, R-WIRE-3: each client's reports are read back word for word, from memory and from
 * the segments; what is damaged or missing is said, never passed over.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Event } from "../../../core/event.ts";
import { clientIndex, micros, seqId } from "../../../core/numbers.ts";
import type { ReportPage } from "../../../wire/backend.ts";
import type { JournalFault } from "../../../edge/journal/mod.ts";
import { reportLines } from "../../../edge/journal/report_store.ts";
import { anchorPath, encodeAnchor, listSegments } from "../../../edge/journal/segments.ts";
import { startFollower } from "../../support/follower_rig.ts";
import { eventAt, JournalRig, SMALL, STATE } from "../../support/journal_rig.ts";
import { MemoryDisk } from "../../support/memory_disk.ts";

const JOURNAL = `${STATE}/journal`;
const FROM_FIRST = { reportSeq: 1, limitBytes: 1e9 };

Deno.test("Journal.readReports gives each client's reports word for word, across restarts", () => {
  const rig = new JournalRig();
  rig.fill(4000, 5);
  rig.stop();
  const second = new JournalRig(rig.disk);
  second.fill(40);
  for (const client of [0, 1, 2].map(clientIndex)) {
    strictEqual(second.journal.reportFirstSeq(client), 1);
    const texts: string[] = [];
    for (;;) {
      const from = { reportSeq: texts.length + 1, limitBytes: 3000 };
      const page = second.journal.readReports(client, from);
      if (page.texts.length === 0) break;
      strictEqual(page.firstSeq, texts.length + 1);
      const before = page.texts.slice(0, -1).reduce((sum, { length }) => sum + length, 0);
      ok(before < 3000, `${before} bytes before the last of a page`);
      texts.push(...page.texts);
    }
    ok(texts.length > 250);
    texts.forEach((text, index) => strictEqual(JSON.parse(text).report_seq, index + 1));
  }
});

Deno.test("Journal.readReports gives the last report after a restart that recorded nothing", () => {
  for (const events of [1, 4, 8, 40, 41]) {
    const first = new JournalRig();
    first.fill(4 * events, 5);
    const texts = [0, 1, 2].map(clientIndex)
      .map((client) => first.journal.readReports(client, FROM_FIRST).texts);
    ok(texts.flat().length > 0);
    first.stop();
    const second = new JournalRig(first.disk);
    const again = [0, 1, 2].map(clientIndex)
      .map((client) => second.journal.readReports(client, FROM_FIRST).texts);
    deepStrictEqual(again, texts);
    deepStrictEqual(second.failures, []);
  }
});

Deno.test("Journal.readReports gives nothing and fails, or gives all, whichever byte flipped", () => {
  const first = new JournalRig();
  first.fill(200, 5);
  first.stop();
  const path = `${STATE}/journal/00000001.log`;
  const whole = first.disk.read(path);
  let refused = 0;
  for (let at = 300; at < whole.length; at += 61) {
    first.disk.put(path, whole);
    const rig = new JournalRig(first.disk);
    const from = { reportSeq: 1, limitBytes: 1e9 };
    const { texts } = rig.journal.readReports(clientIndex(0), from);
    first.disk.put(path, whole.map((byte, index) => index === at ? byte ^ 1 : byte));
    const altered = rig.journal.readReports(clientIndex(0), from).texts;
    refused += rig.failures.length;
    deepStrictEqual(altered, rig.failures.length === 0 ? texts : []);
  }
  ok(refused > 50, `${refused}`);
});

Deno.test("Journal.readReports goes on with what is kept when retention dropped segments and nobody has told it yet", () => {
  const { rig, texts } = readerOf(200);
  const third = listSegments(rig.disk, JOURNAL)[2];
  ok(third !== undefined);
  rig.disk.put(anchorPath(JOURNAL), new TextEncoder().encode(encodeAnchor(third)));
  rig.disk.remove(`${JOURNAL}/00000001.log`);
  rig.disk.remove(`${JOURNAL}/00000002.log`);
  const kept = rig.journal.readReports(clientIndex(0), FROM_FIRST);
  deepStrictEqual(rig.failures, []);
  ok(kept.texts.length > 0 && kept.firstSeq > 1, `${kept.firstSeq}`);
  deepStrictEqual(kept.texts, texts.slice(kept.firstSeq - 1));
});

for (const [what, damage] of damages()) {
  Deno.test(`Journal.readReports gives nothing and fails when ${what}: no retention did that`, () => {
    const { rig, texts } = readerOf(200);
    damage(rig.disk);
    const altered = rig.journal.readReports(clientIndex(0), FROM_FIRST).texts;
    strictEqual(rig.failures.length, 1, `${altered.length} of ${texts.length} reports`);
    match(rig.failures[0] ?? "", /^Cannot use the journal: a (durable )?batch must be (t|w)here/);
    deepStrictEqual(altered, []);
  });
}

Deno.test("Journal.readReports that fails ends the writing too: what was under way never becomes durable", () => {
  const { rig } = readerOf(200);
  rig.disk.remove(`${JOURNAL}/00000001.log`);
  rig.record();
  rig.journal.flush();
  deepStrictEqual(rig.journal.readReports(clientIndex(0), FROM_FIRST).texts, []);
  rig.threads.run();
  strictEqual(rig.failures.length, 1);
  deepStrictEqual(rig.durable, []);
});

Deno.test("Journal.readReports reads no segment in which the client has no report", () => {
  const { rig, texts, between } = farApart({ segmentBytes: 1 << 20, megabytes: 6 });
  ok(between.length > 3);
  for (const name of between) rig.disk.put(`${JOURNAL}/${name}`, new Uint8Array(100));
  deepStrictEqual(rig.journal.readReports(clientIndex(0), FROM_FIRST).texts, texts);
  deepStrictEqual(rig.failures, []);
});

Deno.test("Journal.readReports leaves out what the index knows to be between two reports", () => {
  const { rig, texts } = farApart({ segmentBytes: 1 << 26, megabytes: 20 });
  const bytesOf = readCounter(rig.disk);
  const pages: string[][] = [];
  for (let reportSeq = 1; reportSeq <= texts.length; reportSeq += pages.at(-1)?.length ?? 0) {
    const page = rig.journal.readReports(clientIndex(0), { reportSeq, limitBytes: 1e9 });
    strictEqual(page.firstSeq, reportSeq);
    pages.push([...page.texts]);
  }
  deepStrictEqual(pages.flat(), texts);
  ok(bytesOf() < 2 << 20, `${bytesOf()} bytes`);
});

Deno.test("Journal.readReports looks into no segment where it may not, and gives what is in memory", () => {
  const { rig, texts } = farApart({ segmentBytes: 1 << 26, megabytes: 2 });
  rig.fill(40);
  const newest = texts.length + 1;
  const bytesOf = readCounter(rig.disk);
  const read = (of: { readonly reportSeq: number; readonly mayLook: boolean }): ReportPage =>
    rig.journal.readReports(clientIndex(0), { ...of, limitBytes: 1 });
  deepStrictEqual(read({ reportSeq: 1, mayLook: false }), {
    firstSeq: 1,
    texts: [],
    isFromMemory: false,
  });
  strictEqual(bytesOf(), 0);
  deepStrictEqual(read({ reportSeq: 1, mayLook: true }).texts, [texts[0]]);
  ok(bytesOf() > 0);
  const { texts: [text], isFromMemory } = read({ reportSeq: newest, mayLook: false });
  deepStrictEqual([JSON.parse(text ?? "{}").report_seq, isFromMemory], [newest, true]);
});

const LOOKS = [
  ["where its batches were recorded", false],
  ["that retention rewrote meanwhile", true],
] as const;
for (const [what, isRewritten] of LOOKS) {
  Deno.test(`Journal.readReports looks at a few MiB at most of a segment of foreign batches ${what}`, () => {
    const { rig, reports } = foreignSegment(isRewritten);
    const bytesOf = readCounter(rig.disk);
    const client = clientIndex(1);
    const read = (reportSeq: number, limitBytes: number): readonly string[] => {
      const before = bytesOf();
      const { firstSeq, texts, isFromMemory } = rig.journal.readReports(client, {
        reportSeq,
        limitBytes,
      });
      deepStrictEqual([firstSeq, isFromMemory], [reportSeq, false]);
      ok(texts.length > 0);
      ok(bytesOf() - before < 4 << 20, `report ${reportSeq}: ${bytesOf() - before} bytes`);
      return texts;
    };
    const whole: string[] = [];
    while (whole.length < reports) whole.push(...read(whole.length + 1, 1e9));
    deepStrictEqual(
      whole.map((text) => JSON.parse(text).report_seq),
      Array.from({ length: reports }, (_, at) => at + 1),
    );
    for (const [at, text] of whole.entries()) strictEqual(read(at + 1, 1)[0], text);
    deepStrictEqual(rig.failures, []);
  });
}

/** Returns how many bytes have been read of segments since. */
function readCounter(disk: MemoryDisk): () => number {
  let bytes = 0;
  const open = disk.open.bind(disk);
  disk.open = (path, mode) => {
    const file = open(path, mode);
    const readAt = (buffer: Uint8Array, offset: number): number => {
      const count = file.readAt(buffer, offset);
      bytes += count;
      return count;
    };
    return { ...file, readAt };
  };
  return () => bytes;
}

/** A journal opened anew whose second client has a report in each 100th batch of a large segment. */
function foreignSegment(
  isRewritten: boolean,
): { readonly rig: JournalRig; readonly reports: number } {
  const settings = { ...SMALL, segmentBytes: 16 << 20, fillBytes: 1 << 20, ringBytes: 1 << 20 };
  const first = new JournalRig(new MemoryDisk(), settings);
  let atUs = 0;
  const record = (kind: number, more: object = {}): void => {
    const seq = seqId(first.timeline.seqId + 1);
    const times = { eventTime: micros(seq), ingestTime: micros(atUs + seq) };
    first.record({ ...eventAt(kind), ...times, seqId: seq, ...more } as Event);
  };
  const bids = Array.from({ length: 200 }, (_, at) => 1_000_000 + at);
  const commit = (): void => {
    first.journal.flush();
    first.threads.run();
  };
  let reports = 0;
  for (let batch = 1; listSegments(first.disk, JOURNAL).length < 2; batch++) {
    for (let timer = 0; timer < 12; timer++) record(3);
    record(1, { payload: { bids, asks: [], updateId: batch } });
    if (batch % 100 === 0) record(28 * ++reports); // of session 1
    commit();
  }
  atUs = 200 * 3_600_000_000;
  record(3);
  commit();
  if (!isRewritten) first.stop();
  const rig = new JournalRig(first.disk, settings);
  if (isRewritten) dropMarket(first);
  return { rig, reports };
}

/** Lets retention drop the market data of sealed segments. */
function dropMarket(rig: JournalRig): void {
  const size = (): number => rig.disk.read(`${JOURNAL}/00000001.log`).length;
  const before = size();
  const { link } = startFollower(rig, { retention: { marketHours: 24, truthDays: null } });
  link.checkpoint();
  rig.threads.run();
  ok(size() < 0.8 * before, `${size()} of ${before} bytes`);
  ok(size() > 8 << 20, `${size()}`);
}

/** A journal opened anew whose first client has reports at its beginning and at its end. */
function farApart(
  { segmentBytes, megabytes }: { readonly segmentBytes: number; readonly megabytes: number },
): { readonly rig: JournalRig; readonly texts: readonly string[]; readonly between: string[] } {
  const settings = { ...SMALL, segmentBytes, ringBytes: 1 << 21, batchBytes: 1 << 21 };
  const first = new JournalRig(new MemoryDisk(), settings);
  first.fill(40);
  const bids = Array.from({ length: 20_000 }, (_, at) => 1_000_000 + at);
  const payload = { bids, asks: [], updateId: 1 };
  for (let written = 0; written < megabytes * 1_000_000; written += 8 * bids.length) {
    const seq = seqId(first.timeline.seqId + 1);
    const times = { eventTime: micros(seq), ingestTime: micros(1000 + seq) };
    first.record({ ...eventAt(1), ...times, seqId: seq, payload } as Event<"BookDelta">);
    first.journal.flush();
    first.threads.run();
  }
  first.fill(40);
  first.stop();
  const rig = new JournalRig(first.disk, settings);
  const texts = [...first.disk.list(JOURNAL)].flatMap((
    name,
  ) => [
    ...reportLines(new TextDecoder().decode(first.disk.read(`${JOURNAL}/${name}`)), clientIndex(0)),
  ]).map((report) => report.text);
  return { rig, texts, between: first.disk.list(JOURNAL).slice(1, -1) };
}

Deno.test("Journal.readReports tells a disk that gives nothing from a journal that is altered", () => {
  const faults: JournalFault[] = [];
  const unread = readerOf(200).rig;
  unread.journal.onFailure((_sentence, fault) => faults.push(fault));
  unread.disk.inject({ operation: "open", path: ".log", onCall: 1, effect: "Io" });
  deepStrictEqual(unread.journal.readReports(clientIndex(0), FROM_FIRST).texts, []);
  const altered = readerOf(200).rig;
  altered.journal.onFailure((_sentence, fault) => faults.push(fault));
  altered.disk.remove(`${JOURNAL}/00000001.log`);
  deepStrictEqual(altered.journal.readReports(clientIndex(0), FROM_FIRST).texts, []);
  deepStrictEqual(faults, ["read", "altered"]);
});

/** A journal of several segments, opened anew, and the reports of its first client. */
function readerOf(events: number): { readonly rig: JournalRig; readonly texts: readonly string[] } {
  const first = new JournalRig();
  first.fill(events, 5);
  first.stop();
  const rig = new JournalRig(first.disk);
  const { texts } = rig.journal.readReports(clientIndex(0), FROM_FIRST);
  return { rig, texts };
}

/** What people and disks do to segments under a daemon that runs. */
function damages(): readonly (readonly [what: string, damage: (disk: MemoryDisk) => void])[] {
  const header = (bytes: Uint8Array): number => bytes.indexOf(10) + 1;
  const path = (number: number): string => `${JOURNAL}/0000000${number}.log`;
  const last = (disk: MemoryDisk): string => path(listSegments(disk, JOURNAL).length - 1);
  return [
    ["the oldest segment was removed", (disk) => disk.remove(path(1))],
    ["a segment between others was removed", (disk) => disk.remove(path(3))],
    ["the newest segments are without batches", (disk) => {
      for (const at of [path(8), last(disk)]) {
        const bytes = disk.read(at);
        disk.put(at, bytes.fill(0, header(bytes)));
      }
    }],
  ];
}
