/**
 * Proves for R-CORE-8 that the simulated venue charges its rate of the notional of every class that
 * it trades, in the currency of the notional.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import type { Instrument } from "../../../core/instrument.ts";
import { px, qty } from "../../../core/numbers.ts";
import { commissionOf } from "../../../core/simulator/fees.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const FEES: readonly (readonly [string, Instrument, number, number, number, string, string])[] = [
  ["spot", spotInstrument(), 6_000_000, 10_000, 500, "30", "USDT"],
  ["a rebate", spotInstrument(), 6_000_033, 10_000, -100, "-6.000033", "USDT"],
  ["a linear contract", linearInstrument(), 600_005, 7, 500, "0.21000175", "USDT"],
  ["a linear spread below 0", linearInstrument(), -600_000, 10, 500, "0.3", "USDT"],
  ["an inverse contract", inverseInstrument(), 500_000, 100, 500, "0.0001", "BTC"],
  [
    "an inverse one that does not end",
    inverseInstrument(),
    600_007,
    7,
    500,
    "0.000005833265",
    "BTC",
  ],
];
for (const [what, instrument, price, quantity, ratePpm, commission, currency] of FEES) {
  Deno.test(`commissionOf() charges ${commission} ${currency} for ${what}`, () => {
    const fill = { price: px(price), qty: qty(quantity), ratePpm };
    deepStrictEqual(commissionOf(instrument, fill), {
      commission,
      commissionCurrency: currency,
    });
  });
}
