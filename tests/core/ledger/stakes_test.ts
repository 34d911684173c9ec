/**
 * What books can lose and sell, by class. Proves R-CORE-5 and R-CORE-7.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Instrument, Side } from "../../../core/instrument.ts";
import { Ledger } from "../../../core/ledger/mod.ts";
import { decimalOf } from "../../../core/ledger/money.ts";
import { NO_PROFITS } from "../../../core/ledger/outcomes.ts";
import {
  availableQuanta,
  betsHoldBack,
  NOTHING_OPEN,
  openProfits,
} from "../../../core/ledger/stakes.ts";
import { conditionPnl, worstLoss } from "../../support/ledger_views.ts";
import { clientIndex, px, qty, seqId } from "../../../core/numbers.ts";
import { runner, token } from "../../support/outcome_instruments.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";

const ALICE = clientIndex(0);
const [SPOT, YES, NO, RUNNER] = [spotInstrument(), token("YES"), token("NO"), runner(0)];

type Deal = readonly [Instrument, Side, quantity: number, price: number];

function ledgerWith(...deals: readonly Deal[]): Ledger {
  const ledger = new Ledger();
  for (const instrument of [YES, NO, RUNNER]) ledger.list(instrument);
  for (const [instrument, side, quantity, price] of deals) {
    ledger.book({
      venue: VENUE.id,
      client: ALICE,
      instrument,
      side,
      qty: qty(quantity),
      px: px(price),
      commission: "0",
      commissionCurrency: "USD",
      booked: seqId(1),
    });
  }
  return ledger;
}

Deno.test("openProfits() of a runner loses the stake or the liability, of spot nothing", () => {
  const ledger = ledgerWith();
  const order = { qty: qty(100), px: px(350) };
  deepStrictEqual(openProfits(ledger, RUNNER, { ...order, side: "Buy" }), {
    ifWon: 0n,
    ifLost: -10_000n,
  });
  deepStrictEqual(openProfits(ledger, RUNNER, { ...order, side: "Sell" }), {
    ifWon: -25_000n,
    ifLost: 0n,
  });
  deepStrictEqual(openProfits(ledger, SPOT, { ...order, side: "Buy" }), NO_PROFITS);
});

Deno.test("worstLoss() is 0 where nothing can be lost, and unknown without outcomes", () => {
  const of = { who: ALICE, openOf: NOTHING_OPEN } as const;
  const locked = ledgerWith([YES, "Buy", 100, 4_000], [NO, "Buy", 100, 5_000]);
  strictEqual(decimalOf(worstLoss(locked, YES, of) ?? { units: 1, scale: 0 }), "0");
  const open = ledgerWith([YES, "Buy", 100, 4_000]);
  strictEqual(decimalOf(worstLoss(open, YES, of) ?? { units: 1, scale: 0 }), "0.4");
  strictEqual(worstLoss(open, SPOT, of), undefined);
});

Deno.test("betsHoldBack() holds back what markets of the currency can lose, and no profit", () => {
  const of = { venue: VENUE.id, currency: "GBP" };
  strictEqual(decimalOf(betsHoldBack(ledgerWith(), of)), "0");
  const backed = ledgerWith([RUNNER, "Buy", 500, 300]);
  strictEqual(decimalOf(betsHoldBack(backed, of)), "5");
  strictEqual(decimalOf(betsHoldBack(backed, { ...of, currency: "EUR" })), "0");
  const green = ledgerWith([RUNNER, "Buy", 500, 300], [RUNNER, "Sell", 500, 200]);
  strictEqual(decimalOf(betsHoldBack(green, of)), "0");
});

Deno.test("availableQuanta() is what is held, never below 0", () => {
  const held = ledgerWith([SPOT, "Buy", 70, 100], [YES, "Buy", 30, 4_000]);
  strictEqual(availableQuanta(held, SPOT, ALICE), 70);
  strictEqual(availableQuanta(held, YES, "account"), 30);
  strictEqual(availableQuanta(held, NO, ALICE), 0);
  strictEqual(availableQuanta(ledgerWith([SPOT, "Sell", 70, 100]), SPOT, ALICE), 0);
});

Deno.test("conditionPnl() tells what is locked in once every outcome gains", () => {
  const ledger = ledgerWith([YES, "Buy", 100, 4_000], [NO, "Buy", 100, 5_000]);
  const { cost, maxLoss, lockedProfit, outcomes } = conditionPnl(ledger, YES, ALICE);
  deepStrictEqual([cost, maxLoss, lockedProfit], ["0.9", "0", "0.1"]);
  deepStrictEqual(outcomes.map(({ profit }) => profit), ["0.1", "0.1"]);
  const risky = conditionPnl(ledgerWith([YES, "Buy", 100, 4_000]), YES, ALICE);
  deepStrictEqual([risky.cost, risky.maxLoss, risky.lockedProfit], ["0.4", "0.4", "0"]);
});
