/**
 * The program as a handful of JavaScript files: what a start runs in one, what its Workers run in
 * others, and parts that are loaded when wanted (the command line, a venue's library).
 *
 * A start reads, checks and links each file before it runs the first line, a millisecond each: so
 * the main thread and its Workers share no files, and what is loaded later counts as in need of all
 * that a start runs, which the bundler then leaves in one piece.
 * Invariant: the files depend on sources and libraries alone, not on where either lie here; so names
 * of parts and paths of libraries are rewritten.
 * Known limit: what libraries load only if it is there is left out, as it is from sources: CCXT's
 * `protobufjs` (two exchanges want it, and say so) and machine code for WebSockets.
 * @module
 */
import type { BUILD } from "../../build.ts";
import { registryOf } from "../../commands.ts";
import type { BuildFacts } from "../../edge/cli/actions.ts";
import { readConfiguration } from "../../edge/cli/read_configuration.ts";
import { ADAPTERS } from "../../edge/venues/registry.ts";
import { command } from "./command.ts";
import { CannotBuild } from "./targets.ts";

/** Everything the program is made of. */
export type Program = {
  /** Files by name; `main.js` is the entry. */
  readonly files: ReadonlyMap<string, string>;
  /** Libraries in it, as NAME@VERSION, sorted. */
  readonly libraries: readonly string[];
};

const FOLDERS = ["core", "daemon", "edge", "wire", "config"];
const ENTRIES = ["main", "workers"];
/** The file that tells the Workers' entry when it runs. */
const WORKERS = "./workers.js";
const OPTIONAL = ["protobufjs", "protobufjs/*", "bufferutil", "utf-8-validate"];
/** What Workers alone load, though the list of adapters names it for all. */
const WORKERS_ONLY = ["*/ccxt/mod.ts"];
/** What the main thread loads when it is wanted. */
const LOADED_LATER = [
  "commands.ts",
  "edge/metrics/exposition.ts",
  "edge/feeds/capture_formats.ts",
];

/** Bundles the sources below `root`, in the empty directory `work`. */
export async function bundle(
  of: { readonly root: string; readonly work: string; readonly facts: BuildFacts },
): Promise<Program> {
  const source = `${of.work}/source`;
  stage(of.root, source);
  Deno.writeTextFileSync(`${source}/build.ts`, buildModule(of.facts));
  const pack = (entry: string, external: readonly string[]): Promise<string> =>
    command(Deno.execPath(), {
      directory: source,
      words: [
        "bundle",
        "--quiet",
        "--code-splitting",
        "--platform=deno",
        ...external.flatMap((name) => ["--external", name]),
        "--outdir=../bundle",
        entry,
      ],
    });
  await pack("workers.ts", OPTIONAL);
  await pack(stageStart(source), WORKERS_ONLY);
  return settled(read(`${of.work}/bundle`));
}

/** Makes an entry of what runs `main.ts`, and says of what is loaded later that it needs that. */
function stageStart(source: string): string {
  for (const name of LOADED_LATER) {
    const path = `${source}/${name}`;
    const main = `${"../".repeat(name.split("/").length - 1) || "./"}main.ts`;
    Deno.writeTextFileSync(path, `import "${main}";\n${Deno.readTextFileSync(path)}`);
  }
  Deno.mkdirSync(`${source}/start`);
  Deno.writeTextFileSync(
    `${source}/start/main.ts`,
    'import { main } from "../main.ts";\nmain();\n',
  );
  return "start/main.ts";
}

/** Copies what the program consists of, and nothing that lies beside it. */
function stage(root: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name, isFile } of Deno.readDirSync(root)) {
    const isWanted = name.endsWith(".ts") || name === "deno.json" || name === "deno.lock";
    if (isFile && isWanted) Deno.copyFileSync(`${root}/${name}`, `${to}/${name}`);
  }
  for (const folder of FOLDERS) copyFolder(`${root}/${folder}`, `${to}/${folder}`);
}

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copyFolder(`${from}/${name}`, `${to}/${name}`);
    else Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
}

function buildModule(facts: BuildFacts): string {
  const builtIn = readConfiguration(undefined, {
    registry: registryOf(ADAPTERS),
    environment: () => undefined,
  });
  const build: typeof BUILD = { ...facts, workersModule: WORKERS, builtIn };
  return `export const BUILD = ${JSON.stringify(build)} as const;\n`;
}

function read(folder: string): ReadonlyMap<string, string> {
  const files = [...Deno.readDirSync(folder)].map(({ name }) =>
    [name, Deno.readTextFileSync(`${folder}/${name}`)] as const
  );
  return new Map(files);
}

/** A library's file in a comment of the bundler: where the cache is, name, version. */
const LIBRARY_FILE = /^\/\/ (\S*?\/npm\/[^/\s]+\/)((?:@[^/\s]+\/)?[^/\s]+)\/(\d[^/\s]*)\//gm;

/** A part that is loaded when it is wanted; a source, where only Workers ever want it. */
const LATER = /\bimport\(("\.\/[\w./-]+\.[jt]s")\)/g;

/** Node's loader of modules as the bundler brings it, for libraries that want it: ready at a start. */
const REQUIRE =
  /^import \{ createRequire as (\w+) \} from "node:module";\nvar __require = \1\(import\.meta\.url\);$/m;
/** The same once it is wanted: it takes milliseconds. */
const REQUIRE_LATER = "var __require = (name) => " +
  'process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);';

/**
 * Takes out of the files what is of this machine. Where the runtime can read in a file which parts
 * it may want later it reads and checks them all at once, in each thread: it is kept from that.
 */
function settled(raw: ReadonlyMap<string, string>): Program {
  const libraries = new Set<string>();
  const caches = new Set<string>();
  for (const text of raw.values()) {
    for (const [, cache = "", name, version] of text.matchAll(LIBRARY_FILE)) {
      caches.add(cache);
      libraries.add(`${name}@${version}`);
    }
  }
  const names = partNames(raw);
  const files = new Map<string, string>();
  for (const [name, text] of raw) {
    let own = text;
    for (const cache of caches) own = own.replaceAll(cache, "npm/");
    for (const [from, to] of names) own = own.replaceAll(`"./${from}"`, `"./${to}"`);
    own = own.replace(LATER, "import(String($1))").replace(REQUIRE, REQUIRE_LATER)
      .replace(NOT_ASCII, escaped);
    files.set(names.get(name) ?? name, own);
  }
  return { files, libraries: [...libraries].sort() };
}

/** In strings and patterns the bundler has escaped them; what is left are comments. */
const NOT_ASCII = /[^\0-\x7f]/g;

/** A file of ASCII alone is kept by the runtime as it is, any other with two bytes for each. */
function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The bundler names parts after a hash that covers paths of this machine: numbers replace it. */
function partNames(raw: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const visit = (file: string): void => {
    const text = raw.get(file);
    if (text === undefined) throw new CannotBuild(`Cannot bundle: ${file} must have been written`);
    for (const [, part = ""] of text.matchAll(/"\.\/([\w.-]+-[A-Z0-9]{8}\.js)"/g)) {
      if (names.has(part)) continue;
      names.set(part, part.replace(/-[A-Z0-9]{8}\.js$/, `_${names.size + 1}.js`));
      visit(part);
    }
  };
  for (const entry of ENTRIES) visit(`${entry}.js`);
  return names;
}
