/**
 * Those who follow the journal beside the daemon: the follower, which compares and takes
 * checkpoints, and the index, which keeps the derived database.
 *
 * Neither is needed for the truth: one that dies is an alarm, not the end. The follower finding a
 * difference is more: the caller halts trading.
 * @module
 */
import type { SeqId } from "../core/numbers.ts";
import type { FollowerInit } from "./journal/follower.ts";
import { type TailHandlers, TailLink } from "./journal/tail_link.ts";
import type { MetricSource } from "./metrics/registry.ts";
import type { Samples } from "./metrics/samples.ts";
import type { Cancel, Ports } from "./ports.ts";

/** Longest wait for the last checkpoint; without it the next start replays more. */
const LAST_CHECKPOINT_US = 10_000_000;

/** The last event in a checkpoint, and when it was taken, engine clock. */
export type CheckpointMark = { readonly seq: number; readonly atUs: number };

export type ShadowsOptions = {
  readonly ports: Pick<Ports, "workers" | "timers" | "log">;
  readonly follower: FollowerInit;
  /** What the index's Worker is started with; null: no index is kept. */
  readonly index: unknown;
  readonly durableBatch: number;
  /** The checkpoint from which this run began; seq 0: there was none. */
  readonly checkpoint: CheckpointMark;
  /** Engine clock. */
  readonly nowUs: () => number;
  /** The follower's machine and the live one do not agree. */
  readonly onMismatch: (text: string) => void;
  /** Retention removed the segments before this one. */
  readonly onDropped: (segment: number) => void;
};

/** The Workers that read what is durable. */
export class Shadows implements MetricSource {
  readonly #links: readonly TailLink[];
  readonly #ports: ShadowsOptions["ports"];
  #checkpoint: CheckpointMark;
  #checkpointsFailed = 0;
  #isFollowing = true;
  #hasFollowerDied = false;
  #finished: ((upTo: number) => void) | undefined;

  /** Starts them. */
  constructor(options: ShadowsOptions) {
    const { ports, follower, index, durableBatch } = options;
    const start = (entry: "follower" | "index", init: unknown, handlers: TailHandlers): TailLink =>
      new TailLink(
        ports.workers.start(entry, init),
        { timers: ports.timers, durableBatch },
        {
          ...handlers,
          failed: (reason) => {
            ports.log.write("alarm", `${entry}_died`, { reason });
            if (entry !== "follower") return;
            this.#isFollowing = false;
            this.#hasFollowerDied = true;
            this.#goWithout("checkpoint_missed");
          },
        },
      );
    this.#ports = ports;
    this.#checkpoint = options.checkpoint;
    const links = [start("follower", follower, {
      checkpoint: (seq) => {
        ports.log.write("info", "checkpoint_taken", { seq_id: seq });
        this.#checkpoint = { seq, atUs: options.nowUs() };
        this.#finished?.(seq);
      },
      checkpointFailed: (reason) => {
        ports.log.write("alarm", "checkpoint_failed", { reason });
        this.#checkpointsFailed += 1;
        this.#finished?.(Infinity);
      },
      mismatch: (text) => {
        this.#isFollowing = false;
        options.onMismatch(text);
      },
      dropped: (segment) => {
        options.onDropped(segment);
        this.#links[1]?.segmentsDropped();
      },
    })];
    if (index !== null) links.push(start("index", index, {}));
    this.#links = links;
  }

  /** A batch became durable. */
  durable(batch: number): void {
    for (const link of this.#links) link.durable(batch);
  }

  /**
   * Takes a checkpoint of everything up to `lastSeq`, which is durable, so that another version of
   * the program can go on from there, then calls `done`: at once if nobody lives who would take it.
   */
  finish(lastSeq: SeqId, done: () => void): void {
    let cancel: Cancel = () => {};
    this.#finished = (upTo): void => {
      if (upTo < lastSeq) return;
      this.#finished = undefined;
      cancel();
      done();
    };
    if (this.#hasFollowerDied) {
      this.#finished(this.#checkpoint.seq);
      return this.#goWithout("checkpoint_missed");
    }
    cancel = this.#ports.timers.after(LAST_CHECKPOINT_US, () => this.#goWithout("checkpoint_late"));
    this.#links[0]?.checkpoint();
  }

  /** Ends a stop that waits for its checkpoint. */
  #goWithout(event: "checkpoint_late" | "checkpoint_missed"): void {
    if (this.#finished === undefined) return;
    this.#ports.log.write("warning", event, { seq_id: this.#checkpoint.seq });
    this.#finished(Infinity);
  }

  measure(into: Samples): void {
    const [follower, index] = this.#links;
    into.put("tapeline_journal_follower_up", this.#isFollowing ? 1 : 0);
    if (follower !== undefined) into.put("tapeline_journal_follower_seq", follower.readSeq);
    if (index !== undefined) into.put("tapeline_journal_index_seq", index.readSeq);
    into.put("tapeline_checkpoint_seq", this.#checkpoint.seq);
    into.put("tapeline_checkpoint_timestamp_seconds", this.#checkpoint.atUs / 1_000_000);
    into.put("tapeline_checkpoints_failed_total", this.#checkpointsFailed);
  }

  stop(): void {
    for (const link of this.#links) link.terminate();
  }
}
