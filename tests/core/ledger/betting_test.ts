/**
 * Proves the accounting of a betting market (R-CORE-5, R-CORE-6): bets, removals, results, dead
 * heats, voids and second settlements against a naive twin, a list of bets computed anew; the
 * account is its sub-books and external to the last unit.
 * @module
 */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { fromUnits, toUnits } from "../../../core/decimal.ts";
import type { Side } from "../../../core/instrument.ts";
import { InvariantError } from "../../../core/invariant.ts";
import type { Removal } from "../../../core/ledger/betting_reduction.ts";
import type { MarketResult } from "../../../core/ledger/betting_result.ts";
import { Ledger, type LedgerExecution } from "../../../core/ledger/mod.ts";
import { amountOf, decimalOf } from "../../../core/ledger/money.ts";
import {
  betsHoldBack,
  isWorstKept,
  NOTHING_OPEN,
  openProfits,
} from "../../../core/ledger/stakes.ts";
import { worstLoss } from "../../support/ledger_views.ts";
import { instrumentId, px, qty, seqId } from "../../../core/numbers.ts";
import { runner } from "../../support/outcome_instruments.ts";
import { A, ALICE, B, Bench, BOB, C, tied, VENUE, won } from "../../support/betting_bench.ts";

const SETTLED = [
  ["a back that wins pays commission", "Buy", won(A), "19"],
  ["a back that loses pays none", "Buy", won(B), "-10"],
  ["a lay that wins", "Sell", won(B), "9.5"],
  ["a lay that loses pays its liability", "Sell", won(A), "-20"],
  ["a dead heat of two for one place", "Buy", tied(1, 2), "4.75"],
  ["a dead heat of three for one place, laid", "Sell", tied(1, 3), "0"],
  ["a dead heat of three for two places", "Buy", tied(2, 3), "9.5"],
  ["a void runner", "Buy", { winners: [], voided: [A], isVoid: false }, "0"],
  ["a void market", "Buy", { ...won(A), isVoid: true }, "0"],
] as const;
for (const [what, side, result, expected] of SETTLED) {
  Deno.test(`settleMarket() posts ${expected} for ${what}`, () => {
    const bench = new Bench();
    bench.ledger.book(bench.bet({ side }));
    strictEqual(bench.cash("account"), "0");
    bench.settle(result);
    deepStrictEqual(bench.cashes, [expected, "0", expected, "0"]);
  });
}

Deno.test("settleMarket() charges each client for its own winnings, external the rest", () => {
  const bench = new Bench();
  bench.ledger.book(bench.bet({ client: ALICE }));
  bench.ledger.book(bench.bet({ client: BOB, side: "Sell", qty: qty(500) }));
  bench.settle(won(A));
  // The account wins 10 and pays 0.5; Alice wins 20 and pays 1, so that external gains 0.5.
  deepStrictEqual(bench.cashes, ["9.5", "0.5", "19", "-10"]);
});

Deno.test("settleMarket() takes the discount from the rate and rounds half-even", () => {
  const bench = new Bench({ commissionPpm: 60_000, discountPpm: 250_000 });
  bench.ledger.book(bench.bet({ px: px(201) }));
  bench.settle(won(A)); // 10.1 × 6 % × 0.75 = 0.4545
  strictEqual(bench.cash(ALICE), "9.65");
});

Deno.test("settleMarket() gives the account the venue's figure and external what differs", () => {
  const bench = new Bench();
  bench.ledger.book(bench.bet({}));
  bench.settle(won(A), "18.99");
  deepStrictEqual(bench.cashes, ["18.99", "-0.01", "19", "0"]);
  strictEqual(decimalOf(bench.adjustment), "-0.01");
  bench.settle(won(B));
  deepStrictEqual(bench.cashes, ["-10", "0", "-10", "0"]);
});

Deno.test("Ledger.book() and reverse() after settlement post what they change of it", () => {
  const bench = new Bench();
  bench.ledger.book(bench.bet({}));
  bench.settle(won(A));
  bench.ledger.book(bench.bet({ booked: seqId(5) }));
  deepStrictEqual(bench.cashes, ["38", "0", "38", "0"]);
  bench.ledger.reverse(bench.bet({}));
  bench.ledger.reverse(bench.bet({ booked: seqId(5) }));
  bench.check();
  deepStrictEqual(bench.cashes, ["0", "0", "0", "0"]);
});

