/**
 * Says in the log what the queues do: each one's policy once, and whatever was dropped, conflated
 * or held back since the last look.
 * @module
 */
import type { Ingress, QueueTotals } from "./ingress.ts";
import type { Log } from "./ports.ts";

type Totals = Pick<QueueTotals, "dropped" | "conflated" | "refused">;

/** Looks at the queues now and then. */
export class QueueWatch {
  readonly #ingress: Ingress;
  readonly #log: Log;
  /** Last counts of the queues that are open, by producer index. */
  #seen = new Map<number, Totals>();

  constructor(ingress: Ingress, log: Log) {
    this.#ingress = ingress;
    this.#log = log;
  }

  /** Logs new queues and what changed. */
  look(): void {
    const seen = new Map<number, Totals>();
    for (const { index, name, policy, max, statistics } of this.#ingress.queues) {
      const { dropped, conflated, refused, highWater } = statistics;
      const before = this.#seen.get(index);
      seen.set(index, { dropped, conflated, refused });
      if (before === undefined) this.#log.write("info", "queue_opened", { name, policy, max });
      const since = before ?? { dropped: 0, conflated: 0, refused: 0 };
      const news = {
        dropped: dropped - since.dropped,
        conflated: conflated - since.conflated,
        held_back: refused - since.refused,
      };
      if (news.dropped + news.conflated + news.held_back === 0) continue;
      const level = news.dropped > 0 ? "warning" : "info";
      this.#log.write(level, "queue_full", { name, policy, max, high_water: highWater, ...news });
    }
    this.#seen = seen;
  }
}
