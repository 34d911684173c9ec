/**
 * Scenarios of accounts that are opened, adopted, or opened by the operator's word (R-EXEC-5).
 * @module
 */
import { NO_LIMITS } from "../../../../core/limits.ts";
import { qty } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";
import type { VenueStory } from "../venue_story.ts";
import { contractOf, type WorldSpec } from "../world.ts";

const WHOLE = { scale: 0, stepQuanta: 1, minQuanta: 1, maxQuanta: null } as const;
const ALL_CLASSES: WorldSpec = {
  instruments: [
    { symbol: "BTC/USDT" },
    contractOf("PERP/USDT", { kind: "linear", multiplier: "0.1", settlement: "USDT" }, {
      qtyRule: WHOLE,
    }),
    contractOf("INV/USD", { kind: "inverse", multiplier: "100", settlement: "BTC" }, {
      base: "BTC",
      quote: "USD",
      qtyRule: WHOLE,
    }),
    contractOf("RAIN", {
      kind: "binary",
      condition: "rain",
      outcome: "yes",
      netting: "signed",
      complement: null,
      collateral: "USD",
      payout: "1",
    }, { quote: "USD", qtyRule: WHOLE }),
    contractOf("RED", {
      kind: "betting",
      market: "race",
      currency: "GBP",
      commissionPpm: 50_000,
      discountPpm: 100_000,
      winners: 1,
      runners: 3,
    }, {
      base: "RED",
      quote: "GBP",
      priceRule: { scale: 2, ticks: [{ fromQuanta: 101, stepQuanta: 1 }] },
      qtyRule: { ...WHOLE, scale: 2 },
    }),
  ],
};
const TRIPWIRE = {
  maxOpenOrders: null,
  orderRate: null,
  maxLoss: [],
  checkFunds: false,
  tripwire: { reports: 1, tolerances: [] },
} as const;

/** Books of these instruments are a reference for a minute. */
function measured(story: VenueStory, instruments: readonly number[]): VenueStory {
  const limits = { ...NO_LIMITS, bookStaleMs: 60_000 };
  for (const instrument of instruments) {
    const set = { scope: "instrument", admin: true, limits } as const;
    story.control("LimitsSet", set, { venue: 0, instrument });
  }
  return story;
}

