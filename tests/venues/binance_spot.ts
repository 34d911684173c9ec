/**
 * Binance spot as a process: `deno run -A tests/venues/binance_spot.ts --seed 1 …` (`options.ts` lists the rest).
 *
 * Prints `{"port":…,"controlPort":…}` on its first line and ends when its standard input does. Serves, on 127.0.0.1:
 * REST `/api/v3/*`; market streams `/ws`, `/stream/ws/N`, `/stream?streams=…`; the WebSocket API `/ws-api/v3`. The control
 * port speaks `control_protocol.ts`; tests use `VenueProcess` of `control.ts`. CCXT reaches it as `ccxt_client.ts` shows.
 *
 * Lists BTCUSDT (tick 0.01, lot 0.00001), ETHUSDT, ETHBTC. One account, key `test-api-key`, secret `test-secret`. Not
 * there: stop orders, order lists, quote quantities, self-trade prevention (mode NONE), margin.
 * @module
 */
import { Audit } from "./audit.ts";
import { SPOT_ROUTES } from "./binance_spot/routes.ts";
import { filterRefusal, SPOT_SYMBOLS } from "./binance_spot/symbols.ts";
import { spotFormat } from "./binance_spot/payloads.ts";
import { type Session, SpotUserStream } from "./binance_spot/user_stream.ts";
import { SpotWallet } from "./binance_spot/wallet.ts";
import { VenueClock } from "./clock.ts";
import type { AuditBalance } from "./control_protocol.ts";
import type { Desk } from "./desk.ts";
import { Exchange } from "./exchange.ts";
import { Faults } from "./faults.ts";
import { Feed, type FeedSubscriber, openMarket } from "./feed.ts";
import { openMarkets, runVenue } from "./host.ts";
import { KEY_ROUTES } from "./key_route.ts";
import type { HttpLine, HttpRequest } from "./http_line.ts";
import { Limits } from "./limits.ts";
import { Crowd } from "./market.ts";
import { readOptions, type VenueOptions } from "./options.ts";
import { refusal } from "./order.ts";
import { Router } from "./router.ts";
import { type Asked, type Reply, VenueServer } from "./server.ts";
import { Streams } from "./streams.ts";
import { printUnits } from "./units.ts";
import { FrameSocket } from "./web_socket.ts";

const DEFAULTS = {
  weightPerMinute: 6000,
  ordersPer10s: 100,
  balances: "BTC=10,ETH=100,USDT=1000000,BNB=10",
};

function openSession(
  line: HttpLine,
  request: HttpRequest,
  of: { readonly users: SpotUserStream; readonly rest: (asked: Asked) => Reply },
): void {
  const { subscribers } = of.users.streams;
  const session: Session = {
    socket: new FrameSocket(line, request, {
      text: (text) => of.users.answer(session, text, of.rest),
      closed: () => subscribers.delete(session),
    }),
    subscriptionId: undefined,
  };
  subscribers.add(session);
}

function balancesOf(wallet: SpotWallet): readonly AuditBalance[] {
  return [...wallet.balances].map(([asset, { free, locked }]) => ({
    asset,
    free: printUnits(free),
    locked: printUnits(locked),
  }));
}

function exchangeOf(wallet: SpotWallet, clock: VenueClock): Exchange {
  return new Exchange({
    rules: SPOT_SYMBOLS,
    wallet,
    manners: {
      check: filterRefusal,
      duplicate: refusal(-2010, "Duplicate order sent."),
      crossesPostOnly: refusal(-2010, "Order would immediately match and take."),
      now: () => clock.now(),
    },
  });
}

/** Puts the venue together. */
function buildSpot(options: VenueOptions): Desk {
  const clock = new VenueClock();
  const faults = new Faults();
  const limits = new Limits(options.limits);
  const audit = new Audit();
  const assets = new Map(SPOT_SYMBOLS.map(({ symbol, base, quote }) => [symbol, { base, quote }]));
  const wallet = new SpotWallet({
    assetsOf: (symbol) => assets.get(symbol) ?? { base: "", quote: "" },
    ...options,
  });
  const exchange = exchangeOf(wallet, clock);
  const { credentials } = options;
  const users = new SpotUserStream({
    ...{ exchange, wallet, clock, credentials },
    streams: new Streams<Session>(faults),
  });
  const formatAt = spotFormat;
  const format = formatAt(() => clock.now());
  const streams = new Streams<FeedSubscriber>(faults);
  const feed = new Feed({ exchange, faults, format, streams });
  const { limits: limitSettings, keyMay } = options;
  const state = { exchange, wallet, feed, clock, credentials, keyMay, limits: limitSettings };
  const router = new Router({ ...SPOT_ROUTES, ...KEY_ROUTES }, state);
  const rest = (asked: Asked): Reply => server.streamed(asked);
  const venue = {
    describe: (asked: Asked) => router.describe(asked),
    handle: (asked: Asked) => router.handle(asked),
    upgrade: (request: HttpRequest, line: HttpLine) =>
      request.path.startsWith("/ws-api")
        ? openSession(line, request, { users, rest })
        : openMarket(line, request, feed),
  };
  const server: VenueServer = new VenueServer({ venue, faults, limits, audit, clock });
  const crowd = new Crowd(exchange, options);
  openMarkets({ exchange, feed, clock, crowd }, { options, formatAt });
  return {
    ...{ exchange, crowd, faults, limits, audit, clock, server, feed, users: users.streams },
    deposit: (asset, amount) => {
      wallet.of(asset).free += amount;
      users.tellBalance(asset, amount);
    },
    endUserStream: () => users.terminate(),
    busted: ({ symbol, commissionAsset }) => {
      const { base, quote } = exchange.market(symbol).rules;
      users.tellPosition([base, quote, commissionAsset]);
    },
    balances: () => balancesOf(wallet),
    positions: () => [],
  };
}

const options = readOptions(Deno.args, DEFAULTS);
await runVenue(buildSpot(options), options);
