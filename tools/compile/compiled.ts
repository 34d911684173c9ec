/**
 * The executable that `deno compile` makes: needs the runtime's stub `denort`, which it downloads or
 * takes from DENORT_BIN.
 * @module
 */
import type { Program } from "./bundle.ts";
import { command } from "./command.ts";
import { NET, PERMISSIONS, UNSTABLE, V8_OPTION } from "./runtime_flags.ts";
import { CannotBuild, type Target } from "./targets.ts";

/** Functions are compiled when they are read: the runtime keeps of a module only what was (decision 0091). */
const EAGER = "--no-lazy";
/** A download of some forty megabytes that takes longer is none. */
const WITHIN_MS = 180_000;

/**
 * Makes it at `path`. Its permissions are one set for all commands: those of a daemon with venues.
 * @throws {CannotBuild} If the stub cannot be had, or is none.
 */
export async function compileTo(
  path: string,
  of: { readonly target: Target; readonly program: Program; readonly work: string },
): Promise<void> {
  const folder = `${of.work}/program`;
  Deno.mkdirSync(folder);
  for (const [name, text] of of.program.files) Deno.writeTextFileSync(`${folder}/${name}`, text);
  await command(Deno.execPath(), {
    directory: folder,
    words: [
      "compile",
      "--no-check",
      "--no-config",
      "--no-lock",
      "--no-prompt",
      `${V8_OPTION},${EAGER}`,
      ...UNSTABLE,
      ...PERMISSIONS,
      NET.any,
      ...[...of.program.files.keys()].flatMap((name) => ["--include", name]),
      "--target",
      of.target.triple,
      "--output",
      path,
      "main.js",
    ],
    withinMs: WITHIN_MS,
  });
  if (of.target.triple === Deno.build.target) await verify(path);
}

/** A whole runtime in place of its stub makes a file that is a runtime and not the program. */
async function verify(path: string): Promise<void> {
  const said = await command(path, { words: ["version", "--json"] });
  if (said.includes('"kind":"compiled"')) return;
  throw new CannotBuild(`Cannot compile: the stub must start the program: it said ${said.trim()}`);
}
