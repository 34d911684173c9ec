/**
 * Scenarios of the guards: each limit at its edge, by scope, over orders in flight; the loss of the
 * day; the tripwire (R-CORE-7).
 * @module
 */
import {
  type ExchangeLimits,
  type FlowLimits,
  type InstrumentLimits,
  NO_ORDER_LIMITS,
  type OrderLimits,
  type ScopedLimits,
  type VenueLimits,
} from "../../../../core/limits.ts";
import { instrumentId, qty } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";
import type { Story } from "../story.ts";
import { contractOf, SPOT, type WorldSpec } from "../world.ts";
import { bob, fact, MARKET, runner, token } from "./outcome_facts.ts";

const NO_FLOW: FlowLimits = { maxOpenOrders: null, orderRate: null };
const NO_VENUE: VenueLimits = {
  ...NO_FLOW,
  maxLoss: [],
  checkFunds: false,
  tripwire: { reports: 2, tolerances: [] },
};

/** Limits of one scope; of the first venue and instrument unless told. */
function limit(story: Story, limits: ScopedLimits, admin: "admin" | "reload" = "admin"): Story {
  const payload = { ...limits, admin: admin === "admin" };
  return story.control("LimitsSet", payload, { venue: 0, instrument: 0 });
}

function instrument(story: Story, limits: Partial<InstrumentLimits>): Story {
  const usual = { priceCollarPpm: null, bookStaleMs: 60_000, initialMarginPpm: null };
  return limit(story, { scope: "instrument", limits: { ...NO_ORDER_LIMITS, ...usual, ...limits } });
}

function ofClient(story: Story, client: string, limits: Partial<OrderLimits> | null): Story {
  const whole = limits === null ? null : { ...NO_ORDER_LIMITS, ...limits };
  return limit(story, { scope: "clientInstrument", client, limits: whole });
}

function venue(story: Story, limits: Partial<VenueLimits>): Story {
  return limit(story, { scope: "venue", limits: { ...NO_VENUE, ...limits } });
}

function exchange(story: Story, limits: Partial<ExchangeLimits>, name = "test"): Story {
  const whole: ExchangeLimits = { ...NO_FLOW, selfMatch: "allow", ...limits };
  return limit(story, { scope: "exchange", exchange: name, limits: whole });
}

function balance(story: Story, currency: string, total = "1000"): Story {
  return story.control("BalanceSet", { currency, total }, { venue: 0 });
}

/** What the venue says of its account. */
function accountReport(
  story: Story,
  of: { readonly total: string; readonly held?: number; readonly key: string },
): Story {
  return story.offer({
    source: "broker_report",
    eventType: "AccountReported",
    venue: 0,
    key: of.key,
    payload: {
      balances: [{ currency: "USDT", total: of.total }],
      positions: of.held === undefined ? [] : [{ instrument: instrumentId(0), qty: of.held }],
    },
  });
}

const PERP: WorldSpec = {
  instruments: [
    contractOf("PERP/USDT", { kind: "linear", multiplier: "1", settlement: "USDT" }),
  ],
};

