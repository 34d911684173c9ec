/**
 * Checks across keys of venues with an adapter: that the mode allows them, that their options and
 * secrets are what the adapter knows, and that nothing is said here which the venue itself says.
 * @module
 */
import type { AdapterDescription } from "../edge/venue.ts";
import { PAPER_ADAPTER } from "./default.ts";
import { BLANK_MISSING, found, mayHoldSecret, type PathProblem, shown } from "./problems.ts";
import { listOf, mapOf, type Path, type Raw } from "./raw.ts";
import { MODES } from "./schema.ts";

/** Adapters by the name that configuration uses, `paper` left out. */
export type KnownAdapters = ReadonlyMap<string, AdapterDescription>;

/** Returns what is wrong between the mode and the venues of a file. */
export function modeProblems(root: unknown, known: KnownAdapters): readonly PathProblem[] {
  const file = mapOf(root) ?? {};
  const mode = file["mode"] ?? "paper";
  const venues = listOf(file["venues"]).map((venue) => mapOf(venue) ?? {});
  if (mode === "live" && venues.every((venue) => adapterOf(venue) === PAPER_ADAPTER)) {
    const text = `must be paper or dry_run, since no venue of this file is outside: was "live"`;
    return [{ path: ["mode"], at: "value", text }];
  }
  return venues.flatMap((venue, index) => {
    const adapter = adapterOf(venue);
    const facts = known.get(String(adapter));
    if (facts === undefined || !MODES.some((known) => known === mode)) return [];
    const path = ["venues", index, "adapter"];
    if (mode === "paper") {
      const text = `must be ${PAPER_ADAPTER} in mode paper, since an adapter trades outside; ` +
        `say mode: dry_run or mode: live: was ${shown(adapter)}`;
      return [{ path, at: "value" as const, text }];
    }
    const { tradingModes } = facts.capabilities(mapOf(venue["options"]) ?? {});
    if (tradingModes.some((possible) => possible === mode)) return [];
    const text = `must be an adapter for mode ${String(mode)}; this one knows ` +
      `${tradingModes.join(", ")}: was ${shown(adapter)}`;
    return [{ path, at: "value" as const, text }];
  });
}

/** Returns what is wrong with one venue as its adapter, or the lack of one, sees it. */
export function outsideProblems(
  venue: Raw,
  path: Path,
  known: KnownAdapters,
): readonly PathProblem[] {
  const adapter = adapterOf(venue);
  if (adapter === PAPER_ADAPTER) return simulatedProblems(venue, path);
  const facts = known.get(String(adapter));
  if (facts === undefined) return [];
  const options = mapOf(venue["options"]) ?? {};
  return [
    ...facts.problems(options).map((wrong) => optionProblem(wrong, [...path, "options"])),
    ...credentialProblems(venue, path, facts),
    ...deadManProblems(venue, path, facts),
    ...ownedByVenue(venue, path),
  ];
}

function optionProblem(
  wrong: ReturnType<AdapterDescription["problems"]>[number],
  path: Path,
): PathProblem {
  const below = wrong.path.split(".").filter((part) => part !== "");
  if (!mayHoldSecret(wrong.path)) {
    return { path: [...path, ...below], at: "value", text: wrong.problem };
  }
  const text = `holds what is no option of this adapter ${BLANK_MISSING}`;
  return { path, hidden: [wrong.path], at: "key", text };
}

/** What only means something outside is refused of a simulated venue. */
function simulatedProblems(venue: Raw, path: Path): readonly PathProblem[] {
  const keys = ["credentials", "reconcile_ms", "dead_man_ms"];
  return keys.flatMap((key) => {
    const value = venue[key];
    const isEmpty = value === undefined || value === null ||
      Object.keys(mapOf(value) ?? { value }).length === 0;
    if (isEmpty) return [];
    const at = [...path, key];
    const text = `must be left out, since a simulated venue has none: was ${found(value, at)}`;
    return [{ path: at, at: "key" as const, text }];
  });
}

function credentialProblems(
  venue: Raw,
  path: Path,
  facts: AdapterDescription,
): readonly PathProblem[] {
  const names = secretsOf(venue, facts);
  const known = names.join(", ") || "the secrets of this adapter, which has none";
  const text = `holds a name that is none of ${known} ${BLANK_MISSING}`;
  return Object.keys(mapOf(venue["credentials"]) ?? {})
    .filter((name) => !names.includes(name))
    .map((name) => ({ path: [...path, "credentials"], hidden: [name], at: "key", text }));
}

/**
 * Returns whether a path leads to or below a name of `credentials` that the venue's adapter does not
 * know. Such a name may be the secret itself; the venue's own check refuses it without a word of it.
 */
export function isUnknownSecret(path: Path, root: unknown, known: KnownAdapters): boolean {
  const [list, index, key, name] = path;
  if (list !== "venues" || key !== "credentials" || name === undefined) return false;
  const venue = mapOf(listOf(mapOf(root)?.["venues"])[Number(index)]) ?? {};
  const facts = known.get(String(adapterOf(venue)));
  return facts === undefined || !secretsOf(venue, facts).includes(String(name));
}

function secretsOf(venue: Raw, facts: AdapterDescription): readonly string[] {
  return facts.credentials(mapOf(venue["options"]) ?? {});
}

function deadManProblems(
  venue: Raw,
  path: Path,
  facts: AdapterDescription,
): readonly PathProblem[] {
  const value = venue["dead_man_ms"];
  if (value === undefined || value === null) return [];
  const problem = (text: string): readonly PathProblem[] => [
    { path: [...path, "dead_man_ms"], at: "value", text: `${text}: was ${shown(value)}` },
  ];
  if (!facts.capabilities(mapOf(venue["options"]) ?? {}).deadMan) {
    return problem(
      "must be null, since this venue has no dead-man switch of its own (a lost client's " +
        "orders are cancelled all the same)",
    );
  }
  const instruments = listOf(venue["instruments"]).length;
  const minMs = facts.deadManMinMs(instruments);
  if (typeof value !== "number" || value >= minMs) return [];
  return problem(
    `must be at least ${minMs}, for the venue's number of instruments, ${instruments}: it allows only ` +
      "so many requests, and each is renewed three times per countdown",
  );
}

/** Balances, grids and minima are facts of the venue: said here they could only be wrong. */
function ownedByVenue(venue: Raw, path: Path): readonly PathProblem[] {
  const problems: PathProblem[] = [];
  if (listOf(venue["balances"]).length > 0) {
    const text = "must be left out, since the venue reports what the account holds: " +
      `was ${shown(venue["balances"])}`;
    problems.push({ path: [...path, "balances"], at: "key", text });
  }
  for (const [index, raw] of listOf(venue["instruments"]).entries()) {
    const instrument = mapOf(raw) ?? {};
    for (const [map, key] of LISTED) {
      const value = (map === null ? instrument : mapOf(instrument[map]) ?? {})[key];
      if (value === undefined || value === null) continue;
      const text = "must be left out, since the venue lists it; only the quantum is said here: " +
        `was ${shown(value)}`;
      const at = map === null ? [key] : [map, key];
      problems.push({ path: [...path, "instruments", index, ...at], at: "key", text });
    }
  }
  return problems;
}

const LISTED = [
  ["price", "ticks"],
  ["quantity", "step"],
  ["quantity", "min"],
  ["quantity", "max"],
  [null, "min_notional"],
] as const;

/** The name of a venue's adapter, as the file says it or leaves it out. */
export function adapterOf(venue: Raw): unknown {
  return venue["adapter"] ?? PAPER_ADAPTER;
}
