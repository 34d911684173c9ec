/**
 * Amounts of money at the coarsest scale that can say them, whatever their size (R-CORE-6).
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { type Amount, amountShown, decimalOf, NOTHING, plain } from "../../../core/ledger/money.ts";

const CASES: readonly (readonly [string, Amount, Amount])[] = [
  ["drops trailing zeros", { units: 1_500, scale: 3 }, { units: 15, scale: 1 }],
  ["keeps a whole number whole", { units: 1_500, scale: 0 }, { units: 1_500, scale: 0 }],
  ["makes 0 of any scale nothing", { units: 0n, scale: 24 }, NOTHING],
  ["keeps the sign", { units: -70, scale: 2 }, { units: -7, scale: 1 }],
  [
    "says more digits than a decimal in an event may have",
    { units: -(10n ** 41n + 10n), scale: 25 },
    { units: -(10n ** 40n + 1n), scale: 24 },
  ],
];

for (const [what, amount, expected] of CASES) {
  Deno.test(`plain() ${what}`, () => {
    deepStrictEqual(plain(amount), expected);
    deepStrictEqual(decimalOf(plain(amount)), decimalOf(amount));
  });
}

Deno.test("amountShown() reads what decimalOf() wrote, of any number of digits", () => {
  for (const units of [0, -5, 123, 10n ** 45n + 1n, -(10n ** 45n + 1n)]) {
    for (const scale of [0, 2, 24, 50]) {
      const amount = plain({ units, scale });
      deepStrictEqual(amountShown(decimalOf(amount)), amount);
    }
  }
});
