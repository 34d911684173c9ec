/**
 * Scenarios of faults that fuzzing found in the core, told in as few words as show them (R-TEST-3).
 * @module
 */
import { type ExchangeLimits, NO_LIMITS, NO_ORDER_LIMITS } from "../../../../core/limits.ts";
import { instrumentId, px, qty } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";
import type { Story } from "../story.ts";
import { CANCEL_NEW, contractOf, type WorldSpec } from "../world.ts";

const INVERSE: WorldSpec = {
  instruments: [
    contractOf("INV/USD", { kind: "inverse", multiplier: "100", settlement: "BTC" }, {
      base: "BTC",
      quote: "USD",
      qtyRule: { scale: 0, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
    }),
  ],
};

function quote(story: Story, of: { readonly bidPx: number; readonly askPx: number }): Story {
  const payload = {
    bidPx: px(of.bidPx),
    bidQty: qty(1),
    askPx: px(of.askPx),
    askQty: qty(1),
    updateId: null,
  };
  const about = { source: "market_data", venue: 0, instrument: 0 } as const;
  return story.offer({ ...about, eventType: "QuoteUpdated", payload });
}

/** What went wrong once. */
export const FUZZED: readonly Scenario[] = [
  {
    name: "mark_that_is_no_price",
    requires: ["R-TEST-3", "R-CORE-6"],
    description: "An inverse position has no mark where the middle of the book is not above 0.",
    tell: (story) =>
      quote(
        story.begin(INVERSE).place("i1", { qty: "3", px: "100" })
          .fill(1, { id: "e1", qty: "3", px: "100" }),
        { bidPx: -5, askPx: 5 },
      ),
  },
  {
    name: "quotes_after_a_run_with_depth",
    requires: ["R-CORE-7"],
    description: "A feed that had depth in the run before may have quotes alone in this one.",
    tell: (story) => {
      const limits = { ...NO_LIMITS, priceCollarPpm: 10_000, bookStaleMs: 60_000 };
      const set = { scope: "instrument", admin: true, limits } as const;
      story.begin().control("LimitsSet", set, { venue: 0, instrument: 0 })
        .book({ bids: ["99", "1"], asks: ["100", "1"] });
      quote(story, { bidPx: 4_900, askPx: 5_000 }).place("i1")
        .start().venue("up").open({ session: 2, client: "alice" }).place("i2", {}, 2)
        .bookDelta({ bids: ["98", "1"], asks: [] }).place("i3", {}, 2);
      quote(story, { bidPx: 9_900, askPx: 10_000 }).place("i4", {}, 2);
    },
  },
  {
    name: "quote_out_of_bounds",
    requires: ["R-TEST-3", "R-CORE-9"],
    description: "A price that a checkpoint could not hold breaks a rule, also in a quote.",
    tell: (story) => quote(story.begin(), { bidPx: 1, askPx: 4_503_599_627_370_497 }).place("i1"),
  },
  {
    name: "unknown_client_of_a_fact_that_breaks_a_rule",
    requires: ["R-TEST-3", "R-CORE-6"],
    description: "Of a fact that is not posted only the broken rule is said.",
    tell: (story) => {
      const told = { source: "broker_report", eventType: "OutcomesSplit", venue: 0 } as const;
      const payload = { condition: "none", qty: "1", client: "stranger" };
      story.begin({ settings: { invariants: "warn" } }).offer({ ...told, payload, key: "a" });
    },
  },
  {
    name: "restated_when_its_new_version_was_filled",
    requires: ["R-TEST-3", "R-CORE-4"],
    description:
      "A restatement proves the new version, which late executions had filled: it ended.",
    tell: (story) =>
      story.begin(CANCEL_NEW).place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .cancelled(1).fill(1, { id: "e1", qty: "12", px: "100", clOrdId: "tl01234567-1-1" })
        .replaced(1, { qty: "14", px: "100", clOrdId: "tl01234567-1-2" }),
  },
  {
    name: "report_of_an_account_with_two_faults",
    requires: ["R-TEST-3", "R-CORE-7"],
    description: "What breaks a rule is found also behind a balance that differs.",
    tell: (story) => {
      const balances = [{ currency: "USDT", total: "5" }];
      const positions = [{ instrument: instrumentId(7), qty: 1 }];
      story.begin().offer({
        source: "broker_report",
        eventType: "AccountReported",
        venue: 0,
        key: "a",
        payload: { balances, positions },
      });
    },
  },
  {
    name: "executed_beyond_counting",
    requires: ["R-TEST-3", "R-CORE-5"],
    description:
      "Corrections whose peaks add up beyond 2^53 break a rule, before anything changes.",
    tell: (story) => {
      const largest = "9007199254740.991";
      const correct = (of: { readonly id: string; readonly qty: string }): Story =>
        story.report("ExecutionCorrected", {
          execId: of.id,
          execRefId: "e1",
          ...story.quanta(0, { qty: of.qty, px: "1" }),
          liquidity: null,
          commission: "0",
          commissionCurrency: "USDT",
        }, { order: 1 });
      story.begin().place("i1", { qty: "10" }).fill(1, { id: "e1", qty: "1", px: "1" });
      correct({ id: "c1", qty: largest });
      correct({ id: "c2", qty: "1" });
      story.tradingState("Active", 0).fill(1, { id: "e2", qty: "1", px: "1" });
    },
  },
  {
    name: "limits_that_a_client_never_had",
    requires: ["R-TEST-3", "R-CORE-7"],
    description: "A reload that takes them away changes nothing: those of all go on to follow.",
    tell: (story) => {
      const limits = { ...NO_ORDER_LIMITS, maxOrderQty: qty(1_000) };
      const ofAll = { scope: "clientInstrument", client: "*", admin: true } as const;
      const ofOne = { ...ofAll, client: "alice", admin: false, limits: null } as const;
      const about = { venue: 0, instrument: 0 };
      const allow: ExchangeLimits = { maxOpenOrders: null, orderRate: null, selfMatch: "allow" };
      story.begin().control("LimitsSet", { ...ofAll, limits }, about)
        .control("LimitsSet", ofOne, about)
        .control("LimitsSet", { ...ofAll, limits: NO_ORDER_LIMITS }, about)
        .control("LimitsSet", { scope: "exchange", exchange: "x", admin: false, limits: allow })
        .place("i1");
    },
  },
];
