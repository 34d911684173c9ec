/**
 * Proves the ledger (R-CORE-5, R-CORE-6, R-CORE-9): cash and positions conserve exactly after each
 * posting, voids undo to the last unit in any order, a checkpoint goes on as the original.
 * @module
 */
import { deepStrictEqual, notStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { fromUnits, powerOfTen, toUnits } from "../../../core/decimal.ts";
import { Digest } from "../../../core/digest.ts";
import type { Side } from "../../../core/instrument.ts";
import { InvariantError } from "../../../core/invariant.ts";
import { Ledger, type LedgerExecution } from "../../../core/ledger/mod.ts";
import { NodeReader } from "../../../core/node_reader.ts";
import { clientIndex, instrumentId, type Px, px, qty, venueId } from "../../../core/numbers.ts";
import type { PositionRow } from "../../../core/view.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const VENUE = venueId(0);
const BTC = spotInstrument();
const ETH = spotInstrument({
  id: instrumentId(1),
  name: "paper:ETH/USDT",
  symbol: "ETH/USDT",
  base: "ETH",
  priceRule: { scale: 3, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] },
});
const INSTRUMENTS = [BTC, ETH];
const [ALICE, BOB] = [clientIndex(0), clientIndex(1)];
const MARKS = new Map([[BTC.id, px(6_180_030)], [ETH.id, px(2_650_125)]]);

function execution(of: Partial<LedgerExecution>): LedgerExecution {
  return {
    venue: VENUE,
    client: ALICE,
    instrument: BTC,
    side: "Buy",
    qty: qty(10_000),
    px: px(6_000_000),
    commission: "0",
    commissionCurrency: "USDT",
    ...of,
  };
}

function buy(quantity: number, price: number): LedgerExecution {
  return execution({ side: "Buy", qty: qty(quantity), px: px(price) });
}

function sell(quantity: number, price: number): LedgerExecution {
  return execution({ side: "Sell", qty: qty(quantity), px: px(price) });
}

function markOf(instrument: LedgerExecution["instrument"]["id"]): Px | undefined {
  return MARKS.get(instrument);
}

function positionOf(ledger: Ledger): PositionRow | undefined {
  return ledger.positions(ALICE, markOf)[0];
}

/** Everything that a reader can see. */
function visible(ledger: Ledger): unknown {
  return {
    balances: ledger.balances(undefined, () => "0"),
    account: ledger.positions("account", markOf),
    alice: ledger.positions(ALICE, markOf),
    bob: ledger.positions(BOB, markOf),
  };
}

function cashOf(ledger: Ledger, currency: string): string | undefined {
  return ledger.balances(VENUE, () => "0").find((row) => row.currency === currency)?.total;
}

Deno.test("Ledger.book() exchanges base against quote and takes the commission, exactly", () => {
  const ledger = new Ledger();
  ledger.deposit({ venue: VENUE, currency: "USDT", total: "100000" });
  ledger.book(execution({ px: px(6_180_033), commission: "61.80033", commissionCurrency: "USDT" }));
  strictEqual(cashOf(ledger, "BTC"), "1");
  strictEqual(cashOf(ledger, "USDT"), "38137.86967");
});

Deno.test("Ledger.book() widens a currency for a fee finer than its quantum and takes rebates", () => {
  const ledger = new Ledger();
  ledger.book(execution({ commission: "0.000000000000000001", commissionCurrency: "BNB" }));
  ledger.book(execution({ commission: "-0.5", commissionCurrency: "BNB" }));
  strictEqual(cashOf(ledger, "BNB"), "0.499999999999999999");
  ledger.assertConserved(VENUE);
});

Deno.test("Ledger.deposit() posts to external only what differs from the last opening balance", () => {
  const ledger = new Ledger();
  ledger.deposit({ venue: VENUE, currency: "USDT", total: "1000" });
  ledger.deposit({ venue: VENUE, currency: "USDT", total: "1000" });
  strictEqual(cashOf(ledger, "USDT"), "1000");
  ledger.book(buy(10_000, 100));
  ledger.deposit({ venue: VENUE, currency: "USDT", total: "1500.5" });
  strictEqual(cashOf(ledger, "USDT"), "1499.5");
  ledger.assertConserved(VENUE);
});

