/**
 * A seeded crowd: a random walk that quotes around its middle, trades against whatever rests, in small lots, in
 * partial fills, now and then in sweeps over many levels. The same seed and the same number of steps between the same
 * orders give the same market. It can be as fast as asked, or still.
 * @module
 */
import { Draws } from "../support/draws.ts";
import type { Exchange, Market } from "./exchange.ts";
import type { Side } from "./matching.ts";
import type { Units } from "./units.ts";

const LEVELS = 25;
/** Quotes this far out are taken back. */
const LEVELS_MAX = 60;
const TIMER_MS = 10;

type Mood = { middle: Units; readonly quotes: Map<string, number> };

/** Moves the market of every symbol. */
export class Crowd {
  readonly #exchange: Exchange;
  readonly #draws: Draws;
  readonly #moods = new Map<string, Mood>();
  #stepsPerS: number;
  #owed = 0;

  constructor(exchange: Exchange, of: { readonly seed: number; readonly stepsPerS: number }) {
    this.#exchange = exchange;
    this.#draws = new Draws(of.seed);
    this.#stepsPerS = of.stepsPerS;
    setInterval(() => this.#tick(), TIMER_MS);
  }

  set stepsPerS(steps: number) {
    this.#stepsPerS = steps;
    this.#owed = 0;
  }

  /** Quotes every level of a symbol, and trades in it from now on. */
  open(symbol: string): void {
    const market = this.#exchange.market(symbol);
    const mood = this.#moodOf(market);
    for (let level = 1; level <= LEVELS; level++) {
      for (const side of ["BUY", "SELL"] as const) this.#quote(market, { mood, side, level });
    }
  }

  /** Takes back every quote of a symbol, and leaves it. */
  clear(symbol: string): void {
    const { book } = this.#exchange.market(symbol);
    for (const order of book.orders()) if (order.owner === "crowd") book.remove(order.id);
    this.#moods.delete(symbol);
  }

  /** One step of one symbol. */
  step(market: Market): void {
    const mood = this.#moodOf(market);
    const draw = this.#draws.below(100);
    const side = this.#draws.pick(["BUY", "SELL"] as const);
    if (draw < 15) this.#walk(market, mood);
    else if (draw < 70) this.#quote(market, { mood, side, level: 1 + this.#draws.below(LEVELS) });
    else if (draw < 97) this.#trade(market, { side, lots: 1 + this.#draws.below(20) });
    else this.#trade(market, { side, lots: 100 + this.#draws.below(200) });
  }

  #tick(): void {
    this.#owed += this.#stepsPerS * TIMER_MS / 1000;
    const markets = [...this.#exchange.markets.values()]
      .filter(({ rules }) => this.#moods.has(rules.symbol));
    if (markets.length === 0) return;
    for (; this.#owed >= 1; this.#owed--) this.step(this.#draws.pick(markets));
  }

  #moodOf(market: Market): Mood {
    const known = this.#moods.get(market.rules.symbol);
    if (known) return known;
    const mood = { middle: market.lastPrice, quotes: new Map<string, number>() };
    this.#moods.set(market.rules.symbol, mood);
    return mood;
  }

  #walk(market: Market, mood: Mood): void {
    const { crowdStep } = market.rules;
    const wished = mood.middle + crowdStep * BigInt(this.#draws.below(7) - 3);
    if (wished <= crowdStep * BigInt(LEVELS_MAX)) return;
    mood.middle = wished;
    const far = crowdStep * BigInt(LEVELS_MAX);
    for (const [key, id] of mood.quotes) {
      const quote = market.book.get(id);
      const isFar = quote && (quote.price > wished + far || quote.price < wished - far);
      const isWrong = quote &&
        (quote.side === "BUY" ? quote.price >= wished : quote.price <= wished);
      if (isFar || isWrong) market.book.remove(id);
      if (!quote || isFar || isWrong) mood.quotes.delete(key);
    }
  }

  #quote(
    market: Market,
    of: { readonly mood: Mood; readonly side: Side; readonly level: number },
  ): void {
    const { symbol, crowdStep, crowdQty, step } = market.rules;
    const away = crowdStep * BigInt(of.level) * (of.side === "BUY" ? -1n : 1n);
    const price = of.mood.middle + away;
    const key = `${of.side} ${price}`;
    const standing = of.mood.quotes.get(key);
    if (standing !== undefined) market.book.remove(standing);
    of.mood.quotes.delete(key);
    const wished = crowdQty * BigInt(1 + this.#draws.below(100)) / 20n;
    const id = this.#exchange.crowdRest(symbol, {
      side: of.side,
      price,
      qty: wished - wished % step,
    });
    if (id !== undefined) of.mood.quotes.set(key, id);
  }

  #trade(market: Market, of: { readonly side: Side; readonly lots: number }): void {
    const { symbol, crowdQty, step } = market.rules;
    const wished = crowdQty * BigInt(of.lots) / 40n;
    this.#exchange.crowdTake(symbol, { side: of.side, qty: wished - wished % step });
  }
}
