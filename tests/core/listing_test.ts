/**
 * Proves that a known instrument keeps the terms in which books and orders count (R-CORE-6).
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import type { Instrument } from "../../core/instrument.ts";
import { relistingProblem } from "../../core/listing.ts";
import { venueId } from "../../core/numbers.ts";
import { inverseInstrument, linearInstrument } from "../support/contract_instruments.ts";
import { runner, token } from "../support/outcome_instruments.ts";
import { spotInstrument } from "../support/spot_instrument.ts";

const { priceRule, qtyRule } = spotInstrument();
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
