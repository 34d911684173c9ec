/**
 * The options of an exchange of CCXT that is not tested here: read, checked, with their defaults.
 *
 * `exchange` (as CCXT calls it), `experimental` (must be true), `environment` (`live`, `testnet`),
 * `endpoints` (`rest`, `stream`: other hosts), `passphrase` (its keys have one),
 * `request_timeout_ms`, `poll_ms`, `absence_proof_ms`, `book` (`depth`, `none`), `book_levels`.
 * @module
 */
import type { VenueOptions } from "../../../venue.ts";
import {
  endpointProblems,
  type Endpoints,
  endpointsOf,
  numberOf,
  type NumberOption,
  numberProblems,
  type OptionProblem,
  wordProblems,
} from "../option_checks.ts";
import { EXCHANGE_IDS, LIVE_ONLY_IDS } from "./exchange_ids.ts";

const ENVIRONMENTS = ["live", "testnet"] as const;
const BOOKS = ["depth", "none"] as const;

/** Options with nothing left open. */
export type UnifiedOptions = {
  readonly exchange: string;
  readonly environment: (typeof ENVIRONMENTS)[number];
  readonly endpoints: Endpoints | null;
  readonly hasPassphrase: boolean;
  readonly requestTimeoutMs: number;
  /** How often orders and executions are asked for where no stream says that something happened. */
  readonly pollMs: number;
  /** How long after a request "not found" proves that it never arrived; null: never. */
  readonly absenceProofMs: number | null;
  readonly book: (typeof BOOKS)[number];
  readonly bookLevels: number;
};

const NUMBERS: readonly NumberOption[] = [
  { name: "request_timeout_ms", from: 100, to: 60_000 },
  { name: "poll_ms", from: 500, to: 60_000 },
  { name: "absence_proof_ms", from: 1000, to: 86_400_000 },
  { name: "book_levels", from: 1, to: 1000 },
];
const NAMES: ReadonlySet<string> = new Set([
  ...["exchange", "experimental", "environment", "endpoints", "passphrase", "book"],
  ...NUMBERS.map(({ name }) => name),
]);

/** Returns what is wrong with options, a sentence each. `exchange` is a text, and none tested here. */
export function unifiedProblems(options: VenueOptions): readonly OptionProblem[] {
  const unknown = Object.keys(options).filter((name) => !NAMES.has(name))
    .map((path) => ({
      path,
      problem: `is no option of an experimental exchange, which has ${[...NAMES].join(", ")}`,
    }));
  return [
    ...exchangeProblems(String(options["exchange"])),
    ...environmentProblems(options),
    ...wordProblems(options, "book", BOOKS),
    ...NUMBERS.flatMap((option) => numberProblems(options, option)),
    ...endpointProblems(options["endpoints"]),
    ...passphraseProblems(options["passphrase"]),
    ...unknown,
  ];
}

/** Reads options that have no problem; what is wrong all the same takes its default. */
export function readUnifiedOptions(options: VenueOptions): UnifiedOptions {
  const absenceProofMs = options["absence_proof_ms"];
  return {
    exchange: String(options["exchange"]),
    environment: ENVIRONMENTS.find((word) => word === options["environment"]) ?? "live",
    endpoints: endpointsOf(options["endpoints"]),
    hasPassphrase: options["passphrase"] === true,
    requestTimeoutMs: numberOf(options, "request_timeout_ms", 10_000),
    pollMs: numberOf(options, "poll_ms", 5000),
    absenceProofMs: typeof absenceProofMs === "number" ? absenceProofMs : null,
    book: BOOKS.find((word) => word === options["book"]) ?? "depth",
    bookLevels: numberOf(options, "book_levels", 20),
  };
}

function exchangeProblems(id: string): readonly OptionProblem[] {
  if (EXCHANGE_IDS.has(id)) return [];
  const near = [...EXCHANGE_IDS].filter((known) => known[0] === id[0]);
  const some = near.length === 0 ? "" : ` (with ${id[0]}: ${near.join(", ")})`;
  const problem = `must be an exchange that CCXT knows with streams, by its name there${some}: ` +
    `was ${JSON.stringify(id)}`;
  return [{ path: "exchange", problem }];
}

function environmentProblems(options: VenueOptions): readonly OptionProblem[] {
  const { exchange, environment } = options;
  if (environment !== "testnet" || !LIVE_ONLY_IDS.has(String(exchange))) {
    return wordProblems(options, "environment", ENVIRONMENTS);
  }
  const problem = `must be live, since CCXT knows no testnet of ${exchange}: was "testnet"`;
  return [{ path: "environment", problem }];
}

function passphraseProblems(value: unknown): readonly OptionProblem[] {
  if (value === undefined || typeof value === "boolean") return [];
  const problem = "must be true or false, and the passphrase itself in credentials.password: " +
    `was ${typeof value === "string" ? "a text" : JSON.stringify(value)}`;
  return [{ path: "passphrase", problem }];
}
