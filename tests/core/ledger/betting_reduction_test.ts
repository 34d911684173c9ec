/**
 * Proves the reduction of matched prices when a runner is removed (R-CORE-6).
 * @module
 */
import { strictEqual } from "node:assert/strict";
import type { ReductionBasis } from "../../../core/event.ts";
import { epochOf, reducedPx, type Removal } from "../../../core/ledger/betting_reduction.ts";
import { instrumentId, px, seqId } from "../../../core/numbers.ts";

function removal(
  reductionPpm: number,
  of: { readonly basis?: ReductionBasis; readonly seq?: number } = {},
): Removal {
  const { basis = "price", seq = 10 } = of;
  return { runner: instrumentId(9), reductionPpm, basis, seqId: seqId(seq) };
}

const ROWS = [
  [1200, [removal(211_000)], 947, "12 falls to 9.47 by 21.1 %"],
  [800, [removal(250_000, { basis: "winnings" })], 625, "8 falls to 6.25 where winnings fall"],
  [800, [removal(250_000)], 600, "8 falls to 6 where the price falls"],
  [1200, [removal(24_999)], 1200, "below 2.5 % a price stays"],
  [1200, [removal(25_000)], 1170, "at 2.5 % a price falls"],
  [1200, [removal(10_000, { basis: "winnings" })], 1189, "winnings fall by any factor"],
  [150, [removal(250_000)], 112, "a tie goes to the even neighbour: 1.125"],
  [250, [removal(250_000)], 188, "a tie goes to the even neighbour: 1.875"],
  [110, [removal(500_000)], 101, "no price falls to 1 or below"],
  [101, [removal(900_000, { basis: "winnings" })], 101, "nor where winnings fall"],
  [1200, [removal(211_000), removal(100_000, { seq: 20 })], 852, "each removal rounds: 8.523"],
  [1200, [], 1200, "nothing removed"],
] as const;
for (const [traded, removals, expected, why] of ROWS) {
  Deno.test(`reducedPx() gives ${expected} for ${traded}: ${why}`, () => {
    const price = reducedPx(px(traded), { removals, epoch: 0, priceScale: 2 });
    strictEqual(price, expected);
  });
}

Deno.test("reducedPx() applies only the removals from the bet's epoch on", () => {
  const removals = [removal(211_000), removal(100_000, { seq: 20 })];
  strictEqual(reducedPx(px(1000), { removals, epoch: 1, priceScale: 2 }), 900);
  strictEqual(reducedPx(px(1000), { removals, epoch: 2, priceScale: 2 }), 1000);
});

for (const [booked, expected] of [[9, 0], [11, 1], [19, 1], [21, 2]] as const) {
  Deno.test(`epochOf() is ${expected} for a bet booked at ${booked}, removals at 10 and 20`, () => {
    const removals = [removal(1), removal(1, { seq: 20 })];
    strictEqual(epochOf(removals, seqId(booked)), expected);
  });
}