Deno.test("removeRunner() voids the runner's bets and lowers the price of the others", () => {
  const bench = new Bench();
  const first = bench.bet({ px: px(1200), qty: qty(200) });
  bench.ledger.book(first);
  bench.ledger.book(bench.bet({ on: B }));
  bench.remove({ runner: B, reductionPpm: 211_000, basis: "price", seqId: seqId(2) });
  strictEqual(bench.averagePx(A), "9.47");
  bench.ledger.book({ ...first, booked: seqId(3) });
  strictEqual(bench.averagePx(A), "10.735");
  strictEqual(bench.worst(ALICE), "4");
  bench.ledger.reverse(first);
  strictEqual(bench.averagePx(A), "12");
  throws(() => bench.ledger.reverse(first), InvariantError);
  bench.check();
});

Deno.test("removeRunner() of a removed runner replaces its factor", () => {
  const bench = new Bench();
  bench.ledger.book(bench.bet({ px: px(1000) }));
  bench.remove({ runner: B, reductionPpm: 100_000, basis: "price", seqId: seqId(2) });
  bench.remove({ runner: B, reductionPpm: 200_000, basis: "price", seqId: seqId(3) });
  strictEqual(bench.averagePx(A), "8");
});

Deno.test("removeRunner() after settlement posts what it changes of it", () => {
  const bench = new Bench();
  bench.ledger.book(bench.bet({}));
  bench.settle(won(A));
  bench.remove({ runner: B, reductionPpm: 100_000, basis: "price", seqId: seqId(2) });
  strictEqual(bench.cash(ALICE), "16.15"); // 10 at 2.7, less 5 %
  bench.remove({ runner: A, reductionPpm: 0, basis: "price", seqId: seqId(3) });
  strictEqual(bench.cash(ALICE), "0");
});

Deno.test("worstLoss() needs a winner among the runners when all are listed", () => {
  const back = { px: px(500), qty: qty(100) };
  const [all, some] = [new Bench(), new Bench({ runners: 5 })];
  for (const bench of [all, some]) {
    for (const on of [A, B, C, instrumentId(3)]) bench.ledger.book(bench.bet({ on, ...back }));
  }
  strictEqual(all.worst(ALICE), "0"); // 5 back, 4 staked
  strictEqual(some.worst(ALICE), "4");
  strictEqual(some.worst(BOB), "0");
});

Deno.test("worstLoss() needs a winner among those that are left when the others are removed", () => {
  const bench = new Bench();
  for (const on of [A, B, C]) bench.ledger.book(bench.bet({ on, px: px(400), qty: qty(100) }));
  strictEqual(bench.worst(ALICE), "3"); // the fourth may win
  const removal = { reductionPpm: 0, basis: "price", seqId: seqId(2) } as const;
  bench.remove({ ...removal, runner: instrumentId(3) });
  strictEqual(bench.worst(ALICE), "0");
});

Deno.test("worstLoss() counts open orders where they hurt", () => {
  const bench = new Bench();
  bench.ledger.book(bench.bet({ side: "Sell", px: px(400), qty: qty(100) })); // −3 on A, else +1
  const open = openProfits(bench.ledger, bench.runner(B), {
    side: "Buy",
    px: px(300),
    qty: qty(200),
  });
  const loss = worstLoss(bench.ledger, bench.runner(A), {
    who: ALICE,
    openOf: (id) => id === B ? open : NOTHING_OPEN(id),
  });
  strictEqual(decimalOf(loss ?? amountOf("0")), "5");
});

const REDUCING = [
  ["a lay that trades out of a back", "Sell", 300, 1000, true],
  ["a lay above the back's price that still loses less", "Sell", 400, 1000, true],
  ["a lay that would lose more than the back", "Sell", 300, 2000, false],
  ["another back", "Buy", 300, 1, false],
] as const;
for (const [what, side, price, quantity, expected] of REDUCING) {
  Deno.test(`isWorstKept() is ${expected} for ${what}`, () => {
    const bench = new Bench();
    bench.ledger.book(bench.bet({})); // wins 20 or loses 10
    const order = { side, px: px(price), qty: qty(quantity) };
    const open = openProfits(bench.ledger, bench.runner(A), order);
    const openOf = (id: typeof A): typeof open => id === A ? open : NOTHING_OPEN(id);
    strictEqual(isWorstKept(bench.ledger, bench.runner(A), { who: ALICE, openOf }), expected);
  });
}

Deno.test("betsHoldBack() adds up the worst losses of the account until there are results", () => {
  const bench = new Bench();
  const other = runner(7, { market: "1.2" });
  bench.ledger.list(other);
  const held = (currency: string): string =>
    decimalOf(betsHoldBack(bench.ledger, { venue: VENUE, currency }));
  bench.ledger.book(bench.bet({}));
  bench.ledger.book({
    ...bench.bet({ side: "Sell", px: px(450), client: BOB }),
    instrument: other,
  });
  strictEqual(held("GBP"), "45");
  strictEqual(held("EUR"), "0");
  bench.settle(won(A));
  strictEqual(held("GBP"), "35");
});

