/**
 * Proves R-JRN-2, R-JRN-3, R-JRN-4, R-CORE-9: checkpoint and suffix equal a full replay; a second
 * machine agrees with the live one all day, or says so; retention leaves what is kept verifiable.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Effects } from "../../../core/effects.ts";
import { clientIndex } from "../../../core/numbers.ts";
import { journalVerify } from "../../../edge/journal/mod.ts";
import { startedDraft } from "../../support/drafts.ts";
import { startFollower } from "../../support/follower_rig.ts";
import { MemoryDisk } from "../../support/memory_disk.ts";
import {
  controlHead,
  eventAt,
  JournalRig,
  openJournal,
  replayDisk,
  SMALL,
  STATE,
} from "../../support/journal_rig.ts";
import { micros } from "../../../core/numbers.ts";

Deno.test("runFollower() takes checkpoints from which a restart gives the same state", () => {
  const rig = new JournalRig();
  const { link, heard } = startFollower(rig, { checkpointEvents: 40 });
  rig.fill(200);
  rig.threads.run();
  ok(heard.checkpoints.length >= 4);
  link.checkpoint();
  rig.threads.run();
  strictEqual(heard.checkpoints.at(-1), 200);
  rig.fill(30);
  rig.stop();
  deepStrictEqual(heard.mismatches, []);
  strictEqual(rig.disk.list(`${STATE}/checkpoints`).length, 3);
  const recovery = openJournal(rig.disk);
  strictEqual(recovery.checkpoint?.seqId, 200);
  strictEqual([...recovery.records()].length, 30);
  const replayed = replayDisk(rig.disk);
  strictEqual(replayed.digest, rig.timeline.digest);
  deepStrictEqual(replayed.checkpoint(), rig.timeline.checkpoint());
});

Deno.test("runFollower() lives on when it is told of more in the middle of a turn, by a checkpoint that is asked for", () => {
  const settings = { ...SMALL, segmentBytes: 1 << 20, fillBytes: 1 << 16 };
  const rig = new JournalRig(new MemoryDisk(), settings);
  let nowUs = 0;
  const clock = { wallUs: () => 0, monotonicUs: () => nowUs += 1000 }; // it rests after each event
  const { link, heard } = startFollower(rig, { clock, restTasks: 8 });
  for (let count = 0; count < 300; count++) {
    rig.record();
    rig.journal.flush();
    for (let steps = 0; steps < 12 + count % 7; steps++) rig.threads.step();
    if (count % 3 === 0) link.checkpoint();
  }
  rig.threads.run();
  deepStrictEqual(heard.mismatches, []);
  strictEqual(link.readSeq, 300);
});

Deno.test("runFollower() takes the checkpoint that was asked for, though one falls due before all is read", () => {
  const settings = { ...SMALL, segmentBytes: 8 << 20, fillBytes: 1 << 16, ringBytes: 1 << 20 };
  const rig = new JournalRig(new MemoryDisk(), settings);
  rig.fill(3000);
  const { link, heard } = startFollower(rig, { checkpointEvents: 1500 });
  link.checkpoint();
  rig.threads.run();
  strictEqual(heard.checkpoints.length, 2);
  strictEqual(heard.checkpoints.at(-1), 3000);
});

Deno.test("runFollower() goes on from its checkpoint after a restart", () => {
  const rig = new JournalRig();
  const first = startFollower(rig, { checkpointEvents: 40 });
  rig.fill(120);
  first.link.terminate();
  rig.stop();
  const second = new JournalRig(rig.disk);
  const { heard } = startFollower(second, { checkpointEvents: 40 });
  second.fill(120);
  deepStrictEqual(heard.mismatches, []);
  ok((heard.checkpoints.at(-1) ?? 0) > 200);
});

Deno.test("runFollower() keeps in its checkpoints a loss whose Started was passed over", () => {
  const rig = new JournalRig();
  const first = startFollower(rig, { passedOver: [1] });
  const lostSinceUs = micros(7);
  const started = startedDraft();
  const event = { ...started, ...controlHead(1), payload: { ...started.payload, lostSinceUs } };
  rig.journal.record({ event, effects: new Effects() }, []);
  rig.journal.flush();
  rig.threads.run();
  first.link.checkpoint();
  rig.stop();
  deepStrictEqual(first.heard.checkpoints, [1]);
  strictEqual(openJournal(rig.disk).lostSinceUs, lostSinceUs);
  const second = new JournalRig(rig.disk);
  const { link, heard } = startFollower(second);
  second.fill(3);
  link.checkpoint();
  second.stop();
  deepStrictEqual([heard.checkpoints, heard.mismatches], [[4], []]);
  strictEqual(openJournal(rig.disk).lostSinceUs, lostSinceUs, "nobody has told it since");
});

Deno.test("recover() passes over a damaged checkpoint and replays more", () => {
  const rig = new JournalRig();
  startFollower(rig, { checkpointEvents: 40 });
  rig.fill(120);
  rig.stop();
  const newest = `${STATE}/checkpoints/${rig.disk.list(`${STATE}/checkpoints`).at(-1)}`;
  const before = openJournal(rig.disk).checkpoint?.seqId ?? 0;
  rig.disk.put(newest, rig.disk.read(newest).map((byte, at) => at === 200 ? byte ^ 1 : byte));
  ok((openJournal(rig.disk).checkpoint?.seqId ?? 0) < before);
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
});

Deno.test("recover() refuses a journal that does not hold its checkpoint's batch", () => {
  const rig = new JournalRig();
  rig.fill(60);
  const older = rig.disk.clone();
  startFollower(rig, { checkpointEvents: 40 });
  rig.fill(60);
  rig.stop();
  for (const name of rig.disk.list(`${STATE}/checkpoints`)) {
    older.put(`${STATE}/checkpoints/${name}`, rig.disk.read(`${STATE}/checkpoints/${name}`));
  }
  let message = "";
  try {
    replayDisk(older);
  } catch (error) {
    message = String(error);
  }
  match(message, /must reach its checkpoint \(batch 34, seq 102\): was at its end after batch 20/);
});

Deno.test("runFollower() says where its replay differs and takes no checkpoint after it", () => {
  const rig = new JournalRig();
  const { link, heard } = startFollower(rig, { writeReport: (to) => to.raw('{"other":1}') });
  rig.fill(30);
  link.checkpoint();
  rig.threads.run();
  strictEqual(heard.mismatches.length, 1);
  match(heard.mismatches[0] ?? "", /replay of seq 4: it must cause \{"report"/);
  deepStrictEqual(heard.checkpoints, []);
  strictEqual(heard.refused.length, 1);
});

Deno.test("runFollower() says that a checkpoint could not be taken and goes on", () => {
  const rig = new JournalRig();
  const { link, heard } = startFollower(rig);
  rig.fill(30);
  rig.disk.inject({ operation: "syncData", path: "checkpoints/", onCall: 1, effect: "NoSpace" });
  link.checkpoint();
  rig.threads.run();
  strictEqual(heard.refused.length, 1);
  link.checkpoint();
  rig.threads.run();
  deepStrictEqual(heard.checkpoints, [30]);
});

Deno.test("runFollower() leaves nothing on a full disk of a checkpoint that did not fit", () => {
  const rig = new JournalRig();
  const { link, heard } = startFollower(rig);
  rig.fill(30);
  const names = (): readonly string[] => rig.disk.list(`${STATE}/checkpoints`);
  for (const operation of ["truncate", "writeAt", "syncData", "rename"] as const) {
    rig.disk.inject({ operation, path: "checkpoints/", onCall: 1, effect: "NoSpace" });
    link.checkpoint();
    rig.threads.run();
    deepStrictEqual(names(), [], operation);
    rig.disk.heal();
  }
  strictEqual(heard.refused.length, 4);
});

Deno.test("runFollower() removes what a crash left of a checkpoint", () => {
  const rig = new JournalRig();
  const { link } = startFollower(rig);
  rig.fill(30);
  rig.disk.put(`${STATE}/checkpoints/0000000000000012.json.tmp`, new Uint8Array(1000));
  link.checkpoint();
  rig.threads.run();
  deepStrictEqual(rig.disk.list(`${STATE}/checkpoints`), ["0000000000000030.json"]);
});

Deno.test("retention leaves nothing on a full disk of a segment that it could not rewrite", () => {
  const rig = agedRig();
  const { link, heard } = startFollower(rig, { retention: { marketHours: 24, truthDays: null } });
  rig.disk.inject({ operation: "writeAt", path: ".log.tmp", onCall: 3, effect: "NoSpace" });
  rig.threads.run();
  link.checkpoint();
  rig.threads.run();
  strictEqual(heard.refused.length, 1);
  deepStrictEqual(rig.disk.list(`${STATE}/journal`).filter((name) => name.endsWith(".tmp")), []);
  ok(journalVerify(rig.disk, STATE).ok);
});

Deno.test("runFollower() applies retention that is due although checkpoints do not fit", () => {
  const rig = new JournalRig();
  const { link, heard } = startFollower(rig, { retention: { marketHours: 24, truthDays: 12 } });
  const checkpoint = (): void => {
    link.checkpoint();
    rig.threads.run();
  };
  const marketBytes = (): number => journalVerify(rig.disk, STATE).market_bytes;
  age(rig, { from: 1, to: 200 });
  checkpoint(); // the one that fits
  age(rig, { from: 201, to: 290 });
  const before = marketBytes();
  rig.disk.inject({ operation: "writeAt", path: "checkpoints/", onCall: 1, effect: "NoSpace" });
  checkpoint();
  const after = marketBytes();
  ok(after < before, `market data that came due since: ${after} of ${before} bytes`);
  deepStrictEqual(heard.dropped, []);
  age(rig, { from: 291, to: 400 });
  rig.disk.inject({ operation: "writeAt", path: "checkpoints/", onCall: 1, effect: "NoSpace" });
  checkpoint();
  strictEqual(heard.refused.length, 2);
  deepStrictEqual(heard.checkpoints, [200]);
  strictEqual(heard.dropped.length, 1);
  const verified = journalVerify(rig.disk, STATE);
  ok(verified.ok, verified.problem);
  rig.stop();
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
});

Deno.test("runFollower() says that retention failed, also where the checkpoint did", () => {
  const rig = new JournalRig();
  const { link, heard } = startFollower(rig, { retention: { marketHours: 24, truthDays: null } });
  age(rig, { from: 1, to: 200 });
  link.checkpoint();
  rig.threads.run();
  age(rig, { from: 201, to: 300 });
  rig.disk.inject({ operation: "writeAt", path: "checkpoints/", onCall: 1, effect: "NoSpace" });
  rig.disk.inject({ operation: "writeAt", path: ".log.tmp", onCall: 1, effect: "NoSpace" });
  link.checkpoint();
  rig.threads.run();
  strictEqual(heard.refused.length, 2);
  rig.disk.heal();
  link.checkpoint();
  rig.threads.run();
  deepStrictEqual(heard.checkpoints, [200, 300]);
  ok(journalVerify(rig.disk, STATE).ok);
});

for (
  const retention of [{ marketHours: 24, truthDays: null }, { marketHours: null, truthDays: 5 }]
) {
  const kind = retention.truthDays === null ? "market data" : "truth";
  Deno.test(`retention drops no ${kind} by a checkpoint whose name was not synced`, () => {
    const rig = new JournalRig();
    const { link, heard } = startFollower(rig, { retention });
    age(rig, { from: 1, to: 300 });
    rig.disk.inject({ operation: "syncDirectory", path: "checkpoints", onCall: 1, effect: "Io" });
    link.checkpoint();
    rig.threads.run();
    strictEqual(heard.refused.length, 1);
    rig.disk.crash("none");
    strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
  });
}

/** Records events of these numbers, one an hour. */
function age(rig: JournalRig, { from, to }: { readonly from: number; readonly to: number }): void {
  for (let n = from; n <= to; n++) {
    rig.record({ ...eventAt(n), ingestTime: micros(n * 3_600_000_000) });
    rig.journal.flush();
    rig.threads.run();
  }
}

