/**
 * Symbols that the exchange refuses to speak of: reconciliations go on without them.
 *
 * Such a symbol is listed as closed and alarmed about once, until it is spoken of again. Nothing is
 * concluded of what is not told: the core looks its orders up, and what its executions have moved
 * shows as a difference of the account. They are read from where they were read last as soon as the
 * exchange tells them again.
 * Known limit: what was not read is forgotten with the adapter.
 * @module
 */
import type { Account } from "./account.ts";

/** What a reconciliation was refused of one symbol. */
export type Refusal = {
  /** What the exchange answered. */
  readonly text: string;
  /** Since when its executions were not read, the venue's time; null: they were. */
  readonly unreadMs: number | null;
};

/** Refusals by symbol. */
export type Refusals = ReadonlyMap<string, Refusal>;

/** What the reconciliations of one account went on without. */
export class LeftOut {
  readonly #account: Account;
  #refusals: Refusals = new Map();

  constructor(account: Account) {
    this.#account = account;
  }

  /** Since when the executions of a symbol are to be read where those since `fromMs` are asked for. */
  sinceMs(symbol: string, fromMs: number): number {
    return Math.min(fromMs, this.#refusals.get(symbol)?.unreadMs ?? fromMs);
  }

  /** A reconciliation has come to its end without these, and with all others. */
  settle(refusals: Refusals): void {
    for (const [symbol, { text }] of refusals) this.#close(symbol, text);
    this.#refusals = refusals;
  }

  #close(symbol: string, text: string): void {
    const { host } = this.#account;
    const listed = this.#account.bySymbol(symbol);
    if (listed === undefined) return;
    host.list({ ...listed.instrument, status: "closed" });
    if (this.#refusals.has(symbol)) return;
    host.log("alarm", "market_changed", {
      reason: `Cannot reconcile ${listed.instrument.name}: ${text}; it is closed here, and the ` +
        "others go on: see at the exchange what became of its orders and executions",
    });
  }
}
