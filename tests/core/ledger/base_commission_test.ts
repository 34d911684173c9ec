/**
 * Proves R-CORE-6 where a commission is taken off the base of a spot instrument: a position is what
 * can be sold, whatever was booked, voided and corrected before, and the account is the sum of its
 * parts.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Digest } from "../../../core/digest.ts";
import type { Side } from "../../../core/instrument.ts";
import { InvariantError } from "../../../core/invariant.ts";
import { Ledger, type LedgerExecution } from "../../../core/ledger/mod.ts";
import { decimalOf } from "../../../core/ledger/money.ts";
import { type ClientIndex, clientIndex, instrumentId, px, qty } from "../../../core/numbers.ts";
import { linearInstrument } from "../../support/contract_instruments.ts";
import { fraction, minus, naiveCash, netted, plus, same } from "../../support/naive_ledger.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";

const [ALICE, BOB] = [clientIndex(0), clientIndex(1)];
const SPOT = spotInstrument({ minNotional: null });
const LINEAR = linearInstrument();
const EDGE = Number.MAX_SAFE_INTEGER;

type Of = Partial<LedgerExecution> & { readonly quanta?: number };

/** `quanta`: bought, or sold below 0. */
function traded({ quanta = 10_000, ...of }: Of): LedgerExecution {
  return {
    venue: VENUE.id,
    client: ALICE,
    instrument: SPOT,
    side: quanta > 0 ? "Buy" : "Sell",
    qty: qty(Math.abs(quanta)),
    px: px(10_000),
    commission: "0",
    commissionCurrency: SPOT.base,
    ...of,
  };
}

function ledgerOf(executions: readonly LedgerExecution[]): Ledger {
  const ledger = new Ledger();
  for (const each of executions) {
    ledger.book(each);
    ledger.assertTouched();
  }
  return ledger;
}

function digestOf(ledger: Ledger): string {
  const digest = new Digest();
  ledger.mixInto(digest);
  return digest.hex;
}

const HELD: readonly (readonly [string, readonly Of[], number])[] = [
  ["whole quanta of what was bought", [{ commission: "0.001" }], 9_990],
  ["a quantum for what is begun of one", [{ commission: "0.00000001" }], 9_999],
  ["no second quantum for the rest of one", [
    { commission: "0.00003" },
    { commission: "0.00007" },
  ], 19_999],
  ["a second quantum for what is beyond one", [
    { commission: "0.00003" },
    { commission: "0.00008" },
  ], 19_998],
  ["what a sale is charged in base, too", [{}, { quanta: -4_000, commission: "0.0004" }], 5_996],
  ["a quantum more of a short", [{ quanta: -4_000, commission: "0.00001" }], -4_001],
  ["nothing of a rebate below a quantum", [{ commission: "-0.00009" }], 10_000],
  ["a quantum of a rebate of one", [{ commission: "-0.0001" }], 10_001],
  ["what a later commission of more decimals takes", [
    { commission: "0.0001" },
    { commission: "0.000000000000000001" },
  ], 19_998],
  ["all of what was no more than its commission", [{ quanta: 1, commission: "0.0001" }], 0],
  ["nothing for a commission in quote", [{ commission: "1", commissionCurrency: "USDT" }], 10_000],
];
for (const [what, executions, held] of HELD) {
  Deno.test(`Ledger.book() takes off a spot position ${what}`, () => {
    const ledger = ledgerOf(executions.map(traded));
    strictEqual(ledger.positionQuanta(ALICE, SPOT.id), held);
    strictEqual(ledger.positionQuanta("account", SPOT.id), held);
    ledger.assertConserved(VENUE.id);
  });
}

Deno.test("Ledger.book() takes nothing off a derivative that is charged in its base", () => {
  const ledger = ledgerOf([traded({ instrument: LINEAR, commission: "0.1" })]);
  strictEqual(ledger.positionQuanta(ALICE, LINEAR.id), 10_000);
});

Deno.test("Ledger.book() counts what each owner is charged by itself", () => {
  const ledger = ledgerOf(
    [ALICE, BOB, null].map((client) => traded({ client, commission: "0.00003" })),
  );
  strictEqual(ledger.positionQuanta(ALICE, SPOT.id), 9_999);
  strictEqual(ledger.positionQuanta(BOB, SPOT.id), 9_999);
  strictEqual(ledger.positionQuanta("account", SPOT.id), 29_997);
});

