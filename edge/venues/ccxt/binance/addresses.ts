/**
 * Where Binance's sockets are: from CCXT's map of addresses, as CCXT itself would dial them.
 * @module
 */
import type { ExchangeProduct } from "../options.ts";
import type { CcxtExchange } from "../library.ts";
import type { CcxtOptions } from "../options.ts";
import { PayloadError } from "../payload.ts";

/** Returns the groups of addresses at other hosts, for CCXT's `urls.api`. */
export function apiUrls(
  { rest, stream }: NonNullable<CcxtOptions["endpoints"]>,
  product: ExchangeProduct,
): Readonly<Record<string, unknown>> {
  if (product === "spot") {
    const spot = `${rest}/api/v3`;
    const ws = { spot: `${stream}/stream/ws`, "ws-api": { spot: `${stream}/ws-api/v3` } };
    return { public: spot, private: spot, sapi: `${rest}/sapi/v1`, ws };
  }
  const versions = [["", "v1"], ["V2", "v2"], ["V3", "v3"]] as const;
  const groups = versions.flatMap(([suffix, path]) => [
    [`fapiPublic${suffix}`, `${rest}/fapi/${path}`],
    [`fapiPrivate${suffix}`, `${rest}/fapi/${path}`],
  ]);
  return { ...Object.fromEntries(groups), sapi: `${rest}/sapi/v1`, ws: { future: `${stream}/ws` } };
}

/** Returns the address of the market streams. */
export function marketStreamUrl(exchange: CcxtExchange, product: ExchangeProduct): string {
  const { spot, future } = socketsOf(exchange);
  return product === "spot"
    ? `${textOf(spot, "spot")}/0`
    : `${categoryOf(textOf(future, "future"), "public")}/0`;
}

/** Returns the address of spot's WebSocket API, which carries the user stream. */
export function socketApiUrl(exchange: CcxtExchange): string {
  const { "ws-api": api } = socketsOf(exchange);
  const spot = typeof api === "object" && api !== null && "spot" in api ? api.spot : undefined;
  return textOf(spot, "ws-api.spot");
}

/** Returns the address of the user stream of a listen key. */
export function userStreamUrl(exchange: CcxtExchange, listenKey: string): string {
  const base = categoryOf(textOf(socketsOf(exchange)["future"], "future"), "private");
  return `${base}?listenKey=${listenKey}`;
}

function socketsOf({ urls }: CcxtExchange): Readonly<Record<string, unknown>> {
  return urls.api["ws"] as Readonly<Record<string, unknown>>;
}

function textOf(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw new PayloadError(`Cannot dial: CCXT must know the address of ${name}`);
}

/** Futures streams are told apart before the last part: `…/ws` becomes `…/public/ws`. */
function categoryOf(url: string, category: "public" | "private"): string {
  return url.endsWith("/ws") ? `${url.slice(0, -3)}/${category}/ws` : url;
}
