/**
 * Proves that an account has what the venue credited for an outcome (R-CORE-5, R-CORE-6), whatever
 * is told before or after: booked, voided, split, settled again, restored.
 * @module
 */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { InvariantError } from "../../../core/invariant.ts";
import { Ledger, type LedgerExecution } from "../../../core/ledger/mod.ts";
import { qty } from "../../../core/numbers.ts";
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
  YES,
} from "../../support/binary_bench.ts";

const BOUGHT = { q: 10, p: 0.6, isProvisional: true } as const;
/** What is told of 90 that stay and 10 that are voided; 90 are credited whenever that is told. */
const CREDITED: readonly (readonly [string, readonly ("early" | "buy" | "void" | "settle")[]])[] = [
  ["after everything", ["early", "buy", "void", "settle"]],
  ["before the void", ["early", "buy", "settle", "void"]],
  ["before the execution and its void", ["early", "settle", "buy", "void"]],
  ["before anything", ["settle", "buy", "early", "void"]],
];
for (const [when, told] of CREDITED) {
  Deno.test(`settleOutcome() gives the account just what the venue credited if told ${when}`, () => {
    const bench = new Bench();
    const facts = {
      early: () => bench.ledger.book(bench.deal({ q: 90, p: 0.6 })),
      buy: () => bench.ledger.book(bench.deal(BOUGHT)),
      void: () => bench.ledger.reverse(bench.deal(BOUGHT)),
      settle: () => bench.settle(YES, ALL, "90"),
    };
    for (const fact of told) {
      facts[fact]();
      bench.check();
    }
    deepStrictEqual([bench.cash("account"), bench.cash(ALICE)], ["36", "36"]);
  });
}

const TOLD_LATE = [
  ["a purchase", "Buy", YES, "3", "2.5"],
  ["a sale", "Sell", YES, "8", "-2.5"],
  ["a contract bought", "Buy", SIGNED, "3", "2.5"],
  ["a contract sold, its collateral deposited", "Sell", SIGNED, "-2", "-2.5"],
] as const;
for (const [what, side, instrument, account, alice] of TOLD_LATE) {
  Deno.test(`Ledger.book() after a figure of 5.5 leaves the account ${account} for ${what}`, () => {
    const bench = new Bench();
    const late = bench.deal({ q: 10, p: 0.25, side, instrument });
    bench.settle(instrument, HALF, "5.5");
    bench.ledger.book(late);
    bench.check();
    deepStrictEqual([bench.cash("account"), bench.cash(ALICE)], [account, alice]);
    bench.ledger.reverse(late);
    deepStrictEqual([bench.cash("account"), bench.cash(ALICE)], ["5.5", "0"]);
  });
}

Deno.test("splitOutcomes() after settlement changes nothing of what the venue credited", () => {
  const bench = new Bench();
  bench.settle(YES, ALL, "7");
  bench.settle(NO, NONE, "0");
  bench.split(10);
  deepStrictEqual([bench.cash("account"), bench.cash(ALICE)], ["-3", "0"]);
  bench.split(-10);
  deepStrictEqual([bench.cash("account"), bench.cash(ALICE)], ["7", "0"]);
});

Deno.test("settleOutcome() again replaces the venue's figure, also by none", () => {
  const bench = new Bench();
  bench.settle(YES, ALL, "9");
  bench.settle(YES, HALF, "4");
  bench.ledger.book(bench.deal({ q: 10, p: 0.4 }));
  deepStrictEqual([bench.cash("account"), bench.cash(ALICE)], ["0", "1"]);
  bench.settle(YES, HALF);
  bench.ledger.book(bench.deal({ q: 2, p: 0.4 }));
  deepStrictEqual([bench.cash("account"), bench.cash(ALICE)], ["1.2", "1.2"]);
});

Deno.test("Ledger.book() beyond 2^53 quanta changes nothing of what the venue credited", () => {
  const bench = new Bench();
  const most = { ...bench.deal({ q: 0, p: 0.5 }), qty: qty(Number.MAX_SAFE_INTEGER) };
  bench.settle(YES, ALL, "1");
  bench.settle(NO, NONE, "0");
  bench.ledger.book(most);
  const before = [bench.cash("account"), bench.cash(ALICE), bench.cash(BOB)];
  strictEqual(before[0], "-45035996273703.955"); // 1 less half of 90071992547409.91
  throws(() => bench.ledger.book(bench.deal({ q: 0.01, p: 0.5, client: BOB })), InvariantError);
  throws(() => bench.split(0.01, BOB), InvariantError);
  deepStrictEqual([bench.cash("account"), bench.cash(ALICE), bench.cash(BOB)], before);
  bench.check();
});

Deno.test("Ledger.restore() takes a figure that is not said for what the account has of it", () => {
  const bench = new Bench();
  const late = bench.deal({ q: 5, p: 0.5 });
  bench.ledger.book(bench.deal({ q: 10, p: 0.4 }));
  bench.settle(YES, ALL, "9");
  const saved = JSON.parse(
    JSON.stringify(bench.ledger.checkpoint(), (key, node) => key === "stated" ? undefined : node),
  );
  const restored = new Bench(Ledger.restore(saved, INSTRUMENTS));
  restored.ledger.book(late);
  restored.check();
  deepStrictEqual([restored.cash("account"), restored.cash(ALICE)], ["2.5", "8.5"]);
  deepStrictEqual(restored.ledger.checkpoint(), booked(bench, late).checkpoint());
});

function booked({ ledger }: Bench, execution: LedgerExecution): Ledger {
  ledger.book(execution);
  return ledger;
}
