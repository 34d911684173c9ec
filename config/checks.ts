/**
 * Checks across keys, on the file as it was written: they also run when single values are wrong,
 * so that all problems are listed at once.
 *
 * Limit: a part whose shape the schema refuses is passed over here, since the schema has said so.
 * @module
 */
import { adapterOf, type KnownAdapters, modeProblems, outsideProblems } from "./adapter_checks.ts";
import { PAPER_ADAPTER } from "./default.ts";
import { hotLoopProblems } from "./hot_loop_checks.ts";
import { limitProblems } from "./limit_checks.ts";
import { listOf, mapOf, type Path, type Raw, repeated } from "./raw.ts";
import { type PathProblem, shown } from "./problems.ts";
import { WIRE_PORT } from "./schema.ts";

const DAY_MS = 86_400_000;

/** What the program that reads the file can do. */
export type Registry = {
  /** Venue adapters besides `paper`, by name. */
  readonly adapters: KnownAdapters;
  /** Formats of recorded captures that the feeds can read. */
  readonly captureFormats: readonly string[];
  /** Those of them that list the instruments of their files; absent: none does. */
  readonly listingFormats?: readonly string[];
  /** What is wrong with the columns of a capture, by key; absent: nothing is. */
  readonly columnProblems?: (
    columns: Raw,
  ) => readonly { readonly key: string; readonly text: string }[];
  /** Tells whether a capture file can be opened; its path is absolute or as the process sees it. */
  readonly fileExists: (path: string) => boolean;
};

/** Where a simulated venue has its market data from. */
const SIMULATED_FEEDS = ["generator", "capture", "client"] as const;

/** Returns what is wrong between keys. `root` is the parsed YAML. */
export function crossProblems(root: unknown, registry: Registry): readonly PathProblem[] {
  const venues = listOf(mapOf(root)?.["venues"]);
  return [
    ...repeated(venues, { key: "name", path: ["venues"], what: "venue" }),
    ...venues.flatMap((venue, index) => venueProblems(venue, ["venues", index], registry)),
    ...modeProblems(root, registry.adapters),
    ...limitProblems(root),
    ...hotLoopProblems(root),
    ...retentionProblems(root),
    ...portProblems(root),
  ];
}

/** Clients and metrics cannot be served at one port; of 0 each gets a free one. */
function portProblems(root: unknown): readonly PathProblem[] {
  const port = mapOf(mapOf(root)?.["wire"])?.["port"] ?? WIRE_PORT;
  if (port === 0 || mapOf(mapOf(root)?.["metrics"])?.["port"] !== port) return [];
  const text = `must differ from wire.port, which is ${shown(port)}: was ${shown(port)}`;
  return [{ path: ["metrics", "port"], at: "value", text }];
}

/** A repeated intent is answered with the report that it had, which must be there for so long. */
function retentionProblems(root: unknown): readonly PathProblem[] {
  const days = mapOf(mapOf(root)?.["journal"])?.["truth_retention_days"];
  const horizonMs = mapOf(mapOf(root)?.["engine"])?.["intent_horizon_ms"];
  // Where one of them is left out, the other's range does not reach beyond its default.
  if (typeof days !== "number" || typeof horizonMs !== "number") return [];
  if (days * DAY_MS >= horizonMs) return [];
  const text = `must be no shorter than engine.intent_horizon_ms, ${horizonMs}: was ${days} days`;
  return [{ path: ["journal", "truth_retention_days"], at: "value", text }];
}

function venueProblems(raw: unknown, path: Path, registry: Registry): readonly PathProblem[] {
  const venue = mapOf(raw) ?? {};
  const instruments = listOf(venue["instruments"]);
  return [
    ...adapterProblems(venue, path, registry),
    ...outsideProblems(venue, path, registry.adapters),
    ...feedProblems(venue, path, registry),
    ...listProblems(venue, path, registry),
    ...repeated(listOf(venue["balances"]), {
      key: "currency",
      path: [...path, "balances"],
      what: "balance",
    }),
    ...repeated(instruments, {
      key: "symbol",
      path: [...path, "instruments"],
      what: "instrument",
    }),
  ];
}

