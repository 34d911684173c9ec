/**
 * A strategy of a soak: quotes its instruments, moves and withdraws its quotes, takes now and then,
 * asks, loses its connection and comes back, sometimes too late for its orders.
 * @module
 */
import { Prng } from "../../edge/feeds/prng.ts";
import { Client, pause, type Place } from "./client.ts";
import type { TimingLog } from "./recording.ts";
import type { WorkingOrder } from "./reports.ts";
import type { Message } from "./session.ts";

/** Orders that it likes to have. */
const WORKING = 12;
/** Most that it has. */
const WORKING_MAX = 40;
const TTL_MS = 20_000;
/** Shorter and longer than `cancel_grace_ms`. */
const AWAY_MS = { least: 200, most: 2_000, late: 7_000 };
/** Percent. */
const LATE = 15;
const SAYS_GOODBYE = 30;

export type TraderOptions = {
  readonly place: Place;
  readonly instruments: readonly string[];
  readonly intentsPerSecond: number;
  readonly sessionMs: number;
  readonly seed: number;
  /** When the load began, milliseconds of `performance.now`. */
  readonly startMs: number;
  readonly timings: TimingLog;
};

type Fields = Readonly<Record<string, unknown>>;
type Touch = { readonly Buy: string; readonly Sell: string };

/** One of them. */
export class Trader {
  readonly client: Client;
  intents = 0;
  readonly #options: TraderOptions;
  readonly #draws: Prng;
  readonly #touches = new Map<string, Touch>();
  readonly #sentMs = new Map<string, number>();
  #isStopped = false;

  constructor(options: TraderOptions) {
    this.#options = options;
    this.#draws = new Prng({ seed: options.seed, stream: 1 });
    this.client = new Client(options.place);
    this.client.onReport = (report) => this.#reported(report);
    this.client.onEvent = (event) => this.#moved(event);
  }

  /** Trades until it is stopped. */
  async run(): Promise<void> {
    const { sessionMs } = this.#options;
    while (!this.#isStopped) {
      this.#sentMs.clear();
      const session = await this.client.connect();
      this.#subscribe();
      let dueMs = performance.now();
      const untilMs = dueMs + this.#about(sessionMs);
      while (!this.#isStopped && !session.isClosed && dueMs < untilMs) {
        dueMs += this.#about(1_000 / this.#options.intentsPerSecond);
        await pause(Math.max(0, dueMs - performance.now()));
        this.#act();
      }
      if (this.#isStopped) return;
      await this.#leave();
    }
  }

  /** Cancels everything; the sessions end with {@link Client.settle}. */
  stop(): void {
    this.#isStopped = true;
    this.#intent({ action: "CancelAll" });
  }

  async #leave(): Promise<void> {
    if (this.#draws.chance(SAYS_GOODBYE)) {
      this.client.send({ type: "GOODBYE", reason: "a pause", keep_orders: true });
      await pause(AWAY_MS.least);
    }
    this.client.close();
    const { least, most, late } = AWAY_MS;
    await pause(this.#draws.chance(LATE) ? late : this.#draws.between({ least, most }));
  }

  #subscribe(): void {
    const { instruments } = this.#options;
    const of = { channels: ["book"], instruments, depth: 1, conflate_ms: 1_000 };
    this.client.send({ type: "SUBSCRIBE", id: "books", ...of });
  }

  #act(): void {
    const draw = this.#draws.below(100);
    const working = [...this.client.reports.working.values()];
    if (draw < 2) return this.#look();
    if (draw === 2) return this.#intent({ action: "CancelAll" });
    if (working.length > WORKING_MAX) return this.#cancel(working);
    if (draw < (working.length < WORKING ? 70 : 40) || working.length === 0) return this.#place();
    if (draw < 75) return this.#cancel(working);
    this.#replace(working);
  }

  #look(): void {
    const what = this.#pick(["orders", "positions", "balances", "fills", "risk", "metrics"]);
    this.client.send({ type: "QUERY", id: "look", what, args: {} });
  }

  #place(): void {
    const { instruments } = this.#options;
    const instrument = this.#pick(instruments);
    const touch = this.#touches.get(instrument);
    if (touch === undefined) return;
    const side = this.#draws.chance(50) ? "Buy" : "Sell";
    const isTaking = this.#draws.chance(10);
    const price = touch[isTaking === (side === "Buy") ? "Sell" : "Buy"];
    const rest = isTaking
      ? { time_in_force: "IOC" }
      : this.#draws.chance(25)
      ? { ttl_ms: TTL_MS }
      : this.#draws.chance(20)
      ? { post_only: true }
      : {};
    this.#intent({ action: "Place", instrument, side, price, order_qty: this.#qty(), ...rest });
  }

  #replace(working: readonly WorkingOrder[]): void {
    const order = this.#pick(working);
    const price = this.#touches.get(order.instrument)?.[order.side];
    if (price === undefined) return;
    const orig_intent_id = order.intentId;
    this.#intent({ action: "Replace", orig_intent_id, price, order_qty: this.#qty() });
  }

  #cancel(working: readonly WorkingOrder[]): void {
    this.#intent({ action: "Cancel", orig_intent_id: this.#pick(working).intentId });
  }

  #qty(): string {
    return `0.${this.#draws.between({ least: 1, most: 9 })}`;
  }

  #intent(fields: Fields): void {
    this.intents += 1;
    const intent_id = `${this.#options.place.clientId}-${this.intents}`;
    this.#sentMs.set(intent_id, performance.now());
    const sent_us = Date.now() * 1_000;
    this.client.send({ type: "QuoteIntent", v: 1, intent_id, sent_us, tag: "soak", ...fields });
  }

  #reported(report: Message): void {
    const id = String(report["intent_id"]);
    const sentMs = this.#sentMs.get(id);
    if (sentMs === undefined) return;
    this.#sentMs.delete(id);
    // A CancelAll is answered when all it took is over: no measure of the daemon.
    if (report["exec_type"] === "IntentDone") return;
    const nowMs = performance.now();
    const { timings, startMs } = this.#options;
    timings.add({ atMs: nowMs - startMs, us: (nowMs - sentMs) * 1_000 });
  }

  #moved(event: Fields): void {
    const book = event["payload"] as { bids?: readonly string[][]; asks?: readonly string[][] };
    const [Buy, Sell] = [book.bids?.[0]?.[0], book.asks?.[0]?.[0]];
    if (Buy !== undefined && Sell !== undefined) {
      this.#touches.set(String(event["instrument"]), { Buy, Sell });
    }
  }

  /** A time of this mean. */
  #about(meanMs: number): number {
    return 2 * meanMs * this.#draws.below(1_000) / 1_000;
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#draws.below(items.length)];
    if (item === undefined) throw new RangeError("Cannot pick: there must be an item");
    return item;
  }
}
