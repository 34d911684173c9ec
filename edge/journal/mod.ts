/**
 * The journal: what happened and what it caused, durable before it is visible.
 *
 * Owns the state directory's lock, segments, high-water mark, checkpoints and derived database. The
 * live loop records into `Journal`; `recover` and `replayInto` bring a timeline back; Workers write
 * (`worker.ts`), follow (`follower.ts`) and index (`index_worker.ts`); the rest serves people.
 * @module
 */
export { journalDump, journalExport, type LineKind } from "./dump.ts";
export { encodeEventLine, parseEventLine } from "./event_lines.ts";
export { type FollowerInit, runFollower } from "./follower.ts";
export { journalStat, journalVerify, type VerifyResult } from "./inspect.ts";
export {
  Journal,
  JOURNAL_DEFAULTS,
  type JournalFault,
  type JournalOptions,
  type JournalSettings,
} from "./journal.ts";
export { lockState } from "./lock.ts";
export { dryReplay, type OfflineOptions, restoreTimeline, takeCheckpoint } from "./offline.ts";
export { quarantine } from "./quarantine.ts";
export { recover, type Recovery } from "./recovery.ts";
export { ClockRefused, JournalRefused, PoisonEvent, StateLocked } from "./refusal.ts";
export { replayInto } from "./replay.ts";
export { journalSql } from "./sql.ts";
export { TailLink } from "./tail_link.ts";
export { type CommitCells, noCommits } from "./ring.ts";
export { runJournalWorker } from "./worker.ts";