function adapterProblems(venue: Raw, path: Path, registry: Registry): readonly PathProblem[] {
  const adapter = adapterOf(venue);
  if (typeof adapter !== "string") return [];
  const known = [PAPER_ADAPTER, ...registry.adapters.keys()];
  if (!known.includes(adapter)) {
    const text = `must be an adapter of this build (${known.join(", ")}): was ${shown(adapter)}`;
    return [{ path: [...path, "adapter"], at: "value", text }];
  }
  if (adapter === PAPER_ADAPTER || venue["simulation"] === undefined) return [];
  const text = `must be left out, since only the adapter ${PAPER_ADAPTER} simulates: ` +
    `was given for ${shown(adapter)}`;
  return [{ path: [...path, "simulation"], at: "key", text }];
}

function feedProblems(venue: Raw, path: Path, registry: Registry): readonly PathProblem[] {
  const adapter = adapterOf(venue);
  const paper = adapter === PAPER_ADAPTER;
  const feed = mapOf(venue["feed"]) ?? { kind: paper ? "generator" : "adapter" };
  const { kind } = feed;
  if (registry.adapters.has(String(adapter)) && SIMULATED_FEEDS.some((known) => known === kind)) {
    const text = `must be adapter, since ${adapter} brings its own market data: was ${shown(kind)}`;
    return [{ path: [...path, "feed", "kind"], at: "value", text }];
  }
  switch (kind) {
    case "capture":
      return [
        ...captureProblems(feed, [...path, "feed"], registry),
        ...listOf(feed["beside"]).flatMap((of, index) =>
          captureProblems(mapOf(of) ?? {}, [...path, "feed", "beside", index], registry)
        ),
      ];
    case "client":
      return formatProblems(feed, { key: "raw_format", path: [...path, "feed"] }, registry);
    case "adapter":
      return paper
        ? [{
          path: [...path, "feed", "kind"],
          at: "value",
          text: 'must be generator, capture or client, since paper has no feed: was "adapter"',
        }]
        : [];
    default:
      return [];
  }
}

/** Some recordings say themselves what they hold; everything else is listed in the file. */
function listProblems(venue: Raw, path: Path, registry: Registry): readonly PathProblem[] {
  const listed = venue["instruments"];
  if (!Array.isArray(listed) || listed.length > 0) return [];
  const feed = mapOf(venue["feed"]) ?? {};
  const format = feed["kind"] === "capture" ? feed["format"] : undefined;
  if (typeof format === "string" && registry.listingFormats?.includes(format) === true) return [];
  const text = "must list one instrument or more: was empty";
  return [{ path: [...path, "instruments"], at: "value", text }];
}

function captureProblems(feed: Raw, path: Path, registry: Registry): readonly PathProblem[] {
  const problems = [...formatProblems(feed, { key: "format", path }, registry)];
  for (const { key, text } of registry.columnProblems?.(mapOf(feed["columns"]) ?? {}) ?? []) {
    problems.push({ path: [...path, "columns", key], at: "value", text });
  }
  for (const [index, file] of listOf(feed["files"]).entries()) {
    if (typeof file !== "string" || registry.fileExists(file)) continue;
    const text = `must be a file that can be read: was ${shown(file)}`;
    problems.push({ path: [...path, "files", index], at: "value", text });
  }
  return problems;
}

function formatProblems(
  feed: Raw,
  at: { readonly key: string; readonly path: Path },
  registry: Registry,
): readonly PathProblem[] {
  const format = feed[at.key];
  if (typeof format !== "string" || registry.captureFormats.includes(format)) return [];
  const known = registry.captureFormats.join(", ");
  const text = `must be a format of this build (${known}): was ${shown(format)}`;
  return [{ path: [...at.path, at.key], at: "value", text }];
}
