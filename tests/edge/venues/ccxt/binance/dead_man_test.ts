/**
 * The venue's own switch: renewed in time, and with no more requests than are to spare. Proves
 * R-EXEC-6 where a venue counts requests.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DeadMan, deadManMinMs } from "../../../../../edge/venues/ccxt/binance/dead_man.ts";
import { PlayedExchange } from "../../../../support/played_exchange.ts";

const MINUTE_US = 60_000_000;
const WEIGHT = 10;
const WEIGHT_LIMIT = 2400;

type Guarded = { readonly exchange: PlayedExchange; readonly deadMan: DeadMan };

/** Orders rest on every market, and the switch is renewed. */
function guardedBy(markets: number, countdownMs: number): Guarded {
  const exchange = new PlayedExchange("usdm", markets);
  for (const { symbol } of exchange.account.listed) exchange.rests(symbol);
  const deadMan = new DeadMan(exchange.account, countdownMs);
  for (const { symbol } of exchange.account.listed) deadMan.cover(symbol);
  deadMan.start();
  return { exchange, deadMan };
}

function guarded(markets: number, countdownMs: number): PlayedExchange {
  return guardedBy(markets, countdownMs).exchange;
}

for (const markets of [1, 10, 50]) {
  Deno.test(`start() takes a third of the exchange's limit for ${markets} markets, in time for each`, () => {
    const exchange = guarded(markets, 1000);
    exchange.time.advance(10 * MINUTE_US);
    ok(exchange.asked.length * WEIGHT <= 10 * WEIGHT_LIMIT / 3 + markets * WEIGHT);
    for (const { symbol } of exchange.account.listed) {
      const renewals = exchange.asked.filter(({ params }) => params["symbol"] === symbol);
      const countdowns = new Set(renewals.map(({ params }) => params["countdownTime"]));
      deepStrictEqual([...countdowns], [markets * 2250]);
      for (const [at, { atUs }] of renewals.entries()) {
        const nextUs = renewals[at + 1]?.atUs ?? 10 * MINUTE_US;
        ok(nextUs - atUs <= markets * 2250 * 1000 / 3);
      }
    }
  });
}

Deno.test("start() asks for the countdown that is configured where that can be renewed", () => {
  strictEqual(deadManMinMs(3), 6750);
  const exchange = guarded(3, 6750);
  exchange.time.advance(MINUTE_US);
  deepStrictEqual([...new Set(exchange.asked.map(({ params }) => params["countdownTime"]))], [
    6750,
  ]);
});

Deno.test("start() tries once more, soon, what could not be renewed", () => {
  const exchange = guarded(1, 30_000);
  exchange.time.advance(9_000_000);
  const before = exchange.asked.length;
  exchange.answer = () => {
    exchange.answer = () => ({});
    return { status: 400, body: { code: -1021, msg: "Timestamp for this request is outside" } };
  };
  exchange.time.advance(2_500_000);
  strictEqual(exchange.asked.length, before + 2);
  ok(exchange.confirmed.at(-1) !== undefined && exchange.confirmed.length === before + 1);
});

Deno.test("start() renews nothing while the daemon makes no progress, and goes on when it does", () => {
  const exchange = guarded(1, 30_000);
  exchange.time.advance(9_000_000);
  exchange.isDaemonAlive = () => false;
  const before = exchange.asked.length;
  exchange.time.advance(MINUTE_US);
  strictEqual(exchange.asked.length, before);
  exchange.isDaemonAlive = () => true;
  exchange.time.advance(10_000_000);
  strictEqual(exchange.asked.length, before + 1);
});

Deno.test("start() takes two thirds of the exchange's limit where nothing can be renewed", () => {
  const exchange = guarded(10, 1000);
  exchange.answer = () => ({ status: 500 });
  exchange.time.advance(10 * MINUTE_US);
  ok(exchange.asked.length * WEIGHT <= 2 * (10 * WEIGHT_LIMIT / 3 + 10 * WEIGHT));
});

Deno.test("stop() and the end of an order end what was to be tried again", () => {
  const ends = [
    (of: Guarded) => of.deadMan.stop(),
    ({ exchange: { account } }: Guarded) =>
      account.orders.live().forEach((order) => order.isOver = true),
  ];
  for (const end of ends) {
    const of = guardedBy(1, 30_000);
    of.exchange.answer = () => ({ status: 500 });
    of.exchange.time.advance(10_500_000);
    const before = of.exchange.asked.length;
    end(of);
    of.exchange.time.advance(MINUTE_US);
    strictEqual(of.exchange.asked.length, before);
  }
});