/** Guards, each by itself, then together. */
export const RISK: readonly Scenario[] = [
  {
    name: "new_version_counts_whole",
    requires: ["R-CORE-7", "fault 17"],
    description: "What the old version fills late is not taken off the one that is being placed.",
    tell: (story) => {
      const replace = "cancel_new" as const;
      story.begin({ venues: [{ name: "test", capabilities: { replace } }] });
      instrument(story, { maxPosition: qty(20_000) }).place("i1").accept(1)
        .replace("r1", { orig: "i1", qty: "12" }).cancelled(1)
        .fill(1, { id: "e1", qty: "4", px: "100", clOrdId: "tl01234567-1-1" })
        .place("i2", { qty: "4.001" }).place("i3", { qty: "4" }).accept(2)
        .accept(1, { clOrdId: "tl01234567-1-2" }).place("i4", { qty: "4.001" });
    },
  },
  {
    name: "new_version_counts_whole_while_it_rests",
    requires: ["R-CORE-7", "fault 17"],
    description: "Accepted, it may still fill all that it was sent with, replaced again or not.",
    tell: (story) => {
      const replace = "cancel_new" as const;
      story.begin({ venues: [{ name: "test", capabilities: { replace } }] });
      instrument(story, { maxPosition: qty(20_000) }).place("i1").accept(1)
        .replace("r1", { orig: "i1", qty: "12" }).cancelled(1)
        .accept(1, { clOrdId: "tl01234567-1-2", venueOrderId: "w1" })
        .fill(1, { id: "e1", qty: "4", px: "100", clOrdId: "tl01234567-1-1" })
        .place("i2", { qty: "4.001" }).fill(1, { id: "e2", qty: "2", px: "100" })
        .place("i3", { qty: "4.001" }).replace("r2", { orig: "r1", qty: "7" })
        .place("i4", { qty: "4.001" }).place("i5", { qty: "4" });
    },
  },
  {
    name: "worked_example_of_risk",
    requires: ["R-CORE-7"],
    description: "The worked example of the page about risk.",
    tell: (story) => {
      ofClient(story.begin(), "alice", { maxPosition: qty(10_000) });
      exchange(story, { selfMatch: "refuse" });
      balance(venue(story, { checkFunds: true }), "USDT");
      balance(story, "BTC", "0");
      story.place("i1", { qty: "6" }).accept(1).place("i2", { qty: "5", px: "50" })
        .place("i3", { qty: "4", px: "101" }).replace("r1", { orig: "i1", qty: "8", price: "90" })
        .replaceRejected(1, "VENUE_SUSPENDED").place("i4", { side: "Sell", qty: "1" })
        .fill(1, { id: "e1", qty: "6", px: "100" })
        .place("i5", { side: "Sell", qty: "7", px: "110", reduceOnly: true })
        .place("i6", { side: "Sell", qty: "6", px: "110", reduceOnly: true })
        .place("i7", { side: "Sell", qty: "1", px: "110", reduceOnly: true });
    },
  },
  {
    name: "largest_notional",
    requires: ["R-CORE-7"],
    description: "At the limit and above it; a Market order by the book, refused without one.",
    tell: (story) =>
      instrument(story.begin(), { maxOrderNotional: "1000" }).place("i1")
        .place("i2", { px: "100.01" }).place("i3", { ordType: "Market", timeInForce: "IOC" })
        .book({ bids: ["99", "1"], asks: ["100", "1"] })
        .place("i4", { ordType: "Market", timeInForce: "IOC" })
        .place("i5", { ordType: "Market", timeInForce: "IOC", qty: "10.001" })
        .place("i6", { ordType: "Market", timeInForce: "IOC", side: "Sell", qty: "10.001" }),
  },
  {
    name: "largest_position",
    requires: ["R-CORE-7"],
    description: "Worst case over what is open, being replaced and held; each side by itself.",
    tell: (story) => {
      ofClient(story.begin().open({ session: 2, client: "bob" }), "*", {
        maxPosition: qty(10_000),
      });
      instrument(story, { maxPosition: qty(15_000) });
      story.place("i1", { qty: "6" }).place("i2", { qty: "4" }).place("i3", { qty: "0.001" })
        .accept(1).replace("r1", { orig: "i1", qty: "6.001" })
        .replace("r2", { orig: "i1", qty: "3" }).place("i4", { qty: "1" })
        .replaced(1, { qty: "3", px: "100" }).place("i5", { qty: "3" })
        .place("b1", { qty: "5.001" }, 2).place("b2", { qty: "5" }, 2)
        .place("b3", { side: "Sell", qty: "10" }, 2).place("b4", { side: "Sell", qty: "0.001" }, 2)
        .fill(1, { id: "e1", qty: "3", px: "100" }).cancelled(2).place("i6", { qty: "4" })
        .place("i7", { side: "Sell", qty: "5" });
    },
  },
  {
    name: "most_open_orders",
    requires: ["R-CORE-7"],
    description:
      "By client in the instrument, client, instrument, venue, exchange; a replace is none.",
    tell: (story) => {
      story.begin({ instruments: [{ symbol: "BTC/USDT" }, { symbol: "ETH/USDT" }] })
        .open({ session: 2, client: "bob" });
      ofClient(story, "alice", { maxOpenOrders: 1 });
      limit(story, {
        scope: "client",
        client: "*",
        limits: { ...NO_FLOW, maxLoss: [], maxOpenOrders: 2 },
      });
      story.place("i1").place("i2").accept(1).replace("r1", { orig: "i1", qty: "9" })
        .place("i3", { on: 1 }).place("i4", { on: 1 });
      instrument(story, { maxOpenOrders: 2 }).place("b1", {}, 2).place("b2", {}, 2);
      venue(story, { maxOpenOrders: 3 }).place("b3", { on: 1 }, 2).cancelled(3);
      exchange(venue(story, {}), { maxOpenOrders: 2 }).place("b4", { on: 1 }, 2).cancelled(2)
        .place("b5", { on: 1 }, 2);
    },
  },
  {
    name: "no_self_match",
    requires: ["R-CORE-7"],
    description: "Across clients and venues of one exchange; in flight, at the price, by Market.",
    tell: (story) => {
      story.begin({
        venues: [{ name: "a", exchange: "x" }, { name: "b", exchange: "x" }, { name: "c" }],
        instruments: [
          { symbol: "BTC/USDT" },
          { symbol: "BTC/USDT", at: 1 },
          { symbol: "BTC/USDT", at: 2 },
        ],
      }).open({ session: 2, client: "bob" });
      exchange(story, { selfMatch: "refuse" }, "x").place("i1")
        .place("b1", { side: "Sell", on: 1 }, 2).place("b2", { side: "Sell", px: "100.01" }, 2)
        .place("b3", { side: "Sell", on: 2 }, 2)
        .place("b4", { side: "Sell", ordType: "Market", timeInForce: "IOC" }, 2)
        .accept(1).replace("r1", { orig: "i1", qty: "10", price: "100.01" })
        .replace("r2", { orig: "i1", qty: "10", price: "99" }).place("b5", {
          side: "Sell",
          px: "99.5",
        }, 2).replaced(1, { qty: "10", px: "99" }).place("b6", { side: "Sell", px: "99.5" }, 2);
    },
  },
  {
    name: "no_self_match_of_nothing_open",
    requires: ["R-CORE-7"],
    description:
      "A replace below what has traded has nothing open: it reaches nobody, with a book.",
    tell: (story) => {
      story.begin({
        venues: [{ name: "a", exchange: "x" }, { name: "b", exchange: "x" }],
        instruments: [{ symbol: "BTC/USDT" }, { symbol: "BTC/USDT", at: 1 }],
      }).open({ session: 2, client: "bob" });
      exchange(story, {}, "x").place("i1").accept(1).fill(1, { id: "e1", qty: "5", px: "100" })
        .place("b1", { side: "Sell", on: 1 }, 2);
      exchange(story, { selfMatch: "refuse" }, "x").replace("r1", { orig: "i1", qty: "4" })
        .book({ bids: ["99", "1"], asks: ["101", "1"] })
        .replace("r2", { orig: "i1", qty: "4" }).replace("r3", { orig: "i1", qty: "5" })
        .replace("r4", { orig: "i1", qty: "6" });
    },
  },
  {
    name: "one_market_of_one_exchange",
    requires: ["R-CORE-7"],
    description:
      "Spot and a perpetual of one symbol do not meet; a book in other quanta measures nothing.",
    tell: (story) => {
      const qtyRule = { scale: 1, stepQuanta: 1, minQuanta: 1, maxQuanta: null };
      const perpetual = { kind: "linear", multiplier: "1", settlement: "USDT" } as const;
      const market = { ordType: "Market", timeInForce: "IOC" } as const;
      const book = { bids: ["99", "50"], asks: ["100", "1", "101", "50"] } as const;
      story.begin({
        venues: ["a", "b", "c", "d"].map((name) => ({ name, exchange: "x" })),
        instruments: [
          { symbol: "BTC/USDT", qtyRule },
          { symbol: "BTC/USDT", at: 1 },
          contractOf("BTC/USDT", perpetual, { at: 2, qtyRule }),
          { symbol: "BTC/USDT", at: 3, qtyRule },
        ],
      });
      exchange(story, { selfMatch: "refuse" }, "x").book(book, 1).book(book, 2);
      instrument(story, { priceCollarPpm: 5000 });
      story.place("i1", { ...market, qty: "1" }).place("i2", { qty: "1", px: "98" });
      story.place("p1", { on: 2, side: "Sell", qty: "5", px: "97" });
      instrument(story, { bookStaleMs: 5000 });
      story.place("i3", { qty: "1", px: "98" }).place("s1", { on: 1, side: "Sell", px: "101" })
        .place("i4", { qty: "1", px: "101" }).book(book, 3)
        .place("i5", { qty: "1", px: "101" }).place("i6", { qty: "1.1", px: "101" })
        .wait(5001).place("i7", { qty: "1", px: "101" })
        .place("p2", { on: 2, qty: "1", px: "98" });
      story.accept(2).fill(2, { id: "e1", qty: "1", px: "98" });
      venue(story, { maxLoss: [{ currency: "USDT", most: "100" }] }).book(book, 1)
        .place("i8", { qty: "1", px: "90" }).book(book, 3).place("i9", { qty: "1", px: "90" });
      exchange(story, { maxOpenOrders: 5 }, "x").place("p3", { on: 2, qty: "1", px: "90" })
        .place("i10", { qty: "1", px: "89" });
    },
  },
  {
    name: "order_rate",
    requires: ["R-CORE-7", "R-CORE-3"],
    description:
      "Tokens of client, venue and exchange; what is refused and what is validated takes none.",
    tell: (story) => {
      story.begin();
      limit(story, {
        scope: "client",
        client: "alice",
        limits: { maxOpenOrders: null, maxLoss: [], orderRate: { perSecond: 2, burst: 2 } },
      });
      story.place("i1").place("i2", { validateOnly: true }).place("i3", { qty: "0" }).place("i4")
        .place("i5").accept(1).cancel("c1", { orig: "i1" }).wait(499).place("i6").wait(1)
        .place("i7");
      venue(story, { orderRate: { perSecond: 1, burst: 1 } }).wait(5000).place("i8").place("i9");
      exchange(venue(story, {}), { orderRate: { perSecond: 0.5, burst: 1 } }).place("i10").wait(500)
        .place("i11");
    },
  },
  {
    name: "loss_of_the_day",
    requires: ["R-CORE-7"],
    description:
      "Marked at the reference; cannot be told without one; a new day begins at midnight.",
    tell: (story) => {
      story.begin();
      limit(story, {
        scope: "client",
        client: "alice",
        limits: { ...NO_FLOW, maxLoss: [{ currency: "USDT", most: "5" }] },
      });
      instrument(story, {}).place("i1").fill(1, { id: "e1", qty: "10", px: "100" }).place("i2")
        .book({ bids: ["99.5", "1"], asks: ["99.5", "1"] }).place("i3")
        .book({ bids: ["99.49", "1"], asks: ["99.49", "1"] }).place("i4")
        .place("i5", { side: "Sell", qty: "10" }).place("i6", { side: "Sell", qty: "0.001" })
        .wait(7_200_000).place("i7").book({ bids: ["99.49", "1"], asks: ["99.49", "1"] })
        .place("i8");
    },
  },
  {
    name: "loss_and_the_worst_outcome",
    requires: ["R-CORE-7"],
    description:
      "Where a loss lets only reducing pass, bets and outcomes count by the worst outcome.",
    tell: (story) => {
      const outcomes = [token("YES", "NO"), token("NO", "YES")];
      story.begin({ instruments: [...(MARKET.instruments ?? []), ...outcomes] });
      bob(story);
      const maxLoss = [{ currency: "GBP", most: "5" }, { currency: "USD", most: "1" }];
      const lost = (client: string, most: typeof maxLoss): Story =>
        limit(story, { scope: "client", client, limits: { ...NO_FLOW, maxLoss: most } });
      story.place("i1", { side: "Sell", qty: "10", px: "3" })
        .fill(1, { id: "e1", qty: "10", px: "3", feeCurrency: "GBP" })
        .place("i2", { on: 3, qty: "10", px: "0.5" })
        .fill(2, { id: "e2", qty: "10", px: "0.5", feeCurrency: "USD" });
      lost("alice", maxLoss).place("i3", { on: 1, qty: "0.01", px: "2" })
        .place("i4", { on: 1, side: "Sell", qty: "10", px: "2" })
        .place("i5", { qty: "20.01", px: "2" }).place("i6", { qty: "20", px: "2" }).accept(4)
        .place("i7", { qty: "0.01", px: "2" }).replace("r1", { orig: "i6", qty: "20.01" })
        .replace("r2", { orig: "i6", qty: "15" }).replaced(4, { qty: "15", px: "2" })
        .place("i8", { on: 2, side: "Sell", qty: "1", ordType: "Market", timeInForce: "IOC" })
        .place("i9", { on: 3, qty: "0.01", px: "0.01" })
        .place("i10", { on: 4, qty: "10", px: "0.5" })
        .place("i11", { on: 4, qty: "10.02", px: "0.5" });
      story.place("b1", { qty: "30", px: "3" }, 2)
        .fill(6, { id: "e6", qty: "30", px: "3", feeCurrency: "GBP" });
      lost("bob", maxLoss).place("b2", { side: "Sell", qty: "30", px: "4.01" }, 2)
        .place("b3", { side: "Sell", qty: "30", px: "4" }, 2);
      lost("alice", []);
      lost("bob", []);
      venue(story, { maxLoss }).place("b4", { side: "Sell", qty: "0.01", px: "2" }, 2)
        .cancelled(3).cancelled(4).cancelled(7).place("i12", { qty: "1", px: "3" })
        .place("b5", { side: "Sell", qty: "25", px: "2.6" }, 2)
        .place("b6", { side: "Sell", qty: "10", px: "3.01" }, 2)
        .place("b7", { side: "Sell", qty: "10", px: "3" }, 2)
        .place("i13", { side: "Sell", qty: "5", px: "3" }).cancelled(9)
        .place("i14", { side: "Sell", qty: "5", px: "3" });
    },
  },
  {
    name: "loss_by_charges",
    requires: ["R-CORE-7"],
    description:
      "Commission, also of base and voided, funding, fees and interest; a day begins without them.",
    tell: (story) => {
      const maxLoss = [{ currency: "USDT", most: "5" }, { currency: "BNB", most: "0.1" }];
      limit(story.begin(), { scope: "client", client: "alice", limits: { ...NO_FLOW, maxLoss } });
      instrument(story, {}).book({ bids: ["100", "1"], asks: ["100", "1"] })
        .place("i1").fill(1, { id: "e1", qty: "10", px: "100", fee: "5" })
        .place("i2").place("i3", { side: "Sell", qty: "9" })
        .fill(3, { id: "e3", qty: "9", px: "100", fee: "0.0001", feeCurrency: "BTC" })
        .place("i4").void(3, { execId: "x3", ref: "e3" }).place("i5");
      const cash = { currency: "USDT", client: "alice", tag: null } as const;
      fact(story, "CashPosted", { payload: { ...cash, kind: "rebate", amount: "1" } });
      fact(story, "CashPosted", { payload: { ...cash, kind: "withdrawal", amount: "-9" } });
      story.place("i6").fill(2, { id: "e2", qty: "1", px: "100", fee: "1.0001" }).place("i7");
      fact(story, "CashPosted", { payload: { ...cash, kind: "interest", amount: "0.0001" } });
      story.place("i8").fill(5, { id: "e5", qty: "1", px: "100", fee: "0.11", feeCurrency: "BNB" })
        .place("i9").wait(7_200_000).book({ bids: ["100", "1"], asks: ["100", "1"] }).place("j1")
        .fill(4, { id: "e4", qty: "1", px: "100", fee: "0.1", feeCurrency: "BNB" }).place("j2");
      fact(story, "FundingPosted", { payload: { currency: "USDT", amount: "-5.01" }, on: 0 })
        .place("j3");
    },
  },
  {
    name: "loss_by_a_middle_that_is_no_price",
    requires: ["R-CORE-7"],
    description:
      "A middle of 0 or below values nothing but a linear contract: no loss can be told.",
    tell: (story) => {
      story.begin();
      limit(story, {
        scope: "client",
        client: "alice",
        limits: { ...NO_FLOW, maxLoss: [{ currency: "USDT", most: "2000" }] },
      });
      instrument(story, {}).place("i1", { side: "Sell" })
        .fill(1, { id: "e1", qty: "10", px: "100" })
        .book({ bids: ["0", "1"], asks: ["0.01", "1"] }).place("i2", { px: "1", side: "Sell" })
        .book({ bids: ["-1", "1"], asks: ["1", "1"] }).place("i3", { px: "1", side: "Sell" })
        .place("i4", { px: "1" })
        .book({ bids: ["0.01", "1"], asks: ["0.02", "1"] }).place("i5", { px: "1", side: "Sell" });
    },
  },
  {
    name: "funds",
    requires: ["R-CORE-7"],
    description:
      "Cash less what open orders hold back; nothing known of a currency is nothing there.",
    tell: (story) => {
      venue(story.begin(), { checkFunds: true }).place("i1");
      balance(story, "USDT").place("i2").place("i3", { qty: "0.001" }).accept(1)
        .replace("r1", { orig: "i2", qty: "5" }).place("i4", { qty: "0.001" })
        .replaced(1, { qty: "5", px: "100" }).place("i5", { qty: "5" })
        .place("i6", { side: "Sell", qty: "1" }).fill(1, { id: "e1", qty: "5", px: "100" })
        .place("i7", { side: "Sell", qty: "5" }).place("i8", { side: "Sell", qty: "0.001" });
    },
  },
  {
    name: "funds_without_a_price",
    requires: ["R-CORE-7"],
    description: "What is sold, and a stake, need no book to be covered; what is bought for does.",
    tell: (story) => {
      venue(story.begin({ instruments: [SPOT, runner("A")] }), { checkFunds: true });
      balance(balance(balance(story, "BTC", "5"), "USDT"), "GBP", "5");
      const market = { ordType: "Market", timeInForce: "IOC" } as const;
      story.place("i1", { ...market, side: "Sell", qty: "4" })
        .place("i2", { ...market, side: "Sell", qty: "2" })
        .place("i3", { ...market, side: "Sell", qty: "1" }).place("i4", { ...market, qty: "1" })
        .place("j1", { ...market, qty: "4", on: 1 }).place("j2", { ...market, qty: "2", on: 1 })
        .place("j3", { ...market, qty: "1", on: 1 })
        .place("j4", { ...market, side: "Sell", qty: "1", on: 1 });
    },
  },
  {
    name: "funds_of_bets_that_trade_out",
    requires: ["R-CORE-7"],
    description: "With nothing free a bet passes that leaves the account's worst outcome as it is.",
    tell: (story) => {
      venue(story.begin(MARKET), { checkFunds: true }).open({ session: 2, client: "bob" });
      balance(story, "GBP", "100").place("i1", { qty: "100", px: "3" })
        .fill(1, { id: "e1", qty: "100", px: "3", feeCurrency: "GBP" })
        .place("i2", { side: "Sell", qty: "150", px: "2" })
        .place("i3", { on: 1, qty: "0.01", px: "9" })
        .place("i4", { on: 1, side: "Sell", qty: "0.01", px: "1.01" });
      story.place("b1", { side: "Sell", qty: "150", px: "2" }, 2)
        .place("b2", { side: "Sell", qty: "0.01", px: "1.02" }, 2).accept(2)
        .replace("r1", { orig: "i2", qty: "150.01" }).replace("r2", { orig: "i2", qty: "150" })
        .replace("r3", { orig: "i2", qty: "75", price: "3" })
        .place("i5", { ordType: "Market", timeInForce: "IOC", qty: "1" })
        .place("i6", { ordType: "Market", timeInForce: "IOC", side: "Sell", qty: "1" })
        .fill(2, { id: "e2", qty: "100", px: "2", feeCurrency: "GBP" })
        .place("i7", { side: "Sell", qty: "50", px: "2" });
    },
  },
  {
    name: "funds_of_derivatives",
    requires: ["R-CORE-7"],
    description: "Margin of orders and positions; what only reduces needs none.",
    tell: (story) => {
      venue(story.begin(PERP), { checkFunds: true });
      balance(instrument(story, { initialMarginPpm: 100_000 }), "USDT", "100");
      story.place("i1").place("i2", { qty: "0.001" }).fill(1, { id: "e1", qty: "10", px: "100" })
        .place("i3", { qty: "0.001" }).place("i4", { side: "Sell", qty: "10" })
        .place("i5", { side: "Sell", qty: "0.001" });
    },
  },
  {
    name: "limits_only_tighten",
    requires: ["R-CORE-7"],
    description: "A reload takes the stricter of each; loosening needs the administrator.",
    tell: (story) => {
      const limits = {
        ...NO_ORDER_LIMITS,
        maxOrderQty: qty(10_000),
        priceCollarPpm: null,
        bookStaleMs: 1000,
        initialMarginPpm: null,
      };
      limit(story.begin(), { scope: "instrument", limits });
      limit(
        story,
        { scope: "instrument", limits: { ...limits, maxOrderQty: qty(5_000) } },
        "reload",
      );
      story.place("i1");
      limit(
        story,
        { scope: "instrument", limits: { ...limits, maxOrderQty: qty(20_000) } },
        "reload",
      );
      story.place("i2");
      limit(story, { scope: "instrument", limits: { ...limits, maxOrderQty: null } }).place("i3");
      ofClient(story, "*", { maxOrderQty: qty(1_000) }).place("i4");
      limit(story, { scope: "clientInstrument", client: "alice", limits: null }, "reload").place(
        "i5",
      );
      ofClient(story, "alice", {}).place("i6");
      limit(story, { scope: "clientInstrument", client: "alice", limits: null }, "reload").place(
        "i7",
      );
      ofClient(story, "alice", null).place("i8");
    },
  },
  {
    name: "guards_in_their_order",
    requires: ["R-CORE-7"],
    description:
      "Everything is wrong with an order; what is put right one by one shows the next guard.",
    tell: (story) => {
      const order = { side: "Sell", reduceOnly: true } as const;
      const orderRate = { perSecond: 0.001, burst: 1 };
      const loss = { checkFunds: true, maxLoss: [{ currency: "USDT", most: "0" }] };
      story.begin().place("l1", { qty: "1", px: "100" })
        .fill(1, { id: "e1", qty: "1", px: "100" })
        .place("l2", { side: "Sell", qty: "1", px: "90" })
        .fill(2, { id: "e2", qty: "1", px: "90" });
      venue(story, { orderRate }).place("i0", { px: "100" }); // takes the only token
      venue(story, { orderRate, ...loss });
      exchange(story, { selfMatch: "refuse" });
      instrument(story, {
        maxOrderQty: qty(1),
        maxOrderNotional: "0",
        maxPosition: qty(0),
        maxOpenOrders: 0,
        priceCollarPpm: 0,
      }).killSwitch("on").tradingState("Halted").place("i1", order).killSwitch("off")
        .place("i2", order).tradingState("Active").place("i3", order)
        .place("i4", { side: "Sell" });
      instrument(story, {
        maxOrderNotional: "0",
        maxPosition: qty(0),
        maxOpenOrders: 0,
        priceCollarPpm: 0,
      }).place("i5", { side: "Sell" });
      instrument(story, { maxPosition: qty(0), maxOpenOrders: 0, priceCollarPpm: 0 })
        .place("i6", { side: "Sell" });
      instrument(story, { maxOpenOrders: 0, priceCollarPpm: 0 }).place("i7", { side: "Sell" });
      instrument(story, { priceCollarPpm: 0 }).place("i8", { side: "Sell" });
      instrument(story, {}).place("i9", { side: "Sell" }).place("i10", { side: "Sell", px: "101" });
      venue(story, loss).place("i11", { side: "Sell", px: "101" });
      venue(story, { checkFunds: true }).place("i12", { side: "Sell", px: "101" });
    },
  },
  {
    name: "tripwire",
    requires: ["R-CORE-7", "fault 25"],
    description: "Two reports in a row that differ halt the account; one that agrees starts anew.",
    tell: (story) => {
      balance(story.begin(), "USDT").place("i1").fill(1, { id: "e1", qty: "1", px: "100" });
      accountReport(story, { total: "900", held: 1000, key: "a" });
      accountReport(story, { total: "901", held: 1000, key: "b" });
      accountReport(story, { total: "900", held: 1000, key: "c" });
      accountReport(story, { total: "900", held: 999, key: "d" });
      accountReport(story, { total: "900", held: 999, key: "d" });
      accountReport(story, { total: "900.01", key: "e" }).place("i2");
      accountReport(story, { total: "900.01", key: "f" }).tradingState("Active", 0);
      const tolerances = [{ currency: "USDT", most: "0.01" }];
      venue(story, { tripwire: { reports: 1, tolerances } });
      accountReport(story, { total: "899.99", key: "g" });
      accountReport(story, { total: "899.98", key: "h" }).place("i3");
    },
  },
];
