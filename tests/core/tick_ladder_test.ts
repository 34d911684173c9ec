/**
 * Proves the ladders by tick (R-HOT-1's base): table and arithmetic agree on every price, a side
 * agrees with its naive twin after every command, and off-ladder prices are counted and ignored.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { PriceRule } from "../../core/instrument.ts";
import {
  type BestPrice,
  SPAN_MAX,
  tickIndex,
  TICKS_MAX,
  TickSide,
  TickTable,
} from "../../core/tick_ladder.ts";
import { CLASSIC } from "../support/runner.ts";

const PERCENT: PriceRule = {
  scale: 2,
  ticks: [{ fromQuanta: 1, stepQuanta: 1 }],
  maxQuanta: 99,
};

function tableOf(rule: PriceRule): TickTable {
  const table = TickTable.of(rule);
  if (table === undefined) throw new Error("Cannot go on: the rule must have a table");
  return table;
}

Deno.test("TickTable.of() gives the ladder of decimal odds its 350 ticks", () => {
  const table = tableOf(CLASSIC);
  strictEqual(table.count, 350);
  strictEqual(table.priceOf(0), 101);
  strictEqual(table.priceOf(349), 100_000);
  strictEqual(table.tickOf(200), 99);
  strictEqual(table.tickOf(202), 100);
  strictEqual(table.tickOf(201), undefined);
  strictEqual(table.tickOf(100), undefined);
  strictEqual(table.tickOf(101_000), undefined);
});

for (const [name, rule] of [["decimal odds", CLASSIC], ["percents", PERCENT]] as const) {
  Deno.test(`tickIndex() is the tick of the table for every price of ${name}`, () => {
    const table = tableOf(rule);
    for (let tick = 0; tick < table.count; tick++) {
      const price = table.priceOf(tick);
      strictEqual(table.tickOf(price), tick);
      strictEqual(tickIndex(rule, price), tick);
    }
    strictEqual(tickIndex(rule, table.priceOf(table.count - 1) + 1), undefined);
  });
}

const UNTABLED: readonly (readonly [string, PriceRule])[] = [
  ["without a highest price", { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] }],
  ["with a tick too many", {
    scale: 2,
    ticks: [{ fromQuanta: 0, stepQuanta: 1 }],
    maxQuanta: TICKS_MAX,
  }],
  ["that spans too much", {
    scale: 2,
    ticks: [{ fromQuanta: 0, stepQuanta: SPAN_MAX + 1 }],
    maxQuanta: SPAN_MAX + 1,
  }],
  ["whose highest price is below its first", {
    scale: 2,
    ticks: [{ fromQuanta: 5, stepQuanta: 1 }],
    maxQuanta: 4,
  }],
];
for (const [what, rule] of UNTABLED) {
  Deno.test(`TickTable.of() gives no table for a rule ${what}`, () => {
    strictEqual(TickTable.of(rule), undefined);
  });
}

Deno.test("TickTable.of() takes a ladder of as many ticks as there may be", () => {
  const rule = { scale: 2, ticks: [{ fromQuanta: 1, stepQuanta: 1 }], maxQuanta: TICKS_MAX };
  strictEqual(tableOf(rule).count, TICKS_MAX);
});

/** The naive twin: a map, sorted whenever it is read. */
class NaiveSide {
  readonly #levels = new Map<number, number>();
  readonly #sign: number;

  constructor(best: BestPrice) {
    this.#sign = best === "highest" ? -1 : 1;
  }

  set(price: number, quantity: number): void {
    if (tickOfOdds(price) === undefined) return;
    if (quantity === 0) this.#levels.delete(price);
    else this.#levels.set(price, quantity);
  }

  clear(): void {
    this.#levels.clear();
  }

  sorted(): { readonly price: number; readonly qty: number }[] {
    return [...this.#levels].map(([price, qty]) => ({ price, qty }))
      .sort((left, right) => this.#sign * (left.price - right.price));
  }
}

const TABLE = tableOf(CLASSIC);

function tickOfOdds(price: number): number | undefined {
  return TABLE.tickOf(price);
}

const price = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 349 }).map((tick) => TABLE.priceOf(tick)) },
  { weight: 1, arbitrary: fc.integer({ min: -5, max: 110_000 }) },
);
const level = fc.tuple(price, fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 })));
const command = fc.oneof(
  { weight: 20, arbitrary: fc.array(level, { minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constant("clear" as const) },
);

for (const best of ["highest", "lowest"] as const) {
  Deno.test(`TickSide with the ${best} price best agrees with its naive twin`, () => {
    fc.assert(fc.property(fc.array(command, { maxLength: 60, size: "max" }), (commands) => {
      const side = new TickSide(TABLE, best);
      const twin = new NaiveSide(best);
      for (const one of commands) {
        if (one === "clear") {
          side.clear();
          twin.clear();
        } else {
          side.setAll(one.flat());
          for (const [at, quantity] of one) twin.set(at, quantity);
        }
        const sorted = twin.sorted();
        deepStrictEqual([...side.levels()], sorted);
        deepStrictEqual(side.best(), sorted[0]);
        strictEqual(side.bestTick() === undefined, sorted.length === 0);
        let before = 0;
        for (const { price, qty } of sorted) {
          strictEqual(side.quantityBefore(price), before);
          before += qty;
        }
        const worst = sorted.at(-1)?.price;
        for (const price of [101, 200, 202, 600, 100_000]) {
          const isBeyond = worst !== undefined && (best === "highest") === price < worst;
          strictEqual(side.covers(price), !isBeyond || price === worst);
        }
      }
    }));
  });
}

Deno.test("TickSide counts and ignores prices that the ladder does not have", () => {
  const side = new TickSide(TABLE, "lowest");
  side.set({ price: 201, qty: 5 });
  side.setAll([202, 3, 99, 4]);
  strictEqual(side.offLadder, 2);
  strictEqual(side.quantityAt(201), 0);
  strictEqual(side.quantityAt(202), 3);
  ok(!side.covers(201), "nobody can say what stands there");
  deepStrictEqual([...side.levels()], [{ price: 202, qty: 3 }]);
  ok(side.bestTick() === TABLE.tickOf(202));
});

Deno.test("TickSide ignores the removal of a level that it does not have", () => {
  const side = new TickSide(TABLE, "highest");
  side.set({ price: 300, qty: 0 });
  strictEqual(side.best(), undefined);
  side.set({ price: 200, qty: 1 });
  side.set({ price: 300, qty: 0 });
  deepStrictEqual(side.best(), { price: 200, qty: 1 });
});
