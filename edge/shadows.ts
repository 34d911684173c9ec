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
import type { Cancel, Ports } from "./ports.ts";

/** Longest wait for the last checkpoint; without it the next start replays more. */
const LAST_CHECKPOINT_US = 10_000_000;

export type ShadowsOptions = {
  readonly ports: Pick<Ports, "workers" | "timers" | "log">;
  readonly follower: FollowerInit;
  /** What the index's Worker is started with; null: no index is kept. */
  readonly index: unknown;
  readonly durableBatch: number;
  /** The follower's machine and the live one do not agree. */
  readonly onMismatch: (text: string) => void;
  /** Retention removed the segments before this one. */
  readonly onDropped: (segment: number) => void;
};

/** The Workers that read what is durable. */
export class Shadows {
  readonly #links: readonly TailLink[];
  readonly #ports: ShadowsOptions["ports"];
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
            if (entry === "follower") this.#finished?.(Infinity);
          },
        },
      );
    this.#ports = ports;
    const links = [start("follower", follower, {
      checkpoint: (seq) => {
        ports.log.write("info", "checkpoint_taken", { seq_id: seq });
        this.#finished?.(seq);
      },
      checkpointFailed: (reason) => {
        ports.log.write("alarm", "checkpoint_failed", { reason });
        this.#finished?.(Infinity);
      },
      mismatch: options.onMismatch,
      dropped: options.onDropped,
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
   * the program can go on from there, then calls `done`.
   */
  finish(lastSeq: SeqId, done: () => void): void {
    let cancel: Cancel = () => {};
    this.#finished = (upTo): void => {
      if (upTo < lastSeq) return;
      this.#finished = undefined;
      cancel();
      done();
    };
    cancel = this.#ports.timers.after(LAST_CHECKPOINT_US, () => this.#finished?.(Infinity));
    this.#links[0]?.checkpoint();
  }

  stop(): void {
    for (const link of this.#links) link.terminate();
  }
}
