/**
 * Binary and betting instruments for tests: tokens of a condition, a signed contract, runners of a
 * market. Price quantum 0.0001 (binary) and 0.01 (odds), quantity quantum 0.01.
 * @module
 */
import type { Contract, Instrument } from "../../core/instrument.ts";
import { instrumentId } from "../../core/numbers.ts";
import { spotInstrument } from "./spot_instrument.ts";

type Terms<Kind extends Contract["kind"]> = Partial<Extract<Contract, { kind: Kind }>>;

const QTY_RULE = { scale: 2, stepQuanta: 1, minQuanta: 1, maxQuanta: null };

/** Returns a runner of market `1.1` of four runners, one winner, commission 5 %. */
export function runner(id: number, terms: Terms<"betting"> = {}): Instrument {
  return spotInstrument({
    id: instrumentId(id),
    name: `paper:runner-${id}`,
    symbol: `runner-${id}`,
    base: `runner-${id}`,
    quote: "GBP",
    assetClass: "betting",
    contract: {
      kind: "betting",
      market: "1.1",
      currency: "GBP",
      commissionPpm: 50_000,
      discountPpm: 0,
      winners: 1,
      runners: 4,
      ...terms,
    },
    priceRule: { scale: 2, ticks: [{ fromQuanta: 101, stepQuanta: 1 }] },
    qtyRule: QTY_RULE,
    minNotional: null,
  });
}

/** Returns an outcome of condition `c` that is held apart; `YES` and `NO` name each other. */
export function token(outcome: "YES" | "NO", terms: Terms<"binary"> = {}): Instrument {
  const complement = outcome === "YES" ? "NO" : "YES";
  return binary({
    id: outcome === "YES" ? 10 : 11,
    symbol: outcome,
    terms: { outcome, complement, netting: "perOutcome", ...terms },
  });
}

/** Returns a contract that counts both outcomes of condition `s` in one signed number. */
export function signedContract(terms: Terms<"binary"> = {}): Instrument {
  return binary({ id: 12, symbol: "SIGNED", terms: { condition: "s", ...terms } });
}

function binary(
  of: { readonly id: number; readonly symbol: string; readonly terms: Terms<"binary"> },
): Instrument {
  return spotInstrument({
    id: instrumentId(of.id),
    name: `paper:${of.symbol}`,
    symbol: of.symbol,
    base: of.symbol,
    quote: "USD",
    assetClass: "binary",
    contract: {
      kind: "binary",
      condition: "c",
      outcome: "YES",
      complement: null,
      collateral: "USD",
      payout: "1",
      netting: "signed",
      ...of.terms,
    },
    priceRule: { scale: 4, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] },
    qtyRule: QTY_RULE,
    minNotional: null,
  });
}
