/**
 * The journal: what happened and what it caused, durable before it is visible.
 *
 * Owns the state directory's lock, segments, high-water mark, checkpoints and derived database. The
 * live loop records into `Journal`; `recover` and `replayInto` bring a timeline back; Workers write
 * (`runJournalWorker`), follow (`runFollower`) and index (`runIndex`).
 * @module
 */
export { encodeEffectLines } from "./effect_lines.ts";
export { encodeEventLine, LineError, parseEventLine } from "./event_lines.ts";
export {
  Journal,
  JOURNAL_DEFAULTS,
  type JournalEntry,
  type JournalOptions,
  type JournalSettings,
} from "./journal.ts";
export { lockState, type StateLock } from "./lock.ts";
export { recover, type RecoveredRecord, type RecoverOptions, type Recovery } from "./recovery.ts";
export { JournalRefused, PoisonEvent, StateLocked } from "./refusal.ts";
export { type Machine, replayInto, type ReportEncoder } from "./replay.ts";
export { runJournalWorker } from "./worker.ts";