function agedRig(): JournalRig {
  const rig = new JournalRig();
  age(rig, { from: 1, to: 300 });
  return rig;
}

Deno.test("retention drops market data from old segments and everything still verifies", () => {
  const rig = agedRig();
  const before = journalVerify(rig.disk, STATE);
  const { link, heard } = startFollower(rig, { retention: { marketHours: 24, truthDays: null } });
  for (let round = 0; round < 20; round++) {
    rig.threads.run();
    link.checkpoint();
  }
  rig.threads.run();
  const after = journalVerify(rig.disk, STATE);
  deepStrictEqual(heard.mismatches, []);
  ok(after.ok, after.problem);
  strictEqual(after.truth_bytes, before.truth_bytes);
  ok(after.market_bytes < before.market_bytes / 2);
  ok(after.market_bytes > 0);
  rig.fill(9);
  for (const client of [0, 1, 2].map(clientIndex)) {
    const page = rig.journal.readReports(client, { reportSeq: 1, limitBytes: 1e9 });
    strictEqual(page.firstSeq, 1);
    ok(page.texts.length > 10);
  }
  rig.stop();
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
  const second = new JournalRig(rig.disk);
  ok(second.journal.readReports(clientIndex(0), { reportSeq: 1, limitBytes: 10 }).texts.length > 0);
});

