/**
 * Executables that differ in nothing but their version: this one, and the one after it. Built once
 * per state of the sources, into the cache.
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../../../version.ts";
import { output } from "./tools.ts";

/** The version after this one. */
export const NEXT_VERSION = `${VERSION}-next`;

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));
const SOURCES = ["core", "daemon", "edge", "wire", "config", "tools", "deno.json", "deno.lock"];
const BUILD_MS = 240_000;
/** Another checkout may be at work with it. */
const KEPT_MS = 86_400_000;

/**
 * Returns the directory of this version's `tapeline` and its `SHA256SUMS`: of the one that
 * `TAPELINE_EXECUTABLE` names, else of one that is built.
 */
export async function currentExecutable(cache: string): Promise<string> {
  const given = Deno.env.get("TAPELINE_EXECUTABLE");
  if (given !== undefined) return dirname(given);
  return await builtOnce(cache, "current", (_files, to) => build(PROJECT, to));
}

/** Returns the directory of the next version's. */
export async function nextExecutable(cache: string): Promise<string> {
  return await builtOnce(cache, "next", buildNext);
}

/** Built beside its name and renamed; what was built from other sources goes after a day. */
async function builtOnce(
  cache: string,
  name: string,
  make: (files: readonly string[], to: string) => Promise<void>,
): Promise<string> {
  const files = sourceFiles();
  const folder = `${cache}/${name}-${digestOf(files)}`;
  if (existsSync(folder)) return folder;
  for (const entry of Deno.readDirSync(cache)) {
    if (!entry.name.startsWith(`${name}-`)) continue;
    const ageMs = Date.now() - (Deno.statSync(`${cache}/${entry.name}`).mtime?.getTime() ?? 0);
    if (ageMs > KEPT_MS) Deno.removeSync(`${cache}/${entry.name}`, { recursive: true });
  }
  const draft = Deno.makeTempDirSync({ dir: cache });
  await make(files, draft);
  Deno.chmodSync(draft, 0o755);
  Deno.renameSync(draft, folder);
  return folder;
}

async function build(project: string, to: string): Promise<void> {
  const built = await output(
    Deno.execPath(),
    ["run", "--allow-all", "--no-check", "tools/compile/run.ts", "--portable", "--out", to],
    { ms: BUILD_MS, cwd: project },
  );
  if (!built.success) throw new Error(`Cannot build an executable: was\n${built.text}`);
}

/** From a copy of the sources that says another version. */
async function buildNext(files: readonly string[], to: string): Promise<void> {
  const project = Deno.makeTempDirSync({ prefix: "tapeline-next-" });
  try {
    for (const file of files) {
      Deno.mkdirSync(dirname(`${project}/${file}`), { recursive: true });
      Deno.copyFileSync(`${PROJECT}/${file}`, `${project}/${file}`);
    }
    const text = Deno.readTextFileSync(`${project}/version.ts`);
    const next = text.replace(`"${VERSION}"`, `"${NEXT_VERSION}"`);
    Deno.writeTextFileSync(`${project}/version.ts`, next);
    await build(project, to);
  } finally {
    Deno.removeSync(project, { recursive: true });
  }
}

function sourceFiles(): string[] {
  const atRoot = [...Deno.readDirSync(PROJECT)].map(({ name }) => name)
    .filter((name) => name.endsWith(".ts"));
  return [...SOURCES, ...atRoot].flatMap(filesBelow).sort();
}

function filesBelow(path: string): string[] {
  if (!Deno.statSync(`${PROJECT}/${path}`).isDirectory) return [path];
  return [...Deno.readDirSync(`${PROJECT}/${path}`)]
    .flatMap(({ name }) => filesBelow(`${path}/${name}`));
}

function digestOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${file}\n`).update(Deno.readFileSync(`${PROJECT}/${file}`));
  }
  return hash.digest("hex").slice(0, 16);
}
