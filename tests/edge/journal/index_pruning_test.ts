/**
 * Proves a part of R-JRN-4: what retention removed leaves the derived database a little at a time, so
 * that nothing waits behind it.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Database } from "../../../edge/journal/database.ts";
import { IndexPruning } from "../../../edge/journal/index_pruning.ts";
import { createIndex } from "../../../edge/journal/index_writer.ts";
import { beginning } from "../../../edge/journal/scan.ts";
import { openSqlite } from "../../../edge/journal/sqlite_database.ts";

const EVENTS = 1000;
/** Rows of a slice, at most. */
const SLICE_ROWS_MAX = 256;

/** A database of so many events, each with two effects and a report for one of three clients. */
function filled(database: Database): void {
  createIndex(database, beginning("0".repeat(32), []));
  const event = database.prepare("INSERT INTO events VALUES (?, 1, 1, 's', 0, 0, 't', '{}', NULL)");
  const effect = database.prepare("INSERT INTO effects VALUES (?, 'command', '{}')");
  const report = database.prepare(
    "INSERT INTO reports VALUES (?, ?, ?, 1, 'New', NULL, NULL, NULL, NULL, NULL, NULL, '{}')",
  );
  database.exec("BEGIN");
  for (let seq = 1; seq <= EVENTS; seq += 1) {
    event.run(seq);
    effect.run(seq);
    effect.run(seq);
    report.run(`client${seq % 3}`, Math.ceil(seq / 3), seq);
  }
  database.exec("COMMIT");
}

function withDatabase(test: (database: Database) => void): () => void {
  return () => {
    const folder = Deno.makeTempDirSync();
    const database = openSqlite(`${folder}/events.sqlite`, "write");
    try {
      filled(database);
      test(database);
    } finally {
      database.close();
      Deno.removeSync(folder, { recursive: true });
    }
  };
}

/** Rows of events, effects and reports; `from`: only of events from this one on. */
function countOf(database: Database, from = 0): number {
  const tables = ["events", "effects", "reports"].map((table) =>
    Number(
      database.prepare(`SELECT count(*) AS n FROM ${table} WHERE seq_id >= ?`).all(from)[0]?.["n"],
    )
  );
  return tables.reduce((sum, count) => sum + count);
}

Deno.test(
  "IndexPruning.slice() takes out a few rows, one between two rests, until none is due",
  withDatabase((database) => {
    const pruning = new IndexPruning(database);
    ok(!pruning.isDue);
    deepStrictEqual([...pruning.slice()], []);
    pruning.dropBefore(801);
    let left = countOf(database);
    let slices = 0;
    for (; pruning.isDue; slices += 1) {
      const before = left;
      for (const _ of pruning.slice()) {
        ok(left - countOf(database) <= 1);
        left = countOf(database);
      }
      ok(before - countOf(database) <= SLICE_ROWS_MAX);
    }
    ok(slices >= 800 * 4 / SLICE_ROWS_MAX);
    strictEqual(countOf(database), 200 * 4);
    strictEqual(countOf(database, 801), 200 * 4);
  }),
);

Deno.test(
  "IndexPruning goes on with what is due by a later call",
  withDatabase((database) => {
    const pruning = new IndexPruning(database);
    pruning.dropBefore(200);
    const under = pruning.slice();
    under.next();
    pruning.dropBefore(EVENTS + 1);
    for (const _ of under);
    while (pruning.isDue) for (const _ of pruning.slice());
    strictEqual(countOf(database), 0);
    pruning.dropBefore(EVENTS + 1);
    deepStrictEqual([...pruning.slice()], []);
    ok(!pruning.isDue);
  }),
);
