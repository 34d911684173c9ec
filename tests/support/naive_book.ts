/**
 * The naive twin of `core/book.ts`: a map per side, sorted whenever it is read.
 * @module
 */
import type { Side } from "../../core/instrument.ts";
import type { Micros } from "../../core/numbers.ts";

type Level = { readonly price: number; readonly qty: number };
type Command = {
  readonly kind: "snapshot" | "delta" | "invalidate";
  readonly bids: readonly number[];
  readonly asks: readonly number[];
};

/** A book that is plainly right, and slow. */
export class NaiveBook {
  readonly #bids = new Map<number, number>();
  readonly #asks = new Map<number, number>();
  #isFresh = false;
  #updatedUs: Micros | null = null;

  /** Applies a command as the feed gave it. */
  apply(command: Command, at: Micros): void {
    if (command.kind === "invalidate") {
      this.#isFresh = false;
      return;
    }
    if (command.kind === "snapshot") {
      this.#bids.clear();
      this.#asks.clear();
      this.#isFresh = true;
    } else if (!this.#isFresh) return;
    setAll(this.#bids, command.bids);
    setAll(this.#asks, command.asks);
    this.#updatedUs = at;
  }

  /** Quantity at a price. */
  quantityAt(side: Side, price: number): number {
    return (side === "Buy" ? this.#bids : this.#asks).get(price) ?? 0;
  }

  /** Everything that a reader can see. */
  digest(): unknown {
    const levels = [this.#sorted("Buy"), this.#sorted("Sell")];
    return {
      isFresh: this.#isFresh,
      updatedUs: this.#updatedUs,
      best: levels.map((side) => side[0]),
      levels,
    };
  }

  #sorted(side: Side): Level[] {
    const sign = side === "Buy" ? -1 : 1;
    const map = side === "Buy" ? this.#bids : this.#asks;
    return [...map].map(([price, qty]) => ({ price, qty }))
      .sort((left, right) => sign * (left.price - right.price));
  }
}

function setAll(map: Map<number, number>, flat: readonly number[]): void {
  for (let at = 0; at < flat.length; at += 2) {
    const price = flat[at] ?? 0;
    const qty = flat[at + 1] ?? 0;
    if (qty === 0) map.delete(price);
    else map.set(price, qty);
  }
}
