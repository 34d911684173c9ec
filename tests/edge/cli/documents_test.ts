/**
 * The reference pages say what the program does: help texts, exit codes, examples.
 * @module
 */
import { deepStrictEqual, fail, strictEqual } from "node:assert/strict";
import { type Configuration, parseConfiguration } from "../../../config/mod.ts";
import { runCommandLine } from "../../../edge/cli/command_line.ts";
import { EXIT } from "../../../edge/exit_codes.ts";
import { ADAPTERS } from "../../../edge/venues/registry.ts";
import { UNUSED_ACTIONS } from "../../support/unused_actions.ts";

function page(name: string): string {
  return Deno.readTextFileSync(new URL(`../../../docs/reference/${name}`, import.meta.url));
}

/** Fenced blocks of one language. */
function blocks(text: string, language: string): string[] {
  const fences = text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"));
  return [...fences].map((match) => match[1] ?? "");
}

async function helpOf(command: string): Promise<string> {
  const lines: string[] = [];
  const terminal = {
    out: (line: string) => void lines.push(line),
    error: (line: string) => fail(line),
    environment: () => undefined,
  };
  await runCommandLine([...command.split(" ").filter(Boolean), "--help"], UNUSED_ACTIONS, terminal);
  return lines.join("\n") + "\n";
}

Deno.test("docs/reference/cli.md shows the help of every command as it is", async () => {
  const shown = blocks(page("cli.md"), "text");
  const commands = shown.map((text) => /^Usage: tapeline ?([a-z ]*?)(?: \[|\n| <)/.exec(text)?.[1]);
  deepStrictEqual(commands, [
    "",
    "run",
    "check",
    "doctor",
    "top",
    "why",
    "journal",
    "journal verify",
    "journal stat",
    "journal dump",
    "journal export",
    "journal sql",
    "journal replay",
    "journal checkpoint",
    "journal quarantine",
    "feed",
    "feed inspect",
    "feed calibrate",
    "version",
  ]);
  for (const [index, command] of commands.entries()) {
    strictEqual(shown[index], await helpOf(command ?? ""), command);
  }
});

Deno.test("docs/reference/exit-codes.md lists every exit code by its name", () => {
  const rows = [...page("exit-codes.md").matchAll(/^\| (\d+) +\| `(\w+)`/gm)];
  deepStrictEqual(
    Object.fromEntries(rows.map(([, code, name]) => [name, Number(code)])),
    { ...EXIT },
  );
});

Deno.test("the reference pages show configurations that work", () => {
  const adapters = new Map([...ADAPTERS].map(([name, of]) => [name, of.description] as const));
  const registry = { adapters, captureFormats: [], fileExists: () => false };
  const parsed = (text: string): Configuration =>
    parseConfiguration({ file: "page", text, directory: "." }, registry);
  const [whole = ""] = blocks(page("configuration.md"), "yaml");
  for (const part of blocks(page("configuration.md"), "yaml part")) parsed(`${whole}\n${part}`);
  const shown = ["configuration.md", "binance.md"].flatMap((name) => blocks(page(name), "yaml"))
    .map(parsed);
  deepStrictEqual(shown.map(({ mode }) => mode), ["paper", "live", "live"]);
  const feeds = shown.map(({ venues }) => venues[0]?.feed.kind);
  deepStrictEqual(feeds, ["generator", "adapter", "adapter"]);
});
