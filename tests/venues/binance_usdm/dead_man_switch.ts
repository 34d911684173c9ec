/**
 * `countdownCancelAll`: unless renewed in time, the venue cancels every open order of a symbol.
 * @module
 */
import type { Exchange } from "../exchange.ts";

/** One countdown per symbol. */
export class DeadManSwitch {
  readonly #exchange: Exchange;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** When each countdown that runs ends. */
  readonly #ends = new Map<string, number>();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Starts a symbol's countdown again; 0 ends it. */
  set(symbol: string, ms: number): void {
    clearTimeout(this.#timers.get(symbol));
    this.#timers.delete(symbol);
    this.#ends.delete(symbol);
    if (ms === 0) return;
    this.#ends.set(symbol, performance.now() + ms);
    this.#timers.set(symbol, setTimeout(() => this.#strike(symbol), ms));
  }

  /** The symbols whose countdown runs. */
  get running(): readonly string[] {
    return [...this.#ends.keys()];
  }

  /** So much of each countdown has passed. @throws {Error} If none runs. */
  elapse(ms: number): void {
    if (this.#ends.size === 0) throw new Error("Cannot elapse: a countdown must run");
    for (const [symbol, end] of [...this.#ends]) {
      const left = end - performance.now() - ms;
      if (left > 0) this.set(symbol, left);
      else this.#strike(symbol);
    }
  }

  #strike(symbol: string): void {
    clearTimeout(this.#timers.get(symbol));
    this.#timers.delete(symbol);
    this.#ends.delete(symbol);
    for (const order of this.#exchange.openOrders(symbol)) this.#exchange.cancel(order);
  }
}
