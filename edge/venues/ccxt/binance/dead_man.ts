/**
 * The venue's own switch: it cancels what rests unless it hears from us in time.
 *
 * Renewed three times per countdown, for every instrument that may have orders of ours, and only
 * while the daemon is alive: neither a Worker that outlives it, nor one whose daemon can make nothing
 * durable, so that no cancel leaves, must keep orders alive. An orderly stop leaves the countdown
 * running, since a stopped daemon is a silent one: who is started again asks at once what of ours
 * rests, since most of it may be over by then. It asks by itself, until it is told: the account is
 * reconciled later, and not before its stream is there. What could not be renewed is tried again soon,
 * once: the next third may be too late.
 *
 * Invariant: renewing takes at most a third of the weight that the venue allows, though every market
 * has orders: else it would be what gets cancels refused, and the switch would go off for it.
 * @module
 */
import type { Micros } from "../../../../core/numbers.ts";
import type { Cancel } from "../../../ports.ts";
import type { Account } from "./account.ts";
import { parseOrder, statusOf } from "./payloads.ts";
import { reasonOf } from "./rest.ts";
import { objectsOf } from "../payload.ts";
import { WEIGHT_LIMITS } from "./weights.ts";

const RENEWALS = 3;
/** What one renewal costs; how much of what a minute allows all of them may take. */
const WEIGHT = 10;
const WEIGHT_MAX = WEIGHT_LIMITS.usdm / 3;
const MINUTE_MS = 60_000;
/** How often a renewal is tried; until then the venue's clock is measured, where that was the reason. */
const TRIES_MAX = 2;
const AGAIN_US = 1_000_000;
/** What rests is asked for so often until it is known: all markets cost as much as four renewals. */
const ASK_AGAIN_US = 5_000_000;

/** Returns the shortest countdown that so many markets can be given, milliseconds. */
export function deadManMinMs(markets: number): number {
  return Math.ceil(markets * RENEWALS * WEIGHT * MINUTE_MS / WEIGHT_MAX);
}

/** Keeps the switch of one account from going off. */
export class DeadMan {
  readonly #account: Account;
  readonly #countdownMs: number;
  readonly #everyUs: number;
  /** When each symbol's countdown was last started. */
  readonly #startedUs = new Map<string, number>();
  /** When the venue last confirmed that, by symbol; before the first time, when it was first asked to. */
  readonly #confirmedUs = new Map<string, Micros>();
  /** What is tried again soon: once, however many orders were found there meanwhile. */
  readonly #dueAgain = new Set<string>();
  #cancel: Cancel = () => {};
  #cancelAsking: Cancel = () => {};
  /** Symbols with orders that could not be renewed the last time, which was told. */
  readonly #failed = new Set<string>();
  #isStopped = false;

  constructor(account: Account, countdownMs: number) {
    this.#account = account;
    // Markets that have left the configuration with orders resting are there beside it.
    this.#countdownMs = Math.max(countdownMs, deadManMinMs(account.listed.length));
    this.#everyUs = Math.floor(this.#countdownMs * 1000 / RENEWALS);
  }

  start(): void {
    this.#ask();
    this.#renewLater();
  }

  /** An order leaves for a symbol, or was found there: its countdown begins anew, unless it just did. */
  cover(symbol: string): void {
    const startedUs = this.#startedUs.get(symbol) ?? -Infinity;
    if (this.#account.host.nowUs() - startedUs > this.#everyUs) this.#renew(symbol);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
    this.#cancelAsking();
  }

  #renewLater(): void {
    this.#cancel = this.#account.timers.after(this.#everyUs, () => {
      const symbols = new Set(this.#account.orders.live().map(({ symbol }) => symbol));
      for (const symbol of this.#failed) if (!symbols.has(symbol)) this.#failed.delete(symbol);
      for (const symbol of symbols) this.#renew(symbol);
      this.#renewLater();
    });
  }

  /** Covers what of ours rests, on all markets; asked again until that is known. */
  #ask(tries = 1): void {
    const { host, rest, requests, timers } = this.#account;
    const again = (reason: string): void => {
      if (tries === 1) host.log("warning", "open_orders_not_read", { reason });
      this.#cancelAsking = timers.after(ASK_AGAIN_US, () => this.#ask(tries + 1));
    };
    this.#cancelAsking = rest.call(requests.openOrders(null), (result) => {
      if (result.kind !== "ok") return again(reasonOf(result));
      const problem = this.#account.reading(() => this.#coverOurs(result.body));
      if (problem !== undefined) again(problem);
    });
  }

  /** One of somebody else's that cannot be read keeps none of ours. */
  #coverOurs(body: unknown): void {
    const { orders } = this.#account;
    for (const row of objectsOf(body, "")) {
      if (!this.#account.isOurs(row.name("clientOrderId"))) continue;
      const order = parseOrder(row);
      const { clientOrderId: key, symbol, side, orderId: venueOrderId } = order;
      if (this.#account.bySymbol(symbol) === undefined || statusOf(order) !== "open") continue;
      if (orders.mayRest(orders.note({ key, symbol, side, venueOrderId }))) this.cover(symbol);
    }
  }

  #renew(symbol: string, tries = 1): void {
    const { host, rest, requests } = this.#account;
    if (!host.isDaemonAlive()) return this.#again(symbol, tries);
    const startedUs = host.nowUs();
    this.#startedUs.set(symbol, startedUs);
    if (!this.#confirmedUs.has(symbol)) this.#confirmedUs.set(symbol, startedUs);
    rest.call(requests.deadMan(symbol, this.#countdownMs), (result) => {
      if (result.kind === "ok") return this.#confirmed(symbol, startedUs);
      if (!this.#failed.has(symbol)) host.log("alarm", "dead_man_not_renewed", { symbol });
      this.#failed.add(symbol);
      this.#again(symbol, tries);
    });
  }

  #again(symbol: string, tries: number): void {
    if (tries >= TRIES_MAX || this.#dueAgain.has(symbol)) return;
    this.#dueAgain.add(symbol);
    const { timers, orders } = this.#account;
    timers.after(Math.min(AGAIN_US, this.#everyUs / 2), () => {
      this.#dueAgain.delete(symbol);
      const mayRest = orders.live().some((order) => order.symbol === symbol);
      if (mayRest && !this.#isStopped) this.#renew(symbol, tries + 1);
    });
  }

  /** Tells of the countdown that has run longest, of those that guard an order. */
  #confirmed(symbol: string, startedUs: Micros): void {
    const { host, orders } = this.#account;
    this.#failed.delete(symbol);
    this.#confirmedUs.set(symbol, startedUs);
    let oldestUs = startedUs;
    for (const order of orders.live()) {
      const atUs = this.#confirmedUs.get(order.symbol);
      if (atUs !== undefined && atUs < oldestUs) oldestUs = atUs;
    }
    host.deadManConfirmed({ confirmedUs: oldestUs, periodMs: this.#countdownMs });
  }
}
