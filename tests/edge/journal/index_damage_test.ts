/**
 * Proves R-JRN-1: what the derived database holds beyond the journal is thrown away where it is
 * damaged, and never because the machine failed.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import type { OpenDatabase } from "../../../edge/journal/database.ts";
import { openSqlite } from "../../../edge/journal/sqlite_database.ts";
import { query, startIndex, withIndex, type World } from "../../support/index_rig.ts";

/** Fills a database, marks what only it knows, and closes it. */
function filled(world: World): void {
  const link = startIndex(world);
  world.rig.fill(400);
  link.terminate();
  const database = openSqlite(world.disk.real("/events.sqlite"), "write");
  database.exec("INSERT INTO meta VALUES ('kept', 'yes'); PRAGMA wal_checkpoint(TRUNCATE);");
  database.close();
}

function isKept(world: World): boolean {
  return query(world, "SELECT * FROM meta WHERE key = 'kept'").length === 1;
}

const FAILING: readonly (readonly [string, OpenDatabase])[] = [
  ["file cannot be opened", (): never => {
    throw new Deno.errors.PermissionDenied("Permission denied (os error 13): open 'events.sqlite'");
  }],
  ["disk is full", (path, access) => {
    const database = openSqlite(path, access);
    database.close();
    throw new Error("database or disk is full");
  }],
  ["disk fails where it is read", (path, access) => {
    const database = openSqlite(path, access);
    const prepare = (): never => {
      throw new Error("disk I/O error");
    };
    return { ...database, prepare };
  }],
];

for (const [what, openDatabase] of FAILING) {
  Deno.test(
    `runIndex() dies where its ${what}, and the next start goes on with what it holds`,
    withIndex((world) => {
      filled(world);
      const said: string[] = [];
      startIndex(world, { openDatabase, failed: (reason) => said.push(reason) });
      strictEqual(said.length, 1);
      startIndex(world);
      ok(isKept(world));
      deepStrictEqual(query(world, "SELECT count(*) AS n FROM reports"), [{ n: 100 }]);
    }),
  );
}

Deno.test(
  "runIndex() dies of damage that it meets later, and the next start makes the database anew",
  withIndex((world) => {
    filled(world);
    const path = world.disk.real("/events.sqlite");
    const bytes = Deno.readFileSync(path);
    const database = openSqlite(path, "read");
    const [root] = database.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'events'")
      .all();
    database.close();
    const at = (Number(root?.["rootpage"]) - 1) * 4096;
    Deno.writeFileSync(path, bytes.fill(0x2e, at, at + 4096));
    throws(() => startIndex(world), /malformed/);
    startIndex(world);
    ok(!isKept(world));
    deepStrictEqual(query(world, "SELECT count(*) AS n FROM reports"), [{ n: 100 }]);
  }),
);
