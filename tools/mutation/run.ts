/**
 * The mutation check: `deno task mutate [--only TEXT] [--every N] [--near]`.
 *
 * Makes every mutant of `mutants.ts` in a copy of the tree, runs the tests that should notice it,
 * and fails if one lives that `equivalent.ts` does not name, or if that list is wrong. `--only` takes
 * the mutants whose kind or name holds a text, `--every` each Nth; `--near` asks the tests of the
 * file's own folder and the traces alone. Prints what was caught, by kind.
 * @module
 */
import { staleRows, whyEquivalent } from "./equivalent.ts";
import {
  cellMutants,
  guardMutants,
  type Kind,
  KINDS,
  type Mutant,
  ruleMutants,
  signMutants,
} from "./mutants.ts";
import type { SourceFile } from "./source.ts";
import {
  type Outcome,
  type Reach,
  runSuite,
  type Suite,
  suitesOf,
  testsFor,
  timeTests,
} from "./suites.ts";

const COPIED = ["core", "daemon", "tests", "wire", "edge", "config", "tools", "docs"];
/** Rules outside `core/risk` that refuse an order, hold it back, or halt an account. */
const RULES = [
  "core/instrument_rules.ts",
  "core/pacing.ts",
  "core/engine/admit.ts",
  "core/engine/breaker.ts",
  "core/engine/funds.ts",
  "core/engine/intents.ts",
  "core/engine/limits.ts",
  "core/engine/losses.ts",
  "core/engine/opening.ts",
  "core/engine/reconcile.ts",
  "core/engine/reconcile_request.ts",
  "core/engine/reduces.ts",
  "core/engine/requests.ts",
  "core/engine/tripwire.ts",
  "core/engine/turn_back.ts",
];
const AT_ONCE = 2;
const root = new URL("../../", import.meta.url).pathname;

function read(path: string): SourceFile {
  return { path, text: Deno.readTextFileSync(root + path) };
}

function filesIn(folder: string): SourceFile[] {
  return [...Deno.readDirSync(root + folder)]
    .filter(({ name }) => name.endsWith(".ts") && name !== "mod.ts")
    .map(({ name }) => `${folder}/${name}`).sort().map(read);
}

/** Every mutant that the check makes. */
export function allMutants(): Mutant[] {
  const rules = [...filesIn("core/risk"), ...RULES.map(read)];
  return [
    ...cellMutants(read("core/lifecycle.ts")),
    ...guardMutants(read("core/risk/mod.ts")),
    ...rules.flatMap((file) => ruleMutants("guard", file)),
    ...ruleMutants("sum", read("core/engine/exposure.ts")),
    ...filesIn("core/ledger").flatMap(signMutants),
  ];
}

function option(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1];
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

async function copyTree(): Promise<string> {
  const folder = Deno.makeTempDirSync({ prefix: "tapeline-mutant-" });
  for (const name of COPIED) {
    await new Deno.Command("cp", { args: ["-r", root + name, `${folder}/${name}`] }).output();
  }
  for (const { name } of Deno.readDirSync(root)) {
    if (/^deno\.(json|lock)$|\.ts$/.test(name)) Deno.copyFileSync(root + name, `${folder}/${name}`);
  }
  return folder;
}

/** Asks the suites about a mutant until one notices it; that one is asked first the next time. */
async function judge(mutant: Mutant, suites: Suite[], folder: string): Promise<Outcome> {
  const path = `${folder}/${mutant.file}`;
  const source = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(
    path,
    source.slice(0, mutant.start) + mutant.text + source.slice(mutant.end),
  );
  try {
    for (const suite of [...suites]) {
      const outcome = await runSuite(suite, folder);
      if (outcome === "passed") continue;
      suites.sort((left, right) => Number(right === suite) - Number(left === suite));
      return outcome;
    }
    return "passed";
  } finally {
    Deno.writeTextFileSync(path, source);
  }
}

type Tally = { made: number; endless: number; equivalent: number; wrong: number };

/** Counts a judgement and says what is wrong with it. */
function enter(tally: Tally, mutant: Mutant, outcome: Outcome): void {
  const why = whyEquivalent(mutant);
  tally.made += 1;
  if (outcome === "endless") {
    tally.endless += 1;
    say(`endless: ${mutant.name}`);
  }
  if (why !== undefined) tally.equivalent += 1;
  if ((outcome === "passed") === (why !== undefined)) return;
  tally.wrong += 1;
  say(why === undefined ? `alive: ${mutant.name}` : `caught, but listed as equal: ${mutant.name}`);
}

async function judgeAll(mutants: readonly Mutant[], reach: Reach): Promise<Map<Kind, Tally>> {
  const tallies = new Map<Kind, Tally>(
    KINDS.map((kind) => [kind, { made: 0, endless: 0, equivalent: 0, wrong: 0 }]),
  );
  const folders = await Promise.all(Array.from({ length: AT_ONCE }, copyTree));
  try {
    const folder = folders[0] ?? "";
    const files = mutants.map(({ file }) => file);
    const tookMs = await timeTests(testsFor(files, { reach, folder }), folder);
    const suites = new Map<string, Suite[]>();
    for (const { file } of mutants) {
      suites.set(file, suites.get(file) ?? suitesOf(file, tookMs, reach));
    }
    const waiting = [...mutants];
    await Promise.all(folders.map(async (folder) => {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const outcome = await judge(mutant, suites.get(mutant.file) ?? [], folder);
        const tally = tallies.get(mutant.kind);
        if (tally !== undefined) enter(tally, mutant, outcome);
        if (waiting.length % 100 === 0) say(`${waiting.length} to go`);
      }
    }));
  } finally {
    for (const folder of folders) Deno.removeSync(folder, { recursive: true });
  }
  return tallies;
}

async function main(): Promise<number> {
  const only = option("--only") ?? "";
  const every = Number(option("--every") ?? 1);
  const all = allMutants();
  const stale = staleRows(all);
  for (const row of stale) say(`listed as equal, but not made: ${row}`);
  const mutants = all.filter(({ kind, name }) => `${kind} ${name}`.includes(only))
    .filter((_, at) => at % every === 0);
  say(`${mutants.length} of ${all.length} mutants of the life cycle, the guards and the ledger`);
  const tallies = await judgeAll(mutants, Deno.args.includes("--near") ? "near" : "all");
  for (const [kind, { made, endless, equivalent, wrong }] of tallies) {
    say(
      `${kind.padEnd(5)} ${made - equivalent - wrong} of ${made - equivalent} caught, ` +
        `${endless} of them by the time limit; ${equivalent} equal to the original, ${wrong} wrong`,
    );
  }
  return stale.length === 0 && [...tallies.values()].every(({ wrong }) => wrong === 0) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
