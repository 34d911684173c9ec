/**
 * Proves R-JRN-1, R-JRN-4: verify says what recovery says; stat, dump and export show what is
 * recorded, and the files themselves are lines of JSON.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  journalDump,
  journalExport,
  journalStat,
  journalVerify,
  type LineKind,
} from "../../../edge/journal/mod.ts";
import * as say from "../../support/venue_words.ts";
import { World } from "../../support/engine_world.ts";
import { JournalRig, replayDisk, STATE } from "../../support/journal_rig.ts";
import type { Disk, DiskFile } from "../../../edge/ports.ts";
import { fileOf } from "../../support/read_only_disk.ts";
import type { MemoryDisk } from "../../support/memory_disk.ts";

/** A file that cannot be written. */
const SEALED = fileOf(new Uint8Array(0));

function journalOf(events: number): JournalRig {
  const rig = new JournalRig();
  rig.fill(events);
  return rig;
}

Deno.test("journalVerify() counts a sound journal while it is being written", () => {
  const rig = journalOf(90);
  const result = journalVerify(rig.disk, STATE);
  ok(result.ok);
  strictEqual(result.batches, 30);
  strictEqual(result.first_seq, 1);
  strictEqual(result.last_seq, 90);
  strictEqual(result.journal_id, rig.journal.journalId);
  strictEqual(result.last_time_us, rig.timeline.nowUs);
  ok(result.truth_bytes > 0 && result.market_bytes > 0);
});

/**
 * A disk on which a daemon writes while it is read: its mark and the first `reads` of a segment show
 * an earlier moment.
 */
function writtenMeanwhile(disk: MemoryDisk, earlier: MemoryDisk, reads: number): Disk {
  let left = reads;
  const segment = (path: string): DiskFile => {
    const [old, now] = [earlier.open(path, "read"), disk.open(path, "read")];
    return {
      ...SEALED,
      readAt: (buffer, offset) => (left-- > 0 ? old : now).readAt(buffer, offset),
      size: () => now.size(),
      close: () => [old, now].forEach((file) => file.close()),
    };
  };
  return Object.assign(Object.create(disk) as MemoryDisk, {
    exists: (path: string) => disk.exists(path),
    list: (path: string) => disk.list(path),
    open: (path: string) => path.endsWith(".log") ? segment(path) : earlier.open(path, "read"),
  });
}

Deno.test("journalVerify() passes over what was not whole when it was read, and is by now", () => {
  const rig = journalOf(30);
  const earlier = rig.disk.clone();
  rig.fill(12);
  for (let reads = 0; reads < 12; reads += 1) {
    const result = journalVerify(writtenMeanwhile(rig.disk, earlier, reads), STATE);
    strictEqual(result.problem, undefined, `after ${reads} reads`);
    ok(result.batches >= 10);
  }
});

Deno.test("journalVerify() gives the sentence with which recovery refuses", () => {
  const rig = journalOf(90);
  const path = `${STATE}/journal/00000001.log`;
  const damages: ((disk: MemoryDisk) => void)[] = [
    (disk) => disk.put(path, disk.read(path).map((byte, at) => at === 3000 ? byte ^ 1 : byte)),
    (disk) => disk.remove(path),
    (disk) => disk.remove(`${STATE}/high_water`),
    (disk) => disk.put(path, disk.read(path).subarray(0, 5000)),
  ];
  for (const damage of damages) {
    const disk = rig.disk.clone();
    damage(disk);
    const { ok: isSound, problem } = journalVerify(disk, STATE);
    ok(!isSound);
    let refusal = "";
    try {
      replayDisk(disk);
    } catch (error) {
      refusal = (error as Error).message;
    }
    strictEqual(problem, refusal);
  }
});

Deno.test("journalVerify() says that there is no journal", () => {
  const rig = new JournalRig();
  const { disk } = rig;
  disk.remove(`${STATE}/high_water`);
  match(journalVerify(disk, STATE).problem ?? "", /there must be one in state: was none/);
});

Deno.test("journalStat() states the truth's bytes per event", () => {
  const result = journalStat(journalOf(80).disk, STATE);
  strictEqual(result.events, 80);
  strictEqual(result.truth_events, 40);
  strictEqual(result.truth_bytes_per_event, Math.round(result.truth_bytes / 40));
  deepStrictEqual(result.events_by_type, {
    BookDelta: 20,
    DeadlineReached: 20,
    IntentReceived: 20,
    TradePrinted: 20,
  });
  deepStrictEqual(result.engine_versions, ["test-1"]);
});

function dumped(rig: JournalRig, filter: Parameters<typeof journalDump>[1]): string[] {
  const lines: string[] = [];
  journalDump({ disk: rig.disk, stateDirectory: STATE }, filter, (line) => lines.push(line));
  return lines;
}

