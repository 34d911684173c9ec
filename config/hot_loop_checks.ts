/**
 * What is wrong with `hotloop`: the hot loop's own validator, its problems with their places.
 * @module
 */
import { parseHotLoopSettings } from "../core/hotloop/mod.ts";
import type { PathProblem } from "./problems.ts";
import { mapOf } from "./raw.ts";

const ROOT = "hotloop";
const RULE = " must be ";
const UNKNOWN = "a known key";

/** Returns what is wrong with the settings of the hot loop. `root` is the parsed YAML. */
export function hotLoopProblems(root: unknown): readonly PathProblem[] {
  const settings = mapOf(root)?.[ROOT];
  if (mapOf(settings) === undefined) return []; // absent, or the schema has refused it
  const parsed = parseHotLoopSettings(settings);
  if (parsed.ok) return [];
  return parsed.problems.map((problem): PathProblem => {
    const end = problem.indexOf(RULE);
    const path = pathOf(problem.slice(ROOT.length + 1, end), settings);
    const text = problem.slice(end + 1);
    const at = text.startsWith(`must be ${UNKNOWN}`) ? "key" : "value";
    return { path: [ROOT, ...path], at, text };
  });
}

/** Splits `instruments.a:b.c.half_life_s` by the keys that are there: names may hold dots. */
function pathOf(text: string, value: unknown): readonly string[] {
  if (text === "") return [];
  const keys = Object.keys(mapOf(value) ?? {});
  const key = keys.filter((name) => text === name || text.startsWith(`${name}.`))
    .reduce((longest, name) => name.length > longest.length ? name : longest, "");
  if (key === "") return [text];
  return [key, ...pathOf(text.slice(key.length + 1), mapOf(value)?.[key])];
}
