/**
 * Proves R-CORE-6 over the classes that share average cost: spot, linear and inverse instruments
 * agree with the naive twin to the last unit, also at the edges of 2^53, with voids in any order;
 * the account is the sum of its parts, and says so when it is not.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Instrument, Side } from "../../../core/instrument.ts";
import { InvariantError } from "../../../core/invariant.ts";
import { postFunding } from "../../../core/ledger/funding.ts";
import { Ledger, type LedgerExecution } from "../../../core/ledger/mod.ts";
import { amountOf, decimalOf } from "../../../core/ledger/money.ts";
import { clientIndex, px, qty } from "../../../core/numbers.ts";
import type { PositionRow } from "../../../core/view.ts";
import { externalCash } from "../../support/ledger_views.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import {
  type Fraction,
  fraction,
  minus,
  naiveCash,
  type NaiveExecution,
  naivePosition,
  naiveValue,
  netted,
  plus,
  rounded,
  same,
  times,
} from "../../support/naive_ledger.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";

const [ALICE, BOB] = [clientIndex(0), clientIndex(1)];
const SPOT = spotInstrument();
const LINEAR = linearInstrument();
const INVERSE = inverseInstrument();
const INSTRUMENTS: readonly Instrument[] = [SPOT, LINEAR, INVERSE];
const CURRENCIES = ["BTC", "USDT", "USD", "BNB"];
const EDGE = Number.MAX_SAFE_INTEGER;

const quantities = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 5_000_000 }),
  fc.integer({ min: Math.floor(EDGE / 16), max: Math.floor(EDGE / 8) - 200_000_000_000 }),
);
const prices = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 100_000, max: 900_000 }),
  fc.integer({ min: EDGE - 9, max: EDGE }),
);
const anyExecution: fc.Arbitrary<NaiveExecution> = fc.record({
  owner: fc.constantFrom(ALICE, BOB, null),
  instrument: fc.constantFrom(...INSTRUMENTS),
  side: fc.constantFrom<Side>("Buy", "Sell"),
  qty: quantities,
  px: prices,
  commission: fc.constantFrom("0", "0.1", "-0.00000001", "0.000000000000000003", "12345678.9"),
  commissionCurrency: fc.constantFrom("USDT", "BTC", "BNB"),
});
const fewExecutions = fc.array(anyExecution, { maxLength: 8 });
const smallExecutions = fc.array(
  anyExecution.map((each) => ({ ...each, qty: each.qty % 1_000 + 1, px: each.px % 900_000 + 1 })),
  { maxLength: 40, size: "max" },
);

function toLedger(each: NaiveExecution): LedgerExecution {
  return {
    venue: VENUE.id,
    client: each.owner === null ? null : clientIndex(each.owner),
    instrument: each.instrument,
    side: each.side,
    qty: qty(each.qty),
    px: px(each.px),
    commission: each.commission,
    commissionCurrency: each.commissionCurrency,
  };
}

type Scope = "account" | typeof ALICE;

function ofScope(executions: readonly NaiveExecution[], scope: Scope): readonly NaiveExecution[] {
  return scope === "account" ? executions : executions.filter((each) => each.owner === scope);
}

/** Compares everything that is shown of a book with what the twin makes of its executions. */
function assertAgrees(ledger: Ledger, executions: readonly NaiveExecution[], scope: Scope): void {
  for (const currency of CURRENCIES) {
    const cash = fraction(decimalOf(ledger.cash(scope, { venue: VENUE.id, currency })));
    ok(same(cash, naiveCash(executions, currency)), `cash in ${currency} of ${scope}`);
  }
  for (const row of ledger.positions(scope, () => px(61_234))) {
    const own = executions.filter(({ instrument }) => instrument.id === row.instrument);
    const [first] = own;
    if (first !== undefined) assertRow(row, first.instrument, own);
  }
}

function assertRow(
  row: PositionRow,
  instrument: Instrument,
  own: readonly NaiveExecution[],
): void {
  const { quanta, flow, cost } = naivePosition(own);
  const scale = 10n ** BigInt(instrument.qtyRule.scale);
  ok(same(fraction(row.qty), { n: quanta, d: scale }), "quantity");
  ok(same(fraction(row.realisedPnl), plus(flow, cost)), "realised P&L");
  const value = naiveValue(instrument, quanta, 61_234);
  ok(same(fraction(row.unrealisedPnl ?? ""), plus(value, minus(cost))), "unrealised P&L");
  strictEqual(row.avgPx === null, quanta === 0n);
  if (row.avgPx === null || cost.n === 0n) return;
  const multiplier = instrument.contract !== null && "multiplier" in instrument.contract
    ? instrument.contract.multiplier
    : "1";
  const size = times({ n: quanta, d: scale }, fraction(multiplier));
  const average = instrument.assetClass === "inverse"
    ? minus(times(size, turned(cost)))
    : times(cost, turned(size));
  const shown = fraction(row.avgPx);
  ok(same(shown, average) || same(shown, rounded(average, 12)), `average price ${row.avgPx}`);
}