Deno.test("Ledger.balances() shows total, what is reserved and what is free, by currency", () => {
  const ledger = new Ledger();
  ledger.deposit({ venue: VENUE, currency: "USDT", total: "10" });
  ledger.deposit({ venue: VENUE, currency: "BTC", total: "2" });
  deepStrictEqual(ledger.balances(undefined, (_, currency) => currency === "USDT" ? "0.25" : "0"), [
    { venue: 0, currency: "BTC", total: "2", free: "2", reserved: "0" },
    { venue: 0, currency: "USDT", total: "10", free: "9.75", reserved: "0.25" },
  ]);
  deepStrictEqual(ledger.balances(venueId(1), () => "0"), []);
});

const [OPEN, CLOSE] = [buy(10_000, 10_000), sell(10_000, 11_000)];
const POSITIONS = [
  ["nothing closed", [OPEN, buy(20_000, 13_000)], "3", "120", "0"],
  ["a part closed", [OPEN, sell(4_000, 11_000)], "0.6", "100", "4"],
  ["all closed", [OPEN, sell(10_000, 9_000)], "0", null, "-10"],
  ["closed and opened again", [OPEN, CLOSE, buy(10_000, 20_000)], "1", "200", "10"],
  ["turned from long to short", [OPEN, sell(30_000, 11_000)], "-2", "110", "10"],
  ["a short closed in part", [sell(20_000, 11_000), buy(5_000, 10_000)], "-1.5", "110", "5"],
  ["an average without end", [OPEN, buy(20_000, 10_001)], "3", "100.006666666667", "0"],
] as const;
for (const [what, executions, quantity, average, realised] of POSITIONS) {
  Deno.test(`Ledger.positions() gives quantity ${quantity} at ${average} for ${what}`, () => {
    const ledger = new Ledger();
    for (const each of executions) ledger.book(each);
    const row = positionOf(ledger);
    strictEqual(row?.qty, quantity);
    strictEqual(row?.avgPx, average);
    strictEqual(row?.realisedPnl, realised);
    strictEqual(row?.currency, "USDT");
  });
}

Deno.test("Ledger.positions() values what is open at the mark, and nothing without one", () => {
  const ledger = new Ledger();
  ledger.book(buy(20_000, 6_180_000));
  strictEqual(positionOf(ledger)?.unrealisedPnl, "0.6");
  strictEqual(ledger.positions(ALICE, () => undefined)[0]?.unrealisedPnl, null);
  ledger.book(sell(20_000, 6_180_000));
  strictEqual(ledger.positions(ALICE, () => undefined)[0]?.unrealisedPnl, "0");
});

Deno.test("Ledger keeps each client's book apart from the others and from external", () => {
  const ledger = new Ledger();
  ledger.book(execution({ client: ALICE, qty: qty(100) }));
  ledger.book(execution({ client: BOB, qty: qty(40), side: "Sell" }));
  ledger.book(execution({ client: null, qty: qty(7) }));
  strictEqual(ledger.positionQuanta(ALICE, BTC.id), 100);
  strictEqual(ledger.positionQuanta(BOB, BTC.id), -40);
  strictEqual(ledger.positionQuanta("account", BTC.id), 67);
  strictEqual(ledger.positionQuanta(ALICE, ETH.id), 0);
  ledger.assertConserved(VENUE);
});

Deno.test("Ledger.book() throws and changes nothing for what it cannot book exactly", () => {
  const ledger = new Ledger();
  ledger.book(execution({ qty: qty(Number.MAX_SAFE_INTEGER) }));
  const before = visible(ledger);
  throws(() => ledger.book(execution({ qty: qty(1) })), InvariantError);
  throws(() => ledger.book(execution({ qty: qty(1), client: BOB })), InvariantError);
  throws(() => ledger.book(execution({ commission: "1e3" })), InvariantError);
  throws(() => ledger.book(execution({ venue: venueId(1) })), InvariantError);
  throws(() => ledger.deposit({ venue: VENUE, currency: "USDT", total: "" }), InvariantError);
  deepStrictEqual(visible(ledger), before);
  ledger.assertConserved(VENUE);
});

