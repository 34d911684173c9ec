/**
 * Scenarios of dry runs: orders that are built to the last byte and never leave (R-EXEC-7).
 * @module
 */
import type { InstrumentLimits } from "../../../../core/limits.ts";
import { qty } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";
import type { VenueStory } from "../venue_story.ts";

const NO_LIMITS: InstrumentLimits = {
  maxOrderQty: null,
  maxOrderNotional: null,
  maxPosition: null,
  maxOpenOrders: null,
  priceCollarPpm: null,
  bookStaleMs: 0,
  initialMarginPpm: null,
};

/** Limits of the first instrument. */
function limited(story: VenueStory, limits: Partial<InstrumentLimits>): void {
  const all = { ...NO_LIMITS, ...limits };
  const payload = { scope: "instrument", admin: true, limits: all } as const;
  story.control("LimitsSet", payload, { venue: 0, instrument: 0 });
}

/** Dry runs. */
export const DRY_RUNS: readonly Scenario[] = [
  {
    name: "dry_run_of_everything",
    requires: ["R-EXEC-7"],
    description: "The mode makes every order a dry one; its life is that of any other.",
    tell: (story) =>
      story.begin({ mode: "dry_run" }).place("i1").accept(1)
        .replace("r1", { orig: "i1", qty: "12" }).replaced(1, { qty: "12", px: "100" })
        .replace("r2", { orig: "i1", qty: "12.0001" }).cancel("c1", { orig: "i1" }).cancelled(1)
        .place("i2").failed(2, { kind: "Submit", outcome: "unknown" })
        .found(2, { status: "open", qty: "10", cum: "0", px: "100" }).noOp("n1"),
  },
  {
    name: "dry_run_of_a_client",
    requires: ["R-EXEC-7"],
    description: "Kept by name, also before it says HELLO; an order stays what it was placed as.",
    tell: (story) =>
      story.begin().dryRun("on", { client: "bob", on: 0 })
        .open({ session: 2, client: "bob" }).place("i1").place("b1", {}, 2)
        .dryRun("off", { client: "bob" }).place("b2", {}, 2)
        .accept(2).replace("r1", { orig: "b1", qty: "11" }, 2).dryRun("on", { client: "alice" })
        .accept(1).replace("r2", { orig: "i1", qty: "11" }).place("i2").close({ cause: "goodbye" }),
  },
  {
    name: "dry_run_of_an_instrument",
    requires: ["R-EXEC-7"],
    description: "All orders on it from then on; a listing keeps the switch.",
    tell: (story) => {
      story.begin({ instruments: [{ symbol: "BTC/USDT" }, { symbol: "ETH/USDT" }] })
        .dryRun("on", { on: 0 }).place("i1").place("i2", { on: 1 });
      const [listed] = story.instruments;
      if (listed !== undefined) story.list(listed);
      story.place("i3").start().venue("up").open({ session: 2, client: "alice" })
        .place("i4", {}, 2).dryRun("off", { on: 0 }).place("i5", {}, 2);
    },
  },
  {
    name: "dry_run_of_nothing",
    requires: ["R-CORE-5"],
    description: "Neither a client nor a listed instrument: a broken rule.",
    tell: (story) =>
      story.begin().dryRun("on").tradingState("Active").dryRun("on", { on: 5 })
        .tradingState("Active").place("i1"),
  },
  {
    name: "dry_run_holds_in_what_is_real",
    requires: ["R-EXEC-7"],
    description: "A real order is not replaced while its client, its instrument or all runs dry.",
    tell: (story) =>
      story.begin().open({ session: 2, client: "bob" }).place("i1").place("b2", {}, 2).accept(1)
        .accept(2).fill(1, { id: "e1", qty: "4", px: "100" }).dryRun("on", { client: "alice" })
        .replace("r1", { orig: "i1", qty: "12" })
        .replace("r2", { orig: "i1", qty: "9", validateOnly: true })
        .replace("s1", { orig: "b2", qty: "12" }, 2).replaced(2, { qty: "12", px: "100" })
        .tradingState("Reducing").replace("r3", { orig: "i1", qty: "12" }).killSwitch("on")
        .cancelRejected(1, "VENUE_RATE_LIMIT").replace("r4", { orig: "i1", qty: "12" })
        .killSwitch("off").tradingState("Active").dryRun("off", { client: "alice" })
        .dryRun("on", { on: 0 }).place("i3").accept(3).replace("r5", { orig: "i1", qty: "12" })
        .dryRun("off", { on: 0 }).replace("r6", { orig: "i3", qty: "12" })
        .replace("r7", { orig: "i1", qty: "12" }).cancelled(1),
  },
  {
    name: "dry_run_turns_back_what_waits",
    requires: ["R-EXEC-7", "R-EXEC-8"],
    description: "What is new of real orders is refused in its turn; cancels and look-ups go.",
    tell: (story) => {
      story.begin({ venues: [{ name: "test", pacing: { perSecond: 1, burst: 2 } }] }).place("i1")
        .accept(1).wait(2000).place("i2").place("i3").replace("r1", { orig: "i1", qty: "12" })
        .place("i4").failed(2, { kind: "Submit", outcome: "unknown" })
        .dryRun("on", { client: "alice" }).place("i5").toDeadline().toDeadline()
        .found(2, { status: "open", qty: "10", cum: "0", px: "100" })
        .cancel("c2", { orig: "i2" }).toDeadline().cancelled(2);
    },
  },
  {
    name: "dry_run_takes_no_tokens",
    requires: ["R-EXEC-7", "R-EXEC-8"],
    description: "Dry orders beside real ones leave without tokens, and wait only in their turn.",
    tell: (story) => {
      story.begin({ venues: [{ name: "test", pacing: { perSecond: 1, burst: 2 } }] })
        .dryRun("on", { client: "bob", on: 0 }).open({ session: 2, client: "bob" });
      for (let n = 1; n <= 4; n += 1) story.place(`b${n}`, {}, 2);
      story.accept(1).cancel("c1", { orig: "b1" }, 2).failed(1, {
        kind: "Cancel",
        outcome: "unknown",
      })
        .place("i1").place("b5", {}, 2).place("i2").place("b6", {}, 2)
        .failed(2, { kind: "Submit", outcome: "notSent", retryAfterMs: 50 }).place("b7", {}, 2)
        .toDeadline().toDeadline().place("i3").place("b8", {}, 2).toDeadline();
    },
  },
  {
    name: "dry_run_of_everything_is_paced",
    requires: ["R-EXEC-7", "R-EXEC-8"],
    description: "Where nothing is real dry orders take their tokens, as they would live.",
    tell: (story) => {
      const venues = [{ name: "test", pacing: { perSecond: 1, burst: 2 } }];
      story.begin({ mode: "dry_run", venues });
      for (let n = 1; n <= 4; n += 1) story.place(`i${n}`);
      story.toDeadline().cancel("c1", { orig: "i1" }).toDeadline().toDeadline();
    },
  },
  {
    name: "dry_run_and_cancel_and_new",
    requires: ["R-EXEC-7"],
    description: "Neither half of a real order's replace goes; a cancel that somebody wants does.",
    tell: (story) =>
      story.begin({ venues: [{ name: "test", capabilities: { replace: "cancel_new" } }] })
        .place("i1").place("i2").accept(1).accept(2).replace("r1", { orig: "i1", qty: "12" })
        .replace("r2", { orig: "i2", qty: "12" })
        .failed(1, { kind: "Cancel", outcome: "notSent" }).dryRun("on", { on: 0 }).toDeadline()
        .cancelled(2).replace("r3", { orig: "i1", qty: "12" }).cancel("c1", { orig: "i1" })
        .cancelled(1),
  },
  {
    name: "dry_run_from_a_restart_on",
    requires: ["R-EXEC-7", "R-CORE-9"],
    description: "The mode of the new run: real orders of the last one are not sent, nor replaced.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(1)
        .replace("r1", { orig: "i1", qty: "12" }).failed(1, { kind: "Replace", outcome: "notSent" })
        .failed(2, { kind: "Submit", outcome: "notSent" }).place("i3").start({ mode: "dry_run" })
        .open({ session: 2, client: "alice" }).venue("up").toDeadline().toDeadline()
        .found(3, { status: "open", qty: "10", cum: "0", px: "100" })
        .replace("r2", { orig: "i3", qty: "12" }, 2).place("i4", {}, 2)
        .cancel("c3", { orig: "i3" }, 2).cancelled(3).start().venue("up")
        .open({ session: 3, client: "alice" }).replace("r3", { orig: "i1", qty: "12" }, 3),
  },
  {
    name: "dry_run_open_orders",
    requires: ["R-EXEC-7", "R-CORE-7"],
    description: "Dry and real orders are counted apart, against the same limits.",
    tell: (story) => {
      story.begin();
      limited(story, { maxOpenOrders: 1, maxPosition: qty(10_000) });
      const small = { qty: "5" };
      story.place("i1", small).place("i2", small).dryRun("on", { client: "alice" })
        .place("i3", small).place("i4", small).dryRun("off", { client: "alice" })
        .place("i5", small).cancelled(1).place("i6", small).dryRun("on", { client: "alice" })
        .place("i7", small).cancelled(2).place("i8", { qty: "11" }).place("i9", { qty: "10" });
    },
  },
  {
    name: "dry_run_position",
    requires: ["R-EXEC-7", "R-CORE-7"],
    description: "The position is one for both; what is open is not.",
    tell: (story) => {
      story.begin();
      limited(story, { maxPosition: qty(20_000) });
      story.place("i1").fill(1, { id: "e1", qty: "10", px: "100" }).place("i2", { qty: "8" })
        .dryRun("on", { on: 0 }).place("i3", { qty: "11" }).place("i4", { qty: "10" })
        .place("i5", { qty: "0.001" }).place("i6", { side: "Sell", qty: "10", reduceOnly: true })
        .dryRun("off", { on: 0 }).place("i7", { side: "Sell", qty: "10", reduceOnly: true })
        .place("i8", { side: "Sell", qty: "0.001", reduceOnly: true }).place("i9", { qty: "2" })
        .place("i10", { qty: "0.001" });
    },
  },
  {
    name: "dry_run_self_match",
    requires: ["R-EXEC-7", "R-CORE-7"],
    description: "A dry order never meets a real one; two dry ones do.",
    tell: (story) => {
      const limits = { maxOpenOrders: null, orderRate: null, selfMatch: "refuse" } as const;
      const payload = { scope: "exchange", exchange: "test", admin: true, limits } as const;
      story.begin().control("LimitsSet", payload).place("i1").dryRun("on", { client: "alice" })
        .place("i2", { side: "Sell" }).place("i3").dryRun("off", { client: "alice" })
        .place("i4", { side: "Sell" }).place("i5", { side: "Sell", px: "101" });
    },
  },
  {
    name: "dry_run_order_rate",
    requires: ["R-EXEC-7", "R-CORE-7"],
    description: "Each of the two books has its own buckets; the client's own rate is one.",
    tell: (story) => {
      const orderRate = { perSecond: 1, burst: 1 };
      const limits = { maxOpenOrders: null, orderRate, maxLoss: [] };
      const payload = { scope: "client", client: "alice", admin: true, limits } as const;
      story.begin({ settings: { burst: 4, intentsPerSecond: 1 } }).control("LimitsSet", payload)
        .place("i1").place("i2").dryRun("on", { client: "alice" }).place("i3").place("i4")
        .place("i5").wait(1000).place("i6").dryRun("off", { client: "alice" }).wait(1000)
        .place("i7");
    },
  },
  {
    name: "dry_run_funds",
    requires: ["R-EXEC-7", "R-CORE-7"],
    description: "What dry orders hold back is held back from dry orders only.",
    tell: (story) => {
      const tripwire = { reports: 2, tolerances: [] };
      const rest = { maxOpenOrders: null, orderRate: null, maxLoss: [] };
      const limits = { ...rest, checkFunds: true, tripwire };
      story.begin().control("BalanceSet", { currency: "USDT", total: "1000" }, { venue: 0 })
        .control("LimitsSet", { scope: "venue", admin: true, limits }, { venue: 0 })
        .place("i1", { qty: "6" }).dryRun("on", { client: "alice" }).place("i2", { qty: "10.001" })
        .place("i3", { qty: "10" }).place("i4", { qty: "0.001" })
        .dryRun("off", { client: "alice" }).place("i5", { qty: "4" })
        .place("i6", { qty: "0.001" });
    },
  },
  {
    name: "dry_run_fill",
    requires: ["R-EXEC-7", "R-CORE-6"],
    description: "An execution of a dry order is a fact: booked, and alarmed.",
    tell: (story) =>
      story.begin().dryRun("on", { client: "alice" }).place("i1").accept(1)
        .fill(1, { id: "e1", qty: "1", px: "100" }).fill(1, { id: "e1", qty: "1", px: "100" })
        .cancelled(1).fill(1, { id: "e2", qty: "1", px: "100" }),
  },
  {
    name: "dry_run_and_reconciliation",
    requires: ["R-EXEC-7", "R-EXEC-5"],
    description: "A reconciliation does not look for dry orders, and alarms where one is listed.",
    tell: (story) =>
      story.begin().dryRun("on", { client: "alice" }).place("i1").accept(1).reconcileAsked()
        .reconciled().reconcileAsked()
        .reconciled([{ order: 1, qty: "10" }]).reconcileAsked()
        .reconciled([{ clOrdId: null, venueOrderId: "v1", qty: "10" }]).reconcileAsked()
        .cancelled(1).reconciled([{ order: 1, qty: "10" }]),
  },
  {
    name: "dry_run_restarted",
    requires: ["R-EXEC-7", "R-CORE-9"],
    description: "Switches, dry orders and their doubt survive a restart.",
    tell: (story) =>
      story.begin().dryRun("on", { client: "alice" }).place("i1").place("i2").accept(2)
        .start().venue("up").open({ session: 2, client: "alice" })
        .found(1, { status: "open", qty: "10", cum: "0", px: "100" }).place("i3", {}, 2),
  },
];
