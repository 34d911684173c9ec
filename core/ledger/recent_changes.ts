/**
 * The last executions of a position, oldest first, in a ring. Bound: `KEPT_MAX`; what is pushed out
 * is handed back.
 * @module
 */
import { px } from "../numbers.ts";
import type { NodeReader } from "../node_reader.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { Change } from "./policy.ts";

const KEPT_MAX = 256;

/** Executions that can still be taken out as if they had never been. */
export class RecentChanges {
  #ring: Change[] = [];
  /** Where the oldest is, once the ring is full. */
  #head = 0;

  /** Adds an execution; returns the oldest if there was no room for it. */
  push(change: Change): Change | undefined {
    if (this.#ring.length < KEPT_MAX) {
      this.#ring.push(change);
      return undefined;
    }
    const oldest = this.#ring[this.#head];
    this.#ring[this.#head] = change;
    this.#head = (this.#head + 1) % KEPT_MAX;
    return oldest;
  }

  /**
   * Takes out the newest of this quantity and price; false if there is none, or if the quantities of
   * the others would pass 2^53 on the way from `baseQuanta`.
   */
  take({ quanta, px }: Change, baseQuanta: number): boolean {
    const rest = [...this.all()];
    const at = rest.findLastIndex((kept) => kept.quanta === quanta && kept.px === px);
    if (at < 0) return false;
    rest.splice(at, 1);
    let sum = baseQuanta;
    for (const kept of rest) {
      sum += kept.quanta;
      if (!Number.isSafeInteger(sum)) return false;
    }
    this.#ring = rest;
    this.#head = 0;
    return true;
  }

  /** Forgets all. */
  clear(): void {
    this.#ring = [];
    this.#head = 0;
  }

  /** All that are kept, oldest first. */
  *all(): Generator<Change, void> {
    yield* this.#ring.slice(this.#head);
    yield* this.#ring.slice(0, this.#head);
  }

  /** Returns the columns of a checkpoint. */
  checkpoint(): { readonly history_quanta: CheckpointNode; readonly history_px: CheckpointNode } {
    const all = [...this.all()];
    return {
      history_quanta: all.map((change) => change.quanta),
      history_px: all.map((change) => change.px),
    };
  }

  /** Takes the columns of a checkpoint. */
  restore(saved: NodeReader): void {
    const prices = saved.integers("history_px");
    for (const [at, quanta] of saved.integers("history_quanta").entries()) {
      this.push({ quanta, px: px(prices[at] ?? 0) });
    }
  }
}
