/**
 * What differs between two configurations, by the path at which a person finds it in the file, and
 * what kind of setting it is. Pure.
 *
 * Rows of the lists are the same row if they have the same name, wherever they stand; lists without
 * names are compared whole.
 * @module
 */
import type { Configuration } from "./configuration.ts";
import { pathText } from "./problems.ts";
import { isMap } from "./raw.ts";

/**
 * What a setting is to a daemon that runs:
 * - `free`: it changes at once, in both directions
 * - `tightening`: it changes at once if that only makes trading more careful
 * - `fixed`: it is what it was until the next start
 */
export type ChangeKind = "free" | "tightening" | "fixed";

/** One setting that differs. `before` and `after` are undefined where the row or key is not there. */
export type Change = {
  /** As in the newer file; of a row that is gone as in the older one. */
  readonly path: string;
  readonly kind: ChangeKind;
  readonly before: unknown;
  readonly after: unknown;
};

type Pair = { readonly before: unknown; readonly after: unknown };
type At = { readonly path: readonly PropertyKey[]; readonly kind: ChangeKind };

/** The key that names the rows of a list, by the list's own. */
const NAMED_ROWS: ReadonlyMap<string, string> = new Map([
  ["venues", "name"],
  ["exchanges", "name"],
  ["clients", "name"],
]);
/** The same for the `instruments` of a venue and of a client. */
const INSTRUMENT_KEYS = ["symbol", "instrument"] as const;

/** Settings by path, rows without their numbers: the longest that fits rules. */
const KINDS: readonly (readonly [string, ChangeKind])[] = [
  ["log", "free"],
  ["hotloop", "free"],
  ["operator", "tightening"],
  ["clients", "tightening"],
  ["exchanges", "tightening"],
  ["venues.limits", "tightening"],
  ["venues.instruments.limits", "tightening"],
  ["venues.instruments.dry_run", "tightening"],
  ["venues.pacing", "free"],
  ["venues.reconcile_ms", "free"],
];

/** Returns everything that differs, in the order of the newer file. */
export function changesOf(
  before: Configuration,
  after: Configuration,
): readonly Change[] {
  return differences({ before, after }, { path: [], kind: "fixed" });
}

function differences(pair: Pair, at: At): readonly Change[] {
  const { before, after } = pair;
  if (Array.isArray(before) && Array.isArray(after)) return rowDifferences(before, after, at);
  if (!isMap(before) || !isMap(after)) return isSame(pair) ? [] : [change(pair, at)];
  const keys = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return keys.flatMap((key) => {
    const path = [...at.path, isFileKey(at.path) ? key : toSnake(key)];
    return differences({ before: before[key], after: after[key] }, { path, kind: kindOf(path) });
  });
}

/** Rows by name; a list without names is one setting. */
function rowDifferences(
  ...[before, after, at]: readonly [readonly unknown[], readonly unknown[], At]
): readonly Change[] {
  const name = nameKeyOf(at.path, [...before, ...after]);
  if (name === undefined) return isSame({ before, after }) ? [] : [change({ before, after }, at)];
  const find = (rows: readonly unknown[], row: unknown): unknown =>
    rows.find((one) => isMap(one) && isMap(row) && one[name] === row[name]);
  const kept = after.flatMap((row, index) =>
    differences({ before: find(before, row), after: row }, { ...at, path: [...at.path, index] })
  );
  const gone = before.flatMap((row, index) =>
    find(after, row) === undefined
      ? [change({ before: row, after: undefined }, { ...at, path: [...at.path, index] })]
      : []
  );
  return [...kept, ...gone];
}

function change(pair: Pair, { path, kind }: At): Change {
  return { path: pathText(path), kind, ...pair };
}

function nameKeyOf(path: readonly PropertyKey[], rows: readonly unknown[]): string | undefined {
  const list = String(path.at(-1) ?? "");
  if (list !== "instruments") return path.length === 1 ? NAMED_ROWS.get(list) : undefined;
  return INSTRUMENT_KEYS.find((key) => rows.every((row) => isMap(row) && key in row));
}

function kindOf(path: readonly PropertyKey[]): ChangeKind {
  const place = path.filter((segment) => typeof segment === "string").join(".");
  const fits = KINDS.filter(([known]) => place === known || place.startsWith(`${known}.`));
  return fits.at(-1)?.[1] ?? "fixed";
}

/** Below these the file's own spelling was kept. */
function isFileKey(path: readonly PropertyKey[]): boolean {
  return path.some((segment) =>
    ["hotloop", "options", "credentials", "columns"].includes(String(segment))
  );
}

/** Returns the spelling of the file for a key of the program. */
export function toSnake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function isSame({ before, after }: Pair): boolean {
  return canonical(before) === canonical(after);
}

function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner: unknown) =>
      isMap(inner) ? Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1) : inner,
  ) ?? "absent";
}
