/**
 * Which tests should notice a mutant of a file, quickest first, and running them with a time limit.
 *
 * First the test that mirrors the file, then those of its folder, the golden traces, the rest of the
 * core's; of each place the quick ones first. What is run at once is one process.
 * @module
 */

/** Test files that are run in one process. */
export type Suite = { readonly tests: readonly string[]; readonly limitMs: number };

/** How a run ended: `endless` ran into its time limit. */
export type Outcome = "passed" | "failed" | "endless";

/** Whether only the tests of a file's folder and the traces are asked, or all of the core's. */
export type Reach = "near" | "all";

const FOLDERS = ["tests/core", "tests/core/ledger", "tests/core/risk", "tests/core/engine"];
const TRACES = "tests/contracts/engine/traces_test.ts";
const PRELOADED = "--preload=tools/mutation/fixed_seed.ts";
/** Share of the test files, by time, that are asked first of each place. */
const QUICK_SHARE = 0.7;
/** A mutant runs into its limit when it is this many times slower than no mutant. */
const SLOWER_MOST = 10;
const LIMIT_MIN_MS = 60_000;

/** Returns the tests that may be asked about mutants of these files. */
export function testsFor(
  files: readonly string[],
  of: { readonly reach: Reach; readonly folder: string },
): string[] {
  const homes = new Set(files.map(homeOf));
  const folders = of.reach === "near" ? FOLDERS.filter((name) => homes.has(name)) : FOLDERS;
  return [...folders.flatMap((name) => testsIn(of.folder, name)), TRACES];
}

/**
 * Runs tests once, without a mutant, and returns what each file took, ms.
 * @throws {Error} If one fails: with it nothing could be proved.
 */
export async function timeTests(
  tests: readonly string[],
  folder: string,
): Promise<ReadonlyMap<string, number>> {
  const tookMs = new Map<string, number>();
  for (const test of tests) {
    const begun = performance.now();
    const outcome = await runSuite({ tests: [test], limitMs: 10 * LIMIT_MIN_MS }, folder);
    if (outcome !== "passed") {
      throw new Error(`Cannot begin: ${test} must pass without a mutant: was ${outcome}`);
    }
    tookMs.set(test, performance.now() - begun);
  }
  return tookMs;
}

function testsIn(folder: string, name: string): string[] {
  return [...Deno.readDirSync(`${folder}/${name}`)]
    .filter((entry) => entry.name.endsWith("_test.ts"))
    .map((entry) => `${name}/${entry.name}`).sort();
}

function mirrorOf(file: string): string {
  return `tests/${file.replace(/\.ts$/, "_test.ts")}`;
}

function homeOf(file: string): string {
  const mirror = mirrorOf(file);
  return mirror.slice(0, mirror.lastIndexOf("/"));
}

/** Returns the suites that may notice a mutant of a file, in the order in which to ask them. */
export function suitesOf(
  file: string,
  tookMs: ReadonlyMap<string, number>,
  reach: Reach,
): Suite[] {
  const mirror = mirrorOf(file);
  const home = homeOf(file);
  const isHome = (test: string): boolean => test.slice(0, test.lastIndexOf("/")) === home;
  const byTime = [...tookMs].sort(([, left], [, right]) => left - right).map(([test]) => test);
  const quick = new Set(byTime.slice(0, Math.ceil(byTime.length * QUICK_SHARE)));
  const isOther = (test: string): boolean => test !== mirror && test !== TRACES && !isHome(test);
  const ranks = [
    byTime.filter((test) => test === mirror),
    byTime.filter((test) => test !== mirror && isHome(test) && quick.has(test)),
    byTime.filter((test) => test !== mirror && isHome(test) && !quick.has(test)),
    [TRACES],
    byTime.filter((test) => isOther(test) && quick.has(test)),
    byTime.filter((test) => isOther(test) && !quick.has(test)),
  ];
  const asked = reach === "near" ? ranks.slice(0, 4) : ranks;
  return asked.filter((tests) => tests.length > 0).map((tests) => {
    const sum = tests.reduce((total, test) => total + (tookMs.get(test) ?? 0), 0);
    return { tests, limitMs: Math.max(LIMIT_MIN_MS, SLOWER_MOST * sum) };
  });
}

/**
 * Runs tests in a copy of the tree; what seems endless is run once more, since a machine may stand
 * still. @throws {Error} If the copy does not even parse.
 */
export async function runSuite(suite: Suite, folder: string): Promise<Outcome> {
  const outcome = await runOnce(suite, folder);
  return outcome === "endless" ? await runOnce(suite, folder) : outcome;
}

async function runOnce(suite: Suite, folder: string): Promise<Outcome> {
  const args = ["test", "-A", "--no-check", "--quiet", "--fail-fast", PRELOADED, ...suite.tests];
  const signal = AbortSignal.timeout(suite.limitMs);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    signal,
  }).output();
  if (success) return "passed";
  if (signal.aborted) return "endless";
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (/source code could not be parsed/.test(said)) {
    throw new Error(`Cannot judge: a mutant must parse: was\n${said}`);
  }
  return "failed";
}