Deno.test("runFollower() drops all market data that is due at one checkpoint, however many segments", () => {
  const rig = agedRig();
  const before = journalVerify(rig.disk, STATE);
  const { link, heard } = startFollower(rig, { retention: { marketHours: 24, truthDays: null } });
  for (let checkpoint = 0; checkpoint < 4; checkpoint++) {
    rig.threads.run();
    link.checkpoint();
  }
  rig.threads.run();
  deepStrictEqual(heard.mismatches, []);
  const kept = journalVerify(rig.disk, STATE);
  ok(kept.market_bytes < before.market_bytes / 4, `${kept.market_bytes}`);
  rig.stop();
});

Deno.test("retention opens as many files where nothing is due, however many segments are kept", () => {
  const opened = [300, 900].map((events) => {
    const rig = new JournalRig();
    age(rig, { from: 1, to: events });
    const { link, heard } = startFollower(rig, { retention: { marketHours: 24, truthDays: 400 } });
    const before = journalVerify(rig.disk, STATE).market_bytes;
    for (let checkpoint = 0; checkpoint < 4; checkpoint++) {
      rig.threads.run();
      link.checkpoint();
    }
    rig.threads.run();
    ok(journalVerify(rig.disk, STATE).market_bytes < before);
    const { opened } = rig.disk;
    link.checkpoint();
    rig.threads.run();
    deepStrictEqual(heard.dropped, []);
    return rig.disk.opened - opened;
  });
  strictEqual(opened[1], opened[0]);
});

