/**
 * What scenarios of outcomes begin with and tell: tokens, contracts and runners, orders that are
 * filled at once, facts of the venue.
 * @module
 */
import type { AccountPayloads } from "../../../../core/event.ts";
import { instrumentId } from "../../../../core/numbers.ts";
import type { Story } from "../story.ts";
import { contractOf, type InstrumentSpec, type WorldSpec } from "../world.ts";

const RULES: Partial<InstrumentSpec> = {
  quote: "USD",
  priceRule: { scale: 4, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] },
  qtyRule: { scale: 2, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
};
const ODDS: Partial<InstrumentSpec> = {
  quote: "GBP",
  priceRule: { scale: 2, ticks: [{ fromQuanta: 101, stepQuanta: 1 }] },
  qtyRule: { scale: 2, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
};

type Binary = Extract<InstrumentSpec["contract"], { kind: "binary" }>;
type Betting = Extract<InstrumentSpec["contract"], { kind: "betting" }>;

/** A binary outcome; without a complement it is a signed count. */
export function token(
  symbol: string,
  complement: string | null,
  terms: Partial<Binary> = {},
): InstrumentSpec {
  return contractOf(symbol, {
    kind: "binary",
    condition: "c",
    outcome: symbol,
    complement,
    collateral: "USD",
    payout: "1",
    netting: complement === null ? "signed" : "perOutcome",
    ...terms,
  }, RULES);
}

/** A runner of market `m`, commission 5 %. */
export function runner(symbol: string, terms: Partial<Betting> = {}): InstrumentSpec {
  return contractOf(symbol, {
    kind: "betting",
    market: "m",
    currency: "GBP",
    commissionPpm: 50_000,
    discountPpm: 0,
    winners: 1,
    runners: 3,
    ...terms,
  }, ODDS);
}

/** Two outcomes held apart. */
export const PAIR: WorldSpec = { instruments: [token("YES", "NO"), token("NO", "YES")] };
/** One contract for both outcomes. */
export const SIGNED: WorldSpec = { instruments: [token("CONTRACT", null)] };
/** Three runners, one winner. */
export const MARKET: WorldSpec = { instruments: [runner("A"), runner("B"), runner("C")] };
/** What breaks a rule halts nothing. */
export const WARN = { settings: { invariants: "warn" } } as const;

/** A fact of the venue about its account; its key is the count of events unless given. */
export function fact<Kind extends keyof AccountPayloads>(
  story: Story,
  kind: Kind,
  of: { readonly payload: AccountPayloads[Kind]; readonly on?: number; readonly key?: string },
): Story {
  return story.offer({
    source: "broker_report",
    eventType: kind,
    payload: of.payload as Parameters<typeof story.offer<Kind>>[0]["payload"],
    venue: 0,
    instrument: of.on ?? null,
    key: of.key ?? `k${story.events.length}`,
  });
}

/** An order that is filled at once: number, side, instrument, quantity, price, session. */
export function deal(
  story: Story,
  order: number,
  of: {
    readonly side?: "Buy" | "Sell";
    readonly on?: number;
    readonly qty: string;
    readonly px: string;
    readonly session?: number;
    readonly fee?: string;
    readonly provisional?: boolean;
  },
): Story {
  const { side = "Buy", on = 0, qty, px, session = 1, ...more } = of;
  return story.place(`i${order}`, { side, on, qty, px }, session).accept(order)
    .fill(order, { id: `e${order}`, qty, px, feeCurrency: "USD", ...more });
}

/** The venue corrects the execution of an order to other terms. */
export function correct(
  story: Story,
  order: number,
  of: { readonly on: number; readonly qty: string; readonly px: string },
): Story {
  return story.report("ExecutionCorrected", {
    execId: `c${order}`,
    execRefId: `e${order}`,
    ...story.quanta(of.on, of),
    liquidity: "Taker",
    commission: "0",
    commissionCurrency: story.instruments[of.on]?.quote ?? "USD",
  }, { order });
}

/** A second client, of session 2. */
export function bob(story: Story): Story {
  return story.open({ session: 2, client: "bob" });
}

/** Splits collateral into the pair. */
export function split(story: Story, qty: string, client: string | null = "alice"): Story {
  return fact(story, "OutcomesSplit", { payload: { condition: "c", qty, client } });
}

/** Merges the pair. */
export function merge(story: Story, qty: string, client: string | null = "alice"): Story {
  return fact(story, "OutcomesMerged", { payload: { condition: "c", qty, client } });
}

type Share = readonly [number, number];

/** Marks an outcome at a share of the payout. */
export function resolve(story: Story, on: number, [numerator, denominator]: Share): Story {
  const payload = { numerator, denominator, isFinal: false };
  return fact(story, "InstrumentResolved", { payload, on });
}

/** Settles an outcome at a share; `amount`: what the venue credited. */
export function settle(story: Story, on: number, of: { share: Share; amount?: string }): Story {
  const [numerator, denominator] = of.share;
  const payload = { numerator, denominator, amount: of.amount ?? null };
  return fact(story, "OutcomeSettled", { payload, on });
}

/** Removes a runner from its market. */
export function remove(
  story: Story,
  on: number,
  of: { readonly ppm: number; readonly basis?: "price" | "winnings" },
): Story {
  const payload = { reductionPpm: of.ppm, basis: of.basis ?? "price" } as const;
  return fact(story, "RunnerRemoved", { payload, on });
}

/** A result: winners by number, in dead heats with the places they share. */
export function result(
  story: Story,
  winners: readonly number[],
  of: {
    readonly places?: number;
    readonly tied?: number;
    readonly voided?: readonly number[];
    readonly isVoid?: boolean;
    readonly amount?: string;
    readonly market?: string;
    readonly key?: string;
  } = {},
): Story {
  const { places = 1, tied = 1, voided = [], isVoid = false, amount = null, market = "m" } = of;
  const placed = winners.map((id) => ({ instrument: instrumentId(id), places, tied }));
  const payload = { market, winners: placed, voided: voided.map(instrumentId), isVoid, amount };
  const keyed = of.key === undefined ? {} : { key: of.key };
  return fact(story, "MarketSettled", { payload, ...keyed });
}
