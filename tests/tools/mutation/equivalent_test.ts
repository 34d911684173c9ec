/**
 * The list of mutants that change nothing: each row names one that the check still makes. That no test
 * fails with it only the check itself shows.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { staleRows } from "../../../tools/mutation/equivalent.ts";
import { allMutants } from "../../../tools/mutation/run.ts";

Deno.test("staleRows() finds no row whose line has changed, which must be judged anew", () => {
  deepStrictEqual(staleRows(allMutants()), []);
});
