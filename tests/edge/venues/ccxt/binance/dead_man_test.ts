/**
 * The venue's own switch: renewed in time, and with no more requests than are to spare. Proves
 * R-EXEC-6 where a venue counts requests.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  instrumentId,
  micros,
  orderId,
  requestId,
  seqId,
  venueId,
} from "../../../../../core/numbers.ts";
import { AccountBook } from "../../../../../edge/venues/ccxt/binance/account_book.ts";
import { DeadMan, deadManMinMs } from "../../../../../edge/venues/ccxt/binance/dead_man.ts";
import { Endings } from "../../../../../edge/venues/ccxt/binance/endings.ts";
import { Lookups } from "../../../../../edge/venues/ccxt/binance/lookups.ts";
import { Reconciliations } from "../../../../../edge/venues/ccxt/binance/reconciliation.ts";
import { type Asked, type Played, PlayedExchange } from "../../../../support/played_exchange.ts";

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

/** What the switch was renewed by; what rests is asked for besides. */
function renewalsOf({ asked }: PlayedExchange): readonly Asked[] {
  return asked.filter(({ path }) => path === "countdownCancelAll");
}

for (const markets of [1, 10, 50]) {
  Deno.test(`start() takes a third of the exchange's limit for ${markets} markets, in time for each`, () => {
    const exchange = guarded(markets, 1000);
    exchange.time.advance(10 * MINUTE_US);
    ok(renewalsOf(exchange).length * WEIGHT <= 10 * WEIGHT_LIMIT / 3 + markets * WEIGHT);
    for (const { symbol } of exchange.account.listed) {
      const renewals = renewalsOf(exchange).filter(({ params }) => params["symbol"] === symbol);
      const countdowns = new Set(renewals.map(({ params }) => params["countdownTime"]));
      deepStrictEqual([...countdowns], [markets * 2250]);
      strictEqual(exchange.confirmed.at(-1)?.periodMs, markets * 2250, "what is told is in force");
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
  deepStrictEqual([...new Set(renewalsOf(exchange).map(({ params }) => params["countdownTime"]))], [
    6750,
  ]);
});

Deno.test("start() tries once more, soon, what could not be renewed", () => {
  const exchange = guarded(1, 30_000);
  exchange.time.advance(9_000_000);
  const before = renewalsOf(exchange).length;
  exchange.answer = () => {
    exchange.answer = () => ({});
    return { status: 400, body: { code: -1021, msg: "Timestamp for this request is outside" } };
  };
  exchange.time.advance(2_500_000);
  strictEqual(renewalsOf(exchange).length, before + 2);
  ok(exchange.confirmed.at(-1) !== undefined && exchange.confirmed.length === before + 1);
});

Deno.test("start() renews nothing while the daemon makes no progress, and goes on when it does", () => {
  const exchange = guarded(1, 30_000);
  exchange.time.advance(9_000_000);
  exchange.isDaemonAlive = false;
  const before = renewalsOf(exchange).length;
  exchange.time.advance(MINUTE_US);
  strictEqual(renewalsOf(exchange).length, before);
  exchange.isDaemonAlive = true;
  exchange.time.advance(10_000_000);
  strictEqual(renewalsOf(exchange).length, before + 1);
});

Deno.test("start() raises an alarm once for each market that it cannot renew, until it can", () => {
  const exchange = guarded(2, 30_000);
  const alarms = (): number =>
    exchange.logged.filter((event) => event.startsWith("dead_man")).length;
  exchange.time.advance(9_000_000);
  strictEqual(alarms(), 0);
  exchange.answer = ({ params }) => params["symbol"] === "C0USDT" ? { status: 400, body: {} } : {};
  exchange.time.advance(MINUTE_US);
  strictEqual(alarms(), 1, "of the one, though the other is renewed in between");
  exchange.answer = () => ({ status: 400, body: {} });
  exchange.time.advance(MINUTE_US);
  strictEqual(alarms(), 2, "of the other, too");
  exchange.answer = () => ({});
  exchange.time.advance(MINUTE_US);
  exchange.answer = () => ({ status: 400, body: {} });
  exchange.time.advance(MINUTE_US);
  strictEqual(alarms(), 4, "of both anew");
});

Deno.test("start() takes two thirds of the exchange's limit where nothing can be renewed", () => {
  const exchange = guarded(10, 1000);
  exchange.answer = () => ({ status: 500 });
  exchange.time.advance(10 * MINUTE_US);
  ok(renewalsOf(exchange).length * WEIGHT <= 2 * (10 * WEIGHT_LIMIT / 3 + 10 * WEIGHT));
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
    const before = renewalsOf(of.exchange).length;
    end(of);
    of.exchange.time.advance(MINUTE_US);
    strictEqual(renewalsOf(of.exchange).length, before);
  }
});

/** Order 1 of ours, as any request names it, and what the exchange shows of it. */
const ORDER = {
  ...{ seqId: seqId(1), request: requestId(1), venue: venueId(0), instrument: instrumentId(0) },
  ...{ order: orderId(1), clOrdId: "tlabcdef01-1-1", venueOrderId: "7" },
} as const;
const SHOWN = {
  ...{ symbol: "C0USDT", orderId: 7, clientOrderId: ORDER.clOrdId, side: "BUY", status: "NEW" },
  ...{ origQty: "2", executedQty: "0", price: "100", type: "LIMIT", timeInForce: "GTC" },
  updateTime: 1_795_000_000_000,
};

/** The parts that read orders which an adapter that has just started does not know. */
class Returned {
  readonly exchange = new PlayedExchange("usdm");
  readonly #lookups: Lookups;
  readonly #reconciliations: Reconciliations;

  constructor(shown: Readonly<Record<string, unknown>>) {
    const { account } = this.exchange;
    const deadMan = new DeadMan(account, 30_000);
    const resting = (symbol: string): void => deadMan.cover(symbol);
    const endings = new Endings(account);
    this.#lookups = new Lookups(account, { endings, propagationMs: 100, resting });
    this.#reconciliations = new Reconciliations(account, {
      ...{ book: new AccountBook(account), propagationMs: 100, resting },
      ...{ skewUs: () => 0, inHedgeMode: () => {} },
    });
    this.exchange.answer = ({ path, params }: Asked): Played => {
      if (path === "positionSide/dual") return { body: { dualSidePosition: false } };
      // What the switch itself asks is told before the order is there.
      if (path === "openOrders" && params["symbol"] === undefined) return { body: [] };
      return { body: path === "openOrders" ? [shown] : path === "order" ? shown : {} };
    };
    deadMan.start();
  }

  pass(us: number): void {
    this.exchange.time.advance(us);
  }

  lookUp(): void {
    this.#lookups.lookup({ ...ORDER, kind: "Lookup" });
  }

  reconcile(): void {
    const { seqId, request, venue } = ORDER;
    const asked = { cause: "asked", sinceUs: micros(1) } as const;
    this.#reconciliations.start({ ...{ seqId, request, venue }, kind: "Reconcile", ...asked });
  }

  get renewals(): number {
    return renewalsOf(this.exchange).length;
  }
}

