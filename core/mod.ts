/**
 * The core: the synchronous, deterministic machines. Events in, effects out; no clock, no disk, no
 * network, no randomness, no waiting.
 *
 * Everything outside `core/` sees the machines as a {@link Timeline}. This file is the face that
 * programs take; a file by itself may be imported too, but for the machines. `engine/mod.ts` is where
 * to begin to read.
 * @module
 */
export * from "./command.ts";
export * from "./decimal.ts";
export { Effects, type RepeatReports } from "./effects.ts";
export * from "./event.ts";
export * from "./gauges.ts";
export * from "./instrument.ts";
export * from "./intent.ts";
export { InvariantError } from "./invariant.ts";
export { createTimeline } from "./machines.ts";
export * from "./numbers.ts";
export * from "./reject_code.ts";
export * from "./report.ts";
export { type DraftQueue, Sequencer, type SequencerOptions } from "./sequencer.ts";
export type { Checkpoint, CheckpointNode, Timeline } from "./timeline.ts";
export * from "./view.ts";
