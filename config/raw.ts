/**
 * A configuration as it was written, of any shape: what checks across keys look at.
 * @module
 */
import { type PathProblem, shown } from "./problems.ts";

/** A map of the file. */
export type Raw = Readonly<Record<string, unknown>>;
/** Where something stands in the file. */
export type Path = readonly PropertyKey[];

/** Returns a problem for each item whose key says what an earlier one does. */
export function repeated(
  items: readonly unknown[],
  of: { readonly key: string; readonly path: Path; readonly what: string },
): readonly PathProblem[] {
  const first = new Map<unknown, number>();
  return items.flatMap((item, index) => {
    const value = mapOf(item)?.[of.key];
    if (value === undefined || value === null) return [];
    const earlier = first.get(value);
    if (earlier === undefined) {
      first.set(value, index);
      return [];
    }
    const text = `must differ from every other ${of.what}'s: was ${shown(value)}, ` +
      `as in number ${earlier + 1} of the list`;
    return [{ path: [...of.path, index, of.key], at: "value", text }];
  });
}

/** True for a map. */
export function isMap(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as a map; undefined if it is none. */
export function mapOf(value: unknown): Raw | undefined {
  return isMap(value) ? value : undefined;
}

/** The value as a list; empty if it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