Deno.test("Ledger.reverse() of an execution older than the history keeps the total exact", () => {
  const [ledger, without] = [new Ledger(), new Ledger()];
  const first = buy(10_000, 5_000);
  ledger.book(first);
  for (let at = 0; at < 300; at++) {
    const each = at % 3 === 2 ? sell(7_000, 10_000 + at) : buy(5_000, 9_000 + at);
    ledger.book(each);
    without.book(each);
  }
  ledger.reverse(first);
  const [row, expected] = [positionOf(ledger), positionOf(without)];
  strictEqual(row?.qty, expected?.qty);
  strictEqual(totalOf(row), totalOf(expected));
  deepStrictEqual(ledger.balances(VENUE, () => "0"), without.balances(VENUE, () => "0"));
});

Deno.test("Ledger.reverse() of what the others cannot do without books the opposite, and nothing by half", () => {
  const ledger = new Ledger();
  const most = Number.MAX_SAFE_INTEGER;
  const first = sell(most, 2);
  for (const each of [buy(most, 1), first, buy(most, 1), sell(most, 1)]) ledger.book(each);
  ledger.reverse(first);
  const position = positionOf(ledger);
  strictEqual(position?.qty, fromUnits(BigInt(most), spotInstrument().qtyRule.scale));
  ledger.assertConserved(VENUE);
  ledger.reverse(buy(most, 1));
  strictEqual(positionOf(ledger)?.qty, "0");
});

Deno.test("Ledger.reverse() undoes a recent execution of a long history as if it never was", () => {
  const [ledger, without] = [new Ledger(), new Ledger()];
  const isVoided = (at: number): boolean => at === 300 || at === 350 || at === 399;
  const executions = Array.from(
    { length: 400 },
    (_, at) => at % 3 === 2 ? sell(7_001, 10_000 + at) : buy(5_003, 9_000 + at),
  );
  for (const [at, each] of executions.entries()) {
    ledger.book(each);
    if (!isVoided(at)) without.book(each);
  }
  for (const each of executions.filter((_, at) => isVoided(at))) ledger.reverse(each);
  deepStrictEqual(visible(ledger), visible(without));
});

Deno.test("Ledger keeps a bounded history of executions, however many there are", () => {
  const ledger = new Ledger();
  for (let at = 0; at < 1_000; at++) ledger.book(buy(1, 100 + at));
  const [account] = new NodeReader(ledger.checkpoint()).rows("accounts");
  const [position] = account?.child("whole").rows("positions") ?? [];
  strictEqual(position?.integers("history_px").length, 256);
});

function totalOf(row: PositionRow | undefined): string {
  return plus([row?.realisedPnl ?? "", row?.unrealisedPnl ?? ""]);
}

function plus(decimals: readonly string[]): string {
  const units = decimals.map((decimal) => toUnits(decimal, 30) ?? 0n);
  return fromUnits(units.reduce((left, right) => left + right, 0n), 30);
}

const commissions = fc.constantFrom("0", "0.1", "-0.00000001", "0.000000000000000003", "12.5");
const anyExecution = fc.record({
  client: fc.constantFrom(ALICE, BOB, null),
  instrument: fc.constantFrom(BTC, ETH),
  side: fc.constantFrom<Side>("Buy", "Sell"),
  qty: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5_000_000 })).map(qty),
  px: fc.integer({ min: 1, max: 9_000_000 }).map(px),
  commission: commissions,
  commissionCurrency: fc.constantFrom("USDT", "BTC", "BNB"),
}).map(execution);

/** Nothing comes off a base, which moves positions by what came before (`base_commission_test.ts`). */
const gross = anyExecution.map((each) => ({
  ...each,
  commissionCurrency: each.commissionCurrency === each.instrument.base
    ? "BNB"
    : each.commissionCurrency,
}));

