/**
 * Proves the books and flows of the hot loop (R-HOT-1, R-HOT-2) against naive twins: a map sorted
 * whenever it is read, and a list of everything that ever flowed, summed whenever a rate is asked.
 * On ladders by tick and on windows, in betting markets and elsewhere.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Instrument, Side } from "../../../core/instrument.ts";
import { instrumentId, px } from "../../../core/numbers.ts";
import { runnerOf } from "../../support/runner.ts";
import { HotLoopBench } from "../../support/hot_loop_bench.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const HALF_LIFE_S = 30;
const SIDES = ["Buy", "Sell"] as const satisfies readonly Side[];

type Level = readonly [price: number, quantity: number];
type Step =
  | { readonly kind: "trade"; readonly price: number; readonly quantity: number }
  | { readonly kind: "delta" | "snapshot"; readonly bids: Level[]; readonly asks: Level[] };
type Moment = { readonly seconds: number; readonly steps: readonly Step[] };

/** Everything that flowed at a price, and when the price was first seen on a side. */
class NaiveMarket {
  readonly #sides = { Buy: new Map<number, number>(), Sell: new Map<number, number>() };
  readonly #traded: { readonly price: number; readonly quantity: number; readonly s: number }[] =
    [];
  readonly #seen = { Buy: new Map<number, number>(), Sell: new Map<number, number>() };
  readonly #isBetting: boolean;

  constructor(isBetting: boolean) {
    this.#isBetting = isBetting;
  }

  /** Trades of a moment come before its change of the book, which says how much of them counts. */
  apply(step: Step, of: { readonly s: number; readonly trades: Map<number, number> }): void {
    if (step.kind === "trade") {
      const side = this.#sideOf(step.price);
      if (side === undefined) return;
      this.#see(side, { price: step.price, s: of.s });
      if (!this.#isBetting) this.#traded.push({ ...step, s: of.s });
      else of.trades.set(step.price, (of.trades.get(step.price) ?? 0) + step.quantity);
      return;
    }
    for (const [side, levels] of [["Buy", step.bids], ["Sell", step.asks]] as const) {
      if (step.kind === "snapshot") {
        this.#sides[side].clear();
        of.trades.clear();
      }
      for (const level of levels) this.#set(side, { level, kind: step.kind, ...of });
    }
    of.trades.clear();
  }

  levels(side: Side): { readonly price: number; readonly qty: number }[] {
    const isHighest = (side === "Buy") !== this.#isBetting;
    return [...this.#sides[side]].map(([price, qty]) => ({ price, qty }))
      .sort((left, right) => (isHighest ? -1 : 1) * (left.price - right.price));
  }

  rate(side: Side, of: { readonly price: number; readonly s: number }): number | null {
    const since = this.#seen[side].get(of.price);
    // Seconds are summed in tenths, which doubles do not hold exactly.
    if (since === undefined || Math.round((of.s - since) * 1e6) < 5e6) return null;
    const sum = this.#traded.filter(({ price }) => price === of.price).reduce(
      (total, { quantity, s }) =>
        total + quantity * Math.LN2 / HALF_LIFE_S * 2 ** (-(of.s - s) / HALF_LIFE_S),
      0,
    );
    return sum / (1 - 2 ** (-Math.max(1, of.s - since) / HALF_LIFE_S));
  }

  #set(
    side: Side,
    of: {
      readonly level: Level;
      readonly kind: "delta" | "snapshot";
      readonly s: number;
      readonly trades: Map<number, number>;
    },
  ): void {
    const [price, quantity] = of.level;
    const levels = this.#sides[side];
    const before = levels.get(price) ?? 0;
    if (quantity === 0) levels.delete(price);
    else levels.set(price, quantity);
    if (of.kind === "snapshot" && quantity === 0) return;
    this.#see(side, { price, s: of.s });
    const said = of.trades.get(price);
    if (said === undefined || of.kind === "snapshot") return;
    of.trades.delete(price);
    const decrease = before - quantity;
    const oneSided = decrease > 0 && Math.abs(said - decrease) <= 2
      ? said
      : Math.max(0, Math.min(said / 2, decrease));
    if (oneSided > 0) this.#traded.push({ price, quantity: oneSided, s: of.s });
  }

  #see(side: Side, of: { readonly price: number; readonly s: number }): void {
    if (!this.#seen[side].has(of.price)) this.#seen[side].set(of.price, of.s);
  }