Deno.test("Ledger.positions() shows net stake, average price and what trading out locks in", () => {
  const bench = new Bench();
  bench.ledger.book(bench.bet({ px: px(400), qty: qty(1000) }));
  bench.ledger.book(bench.bet({ px: px(300), qty: qty(500), side: "Sell" }));
  const rows = (): unknown => bench.ledger.positions(ALICE, () => px(200))[0];
  deepStrictEqual(rows(), {
    instrument: A,
    scope: "client",
    qty: "5",
    avgPx: "4",
    realisedPnl: "0",
    unrealisedPnl: "7.5", // (40 − 15) ÷ 2 − 5
    currency: "GBP",
  });
  strictEqual(bench.ledger.positionQuanta(ALICE, A), 500);
  bench.settle(tied(1, 3));
  deepStrictEqual(rows(), {
    instrument: A,
    scope: "client",
    qty: "0",
    avgPx: null,
    realisedPnl: "3.333333333333",
    unrealisedPnl: "0",
    currency: "GBP",
  });
  strictEqual(bench.ledger.positionQuanta(ALICE, A), 0);
  strictEqual(bench.cash(ALICE), "3.16"); // 3.33 less 0.17
});

Deno.test("Ledger.positions() shows a flat runner as 0 without a mark, an open one as unknown", () => {
  const bench = new Bench();
  const at = (mark?: number): string | null | undefined =>
    bench.ledger.positions(ALICE, () => mark === undefined ? undefined : px(mark))[0]
      ?.unrealisedPnl;
  bench.ledger.book(bench.bet({}));
  strictEqual(at(), null);
  strictEqual(at(0), null);
  bench.ledger.book(bench.bet({ side: "Sell", px: px(250) })); // stakes cancel, 5 is left if A wins
  strictEqual(at(), null);
  strictEqual(at(500), "1");
  bench.ledger.reverse(bench.bet({ side: "Sell", px: px(250) }));
  bench.ledger.book(bench.bet({ side: "Sell" }));
  strictEqual(at(), "0");
});

Deno.test("Ledger.positions() shows the share of a dead heat for several places", () => {
  const bench = new Bench();
  bench.ledger.book(bench.bet({}));
  bench.settle(tied(2, 3));
  strictEqual(bench.ledger.positions(ALICE, () => undefined)[0]?.realisedPnl, "10");
});

Deno.test("Ledger.exposure() of a runner is what can be lost on it alone, until its result", () => {
  const bench = new Bench();
  const lost = (): string => {
    const of = { instrument: A, mark: undefined };
    return decimalOf(bench.ledger.exposure(ALICE, of).atEntry);
  };
  bench.ledger.book(bench.bet({}));
  strictEqual(lost(), "10");
  bench.ledger.book(bench.bet({ side: "Sell", px: px(400), qty: qty(1500) }));
  strictEqual(lost(), "25");
  bench.ledger.book(bench.bet({ px: px(400), qty: qty(500) }));
  strictEqual(lost(), "10");
  bench.ledger.book(bench.bet({ px: px(1100), qty: qty(1000) }));
  strictEqual(lost(), "10");
  bench.ledger.book(bench.bet({ side: "Sell", px: px(200), qty: qty(1000) }));
  strictEqual(lost(), "0"); // nothing is lost either way
  bench.settle(won(A));
  strictEqual(lost(), "0");
});

Deno.test("Ledger.tags() shows net stake, and no P&L of what is settled by market", () => {
  const bench = new Bench();
  bench.ledger.book(bench.bet({ tag: "t" }));
  bench.ledger.book(bench.bet({ tag: "t", side: "Sell", qty: qty(400) }));
  const [row] = bench.ledger.tags(ALICE, () => px(300));
  deepStrictEqual(row?.instruments, [{ instrument: A, qty: "6", pnl: null, currency: "GBP" }]);
});

const NOTIONALS = [[1000, "10"], [-1000, "25"]] as const;
for (const [quanta, expected] of NOTIONALS) {
  Deno.test(`BettingAccounting.notionalOf() is the liability: ${expected} of ${quanta} at 3.5`, () => {
    const bench = new Bench();
    const accounting = bench.ledger.accountingOf(bench.runner(A));
    strictEqual(decimalOf(accounting.notionalOf({ quanta, px: px(350) })), expected);
  });
}

