/**
 * Instruments as Binance lists them: grids, minima, status, matched with what is configured.
 *
 * The quanta are the configuration's, since books and orders count in them; the rules on top are the
 * venue's. A quantum that cannot express the venue's step is a sentence that says what to write.
 * Invariant: no market is listed twice, since what the venue says of it would be counted in the
 * quanta of one name or of the other, whoever's order it was.
 * Sources: "Exchange information" and "Filters" of the two documentations.
 * @module
 */
import type { Instrument } from "../../../../core/instrument.ts";
import { type VenueRules, withVenueRules } from "../../listing.ts";
import type { ExchangeProduct } from "../options.ts";
import type { Listed, Listings } from "../shared_account.ts";
import { Fields, PayloadError } from "../payload.ts";

/** A market with the figures that matter, canonical decimals. */
export type BinanceMarket = {
  readonly symbol: string;
  readonly status: string;
  readonly base: string;
  readonly quote: string;
  /** What profit is paid in; null on spot. */
  readonly margin: string | null;
  /** `PERPETUAL`, `CURRENT_QUARTER`, …; null on spot. */
  readonly contractType: string | null;
  readonly tickSize: string;
  readonly stepSize: string;
  readonly minQty: string;
  readonly maxQty: string;
  readonly minNotional: string | null;
};

/**
 * Reads the markets of an answer that instruments may mean; an odd one among the others harms nobody.
 * @throws {PayloadError} If one of them is not as documented.
 */
export function parseMarkets(
  body: unknown,
  of: { readonly product: ExchangeProduct; readonly instruments: readonly Instrument[] },
): readonly BinanceMarket[] {
  const pairs = new Set(of.instruments.map(({ base, quote }) => `${base}/${quote}`));
  const symbols = new Set(of.instruments.map(({ symbol }) => symbol));
  return Fields.of(body, "").list("symbols")
    .filter((row) =>
      pairs.has(`${row.name("baseAsset")}/${row.name("quoteAsset")}`) ||
      symbols.has(row.name("symbol") ?? "")
    )
    .map((row) => parseMarket(row, of.product));
}

function parseMarket(row: Fields, product: ExchangeProduct): BinanceMarket {
  const filters = new Map(row.objects("filters").map((one) => [one.text("filterType"), one]));
  const price = filterOf(filters, "PRICE_FILTER", row);
  const lot = filterOf(filters, "LOT_SIZE", row);
  const isSpot = product === "spot";
  return {
    symbol: row.text("symbol"),
    status: row.text("status"),
    base: row.text("baseAsset"),
    quote: row.text("quoteAsset"),
    margin: isSpot ? null : row.name("marginAsset") ?? row.text("quoteAsset"),
    contractType: isSpot ? null : row.name("contractType") ?? "PERPETUAL",
    tickSize: price.decimal("tickSize"),
    stepSize: lot.decimal("stepSize"),
    minQty: lot.decimal("minQty"),
    maxQty: lot.decimal("maxQty"),
    minNotional: minNotionalOf(filters),
  };
}

function filterOf(filters: ReadonlyMap<string, Fields>, name: string, row: Fields): Fields {
  const filter = filters.get(name);
  if (filter !== undefined) return filter;
  throw new PayloadError(`Cannot list ${row.text("symbol")}: it must have a filter ${name}`);
}

/** `NOTIONAL` and `MIN_NOTIONAL` on spot, `MIN_NOTIONAL` with another field on USD-M. */
function minNotionalOf(filters: ReadonlyMap<string, Fields>): string | null {
  const filter = filters.get("NOTIONAL") ?? filters.get("MIN_NOTIONAL");
  if (filter === undefined) return null;
  return filter.decimal(filter.has("minNotional") ? "minNotional" : "notional");
}

