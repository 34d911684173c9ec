/**
 * The options of a CCXT venue: read, checked, with their defaults. Loads nothing of the library.
 *
 * `exchange` (`binance`: spot, `binanceusdm`: USD-M perpetuals), `environment` (`live`, `testnet`,
 * `demo`), `endpoints` (`rest`, `stream`: other hosts, for a gateway or a test),
 * `recv_window_ms`, `request_timeout_ms`, `propagation_ms`, `keep_alive_ms`, `book` (`depth`, `best`,
 * `none`), `book_levels`.
 * @module
 */
import type { VenueOptions } from "../../venue.ts";

/** What an account trades: spot, or perpetuals settled in the quote currency. */
export type ExchangeProduct = "spot" | "usdm";

/** Which of the exchange's worlds. */
const ENVIRONMENTS = ["live", "testnet", "demo"] as const;
export type CcxtEnvironment = (typeof ENVIRONMENTS)[number];

/** What is followed of each instrument besides its trades. */
const BOOKS = ["depth", "best", "none"] as const;
export type BookDepth = (typeof BOOKS)[number];

/** Options with nothing left open. */
export type CcxtOptions = {
  readonly exchange: string;
  readonly product: ExchangeProduct;
  readonly environment: CcxtEnvironment;
  readonly endpoints: { readonly rest: string; readonly stream: string } | null;
  /** How long after its timestamp the exchange still acts on a request. */
  readonly recvWindowMs: number;
  readonly requestTimeoutMs: number;
  /** How long after that an order may still not be found although it is there. */
  readonly propagationMs: number;
  readonly keepAliveMs: number;
  readonly book: BookDepth;
  readonly bookLevels: number;
};

/** A thing that cannot be, below `options`. */
export type OptionProblem = { readonly path: string; readonly problem: string };

/** Exchanges of CCXT whose every request, answer and stream is tested here. */
const PRODUCTS: ReadonlyMap<string, ExchangeProduct> = new Map([
  ["binance", "spot"],
  ["binanceusdm", "usdm"],
]);

type NumberOption = { readonly name: string; readonly from: number; readonly to: number };

const NUMBERS: readonly NumberOption[] = [
  { name: "recv_window_ms", from: 100, to: 60_000 },
  { name: "request_timeout_ms", from: 100, to: 60_000 },
  { name: "propagation_ms", from: 0, to: 60_000 },
  // Two pings without an answer end a connection: it is noticed within ten seconds.
  { name: "keep_alive_ms", from: 100, to: 3000 },
  { name: "book_levels", from: 5, to: 5000 },
];
const NAMES: ReadonlySet<string> = new Set([
  ...["exchange", "environment", "endpoints", "book"],
  ...NUMBERS.map(({ name }) => name),
]);

/** Returns what is wrong with options, a sentence each. */
export function optionProblems(options: VenueOptions): readonly OptionProblem[] {
  const unknown = Object.keys(options).filter((name) => !NAMES.has(name))
    .map((path) => ({ path, problem: "is no option of this adapter" }));
  return [
    ...exchangeProblems(options),
    ...wordProblems(options, "environment", ENVIRONMENTS),
    ...wordProblems(options, "book", BOOKS),
    ...NUMBERS.flatMap((option) => numberProblems(options, option)),
    ...endpointProblems(options["endpoints"]),
    ...unknown,
  ];
}

/** Reads options that have no problem; what is wrong all the same takes its default. */
export function readOptions(options: VenueOptions): CcxtOptions {
  const exchange = typeof options["exchange"] === "string" ? options["exchange"] : "binance";
  const number = (name: string, fallback: number): number => {
    const value = options[name];
    return typeof value === "number" ? value : fallback;
  };
  return {
    exchange,
    product: PRODUCTS.get(exchange) ?? "spot",
    environment: ENVIRONMENTS.find((word) => word === options["environment"]) ?? "live",
    endpoints: endpointsOf(options["endpoints"]),
    recvWindowMs: number("recv_window_ms", 5000),
    requestTimeoutMs: number("request_timeout_ms", 10_000),
    propagationMs: number("propagation_ms", 10_000),
    keepAliveMs: number("keep_alive_ms", 2500),
    book: BOOKS.find((word) => word === options["book"]) ?? "depth",
    bookLevels: number("book_levels", 1000),
  };
}

function exchangeProblems(options: VenueOptions): readonly OptionProblem[] {
  const { exchange } = options;
  if (typeof exchange !== "string") {
    return [{ path: "exchange", problem: `must name an exchange: ${knownExchanges()}` }];
  }
  if (PRODUCTS.has(exchange)) return [];
  const problem =
    `must be one that is tested here (${knownExchanges()}); other exchanges of CCXT ` +
    `differ in ways that lose orders: was ${exchange}`;
  return [{ path: "exchange", problem }];
}

function knownExchanges(): string {
  return [...PRODUCTS.keys()].join(", ");
}

function wordProblems(
  options: VenueOptions,
  path: string,
  words: readonly string[],
): readonly OptionProblem[] {
  const value = options[path];
  if (value === undefined || words.some((word) => word === value)) return [];
  return [{ path, problem: `must be one of ${words.join(", ")}: was ${JSON.stringify(value)}` }];
}

function numberProblems(
  options: VenueOptions,
  { name: path, from, to }: NumberOption,
): readonly OptionProblem[] {
  const value = options[path];
  if (value === undefined) return [];
  if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) {
    return [];
  }
  const problem = `must be an integer from ${from} to ${to}: was ${JSON.stringify(value)}`;
  return [{ path, problem }];
}

function endpointProblems(value: unknown): readonly OptionProblem[] {
  if (value === undefined || endpointsOf(value) !== null) return [];
  const problem = 'must be {rest: "https://…", stream: "wss://…"}, without a path';
  return [{ path: "endpoints", problem }];
}

function endpointsOf(value: unknown): CcxtOptions["endpoints"] {
  if (typeof value !== "object" || value === null) return null;
  const { rest, stream } = value as { readonly rest?: unknown; readonly stream?: unknown };
  if (typeof rest !== "string" || typeof stream !== "string") return null;
  const fits = /^https?:\/\/[^/?#]+$/.test(rest) && /^wss?:\/\/[^/?#]+$/.test(stream);
  return fits ? { rest, stream } : null;
}
