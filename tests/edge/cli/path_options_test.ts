/**
 * Every option that takes a file or a directory refuses an empty path, as an unset variable leaves it:
 * it would be taken for the root directory, or for nothing.
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { runCommandLine } from "../../../edge/cli/command_line.ts";
import { EXIT } from "../../../edge/exit_codes.ts";
import { UNUSED_ACTIONS } from "../../support/unused_actions.ts";

type Said = { readonly code: number; readonly out: string; readonly error: string };

/** Carries out a command line that must reach no action. */
async function said(...args: readonly string[]): Promise<Said> {
  const out: string[] = [];
  const error: string[] = [];
  const code = await runCommandLine(args, UNUSED_ACTIONS, {
    out: (line) => void out.push(line),
    error: (line) => void error.push(line),
    environment: () => "/h",
  });
  return { code, out: out.join("\n"), error: error.join("\n") };
}

/** Options of which the help of a command says that they take a file or a directory. */
async function pathOptions(command: readonly string[]): Promise<readonly string[]> {
  const { out } = await said(...command, "--help");
  return [...out.matchAll(/^ +(--[a-z-]+) <(?:file|directory)>/gm)].map((found) => found[1] ?? "");
}

const commands: readonly (readonly [string, readonly string[]])[] = [
  ["run", ["--config", "--state-dir"]],
  ["check", ["--config"]],
  ["doctor", ["--config", "--state-dir", "--unit"]],
  ["top", ["--state-dir", "--token-file"]],
  ["why", ["--state-dir"]],
  ["journal verify", ["--state-dir"]],
  ["journal stat", ["--state-dir"]],
  ["journal dump", ["--state-dir"]],
  ["journal export", ["--state-dir"]],
  ["journal sql", ["--state-dir"]],
  ["journal replay", ["--state-dir"]],
  ["journal checkpoint", ["--state-dir"]],
  ["journal quarantine", ["--state-dir"]],
  ["feed inspect", []],
  ["feed calibrate", ["--json", "--html"]],
];
for (const [name, expected] of commands) {
  Deno.test(`${name} refuses an empty path of an option, and does nothing in its place`, async () => {
    const command = name.split(" ");
    const options = await pathOptions(command);
    deepStrictEqual(options, expected);
    for (const option of options) {
      const { code, error } = await said(...command, option, "");
      strictEqual(code, EXIT.usage, option);
      match(error, new RegExp(`'${option} .*It must be a path: was empty`));
    }
  });
}