Deno.test("journalDump() prints the recorded lines in the order of events", () => {
  const rig = journalOf(40);
  const seqs = dumped(rig, { kind: "event" }).map((line) => JSON.parse(line).event.seq_id);
  deepStrictEqual(seqs, Array.from({ length: 40 }, (_, index) => index + 1));
  const one = dumped(rig, { fromSeq: 8, toSeq: 8 });
  deepStrictEqual(one.map((line) => Object.keys(JSON.parse(line))[0]), [
    "event",
    "transition",
    "report",
    "command",
  ]);
  const kinds: LineKind[] = ["alarm", "report"];
  for (const kind of kinds) ok(dumped(rig, { kind }).every((line) => line.includes(`{"${kind}":`)));
  ok(dumped(rig, { kind: "alarm" }).length > 0);
});

Deno.test("a segment is lines of JSON that ordinary tools read", () => {
  const rig = journalOf(40);
  const text = new TextDecoder().decode(rig.disk.read(`${STATE}/journal/00000001.log`));
  const lines = text.replace(/\0+$/, "").trimEnd().split("\n");
  const kinds = new Set(lines.map((line) => Object.keys(JSON.parse(line))[0]));
  deepStrictEqual([...kinds].sort(), [
    "alarm",
    "batch",
    "command",
    "event",
    "report",
    "segment",
    "transition",
  ]);
});

function exported(rig: JournalRig, options: Parameters<typeof journalExport>[1]): string[] {
  const lines: string[] = [];
  journalExport({ disk: rig.disk, stateDirectory: STATE }, options, (line) => lines.push(line));
  return lines;
}

Deno.test("journalExport() gives events and reports as JSON lines and as CSV", () => {
  const rig = journalOf(40);
  strictEqual(exported(rig, { what: "events", format: "jsonl" }).length, 40);
  const reports = exported(rig, { what: "reports", format: "jsonl" });
  strictEqual(reports.length, 10);
  const [header, first] = exported(rig, { what: "reports", format: "csv" });
  match(header ?? "", /^client,report_seq,seq_id,/);
  match(first ?? "", /^#\d,1,4,/);
  const fills = exported(rig, { what: "fills", format: "csv" });
  strictEqual(fills.length, 6);
  match(fills[1] ?? "", /^8,1008,#\d,8,i-8,paper:A\/B,\w+,Trade,e-8,,2,11,Maker,0\.001,B$/);
  const orders = exported(rig, { what: "orders", format: "jsonl" });
  strictEqual(orders.length, 10);
  strictEqual(JSON.parse(orders[1] ?? "").ord_status, "Filled");
  match(exported(rig, { what: "events", format: "csv" })[4] ?? "", /BookDelta|IntentReceived/);
});

Deno.test("journalExport() gives an order under the intent that placed or last replaced it", () => {
  const rig = new JournalRig();
  const w = new World().start().open();
  w.place("i1");
  w.accept();
  w.cancel("c1", "i1");
  w.cancelled();
  w.place("i2");
  w.accept(2);
  w.replace("r2", { orig: "i2", qty: "12" });
  say.replacedTo(w, { qty: 12_000, order: 2 });
  rig.recordWorld(w.events);
  const rows = exported(rig, { what: "orders", format: "jsonl" }).map((line) => JSON.parse(line));
  deepStrictEqual(
    rows.map((row) => [row.order_id, row.intent_id, row.ord_status]),
    [["1", "i1", "Cancelled"], ["2", "r2", "Accepted"]],
  );
});

Deno.test("journalExport() gives corrections and voids of executions as rows of their own", () => {
  const rig = new JournalRig();
  const w = say.worldIn("PartiallyFilled");
  w.fill(1, { id: "e1", qty: 1000 });
  say.corrected(w, { ref: "e0", id: "x1", qty: 3000 });
  say.corrected(w, { ref: "x1", id: "x2", qty: 2000, px: 9_900 });
  say.voided(w, "e1");
  rig.recordWorld(w.events);
  const rows = exported(rig, { what: "fills", format: "jsonl" }).map((line) => JSON.parse(line));
  deepStrictEqual(
    rows.map((row) => [row.kind, row.exec_id, row.exec_ref_id, row.last_qty, row.last_px]),
    [
      ["Trade", "e0", null, "4", "100"],
      ["Trade", "e1", null, "1", "100"],
      ["TradeCorrect", "x1", "e0", "3", "100"],
      ["TradeCorrect", "x2", "e0", "2", "99"],
      ["TradeCancel", "e1-void", "e1", "0", "100"],
    ],
  );
  deepStrictEqual(rows.map((row) => row.commission), ["0.01", "0.01", "0.01", "0.01", "0"]);
});
