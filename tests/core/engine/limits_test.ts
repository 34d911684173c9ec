/**
 * Limits as events, rates, the loss of the day and the tripwire, through the engine. Proves R-CORE-7.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  type ClientLimits,
  type ExchangeLimits,
  type FlowLimits,
  type InstrumentLimits,
  NO_CLIENT_LIMITS,
  NO_EXCHANGE_LIMITS,
  NO_LIMITS,
  NO_ORDER_LIMITS,
  NO_VENUE_LIMITS,
  type OrderLimits,
  type ScopedLimits,
  type VenueLimits,
} from "../../../core/limits.ts";
import { instrumentId, micros, qty } from "../../../core/mod.ts";
import { Story } from "../../contracts/engine/story.ts";
import { declarationOf, type InstrumentSpec } from "../../contracts/engine/world.ts";
import {
  draft,
  ref,
  spotInstrument,
  World,
  type WorldOptions,
} from "../../support/engine_world.ts";

const BTC = instrumentId(0);
const DAY_US = 86_400_000_000;

type Told = { readonly admin?: boolean };

/** A world whose limits are easily set. */
class Limited extends World {
  constructor(options?: WorldOptions) {
    super(options);
    this.start();
    this.open();
  }

  limit(limits: ScopedLimits, { admin = true }: Told = {}): this {
    const isInstrument = limits.scope === "instrument" || limits.scope === "clientInstrument";
    this.control("LimitsSet", { ...limits, admin }, isInstrument ? BTC : null);
    return this;
  }

  instrumentLimits(limits: Partial<InstrumentLimits>, told?: Told): this {
    return this.limit({ scope: "instrument", limits: { ...NO_LIMITS, ...limits } }, told);
  }

  pairLimits(client: string, limits: Partial<OrderLimits> | null, told?: Told): this {
    const whole = limits === null ? null : { ...NO_ORDER_LIMITS, ...limits };
    return this.limit({ scope: "clientInstrument", client, limits: whole }, told);
  }

  clientLimits(client: string, limits: Partial<ClientLimits> | null, told?: Told): this {
    const whole = limits === null ? null : { ...NO_CLIENT_LIMITS, ...limits };
    return this.limit({ scope: "client", client, limits: whole }, told);
  }

  venueLimits(limits: Partial<VenueLimits>, told?: Told): this {
    return this.limit({ scope: "venue", limits: { ...NO_VENUE_LIMITS, ...limits } }, told);
  }

  exchangeLimits(limits: Partial<ExchangeLimits>, told?: Told): this {
    const whole = { ...NO_EXCHANGE_LIMITS, ...limits };
    return this.limit({ scope: "exchange", exchange: "test", limits: whole }, told);
  }

  /** The code of the refusal of a Place, or undefined. */
  refusal(intentId: string, of: Parameters<World["placing"]>[1] = {}, session = 1): unknown {
    return this.place(intentId, of, session)[0]?.rejectCode;
  }

  reported(balance: string, position = 0): readonly string[] {
    this.#keys += 1;
    const payload = {
      balances: [{ currency: "USDT", total: balance }],
      positions: [{ instrument: BTC, qty: position }],
    };
    const event = draft("broker_report", "AccountReported", payload);
    this.offer({ ...event, idempotencyKey: `k${this.#keys}` });
    return this.effects.alarms.map(({ code }) => code);
  }

  market(mid: number): void {
    const levels = { bids: [mid - 1, 1000], asks: [mid + 1, 1000], updateId: null };
    this.offer(draft("market_data", "BookSnapshot", levels, BTC));
  }

  #keys = 0;
}

Deno.test("LimitsSet of a client rules before that of *, in each scope", () => {
  const w = new Limited().open({ session: 2, client: "bob" });
  w.clientLimits("*", { maxOpenOrders: 1 }).clientLimits("bob", { maxOpenOrders: 2 });
  w.pairLimits("*", { maxOrderQty: qty(5_000) }).pairLimits("bob", { maxOrderQty: qty(9_000) });
  strictEqual(w.refusal("a1", { orderQty: "6" }), "MAX_QTY");
  strictEqual(w.refusal("b1", { orderQty: "6" }, 2), undefined);
  strictEqual(w.refusal("a2", { orderQty: "5" }), undefined);
  strictEqual(w.refusal("a3", { orderQty: "5" }), "MAX_OPEN_ORDERS");
  strictEqual(w.refusal("b2", { orderQty: "5" }, 2), undefined);
  w.clientLimits("bob", null).pairLimits("bob", null);
  strictEqual(w.refusal("b3", { orderQty: "6" }, 2), "MAX_QTY");
  strictEqual(w.refusal("b4", { orderQty: "5" }, 2), "MAX_OPEN_ORDERS");
  deepStrictEqual(w.timeline.view.limitedClients.map(({ client }) => client), ["*"]);
});

