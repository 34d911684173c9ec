/**
 * The time in which a half-open connection is noticed, on CCXT's own client.
 *
 * Proves: R-VENUE-7 (half-open sockets noticed within ten seconds).
 * @module
 */
import { match, strictEqual } from "node:assert/strict";
import { type CcxtClient, loadCcxt, openExchange } from "../../../../edge/venues/ccxt/library.ts";
import { VenueSocket } from "../../../../edge/venues/ccxt/socket.ts";
import { denoClock, denoTimers } from "../../../../edge/deno_time.ts";

const KEEP_ALIVE_MS = 3000; // the most that the options allow
const OPEN = 1;

/** A client of CCXT's whose connection is there and never answers. */
type SilentClient = CcxtClient & { onOpen(): void; onPingInterval(): void };

async function silent(): Promise<{ client: SilentClient; pings: number; closed: string[] }> {
  const exchange = await openExchange(await loadCcxt(), "binance", {
    streaming: { keepAlive: KEEP_ALIVE_MS },
  });
  const url = "ws://127.0.0.1:9/silent";
  const client = exchange.client(url) as SilentClient;
  const told = { client, pings: 0, closed: [] as string[] };
  const connection = { readyState: OPEN, ping: () => void told.pings++, close: () => {} };
  client.connection = connection;
  client.connect = () => Promise.resolve();
  exchange.client = () => client;
  new VenueSocket(exchange, { url, timers: denoTimers(denoClock()) }, {
    opened: () => {},
    message: () => {},
    closed: (reason) => told.closed.push(reason),
  });
  client.onOpen();
  return told;
}

/** As if so much time had passed since the client's last answer. */
function age(client: SilentClient, ms: number): void {
  if (client.lastPong !== undefined) client.lastPong -= ms;
}

Deno.test("a connection that never answers a ping ends by three periods after its opening", async () => {
  const told = await silent();
  const { client } = told;
  for (const _ of [1, 2]) {
    age(client, KEEP_ALIVE_MS / 2); // so far from two periods that no machine bridges it
    client.onPingInterval();
  }
  strictEqual(told.pings, 2);
  strictEqual(told.closed.length, 0);
  age(client, KEEP_ALIVE_MS + 1);
  client.onPingInterval();
  match(told.closed.join(), /ping-pong keepalive/);
});
