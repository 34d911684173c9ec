/**
 * The orders that this adapter has seen: which number is whose, and how much of its executions has been
 * offered.
 *
 * Invariant: an execution is counted once. Others' orders are known by their numbers alone, so that
 * they are asked about once.
 * Bounded: `KNOWN_MAX` orders besides what rests, the oldest forgotten first; what is forgotten is read.
 * @module
 */
import type { Listed } from "../shared_account.ts";

const KNOWN_MAX = 20_000;

/** An order of ours. Quantities in quanta. */
export type KnownOrder = {
  readonly key: string;
  readonly listed: Listed;
  venueOrderId: string | null;
  /** When it was placed, by the venue's clock, milliseconds, as well as is known. */
  placedMs: number;
  /** Σ quantity of the executions offered. */
  executed: number;
  /** Numbers of the executions that are in it. */
  readonly trades: Set<string>;
  /** Neither a question nor a list showed it: not looked for in lists again. */
  isNowhere: boolean;
  /** It cannot rest (IOC, FOK); false where another life placed it, too. */
  isOfMoment: boolean;
  /** Its end is being established. */
  isEnding: boolean;
  /** A cancel of ours is on its way: whose end it was, its answer says. */
  isCancelling: boolean;
  /** What became of a cancel of ours is not known: it may be what ended the order. */
  hasLostCancel: boolean;
  /** Its end was said. */
  isOver: boolean;
  /** It ended by what it executed. */
  isFilled: boolean;
};

/** Orders by key and by the venue's number. */
export class Orders {
  readonly #byKey = new Map<string, KnownOrder>();
  /** null: a stranger's. */
  readonly #keys = new Map<string, string | null>();

  get(key: string): KnownOrder | undefined {
    return this.#byKey.get(key);
  }

  /** Returns the key of a number; null: it is a stranger's; undefined: it has to be asked about. */
  keyOf({ symbol }: Listed, venueOrderId: string): string | null | undefined {
    return this.#keys.get(`${symbol} ${venueOrderId}`);
  }

  /** Notes a number that is not ours. */
  noteStranger({ symbol }: Listed, venueOrderId: string): void {
    const number = `${symbol} ${venueOrderId}`;
    if (typeof this.#keys.get(number) === "string") return; // it was shown with its key before
    this.#keys.set(number, null);
    this.#bound();
  }

  /** Notes an order of ours, or what was learned of it. */
  note(seen: {
    readonly key: string;
    readonly listed: Listed;
    readonly venueOrderId: string | null;
    readonly placedMs: number;
  }): KnownOrder {
    const order = this.#byKey.get(seen.key) ?? this.#add(seen);
    if (seen.venueOrderId !== null) {
      order.venueOrderId = seen.venueOrderId;
      this.#keys.set(`${seen.listed.symbol} ${seen.venueOrderId}`, seen.key);
    }
    order.placedMs = Math.min(order.placedMs, seen.placedMs);
    return order;
  }

  /** Returns those of an instrument that the venue has numbered, and that have not ended. */
  numberedOf({ symbol }: Listed): readonly KnownOrder[] {
    return this.live().filter((order) =>
      order.listed.symbol === symbol && order.venueOrderId !== null
    );
  }

  /** Returns those that have not ended. */
  live(): readonly KnownOrder[] {
    return [...this.#byKey.values()].filter(({ isOver }) => !isOver);
  }

  #add(seen: Parameters<Orders["note"]>[0]): KnownOrder {
    const order: KnownOrder = {
      ...seen,
      venueOrderId: null,
      executed: 0,
      trades: new Set(),
      isNowhere: false,
      isOfMoment: false,
      isEnding: false,
      isCancelling: false,
      hasLostCancel: false,
      isOver: false,
      isFilled: false,
    };
    this.#byKey.set(seen.key, order);
    this.#bound();
    return order;
  }

  #bound(): void {
    if (this.#keys.size > 2 * KNOWN_MAX) this.#forgetStranger();
    if (this.#byKey.size <= KNOWN_MAX) return;
    for (const { key, isOver, listed, venueOrderId } of this.#byKey.values()) {
      if (!isOver && venueOrderId !== null) continue;
      this.#byKey.delete(key);
      if (venueOrderId !== null) this.#keys.delete(`${listed.symbol} ${venueOrderId}`);
      return;
    }
  }

  #forgetStranger(): void {
    for (const [number, key] of this.#keys) {
      if (key !== null) continue;
      this.#keys.delete(number);
      return;
    }
  }
}
