/**
 * Random worlds: three venues of different abilities, instruments of every class, settings.
 * @module
 */
import type { VenueDeclaration } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { InstrumentSpec, VenueSpec, WorldSpec } from "../contracts/engine/world.ts";
import { contractOf } from "../contracts/engine/world.ts";
import type { Draws } from "../support/draws.ts";

/** Sessions and clients of a world. */
export const CLIENTS = ["alice", "bob", "carol"] as const;

/** Prices that make sense on an instrument, in quanta of its price. */
export type PriceRange = { readonly least: number; readonly most: number; readonly step: number };

const CENTS = { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] } as const;
const SPREAD = { scale: 1, ticks: [{ fromQuanta: -1000, stepQuanta: 5 }] } as const;
const ODDS = {
  scale: 2,
  ticks: [
    { fromQuanta: 101, stepQuanta: 1 },
    { fromQuanta: 200, stepQuanta: 2 },
    { fromQuanta: 300, stepQuanta: 5 },
  ],
  maxQuanta: 1_000,
} as const;
const LOTS = { scale: 3, stepQuanta: 1, minQuanta: 1, maxQuanta: null } as const;
const WHOLE = { scale: 0, stepQuanta: 1, minQuanta: 1, maxQuanta: 1_000_000 } as const;
const STAKES = { scale: 2, stepQuanta: 1, minQuanta: 100, maxQuanta: null } as const;

/** One or two instruments of each class. */
const INSTRUMENTS: readonly InstrumentSpec[] = [
  { symbol: "BTC/USDT" },
  { symbol: "ETH/BTC", at: 1, minNotional: "0.5", sessionEndUs: 79_200_000_000 },
  contractOf("PERP/USDT", { kind: "linear", multiplier: "0.1", settlement: "USDT" }, {
    priceRule: CENTS,
    qtyRule: WHOLE,
  }),
  contractOf("SPREAD/USD", { kind: "linear", multiplier: "5", settlement: "USD" }, {
    at: 1,
    quote: "USD",
    priceRule: SPREAD,
    qtyRule: WHOLE,
  }),
  contractOf("INV/USD", { kind: "inverse", multiplier: "100", settlement: "BTC" }, {
    at: 1,
    base: "BTC",
    quote: "USD",
    qtyRule: WHOLE,
  }),
  contractOf("RAIN", binary({ outcome: "yes", netting: "signed", complement: null }), {
    at: 2,
    quote: "USD",
    priceRule: CENTS,
    qtyRule: WHOLE,
  }),
  contractOf("SUN-YES", binary({ outcome: "yes", netting: "perOutcome", complement: "SUN-NO" }), {
    quote: "USD",
    priceRule: CENTS,
    qtyRule: LOTS,
  }),
  contractOf("SUN-NO", binary({ outcome: "no", netting: "perOutcome", complement: "SUN-YES" }), {
    quote: "USD",
    priceRule: CENTS,
    qtyRule: LOTS,
  }),
  ...["RED", "BLUE", "GREEN"].map((runner) =>
    contractOf(runner, betting(), {
      at: 2,
      base: runner,
      quote: "GBP",
      priceRule: ODDS,
      qtyRule: STAKES,
    })
  ),
];

function binary(
  of: {
    readonly outcome: string;
    readonly netting: "signed" | "perOutcome";
    readonly complement: string | null;
  },
): NonNullable<Instrument["contract"]> {
  const condition = of.netting === "signed" ? "rain" : "sun";
  return { kind: "binary", condition, ...of, collateral: "USD", payout: "1" };
}

function betting(): NonNullable<Instrument["contract"]> {
  return {
    kind: "betting",
    market: "race",
    currency: "GBP",
    commissionPpm: 50_000,
    discountPpm: 100_000,
    winners: 1,
    runners: 3,
  };
}

/** Draws a world. */
export function drawWorld(draws: Draws): WorldSpec {
  return {
    mode: draws.chance(5) ? "dry_run" : "paper",
    settings: {
      invariants: draws.chance(90) ? "strict" : "warn",
      intentHorizonMs: draws.pick([2_000, 20_000, 3_600_000]),
      ...draws.pick([
        { intentsPerSecond: 5, burst: 3 },
        { intentsPerSecond: 100, burst: 50 },
        { intentsPerSecond: 10_000, burst: 10_000 },
        { intentsPerSecond: 10_000, burst: 10_000 },
      ]),
      lookupRetryMs: draws.pick([100, 500]),
    },
    venues: [
      drawVenue(draws, { name: "one", exchange: "x", replace: ["native", "native", "none"] }),
      drawVenue(draws, { name: "two", exchange: "y", replace: ["cancel_new"] }),
      drawVenue(draws, { name: "three", exchange: "x", replace: ["native", "reduce_only"] }),
    ],
    instruments: INSTRUMENTS,
  };
}

function drawVenue(
  draws: Draws,
  of: {
    readonly name: string;
    readonly exchange: string;
    readonly replace: readonly ("native" | "cancel_new" | "reduce_only" | "none")[];
  },
): VenueSpec {
  return {
    name: of.name,
    exchange: of.exchange,
    capabilities: {
      replace: draws.pick(of.replace),
      lookupByClientOrderId: draws.chance(85),
      absenceProofMs: draws.pick([null, 0, 2000]),
      postOnly: draws.chance(90),
      reduceOnly: draws.chance(90),
      ...(draws.chance(50) ? { reduceOnlyAnyNotional: draws.chance(80) } : {}),
    },
    ...drawLink(draws),
  };
}

/** Draws how a venue is paced, when its breaker opens and how often it is reconciled. */
export function drawLink(
  draws: Draws,
): Pick<VenueDeclaration, "pacing" | "breaker" | "reconcileMs"> {
  const costs = { submit: 1, replace: 2, cancel: 1, lookup: 4, reconcile: 20 };
  const paced = { perSecond: draws.pick([20, 500]), burst: 5 };
  const pacing = draws.chance(70) ? null : draws.chance(50) ? paced : { ...paced, costs };
  return {
    pacing,
    ...(draws.chance(50)
      ? { breaker: { failures: draws.pick([1, 2, 3]), coolMs: draws.pick([0, 50, 2000]) } }
      : {}),
    ...(draws.chance(60) ? { reconcileMs: draws.pick([1, 200, 5000]) } : {}),
  };
}

/** Returns the prices that make sense. */
export function pricesOf(instrument: Instrument): PriceRange {
  switch (instrument.assetClass) {
    case "binary":
      return { least: 1, most: 99, step: 1 };
    case "betting":
      return { least: 101, most: 199, step: 1 };
    case "linear":
      return instrument.priceRule.scale === 1
        ? { least: -200, most: 200, step: 5 }
        : { least: 9_500, most: 10_500, step: 1 };
    case "spot":
    case "inverse":
      return { least: 9_500, most: 10_500, step: 1 };
  }
}
