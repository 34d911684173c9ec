/**
 * The one timeline: engine and simulators advanced together, event by event.
 *
 * This file holds the interface by which everything outside `core/` sees the machines: the live
 * loop, the journal's follower, recovery, backtests. The one implementation is `createTimeline`.
 * @module
 */
import type { Effects } from "./effects.ts";
import type { Draft, Event } from "./event.ts";
import type { Micros, SeqId } from "./numbers.ts";
import type { View } from "./view.ts";

/** The machines, whole. Pure: same events in, same effects, digests and outputs out. */
export interface Timeline {
  /** Number of the last applied event; 0 before the first. */
  readonly seqId: SeqId;
  /** Engine clock: `ingestTime` of the last applied event. */
  readonly nowUs: Micros;
  /** Rolling digest of every state change so far, 16 hex digits. */
  readonly digest: string;
  /** Read-only look at the state after the last applied event. */
  readonly view: View;

  /**
   * Applies one sequenced event: engine first, then each simulator with the event and the
   * commands addressed to it. `effects` is cleared, then filled.
   * @throws {Error} Whatever is not an `InvariantError`: the event is poison (see DESIGN in docs).
   */
  apply(event: Event, effects: Effects): void;

  /** When the machines next want a `DeadlineReached`, or undefined. */
  nextDeadlineUs(): Micros | undefined;

  /**
   * Broker reports of the simulated venues that are due at `nowUs` and were not taken before.
   * Each becomes an event; until that event is applied, a restored timeline offers it again.
   */
  takeOutputs(nowUs: Micros): Draft[];

  /** When `takeOutputs` will next have something, or undefined. */
  nextOutputUs(): Micros | undefined;

  /** The whole state as a logical, versioned, JSON-able document (R-CORE-9). */
  checkpoint(): Checkpoint;

  /**
   * The JSON of {@link Timeline.checkpoint}, in pieces of about a row each, so that whoever writes
   * it may rest between them. No event must be applied before the last piece.
   */
  checkpointPieces(): Iterable<string>;
}

/** Named columns, order-id order, versioned; never a memory image. Money as decimal strings. */
export type Checkpoint = {
  readonly version: 1;
  readonly engineVersion: string;
  readonly seqId: number;
  readonly ingestTime: number;
  readonly digest: string;
  readonly engine: CheckpointNode;
  readonly simulators: readonly CheckpointNode[];
};

/** JSON as a type. */
export type CheckpointNode =
  | string
  | number
  | boolean
  | null
  | readonly CheckpointNode[]
  | { readonly [key: string]: CheckpointNode };