  /** Where the source does not say who took. */
  #sideOf(price: number): Side | undefined {
    if (this.#sides.Buy.has(price)) return "Buy";
    if (this.#sides.Sell.has(price)) return "Sell";
    return SIDES.find((side) => {
      const [best] = this.levels(side);
      const isHighest = (side === "Buy") !== this.#isBetting;
      return best !== undefined && (isHighest ? price <= best.price : price >= best.price);
    });
  }
}

/** Prices of each side apart, so that a print is of one side only. */
function momentsOf(
  prices: { readonly bids: number[]; readonly asks: number[] },
): fc.Arbitrary<Moment[]> {
  const quantity = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 500 }));
  const levels = (of: number[]): fc.Arbitrary<Level[]> =>
    fc.uniqueArray(fc.tuple(fc.constantFrom(...of), quantity), {
      maxLength: 4,
      selector: ([price]) => price,
    });
  const book = fc.record({
    kind: fc.constantFrom<"delta" | "snapshot">("delta", "delta", "delta", "delta", "snapshot"),
    bids: levels(prices.bids),
    asks: levels(prices.asks),
  });
  const trade = fc.record({
    kind: fc.constant("trade" as const),
    price: fc.constantFrom(...prices.bids, ...prices.asks),
    quantity: fc.integer({ min: 1, max: 300 }),
  });
  const moment = fc.record({
    seconds: fc.integer({ min: 1, max: 400 }).map((tenths) => tenths / 10),
    steps: fc.tuple(fc.array(trade, { maxLength: 3 }), book).map(([trades, last]): Step[] => [
      ...trades,
      last,
    ]),
  });
  return fc.array(moment, { maxLength: 25, size: "max" });
}

function tell(bench: HotLoopBench, step: Step): void {
  if (step.kind === "trade") bench.trade(step.price, { qty: step.quantity });
  else if (step.kind === "delta") bench.delta({ bids: step.bids.flat(), asks: step.asks.flat() });
  else bench.snapshot({ bids: step.bids.flat(), asks: step.asks.flat() });
}

function agree(bench: HotLoopBench, twin: NaiveMarket, prices: readonly number[]): void {
  const { loop, id } = bench;
  for (const side of SIDES) {
    deepStrictEqual(loop.ladderTop(id, { side, n: 50 }), twin.levels(side));
    for (const price of prices) {
      const said = loop.matchRateEma(id, { side, price: px(price) });
      const scale = 10 ** bench.instrument.qtyRule.scale;
      const expected = twin.rate(side, { price, s: bench.atS });
      if (said === null || expected === null) strictEqual(said, expected, `${side} ${price}`);
      else {
        const apart = Math.abs(said * scale - expected);
        ok(apart <= 1e-9 * Math.max(1, expected), `${side} ${price}: ${said * scale}, ${expected}`);
      }
    }
  }
}

const ODDS = { bids: [300, 305, 310, 400, 410], asks: [290, 280, 200, 150, 101] };
const CENTS = { bids: [100, 99, 98, 90], asks: [101, 102, 110, 5_000] };
const WORLDS: readonly (readonly [string, Instrument, typeof ODDS])[] = [
  ["a ladder of odds", runnerOf(0), ODDS],
  ["odds without bounds", {
    ...runnerOf(0),
    priceRule: { scale: 2, ticks: [{ fromQuanta: 101, stepQuanta: 1 }] },
  }, ODDS],
  ["prices without bounds", { ...spotInstrument(), id: instrumentId(0) }, CENTS],
  ["a bounded ladder of prices", {
    ...spotInstrument(),
    id: instrumentId(0),
    priceRule: { scale: 2, ticks: [{ fromQuanta: 1, stepQuanta: 1 }], maxQuanta: 4_096 },
  }, { ...CENTS, asks: [101, 102, 110, 4_000] }],
];

for (const [name, instrument, prices] of WORLDS) {
  Deno.test(`HotLoop keeps the book and the rates of its naive twin on ${name}`, () => {
    fc.assert(
      fc.property(momentsOf(prices), (moments) => {
        const bench = new HotLoopBench(instrument);
        const twin = new NaiveMarket(instrument.assetClass === "betting");
        const first: Step = { kind: "snapshot", bids: [], asks: [] };
        tell(bench, first);
        twin.apply(first, { s: bench.atS, trades: new Map() });
        for (const { seconds, steps } of moments) {
          bench.after(seconds);
          const trades = new Map<number, number>();
          for (const step of steps) {
            tell(bench, step);
            twin.apply(step, { s: bench.atS, trades });
          }
          agree(bench, twin, [...prices.bids, ...prices.asks]);
        }
      }),
      { numRuns: 120 },
    );
  });
}
