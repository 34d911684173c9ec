/**
 * Scenarios of what venues say of executions afterwards.
 * @module
 */
import type { Scenario } from "../scenario.ts";
import type { Story } from "../story.ts";
import { correctExternal, externalFill } from "./strangers.ts";
import { CANCEL_NEW } from "../world.ts";

/** An execution that stands as given from now on. */
function correct(
  story: Story,
  of: {
    readonly ref: string;
    readonly id: string;
    readonly qty: string;
    readonly px: string;
    readonly fee?: string;
    readonly feeCurrency?: string;
  },
  order = 1,
): Story {
  return story.report("ExecutionCorrected", {
    execId: of.id,
    execRefId: of.ref,
    ...story.quanta(0, of),
    liquidity: "Maker",
    commission: of.fee ?? "0.05",
    commissionCurrency: of.feeCurrency ?? "USDT",
  }, { order });
}

function confirm(story: Story, ref: string): Story {
  return story.report("ExecutionConfirmed", { execRefId: ref }, { order: 1 });
}

/** Corrections, confirmations, voids. */
export const CORRECTIONS: readonly Scenario[] = [
  {
    name: "corrected_fill",
    requires: ["R-CORE-5", "fault 13"],
    description: "Less, more, at another price; the same again; by the correction's own id.",
    tell: (story) => {
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "4", px: "100", fee: "0.04" });
      correct(story, { ref: "e1", id: "c1", qty: "3", px: "100.5" });
      correct(story, { ref: "e1", id: "c1", qty: "3", px: "100.5" });
      correct(story, { ref: "c1", id: "c2", qty: "5", px: "99" });
      correct(story, { ref: "e1", id: "c1", qty: "1", px: "1" });
      story.fill(1, { id: "e2", qty: "5", px: "100" });
    },
  },
  {
    name: "corrected_fill_charged_in_base",
    requires: ["R-CORE-5", "R-CORE-6", "fault 13"],
    description: "The commission alone, its currency, the quantity; the trade told first.",
    tell: (story) => {
      const inBase = { px: "100", feeCurrency: "BTC" } as const;
      story.begin().place("i1", { qty: "20", tag: "a" }).accept(1)
        .fill(1, { id: "e1", qty: "4", fee: "0.0041", ...inBase })
        .fill(1, { id: "e2", qty: "4", fee: "0.0043", ...inBase });
      correct(story, { ref: "e1", id: "c1", qty: "4", fee: "0.0048", ...inBase });
      correct(story, { ref: "e2", id: "c2", qty: "3", fee: "0.03", px: "101" });
      correct(story, { ref: "c1", id: "c3", qty: "5", fee: "-0.0002", ...inBase });
      story.fill(1, { id: "c4", qty: "2", fee: "0.00021", ...inBase })
        .replace("r1", { orig: "i1", qty: "20", tag: "b", hasTag: true })
        .replaced(1, { qty: "20", px: "100" })
        .fill(1, { id: "c5", qty: "5", fee: "0.0005", ...inBase });
      correct(story, { ref: "c3", id: "c5", qty: "5", fee: "0.0005", ...inBase });
      story.void(1, { execId: "x1", ref: "c4" });
    },
  },
  {
    name: "corrected_trade_told_first",
    requires: ["R-CORE-5", "fault 13"],
    description:
      "A corrected trade that was told by itself counts once, under all of its ids, in any state.",
    tell: (story) => {
      const terms = { qty: "3", px: "100" };
      story.begin().place("i1", { qty: "20" }).accept(1);
      story.fill(1, { id: "e1", qty: "4", px: "100" }).fill(1, { id: "c1", ...terms });
      correct(correct(story, { ref: "e1", id: "c1", ...terms }), { ref: "e1", id: "c1", ...terms });
      story.fill(1, { id: "e1", qty: "4", px: "100" });
      correct(story, { ref: "e1", id: "c2", qty: "3.5", px: "100" });
      story.fill(1, { id: "e2", qty: "2", px: "100" });
      story.fill(1, { id: "c3", qty: "5", px: "101" }).replace("r1", { orig: "i1", qty: "12" });
      correct(story, { ref: "e2", id: "c3", qty: "5", px: "101" });
      story.void(1, { execId: "x1", ref: "e2" }).replaced(1, { qty: "12", px: "100" });
      story.fill(1, { id: "e4", ...terms }).fill(1, { id: "c4", qty: "3", px: "99" });
      story.void(1, { execId: "x2", ref: "c4" }).void(1, { execId: "x3", ref: "e1" });
      correct(story, { ref: "e4", id: "c4", qty: "3", px: "99" });
      correct(story, { ref: "e1", id: "e4", ...terms });
    },
  },
  {
    name: "corrected_trade_told_first_ends_the_order",
    requires: ["R-CORE-5", "fault 13"],
    description:
      "What was counted twice filled the order: it stays ended, and the venue is not done.",
    tell: (story) => {
      const terms = { qty: "4", px: "100" };
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "6", px: "100" })
        .fill(1, { id: "c1", ...terms });
      correct(story, { ref: "e1", id: "c1", ...terms });
      story.fill(1, { id: "e2", ...terms });
    },
  },
  {
    name: "corrected_trade_told_first_and_placed_anew",
    requires: ["R-CORE-5", "fault 13"],
    description: "The new order may have been reckoned with both: only the alarm is safe.",
    tell: (story) => {
      const terms = { qty: "3", px: "100" };
      story.begin(CANCEL_NEW).place("i1").accept(1)
        .fill(1, { id: "e1", qty: "4", px: "100" }).fill(1, { id: "c1", ...terms })
        .replace("r1", { orig: "i1", qty: "12" }).cancelled(1);
      correct(story, { ref: "e1", id: "c1", ...terms });
    },
  },
  {
    name: "corrected_trade_told_first_for_another_tag",
    requires: ["R-CORE-5", "fault 13"],
    description:
      "It counts for the tag of what it corrects, also where it is voided or sold since.",
    tell: (story) => {
      const terms = { qty: "3", px: "101", fee: "0.05" };
      const tagged = (name: string, orig: string, tag: string | null): Story =>
        story.replace(name, { orig, qty: "40", tag, hasTag: true });
      story.begin().place("i1", { qty: "40", tag: "alpha" }).accept(1);
      story.fill(1, { id: "e1", qty: "4", px: "100" }).fill(1, { id: "e2", qty: "4", px: "100" });
      tagged("r1", "i1", "beta").fill(1, { id: "c1", ...terms });
      story.place("i2", { side: "Sell", tag: "gamma" }).fill(2, { id: "s", qty: "5", px: "102" });
      correct(story, { ref: "e1", id: "c1", qty: "3", px: "101" });
      tagged("r2", "r1", null).fill(1, { id: "c2", ...terms });
      story.void(1, { execId: "v2", ref: "c2" });
      correct(story, { ref: "e2", id: "c2", qty: "3", px: "101" });
      story.fill(1, { id: "e3", qty: "4", px: "100" });
      tagged("r3", "r2", "alpha").fill(1, { id: "c3", ...terms });
      correct(story, { ref: "e3", id: "c3", qty: "3", px: "101" });
      correct(story, { ref: "c1", id: "c4", qty: "2", px: "99" });
      story.void(1, { execId: "v1", ref: "e1" });
    },
  },
  {
    name: "corrected_trade_told_first_breaks_a_bound",
    requires: ["fault 13", "R-CORE-6"],
    description:
      "Each of the two must be possible to take out by itself; else nothing has changed.",
    tell: (story) => {
      const largest = "9007199254740.991";
      const active = (): Story => story.tradingState("Active", 0);
      story.begin().place("i1", { tag: "alpha" }).accept(1)
        .place("i2", { side: "Sell" }).place("i3", { side: "Sell" })
        .fill(1, { id: "e1", qty: "1", px: "100" })
        .replace("r1", { orig: "i1", qty: "10", tag: "beta", hasTag: true })
        .fill(1, { id: "c1", qty: "0.8", px: "100" }).fill(1, { id: "c2", qty: "1.2", px: "100" })
        .fill(2, { id: "s", qty: largest, px: "100" }).fill(3, { id: "t", qty: "2.1", px: "100" });
      correct(active(), { ref: "e1", id: "c1", qty: "0.8", px: "100" });
      correct(active(), { ref: "c1", id: "e1", qty: "1", px: "100" });
      correct(active(), { ref: "c1", id: "c2", qty: "1.2", px: "100" });
      correct(active(), { ref: "e1", id: "c2", qty: "1.2", px: "100" });
      story.void(3, { execId: "v", ref: "t" });
      correct(active(), { ref: "e1", id: "c2", qty: "1.2", px: "100" });
    },
  },
  {
    name: "corrected_trade_told_first_beyond_counting",
    requires: ["fault 13", "R-CORE-7"],
    description:
      "What is left once the two are one must be countable beside the other orders of its side.",
    tell: (story) => {
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "5", px: "100" })
        .fill(1, { id: "c1", qty: "4", px: "100" })
        .place("i2", { side: "Sell", qty: "9" }).fill(2, { id: "e2", qty: "9", px: "100" })
        .place("i3", { qty: "9007199254736.992" }).accept(3);
      correct(story, { ref: "e1", id: "c1", qty: "4", px: "100" });
      story.tradingState("Active", 0).replaced(3, { qty: "9007199254735.991", px: "100" });
      correct(story, { ref: "e1", id: "c1", qty: "4", px: "100" });
    },
  },
  {
    name: "correction_that_changes_nothing",
    requires: ["R-CORE-5", "fault 13"],
    description: "Its id is known from then on, and keeps an order that has ended.",
    tell: (story) => {
      const told = { qty: "4", px: "100", fee: "0.05" };
      story.begin({ settings: { intentHorizonMs: 10_000 } }).place("i1").accept(1)
        .fill(1, { id: "e1", ...told }).cancelled(1).wait(6000);
      correct(story, { ref: "e1", id: "c1", ...told }).wait(10_000).deadline();
      story.fill(1, { id: "c1", ...told }).void(1, { execId: "x1", ref: "c1" });
    },
  },
  {
    name: "corrected_until_complete",
    requires: ["R-CORE-5", "fault 13"],
    description: "A correction upwards completes the order, one beyond its quantity halts.",
    tell: (story) => {
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "4", px: "100" });
      correct(story, { ref: "e1", id: "c1", qty: "10", px: "100" });
      correct(story, { ref: "e1", id: "c2", qty: "11", px: "100" });
    },
  },
  {
    name: "corrected_after_the_end",
    requires: ["R-CORE-5", "fault 13"],
    description: "Corrections of a cancelled order move its sums and the books, not its state.",
    tell: (story) => {
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "4", px: "100" })
        .cancel("c", { orig: "i1" }).cancelled(1);
      correct(story, { ref: "e1", id: "c1", qty: "2", px: "100" });
      correct(story, { ref: "e1", id: "c2", qty: "6", px: "100" });
    },
  },
  {
    name: "corrected_and_voided",
    requires: ["R-CORE-5", "fault 13"],
    description: "A corrected execution is voided as it stands; a voided one is not corrected.",
    tell: (story) => {
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "4", px: "100" });
      correct(story, { ref: "e1", id: "c1", qty: "3", px: "101" });
      story.void(1, { execId: "x1", ref: "c1" });
      correct(story, { ref: "e1", id: "c2", qty: "2", px: "100" });
      correct(story, { ref: "nothing", id: "c3", qty: "2", px: "100" });
      confirm(story, "e1");
    },
  },
  {
    name: "corrected_while_pending",
    requires: ["R-CORE-5", "FIX B.1.b"],
    description: "Corrections while a cancel or a replace is pending keep the pending state.",
    tell: (story) => {
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "4", px: "100" })
        .replace("r1", { orig: "i1", qty: "12" });
      correct(story, { ref: "e1", id: "c1", qty: "3", px: "100" });
      story.replaced(1, { qty: "12", px: "100" }).cancel("c", { orig: "r1" });
      correct(story, { ref: "e1", id: "c2", qty: "5", px: "100" });
      story.void(1, { execId: "x1", ref: "e1" }).cancelled(1);
    },
  },
  {
    name: "correction_without_quantity",
    requires: ["R-CORE-5"],
    description: "A correction to nothing breaks a rule: that would be a void.",
    tell: (story) => {
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "4", px: "100" });
      correct(story, { ref: "e1", id: "c1", qty: "0", px: "100" });
    },
  },
  {
    name: "confirmed_fill",
    requires: ["R-CORE-5", "R-CORE-6"],
    description: "A provisional execution becomes final, once.",
    tell: (story) => {
      story.begin().place("i1").accept(1)
        .fill(1, { id: "e1", qty: "4", px: "100", provisional: true });
      correct(story, { ref: "e1", id: "c1", qty: "3", px: "100" });
      confirm(confirm(story, "e1"), "e1");
      confirm(story, "nothing");
      correct(story, { ref: "e1", id: "c2", qty: "2", px: "100" });
    },
  },
  {
    name: "corrections_that_break_a_bound",
    requires: ["fault 13", "R-CORE-6"],
    description:
      "Neither half of such a correction is done, no increase inferred; in bounds it goes through.",
    tell: (story) => {
      const largest = "9007199254740.991";
      const active = (): Story => story.tradingState("Active", 0);
      story.begin().place("i1").accept(1).fill(1, { id: "e1", qty: "4", px: "100" })
        .replace("r1", { orig: "i1", qty: "12" })
        .place("i2").fill(2, { id: "e2", qty: "9007199254736.991", px: "100" });
      correct(active(), { ref: "e1", id: "c1", qty: "11", px: "100" });
      correct(active(), { ref: "e1", id: "c2", qty: "4.001", px: "100" });
      correct(active(), { ref: "e1", id: "c3", qty: "3.999", px: "100" });
      story.place("i3", { side: "Sell" }).fill(3, { id: "e3", qty: largest, px: "100" });
      active().fill(1, { id: "e4", qty: "9007199254736.992", px: "100" });
      correct(active(), { ref: "e1", id: "c4", qty: largest, px: "100" });
      active().fill(1, { id: "e5", qty: "9007199254736.991", px: "100" });
      externalFill(active(), { id: "x1", qty: "1", side: "Buy" });
      correctExternal(active(), { ref: "x1", id: "y1", qty: "6" });
      correctExternal(active(), { ref: "x1", id: "y2", qty: "2" });
    },
  },
  {
    name: "fills_of_an_old_version_revised",
    requires: ["fault 13", "fault 18"],
    description: "Corrected to more, voided: a look-up of the new version knows none of it.",
    tell: (story) => {
      const clOrdId = "tl01234567-1-2";
      const asked = (cum: string): void => {
        story.cancelRejected(1)
          .found(1, { status: "open", qty: "19", cum, px: "100", clOrdId }).toDeadline();
      };
      story.begin(CANCEL_NEW).place("i1", { qty: "10" }).accept(1)
        .fill(1, { id: "e0", qty: "1", px: "100" }).replace("r1", { orig: "i1", qty: "20" })
        .cancelled(1).accept(1, { clOrdId, venueOrderId: "w1" })
        .fill(1, { id: "e1", qty: "2", px: "100", clOrdId: "tl01234567-1-1" })
        .fill(1, { id: "n1", qty: "3", px: "100", clOrdId });
      asked("3");
      correct(story, { ref: "e0", id: "x0", qty: "1.5", px: "100" });
      correct(story, { ref: "e1", id: "x1", qty: "2.5", px: "100" });
      asked("3");
      story.void(1, { execId: "v0", ref: "e0" }).void(1, { execId: "v1", ref: "e1" });
      asked("3");
      asked("2");
      story.void(1, { execId: "v2", ref: "n1" });
      for (const cum of ["3", "0", "1"]) asked(cum);
    },
  },
  {
    name: "new_version_is_open_after_the_end",
    requires: ["fault 13", "fault 18", "R-CORE-7"],
    description:
      "Executions or corrections of all versions end the order: what the venue still has is alarmed.",
    tell: (story) => {
      const anew = (order: number): void => {
        const key = `tl01234567-${order}`;
        story.place(`i${order}`).accept(order)
          .fill(order, { id: "e0", qty: "1", px: "100" })
          .replace(`r${order}`, { orig: `i${order}`, qty: "13" }).cancelled(order)
          .accept(order, { clOrdId: `${key}-2`, venueOrderId: `w${order}` });
      };
      const late = (order: number, id: string, quantity: string): Story =>
        story.fill(order, { id, qty: quantity, px: "100", clOrdId: `tl01234567-${order}-1` });
      story.begin(CANCEL_NEW);
      for (const order of [1, 2, 3, 4, 5]) anew(order);
      late(1, "e1", "4").fill(1, { id: "n1", qty: "8", px: "100" });
      late(1, "e2", "1");
      late(2, "e1", "3").void(2, { execId: "v1", ref: "e1" })
        .fill(2, { id: "n1", qty: "8", px: "100" });
      correct(story, { ref: "n1", id: "x1", qty: "9", px: "100" }, 2);
      late(3, "e1", "12");
      story.fill(4, { id: "n1", qty: "12", px: "100" });
      story.fill(5, { id: "n1", qty: "11.999", px: "100" });
      late(5, "e1", "2");
    },
  },
  {
    name: "late_fill_keeps_its_order",
    requires: ["R-CORE-5", "fault 13"],
    description:
      "Each late fill, correction and void keeps an ended order for a horizon from then.",
    tell: (story) => {
      story.begin({ settings: { intentHorizonMs: 10_000 } }).place("i1").accept(1)
        .place("i2").accept(2).cancelled(1).cancelled(2)
        .wait(6000).fill(1, { id: "e1", qty: "4", px: "100" }).toDeadline()
        .wait(1000).fill(1, { id: "e1", qty: "4", px: "100" });
      correct(story, { ref: "e1", id: "c1", qty: "3", px: "100" }).wait(10_000).deadline();
      story.void(1, { execId: "x1", ref: "c1" }).wait(10_000).deadline()
        .fill(1, { id: "e1", qty: "4", px: "100" }).toDeadline()
        .fill(1, { id: "e1", qty: "4", px: "100" });
    },
  },
  {
    name: "confirmed_fill_keeps_its_order",
    requires: ["R-CORE-5", "fault 13"],
    description: "An execution that became final keeps its ended order for a horizon from then.",
    tell: (story) => {
      story.begin({ settings: { intentHorizonMs: 10_000 } }).place("i1").accept(1)
        .fill(1, { id: "e1", qty: "10", px: "100", provisional: true }).wait(6000);
      confirm(story, "e1").wait(10_000).deadline();
      confirm(story, "e1").fill(1, { id: "e1", qty: "10", px: "100" }).toDeadline()
        .fill(1, { id: "e1", qty: "10", px: "100" });
    },
  },
];