Deno.test("LimitsSet without admin tightens, limit by limit, and says what it held back", () => {
  const w = new Limited();
  w.instrumentLimits({ maxOrderQty: qty(5_000), maxOpenOrders: null, bookStaleMs: 100 });
  w.instrumentLimits({ maxOrderQty: qty(9_000), maxOpenOrders: 1, bookStaleMs: 100 }, {
    admin: false,
  });
  deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["LIMITS_HELD"]);
  strictEqual(w.refusal("a1", { orderQty: "6" }), "MAX_QTY");
  strictEqual(w.refusal("a2", { orderQty: "5" }), undefined);
  strictEqual(w.refusal("a3", { orderQty: "5" }), "MAX_OPEN_ORDERS");
  w.instrumentLimits({ maxOrderQty: qty(4_000), maxOpenOrders: 1, bookStaleMs: 100 }, {
    admin: false,
  });
  deepStrictEqual(w.effects.alarms, [], "only tighter");
  w.instrumentLimits({});
  strictEqual(w.refusal("a4", { orderQty: "60" }), undefined, "admin loosens");
});

const HELD: readonly (readonly [string, (w: Limited, told: Told) => void])[] = [
  ["a client", (w, told) => {
    const isFirst = told.admin === true;
    w.clientLimits("alice", { maxOpenOrders: isFirst ? 1 : 2 }, told);
  }],
  ["a client's own limits", (w, told) => {
    w.clientLimits("alice", told.admin === true ? { maxOpenOrders: 1 } : null, told);
  }],
  ["a pair", (w, told) => {
    w.pairLimits("alice", { maxOpenOrders: told.admin === true ? 1 : null }, told);
  }],
  ["a venue", (w, told) => {
    w.venueLimits({ maxOpenOrders: told.admin === true ? 1 : 9 }, told);
  }],
  ["an exchange", (w, told) => {
    w.exchangeLimits({ maxOpenOrders: told.admin === true ? 1 : 9 }, told);
  }],
];
for (const [what, set] of HELD) {
  Deno.test(`LimitsSet without admin cannot loosen ${what}`, () => {
    const w = new Limited();
    set(w, { admin: true });
    set(w, { admin: false });
    deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["LIMITS_HELD"]);
    strictEqual(w.refusal("a1"), undefined);
    strictEqual(w.refusal("a2"), "MAX_OPEN_ORDERS");
  });
}

Deno.test("order rates count what was let in: not refusals, not validate_only, not cancels", () => {
  const w = new Limited().clientLimits("alice", { orderRate: { perSecond: 1, burst: 2 } });
  w.instrumentLimits({ maxOrderQty: qty(10_000) });
  strictEqual(w.refusal("a1", { orderQty: "11" }), "MAX_QTY");
  w.place("a2", { validateOnly: true });
  strictEqual(w.refusal("a3"), undefined);
  w.accept(1);
  w.replace("a4", { orig: "a3", qty: "9" });
  strictEqual(w.refusal("a5"), "RATE_LIMIT");
  strictEqual(w.cancel("a6", "a3")[0]?.execType, "PendingCancel");
  strictEqual(w.refusal("a7"), "RATE_LIMIT");
  w.wait(1000);
  strictEqual(w.refusal("a8"), undefined);
  strictEqual(w.refusal("a9"), "RATE_LIMIT");
});

Deno.test("LimitsSet without admin is taken whole where there was no limit yet", () => {
  const told = { admin: false };
  const w = new Limited().instrumentLimits({ maxOpenOrders: 3, bookStaleMs: 7 }, told);
  w.venueLimits({ maxOpenOrders: 2 }, told).clientLimits("alice", { maxOpenOrders: 1 }, told);
  deepStrictEqual(w.effects.alarms, []);
  strictEqual(w.refusal("a1"), undefined);
  strictEqual(w.refusal("a2"), "MAX_OPEN_ORDERS");
  w.clientLimits("bob", null, told).pairLimits("bob", null, told);
  deepStrictEqual(w.effects.alarms, [], "who has none loses none");
});

