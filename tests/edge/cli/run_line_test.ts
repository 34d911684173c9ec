/**
 * A plain line of `run` says what the whole command line makes of the same words.
 *
 * Proves: R-OPS-2 in part (one configuration, however a start is asked for).
 * @module
 */
import { deepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { type Configuration, PAPER_DEFAULT, parseConfiguration } from "../../../config/mod.ts";
import type { RunOptions } from "../../../edge/cli/actions.ts";
import { runCommandLine } from "../../../edge/cli/command_line.ts";
import { plainRunFlags, runOptions } from "../../../edge/cli/run_line.ts";
import { UsageError } from "../../../edge/cli/usage.ts";
import { EXIT } from "../../../edge/exit_codes.ts";
import { UNUSED_ACTIONS } from "../../support/unused_actions.ts";

const terminal = { out: (): void => {}, error: (): void => {}, environment: () => "/h" };

function builtIn(): Configuration {
  const registry = { adapters: new Map(), captureFormats: [], fileExists: () => false };
  return parseConfiguration(PAPER_DEFAULT, registry);
}

/** What the whole command line makes of it; undefined: it refuses. */
async function wholeLine(args: readonly string[]): Promise<RunOptions | undefined> {
  const runs: RunOptions[] = [];
  const run = (options: RunOptions): typeof EXIT.ok => {
    runs.push(options);
    return EXIT.ok;
  };
  await runCommandLine(args, { ...UNUSED_ACTIONS, run }, terminal);
  return runs[0];
}

Deno.test("plainRunFlags() reads a line as the whole command line does, or leaves it to that", async () => {
  const word = fc.constantFrom(
    ...["--port", "--state-dir", "--resume-trading", "--accept-loss", "--config", "--port=0", "-V"],
    ...["0", "65535", "65536", "007", "1e3", "/s", "", "-x", "--", "run"],
  );
  let plainLines = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (words) => {
      const plain = plainRunFlags(["run", ...words]);
      if (plain === undefined) return;
      plainLines += 1;
      const expected = await wholeLine(["run", ...words]);
      const of = { read: builtIn, terminal };
      if (expected === undefined) return void throws(() => runOptions(plain, of), UsageError);
      const { reread, ...options } = runOptions(plain, of);
      const { reread: asked, ...whole } = expected;
      deepStrictEqual(options, whole);
      deepStrictEqual(reread(), asked());
    }),
    { numRuns: 1000 },
  );
  ok(plainLines > 20, `only ${plainLines} lines were plain`);
});

const others = [
  [],
  ["version"],
  ["run", "--help"],
  ["run", "--config", "/c"],
  ["run", "--state-dir", ""],
] as const;
for (const words of others) {
  Deno.test(`plainRunFlags() leaves "${words.join(" ")}" to the whole command line`, () => {
    deepStrictEqual(plainRunFlags(words), undefined);
  });
}
