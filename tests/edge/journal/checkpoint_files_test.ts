/**
 * Proves R-JRN-2: a checkpoint of any size is read back as it was written, the newest three are kept,
 * and none that is not whole is believed.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import type { Checkpoint } from "../../../core/timeline.ts";
import {
  oldestCheckpointSeq,
  readCheckpoints,
  writeCheckpoint,
} from "../../../edge/journal/checkpoint_files.ts";
import { emptyTail } from "../../../edge/journal/scan.ts";
import { DiskError, type DiskErrorCode, type DiskFile } from "../../../edge/ports.ts";
import { STATE } from "../../support/journal_rig.ts";
import { MemoryDisk } from "../../support/memory_disk.ts";

const DIRECTORY = `${STATE}/checkpoints`;

/** A state of so many entries, some of whose text is longer than its bytes are few. */
function stateOf(entries: number): Readonly<Record<string, unknown>> {
  const list = Array.from({ length: entries }, (_, at) => ({ at, text: "é\u2028".repeat(20) }));
  return { version: 1, engineVersion: "test-1", list };
}

/** The state's JSON in pieces of so many characters. */
function* piecesOf(state: unknown, length: number): Generator<string> {
  const text = JSON.stringify(state);
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

function write(
  disk: MemoryDisk,
  of: { readonly seq: number; readonly entries?: number; readonly pieceLength?: number },
): void {
  const { seq, entries = 1, pieceLength = 1000 } = of;
  const tail = { ...emptyTail("0".repeat(32)), batch: seq, seq };
  const statePieces = piecesOf(stateOf(entries), pieceLength);
  const reports = [] as never[];
  for (const _ of writeCheckpoint(disk, STATE, { format: 1, tail, reports, statePieces }));
}

function read(disk: MemoryDisk): { readonly states: readonly Checkpoint[]; damaged: string[] } {
  const damaged: string[] = [];
  const found = [...readCheckpoints(disk, STATE, (name) => damaged.push(name))];
  return { states: found.map(({ state }) => state), damaged };
}

for (const pieceLength of [7, 1000, 65_536, 65_537, 1_000_000]) {
  Deno.test(`readCheckpoints() gives back a large state written in pieces of ${pieceLength}`, () => {
    const disk = new MemoryDisk();
    write(disk, { seq: 9, entries: 3000, pieceLength });
    const { states, damaged } = read(disk);
    deepStrictEqual(damaged, []);
    strictEqual(JSON.stringify(states), JSON.stringify([stateOf(3000)]));
    strictEqual(disk.openFiles, 0);
  });
}

Deno.test("writeCheckpoint() keeps the newest three, of which the oldest is the one that binds", () => {
  const disk = new MemoryDisk();
  strictEqual(oldestCheckpointSeq(disk, STATE), undefined);
  for (const seq of [9, 10, 100, 1000]) write(disk, { seq });
  deepStrictEqual(disk.list(DIRECTORY).map((name) => Number(name.slice(0, 16))), [10, 100, 1000]);
  strictEqual(oldestCheckpointSeq(disk, STATE), 10);
});

Deno.test("readCheckpoints() passes over a checkpoint that is cut or altered anywhere, and names it", () => {
  const disk = new MemoryDisk();
  for (const seq of [9, 10]) write(disk, { seq });
  const name = disk.list(DIRECTORY).at(-1) ?? "";
  const whole = disk.read(`${DIRECTORY}/${name}`);
  const halves = [0, 1, 13, 80, 200, whole.length - 1].map((end) => whole.slice(0, end));
  const flipped = [0, 5, 60, whole.length - 70, whole.length - 20, whole.length - 1]
    .map((place) => whole.map((byte, at) => at === place ? byte ^ 1 : byte));
  ok(whole.length > 300);
  for (const bytes of [...halves, ...flipped]) {
    disk.put(`${DIRECTORY}/${name}`, bytes);
    const { states, damaged } = read(disk);
    deepStrictEqual(damaged, [name]);
    strictEqual(states.length, 1);
  }
});

/** A disk on which what a path holds cannot be read. */
class WornDisk extends MemoryDisk {
  worn: { readonly path: string; readonly code: DiskErrorCode } | undefined;

  override open(path: string, access: "read" | "write" | "create"): DiskFile {
    const file = super.open(path, access);
    const { worn } = this;
    if (worn === undefined || !path.includes(worn.path)) return file;
    const readAt = (): never => {
      throw new DiskError(worn.code, `Cannot read ${path}`);
    };
    return { ...file, readAt };
  }
}

Deno.test("readCheckpoints() passes over a checkpoint whose bytes the disk has lost, and names it", () => {
  const disk = new WornDisk();
  for (const seq of [9, 10]) write(disk, { seq });
  const name = disk.list(DIRECTORY).at(-1) ?? "";
  disk.worn = { path: name, code: "Io" };
  const { states, damaged } = read(disk);
  deepStrictEqual([states.length, damaged], [1, [name]]);
  strictEqual(disk.openFiles, 0);
});

Deno.test("readCheckpoints() passes over none that it may not read: that one is whole", () => {
  const disk = new WornDisk();
  for (const seq of [9, 10]) write(disk, { seq });
  disk.worn = { path: DIRECTORY, code: "Denied" };
  throws(() => read(disk), DiskError);
});
