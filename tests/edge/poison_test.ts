/**
 * Notes about poison events on a disk that may fail. Proves the poison rule's memory (R-JRN-2).
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { PoisonNotes } from "../../edge/poison.ts";
import { DiskError } from "../../edge/ports.ts";
import { MemoryDisk } from "../support/memory_disk.ts";

function stateDisk(): MemoryDisk {
  const disk = new MemoryDisk();
  disk.makeDirectory("state");
  return disk;
}

Deno.test("meet() knows a number the second time, also after a power cut", () => {
  const disk = stateDisk();
  ok(!new PoisonNotes(disk, "state").meet(17));
  disk.crash("none");
  ok(new PoisonNotes(disk, "state").meet(17));
  ok(new PoisonNotes(disk, "state").meet(17));
});

// The journal still has the earlier event: a start that was killed by another one meets it again.
Deno.test("meet() keeps the numbers before", () => {
  const disk = stateDisk();
  const notes = new PoisonNotes(disk, "state");
  ok(!notes.meet(17));
  ok(!notes.meet(18));
  ok(notes.meet(17));
  ok(notes.meet(18));
  deepStrictEqual(notes.known().met, new Set([17, 18]));
  strictEqual(new TextDecoder().decode(disk.read("state/poison")), "17\n18\n");
});

Deno.test("quarantine() keeps every number, once, through power cuts", () => {
  const disk = stateDisk();
  deepStrictEqual(new PoisonNotes(disk, "state").quarantined(), new Set());
  for (const seq of [17, 4, 17]) {
    new PoisonNotes(disk, "state").meet(seq);
    new PoisonNotes(disk, "state").quarantine(seq);
    disk.crash("none");
  }
  deepStrictEqual(new PoisonNotes(disk, "state").quarantined(), new Set([17, 4]));
  strictEqual(new TextDecoder().decode(disk.read("state/quarantine")), "17\n4\n");
});

Deno.test("quarantine() refuses a number at which nothing failed", () => {
  const notes = new PoisonNotes(stateDisk(), "state");
  throws(() => notes.quarantine(17), /Cannot pass over event 17: .* it failed at no event/);
  notes.meet(18);
  throws(() => notes.quarantine(17), /Cannot pass over event 17: .* it failed at event 18/);
  deepStrictEqual(notes.quarantined(), new Set());
});

Deno.test("quarantine() that fails leaves what was there", () => {
  for (const operation of ["open", "writeAt", "syncData", "rename"] as const) {
    const disk = stateDisk();
    new PoisonNotes(disk, "state").meet(17);
    new PoisonNotes(disk, "state").quarantine(17);
    new PoisonNotes(disk, "state").meet(18);
    disk.inject({
      operation,
      path: "quarantine",
      onCall: operation === "open" ? 2 : 1,
      effect: "Io",
    });
    throws(() => new PoisonNotes(disk, "state").quarantine(18), DiskError);
    disk.crash("none");
    disk.heal();
    deepStrictEqual(new PoisonNotes(disk, "state").quarantined(), new Set([17]), operation);
  }
});

Deno.test("quarantined() passes over lines that are no numbers", () => {
  const disk = stateDisk();
  disk.put("state/quarantine", new TextEncoder().encode("17\n\nseventeen\n-1\n1.5\n18"));
  ok(new PoisonNotes(disk, "state").quarantined().has(18));
  deepStrictEqual(new PoisonNotes(disk, "state").quarantined(), new Set([17, 18]));
});

Deno.test("quarantine() refuses an event at which nothing failed", () => {
  const notes = new PoisonNotes(stateDisk(), "state");
  throws(() => notes.quarantine(7), /the daemon must have failed there: it failed at no event/);
  notes.meet(9);
  throws(() => notes.quarantine(7), /it failed at event 9/);
  deepStrictEqual(notes.quarantined(), new Set());
  notes.quarantine(9);
  notes.meet(12);
  notes.quarantine(9);
  deepStrictEqual(notes.quarantined(), new Set([9]), "once more is no error");
});
