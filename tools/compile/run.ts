/**
 * Builds the executable: `deno task compile [--target TRIPLE]... [--out DIR] [--portable]
 * [--runtime FILE]`.
 *
 * It tries `deno compile`; where that cannot have its stub it says so and builds the portable file.
 * Beside the executables it writes SHA256SUMS and the bill of materials.
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VERSION } from "../../version.ts";
import { bundle, type Program } from "./bundle.ts";
import { command } from "./command.ts";
import { compileTo } from "./compiled.ts";
import { portable, sha256 } from "./portable.ts";
import { npmCache, runtimeFor } from "./runtime.ts";
import { type BillOf, billOfMaterials } from "./sbom.ts";
import { withStartScript } from "./start_script.ts";
import { CannotBuild, type Target, targetOf } from "./targets.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
const SUMS = "SHA256SUMS";
const BILL = "tapeline.cdx.json";
/** The executable for this machine. */
const HOST = "tapeline";

type Options = {
  readonly targets: readonly Target[];
  readonly out: string;
  readonly isPortable: boolean;
  readonly runtime: string | undefined;
};

/** An executable, written. */
type Made = {
  readonly name: string;
  readonly program: Program;
  readonly runtime: BillOf["runtimes"][number];
};

if (import.meta.main) {
  try {
    await build(optionsOf(Deno.args));
  } catch (error) {
    if (!(error instanceof CannotBuild)) throw error;
    say(error.message);
    Deno.exit(1);
  }
}

function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: "string", multiple: true },
      out: { type: "string" },
      portable: { type: "boolean" },
      runtime: { type: "string" },
    },
  });
  return {
    targets: (values.target ?? [Deno.build.target]).map(targetOf),
    out: resolve(values.out ?? `${ROOT}/dist`),
    isPortable: values.portable ?? values.runtime !== undefined,
    runtime: values.runtime,
  };
}

async function build({ targets, out, ...how }: Options): Promise<void> {
  Deno.mkdirSync(out, { recursive: true });
  const commit = await commitOf();
  const made: Made[] = [];
  for (const target of targets) made.push(await make(target, { out, commit, ...how }));
  const names = made.map(({ name }) => name);
  if (targets.some(({ triple }) => triple === Deno.build.target)) {
    copy(`${out}/tapeline-${Deno.build.target}`, `${out}/${HOST}`);
    names.push(HOST);
  }
  const cache = await npmCache();
  const bill = billOfMaterials({
    version: VERSION,
    commit,
    libraries: [...new Set(made.flatMap(({ program }) => program.libraries))].sort(),
    lock: Deno.readTextFileSync(`${ROOT}/deno.lock`),
    licenceOf: (name, version) => licenceIn(`${cache}/${name}/${version}/package.json`),
    runtimes: made.map(({ runtime }) => runtime),
  });
  Deno.writeTextFileSync(`${out}/${BILL}`, bill);
  Deno.writeTextFileSync(`${out}/${SUMS}`, sumsOf(out, [...names, BILL]));
  say(`${names.map((name) => `${out}/${name}`).join(" ")} (${SUMS}, ${BILL})`);
}

type How = Pick<Options, "out" | "isPortable" | "runtime"> & { readonly commit: string | null };

async function make(target: Target, how: How): Promise<Made> {
  if (!how.isPortable) {
    try {
      return await makeCompiled(target, how);
    } catch (error) {
      if (!(error instanceof CannotBuild)) throw error;
      say(
        `deno compile cannot have its stub here, so the executable is portable: ${error.message}`,
      );
    }
  }
  return await makePortable(target, how);
}

async function makeCompiled(target: Target, { out, commit }: How): Promise<Made> {
  const work = Deno.makeTempDirSync({ dir: out, prefix: ".build-" });
  try {
    const name = `tapeline-${target.triple}`;
    const program = await bundle({ root: ROOT, work, facts: { kind: "compiled", commit } });
    await compileTo(`${work}/${name}`, { target, program, work });
    Deno.renameSync(`${work}/${name}`, `${out}/${name}`);
    const runtime = { target, version: Deno.version.deno, sha256: undefined };
    return { name, program, runtime };
  } finally {
    Deno.removeSync(work, { recursive: true });
  }
}

async function makePortable(target: Target, { out, commit, runtime: given }: How): Promise<Made> {
  const work = Deno.makeTempDirSync({ dir: out, prefix: ".build-" });
  try {
    const name = `tapeline-${target.triple}`;
    const runtime = Deno.readFileSync(given ?? await runtimeFor(target));
    const facts = { kind: "portable", commit } as const;
    const program = withStartScript(await bundle({ root: ROOT, work, facts }));
    const bytes = portable({ version: VERSION, target, runtime, program });
    replace(`${out}/${name}`, bytes);
    const version = Deno.version.deno;
    return { name, program, runtime: { target, version, sha256: sha256(runtime) } };
  } finally {
    Deno.removeSync(work, { recursive: true });
  }
}

/** Puts a new file where one may be that is just being read. */
function replace(path: string, bytes: Uint8Array): void {
  Deno.writeFileSync(`${path}.new`, bytes, { mode: 0o755 });
  Deno.renameSync(`${path}.new`, path);
}

function copy(from: string, to: string): void {
  Deno.copyFileSync(from, `${to}.new`);
  Deno.renameSync(`${to}.new`, to);
}

/** Returns the lines that `sha256sum -c` reads. */
function sumsOf(folder: string, names: readonly string[]): string {
  return names.map((name) => `${sha256(Deno.readFileSync(`${folder}/${name}`))}  ${name}\n`).join(
    "",
  );
}

/** The commit that the sources are, marked if they are not quite; null: nobody can tell. */
async function commitOf(): Promise<string | null> {
  try {
    const git = (...words: string[]): Promise<string> =>
      command("git", { directory: ROOT, words: ["-C", ROOT, ...words] });
    const commit = (await git("rev-parse", "HEAD")).trim();
    const changes = await git("status", "--porcelain", "--untracked-files=no");
    return changes === "" ? commit : `${commit}+changes`;
  } catch (error) {
    if (error instanceof CannotBuild || error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** The licence that a package names; undefined: it names none, or is not at hand. */
function licenceIn(path: string): string | undefined {
  try {
    const read = JSON.parse(Deno.readTextFileSync(path)) as unknown;
    if (typeof read !== "object" || read === null || !("license" in read)) return undefined;
    return typeof read.license === "string" ? read.license : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
