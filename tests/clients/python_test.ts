/**
 * Runs the Python package's own tests, which need no daemon.
 *
 * Proves R-WIRE-8 and the Python part of R-STRAT-1, R-STRAT-3, R-STRAT-5.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { python3, testWith } from "../support/needs.ts";

const PACKAGE = fileURLToPath(new URL("../../clients/python/", import.meta.url));

testWith([python3], "the Python package passes its unit tests", async () => {
  const command = new Deno.Command("python3", {
    args: ["-W", "error::ResourceWarning", "-m", "unittest", "--quiet"],
    cwd: PACKAGE,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  strictEqual(code, 0, text.decode(stdout) + text.decode(stderr));
});
