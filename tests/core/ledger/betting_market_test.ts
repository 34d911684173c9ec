/**
 * Proves the accounting of a betting market (R-CORE-5, R-CORE-6): bets, removals, results, dead
 * heats, voids and second settlements against a naive twin, a list of bets computed anew; the
 * account is its sub-books and external to the last unit.
 * @module
 */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Side } from "../../../core/instrument.ts";
import { InvariantError } from "../../../core/invariant.ts";
import { BettingMarket, type MatchedBet } from "../../../core/ledger/betting_market.ts";
import type { MarketResult, PlacedRunner } from "../../../core/ledger/betting_result.ts";
import type { Removal } from "../../../core/ledger/betting_reduction.ts";
import { amountOf, decimalOf, sum } from "../../../core/ledger/money.ts";
import { NO_PROFITS } from "../../../core/ledger/outcomes.ts";
import type { CashMove, Scope } from "../../../core/ledger/pool.ts";
import { clientIndex, instrumentId, px, qty, seqId } from "../../../core/numbers.ts";

const [ALICE, BOB] = [clientIndex(0), clientIndex(1)];
const RUNNERS = [0, 1, 2, 3].map(instrumentId);
const [A, B, C] = [instrumentId(0), instrumentId(1), instrumentId(2)];
const TERMS = {
  market: "1.1",
  currency: "GBP",
  commissionPpm: 50_000,
  discountPpm: 0,
  winners: 1,
  runners: 4,
  priceScale: 2,
  qtyScale: 2,
};

function market(terms: Partial<typeof TERMS> = {}): BettingMarket {
  const made = new BettingMarket({ ...TERMS, ...terms });
  for (const runner of RUNNERS) made.list(runner);
  return made;
}

function bet(of: Partial<MatchedBet>): MatchedBet {
  return {
    instrument: A,
    owner: ALICE,
    side: "Buy",
    px: px(300),
    qty: qty(1000),
    booked: seqId(1),
    ...of,
  };
}

function won(...winners: readonly PlacedRunner["instrument"][]): MarketResult {
  const placed = winners.map((instrument) => ({ instrument, places: 1, tied: 1 }));
  return { winners: placed, voided: [], isVoid: false };
}

function readable(moves: readonly CashMove[]): unknown {
  return moves.map(({ scope, amount }) => [scope, decimalOf(amount)]);
}

const SETTLED = [
  ["a back that wins pays commission", [bet({})], won(A), "19", "19"],
  ["a back that loses pays none", [bet({})], won(B), "-10", "-10"],
  ["a lay that wins", [bet({ side: "Sell" })], won(B), "9.5", "9.5"],
  ["a lay that loses pays its liability", [bet({ side: "Sell" })], won(A), "-20", "-20"],
  [
    "a dead heat of two for one place",
    [bet({})],
    { winners: [{ instrument: A, places: 1, tied: 2 }], voided: [], isVoid: false },
    "4.75",
    "4.75",
  ],
  [
    "a dead heat of three, laid",
    [bet({ side: "Sell" })],
    { winners: [{ instrument: A, places: 1, tied: 3 }], voided: [], isVoid: false },
    "0",
    "0",
  ],
  ["a void runner", [bet({})], { winners: [], voided: [A], isVoid: false }, "0", "0"],
  ["a void market", [bet({})], { ...won(A), isVoid: true }, "0", "0"],
] as const;
for (const [what, bets, result, account, alice] of SETTLED) {
  Deno.test(`BettingMarket.settle() posts ${account} for ${what}`, () => {
    const made = market();
    for (const each of bets) deepStrictEqual(made.book(each), []);
    const moves = made.settle({ result, amount: null });
    const expected = [["account", account], [ALICE, alice]].filter((row) => row[1] !== "0");
    deepStrictEqual(readable(moves), expected);
    made.assertConserved();
  });
}

Deno.test("BettingMarket.settle() charges each client for its own winnings, external the rest", () => {
  const made = market();
  made.book(bet({ owner: ALICE, side: "Buy" }));
  made.book(bet({ owner: BOB, side: "Sell", qty: qty(500) }));
  const moves = made.settle({ result: won(A), amount: null });
  // The account wins 10 and pays 0.5; Alice wins 20 and pays 1, so that external gains 0.5.
  deepStrictEqual(readable(moves), [
    ["account", "9.5"],
    ["external", "0.5"],
    [ALICE, "19"],
    [BOB, "-10"],
  ]);
});

