/**
 * Scenarios of trades in outcomes that are told before the corrections that made them: a bet's prices
 * follow removals, and a token may be provisional.
 * @module
 */
import { instrumentId } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";
import type { Story } from "../story.ts";
import { contractOf, type InstrumentSpec } from "../world.ts";

const REQUIRES = ["R-CORE-5", "R-CORE-6"];
const QTY_RULE = { scale: 2, stepQuanta: 1, minQuanta: 1, maxQuanta: null };

function token(symbol: string, complement: string): InstrumentSpec {
  const terms = { condition: "c", collateral: "USD", payout: "1", netting: "perOutcome" } as const;
  return contractOf(symbol, { kind: "binary", outcome: symbol, complement, ...terms }, {
    quote: "USD",
    priceRule: { scale: 4, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] },
    qtyRule: QTY_RULE,
  });
}

function runner(symbol: string): InstrumentSpec {
  const terms = { commissionPpm: 50_000, discountPpm: 0, winners: 1, runners: 3 };
  return contractOf(symbol, { kind: "betting", market: "m", currency: "GBP", ...terms }, {
    quote: "GBP",
    priceRule: { scale: 2, ticks: [{ fromQuanta: 101, stepQuanta: 1 }] },
    qtyRule: QTY_RULE,
  });
}

const PAIR = { instruments: [token("YES", "NO"), token("NO", "YES")] };
const MARKET = { instruments: [runner("A"), runner("B"), runner("C")] };

function remove(story: Story, on: number, reductionPpm: number): Story {
  return story.offer({
    source: "broker_report",
    eventType: "RunnerRemoved",
    payload: { reductionPpm, basis: "price" },
    venue: 0,
    instrument: on,
    key: `k${story.events.length}`,
  });
}

/** The first runner wins. */
function result(story: Story): Story {
  const winners = [{ instrument: instrumentId(0), places: 1, tied: 1 }];
  return story.offer({
    source: "broker_report",
    eventType: "MarketSettled",
    payload: { market: "m", winners, voided: [], isVoid: false, amount: null },
    venue: 0,
    key: `k${story.events.length}`,
  });
}

/** An execution that stands as given from now on. */
function correct(
  story: Story,
  of: {
    readonly ref: string;
    readonly id: string;
    readonly qty: string;
    readonly px: string;
  },
): Story {
  return story.report("ExecutionCorrected", {
    execId: of.id,
    execRefId: of.ref,
    ...story.quanta(0, of),
    liquidity: "Taker",
    commission: "0.01",
    commissionCurrency: "USD",
  }, { order: 1 });
}

/** An execution of nobody we know: told, or what another one stands as. */
function stranger(
  story: Story,
  of: { readonly id: string; readonly ref?: string; readonly qty: string; readonly px: string },
): Story {
  const execution = {
    order: null,
    clOrdId: null,
    venueOrderId: "theirs",
    execId: of.id,
    ...story.quanta(0, of),
    liquidity: null,
    commission: "0",
    commissionCurrency: "GBP",
  };
  const about = { source: "broker_report", venue: 0, instrument: 0 } as const;
  const { ref: execRefId } = of;
  if (execRefId !== undefined) {
    const payload = { ...execution, execRefId };
    return story.offer({ ...about, eventType: "ExecutionCorrected", payload });
  }
  const payload = { ...execution, side: "Sell", provisional: false } as const;
  return story.offer({ ...about, eventType: "OrderExecuted", payload });
}