Deno.test("LimitsSet of an instrument that is not listed limits nothing", () => {
  const w = new Limited();
  for (const admin of [true, false]) {
    const limits = { ...NO_LIMITS, maxOpenOrders: 0 };
    w.control("LimitsSet", { scope: "instrument", admin, limits }, instrumentId(7));
    const of = { scope: "clientInstrument", client: "alice", admin } as const;
    w.control(
      "LimitsSet",
      { ...of, limits: { ...NO_ORDER_LIMITS, maxOpenOrders: 0 } },
      instrumentId(7),
    );
  }
  deepStrictEqual(w.effects.alarms, []);
  strictEqual(w.refusal("a1"), undefined);
  deepStrictEqual(w.timeline.view.limitedClients, []);
});

const RATED: readonly (readonly [string, (w: Limited, of: Partial<FlowLimits>) => void])[] = [
  ["a client", (w, of) => w.clientLimits("alice", of)],
  ["a venue", (w, of) => w.venueLimits(of)],
  ["an exchange", (w, of) => w.exchangeLimits(of)],
];
for (const [what, set] of RATED) {
  Deno.test(`order rates of ${what} stay spent when set again, and begin full after none`, () => {
    const w = new Limited();
    const orderRate = { perSecond: 0.001, burst: 2 };
    set(w, { orderRate });
    strictEqual(w.refusal("a1"), undefined);
    set(w, { orderRate });
    strictEqual(w.refusal("a2"), undefined);
    strictEqual(w.refusal("a3"), "RATE_LIMIT");
    set(w, { orderRate: null });
    strictEqual(w.refusal("a4"), undefined);
    set(w, { orderRate });
    strictEqual(w.refusal("a5"), undefined);
    strictEqual(w.refusal("a6"), undefined);
    strictEqual(w.refusal("a7"), "RATE_LIMIT");
  });
}

Deno.test("a replace is judged by what it adds, and counts at its larger version until it is done", () => {
  const w = new Limited().instrumentLimits({ maxPosition: qty(10_000) });
  w.place("a1", { orderQty: "6" });
  w.accept(1);
  strictEqual(w.replace("a2", { orig: "a1", qty: "11" })[0]?.rejectCode, "MAX_POSITION");
  strictEqual(w.replace("a3", { orig: "a1", qty: "9" })[0]?.execType, "PendingReplace");
  strictEqual(w.refusal("a4", { orderQty: "2" }), "MAX_POSITION");
  w.broker("ReplaceRejected", {
    order: null,
    clOrdId: "tl01234567-1-1",
    venueOrderId: null,
    rejectCode: "VENUE_REJECTED",
    text: "no",
  });
  strictEqual(w.refusal("a5", { orderQty: "2" }), undefined);
});

Deno.test("a replace is judged by what it leaves open: not by what was filled before, nor what was voided", () => {
  const w = new Limited().instrumentLimits({ maxPosition: qty(10_000) });
  w.place("a1", { orderQty: "9" });
  w.accept();
  w.fill(1, { id: "e1", qty: 2000 });
  w.fill(1, { id: "e2", qty: 3000 });
  w.broker("ExecutionVoided", { ...ref(1), execId: "v1", execRefId: "e2" });
  strictEqual(w.replace("a2", { orig: "a1", qty: "13.001" })[0]?.rejectCode, "MAX_POSITION");
  strictEqual(w.replace("a3", { orig: "a1", qty: "13" })[0]?.execType, "PendingReplace");
});

Deno.test("self-match looks at every client of the exchange, in flight too", () => {
  const w = new Limited().open({ session: 2, client: "bob" });
  w.exchangeLimits({ selfMatch: "refuse" });
  w.place("a1", { side: "Sell", price: "101" });
  strictEqual(w.refusal("b1", { price: "101" }, 2), "SELF_MATCH");
  strictEqual(w.refusal("b2", { price: "100.99" }, 2), undefined);
  w.cancel("a2", "a1");
  strictEqual(w.refusal("b3", { price: "101" }, 2), "SELF_MATCH");
  w.accept(1);
  w.cancelled(1);
  strictEqual(w.refusal("b4", { price: "101" }, 2), undefined);
});

