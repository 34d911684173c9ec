/**
 * Scenarios of doubt: lost answers, look-ups, proofs of absence, restarts (R-EXEC-3).
 * @module
 */
import type { Scenario } from "../scenario.ts";
import { CANCEL_NEW, NO_LOOKUP } from "../world.ts";

const NO_PROOF = { venues: [{ name: "test", capabilities: { absenceProofMs: null } }] } as const;
const BREAKER = { venues: [{ name: "test", breaker: { failures: 2, coolMs: 3000 } }] } as const;

/** Doubt. */
export const DOUBTS: readonly Scenario[] = [
  {
    name: "lost_answer_found_open",
    requires: ["R-EXEC-3", "fault 5", "fault 2"],
    description: "The answer to a submit is lost; the venue has the order.",
    tell: (story) =>
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "unknown" })
        .found(1, { status: "open", qty: "10", cum: "0", px: "100", venueOrderId: "v1" })
        .fill(1, { id: "e1", qty: "10", px: "100" }),
  },
  {
    name: "lost_answer_late_acknowledgement",
    requires: ["R-EXEC-3", "fault 7"],
    description: "The acknowledgement comes after all, before the look-up is answered.",
    tell: (story) =>
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "unknown" }).accept(1)
        .found(1, { status: "open", qty: "10", cum: "0", px: "100" }),
  },
  {
    name: "lost_answer_found_rejected",
    requires: ["R-EXEC-3", "fault 6"],
    description: "The venue refused the order; its answer was lost.",
    tell: (story) =>
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "unknown" })
        .found(1, { status: "rejected", qty: "10", cum: "0", px: "100" }),
  },
  {
    name: "lost_answer_found_filled",
    requires: ["R-EXEC-3", "fault 5"],
    description: "The executions come before the answer that says filled.",
    tell: (story) =>
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "unknown" })
        .fill(1, { id: "e1", qty: "10", px: "100" })
        .found(1, { status: "filled", qty: "10", cum: "10", px: "100" }),
  },
  {
    name: "look_up_contradicts_executions",
    requires: ["R-EXEC-3", "fault 12", "fault 25"],
    description: "More filled there than here: an alarm, and the venue is asked again; then less.",
    tell: (story) =>
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "unknown" })
        .found(1, { status: "open", qty: "10", cum: "4", px: "100" }).toDeadline()
        .fill(1, { id: "e1", qty: "4", px: "100" }).fill(1, { id: "e2", qty: "1", px: "100" })
        .found(1, { status: "open", qty: "10", cum: "4", px: "100" }).toDeadline()
        .found(1, { status: "open", qty: "10", cum: "5", px: "100" }),
  },
  {
    name: "look_up_after_a_late_fill_of_the_old_version",
    requires: ["R-EXEC-3", "fault 18"],
    description: "It contradicts nothing of the new one: the kill switch cancels what is found.",
    tell: (story) =>
      story.begin(CANCEL_NEW).place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .cancelled(1).failed(1, { kind: "Submit", outcome: "unknown" })
        .fill(1, { id: "e1", qty: "1", px: "100", clOrdId: "tl01234567-1-1" }).killSwitch("on")
        .found(1, { status: "open", qty: "12", cum: "0", px: "100", clOrdId: "tl01234567-1-2" })
        .failed(1, { kind: "Cancel", outcome: "unknown" })
        .found(1, { status: "open", qty: "12", cum: "1", px: "100", clOrdId: "tl01234567-1-2" })
        .toDeadline()
        .found(1, { status: "open", qty: "12", cum: "0", px: "100", clOrdId: "tl01234567-1-2" }),
  },
  {
    name: "proof_of_absence",
    requires: ["R-EXEC-3", "fault 1"],
    description: "A look-up asked too early proves nothing; one after the documented time does.",
    tell: (story) => {
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "unknown" });
      for (let n = 0; n < 7; n += 1) story.notFound(1).toDeadline();
      story.notFound(1).fill(1, { id: "e1", qty: "1", px: "100" }).accept(1);
    },
  },
  {
    name: "no_proof_of_absence",
    requires: ["R-EXEC-3"],
    description: "Where the venue documents no proof an order stays in doubt, with an alarm.",
    tell: (story) => {
      story.begin(NO_PROOF).place("i1").failed(1, { kind: "Submit", outcome: "unknown" });
      for (let n = 0; n < 21; n += 1) story.notFound(1).toDeadline();
      story.cancel("c1", { orig: "i1" }).notFound(1).toDeadline().accept(1).cancelled(1);
    },
  },
  {
    name: "no_look_up",
    requires: ["R-EXEC-3"],
    description: "A venue without look-ups: doubt alarms at once; a lost cancel is tried again.",
    tell: (story) =>
      story.begin(NO_LOOKUP).place("i1").failed(1, { kind: "Submit", outcome: "unknown" })
        .cancel("c1", { orig: "i1" }).accept(1).failed(1, { kind: "Cancel", outcome: "unknown" })
        .toDeadline().failed(1, { kind: "Cancel", outcome: "unknown" }).toDeadline().cancelled(1),
  },
  {
    name: "look_up_fails",
    requires: ["R-EXEC-3"],
    description: "A look-up that comes to nothing is repeated with back-off.",
    tell: (story) => {
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "unknown" });
      for (let n = 0; n < 8; n += 1) {
        story.failed(1, { kind: "Lookup", outcome: n % 2 === 0 ? "unknown" : "notSent" })
          .toDeadline();
      }
      story.found(1, { status: "open", qty: "10", cum: "0", px: "100" });
    },
  },
  {
    name: "never_sent_is_sent_again",
    requires: ["R-EXEC-3"],
    description: "What provably never left goes out again under the same key, with back-off.",
    tell: (story) =>
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "notSent" }).toDeadline()
        .failed(1, { kind: "Submit", outcome: "notSent" }).toDeadline().accept(1)
        .replace("r1", { orig: "i1", qty: "11" }).failed(1, { kind: "Replace", outcome: "notSent" })
        .toDeadline().replaced(1, { qty: "11", px: "100" }).cancel("c1", { orig: "r1" })
        .failed(1, { kind: "Cancel", outcome: "notSent" }).toDeadline().cancelled(1),
  },
  {
    name: "never_sent_and_cancelled",
    requires: ["R-EXEC-3"],
    description: "An order that never left is cancelled here and now, before or after it failed.",
    tell: (story) =>
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "notSent" })
        .cancel("c1", { orig: "i1" }).place("i2").cancel("c2", { orig: "i2" })
        .failed(2, { kind: "Submit", outcome: "notSent" }).toDeadline(),
  },
  {
    name: "replace_never_sent_and_filled",
    requires: ["R-CORE-4"],
    description:
      "The old quantity is filled and the increase never left: there is nothing to ask for.",
    tell: (story) =>
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .fill(1, { id: "e1", qty: "10", px: "100" })
        .failed(1, { kind: "Replace", outcome: "notSent" }),
  },
  {
    name: "replace_never_sent_and_cancelled",
    requires: ["R-EXEC-3", "fault 20"],
    description: "A cancel waited for a replace that did not leave: it wins, whoever asked for it.",
    tell: (story) => {
      story.begin();
      for (const n of [1, 2, 3, 4]) {
        story.place(`i${n}`, n === 2 ? { ttlMs: 1000 } : {}).accept(n)
          .replace(`r${n}`, { orig: `i${n}`, qty: "12" });
      }
      story.cancel("c1", { orig: "r1" }).toDeadline()
        .failed(1, { kind: "Replace", outcome: "notSent" })
        .failed(2, { kind: "Replace", outcome: "notSent" }).cancelled(1).cancelled(2)
        .cancelAll("all").venue("reconciling").failed(3, { kind: "Replace", outcome: "notSent" })
        .killSwitch("on").failed(4, { kind: "Replace", outcome: "notSent" })
        .cancelled(3).cancelRejected(4, "VENUE_RATE_LIMIT").toDeadline().cancelled(4);
    },
  },
  {
    name: "replace_kept_back_and_cancelled",
    requires: ["R-EXEC-3", "R-EXEC-4", "fault 20"],
    description: "A replace that waits for a second attempt, or behind a breaker: the cancel wins.",
    tell: (story) => {
      story.begin(BREAKER);
      for (const n of [1, 2, 3]) {
        story.place(`i${n}`).accept(n).replace(`r${n}`, { orig: `i${n}`, qty: "12" });
      }
      story.failed(1, { kind: "Replace", outcome: "notSent" })
        .failed(2, { kind: "Replace", outcome: "notSent" }).toDeadline()
        .cancel("c1", { orig: "r1" }).cancel("c2", { orig: "r2" }).killSwitch("on")
        .failed(3, { kind: "Replace", outcome: "notSent" }).toDeadline().toDeadline()
        .cancelled(1).cancelled(2).cancelled(3);
    },
  },
  {
    name: "replace_due_with_a_cancel_that_must_come_true",
    requires: ["R-EXEC-3", "R-EXEC-6", "fault 20"],
    description: "Both are due for a second attempt: the cancel is begun first, and wins.",
    tell: (story) =>
      story.begin().place("i1").accept(1).killSwitch("on").cancelRejected(1, "VENUE_RATE_LIMIT")
        .killSwitch("off").replace("r1", { orig: "i1", qty: "12" })
        .failed(1, { kind: "Replace", outcome: "notSent" }).toDeadline().cancelled(1),
  },
  {
    name: "new_version_never_sent_and_cancelled",
    requires: ["R-EXEC-3", "fault 20"],
    description: "Replace by cancel and new: a cancel waited for a new half that did not leave.",
    tell: (story) =>
      story.begin(CANCEL_NEW).place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .cancelled(1).cancel("c1", { orig: "r1" })
        .failed(1, { kind: "Submit", outcome: "notSent" }),
  },
  {
    name: "replace_in_doubt_was_made",
    requires: ["R-EXEC-3", "fault 18"],
    description: "The venue has the new terms: the replace was made.",
    tell: (story) =>
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "12", price: "101" })
        .failed(1, { kind: "Replace", outcome: "unknown" })
        .found(1, {
          status: "open",
          qty: "12",
          cum: "0",
          px: "101",
          clOrdId: "tl01234567-1-2",
        }),
  },
  {
    name: "replace_in_doubt_never_arrived",
    requires: ["R-EXEC-3", "fault 18"],
    description: "The old terms prove it only when the venue was asked late enough.",
    tell: (story) => {
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .failed(1, { kind: "Replace", outcome: "unknown" });
      for (let n = 0; n < 7; n += 1) {
        story.found(1, { status: "open", qty: "10", cum: "0", px: "100" }).toDeadline();
      }
    },
  },
  {
    name: "replace_in_doubt_found_filled",
    requires: ["R-EXEC-3", "fault 18"],
    description: "Filled by the old terms, by the new ones, and by neither.",
    tell: (story) => {
      story.begin();
      for (const n of [1, 2, 3]) {
        story.place(`i${n}`).accept(n).replace(`r${n}`, { orig: `i${n}`, qty: "12" })
          .failed(n, { kind: "Replace", outcome: "unknown" })
          .fill(n, { id: `e${n}`, qty: "10", px: "100" });
      }
      story.found(1, { status: "filled", qty: "10", cum: "10", px: "100" })
        .fill(2, { id: "f2", qty: "2", px: "100" })
        .found(2, { status: "filled", qty: "12", cum: "12", px: "100" })
        .found(3, { status: "filled", qty: "11", cum: "10", px: "100" });
    },
  },
  {
    name: "replace_in_doubt_and_cancelled",
    requires: ["R-EXEC-3", "fault 20"],
    description: "A cancel does not wait for certainty about a replace.",
    tell: (story) =>
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .cancel("c1", { orig: "i1" }).failed(1, { kind: "Replace", outcome: "unknown" })
        .cancelled(1),
  },
  {
    name: "cancel_in_doubt_beside_a_replace",
    requires: ["R-EXEC-3", "fault 20"],
    description: "A cancel that may be lost is sent again, also while the replace is in doubt.",
    tell: (story) => {
      story.begin();
      for (const n of [1, 2]) {
        story.place(`i${n}`).accept(n).replace(`r${n}`, { orig: `i${n}`, qty: "12" })
          .failed(n, { kind: "Replace", outcome: "unknown" });
      }
      story.killSwitch("on").failed(1, { kind: "Cancel", outcome: "unknown" })
        .failed(2, { kind: "Cancel", outcome: "unknown" })
        .found(2, { status: "open", qty: "10", cum: "0", px: "100" }).cancelled(2);
      for (let n = 0; n < 4; n += 1) {
        story.found(1, { status: "open", qty: "10", cum: "0", px: "100" });
        if (n >= 2) story.toDeadline(); // from then on with back-off, together with the look-up
        story.failed(1, { kind: "Cancel", outcome: "unknown" });
        if (n < 2) story.toDeadline();
      }
      story.found(1, { status: "open", qty: "12", cum: "0", px: "100" }).cancelled(1);
    },
  },
  {
    name: "cancel_in_doubt",
    requires: ["R-EXEC-3"],
    description:
      "A lost answer to a cancel: found open it is sent again, found cancelled it was done.",
    tell: (story) => {
      story.begin().place("i1").place("i2").accept(1).accept(2).cancel("c1", { orig: "i1" })
        .failed(1, { kind: "Cancel", outcome: "unknown" });
      for (let n = 0; n < 4; n += 1) {
        story.found(1, { status: "open", qty: "10", cum: "0", px: "100" })
          .failed(1, { kind: "Cancel", outcome: "unknown" }).toDeadline();
      }
      story.cancel("c2", { orig: "i2" }).failed(2, { kind: "Cancel", outcome: "unknown" })
        .found(2, { status: "cancelled", qty: "10", cum: "0", px: "100" });
    },
  },
  {
    name: "lost_cancel_while_look_ups_fail",
    requires: ["R-EXEC-3", "R-EXEC-6", "fault 16"],
    description: "It is sent again ever more slowly, each time after a question; anew for a kill.",
    tell: (story) => {
      story.begin().place("i1").accept(1).cancel("c1", { orig: "i1" })
        .failed(1, { kind: "Cancel", outcome: "unknown" });
      for (let n = 0; n < 4; n += 1) {
        story.failed(1, { kind: "Lookup", outcome: "unknown" }).toDeadline();
        if (n === 2) story.cancel("c2", { orig: "i1" }).cancelAll("all").killSwitch("on");
        else {
          story.failed(1, { kind: "Lookup", outcome: n === 1 ? "notSent" : "unknown" })
            .toDeadline();
        }
        story.failed(1, { kind: "Cancel", outcome: "unknown" }).toDeadline();
      }
      story.cancelled(1);
    },
  },
  {
    name: "lost_cancel_while_look_ups_contradict",
    requires: ["R-EXEC-3", "R-EXEC-6", "fault 16"],
    description:
      "So it is where they find executions that are not ours, nothing, or an old version, but not " +
      "where they find the end. What agrees ends the doubt and sends it at once, or at its time.",
    tell: (story) => {
      const open = { status: "open", qty: "12", cum: "0", px: "100" } as const;
      story.begin(CANCEL_NEW);
      for (const n of [1, 2, 3]) {
        story.place(`i${n}`).accept(n).replace(`r${n}`, { orig: `i${n}`, qty: "12" }).cancelled(n)
          .accept(n, { clOrdId: `tl01234567-${n}-2`, venueOrderId: `w${n}` });
      }
      story.killSwitch("on");
      for (const n of [1, 2, 3]) story.failed(n, { kind: "Cancel", outcome: "unknown" });
      story.found(1, { ...open, cum: "1" }).found(2, { ...open, clOrdId: "tl01234567-2-1" })
        .found(3, { ...open, status: "cancelled", cum: "1" }).toDeadline().toDeadline()
        .toDeadline().notFound(1).found(2, open).toDeadline()
        .failed(1, { kind: "Cancel", outcome: "unknown" }).toDeadline().notFound(1)
        .toDeadline().found(1, open).toDeadline().cancelled(1).cancelled(2)
        .fill(3, { id: "e1", qty: "1", px: "100", clOrdId: "tl01234567-3-2" })
        .found(3, { ...open, status: "cancelled", cum: "1" });
    },
  },
  {
    name: "lost_cancel_while_look_ups_find_an_old_version",
    requires: ["R-EXEC-3", "R-EXEC-6", "fault 18"],
    description: "That says nothing of the new one: the cancel is sent again all the same.",
    tell: (story) => {
      const old = { status: "open", qty: "10", cum: "0", px: "100" } as const;
      const found = { ...old, clOrdId: "tl01234567-1-1" };
      story.begin(CANCEL_NEW).place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" })
        .cancelled(1).accept(1, { clOrdId: "tl01234567-1-2", venueOrderId: "w1" })
        .killSwitch("on").failed(1, { kind: "Cancel", outcome: "unknown" })
        .found(1, found).toDeadline().found(1, found).toDeadline().cancelled(1);
    },
  },
  {
    name: "new_half_in_doubt",
    requires: ["R-EXEC-3", "fault 18"],
    description: "Replace by cancel and new: the answer to the new order is lost.",
    tell: (story) => {
      story.begin(CANCEL_NEW).place("i1").place("i2").accept(1).accept(2);
      for (const n of [1, 2]) {
        story.fill(n, { id: `e${n}`, qty: "1", px: "100" })
          .replace(`r${n}`, { orig: `i${n}`, qty: "12" }).cancelled(n)
          .failed(n, { kind: "Submit", outcome: "unknown" });
      }
      story.found(1, { status: "open", qty: "11", cum: "0", px: "100" });
      story.wait(20_000).notFound(2).toDeadline().notFound(2);
    },
  },
  {
    name: "found_beyond_counting",
    requires: ["R-EXEC-3", "R-CORE-6"],
    description: "What cannot be counted breaks a rule, open or filled; the next answer decides.",
    tell: (story) => {
      story.begin(CANCEL_NEW).place("i1").accept(1).fill(1, { id: "e1", qty: "1", px: "100" })
        .replace("r1", { orig: "i1", qty: "20" }).cancelled(1)
        .failed(1, { kind: "Submit", outcome: "unknown" });
      for (const status of ["open", "filled"] as const) {
        story.found(1, { status, qty: "9007199254740.991", cum: "0", px: "100" });
      }
      story.found(1, { status: "open", qty: "9007199254739.991", cum: "0", px: "100" });
    },
  },
  {
    name: "found_beyond_counting_beside_others",
    requires: ["R-EXEC-3", "R-CORE-7"],
    description:
      "Found open with more than can be counted beside other orders: a broken rule, and the " +
      "look-up stays open. An answer that is not its own changes no terms.",
    tell: (story) =>
      story.begin().place("i1").accept(1).place("i2", { qty: "9007199254728.991" }).accept(2)
        .cancel("c1", { orig: "i1" }).failed(1, { kind: "Cancel", outcome: "unknown" })
        .found(1, { status: "open", qty: "12.001", cum: "0", px: "100" })
        .tradingState("Active", 0)
        .found(1, { status: "filled", qty: "12.001", cum: "12.001", px: "100" })
        .found(1, { status: "open", qty: "12.001", cum: "0", px: "100" })
        .found(1, { status: "open", qty: "12", cum: "0", px: "100" })
        .failed(1, { kind: "Cancel", outcome: "unknown" }).toDeadline()
        .found(1, { status: "open", qty: "12", cum: "0", px: "100" }).cancelled(1)
        .found(1, { status: "open", qty: "12.001", cum: "0", px: "100" }),
  },
  {
    name: "live_after_end",
    requires: ["R-CORE-4", "fault 25"],
    description: "What ended here is found open there: an alarm, and the order stays ended.",
    tell: (story) =>
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "unknown" }).cancelled(1)
        .found(1, { status: "open", qty: "10", cum: "0", px: "100" })
        .replaced(1, { qty: "10", px: "100" }),
  },
  {
    name: "failed_requests_of_old",
    requires: ["R-CORE-5"],
    description: "Outcomes of requests that have been answered are stale.",
    tell: (story) =>
      story.begin().place("i1").accept(1).failed(1, { kind: "Submit", outcome: "unknown" })
        .failed(1, { kind: "Submit", outcome: "notSent" }),
  },
];