const READS = [
  ["a reconciliation", (of: Returned) => of.reconcile()],
  ["a look-up", (of: Returned) => of.lookUp()],
] as const;

for (const [what, read] of READS) {
  Deno.test(`cover() renews at once what ${what} has found resting`, () => {
    const returned = new Returned(SHOWN);
    returned.pass(2_000_000);
    read(returned);
    returned.pass(1_000_000);
    strictEqual(returned.renewals, 1);
    read(returned);
    returned.pass(1_000_000);
    strictEqual(returned.renewals, 1, "it is covered");
  });

  Deno.test(`cover() arms no switch for what ${what} has found ended`, () => {
    const returned = new Returned({ ...SHOWN, status: "CANCELED" });
    read(returned);
    returned.pass(MINUTE_US);
    strictEqual(returned.renewals, 0);
  });
}

Deno.test("cover() of a daemon that is silent is tried once more for each symbol", () => {
  const returned = new Returned(SHOWN);
  returned.exchange.isDaemonAlive = false;
  for (let times = 0; times < 9; times++) returned.lookUp();
  returned.pass(500_000);
  strictEqual(returned.renewals, 0);
  returned.exchange.isDaemonAlive = true;
  returned.pass(2_000_000);
  strictEqual(returned.renewals, 1);
});