Deno.test("Ledger.checkpoint() does not depend on the order of bets", () => {
  const [left, right] = [new Bench(), new Bench()];
  const bets = [300, 250, 900, 101].map((price) => left.bet({ px: px(price) }));
  for (const bet of bets) left.ledger.book(bet);
  for (const bet of bets.toReversed()) right.ledger.book(bet);
  deepStrictEqual(left.ledger.checkpoint(), right.ledger.checkpoint());
});

Deno.test("Ledger.list() lets the only runner of a market change its terms", () => {
  const { ledger } = new Bench();
  const alone = runner(7, { market: "1.2" });
  strictEqual(ledger.list(alone), undefined);
  strictEqual(ledger.list(runner(7, { market: "1.2", currency: "EUR" })), undefined);
  strictEqual(ledger.pools.market(alone).currency, "EUR");
});

const STRANGERS = [
  [{ currency: "EUR" }, {}, "contract currency must be the market's GBP: was EUR"],
  [{ winners: 2 }, {}, "contract winners must be the market's 1: was 2"],
  [{}, { priceRule: { scale: 3, ticks: [] } }, "price scale must be the market's 2: was 3"],
] as const;
for (const [terms, changes, sentence] of STRANGERS) {
  Deno.test(`Ledger.list() refuses a runner: ${sentence}`, () => {
    const bench = new Bench();
    const problem = bench.ledger.list({ ...runner(7, terms), ...changes });
    strictEqual(problem, `Cannot list paper:runner-7: ${sentence}`);
  });
}

Deno.test("Ledger.book() throws and changes nothing for a bet beyond 2^53 quanta", () => {
  const bench = new Bench();
  const most = { qty: qty(Number.MAX_SAFE_INTEGER), px: px(100_000) };
  bench.ledger.book(bench.bet(most));
  throws(() => bench.ledger.book(bench.bet({ qty: qty(1), client: BOB })), InvariantError);
  strictEqual(bench.ledger.positionQuanta(BOB, A), 0);
  bench.settle(won(B));
  strictEqual(bench.cash(ALICE), "-90071992547409.91");
  bench.settle(won(A)); // 999 times the stake, less 5 %
  strictEqual(bench.cash(ALICE), "85482824527119375.09");
  bench.ledger.reverse(bench.bet(most));
  deepStrictEqual(bench.cashes, ["0", "0", "0", "0"]);
  bench.check();
});

/** The twin: every bet that stands, and all else computed anew from the list. */
class Twin {
  readonly bets: { readonly bet: LedgerExecution; price: number }[] = [];
  readonly removed = new Map<number, Removal>();
  result: MarketResult | null = null;
  stated: string | null = null;

  remove(removal: Removal): void {
    this.removed.set(removal.runner, removal);
    for (const each of this.bets) each.price = lowered(each.price, removal);
  }

  /** Cash of a book, pence. */
  cash(book: typeof ALICE | "account"): bigint {
    if (this.result === null) return 0n;
    if (book === "account" && this.stated !== null) return toUnits(this.stated, 2) ?? 0n;
    let cents = 0n;
    const tied = 60n; // a multiple of 1 to 6
    for (const { bet, price } of this.bets) {
      if (book !== "account" && bet.client !== book) continue;
      const share = this.#share(bet.instrument.id);
      if (share === undefined) continue;
      const stake = BigInt(bet.qty);
      const profit = stake * BigInt(price) * BigInt(share * 60) - stake * 100n * tied;
      cents += bet.side === "Buy" ? profit : -profit;
    }
    const winnings = halfEven(cents, 100n * tied);
    const commission = winnings > 0n ? halfEven(winnings * 50_000n, 1_000_000n) : 0n;
    return winnings - commission;
  }

  #share(runner: number): number | undefined {
    if (this.removed.has(runner) || this.result?.isVoid === true) return undefined;
    if (this.result?.voided.some((each) => each === runner) === true) return undefined;
    const placed = this.result?.winners.find((each) => each.instrument === runner);
    return placed === undefined ? 0 : placed.places / placed.tied;
  }
}

function lowered(price: number, { reductionPpm, basis }: Removal): number {
  if (basis === "price" && reductionPpm < 25_000) return price;
  const fixed = basis === "price" ? 0 : 100;
  const exact = BigInt(price - fixed) * BigInt(1_000_000 - reductionPpm);
  return Math.max(101, fixed + Number(halfEven(exact, 1_000_000n)));
}

function halfEven(numerator: bigint, denominator: bigint): bigint {
  const floor = (numerator - ((numerator % denominator) + denominator) % denominator) / denominator;
  const rest = (numerator - floor * denominator) * 2n;
  if (rest < denominator) return floor;
  return rest > denominator || floor % 2n !== 0n ? floor + 1n : floor;
}

