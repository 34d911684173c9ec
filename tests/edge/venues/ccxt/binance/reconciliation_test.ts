/**
 * Reconciliation against a venue that fails part of the time, where what was read is not read again,
 * and against one that moves meanwhile, where it is. Proves R-EXEC-5 for an adapter that has just been
 * started, which knows no order's key, and for one that runs.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Instrument } from "../../../../../core/instrument.ts";
import { instrumentId, px } from "../../../../../core/numbers.ts";
import {
  asked,
  CcxtRig,
  PERPETUAL,
  PREFIX,
  relaxed,
  SILENT,
  SPOT,
  stillVenue,
} from "../../../../support/ccxt_rig.ts";
import { VenueProcess } from "../../../../venues/control.ts";

const DAY_US = 86_400_000_000;
const ORDERS = [1, 2, 3, 4, 5, 6];

/** A venue, and an adapter that does not know the orders that were executed there. */
class Restarted implements AsyncDisposable {
  readonly #venue: VenueProcess;
  readonly #sinceUs: number;
  readonly #rig: CcxtRig;

  constructor(
    of: { readonly venue: VenueProcess; readonly sinceUs: number; readonly rig: CcxtRig },
  ) {
    this.#venue = of.venue;
    this.#sinceUs = of.sinceUs;
    this.#rig = of.rig;
  }

  static async start(): Promise<Restarted> {
    const venue = await VenueProcess.start("binance_spot", ["--speed", "0", "--empty"]);
    const sinceUs = Date.now() * 1000 - 1_000_000;
    await venue.tell({ op: "quote", symbol: "BTCUSDT", side: "SELL", price: "50010", qty: "5" });
    using before = await CcxtRig.up(venue);
    for (const order of ORDERS) before.submit(order, { price: px(5_001_000) });
    await before.until(() => executionsOf(before) === ORDERS.length, "all of them");
    return new Restarted({ venue, sinceUs, rig: await CcxtRig.up(venue) });
  }

