/**
 * CCXT's unified methods, as an exchange that has no parsers of its own here is traded by.
 *
 * What they answer is read as `unknown`: the library's types promise more than its exchanges keep.
 * @module
 */
import type { CcxtExchange, CcxtLibrary } from "../library.ts";
import { openExchange } from "../library.ts";
import type { Endpoints } from "../option_checks.ts";
import type { UnifiedOptions } from "./options.ts";

/** To `loadMarkets`: not what it remembers, which may be that it failed. */
export const AGAIN = true;

/** A market as the library lists it. */
export type UnifiedMarket = Readonly<Record<string, unknown>>;

/** Of a list: whose, from when on, how many (as many as there are), to when. */
export type ListArguments = readonly [
  symbol: string,
  sinceMs: number,
  limit: undefined,
  params: Readonly<Record<string, number>>,
];

/** An exchange by its unified methods. Promises of these reject with the library's errors. */
export interface UnifiedExchange extends CcxtExchange {
  readonly id: string;
  /** What it claims to have: true, "emulated", or anything else. */
  readonly has: Readonly<Record<string, unknown>>;
  readonly requiredCredentials: Readonly<Record<string, boolean>>;
  readonly precisionMode: number;
  /** Milliseconds from one request to the next. */
  readonly rateLimit: number;
  readonly markets: Record<string, UnifiedMarket> | undefined;
  /** By the venue's own names, which may mean several. */
  readonly markets_by_id: Record<string, readonly UnifiedMarket[]> | undefined;
  /** What it is set to, and what it remembers, of the account for one. */
  readonly options: Record<string, unknown>;
  milliseconds: () => number;
  /** Asks which of its engines an account is of; it does so with markets where it has the keys by then. */
  loadMigrationStatus?: () => Promise<unknown>;
  /** Asks whether one account is for all products. */
  isUTAEnabled?: () => Promise<unknown>;
  loadMarkets(again: typeof AGAIN): Promise<unknown>;
  setMarketsFromExchange(other: UnifiedExchange): unknown;
  createOrder(
    ...of: readonly [
      symbol: string,
      type: "limit",
      side: "buy" | "sell",
      amount: string,
      price: string,
      params: Readonly<Record<string, string | boolean>>,
    ]
  ): Promise<unknown>;
  cancelOrder(...of: readonly [id: string, symbol: string]): Promise<unknown>;
  fetchOrder(...of: readonly [id: string, symbol: string]): Promise<unknown>;
  fetchOpenOrders(symbol: string): Promise<unknown>;
  fetchOrders(...of: ListArguments): Promise<unknown>;
  fetchClosedOrders(...of: ListArguments): Promise<unknown>;
  fetchCanceledOrders(...of: ListArguments): Promise<unknown>;
  fetchCanceledAndClosedOrders(...of: ListArguments): Promise<unknown>;
  fetchMyTrades(...of: ListArguments): Promise<unknown>;
  fetchOrderTrades(...of: readonly [id: string, symbol: string]): Promise<unknown>;
  fetchBalance(): Promise<unknown>;
  fetchTime(): Promise<unknown>;
  watchOrderBook(symbol: string): Promise<unknown>;
  watchOrders(symbol?: string): Promise<unknown>;
  watchMyTrades(symbol?: string): Promise<unknown>;
  close(): Promise<unknown>;
}

/** How fine a market is, by the library: as its step. */
export const TICK_SIZE = 4;
/** As a count of decimal places. */
export const DECIMAL_PLACES = 2;

/** True if the exchange claims a method. That it does what it should is another matter. */
export function claims({ has }: UnifiedExchange, method: string): boolean {
  return has[method] === true || has[method] === "emulated";
}

/**
 * Opens an exchange. `decimals`: figures as texts.
 * @throws {Error} Rejects if the library does not know it, or has no such world for it.
 */
export function openUnified(
  library: CcxtLibrary,
  options: UnifiedOptions,
  { decimals }: { readonly decimals: boolean },
): Promise<UnifiedExchange> {
  const { exchange: id, environment, endpoints, requestTimeoutMs } = options;
  return openExchange(library, id, {
    enableRateLimit: false, // orders are paced by the core, reads by `reads.ts`
    timeout: requestTimeoutMs + LATER_MS,
    streaming: { keepAlive: KEEP_ALIVE_MS },
    has: { fetchCurrencies: false },
    options: {
      defaultType: "spot",
      fetchMargins: false,
      warnOnFetchOpenOrdersWithoutSymbol: false,
      maxRetriesOnFailure: 0,
      fetchOrder: { acknowledged: true }, // some ask for it: they know the newest orders only
    },
    ...(decimals ? { number: String } : {}),
  }).then((opened) => {
    const exchange = opened as UnifiedExchange; // the same object by all of its methods
    const isOn = true;
    if (environment === "testnet") exchange.setSandboxMode(isOn);
    if (!hasAddresses(exchange)) throw new Error(`${id} has no ${environment}`);
    if (endpoints !== null) redirect(exchange, endpoints);
    return exchange;
  });
}

/** The objects by which one account at an exchange is used. */
export type Exchanges = {
  /** Orders and the account, figures as texts. */
  readonly account: UnifiedExchange;
  /** Books, figures as numbers: with texts the library's are wrong on some exchanges. */
  readonly books: UnifiedExchange;
  /** Loads markets for the others: a load that failed stays failed for all else on its object. */
  readonly markets: UnifiedExchange;
};

/** Opens all three. @throws {Error} Rejects as `openUnified` does. */
export function openExchanges(library: CcxtLibrary, options: UnifiedOptions): Promise<Exchanges> {
  const texts = (): Promise<UnifiedExchange> => openUnified(library, options, { decimals: true });
  return texts().then((account) =>
    openUnified(library, options, { decimals: false }).then((books) =>
      texts().then((markets) => ({ account, books, markets }))
    )
  );
}

/** Ours ends a request first, and knows what it means. */
const LATER_MS = 5000;
const KEEP_ALIVE_MS = 2500;

/** Where an exchange has no sandbox the library takes its addresses away without a word. */
function hasAddresses({ urls }: UnifiedExchange): boolean {
  return typeof urls.api === "string" || Object.keys(urls.api ?? {}).length > 0;
}

function redirect(
  { urls }: UnifiedExchange,
  to: Endpoints,
): void {
  const moved = (value: unknown): unknown => {
    if (typeof value === "string") {
      return value.replace(/^https?:\/\/[^/]+/, to.rest).replace(/^wss?:\/\/[^/]+/, to.stream);
    }
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, moved(inner)]));
  };
  Object.assign(urls, { api: moved(urls.api) });
}
