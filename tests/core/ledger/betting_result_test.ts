/**
 * Proves what a betting result may say and what it pays (R-CORE-6).
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { policyProblem } from "../../../core/ledger/mod.ts";
import {
  commissionOn,
  type MarketResult,
  netWinnings,
  resultProblem,
  shareOf,
} from "../../../core/ledger/betting_result.ts";
import { instrumentId } from "../../../core/numbers.ts";
import { runner } from "../../support/outcome_instruments.ts";

const [A, B] = [instrumentId(0), instrumentId(1)];

function result(of: Partial<MarketResult> = {}): MarketResult {
  return { winners: [], voided: [], isVoid: false, ...of };
}

function placed(places: number, tied: number): MarketResult {
  return result({ winners: [{ instrument: A, places, tied }] });
}

const WINNER = { instrument: A, places: 1, tied: 1 };
const PROBLEMS = [
  [placed(1, 1), undefined],
  [placed(2, 2), undefined],
  [placed(1, 2), undefined],
  [result({ winners: [WINNER], voided: [B] }), undefined],
  [placed(1, 0), "tied must be 1 or more: was 0"],
  [placed(1, 1.5), "tied must be 1 or more: was 1.5"],
  [placed(0, 2), "places must be 1 to the 2 tied for them: was 0"],
  [placed(3, 2), "places must be 1 to the 2 tied for them: was 3"],
  [placed(1.5, 2), "places must be 1 to the 2 tied for them: was 1.5"],
  [result({ winners: [WINNER, WINNER] }), "a runner must be named once: was instrument 0"],
  [result({ winners: [WINNER], voided: [A] }), "a runner must be named once: was instrument 0"],
  [result({ voided: [B, B] }), "a runner must be named once: was instrument 1"],
] as const;
for (const [at, [given, expected]] of PROBLEMS.entries()) {
  Deno.test(`resultProblem() says ${expected ?? "nothing"} of result ${at + 1}`, () => {
    strictEqual(resultProblem(given), expected);
  });
}

Deno.test("shareOf() is nothing for a loser, null for what is void, else places of tied", () => {
  const given = { ...placed(2, 3), voided: [B] };
  deepStrictEqual(shareOf(given, A), { places: 2n, tied: 3n });
  strictEqual(shareOf(given, B), null);
  deepStrictEqual(shareOf(given, instrumentId(2)), { places: 0n, tied: 1n });
  strictEqual(shareOf({ ...given, isVoid: true }, A), null);
});

Deno.test("netWinnings() adds shares that do not divide exactly, and rounds once, half-even", () => {
  const third = { places: 1n, tied: 3n };
  const claim = (
    gross: bigint,
    share: typeof third,
  ): Parameters<typeof netWinnings>[0][number] => ({
    netQuanta: 0,
    gross,
    share,
  });
  strictEqual(netWinnings([1, 2, 3].map(() => claim(100n, third)), 100n), 1n);
  strictEqual(netWinnings([claim(50n, { places: 1n, tied: 1n })], 100n), 0n);
  strictEqual(netWinnings([claim(150n, { places: 1n, tied: 1n })], 100n), 2n);
  strictEqual(netWinnings([claim(-50n, third), claim(100n, { places: 1n, tied: 2n })], 100n), 0n);
});

const COMMISSIONS = [
  [1000n, 50_000, 0, 50n],
  [1010n, 60_000, 250_000, 45n],
  [10n, 50_000, 0, 0n], // half a penny, to the even neighbour
  [30n, 50_000, 0, 2n],
  [-1000n, 50_000, 0, 0n],
  [0n, 50_000, 0, 0n],
  [1000n, 50_000, 1_000_000, 0n],
] as const;
for (const [winnings, commissionPpm, discountPpm, expected] of COMMISSIONS) {
  Deno.test(`commissionOn() takes ${expected} of ${winnings} at ${commissionPpm} ppm less ${discountPpm}`, () => {
    strictEqual(commissionOn(winnings, { commissionPpm, discountPpm }), expected);
  });
}

const TERMS = [
  [{ market: "" }, "contract market must name one: was empty"],
  [{ currency: "" }, "contract currency must be a currency: was empty"],
  [{ commissionPpm: -1 }, "commission_ppm must be 0 to 1000000: was -1"],
  [{ commissionPpm: 1_000_001 }, "commission_ppm must be 0 to 1000000: was 1000001"],
  [{ discountPpm: 0.5 }, "discount_ppm must be 0 to 1000000: was 0.5"],
  [{ winners: 0 }, "contract winners must be 1 or more: was 0"],
  [{ winners: 1.5 }, "contract winners must be 1 or more: was 1.5"],
  [{ runners: 0 }, "contract runners must be 1 or more, or null: was 0"],
] as const;
for (const [terms, sentence] of TERMS) {
  Deno.test(`policyProblem() refuses a runner: ${sentence}`, () => {
    match(policyProblem(runner(0, terms)) ?? "", new RegExp(`${sentence}$`));
  });
}

Deno.test("policyProblem() passes the extremes of a runner's terms", () => {
  for (
    const terms of [{ commissionPpm: 0, runners: null }, { discountPpm: 1_000_000, winners: 9 }]
  ) {
    strictEqual(policyProblem(runner(0, terms)), undefined);
  }
});
