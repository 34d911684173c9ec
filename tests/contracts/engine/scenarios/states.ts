/**
 * Scenarios of trading states, the kill switch, books and collars, halts (R-CORE-7).
 * @module
 */
import type { ControlPayloads } from "../../../../core/event.ts";
import { NO_LIMITS } from "../../../../core/limits.ts";
import { qty } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";
import type { Story } from "../story.ts";
import { contractOf } from "../world.ts";

/** A runner whose odds end at 10. */
const BOUNDED_ODDS = contractOf("A", {
  kind: "betting",
  market: "m",
  currency: "GBP",
  commissionPpm: 50_000,
  discountPpm: 0,
  winners: 1,
  runners: 3,
}, {
  quote: "GBP",
  priceRule: {
    scale: 2,
    ticks: [
      { fromQuanta: 101, stepQuanta: 1 },
      { fromQuanta: 200, stepQuanta: 2 },
      { fromQuanta: 300, stepQuanta: 5 },
    ],
    maxQuanta: 1_000,
  },
  qtyRule: { scale: 2, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
});

/** Limits of the first instrument. */
function limits(
  story: Story,
  of: { readonly maxOrderQty?: number; readonly priceCollarPpm?: number; bookStaleMs?: number },
): Story {
  const maxOrderQty = of.maxOrderQty === undefined ? null : qty(of.maxOrderQty);
  const payload = {
    scope: "instrument",
    admin: true,
    limits: { ...NO_LIMITS, ...of, maxOrderQty },
  } as const;
  return story.control("LimitsSet", payload, { instrument: 0 });
}

/** Limits of the first instrument as a reload brings them. */
function reloaded(maxOrderQty: number): ControlPayloads["LimitsSet"] {
  const limits = { ...NO_LIMITS, maxOrderQty: qty(maxOrderQty) };
  return { scope: "instrument", admin: false, limits };
}

/** States, switches, books. */
export const STATES: readonly Scenario[] = [
  {
    name: "configuration_reloaded",
    requires: ["R-OPS-2", "R-CORE-7"],
    description:
      "Limits that come with a reload tighten and never loosen; what rests stays as it is.",
    tell: (story) =>
      limits(story.begin(), { maxOrderQty: 10_000 }).place("i1").accept(1)
        .control("ConfigurationReloaded", { configuration: "{}", configDigest: "reloaded" })
        .control("LimitsSet", reloaded(5_000), { instrument: 0 }).place("i2")
        .control("ConfigurationReloaded", { configuration: "{}", configDigest: "again" })
        .control("LimitsSet", reloaded(20_000), { instrument: 0 }).place("i3")
        .place("i4", { qty: "5" }),
  },
  {
    name: "kill_switch",
    requires: ["R-CORE-7"],
    description:
      "On: everything is cancelled, nothing new is taken; cancels that fail are insisted on.",
    tell: (story) =>
      story.begin().open({ session: 2, client: "bob" }).place("i1").place("b1", {}, 2).accept(1)
        .killSwitch("on").place("i2").replace("r1", { orig: "i1", qty: "11" }).accept(2)
        .cancelled(2).cancelRejected(1, "VENUE_RATE_LIMIT").toDeadline().cancelled(1)
        .killSwitch("off").place("i3"),
  },
  {
    name: "halted",
    requires: ["R-CORE-7"],
    description: "Operator, account or client: the strictest counts, cancels still go.",
    tell: (story) =>
      story.begin().place("i1").accept(1).tradingState("Halted").place("i2")
        .cancel("c1", { orig: "i1" }).tradingState("Active").tradingState("Halted", 0).place("i3")
        .tradingState("Active", 0).riskFlag("f1", "Halted").place("i4").riskFlag("f2", "Active")
        .place("i5"),
  },
  {
    name: "reducing_only_reduces",
    requires: ["R-CORE-7"],
    description:
      "A flat book cannot open, an oversize order cannot flip, pending ones count together.",
    tell: (story) =>
      story.begin().place("i1", { qty: "5" }).accept(1).fill(1, { id: "e1", qty: "5", px: "100" })
        .riskFlag("f1", "Reducing").place("i2", { qty: "1" })
        .place("i3", { side: "Sell", qty: "6" }).place("i4", { side: "Sell", qty: "3" }).accept(2)
        .place("i5", { side: "Sell", qty: "3" }).place("i6", { side: "Sell", qty: "2" })
        .replace("r4", { orig: "i4", qty: "4" }).replace("r5", { orig: "i4", qty: "2" }),
  },
  {
    name: "reduce_only_orders",
    requires: ["R-CORE-7"],
    description: "reduce_only looks at the client's own position, whatever the account holds.",
    tell: (story) =>
      story.begin().open({ session: 2, client: "bob" }).place("i1", { side: "Sell", qty: "5" })
        .accept(1).fill(1, { id: "e1", qty: "5", px: "100" })
        .place("b1", { reduceOnly: true, qty: "1" }, 2).place("i2", { reduceOnly: true, qty: "6" })
        .place("i3", { reduceOnly: true, qty: "5" }),
  },
  {
    name: "largest_order",
    requires: ["R-CORE-7"],
    description: "At the limit and above it; a replace counts its whole quantity.",
    tell: (story) =>
      limits(story.begin(), { maxOrderQty: 10_000 }).place("i1", { qty: "10" })
        .place("i2", { qty: "10.001" }).accept(1).replace("r1", { orig: "i1", qty: "10.001" }),
  },
  {
    name: "price_collar",
    requires: ["R-CORE-7", "fault 22"],
    description: "Beyond the far side of the book, without one, with a stale one, and back.",
    tell: (story) =>
      limits(story.begin(), { priceCollarPpm: 10_000, bookStaleMs: 1000 }).place("i1")
        .book({ bids: ["99", "5"], asks: ["100", "5"] }).place("i2", { px: "101" })
        .place("i3", { px: "101.01" }).place("i4", { side: "Sell", px: "98.01" })
        .place("i5", { side: "Sell", px: "98" }).wait(1001).place("i6")
        .bookDelta({ bids: ["99", "0"], asks: ["100", "0"] }).place("i7")
        .bookDelta({ bids: ["98", "1"] }).place("i8", { px: "98.98" }).place("i9", { px: "98.99" }),
  },
  {
    name: "market_order_in_the_collar",
    requires: ["R-CORE-7"],
    description: "What is displayed inside the collar must hold a Market order whole.",
    tell: (story) =>
      limits(story.begin(), { priceCollarPpm: 10_000, bookStaleMs: 1000 })
        .book({ bids: ["99", "5"], asks: ["100", "5", "101", "3", "101.01", "50"] })
        .place("i1", { ordType: "Market", timeInForce: "IOC", qty: "8" })
        .place("i2", { ordType: "Market", timeInForce: "IOC", qty: "8.001" })
        .place("i3", { ordType: "Market", timeInForce: "IOC", side: "Sell", qty: "5" })
        .place("i4", { ordType: "Market", timeInForce: "IOC", side: "Sell", qty: "5.001" }),
  },
  {
    name: "feed_that_lost_its_place",
    requires: ["R-CORE-7", "fault 22", "fault 23"],
    description: "After a gap the book is no reference until a snapshot; a quote does not heal it.",
    tell: (story) => {
      limits(story.begin(), { priceCollarPpm: 10_000, bookStaleMs: 60_000 });
      const quote = {
        bidPx: story.quanta(0, { px: "99", qty: "1" }).lastPx,
        bidQty: qty(1000),
        askPx: null,
        askQty: qty(0),
        updateId: null,
      };
      const market = { source: "market_data", venue: 0, instrument: 0 } as const;
      story.offer({ ...market, eventType: "QuoteUpdated", payload: quote })
        .place("i1", { px: "99.99" }).place("i2")
        .offer({ ...market, eventType: "BookInvalidated", payload: { reason: "gap" } }).place("i3")
        .offer({ ...market, eventType: "QuoteUpdated", payload: quote }).place("i4", { px: "99" })
        .book({ asks: ["100", "1"] }).place("i5").bookDelta({ asks: ["101", "1"] })
        .offer({ ...market, eventType: "BookInvalidated", payload: { reason: "gap" } })
        .bookDelta({ asks: ["102", "1"] })
        .offer({ ...market, eventType: "QuoteUpdated", payload: quote }).place("i6")
        .book({ asks: ["100", "1"] }).place("i7");
    },
  },
  {
    name: "odds_the_right_way_round",
    requires: ["R-CORE-7", "R-HOT-1"],
    description:
      "The best bid of a betting market is the lowest odds, the best ask the highest; a " +
      "price that a bounded ladder does not have is no level and no price of an order.",
    tell: (story) => {
      limits(story.begin({ instruments: [BOUNDED_ODDS] }), {
        priceCollarPpm: 100_000,
        bookStaleMs: 60_000,
      });
      story.book({
        bids: ["3.05", "10", "3.1", "20"],
        asks: ["3", "5", "2.98", "7", "2.99", "900"],
      })
        .place("i1", { qty: "12", ordType: "Market" })
        .place("i2", { qty: "13", ordType: "Market" })
        .place("i3", { qty: "5", px: "2.7" }).place("i4", { qty: "5", px: "2.68" })
        .place("i5", { side: "Sell", qty: "5", px: "3.35" })
        .place("i6", { side: "Sell", qty: "5", px: "3.4" })
        .place("i7", { qty: "5", px: "10.5" }).place("i8", { qty: "5", px: "10" })
        .bookDelta({ asks: ["3", "0", "2.99", "1"] })
        .place("i9", { qty: "8", ordType: "Market" });
    },
  },
  {
    name: "quotes_are_a_book_of_one_level",
    requires: ["R-CORE-7", "R-CORE-6"],
    description: "Without depth the quote is the reference and the mark; a quantity of 0 is none.",
    tell: (story) => {
      limits(story.begin(), { priceCollarPpm: 10_000, bookStaleMs: 60_000 });
      const quote = (of: { readonly bid: string; readonly ask: string }): void => {
        const bid = story.quanta(0, { px: "98.99", qty: of.bid });
        const ask = story.quanta(0, { px: "100", qty: of.ask });
        story.offer({
          source: "market_data",
          venue: 0,
          instrument: 0,
          eventType: "QuoteUpdated",
          payload: {
            bidPx: bid.lastPx,
            bidQty: bid.lastQty,
            askPx: ask.lastPx,
            askQty: ask.lastQty,
            updateId: null,
          },
        });
      };
      quote({ bid: "1", ask: "1" });
      story.place("i1", { px: "101" }).fill(1, { id: "e1", qty: "1", px: "100" });
      quote({ bid: "1", ask: "0" });
      story.place("i2", { px: "101" }).place("i3", { px: "99.97" });
      quote({ bid: "0", ask: "0" });
      story.place("i4", { px: "99" });
      quote({ bid: "1", ask: "1" });
    },
  },
  {
    name: "broken_rule_halts_the_account",
    requires: ["R-CORE-5"],
    description: "An execution without a quantity: the account is halted, the effects withheld.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "0", px: "100" }).place("i2")
        .tradingState("Active", 0).place("i3"),
  },
  {
    name: "broken_rule_only_warns",
    requires: ["R-CORE-5"],
    description: "With warn the rule is counted and alarmed, and trading goes on.",
    tell: (story) =>
      story.begin({ settings: { invariants: "warn" } }).place("i1").accept(1)
        .fill(1, { id: "e1", qty: "0", px: "100" }).place("i2"),
  },
  {
    name: "malformed_book_halts_the_account",
    requires: ["R-CORE-5"],
    description: "A book with half a level.",
    tell: (story) =>
      story.begin().offer({
        source: "market_data",
        eventType: "BookSnapshot",
        venue: 0,
        instrument: 0,
        payload: { bids: [1], asks: [], updateId: null },
      }).place("i1"),
  },
  {
    name: "events_about_nothing",
    requires: ["R-CORE-5"],
    description:
      "Venues and instruments that were never declared; market data that concerns nobody.",
    tell: (story) =>
      story.begin().venue("up", 5).tradingState("Active", 0).tradingState("Active")
        .tradingState("Halted", 7).tradingState("Active")
        .offer({
          source: "market_data",
          eventType: "BookInvalidated",
          instrument: 9,
          payload: { reason: "told" },
        })
        .offer({
          source: "timer",
          eventType: "IntervalElapsed",
          payload: { intervalMs: 1000, dueUs: story.sentUs },
        })
        .place("i1"),
  },
];