const anyBet = fc.record({
  kind: fc.constant("bet" as const),
  client: fc.constantFrom(ALICE, BOB, null),
  on: fc.constantFrom(A, B, C, instrumentId(3)),
  side: fc.constantFrom<Side>("Buy", "Sell"),
  px: fc.constantFrom(101, 150, 200, 247, 1200, 100_000).map(px),
  qty: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constant(1_000_000_000_000)).map(qty),
});
const anyVoid = fc.record({ kind: fc.constant("void" as const), rank: fc.nat() });
const anyRemoval = fc.record({
  kind: fc.constant("removal" as const),
  runner: fc.constantFrom(B, C),
  reductionPpm: fc.constantFrom(0, 10_000, 24_999, 25_000, 211_000, 250_000, 999_999),
  basis: fc.constantFrom("price" as const, "winnings" as const),
});
const anyResult = fc.record({
  kind: fc.constant("result" as const),
  result: fc.record({
    winners: fc.subarray([A, B, C], { maxLength: 2 }).chain((runners) =>
      fc.constantFrom(1, 2, 3, 4).map((tied) =>
        runners.map((instrument) => ({ instrument, places: 1, tied }))
      )
    ),
    voided: fc.constantFrom([], [instrumentId(3)]),
    isVoid: fc.nat(3).map((drawn) => drawn === 3),
  }),
  stated: fc.constantFrom(null, "0", "12.5", "-30000000000.01"),
});
const anyRestart = fc.record({ kind: fc.constant("restart" as const) });
const commands = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: anyBet },
    { weight: 3, arbitrary: anyVoid },
    anyRemoval,
    anyRestart,
    { weight: 2, arbitrary: anyResult },
  ),
  { maxLength: 40, size: "max" },
);
type Command = typeof commands extends fc.Arbitrary<(infer One)[]> ? One : never;

Deno.test("Ledger agrees with a list of bets computed anew, after every command", () => {
  fc.assert(
    fc.property(commands, (drawn) => {
      let bench = new Bench();
      const twin = new Twin();
      for (const [at, command] of drawn.entries()) {
        if (command.kind === "restart") bench = restarted(bench);
        else run(bench, twin, { command, seq: at + 1 });
        bench.check();
        for (const book of ["account", ALICE, BOB] as const) {
          strictEqual(bench.cash(book), fromUnits(twin.cash(book), 2));
        }
      }
    }),
    { numRuns: 1000 },
  );
});

/** The same, from its checkpoint. */
function restarted(bench: Bench): Bench {
  const made = new Bench();
  const saved = bench.ledger.checkpoint();
  const restored = Ledger.restore(JSON.parse(JSON.stringify(saved)), bench.runners);
  deepStrictEqual(restored.checkpoint(), saved);
  return Object.assign(made, { ledger: restored, runners: bench.runners });
}

function run(
  bench: Bench,
  twin: Twin,
  of: { readonly command: Exclude<Command, { kind: "restart" }>; readonly seq: number },
): void {
  const { command, seq } = of;
  switch (command.kind) {
    case "bet": {
      const { kind: _, ...drawn } = command;
      const bet = bench.bet({ ...drawn, booked: seqId(seq) });
      twin.bets.push({ bet, price: bet.px });
      return bench.ledger.book(bet);
    }
    case "void": {
      if (twin.bets.length === 0) return;
      const [gone] = twin.bets.splice(command.rank % twin.bets.length, 1);
      if (gone !== undefined) bench.ledger.reverse(gone.bet);
      return;
    }
    case "removal": {
      if (twin.removed.has(command.runner)) return;
      const { kind: _, ...drawn } = command;
      const removal = { ...drawn, seqId: seqId(seq) };
      twin.remove(removal);
      return bench.remove(removal);
    }
    case "result":
      twin.result = command.result;
      twin.stated = command.stated;
      return bench.settle(command.result, command.stated);
  }
}

Deno.test("BettingAccounting.valueOf() is stake × odds, and notionalOf() what can be lost", () => {
  const bench = new Bench();
  const accounting = bench.ledger.accountingOf(bench.runner(A));
  const [back, lay] = [{ quanta: 1000, px: px(350) }, { quanta: -1000, px: px(350) }];
  deepStrictEqual(accounting.valueOf(back), { units: 350_000, scale: 4 });
  strictEqual(decimalOf(accounting.notionalOf(back)), "10");
  strictEqual(decimalOf(accounting.notionalOf(lay)), "25");
});
