/**
 * The mutation check: `deno task mutate [--only TEXT] [--every N]`.
 *
 * Makes every mutant of `mutants.ts` in a copy of the tree, runs the tests that should notice it,
 * and fails if one lives. `--only` takes the mutants whose name holds a text, `--every` each Nth.
 * @module
 */
import {
  cellMutants,
  comparisonMutants,
  guardMutants,
  type Mutant,
  signMutants,
} from "./mutants.ts";

/** What should notice a mutant of a folder, quickest first. */
const TESTS: readonly (readonly [string, readonly string[]])[] = [
  ["core/lifecycle.ts", ["tests/core/lifecycle_test.ts", "tests/core/engine"]],
  ["core/risk", ["tests/core/risk", "tests/core/engine", "tests/contracts/engine"]],
  ["core/ledger", ["tests/core/ledger", "tests/core/engine", "tests/contracts/engine"]],
];
const COPIED = ["core", "tests", "wire", "edge", "config", "tools", "docs"];
const FILES = ["deno.json", "deno.lock", "daemon.ts", "main.ts", "version.ts", "workers.ts"];
const AT_ONCE = 2;
const root = new URL("../../", import.meta.url).pathname;

function read(file: string): string {
  return Deno.readTextFileSync(root + file);
}

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(root + folder)]
    .filter(({ name }) => name.endsWith(".ts") && name !== "mod.ts")
    .map(({ name }) => `${folder}/${name}`)
    .sort();
}

function allMutants(): Mutant[] {
  return [
    ...cellMutants(read("core/lifecycle.ts")),
    ...guardMutants(read("core/risk/mod.ts")),
    ...filesIn("core/risk").flatMap((file) => comparisonMutants(file, read(file))),
    ...filesIn("core/ledger").flatMap((file) => signMutants(file, read(file))),
  ];
}

function option(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1];
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

/** Makes a copy of the tree that shares nothing with the original but what it never writes. */
async function copyTree(folder: string): Promise<void> {
  for (const name of COPIED) {
    await new Deno.Command("cp", { args: ["-r", root + name, `${folder}/${name}`] }).output();
  }
  for (const name of FILES) Deno.copyFileSync(root + name, `${folder}/${name}`);
}

/** Returns true if a test fails with the mutant in place. */
async function isCaught(mutant: Mutant, folder: string): Promise<boolean> {
  const source = read(mutant.file);
  const lie = source.slice(0, mutant.start) + mutant.text + source.slice(mutant.end);
  Deno.writeTextFileSync(`${folder}/${mutant.file}`, lie);
  try {
    const tests = TESTS.find(([place]) => mutant.file.startsWith(place))?.[1] ?? [];
    for (const test of tests) {
      if (isThere(`${folder}/${test}`) && await complaint(test, folder) !== "") return true;
    }
    return false;
  } finally {
    Deno.writeTextFileSync(`${folder}/${mutant.file}`, source);
  }
}

/** Runs tests in a copy of the tree; returns what they said if one failed, else nothing. */
async function complaint(test: string, folder: string): Promise<string> {
  const args = ["test", "-A", "--no-check", "--quiet", "--fail-fast", test];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: folder })
    .output();
  const decoder = new TextDecoder();
  return success ? "" : `${decoder.decode(stdout)}${decoder.decode(stderr)}` || "failed";
}

/** A copy in which a test fails without a mutant proves nothing. @throws {Error} If one does. */
async function proveWhole(folder: string): Promise<void> {
  for (const test of new Set(TESTS.flatMap(([, tests]) => tests))) {
    const said = isThere(`${folder}/${test}`) ? await complaint(test, folder) : "";
    if (said !== "") throw new Error(`Cannot begin: ${test} must pass unchanged: was\n${said}`);
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function main(): Promise<number> {
  const only = option("--only") ?? "";
  const every = Number(option("--every") ?? 1);
  const mutants = allMutants().filter(({ name }) => name.includes(only))
    .filter((_, at) => at % every === 0);
  say(`${mutants.length} mutants of the life cycle, the guards and the ledger`);
  const waiting = [...mutants];
  const alive: Mutant[] = [];
  let done = 0;
  const worker = async (): Promise<void> => {
    const folder = Deno.makeTempDirSync({ prefix: "tapeline-mutant-" });
    try {
      await copyTree(folder);
      await proveWhole(folder);
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        if (!await isCaught(mutant, folder)) {
          alive.push(mutant);
          say(`alive: ${mutant.name}`);
        }
        if (++done % 50 === 0) say(`${done} of ${mutants.length}, ${alive.length} alive`);
      }
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  say(`${mutants.length - alive.length} of ${mutants.length} mutants were caught`);
  return alive.length === 0 ? 0 : 1;
}

Deno.exit(await main());
