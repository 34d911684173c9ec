/**
 * What `check` says of limits. Proves R-OPS-7 (pre-flight: every limit is shown, and what has none).
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { type Configuration, parseConfiguration } from "../../../config/mod.ts";
import { flowLimitRows, limitWarnings, orderLimitRows } from "../../../edge/cli/limit_summary.ts";

const VENUES = `venues:
  - name: a
    exchange: lab
    limits: { max_open_orders: 9, max_loss: [{ currency: USDT, amount: "5" }] }
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.1" }
        limits: { max_order_qty: "2", price_collar_ppm: null }
  - name: b
    exchange: lab
    instruments:
      - symbol: BTC/USD
        base: BTC
        quote: USD
        asset_class: inverse
        price: { quantum: "0.01" }
        quantity: { quantum: "1" }
`;
const CLIENTS = `clients:
  - name: bot
    order_rate: { per_second: 3, burst: 4 }
    max_loss: [{ currency: USDT, amount: "1" }, { currency: BTC, amount: "0.5" }]
    dry_run: true
    instruments: [{ instrument: "a:BTC/USDT", max_position: "7" }]
`;

function configuration(text: string): Configuration {
  return parseConfiguration({ file: "c.yaml", directory: ".", text }, {
    adapters: new Map(),
    captureFormats: [],
    fileExists: () => false,
  });
}

Deno.test("orderLimitRows() has a row for each instrument and each client in one, none for no limit", () => {
  const [, ...rows] = orderLimitRows(configuration(CLIENTS + VENUES));
  deepStrictEqual(rows, [
    ["a:BTC/USDT", "2", "none", "none", "none", "none", "5000", "none"],
    ["b:BTC/USD", "none", "none", "none", "none", "50000", "5000", "none"],
    ["bot in a:BTC/USDT", "none", "none", "7", "none"],
  ]);
});

Deno.test("flowLimitRows() has a row for each venue, exchange and client, and for all other clients", () => {
  const [, ...rows] = flowLimitRows(configuration(CLIENTS + VENUES));
  deepStrictEqual(rows, [
    ["venue a", "9", "none", "5 USDT", "check_funds true, tripwire after 2"],
    ["venue b", "none", "none", "none", "check_funds true, tripwire after 2"],
    ["exchange lab", "none", "none", "", "self_match refuse"],
    ["client bot", "none", "3/s, 4 at once", "1 USDT, 0.5 BTC", "dry_run"],
    ["client *", "none", "none", "none"],
  ]);
});

Deno.test("limitWarnings() names a loss limit in a currency in which nothing is lost", () => {
  deepStrictEqual(limitWarnings(configuration(CLIENTS + VENUES)), []);
  const slips = (CLIENTS + VENUES).replaceAll("currency: USDT", "currency: USTD");
  deepStrictEqual(limitWarnings(configuration(slips)), [
    "venues[a].limits.max_loss in USTD never acts: profits there are in USDT.",
    "clients[bot].max_loss in USTD never acts: profits there are in USDT, BTC.",
  ]);
});
