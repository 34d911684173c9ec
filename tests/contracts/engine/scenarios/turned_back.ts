/**
 * Scenarios of requests that are turned back: what the trading state, asked again when a request
 * leaves, does not allow any more (R-CORE-7, R-EXEC-8).
 * @module
 */
import { micros } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";
import { only, type VenueSpec } from "../world.ts";

/** One request a second, and hardly a second one at once. */
const SLOW: VenueSpec = { name: "test", pacing: { perSecond: 1, burst: 2 } };
const BY_CANCEL: VenueSpec = { name: "test", capabilities: { replace: "cancel_new" } };

/** A pause of two hours. */
const BANNED = { kind: "Submit", outcome: "notSent", retryAfterMs: 7_200_000 } as const;
/** What may not rest. */
const IOC = { timeInForce: "IOC" } as const;
const FOK = { timeInForce: "FOK" } as const;
const MARKET = { ordType: "Market", timeInForce: "GTC" } as const;

/** Requests that are turned back. */
export const TURNED_BACK: readonly Scenario[] = [
  {
    name: "halt_turns_back_what_waits",
    requires: ["R-CORE-7", "R-EXEC-8"],
    description:
      "Whoever halts: what pacing held is refused in its turn, and the tokens are for the rest.",
    tell: (story) => {
      story.begin(only(SLOW)).place("i1").place("i2").place("i3").place("i4").place("i5")
        .tradingState("Halted").toDeadline()
        .tradingState("Active").place("i6").place("i7").tradingState("Halted", 0).toDeadline()
        .tradingState("Active", 0).place("i8").place("i9").riskFlag("f1", "Halted").toDeadline()
        .tradingState("Active").cancel("c1", { orig: "i1" }).toDeadline();
    },
  },
  {
    name: "halt_turns_back_what_the_link_held",
    requires: ["R-CORE-7", "R-EXEC-4"],
    description: "A halt while the link is gone: an order that would be tried again is refused.",
    tell: (story) => {
      story.begin().place("i1").place("i2").accept(1)
        .failed(2, { kind: "Submit", outcome: "notSent" }).tradingState("Halted").toDeadline()
        .tradingState("Active").place("i3").failed(3, { kind: "Submit", outcome: "notSent" })
        .venue("down").toDeadline().tradingState("Halted").venue("reconciling").venue("up");
    },
  },
  {
    name: "halt_turns_back_a_replace",
    requires: ["R-CORE-7", "R-EXEC-8"],
    description: "A replace that waits is refused and the order rests; a wanted cancel still goes.",
    tell: (story) => {
      story.begin(only(SLOW)).place("i1").accept(1).wait(2000)
        .replace("r1", { orig: "i1", qty: "12" }).place("i2")
        .replaced(1, { qty: "12", px: "100" }).replace("r2", { orig: "i1", qty: "14" })
        .tradingState("Halted", 0).toDeadline().cancel("c1", { orig: "i1" }).toDeadline()
        .cancelled(1);
    },
  },
  {
    name: "halt_between_cancel_and_new",
    requires: ["R-CORE-7"],
    description: "The old order is gone when trading halts: its new version is not sent.",
    tell: (story) => {
      story.begin(only(BY_CANCEL)).place("i1").place("i2").accept(1).accept(2)
        .replace("r1", { orig: "i1", qty: "12" }).fill(1, { id: "e1", qty: "4", px: "100" })
        .tradingState("Halted").cancelled(1)
        .cancel("c2", { orig: "i2" }).cancelled(2);
    },
  },
  {
    name: "halt_before_the_cancel_of_a_replace",
    requires: ["R-CORE-7"],
    description: "What rests is not given up for a replace: neither first half leaves, nor again.",
    tell: (story) => {
      story.begin(only({ ...SLOW, ...BY_CANCEL })).place("i1").place("i2").accept(1).accept(2)
        .replace("r1", { orig: "i1", qty: "12" }).replace("r2", { orig: "i2", qty: "12" })
        .tradingState("Halted", 0).toDeadline().wait(5000).tradingState("Active", 0)
        .replace("r3", { orig: "i1", qty: "14" })
        .failed(1, { kind: "Cancel", outcome: "unknown" }).tradingState("Halted")
        .found(1, { status: "open", qty: "10", cum: "0", px: "100" })
        .cancel("c2", { orig: "i2" }).toDeadline().cancelled(2);
    },
  },
  {
    name: "halt_spares_a_cancel_that_must_come_true",
    requires: ["R-CORE-7"],
    description: "A cancel that is insisted on goes, though it was asked again for a replace.",
    tell: (story) => {
      story.begin(only({ ...SLOW, ...BY_CANCEL })).place("i1").accept(1).killSwitch("on")
        .cancelRejected(1, "VENUE_RATE_LIMIT").killSwitch("off")
        .replace("r1", { orig: "i1", qty: "12" }).tradingState("Halted").toDeadline()
        .toDeadline().cancelled(1);
    },
  },
  {
    name: "reducing_turns_back_what_waits",
    requires: ["R-CORE-7", "R-EXEC-8"],
    description: "Whoever allows only reducing: what waits and would add or turn is refused.",
    tell: (story) => {
      story.begin(only(SLOW)).place("i1").accept(1).fill(1, { id: "e1", qty: "10", px: "100" })
        .place("i2").place("i3", { qty: "1" }).place("i4", { side: "Sell", qty: "7" })
        .tradingState("Reducing").toDeadline().accept(4)
        .place("i5", { side: "Sell", qty: "3" }).tradingState("Active")
        .place("i6", { side: "Sell", qty: "3" }).riskFlag("f1", "Reducing").toDeadline()
        .fill(4, { id: "e4", qty: "7", px: "100" }).toDeadline().toDeadline();
    },
  },
  {
    name: "reducing_turns_back_the_first_of_two",
    requires: ["R-CORE-7"],
    description: "What waits behind is open as well: of two that would turn the position one goes.",
    tell: (story) => {
      story.begin(only(SLOW)).place("i1").accept(1).fill(1, { id: "e1", qty: "10", px: "100" })
        .place("i2").place("i3", { side: "Sell", qty: "10" })
        .place("i4", { side: "Sell", qty: "10" }).tradingState("Reducing", 0).toDeadline();
    },
  },
  {
    name: "reduce_only_is_asked_again",
    requires: ["R-CORE-7"],
    description: "A second attempt of an order that reduced when it came, and would turn by now.",
    tell: (story) => {
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "10", px: "100" })
        .place("i2", { side: "Sell", qty: "10", reduceOnly: true })
        .failed(2, { kind: "Submit", outcome: "notSent" }).place("i3", { side: "Sell", qty: "4" })
        .accept(3).fill(3, { id: "e3", qty: "4", px: "100" }).toDeadline()
        .place("i4", { side: "Sell", qty: "6", reduceOnly: true });
    },
  },
  {
    name: "reducing_counts_what_the_event_did",
    requires: ["R-CORE-7", "R-EXEC-4"],
    description: "A fill closes the breaker: what it lets leave is judged with the fill booked.",
    tell: (story) => {
      story.begin(only({ name: "test", breaker: { failures: 1, coolMs: 3_600_000 } })).place("i1")
        .accept(1).fill(1, { id: "e1", qty: "10", px: "100" })
        .place("i2", { side: "Sell", qty: "4" }).accept(2).place("i3", { side: "Sell", qty: "6" })
        .failed(3, { kind: "Submit", outcome: "notSent" }).toDeadline().tradingState("Reducing")
        .fill(2, { id: "e2", qty: "4", px: "100" }).accept(3);
    },
  },
  {
    name: "reducing_turns_back_a_replace",
    requires: ["R-CORE-7"],
    description: "By what would be open of it, voided executions too; the order rests as it was.",
    tell: (story) => {
      story.begin(only(SLOW)).place("i1").accept(1).fill(1, { id: "e1", qty: "10", px: "100" })
        .wait(2000).place("i2", { side: "Sell", qty: "6" }).accept(2).place("i3", { qty: "1" })
        .replace("r2", { orig: "i2", qty: "11" }).tradingState("Reducing").toDeadline()
        .tradingState("Active").place("i4", { qty: "1" }).replace("s2", { orig: "i2", qty: "13" })
        .fill(2, { id: "e2", qty: "3", px: "100" }).void(2, { execId: "v2", ref: "e2" })
        .tradingState("Reducing").toDeadline().toDeadline();
    },
  },
  {
    name: "reducing_between_cancel_and_new",
    requires: ["R-CORE-7"],
    description:
      "The new version is judged by what is sent; a late fill of the old one is not in it.",
    tell: (story) => {
      story.begin(only({ ...SLOW, ...BY_CANCEL })).place("i1").accept(1)
        .fill(1, { id: "e1", qty: "10", px: "100" }).wait(5000)
        .place("i2", { side: "Sell", qty: "6" }).accept(2).wait(5000).place("i3", { qty: "1" })
        .replace("r2", { orig: "i2", qty: "10" }).fill(2, { id: "e2", qty: "2", px: "100" })
        .cancelled(2).riskFlag("f1", "Reducing").fill(2, {
          id: "e3",
          qty: "1",
          px: "100",
          clOrdId: "tl01234567-2-1",
        })
        .toDeadline().toDeadline();
    },
  },
  {
    name: "reducing_before_the_cancel_of_a_replace",
    requires: ["R-CORE-7"],
    description: "What rests is not given up for a new version that would turn the position.",
    tell: (story) => {
      story.begin(only({ ...SLOW, ...BY_CANCEL })).place("i1").accept(1)
        .fill(1, { id: "e1", qty: "10", px: "100" }).wait(5000)
        .place("i2", { side: "Sell", qty: "6" }).place("i3", { qty: "1" }).accept(2)
        .replace("r2", { orig: "i2", qty: "11" }).tradingState("Reducing", 0).toDeadline()
        .cancel("c2", { orig: "i2" }).toDeadline().cancelled(2);
    },
  },
  {
    name: "pause_turns_back_what_may_not_rest",
    requires: ["R-EXEC-4", "R-EXEC-8"],
    description:
      "An order that may not rest waits for no pause, whoever was told of it; what rests does.",
    tell: (story) => {
      story.begin(only(SLOW)).book({ bids: ["99", "9"], asks: ["100", "9"] })
        .place("i1", MARKET).place("i2", IOC).place("i3").place("i4", FOK).place("i5", MARKET)
        .failed(1, BANNED).place("i6", IOC).wait(10_000).deadline().place("i7").wait(7_200_000)
        .deadline().toDeadline();
    },
  },
  {
    name: "doubt_is_said_after_what_is_turned_back",
    requires: ["R-EXEC-3", "R-EXEC-4"],
    description: "An order whose failure asks for a pause falls in doubt behind those it ends.",
    tell: (story) => {
      story.begin(only(SLOW)).book({ bids: ["99", "9"], asks: ["100", "9"] })
        .place("i1", MARKET).place("i2", FOK).place("i3", MARKET)
        .failed(1, { ...BANNED, outcome: "unknown" }).wait(7_200_000).deadline();
    },
  },
  {
    name: "pause_by_stale_failures_and_the_account",
    requires: ["R-EXEC-4", "R-EXEC-8"],
    description: "A failure that is stale, or of a reconciliation, pauses and turns back as well.",
    tell: (story) => {
      story.begin(only(SLOW)).wait(5000).place("i1").accept(1).place("i2").place("i3", IOC)
        .failed(1, BANNED).wait(7_200_000).deadline().place("i4").place("i5").place("i6", FOK)
        .reconcileFailed({ request: 99, retryAfterMs: 60_000 });
    },
  },
  {
    name: "link_turns_back_what_may_not_rest",
    requires: ["R-EXEC-4", "R-EXEC-8"],
    description:
      "Not up any more: what waits for a token or a second attempt and may not rest is refused.",
    tell: (story) => {
      story.begin(only(SLOW)).place("i1", IOC).failed(1, { kind: "Submit", outcome: "notSent" })
        .place("i2", FOK).place("i3").place("i4", IOC).wait(200).venue("reconciling")
        .venue("up").toDeadline().toDeadline().wait(5000).place("i5", IOC).place("i6", FOK)
        .failed(5, { kind: "Submit", outcome: "unknown" }).venue("down")
        .failed(6, { kind: "Submit", outcome: "notSent" }).venue("up").toDeadline();
    },
  },
  {
    name: "breaker_turns_back_what_may_not_rest",
    requires: ["R-EXEC-4", "R-EXEC-8"],
    description: "A second attempt waits for its back-off, and ends where the breaker opens.",
    tell: (story) => {
      const failed = { kind: "Submit", outcome: "notSent" } as const;
      story.begin(only({ name: "test", breaker: { failures: 3, coolMs: 60_000 } }))
        .place("i1", IOC).place("i2").place("i3", FOK).place("i4", { ttlMs: 500, ...IOC })
        .failed(1, failed).toDeadline().failed(2, failed).failed(1, failed)
        .failed(3, failed).failed(4, { kind: "Submit", outcome: "unknown" })
        .wait(60_000).deadline();
    },
  },
  {
    name: "restart_turns_back_what_may_not_rest",
    requires: ["R-EXEC-4", "R-JRN-2"],
    description: "What never left and may not rest ends at a restart, unless it lapsed before.",
    tell: (story) => {
      story.begin(only(SLOW)).place("i1", IOC).failed(1, { kind: "Submit", outcome: "notSent" })
        .place("i2", IOC).place("i3").place("i4", FOK).place("i5", { ttlMs: 2000, ...IOC })
        .wait(3000).start(only(SLOW)).venue("up").toDeadline().toDeadline();
    },
  },
  {
    name: "loss_doubts_what_may_not_rest",
    requires: ["R-JRN-2", "R-EXEC-3"],
    description: "It may have left in what was lost: it is in doubt, and not turned back.",
    tell: (story) => {
      story.begin(only(SLOW)).place("i1", IOC).place("i2", IOC).place("i3", FOK);
      const lostSinceUs = micros(story.nowUs);
      story.wait(5000).start(only(SLOW), { lostSinceUs }).venue("up").toDeadline()
        .found(2, { status: "cancelled", qty: "10", cum: "0", px: "100" });
    },
  },
  {
    name: "pause_turns_back_dry_runs_and_new_versions",
    requires: ["R-EXEC-4", "R-EXEC-7"],
    description: "Dry orders as real ones; the new version of one that may not rest is lost.",
    tell: (story) => {
      story.begin(only(BY_CANCEL)).place("i1", IOC).accept(1).place("i2").accept(2)
        .replace("r1", { orig: "i1", qty: "12" }).replace("r2", { orig: "i2", qty: "12" })
        .dryRun("on", { client: "alice" }).place("i3", IOC)
        .dryRun("off", { client: "alice" })
        .failed(3, { ...BANNED, retryAfterMs: 2000 }).cancelled(1).cancelled(2).toDeadline();
    },
  },
];