/** Two accounts at one exchange that refuses self-matches; the second sees the book of the first. */
function twoAccounts(
  second: Partial<InstrumentSpec>,
  limits: Partial<InstrumentLimits> = {},
): Story {
  const story = new Story().begin({
    venues: [{ name: "a", exchange: "x" }, { name: "b", exchange: "x" }],
    instruments: [{ symbol: "BTC/USDT" }, { ...second, symbol: "BTC/USDT", at: 1 }],
  });
  story.control("LimitsSet", {
    scope: "exchange",
    exchange: "x",
    admin: true,
    limits: { ...NO_EXCHANGE_LIMITS, selfMatch: "refuse" },
  });
  const ofSecond = { ...NO_LIMITS, bookStaleMs: 60_000, ...limits };
  story.control("LimitsSet", { scope: "instrument", admin: true, limits: ofSecond }, {
    venue: 1,
    instrument: 1,
  });
  return story.book({ bids: ["99", "1"], asks: ["100", "1", "101", "50"] }, 0);
}

function refusalOf(story: Story): unknown {
  return story.effects.reports[0]?.rejectCode;
}

const COARSE = { qtyRule: { scale: 1, stepQuanta: 1, minQuanta: 1, maxQuanta: null } } as const;
const LINEAR = {
  assetClass: "linear",
  contract: { kind: "linear", multiplier: "1", settlement: "USDT" },
} as const;

Deno.test("a Market order is not measured by quantities of an account with other quanta", () => {
  const market = { on: 1, ordType: "Market", timeInForce: "IOC", qty: "100" } as const;
  const collar = { priceCollarPpm: 5_000 };
  strictEqual(refusalOf(twoAccounts({}, collar).place("b1", market)), "PRICE_COLLAR");
  strictEqual(refusalOf(twoAccounts(COARSE, collar).place("b1", market)), "PRICE_COLLAR");
  const one = { ...market, qty: "1" };
  strictEqual(refusalOf(twoAccounts({}, collar).place("b1", one)), undefined);
  strictEqual(refusalOf(twoAccounts(COARSE, collar).place("b1", one)), "PRICE_COLLAR");
});

Deno.test("self-match counts ours as reached where what is displayed counts in other quanta", () => {
  const buy = { on: 1, side: "Buy", px: "101" } as const;
  const sold = (story: Story): Story => story.place("a1", { side: "Sell", px: "101" });
  strictEqual(refusalOf(sold(twoAccounts({})).place("b1", { ...buy, qty: "1" })), undefined);
  strictEqual(refusalOf(sold(twoAccounts({})).place("b1", { ...buy, qty: "50" })), "SELF_MATCH");
  for (const qty of ["1", "50"]) {
    const story = sold(twoAccounts(COARSE)).place("b1", { ...buy, qty });
    strictEqual(refusalOf(story), "SELF_MATCH");
  }
});

Deno.test("self-match counts what the whole book displays before an order of ours behind it", () => {
  const behind = (): Story => twoAccounts({}).place("a1", { side: "Sell", px: "102" });
  const buy = { on: 1, side: "Buy", px: "102" } as const;
  strictEqual(refusalOf(behind().place("b1", { ...buy, qty: "51" })), undefined);
  strictEqual(refusalOf(behind().place("b1", { ...buy, qty: "52" })), "SELF_MATCH");
});

Deno.test("self-match lets a spot order hedge a perpetual of the same symbol and exchange", () => {
  const story = twoAccounts(LINEAR).place("b1", { on: 1, side: "Sell", px: "100" });
  strictEqual(refusalOf(story.place("a1", { side: "Buy", px: "101", qty: "50" })), undefined);
  strictEqual(refusalOf(story.place("a2", { side: "Sell", px: "101" })), "SELF_MATCH");
});

Deno.test("open orders of an exchange count over all asset classes", () => {
  const story = twoAccounts(LINEAR);
  story.control("LimitsSet", {
    scope: "exchange",
    exchange: "x",
    admin: true,
    limits: { ...NO_EXCHANGE_LIMITS, maxOpenOrders: 1 },
  });
  story.place("b1", { on: 1, side: "Sell", px: "102" });
  strictEqual(refusalOf(story.place("a1", { side: "Buy", px: "98" })), "MAX_OPEN_ORDERS");
});

Deno.test("open orders of a venue count at the exchange that its newest declaration names", () => {
  const story = twoAccounts({});
  const limits = { ...NO_EXCHANGE_LIMITS, maxOpenOrders: 1 };
  for (const exchange of ["x", "y"]) {
    story.control("LimitsSet", { scope: "exchange", exchange, admin: true, limits });
  }
  story.place("b1", { on: 1, side: "Sell", px: "102" });
  const elsewhere = declarationOf({ name: "b", exchange: "y" }, 1);
  story.control("VenueDeclared", elsewhere, { venue: 1 });
  strictEqual(refusalOf(story.place("b2", { on: 1, side: "Sell", px: "103" })), "MAX_OPEN_ORDERS");
  strictEqual(refusalOf(story.place("a1", { side: "Buy", px: "98" })), undefined);
});