Deno.test("BettingMarket.settle() takes the discount from the rate and rounds half-even", () => {
  const made = market({ commissionPpm: 60_000, discountPpm: 250_000 });
  made.book(bet({ px: px(201), qty: qty(1000) }));
  // 10.1 × 6 % × 0.75 = 0.4545
  deepStrictEqual(readable(made.settle({ result: won(A), amount: null })), [
    ["account", "9.65"],
    [ALICE, "9.65"],
  ]);
});

Deno.test("BettingMarket.settle() gives the account the venue's figure and external what differs", () => {
  const made = market();
  made.book(bet({}));
  deepStrictEqual(readable(made.settle({ result: won(A), amount: amountOf("18.99") })), [
    ["account", "18.99"],
    ["external", "-0.01"],
    [ALICE, "19"],
  ]);
  strictEqual(decimalOf(made.adjustment), "-0.01");
});

Deno.test("BettingMarket.settle() takes back an earlier settlement before the new one", () => {
  const made = market();
  made.book(bet({}));
  made.settle({ result: won(A), amount: amountOf("18.99") });
  deepStrictEqual(readable(made.settle({ result: won(B), amount: null })), [
    ["account", "-28.99"],
    ["external", "0.01"],
    [ALICE, "-29"],
  ]);
});

Deno.test("BettingMarket.book() and revoke() after settlement post what they change of it", () => {
  const made = market();
  made.book(bet({}));
  made.settle({ result: won(A), amount: null });
  deepStrictEqual(readable(made.book(bet({ booked: seqId(5) }))), [["account", "19"], [
    ALICE,
    "19",
  ]]);
  deepStrictEqual(readable(made.revoke(bet({}))), [["account", "-19"], [ALICE, "-19"]]);
  deepStrictEqual(readable(made.revoke(bet({ booked: seqId(5) }))), [
    ["account", "-19"],
    [ALICE, "-19"],
  ]);
});

Deno.test("BettingMarket.remove() voids the runner's bets and lowers the price of the others", () => {
  const made = market();
  made.book(bet({ instrument: A, px: px(1200), qty: qty(200) }));
  made.book(bet({ instrument: B }));
  made.remove({ runner: B, reductionPpm: 211_000, basis: "price", seqId: seqId(2) });
  strictEqual(made.bets(ALICE, A)?.averagePx(2), "9.47");
  made.book(bet({ instrument: A, px: px(1200), qty: qty(200), booked: seqId(3) }));
  strictEqual(made.bets(ALICE, A)?.averagePx(2), "10.735");
  strictEqual(made.worstProfit(ALICE, () => NO_PROFITS), -40_000n);
  made.revoke(bet({ instrument: A, px: px(1200), qty: qty(200), booked: seqId(1) }));
  strictEqual(made.bets(ALICE, A)?.averagePx(2), "12");
  throws(() => made.revoke(bet({ instrument: A, px: px(1200), qty: qty(200) })), InvariantError);
  made.assertConserved();
});

Deno.test("BettingMarket.remove() of a removed runner replaces its factor", () => {
  const made = market();
  made.book(bet({ instrument: A, px: px(1000) }));
  made.remove({ runner: B, reductionPpm: 100_000, basis: "price", seqId: seqId(2) });
  made.remove({ runner: B, reductionPpm: 200_000, basis: "price", seqId: seqId(3) });
  strictEqual(made.bets(ALICE, A)?.averagePx(2), "8");
});

Deno.test("BettingMarket.worstProfit() needs a winner among the runners when all are listed", () => {
  const made = market();
  for (const instrument of RUNNERS) made.book(bet({ instrument, px: px(500), qty: qty(100) }));
  strictEqual(made.worstProfit(ALICE, () => NO_PROFITS), 10_000n); // 5 back, 4 staked
  const open = market({ runners: 5 });
  for (const instrument of RUNNERS) open.book(bet({ instrument, px: px(500), qty: qty(100) }));
  strictEqual(open.worstProfit(ALICE, () => NO_PROFITS), -40_000n);
  strictEqual(open.worstProfit(BOB, () => NO_PROFITS), 0n);
});

Deno.test("BettingMarket.book() throws and changes nothing beyond 2^53 quanta", () => {
  const made = market();
  made.book(bet({ qty: qty(Number.MAX_SAFE_INTEGER), px: px(100_000) }));
  throws(() => made.book(bet({ qty: qty(1), owner: BOB })), InvariantError);
  strictEqual(made.bets(BOB, A)?.netQuanta ?? 0, 0);
  const moves = made.settle({ result: won(B), amount: null });
  strictEqual(decimalOf(moves[0]?.amount ?? amountOf("0")), "-90071992547409.91");
  made.settle({ result: won(A), amount: null });
  made.assertConserved();
});

