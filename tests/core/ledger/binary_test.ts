/**
 * Proves the accounting of binary contracts (R-CORE-5, R-CORE-6): collateral, split, merge,
 * provisional and voided fills, resolution and settlement against a naive twin, the list of facts
 * computed anew; cash and each outcome conserve to the last unit.
 * @module
 */
import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { fromUnits, toUnits } from "../../../core/decimal.ts";
import type { Instrument, Side } from "../../../core/instrument.ts";
import { InvariantError } from "../../../core/invariant.ts";
import { Ledger, type LedgerExecution, policyProblem } from "../../../core/ledger/mod.ts";
import { amountOf, decimalOf } from "../../../core/ledger/money.ts";
import {
  availableQuanta,
  NOTHING_OPEN,
  openProfits,
  provisionalQuanta,
} from "../../../core/ledger/stakes.ts";
import { conditionPnl, worstLoss } from "../../support/ledger_views.ts";
import { instrumentId, px, qty } from "../../../core/numbers.ts";
import { signedContract, token } from "../../support/outcome_instruments.ts";
import {
  ALICE,
  ALL,
  Bench,
  BOB,
  HALF,
  INSTRUMENTS,
  NO,
  NONE,
  SIGNED,
  THIRD,
  VENUE,
  type Who,
  YES,
} from "../../support/binary_bench.ts";

Deno.test("Ledger accounts a pair of tokens as the page's example says", () => {
  const bench = new Bench();
  const seen = (): unknown => [
    bench.cash(ALICE),
    bench.row(YES)?.qty,
    bench.row(NO)?.qty,
    bench.row(YES)?.realisedPnl,
    bench.row(NO)?.realisedPnl,
  ];
  bench.split(100);
  deepStrictEqual(seen(), ["-100", "100", "100", "0", "0"]);
  bench.ledger.book(bench.deal({ q: 40, p: 0.62, side: "Sell" }));
  deepStrictEqual(seen(), ["-75.2", "60", "100", "4.8", "0"]);
  const bought = bench.deal({ q: 10, p: 0.35, instrument: NO, isProvisional: true });
  bench.ledger.book(bought);
  deepStrictEqual(seen(), ["-78.7", "60", "110", "4.8", "0"]);
  strictEqual(availableQuanta(bench.ledger, NO, ALICE), 10_000);
  bench.ledger.reverse(bought);
  deepStrictEqual(seen(), ["-75.2", "60", "100", "4.8", "0"]);
  strictEqual(provisionalQuanta(bench.ledger, NO, ALICE), 0);
  bench.split(-50);
  deepStrictEqual(seen(), ["-25.2", "10", "50", "4.8", "0"]);
  deepStrictEqual(conditionPnl(bench.ledger, YES, ALICE), {
    cost: "25.2",
    outcomes: [{ instrument: YES.id, profit: "-15.2" }, { instrument: NO.id, profit: "24.8" }],
    maxLoss: "15.2",
    lockedProfit: "0",
  });
  bench.resolve(NO, ALL);
  strictEqual(bench.row(YES)?.unrealisedPnl, "-5");
  strictEqual(bench.row(NO)?.unrealisedPnl, "25");
  bench.settle(YES, NONE);
  deepStrictEqual(seen(), ["-25.2", "0", "50", "-0.2", "0"]);
  bench.settle(NO, ALL);
  deepStrictEqual(seen(), ["24.8", "0", "0", "-0.2", "25"]);
  strictEqual(bench.cash("account"), "24.8");
  strictEqual(bench.worst(YES), "0");
});

Deno.test("Ledger accounts one signed count as the page's example says", () => {
  const bench = new Bench();
  bench.ledger.deposit({ venue: VENUE, currency: "USD", total: "100" });
  const facts = [
    ["Sell", 10, 0.4, "94", "-10"],
    ["Buy", 4, 0.3, "96.8", "-6"],
    ["Buy", 10, 0.5, "97.8", "4"],
  ] as const;
  for (const [side, q, p, cash, held] of facts) {
    bench.ledger.book(bench.deal({ q, p, side, instrument: SIGNED }));
    strictEqual(bench.cash("account"), cash);
    strictEqual(bench.row(SIGNED)?.qty, held);
    bench.check();
  }
  bench.settle(SIGNED, ALL);
  strictEqual(bench.cash("account"), "101.8");
  strictEqual(bench.row(SIGNED)?.qty, "0");
  strictEqual(bench.row(SIGNED)?.realisedPnl, "1.8");
});

