/**
 * `countdownCancelAll`: unless renewed in time, the venue cancels every open order of a symbol.
 * @module
 */
import type { Exchange } from "../exchange.ts";

/** One countdown per symbol. */
export class DeadManSwitch {
  readonly #exchange: Exchange;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Starts a symbol's countdown again; 0 ends it. */
  set(symbol: string, ms: number): void {
    clearTimeout(this.#timers.get(symbol));
    this.#timers.delete(symbol);
    if (ms === 0) return;
    this.#timers.set(symbol, setTimeout(() => this.#strike(symbol), ms));
  }

  #strike(symbol: string): void {
    this.#timers.delete(symbol);
    for (const order of this.#exchange.openOrders(symbol)) this.#exchange.cancel(order);
  }
}