Deno.test("Ledger.book() counts a tag's quantity as the position's, and its void too", () => {
  const [first, second] = ["0.00003", "0.00008"].map((commission) =>
    traded({ commission, tag: "mm" })
  );
  const ledger = ledgerOf([first, second].filter((each) => each !== undefined));
  const quantity = (): string | undefined =>
    ledger.tags(ALICE, () => undefined).find(({ tag }) => tag === "mm")?.instruments[0]?.qty;
  strictEqual(quantity(), "1.9998");
  if (first !== undefined) ledger.reverse(first);
  strictEqual(quantity(), "0.9999");
});

Deno.test("Ledger.reverse() takes out what the execution would move as the last one", () => {
  const [early, late] = [traded({ commission: "0.00003" }), traded({ commission: "0.00007" })];
  const ledger = ledgerOf([early, late]);
  ledger.reverse(early);
  strictEqual(ledger.positionQuanta(ALICE, SPOT.id), 9_999);
  ledger.reverse(late);
  strictEqual(ledger.positionQuanta(ALICE, SPOT.id), 0);
  strictEqual(decimalOf(ledger.cash(ALICE, { venue: VENUE.id, currency: SPOT.base })), "0");
  ledger.assertConserved(VENUE.id);
});

Deno.test("Ledger.reverse() gives back the average price that was there before", () => {
  const rest = traded({ px: px(13_000), commission: "0.00004" });
  const ledger = ledgerOf([traded({ commission: "0.0015" }), rest]);
  ledger.reverse(traded({ commission: "0.0015" }));
  const [row] = ledger.positions(ALICE, () => undefined);
  deepStrictEqual([row?.qty, row?.avgPx, row?.realisedPnl], ["0.9999", "130", "0"]);
});

Deno.test("Ledger refuses what a rebate in base would take beyond 2^53 quanta, by half too", () => {
  for (const client of [ALICE, BOB]) {
    const ledger = ledgerOf([traded({ quanta: EDGE - 1 })]);
    const rebate = traded({ client, quanta: 1, commission: "-0.0001" });
    const before = shown(ledger);
    throws(() => ledger.toPosting(rebate), InvariantError);
    throws(() => ledger.book(rebate), InvariantError);
    deepStrictEqual(shown(ledger), before);
    ledger.book({ ...rebate, commission: "-0.00009" });
    strictEqual(ledger.positionQuanta("account", SPOT.id), EDGE);
    ledger.assertConserved(VENUE.id);
  }
});

Deno.test("Ledger refuses a commission in base beyond 2^53 quanta", () => {
  const ledger = new Ledger();
  throws(() => ledger.book(traded({ commission: "9".repeat(30) })), InvariantError);
  deepStrictEqual(shown(ledger), shown(new Ledger()));
});

/** Everything that a reader can see. */
function shown(ledger: Ledger): unknown {
  const scopes = ["account", ALICE, BOB] as const;
  return {
    balances: ledger.balances(VENUE.id, () => "0"),
    positions: scopes.map((scope) => ledger.positions(scope, () => undefined)),
  };
}

Deno.test("Ledger.assertCorrectable() looks at both commissions in base", () => {
  const was = traded({ quanta: 10, commission: "0.0005" });
  const ledger = ledgerOf([was, traded({ client: BOB, quanta: EDGE - 5 })]);
  const less = { ...was, commission: "0.0004" };
  ledger.assertCorrectable({ was, now: was });
  throws(() => ledger.assertCorrectable({ was, now: less }), InvariantError);
  ledger.assertCorrectable({ was, now: { ...less, qty: qty(9) } });
  throws(() => ledger.assertCorrectable({ was, now: { ...was, commission: "-1e9" } }));
});

Deno.test("Ledger.assertCorrectable() looks at what is more though less was bought", () => {
  const was = traded({ quanta: 2, commission: "0.0004" });
  const ledger = ledgerOf([traded({ client: BOB, quanta: 2 - EDGE }), was]);
  strictEqual(ledger.positionQuanta("account", SPOT.id), -EDGE);
  ledger.assertCorrectable({ was, now: was });
  throws(() => ledger.assertCorrectable({ was, now: { ...was, qty: qty(1) } }), InvariantError);
});

