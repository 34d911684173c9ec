/**
 * Proves for R-CORE-6 that P&L and fees by tag add up to what the client's book has, and that they
 * are bounded, survive a checkpoint and change no book.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { fromUnits, toUnits } from "../../../core/decimal.ts";
import type { Side } from "../../../core/instrument.ts";
import { Ledger, type LedgerExecution } from "../../../core/ledger/mod.ts";
import { amountOf } from "../../../core/ledger/money.ts";
import { clientIndex, px, qty } from "../../../core/numbers.ts";
import type { TagRow } from "../../../core/view.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";

const [ALICE, BOB] = [clientIndex(0), clientIndex(1)];
const INVERSE = inverseInstrument();
const INSTRUMENTS = [spotInstrument(), linearInstrument(), INVERSE];
const MARK = px(61_234);

const anyExecution: fc.Arbitrary<LedgerExecution> = fc.record({
  venue: fc.constant(VENUE.id),
  client: fc.constantFrom(ALICE, ALICE, BOB, null),
  instrument: fc.constantFrom(...INSTRUMENTS),
  side: fc.constantFrom<Side>("Buy", "Sell"),
  qty: fc.integer({ min: 1, max: 1_000 }).map(qty),
  px: fc.integer({ min: 1, max: 900_000 }).map(px),
  commission: fc.constantFrom("0", "0.1", "-0.00000001"),
  commissionCurrency: fc.constantFrom("USDT", "BTC"),
  tag: fc.constantFrom(null, "a", "b", "", "grid 7"),
});

function units(decimal: string | null): bigint {
  return toUnits(decimal ?? "", 30) ?? 0n;
}

function total(decimals: readonly (string | null)[]): string {
  return fromUnits(decimals.map(units).reduce((left, right) => left + right, 0n), 30);
}

function pnlOf(rows: readonly TagRow[], instrument: number): string {
  return total(
    rows.flatMap((row) => row.instruments).filter((line) => line.instrument === instrument)
      .map(({ pnl }) => pnl),
  );
}

Deno.test("Ledger.tags() add up to the client's total P&L and fees, voids taken out", () => {
  const drawn = fc.array(fc.tuple(anyExecution, fc.boolean()), { maxLength: 30, size: "max" });
  fc.assert(
    fc.property(drawn, (all) => {
      const ledger = new Ledger();
      for (const [each] of all) ledger.book(each);
      for (const [each, isVoid] of all) if (isVoid) ledger.reverse(each);
      const rows = ledger.tags(ALICE, () => MARK);
      for (
        const { instrument, realisedPnl, unrealisedPnl } of ledger.positions(ALICE, () => MARK)
      ) {
        const apart = units(pnlOf(rows, instrument)) - units(total([realisedPnl, unrealisedPnl]));
        // An inverse value at the mark is rounded to 10^-24 for each tag: 10^6 units here.
        const bound = instrument === INVERSE.id ? 3_000_000n : 0n;
        ok(apart <= bound && apart >= -bound);
      }
      const kept = all.filter(([each, isVoid]) => !isVoid && each.client === ALICE);
      for (const currency of ["USDT", "BTC"]) {
        const paid = kept.map(([each]) => each)
          .filter((each) => each.commissionCurrency === currency);
        const fees = rows.flatMap((row) => row.fees).filter((fee) => fee.currency === currency);
        strictEqual(total(fees.map((fee) => fee.amount)), total(paid.map((e) => e.commission)));
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("Ledger without tags has the same books as with them", () => {
  fc.assert(
    fc.property(fc.array(anyExecution, { maxLength: 20, size: "max" }), (all) => {
      const [tagged, plain] = [new Ledger(), new Ledger()];
      for (const each of all) {
        tagged.book(each);
        plain.book({ ...each, tag: null });
      }
      deepStrictEqual(tagged.positions(ALICE, () => MARK), plain.positions(ALICE, () => MARK));
      deepStrictEqual(tagged.balances(VENUE.id, () => "0"), plain.balances(VENUE.id, () => "0"));
    }),
    { numRuns: 30 },
  );
});

const LINEAR = linearInstrument();

function linear(tag: string | null, of: Partial<LedgerExecution> = {}): LedgerExecution {
  return {
    venue: VENUE.id,
    client: ALICE,
    instrument: LINEAR,
    side: "Buy",
    qty: qty(10),
    px: px(600_000),
    commission: "0.3",
    commissionCurrency: "USDT",
    tag,
    ...of,
  };
}

Deno.test("Ledger.tags() shows untagged orders first, then tags, and the rest beyond 64 last", () => {
  const ledger = new Ledger();
  ledger.book(linear("z"));
  ledger.book(linear(null));
  for (let at = 0; at < 70; at++) ledger.book(linear(`t${at + 10}`));
  const rows = ledger.tags(ALICE, () => undefined);
  strictEqual(rows.length, 66);
  deepStrictEqual(rows[0]?.tag, null);
  deepStrictEqual([rows[1]?.tag, rows[64]?.tag], ["t10", "z"]);
  const [line] = rows[65]?.instruments ?? [];
  deepStrictEqual([rows[65]?.isRest, line?.qty, line?.pnl], [true, "70", null]);
  deepStrictEqual(rows[65]?.fees, [{ currency: "USDT", amount: "2.1" }]);
  deepStrictEqual(ledger.tags(BOB, () => undefined), []);
});

Deno.test("Ledger.settle() closes every tag at the price, and a fee with a tag counts for it", () => {
  const ledger = new Ledger();
  ledger.book(linear("a"));
  ledger.book(linear("b", { side: "Sell", qty: qty(4) }));
  ledger.settle(LINEAR, px(610_000));
  const leg = { currency: "USDT", amount: amountOf("-0.25") };
  ledger.postCash(VENUE.id, { owner: ALICE, leg, isCharge: true, feeTag: { tag: "b" } });
  const rows = ledger.tags(ALICE, () => undefined);
  deepStrictEqual(rows.map(({ instruments: [line] }) => [line?.qty, line?.pnl]), [
    ["0", "10"],
    ["0", "-4"],
  ]);
  deepStrictEqual(rows.map(({ fees: [fee] }) => fee?.amount), ["0.3", "0.55"]);
});

Deno.test("Ledger.tags() counts a tag beyond 2^53 exactly", () => {
  const ledger = new Ledger();
  const largest = qty(Number.MAX_SAFE_INTEGER);
  ledger.book(linear("a", { qty: largest, px: px(600_001) }));
  ledger.book(linear("b", { side: "Sell", qty: largest }));
  ledger.book(linear("a", { qty: qty(2) }));
  const adds = (quantities: readonly string[]): void => {
    const rows = ledger.tags(ALICE, () => MARK);
    deepStrictEqual(rows.map(({ instruments: [line] }) => line?.qty), quantities);
    const [position] = ledger.positions(ALICE, () => MARK);
    const { realisedPnl = null, unrealisedPnl = null } = position ?? {};
    strictEqual(pnlOf(rows, LINEAR.id), total([realisedPnl, unrealisedPnl]));
  };
  adds(["9007199254740993", "-9007199254740991"]);
  ledger.settle(LINEAR, MARK);
  adds(["0", "0"]);
});

Deno.test("Ledger.restore() goes on with the tags of a checkpoint", () => {
  fc.assert(
    fc.property(fc.array(anyExecution, { maxLength: 20, size: "max" }), (all) => {
      const ledger = new Ledger();
      for (const each of all) ledger.book(each);
      const node = JSON.parse(JSON.stringify(ledger.checkpoint()));
      const restored = Ledger.restore(node, INSTRUMENTS);
      for (const each of all) for (const one of [ledger, restored]) one.book(each);
      deepStrictEqual(restored.tags(ALICE, () => MARK), ledger.tags(ALICE, () => MARK));
      deepStrictEqual(restored.checkpoint(), ledger.checkpoint());
    }),
    { numRuns: 30 },
  );
});