Deno.test("the loss of the day counts from 00:00 UTC and lets only reducing orders pass", () => {
  const w = new Limited().instrumentLimits({ bookStaleMs: 3_600_000 });
  w.clientLimits("alice", { maxLoss: [{ currency: "USDT", most: "50.01" }] });
  w.market(10_000);
  w.place("a1", { orderQty: "10", price: "100" });
  w.accept(1);
  w.fill(1, { id: "e1", qty: 10_000, px: 10_000 });
  w.market(9_500);
  strictEqual(
    w.refusal("a2", { orderQty: "1" }),
    undefined,
    "50 lost, and 0.01 of commission, is the limit",
  );
  w.market(9_499);
  strictEqual(w.refusal("a3", { orderQty: "1" }), "MAX_LOSS");
  strictEqual(w.refusal("a4", { orderQty: "10", side: "Sell" }), undefined, "it reduces");
  strictEqual(w.refusal("a5", { orderQty: "1", side: "Sell" }), "MAX_LOSS", "all is reduced");
  w.nowUs += DAY_US - w.nowUs % DAY_US;
  w.market(9_499);
  strictEqual(w.refusal("a6", { orderQty: "1" }), undefined, "a new day");
  w.market(8_998);
  strictEqual(w.refusal("a7", { orderQty: "1" }), "MAX_LOSS");
  w.wait(3_600_001);
  const [report] = w.place("a8", { orderQty: "1" });
  match(report?.text ?? "", /not known, since a position has no fresh price/);
});

Deno.test("the loss of an account is that of all its clients together", () => {
  const w = new Limited().open({ session: 2, client: "bob" });
  w.instrumentLimits({ bookStaleMs: 1000 });
  w.venueLimits({ maxLoss: [{ currency: "USDT", most: "10" }] });
  w.market(10_000);
  w.place("a1", { orderQty: "10", price: "100" });
  w.accept(1);
  w.fill(1, { id: "e1", qty: 10_000, px: 10_000 });
  w.market(9_800);
  strictEqual(w.refusal("b1", { orderQty: "1" }, 2), "MAX_LOSS");
  strictEqual(w.refusal("b2", { orderQty: "1", side: "Sell" }, 2), undefined);
});

Deno.test("the tripwire halts an account whose venue sees it otherwise, twice in a row", () => {
  const w = new Limited();
  w.venueLimits({ tripwire: { reports: 2, tolerances: [{ currency: "USDT", most: "0.5" }] } });
  w.control("BalanceSet", { currency: "USDT", total: "100" });
  deepStrictEqual(w.reported("100.5"), []);
  deepStrictEqual(w.reported("100.51"), []);
  deepStrictEqual(w.reported("100"), [], "the count starts anew");
  deepStrictEqual(w.reported("99.4"), []);
  strictEqual(w.refusal("a1"), undefined);
  deepStrictEqual(w.reported("100", 1), ["FUNDS_MISMATCH"], "a position counts as well");
  strictEqual(w.refusal("a2"), "TRADING_HALTED");
  deepStrictEqual(w.reported("99"), [], "it is halted already");
  w.control("TradingStateSet", { state: "Active", reason: "looked at" });
  strictEqual(w.refusal("a3"), undefined);
  deepStrictEqual(w.reported("99"), [], "counted anew");
  deepStrictEqual(w.reported("99"), ["FUNDS_MISMATCH"]);
  const counters = w.timeline.view.counters();
  deepStrictEqual(
    ["account_reports", "account_mismatches", "tripwire_halts"].map((name) => counters[name]),
    [8, 6, 2],
  );
});

Deno.test("a report of the account with a known key counts once", () => {
  const w = new Limited();
  w.control("BalanceSet", { currency: "USDT", total: "100" });
  const payload = { balances: [{ currency: "USDT", total: "1" }], positions: [] };
  const event = { ...draft("broker_report", "AccountReported", payload), idempotencyKey: "k" };
  for (let round = 0; round < 5; round += 1) w.offer(event);
  strictEqual(w.refusal("a1"), undefined);
  strictEqual(w.timeline.view.counters()["duplicate_reports"], 4);
});

