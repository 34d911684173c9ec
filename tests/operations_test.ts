/**
 * The runbook says what is so: each command that it shows is one that the program takes, each exit
 * code and each alert has its section, and no section is about nothing. The program's own sentences
 * are held to the same: what they tell an operator to type is taken.
 *
 * Proves R-OPS-7 (runbook).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { parse } from "yaml";
import type { Actions } from "../edge/cli/actions.ts";
import { runCommandLine } from "../edge/cli/command_line.ts";
import { EXIT } from "../edge/exit_codes.ts";

const FOLDER = new URL("../docs/operations/", import.meta.url);
const ALERTS = new URL("../systemd/prometheus/alerts.yml", import.meta.url);
const INSTALLER = new URL("../systemd/install.sh", import.meta.url);
/** Where a page shows a place of its own, a file of ours stands in. */
const STAND_INS: ReadonlyMap<string, string> = new Map([["COPY", "/tmp/copy"]]);

function pages(): readonly string[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
}

function textOf(page: string): string {
  return Deno.readTextFileSync(new URL(page, FOLDER));
}

/** Headings of the second level. */
function sections(page: string): readonly string[] {
  return [...textOf(page).matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? "");
}

/** Lines of the shell blocks of a page, also of those within a list. */
function shellLines(page: string): readonly string[] {
  const blocks = textOf(page).matchAll(/^ *```sh\n(.*?)^ *```$/gms);
  return [...blocks].flatMap((match) => (match[1] ?? "").split("\n"))
    .map((line) => line.trim()).filter((line) => line !== "");
}

function words(line: string): readonly string[] {
  const found = line.matchAll(/"([^"]*)"|(\S+)/g);
  return [...found].map((match) => match[1] ?? match[2] ?? "")
    .map((word) => STAND_INS.get(word) ?? word);
}

const commands = pages().flatMap((page) =>
  shellLines(page).map((line) => line.replace(/^sudo /, ""))
    .filter((line) => /^tapeline( |$)/.test(line)).map((line) => [page, line] as const)
);

/** What each tool would do, without doing it; a parser that refuses says so before. */
function reached(calls: string[]): Actions {
  const tool = (name: string) => (): never => {
    calls.push(name);
    throw new Reached();
  };
  const tools = (): never => new Proxy({}, { get: (_target, name) => tool(String(name)) }) as never;
  return {
    version: "",
    build: { kind: "source", commit: null, runtime: "" },
    registry: { adapters: new Map(), captureFormats: [] },
    secrets: { read: () => ({ ok: false, reason: "must be given" }) },
    journal: tools(),
    feed: tools(),
    doctor: tools(),
    run: tool("run"),
    top: tool("top"),
    exitCodeOf: (error: Error) => error instanceof Reached ? EXIT.ok : undefined,
  };
}

class Reached extends Error {}

Deno.test("the runbook shows commands", () => ok(commands.length > 30, `${commands.length}`));

/** What the command line makes of a command, and what it says on stderr. */
async function taken(line: string): Promise<{ readonly code: number; readonly said: string }> {
  const said: string[] = [];
  const terminal = {
    out: () => {},
    error: (text: string) => void said.push(text),
    environment: () => "/home/somebody",
  };
  const code = await runCommandLine(words(line).slice(1), reached([]), terminal);
  return { code, said: said.join("\n") };
}

for (const [page, line] of commands) {
  Deno.test(`${page}: the program takes "${line}"`, async () => {
    // A configuration of the page's machine is not on this one: it is read after the command line.
    const { code, said } = await taken(line);
    const isRead = code === EXIT.ok || code === EXIT.configuration;
    ok(isRead, `${code}: ${said}`);
    if (code === EXIT.configuration) ok(line.includes("--config"), said);
  });
}

const PROJECT = new URL("../", import.meta.url);
/** Begins like a command, and is the seed of a hash. */
const NO_COMMAND = "tapeline journal ${journalId}";

