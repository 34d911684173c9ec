/**
 * Finds the real market data that some tests use: the folder named by `TAPELINE_DATA`, else
 * `../shared/data` beside the checkout. Tests skip, by name, when it is not there.
 * @module
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Returns the path of a data file, or undefined if this machine does not have it. */
export function sharedData(name: string): string | undefined {
  const beside = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
  const folder = Deno.env.get("TAPELINE_DATA") ?? beside;
  const path = `${folder.replace(/\/$/, "")}/${name}`;
  return existsSync(path) ? path : undefined;
}
