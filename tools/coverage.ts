/**
 * Branch coverage of the core by its own tests: `deno task coverage [--least PERCENT]`.
 *
 * Runs the tests of `core/` and the contracts of the engine with coverage, prints every file that
 * is not whole and the branches never taken, and fails below the least share, 95 % by default.
 * @module
 */
const LEAST_PERCENT = 95;
const TESTS = ["tests/core", "tests/contracts"];

type FileBranches = {
  readonly file: string;
  readonly found: number;
  readonly hit: number;
  readonly lines: readonly number[];
};

/** Reads the branches of each file of the core from an lcov report. */
function parseLcov(text: string, root: string): FileBranches[] {
  return text.split("end_of_record").flatMap((record): FileBranches[] => {
    const file = /^SF:(.*)$/m.exec(record)?.[1]?.replace(root, "");
    if (file === undefined || !file.startsWith("core/")) return [];
    const branches = [...record.matchAll(/^BRDA:(\d+),.*,(\d+|-)$/gm)];
    const missed = branches.filter(([, , taken]) => taken === "0" || taken === "-");
    return [{
      file,
      found: branches.length,
      hit: branches.length - missed.length,
      lines: missed.map(([, line]) => Number(line)),
    }];
  });
}

async function run(...words: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args: words, stderr: "piped" });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  if (success) return text;
  throw new Error(
    `Cannot measure coverage: ${words[0]} failed:\n${text}${new TextDecoder().decode(stderr)}`,
  );
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

function percent(of: { readonly hit: number; readonly found: number }): number {
  return of.found === 0 ? 100 : 100 * of.hit / of.found;
}

async function main(): Promise<number> {
  const at = Deno.args.indexOf("--least");
  const least = at < 0 ? LEAST_PERCENT : Number(Deno.args[at + 1]);
  const folder = Deno.makeTempDirSync({ prefix: "tapeline-coverage-" });
  try {
    await run("test", "-A", "--no-check", "--quiet", `--coverage=${folder}`, ...TESTS);
    const root = new URL("../", import.meta.url).pathname;
    const files = parseLcov(await run("coverage", "--lcov", "--quiet", folder), root);
    files.sort((a, b) => percent(a) - percent(b) || (a.file < b.file ? -1 : 1));
    for (const file of files.filter(({ hit, found }) => hit < found)) {
      const lines = [...new Set(file.lines)].join(", ");
      say(`${percent(file).toFixed(1).padStart(5)} %  ${file.file}: lines ${lines}`);
    }
    const sum = {
      hit: files.reduce((total, file) => total + file.hit, 0),
      found: files.reduce((total, file) => total + file.found, 0),
    };
    const isEnough = percent(sum) >= least;
    say(
      `${percent(sum).toFixed(2)} % of ${sum.found} branches in ${files.length} files of core/ ` +
        `are taken by its tests, at least ${least} % must be: ${isEnough ? "holds" : "fails"}`,
    );
    return isEnough ? 0 : 1;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.exit(await main());
