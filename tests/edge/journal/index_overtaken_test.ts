/**
 * Proves R-JRN-1: a derived database from which retention takes what it has not read is made anew
 * from where the journal begins then, and says so; nothing advises what is for a damaged journal.
 * @module
 */
import { deepStrictEqual, notStrictEqual, ok } from "node:assert/strict";
import type { Database, OpenDatabase } from "../../../edge/journal/database.ts";
import type { Log } from "../../../edge/ports.ts";
import { openSqlite } from "../../../edge/journal/sqlite_database.ts";
import { dropSegments, query, startIndex, withIndex, type World } from "../../support/index_rig.ts";

type Told = { readonly said: string[]; readonly log: Log; failed(reason: string): void };

function telling(): Told {
  const said: string[] = [];
  return {
    said,
    log: { write: (level, event) => said.push(`${level} ${event}`) },
    failed: (reason) => said.push(reason),
  };
}

/** Opens databases; segments are dropped once the first was opened, or within its first turn. */
class Overtaking {
  first: number | undefined;
  readonly openDatabase: OpenDatabase;

  constructor(world: World, when: "opened" | "begun") {
    this.openDatabase = (path, access) => {
      const database = openSqlite(path, access);
      if (when === "opened") this.first ??= dropSegments(world);
      const exec: Database["exec"] = (sql) => {
        if (sql === "BEGIN IMMEDIATE") this.first ??= dropSegments(world);
        database.exec(sql);
      };
      return { ...database, exec };
    };
  }
}

/** The database holds what the journal holds that begins with event `first`. */
function checkBegins(world: World, first: number): void {
  const begins = query(world, "SELECT value FROM meta WHERE key = 'begins_after_seq'");
  deepStrictEqual(begins, [{ value: String(first - 1) }]);
  const [reports] = query(world, "SELECT min(seq_id) AS least, max(seq_id) AS most FROM reports");
  ok(first > 1 && Number(reports?.["least"]) >= first);
  ok(Number(reports?.["most"]) > Number(reports?.["least"]));
}

for (const when of ["opened", "begun"] as const) {
  Deno.test(
    `runIndex() goes on from where the journal begins when it is overtaken where it has ${when}`,
    withIndex((world) => {
      world.rig.fill(300);
      const told = telling();
      const overtaking = new Overtaking(world, when);
      startIndex(world, { ...told, openDatabase: overtaking.openDatabase });
      deepStrictEqual(told.said, ["warning index_overtaken"]);
      checkBegins(world, overtaking.first ?? 0);
      const before = query(world, "SELECT count(*) AS n FROM reports");
      world.rig.fill(48);
      notStrictEqual(query(world, "SELECT count(*) AS n FROM reports"), before);
    }),
  );
}

Deno.test(
  "runIndex() that was overtaken while it did not run is made anew, and goes on where it was not",
  withIndex((world) => {
    const { rig } = world;
    const link = startIndex(world);
    rig.fill(1);
    link.terminate();
    rig.fill(299);
    const first = dropSegments(world);
    const told = telling();
    startIndex(world, told).terminate();
    deepStrictEqual(told.said, ["warning index_overtaken"]);
    checkBegins(world, first);
    startIndex(world, told);
    deepStrictEqual(told.said.length, 1);
  }),
);
