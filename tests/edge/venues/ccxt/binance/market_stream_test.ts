/**
 * A market stream that says what cannot be read. In virtual time, the exchange answered by hand.
 *
 * Proves: R-VENUE-7 (a book that may have missed something is invalid until it is taken anew).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { MarketStream } from "../../../../../edge/venues/ccxt/binance/market_stream.ts";
import type { CcxtExchange } from "../../../../../edge/venues/ccxt/library.ts";
import { PlayedClient } from "../../../../support/played_client.ts";
import { PlayedExchange } from "../../../../support/played_exchange.ts";

/** Longer than the pause before a connection is made anew. */
const PAUSE_US = 10_000_000;

Deno.test("MarketStream is made anew, its books invalid, where it says what cannot be read", () => {
  const played = new PlayedExchange("usdm");
  const { account, time } = played;
  const client = new PlayedClient();
  let dials = 0;
  const dial = (): PlayedClient => {
    dials += 1;
    return client;
  };
  const urls = { api: { ws: { future: "ws://localhost/ws" } } };
  const exchange = { urls, clients: {}, client: dial } as unknown as CcxtExchange;
  const randomness = { bytes: (length: number) => new Uint8Array(length) };
  const ports = { timers: time, clock: time, randomness };
  const stream = new MarketStream({ account, exchange, ports, book: "best", bookLevels: 10 });
  stream.start();
  time.advance(10_000);
  client.onConnectedCallback(client);
  const quote = { e: "bookTicker", s: "C0USDT", u: 1, b: "100", B: "1", a: "101", A: "1" };
  client.onMessage({ data: JSON.stringify({ ...quote, T: 1, E: 1 }) });
  const kinds = (): readonly string[] => played.market.map(({ eventType }) => eventType);
  deepStrictEqual([dials, kinds()], [1, ["QuoteUpdated"]]);
  client.onMessage({ data: JSON.stringify({ ...quote, T: 2, E: 2, b: "a lot" }) });
  deepStrictEqual(kinds(), ["QuoteUpdated", "BookInvalidated"]);
  ok(played.logged.includes("market_data_not_understood"));
  time.advance(PAUSE_US);
  strictEqual(dials, 2);
  stream.stop();
});