Deno.test("a Market order counts with its reference until it has ended", () => {
  const w = new Limited({ capabilities: { ordTypes: ["Limit", "Market"] } });
  w.instrumentLimits({ bookStaleMs: 1000, priceCollarPpm: 10_000 }).venueLimits({
    checkFunds: true,
  });
  w.control("BalanceSet", { currency: "USDT", total: "200" });
  const market = { ordType: "Market", price: null, timeInForce: "IOC", orderQty: "1" } as const;
  strictEqual(w.refusal("a1", market), "PRICE_COLLAR", "there is no book");
  w.market(9_999);
  strictEqual(w.refusal("a2", market), undefined, "101 held back: 1 % above the best ask");
  strictEqual(w.refusal("a3", { orderQty: "1", price: "99.01" }), "FUNDS");
  strictEqual(w.refusal("a4", { orderQty: "1", price: "99" }), undefined);
  ok(w.nowUs > micros(0));
});

Deno.test("the example of docs/reference/risk.md comes out as the page says", () => {
  const w = new Limited().pairLimits("alice", { maxPosition: qty(10_000) });
  w.exchangeLimits({ selfMatch: "refuse" }).venueLimits({ checkFunds: true });
  w.control("BalanceSet", { currency: "USDT", total: "1000" });
  strictEqual(w.refusal("a1", { orderQty: "6", price: "100" }), undefined);
  strictEqual(w.refusal("a2", { orderQty: "5", price: "50" }), "MAX_POSITION");
  strictEqual(w.refusal("a3", { orderQty: "4", price: "101" }), "FUNDS");
  w.accept(1);
  strictEqual(
    w.replace("a4", { orig: "a1", qty: "8", price: "90" })[0]?.execType,
    "PendingReplace",
  );
  strictEqual(w.refusal("a5", { orderQty: "2.001", price: "100" }), "MAX_POSITION", "8 count");
  strictEqual(w.refusal("a6", { orderQty: "2", price: "100.01" }), "FUNDS", "800 are held back");
  const refusal = { rejectCode: "VENUE_REJECTED", text: "no" } as const;
  w.broker("ReplaceRejected", { ...ref(1), ...refusal });
  strictEqual(w.refusal("a7", { orderQty: "1", price: "100", side: "Sell" }), "SELF_MATCH");
  w.fill(1, { id: "e1", qty: 6_000, px: 10_000 });
  const reducing = { side: "Sell", price: "110", reduceOnly: true } as const;
  strictEqual(w.refusal("a8", { orderQty: "7", ...reducing }), "REDUCE_ONLY");
  strictEqual(w.refusal("a9", { orderQty: "6", ...reducing }), undefined);
  strictEqual(w.refusal("a10", { orderQty: "1", ...reducing }), "REDUCE_ONLY");
});

Deno.test("reduce_only looks at the worst outcome of a betting market, not at a runner alone", () => {
  const w = new Limited();
  for (const [id, symbol] of [[1, "A"], [2, "B"]] as const) {
    w.control("InstrumentListed", {
      ...spotInstrument(),
      id: instrumentId(id),
      name: `test:${symbol}`,
      symbol,
      assetClass: "betting",
      contract: {
        kind: "betting",
        market: "m",
        currency: "USDT",
        commissionPpm: 0,
        discountPpm: 0,
        winners: 1,
        runners: 2,
      },
    }, instrumentId(id));
  }
  const back = { instrument: "test:A", price: "3", orderQty: "10" };
  strictEqual(w.refusal("a0", { ...back, reduceOnly: true }), "REDUCE_ONLY", "nothing is held");
  w.place("a1", back);
  w.accept(1);
  w.fill(1, { id: "e1", qty: 10_000, px: 300 });
  const only = { price: "3", reduceOnly: true } as const;
  const lay = { instrument: "test:A", side: "Sell", ...only } as const;
  strictEqual(w.refusal("a2", { instrument: "test:A", orderQty: "1", ...only }), "REDUCE_ONLY");
  strictEqual(w.refusal("a3", { ...lay, orderQty: "15.001" }), "REDUCE_ONLY");
  strictEqual(w.refusal("a4", { ...lay, orderQty: "15" }), undefined, "A wins: 20 - 30 = -10");
  strictEqual(w.refusal("a5", { ...lay, orderQty: "1" }), "REDUCE_ONLY", "with what is open");
  w.cancel("a6", "a4");
  w.accept(2);
  w.cancelled(2);
  strictEqual(w.refusal("a7", { instrument: "test:B", orderQty: "20", ...only }), undefined);
});
