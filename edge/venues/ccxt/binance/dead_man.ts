/**
 * The venue's own switch: it cancels what rests unless it hears from us in time.
 *
 * Renewed three times per countdown, for every instrument that may have orders of ours, and only
 * while the main thread is alive: a Worker that outlives its daemon must not keep orders alive. An
 * orderly stop leaves the countdown running, since a stopped daemon is a silent one.
 * @module
 */
import type { Cancel } from "../../../ports.ts";
import type { Account } from "./account.ts";

const RENEWALS = 3;

/** Keeps the switch of one account from going off. */
export class DeadMan {
  readonly #account: Account;
  readonly #countdownMs: number;
  #cancel: Cancel = () => {};
  #hasFailed = false;

  constructor(account: Account, countdownMs: number) {
    this.#account = account;
    this.#countdownMs = countdownMs;
  }

  start(): void {
    const everyUs = Math.floor(this.#countdownMs * 1000 / RENEWALS);
    this.#cancel = this.#account.timers.after(everyUs, () => {
      this.#renew();
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  #renew(): void {
    const { host, orders, rest, requests } = this.#account;
    if (!host.isDaemonAlive()) return;
    for (const symbol of new Set(orders.live().map((order) => order.symbol))) {
      rest.call(requests.deadMan(symbol, this.#countdownMs), (result) => {
        const failed = result.kind !== "ok";
        if (failed && !this.#hasFailed) host.log("alarm", "dead_man_not_renewed", { symbol });
        this.#hasFailed = failed;
      });
    }
  }
}
