/**
 * Notes about poison events: the first failure ends the process, the second is safe mode, and only
 * an event at which recovery failed can be passed over. Proves the poison rule of R-JRN-2.
 * @module
 */
import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { PoisonNotes } from "../../edge/poison.ts";
import { MemoryDisk } from "../support/memory_disk.ts";

function notesOnNewDisk(): { readonly disk: MemoryDisk; readonly notes: PoisonNotes } {
  const disk = new MemoryDisk();
  disk.makeDirectory("/state");
  return { disk, notes: new PoisonNotes(disk, "/state") };
}

Deno.test("PoisonNotes.meet() is true only for the event at which recovery failed before", () => {
  const { notes } = notesOnNewDisk();
  ok(!notes.meet(7));
  ok(notes.meet(7));
  ok(!notes.meet(9), "another event is a new failure");
  ok(!notes.meet(7));
});

Deno.test("PoisonNotes.quarantine() passes over the event that was met, and remembers it", () => {
  const { disk, notes } = notesOnNewDisk();
  notes.meet(7);
  notes.quarantine(7);
  notes.meet(12);
  notes.quarantine(12);
  notes.quarantine(12);
  deepStrictEqual([...new PoisonNotes(disk, "/state").quarantined()], [7, 12]);
});

Deno.test("PoisonNotes.quarantine() refuses an event at which recovery did not fail", () => {
  const { notes } = notesOnNewDisk();
  throws(() => notes.quarantine(7), /recovery must have failed there: it failed at no event/);
  notes.meet(9);
  throws(() => notes.quarantine(7), /it failed at event 9/);
  deepStrictEqual([...notes.quarantined()], []);
});
