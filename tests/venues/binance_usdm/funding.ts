/**
 * Pays funding once, or again and again until told otherwise.
 * @module
 */
import type { Units } from "../units.ts";
import type { UsdmUserStream } from "./user_stream.ts";
import type { UsdmWallet } from "./wallet.ts";

/** One rhythm per symbol. */
export class Funding {
  readonly #wallet: UsdmWallet;
  readonly #users: UsdmUserStream;
  readonly #timers = new Map<string, ReturnType<typeof setInterval>>();

  constructor(wallet: UsdmWallet, users: UsdmUserStream) {
    this.#wallet = wallet;
    this.#users = users;
  }

  /** Pays now. `everyS`: and then as often; absent, a rhythm ends. */
  pay(symbol: string, of: { readonly rate: Units; readonly everyS: number | undefined }): void {
    clearInterval(this.#timers.get(symbol));
    this.#payOnce(symbol, of.rate);
    if (of.everyS === undefined) return;
    const timer = setInterval(() => this.#payOnce(symbol, of.rate), of.everyS * 1000);
    this.#timers.set(symbol, timer);
  }

  #payOnce(symbol: string, rate: Units): void {
    const change = this.#wallet.fund(symbol, rate);
    if (change !== 0n) this.#users.tellAccount({ reason: "FUNDING_FEE", change });
  }
}
