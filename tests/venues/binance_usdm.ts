/**
 * Binance USD-M futures as a process: `deno run -A tests/venues/binance_usdm.ts --seed 1 …` (`options.ts` lists the rest).
 *
 * Prints `{"port":…,"controlPort":…}` on its first line and ends when its standard input does. Serves, on 127.0.0.1:
 * REST `/fapi/v1|v2|v3/*`; market streams `/public/ws/N`, `/market/ws/N`, `/ws`, `/stream?streams=…`; the user stream
 * `/private/ws?listenKey=…`. The control port speaks `control_protocol.ts`; tests use `VenueProcess` of `control.ts`. CCXT
 * reaches it as `ccxt_client.ts` shows.
 *
 * Lists BTCUSDT (tick 0.10, lot 0.001) and ETHUSDT. One account, key `test-api-key`, secret `test-secret`, one-way mode,
 * cross margin, leverage 20. The mark price is the last trade's. Not there: liquidation, hedge mode, isolated margin,
 * stop orders. Limit: a sweep that fills a plain closing order and a reduce-only one at once may turn the position.
 * @module
 */
import { Audit } from "./audit.ts";
import { type AccountState, USDM_ACCOUNT_ROUTES } from "./binance_usdm/account_routes.ts";
import { DeadManSwitch } from "./binance_usdm/dead_man_switch.ts";
import { type OrderState, USDM_ORDER_ROUTES } from "./binance_usdm/order_routes.ts";
import { Funding } from "./binance_usdm/funding.ts";
import { entryPriceOf, usdmFormat } from "./binance_usdm/payloads.ts";
import { type PublicState, USDM_PUBLIC_ROUTES } from "./binance_usdm/public_routes.ts";
import { USDM_SYMBOLS, usdmRefusal } from "./binance_usdm/symbols.ts";
import { type KeyHolder, UsdmUserStream } from "./binance_usdm/user_stream.ts";
import { MARGIN_ASSET, UsdmWallet } from "./binance_usdm/wallet.ts";
import { VenueClock } from "./clock.ts";
import type { AuditPosition } from "./control_protocol.ts";
import type { Desk } from "./desk.ts";
import { Exchange } from "./exchange.ts";
import { Faults } from "./faults.ts";
import { Feed, type FeedFormat, type FeedSubscriber, openMarket } from "./feed.ts";
import { openMarkets, runVenue } from "./host.ts";
import { KEY_ROUTES } from "./key_route.ts";
import type { HttpLine, HttpRequest } from "./http_line.ts";
import { Limits } from "./limits.ts";
import { Crowd } from "./market.ts";
import { readOptions, type VenueOptions } from "./options.ts";
import { refusal, type SymbolRules } from "./order.ts";
import { type Route, Router } from "./router.ts";
import { type Asked, VenueServer } from "./server.ts";
import { Streams } from "./streams.ts";
import { printUnits, type Units } from "./units.ts";

const DEFAULTS = { weightPerMinute: 2400, ordersPer10s: 300, balances: "USDT=1000000" };
const ROUTES: Readonly<Record<string, Route<PublicState & OrderState & AccountState>>> = {
  ...USDM_PUBLIC_ROUTES,
  ...USDM_ORDER_ROUTES,
  ...USDM_ACCOUNT_ROUTES,
  ...KEY_ROUTES,
};

/** Reduce-only orders end where there is nothing left that they could reduce. */
function endReduceOnly(exchange: Exchange, wallet: UsdmWallet, symbol: string): void {
  let { qty: reducible } = wallet.position(symbol);
  for (const order of exchange.openOrders(symbol)) {
    if (!order.isReduceOnly) continue;
    const open = order.qty - order.filled;
    const left = order.side === "SELL" ? reducible : -reducible;
    if (open > left) exchange.expire(order);
    else reducible += order.side === "SELL" ? -open : open;
  }
}

