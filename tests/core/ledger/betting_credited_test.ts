/**
 * Proves that an account has what the venue credited for a market (R-CORE-5, R-CORE-6), whatever is
 * told before or after: bets, voids, removals, another result, a restart.
 * @module
 */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { InvariantError } from "../../../core/invariant.ts";
import { Ledger } from "../../../core/ledger/mod.ts";
import { qty, seqId } from "../../../core/numbers.ts";
import { A, B, Bench, BOB, won } from "../../support/betting_bench.ts";

for (const first of ["the bets", "the result"] as const) {
  Deno.test(`settleMarket() gives the account just what the venue credited if ${first} came first`, () => {
    const bench = new Bench();
    const bets = (): void => {
      bench.ledger.book(bench.bet({}));
      bench.ledger.book(bench.bet({ client: null, side: "Sell", qty: qty(100) }));
    };
    if (first === "the bets") bets();
    bench.settle(won(A), "17.1");
    if (first === "the result") bets();
    bench.check();
    deepStrictEqual(bench.cashes, ["17.1", "-1.9", "19", "0"]);
    bench.ledger.reverse(bench.bet({}));
    bench.check();
    deepStrictEqual(bench.cashes, ["17.1", "17.1", "0", "0"]);
  });
}

Deno.test("removeRunner() after settlement changes nothing of what the venue credited", () => {
  const bench = new Bench();
  bench.ledger.book(bench.bet({}));
  bench.settle(won(A), "19");
  bench.remove({ runner: B, reductionPpm: 100_000, basis: "price", seqId: seqId(2) });
  deepStrictEqual(bench.cashes, ["19", "2.85", "16.15", "0"]);
  bench.settle(won(A), "16.2");
  deepStrictEqual(bench.cashes, ["16.2", "0.05", "16.15", "0"]);
  bench.settle({ ...won(), isVoid: true });
  deepStrictEqual(bench.cashes, ["0", "0", "0", "0"]);
});

Deno.test("Ledger.book() beyond 2^53 quanta changes nothing of what the venue credited", () => {
  const bench = new Bench();
  bench.settle(won(A), "19");
  bench.ledger.book(bench.bet({ qty: qty(Number.MAX_SAFE_INTEGER) }));
  const before = bench.cashes;
  strictEqual(before[0], "19");
  throws(() => bench.ledger.book(bench.bet({ qty: qty(1) })), InvariantError);
  deepStrictEqual(bench.cashes, before);
  bench.check();
});

Deno.test("Ledger.restore() takes a figure that is not said for what the account has of it", () => {
  const bench = new Bench();
  bench.ledger.book(bench.bet({}));
  bench.settle(won(A), "18");
  const saved = JSON.parse(JSON.stringify(bench.ledger.checkpoint()));
  const [{ pools: [market] }] = saved.pools.markets;
  delete market.stated;
  market.adjustment = "-1";
  const ledger = Ledger.restore(saved, bench.runners);
  const restored = Object.assign(new Bench(), { ledger });
  restored.ledger.book(restored.bet({ client: BOB }));
  restored.check();
  deepStrictEqual(restored.cashes, ["18", "-20", "19", "19"]);
});