function turned({ n, d }: Fraction): Fraction {
  return n < 0n ? { n: -d, d: -n } : { n: d, d: n };
}

for (
  const [what, list] of [["at the edges of 2^53", fewExecutions], ["", smallExecutions]] as const
) {
  Deno.test(`Ledger agrees with its naive twin to the last unit ${what}`.trim(), () => {
    fc.assert(
      fc.property(list, (executions) => {
        const ledger = new Ledger();
        const all = netted(executions);
        for (const [at, each] of executions.entries()) {
          ledger.book(toLedger(each));
          ledger.assertTouched();
          if (at % 3 === 0) assertAgrees(ledger, all.slice(0, at + 1), "account");
        }
        ledger.assertConserved(VENUE.id);
        for (const scope of ["account", ALICE, BOB] as const) {
          assertAgrees(ledger, ofScope(all, scope), scope);
        }
      }),
      { numRuns: 300 },
    );
  });
}

Deno.test("Ledger voids executions of every class as if they had never been, in any order", () => {
  const drawn = fc.array(fc.tuple(anyExecution, fc.boolean(), fc.nat()), { maxLength: 10 });
  fc.assert(
    fc.property(drawn, (rows) => {
      const all = rows.map(([each, isVoid, rank], at) => ({
        each: {
          ...each,
          qty: each.qty % 5_000 + 1,
          px: at * 1_000_000 + each.px % 1_000_000 + 1,
          commission: coarse(each.commission),
        },
        isVoid,
        rank,
      }));
      const ledger = new Ledger();
      for (const { each } of all) ledger.book(toLedger(each));
      const gone = all.filter(({ isVoid }) => isVoid)
        .toSorted((left, right) => left.rank - right.rank);
      for (const { each } of gone) {
        ledger.reverse(toLedger(each));
        ledger.assertTouched();
      }
      ledger.assertConserved(VENUE.id);
      const kept = netted(all.filter(({ isVoid }) => !isVoid).map(({ each }) => each));
      for (const scope of ["account", ALICE, BOB] as const) {
        assertAgrees(ledger, ofScope(kept, scope), scope);
      }
    }),
    { numRuns: 200 },
  );
});

/** Whole quanta: of what is finer, which execution a quantum counts for goes by those before it. */
function coarse(commission: string): string {
  return commission.length > 10 ? "0.0003" : commission;
}

Deno.test("Ledger refuses an inverse execution at no price and changes nothing", () => {
  const ledger = new Ledger();
  const free = { owner: ALICE, side: "Buy", commission: "1", commissionCurrency: "BTC" } as const;
  const execution = toLedger({ ...free, instrument: INVERSE, qty: 1, px: 0 });
  throws(() => ledger.book(execution), InvariantError);
  strictEqual(ledger.positions("account", () => undefined).length, 0);
  strictEqual(ledger.balances(VENUE.id, () => "0").length, 0);
});

Deno.test("Ledger.assertTouched() finds a book that changed alone, and assertConserved() too", () => {
  const spoils = [
    (ledger: Ledger): void => {
      ledger.post(VENUE.id, (account) => {
        account.whole.addCash({ currency: "USDT", amount: amountOf("0.01") });
        return { kind: "bug", owner: null, instruments: [], currencies: ["USDT"] };
      });
    },
    (ledger: Ledger): void => {
      ledger.post(VENUE.id, (account) => {
        account.ownerBook(BOB).addCash({ currency: "BNB", amount: amountOf("-1") });
        return { kind: "bug", owner: BOB, instruments: [], currencies: ["BNB"] };
      });
    },
    (ledger: Ledger): void => {
      ledger.post(VENUE.id, ({ whole }) => {
        const position = whole.position(LINEAR.id);
        const change = { quanta: 1, px: px(1) };
        if (position !== undefined) whole.changePosition(position, (open) => open.book(change));
        return { kind: "bug", owner: null, instruments: [LINEAR.id], currencies: [] };
      });
    },
  ];
  for (const spoil of spoils) {
    const ledger = new Ledger();
    const commission = { commission: "0.5", commissionCurrency: "USDT" };
    const traded = { owner: ALICE, side: "Buy", qty: 3, px: 600_000, ...commission } as const;
    ledger.book(toLedger({ ...traded, instrument: LINEAR }));
    ledger.assertTouched();
    ledger.assertConserved(VENUE.id);
    spoil(ledger);
    throws(() => ledger.assertTouched(), InvariantError);
    throws(() => ledger.assertConserved(VENUE.id), InvariantError);
  }
});