function exchangeOf(wallet: UsdmWallet, clock: VenueClock): Exchange {
  const exchange: Exchange = new Exchange({
    rules: USDM_SYMBOLS,
    wallet,
    manners: {
      check: usdmRefusal,
      duplicate: refusal(-4116, "ClientOrderId is duplicated."),
      crossesPostOnly: refusal(
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected. " +
          "The order will not be recorded in the order history",
      ),
      unfillable: refusal(
        -5021,
        "Due to the order could not be filled immediately, the FOK order has been rejected. " +
          "The order will not be recorded in the order history",
      ),
      now: () => clock.now(),
      settled: (symbol) => endReduceOnly(exchange, wallet, symbol),
    },
  });
  wallet.attach(exchange);
  return exchange;
}

function positionsOf(wallet: UsdmWallet): readonly AuditPosition[] {
  return [...wallet.positions].map(([symbol, position]) => ({
    symbol,
    qty: printUnits(position.qty),
    cost: printUnits(position.cost),
    entryPrice: entryPriceOf(position),
  }));
}

function isUserPath({ path, query }: HttpRequest): boolean {
  return path.includes("/private") || query.includes("listenKey=") || /\/listenKey\d+$/.test(path);
}

function deposit(wallet: UsdmWallet, users: UsdmUserStream, amount: Units): void {
  wallet.deposit(amount);
  users.tellAccount({ reason: amount < 0n ? "WITHDRAW" : "DEPOSIT", change: amount });
}

/** Puts the venue together. */
function buildUsdm(options: VenueOptions): Desk {
  const clock = new VenueClock();
  const faults = new Faults();
  const limits = new Limits(options.limits);
  const audit = new Audit();
  const wallet = new UsdmWallet(options.balances.get(MARGIN_ASSET) ?? 0n, () => clock.now());
  const exchange = exchangeOf(wallet, clock);
  const users = new UsdmUserStream({
    ...{ exchange, wallet, clock },
    streams: new Streams<KeyHolder>(faults),
  });
  const rules = (symbol: string): SymbolRules => exchange.market(symbol).rules;
  const formatAt = (now: () => number): FeedFormat => usdmFormat({ now, rules });
  const format = formatAt(() => clock.now());
  const feed = new Feed({ exchange, faults, format, streams: new Streams<FeedSubscriber>(faults) });
  const deadManSwitch = new DeadManSwitch(exchange);
  const router = new Router(ROUTES, {
    ...{ exchange, wallet, feed, clock, users, limits: options.limits, deadManSwitch },
    credentials: options.credentials,
    keyMay: options.keyMay,
  });
  const venue = {
    describe: (asked: Asked) => router.describe(asked),
    handle: (asked: Asked) => router.handle(asked),
    upgrade: (request: HttpRequest, line: HttpLine) =>
      isUserPath(request) ? users.open(line, request) : openMarket(line, request, feed),
  };
  const server = new VenueServer({ venue, faults, limits, audit, clock });
  const funding = new Funding(wallet, users);
  const crowd = new Crowd(exchange, options);
  openMarkets({ exchange, feed, clock, crowd }, { options, formatAt });
  return {
    ...{ exchange, crowd, faults, limits, audit, clock, server, feed, deadManSwitch },
    users: users.streams,
    deposit: (_asset, amount) => deposit(wallet, users, amount),
    endUserStream: () => users.expireKey(),
    busted: ({ symbol }) => users.tellAccount({ reason: "ADJUSTMENT", change: 0n, symbol }),
    fund: (symbol, of) => funding.pay(symbol, of),
    balances: () => [{
      asset: MARGIN_ASSET,
      free: printUnits(wallet.balance),
      locked: printUnits(wallet.orderMargin()),
    }],
    positions: () => positionsOf(wallet),
  };
}

const options = readOptions(Deno.args, DEFAULTS);
await runVenue(buildUsdm(options), options);
