/**
 * Proves R-JRN-1, R-JRN-2: what was said to be durable is there after any crash; reports are read
 * back word for word; a full disk or a failing sync ends it without acknowledging anything more.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Event } from "../../../core/event.ts";
import { clientIndex, micros, seqId } from "../../../core/numbers.ts";
import { Samples } from "../../../edge/metrics/samples.ts";
import { reportLines } from "../../../edge/journal/report_store.ts";
import type { JournalFault } from "../../../edge/journal/mod.ts";
import { anchorPath, encodeAnchor, listSegments } from "../../../edge/journal/segments.ts";
import { eventAt, JournalRig, replayDisk, SMALL, STATE } from "../../support/journal_rig.ts";
import { MemoryDisk } from "../../support/memory_disk.ts";

const JOURNAL = `${STATE}/journal`;
const FROM_FIRST = { reportSeq: 1, limitBytes: 1e9 };

Deno.test("Journal gives back after a stop the state and the sequence it had", () => {
  const rig = new JournalRig();
  rig.fill(200);
  rig.stop();
  const replayed = replayDisk(rig.disk);
  strictEqual(replayed.seqId, 200);
  strictEqual(replayed.digest, rig.timeline.digest);
});

Deno.test("Journal continues an existing journal with the next batch and sequence number", () => {
  const rig = new JournalRig();
  rig.fill(50);
  rig.stop();
  const second = new JournalRig(rig.disk);
  strictEqual(second.recovery.journalId, rig.recovery.journalId);
  second.fill(50);
  second.stop();
  strictEqual(replayDisk(rig.disk).seqId, 100);
});

Deno.test("Journal says durable only what survives a power cut at any step", () => {
  fc.assert(fc.property(
    fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }),
    fc.integer(),
    (actions, seed) => {
      const rig = new JournalRig(new MemoryDisk(), SMALL, "here");
      for (const action of actions) {
        if (action < 2) rig.record();
        else if (action === 2) rig.journal.flush();
        else if (action === 5) rig.journal.handOver();
        else rig.threads.step();
      }
      let state = seed;
      rig.threads.kill();
      rig.disk.crash(() => ((state = Math.imul(state, 1103515245) + 12345) & 0x10000) !== 0);
      const replayed = replayDisk(rig.disk);
      ok(replayed.seqId >= (rig.durable.at(-1) ?? 0));
      ok(replayed.seqId <= rig.timeline.seqId);
    },
  ));
});

Deno.test("Journal takes a batch larger than its ring", () => {
  const rig = new JournalRig(new MemoryDisk(), { ...SMALL, batchBytes: 1 << 20 });
  for (let count = 0; count < 300; count++) rig.record();
  rig.journal.flush();
  rig.threads.run();
  deepStrictEqual(rig.durable, [300]);
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
});

Deno.test("Journal writes what it is given at once until it hands over, then its Worker goes on", () => {
  const rig = new JournalRig(new MemoryDisk(), SMALL, "here");
  for (let count = 0; count < 3; count++) rig.record();
  rig.journal.flush();
  strictEqual(replayDisk(rig.disk).seqId, 3, "no other thread had a turn");
  deepStrictEqual(rig.durable, []);
  rig.threads.run();
  deepStrictEqual(rig.durable, [3]);
  rig.journal.handOver();
  rig.record();
  rig.journal.flush();
  strictEqual(replayDisk(rig.disk).seqId, 3);
  rig.threads.run();
  deepStrictEqual(rig.durable, [3, 4]);
  rig.stop();
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
});

Deno.test("Journal takes a batch larger than its ring before it hands over", () => {
  const rig = new JournalRig(new MemoryDisk(), { ...SMALL, batchBytes: 1 << 20 }, "here");
  for (let count = 0; count < 300; count++) rig.record();
  rig.journal.flush();
  rig.threads.run();
  deepStrictEqual(rig.durable, [300]);
  rig.stop();
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
});

Deno.test("Journal that fails before it hands over acknowledges nothing and starts no Worker", () => {
  const rig = new JournalRig(new MemoryDisk(), SMALL, "here");
  rig.disk.inject({ operation: "syncData", path: "journal/", onCall: 1, effect: "Io" });
  rig.record();
  rig.journal.flush();
  rig.journal.handOver();
  rig.record();
  rig.journal.flush();
  rig.threads.run();
  deepStrictEqual(rig.durable, []);
  strictEqual(rig.failures.length, 1);
  match(rig.failures[0] ?? "", /^Cannot write the journal: .*: was .*Io/);
});

Deno.test("Journal that stops before it handed over writes all it was given", () => {
  const rig = new JournalRig(new MemoryDisk(), SMALL, "here");
  for (let count = 0; count < 5; count++) rig.record();
  rig.stop();
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
});

for (const steps of [0, 1, 2, 3]) {
  Deno.test(`Journal.abandon() after ${steps} steps of its Worker writes nothing more`, () => {
    const rig = new JournalRig();
    rig.fill(6);
    for (let count = 0; count < 3; count++) rig.record();
    rig.journal.flush();
    for (let step = 0; step < steps; step++) rig.threads.step();
    rig.journal.abandon();
    const before = rig.disk.read(`${JOURNAL}/00000001.log`);
    rig.threads.run();
    deepStrictEqual(rig.disk.read(`${JOURNAL}/00000001.log`), before);
    rig.journal.stop(() => {});
    rig.threads.run();
    deepStrictEqual(rig.failures, []);
    ok(replayDisk(rig.disk).seqId >= 6);
  });
}

Deno.test("Journal.canAccept is false while a full batch waits behind one in flight", () => {
  const rig = new JournalRig();
  while (rig.journal.canAccept) rig.record();
  ok(rig.timeline.seqId > 10);
  rig.threads.run();
  ok(rig.journal.canAccept);
  rig.stop();
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
});

Deno.test("Journal.flush() hands on the next batch when the disk is done, before the loop has heard", () => {
  const rig = new JournalRig();
  const inFlight = (): number | undefined => rig.journal.counters()["journal_batches_in_flight"];
  rig.fill(1);
  rig.record();
  rig.journal.flush();
  rig.record();
  rig.journal.flush();
  strictEqual(inFlight(), 1, "one is being written");
  rig.threads.step(); // the Worker; the loop's own task waits behind it
  strictEqual(rig.journal.durableSeq, 1);
  rig.journal.flush();
  strictEqual(inFlight(), 2);
  strictEqual(rig.journal.durableSeq, 1, "what the loop has not heard is not shown");
  rig.threads.run();
  strictEqual(rig.journal.durableSeq, 3);
  rig.stop();
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
});

Deno.test("Journal.measure() tells how old the oldest event is that is not on the disk, and times commits", () => {
  const rig = new JournalRig();
  const measured = (): readonly number[] => {
    const samples = new Samples();
    rig.journal.measure(samples);
    const [lag] = samples.valuesOf("tapeline_journal_durable_lag_seconds");
    const [commits] = samples.distributionsOf("tapeline_journal_commit_seconds");
    return [lag?.value ?? -1, commits?.count ?? -1];
  };
  deepStrictEqual(measured(), [0, 0]);
  rig.record();
  rig.journal.flush();
  rig.record();
  const [lag = 0, commits] = measured();
  ok(lag > 0, "the first event waits");
  strictEqual(commits, 0);
  rig.threads.run();
  strictEqual(measured()[1], 2);
  strictEqual(rig.journal.counters()["journal_commit_count"], 2);
  strictEqual(measured()[0], 0);
  rig.stop();
});

for (const operation of ["syncData", "writeAt"] as const) {
  Deno.test(`Journal acknowledges nothing after a failing ${operation}`, () => {
    const rig = new JournalRig();
    rig.fill(30);
    const acknowledged = rig.durable.at(-1);
    rig.disk.inject({ operation, path: "journal/", onCall: 1, effect: "Io" });
    rig.record();
    rig.journal.flush();
    rig.threads.run();
    rig.record();
    rig.journal.flush();
    rig.threads.run();
    strictEqual(rig.durable.at(-1), acknowledged);
    strictEqual(rig.failures.length, 1);
    match(rig.failures[0] ?? "", /^Cannot write the journal: .*: was .*Io/);
    ok(!rig.journal.canAccept);
  });
}

Deno.test("Journal ends with a sentence when the disk is full", () => {
  const rig = new JournalRig();
  rig.fill(30);
  rig.disk.capacityBytes = 40_000;
  rig.fill(300);
  match(rig.failures[0] ?? "", /must succeed: was .*no space left.*free space or replace the disk/);
  const acknowledged = rig.durable.at(-1) ?? 0;
  rig.threads.kill();
  rig.disk.crash("none");
  rig.disk.capacityBytes = Infinity;
  ok(replayDisk(rig.disk).seqId >= acknowledged);
});

for (const onCall of [2, 3, 4, 5, 6, 7, 8]) {
  Deno.test(`Journal loses nothing after failing sync ${onCall} that the system forgot, a restart and a power cut`, () => {
    const rig = new JournalRig();
    rig.disk.inject({ operation: "syncData", path: ".log", onCall, effect: "forget" });
    rig.fill(300, 5);
    strictEqual(rig.failures.length, 1);
    rig.disk.heal();
    rig.disk.crash("all"); // the process ends; what the sync failed for is still in the cache
    const second = new JournalRig(rig.disk);
    second.fill(10);
    rig.disk.crash("none");
    strictEqual(replayDisk(rig.disk).seqId, second.durable.at(-1));
  });
}

Deno.test("Journal that a lying disk lost is refused at the next start", () => {
  const rig = new JournalRig();
  rig.fill(30);
  for (let onCall = 1; onCall <= 20; onCall++) {
    rig.disk.inject({ operation: "syncData", path: "journal/", onCall, effect: "lose" });
  }
  rig.fill(9);
  rig.stop();
  rig.disk.crash("none");
  throws(() => replayDisk(rig.disk), /must reach its high-water mark \(batch 13, seq 39\)/);
});

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
      texts.push(...page.texts);
    }
    ok(texts.length > 250);
    texts.forEach((text, index) => strictEqual(JSON.parse(text).report_seq, index + 1));
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

Deno.test("Journal.readReports reads no segment in which the client has no report", () => {
  const { rig, texts, between } = farApart({ segmentBytes: 1 << 20, megabytes: 6 });
  ok(between.length > 3);
  for (const name of between) rig.disk.put(`${JOURNAL}/${name}`, new Uint8Array(100));
  deepStrictEqual(rig.journal.readReports(clientIndex(0), FROM_FIRST).texts, texts);
  deepStrictEqual(rig.failures, []);
});

Deno.test("Journal.readReports gives a short page rather than pass all that is between two reports", () => {
  const { rig, texts } = farApart({ segmentBytes: 1 << 26, megabytes: 20 });
  const pages: string[][] = [];
  for (let reportSeq = 1; reportSeq <= texts.length; reportSeq += pages.at(-1)?.length ?? 0) {
    const page = rig.journal.readReports(clientIndex(0), { reportSeq, limitBytes: 1e9 });
    strictEqual(page.firstSeq, reportSeq);
    pages.push([...page.texts]);
  }
  deepStrictEqual(pages.flat(), texts);
  strictEqual(pages.length, 2);
});

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

Deno.test("Journal.hasAnswered is true again once its Worker has taken the probe, and not before", () => {
  const rig = new JournalRig();
  rig.fill(1);
  rig.journal.probe();
  rig.record();
  rig.journal.flush();
  ok(!rig.journal.hasAnswered, "the Worker had no turn");
  rig.threads.run();
  ok(rig.journal.hasAnswered);
  rig.stop();
});
