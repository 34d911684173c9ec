/**
 * Which of two prices an order under replacement is covered at. Proves R-CORE-7 (funds).
 * @module
 */
import { strictEqual } from "node:assert/strict";
import type { Instrument, Side } from "../../../core/instrument.ts";
import { px } from "../../../core/numbers.ts";
import { dearer } from "../../../core/risk/funds.ts";
import { Purse } from "../../../core/risk/purse.ts";
import { reserveOf } from "../../../core/risk/valuation.ts";
import { inverseInstrument } from "../../support/contract_instruments.ts";
import { runner, signedContract, token } from "../../support/outcome_instruments.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const [LOW, HIGH] = [px(200), px(300)];

const ROWS: readonly (readonly [Instrument, Side, "low" | "high" | "first"])[] = [
  [spotInstrument(), "Buy", "high"],
  [spotInstrument(), "Sell", "first"],
  [inverseInstrument(), "Buy", "low"],
  [signedContract(), "Buy", "high"],
  [signedContract(), "Sell", "low"],
  [token("YES"), "Sell", "first"],
  [runner(0), "Buy", "first"],
  [runner(0), "Sell", "high"],
];
for (const [instrument, side, which] of ROWS) {
  Deno.test(`dearer() of a ${side} of ${instrument.name} gives the ${which} of two prices`, () => {
    const reserve = reserveOf(instrument, side, 250_000);
    const held = reserve === undefined ? null : { reserve, purse: new Purse(reserve.currency) };
    for (const [left, right] of [[LOW, HIGH], [HIGH, LOW]] as const) {
      const expected = which === "low" ? LOW : which === "high" ? HIGH : left;
      strictEqual(dearer({ held, left, right }), expected);
    }
  });
}