const SETTLED = [
  ["a short at nothing", "Sell", NONE, "4", "4"],
  ["a short at the payout", "Sell", ALL, "-6", "-6"],
  ["a short at a half", "Sell", HALF, "-1", "-1"],
  ["a short at a third, rounded down", "Sell", THIRD, "0.666666666666", "0.666666666666"],
  ["a long at a third, rounded down", "Buy", THIRD, "-0.666666666667", "-0.666666666667"],
] as const;
for (const [what, side, share, cash, realised] of SETTLED) {
  Deno.test(`settleOutcome() leaves cash ${cash} for ${what}`, () => {
    const bench = new Bench();
    bench.ledger.book(bench.deal({ q: 10, p: 0.4, side, instrument: SIGNED }));
    bench.settle(SIGNED, share);
    strictEqual(bench.cash(ALICE), cash);
    strictEqual(bench.row(SIGNED)?.realisedPnl, realised);
  });
}

Deno.test("settleOutcome() pays what is booked late and takes back what is voided", () => {
  const bench = new Bench();
  const early = bench.deal({ q: 10, p: 0.4 });
  const late = bench.deal({ q: 5, p: 0.5 });
  bench.ledger.book(early);
  bench.settle(YES, ALL);
  strictEqual(bench.cash(ALICE), "6");
  bench.ledger.book(late);
  strictEqual(bench.cash(ALICE), "8.5");
  bench.ledger.reverse(early);
  strictEqual(bench.cash(ALICE), "2.5");
  bench.settle(YES, NONE);
  strictEqual(bench.cash(ALICE), "-2.5");
  strictEqual(bench.ledger.positionQuanta(ALICE, YES.id), 0);
});

Deno.test("settleOutcome() gives the account the venue's figure and external what differs", () => {
  const bench = new Bench();
  bench.ledger.book(bench.deal({ q: 10, p: 0.4 }));
  bench.settle(YES, ALL, "9.99");
  strictEqual(bench.cash("account"), "5.99");
  strictEqual(bench.cash(ALICE), "6");
  strictEqual(decimalOf(bench.ledger.pools.outcome(YES).outcome.adjustment), "-0.01");
  bench.settle(YES, ALL);
  strictEqual(bench.cash("account"), "6");
});

/** What the account's and the client's positions remember, of the first instrument of each. */
function remembered(bench: Bench): number[] {
  const [account] = (bench.ledger.checkpoint() as Node)["accounts"] as Node[];
  const books = [account?.["whole"], ...account?.["books"] as Node[]] as Node[];
  return books.map((book) => {
    const [position] = book["positions"] as Node[];
    return ((position?.["cost"] as Node)["history_px"] as unknown[]).length;
  });
}
type Node = { readonly [key: string]: unknown };

Deno.test("settleOutcome() forgets executions, and each later one; a late void stays exact", () => {
  const bench = new Bench();
  const first = bench.deal({ q: 10, p: 0.4 });
  bench.ledger.book(first);
  bench.ledger.book(bench.deal({ q: 5, p: 0.6 }));
  deepStrictEqual(remembered(bench), [2, 2]);
  bench.settle(YES, ALL);
  deepStrictEqual(remembered(bench), [0, 0]);
  bench.ledger.book(bench.deal({ q: 1, p: 0.5 }));
  bench.ledger.reverse(first);
  deepStrictEqual(remembered(bench), [0, 0]);
  strictEqual(bench.row(YES)?.realisedPnl, "2.5"); // 5 × 0.4 + 1 × 0.5
  strictEqual(bench.cash(ALICE), "2.5");
  bench.check();
});

const STATED = [
  ["a long", "Buy", SIGNED, "10", "6"],
  ["a short, its collateral back", "Sell", SIGNED, "0", "-6"],
  ["a sale of what is held apart and not there", "Sell", YES, "-10", "-6"],
] as const;
for (const [what, side, instrument, stated, cash] of STATED) {
  Deno.test(`settleOutcome() finds no difference to ${stated} credited at the payout for ${what}`, () => {
    const bench = new Bench();
    bench.ledger.book(bench.deal({ q: 10, p: 0.4, side, instrument }));
    bench.settle(instrument, ALL, stated);
    strictEqual(decimalOf(bench.ledger.pools.outcome(instrument).outcome.adjustment), "0");
    strictEqual(bench.cash("account"), cash);
  });
}