/** Corrections that come after what they correct to. */
export const OUTCOMES_CORRECTED: readonly Scenario[] = [
  {
    name: "binary_correction_told_after_its_trade",
    requires: REQUIRES,
    description: "What one of the two words made final is final once they are one; tagged, voided.",
    tell: (story) => {
      const usd = { feeCurrency: "USD" } as const;
      const now = { qty: "5", px: "0.41" };
      story.begin(PAIR).place("i1", { qty: "90", px: "0.4" }).accept(1);
      story.fill(1, { id: "e1", qty: "6", px: "0.4", provisional: true, ...usd })
        .report("ExecutionConfirmed", { execRefId: "e1" }, { order: 1 })
        .fill(1, { id: "c1", ...now, provisional: true, ...usd });
      correct(story, { ref: "e1", id: "c1", ...now })
        .report("ExecutionConfirmed", { execRefId: "c1" }, { order: 1 });
      story.fill(1, { id: "e2", qty: "6", px: "0.4", provisional: true, ...usd })
        .fill(1, { id: "c2", ...now, ...usd });
      correct(story, { ref: "e2", id: "c2", ...now });
      story.fill(1, { id: "e3", qty: "6", px: "0.4", provisional: true, ...usd })
        .fill(1, { id: "c3", ...now, provisional: true, ...usd });
      correct(story, { ref: "e3", id: "c3", ...now })
        .report("ExecutionConfirmed", { execRefId: "e3" }, { order: 1 });
      story.fill(1, { id: "e4", qty: "6", px: "0.4", ...usd })
        .replace("r1", { orig: "i1", qty: "90", tag: "other", hasTag: true })
        .fill(1, { id: "c4", ...now, provisional: true, ...usd });
      correct(story, { ref: "e4", id: "c4", ...now }).void(1, { execId: "v1", ref: "c4" });
      story.fill(1, { id: "e5", qty: "6", px: "0.4", ...usd })
        .fill(1, { id: "c5", ...now, provisional: true, ...usd })
        .void(1, { execId: "v2", ref: "c5" });
      correct(story, { ref: "e5", id: "c5", ...now });
    },
  },
  {
    name: "betting_correction_told_after_its_trade",
    requires: REQUIRES,
    description:
      "The bet stands in the epoch of the one it corrects; voided, settled, a stranger's.",
    tell: (story) => {
      const gbp = { feeCurrency: "GBP" } as const;
      const now = { qty: "2", px: "11.5" };
      story.begin(MARKET).place("i1", { qty: "40", px: "12" }).accept(1)
        .fill(1, { id: "e1", qty: "3", px: "12", ...gbp })
        .fill(1, { id: "e2", qty: "3", px: "12", ...gbp })
        .fill(1, { id: "e3", qty: "3", px: "12", ...gbp });
      stranger(story, { id: "x1", qty: "1", px: "12" });
      stranger(story, { id: "x2", qty: "1", px: "12" });
      remove(story, 2, 211_000);
      story.fill(1, { id: "c1", ...now, ...gbp });
      correct(story, { ref: "e1", id: "c1", ...now });
      story.fill(1, { id: "c2", ...now, ...gbp }).void(1, { execId: "v2", ref: "c2" });
      correct(story, { ref: "e2", id: "c2", ...now });
      stranger(story, { id: "y1", ...now });
      stranger(story, { id: "y1", ref: "x1", ...now });
      stranger(story, { id: "y2", ...now }).offer({
        source: "broker_report",
        eventType: "ExecutionVoided",
        payload: {
          order: null,
          clOrdId: null,
          venueOrderId: "theirs",
          execId: "w",
          execRefId: "y2",
        },
        venue: 0,
        instrument: 0,
      });
      stranger(story, { id: "y2", ref: "x2", ...now });
      remove(story, 1, 100_000);
      correct(story, { ref: "c1", id: "d1", qty: "2", px: "11" });
      result(story);
      story.fill(1, { id: "c3", ...now, ...gbp });
      correct(story, { ref: "e3", id: "c3", ...now });
      story.void(1, { execId: "v1", ref: "e1" });
    },
  },
  {
    name: "betting_fill_of_nobody_we_know_is_ours",
    requires: REQUIRES,
    description: "It moves to its order in the epoch in which it was booked; settled, voided.",
    tell: (story) => {
      const named = { unnumbered: true, clOrdId: "tl01234567-1-1", feeCurrency: "GBP" } as const;
      const terms = { qty: "3", px: "12" } as const;
      story.begin(MARKET).place("i1", { side: "Sell", qty: "40", px: "12" }).accept(1);
      stranger(story, { id: "e1", ...terms });
      stranger(story, { id: "e2", ...terms });
      remove(story, 2, 211_000).fill(1, { id: "e1", ...terms, ...named });
      result(story).fill(1, { id: "e2", ...terms, ...named });
      story.void(1, { execId: "v1", ref: "e1" });
    },
  },
  {
    name: "binary_fill_of_nobody_we_know_is_ours",
    requires: REQUIRES,
    description: "Provisional if the report that names its order says so, and then confirmed.",
    tell: (story) => {
      const usd = { feeCurrency: "USD", px: "0.4" } as const;
      const named = { unnumbered: true, clOrdId: "tl01234567-1-1" } as const;
      story.begin(PAIR).place("i1", { side: "Sell", qty: "90", px: "0.4" }).place("i2", {
        qty: "90",
        px: "0.4",
      });
      stranger(story, { id: "e1", qty: "6", px: "0.4" });
      story.fill(1, { id: "e1", qty: "6", provisional: true, ...usd, ...named })
        .fill(2, { id: "e2", qty: "6", provisional: true, ...usd })
        .report("ExecutionConfirmed", { execRefId: "e1" }, { order: 1 });
    },
  },
];
