/**
 * Scenarios of executions that no order explains, or not yet.
 * @module
 */
import { instrumentId, px, qty, venueId } from "../../../../core/numbers.ts";
import type { Side } from "../../../../core/instrument.ts";
import type { Scenario } from "../scenario.ts";
import type { Story } from "../story.ts";
import { CANCEL_NEW } from "../world.ts";

/** A fill on our account under a name that is not ours. */
export function externalFill(
  story: Story,
  of: {
    readonly id: string;
    readonly qty: string;
    readonly side?: Side;
    readonly fee?: string;
    readonly feeCurrency?: string;
  },
): Story {
  const { lastQty, lastPx } = story.quanta(0, { qty: of.qty, px: "100" });
  return story.offer({
    source: "broker_report",
    eventType: "OrderExecuted",
    payload: {
      order: null,
      clOrdId: "theirs",
      venueOrderId: "theirs",
      execId: of.id,
      lastQty,
      lastPx,
      liquidity: null,
      commission: of.fee ?? "0.01",
      commissionCurrency: of.feeCurrency ?? "USDT",
      provisional: false,
      ...(of.side === undefined ? {} : { side: of.side }),
    },
    venue: 0,
    instrument: 0,
  });
}

/** The venue corrects such a fill. */
export function correctExternal(
  story: Story,
  of: { readonly ref: string; readonly id: string; readonly qty: string },
): Story {
  const { lastQty, lastPx } = story.quanta(0, { qty: of.qty, px: "100" });
  return story.offer({
    source: "broker_report",
    eventType: "ExecutionCorrected",
    payload: {
      order: null,
      clOrdId: "theirs",
      venueOrderId: "theirs",
      execId: of.id,
      execRefId: of.ref,
      lastQty,
      lastPx,
      liquidity: null,
      commission: "0.01",
      commissionCurrency: "USDT",
    },
    venue: 0,
    instrument: 0,
  });
}

function voidExternal(story: Story, execRefId: string): Story {
  const names = { order: null, clOrdId: null, venueOrderId: "theirs" };
  return story.offer({
    source: "broker_report",
    eventType: "ExecutionVoided",
    payload: { ...names, execId: "v", execRefId },
    venue: 0,
    instrument: 0,
  });
}

function confirmExternal(story: Story, execRefId: string): Story {
  return story.offer({
    source: "broker_report",
    eventType: "ExecutionConfirmed",
    payload: { order: null, clOrdId: null, venueOrderId: "theirs", execRefId },
    venue: 0,
    instrument: 0,
  });
}

