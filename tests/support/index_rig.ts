/**
 * A journal with its index: the journal in memory, the database a real file.
 * @module
 */
import { ok } from "node:assert/strict";
import type { OpenDatabase } from "../../edge/journal/database.ts";
import { segmentName } from "../../edge/journal/format.ts";
import { serveIndex } from "../../edge/journal/index_worker.ts";
import { anchorPath, encodeAnchor, listSegments } from "../../edge/journal/segments.ts";
import { openSqlite } from "../../edge/journal/sqlite_database.ts";
import { journalSql } from "../../edge/journal/sql.ts";
import { TailLink } from "../../edge/journal/tail_link.ts";
import { JournalRig, SILENT, STATE } from "./journal_rig.ts";
import type { Log } from "../../edge/ports.ts";
import { MemoryDisk } from "./memory_disk.ts";

/** A memory disk on which the database's files are real ones in `folder`. */
class IndexDisk extends MemoryDisk {
  readonly folder: string;
  constructor(folder: string) {
    super();
    this.folder = folder;
  }

  real(path: string): string {
    return `${this.folder}/${path.slice(path.lastIndexOf("/") + 1)}`;
  }

  override exists(path: string): boolean {
    if (!path.includes(".sqlite")) return super.exists(path);
    return [...Deno.readDirSync(this.folder)].some(({ name }) => path.endsWith(`/${name}`));
  }

  override remove(path: string): void {
    if (path.includes(".sqlite")) Deno.removeSync(this.real(path));
    else super.remove(path);
  }
}

/** A journal that is written and the disk below it. */
export type World = { readonly rig: JournalRig; readonly disk: IndexDisk };

/** Returns a test that has a world of its own. */
export function withIndex(test: (world: World) => void): () => void {
  return () => {
    const folder = Deno.makeTempDirSync();
    try {
      const disk = new IndexDisk(folder);
      test({ rig: new JournalRig(disk), disk });
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  };
}

export type IndexStart = {
  readonly openDatabase?: OpenDatabase;
  /** Hears of what the index dies of. */
  readonly failed?: (reason: string) => void;
  readonly log?: Log;
};

/** Starts an index and has it read what is durable. */
export function startIndex({ rig, disk }: World, start: IndexStart = {}): TailLink {
  const { openDatabase = openSqlite, failed } = start;
  const { journalId } = rig.journal;
  const soon = (task: () => void): void => rig.threads.soon(task);
  const after = (_delayUs: number, task: () => void): () => void => {
    soon(task);
    return () => {};
  };
  const ports = {
    disk,
    log: start.log ?? SILENT,
    timers: { soon, after },
    clock: { wallUs: () => 0, monotonicUs: () => 0 },
    memory: { collect: () => {} },
  };
  const workers = rig.threads.workers({
    index: (scope, init) =>
      serveIndex(scope, ports, {
        init,
        openDatabase: (path, access) => openDatabase(disk.real(path), access),
      }),
  });
  const cells = new Int32Array(new SharedArrayBuffer(64));
  const init = { stateDirectory: STATE, journalId, cells };
  const { durableBatch } = rig.journal;
  const { timers } = ports;
  const handlers = failed === undefined ? {} : { failed };
  const link = new TailLink(workers.start("index", init), { timers, durableBatch }, handlers);
  rig.journal.onDurable(() => link.durable(rig.journal.durableBatch));
  rig.threads.run();
  return link;
}

/** Asks the database as any other reader. */
export function query({ disk }: World, sql: string): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  journalSql(disk.folder, sql, (line) => rows.push(JSON.parse(line)));
  return rows;
}

/** Removes the first three segments, as retention does; returns the first event that is left. */
export function dropSegments({ disk }: World): number {
  const directory = `${STATE}/journal`;
  const fourth = listSegments(disk, directory)[3];
  ok(fourth !== undefined);
  disk.put(anchorPath(directory), new TextEncoder().encode(encodeAnchor(fourth)));
  for (const number of [1, 2, 3]) disk.remove(`${directory}/${segmentName(number)}`);
  return fourth.firstSeq;
}
