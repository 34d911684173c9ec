/**
 * What contracts are worth at entry and at a mark, without its sign, and in which decimals. Proves
 * R-CORE-5.
 * @module
 */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { Instrument, Side } from "../../../core/instrument.ts";
import { InvariantError } from "../../../core/invariant.ts";
import { Ledger } from "../../../core/ledger/mod.ts";
import { decimalOf } from "../../../core/ledger/money.ts";
import { QuotientValuation } from "../../../core/ledger/valuation.ts";
import { clientIndex, px, qty } from "../../../core/numbers.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";

const ALICE = clientIndex(0);

Deno.test("QuotientValuation.valueOf() counts the decimals of price, quantity and multiplier", () => {
  const instrument = inverseInstrument({
    qtyRule: { scale: 2, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
  });
  const valuation = new QuotientValuation(instrument, "0.25");
  // −(3 contracts × 0.25 ÷ 25.0) = −0.03
  const change = { quanta: 300, px: px(250) };
  strictEqual(decimalOf({ units: valuation.valueOf(change), scale: valuation.scale }), "-0.03");
  throws(() => valuation.valueOf({ quanta: 300, px: px(0) }), InvariantError);
});

/** What 2 contracts at 25.0 expose at entry, and at a mark of 20.0. */
const EXPOSED: readonly (readonly [Instrument, atEntry: string, atMark: string])[] = [
  [linearInstrument(), "0.05", "0.04"],
  [inverseInstrument(), "8", "10"],
];
for (const [instrument, atEntry, atMark] of EXPOSED) {
  for (const side of ["Buy", "Sell"] satisfies Side[]) {
    Deno.test(`Ledger.exposure() after a ${side} of ${instrument.name} is ${atEntry}, then ${atMark}`, () => {
      const ledger = new Ledger();
      ledger.book({
        venue: VENUE.id,
        client: ALICE,
        instrument,
        side,
        qty: qty(2),
        px: px(250),
        commission: "0",
        commissionCurrency: "USDT",
      });
      const at = { instrument: instrument.id, mark: px(200) };
      const exposure = ledger.exposure(ALICE, at);
      strictEqual(decimalOf(exposure.atEntry), atEntry);
      strictEqual(exposure.atMark === null ? null : decimalOf(exposure.atMark), atMark);
      strictEqual(ledger.exposure(ALICE, { ...at, mark: undefined }).atMark, null);
    });
  }
}

const NOTIONALS: readonly (readonly [Instrument, string])[] = [
  [spotInstrument(), "0.0005"],
  [linearInstrument(), "0.05"],
  [inverseInstrument(), "8"],
];
for (const [instrument, notional] of NOTIONALS) {
  Deno.test(`Ledger.accountingOf() of ${instrument.name} gives both sides a notional above 0`, () => {
    const accounting = new Ledger().accountingOf(instrument);
    const shown = [2, -2].map((quanta) =>
      decimalOf(accounting.notionalOf({ quanta, px: px(250) }))
    );
    deepStrictEqual(shown, [notional, notional]);
  });
}
