/**
 * What this adapter has seen of orders: names, side, and which executions it has offered.
 *
 * No order state: the core has that. This only answers four questions: under which key does the
 * venue keep the order of this number, on which side is it, has every execution that an answer
 * counts been offered before its order is said to have ended, and which terms of it were told.
 * Invariant: an execution is counted once. An order that was not seen from its beginning is never
 * taken for complete on what was seen of it.
 * Others' orders are known for the sake of their executions, and are never acted on.
 * Bounded: `KNOWN_MAX` orders and what may rest besides, the oldest that cannot rest forgotten first;
 * what is forgotten is read from the venue.
 * @module
 */
import type { Side } from "../../../../core/instrument.ts";
import { type Micros, micros } from "../../../../core/numbers.ts";
import type { Numbered } from "./requests.ts";
import type { Terms } from "./terms.ts";

const KNOWN_MAX = 50_000;

/** One order. Quantities in quanta. */
export type KnownOrder = {
  readonly key: string;
  readonly symbol: string;
  readonly side: Side;
  venueOrderId: string | null;
  /** Σ quantity of the executions offered. */
  executed: number;
  /** Its end is being established. */
  isEnding: boolean;
  /** An execution that was counted and has not come is waited for. */
  isWatched: boolean;
  /** Its end was said. */
  isOver: boolean;
  /** The venue has shown it ended: it rests no more, though its end may still have to be said. */
  isGone: boolean;
  /** The newest that were told; undefined: none since this adapter was started. */
  terms: Terms | undefined;
  /** When they were; 0 before that. */
  termsToldUs: Micros;
};

/** The orders of one account, by key and by the venue's number. */
export class KnownOrders {
  readonly #byKey = new Map<string, KnownOrder & { readonly trades: Set<string> }>();
  readonly #keyById = new Map<string, string>();
  readonly #isOurs: (key: string) => boolean;

  constructor(isOurs: (key: string) => boolean) {
    this.#isOurs = isOurs;
  }

  /** Returns the order under a key. */
  get(key: string): KnownOrder | undefined {
    return this.#byKey.get(key);
  }

  /** Returns the key of the order that the venue numbers so. */
  keyOf({ symbol, orderId }: Numbered): string | undefined {
    return this.#keyById.get(`${symbol} ${orderId}`);
  }

  /** Notes an order, or what was learned of one. */
  note(seen: {
    readonly key: string;
    readonly symbol: string;
    readonly side: Side;
    readonly venueOrderId: string | null;
  }): KnownOrder {
    const order = this.#byKey.get(seen.key) ?? this.#add(seen);
    if (seen.venueOrderId !== null && order.venueOrderId !== seen.venueOrderId) {
      order.venueOrderId = seen.venueOrderId;
      // A key that the venue makes is one of many orders: of each symbol it names the newest.
      this.#keyById.set(`${seen.symbol} ${seen.venueOrderId}`, order.key);
    }
    return order;
  }

  /** Counts an execution that is going to be offered; one that was counted changes nothing. */
  count(key: string, trade: { readonly id: string; readonly qty: number }): void {
    const order = this.#byKey.get(key);
    if (order === undefined || order.trades.has(trade.id)) return;
    order.trades.add(trade.id);
    order.executed += trade.qty;
  }

  /** Keys of ours that may rest, oldest first. */
  live(): readonly KnownOrder[] {
    return [...this.#byKey.values()].filter((order) => this.mayRest(order));
  }

  /** True if it is ours and was not shown or said to have ended. */
  mayRest({ key, isOver, isGone }: KnownOrder): boolean {
    return !isOver && !isGone && this.#isOurs(key);
  }

  #add(seen: { readonly key: string; readonly symbol: string; readonly side: Side }): KnownOrder & {
    readonly trades: Set<string>;
  } {
    const { key, symbol, side } = seen;
    const order = {
      ...{ key, symbol, side },
      venueOrderId: null,
      executed: 0,
      isEnding: false,
      isWatched: false,
      isOver: false,
      isGone: false,
      terms: undefined,
      termsToldUs: micros(0),
      trades: new Set<string>(),
    };
    this.#byKey.set(key, order);
    if (this.#byKey.size > KNOWN_MAX) this.#forgetOldest();
    return order;
  }

  #forgetOldest(): void {
    for (const [key, order] of this.#byKey) {
      if (this.mayRest(order)) continue;
      const { symbol, venueOrderId } = order;
      this.#byKey.delete(key);
      if (venueOrderId !== null) this.#keyById.delete(`${symbol} ${venueOrderId}`);
      return;
    }
  }
}