/** The twin: every bet that stands, and all else computed anew from the list. */
class Twin {
  readonly bets: { readonly bet: MatchedBet; price: number }[] = [];
  readonly removed = new Map<number, Removal>();
  result: MarketResult | null = null;

  remove(removal: Removal): void {
    this.removed.set(removal.runner, removal);
    for (const each of this.bets) each.price = lowered(each.price, removal);
  }

  cash(scope: Scope): number {
    if (this.result === null) return 0;
    let cents = 0n;
    const tied = 60n; // a multiple of 1 to 6
    for (const { bet, price } of this.bets) {
      if (scope !== "account" && bet.owner !== scope) continue;
      const share = this.#share(bet.instrument);
      if (share === undefined) continue;
      const stake = BigInt(bet.qty);
      const profit = stake * BigInt(price) * BigInt(share * 60) - stake * 100n * tied;
      cents += bet.side === "Buy" ? profit : -profit;
    }
    const winnings = halfEven(cents, 100n * tied);
    const commission = winnings > 0n ? halfEven(winnings * 50_000n, 1_000_000n) : 0n;
    return Number(winnings - commission);
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
  owner: fc.constantFrom(ALICE, BOB, null),
  instrument: fc.constantFrom(...RUNNERS),
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
    winners: fc.subarray(RUNNERS.slice(0, 3), { maxLength: 2 }).chain((runners) =>
      fc.constantFrom(1, 2, 3, 4).map((tied) =>
        runners.map((instrument) => ({ instrument, places: 1, tied }))
      )
    ),
    voided: fc.constantFrom([], [instrumentId(3)]),
    isVoid: fc.nat(3).map((drawn) => drawn === 3),
  }),
});
const commands = fc.array(
  fc.oneof({ weight: 6, arbitrary: anyBet }, { weight: 3, arbitrary: anyVoid }, anyRemoval, {
    weight: 2,
    arbitrary: anyResult,
  }),
  { maxLength: 40 },
);

Deno.test("BettingMarket agrees with a list of bets computed anew, after every command", () => {
  fc.assert(
    fc.property(commands, (drawn) => {
      const made = market();
      const twin = new Twin();
      const cash = new Map<Scope, ReturnType<typeof amountOf>>();
      for (const [at, command] of drawn.entries()) {
        for (const { scope, amount } of run({ made, twin, at: at + 1 }, command)) {
          cash.set(scope, sum({ left: cash.get(scope) ?? amountOf("0"), right: amount }));
        }
        made.assertConserved();
        const cents = (scope: Scope): string => decimalOf(cash.get(scope) ?? amountOf("0"));
        for (const scope of ["account", ALICE, BOB] as const) {
          strictEqual(cents(scope), decimalOf({ units: BigInt(twin.cash(scope)), scale: 2 }));
        }
        let rest = cash.get("account") ?? amountOf("0");
        for (const scope of ["external", ALICE, BOB] as const) {
          const { units, scale } = cash.get(scope) ?? amountOf("0");
          rest = sum({ left: rest, right: { units: -units, scale } });
        }
        strictEqual(decimalOf(rest), "0");
      }
    }),
    { numRuns: 1000 },
  );
});

type Bench = { readonly made: BettingMarket; readonly twin: Twin; readonly at: number };

function run(
  { made, twin, at }: Bench,
  command: typeof commands extends fc.Arbitrary<(infer Command)[]> ? Command : never,
): readonly CashMove[] {
  switch (command.kind) {
    case "bet": {
      const { kind: _, ...of } = command;
      const matched = { ...of, booked: seqId(at) };
      twin.bets.push({ bet: matched, price: matched.px });
      return made.book(matched);
    }
    case "void": {
      if (twin.bets.length === 0) return [];
      const [gone] = twin.bets.splice(command.rank % twin.bets.length, 1);
      return gone === undefined ? [] : made.revoke(gone.bet);
    }
    case "removal": {
      if (twin.removed.has(command.runner)) return [];
      const { kind: _, ...of } = command;
      const removal = { ...of, seqId: seqId(at) };
      twin.remove(removal);
      return made.remove(removal);
    }
    case "result":
      twin.result = command.result;
      return made.settle({ result: command.result, amount: null });
  }
}
