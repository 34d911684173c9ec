/**
 * Instruments as the library lists their markets, matched by its name of a market (`BTC/USDT`).
 *
 * Only spot, and only where the library gives ticks and steps: significant digits are none.
 * @module
 */
import type { Capabilities, Instrument } from "../../../../core/instrument.ts";
import { withVenueRules } from "../../listing.ts";
import { Fields, PayloadError } from "../payload.ts";
import { DECIMAL_PLACES, TICK_SIZE, type UnifiedExchange } from "./exchange.ts";
import { decimalOrNull } from "./rows.ts";
import type { Listed, Listings } from "../shared_account.ts";

/** Matches configured instruments with the markets that the exchange object has loaded. */
export function listMarkets(
  exchange: Pick<UnifiedExchange, "id" | "markets" | "precisionMode">,
  configured: readonly Instrument[],
  capabilities: Partial<Capabilities>,
): Listings {
  const listed: Listed[] = [];
  const problems: string[] = [];
  for (const instrument of configured) {
    const found = listingOf(exchange, instrument, capabilities);
    const { symbol, name, status } = instrument;
    if (typeof found !== "string") listed.push(found);
    else if (status !== "closed") problems.push(`Cannot list ${name}: ${found}`);
    // What has closed holds up nothing: it is there for its last orders only, if the market is.
    else if (exchange.markets?.[symbol] !== undefined) listed.push({ symbol, instrument });
  }
  return { listed, problems };
}

/**
 * Adds the markets of instruments that an exchange listed before, and lists no more: without them the
 * library refuses by itself to cancel an order there, or to ask for it.
 */
export function keepMarkets(
  now: Pick<UnifiedExchange, "markets" | "markets_by_id">,
  before: Pick<UnifiedExchange, "markets">,
  symbols: readonly string[],
): void {
  for (const symbol of symbols) {
    const market = before.markets?.[symbol];
    if (market === undefined || now.markets === undefined || symbol in now.markets) continue;
    const id = String(market["id"]);
    now.markets[symbol] = market;
    if (now.markets_by_id !== undefined) now.markets_by_id[id] ??= [market];
  }
}

function listingOf(
  exchange: Pick<UnifiedExchange, "id" | "markets" | "precisionMode">,
  instrument: Instrument,
  capabilities: Partial<Capabilities>,
): Listed | string {
  const market = exchange.markets?.[instrument.symbol];
  if (market === undefined) {
    return `${exchange.id} must have such a market: was ${instrument.symbol}`;
  }
  try {
    const fields = Fields.of(market, instrument.symbol);
    if (!fields.flag("spot")) return "it must be a spot market";
    const names = `${fields.text("base")}/${fields.text("quote")}`;
    if (names !== `${instrument.base}/${instrument.quote}`) {
      return `base and quote must be ${names}: was ${instrument.base}/${instrument.quote}`;
    }
    return ruled(exchange, { instrument, fields, capabilities });
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    return error.message;
  }
}

function ruled(
  { precisionMode }: Pick<UnifiedExchange, "precisionMode">,
  of: {
    readonly instrument: Instrument;
    readonly fields: Fields;
    readonly capabilities: Partial<Capabilities>;
  },
): Listed | string {
  const { instrument, fields, capabilities } = of;
  const precision = fields.object("precision");
  const tickSize = stepOf(precision, { name: "price", precisionMode });
  const stepSize = stepOf(precision, { name: "amount", precisionMode });
  if (tickSize === null || stepSize === null) return "the exchange must give a tick and a step";
  const limits = fields.has("limits") ? fields.object("limits") : null;
  const isActive = !fields.has("active") || fields.flag("active");
  const listing = withVenueRules(instrument, {
    ...{ tickSize, stepSize, capabilities },
    minQty: limitOf(limits, { of: "amount", name: "min" }),
    maxQty: limitOf(limits, { of: "amount", name: "max" }),
    minNotional: limitOf(limits, { of: "cost", name: "min" }),
    status: isActive ? "open" : "suspended",
  });
  if (listing.ok) return { symbol: instrument.symbol, instrument: listing.instrument };
  return listing.reason.replace(/^Cannot list [^ ]+: /, "");
}

function stepOf(
  precision: Fields,
  { name, precisionMode }: { readonly name: string; readonly precisionMode: number },
): string | null {
  const told = decimalOrNull(precision, name);
  if (precisionMode === TICK_SIZE) return told === "0" ? null : told;
  const places = Number(told ?? "NaN");
  if (precisionMode !== DECIMAL_PLACES || !Number.isInteger(places) || places < 0) return null;
  return places === 0 ? "1" : `0.${"0".repeat(places - 1)}1`;
}

/** A limit of 0 is none. */
function limitOf(
  limits: Fields | null,
  { of, name }: { readonly of: string; readonly name: string },
): string | null {
  if (limits === null || !limits.has(of)) return null;
  const told = decimalOrNull(limits.object(of), name);
  return told === "0" ? null : told;
}