/** Matches configured instruments with the venue's markets. */
export function listMarkets(
  configured: readonly Instrument[],
  markets: readonly BinanceMarket[],
): Listings {
  const listed: Listed[] = [];
  const problems: string[] = [];
  const meant = new Map<string, Instrument>();
  for (const instrument of configured) {
    const market = marketOf(instrument, markets);
    const first = market === undefined ? undefined : meant.get(market.symbol);
    if (market !== undefined && first !== undefined) {
      problems.push(meantTwice(market, { first, second: instrument }));
      continue;
    }
    // Also of what is not listed: orders may rest on it.
    if (market !== undefined) meant.set(market.symbol, instrument);
    const listing = listingOf(instrument, market);
    if (listing.ok) listed.push(listing.listed);
    // What has closed holds up nothing: it is taken off in time, or there for its last orders only.
    else if (instrument.status !== "closed") problems.push(listing.reason);
  }
  return { listed, problems };
}

function meantTwice(
  { symbol }: BinanceMarket,
  { first, second }: { readonly first: Instrument; readonly second: Instrument },
): string {
  const remedy = second.status === "closed"
    ? `take ${first.name} out of the configuration until no order of ours rests on ${second.name}`
    : "configure one of the two";
  return `Cannot list ${second.name}: ${symbol} must have one name, and ${first.name} means it, ` +
    `too; ${remedy}`;
}

function listingOf(
  instrument: Instrument,
  market: BinanceMarket | undefined,
): { readonly ok: true; readonly listed: Listed } | {
  readonly ok: false;
  readonly reason: string;
} {
  if (market === undefined) {
    return {
      ok: false,
      reason: `Cannot list ${instrument.name}: the exchange must have such a market`,
    };
  }
  const problem = problemOf(instrument, market);
  if (problem !== undefined) return { ok: false, reason: problem };
  const { symbol } = market;
  const listing = withVenueRules(instrument, rulesOf(market));
  if (listing.ok) return { ok: true, listed: { symbol, instrument: listing.instrument } };
  // Nothing new is placed there, and what rests counts in these quanta until it has ended.
  return instrument.status === "closed" ? { ok: true, listed: { symbol, instrument } } : listing;
}

/** The name of a contract with a last day, as the exchange or CCXT spells it. */
const DATED = /[_-]\d{6}$/;

/**
 * By the venue's own name, or by what is traded against what. Never so a contract with a last day:
 * the perpetual of its pair is another market, also once the venue lists the contract no more.
 */
function marketOf(
  instrument: Instrument,
  markets: readonly BinanceMarket[],
): BinanceMarket | undefined {
  const named = markets.find(({ symbol }) => symbol === instrument.symbol);
  if (named !== undefined || DATED.test(instrument.symbol)) return named;
  return markets.find(({ base, quote, contractType }) =>
    base === instrument.base && quote === instrument.quote &&
    (contractType === null || contractType === "PERPETUAL")
  );
}

function problemOf(instrument: Instrument, market: BinanceMarket): string | undefined {
  const { name, contract } = instrument;
  if ((market.margin === null) !== (instrument.assetClass === "spot")) {
    return `Cannot list ${name}: its asset class must be the market's: was ${instrument.assetClass}`;
  }
  if (contract?.kind === "linear" && contract.settlement !== market.margin) {
    return `Cannot list ${name}: settlement must be ${market.margin}: was ${contract.settlement}`;
  }
  if (contract?.kind === "linear" && contract.multiplier !== "1") {
    return `Cannot list ${name}: multiplier must be 1: was ${contract.multiplier}`;
  }
  return undefined;
}

/** A maximum or a notional of 0 is none. */
function rulesOf(
  { tickSize, stepSize, minQty, maxQty, minNotional, status }: BinanceMarket,
): VenueRules {
  return {
    tickSize,
    stepSize,
    minQty,
    maxQty: maxQty === "0" ? null : maxQty,
    minNotional,
    status: statusOf(status),
  };
}

/** What is not said to trade does not trade; what has ended is closed. */
function statusOf(status: string): Instrument["status"] {
  switch (status) {
    case "TRADING":
      return "open";
    case "SETTLING":
    case "PRE_SETTLE":
    case "DELIVERING":
    case "DELIVERED":
    case "PRE_DELIVERING":
    case "CLOSE":
    case "END_OF_DAY":
      return "closed";
    default:
      return "suspended";
  }
}
