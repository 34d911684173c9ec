/**
 * Proves that an instrument is listed only if its class can account for it (R-CORE-6).
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import type { AssetClass } from "../../../core/instrument.ts";
import { policyProblem } from "../../../core/ledger/mod.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

Deno.test("policyProblem() has nothing to say about a spot instrument", () => {
  strictEqual(policyProblem(spotInstrument()), undefined);
});

const CLASSES: readonly AssetClass[] = ["linear", "inverse", "binary", "betting"];
for (const assetClass of CLASSES) {
  Deno.test(`policyProblem() refuses ${assetClass} without the contract that it is of`, () => {
    ok(policyProblem(spotInstrument({ assetClass }))?.includes(assetClass));
  });
}

Deno.test("policyProblem() has nothing to say about linear and inverse contracts", () => {
  strictEqual(policyProblem(linearInstrument()), undefined);
  strictEqual(policyProblem(inverseInstrument()), undefined);
});

Deno.test("policyProblem() refuses a contract on spot and one of another class", () => {
  const { contract } = linearInstrument();
  ok(policyProblem(spotInstrument({ contract }))?.endsWith("must be absent: was linear"));
  const other = policyProblem(inverseInstrument({ contract }));
  ok(other?.endsWith("contract must be inverse: was linear"));
});

const MULTIPLIERS = ["0", "-1", "1.0", "ten", "", "1e3", `0.${"0".repeat(18)}1`, "9".repeat(17)];
for (const multiplier of MULTIPLIERS) {
  Deno.test(`policyProblem() refuses a multiplier of "${multiplier}" in a sentence`, () => {
    for (const kind of ["linear", "inverse"] as const) {
      const contract = { kind, multiplier, settlement: "USDT" };
      const text = policyProblem(spotInstrument({ assetClass: kind, contract }));
      ok(text?.includes("multiplier must be a decimal above 0"));
      ok(text?.endsWith(`: was ${multiplier}`));
    }
  });
}
