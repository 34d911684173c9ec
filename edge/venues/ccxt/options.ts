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
import {
  endpointProblems,
  type Endpoints,
  endpointsOf,
  numberOf,
  type NumberOption,
  numberProblems,
  type OptionProblem,
  wordProblems,
} from "./option_checks.ts";

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
  readonly endpoints: Endpoints | null;
  /** How long after its timestamp the exchange still acts on a request. */
  readonly recvWindowMs: number;
  readonly requestTimeoutMs: number;
  /** How long after that an order may still not be found although it is there. */
  readonly propagationMs: number;
  readonly keepAliveMs: number;
  readonly book: BookDepth;
  readonly bookLevels: number;
};

/** Exchanges of CCXT whose every request, answer and stream is tested here. */
const PRODUCTS: ReadonlyMap<string, ExchangeProduct> = new Map([
  ["binance", "spot"],
  ["binanceusdm", "usdm"],
]);

const NUMBERS: readonly NumberOption[] = [
  { name: "recv_window_ms", from: 100, to: 60_000 },
  { name: "request_timeout_ms", from: 100, to: 60_000 },
  { name: "propagation_ms", from: 0, to: 60_000 },
  // Two pings without an answer end a connection: it is noticed within ten seconds.
  { name: "keep_alive_ms", from: 100, to: 3000 },
];
const SPOT_LEVELS: NumberOption = { name: "book_levels", from: 5, to: 5000 };
/** USD-M refuses a snapshot of any other number of levels (-4021). */
const USDM_LEVELS = [5, 10, 20, 50, 100, 500, 1000];
const NAMES: ReadonlySet<string> = new Set([
  ...["exchange", "environment", "endpoints", "book", "book_levels"],
  ...NUMBERS.map(({ name }) => name),
]);

/** Returns what is wrong with options, a sentence each. */
export function optionProblems(options: VenueOptions): readonly OptionProblem[] {
  const unknown = Object.keys(options).filter((name) => !NAMES.has(name)).map((path) => ({
    path,
    problem: path === "experimental"
      ? experimentalProblem(options)
      : `is no option of this adapter, which has ${[...NAMES].join(", ")}`,
  }));
  return [
    ...exchangeProblems(options),
    ...wordProblems(options, "environment", ENVIRONMENTS),
    ...wordProblems(options, "book", BOOKS),
    ...NUMBERS.flatMap((option) => numberProblems(options, option)),
    ...levelProblems(options),
    ...endpointProblems(options["endpoints"]),
    ...unknown,
  ];
}

/** Reads options that have no problem; what is wrong all the same takes its default. */
export function readOptions(options: VenueOptions): CcxtOptions {
  const exchange = typeof options["exchange"] === "string" ? options["exchange"] : "binance";
  const number = (name: string, fallback: number): number => numberOf(options, name, fallback);
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
    `must be one that is tested here (${knownExchanges()}), or any other of CCXT's with ` +
    `experimental: true, which nobody has tested: was ${exchange}`;
  return [{ path: "exchange", problem }];
}

function levelProblems(options: VenueOptions): readonly OptionProblem[] {
  return PRODUCTS.get(String(options["exchange"])) === "usdm"
    ? wordProblems(options, "book_levels", USDM_LEVELS)
    : numberProblems(options, SPOT_LEVELS);
}

/** True if options ask for an exchange that is not tested here, and say that they know. */
export function isExperimental(options: VenueOptions): boolean {
  const { exchange, experimental } = options;
  return experimental === true && typeof exchange === "string" && !PRODUCTS.has(exchange);
}

function experimentalProblem({ exchange, experimental }: VenueOptions): string {
  if (PRODUCTS.has(String(exchange))) return `must be left out: ${exchange} is tested here`;
  return `must be true: was ${JSON.stringify(experimental)}`;
}

function knownExchanges(): string {
  return [...PRODUCTS.keys()].join(", ");
}
