/**
 * The limits of a configuration, each with what it is or `none`, for `tapeline check`: an operator
 * reads them before anything trades.
 * @module
 */
import type {
  ClientConfiguration,
  Configuration,
  ExchangeConfiguration,
  InstrumentConfiguration,
  VenueConfiguration,
} from "../../config/mod.ts";

type OrderLimits = ClientConfiguration["instruments"][number];
type FlowLimits = Pick<ExchangeConfiguration, "maxOpenOrders" | "orderRate">;
type Amounts = ClientConfiguration["maxLoss"];

/** Everybody who has no row of their own. */
const ALL = "*";
const NONE = "none";

/** Returns the limits of instruments, and of single clients in them: a head, then rows. */
export function orderLimitRows({ venues, clients }: Configuration): readonly string[][] {
  const head = [
    "limits of",
    "max_order_qty",
    "max_order_notional",
    "max_position",
    "max_open_orders",
    "price_collar_ppm",
    "book_stale_ms",
    "initial_margin_ppm",
  ];
  const instruments = venues.flatMap((venue) =>
    venue.instruments.map(({ symbol, limits }) => [
      `${venue.name}:${symbol}`,
      ...orderLimits(limits),
      ...[limits.priceCollarPpm, limits.bookStaleMs, limits.initialMarginPpm].map(shown),
    ])
  );
  const pairs = clients.flatMap(({ name, instruments }) =>
    instruments.map((limits) => [`${name} in ${limits.instrument}`, ...orderLimits(limits)])
  );
  return [head, ...instruments, ...pairs];
}

/** Returns the limits of venues, exchanges and clients: a head, then rows. */
export function flowLimitRows(
  { venues, exchanges, clients }: Configuration,
): readonly string[][] {
  const isEach = clients.some(({ name }) => name === ALL);
  return [
    ["limits of", "max_open_orders", "order_rate", "max_loss", "besides"],
    ...venues.map(({ name, limits }) => [
      `venue ${name}`,
      ...flowLimits(limits),
      lossText(limits.maxLoss),
      `check_funds ${limits.checkFunds}, tripwire after ${limits.tripwire.reports}`,
    ]),
    ...exchangesOf(venues, exchanges).map((exchange) => [
      `exchange ${exchange.name}`,
      ...flowLimits(exchange),
      "",
      `self_match ${exchange.selfMatch}`,
    ]),
    ...clients.map((client) => [
      `client ${client.name}`,
      ...flowLimits(client),
      lossText(client.maxLoss),
      client.dryRun ? "dry_run" : "",
    ]),
    ...(isEach ? [] : [[`client ${ALL}`, NONE, NONE, NONE]]),
  ];
}

/** Returns a warning for each loss limit in a currency in which nothing here makes a loss. */
export function limitWarnings({ venues, clients }: Configuration): string[] {
  // What a recording lists is not known here.
  if (venues.some(({ instruments }) => instruments.length === 0)) return [];
  const known = venues.map(({ instruments }) => instruments.map(currencyOfProfit));
  return [
    ...venues.flatMap(({ name, limits }, index) =>
      unknownLosses(limits.maxLoss, { path: `venues[${name}].limits`, known: known[index] ?? [] })
    ),
    ...clients.flatMap(({ name, maxLoss }) =>
      unknownLosses(maxLoss, { path: `clients[${name}]`, known: known.flat() })
    ),
  ];
}

function unknownLosses(
  amounts: Amounts,
  of: { readonly path: string; readonly known: readonly string[] },
): readonly string[] {
  return amounts.filter(({ currency }) => !of.known.includes(currency)).map(({ currency }) =>
    `${of.path}.max_loss in ${currency} never acts: profits there are in ` +
    `${[...new Set(of.known)].join(", ")}.`
  );
}

function currencyOfProfit({ assetClass, base, quote, contract }: InstrumentConfiguration): string {
  return contract?.settlement ?? (assetClass === "inverse" ? base : quote);
}

/** All exchanges that a venue names; one without a row refuses self-matches and nothing else. */
function exchangesOf(
  venues: readonly VenueConfiguration[],
  exchanges: readonly ExchangeConfiguration[],
): readonly ExchangeConfiguration[] {
  const names = [...new Set(venues.map(({ exchange }) => exchange))];
  return names.map((name) =>
    exchanges.find((exchange) => exchange.name === name) ??
      { name, maxOpenOrders: null, orderRate: null, selfMatch: "refuse" }
  );
}

function orderLimits(limits: Omit<OrderLimits, "instrument">): string[] {
  const { maxOrderQty, maxOrderNotional, maxPosition, maxOpenOrders } = limits;
  return [maxOrderQty, maxOrderNotional, maxPosition, maxOpenOrders].map(shown);
}

function flowLimits({ maxOpenOrders, orderRate }: FlowLimits): string[] {
  const rate = orderRate === null ? null : `${orderRate.perSecond}/s, ${orderRate.burst} at once`;
  return [shown(maxOpenOrders), shown(rate)];
}

function lossText(amounts: Amounts): string {
  return amounts.map(({ amount, currency }) => `${amount} ${currency}`).join(", ") || NONE;
}

function shown(limit: string | number | null): string {
  return limit === null ? NONE : String(limit);
}