const SHARES = [
  ["3 and -1", [3, -1], "-0.2", ["-0.3", "0.1", "0"]],
  ["1, 1 and 1 of nobody", [1, 1, 1], "0.1", [
    "0.033333333333",
    "0.033333333333",
    "0.033333333334",
  ]],
  ["a flat account", [5, -5], "0.7", ["0", "0", "0.7"]],
  ["a short account", [-1, -3], "0.00000000000004", ["0.00000000000001", "0.00000000000003", "0"]],
  ["a tie to even", [1, 3], "0.000000000002", ["0", "0.000000000002", "0"]],
] as const;
for (const [what, positions, amount, expected] of SHARES) {
  Deno.test(`postFunding() gives each its share by position for ${what}`, () => {
    const ledger = new Ledger();
    const owners = [ALICE, BOB, null];
    for (const [at, quanta] of positions.entries()) {
      ledger.book(toLedger({
        owner: owners[at] ?? null,
        instrument: LINEAR,
        side: quanta > 0 ? "Buy" : "Sell",
        qty: Math.abs(quanta),
        px: 1,
        commission: "0",
        commissionCurrency: "USDT",
      }));
    }
    const leg = { currency: "FUND", amount: amountOf(amount) };
    ledger.post(VENUE.id, (account) => postFunding(account, ledger.accountingOf(LINEAR), leg));
    ledger.assertTouched();
    ledger.assertConserved(VENUE.id);
    const cash = { venue: VENUE.id, currency: "FUND" };
    const shares = [
      ledger.cash(ALICE, cash),
      ledger.cash(BOB, cash),
      externalCash(ledger, cash, [ALICE, BOB]),
    ].map(decimalOf);
    strictEqual(shares.join(), expected.join());
    strictEqual(decimalOf(ledger.cash("account", cash)), amount);
  });
}

Deno.test("Ledger.settle() closes every book at the price and conserves what rounding leaves", () => {
  fc.assert(
    fc.property(smallExecutions, fc.integer({ min: 1, max: 900_000 }), (drawn, price) => {
      const executions = drawn.filter(({ instrument }) => instrument !== SPOT);
      const ledger = new Ledger();
      for (const each of executions) ledger.book(toLedger(each));
      for (const instrument of [LINEAR, INVERSE]) {
        ledger.settle(instrument, px(price));
        ledger.assertTouched();
      }
      ledger.assertConserved(VENUE.id);
      for (const scope of ["account", ALICE, BOB] as const) {
        const own = ofScope(executions, scope);
        const closings = [LINEAR, INVERSE].flatMap((instrument): NaiveExecution[] => {
          const { quanta } = naivePosition(own.filter((each) => each.instrument === instrument));
          const [side, size] = quanta > 0n ? ["Sell", quanta] as const : ["Buy", -quanta] as const;
          const free = { owner: null, commission: "0", commissionCurrency: "USDT" };
          return quanta === 0n ? [] : [{ ...free, instrument, side, qty: Number(size), px: price }];
        });
        assertAgrees(ledger, [...own, ...closings], scope);
        for (const row of ledger.positions(scope, () => undefined)) strictEqual(row.qty, "0");
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("postFunding() gives nothing, not even a row, to a client without a position", () => {
  const ledger = new Ledger();
  const free = { side: "Buy", qty: 1, px: 1, commission: "0", commissionCurrency: "USDT" } as const;
  ledger.book(toLedger({ ...free, owner: ALICE, instrument: LINEAR }));
  ledger.book(toLedger({ ...free, owner: BOB, instrument: SPOT }));
  const leg = { currency: "FUND", amount: amountOf("1") };
  ledger.post(VENUE.id, (account) => postFunding(account, ledger.accountingOf(LINEAR), leg));
  strictEqual(ledger.holdings(BOB, VENUE.id)?.posted("FUND"), undefined);
  strictEqual(decimalOf(ledger.cash(ALICE, { venue: VENUE.id, currency: "FUND" })), "1");
});

Deno.test("Ledger.reverse() takes out the newest of two executions that are alike", () => {
  const ledger = new Ledger();
  const free = { owner: ALICE, instrument: LINEAR, commission: "0", commissionCurrency: "USDT" };
  const bought = toLedger({ ...free, side: "Buy", qty: 10, px: 600_000 });
  ledger.book(bought);
  ledger.book(toLedger({ ...free, side: "Sell", qty: 5, px: 610_000 }));
  ledger.book(bought);
  ledger.reverse(bought);
  const [row] = ledger.positions(ALICE, () => undefined);
  deepStrictEqual([row?.qty, row?.avgPx, row?.realisedPnl], ["5", "60000", "5"]);
});