/** Commands that a source quotes, in double quotes or backticks; a figure in one stands as 1. */
function quotedCommands(source: string): readonly string[] {
  const code = source.replaceAll(/\/\*[^]*?\*\/|^ *\/\/.*$/gm, "");
  const sentences = code.replaceAll(/["'`] \+\s*["'`]/g, "");
  return [...sentences.matchAll(/["`](tapeline [a-z][^"`]*)["`]/g)]
    .map((match) => match[1] ?? "").filter((command) => command !== NO_COMMAND)
    .map((command) => command.replaceAll(/\$\{\w+\}/g, "1"));
}

const quoted = ["core", "daemon", "edge"].flatMap((folder) =>
  readdirSync(new URL(folder, PROJECT), { recursive: true, encoding: "utf8" }).sort()
    .filter((path) => path.endsWith(".ts")).map((path) => `${folder}/${path}`)
).flatMap((path) =>
  [...new Set(quotedCommands(Deno.readTextFileSync(new URL(path, PROJECT))))]
    .map((line) => [path, line] as const)
);

Deno.test("the program's sentences show commands", () => ok(quoted.length > 8, String(quoted)));

for (const [path, line] of quoted) {
  Deno.test(`${path}: the program takes "${line}", which it tells somebody to type`, async () => {
    const { code, said } = await taken(line);
    // A sentence may name a command for whoever knows on what to use it: "look with tapeline why".
    const isNamed = !line.includes("--") && said.includes("missing required argument");
    ok(code === EXIT.ok || isNamed, `${code}: ${said}`);
  });
}

Deno.test("a command that the program does not know is not taken", async () => {
  for (const line of ["tpo", "run --prot 1", "journal vrify", "why", "top --interval x"]) {
    strictEqual((await taken(`tapeline ${line}`)).code, EXIT.usage, line);
  }
});

Deno.test({
  ignore: !existsSync(INSTALLER),
  name: "every file of the project that the runbook names is there",
  fn: () => {
    const root = new URL("../", import.meta.url);
    const isThere = (name: string): boolean => existsSync(new URL(name, root));
    const named = pages().flatMap((page) =>
      [...textOf(page).matchAll(/(?<![\w/])((?:systemd|docs|clients)\/[\w./@-]*\w)/g)]
        .map((match) => match[1] ?? "")
    );
    deepStrictEqual([...new Set(named)].filter((name) => !isThere(name)), []);
  },
});

Deno.test({
  ignore: !existsSync(INSTALLER),
  name: "the installer has every option that the runbook gives it",
  fn: () => {
    const script = Deno.readTextFileSync(INSTALLER);
    const lines = pages().flatMap(shellLines).filter((line) => line.includes("install.sh"));
    const options = lines.flatMap((line) => line.match(/--[a-z-]+/g) ?? []);
    ok(options.length > 3);
    deepStrictEqual(options.filter((option) => !script.includes(`${option} `)), []);
  },
});

Deno.test("every exit code has its section, and every section its exit code", () => {
  const codes = [...new Set(Object.values(EXIT))].sort((left, right) => left - right);
  deepStrictEqual(sections("exit_codes.md"), [...codes.map(String), "Others"]);
});

type Rules = {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
};

Deno.test({
  name: "every alert has its section, in the order of the rules, and every section its alert",
  ignore: !existsSync(ALERTS),
  fn: () => {
    const { groups } = parse(Deno.readTextFileSync(ALERTS)) as Rules;
    deepStrictEqual(
      sections("alerts.md"),
      groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)),
    );
  },
});

Deno.test("an alert's section says first whether somebody has to get up", () => {
  const severities = textOf("alerts.md").split(/^## .+$/m).slice(1)
    .map((section) => /^(Page|Ticket|Always firing)[.,]/.exec(section.trim())?.[1]);
  strictEqual(severities.filter((severity) => severity === undefined).length, 0);
});

Deno.test("every page of the runbook is in its table", () => {
  const index = textOf("README.md");
  const others = pages().filter((page) => page !== "README.md");
  deepStrictEqual(others.filter((page) => !index.includes(`](${page})`)), []);
});
