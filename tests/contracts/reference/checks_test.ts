/**
 * Runs the reference core's own checks: rules of the pages that no trace shows.
 *
 * Proves part of R-TEST-2.
 * @module
 */
import { fileURLToPath } from "node:url";
import { python3, testWith } from "../../support/needs.ts";
import { passPythonTests } from "../../support/python_tests.ts";

testWith([python3], "the reference core passes its own checks", async () => {
  await passPythonTests(fileURLToPath(new URL(".", import.meta.url)));
});
