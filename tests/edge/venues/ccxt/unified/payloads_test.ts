/**
 * What exchanges document that they answer, through the library's parsers and ours: read to the last
 * digit, or refused with a path. Skips where the data is not there.
 *
 * Proves: R-VENUE-2, R-DATA-1 for experimental exchanges.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { loadCcxt } from "../../../../../edge/venues/ccxt/library.ts";
import { PayloadError } from "../../../../../edge/venues/ccxt/payload.ts";
import { openUnified } from "../../../../../edge/venues/ccxt/unified/exchange.ts";
import { readUnifiedOptions } from "../../../../../edge/venues/ccxt/unified/options.ts";
import { parseOrder, parseTrades } from "../../../../../edge/venues/ccxt/unified/rows.ts";
import { sharedData } from "../../../../support/shared_data.ts";

const FOLDER = sharedData("ccxt-static");
const relaxed = { sanitizeOps: false, sanitizeResources: false } as const;

type Recorded = {
  readonly fn: string;
  readonly payload: unknown;
  readonly parsed?: Readonly<Record<string, unknown>>;
};
type Parsers = {
  setMarkets(markets: unknown): unknown;
  market(symbol: string): unknown;
  parseOrder(payload: unknown, market: unknown): unknown;
  parseTrade(payload: unknown, market: unknown): unknown;
};

function read(name: string): unknown {
  return JSON.parse(Deno.readTextFileSync(`${FOLDER}/${name}`));
}

async function parsersOf(id: string): Promise<Parsers> {
  const options = readUnifiedOptions({ exchange: id, experimental: true });
  const exchange = await openUnified(await loadCcxt(), options, { decimals: true });
  const parsers = exchange as unknown as Parsers;
  parsers.setMarkets(read(`markets/${id}.json`));
  return parsers;
}

/** Rows of one kind of an exchange's spot, as the library's own float parser read them too. */
function recorded(id: string, fn: string): readonly Recorded[] {
  const { rest } = read(`payloads/${id}.json`) as { readonly rest: readonly Recorded[] };
  return rest.filter((row) => {
    const symbol = row.parsed?.["symbol"];
    return row.fn === fn && typeof symbol === "string" && !symbol.includes(":");
  });
}

/** A payload as one of the market that is known: Kraken's name theirs, and are of others. */
function inMarket(payload: unknown, market: unknown): unknown {
  const isNamed = typeof payload === "object" && payload !== null && "pair" in payload;
  return isNamed ? { ...payload, pair: (market as { readonly id: unknown }).id } : payload;
}

/** True if a figure is the number that the library made of it. */
function agrees(figure: string, number: unknown): boolean {
  return typeof number !== "number" || Number(figure) === number;
}

/** Exchanges, and how many orders and executions of theirs can be read at least. */
const EXCHANGES: readonly (readonly [string, number, number])[] = [
  ["binance", 10, 1],
  ["bitget", 1, 0],
  ["bybit", 1, 1],
  ["coinbase", 1, 1],
  ["gate", 2, 0],
  ["kraken", 0, 1],
  ["okx", 1, 1],
];
for (const [id, orders, trades] of EXCHANGES) {
  const name = `rows of ${id} are read to the last digit, or refused with a path`;
  Deno.test({ name, ignore: FOLDER === undefined, ...relaxed }, async () => {
    const parsers = await parsersOf(id);
    const market = parsers.market("BTC/USDT");
    const counts = { parseOrder: 0, parseTrade: 0 };
    const each = (fn: "parseOrder" | "parseTrade", use: (row: unknown, of: Recorded) => void) => {
      for (const row of recorded(id, fn)) {
        try {
          use(parsers[fn](inMarket(row.payload, market), market), row);
          counts[fn] += 1;
        } catch (error) {
          ok(error instanceof PayloadError, String(error));
          ok(/Cannot read (order|trade)\.[a-z.]+: it must/.test(error.message), error.message);
        }
      }
    };
    each("parseOrder", (value, { parsed = {} }) => {
      const order = parseOrder(value);
      ok(agrees(order.orderQty, parsed["amount"]) && agrees(order.cumQty, parsed["filled"]));
      ok(order.price === null || agrees(order.price, parsed["price"]));
      strictEqual(order.id, parsed["id"]);
    });
    each("parseTrade", (value, { parsed = {} }) => {
      const [trade] = parseTrades([value]);
      ok(trade !== undefined && trade.id === parsed["id"] && trade.orderId === parsed["order"]);
      ok(agrees(trade.lastQty, parsed["amount"]) && agrees(trade.lastPx, parsed["price"]));
      const fee = parsed["fee"] as { readonly cost?: unknown } | undefined;
      ok(agrees(trade.commission, fee?.cost), JSON.stringify([trade, fee]));
    });
    ok(counts.parseOrder >= orders && counts.parseTrade >= trades, JSON.stringify(counts));
  });
}