function release(story: Story): Story {
  return story.control("TradingStateSet", { state: "Active", reason: "told" }, {
    venue: venueId(0),
    instrument: instrumentId(0),
  });
}
/** Fills of nobody we know, and of those that turn out to be ours. */
export const STRANGERS: readonly Scenario[] = [
  {
    name: "fill_of_nobody_we_know",
    requires: ["fault 9", "fault 36", "R-CORE-6"],
    description: "Booked to external, once; the instrument is halted until an operator has looked.",
    tell: (story) => {
      story.begin().place("i1");
      externalFill(story, { id: "x1", qty: "2", side: "Sell" });
      externalFill(story, { id: "x1", qty: "2", side: "Sell" });
      story.place("i2").cancel("c1", { orig: "i1" }).accept(1).cancelled(1);
      externalFill(story, { id: "x2", qty: "1", side: "Buy" });
      release(story).place("i3");
      externalFill(story, { id: "x3", qty: "1" });
      externalFill(story, { id: "x4", qty: "0", side: "Buy" });
    },
  },
  {
    name: "fill_of_nobody_we_know_revised",
    requires: ["fault 9", "fault 13"],
    description: "Voided and corrected like any other, to the external book.",
    tell: (story) => {
      const names = { order: null, clOrdId: null, venueOrderId: "theirs" };
      const about = { source: "broker_report", venue: 0, instrument: 0 } as const;
      const terms = {
        lastQty: qty(3000),
        lastPx: px(9900),
        liquidity: null,
        commission: "0",
        commissionCurrency: "USDT",
      };
      story.begin();
      externalFill(story, { id: "x1", qty: "2", side: "Sell" });
      for (const execRefId of ["x1", "x1", "c", "nothing"]) {
        const payload = { ...names, execId: "c", execRefId, ...terms };
        story.offer({ ...about, eventType: "ExecutionCorrected", payload });
      }
      for (const execRefId of ["x1", "x1", "nothing"]) {
        const payload = { ...names, execId: "v", execRefId };
        story.offer({ ...about, eventType: "ExecutionVoided", payload });
      }
    },
  },
  {
    name: "fill_of_nobody_we_know_by_its_corrections",
    requires: ["fault 9", "fault 13"],
    description: "Known by each of its ids, voided or not, until a horizon after the last word.",
    tell: (story) => {
      const correction = { ref: "x1", id: "c1", qty: "1.5" };
      story.begin({ settings: { intentHorizonMs: 10_000 } });
      externalFill(story, { id: "x1", qty: "2", side: "Sell" });
      correctExternal(story.wait(8000), correction);
      externalFill(story, { id: "c1", qty: "1.5", side: "Sell" });
      correctExternal(story, { ref: "c1", id: "c2", qty: "1" });
      correctExternal(story, correction);
      externalFill(story.wait(10_999), { id: "x2", qty: "1", side: "Sell" });
      externalFill(story, { id: "c1", qty: "1.5", side: "Sell" });
      voidExternal(story, "c1");
      correctExternal(story, correction);
      correctExternal(story, { ref: "c2", id: "c3", qty: "1" });
      voidExternal(story.wait(10_999), "c2");
      externalFill(story.wait(1), { id: "x3", qty: "1", side: "Sell" });
      voidExternal(story, "x2");
      externalFill(story, { id: "c2", qty: "1", side: "Sell" });
    },
  },
  {
    name: "fill_of_nobody_we_know_confirmed",
    requires: ["fault 9", "fault 13"],
    description: "Known for a horizon from then; one that is voided or not booked is an orphan.",
    tell: (story) => {
      story.begin({ settings: { intentHorizonMs: 10_000 } });
      externalFill(story, { id: "x1", qty: "2", side: "Sell" });
      confirmExternal(story.wait(8000), "x1");
      externalFill(story.wait(10_999), { id: "x2", qty: "1", side: "Sell" });
      externalFill(story, { id: "x1", qty: "2", side: "Sell" });
      voidExternal(story, "x1");
      confirmExternal(confirmExternal(story, "x1"), "nothing");
    },
  },
  {
    name: "fill_of_nobody_we_know_told_twice",
    requires: ["fault 9", "fault 13"],
    description: "A corrected trade counts once, unless the other one cannot be it.",
    tell: (story) => {
      const correction = { ref: "x1", id: "c1", qty: "1.5" };
      story.begin({ settings: { intentHorizonMs: 10_000 } });
      externalFill(story, { id: "x1", qty: "2", side: "Sell" });
      externalFill(story, { id: "c1", qty: "1.5", side: "Sell" });
      externalFill(story, { id: "x2", qty: "1", side: "Buy" });
      correctExternal(story, { ref: "x1", id: "x2", qty: "1" });
      correctExternal(correctExternal(story.wait(8000), correction), correction);
      externalFill(story.wait(10_999), { id: "x1", qty: "2", side: "Sell" });
      correctExternal(story, { ref: "x1", id: "c2", qty: "1" });
      correctExternal(story, { ref: "x1", id: "c3", qty: "1" });
      externalFill(story, { id: "c3", qty: "1", side: "Sell" });
      voidExternal(story, "x1");
      externalFill(story, { id: "x4", qty: "1", side: "Sell" });
      correctExternal(story, { ref: "x1", id: "x4", qty: "1" });
    },
  },
  {
    name: "fill_of_nobody_we_know_too_old",
    requires: ["fault 9", "R-CORE-5"],
    description: "Older than the horizon: whether it was booked before is no longer known.",
    tell: (story) => {
      story.begin({ settings: { intentHorizonMs: 4 } });
      externalFill(story, { id: "x1", qty: "2", side: "Sell" });
    },
  },
  {
    name: "fill_of_nobody_we_know_by_a_longer_horizon",
    requires: ["fault 9", "R-CORE-5"],
    description: "Within the horizon, but not within the one that was in force before.",
    tell: (story) => {
      story.begin({ settings: { intentHorizonMs: 1 } }).start().wait(4);
      externalFill(story, { id: "x1", qty: "2", side: "Sell" });
      externalFill(story.wait(1), { id: "x2", qty: "2", side: "Sell" });
    },
  },
  {
    name: "fill_of_nobody_we_know_is_ours",
    requires: ["fault 2", "fault 9", "R-CORE-5"],
    description: "Told by a history before the order's name was known: it moves to the order.",
    tell: (story) => {
      const named = { unnumbered: true, clOrdId: "tl01234567-1-1" } as const;
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "unknown" });
      externalFill(story, { id: "x1", qty: "4", side: "Buy" });
      story.fill(1, { id: "x1", qty: "4", px: "100", fee: "0.01", ...named })
        .found(1, { status: "open", qty: "10", cum: "4", px: "100" })
        .fill(1, { id: "x1", qty: "4", px: "100", fee: "0.01", ...named });
      externalFill(story, { id: "x1", qty: "4", side: "Buy" });
      voidExternal(story, "x1");
      confirmExternal(story, "x1");
      correctExternal(story, { ref: "x1", id: "c1", qty: "1" });
      externalFill(story, { id: "x2", qty: "1", side: "Buy" });
      correctExternal(story, { ref: "x2", id: "x1", qty: "4" });
      story.void(1, { execId: "v1", ref: "x1" }).place("i2");
    },
  },
  {
    name: "fill_of_nobody_we_know_charged_in_base",
    requires: ["fault 2", "fault 9", "R-CORE-6"],
    description: "Each owner's commissions count by themselves, also of what moves to its order.",
    tell: (story) => {
      const inBase = { side: "Buy", fee: "0.0006", feeCurrency: "BTC" } as const;
      const named = { unnumbered: true, clOrdId: "tl01234567-1-1", px: "100" } as const;
      story.begin().place("i1");
      externalFill(story, { id: "x1", qty: "4", ...inBase });
      externalFill(story, { id: "x2", qty: "1", ...inBase });
      externalFill(story, { id: "x3", qty: "1", ...inBase });
      story.fill(1, { id: "x1", qty: "4", ...inBase, ...named })
        .fill(1, { id: "x3", qty: "1", ...inBase, ...named });
      voidExternal(story, "x2").void(1, { execId: "v1", ref: "x1" });
    },
  },
  {
    name: "fill_of_nobody_we_know_is_ours_as_it_stands",
    requires: ["fault 2", "fault 9", "fault 13"],
    description: "Corrected or voided before that; of the other side it is another execution.",
    tell: (story) => {
      const named = { px: "100", unnumbered: true, clOrdId: "tl01234567-1-1" } as const;
      story.begin().place("i1");
      externalFill(story, { id: "x1", qty: "4", side: "Buy" });
      correctExternal(story, { ref: "x1", id: "c1", qty: "3" });
      story.fill(1, { id: "c1", qty: "2", provisional: true, ...named })
        .fill(1, { id: "x1", qty: "4", ...named });
      externalFill(story, { id: "x2", qty: "1", side: "Buy" });
      voidExternal(story, "x2").fill(1, { id: "x2", qty: "1", ...named });
      externalFill(story, { id: "x3", qty: "1", side: "Sell" });
      story.fill(1, { id: "x3", qty: "1", ...named }).void(1, { execId: "v1", ref: "x1" });
      voidExternal(story, "x3").fill(1, { id: "c4", qty: "1", ...named });
      externalFill(story, { id: "x4", qty: "2", side: "Buy" });
      correctExternal(story, { ref: "x4", id: "c4", qty: "1" });
      story.fill(1, { id: "x4", qty: "2", ...named });
    },
  },
  {
    name: "fill_of_nobody_we_know_is_ours_with_its_peak",
    requires: ["fault 2", "fault 9", "fault 13"],
    description: "What the venue took off it before its order was known does not come back.",
    tell: (story) => {
      const named = (order: number, id: string): Story =>
        story.fill(order, {
          ...{ id, qty: "1", px: "100", unnumbered: true },
          clOrdId: `tl01234567-${order}-1`,
        });
      const revise = (id: string, quantities: readonly string[]): void => {
        const [first = "0", ...others] = quantities;
        externalFill(story, { id, qty: first, side: "Buy" });
        others.forEach((qty, at) => correctExternal(story, { ref: id, id: `${id}c${at}`, qty }));
      };
      const found = { status: "open", qty: "10", cum: "5", px: "100" } as const;
      story.begin().place("i1").failed(1, { kind: "Submit", outcome: "unknown" })
        .place("i2").place("i3").place("i4").accept(4).replace("r4", { orig: "i4", qty: "12" })
        .place("i5").accept(5).place("i6").accept(6).cancelled(6).place("i7");
      revise("g", ["9007199254740.991"]);
      voidExternal(story, "g");
      named(7, "h");
      named(7, "g").tradingState("Active", 0);
      revise("a", ["4", "5", "3"]);
      named(1, "a").cancel("k1", { orig: "i1" })
        .failed(1, { kind: "Cancel", outcome: "unknown" }).found(1, found);
      revise("b", ["2", "1.5"]);
      voidExternal(story, "b");
      named(2, "bc0");
      named(2, "b").void(2, { execId: "v", ref: "bc0" }).cancel("k2", { orig: "i2" })
        .failed(2, { kind: "Cancel", outcome: "unknown" }).found(2, { ...found, cum: "2" });
      revise("c", ["10"]);
      voidExternal(story, "c");
      named(3, "c");
      revise("d", ["11", "9"]);
      named(4, "d");
      revise("e", ["4"]);
      externalFill(story, { id: "ec0", qty: "3", side: "Buy" });
      correctExternal(story, { ref: "e", id: "ec0", qty: "3" });
      named(5, "ec0").void(5, { execId: "v", ref: "e" });
      revise("f", ["11"]);
      voidExternal(story, "f");
      named(6, "f");
    },
  },
  {
    name: "fill_of_nobody_we_know_is_ours_of_an_old_version",
    requires: ["fault 9", "fault 18"],
    description: "Voided before its order was known: not what the new version has open falls.",
    tell: (story) => {
      const old = (order: number): Story =>
        story.fill(order, {
          ...{ id: `x${order}`, qty: "4", px: "100", unnumbered: true },
          clOrdId: `tl01234567-${order}-1`,
        });
      story.begin(CANCEL_NEW);
      for (const order of [1, 2, 3]) {
        story.place(`i${order}`).accept(order)
          .replace(`r${order}`, { orig: `i${order}`, qty: "12" }).cancelled(order);
      }
      for (const order of [1, 2]) {
        story.accept(order, { clOrdId: `tl01234567-${order}-2`, venueOrderId: `w${order}` });
      }
      for (const order of [1, 2, 3]) {
        externalFill(story, { id: `x${order}`, qty: "4", side: "Buy" });
        voidExternal(story, `x${order}`);
      }
      old(1).fill(1, { id: "n1", qty: "8", px: "100" });
      story.fill(2, { id: "n1", qty: "8", px: "100" });
      old(2);
      old(3).accept(3, { clOrdId: "tl01234567-3-2", venueOrderId: "w3" });
    },
  },
  {
    name: "fill_of_nobody_we_know_is_ours_and_cannot_be_moved",
    requires: ["fault 9", "R-CORE-9"],
    description: "Without it the account would have sold more than can be counted.",
    tell: (story) => {
      const named = { px: "100", unnumbered: true, clOrdId: "tl01234567-1-1" } as const;
      story.begin().place("i1");
      externalFill(story, { id: "x1", qty: "2", side: "Buy" });
      externalFill(story, { id: "x2", qty: "9007199254740.991", side: "Sell" });
      externalFill(story, { id: "x3", qty: "1", side: "Sell" });
      story.fill(1, { id: "x1", qty: "2", ...named });
      voidExternal(story, "x3").fill(1, { id: "x1", qty: "2", ...named });
    },
  },
];