/** A switch that has just started, where the exchange answers so to what is open. */
function returnedTo(open: () => Played): Guarded {
  const exchange = new PlayedExchange("usdm", 2);
  exchange.answer = ({ path }) => path === "openOrders" ? open() : {};
  const deadMan = new DeadMan(exchange.account, 30_000);
  deadMan.start();
  return { exchange, deadMan };
}

function questionsTo({ asked }: PlayedExchange): number {
  return asked.filter(({ path }) => path === "openOrders").length;
}

Deno.test("start() renews what of ours the exchange lists as open, before anybody reconciles", () => {
  const foreign = { ...SHOWN, symbol: "C1USDT", clientOrderId: "web_1" };
  const unread = { ...foreign, status: "NEW_TO_US", origQty: "?" };
  const elsewhere = { ...SHOWN, symbol: "GONEUSDT" };
  const ended = { ...SHOWN, symbol: "C1USDT", status: "FILLED" };
  const { exchange } = returnedTo(() => ({ body: [foreign, unread, elsewhere, ended, SHOWN] }));
  exchange.time.advance(MINUTE_US);
  deepStrictEqual([...new Set(renewalsOf(exchange).map(({ params }) => params["symbol"]))], [
    "C0USDT",
  ]);
  ok((renewalsOf(exchange)[0]?.atUs ?? Infinity) < 1_000_000);
  strictEqual(renewalsOf(exchange).length, 1 + 60 / 10);
  strictEqual(questionsTo(exchange), 1);
});

Deno.test("start() asks what is open until it is told, and says once that it is not", () => {
  const answers: readonly Played[] = [{ status: 500 }, { body: {} }, { status: 503 }];
  let at = 0;
  const { exchange } = returnedTo(() => answers[at++] ?? { body: [SHOWN] });
  exchange.time.advance(14_000_000);
  strictEqual(renewalsOf(exchange).length, 0);
  exchange.time.advance(2_000_000);
  strictEqual(renewalsOf(exchange).length, 1);
  exchange.time.advance(MINUTE_US);
  strictEqual(questionsTo(exchange), 4);
  strictEqual(exchange.logged.filter((event) => event === "open_orders_not_read").length, 1);
});

Deno.test("stop() ends the asking for what is open, also where it is being answered", () => {
  for (const us of [0, 2_000_000]) {
    const { exchange, deadMan } = returnedTo(() => ({ status: 500 }));
    exchange.time.advance(us);
    deadMan.stop();
    exchange.time.advance(MINUTE_US);
    strictEqual(questionsTo(exchange), 1);
  }
});

Deno.test("start() tells of no fresh switch while one of its markets never had one", () => {
  const exchange = new PlayedExchange("usdm", 2);
  exchange.answer = ({ path, params }) => {
    if (path === "openOrders") return { body: [] };
    return params["symbol"] === "C0USDT" ? { status: 500 } : {};
  };
  const deadMan = new DeadMan(exchange.account, 30_000);
  deadMan.start();
  const sinceUs = exchange.time.wallUs();
  for (const { symbol } of exchange.account.listed) {
    exchange.rests(symbol);
    deadMan.cover(symbol);
  }
  exchange.time.advance(MINUTE_US);
  ok(exchange.confirmed.length > 5);
  deepStrictEqual([...new Set(exchange.confirmed.map((told) => told.confirmedUs))], [sinceUs]);
});
