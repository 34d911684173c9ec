/**
 * The journal: what happened and what it caused, durable before it is visible.
 *
 * Owns the state directory's lock, segments, high-water mark, checkpoints and derived database. The
 * live loop records into `Journal`; `recover` and `replayInto` bring a timeline back; Workers write
 * (`runJournalWorker`), follow (`runFollower`) and index (`runIndex`); the rest serves people.
 * @module
 */
export { type AcceptedLoss, acceptLoss, requireLaterClock } from "./accepted_loss.ts";
export type { Database, OpenDatabase, SqlRow, SqlValue } from "./database.ts";
export {
  type DumpFilter,
  type ExportOptions,
  EXPORTS,
  journalDump,
  journalExport,
  LINE_KINDS,
  type LineKind,
} from "./dump.ts";
export { encodeEffectLines } from "./effect_lines.ts";
export { encodeEventLine, LineError, parseEventLine } from "./event_lines.ts";
export { type FollowerInit, type FollowerMachine, runFollower } from "./follower.ts";
export { type IndexInit, indexPath, runIndex } from "./index_worker.ts";
export {
  journalBytes,
  journalStat,
  journalVerify,
  type StatResult,
  type VerifyResult,
} from "./inspect.ts";
export {
  Journal,
  JOURNAL_DEFAULTS,
  type JournalEntry,
  type JournalFault,
  type JournalOptions,
  type JournalSettings,
} from "./journal.ts";
export { lockState, type StateLock } from "./lock.ts";
export {
  type CheckpointResult,
  dryReplay,
  type OfflineOptions,
  type ReplayResult,
  restoreTimeline,
  takeCheckpoint,
} from "./offline.ts";
export type { RecoverFrom } from "./checkpoint_place.ts";
export { quarantine } from "./quarantine.ts";
export { recover, type RecoveredRecord, type RecoverOptions, type Recovery } from "./recovery.ts";
export { ClockRefused, JournalRefused, PoisonEvent, StateLocked } from "./refusal.ts";
export { type Machine, replayInto } from "./replay.ts";
export type { RetentionSettings } from "./retention.ts";
export { journalSql } from "./sql.ts";
export { type TailHandlers, TailLink } from "./tail_link.ts";
export { type CommitCells, isCommitted, noCommits, watchCommits } from "./ring.ts";
export { runJournalWorker } from "./worker.ts";
