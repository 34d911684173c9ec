/**
 * The daemon: its parts joined, from the options of a start to its end.
 *
 * `startDaemon` is all that a process needs; `options.ts` says what it takes and gives, the other
 * files are the stages of a life: recovery, start, parts, metrics, reload.
 * @module
 */
export { startDaemon } from "./daemon.ts";
export type { Daemon, DaemonJournal, DaemonOptions, End, Listening, Reread } from "./options.ts";
export { tryReread } from "./reread.ts";
