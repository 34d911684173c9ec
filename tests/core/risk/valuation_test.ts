/**
 * What an order is worth and holds back, by class, at the edges. Proves R-CORE-7 (notional, funds).
 * @module
 */
import { strictEqual, throws } from "node:assert/strict";
import type { Instrument, Side } from "../../../core/instrument.ts";
import { InvariantError } from "../../../core/invariant.ts";
import { px, qty } from "../../../core/numbers.ts";
import { reserveOf, valuationOf } from "../../../core/risk/valuation.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import { runner, signedContract, token } from "../../support/outcome_instruments.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

/** What a class says of a price: the factor of each side. */
const FACTORS: readonly (readonly [string, Instrument, number, buy: number, sell: number])[] = [
  ["spot", spotInstrument(), 250, 250, 250],
  ["a spread below 0", linearInstrument(), -250, 250, 250],
  ["a coin bid for below 0", spotInstrument(), -250, 250, 250],
  ["linear", linearInstrument(), 250, 250, 250],
  ["inverse", inverseInstrument(), 250, 10, 10],
  ["a token", token("YES"), 2_500, 2_500, 2_500],
  ["a signed outcome", signedContract({ netting: "signed" }), 2_500, 2_500, 7_500],
  ["a signed outcome above its payout", signedContract({ netting: "signed" }), 12_000, 12_000, 0],
  ["a signed outcome offered below 0", signedContract({ netting: "signed" }), -500, 500, 10_500],
  ["betting", runner(0), 250, 100, 150],
  ["betting below odds of 1", runner(0), 50, 100, 0],
];
for (const [what, instrument, price, buy, sell] of FACTORS) {
  Deno.test(`factorOf() of ${what} is ${buy} for a Buy and ${sell} for a Sell at ${price}`, () => {
    const { factorOf } = valuationOf(instrument);
    strictEqual(factorOf("Buy", px(price)), buy);
    strictEqual(factorOf("Sell", px(price)), sell);
  });
}

const CURRENCIES: readonly (readonly [Instrument, string])[] = [
  [spotInstrument(), "USDT"],
  [linearInstrument(), "USDT"],
  [inverseInstrument(), "USD"],
  [token("YES"), "USD"],
  [runner(0), "GBP"],
];
for (const [instrument, currency] of CURRENCIES) {
  Deno.test(`valuationOf() tells the worth of ${instrument.name} in ${currency}`, () => {
    strictEqual(valuationOf(instrument).currency, currency);
  });
}

/** `worthOf` a product of 5 000 000; the largest product worth at most 12.5 and 12.49999999. */
const WORTH: readonly (readonly [Instrument, string, number, number])[] = [
  [spotInstrument(), "5", 12_500_000, 12_499_999],
  [linearInstrument(), "500", 125_000, 124_999],
  [inverseInstrument(), "50000000", 1, 1],
  [runner(0), "500", 125_000, 124_999],
];
for (const [instrument, worth, most, less] of WORTH) {
  Deno.test(`valuationOf() of ${instrument.name} makes ${worth} of 5 000 000 and back`, () => {
    const { worthOf, mostOf } = valuationOf(instrument);
    strictEqual(worthOf(5_000_000), worth);
    strictEqual(mostOf("12.5"), most);
    strictEqual(mostOf("12.49999999"), less);
  });
}

Deno.test("valuationOf() refuses a payout between two price quanta, and a limit that is no decimal", () => {
  const broken = signedContract({ netting: "signed", payout: "1.00001" });
  throws(() => valuationOf(broken), InvariantError);
  throws(() => valuationOf(spotInstrument()).mostOf("1e5"), InvariantError);
});

type Held = readonly [currency: string, scale: number, units: number];

/** What 30 at a price of 250 holds back, by side, at a margin of 25 %. */
const RESERVES: readonly (readonly [Instrument, Side, Held | undefined])[] = [
  [spotInstrument(), "Buy", ["USDT", 6, 7_500]],
  [spotInstrument(), "Sell", ["BTC", 4, 30]],
  [linearInstrument(), "Buy", ["USDT", 6, 187_500]],
  [linearInstrument(), "Sell", ["USDT", 6, 187_500]],
  [inverseInstrument(), "Sell", ["BTC", 12, 30_000_000_000_000]],
  [token("YES"), "Buy", ["USD", 6, 7_500]],
  [token("YES"), "Sell", undefined],
  [signedContract({ netting: "signed" }), "Sell", ["USD", 6, 292_500]],
  [runner(0), "Buy", ["GBP", 4, 3_000]],
  [runner(0), "Sell", ["GBP", 4, 4_500]],
];
for (const [instrument, side, held] of RESERVES) {
  Deno.test(`reserveOf() of a ${side} of ${instrument.name} holds back ${held ?? "nothing"}`, () => {
    const reserve = reserveOf(instrument, side, 250_000);
    strictEqual(reserve?.currency, held?.[0]);
    strictEqual(reserve?.scale, held?.[1]);
    strictEqual(reserve?.unitsOf(px(250), qty(30)), held?.[2]);
  });
}

Deno.test("reserveOf() holds back of what a book offers below 0 as much as above it", () => {
  for (
    const instrument of [spotInstrument(), token("YES"), signedContract({ netting: "signed" })]
  ) {
    const reserve = reserveOf(instrument, "Buy", null);
    strictEqual(reserve?.unitsOf(px(-250), qty(30)), 7_500);
  }
});

Deno.test("reserveOf() holds nothing back of a derivative without a margin", () => {
  strictEqual(reserveOf(linearInstrument(), "Buy", null), undefined);
  strictEqual(reserveOf(inverseInstrument(), "Buy", null), undefined);
});

/** A margin's share of the multiplier keeps no zeros at its end, and no scale below 0. */
const SHARES: readonly (readonly [string, number, number, number])[] = [
  ["0.001", 1_000_000, 4, 7_500],
  ["10", 1_000_000, 1, 75_000],
  ["1", 125_000, 4, 937_500],
  ["1", 1, 7, 7_500],
];
for (const [multiplier, ppm, scale, units] of SHARES) {
  Deno.test(`reserveOf() counts a multiplier of ${multiplier} at ${ppm} ppm in 10^-${scale}`, () => {
    const contract = { kind: "linear", multiplier, settlement: "USDT" } as const;
    const reserve = reserveOf(linearInstrument({ contract }), "Buy", ppm);
    strictEqual(reserve?.scale, scale);
    strictEqual(reserve.unitsOf(px(250), qty(30)), units);
    strictEqual(reserve.unitsOf(px(-250), qty(30)), units);
  });
}

Deno.test("reserveOf() counts an inverse contract's decimals of price, quantity and multiplier", () => {
  const reserve = reserveOf(
    inverseInstrument({
      contract: { kind: "inverse", multiplier: "0.25", settlement: "BTC" },
      qtyRule: { scale: 2, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
    }),
    "Buy",
    500_000,
  );
  // 3 contracts × 0.25 × 50 % ÷ 25.0 = 0.015
  strictEqual(reserve?.unitsOf(px(250), qty(300)), 15_000_000_000);
});

Deno.test("reserveOf() rounds up what an inverse contract holds back, and takes no price below 1", () => {
  const reserve = reserveOf(inverseInstrument(), "Buy", 250_000);
  strictEqual(reserve?.unitsOf(px(70), qty(1)), 3_571_428_571_429);
  strictEqual(reserve.unitsOf(px(50), qty(1)), 5_000_000_000_000);
  strictEqual(reserve.unitsOf(px(-5), qty(1)), reserve.unitsOf(px(1), qty(1)));
});