Deno.test("settleOutcome() counts exactly where values are finer than 10^-12", () => {
  const fine = {
    ...SIGNED,
    id: instrumentId(20),
    name: "paper:FINE",
    symbol: "FINE",
    priceRule: { ...SIGNED.priceRule, scale: 9 },
    qtyRule: { ...SIGNED.qtyRule, scale: 6 },
    contract: signedContract({ condition: "fine" }).contract,
  };
  const bench = new Bench();
  bench.ledger.list(fine);
  bench.ledger.book({
    ...bench.deal({ q: 0, p: 0, instrument: fine, side: "Sell" }),
    qty: qty(10_000_001),
    px: px(400_000_001),
  });
  strictEqual(bench.cash(ALICE), "-6.000000589999999");
  bench.settle(fine, THIRD, "6.666667333333333");
  strictEqual(bench.cash(ALICE), "0.666666743333334");
  strictEqual(decimalOf(bench.ledger.pools.outcome(fine).outcome.adjustment), "0");
});

Deno.test("Ledger.exposure() of an outcome is its cost and its value at the mark, until settled", () => {
  const bench = new Bench();
  bench.ledger.book(bench.deal({ q: 10, p: 0.4 }));
  const seen = (): unknown => {
    const { atEntry, atMark } = bench.ledger.exposure(ALICE, {
      instrument: YES.id,
      mark: px(6000),
    });
    return [decimalOf(atEntry), atMark === null ? null : decimalOf(atMark)];
  };
  deepStrictEqual(seen(), ["4", "6"]);
  bench.settle(YES, ALL);
  deepStrictEqual(seen(), ["0", "0"]);
});

Deno.test("Ledger.tags() marks an outcome at its share once resolved, and closes it once settled", () => {
  const bench = new Bench();
  bench.ledger.book(bench.deal({ q: 10, p: 0.4, tag: "t" }));
  bench.ledger.book(bench.deal({ q: 4, p: 0.5, side: "Sell", tag: "u" }));
  const seen = (): unknown =>
    bench.ledger.tags(ALICE, () => px(6000)).flatMap(({ tag, instruments }) =>
      instruments.map(({ qty: held, pnl }) => [tag, held, pnl])
    );
  deepStrictEqual(seen(), [["t", "10", "2"], ["u", "-4", "-0.4"]]);
  bench.resolve(YES, HALF);
  deepStrictEqual(seen(), [["t", "10", "1"], ["u", "-4", "0"]]);
  bench.settle(YES, ALL);
  deepStrictEqual(seen(), [["t", "0", "6"], ["u", "0", "-2"]]);
});

Deno.test("Ledger.list() lets the only outcome of a condition change its payout", () => {
  const bench = new Bench();
  const doubled = signedContract({ payout: "2" });
  strictEqual(bench.ledger.list(doubled), undefined);
  bench.ledger.book(bench.deal({ q: 10, p: 0.4, side: "Sell", instrument: doubled }));
  strictEqual(bench.cash(ALICE), "-16");
});

Deno.test("resolveOutcome() marks both outcomes of a pair, again when amended, and moves no cash", () => {
  const bench = new Bench();
  bench.ledger.book(bench.deal({ q: 10, p: 0.4 }));
  bench.ledger.book(bench.deal({ q: 10, p: 0.5, instrument: NO }));
  strictEqual(bench.row(YES)?.unrealisedPnl, "2"); // by the book's mark of 0.6
  for (const [share, yes, no] of [[ALL, "6", "-5"], [HALF, "1", "0"]] as const) {
    bench.resolve(YES, share);
    strictEqual(bench.row(YES)?.unrealisedPnl, yes);
    strictEqual(bench.row(NO)?.unrealisedPnl, no);
    strictEqual(bench.cash(ALICE), "-9");
  }
});