/** The twin: cash as plain sums of wide integers at one fine scale. */
function expectedCash(executions: readonly LedgerExecution[], currency: string): string {
  const amounts = executions.flatMap((each) => {
    const { instrument, side, qty: quantity, px: price, commission } = each;
    const sign = side === "Buy" ? 1n : -1n;
    const base = sign * BigInt(quantity) * powerOfTen(30 - instrument.qtyRule.scale);
    const scale = instrument.qtyRule.scale + instrument.priceRule.scale;
    const quote = -sign * BigInt(quantity) * BigInt(price) * powerOfTen(30 - scale);
    return [
      instrument.base === currency ? base : 0n,
      instrument.quote === currency ? quote : 0n,
      each.commissionCurrency === currency ? -(toUnits(commission, 30) ?? 0n) : 0n,
    ];
  });
  return fromUnits(amounts.reduce((left, right) => left + right, 0n), 30);
}

Deno.test("Ledger conserves cash and positions exactly after every posting", () => {
  fc.assert(
    fc.property(fc.array(gross, { maxLength: 40, size: "max" }), (executions) => {
      const ledger = new Ledger();
      for (const each of executions) {
        ledger.book(each);
        ledger.assertConserved(VENUE);
      }
      for (const currency of ["BTC", "ETH", "USDT", "BNB"]) {
        strictEqual(cashOf(ledger, currency) ?? "0", expectedCash(executions, currency));
      }
      for (const row of ledger.positions("account", markOf)) {
        const ofOne = executions.filter((each) => each.instrument.id === row.instrument);
        const free = ofOne.map((each) => ({ ...each, commission: "0" }));
        const instrument = INSTRUMENTS[row.instrument] ?? BTC;
        const value = (toUnits(row.qty, 4) ?? 0n) * BigInt(markOf(instrument.id) ?? 0);
        const marked = fromUnits(value, 4 + instrument.priceRule.scale);
        strictEqual(totalOf(row), plus([expectedCash(free, "USDT"), marked]));
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("Ledger.reverse() restores what was before, to the last unit", () => {
  fc.assert(
    fc.property(
      fc.array(anyExecution, { maxLength: 20, size: "max" }),
      anyExecution,
      (executions, last) => {
        const ledger = new Ledger();
        for (const each of executions) ledger.book(each);
        const before = canonicalCash(ledger);
        ledger.book(last);
        ledger.reverse(last);
        ledger.assertConserved(VENUE);
        deepStrictEqual(canonicalCash(ledger), before);
      },
    ),
    { numRuns: 200 },
  );
});

/** What is visible, without rows that a posting has opened and its reversal has emptied. */
function canonicalCash(ledger: Ledger): unknown {
  const isUsed = (row: PositionRow): boolean => row.qty !== "0" || row.realisedPnl !== "0";
  return {
    balances: ledger.balances(undefined, () => "0").filter((row) => row.total !== "0"),
    account: ledger.positions("account", markOf).filter(isUsed),
    alice: ledger.positions(ALICE, markOf).filter(isUsed),
    bob: ledger.positions(BOB, markOf).filter(isUsed),
  };
}

Deno.test("Ledger.reverse() leaves what was never voided, whatever the order of the voids", () => {
  const voided = fc.array(fc.tuple(gross, fc.boolean(), fc.nat()), {
    maxLength: 30,
    size: "max",
  });
  fc.assert(
    fc.property(voided, (drawn) => {
      const rows = drawn.map(([each, isVoided, rank], at) => ({
        each: { ...each, px: px(each.px + at * 10_000_000) }, // no two alike
        isVoided,
        rank,
      }));
      const gone = rows.filter((row) => row.isVoided);
      const kept = new Ledger();
      for (const { each } of rows.filter((row) => !row.isVoided)) kept.book(each);
      const shuffled = gone.toSorted((left, right) => left.rank - right.rank);
      for (const order of [gone, gone.toReversed(), shuffled]) {
        const ledger = new Ledger();
        for (const { each } of rows) ledger.book(each);
        for (const { each } of order) ledger.reverse(each);
        ledger.assertConserved(VENUE);
        deepStrictEqual(canonicalCash(ledger), canonicalCash(kept));
      }
    }),
    { numRuns: 100 },
  );
});

/** The twin of the average-cost method: cost of what is open as an exact fraction. */
function exactCost(
  executions: readonly LedgerExecution[],
): { numerator: bigint; denominator: bigint } {
  let [quanta, numerator, denominator] = [0n, 0n, 1n];
  for (const { side, qty: quantity, px: price } of executions) {
    const change = side === "Buy" ? BigInt(quantity) : -BigInt(quantity);
    const after = quanta + change;
    if (quanta === 0n || quanta > 0n === change > 0n) {
      numerator += change * BigInt(price) * denominator;
    } else if (after === 0n) [numerator, denominator] = [0n, 1n];
    else if (after > 0n === quanta > 0n) {
      numerator *= after;
      denominator *= quanta;
    } else [numerator, denominator] = [after * BigInt(price), 1n];
    quanta = after;
  }
  return { numerator, denominator };
}

Deno.test("Ledger's cost follows the average-cost method within its one rounding per close", () => {
  const list = fc.array(anyExecution, { maxLength: 25, size: "max" });
  fc.assert(
    fc.property(list, (drawn) => {
      const executions = drawn.map((each) => ({ ...each, client: ALICE, instrument: BTC }));
      const ledger = new Ledger();
      for (const each of executions) ledger.book({ ...each, commission: "0" });
      const row = positionOf(ledger);
      const { numerator, denominator } = exactCost(executions);
      const free = executions.map((each) => ({ ...each, commission: "0" }));
      const flow = toUnits(expectedCash(free, "USDT"), 12) ?? 0n;
      const cost = (toUnits(row?.realisedPnl ?? "0", 12) ?? 0n) - flow;
      // Both sides times 2 × denominator: |cost − exact| is at most half a unit per execution.
      const apart = 2n * (cost * denominator - numerator * powerOfTen(6));
      const bound = BigInt(executions.length) * denominator;
      strictEqual(absolute(apart) <= absolute(bound) ? "within" : `${apart} of ${bound}`, "within");
    }),
    { numRuns: 300 },
  );
});

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

Deno.test("Ledger.restore() gives a ledger that goes on exactly as the original", () => {
  const list = fc.array(anyExecution, { maxLength: 25, size: "max" });
  fc.assert(
    fc.property(list, list, (before, after) => {
      const ledger = new Ledger();
      ledger.deposit({ venue: VENUE, currency: "USDT", total: "1000.5" });
      for (const each of before) ledger.book(each);
      ledger.mixInto(new Digest());
      const node = JSON.parse(JSON.stringify(ledger.checkpoint()));
      const restored = Ledger.restore(node, INSTRUMENTS);
      for (const [at, each] of [...after, ...before].entries()) {
        const isVoid = at >= after.length;
        for (const one of [ledger, restored]) isVoid ? one.reverse(each) : one.book(each);
        strictEqual(mixed(restored), mixed(ledger));
      }
      for (const one of [ledger, restored]) {
        one.deposit({ venue: VENUE, currency: "USDT", total: "999" });
      }
      deepStrictEqual(visible(restored), visible(ledger));
      deepStrictEqual(restored.checkpoint(), ledger.checkpoint());
    }),
    { numRuns: 60 },
  );
});

function mixed(ledger: Ledger): string {
  const digest = new Digest();
  ledger.mixInto(digest);
  return digest.hex;
}

Deno.test("Ledger.mixInto() mixes a posting once, and differently for a different outcome", () => {
  const [left, right] = [new Ledger(), new Ledger()];
  left.book(buy(10, 100));
  right.book(buy(10, 101));
  notStrictEqual(mixed(left), mixed(right));
  strictEqual(mixed(left), new Digest().hex);
});

Deno.test("Ledger.checkpoint() holds money as canonical decimals, currencies in order", () => {
  const ledger = new Ledger();
  ledger.book(execution({ commission: "0.10" }));
  const [account] = new NodeReader(ledger.checkpoint()).rows("accounts");
  const whole = account?.child("whole");
  deepStrictEqual(whole?.texts("currencies"), ["BTC", "USDT"]);
  deepStrictEqual(whole?.texts("cash"), ["1", "-60000.1"]);
});

Deno.test("Ledger.revision grows with every posting, so that what was read before is known to be old", () => {
  const ledger = new Ledger();
  const steps = [
    () => ledger.deposit({ venue: VENUE, currency: "USDT", total: "1000" }),
    () => ledger.book(buy(10_000, 100)),
    () => ledger.reverse(buy(10_000, 100)),
  ];
  for (const step of steps) {
    const before = ledger.revision;
    step();
    strictEqual(ledger.revision, before + 1);
  }
});
