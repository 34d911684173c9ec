/**
 * Scenarios of outcomes: binary contracts held apart and signed, betting markets; what venues say
 * of them beside executions, in order, late, twice and wrongly.
 * @module
 */
import { instrumentId } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";
import type { Story } from "../story.ts";
import { SPOT } from "../world.ts";
import {
  bob,
  correct,
  deal,
  fact,
  MARKET,
  merge,
  PAIR,
  remove,
  resolve,
  result,
  runner,
  settle,
  SIGNED,
  split,
  token,
  WARN,
} from "./outcome_facts.ts";

const REQUIRES = ["R-CORE-5", "R-CORE-6"];

/** Binary contracts. */
const BINARY: readonly Scenario[] = [
  {
    name: "binary_pair_from_split_to_redemption",
    requires: REQUIRES,
    description: "Split, sold, bought and voided, merged, resolved, settled outcome by outcome.",
    tell: (story) => {
      split(story.begin(PAIR), "100");
      deal(story, 1, { side: "Sell", qty: "40", px: "0.62" });
      deal(story, 2, { on: 1, qty: "10", px: "0.35", provisional: true })
        .void(2, { execId: "x2", ref: "e2" });
      resolve(merge(story, "50"), 1, [1, 1]);
      settle(settle(story, 0, { share: [0, 1] }), 1, { share: [1, 1] });
    },
  },
  {
    name: "binary_signed_count",
    requires: REQUIRES,
    description: "An ask without holding binds collateral; buying back frees it; settlement.",
    tell: (story) => {
      bob(story.begin(SIGNED)).control(
        "BalanceSet",
        { currency: "USD", total: "100" },
        { venue: 0 },
      );
      deal(story, 1, { side: "Sell", qty: "10", px: "0.4", fee: "0.0175" });
      deal(story, 2, { qty: "4", px: "0.3" });
      deal(story, 3, { qty: "10", px: "0.5" });
      deal(story, 4, { side: "Sell", qty: "7", px: "0.61", session: 2 });
      settle(resolve(story, 0, [1, 1]), 0, { share: [1, 1] });
    },
  },
  {
    name: "binary_provisional_executions",
    requires: REQUIRES,
    description: "Provisional receipts confirmed, corrected, voided; each once.",
    tell: (story) => {
      story.begin(PAIR);
      deal(story, 1, { qty: "10", px: "0.4", provisional: true });
      deal(story, 2, { qty: "6", px: "0.41", provisional: true });
      story.report("ExecutionConfirmed", { execRefId: "e1" }, { order: 1 })
        .report("ExecutionConfirmed", { execRefId: "e1" }, { order: 1 })
        .report("ExecutionCorrected", {
          execId: "x2",
          execRefId: "e2",
          ...story.quanta(0, { qty: "5", px: "0.42" }),
          liquidity: "Taker",
          commission: "0.01",
          commissionCurrency: "USD",
        }, { order: 2 })
        .void(2, { execId: "y2", ref: "x2" })
        .void(1, { execId: "y1", ref: "e1" });
    },
  },
  {
    name: "binary_late_after_settlement",
    requires: REQUIRES,
    description: "Booked and voided after settlement at its share; settled again at another.",
    tell: (story) => {
      bob(story.begin(SIGNED));
      deal(story, 1, { qty: "10", px: "0.4" });
      deal(story, 2, { side: "Sell", qty: "3", px: "0.45", session: 2 });
      settle(story, 0, { share: [1, 3], amount: "4.3" });
      deal(story, 3, { qty: "5", px: "0.5", session: 2 });
      story.void(1, { execId: "x1", ref: "e1" });
      settle(story, 0, { share: [2, 7], amount: "0.58" });
      settle(story, 0, { share: [0, 1] });
    },
  },
  {
    name: "binary_credited_whatever_is_told_late",
    requires: REQUIRES,
    description: "The venue's figure stays: bought, sold, voided, corrected, split, merged late.",
    tell: (story) => {
      bob(story.begin(PAIR));
      deal(story, 1, { qty: "90", px: "0.6" });
      deal(story, 2, { qty: "10", px: "0.61", provisional: true });
      deal(story, 3, { qty: "6", px: "0.62", provisional: true });
      settle(story, 0, { share: [1, 1], amount: "90" });
      settle(resolve(story, 0, [1, 1]), 1, { share: [0, 1], amount: "0.005" });
      story.void(2, { execId: "x2", ref: "e2" })
        .report("ExecutionConfirmed", { execRefId: "e3" }, { order: 3 });
      deal(story, 4, { side: "Sell", qty: "3.5", px: "0.7", fee: "0.0175", session: 2 });
      split(split(merge(story, "2.5"), "4", null), "1.25");
      correct(story, 3, { on: 0, qty: "5.5", px: "0.63" });
      settle(story, 0, { share: [1, 3], amount: "30.1" });
      correct(story, 1, { on: 0, qty: "89.99", px: "0.6" });
    },
  },
  {
    name: "binary_credited_with_collateral",
    requires: REQUIRES,
    description: "A short's deposit is in the venue's figure, however much was short.",
    tell: (story) => {
      bob(story.begin(SIGNED));
      settle(story, 0, { share: [1, 3], amount: "-0.01" });
      deal(story, 1, { side: "Sell", qty: "10", px: "0.4" });
      deal(story, 2, { qty: "13", px: "0.3", session: 2 });
      settle(story, 0, { share: [1, 3], amount: "1" });
      story.void(2, { execId: "x2", ref: "e2" });
      settle(story, 0, { share: [2, 3] });
      story.void(1, { execId: "x1", ref: "e1" });
    },
  },
  {
    name: "binary_credited_and_beyond_counting",
    requires: REQUIRES,
    description: "A late execution or split that passes a bound changes nothing of the figure.",
    tell: (story) => {
      story.begin({ ...WARN, ...PAIR });
      settle(story, 0, { share: [1, 1], amount: "1" });
      settle(story, 1, { share: [0, 1], amount: "0" });
      deal(story, 1, { qty: "90071992547409.9", px: "0.5" });
      deal(story, 2, { qty: "0.02", px: "0.5" });
      split(split(story, "0.02"), "0.01");
      correct(story, 1, { on: 0, qty: "90071992547409.91", px: "0.5" });
    },
  },
  {
    name: "binary_resolution_amended",
    requires: REQUIRES,
    description: "A resolution marks both outcomes and is replaced by the next; no cash moves.",
    tell: (story) => {
      split(story.begin(PAIR), "10");
      split(story, "2.5", null);
      split(story, "1", "carol");
      resolve(resolve(resolve(story, 0, [1, 1]), 1, [1, 1]), 0, [1, 2]);
      merge(story, "12");
    },
  },
  {
    name: "binary_reduces_by_the_worst_outcome",
    requires: ["R-CORE-7"],
    description: "Selling what is held or buying its complement; not what only looks like it.",
    tell: (story) => {
      bob(story.begin(PAIR));
      deal(story, 1, { qty: "100", px: "0.6" });
      deal(story, 2, { on: 1, qty: "100", px: "0.5", session: 2 });
      story.riskFlag("f1", "Reducing").place("i3", { on: 1, qty: "10", px: "0.35" }).accept(3)
        .place("i4", { qty: "1", px: "0.01" }).place("i5", { side: "Sell", qty: "100", px: "0.5" })
        .place("i6", { on: 1, qty: "300", px: "0.35" }).place("i7", {
          on: 1,
          qty: "200",
          px: "0.2",
        })
        .replace("r3", { orig: "i3", qty: "300", price: "0.35" })
        .replace("r4", { orig: "i3", qty: "20", price: "0.3" });
      story.fill(3, { id: "e3", qty: "10", px: "0.35" }).place("i8", {
        on: 1,
        qty: "1",
        px: "0.35",
      });
      fact(story, "OutcomeSettled", {
        payload: { numerator: 0, denominator: 1, amount: null },
        on: 0,
      });
      story.place("i9", { side: "Sell", qty: "1", px: "0.5" }).place("i10", {
        on: 1,
        side: "Sell",
        qty: "1",
        px: "0.5",
      });
    },
  },
  {
    name: "reducing_counts_the_worse_price_of_a_replace",
    requires: ["R-CORE-7"],
    description: "A Sell of what is held apart may fill at the price that it is replaced with.",
    tell: (story) => {
      story.begin(PAIR);
      deal(story, 1, { qty: "100", px: "0.6" });
      story.riskFlag("f1", "Reducing").place("i2", { side: "Sell", qty: "100", px: "0.6" })
        .accept(2).replace("r2", { orig: "i2", qty: "100", price: "0.1" })
        .place("i3", { side: "Sell", qty: "50", px: "0.5" }).replaceRejected(2)
        .place("i4", { side: "Sell", qty: "50", px: "0.5" });
    },
  },
  {
    name: "signed_binary_reduces_by_the_worst_outcome",
    requires: ["R-CORE-7"],
    description: "One signed count: a sale may pass 0 as long as neither outcome is worse.",
    tell: (story) => {
      story.begin(SIGNED);
      deal(story, 1, { qty: "10", px: "0.4" });
      story.place("i2", { side: "Sell", qty: "20", px: "0.3", reduceOnly: true })
        .place("i3", { side: "Sell", qty: "14.28", px: "0.3", reduceOnly: true })
        .place("i4", { side: "Sell", qty: "0.01", px: "0.3", reduceOnly: true })
        .place("i5", { qty: "1", px: "0.2" }).place("i6", {
          side: "Sell",
          qty: "0.01",
          px: "0.9",
          reduceOnly: true,
        });
    },
  },
  {
    name: "binary_reduces_beside_what_has_no_price",
    requires: ["R-CORE-7"],
    description:
      "While a Market order of unknown price is live, nothing in its condition is sure to reduce.",
    tell: (story) => {
      const market = { side: "Sell", ordType: "Market", timeInForce: "IOC" } as const;
      const only = { side: "Sell", reduceOnly: true } as const;
      bob(story.begin(PAIR));
      deal(story, 1, { qty: "10", px: "0.5" });
      deal(story, 2, { on: 1, qty: "10", px: "0.4", session: 2 });
      story.place("m3", { ...market, qty: "10" }).accept(3)
        .place("a1", { ...only, qty: "10", px: "0.1" })
        .place("a2", { on: 1, qty: "1", px: "0.1", reduceOnly: true })
        .place("b1", { ...only, on: 1, qty: "10", px: "0.5" }, 2)
        .replace("r1", { orig: "m3", qty: "5" })
        .cancelled(3).place("a3", { ...only, qty: "10", px: "0.6" })
        .book({ bids: ["0.5", "10"] })
        .place("m6", { ...market, qty: "1" }).place("a4", { ...only, qty: "1", px: "0.6" });
      story.place("m8", { ...market, on: 1, qty: "1" }, 2)
        .place("b2", { ...only, on: 1, qty: "1", px: "0.9" }, 2);
      fact(story, "OutcomeSettled", {
        payload: { numerator: 0, denominator: 1, amount: null },
        on: 1,
      });
      story.place("b3", { on: 0, qty: "1", px: "0.01", reduceOnly: true }, 2);
    },
  },
  {
    name: "betting_reduces_beside_what_has_no_price",
    requires: ["R-CORE-7"],
    description:
      "The same in a market; asked again when it leaves, too, and not in another market.",
    tell: (story) => {
      const market = { ordType: "Market", timeInForce: "IOC" } as const;
      const only = { side: "Sell", reduceOnly: true } as const;
      story.begin(MARKET);
      deal(story, 1, { qty: "10", px: "3" });
      story.place("a1", { ...only, qty: "5", px: "3" })
        .failed(2, { kind: "Submit", outcome: "notSent" })
        .place("m3", { ...market, on: 1, qty: "1" })
        .place("a2", { ...only, qty: "1", px: "3" }).toDeadline()
        .cancelled(3).place("a3", { ...only, qty: "5", px: "3" });
    },
  },
  {
    name: "binary_facts_once",
    requires: REQUIRES,
    description: "A fact with a seen key changes nothing.",
    tell: (story) => {
      story.begin(PAIR);
      const payload = { condition: "c", qty: "3", client: "alice" };
      for (const kind of ["OutcomesSplit", "OutcomesSplit", "OutcomesMerged"] as const) {
        fact(story, kind, { payload, key: "same" });
      }
    },
  },
  {
    name: "binary_facts_that_break_rules",
    requires: REQUIRES,
    description: "Facts about what is no pair, no binary contract or no share change nothing.",
    tell: (story) => {
      story.begin({
        ...WARN,
        instruments: [token("YES", "NO"), SPOT, token("CONTRACT", null, { condition: "s" })],
      });
      split(story, "1"); // one outcome only
      fact(story, "OutcomesSplit", { payload: { condition: "s", qty: "1", client: null } });
      fact(story, "OutcomesMerged", { payload: { condition: "none", qty: "1", client: null } });
      resolve(resolve(resolve(story, 1, [1, 1]), 0, [2, 1]), 0, [0, 0]);
      settle(settle(story, 1, { share: [1, 1] }), 0, { share: [-1, 1] });
      settle(story, 0, { share: [1, 1], amount: "1e3" });
      fact(story, "InstrumentSettled", {
        payload: { price: story.quanta(0, { qty: "1", px: "1" }).lastPx },
        on: 0,
      });
      const first = firstOf(story);
      const other = {
        ...first,
        id: instrumentId(3),
        name: "test:NO",
        symbol: "NO",
        contract: token("NO", "YES").contract ?? null,
      };
      story.control("InstrumentListed", other, { venue: 0, instrument: 3 });
      split(split(split(story, "1.001"), "0"), "0.01");
    },
  },
  {
    name: "binary_listings_refused",
    requires: REQUIRES,
    description: "Terms that cannot be counted, or not beside the others of the condition.",
    tell: (story) => {
      story.begin({
        instruments: [
          token("A", null, { payout: "0" }),
          token("B", null, { payout: "0.00005" }),
          token("C", null, { complement: "D" }),
          token("D", "C", { payout: "0.9999" }),
          token("E", null, { condition: "" }),
          token("F", null, { collateral: "" }),
          token("YES", "NO"),
          token("NO", "YES", { collateral: "EUR" }),
          token("NO", "YES", { payout: "2" }),
          token("NO", "YES"),
        ],
      });
      split(story, "1");
    },
  },
];

