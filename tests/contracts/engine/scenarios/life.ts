/**
 * Scenarios of plain lives: fills in parts, in any order, twice, late, too many (R-TEST-1).
 * @module
 */
import type { Scenario } from "../scenario.ts";
import type { Story } from "../story.ts";

/** Fills and ends. */
export const LIFE: readonly Scenario[] = [
  {
    name: "partial_fills",
    requires: ["R-TEST-1", "R-CORE-4", "FIX A.1.a"],
    description: "Three partial fills complete an order.",
    tell: (story) =>
      story.begin().place("i1", { qty: "10" }).accept(1)
        .fill(1, { id: "e1", qty: "2", px: "100", fee: "0.02" })
        .fill(1, { id: "e2", qty: "1", px: "99.5", fee: "0.01" })
        .fill(1, { id: "e3", qty: "7", px: "99.99", fee: "-0.005" }),
  },
  {
    name: "day_order_runs_out",
    requires: ["R-CORE-4", "FIX A.1.b"],
    description: "A part-filled day order ends Expired when the venue says so: no DoneForDay.",
    tell: (story) =>
      story.begin().place("i1", { timeInForce: "DAY" }).accept(1)
        .fill(1, { id: "e1", qty: "2", px: "100" }).wait(1000).expired(1),
  },
  {
    name: "duplicate_fill",
    requires: ["R-TEST-1", "R-CORE-5", "fault 8"],
    description: "An execution that comes again, also under another key, changes nothing.",
    tell: (story) =>
      story.begin().place("i1").accept(1)
        .fill(1, { id: "e1", qty: "4", px: "100", key: "k1" })
        .fill(1, { id: "e1", qty: "4", px: "100", key: "k1" })
        .fill(1, { id: "e1", qty: "4", px: "100", key: "k2" })
        .fill(1, { id: "e2", qty: "6", px: "100" })
        .fill(1, { id: "e2", qty: "6", px: "100" }),
  },
  {
    name: "duplicate_reports",
    requires: ["R-TEST-1", "R-CORE-5"],
    description:
      "A report with a key that was seen does nothing; one without is stale by the state.",
    tell: (story) =>
      story.begin().place("i1").accept(1, { key: "a" }).accept(1, { key: "a" }).accept(1)
        .cancel("c1", { orig: "i1" }).cancelRejected(1).cancel("c2", { orig: "i1" })
        .cancelled(1, { key: "x" }).cancelled(1, { key: "x" }).cancelled(1),
  },
  {
    name: "seen_keys_are_bounded",
    requires: ["R-CORE-5"],
    description: "An order remembers the last 64 keys: the 65th pushes out the first.",
    tell: (story) => {
      story.begin().place("i1").accept(1, { key: "k0" });
      for (let n = 1; n <= 64; n += 1) story.accept(1, { key: `k${n}` });
      story.replaced(1, { qty: "9", px: "100", key: "k1" });
      story.replaced(1, { qty: "8", px: "100", key: "k0" });
    },
  },
  {
    name: "fill_before_acceptance",
    requires: ["R-TEST-1", "R-CORE-5", "fault 10"],
    description: "A fill infers the acceptance; the acknowledgement that comes after is stale.",
    tell: (story) =>
      story.begin().place("i1").fill(1, { id: "e1", qty: "4", px: "100", venueOrderId: "v1" })
        .accept(1).fill(1, { id: "e2", qty: "6", px: "100" }),
  },
  {
    name: "complete_fill_before_acceptance",
    requires: ["R-CORE-5", "fault 10"],
    description: "A completing fill before the acknowledgement gives New, then Filled.",
    tell: (story) =>
      story.begin().place("i1").fill(1, { id: "e1", qty: "10", px: "100" }).accept(1),
  },
  {
    name: "fills_out_of_order",
    requires: ["R-TEST-1", "fault 11"],
    description: "Sums do not depend on the order in which executions come.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2)
        .fill(1, { id: "e1", qty: "2", px: "100.01" }).fill(1, { id: "e2", qty: "5", px: "99.97" })
        .fill(2, { id: "f2", qty: "5", px: "99.97" }).fill(2, { id: "f1", qty: "2", px: "100.01" }),
  },
  {
    name: "late_fill",
    requires: ["R-TEST-1", "R-CORE-5"],
    description: "A fill after the end is booked and flagged; the order does not come back.",
    tell: (story) =>
      story.begin().place("i1").accept(1).cancel("c1", { orig: "i1" }).cancelled(1)
        .fill(1, { id: "e1", qty: "3", px: "100" }),
  },
  {
    name: "fill_after_rejection",
    requires: ["R-CORE-5"],
    description: "A venue that rejects and then fills is believed in the fill.",
    tell: (story) =>
      story.begin().place("i1").reject(1, "VENUE_FUNDS").fill(1, { id: "e1", qty: "1", px: "100" }),
  },
  {
    name: "fill_after_expiry",
    requires: ["R-CORE-5"],
    description: "A fill after Expired is booked late.",
    tell: (story) =>
      story.begin().place("i1").accept(1).expired(1).fill(1, { id: "e1", qty: "10", px: "100" }),
  },
  {
    name: "overfill_halts_the_account",
    requires: ["R-CORE-5", "R-CORE-7"],
    description:
      "More than was asked for is booked, the account is halted, an operator releases it.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "9", px: "100" })
        .fill(1, { id: "e2", qty: "2", px: "100" }).place("i2").tradingState("Active", 0)
        .place("i3"),
  },
  {
    name: "late_fill_over_quantity",
    requires: ["R-CORE-5"],
    description: "A second fill of a filled order halts the account as well.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "10", px: "100" })
        .fill(1, { id: "e2", qty: "0.001", px: "100" }),
  },
  {
    name: "voided_fill",
    requires: ["R-CORE-5", "fault 13"],
    description: "A voided execution is booked back, its quantity does not return to the market.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "4", px: "100", fee: "0.04" })
        .fill(1, { id: "e2", qty: "1", px: "101" }).void(1, { execId: "x1", ref: "e1" })
        .void(1, { execId: "x2", ref: "e1" }).void(1, { execId: "x3", ref: "nothing" })
        .fill(1, { id: "e3", qty: "5", px: "100" }),
  },
  {
    name: "voided_after_the_end",
    requires: ["R-CORE-5", "fault 13"],
    description: "A void of a filled order changes its sums and not its state.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "10", px: "100" })
        .wait(60_000).void(1, { execId: "x1", ref: "e1" }),
  },
  {
    name: "provisional_fill",
    requires: ["R-CORE-5", "R-CORE-6"],
    description: "A fill that the venue may still void is booked and says so.",
    tell: (story) =>
      story.begin().place("i1").accept(1)
        .fill(1, { id: "e1", qty: "4", px: "100", provisional: true })
        .void(1, { execId: "x1", ref: "e1" }),
  },
  {
    name: "rejected_by_the_venue",
    requires: ["R-CORE-4", "R-EXEC-4"],
    description: "Every code of a venue ends an order that it refuses.",
    tell: (story) => {
      story.begin();
      const codes = [
        "VENUE_REJECTED",
        "VENUE_FUNDS",
        "VENUE_RATE_LIMIT",
        "VENUE_SUSPENDED",
        "VENUE_DUPLICATE",
        "VENUE_NOT_FOUND",
        "VENUE_POST_ONLY",
        "VENUE_SELF_MATCH",
        "VENUE_AUTH",
      ] as const;
      for (const [at, code] of codes.entries()) {
        story.place(`i${at}`).reject(at + 1, code, { venueOrderId: `v${at}` });
      }
    },
  },
  {
    name: "rejected_after_acceptance",
    requires: ["R-CORE-4"],
    description: "A venue may still refuse what it acknowledged, but not what it filled in part.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2).reject(1, "VENUE_REJECTED")
        .fill(2, { id: "e1", qty: "1", px: "100" }).reject(2, "VENUE_REJECTED"),
  },
  {
    name: "unsolicited_cancel",
    requires: ["R-CORE-4", "fault 21"],
    description: "Orders that the venue cancels by itself: resting, part filled, unacknowledged.",
    tell: (story) =>
      story.begin().place("i1").place("i2").place("i3").accept(1).accept(2)
        .fill(2, { id: "e1", qty: "1", px: "100" }).cancelled(1).cancelled(2).cancelled(3),
  },
  {
    name: "immediate_or_cancel",
    requires: ["R-CORE-4"],
    description: "What IOC, FOK and Market leave ends Cancelled.",
    tell: (story) =>
      story.begin().place("i1", { timeInForce: "IOC" }).accept(1)
        .fill(1, { id: "e1", qty: "4", px: "100" }).cancelled(1)
        .place("i2", { timeInForce: "FOK" }).cancelled(2)
        .place("i3", { ordType: "Market", timeInForce: "IOC", side: "Sell" })
        .fill(3, { id: "e2", qty: "10", px: "98.76", liquidity: "Taker" }),
  },
  {
    name: "restated_by_the_venue",
    requires: ["R-CORE-5", "fault 21"],
    description: "Quantity and price as the venue changed them: up, down, below what was executed.",
    tell: (story) =>
      story.begin().place("i1").accept(1).replaced(1, { qty: "12", px: "100" })
        .fill(1, { id: "e1", qty: "3", px: "100" }).replaced(1, { qty: "8", px: "101" })
        .replaced(1, { qty: "8", px: "101" }).replaced(1, { qty: "2", px: "101" })
        .replaced(1, { qty: "5", px: "101" }),
  },
  {
    name: "restated_beyond_counting",
    requires: ["R-CORE-5", "R-CORE-7"],
    description:
      "What could not be counted beside the other orders of its side breaks a rule, and the order " +
      "keeps its terms; what just can is taken.",
    tell: (story) =>
      story.begin().place("i1").accept(1).place("i2", { side: "Sell" }).accept(2)
        .place("i3", { qty: "9007199254728.991" }).accept(3)
        .replaced(1, { qty: "12.001", px: "101" }).tradingState("Active", 0)
        .replaced(1, { qty: "12", px: "101" })
        .replace("r1", { orig: "i1", qty: "11" }).replaced(1, { qty: "12.001", px: "101" })
        .tradingState("Active", 0).replaced(1, { qty: "11.5", px: "101" })
        .replaced(2, { qty: "9007199254740.991", px: "99" })
        .cancelled(1).replaced(1, { qty: "9007199254740.991", px: "101" })
        .place("i4", { qty: "12.001" }).place("i5", { qty: "12" }),
  },
  {
    name: "restated_before_acceptance",
    requires: ["R-CORE-5"],
    description: "A restatement proves the acceptance.",
    tell: (story) => story.begin().place("i1").replaced(1, { qty: "7", px: "100" }),
  },
  {
    name: "illegal_reports",
    requires: ["R-CORE-4"],
    description: "What the life cycle does not allow fails closed, with an alarm.",
    tell: (story) =>
      story.begin().place("i1").cancelRejected(1).replaceRejected(1).accept(1)
        .fill(1, { id: "e1", qty: "1", px: "100" }).reject(1, "VENUE_REJECTED")
        .cancelRejected(1).cancelled(1).accept(1).expired(1).reject(1, "VENUE_REJECTED"),
  },
  {
    name: "orphans",
    requires: ["fault 9"],
    description: "Reports about orders that are not ours, by each kind of name.",
    tell: (story) =>
      story.begin().place("i1").accept(1).accept(7)
        .cancelled(1, { unnumbered: true, clOrdId: "tl01234567-9-1" })
        .cancelled(1, { unnumbered: true, clOrdId: "foreign", venueOrderId: "w1" })
        .cancelled(1, { unnumbered: true })
        .cancelled(1, { unnumbered: true, clOrdId: "tl01234567-1", venueOrderId: "v1" }),
  },
  {
    name: "found_by_its_names",
    requires: ["R-CORE-5"],
    description: "A report finds its order by client order id, else by the venue's newest name.",
    tell: (story) =>
      story.begin().place("i1").place("i2")
        .accept(1, { unnumbered: true, clOrdId: "tl01234567-1-1", venueOrderId: "a" })
        .accept(2, { unnumbered: true, clOrdId: "tl01234567-2-1", venueOrderId: "b" })
        .fill(1, { unnumbered: true, venueOrderId: "a", id: "e1", qty: "1", px: "100" })
        .fill(2, { unnumbered: true, venueOrderId: "b", id: "e2", qty: "2", px: "100" })
        .replaced(2, { venueOrderId: "a", qty: "9", px: "100" })
        .cancelled(2, { unnumbered: true, venueOrderId: "a" })
        .cancelled(2, { unnumbered: true, venueOrderId: "b" }),
  },
  {
    name: "report_of_another_instrument",
    requires: ["R-CORE-5", "R-CORE-9"],
    description:
      "What counts in other quanta than its order breaks a rule and changes nothing; repeated, not.",
    tell: (story) => {
      const qtyRule = { scale: 5, stepQuanta: 1, minQuanta: 1, maxQuanta: null };
      const instruments = [{ symbol: "BTC/USDT" }, { symbol: "BTCUSDT", qtyRule }];
      const anew = (): Story => story.tradingState("Active", 0);
      story.begin({ instruments }).place("i1").accept(1)
        .fill(1, { id: "e1", qty: "4", px: "100" })
        .fill(1, { id: "e1", qty: "4", px: "100", on: 1 })
        .fill(1, { id: "e2", qty: "3", px: "100", on: 1 }).place("i2");
      anew().replace("r1", { orig: "i1", qty: "12" })
        .replaced(1, { qty: "12", px: "100", on: 1, clOrdId: "tl01234567-1-2", key: "k1" });
      anew().failed(1, { kind: "Replace", outcome: "unknown", retryAfterMs: 60_000, on: 1 });
      anew().replaced(1, { qty: "12", px: "100", clOrdId: "tl01234567-1-2", key: "k1" })
        .cancelled(1, { unnumbered: true, clOrdId: "tl01234567-1-2", on: 1, key: "k2" });
      anew().cancelled(1, { key: "k2" })
        .fill(1, { id: "e3", qty: "1", px: "100", on: 1 })
        .void(1, { execId: "x1", ref: "e1", on: 1 }).void(1, { execId: "x1", ref: "e1" })
        .fill(1, { id: "e1", qty: "4", px: "100", on: 1 });
    },
  },
];