Deno.test("Ledger.confirm() makes a provisional receipt sellable, once", () => {
  const bench = new Bench();
  const bought = bench.deal({ q: 10, p: 0.4, isProvisional: true });
  bench.ledger.book(bought);
  bench.ledger.book(bench.deal({ q: 4, p: 0.5, side: "Sell", isProvisional: true }));
  strictEqual(provisionalQuanta(bench.ledger, YES, "account"), 1000);
  strictEqual(availableQuanta(bench.ledger, YES, ALICE), 0);
  bench.ledger.confirm(bought);
  strictEqual(availableQuanta(bench.ledger, YES, ALICE), 600);
  throws(() => bench.ledger.confirm(bought), InvariantError);
  throws(() => bench.ledger.reverse(bought), InvariantError);
  bench.ledger.reverse({ ...bought, isProvisional: false });
  strictEqual(bench.ledger.positionQuanta(ALICE, YES.id), -400);
  bench.check();
});

Deno.test("Ledger.book() keeps a provisional count within 2^53, and so does a correction", () => {
  const { ledger } = new Bench();
  const one = new Bench().deal({ q: 0.01, p: 0.5, isProvisional: true });
  const bought = (quanta: number): LedgerExecution => ({ ...one, qty: qty(quanta) });
  const most = Number.MAX_SAFE_INTEGER - 4;
  ledger.book(bought(most));
  ledger.book({ ...bought(most), side: "Sell" });
  ledger.book(bought(4));
  throws(() => ledger.book(one), InvariantError);
  throws(() => ledger.assertCorrectable({ was: bought(4), now: bought(5) }), InvariantError);
  strictEqual(provisionalQuanta(ledger, YES, "account"), Number.MAX_SAFE_INTEGER);
  ledger.reverse(bought(most));
  ledger.book(one);
  strictEqual(provisionalQuanta(ledger, YES, ALICE), 5);
  ledger.assertConserved(VENUE);
});

Deno.test("worstLoss() nets a pair, and counts open orders where they hurt", () => {
  const bench = new Bench();
  bench.ledger.book(bench.deal({ q: 10, p: 0.4 }));
  bench.ledger.book(bench.deal({ q: 10, p: 0.5, instrument: NO }));
  strictEqual(bench.worst(YES), "0");
  strictEqual(conditionPnl(bench.ledger, YES, ALICE).lockedProfit, "1");
  const lost = (side: Side, q: number, p: number): string => {
    const open = openProfits(bench.ledger, YES, { side, qty: qty(q * 100), px: px(p * 10_000) });
    const loss = worstLoss(bench.ledger, NO, {
      who: ALICE,
      openOf: (id) => id === YES.id ? open : NOTHING_OPEN(id),
    });
    return decimalOf(loss ?? amountOf("0"));
  };
  strictEqual(lost("Buy", 10, 0.3), "2"); // 1 less 3 if NO
  strictEqual(lost("Sell", 10, 0.7), "2"); // 1 less 3 if YES
});

Deno.test("worstLoss() does not take two outcomes for all that can be if they are no complements", () => {
  const bench = new Bench();
  const [rain, snow] = (["rain", "snow"] as const).map((symbol, at) => ({
    ...token("YES", { condition: "weather", outcome: symbol, complement: `not ${symbol}` }),
    id: instrumentId(30 + at),
    name: `paper:${symbol}`,
    symbol,
  }));
  for (const instrument of [rain, snow]) {
    if (instrument === undefined) continue;
    strictEqual(bench.ledger.list(instrument), undefined);
    bench.ledger.book(bench.deal({ q: 10, p: 0.4, instrument }));
  }
  strictEqual(bench.worst(rain ?? YES), "8"); // it may stay dry
  throws(() => bench.ledger.pools.outcome(token("NO", { condition: "weather" })), InvariantError);
});

Deno.test("worstLoss() of a signed count is what the worse outcome costs", () => {
  const bench = new Bench();
  bench.ledger.book(bench.deal({ q: 10, p: 0.4, side: "Sell", instrument: SIGNED }));
  strictEqual(bench.worst(SIGNED), "6");
  bench.ledger.book(bench.deal({ q: 10, p: 0.3, instrument: SIGNED }));
  strictEqual(bench.worst(SIGNED), "0");
});

