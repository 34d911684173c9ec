/**
 * Runners as instruments: names, price ladders, terms.
 *
 * A runner's symbol is `MARKET.SELECTION`, with `.HANDICAP` behind it where that is not 0. Prices
 * are decimal odds and sizes stakes, both in hundredths.
 * Source of the ladders: Betfair developer documentation, "Price increments".
 * @module
 */
import { fromQuanta } from "../../../core/decimal.ts";
import type { Instrument, PriceRule } from "../../../core/instrument.ts";
import type { ListingPlace } from "./directory.ts";
import type { LadderKind, MarketDefinition, RunnerDefinition } from "./definition.ts";

const SCALE = 2;
const MILLION = 1_000_000;
/** Commission where a stream says none: the venue's usual base rate. */
const BASE_RATE_DEFAULT_PPM = 50_000;

/** 350 ticks from 1.01 to 1000. */
export const CLASSIC: PriceRule = {
  scale: SCALE,
  ticks: [
    { fromQuanta: 101, stepQuanta: 1 },
    { fromQuanta: 200, stepQuanta: 2 },
    { fromQuanta: 300, stepQuanta: 5 },
    { fromQuanta: 400, stepQuanta: 10 },
    { fromQuanta: 600, stepQuanta: 20 },
    { fromQuanta: 1_000, stepQuanta: 50 },
    { fromQuanta: 2_000, stepQuanta: 100 },
    { fromQuanta: 3_000, stepQuanta: 200 },
    { fromQuanta: 5_000, stepQuanta: 500 },
    { fromQuanta: 10_000, stepQuanta: 1_000 },
  ],
  maxQuanta: 100_000,
};

/** Every hundredth from 1.01 to 1000. */
export const FINEST: PriceRule = {
  scale: SCALE,
  ticks: [{ fromQuanta: 101, stepQuanta: 1 }],
  maxQuanta: 100_000,
};

/** What the listing of a runner needs beside its definition. */
export type RunnerTerms = {
  readonly place: ListingPlace;
  readonly market: string;
  /** What the market was first listed with: it must not change. */
  readonly winners: number;
};

/** Returns the symbol of a runner. The handicap is in hundredths. */
export function symbolOf(
  market: string,
  of: { readonly selection: number; readonly handicap: number },
): string {
  const symbol = `${market}.${of.selection}`;
  return of.handicap === 0 ? symbol : `${symbol}.${fromQuanta(of.handicap, SCALE)}`;
}

/** Returns a runner as it is to be listed. */
export function instrumentOf(
  terms: RunnerTerms,
  of: { readonly definition: MarketDefinition; readonly runner: RunnerDefinition },
): Instrument {
  const { definition, runner } = of;
  const symbol = symbolOf(terms.market, runner);
  const { baseRatePpm, runners } = definition;
  const { id, venue, name, quote } = terms.place;
  return {
    id,
    venue,
    name,
    symbol,
    base: String(runner.selection),
    quote,
    assetClass: "betting",
    contract: {
      kind: "betting",
      market: terms.market,
      currency: quote,
      commissionPpm: Math.min(baseRatePpm ?? BASE_RATE_DEFAULT_PPM, MILLION),
      discountPpm: 0,
      winners: terms.winners,
      runners: runners.length === 0 ? null : runners.length,
    },
    priceRule: priceRuleOf(definition.ladder),
    qtyRule: { scale: SCALE, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
    minNotional: null,
    sessionEndUs: null,
    status: statusOf(definition, runner),
    capabilities: { assetClass: "betting" },
  };
}

/**
 * Tells whether what a market pays follows from who won: not where a line is struck at even money, a
 * handicap gives goals, or a bet is two, each way. The ledger carries none of these.
 */
export function isPlain({ bettingType, marketType, ladder }: MarketDefinition): boolean {
  return (bettingType === "ODDS" || bettingType === "") && marketType !== "EACH_WAY" &&
    ladder.kind !== "line";
}

/** What may be traded: nothing of which it is not known what it may lose. */
function statusOf(definition: MarketDefinition, runner: RunnerDefinition): Instrument["status"] {
  if (definition.status === "CLOSED" || !isPlain(definition)) return "closed";
  switch (runner.status) {
    case "ACTIVE":
      return definition.status === "OPEN" ? "open" : "suspended";
    case "HIDDEN":
      return "suspended";
    default:
      return "closed";
  }
}

function priceRuleOf(ladder: LadderKind): PriceRule {
  if (ladder.kind !== "line") return ladder.kind === "classic" ? CLASSIC : FINEST;
  const { least, most, interval } = ladder;
  const step = Math.max(1, interval);
  const ticks = Math.max(0, Math.floor((most - least) / step));
  return {
    scale: SCALE,
    ticks: [{ fromQuanta: least, stepQuanta: step }],
    maxQuanta: least + ticks * step,
  };
}
