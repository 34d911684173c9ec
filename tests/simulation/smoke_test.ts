/**
 * 500 seeds of the whole daemon under crashes, power cuts, torn and lost writes, lost answers.
 * Proves R-TEST-4, R-EXEC-2, R-EXEC-3, R-WIRE-2, R-WIRE-3, R-JRN-2, R-CORE-5.
 *
 * `SEEDS=from-to` runs others; a failure prints its seed, which repeats it exactly.
 * @module
 */
import { ok } from "node:assert/strict";
import { runSeed, type SeedResult } from "./seed.ts";

const [from = 1, to = 500] = (Deno.env.get("SEEDS") ?? "").split("-").filter((part) => part !== "")
  .map(Number);

Deno.test(`the daemon keeps its guarantees in seeds ${from} to ${to}`, () => {
  const results: SeedResult[] = [];
  for (let seed = from; seed <= to; seed++) results.push(runSeed(seed));
  const sum = (of: (result: SeedResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  // A simulation in which nothing happens proves nothing.
  ok(sum(({ crashes }) => crashes) >= results.length, "every seed crashes");
  ok(sum(({ powerCuts }) => powerCuts) * 2 >= results.length, "power cuts happen");
  ok(sum(({ trades }) => trades) >= results.length, "orders are filled");
  ok(sum(({ reports }) => reports) >= 20 * results.length, "clients are told");
  ok(sum(({ replaced }) => replaced) >= results.length, "orders are replaced");
  ok(sum(({ placedAnew }) => placedAnew) >= results.length, "by placing them anew, too");
});