const REFUSED = [
  [signedContract({ payout: "0" }), "payout must be a whole number of price quanta above 0: was 0"],
  [signedContract({ payout: "0.00005" }), "whole number of price quanta above 0: was 0.00005"],
  [signedContract({ complement: "X" }), "complement must be null where netting is signed: was X"],
  [token("YES", { payout: "0.9999" }), "payout must be an even number of price quanta: was 0.9999"],
  [signedContract({ condition: "" }), "contract condition must name one: was empty"],
  [signedContract({ collateral: "" }), "contract collateral must be a currency: was empty"],
] as const;
for (const [instrument, sentence] of REFUSED) {
  Deno.test(`policyProblem() refuses a binary contract: ${sentence}`, () => {
    match(policyProblem(instrument) ?? "", new RegExp(`${sentence}$`));
  });
}

Deno.test("Ledger.list() refuses an outcome whose terms are not those of its condition", () => {
  const { ledger } = new Bench();
  const other = { ...token("NO", { collateral: "EUR" }), name: "paper:X" };
  strictEqual(
    ledger.list(other),
    "Cannot list paper:X: contract collateral must be the condition's USD: was EUR",
  );
});

const MISFITS = [
  [{ priceRule: { scale: 3, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] } }, "price scale", 4, 3],
  [{ qtyRule: { scale: 1, stepQuanta: 1, minQuanta: 1, maxQuanta: null } }, "quantity scale", 2, 1],
] as const;
for (const [changes, what, scale, other] of MISFITS) {
  Deno.test(`Ledger.list() refuses an outcome whose ${what} is not that of its condition`, () => {
    const { ledger } = new Bench();
    strictEqual(
      ledger.list({ ...token("NO"), ...changes, name: "paper:X" }),
      `Cannot list paper:X: ${what} must be the condition's ${scale}: was ${other}`,
    );
  });
}

Deno.test("Ledger.book() throws and changes nothing for contracts beyond 2^53 quanta", () => {
  const bench = new Bench();
  const most = { ...bench.deal({ q: 0, p: 0.9999 }), qty: qty(Number.MAX_SAFE_INTEGER) };
  bench.ledger.book(most);
  strictEqual(bench.cash(ALICE), "-90062985348155.169009");
  throws(() => bench.ledger.book(bench.deal({ q: 0.01, p: 0.5, client: BOB })), InvariantError);
  throws(() => bench.split(0.01, BOB), InvariantError);
  strictEqual(bench.cash(BOB), "0");
  strictEqual(bench.ledger.positionQuanta(BOB, NO.id), 0);
  bench.settle(YES, ALL);
  strictEqual(bench.cash(ALICE), "9007199254.740991");
  bench.check();
});

type Fact = {
  readonly kind: "deal" | "split" | "resolve" | "settle" | "void" | "confirm" | "restart";
  readonly client: typeof ALICE | null;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly qty: number;
  readonly px: number;
  readonly isProvisional: boolean;
  readonly share: readonly [number, number];
  readonly stated: string | undefined;
  readonly rank: number;
};

const facts = fc.array(
  fc.record<Fact>({
    kind: fc.constantFrom(
      ...(["deal", "deal", "deal", "deal", "split", "resolve", "settle"] as const),
      ...(["void", "void", "confirm", "restart"] as const),
    ),
    client: fc.constantFrom(ALICE, BOB, null),
    instrument: fc.constantFrom(YES, NO, SIGNED),
    side: fc.constantFrom("Buy", "Sell"),
    qty: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constant(1_000_000_000_000)),
    px: fc.integer({ min: 1, max: 9_999 }),
    isProvisional: fc.boolean(),
    share: fc.constantFrom(ALL, NONE, HALF, THIRD, [2, 7] as const),
    stated: fc.constantFrom(undefined, "0", "1.005", "-3.33", "500000000000.000001"),
    rank: fc.nat(),
  }),
  { maxLength: 40, size: "max" },
);

/** What stands, and the rest computed anew from it. */
class Twin {
  readonly deals: LedgerExecution[] = [];
  readonly splits: { readonly owner: typeof ALICE | null; readonly quanta: number }[] = [];
  readonly settled = new Map<number, readonly [number, number]>();
  readonly stated = new Map<number, string | undefined>();

  quanta(who: Who, instrument: Instrument): bigint {
    let quanta = 0n;
    for (const each of this.deals) {
      if (each.instrument !== instrument || !isOf(who, each.client)) continue;
      quanta += BigInt(each.side === "Buy" ? each.qty : -each.qty);
    }
    for (const each of this.splits) {
      if (instrument !== SIGNED && isOf(who, each.owner)) quanta += BigInt(each.quanta);
    }
    return quanta;
  }

