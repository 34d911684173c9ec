/**
 * Stakes of one book on one runner at the edge of what is exact. Proves R-CORE-6.
 * @module
 */
import { doesNotThrow, strictEqual, throws } from "node:assert/strict";
import type { Side } from "../../../core/instrument.ts";
import { InvariantError } from "../../../core/invariant.ts";
import { type Bet, Bets } from "../../../core/ledger/betting_bets.ts";
import { px, qty } from "../../../core/numbers.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

function bet(side: Side, stake: number): Bet {
  return { side, px: px(300), qty: qty(stake), epoch: 0 };
}

for (const side of ["Buy", "Sell"] as const) {
  Deno.test(`Bets.check() lets a ${side} fill its side to the last quantum, whatever the other has`, () => {
    const bets = new Bets();
    bets.apply(bet(side, LARGEST - 10), (traded) => traded);
    bets.apply(bet(side === "Buy" ? "Sell" : "Buy", LARGEST), (traded) => traded);
    doesNotThrow(() => bets.check(bet(side, 10)));
    throws(() => bets.check(bet(side, 11)), InvariantError);
    throws(() => bets.apply(bet(side, 11), (traded) => traded), InvariantError);
  });

  Deno.test(`Bets.checkBooked() lets a ${side} be taken out that is there, and no more`, () => {
    const bets = new Bets();
    bets.apply(bet(side, 10), (traded) => traded);
    doesNotThrow(() => bets.checkBooked(bet(side, 10)));
    throws(() => bets.checkBooked(bet(side, 11)), InvariantError);
    throws(() => bets.checkBooked(bet(side === "Buy" ? "Sell" : "Buy", 1)), InvariantError);
    throws(() => bets.revoke(bet(side, 11), (traded) => traded), InvariantError);
    bets.revoke(bet(side, 10), (traded) => traded);
    strictEqual(bets.netQuanta, 0);
  });
}
