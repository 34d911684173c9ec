/**
 * The fixtures on disk: recorded scenarios, and streams that fuzzing found.
 * @module
 */
import type { Fixture } from "./fixture.ts";

const ROOT = new URL("../engine/", import.meta.url);

/** Where fixtures are kept: recorded scenarios, or streams on which two cores once disagreed. */
export type FixtureFolder = "scenarios" | "found";

/** Returns the file of a fixture. */
export function fixtureUrl(folder: FixtureFolder, name: string): URL {
  return new URL(`${folder === "found" ? "found/" : ""}${name}.json`, ROOT);
}

/** Reads all fixtures of a folder, by name; none if the folder is not there. */
export function readFixtures(folder: FixtureFolder): readonly Fixture[] {
  return fixtureNames(folder).map((name) =>
    JSON.parse(Deno.readTextFileSync(fixtureUrl(folder, name)))
  );
}

/** Names of all fixtures of a folder, sorted. */
export function fixtureNames(folder: FixtureFolder): readonly string[] {
  const place = folder === "found" ? new URL("found/", ROOT) : ROOT;
  const names: string[] = [];
  try {
    for (const { name, isFile } of Deno.readDirSync(place)) {
      if (isFile && name.endsWith(".json")) names.push(name.slice(0, -".json".length));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}
