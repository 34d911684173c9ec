/**
 * Proves R-JRN-1, R-JRN-2: what was said to be durable is there after any crash; a full disk or a
 * failing sync ends it without acknowledging anything more.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Samples } from "../../../edge/metrics/samples.ts";
import { highWaterPath, readHighWater } from "../../../edge/journal/high_water.ts";
import type { JournalSettings } from "../../../edge/journal/mod.ts";
import { isCommitted } from "../../../edge/journal/ring.ts";
import { DiskError } from "../../../edge/ports.ts";
import { JournalRig, replayDisk, SMALL, STATE } from "../../support/journal_rig.ts";
import { MemoryDisk } from "../../support/memory_disk.ts";

const JOURNAL = `${STATE}/journal`;

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
    fc.array(fc.nat(5), { minLength: 1, maxLength: 60, size: "max" }),
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

Deno.test("Journal.openCommit is counted when what was recorded under it is on the disk, and not before", () => {
  let waited = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(6), { minLength: 1, maxLength: 60, size: "max" }), (actions) => {
      const rig = new JournalRig(new MemoryDisk(), { ...SMALL, batchBytes: 600 }, "here");
      const { cells } = rig.journal;
      const commits: number[] = [];
      for (const action of actions) {
        if (action < 3) {
          commits.push(rig.journal.openCommit);
          rig.record();
        } else if (action === 3) rig.journal.flush();
        else if (action === 4) rig.journal.handOver();
        else rig.threads.step();
        const copy = rig.disk.clone();
        copy.crash("none");
        const { seqId: onDisk } = replayDisk(copy);
        const counted = commits.filter((commit) => isCommitted(cells, commit)).length;
        strictEqual(counted, onDisk);
        waited += commits.length - counted;
      }
      rig.stop();
      ok(commits.every((commit) => isCommitted(cells, commit)));
    }),
    { numRuns: 40 },
  );
  ok(waited > 100, `${waited} were seen before they were on the disk`);
});

Deno.test("Journal.stop() says once that it has ended, with its mark durable and its files closed", () => {
  for (const writing of ["here", "worker"] as const) {
    const rig = new JournalRig(new MemoryDisk(), SMALL, writing);
    rig.fill(10);
    rig.record();
    let ends = 0;
    rig.journal.stop(() => ends += 1);
    rig.threads.run();
    strictEqual(ends, 1);
    strictEqual(rig.disk.openFiles, 0);
    const { length } = rig.disk.read(`${JOURNAL}/00000001.log`);
    ok(length > 0);
    rig.disk.crash("none");
    const mark = readHighWater(rig.disk, highWaterPath(STATE));
    strictEqual(typeof mark === "object" ? mark.seq : 0, 11);
  }
});

Deno.test("Journal.durableSeq and its figures go on after a restart with what is on the disk", () => {
  const rig = new JournalRig();
  rig.fill(50, 5);
  rig.stop();
  const second = new JournalRig(rig.disk);
  strictEqual(second.journal.durableSeq, 50);
  strictEqual(second.journal.durableBatch, 10);
  strictEqual(second.journal.counters()["journal_bytes_written"], 0);
  const { offset } = second.recovery.tail;
  second.fill(5, 5);
  second.stop();
  const { tail } = new JournalRig(rig.disk).recovery;
  strictEqual(second.journal.counters()["journal_bytes_written"], tail.offset - offset);
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

Deno.test("Journal.abandon() before it handed over writes nothing more, whatever it is given", () => {
  const rig = new JournalRig(new MemoryDisk(), SMALL, "here");
  rig.fill(3);
  const before = rig.disk.read(`${JOURNAL}/00000001.log`);
  rig.journal.abandon();
  rig.record();
  rig.journal.flush();
  rig.journal.handOver();
  rig.threads.run();
  deepStrictEqual(rig.disk.read(`${JOURNAL}/00000001.log`), before);
  deepStrictEqual(rig.durable, [3]);
});

Deno.test("Journal.canAccept is false while a full batch waits behind one in flight", () => {
  const rig = new JournalRig();
  while (rig.journal.canAccept) rig.record();
  ok(rig.timeline.seqId > 10);
  rig.threads.run();
  ok(rig.journal.canAccept);
  rig.stop();
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
});

/** A ring that holds many a full batch. */
const ROOMY = { ...SMALL, ringBytes: 1 << 20, batchBytes: 512 };

Deno.test("Journal accepts no more where its ring has room and its table of positions has none", () => {
  const rig = new JournalRig(new MemoryDisk(), ROOMY);
  while (rig.journal.canAccept) rig.record();
  ok(Number(rig.journal.counters()["journal_ring_free_bytes"]) > ROOMY.ringBytes / 2);
  rig.threads.run();
  strictEqual(rig.journal.durableSeq, rig.timeline.seqId);
  ok(rig.journal.canAccept);
  rig.stop();
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
});

Deno.test("Journal.stop() writes also the batch that waits for a place in the table of positions", () => {
  const rig = new JournalRig(new MemoryDisk(), ROOMY);
  while (rig.journal.canAccept) rig.record();
  rig.stop();
  const replayed = replayDisk(rig.disk);
  deepStrictEqual([replayed.seqId, replayed.digest], [rig.timeline.seqId, rig.timeline.digest]);
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
  strictEqual(lag, 1 / 1_000_000, "the first event waits, and engine time is that of the second");
  strictEqual(rig.journal.durableLagUs, 1);
  strictEqual(commits, 0);
  rig.threads.run();
  strictEqual(measured()[1], 2);
  const p99 = rig.journal.counters()["journal_commit_p99_us"] ?? 0;
  ok(p99 >= 900 && p99 <= 1100, `${p99} µs: each look at the rig's clock takes 1000`);
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

/** Segments whose batches all go into space that was filled with the first: none changes a size. */
const FILLED: JournalSettings = { ...SMALL, fillBytes: 1 << 16 };

/** A life that ends where its disk fails, if it does; what it wrote is still in the cache. */
function endsWhereItFails(disk: MemoryDisk): boolean {
  let failures: readonly string[] = ["at its start"];
  try {
    const rig = new JournalRig(disk, FILLED);
    failures = rig.failures;
    rig.fill(150);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
  disk.heal();
  disk.crash("all");
  return failures.length > 0;
}

for (const operation of ["rename", "syncDirectory"] as const) {
  Deno.test(`Journal loses nothing after a ${operation} that failed anywhere, a restart and a power cut`, () => {
    let onCall = 1;
    for (;; onCall += 1) {
      const disk = new MemoryDisk();
      disk.inject({ operation, onCall, effect: "Io" });
      if (!endsWhereItFails(disk)) break;
      const second = new JournalRig(disk, FILLED);
      second.fill(6);
      deepStrictEqual(second.failures, []);
      disk.crash("none");
      strictEqual(replayDisk(disk).seqId, second.durable.at(-1), `${operation} ${onCall}`);
    }
    ok(onCall > 4, `${onCall} places`);
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
