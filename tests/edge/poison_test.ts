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
  strictEqual(new PoisonNotes(disk, "state").meet(17), false);
  disk.crash("none");
  strictEqual(new PoisonNotes(disk, "state").meet(17), true);
  strictEqual(new PoisonNotes(disk, "state").meet(17), true);
});

Deno.test("meet() begins anew at another number", () => {
  const notes = new PoisonNotes(stateDisk(), "state");
  strictEqual(notes.meet(17), false);
  strictEqual(notes.meet(18), false, "17 was passed");
  strictEqual(notes.meet(18), true);
  strictEqual(notes.meet(17), false);
});

Deno.test("quarantine() keeps every number, once, through power cuts", () => {
  const disk = stateDisk();
  deepStrictEqual(new PoisonNotes(disk, "state").quarantined(), new Set());
  for (const seq of [17, 4, 17]) {
    new PoisonNotes(disk, "state").quarantine(seq);
    disk.crash("none");
  }
  deepStrictEqual(new PoisonNotes(disk, "state").quarantined(), new Set([17, 4]));
  strictEqual(new TextDecoder().decode(disk.read("state/quarantine")), "17\n4\n");
});

Deno.test("quarantine() that fails leaves what was there", () => {
  for (const operation of ["open", "writeAt", "syncData", "rename"] as const) {
    const disk = stateDisk();
    new PoisonNotes(disk, "state").quarantine(17);
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
