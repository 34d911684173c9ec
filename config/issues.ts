/**
 * What the schema says of a file, as problems: with what was found, and the key that was meant.
 * @module
 */
import type * as z from "zod";
import { BLANK_MISSING, found, mayHoldSecret, type PathProblem, pathText } from "./problems.ts";
import { keysAt } from "./schema_keys.ts";

/** Returns what one issue of the schema means to the person who wrote the file. */
export function issueProblems(issue: z.core.$ZodIssue, root: unknown): readonly PathProblem[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(path, key));
  }
  const value = valueAt(root, path);
  if (value === undefined) return [{ path, at: "value", text: `is missing: it ${issue.message}` }];
  return [{ path, at: "value", text: `${issue.message}: was ${found(value, path)}` }];
}

function unknownKey(path: readonly PropertyKey[], key: string): PathProblem {
  if (path.includes("credentials") || mayHoldSecret(key)) {
    const text = `holds a key that is none of the configuration ${BLANK_MISSING}`;
    return { path, hidden: [key], at: "key", text };
  }
  return { path: [...path, key], at: "key", text: unknown(path, key) };
}

function unknown(path: readonly PropertyKey[], key: string): string {
  const known = keysAt(path);
  const near = nearest(key, known);
  if (near !== undefined) return `is no key of the configuration: did you mean ${near}?`;
  const where = path.length === 0 ? "at the top" : `in ${pathText(path)}`;
  return `is no key of the configuration: the keys ${where} are ${known.join(", ")}`;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, segment) => {
    if (typeof value !== "object" || value === null) return undefined;
    return (value as Readonly<Record<PropertyKey, unknown>>)[segment];
  }, root);
}

function nearest(key: string, known: readonly string[]): string | undefined {
  const far = Math.max(2, Math.floor(key.length / 3));
  const ranked = known.map((name) => ({ name, distance: editDistance(key, name) }))
    .filter(({ distance }) => distance <= far)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return ranked[0]?.name;
}

/** Insertions, deletions, replacements, and neighbours swapped: the slips of a typing hand. */
function editDistance(...[from, to]: readonly [string, string]): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(Math.min(
        (rows[i - 1]?.[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (rows[i - 1]?.[j - 1] ?? 0) + same,
        swapped ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : Infinity,
      ));
    }
    rows.push(row);
  }
  return rows[from.length]?.[to.length] ?? Infinity;
}
