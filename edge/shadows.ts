/**
 * Those who follow the journal beside the daemon: the follower, which compares and takes
 * checkpoints, and the index, which keeps the derived database.
 *
 * Neither is needed for the truth: one that dies is an alarm, not the end. The follower finding a
 * difference is more: the caller halts trading.
 * @module
 */
import type { FollowerInit } from "./journal/follower.ts";
import { type TailHandlers, TailLink } from "./journal/tail_link.ts";
import type { Ports } from "./ports.ts";

export type ShadowsOptions = {
  readonly ports: Pick<Ports, "workers" | "log">;
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

  /** Starts them. */
  constructor(options: ShadowsOptions) {
    const { ports, follower, index, durableBatch } = options;
    const start = (entry: "follower" | "index", init: unknown, handlers: TailHandlers): TailLink =>
      new TailLink(
        ports.workers.start(entry, init),
        {
          ...handlers,
          failed: (reason) => ports.log.write("alarm", `${entry}_died`, { reason }),
        },
        durableBatch,
      );
    const links = [start("follower", follower, {
      checkpoint: (seq) => ports.log.write("info", "checkpoint_taken", { seq_id: seq }),
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

  stop(): void {
    for (const link of this.#links) link.terminate();
  }
}
