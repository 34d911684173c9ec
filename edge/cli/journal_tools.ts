/**
 * The journal's tools on this machine's disk, as the command line calls them.
 * @module
 */
import { denoDisk } from "../deno_disk.ts";
import { journalDump, journalExport } from "../journal/dump.ts";
import { journalStat, journalVerify } from "../journal/inspect.ts";
import {
  dryReplay,
  journalSql,
  type OfflineOptions,
  quarantine,
  takeCheckpoint,
} from "../journal/mod.ts";
import { PoisonNotes } from "../poison.ts";
import type { JournalTools } from "./actions.ts";
import { UsageError } from "./usage.ts";
import { why } from "./why/why.ts";

/** The executable that looks at a journal. */
export type Executable = Pick<OfflineOptions, "machine" | "engineVersion">;

/** Returns the tools. Only `checkpoint` and `quarantine` write, and only while no daemon runs. */
export function journalTools(executable: Executable): JournalTools {
  const disk = denoDisk();
  const offline = (stateDirectory: string): OfflineOptions => ({
    ...executable,
    disk,
    log: { write: () => {} },
    stateDirectory,
    poison: new PoisonNotes(disk, stateDirectory).known(),
  });
  return {
    verify: (directory) => journalVerify(disk, directory),
    stat: (directory) => journalStat(disk, directory),
    dump: (directory, options, print) =>
      journalDump({ disk, stateDirectory: directory }, options, print),
    export: (directory, options, print) =>
      journalExport({ disk, stateDirectory: directory }, options, print),
    sql: (directory, query, print) => asUsage(() => journalSql(directory, query, print)),
    why: (directory, { name, progress }) =>
      why({ disk, stateDirectory: directory, progress }, name),
    checkpoint: (directory, of) => takeCheckpoint(offline(directory), of),
    replay: (directory, { from }) =>
      dryReplay(offline(directory), { from: from === "newest" ? "checkpoint" : from }),
    quarantine: (directory, { seq, reason }) => {
      asUsage(() => quarantine(disk, directory, seq));
      return `Event ${seq} will be passed over at the next start: it is replayed as an event that ` +
        `changes nothing. Reconcile with the venues before trading. Reason given: ${reason}`;
    },
  };
}

/** What a tool cannot do with what it was asked is the caller's to repair, in one sentence. */
function asUsage(tool: () => void): void {
  try {
    tool();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}
