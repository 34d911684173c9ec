/**
 * The profit that losses are counted from is that of the rows of positions, to the last unit. Proves
 * R-CORE-7.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import type { Contract, Instrument } from "../../../core/instrument.ts";
import { Ledger } from "../../../core/ledger/ledger.ts";
import { amountOf, decimalOf, NOTHING, sum } from "../../../core/ledger/money.ts";
import { clientIndex, instrumentId, type Px, px, qty } from "../../../core/numbers.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";

const CONTRACTS: readonly (Contract | null)[] = [
  null,
  { kind: "linear", multiplier: "0.01", settlement: "USDT" },
  { kind: "inverse", multiplier: "100", settlement: "USDT" },
];

function instrument(at: number): Instrument {
  const contract = CONTRACTS[at] ?? null;
  return spotInstrument({
    id: instrumentId(at),
    name: `paper:${at}`,
    symbol: `${at}`,
    assetClass: contract?.kind ?? "spot",
    contract,
    ...(contract?.kind === "inverse" ? { base: "USDT" } : {}),
  });
}

const deal = fc.record({
  at: fc.nat({ max: CONTRACTS.length - 1 }),
  isBuy: fc.boolean(),
  qty: fc.integer({ min: 1, max: 1_000_000 }),
  px: fc.integer({ min: 1, max: 10_000_000 }),
});

Deno.test("Ledger.profit() is the sum of the rows, and unknown without a mark for what is open", () => {
  fc.assert(
    fc.property(
      fc.array(deal, { maxLength: 20 }),
      fc.option(fc.nat({ max: 1_000_000 })),
      (deals, mark) => {
        const ledger = new Ledger();
        for (const { at, isBuy, qty: quantity, px: price } of deals) {
          ledger.book({
            venue: VENUE.id,
            client: clientIndex(0),
            instrument: instrument(at),
            side: isBuy ? "Buy" : "Sell",
            qty: qty(quantity),
            px: px(price),
            commission: "0",
            commissionCurrency: "USDT",
          });
        }
        const markOf = (): Px | undefined => mark === null ? undefined : px(mark);
        let rows: ReturnType<Ledger["profit"]> = NOTHING;
        for (const row of ledger.positions(clientIndex(0), markOf)) {
          if (row.unrealisedPnl === null || rows === undefined) rows = undefined;
          else {
            rows = sum({ left: rows, right: amountOf(row.realisedPnl) });
            rows = sum({ left: rows, right: amountOf(row.unrealisedPnl) });
          }
        }
        const profit = ledger.profit(clientIndex(0), { venue: null, currency: "USDT", markOf });
        strictEqual(
          profit === undefined ? undefined : decimalOf(profit),
          rows === undefined ? undefined : decimalOf(rows),
        );
      },
    ),
    { numRuns: 200 },
  );
});