  /** Cash at 10^-12: price × quantity is at 10^-6. */
  cash(who: Who): bigint {
    let cash = 0n;
    for (const each of this.deals) {
      if (!isOf(who, each.client)) continue;
      const value = BigInt(each.qty) * BigInt(each.px) * 1_000_000n;
      cash += each.side === "Buy" ? -value : value;
      cash -= toUnits(each.commission, 12) ?? 0n;
    }
    for (const { owner, quanta } of this.splits) {
      if (isOf(who, owner)) cash -= BigInt(quanta) * 10_000n * 1_000_000n;
    }
    for (const instrument of INSTRUMENTS) {
      const quanta = this.quanta(who, instrument) * 10_000n * 1_000_000n;
      const share = this.settled.get(instrument.id);
      const stated = who === "account" ? this.stated.get(instrument.id) : undefined;
      if (stated !== undefined) cash += toUnits(stated, 12) ?? 0n;
      const isDeposited = instrument === SIGNED && quanta < 0n;
      if (stated !== undefined) cash += isDeposited ? quanta : 0n;
      else if (share !== undefined) cash += floor(quanta * BigInt(share[0]), BigInt(share[1]));
      else if (isDeposited) cash += quanta;
    }
    return cash;
  }
}

function isOf(who: Who, owner: typeof ALICE | null): boolean {
  return who === "account" || who === owner;
}

function floor(numerator: bigint, denominator: bigint): bigint {
  const rest = ((numerator % denominator) + denominator) % denominator;
  return (numerator - rest) / denominator;
}

Deno.test("Ledger agrees with a list of facts computed anew, after every one", () => {
  fc.assert(
    fc.property(facts, (drawn) => {
      let bench = new Bench();
      const twin = new Twin();
      for (const fact of drawn) {
        if (fact.kind === "restart") bench = restarted(bench);
        else run(bench, twin, fact);
        bench.check();
        for (const who of ["account", ALICE, BOB] as const) {
          strictEqual(bench.cash(who), fromUnits(twin.cash(who), 12));
          for (const instrument of INSTRUMENTS) {
            const isSettled = twin.settled.has(instrument.id);
            const held = isSettled ? 0n : twin.quanta(who, instrument);
            strictEqual(BigInt(bench.ledger.positionQuanta(who, instrument.id)), held);
          }
        }
      }
    }),
    { numRuns: 600 },
  );
});

/** The same, from its checkpoint. */
function restarted(bench: Bench): Bench {
  const saved = bench.ledger.checkpoint();
  const restored = Ledger.restore(JSON.parse(JSON.stringify(saved)), INSTRUMENTS);
  deepStrictEqual(restored.checkpoint(), saved);
  return new Bench(restored);
}

function run(bench: Bench, twin: Twin, fact: Fact): void {
  switch (fact.kind) {
    case "deal": {
      const { client, instrument, side, isProvisional } = fact;
      const of = { client, instrument, side, isProvisional, qty: qty(fact.qty), px: px(fact.px) };
      const deal = { ...bench.deal({ q: 0, p: 0 }), ...of, commission: "0.0175" };
      twin.deals.push(deal);
      return bench.ledger.book(deal);
    }
    case "split": {
      const quanta = fact.side === "Buy" ? fact.qty : -fact.qty;
      twin.splits.push({ owner: fact.client, quanta });
      return bench.split(quanta / 100, fact.client);
    }
    case "resolve":
      return bench.resolve(fact.instrument, fact.share);
    case "settle":
      twin.settled.set(fact.instrument.id, fact.share);
      twin.stated.set(fact.instrument.id, fact.stated);
      return bench.settle(fact.instrument, fact.share, fact.stated);
    case "void": {
      const [gone] = twin.deals.splice(fact.rank % Math.max(1, twin.deals.length), 1);
      if (gone !== undefined) bench.ledger.reverse(gone);
      return;
    }
    case "confirm": {
      const at = twin.deals.findIndex((deal) => deal.isProvisional === true);
      const deal = twin.deals[at];
      if (deal === undefined) return;
      twin.deals[at] = { ...deal, isProvisional: false };
      return bench.ledger.confirm(deal);
    }
    case "restart":
      return;
  }
}
