/**
 * Scenarios of reconciliation: an account held against what its venue lists (R-EXEC-5).
 * @module
 */
import type { Scenario } from "../scenario.ts";
import { CANCEL_NEW, NO_LOOKUP } from "../world.ts";

const EVERY_5_S = { venues: [{ name: "test", reconcileMs: 5000 }] } as const;
const DEAR = {
  venues: [{
    name: "test",
    pacing: {
      perSecond: 10,
      burst: 10,
      costs: { submit: 1, replace: 1, cancel: 1, lookup: 4, reconcile: 20 },
    },
  }],
} as const;

/** Reconciliation. */
export const RECONCILIATIONS: readonly Scenario[] = [
  {
    name: "reconciled_on_connection",
    requires: ["R-EXEC-5"],
    description: "A new connection asks what is open; what agrees changes nothing; then in turns.",
    tell: (story) =>
      story.begin(EVERY_5_S).place("i1").accept(1).venue("down").venue("reconciling")
        .place("i2").reconciled([{ order: 1, qty: "10" }]).venue("up").toDeadline()
        .reconciled([{ order: 1, qty: "10" }]).toDeadline().venue("down").toDeadline(),
  },
  {
    name: "reconciled_when_asked",
    requires: ["R-EXEC-5"],
    description: "Asked for while one is open: the older answer is stale. Not while it is down.",
    tell: (story) =>
      story.begin().place("i1").accept(1).reconcileAsked().reconcileAsked()
        .reconciled([], { request: 2 }).reconcileFailed({ request: 2 })
        .reconciled().found(1, { status: "cancelled", qty: "10", cum: "0", px: "100" })
        .reconciled().venue("down").reconcileAsked().venue("up"),
  },
  {
    name: "reconciled_order_is_gone",
    requires: ["R-EXEC-5", "fault 25"],
    description: "An order that the list lacks is looked up: the answer is the evidence.",
    tell: (story) =>
      story.begin().place("i1").place("i2").place("i3").accept(1).accept(2).reconcileAsked()
        .reconciled([{ order: 2, qty: "10" }])
        .found(1, { status: "cancelled", qty: "10", cum: "0", px: "100" }).accept(3),
  },
  {
    name: "reconciled_fill_is_missing",
    requires: ["R-EXEC-5", "fault 12"],
    description: "More filled there: looked up, and the execution comes before the answer.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "1", px: "100" })
        .void(1, { execId: "x1", ref: "e1" }).reconcileAsked()
        .reconciled([{ order: 1, qty: "10", cum: "1" }]).reconcileAsked()
        .reconciled([{ order: 1, qty: "10", cum: "3" }])
        .fill(1, { id: "e2", qty: "2", px: "100" })
        .found(1, { status: "open", qty: "10", cum: "3", px: "100" }),
  },
  {
    name: "reconciled_terms_differ",
    requires: ["R-EXEC-5"],
    description: "Other terms there are looked up and taken over: Restated.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2).reconcileAsked()
        .reconciled([{ order: 1, qty: "8" }, { order: 2, qty: "10", px: "99" }])
        .found(1, { status: "open", qty: "8", cum: "0", px: "100" })
        .found(2, { status: "open", qty: "10", cum: "0", px: "99" }),
  },
  {
    name: "restated_to_what_was_filled",
    requires: ["R-EXEC-5"],
    description: "Found open with no more than what was filled here: the order is complete.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "5", px: "100" })
        .cancel("c1", { orig: "i1" }).reconcileAsked()
        .reconciled([{ order: 1, qty: "5", cum: "5" }])
        .found(1, { status: "open", qty: "5", cum: "5", px: "100" }),
  },
  {
    name: "restated_while_a_cancel_is_open",
    requires: ["R-EXEC-5"],
    description: "The terms are taken over first; the cancel goes on.",
    tell: (story) =>
      story.begin().place("i1").accept(1).cancel("c1", { orig: "i1" }).reconcileAsked()
        .reconciled([{ order: 1, qty: "9" }])
        .found(1, { status: "open", qty: "9", cum: "0", px: "100" }).cancelled(1),
  },
  {
    name: "look_up_from_before_a_replace",
    requires: ["R-EXEC-5", "fault 18"],
    description: "An answer that was asked for before the terms changed tells old ones: not heard.",
    tell: (story) =>
      story.begin().place("i1").accept(1).reconcileAsked().reconciled()
        .replace("r1", { orig: "i1", qty: "12" }).replaced(1, { qty: "12", px: "100" })
        .found(1, { status: "open", qty: "10", cum: "0", px: "100" })
        .reconcileAsked().reconciled([{ order: 1, qty: "11" }])
        .replaced(1, { qty: "11", px: "100" })
        .found(1, { status: "open", qty: "12", cum: "0", px: "100" }),
  },
  {
    name: "look_up_from_before_two_replaces",
    requires: ["R-EXEC-3", "R-EXEC-5", "fault 18"],
    description:
      "To and fro: an old answer shows what the newer replace asks for, and proves nothing.",
    tell: (story) => {
      story.begin();
      const open = { status: "open", cum: "0" } as const;
      for (const n of [1, 2]) {
        story.place(`i${n}`).accept(n).cancel(`c${n}`, { orig: `i${n}` }).cancelRejected(n)
          .replace(`r${n}`, { orig: `i${n}`, qty: "12", price: "101" })
          .replaced(n, { qty: "12", px: "101", venueOrderId: `w${n}` })
          .replace(`s${n}`, { orig: `r${n}`, qty: "10", price: "100" })
          .failed(n, { kind: "Replace", outcome: "unknown" })
          .found(n, { ...open, qty: "10", px: "100", earlier: 1, venueOrderId: `v${n}` });
      }
      story.found(2, { ...open, qty: "10", px: "100" })
        .found(1, { ...open, qty: "12", px: "101" }).wait(20_000).toDeadline()
        .found(1, { ...open, qty: "12", px: "101" });
    },
  },
  {
    name: "outdated_look_up_asks_again",
    requires: ["R-EXEC-3", "R-EXEC-5"],
    description:
      "An old answer about a replace in doubt, and no other look-up is open: one is due.",
    tell: (story) =>
      story.begin().place("i1").accept(1).cancel("c1", { orig: "i1" }).cancelRejected(1)
        .replace("r1", { orig: "i1", qty: "12" }).replaced(1, { qty: "12", px: "100" })
        .replace("r2", { orig: "r1", qty: "10" }).failed(1, { kind: "Replace", outcome: "unknown" })
        .failed(1, { kind: "Lookup", outcome: "unknown" })
        .found(1, { status: "open", qty: "10", cum: "0", px: "100", earlier: 1 })
        .toDeadline().found(1, { status: "open", qty: "10", cum: "0", px: "100" }),
  },
  {
    name: "look_up_outdated_in_doubt",
    requires: ["R-EXEC-5", "R-EXEC-3"],
    description: "An order in doubt whose look-up is outdated is asked for again.",
    tell: (story) =>
      story.begin().place("i1").accept(1).cancel("c1", { orig: "i1" })
        .failed(1, { kind: "Cancel", outcome: "unknown" }).replaced(1, { qty: "9", px: "100" })
        .found(1, { status: "open", qty: "10", cum: "0", px: "100" }).toDeadline()
        .found(1, { status: "open", qty: "9", cum: "0", px: "100" }).cancelled(1),
  },
  {
    name: "reconciled_while_replacing",
    requires: ["R-EXEC-5"],
    description: "While a replace is under way either terms may be listed; executions still count.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2)
        .replace("r1", { orig: "i1", qty: "12" }).replace("r2", { orig: "i2", qty: "12" })
        .failed(2, { kind: "Replace", outcome: "notSent" }).reconcileAsked()
        .reconciled([{ order: 1, qty: "12" }, { order: 2, qty: "12" }]).reconcileAsked()
        .reconciled([{ order: 1, qty: "12", cum: "1" }, { order: 2, qty: "10" }])
        .replaced(1, { qty: "12", px: "100" }),
  },
  {
    name: "reconciled_cancel_and_new",
    requires: ["R-EXEC-5"],
    description:
      "A new version counts from what was executed before it; on its way it is left out.",
    tell: (story) =>
      story.begin(CANCEL_NEW).place("i1").accept(1).fill(1, { id: "e1", qty: "4", px: "100" })
        .replace("r1", { orig: "i1", qty: "12" }).cancelled(1).reconcileAsked().reconciled()
        .accept(1, { clOrdId: "tl01234567-1-2", venueOrderId: "w1" }).reconcileAsked()
        .reconciled([{ order: 1, qty: "8" }]).reconcileAsked()
        .reconciled([{ clOrdId: "tl01234567-1-2", venueOrderId: "w1", qty: "8", cum: "1" }])
        .found(1, { status: "open", qty: "8", cum: "0", px: "100", clOrdId: "tl01234567-1-1" })
        .reconcileAsked().reconciled([{ order: 1, qty: "7" }])
        .found(1, { status: "open", qty: "7", cum: "0", px: "100", clOrdId: "tl01234567-1-2" }),
  },
  {
    name: "reconciled_after_a_late_fill_of_the_old_version",
    requires: ["R-EXEC-5", "fault 18"],
    description: "What the old version filled late is not compared with what the new one did.",
    tell: (story) => {
      const named = { clOrdId: "tl01234567-1-2", venueOrderId: "w1" } as const;
      story.begin(CANCEL_NEW).place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .cancelled(1).accept(1, named)
        .fill(1, { id: "e1", qty: "1", px: "100", clOrdId: "tl01234567-1-1" });
      for (const cum of ["0", "1"]) {
        story.reconcileAsked().reconciled([{ ...named, qty: "12", cum }]);
      }
    },
  },
  {
    name: "look_up_finds_the_old_version",
    requires: ["R-EXEC-3", "fault 18"],
    description: "Found under the key of the cancelled half: it says nothing of the new one.",
    tell: (story) =>
      story.begin(CANCEL_NEW).place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .cancelled(1).failed(1, { kind: "Submit", outcome: "unknown" })
        .found(1, {
          status: "cancelled",
          qty: "10",
          cum: "0",
          px: "100",
          clOrdId: "tl01234567-1-1",
        }).toDeadline()
        .found(1, { status: "open", qty: "12", cum: "0", px: "100", clOrdId: "tl01234567-1-2" })
        .found(1, { status: "open", qty: "10", cum: "0", px: "99", clOrdId: "tl01234567-1-1" }),
  },
  {
    name: "reconciled_by_the_venues_name",
    requires: ["R-EXEC-5"],
    description: "Rows name an order by our key, else by any name that the venue ever gave it.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2, { venueOrderId: "w2" })
        .accept(2, { venueOrderId: "x2" }).reconcileAsked()
        .reconciled([
          { clOrdId: null, venueOrderId: "v1", qty: "10" },
          { clOrdId: "foreign", venueOrderId: "w2", qty: "10" },
          { clOrdId: "tl01234567-1-1", venueOrderId: "x2", qty: "7" },
        ])
        .reconcileAsked().reconciled([
          { clOrdId: "tl01234567-9-1", venueOrderId: "v1", qty: "10" },
          { order: 2, qty: "10" },
        ]),
  },
  {
    name: "one_name_on_two_instruments",
    requires: ["R-EXEC-5", "R-CORE-5"],
    description:
      "Venues count the orders of each instrument by themselves: a name is one of its own.",
    tell: (story) =>
      story.begin({ instruments: [{ symbol: "BTC/USDT" }, { symbol: "ETH/USDT" }] })
        .place("i1").place("i2").place("i3", { on: 1 })
        .accept(1, { venueOrderId: "7" }).accept(2, { venueOrderId: "8" })
        .accept(3, { venueOrderId: "7" })
        .externalFill({ id: "e1", side: "Sell", qty: "1", venueOrderId: "8", on: 1 })
        .fill(1, { unnumbered: true, venueOrderId: "7", id: "e2", qty: "1", px: "100" })
        .fill(3, { unnumbered: true, venueOrderId: "7", id: "e3", qty: "2", px: "100" })
        .reconcileAsked().reconciled([
          { clOrdId: null, venueOrderId: "7", qty: "10", cum: "1" },
          { clOrdId: null, venueOrderId: "8", qty: "3", px: "90", on: 1 },
          { clOrdId: "theirs", venueOrderId: "7", qty: "10", cum: "2", on: 1 },
        ])
        .cancelled(2, { unnumbered: true, venueOrderId: "8" }),
  },
  {
    name: "reconciled_external_orders",
    requires: ["R-EXEC-5"],
    description: "Orders of nobody we know are shown, and count for nothing.",
    tell: (story) =>
      story.begin().place("i1").accept(1).reconcileAsked().reconciled([
        { venueOrderId: "their 1", qty: "3", px: "90" },
        { order: 1, qty: "10" },
        { clOrdId: "theirs", venueOrderId: "their 2", qty: "1", px: null },
      ]).reconcileAsked().reconciled([
        { order: 1, qty: "10" },
        { venueOrderId: "their 1", qty: "3", cum: "1", px: "90" },
      ]),
  },
  {
    name: "reconciled_live_after_end",
    requires: ["R-EXEC-5", "R-CORE-4", "fault 25"],
    description: "Listed though it ended before it was asked: an alarm. Ended since: left out.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2).cancelled(1).wait(1)
        .reconcileAsked().cancelled(2)
        .reconciled([{ order: 1, qty: "10" }, { order: 2, qty: "10" }]).wait(1)
        .reconcileAsked().reconciled([{ clOrdId: null, venueOrderId: "v2", qty: "10" }]),
  },
  {
    name: "reconciled_unknown_order",
    requires: ["R-EXEC-5"],
    description: "An order under a key of ours that nobody here placed: an alarm.",
    tell: (story) =>
      story.begin().reconcileAsked().reconciled([
        { order: 7, qty: "1" },
        { clOrdId: "tlffffffff-1-1", venueOrderId: "of another journal", qty: "1" },
      ]),
  },
  {
    name: "reconciled_without_look_up",
    requires: ["R-EXEC-5"],
    description: "Where orders cannot be looked up a difference alarms.",
    tell: (story) => story.begin(NO_LOOKUP).place("i1").accept(1).reconcileAsked().reconciled(),
  },
  {
    name: "reconcile_fails",
    requires: ["R-EXEC-5"],
    description: "A failure is tried again with back-off; an answer sets the count to 0.",
    tell: (story) => {
      story.begin(EVERY_5_S).venue("reconciling").reconcileFailed().reconcileFailed();
      for (let n = 0; n < 4; n += 1) story.toDeadline().reconcileFailed();
      story.toDeadline().reconciled().venue("up").toDeadline().reconcileFailed().toDeadline()
        .reconcileFailed({ retryAfterMs: 9000 }).toDeadline().toDeadline().reconciled();
    },
  },
  {
    name: "reconcile_fails_and_the_link_too",
    requires: ["R-EXEC-5"],
    description: "A link that goes down drops request and back-off, and so does a restart.",
    tell: (story) =>
      story.begin(EVERY_5_S).venue("reconciling").reconcileFailed().venue("down").toDeadline()
        .venue("reconciling").venue("down").reconciled().venue("reconciling").start(EVERY_5_S)
        .reconciled().reconcileFailed({ retryAfterMs: 100 }).venue("reconciling").toDeadline()
        .reconcileFailed().start(EVERY_5_S).toDeadline(),
  },
  {
    name: "reconcile_is_paced",
    requires: ["R-EXEC-5", "R-EXEC-8"],
    description: "It waits between look-ups and orders, at its cost; a newer one takes its place.",
    tell: (story) =>
      story.begin(DEAR).place("i1").place("i2").accept(1).accept(2).reconcileAsked().place("i3")
        .cancel("c1", { orig: "i1" }).reconcileAsked().toDeadline().toDeadline()
        .reconciled([{ order: 2, qty: "10" }]).toDeadline().toDeadline().toDeadline(),
  },
  {
    name: "reconcile_asks_since",
    requires: ["R-EXEC-5"],
    description: "None until the account is opened; then from 10 s before the last answered one.",
    tell: (story) =>
      story.begin().place("i1").accept(1).reconcileAsked().reconciled([{ order: 1, qty: "10" }])
        .wait(60_000).accountReported({ balances: { USDT: "1000" } }).reconcileAsked()
        .wait(5000).fill(1, { id: "e1", qty: "1", px: "100" }).reconcileAsked().wait(30_000)
        .reconciled([{ order: 1, qty: "10", cum: "1" }]).wait(60_000)
        .externalFill({ id: "x1", side: "Buy", qty: "1" }).reconcileAsked(),
  },
  {
    name: "reconciled_breaks_a_rule",
    requires: ["R-CORE-5"],
    description: "A row of an instrument that is not listed there; a venue that is not declared.",
    tell: (story) =>
      story.begin().place("i1").accept(1).reconcileAsked()
        .reconciled([{ qty: "1", told: 9 }])
        .tradingState("Active", 0).reconciled([{ order: 1, qty: "10" }]).reconcileAsked(3)
        .tradingState("Active").adopted(3).tradingState("Active"),
  },
];