  get executions(): number {
    return executionsOf(this.#rig);
  }

  get failures(): readonly string[] {
    return this.#rig.of("ReconcileFailed").map(({ text }) => text);
  }

  /** How often an order was asked for by the venue's number for it. */
  async keysAsked(): Promise<number> {
    const { requests } = await this.#venue.audit({ requestsMax: 500 });
    return requests.filter(({ requestLine }) => requestLine.startsWith("GET /api/v3/order?"))
      .length;
  }

  /** The venue fails the next `count` questions for a key; returns what the adapter says. */
  async reconcileWithout(count: number): Promise<string> {
    const fault = { kind: "status", status: 503, acts: false } as const;
    await this.#venue.tell({ op: "fault", match: "GET /api/v3/order", count, fault });
    const before = this.#rig.of("ReconcileFailed").length;
    this.reconcile().catch(() => {}); // it waits for an answer that does not come
    return (await this.#rig.next("ReconcileFailed", before)).text;
  }

  async reconcile(): Promise<void> {
    await this.#rig.reconcile(this.#sinceUs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#rig[Symbol.dispose]();
    await this.#venue.stop();
  }
}

function executionsOf(rig: CcxtRig): number {
  return new Set(rig.of("OrderExecuted").map(({ execId }) => execId)).size;
}

Deno.test(
  "start() reads every key that it can, and the next one asks for the others only",
  relaxed,
  async () => {
    await using restarted = await Restarted.start();
    match(await restarted.reconcileWithout(2), /answered 503/);
    strictEqual(await restarted.keysAsked(), 6);
    await restarted.reconcileWithout(2);
    strictEqual(await restarted.keysAsked(), 8, "the two that were not answered");
    strictEqual(restarted.executions, 0, "nothing is said of the half");
    await restarted.reconcile();
    deepStrictEqual([await restarted.keysAsked(), restarted.executions], [10, 6]);
  },
);

Deno.test(
  "start() answers a reconciliation that another one takes the place of",
  relaxed,
  async () => {
    await using restarted = await Restarted.start();
    restarted.reconcile().catch(() => {}); // the answer to the second is for both
    await restarted.reconcile();
    deepStrictEqual(restarted.failures, ["another took its place"]);
  },
);

Deno.test("start() goes no further when three keys in a row cannot be read", relaxed, async () => {
  await using restarted = await Restarted.start();
  await restarted.reconcileWithout(9);
  deepStrictEqual([await restarted.keysAsked(), restarted.executions], [3, 0]);
});

/** An order of ours was executed, and the exchange does not show it to the next adapter. */
async function withUnshown(
  propagationMs: number,
  run: (rig: CcxtRig, sinceUs: number, venue: VenueProcess) => Promise<void>,
): Promise<void> {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0", "--empty"]);
  const sinceUs = Date.now() * 1000 - 1_000_000;
  await venue.tell({ op: "quote", symbol: "BTCUSDT", side: "SELL", price: "50010", qty: "5" });
  using before = await CcxtRig.up(venue);
  before.submit(1, { price: px(5_001_000) });
  await before.next("OrderExecuted");
  await new Promise((resolve) => setTimeout(resolve, 300));
  using rig = await CcxtRig.up(venue, { options: { propagation_ms: propagationMs } });
  const fault = { kind: "reject", code: -2013, msg: "Order does not exist." } as const;
  await venue.tell({ op: "fault", match: "GET /api/v3/order", fault });
  await run(rig, sinceUs, venue);
}

Deno.test(
  "start() tells executions by number of an order that is shown no more",
  relaxed,
  async () => {
    await withUnshown(100, async (rig, sinceUs) => {
      await rig.reconcile(sinceUs);
      const [executed] = rig.of("OrderExecuted");
      strictEqual(executed?.clOrdId, null);
      ok(executed.venueOrderId !== null);
    });
  },
);

Deno.test("start() fails where an order may be too young to be shown", relaxed, async () => {
  await withUnshown(10_000, async (rig, sinceUs) => {
    rig.reconcile(sinceUs).catch(() => {}); // it waits for an answer that does not come
    match((await rig.next("ReconcileFailed")).text, /-2013/);
    strictEqual(executionsOf(rig), 0);
  });
});

Deno.test("start() reads no days again that the attempt before has read", relaxed, async () => {
  await withUnshown(10_000, async (rig, sinceUs, venue) => {
    const asked = async (): Promise<number> => {
      const { requests } = await venue.audit({ requestsMax: 500 });
      return requests.filter(({ requestLine }) => requestLine.includes("/myTrades")).length;
    };
    const since = sinceUs - 20 * DAY_US;
    rig.reconcile(since).catch(() => {}); // it waits for an answer that does not come
    match((await rig.next("ReconcileFailed")).text, /-2013/);
    strictEqual(await asked(), 21);
    await rig.reconcile(since);
    deepStrictEqual([await asked(), executionsOf(rig)], [22, 1], "the newest are read again");
  });
});

Deno.test("start() says that it failed when an execution cannot be counted", relaxed, async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0", "--empty"]);
  const sinceUs = Date.now() * 1000 - 1_000_000;
  const quoted = { op: "quote", symbol: "BTCUSDT", side: "SELL", qty: "5" } as const;
  await venue.tell({ ...quoted, price: "50010.005" }); // half of our quantum of price
  await venue.tell({ op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "MARKET", qty: "1" });
  using rig = await CcxtRig.up(venue);
  rig.reconcile(sinceUs).catch(() => {}); // it waits for an answer that does not come
  match((await rig.next("ReconcileFailed")).text, /must be a count of its quantum/);
  strictEqual(rig.of("Reconciled").length, 1);
});

/** More than two clocks can be apart by the slowness of the answers that compare them. */
const EARLIER_MS = 10_000;

for (const ms of [-60_000, 60_000]) {
  Deno.test(
    `start() reads what happened by the venue's clock, ${ms} ms from ours`,
    relaxed,
    async () => {
      await using venue = await VenueProcess.start("binance_spot", ["--speed", "0", "--empty"]);
      const trade = { op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "MARKET" } as const;
      await venue.tell({ op: "skew", ms: ms - EARLIER_MS });
      await venue.tell({ op: "quote", symbol: "BTCUSDT", side: "SELL", price: "50010", qty: "5" });
      await venue.tell({ ...trade, qty: "0.1" }); // part of the account that is taken over
      await venue.tell({ op: "skew", ms });
      const sinceUs = Date.now() * 1000;
      using rig = await CcxtRig.up(venue);
      await venue.tell(SILENT);
      await venue.tell({ ...trade, qty: "0.2" });
      await rig.reconcile(sinceUs);
      deepStrictEqual(rig.of("OrderExecuted").map(({ lastQty }) => lastQty), [20_000]);
    },
  );
}

Deno.test(
  "reconcile() reads what is dated later than the venue's clock was found to be",
  relaxed,
  async () => {
    await using venue = await VenueProcess.start("binance_spot", ["--speed", "0", "--empty"]);
    await venue.tell({ op: "quote", symbol: "BTCUSDT", side: "SELL", price: "50010", qty: "5" });
    using rig = await CcxtRig.up(venue);
    const sinceUs = Date.now() * 1000;
    await venue.tell(SILENT);
    await venue.tell({ op: "skew", ms: 2000 }); // as if what asked for its time had been slow
    const bought = { op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "MARKET" } as const;
    await venue.tell({ ...bought, qty: "0.2" });
    await rig.reconcile(sinceUs);
    deepStrictEqual(rig.of("OrderExecuted").map(({ lastQty }) => lastQty), [20_000]);
  },
);

/** Ours was 40 s ahead when the account was last read, and the core asks for 10 s more. */
const AHEAD_US = 30_000_000;

Deno.test(
  "reconcile() reads what was missed since a time that has not come yet",
  relaxed,
  async () => {
    await using venue = await stillVenue("binance_spot");
    const trade = { op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "MARKET" } as const;
    await venue.tell({ ...trade, qty: "0.2" });
    using rig = await CcxtRig.connected(venue);
    await rig.reconcile(Date.now() * 1000 + AHEAD_US);
    deepStrictEqual(rig.of("OrderExecuted").map(({ lastQty }) => lastQty), [20_000]);
  },
);

Deno.test(
  "reconcile() reads nothing so from before the account was taken over",
  relaxed,
  async () => {
    await using venue = await stillVenue("binance_spot");
    const trade = { op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "MARKET" } as const;
    await venue.tell({ ...trade, qty: "0.1" });
    await new Promise((resolve) => setTimeout(resolve, 20)); // the venue's time is in milliseconds
    using rig = await CcxtRig.up(venue);
    await venue.tell(SILENT);
    await venue.tell({ ...trade, qty: "0.2" });
    await rig.reconcile(Date.now() * 1000 + AHEAD_US);
    deepStrictEqual(rig.of("OrderExecuted").map(({ lastQty }) => lastQty), [20_000]);
  },
);

Deno.test("reconcile() reads again what happened while it read", relaxed, async () => {
  await using venue = await stillVenue("binance_spot");
  const sinceUs = Date.now() * 1000 - 1_000_000;
  using rig = await CcxtRig.up(venue);
  rig.submit(1);
  await rig.next("OrderAccepted");
  await venue.tell(SILENT);
  const late = { kind: "delayResponse" } as const; // none yet, which is old when it comes
  await venue.tell({ op: "fault", match: "GET /api/v3/myTrades", fault: late });
  const reconciled = rig.reconcile(sinceUs);
  await asked(venue, { path: "/myTrades", times: 1 });
  await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.004" });
  await venue.tell({ op: "release" });
  await reconciled;
  deepStrictEqual(rig.of("OrderExecuted").map(({ lastQty }) => lastQty), [400]);
});

/** The second symbol of an account: of each kind of request it is asked about after the first. */
const ETHER = {
  ...SPOT,
  ...{ id: instrumentId(1), name: "x:ETH/USDT", symbol: "ETH/USDT", base: "ETH" },
};
const REFUSED = { kind: "reject", code: -1121, msg: "Invalid symbol." } as const;

/** Both symbols were traded, unheard, and the exchange refuses the next request about the first. */
async function withRefused(
  paths: readonly string[],
  run: (
    rig: CcxtRig,
    of: { readonly venue: VenueProcess; readonly sinceUs: number },
  ) => Promise<void>,
): Promise<void> {
  await using venue = await stillVenue("binance_spot");
  await venue.tell({ op: "quote", symbol: "ETHUSDT", side: "SELL", price: "2500", qty: "5" });
  const sinceUs = Date.now() * 1000 - 1_000_000;
  using rig = await CcxtRig.up(venue, { also: [ETHER] });
  await venue.tell(SILENT);
  for (const symbol of ["BTCUSDT", "ETHUSDT"]) {
    await venue.tell({ op: "foreign", symbol, side: "BUY", type: "MARKET", qty: "0.2" });
  }
  for (const path of paths) await venue.tell({ op: "fault", match: path, fault: REFUSED });
  await run(rig, { venue, sinceUs });
}

const OPEN_ORDERS = "GET /api/v3/openOrders";
const TRADES = "GET /api/v3/myTrades";
const symbolsOf = (rig: CcxtRig): readonly string[] =>
  rig.of("OrderExecuted").map(({ execId }) => execId.split("-")[0] ?? "");
const alarmsOf = (rig: CcxtRig): readonly string[] =>
  rig.logged.filter((line) => line.startsWith("alarm"));

Deno.test("reconcile() goes on without a symbol that the exchange refuses", relaxed, async () => {
  await withRefused([OPEN_ORDERS, TRADES], async (rig, { sinceUs }) => {
    await rig.reconcile(sinceUs);
    deepStrictEqual(symbolsOf(rig), ["ETHUSDT"]);
    const { name, status } = rig.listed.at(-1) ?? SPOT;
    deepStrictEqual([name, status], ["x:BTC/USDT", "closed"]);
    strictEqual(alarmsOf(rig).length, 1);
    match(alarmsOf(rig)[0] ?? "", /market_changed.* x:BTC\/USDT.*-1121 Invalid symbol/);
  });
});

Deno.test("reconcile() alarms once of a symbol that stays refused", relaxed, async () => {
  await withRefused([OPEN_ORDERS], async (rig, { venue, sinceUs }) => {
    await rig.reconcile(sinceUs);
    await venue.tell({ op: "fault", match: OPEN_ORDERS, fault: REFUSED });
    await rig.reconcile(sinceUs);
    strictEqual(alarmsOf(rig).length, 1);
    await rig.reconcile(sinceUs); // it is answered
    await venue.tell({ op: "fault", match: OPEN_ORDERS, fault: REFUSED });
    await rig.reconcile(sinceUs);
    strictEqual(alarmsOf(rig).length, 2);
  });
});

Deno.test("reconcile() reads later what a refused symbol did not tell", relaxed, async () => {
  await withRefused([TRADES], async (rig, { venue, sinceUs }) => {
    await rig.reconcile(sinceUs);
    const nextUs = Date.now() * 1000; // the core asks for what is new since the answer
    const fault = { kind: "status", status: 503, acts: false } as const;
    await venue.tell({ op: "fault", match: "GET /api/v3/account", fault });
    rig.reconcile(nextUs).catch(() => {}); // it waits for an answer that does not come
    await rig.next("ReconcileFailed");
    await rig.reconcile(nextUs);
    deepStrictEqual(symbolsOf(rig), ["ETHUSDT", "BTCUSDT"]);
    await rig.reconcile(Date.now() * 1000);
    strictEqual(symbolsOf(rig).length, 2, "and not again");
  });
});

Deno.test(
  "reconcile() tells no executions of a symbol whose orders cannot be named",
  relaxed,
  async () => {
    await withRefused(["GET /api/v3/order"], async (rig, { sinceUs }) => {
      await rig.reconcile(sinceUs);
      deepStrictEqual(symbolsOf(rig), ["ETHUSDT"]);
      await rig.reconcile(Date.now() * 1000);
      deepStrictEqual(symbolsOf(rig), ["ETHUSDT", "BTCUSDT"]);
    });
  },
);

for (const path of [OPEN_ORDERS, TRADES]) {
  Deno.test(`reconcile() fails where ${path} is refused otherwise`, relaxed, async () => {
    await withRefused([], async (rig, { venue, sinceUs }) => {
      const fault = { kind: "reject", code: -1100, msg: "Illegal characters." } as const;
      await venue.tell({ op: "fault", match: path, fault });
      rig.reconcile(sinceUs).catch(() => {}); // it waits for an answer that does not come
      match((await rig.next("ReconcileFailed")).text, /-1100/);
      deepStrictEqual([symbolsOf(rig), alarmsOf(rig)], [[], []]);
    });
  });
}

Deno.test(
  "reconcile() goes on where USD-M refuses a symbol for its status",
  relaxed,
  async () => {
    await using venue = await stillVenue("binance_usdm");
    using rig = await CcxtRig.up(venue, { instrument: PERPETUAL });
    const fault = { kind: "reject", code: -1122, msg: "Invalid symbol status." } as const;
    await venue.tell({ op: "fault", match: "GET /fapi/v1/openOrders", fault });
    await venue.tell({ op: "fault", match: "GET /fapi/v1/userTrades", fault });
    await rig.reconcile(Date.now() * 1000);
    match(alarmsOf(rig).join(), /market_changed.*-1122/);
  },
);

Deno.test("lookup() leaves an order of a refused symbol in doubt", relaxed, async () => {
  await withRefused(["GET /api/v3/order"], async (rig) => {
    rig.lookup(1);
    strictEqual((await rig.next("RequestFailed")).outcome, "unknown");
  });
});

/** What was left behind with a quantum of 1, where the exchange's tick is 0.01. */
const COARSE = {
  ...SPOT,
  status: "closed",
  priceRule: { ...SPOT.priceRule, scale: 0 },
} as const satisfies Instrument;
/** An order of somebody else. */
const BY_HAND = {
  ...{ op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "LIMIT", qty: "0.1" } as const,
};

Deno.test(
  "reconcile() passes over others' orders that our quanta cannot count, and alarms once",
  relaxed,
  async () => {
    await using venue = await stillVenue("binance_spot");
    await venue.tell({ ...BY_HAND, price: "49900.11" });
    await venue.tell({ ...BY_HAND, price: "49900.12" });
    await venue.tell({ ...BY_HAND, price: "49900" });
    using rig = await CcxtRig.connected(venue, {
      ...{ instrument: COARSE, also: [ETHER] },
      options: { book: "none" }, // it would alarm, too
    });
    const { openOrders } = await rig.reconcile(null);
    deepStrictEqual(openOrders.map(({ price }) => price), [49_900]);
    await rig.reconcile(null);
    strictEqual(alarmsOf(rig).length, 1);
    match(
      alarmsOf(rig)[0] ?? "",
      /market_changed.*x:BTC\/USDT.*was 49900\.1[12]; order \d+ is not ours/,
    );
  },
);

Deno.test("reconcile() fails where our quanta cannot count an order of ours", relaxed, async () => {
  await using venue = await stillVenue("binance_spot");
  await venue.tell({ ...BY_HAND, price: "49900.11", clientOrderId: `${PREFIX}-1-1` });
  using rig = await CcxtRig.connected(venue, { instrument: COARSE, options: { book: "none" } });
  rig.reconcile(null).catch(() => {}); // it waits for an answer that does not come
  match((await rig.next("ReconcileFailed")).text, /was 49900\.11/);
  deepStrictEqual(alarmsOf(rig), []);
});
