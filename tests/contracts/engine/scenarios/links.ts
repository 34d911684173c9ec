/**
 * Scenarios of links that suffer: pauses that a venue asks for, breakers, costs, jitter, lost
 * authority (R-EXEC-4, R-EXEC-8).
 * @module
 */
import type { Scenario } from "../scenario.ts";
import { only, type VenueSpec } from "../world.ts";

const COSTS = { submit: 2, replace: 3, cancel: 1, lookup: 4, reconcile: 20 } as const;
const PACED: VenueSpec = { name: "test", pacing: { perSecond: 10, burst: 10, costs: COSTS } };
const BREAKER: VenueSpec = { name: "test", breaker: { failures: 2, coolMs: 3000 } };

/** Links that suffer. */
export const LINKS: readonly Scenario[] = [
  {
    name: "pause_holds_everything",
    requires: ["R-EXEC-8", "fault 26"],
    description: "Until the time that the venue named nothing leaves, cancels neither.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1)
        .failed(2, { kind: "Submit", outcome: "notSent", retryAfterMs: 2000 })
        .cancel("c1", { orig: "i1" }).place("i3").reconcileAsked().toDeadline().toDeadline()
        .cancelled(1).accept(2).accept(3),
  },
  {
    name: "pause_is_never_shortened",
    requires: ["R-EXEC-8", "fault 26"],
    description: "The later of two counts; one of 0 and one that is stale otherwise are heard too.",
    tell: (story) =>
      story.begin().place("i1").place("i2")
        .failed(1, { kind: "Submit", outcome: "unknown", retryAfterMs: 1000 })
        .failed(2, { kind: "Submit", outcome: "unknown", retryAfterMs: 200 })
        .failed(1, { kind: "Submit", outcome: "unknown", retryAfterMs: 0 })
        .failed(1, { kind: "Submit", outcome: "unknown", retryAfterMs: 1500 })
        .toDeadline().found(1, { status: "open", qty: "10", cum: "0", px: "100" }),
  },
  {
    name: "pause_and_pacing",
    requires: ["R-EXEC-8", "fault 26"],
    description: "The timer is at the later of the two; a pause survives a restart.",
    tell: (story) =>
      story.begin(only(PACED)).place("i1").place("i2").place("i3").place("i4").place("i5")
        .failed(1, { kind: "Submit", outcome: "notSent", retryAfterMs: 50 }).toDeadline()
        .failed(2, { kind: "Submit", outcome: "notSent", retryAfterMs: 60_000 }).toDeadline()
        .start(only(PACED)).venue("up").toDeadline(),
  },
  {
    name: "costs_of_requests",
    requires: ["R-EXEC-8"],
    description: "Each kind takes its cost, at most what may ever be there; the dear go in turn.",
    tell: (story) =>
      story.begin(only(PACED)).place("i1").place("i2").place("i3").accept(1).accept(2)
        .replace("r1", { orig: "i1", qty: "12" })
        .failed(3, { kind: "Submit", outcome: "unknown" })
        .cancel("c2", { orig: "i2" }).reconcileAsked().place("i4").toDeadline().cancelled(2)
        .toDeadline().reconciled([{ order: 1, qty: "10" }]).toDeadline().toDeadline(),
  },
  {
    name: "costs_do_not_starve_the_dear",
    requires: ["R-EXEC-8"],
    description: "What pacing stops holds up what is cheaper behind it.",
    tell: (story) =>
      story.begin(only(PACED)).place("i1").place("i2").place("i3").accept(1).reconcileAsked()
        .wait(200).place("i4").deadline().wait(200).place("i5")
        .cancel("c1", { orig: "i1" }).toDeadline().toDeadline().toDeadline(),
  },
  {
    name: "breaker_opens_and_cools",
    requires: ["R-EXEC-4"],
    description:
      "Two failures in a row: what is new is refused, what waits stays, until it cooled.",
    tell: (story) =>
      story.begin(only(BREAKER)).place("i1").place("i2").place("i3").accept(3)
        .failed(1, { kind: "Submit", outcome: "unknown" })
        .failed(2, { kind: "Submit", outcome: "notSent" })
        .place("i4").replace("r3", { orig: "i3", qty: "12" }).cancel("c3", { orig: "i3" })
        .toDeadline().toDeadline().toDeadline()
        .failed(2, { kind: "Submit", outcome: "unknown" }).place("i5").wait(3000).place("i6"),
  },
  {
    name: "breaker_closed_by_an_answer",
    requires: ["R-EXEC-4"],
    description: "Any answer closes it: what waited leaves with that report.",
    tell: (story) =>
      story.begin(only(BREAKER)).place("i1").place("i2").place("i3")
        .failed(1, { kind: "Submit", outcome: "notSent" })
        .failed(2, { kind: "Submit", outcome: "notSent" }).toDeadline().toDeadline()
        .accept(3).place("i4").failed(4, { kind: "Submit", outcome: "unknown" }).place("i5"),
  },
  {
    name: "breaker_closed_by_a_reconciliation",
    requires: ["R-EXEC-4", "R-EXEC-5"],
    description: "A failed reconciliation counts as a failure, an answered one closes the breaker.",
    tell: (story) =>
      story.begin(only(BREAKER)).place("i1").failed(1, { kind: "Submit", outcome: "notSent" })
        .reconcileAsked().reconcileFailed().toDeadline().place("i2").toDeadline()
        .reconciled().place("i3"),
  },
  {
    name: "breaker_closed_by_a_new_link",
    requires: ["R-EXEC-4"],
    description: "Up again: failures are counted anew.",
    tell: (story) =>
      story.begin(only(BREAKER)).place("i1").failed(1, { kind: "Submit", outcome: "notSent" })
        .venue("down").venue("up").toDeadline().failed(1, { kind: "Submit", outcome: "notSent" })
        .place("i2").failed(2, { kind: "Submit", outcome: "notSent" }).place("i3")
        .venue("reconciling").venue("up").place("i4"),
  },
  {
    name: "breaker_and_dry_runs",
    requires: ["R-EXEC-4", "R-EXEC-7"],
    description: "Answers to dry orders close nothing, and their failures do not count.",
    tell: (story) =>
      story.begin(only(BREAKER)).open({ session: 2, client: "bob" })
        .dryRun("on", { client: "alice" }).place("i1").place("i2")
        .failed(1, { kind: "Submit", outcome: "notSent", retryAfterMs: 100 })
        .failed(2, { kind: "Submit", outcome: "unknown" }).toDeadline().toDeadline()
        .place("b3", {}, 2).failed(3, { kind: "Submit", outcome: "notSent" }).accept(1)
        .place("b4", {}, 2).failed(4, { kind: "Submit", outcome: "notSent" }).place("b5", {}, 2)
        .cancel("c1", { orig: "i1" }).cancelled(1).place("b6", {}, 2).wait(3000).deadline(),
  },
  {
    name: "breaker_declared_late",
    requires: ["R-EXEC-4"],
    description: "Failures count without a breaker; declared later, the next one opens it.",
    tell: (story) => {
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "notSent" }).place("i2")
        .failed(2, { kind: "Submit", outcome: "notSent" });
      const [declared] = story.timeline.view.venues;
      if (declared === undefined) return;
      const { id, name, exchange, capabilities, simulation, pacing } = declared;
      const known = { id, name, exchange, capabilities, simulation, pacing };
      const breaker = { failures: 3, coolMs: 60_000 };
      story.control("VenueDeclared", { ...known, breaker }, { venue: 0 }).place("i3")
        .failed(3, { kind: "Submit", outcome: "notSent" }).place("i4")
        .control("VenueDeclared", known, { venue: 0 }).place("i5").toDeadline().toDeadline();
    },
  },
  {
    name: "back_off_spreads",
    requires: ["R-EXEC-4"],
    description: "Orders that failed together are not tried again together.",
    tell: (story) => {
      story.begin();
      for (let n = 1; n <= 5; n += 1) story.place(`i${n}`);
      for (let n = 1; n <= 5; n += 1) story.failed(n, { kind: "Submit", outcome: "notSent" });
      for (let n = 1; n <= 5; n += 1) story.toDeadline();
      for (let n = 1; n <= 5; n += 1) story.failed(n, { kind: "Submit", outcome: "notSent" });
      for (let n = 1; n <= 4; n += 1) story.toDeadline();
    },
  },
  {
    name: "authority_lost",
    requires: ["R-EXEC-4"],
    description: "Keys that do not work any more stop the account, whatever was refused.",
    tell: (story) => {
      story.begin().place("i1").place("i2").place("i3").accept(2).accept(3)
        .reject(1, "VENUE_AUTH").place("i4").cancel("c2", { orig: "i2" })
        .cancelRejected(2, "VENUE_AUTH").tradingState("Active", 0)
        .replace("r3", { orig: "i3", qty: "12" }).replaceRejected(3, "VENUE_AUTH")
        .tradingState("Active", 0).reject(1, "VENUE_AUTH").place("i5");
    },
  },
];
