/**
 * The whole timeline of a simulated venue under random events: put away as a checkpoint and restored
 * at any of them, it says, sends and wants the same from then on (R-CORE-8, R-CORE-9); it breaks no
 * rule and meets no illegal transition (R-CORE-5).
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  createTimeline,
  type Draft,
  Effects,
  type Event,
  instrumentId,
  micros,
  px,
  qty,
  type Timeline,
} from "../../core/mod.ts";
import { Draws } from "../support/draws.ts";
import { draft, World } from "../support/engine_world.ts";

const SEEDS = 20;
const STEPS = 120;
const BTC = instrumentId(0);

/** A world with two clients, and its twin that is restored now and then. */
class Pair {
  readonly world: World;
  readonly #draws: Draws;
  readonly #effects = new Effects();
  #twin: Timeline = createTimeline();
  #waiting: Draft[] = [];
  #checked = 0;
  #ids = 0;
  readonly #placed: string[] = [];

  constructor(draws: Draws) {
    this.#draws = draws;
    const orderLatencyUs = draws.pick([0, 700, 2_500]);
    const reportLatencyUs = draws.pick([0, 900, 3_100]);
    const simulation = { orderLatencyUs, reportLatencyUs, makerFeePpm: -100, takerFeePpm: 500 };
    const pacing = draws.pick([null, { perSecond: 50, burst: 3 }]);
    this.world = new World({ simulation, pacing }).start();
    this.#openSessions();
  }

  /** One random event, and what falls due by it. */
  step(): void {
    this.world.nowUs += this.#draws.pick([0, 0, 100, 700, 1_000, 5_000, 40_000]);
    this.#act();
    this.world.fire();
    this.#drain();
    this.#follow();
  }

  #act(): void {
    const { world } = this;
    const kind = this.#draws.below(20);
    if (kind < 6) world.offer(this.#news(kind));
    else if (kind < 12) this.#place();
    else if (kind < 15) this.#replace();
    else if (kind === 15) world.cancel(this.#id("c"), this.#anyPlaced(), this.#session());
    else if (kind === 16) world.cancelAll(this.#id("a"), { session: this.#session() });
    else if (kind === 17) world.control("DryRunSet", { client: "bob", on: this.#draws.chance(40) });
    else if (kind === 18 && this.#draws.chance(20)) this.#kill();
    else if (kind === 19 && this.#draws.chance(20)) this.#restart();
  }

  #news(kind: number): Draft {
    const draws = this.#draws;
    if (kind < 2) {
      const [price, size] = [px(9_996 + draws.below(9)), qty(500 + draws.below(4_000))];
      const side = draws.pick(["Buy", "Sell", null] as const);
      const trade = { price, qty: size, side, tradeId: null };
      return draft("market_data", "TradePrinted", trade, BTC);
    }
    if (kind === 2 && draws.chance(30)) {
      return draft("market_data", "BookInvalidated", { reason: "test" }, BTC);
    }
    const [bids, asks] = [this.#levels(9_996), this.#levels(9_999)];
    const eventType = kind === 3 ? "BookSnapshot" : "BookDelta";
    return draft("market_data", eventType, { bids, asks, updateId: null }, BTC);
  }

  #levels(from: number): number[] {
    return [0, 1, 2].flatMap((more) => [from + more, this.#draws.below(6) * 1_000]);
  }

  #place(): void {
    const draws = this.#draws;
    const timeInForce = draws.pick(["GTC", "GTC", "IOC", "FOK", "GTD", "GTD", "DAY"] as const);
    const expireUs = micros(this.world.nowUs + draws.pick([1, 1_000, 5_000, 100_000]));
    const intentId = this.#id("p");
    this.#placed.push(intentId);
    this.world.place(intentId, {
      side: draws.pick(["Buy", "Sell"]),
      orderQty: `${1 + draws.below(5)}`,
      price: `10${draws.below(2)}`,
      timeInForce,
      expireUs: timeInForce === "GTD" ? expireUs : null,
      postOnly: timeInForce === "GTC" && draws.chance(30),
      ttlMs: draws.pick([0, 0, 1, 5, 50]),
    }, this.#session());
  }

  #replace(): void {
    const draws = this.#draws;
    const intentId = this.#id("r");
    this.world.replace(intentId, {
      orig: this.#anyPlaced(),
      qty: `${1 + draws.below(7)}`,
      ...(draws.chance(30) ? { price: "99" } : {}),
      ...(draws.chance(20) ? { ttlMs: 50 } : {}),
      ...(draws.chance(20) ? { expireUs: micros(this.world.nowUs + 50_000) } : {}),
    }, this.#session());
  }

  #kill(): void {
    for (const on of [true, false]) this.world.control("KillSwitchSet", { on, reason: "test" });
  }

  /** What was offered and never applied is offered again by a restored timeline. */
  #restart(): void {
    this.#follow();
    const saved = this.world.timeline.checkpoint();
    this.world.timeline = createTimeline(JSON.parse(JSON.stringify(saved)));
    this.#waiting = [];
    this.world.restart();
    this.#openSessions();
  }

  #openSessions(): void {
    this.world.open({ session: 1, client: "alice", graceMs: 3 });
    this.world.open({ session: 2, client: "bob", cancelOnDisconnect: false });
  }

  /** Applies what the venue says now, or a part of it. */
  #drain(): void {
    this.#waiting.push(...this.world.timeline.takeOutputs(micros(this.world.nowUs)));
    while (!this.#draws.chance(10)) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.world.offer(next);
    }
  }

  /** Lets the twin follow, event by event, and compares. */
  #follow(): void {
    const { events, lines, timeline } = this.world;
    for (const event of events.slice(this.#checked)) {
      this.#apply(event);
      strictEqual(this.#line(), lines[this.#checked], `${event.seqId} ${event.eventType}`);
      this.#checked += 1;
    }
    strictEqual(this.#twin.nextDeadlineUs(), timeline.nextDeadlineUs());
    deepStrictEqual(this.#twin.checkpoint(), timeline.checkpoint());
  }

  #apply(event: Event): void {
    this.#twin.apply(event, this.#effects);
    if (!this.#draws.chance(20)) return;
    const saved = [...this.#twin.checkpointPieces()].join("");
    deepStrictEqual(saved, JSON.stringify(this.#twin.checkpoint()));
    this.#twin = createTimeline(JSON.parse(saved));
  }

  #line(): string {
    const { transitions, reports, commands, repeats, alarms } = this.#effects;
    const said = { transitions, reports, commands, repeats, alarms, digest: this.#twin.digest };
    return JSON.stringify(
      said,
      (_key, value: unknown) => typeof value === "bigint" ? `${value}n` : value,
    );
  }

  #id(letter: string): string {
    this.#ids += 1;
    return `${letter}${this.#ids}`;
  }

  #session(): number {
    return this.#draws.pick([1, 2]);
  }

  #anyPlaced(): string {
    const newest = this.#placed.slice(-6);
    return newest.length === 0 ? "none" : this.#draws.pick(newest);
  }
}

Deno.test("Timeline goes on the same way from a checkpoint taken at any event of a simulated venue", () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const pair = new Pair(new Draws(seed));
    try {
      for (let step = 0; step < STEPS; step += 1) pair.step();
      const counters = pair.world.timeline.view.counters();
      strictEqual(counters["invariant_failures"], 0);
      strictEqual(counters["transition_failures"], 0);
    } catch (error) {
      throw new Error(`Seed ${seed} must pass`, { cause: error });
    }
  }
});