/** Accounts that begin. */
export const OPENINGS: readonly Scenario[] = [
  {
    name: "account_opens",
    requires: ["R-EXEC-5", "R-CORE-6"],
    description: "What the first report holds is posted to external; the next are compared.",
    tell: (story) =>
      story.begin()
        .accountReported({
          balances: { USDT: "1000.50", BTC: "2" },
          positions: [{ on: 0, qty: "1.5", px: "90" }],
        })
        .accountReported({ balances: { USDT: "1000.5", BTC: "2" } })
        .accountReported({ balances: { USDT: "1000" } })
        .accountReported({ balances: { USDT: "1000" }, positions: [{ on: 0, qty: "1.5" }] }),
  },
  {
    name: "account_opens_in_every_class",
    requires: ["R-EXEC-5", "R-CORE-6"],
    description: "Positions of each class are booked at the price that the venue has for them.",
    tell: (story) =>
      story.begin(ALL_CLASSES).accountReported({
        balances: { USDT: "100", BTC: "1", USD: "0", GBP: "-3.25" },
        positions: [
          { on: 1, qty: "7", px: "101.5" },
          { on: 2, qty: "-3", px: "99" },
          { on: 3, qty: "-4", px: "0.4" },
          { on: 4, qty: "5.25", px: "3" },
        ],
      }).accountReported({
        balances: { USDT: "100", BTC: "1", USD: "0", GBP: "-3.25" },
        positions: [{ on: 1, qty: "7" }, { on: 2, qty: "-3" }, { on: 3, qty: "-4" }],
      }),
  },
  {
    name: "account_opens_after_orders",
    requires: ["R-EXEC-5", "R-CORE-6"],
    description: "The first report includes what our orders did before it.",
    tell: (story) =>
      story.begin().place("i1").fill(1, { id: "e1", qty: "10", px: "100", fee: "0.1" })
        .accountReported({
          balances: { USDT: "500", BTC: "12" },
          positions: [{ on: 0, qty: "12", px: "95" }],
        })
        .place("i2", { side: "Sell", qty: "12" })
        .fill(2, { id: "e2", qty: "12", px: "101" })
        .accountReported({ balances: { USDT: "1712", BTC: "0" } }),
  },
  {
    name: "account_opens_without_a_price",
    requires: ["R-EXEC-5"],
    description: "A position without a price is not booked: an alarm, then it differs.",
    tell: (story) =>
      story.begin()
        .control("LimitsSet", { scope: "venue", admin: true, limits: TRIPWIRE }, { venue: 0 })
        .accountReported({ positions: [{ on: 0, qty: "1" }] })
        .accountReported({ positions: [{ on: 0, qty: "1" }] }),
  },
  {
    name: "account_opens_beyond_counting",
    requires: ["R-EXEC-5", "R-CORE-5"],
    description:
      "A difference of more than 2^53 breaks a rule, with a price or without; in bounds it opens.",
    tell: (story) =>
      story.begin()
        .accountReported({ positions: [{ on: 0, qty: "-9007199254740.991", px: "1" }] })
        .adopted()
        .accountReported({
          balances: { USDT: "7" },
          positions: [{ on: 0, qty: "0.001", px: "1" }],
        })
        .accountReported({ positions: [{ on: 0, qty: "0.001" }] })
        .accountReported({ balances: { USDT: "7" }, positions: [{ on: 0, qty: "0", px: "1" }] }),
  },
  {
    name: "account_opened_by_a_balance",
    requires: ["R-EXEC-5"],
    description: "The operator has said what the account holds: the first report is compared.",
    tell: (story) =>
      story.begin()
        .control("BalanceSet", { currency: "USDT", total: "1000" }, { venue: 0 })
        .accountReported({ balances: { USDT: "999" } })
        .accountReported({ balances: { USDT: "999" } }),
  },
  {
    name: "account_adopted",
    requires: ["R-EXEC-5"],
    description: "After a mismatch the operator takes the venue's word, for the next report only.",
    tell: (story) =>
      story.begin()
        .control("BalanceSet", { currency: "USDT", total: "1000" }, { venue: 0 })
        .place("i1").fill(1, { id: "e1", qty: "2", px: "100" })
        .accountReported({ balances: { USDT: "790" } })
        .accountReported({ balances: { USDT: "790" } })
        .adopted()
        .accountReported({
          balances: { USDT: "790.25", BTC: "1" },
          positions: [{ on: 0, qty: "1", px: "100" }],
        })
        .tradingState("Active", 0)
        .accountReported({ balances: { USDT: "790.25", BTC: "1" } })
        .accountReported({ balances: { USDT: "790" } })
        .control("BalanceSet", { currency: "USDT", total: "1100" }, { venue: 0 })
        .accountReported({ balances: { USDT: "890.25" } }),
  },
  {
    name: "account_adopted_at_a_price_beyond_counting",
    requires: ["R-EXEC-5", "R-CORE-6"],
    description: "The rounded cost of next to nothing makes a price that cannot be counted.",
    tell: (story) =>
      story.begin({
        instruments: [
          contractOf("DUST", { kind: "inverse", multiplier: "0.00000001", settlement: "BTC" }, {
            priceRule: { scale: 8, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] },
            qtyRule: { scale: 8, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
          }),
        ],
      })
        .accountReported({ positions: [{ on: 0, qty: "0.00000001", px: "71400000" }] })
        .adopted()
        .accountReported({ positions: [{ on: 0, qty: "0" }] }),
  },
  {
    name: "account_adopted_flat",
    requires: ["R-EXEC-5", "R-CORE-6"],
    description: "What the venue holds no more is closed at what the account had entered it at.",
    tell: (story) =>
      story.begin(ALL_CLASSES).accountReported({
        balances: { USDT: "100", BTC: "1", USD: "10", GBP: "50" },
        positions: [
          { on: 1, qty: "7", px: "101.5" },
          { on: 2, qty: "-3", px: "99" },
          { on: 3, qty: "-4", px: "0.4" },
          { on: 4, qty: "5.25", px: "3" },
        ],
      }).control("LimitsSet", { scope: "venue", admin: true, limits: TRIPWIRE }, { venue: 0 })
        .place("i1", { on: 1, qty: "3", px: "102.71" })
        .fill(1, { id: "e1", qty: "3", px: "102.71" })
        .adopted()
        .accountReported({
          balances: { USDT: "92.25", BTC: "1.1", USD: "9", GBP: "45" },
          positions: [1, 2, 3, 4].map((on) => ({ on, qty: "0" })),
        })
        .accountReported({
          balances: { USDT: "92.25", BTC: "1.1", USD: "9", GBP: "45" },
          positions: [1, 2, 3, 4].map((on) => ({ on, qty: "0" })),
        }),
  },
  {
    name: "account_adopted_at_the_venues_cost",
    requires: ["R-EXEC-5", "R-CORE-6"],
    description:
      "What is held is closed and opened at the venue's entry price; clients keep theirs.",
    tell: (story) =>
      story.begin(ALL_CLASSES)
        .accountReported({
          balances: { USDT: "1000", BTC: "1" },
          positions: [{ on: 1, qty: "10", px: "100" }, { on: 2, qty: "-3", px: "99" }],
        })
        .control("LimitsSet", { scope: "venue", admin: true, limits: TRIPWIRE }, { venue: 0 })
        .place("i1", { on: 1, qty: "4", px: "103" }).fill(1, { id: "e1", qty: "4", px: "103" })
        .adopted()
        .accountReported({
          balances: { USDT: "1000", BTC: "1.01" },
          positions: [{ on: 1, qty: "20", px: "110" }, { on: 2, qty: "-3", px: "98" }],
        })
        .adopted()
        .accountReported({
          positions: [{ on: 1, qty: "20", px: "110" }, { on: 2, qty: "-3" }],
        })
        .adopted()
        .accountReported({
          balances: { USDT: "1000" },
          positions: [{ on: 1, qty: "-5", px: "120" }],
        })
        .place("i2", { on: 1, qty: "2", px: "118" }).fill(2, { id: "e2", qty: "2", px: "118" })
        .accountReported({
          balances: { USDT: "1000.4" },
          positions: [{ on: 1, qty: "-3" }, { on: 2, qty: "-3" }],
        }),
  },
  {
    name: "account_entered_between_two_quanta",
    requires: ["R-EXEC-5", "R-CORE-6"],
    description: "An entry price counts to its last digit: what opens at it is of two prices.",
    tell: (story) =>
      story.begin(ALL_CLASSES)
        .control("LimitsSet", { scope: "venue", admin: true, limits: TRIPWIRE }, { venue: 0 })
        .accountReported({
          balances: { USDT: "1000", BTC: "1", USD: "10", GBP: "50" },
          positions: [
            { on: 1, qty: "3000", px: "101.53", entry: "101.5333333333" },
            { on: 2, qty: "-9", px: "99.01", entry: "99.0125" },
            { on: 3, qty: "7", entry: "0.405" },
            { on: 4, qty: "5.25", entry: "3.0025" },
          ],
        })
        .adopted()
        .accountReported({
          balances: { USDT: "1000", BTC: "1" },
          positions: [
            { on: 1, qty: "3000", px: "101.53", entry: "101.53333333330" },
            { on: 2, qty: "-9", entry: "99.0125" },
          ],
        })
        .place("i1", { on: 1, side: "Sell", qty: "1500", px: "102" })
        .fill(1, { id: "e1", qty: "1500", px: "102" })
        .accountReported({
          balances: { USDT: "1070" },
          positions: [{ on: 1, qty: "1500" }, { on: 2, qty: "-9" }],
        })
        .adopted()
        .accountReported({
          balances: { USDT: "1070", BTC: "1.00001" },
          positions: [
            { on: 1, qty: "-7", px: "-0.03", entry: "-0.025" },
            { on: 2, qty: "9", px: "0", entry: "0.004" },
          ],
        })
        .adopted()
        .accountReported({ positions: [{ on: 1, qty: "0" }, { on: 2, qty: "0" }] }),
  },
  {
    name: "account_entered_at_what_breaks_a_rule",
    requires: ["R-CORE-5"],
    description: "An entry price that is none, below 0 where it may not be, or beyond counting.",
    tell: (story) => {
      story.begin(ALL_CLASSES)
        .accountReported({
          balances: { USDT: "1" },
          positions: [{ on: 1, qty: "1", px: "100" }, { on: 2, qty: "1", px: "9", entry: "9." }],
        }).tradingState("Active", 0);
      for (const [on, entry] of [[2, "0"], [2, "-9.5"], [1, "90071992547409.915"]] as const) {
        story.accountReported({
          balances: { USDT: "1" },
          positions: [{ on: 3, qty: "1", px: "0.5" }, { on, qty: "2", px: "9", entry }],
        }).tradingState("Active", 0);
      }
      story.accountReported({
        balances: { USDT: "1" },
        positions: [{ on: 1, qty: "1", px: "9", entry: "90071992547409.905" }],
      });
    },
  },
  {
    name: "account_adopted_without_its_spot",
    requires: ["R-EXEC-5", "R-CORE-6", "R-CORE-7"],
    description: "What a balance says is gone is taken off spot positions, never beyond zero.",
    tell: (story) =>
      measured(
        story.begin({
          instruments: [
            { symbol: "BTC/USDT" },
            { symbol: "BTC/USDC", qtyRule: { ...WHOLE, scale: 1 } },
            { symbol: "ETH/BTC" },
          ],
        }),
        [0],
      )
        .control("LimitsSet", {
          scope: "venue",
          admin: true,
          limits: { ...TRIPWIRE, maxLoss: [{ currency: "USDT", most: "50" }] },
        }, { venue: 0 })
        .book({ bids: ["99", "1"], asks: ["99", "1"] })
        .place("i0", { side: "Sell", qty: "1" }).fill(1, { id: "e0", qty: "1", px: "100" })
        .adopted()
        .accountReported({ balances: { USDT: "5000", USDC: "5000", BTC: "10", ETH: "5" } })
        .place("i1", { qty: "3" }).fill(2, { id: "e1", qty: "1.5", px: "100" })
        .fill(2, { id: "e2", qty: "1.5", px: "99.99", fee: "0.0004", feeCurrency: "BTC" })
        .place("i2", { on: 1, qty: "5" }).fill(3, { id: "e3", qty: "5", px: "101" })
        .place("i3", { on: 2, side: "Sell", qty: "2", px: "0.05" })
        .fill(4, { id: "e4", qty: "2", px: "0.05" })
        .adopted()
        .accountReported({ balances: { BTC: "15", ETH: "9", USDC: "4495" } })
        .adopted()
        .accountReported({
          balances: { USDT: "5000", USDC: "5000", BTC: "12.77", ETH: "9" },
        })
        .book({ bids: ["80", "1"], asks: ["80", "1"] }).place("i4", { px: "80" })
        .accountReported({
          balances: { USDT: "5000", USDC: "5000", BTC: "12.77", ETH: "9" },
        })
        .adopted()
        .accountReported({
          balances: { USDT: "4900", BTC: "9", ETH: "0" },
          positions: [{ on: 0, qty: "-3", px: "80" }],
        })
        .adopted()
        .accountReported({ balances: { USDT: "4900", BTC: "10.2506", ETH: "0" } }),
  },
  {
    name: "account_adopted_without_spot_paid_with_spot",
    requires: ["R-EXEC-5", "R-CORE-6"],
    description: "What was paid for with other spot goes first, and what it paid with after it.",
    tell: (story) =>
      measured(
        story.begin({ instruments: [{ symbol: "BTC/USDT" }, { symbol: "ETH/BTC" }] }),
        [0],
      )
        .accountReported({ balances: { USDT: "5000", BTC: "0", ETH: "0" } })
        .place("i1", { qty: "3" }).fill(1, { id: "e1", qty: "3", px: "100" })
        .place("i2", { on: 1, qty: "20", px: "0.1" }).fill(2, { id: "e2", qty: "20", px: "0.1" })
        .adopted()
        .accountReported({ balances: { USDT: "4900", BTC: "0.5", ETH: "5" } }),
  },
  {
    name: "account_adopted_without_a_short_paid_with_spot",
    requires: ["R-EXEC-5", "R-CORE-6", "R-CORE-7"],
    description: "A short that was bought back with other spot, which is held for the rest.",
    tell: (story) =>
      story.begin({ instruments: [{ symbol: "BTC/USDT" }, { symbol: "ETH/BTC" }] })
        .control("LimitsSet", {
          scope: "instrument",
          admin: true,
          limits: { ...NO_LIMITS, bookStaleMs: 60_000, maxPosition: qty(2_000) },
        }, { venue: 0, instrument: 0 })
        .accountReported({ balances: { BTC: "0", ETH: "10", USDT: "300" } })
        .place("i1", { qty: "2" }).fill(1, { id: "e1", qty: "2", px: "100" })
        .place("i2", { on: 1, side: "Sell", qty: "10", px: "0.1" })
        .fill(2, { id: "e2", qty: "10", px: "0.1" })
        .adopted()
        .accountReported({ balances: { BTC: "2", ETH: "10", USDT: "100" } })
        .place("i3", { qty: "1" }),
  },
  {
    name: "account_adopted_with_spot_in_a_circle",
    requires: ["R-EXEC-5", "R-CORE-6"],
    description:
      "Each currency is compared once, the one by which a circle is entered as its last.",
    tell: (story) =>
      story.begin({
        instruments: [{ symbol: "BTC/USDT" }, { symbol: "USDT/BTC" }, { symbol: "USDT/EUR" }],
      })
        .accountReported({ balances: { EUR: "20", BTC: "10", USDT: "10" } })
        .place("i1", { qty: "10", px: "1" }).fill(1, { id: "e1", qty: "10", px: "1" })
        .place("i2", { on: 1, qty: "10", px: "1" }).fill(2, { id: "e2", qty: "10", px: "1" })
        .place("i3", { on: 2, qty: "4", px: "0.5" }).fill(3, { id: "e3", qty: "4", px: "0.5" })
        .adopted()
        .accountReported({ balances: { BTC: "8", USDT: "12", EUR: "19" } })
        .adopted()
        .accountReported({ balances: { EUR: "20", USDT: "10", BTC: "7" } }),
  },
  {
    name: "account_opens_with_an_old_loss",
    requires: ["R-EXEC-5", "R-CORE-7"],
    description: "What was lost or won before counts only where no book says how much it was.",
    tell: (story) =>
      measured(story.begin(ALL_CLASSES), [0, 1])
        .control("LimitsSet", {
          scope: "venue",
          admin: true,
          limits: { ...TRIPWIRE, maxLoss: [{ currency: "USDT", most: "50" }] },
        }, { venue: 0 })
        .book({ bids: ["90", "1"], asks: ["90", "1"] })
        .accountReported({
          balances: { USDT: "1000" },
          positions: [{ on: 0, qty: "10", px: "100" }],
        })
        .place("i1").book({ bids: ["85", "1"], asks: ["85", "1"] })
        .place("i2").book({ bids: ["84.99", "1"], asks: ["84.99", "1"] })
        .place("i3")
        .adopted()
        .accountReported({
          balances: { USDT: "1000" },
          positions: [{ on: 0, qty: "10" }, { on: 1, qty: "100", px: "100" }],
        })
        .book({ bids: ["101", "1"], asks: ["101", "1"] }, 1)
        .place("i4").book({ bids: ["99", "1"], asks: ["99", "1"] }, 1).place("i5")
        .adopted()
        .accountReported({
          balances: { USDT: "1000" },
          positions: [{ on: 0, qty: "0" }, { on: 1, qty: "0" }],
        })
        .place("i6"),
  },
  {
    name: "account_report_again",
    requires: ["R-CORE-5"],
    description: "A report whose key was seen opens nothing; one that breaks a rule neither.",
    tell: (story) =>
      story.begin()
        .accountReported({ balances: { USDT: "no decimal" }, key: "a" })
        .tradingState("Active", 0)
        .accountReported({ balances: { USDT: "5" }, key: "a" })
        .adopted()
        .accountReported({ balances: { USDT: "6" }, key: "a" })
        .accountReported({ balances: { USDT: "7" }, key: "b" }),
  },
  {
    name: "account_opening_breaks_a_rule",
    requires: ["R-CORE-5"],
    description: "An inverse position at 0: what was posted before it stays, nothing is opened.",
    tell: (story) =>
      story.begin(ALL_CLASSES).accountReported({
        balances: { BTC: "1" },
        positions: [{ on: 1, qty: "1", px: "100" }, { on: 2, qty: "1", px: "0" }],
      }).tradingState("Active", 0).accountReported({
        balances: { BTC: "1" },
        positions: [{ on: 1, qty: "1", px: "100" }, { on: 2, qty: "1", px: "10" }],
      }),
  },
];