Deno.test("retention drops whole old segments, keeps the chain anchored and the reports exact", () => {
  const rig = agedRig();
  const { link, heard } = startFollower(rig, { retention: { marketHours: null, truthDays: 5 } });
  rig.threads.run();
  link.checkpoint();
  rig.threads.run();
  const [kept] = heard.dropped;
  ok(kept !== undefined && kept > 1);
  const verified = journalVerify(rig.disk, STATE);
  ok(verified.ok, verified.problem);
  ok((verified.first_seq ?? 0) > 1);
  const first = rig.journal.reportFirstSeq(clientIndex(0));
  ok(first > 1);
  const page = rig.journal.readReports(clientIndex(0), { reportSeq: 1, limitBytes: 1e9 });
  strictEqual(page.firstSeq, first);
  strictEqual(JSON.parse(page.texts[0] ?? "{}").report_seq, first);
  rig.fill(30);
  rig.stop();
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
  strictEqual(new JournalRig(rig.disk).journal.reportFirstSeq(clientIndex(0)), first);
});

Deno.test("Journal.readReports begins at what is kept before it hears of the retention", () => {
  const rig = agedRig();
  const untold = new JournalRig(rig.disk);
  const { link, heard } = startFollower(rig, { retention: { marketHours: null, truthDays: 5 } });
  rig.threads.run();
  link.checkpoint();
  rig.threads.run();
  strictEqual(heard.dropped.length, 1);
  strictEqual(untold.journal.reportFirstSeq(clientIndex(0)), 1);
  const page = untold.journal.readReports(clientIndex(0), { reportSeq: 1, limitBytes: 1 });
  strictEqual(page.firstSeq, rig.journal.reportFirstSeq(clientIndex(0)));
  strictEqual(JSON.parse(page.texts[0] ?? "{}").report_seq, page.firstSeq);
  deepStrictEqual(untold.failures, []);
});

Deno.test("retention that was interrupted before it removed a segment leaves a sound journal", () => {
  const rig = agedRig();
  const whole = rig.disk.clone();
  const { link } = startFollower(rig, { retention: { marketHours: null, truthDays: 5 } });
  rig.threads.run();
  link.checkpoint();
  rig.threads.run();
  rig.stop();
  for (const name of whole.list(`${STATE}/journal`).slice(0, 1)) {
    rig.disk.put(`${STATE}/journal/${name}`, whole.read(`${STATE}/journal/${name}`));
  }
  ok(journalVerify(rig.disk, STATE).ok);
  strictEqual(replayDisk(rig.disk).digest, rig.timeline.digest);
});

Deno.test("recover() refuses a journal without the oldest segment that retention kept", () => {
  const rig = agedRig();
  const { link } = startFollower(rig, { retention: { marketHours: null, truthDays: 5 } });
  rig.threads.run();
  link.checkpoint();
  rig.threads.run();
  rig.stop();
  const first = rig.disk.list(`${STATE}/journal`).find((name) => name.endsWith(".log"));
  rig.disk.remove(`${STATE}/journal/${first}`);
  match(journalVerify(rig.disk, STATE).problem ?? "", new RegExp(`${first} must be there`));
});