/** Betting. */
const BETTING: readonly Scenario[] = [
  {
    name: "betting_back_and_lay",
    requires: REQUIRES,
    description: "Two clients and external; each pays commission on its own net winnings.",
    tell: (story) => {
      bob(story.begin(MARKET));
      deal(story, 1, { qty: "10", px: "3" });
      deal(story, 2, { side: "Sell", qty: "5", px: "3.05", session: 2 });
      deal(story, 3, { on: 1, qty: "2.5", px: "4.7", session: 2, fee: "0.02" });
      deal(story, 4, { side: "Sell", qty: "4", px: "2.5" });
      result(story, [0]);
    },
  },
  {
    name: "betting_reduces_by_the_worst_outcome",
    requires: ["R-CORE-7"],
    description: "Laying what was backed, backing other runners; no outcome worse than the worst.",
    tell: (story) => {
      bob(story.begin(MARKET));
      deal(story, 1, { qty: "10", px: "3" });
      deal(story, 2, { side: "Sell", qty: "10", px: "3", session: 2 });
      story.riskFlag("f1", "Reducing").place("i3", { qty: "1", px: "3" })
        .place("i4", { side: "Sell", qty: "10", px: "4.01" })
        .place("i5", { side: "Sell", qty: "10", px: "4" }).accept(3)
        .place("i6", { side: "Sell", qty: "0.01", px: "1.01" })
        .replace("r5", { orig: "i5", qty: "5", price: "4" })
        .place("i7", { on: 1, qty: "1", px: "2" }).place("i8", {
          on: 1,
          side: "Sell",
          qty: "1",
          px: "2",
        })
        .replaced(3, { qty: "5", px: "4" }).place("i9", { on: 1, side: "Sell", qty: "10", px: "2" })
        .place("i10", { on: 2, qty: "10", px: "9" });
      story.place("m1", { side: "Sell", qty: "1", ordType: "Market", timeInForce: "IOC" })
        .book({ bids: ["1.5", "9"] }).place("m2", {
          side: "Sell",
          qty: "1",
          ordType: "Market",
          timeInForce: "IOC",
        });
      story.place("b2", { on: 0, qty: "30", px: "3", reduceOnly: true }, 2)
        .place("b3", { on: 0, qty: "20", px: "3", reduceOnly: true }, 2);
      remove(story, 2, { ppm: 100_000 }).place("i11", { on: 2, qty: "1", px: "9" });
      result(story, [0]).place("i12", { side: "Sell", qty: "1", px: "4" });
    },
  },
  {
    name: "betting_turns_back_by_the_worst_outcome",
    requires: ["R-CORE-7"],
    description:
      "Asked again when it leaves: at its new price, an open Market order at its reference.",
    tell: (story) => {
      story.begin(MARKET);
      deal(story, 1, { qty: "10", px: "3" });
      story.place("i2", { side: "Sell", qty: "10", px: "4" }).place("i3", { qty: "1", px: "3" })
        .failed(2, { kind: "Submit", outcome: "notSent" })
        .failed(3, { kind: "Submit", outcome: "notSent" })
        .riskFlag("f1", "Reducing").toDeadline().toDeadline().accept(2).riskFlag("f2", "Active")
        .replace("r2", { orig: "i2", qty: "10", price: "4.1" })
        .failed(2, { kind: "Replace", outcome: "notSent" }).riskFlag("f3", "Reducing").toDeadline()
        .cancel("c2", { orig: "i2" }).cancelled(2).riskFlag("f4", "Active")
        .book({ bids: ["1.5", "9"], asks: ["1.6", "9"] })
        .place("m4", { side: "Sell", qty: "20", ordType: "Market", timeInForce: "IOC" })
        .failed(4, { kind: "Submit", outcome: "notSent" }).riskFlag("f5", "Reducing").toDeadline();
    },
  },
  {
    name: "betting_reduces_with_several_winners",
    requires: ["R-CORE-7"],
    description: "Two of the runners win, or of those that are not listed.",
    tell: (story) => {
      const places = { winners: 2, runners: null };
      story.begin({ instruments: ["A", "B", "C"].map((name) => runner(name, places)) });
      deal(story, 1, { side: "Sell", qty: "10", px: "2" });
      deal(story, 2, { on: 1, side: "Sell", qty: "10", px: "2" });
      story.riskFlag("f1", "Reducing").place("i3", { qty: "5", px: "2" })
        .place("i4", { on: 1, qty: "10", px: "2" }).place("i5", { on: 2, qty: "1", px: "2" })
        .place("i6", { on: 2, side: "Sell", qty: "1", px: "2" });
    },
  },
  {
    name: "betting_dead_heat_and_voids",
    requires: REQUIRES,
    description: "Dead heats, a void runner, a void market, one result after the other.",
    tell: (story) => {
      bob(story.begin(MARKET));
      deal(story, 1, { qty: "10", px: "3" });
      deal(story, 2, { on: 1, side: "Sell", qty: "7.77", px: "2.37", session: 2 });
      deal(story, 3, { on: 2, qty: "1.01", px: "9.4", session: 2 });
      result(result(story, [0, 1], { tied: 2 }), [0, 1, 2], { tied: 3 });
      result(result(story, [0, 1], { places: 2, tied: 3 }), [0], { voided: [1, 2] });
      result(result(story, [2], { isVoid: true }), []);
    },
  },
  {
    name: "betting_runner_removed",
    requires: REQUIRES,
    description: "Earlier prices fall, later ones do not; voids and corrections stay exact.",
    tell: (story) => {
      bob(story.begin(MARKET));
      deal(story, 1, { qty: "2", px: "12" });
      deal(story, 2, { on: 1, side: "Sell", qty: "10", px: "3", session: 2 });
      deal(story, 3, { on: 2, qty: "5", px: "4" });
      remove(story, 2, { ppm: 211_000 });
      deal(story, 4, { qty: "2", px: "12" });
      deal(story, 5, { on: 2, qty: "1", px: "4", session: 2 });
      story.report("ExecutionCorrected", {
        execId: "x2",
        execRefId: "e2",
        ...story.quanta(1, { qty: "9", px: "3.2" }),
        liquidity: "Maker",
        commission: "0",
        commissionCurrency: "GBP",
      }, { order: 2 }).void(1, { execId: "x1", ref: "e1" });
      result(story, [0]);
    },
  },
  {
    name: "betting_several_removals",
    requires: REQUIRES,
    description:
      "Factors apply in order, small ones not to prices; a second one replaces the first.",
    tell: (story) => {
      story.begin({ instruments: ["A", "B", "C", "D", "E"].map((name) => runner(name)) });
      deal(story, 1, { qty: "3", px: "12" });
      deal(story, 2, { side: "Sell", qty: "2", px: "1.5" });
      remove(story, 1, { ppm: 24_999 });
      remove(story, 2, { ppm: 250_000 });
      deal(story, 3, { qty: "3", px: "12" });
      remove(story, 3, { ppm: 10_000, basis: "winnings" });
      remove(story, 1, { ppm: 100_000 });
      remove(story, 4, { ppm: 999_999 });
      result(story, [0]);
      story.void(2, { execId: "x2", ref: "e2" });
      remove(story, 2, { ppm: 0, basis: "winnings" });
    },
  },
  {
    name: "betting_several_places",
    requires: REQUIRES,
    description: "Two places, a discount, and a factor on the winnings.",
    tell: (story) => {
      const terms = { winners: 2, commissionPpm: 65_000, discountPpm: 120_000, runners: 4 };
      bob(story.begin({ instruments: ["A", "B", "C", "D"].map((name) => runner(name, terms)) }));
      deal(story, 1, { qty: "10", px: "8" });
      deal(story, 2, { on: 1, side: "Sell", qty: "6", px: "2.5", session: 2 });
      remove(story, 3, { ppm: 250_000, basis: "winnings" });
      result(story, [0, 2]);
    },
  },
  {
    name: "betting_late_and_again",
    requires: REQUIRES,
    description: "The venue's figure differs; a bet comes and goes late; the result is replaced.",
    tell: (story) => {
      bob(story.begin(MARKET));
      deal(story, 1, { qty: "10", px: "3" });
      result(story, [0], { amount: "18.99" });
      deal(story, 2, { side: "Sell", qty: "3.33", px: "2.98", session: 2 });
      story.void(1, { execId: "x1", ref: "e1" });
      result(story, [1], { amount: "3.155" });
      remove(story, 2, { ppm: 300_000 });
      result(story, [1], { key: "again" });
      result(story, [0], { key: "again" });
    },
  },
  {
    name: "betting_credited_whatever_is_told_late",
    requires: REQUIRES,
    description: "The result came with the venue's figure, then bets, a removal, another figure.",
    tell: (story) => {
      bob(story.begin(MARKET));
      result(story, [0], { amount: "19" });
      deal(story, 1, { qty: "10", px: "3" });
      deal(story, 2, { on: 1, side: "Sell", qty: "3.33", px: "2.98", session: 2, fee: "0.02" });
      remove(story, 2, { ppm: 100_000 });
      correct(story, 1, { on: 0, qty: "9", px: "3.1" });
      result(story, [0], { amount: "16.155" });
      story.void(2, { execId: "x2", ref: "e2" });
      result(story, [], { isVoid: true, amount: "0" });
      deal(story, 3, { side: "Sell", qty: "2", px: "2.5", session: 2 });
      result(story, [1], { amount: "-9" });
      remove(story, 2, { ppm: 200_000 });
      story.void(1, { execId: "y1", ref: "e1" });
    },
  },
  {
    name: "betting_largest_stakes",
    requires: REQUIRES,
    description: "Stakes and returns at the edge of 2^53 quanta, to the last penny.",
    tell: (story) => {
      bob(story.begin(MARKET));
      deal(story, 1, { qty: "90071992547409.9", px: "1000" });
      deal(story, 2, { side: "Sell", qty: "90071992547409.91", px: "999.99", session: 2 });
      result(story, [0]);
      result(story, [1]);
      deal(story, 3, { qty: "0.02", px: "2", session: 2 });
    },
  },
  {
    name: "betting_facts_that_break_rules",
    requires: REQUIRES,
    description: "Removals and results of what is no runner, and impossible ones, change nothing.",
    tell: (story) => {
      story.begin({ ...WARN, instruments: [runner("A"), runner("B", { market: "n" }), SPOT] });
      deal(story, 1, { qty: "10", px: "3" });
      remove(remove(story, 2, { ppm: 1 }), 0, { ppm: 1_000_000 });
      remove(story, 1, { ppm: -1 });
      result(story, [0], { market: "none" });
      result(result(story, [1]), [0], { voided: [0] });
      result(result(story, [0, 0]), [], { voided: [2] });
      result(result(story, [0], { places: 2 }), [0], { tied: 0 });
      result(result(story, [0], { places: 0 }), [0], { amount: "x" });
      settle(split(story, "1"), 0, { share: [1, 1] });
      result(story, [0]);
    },
  },
  {
    name: "betting_listings_refused",
    requires: REQUIRES,
    description: "Terms that cannot be, or not beside the others of the market.",
    tell: (story) => {
      story.begin({
        instruments: [
          runner("A", { market: "" }),
          runner("B", { currency: "" }),
          runner("C", { commissionPpm: 1_000_001 }),
          runner("D", { discountPpm: -1 }),
          runner("E", { winners: 0 }),
          runner("F", { runners: 0 }),
          runner("G", { runners: null }),
          runner("H", { currency: "EUR" }),
          runner("I", { winners: 2 }),
          { ...runner("J"), priceRule: { scale: 3, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] } },
          runner("K", { commissionPpm: 70_000 }),
        ],
      });
      deal(story, 1, { on: 10, qty: "10", px: "3" });
      result(story, [10]);
    },
  },
];

/** Outcomes. */
export const OUTCOMES: readonly Scenario[] = [...BINARY, ...BETTING];

function firstOf(story: Story): Story["instruments"][number] {
  const [first] = story.instruments;
  if (first === undefined) throw new Error("A story must list its instruments first");
  return first;
}
