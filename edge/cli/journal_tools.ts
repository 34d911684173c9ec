/**
 * The journal's tools on this machine's disk, as the command line calls them.
 * @module
 */
import { denoDisk } from "../deno_disk.ts";
import { journalDump, journalExport } from "../journal/dump.ts";
import { journalStat, journalVerify } from "../journal/inspect.ts";
import { lockState } from "../journal/mod.ts";
import { journalSql } from "../journal/sql.ts";
import { openSqlite } from "../journal/sqlite_database.ts";
import { PoisonNotes } from "../poison.ts";
import type { JournalTools } from "./actions.ts";

/** Returns the tools. Only `quarantine` writes, and only while no daemon runs. */
export function journalTools(): JournalTools {
  const disk = denoDisk();
  return {
    verify: (directory) => journalVerify(disk, directory),
    stat: (directory) => journalStat(disk, directory),
    dump: (directory, options, print) =>
      journalDump({ disk, stateDirectory: directory }, options, print),
    export: (directory, options, print) =>
      journalExport({ disk, stateDirectory: directory }, options, print),
    sql: (directory, query, print) =>
      journalSql({ disk, stateDirectory: directory, open: openSqlite }, query, print),
    quarantine: (directory, { seq, reason }) => {
      const lock = lockState(disk, directory);
      try {
        new PoisonNotes(disk, directory).quarantine(seq);
      } finally {
        lock.release();
      }
      return `Event ${seq} will be passed over at the next start: it is replayed as an event that ` +
        `changes nothing. Reconcile with the venues before trading. Reason given: ${reason}`;
    },
  };
}
