/**
 * Proves the worst case over outcomes (R-CORE-6, R-CORE-7): it is the least profit over every
 * scenario, found by trying them all.
 * @module
 */
import { strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { InvariantError } from "../../../core/invariant.ts";
import { plus, type Profits, worstPart, worstProfit } from "../../../core/ledger/outcomes.ts";

function row(ifWon: number, ifLost: number): Profits {
  return { ifWon: BigInt(ifWon), ifLost: BigInt(ifLost) };
}

const EXAMPLES = [
  ["a back of 2 at 6, another may win", [row(10, -2)], 1, false, -2n],
  ["a back of 2 at 6, the only runner", [row(10, -2)], 1, true, 10n],
  ["a lay of 2 at 6", [row(-10, 2)], 1, false, -10n],
  ["all of a market backed", [row(10, -2), row(3, -3), row(1, -5)], 1, true, -4n],
  ["all of a market backed but one", [row(10, -2), row(3, -3), row(1, -5)], 1, false, -10n],
  ["a YES and NO pair bought below 1", [row(6, -4), row(5, -5)], 1, true, 1n],
  ["two places, three laid", [row(-10, 2), row(-3, 3), row(-1, 5)], 2, false, -8n],
  ["two places, one runner listed", [row(-10, 2)], 2, false, -10n],
  ["nothing", [], 1, false, 0n],
] as const;
for (const [what, rows, winners, isComplete, expected] of EXAMPLES) {
  Deno.test(`worstProfit() gives ${expected} for ${what}`, () => {
    strictEqual(worstProfit(rows, { winners, isComplete }), expected);
  });
}

Deno.test("worstProfit() throws where nothing can win", () => {
  throws(() => worstProfit([], { winners: 0, isComplete: false }), InvariantError);
});

/** Every set of at most `most` of the first `count` numbers. */
function setsOf(count: number, most: number): Set<number>[] {
  let sets: Set<number>[] = [new Set()];
  for (let at = 0; at < count; at++) {
    sets = sets.flatMap((set) => set.size < most ? [set, new Set([...set, at])] : [set]);
  }
  return sets;
}

const profits = fc.record({
  ifWon: fc.bigInt({ min: -50n, max: 50n }),
  ifLost: fc.bigInt({ min: -50n, max: 50n }),
});

/** Profit of the scenario in which exactly the rows numbered in `won` come true. */
function profitOf(rows: readonly Profits[], won: ReadonlySet<number>): bigint {
  return rows.reduce((sum, { ifWon, ifLost }, at) => sum + (won.has(at) ? ifWon : ifLost), 0n);
}

Deno.test("worstProfit() is the least profit over every scenario", () => {
  const scenarios = fc.record({
    winners: fc.integer({ min: 1, max: 3 }),
    isComplete: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(profits, { minLength: 3, maxLength: 6 }), scenarios, (rows, of) => {
      const sets = setsOf(rows.length, of.winners)
        .filter((set) => !of.isComplete || set.size === of.winners);
      const all = sets.map((set) => profitOf(rows, set));
      const least = all.reduce((left, right) => left < right ? left : right);
      strictEqual(worstProfit(rows, of), least);
    }),
    { numRuns: 500 },
  );
});

Deno.test("worstPart() counts an open order where it hurts, whichever of several are filled", () => {
  const orders = fc.array(profits, { maxLength: 4 });
  fc.assert(
    fc.property(orders, fc.array(orders, { maxLength: 3 }), (matched, open) => {
      const rows = matched.map((each, at) =>
        (open[at] ?? []).map(worstPart).reduce((left, right) => plus({ left, right }), each)
      );
      let least: bigint | undefined;
      for (const filled of fillsOf(matched, open)) {
        const worst = worstProfit(filled, { winners: 1, isComplete: false });
        if (least === undefined || worst < least) least = worst;
      }
      strictEqual(worstProfit(rows, { winners: 1, isComplete: false }), least);
    }),
    { numRuns: 200 },
  );
});

/** Every way to fill some of the open orders. */
function fillsOf(matched: readonly Profits[], open: readonly (readonly Profits[])[]): Profits[][] {
  let ways: Profits[][] = [[]];
  for (const [at, held] of matched.entries()) {
    let sums: Profits[] = [held];
    for (const order of open[at] ?? []) {
      sums = sums.flatMap((each) => [each, plus({ left: each, right: order })]);
    }
    ways = ways.flatMap((way) => sums.map((each) => [...way, each]));
  }
  return ways;
}
