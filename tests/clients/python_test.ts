/**
 * Runs the Python package's own tests, which need no daemon.
 *
 * Proves R-WIRE-8 and the Python part of R-STRAT-1, R-STRAT-3, R-STRAT-5.
 * @module
 */
import { fileURLToPath } from "node:url";
import { python3, testWith } from "../support/needs.ts";
import { passPythonTests } from "../support/python_tests.ts";

const PACKAGE = fileURLToPath(new URL("../../clients/python/", import.meta.url));

testWith([python3], "the Python package passes its unit tests", async () => {
  await passPythonTests(PACKAGE);
});
