/**
 * Two executables that differ in nothing but their version: this one, and the one after it. Built
 * once per state of the sources, into the cache.
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../../../version.ts";
import { output } from "./tools.ts";

/** Directories that each hold `tapeline` and its `SHA256SUMS`. */
export type Executables = { readonly current: string; readonly next: string };

/** The version after this one. */
export const NEXT_VERSION = `${VERSION}-next`;

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));
const SOURCES = ["core", "edge", "wire", "config", "tools", "deno.json", "deno.lock"];
const BUILD_MS = 240_000;

/** Builds what is missing; `TAPELINE_EXECUTABLE` names one that is built already. */
export async function buildExecutables(cache: string): Promise<Executables> {
  const files = sourceFiles();
  const given = Deno.env.get("TAPELINE_EXECUTABLE");
  const folder = `${cache}/executables-${digestOf(files)}`;
  const directories = { current: `${folder}/current`, next: `${folder}/next` };
  if (!existsSync(`${folder}/whole`)) {
    for (const entry of Deno.readDirSync(cache)) {
      if (!entry.name.startsWith("executables-")) continue;
      Deno.removeSync(`${cache}/${entry.name}`, { recursive: true });
    }
    await build(PROJECT, directories.current);
    await buildNext(files, directories.next);
    Deno.writeTextFileSync(`${folder}/whole`, "");
  }
  if (given === undefined) return directories;
  return { ...directories, current: given.slice(0, given.lastIndexOf("/")) };
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
