/**
 * Scenarios of runs, links and sessions: restarts, pacing, grace, expiry, retirement (R-CORE-9).
 * @module
 */
import { micros } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";

const PACED = {
  venues: [{ name: "test", pacing: { perSecond: 10, burst: 5 } }],
} as const;

/** Restarts, links, sessions, time. */
export const RESTARTS: readonly Scenario[] = [
  {
    name: "restart_with_everything_open",
    requires: ["R-JRN-2", "R-EXEC-3", "fault 1", "fault 2"],
    description: "Submits and replaces without an answer are in doubt, cancels are issued again.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(2).place("i3").accept(3).place("i4").accept(4)
        .replace("r2", { orig: "i2", qty: "12" }).cancel("c3", { orig: "i3" })
        .wait(1000).start().venue("up").open({ session: 2, client: "alice" })
        .found(1, { status: "open", qty: "10", cum: "0", px: "100" })
        .found(2, { status: "open", qty: "12", cum: "0", px: "100" })
        .cancelled(3).place("i1", {}, 2),
  },
  {
    name: "restart_during_doubt",
    requires: ["R-EXEC-3"],
    description: "An order in doubt stays so; it is asked for again, at once.",
    tell: (story) =>
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "unknown" }).notFound(1)
        .wait(100).start().venue("up").wait(20_000).notFound(1).toDeadline().notFound(1),
  },
  {
    name: "restart_begins_proof_anew",
    requires: ["R-EXEC-3"],
    description:
      "The clock may jump at a restart: a look-up right after it proves nothing, later ones do.",
    tell: (story) => {
      const old = { status: "open", qty: "10", cum: "0", px: "100" } as const;
      story.begin().place("i1").place("i2").accept(2).failed(1, {
        kind: "Submit",
        outcome: "unknown",
      }).replace("r2", { orig: "i2", qty: "12" })
        .failed(2, { kind: "Replace", outcome: "unknown" }).wait(61_000).start().venue("up")
        .open({ session: 2, client: "alice" }).notFound(1).found(2, old)
        .wait(9999).deadline().notFound(1).found(2, old)
        .wait(10_000).deadline().notFound(1).found(2, old);
    },
  },
  {
    name: "restart_with_requests_that_wait",
    requires: ["R-EXEC-2", "R-EXEC-8"],
    description: "What waited for the link never left, and leaves after the restart.",
    tell: (story) =>
      story.begin().venue("reconciling").start().venue("up").open({ session: 2, client: "alice" })
        .place("i1", {}, 2).accept(1).venue("down").cancel("c1", { orig: "i1" }, 2).start()
        .venue("up").cancelled(1),
  },
  {
    name: "restart_keeps_trading_states",
    requires: ["R-CORE-7", "R-WIRE-3"],
    description:
      "What a client, an operator and an account were told, and the kill switch, outlive sessions " +
      "and restarts until they are told otherwise.",
    tell: (story) =>
      story.begin().riskFlag("f1", "Halted").close({ cause: "lost" })
        .open({ session: 2, client: "alice" }).place("i1", {}, 2)
        .start().venue("up").open({ session: 3, client: "alice" }).place("i2", {}, 3)
        .riskFlag("f2", "Active", 3).tradingState("Reducing")
        .start().venue("up").open({ session: 4, client: "alice" }).place("i3", {}, 4)
        .tradingState("Active").tradingState("Halted", 0)
        .start().venue("up").open({ session: 5, client: "alice" }).place("i4", {}, 5)
        .tradingState("Active", 0).killSwitch("on")
        .start().venue("up").open({ session: 6, client: "alice" }).place("i5", {}, 6)
        .killSwitch("off").place("i6", {}, 6),
  },
  {
    name: "restart_runs_the_grace_anew",
    requires: ["R-EXEC-6"],
    description: "A client that does not come back after a restart loses its orders.",
    tell: (story) =>
      story.begin().open({ session: 2, client: "bob", cancelOnDisconnect: false })
        .place("i1").place("b1", {}, 2).accept(1).accept(2).start().venue("up").toDeadline()
        .cancelled(1),
  },
  {
    name: "restart_runs_a_grace_anew_that_ran",
    requires: ["R-EXEC-6", "R-WIRE-3"],
    description: "A grace that ended while the daemon was down fires for nobody; one of 0 ms does.",
    tell: (story) =>
      story.begin().open({ session: 2, client: "bob" })
        .open({ session: 3, client: "carol", graceMs: 0 })
        .place("i1").place("b1", {}, 2).place("c1", {}, 3).accept(1).accept(2).accept(3)
        .close({ cause: "lost" }).close({ session: 2, cause: "lost" }).wait(60_000)
        .start().venue("up").cancelled(3).wait(4000).open({ session: 4, client: "bob" })
        .toDeadline().cancelled(1),
  },
  {
    name: "restart_lapses_first",
    requires: ["R-EXEC-1"],
    description: "What lapsed while the daemon was away is cancelled before anything else.",
    tell: (story) =>
      story.begin().place("i1", { ttlMs: 2000 }).accept(1).wait(10_000).start().venue("up")
        .cancelled(1),
  },
  {
    name: "restart_after_a_loss",
    requires: ["R-JRN-2", "R-WIRE-2", "R-EXEC-3"],
    description:
      "The journal's end is lost: no number twice, no intent twice, nothing traded unseen.",
    tell: (story) => {
      story.begin().place("i1").accept(1).place("i2").wait(1500);
      const lostSinceUs = micros(story.nowUs);
      story.wait(60_500).start({}, { lostSinceUs }).venue("up")
        .open({ session: 2, client: "alice" }).place("i3", { sentUs: lostSinceUs }, 2)
        .wait(10).place("i4", {}, 2).control("TradingStateSet", { state: "Active", reason: "seen" })
        .place("i5", { sentUs: lostSinceUs }, 2).place("i6", {}, 2).place("i1", {}, 2)
        .replace("r1", { orig: "i1", qty: "12" }, 2).cancel("c2", { orig: "i2" }, 2)
        .found(2, { status: "open", qty: "10", cum: "0", px: "100" })
        .start().venue("up").open({ session: 3, client: "alice" })
        .place("i7", { sentUs: lostSinceUs }, 3);
    },
  },
  {
    name: "loss_doubts_what_waited",
    requires: ["R-JRN-2", "R-EXEC-3"],
    description:
      "What waited when the end was lost may have left in it: found, proven absent, or lapsed.",
    tell: (story) => {
      story.begin({ venues: [{ name: "test", pacing: { perSecond: 1, burst: 2 } }] }).place("i1")
        .accept(1).wait(2000).place("i2").replace("r1", { orig: "i1", qty: "12" })
        .place("i3").place("i4", { ttlMs: 3000 });
      const lostSinceUs = micros(story.nowUs);
      story.wait(5000).start({}, { lostSinceUs }).venue("reconciling").wait(20_000).toDeadline()
        .venue("up").found(3, { status: "open", qty: "10", cum: "0", px: "100" })
        .toDeadline().toDeadline().toDeadline();
    },
  },
  {
    name: "loss_keeps_the_key_of_a_replace",
    requires: ["R-JRN-2"],
    description: "A replace that had left ends under its key, whatever numbers are passed over.",
    tell: (story) => {
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "12" });
      const lostSinceUs = micros(story.nowUs);
      story.wait(60_500).start({}, { lostSinceUs }).venue("up")
        .open({ session: 2, client: "alice" })
        .found(1, { status: "open", qty: "12", cum: "0", px: "100", clOrdId: "tl01234567-1-2" })
        .cancel("c1", { orig: "i1" }, 2).cancelled(1, { clOrdId: "tl01234567-1-2" });
    },
  },
  {
    name: "restart_asks_beside_a_cancel",
    requires: ["R-EXEC-3", "fault 24"],
    description: "A replace in doubt is asked about, though a cancel of the order goes out too.",
    tell: (story) =>
      story.begin().place("i1").accept(1).replace("r1", { orig: "i1", qty: "20" })
        .failed(1, { kind: "Replace", outcome: "unknown" })
        .failed(1, { kind: "Lookup", outcome: "unknown" }).cancel("c1", { orig: "i1" }).wait(1000)
        .start().venue("up").cancelRejected(1, "VENUE_SUSPENDED")
        .found(1, { status: "open", qty: "20", cum: "0", px: "100" }),
  },
  {
    name: "restart_sends_a_lost_cancel_again",
    requires: ["R-EXEC-3", "R-EXEC-6", "fault 24"],
    description: "The look-up that left before it is forgotten; the cancel waits for no other.",
    tell: (story) => {
      story.begin().open({ session: 1, client: "alice", cancelOnDisconnect: false });
      for (const n of [1, 2]) {
        story.place(`i${n}`).accept(n).cancel(`c${n}`, { orig: `i${n}` })
          .failed(n, { kind: "Cancel", outcome: "unknown" });
      }
      story.wait(1000).start().toDeadline().venue("up").cancelled(1)
        .found(2, { status: "open", qty: "10", cum: "0", px: "100" }).cancelled(2);
    },
  },
  {
    name: "cancel_while_the_venue_is_down",
    requires: ["R-CORE-3", "fault 24"],
    description: "Taken, in doubt, and sent on return.",
    tell: (story) =>
      story.begin().place("i1").accept(1).venue("down").cancel("c1", { orig: "i1" })
        .venue("reconciling").cancelled(1),
  },
  {
    name: "link_down_holds_requests",
    requires: ["R-EXEC-8"],
    description: "Reconciling lets cancels and look-ups through, up lets all through.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2).venue("reconciling")
        .failed(1, { kind: "Submit", outcome: "unknown" }).cancel("c2", { orig: "i2" })
        .venue("down").cancel("c1", { orig: "i1" }).venue("up").cancelled(1).cancelled(2),
  },
  {
    name: "pacing",
    requires: ["R-EXEC-8", "fault 26"],
    description: "A fifth of the burst is kept for cancels; what waits leaves when it may.",
    tell: (story) => {
      story.begin(PACED);
      for (let n = 1; n <= 6; n += 1) story.place(`i${n}`);
      story.accept(1).accept(2).cancel("c1", { orig: "i1" }).cancel("c2", { orig: "i2" })
        .cancel("c6", { orig: "i6" }).toDeadline().toDeadline().toDeadline().cancelled(1)
        .accept(5).toDeadline();
    },
  },
  {
    name: "pacing_withdraws_a_replace",
    requires: ["R-EXEC-8", "fault 20"],
    description: "A replace that waits is dropped when a cancel comes: the cancel wins.",
    tell: (story) => {
      story.begin(PACED).place("i1").accept(1);
      for (let n = 2; n <= 4; n += 1) story.place(`i${n}`);
      story.replace("r1", { orig: "i1", qty: "12" }).cancel("c1", { orig: "r1" }).cancelled(1)
        .toDeadline();
    },
  },
  {
    name: "pacing_changes",
    requires: ["R-EXEC-8"],
    description: "A new declaration keeps the bucket, or takes pacing away.",
    tell: (story) => {
      story.begin(PACED);
      for (let n = 1; n <= 7; n += 1) story.place(`i${n}`);
      const [venue] = story.timeline.view.venues;
      if (venue === undefined) return;
      const { status: _status, ...declaration } = venue;
      const pacing = { perSecond: 1000, burst: 1 };
      story.control("VenueDeclared", { ...declaration, pacing }, { venue: 0 }).toDeadline()
        .control("VenueDeclared", { ...declaration, pacing: null }, { venue: 0 }).venue("up")
        .place("i8");
    },
  },
  {
    name: "grace_after_a_lost_connection",
    requires: ["R-EXEC-6"],
    description: "Back within the grace nothing happens; away for longer everything is cancelled.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1).accept(2).close({ cause: "lost" }).wait(4000)
        .open({ session: 2, client: "alice", graceMs: 1000 }).wait(2000).deadline()
        .close({ session: 2, cause: "lost" }).toDeadline().cancelled(1).cancelled(2),
  },
  {
    name: "goodbye",
    requires: ["R-EXEC-6"],
    description: "GOODBYE cancels at once, keeps orders if told so, and means nothing twice.",
    tell: (story) =>
      story.begin().place("i1").accept(1).close({ cause: "goodbye", keepOrders: true })
        .open({ session: 2, client: "alice" }).close({ session: 2, cause: "goodbye" })
        .close({ session: 2, cause: "goodbye" }).cancelled(1),
  },
  {
    name: "takeover",
    requires: ["R-WIRE-3"],
    description: "From the new HELLO on the old session says nothing.",
    tell: (story) =>
      story.begin().place("i1").open({ session: 2, client: "alice" }).place("i2")
        .close({ cause: "replaced" }).close({ cause: "lost" }).place("i2", {}, 2)
        .close({ session: 2, cause: "replaced" }).place("i3", {}, 2),
  },
  {
    name: "grace_insists",
    requires: ["R-EXEC-6"],
    description: "A cancel for a lost client is tried again when the venue refuses it.",
    tell: (story) =>
      story.begin().place("i1").accept(1).close({ cause: "lost" }).toDeadline()
        .cancelRejected(1, "VENUE_RATE_LIMIT").toDeadline().cancelRejected(1, "VENUE_RATE_LIMIT")
        .toDeadline().cancelled(1),
  },
  {
    name: "time_to_live",
    requires: ["R-EXEC-1"],
    description: "A live order past its TTL is cancelled and ends Expired; fills until then count.",
    tell: (story) =>
      story.begin().place("i1", { ttlMs: 1000 }).accept(1).toDeadline()
        .fill(1, { id: "e1", qty: "1", px: "100" }).cancelled(1),
  },
  {
    name: "time_to_live_for_ever",
    requires: ["R-EXEC-1"],
    description: "A TTL, and a venue's pause, that end beyond 2^53 µs: the last time that counts.",
    tell: (story) =>
      story.begin().place("i1", { ttlMs: Number.MAX_SAFE_INTEGER }).accept(1)
        .replace("r1", { orig: "i1", qty: "9", ttlMs: Number.MAX_SAFE_INTEGER - 1 })
        .failed(1, {
          kind: "Replace",
          outcome: "notSent",
          retryAfterMs: Number.MAX_SAFE_INTEGER,
        }),
  },
  {
    name: "time_to_live_restarted",
    requires: ["R-EXEC-1"],
    description: "A replace keeps, restarts or removes the TTL.",
    tell: (story) => {
      story.begin();
      for (const n of [1, 2, 3]) story.place(`i${n}`, { ttlMs: 1000 }).accept(n);
      story.wait(500).replace("r1", { orig: "i1", qty: "9" })
        .replace("r2", { orig: "i2", qty: "9", ttlMs: 2000 })
        .replace("r3", { orig: "i3", qty: "9", ttlMs: 0 });
      for (const n of [1, 2, 3]) story.replaced(n, { qty: "9", px: "100" });
      story.toDeadline().cancelled(1).toDeadline().cancelled(2).toDeadline();
    },
  },
  {
    name: "time_to_live_made_longer_after_a_refused_lapse",
    requires: ["R-EXEC-4"],
    description:
      "The lapse is insisted upon no more, and its failures are forgotten; without a later time, " +
      "or where its cancel is pending, it goes on.",
    tell: (story) => {
      story.begin();
      for (const n of [1, 2, 3, 4]) story.place(`i${n}`, { ttlMs: 1000 }).accept(n);
      story.toDeadline();
      for (const n of [1, 2, 3, 4]) story.cancelRejected(n, "VENUE_SUSPENDED");
      story.replace("r1", { orig: "i1", qty: "9", ttlMs: 3_600_000 })
        .replace("r2", { orig: "i2", qty: "9", ttlMs: 0 })
        .replace("r3", { orig: "i3", qty: "11" }).replaced(1, { qty: "9", px: "100" })
        .replaced(2, { qty: "9", px: "100" }).replaced(3, { qty: "11", px: "100" })
        .replace("r4", { orig: "i4", qty: "9", ttlMs: 3_600_000 }).wait(1000).deadline()
        .replaced(4, { qty: "9", px: "100" }).cancelled(3).cancelled(4)
        .cancel("c1", { orig: "i1" }).failed(1, { kind: "Cancel", outcome: "unknown" })
        .found(1, { status: "cancelled", qty: "9", cum: "0", px: "100" });
    },
  },
  {
    name: "lapse_takes_the_place_of_no_other_cause",
    requires: ["R-EXEC-4", "R-EXEC-6"],
    description: "The kill switch insists on, though a lapse and a longer TTL came after it.",
    tell: (story) =>
      story.begin().place("i1", { ttlMs: 1000 }).accept(1)
        .replace("r1", { orig: "i1", qty: "9", ttlMs: 3_600_000 })
        .failed(1, { kind: "Replace", outcome: "unknown" }).killSwitch("on")
        .cancelRejected(1, "VENUE_SUSPENDED").wait(999).deadline()
        .cancelRejected(1, "VENUE_SUSPENDED").replaced(1, { qty: "9", px: "100" }).wait(10_000)
        .deadline().cancelled(1),
  },
  {
    name: "lapse_before_acceptance",
    requires: ["R-EXEC-1"],
    description: "A TTL that ends before the acknowledgement: the cancel waits for it.",
    tell: (story) => story.begin().place("i1", { ttlMs: 1000 }).toDeadline().accept(1).cancelled(1),
  },
  {
    name: "lapse_during_a_cancel",
    requires: ["R-EXEC-1"],
    description: "The client's cancel is pending when the TTL ends; refused, the lapse takes over.",
    tell: (story) =>
      story.begin().place("i1", { ttlMs: 1000 }).accept(1).cancel("c1", { orig: "i1" })
        .toDeadline().cancelRejected(1, "VENUE_RATE_LIMIT").toDeadline().cancelled(1),
  },
  {
    name: "good_till_date",
    requires: ["R-EXEC-1"],
    description: "GTD is watched here as well: whichever of expiry and TTL is first.",
    tell: (story) => {
      const expireUs = micros(story.nowUs + 3_000_000);
      story.begin().place("i1", { timeInForce: "GTD", expireUs })
        .place("i2", { timeInForce: "GTD", expireUs, ttlMs: 1000 }).accept(1).accept(2)
        .toDeadline().cancelled(2).toDeadline().expired(1);
    },
  },
  {
    name: "day_orders",
    requires: ["R-EXEC-1"],
    description: "DAY ends with the instrument's session, else at midnight UTC.",
    tell: (story) => {
      const hour = 3_600_000_000;
      story.begin({
        instruments: [
          { symbol: "BTC/USDT" },
          { symbol: "LATE/USDT", sessionEndUs: 23 * hour },
          { symbol: "PAST/USDT", sessionEndUs: 22 * hour },
        ],
      });
      for (const on of [0, 1, 2]) story.place(`i${on}`, { on, timeInForce: "DAY" }).accept(on + 1);
      for (const order of [2, 1, 3]) story.toDeadline().cancelled(order);
    },
  },
  {
    name: "deadlines_are_bounded",
    requires: ["R-CORE-2"],
    description: "Deadlines of one instant fire by kind and number.",
    tell: (story) => {
      story.begin().place("i1", { ttlMs: 5001 }).place("i2", { ttlMs: 5001 }).accept(2)
        .close({ cause: "lost" }).toDeadline().deadline();
    },
  },
  {
    name: "retirement",
    requires: ["R-CORE-5"],
    description: "What ended is forgotten after the horizon: orders, ids and fills.",
    tell: (story) =>
      story.begin({ settings: { intentHorizonMs: 10_000 } }).place("i1").accept(1)
        .fill(1, { id: "e1", qty: "10", px: "100" }).place("i2").accept(2).place("bad", {
          qty: "0",
        }).toDeadline().place("bad", { qty: "0" }).cancelled(1).place("i1")
        .cancel("c2", { orig: "i2" }).cancelled(2).toDeadline().toDeadline()
        .fill(2, { id: "e2", qty: "1", px: "100" }),
  },
  {
    name: "retirement_is_bounded",
    requires: ["R-CORE-5"],
    description: "32 records go with one event, ended orders before ids before fills.",
    tell: (story) => {
      story.begin({ settings: { intentHorizonMs: 10_000 } });
      for (let order = 1; order <= 20; order += 1) {
        story.place(`i${order}`).fill(order, { id: `e${order}`, qty: "10", px: "100" })
          .place(`bad${order}`, { qty: "0" });
      }
      story.wait(20_000).noOp("fresh").deadline().place("i1").place("i20").place("bad20");
      story.deadline().place("bad13").deadline().deadline();
      story.fill(1, { id: "late", qty: "1", px: "100" });
    },
  },
  {
    name: "retirement_keeps_ids_of_live_orders",
    requires: ["R-WIRE-2"],
    description: "An id whose order lives is remembered beyond the horizon.",
    tell: (story) =>
      story.begin({ settings: { intentHorizonMs: 10_000 } }).place("i1").accept(1).toDeadline()
        .wait(60_000).deadline().cancel("c1", { orig: "i1" }).place("i1", { sentUs: micros(1) })
        .cancelled(1),
  },
  {
    name: "longer_horizon_brings_no_intent_back",
    requires: ["R-WIRE-2", "R-JRN-2"],
    description: "What a shorter horizon may have forgotten stays too old, whatever kind it is.",
    tell: (story) => {
      const horizon = (intentHorizonMs: number) => ({ settings: { intentHorizonMs } });
      const { sentUs } = story.begin(horizon(10_000));
      story.place("i1").accept(1).fill(1, { id: "e1", qty: "10", px: "100" }).place("i2")
        .noOp("n1").wait(11_000).deadline();
      const knownSinceUs = story.nowUs - 10_000_000;
      story.start(horizon(60_000)).venue("up").open({ session: 2, client: "alice" })
        .place("i1", { sentUs }, 2).place("i2", { sentUs }, 2);
      for (const [at, late] of [0, 1].entries()) {
        story.place(`j${at}`, { sentUs: micros(knownSinceUs + late) }, 2);
      }
      story.intent({ action: "NoOp", intentId: "n1", sentUs, tag: null }, 2)
        .start(horizon(50_000)).start(horizon(70_000)).venue("up")
        .open({ session: 3, client: "alice" })
        .place("k0", { sentUs: micros(knownSinceUs) }, 3).place("k1", {}, 3);
    },
  },
  {
    name: "control_keys",
    requires: ["R-CORE-5"],
    description: "A control event with a key that was seen does nothing at all.",
    tell: (story) => {
      const payload = { state: "Reducing", reason: "told" } as const;
      const again = { state: "Halted", reason: "told" } as const;
      story.begin().control("TradingStateSet", payload, { key: "k1" })
        .control("TradingStateSet", again, { key: "k1" })
        .control("KillSwitchSet", { on: true, reason: "told" }, { key: "k1" });
    },
  },
];
