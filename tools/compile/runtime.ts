/**
 * The runtime that goes into an executable: this one for the host, for another target the one that
 * npm distributes, fetched by the runtime itself, which holds it to the registry's checksum.
 * @module
 */
import { command } from "./command.ts";
import { CannotBuild, type Target } from "./targets.ts";

/** Longest time for a download of some forty megabytes. */
const DOWNLOAD_MS = 600_000;

/** Returns the path of the runtime of this target. @throws {CannotBuild} If it cannot be had. */
export async function runtimeFor(target: Target): Promise<string> {
  if (target.triple === Deno.build.target) return Deno.execPath();
  const name = `${target.npmPackage}@${Deno.version.deno}`;
  try {
    await command(Deno.execPath(), {
      words: ["cache", "--quiet", "--no-config", "--no-lock", `npm:${name}`],
      withinMs: DOWNLOAD_MS,
    });
  } catch (error) {
    if (!(error instanceof CannotBuild)) throw error;
    throw new CannotBuild(
      `Cannot build for ${target.triple}: its runtime must be had, from npm as ${name} or by ` +
        `--runtime FILE: ${error.message}`,
    );
  }
  return `${await npmCache()}/${target.npmPackage}/${Deno.version.deno}/deno`;
}

/** Returns the folder of the libraries that the runtime has downloaded. */
export async function npmCache(): Promise<string> {
  const said = JSON.parse(await command(Deno.execPath(), { words: ["info", "--json"] })) as unknown;
  if (typeof said === "object" && said !== null && "npmCache" in said) {
    return `${String(said.npmCache)}/registry.npmjs.org`;
  }
  throw new CannotBuild("Cannot build: deno info must name its npm cache");
}
