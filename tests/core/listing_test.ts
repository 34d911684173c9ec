/**
 * Proves that an instrument is listed only if the core can count it exactly (DESIGN: Numbers) and
 * account for it (R-CORE-6).
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import type { AssetClass, Instrument } from "../../core/instrument.ts";
import { listingProblem, relistingProblem } from "../../core/listing.ts";
import { venueId } from "../../core/numbers.ts";
import { inverseInstrument, linearInstrument } from "../support/contract_instruments.ts";
import { runner, token } from "../support/outcome_instruments.ts";
import { spotInstrument } from "../support/spot_instrument.ts";

Deno.test("listingProblem() has nothing to say about a spot instrument with sane rules", () => {
  strictEqual(listingProblem(spotInstrument()), undefined);
});

const { priceRule, qtyRule } = spotInstrument();
const PROBLEMS: readonly (readonly [string, Partial<Instrument>, string])[] = [
  ["a largest quantity beyond 2^53 quanta", {
    qtyRule: { ...qtyRule, maxQuanta: 9_007_199_254_740_992 },
  }, "2^53"],
  ["a largest quantity of nothing", {
    qtyRule: { ...qtyRule, minQuanta: 0, maxQuanta: 0 },
  }, "largest quantity"],
  ["a largest quantity below the least", {
    qtyRule: { ...qtyRule, minQuanta: 9, maxQuanta: 8 },
  }, "largest quantity"],
  ["a negative least quantity", { qtyRule: { ...qtyRule, minQuanta: -1 } }, "least quantity"],
  ["a quantity step of nothing", { qtyRule: { ...qtyRule, stepQuanta: 0 } }, "quantity step"],
  ["a quantity scale that is no count", { qtyRule: { ...qtyRule, scale: 1.5 } }, "quantity scale"],
  ["a price scale beyond 18", { priceRule: { ...priceRule, scale: 19 } }, "price scale"],
  ["no ticks", { priceRule: { scale: 2, ticks: [] } }, "ticks"],
  ["a price step of nothing", {
    priceRule: { scale: 2, ticks: [{ fromQuanta: 1, stepQuanta: 0 }] },
  }, "price step"],
  ["a tick row that begins nowhere", {
    priceRule: { scale: 2, ticks: [{ fromQuanta: Infinity, stepQuanta: 1 }] },
  }, "price from"],
  ["ticks that do not ascend", {
    priceRule: {
      scale: 2,
      ticks: [{ fromQuanta: 10, stepQuanta: 1 }, { fromQuanta: 10, stepQuanta: 5 }],
    },
  }, "ascend"],
  ["a least notional that is no decimal", { minNotional: "ten" }, "min_notional"],
];
for (const [what, changes, named] of PROBLEMS) {
  Deno.test(`listingProblem() refuses ${what} and names ${named}`, () => {
    const text = listingProblem(spotInstrument(changes));
    ok(text?.startsWith("Cannot list paper:BTC/USDT: "));
    ok(text?.includes(named));
  });
}

const CLASSES: readonly AssetClass[] = ["linear", "inverse", "binary", "betting"];
for (const assetClass of CLASSES) {
  Deno.test(`listingProblem() refuses ${assetClass} without the contract that it is of`, () => {
    ok(listingProblem(spotInstrument({ assetClass }))?.includes(assetClass));
  });
}

Deno.test("listingProblem() has nothing to say about linear and inverse contracts", () => {
  strictEqual(listingProblem(linearInstrument()), undefined);
  strictEqual(listingProblem(inverseInstrument()), undefined);
});

Deno.test("listingProblem() refuses a contract on spot and one of another class", () => {
  const { contract } = linearInstrument();
  ok(listingProblem(spotInstrument({ contract }))?.endsWith("must be absent: was linear"));
  const other = listingProblem(inverseInstrument({ contract }));
  ok(other?.endsWith("contract must be inverse: was linear"));
});

const MULTIPLIERS = ["0", "-1", "1.0", "ten", "", "1e3", `0.${"0".repeat(18)}1`, "9".repeat(17)];
for (const multiplier of MULTIPLIERS) {
  Deno.test(`listingProblem() refuses a multiplier of "${multiplier}" in a sentence`, () => {
    for (const kind of ["linear", "inverse"] as const) {
      const contract = { kind, multiplier, settlement: "USDT" };
      const text = listingProblem(spotInstrument({ assetClass: kind, contract }));
      ok(text?.includes("multiplier must be a decimal above 0"));
      ok(text?.endsWith(`: was ${multiplier}`));
    }
  });
}

/** Every class with one term changed that books and orders count in. */
const KNOWN: readonly (readonly [Instrument, readonly Partial<Instrument>[]])[] = [
  [spotInstrument(), [
    { assetClass: "linear" },
    { venue: venueId(1) },
    { symbol: "X" },
    { base: "X" },
    { quote: "X" },
    { priceRule: { ...priceRule, scale: priceRule.scale + 1 } },
    { qtyRule: { ...qtyRule, scale: qtyRule.scale + 1 } },
  ]],
  [linearInstrument(), changed(linearInstrument(), { multiplier: "7", settlement: "X" })],
  [inverseInstrument(), changed(inverseInstrument(), { multiplier: "7", settlement: "X" })],
  [
    token("YES"),
    changed(token("YES"), {
      condition: "X",
      outcome: "X",
      complement: "X",
      collateral: "X",
      payout: "7",
      netting: "signed",
    }),
  ],
  [runner(1), changed(runner(1), { market: "X", currency: "X", winners: 2 })],
];

/** The instrument with each of these terms of its contract changed by itself. */
function changed(
  { contract }: Instrument,
  terms: Readonly<Record<string, string | number>>,
): Partial<Instrument>[] {
  ok(contract !== null);
  return Object.entries(terms).map(([name, value]) => ({
    contract: Object.assign({}, contract, { [name]: value }),
  }));
}

Deno.test("relistingProblem() refuses each term in which books and orders count", () => {
  for (const [known, others] of KNOWN) {
    for (const terms of others) {
      const problem = relistingProblem({ known, again: { ...known, ...terms } });
      match(problem ?? JSON.stringify(terms), /^Cannot list \S+ again: .+ must stay .+: was .+/);
    }
  }
});

Deno.test("relistingProblem() lets grids, bounds, status, session, capabilities and commission change", () => {
  for (const [known] of KNOWN) {
    const again: Instrument = {
      ...known,
      priceRule: { ...known.priceRule, ticks: [{ fromQuanta: 0, stepQuanta: 9 }] },
      qtyRule: { ...known.qtyRule, stepQuanta: 9, minQuanta: 9, maxQuanta: 99 },
      minNotional: "9",
      sessionEndUs: 9,
      status: "closed",
      capabilities: { postOnly: false },
    };
    strictEqual(relistingProblem({ known, again }), undefined);
  }
  const known = runner(1);
  const terms = { commissionPpm: 9, discountPpm: 9, runners: 9 };
  for (const again of changed(known, terms)) {
    strictEqual(relistingProblem({ known, again: { ...known, ...again } }), undefined);
  }
});
