/**
 * Scenarios of replaces: the FIX matrices C and D, replace by cancel and new, and crossings.
 * @module
 */
import { micros } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";
import { CANCEL_NEW } from "../world.ts";

const FOUR = { qty: "4", px: "100" } as const;
const REDUCING = { venues: [{ name: "test", capabilities: { replace: "reduce_only" } }] } as const;

/** Replaces. */
export const REPLACES: readonly Scenario[] = [
  {
    name: "fix_c1a_increase_unfilled",
    requires: ["FIX C.1.a"],
    description: "An increase without fills, made; and one refused.",
    tell: (story) =>
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "11" })
        .replaced(1, { qty: "11", px: "100" }).replace("r2", { orig: "r1", qty: "12" })
        .replaceRejected(1, "VENUE_SUSPENDED").fill(1, { id: "e1", qty: "11", px: "100" }),
  },
  {
    name: "fix_c1b_increase_crosses_fill",
    requires: ["FIX C.1.b", "fault 17"],
    description: "A fill while the replace is pending counts against the old quantity.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "1", px: "100" })
        .replace("r1", { orig: "i1", qty: "12" }).fill(1, { id: "e2", qty: "0.1", px: "100" })
        .replaced(1, { qty: "12", px: "100" }).fill(1, { id: "e3", qty: "10.9", px: "100" }),
  },
  {
    name: "replace_for_more_time_alone",
    requires: ["R-EXEC-1", "R-CORE-3"],
    description:
      "TTL and tag are ours: done at once, without a request or a key, and only that. What the " +
      "venue knows is asked for, also where it comes along.",
    tell: (story) => {
      story.begin();
      const gtd = { timeInForce: "GTD", expireUs: micros(story.nowUs + 60_000_000) } as const;
      const later = micros(gtd.expireUs + 1);
      story.place("i1", { ttlMs: 2000, tag: "a" }).place("i2", gtd)
        .replace("r0", { orig: "i1", qty: "10", ttlMs: 2000 }).accept(1).accept(2).wait(1000)
        .replace("r1", { orig: "i1", qty: "10", ttlMs: 2000 }).fill(1, { id: "e1", ...FOUR })
        .replace("r2", { orig: "r1", qty: "10", price: "100", hasTag: true, tag: "b" })
        .replace("r3", { orig: "i2", qty: "10", expireUs: gtd.expireUs })
        .replace("r4", { orig: "r3", qty: "10", validateOnly: true, ttlMs: 50 })
        .replace("r4", { orig: "r3", qty: "10", validateOnly: true, ttlMs: 50 })
        .replace("r1", { orig: "i1", qty: "10", ttlMs: 2000 }).wait(1000).deadline()
        .replace("r5", { orig: "r3", qty: "10", expireUs: later }).replaced(2, {
          qty: "10",
          px: "100",
        })
        .replace("r6", { orig: "r5", qty: "10", params: {} }).replaceRejected(2)
        .found(2, { status: "open", qty: "10", cum: "0", px: "100" })
        .replace("r7", { orig: "r2", qty: "9", ttlMs: 0 }).replaced(1, { qty: "9", px: "100" })
        .replace("r8", { orig: "r7", qty: "9", ttlMs: 1000 }).start().venue("up")
        .toDeadline().cancelled(1).open({ session: 2, client: "alice" })
        .replace("r9", { orig: "r8", qty: "9" }, 2);
    },
  },
  {
    name: "replace_for_more_time_by_cancel_and_new",
    requires: ["R-EXEC-1"],
    description:
      "The order keeps its place: nothing is cancelled for a TTL, also in a new version.",
    tell: (story) =>
      story.begin(CANCEL_NEW).place("i1", { ttlMs: 2000 }).accept(1)
        .fill(1, { id: "e1", ...FOUR }).replace("r1", { orig: "i1", qty: "10", ttlMs: 3000 })
        .replace("r2", { orig: "r1", qty: "12" }).cancelled(1)
        .replace("r3", { orig: "r2", qty: "12", ttlMs: 0 })
        .accept(1, { clOrdId: "tl01234567-1-2", venueOrderId: "w1" })
        .replace("r4", { orig: "r2", qty: "12", ttlMs: 4000 }).toDeadline().cancelled(1),
  },
  {
    name: "replace_for_more_time_after_a_refused_cancel",
    requires: ["R-EXEC-3", "R-EXEC-4"],
    description:
      "What the refusal meant is asked on, since no terms have changed; a lapse is forgiven.",
    tell: (story) =>
      story.begin(REDUCING).place("i1", { ttlMs: 1000 }).accept(1).cancel("c1", { orig: "i1" })
        .cancelRejected(1).replace("r1", { orig: "i1", qty: "10", ttlMs: 1000 })
        .failed(1, { kind: "Lookup", outcome: "unknown" }).toDeadline()
        .found(1, { status: "open", qty: "10", cum: "0", px: "100" }).toDeadline()
        .cancelRejected(1, "VENUE_SUSPENDED").replace("r2", { orig: "r1", qty: "10", ttlMs: 5000 })
        .toDeadline().toDeadline().cancelled(1),
  },
  {
    name: "fix_c1c_increase_of_filled_order",
    requires: ["FIX C.1.c", "R-CORE-5"],
    description: "A terminal order never re-opens: the replace is refused.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "10", px: "100" })
        .replace("r1", { orig: "i1", qty: "12" }),
  },
  {
    name: "increase_crosses_completing_fill",
    requires: ["FIX C.1.c", "R-CORE-4"],
    description: "The old quantity is filled while the increase is unanswered: the answer decides.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2)
        .replace("r1", { orig: "i1", qty: "12" }).fill(1, { id: "e1", qty: "10", px: "100" })
        .replaced(1, { qty: "12", px: "100" }).fill(1, { id: "e2", qty: "2", px: "100" })
        .replace("r2", { orig: "i2", qty: "12" }).fill(2, { id: "f1", qty: "10", px: "100" })
        .replaceRejected(2, "VENUE_NOT_FOUND"),
  },
  {
    name: "fill_proves_the_increase",
    requires: ["R-CORE-4"],
    description: "A fill above the old quantity infers that the increase was made.",
    tell: (story) =>
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .fill(1, { id: "e1", qty: "11", px: "100" }).replaced(1, { qty: "12", px: "100" })
        .fill(1, { id: "e2", qty: "1", px: "100" }),
  },
  {
    name: "fill_tells_the_key_of_the_increase",
    requires: ["R-CORE-4", "R-EXEC-3"],
    description: "A venue that keeps the first key: it is cancelled and asked for under that one.",
    tell: (story) => {
      const clOrdId = "tl01234567-1-1";
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "20" }).start()
        .venue("up").open({ session: 2, client: "alice" })
        .fill(1, { id: "e1", qty: "8", px: "100", clOrdId })
        .fill(1, { id: "e2", qty: "4", px: "100", clOrdId })
        .found(1, { status: "open", qty: "20", cum: "12", px: "100", clOrdId })
        .cancel("c1", { orig: "i1" }, 2).cancelRejected(1, "VENUE_NOT_FOUND").toDeadline();
    },
  },
  {
    name: "look_up_tells_the_key",
    requires: ["R-EXEC-3"],
    description: "The fill bore none: what is found under another key of ours goes on under it.",
    tell: (story) => {
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "20" })
        .fill(1, { id: "e1", qty: "12", px: "100" }).cancel("c1", { orig: "i1" })
        .cancelRejected(1, "VENUE_NOT_FOUND")
        .found(1, { status: "open", qty: "20", cum: "12", px: "100", clOrdId: "tl01234567-1-1" })
        .cancel("c2", { orig: "i1" }).cancelled(1, { clOrdId: "tl01234567-1-1" });
    },
  },
  {
    name: "fix_c2a_price_change_too_late",
    requires: ["FIX C.2.a"],
    description: "A fill completes the order while a change of price is pending.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "1", px: "100" })
        .replace("r1", { orig: "i1", qty: "10", price: "101" })
        .fill(1, { id: "e2", qty: "9", px: "100" }).replaceRejected(1, "VENUE_NOT_FOUND"),
  },
  {
    name: "fix_c3a_decrease_crosses_fill",
    requires: ["FIX C.3.a"],
    description: "A decrease with fills on both sides of it.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "1", px: "100" })
        .replace("r1", { orig: "i1", qty: "8" }).fill(1, { id: "e2", qty: "0.5", px: "100" })
        .fill(1, { id: "e3", qty: "0.1", px: "100" }).replaced(1, { qty: "8", px: "100" })
        .fill(1, { id: "e4", qty: "6.4", px: "100" }),
  },
  {
    name: "fix_c3b_decrease_to_what_was_filled",
    requires: ["FIX C.3.b"],
    description: "A decrease to exactly what was filled meanwhile ends Filled.",
    tell: (story) =>
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "7" })
        .fill(1, { id: "e1", qty: "7", px: "100" }).replaced(1, { qty: "7", px: "100" }),
  },
  {
    name: "fix_c3c_decrease_below_what_was_filled",
    requires: ["FIX C.3.c", "fault 19"],
    description: "More was filled than the new quantity: it becomes what was filled.",
    tell: (story) =>
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "7" })
        .fill(1, { id: "e1", qty: "8", px: "100" }).replaced(1, { qty: "7", px: "100" }),
  },
  {
    name: "fix_d1a_two_replaces",
    requires: ["FIX D.1.a"],
    description: "One replace after the other, with fills between.",
    tell: (story) =>
      story.begin().place("x").accept(1).fill(1, { id: "e1", qty: "1", px: "100" })
        .replace("y", { orig: "x", qty: "8" }).fill(1, { id: "e2", qty: "0.5", px: "100" })
        .replaced(1, { qty: "8", px: "100" }).fill(1, { id: "e3", qty: "2", px: "100" })
        .replace("z", { orig: "y", qty: "6" }).replaced(1, { qty: "6", px: "100" })
        .fill(1, { id: "e4", qty: "2.5", px: "100" }),
  },
  {
    name: "fix_d1b_replace_after_refused_one",
    requires: ["FIX D.1.b", "FIX D.1.c"],
    description: "A refused replace leaves the order as it was; the next names either id.",
    tell: (story) =>
      story.begin().place("x").accept(1).replace("y", { orig: "x", qty: "8" })
        .fill(1, { id: "e1", qty: "1.5", px: "100" }).replaceRejected(1, "VENUE_SUSPENDED")
        .replace("z", { orig: "y", qty: "6" }).replaced(1, { qty: "6", px: "100" }),
  },
  {
    name: "fix_d2x_one_replace_at_a_time",
    requires: ["FIX D.2.a", "FIX D.2.x", "fault 20"],
    description: "While a replace is pending another is refused with the true state.",
    tell: (story) =>
      story.begin().place("x").accept(1).replace("y", { orig: "x", qty: "8" })
        .replace("z", { orig: "x", qty: "7" }).replaced(1, { qty: "8", px: "100" })
        .replace("z2", { orig: "y", qty: "7" }).replaced(1, { qty: "7", px: "100" }),
  },
  {
    name: "fix_f1b_same_place_again",
    requires: ["FIX F.1.b", "R-WIRE-2"],
    description: "The same Place again is a repetition; another under its id is refused.",
    tell: (story) =>
      story.begin().place("x").accept(1).place("x").place("x", { qty: "11" }).cancel("c", {
        orig: "x",
      }),
  },
  {
    name: "replace_changes_everything",
    requires: ["R-CORE-3"],
    description: "Price, quantity, expiry, TTL, tag and params of a GTD order.",
    tell: (story) => {
      story.begin();
      const expireUs = story.sentUs + 60_000_000 as typeof story.sentUs;
      story.place("i1", { timeInForce: "GTD", expireUs, tag: "a", ttlMs: 50_000 }).accept(1)
        .replace("r1", {
          orig: "i1",
          qty: "9",
          price: "99",
          expireUs: expireUs + 30_000_000 as typeof expireUs,
          ttlMs: 0,
          hasTag: true,
          tag: "b",
          params: { iceberg: "1" },
        }).replaced(1, { qty: "9", px: "99" }).toDeadline().cancelled(1);
    },
  },
  {
    name: "replace_and_cancel_cross",
    requires: ["fault 20", "R-CORE-4"],
    description:
      "A cancel while a replace is out waits for its answer; the replace is made or not.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2)
        .replace("r1", { orig: "i1", qty: "12" }).cancel("c1", { orig: "r1" })
        .replaced(1, { qty: "12", px: "100" }).cancelled(1)
        .replace("r2", { orig: "i2", qty: "12" }).cancel("c2", { orig: "i2" })
        .replaceRejected(2, "VENUE_RATE_LIMIT").cancelled(2),
  },
  {
    name: "order_ends_while_replace_pending",
    requires: ["R-CORE-4"],
    description: "Cancelled, expired or filled under a pending replace: it is answered at once.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2)
        .replace("r1", { orig: "i1", qty: "12" }).cancelled(1).replaced(1, { qty: "12", px: "100" })
        .replace("r2", { orig: "i2", qty: "9" }).cancel("c2", { orig: "i2" }).expired(2)
        .replaceRejected(2),
  },
  {
    name: "replace_by_cancel_and_new",
    requires: ["R-CORE-3", "R-EXEC-1"],
    description:
      "The new order is sized only when the cancel and its final quantity are confirmed.",
    tell: (story) =>
      story.begin(CANCEL_NEW).place("i1").accept(1).fill(1, { id: "e1", qty: "1", px: "100" })
        .replace("r1", { orig: "i1", qty: "12", price: "101" })
        .fill(1, { id: "e2", qty: "2", px: "100" }).cancelled(1)
        .fill(1, { id: "e3", qty: "1", px: "100", clOrdId: "tl01234567-1-1" })
        .accept(1, { venueOrderId: "w1", clOrdId: "tl01234567-1-2" })
        .cancelled(1, { clOrdId: "tl01234567-1-1" })
        .fill(1, { id: "e4", qty: "8", px: "101", clOrdId: "tl01234567-1-2" }),
  },
  {
    name: "replace_by_cancel_and_new_known_by_names",
    requires: ["R-CORE-4", "fault 19"],
    description: "No key is said, only the venue's name: the former one is the old version's.",
    tell: (story) => {
      const [old, young] = [{ venueOrderId: "v1", unnumbered: true }, {
        venueOrderId: "w1",
        unnumbered: true,
      }];
      story.begin(CANCEL_NEW).place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .cancelled(1).fill(1, { ...old, id: "e1", qty: "1", px: "100" }).cancelled(1, old)
        .accept(1, { ...old, clOrdId: "foreign-1-1" })
        .accept(1, { venueOrderId: "w1", clOrdId: "tl01234567-1-2" })
        .fill(1, { ...old, id: "e2", qty: "1", px: "100" }).expired(1, old)
        .fill(1, { ...young, id: "e3", qty: "2", px: "100" }).cancelled(1, young);
    },
  },
  {
    name: "replace_by_cancel_and_new_before_the_new_left",
    requires: ["R-CORE-4", "fault 19"],
    description: "What is said without a key while the new version waits is of the old one.",
    tell: (story) =>
      story.begin({ venues: [{ ...CANCEL_NEW.venues[0], pacing: { perSecond: 1, burst: 2 } }] })
        .place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" }).cancelled(1)
        .fill(1, { id: "e1", qty: "1", px: "100" }).cancelled(1).accept(1, { venueOrderId: "w1" })
        .replaced(1, { qty: "9", px: "100" }).toDeadline()
        .accept(1, { venueOrderId: "w1", clOrdId: "tl01234567-1-2" })
        .fill(1, { id: "e2", qty: "1", px: "100" }),
  },
  {
    name: "replace_by_cancel_and_new_loses_the_order",
    requires: ["R-CORE-4"],
    description: "The venue refuses the new order: the old one is gone, Cancelled.",
    tell: (story) =>
      story.begin(CANCEL_NEW).place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .cancelled(1).reject(1, "VENUE_FUNDS", { clOrdId: "tl01234567-1-2" }),
  },
  {
    name: "replace_by_cancel_and_new_is_overtaken",
    requires: ["R-CORE-4", "fault 19"],
    description: "Nothing is left to place when the cancel is confirmed; and a cancel is refused.",
    tell: (story) =>
      story.begin(CANCEL_NEW).place("i1").place("i2").accept(1).accept(2)
        .replace("r1", { orig: "i1", qty: "5" }).fill(1, { id: "e1", qty: "6", px: "100" })
        .cancelled(1).replace("r2", { orig: "i2", qty: "5" })
        .cancelRejected(2, "VENUE_SUSPENDED").fill(2, { id: "e2", qty: "10", px: "100" }),
  },
  {
    name: "replace_by_cancel_and_new_is_cancelled",
    requires: ["R-CORE-4"],
    description: "A client's cancel in either half wins.",
    tell: (story) =>
      story.begin(CANCEL_NEW).place("i1").place("i2").accept(1).accept(2)
        .replace("r1", { orig: "i1", qty: "12" }).cancel("c1", { orig: "i1" }).cancelled(1)
        .replace("r2", { orig: "i2", qty: "12" }).cancelled(2).cancel("c2", { orig: "r2" })
        .accept(2, { venueOrderId: "w2", clOrdId: "tl01234567-2-2" }).cancelled(2),
  },
  {
    name: "replace_that_only_reduces",
    requires: ["R-CORE-3"],
    description: "A venue that can only lower the quantity.",
    tell: (story) =>
      story.begin(REDUCING).place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .replace("r2", { orig: "i1", qty: "9", price: "100" })
        .replace("r3", { orig: "i1", qty: "9" }).replaced(1, { qty: "9", px: "100" }),
  },
  {
    name: "restated_anew_beyond_counting",
    requires: ["R-CORE-5", "R-CORE-7"],
    description: "A new version rests whole: what its old one filled late makes no room beside it.",
    tell: (story) =>
      story.begin(CANCEL_NEW).place("i1").accept(1).fill(1, { id: "e1", qty: "4", px: "100" })
        .place("i2", { side: "Sell", qty: "5" }).fill(2, { id: "e2", qty: "5", px: "100" })
        .replace("r1", { orig: "i1", qty: "11" }).cancelled(1)
        .fill(1, { id: "e3", qty: "1", px: "100", clOrdId: "tl01234567-1-1" })
        .place("i3", { qty: "9007199254732.991" }).accept(3)
        .replaced(1, { qty: "12.001", px: "100" }).tradingState("Active", 0)
        .replaced(1, { qty: "12", px: "100" }),
  },
];