const commissions = fc.constantFrom("0", "0.1", "-0.00000001", "0.000033", "0.0001", "0.0000999");
const anyExecution = fc.record({
  client: fc.constantFrom<ClientIndex | null>(ALICE, BOB, null),
  side: fc.constantFrom<Side>("Buy", "Sell"),
  qty: fc.integer({ min: 1, max: 5_000 }).map(qty),
  px: fc.integer({ min: 1, max: 900_000 }).map(px),
  commission: commissions,
  commissionCurrency: fc.constantFrom(SPOT.base, SPOT.base, "USDT"),
}).map(traded);

Deno.test("Ledger holds what was bought less what was taken off, after any voids", () => {
  const drawn = fc.array(fc.tuple(anyExecution, fc.boolean(), fc.nat()), {
    maxLength: 30,
    size: "max",
  });
  fc.assert(
    fc.property(drawn, (rows) => {
      const ledger = ledgerOf(rows.map(([each]) => each));
      const gone = rows.filter(([, isVoid]) => isVoid);
      for (const [each] of gone.toSorted(([, , left], [, , right]) => left - right)) {
        ledger.reverse(each);
        ledger.assertTouched();
      }
      ledger.assertConserved(VENUE.id);
      const kept = rows.filter(([, isVoid]) => !isVoid).map(([{ client, ...each }]) => ({
        ...each,
        owner: client,
      }));
      const nets = netted(kept);
      for (const scope of ["account", ALICE, BOB] as const) {
        const own = nets.filter(({ owner }) => scope === "account" || owner === scope);
        const held = own.reduce((left, { net = 0n }) => left + net, 0n);
        strictEqual(BigInt(ledger.positionQuanta(scope, SPOT.id)), held);
        const cash = fraction(
          decimalOf(ledger.cash(scope, { venue: VENUE.id, currency: SPOT.base })),
        );
        ok(same(cash, naiveCash(own, SPOT.base)));
        // Of each owner less than a quantum is neither in its position nor gone.
        if (scope === "account") continue;
        const { n, d } = plus(cash, minus({ n: held, d: 10_000n }));
        ok(n >= 0n && n * 10_000n < d, `${n} / ${d}`);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("Ledger.restore() knows what was taken off bases: it goes on as the original", () => {
  const list = fc.array(anyExecution, { maxLength: 12, size: "max" });
  fc.assert(
    fc.property(list, list, (before, after) => {
      const ledger = ledgerOf(before);
      ledger.mixInto(new Digest());
      const restored = Ledger.restore(JSON.parse(JSON.stringify(ledger.checkpoint())), [SPOT]);
      deepStrictEqual(restored.checkpoint(), ledger.checkpoint());
      for (const [at, each] of [...after, ...before].entries()) {
        for (const one of [ledger, restored]) {
          at < after.length ? one.book(each) : one.reverse(each);
        }
        strictEqual(digestOf(restored), digestOf(ledger));
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("Ledger.checkpoint() saves what was taken by instrument, whichever was charged first", () => {
  const other = spotInstrument({ id: instrumentId(7), name: "paper:BTC/EUR", quote: "EUR" });
  const charged = [SPOT, other].map((instrument) => traded({ instrument, commission: "0.001" }));
  const upwards = JSON.stringify(ledgerOf(charged).checkpoint());
  strictEqual(JSON.stringify(ledgerOf(charged.toReversed()).checkpoint()), upwards);
  ok(upwards.includes('"taken_instruments":[0,7]'));
});

Deno.test("Ledger.restore() takes a checkpoint from before anything was taken off bases", () => {
  const ledger = ledgerOf([traded({})]);
  const text = JSON.stringify(
    ledger.checkpoint(),
    (key, value) => key.startsWith("taken") ? undefined : value,
  );
  const restored = Ledger.restore(JSON.parse(text), [SPOT]);
  restored.book(traded({ commission: "0.001" }));
  strictEqual(restored.positionQuanta(ALICE, SPOT.id), 19_990);
});

Deno.test("Ledger.mixInto() mixes what was taken off a base, also what moves no quantum yet", () => {
  const charged = ledgerOf([traded({ commission: "-0.00003" })]);
  const paid = new Ledger();
  const leg = { currency: SPOT.base, amount: { units: 3, scale: 5 } };
  paid.postCash(VENUE.id, { owner: ALICE, leg, isCharge: false, feeTag: null });
  paid.book(traded({}));
  deepStrictEqual(shown(charged), shown(paid));
  ok(digestOf(charged) !== digestOf(paid));
});
