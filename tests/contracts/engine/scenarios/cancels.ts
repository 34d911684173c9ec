/**
 * Scenarios of cancels: the FIX matrices B and where messages cross.
 * @module
 */
import type { Scenario } from "../scenario.ts";
import { CANCEL_NEW } from "../world.ts";

/** Cancels. */
export const CANCELS: readonly Scenario[] = [
  {
    name: "fix_b1a_cancel_unfilled",
    requires: ["FIX B.1.a", "R-CORE-4"],
    description: "Cancel of an order without fills, confirmed; and one refused.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2)
        .cancel("c1", { orig: "i1" }).cancelled(1)
        .cancel("c2", { orig: "i2" }).cancelRejected(2, "VENUE_SUSPENDED"),
  },
  {
    name: "fix_b1b_cancel_crosses_fills",
    requires: ["FIX B.1.b", "R-TEST-1", "fault 14"],
    description:
      "Fills before and while a cancel is pending: the pending state is the stronger word.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "2", px: "100" })
        .cancel("c1", { orig: "i1" }).fill(1, { id: "e2", qty: "3", px: "100" })
        .fill(1, { id: "e3", qty: "1", px: "100" }).cancelled(1),
  },
  {
    name: "fix_b1c_cancel_too_late",
    requires: ["FIX B.1.c", "R-TEST-1", "fault 15"],
    description:
      "A completing fill beats the cancel: Filled at once, the cancel is answered with it.",
    tell: (story) =>
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "5", px: "100" })
        .cancel("c1", { orig: "i1" }).fill(1, { id: "e2", qty: "5", px: "100" })
        .cancelRejected(1, "VENUE_NOT_FOUND"),
  },
  {
    name: "fix_b1d_cancel_before_acknowledgement",
    requires: ["FIX B.1.d"],
    description: "A cancel waits for the acknowledgement; the venue may cancel without giving one.",
    tell: (story) => story.begin().place("i1").cancel("c1", { orig: "i1" }).cancelled(1),
  },
  {
    name: "fix_b1e_cancel_crosses_acknowledgement",
    requires: ["FIX B.1.e"],
    description: "The acknowledgement comes after the cancel was asked for: then the request goes.",
    tell: (story) => story.begin().place("i1").cancel("c1", { orig: "i1" }).accept(1).cancelled(1),
  },
  {
    name: "fix_b1f_cancel_of_unknown_order",
    requires: ["FIX B.1.f"],
    description: "A cancel of what this client never placed.",
    tell: (story) =>
      story.begin().open({ session: 2, client: "bob" }).place("i1").cancel("c1", { orig: "i9" })
        .cancel("c2", { orig: "i1" }, 2).cancel("c3", { orig: "c1" }),
  },
  {
    name: "cancel_rejected_while_pending_new",
    requires: ["R-CORE-4"],
    description: "The venue refuses the order while its cancel waits.",
    tell: (story) =>
      story.begin().place("i1").cancel("c1", { orig: "i1" }).reject(1, "VENUE_FUNDS"),
  },
  {
    name: "cancel_after_partial_fill",
    requires: ["R-TEST-1", "fault 14"],
    description: "A cancelled order keeps what was filled; a straggler is late.",
    tell: (story) =>
      story.begin().place("i1", { tag: "mm" }).accept(1).fill(1, { id: "e1", qty: "4", px: "100" })
        .cancel("c1", { orig: "i1" }).cancelled(1).fill(1, { id: "e2", qty: "1", px: "100" }),
  },
  {
    name: "second_cancel_is_refused",
    requires: ["R-CORE-3", "fault 20"],
    description: "One cancel at a time; after a refused one another may come.",
    tell: (story) =>
      story.begin().place("i1").accept(1).cancel("c1", { orig: "i1" }).cancel("c2", { orig: "i1" })
        .cancelRejected(1, "VENUE_RATE_LIMIT").cancel("c3", { orig: "i1" }).cancelled(1)
        .cancel("c4", { orig: "i1" }),
  },
  {
    name: "cancel_rejected_asks_the_venue",
    requires: ["R-EXEC-3", "fault 16"],
    description:
      "A refused cancel proves nothing: the venue is asked, and says where the order is.",
    tell: (story) =>
      story.begin().place("i1").accept(1).cancel("c1", { orig: "i1" })
        .cancelRejected(1, "VENUE_NOT_FOUND")
        .found(1, { status: "open", qty: "10", cum: "0", px: "100" })
        .cancel("c2", { orig: "i1" }).cancelRejected(1, "VENUE_NOT_FOUND")
        .found(1, { status: "cancelled", qty: "10", cum: "0", px: "100" }),
  },
  {
    name: "insisted_cancel_is_refused_again_and_again",
    requires: ["R-EXEC-4", "R-EXEC-6", "fault 16"],
    description: "Tried ever more slowly; anew for a new cause, not for one that is told again.",
    tell: (story) => {
      story.begin().place("i1", { ttlMs: 1000 }).accept(1).toDeadline();
      for (let n = 0; n < 9; n += 1) story.cancelRejected(1, "VENUE_SUSPENDED").toDeadline();
      story.cancelRejected(1, "VENUE_SUSPENDED").killSwitch("on");
      for (let n = 0; n < 3; n += 1) {
        story.cancelRejected(1, "VENUE_SUSPENDED").killSwitch("on").toDeadline();
      }
      story.cancelRejected(1, "VENUE_SUSPENDED").cancel("c1", { orig: "i1" })
        .cancelRejected(1, "VENUE_NOT_FOUND").toDeadline().cancelled(1);
    },
  },
  {
    name: "insisted_cancel_told_again_takes_a_replace_back",
    requires: ["R-EXEC-6", "fault 20"],
    description:
      "Refused for the same cause before: a replace that has not left is taken back, one that has " +
      "is followed; without a replace the cause waits for its time.",
    tell: (story) => {
      story.begin({ venues: [{ name: "test", pacing: { perSecond: 5, burst: 5 } }] });
      for (const n of [1, 2, 3]) story.place(`i${n}`).accept(n);
      story.wait(200).killSwitch("on").wait(500);
      for (const n of [1, 2, 3]) story.cancelRejected(n, "VENUE_SUSPENDED");
      story.killSwitch("off").replace("r1", { orig: "i1", qty: "12" })
        .replace("r2", { orig: "i2", qty: "12" }).killSwitch("on").killSwitch("on")
        .replaced(1, { qty: "12", px: "100" });
      for (let n = 0; n < 3; n += 1) story.toDeadline();
      story.cancelled(1).cancelled(2).cancelled(3);
    },
  },
  {
    name: "insisted_cancel_goes_on_after_a_cancel_and_new",
    requires: ["R-EXEC-4", "R-EXEC-6"],
    description:
      "The cancel that served the replace took its place: it is tried again once the new version " +
      "is there, told or proved by a fill, but not if that is the end, or a cancel is under way.",
    tell: (story) => {
      story.begin(CANCEL_NEW);
      for (const n of [1, 2, 3, 4]) story.place(`i${n}`).accept(n);
      story.killSwitch("on");
      for (const n of [1, 2, 3, 4]) story.cancelRejected(n, "VENUE_SUSPENDED");
      story.killSwitch("off");
      for (const n of [1, 2, 3, 4]) story.replace(`r${n}`, { orig: `i${n}`, qty: "8" });
      story.fill(3, { id: "e1", qty: "8", px: "100" });
      for (const n of [1, 2, 3, 4]) story.cancelled(n);
      story.accept(1).fill(2, { id: "e2", qty: "1", px: "100" }).killSwitch("on").accept(4)
        .wait(1000).deadline().cancelled(4).cancelled(2).cancelRejected(1, "VENUE_SUSPENDED")
        .toDeadline().cancelled(1);
    },
  },
  {
    name: "insisted_lapse_goes_on_after_a_cancel_and_new",
    requires: ["R-EXEC-4"],
    description:
      "So does a lapse whose TTL is kept, though it is armed anew; a longer one ends it.",
    tell: (story) => {
      story.begin(CANCEL_NEW);
      for (const n of [1, 2]) story.place(`i${n}`, { ttlMs: 1000 }).accept(n);
      story.wait(1000).deadline();
      for (const n of [1, 2]) story.cancelRejected(n, "VENUE_SUSPENDED");
      story.replace("r1", { orig: "i1", qty: "12" })
        .replace("r2", { orig: "i2", qty: "12", ttlMs: 60_000 })
        .cancelled(1).cancelled(2).accept(1).accept(2).deadline().wait(1000).deadline()
        .cancelled(1).wait(60_000).deadline().cancelled(2);
    },
  },
  {
    name: "lapse_beside_a_replace_under_the_kill_switch",
    requires: ["R-EXEC-4", "R-EXEC-6"],
    description:
      "It takes the place of no other cause, but the cancel that it begins is the lapse's: Expired. " +
      "Refused, the next one is the kill switch's: Cancelled.",
    tell: (story) => {
      story.begin();
      for (const n of [1, 2]) story.place(`i${n}`, { ttlMs: 1000 }).accept(n);
      story.wait(998).killSwitch("on");
      for (const n of [1, 2]) story.cancelRejected(n, "VENUE_SUSPENDED");
      story.killSwitch("off");
      for (const n of [1, 2]) story.replace(`r${n}`, { orig: `i${n}`, qty: "12" });
      story.wait(1).deadline();
      for (const n of [1, 2]) story.replaced(n, { qty: "12", px: "100" });
      story.cancelled(1).cancelRejected(2, "VENUE_SUSPENDED").wait(10_000).deadline().cancelled(2);
    },
  },
  {
    name: "lapse_refused_after_more_time",
    requires: ["R-EXEC-4"],
    description:
      "Its cancel waits for a replace with a longer TTL, or without one, is sent and refused: it is " +
      "insisted upon no more, and looked up at once. It goes on where the TTL is kept, and where " +
      "its fate is not known.",
    tell: (story) => {
      story.begin();
      for (const n of [1, 2, 3, 4, 5]) story.place(`i${n}`, { ttlMs: 1000 }).accept(n);
      story.wait(900).replace("r2", { orig: "i2", qty: "9", ttlMs: 3_600_000 })
        .replace("r3", { orig: "i3", qty: "9", ttlMs: 0 })
        .replace("r4", { orig: "i4", qty: "9", ttlMs: 3_600_000 })
        .replace("r5", { orig: "i5", qty: "11" })
        .failed(4, { kind: "Replace", outcome: "unknown" }).wait(99).deadline()
        .cancelRejected(1, "VENUE_SUSPENDED")
        .replace("r1", { orig: "i1", qty: "9", ttlMs: 3_600_000 });
      for (const n of [2, 3, 4]) story.replaced(n, { qty: "9", px: "100" });
      story.replaced(5, { qty: "11", px: "100" }).cancelRejected(2, "VENUE_SUSPENDED")
        .failed(3, { kind: "Cancel", outcome: "notSent" }).cancelRejected(5, "VENUE_SUSPENDED")
        .failed(4, { kind: "Cancel", outcome: "unknown" })
        .failed(4, { kind: "Lookup", outcome: "unknown" }).deadline().wait(500).deadline()
        .replaced(1, { qty: "9", px: "100" }).cancelRejected(1, "VENUE_SUSPENDED")
        .cancelRejected(3, "VENUE_NOT_FOUND")
        .found(3, { status: "open", qty: "9", cum: "0", px: "100" }).wait(10_000).deadline()
        .cancelRejected(4, "VENUE_SUSPENDED").wait(10_000).deadline().cancelled(4).cancelled(5)
        .wait(3_600_000).deadline().cancelled(1).cancelled(2);
    },
  },
  {
    name: "lapse_refused_before_a_time_that_is_over",
    requires: ["R-EXEC-4"],
    description:
      "The new TTL ends when the replace is told, or 1 ms later: only that is more time. " +
      "The one goes on to wait, the other lapses anew.",
    tell: (story) => {
      story.begin();
      for (const n of [1, 2]) story.place(`i${n}`, { ttlMs: 1000 }).accept(n);
      story.wait(999).deadline();
      for (const n of [1, 2]) story.cancelRejected(n, "VENUE_SUSPENDED");
      story.replace("r1", { orig: "i1", qty: "9", ttlMs: 100 })
        .replace("r2", { orig: "i2", qty: "9", ttlMs: 101 }).wait(99);
      for (const n of [1, 2]) story.replaced(n, { qty: "9", px: "100" });
      story.deadline().wait(1).deadline().toDeadline().cancelled(1).cancelled(2);
    },
  },
  {
    name: "insisted_cancel_begins_anew_when_the_venue_comes_up",
    requires: ["R-EXEC-4", "R-EXEC-6"],
    description: "What was refused before says nothing of a venue that has come up since.",
    tell: (story) => {
      story.begin();
      for (const n of [1, 2, 3]) story.place(`i${n}`).accept(n);
      story.killSwitch("on").cancelRejected(1, "VENUE_AUTH").cancelRejected(3, "VENUE_SUSPENDED");
      for (let n = 0; n < 6; n += 1) {
        story.toDeadline().cancelRejected(3, "VENUE_SUSPENDED").toDeadline()
          .cancelRejected(1, "VENUE_SUSPENDED");
      }
      story.venue("down").venue("reconciling").venue("up").cancelRejected(1, "VENUE_SUSPENDED")
        .toDeadline().cancelled(1).cancelled(2).cancelled(3);
    },
  },
  {
    name: "cancel_refused_unlooked_beside_one_in_doubt",
    requires: ["R-EXEC-3", "R-EXEC-6"],
    description: "The refusal of the second says nothing of the first: the venue is asked.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2)
        .cancel("c1", { orig: "i1" }).failed(1, { kind: "Cancel", outcome: "unknown" })
        .failed(1, { kind: "Lookup", outcome: "unknown" })
        .killSwitch("on").cancelRejected(1, "VENUE_SUSPENDED").cancelRejected(2, "VENUE_AUTH")
        .toDeadline().cancelRejected(1, "VENUE_RATE_LIMIT").toDeadline().toDeadline()
        .found(1, { status: "cancelled", qty: "10", cum: "0", px: "100" }).cancelled(2),
  },
  {
    name: "refused_cancel_is_asked_about_before_it_is_tried_again",
    requires: ["R-EXEC-3", "R-EXEC-6"],
    description: "An order that may be filled or gone: no retry puts the question off.",
    tell: (story) =>
      story.begin().place("i1", { ttlMs: 1000 }).accept(1).toDeadline()
        .cancelRejected(1, "VENUE_NOT_FOUND").failed(1, { kind: "Lookup", outcome: "unknown" })
        .toDeadline().toDeadline().toDeadline().cancelled(1),
  },
  {
    name: "new_cause_sends_a_cancel_in_doubt_again",
    requires: ["R-EXEC-3", "R-EXEC-6"],
    description:
      "A cancel's fate is unknown and so is the look-up's answer: a kill waits for neither.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2)
        .cancel("c1", { orig: "i1" }).failed(1, { kind: "Cancel", outcome: "unknown" })
        .failed(1, { kind: "Lookup", outcome: "unknown" }).cancel("c2", { orig: "i2" })
        .killSwitch("on").failed(1, { kind: "Cancel", outcome: "notSent" }).killSwitch("on")
        .toDeadline().cancelled(1).cancelled(2),
  },
  {
    name: "cancel_pending_expires",
    requires: ["R-CORE-4"],
    description: "The order runs out while its cancel is pending.",
    tell: (story) => story.begin().place("i1").accept(1).cancel("c1", { orig: "i1" }).expired(1),
  },
  {
    name: "cancel_all",
    requires: ["R-CORE-3"],
    description: "CancelAll takes what lives, and is done when all are settled, however they end.",
    tell: (story) =>
      story.begin().place("i1").place("i2").place("i3").place("i4").accept(1).accept(2).accept(3)
        .cancel("c1", { orig: "i3" }).cancelAll("a1").place("i5").cancelAll("a1")
        .cancelled(1).fill(2, { id: "e1", qty: "10", px: "100" }).cancelled(3)
        .accept(4).cancelRejected(4, "VENUE_SUSPENDED").cancelAll("a1"),
  },
  {
    name: "cancel_all_of_one_instrument",
    requires: ["R-CORE-3"],
    description: "On one instrument, on an unknown one, and of nothing.",
    tell: (story) =>
      story.begin({ instruments: [{ symbol: "BTC/USDT" }, { symbol: "ETH/USDT" }] })
        .place("i1").place("i2", { on: 1 }).accept(1).accept(2)
        .cancelAll("a1", { instrument: "test:ETH/USDT" }).cancelled(2)
        .cancelAll("a2", { instrument: "test:DOGE/USDT" })
        .cancelAll("a3", { instrument: "test:ETH/USDT" }),
  },
  {
    name: "two_cancel_alls",
    requires: ["R-CORE-3"],
    description: "Two CancelAlls wait for the same order; one end settles both.",
    tell: (story) =>
      story.begin().place("i1").accept(1).cancelAll("a1").cancelAll("a2").cancelled(1)
        .cancelAll("a2"),
  },
  {
    name: "cancel_alls_of_two_scopes",
    requires: ["R-CORE-3"],
    description: "CancelAlls of all and of one instrument in turn are answered as they came.",
    tell: (story) =>
      story.begin({ instruments: [{ symbol: "BTC/USDT" }, { symbol: "ETH/USDT" }] })
        .place("i1").place("i2", { on: 1 }).place("i3", { on: 1 }).accept(1).accept(2).accept(3)
        .cancelAll("a1").cancelAll("b1", { instrument: "test:ETH/USDT" }).cancelAll("a2")
        .cancelAll("b2", { instrument: "test:ETH/USDT" }).cancelled(1).cancelAll("a3")
        .cancelled(2).cancelAll("b3", { instrument: "test:ETH/USDT" }).cancelAll("a4")
        .place("i4").cancelAll("a5").cancelled(3).accept(4).cancelled(4),
  },
  {
    name: "cancel_alls_after_a_refused_cancel",
    requires: ["R-CORE-3"],
    description: "What one no longer waits for, since the venue refused, the next takes again.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2).cancelAll("a1").cancelAll("a2")
        .cancelRejected(1, "VENUE_SUSPENDED").cancelAll("a3").cancelAll("a4").cancelled(2)
        .cancelled(1),
  },
];
