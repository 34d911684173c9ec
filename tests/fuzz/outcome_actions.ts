/**
 * Random facts about binary conditions and betting markets: splits, merges, resolutions, results,
 * removed runners.
 * @module
 */
import type { AccountPayloads } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { fact } from "./account_actions.ts";
import type { Action } from "./actions.ts";
import type { Scene } from "./scene.ts";
import { CLIENTS } from "./world.ts";

/** What venues may say of outcomes. Ends come seldom: after one a market is dull. */
export const OUTCOME_ACTIONS: readonly Action[] = [
  { weight: 8, act: (scene) => pair(scene, "OutcomesSplit") },
  { weight: 5, act: (scene) => pair(scene, "OutcomesMerged") },
  { weight: 4, act: resolution },
  { weight: 2, act: outcomeSettlement },
  { weight: 2, act: removal },
  { weight: 3, act: marketSettlement },
];

function ofClass(scene: Scene, assetClass: Instrument["assetClass"]): Instrument {
  const { draws } = scene;
  if (draws.chance(2)) return scene.instrument();
  return draws.pick(scene.instruments.filter((each) => each.assetClass === assetClass));
}

/** Mostly of the condition whose outcomes are held apart. */
function pair(scene: Scene, eventType: "OutcomesSplit" | "OutcomesMerged"): void {
  const { draws } = scene;
  const apart = scene.instruments.filter(({ contract }) =>
    contract?.kind === "binary" && contract.netting === "perOutcome"
  );
  const payload = {
    condition: draws.chance(96) ? "sun" : draws.pick(["rain", "snow"]),
    qty: draws.pick(["1", "0.001", "12.5", "1000000", "0", "-1", "0.0001"]),
    client: draws.pick([null, ...CLIENTS, ...CLIENTS, "stranger"]),
  };
  fact(scene, draws.pick(apart), { eventType, payload });
}

/** A share of the payout: whole, none, half, a third, or none that can be. */
function share(scene: Scene): { readonly numerator: number; readonly denominator: number } {
  return scene.draws.pick([
    { numerator: 1, denominator: 1 },
    { numerator: 0, denominator: 1 },
    { numerator: 1, denominator: 2 },
    { numerator: 1, denominator: 3 },
    { numerator: 2, denominator: 1 },
  ]);
}

function resolution(scene: Scene): void {
  const payload = { ...share(scene), isFinal: scene.draws.chance(30) };
  fact(scene, ofClass(scene, "binary"), { eventType: "InstrumentResolved", payload });
}

function outcomeSettlement(scene: Scene): void {
  const { draws } = scene;
  const amount = draws.chance(80) ? null : draws.pick(["1", "0", "-3.5", "100.001"]);
  const payload = { ...share(scene), amount };
  fact(scene, ofClass(scene, "binary"), { eventType: "OutcomeSettled", payload });
}

function removal(scene: Scene): void {
  const { draws } = scene;
  const payload = {
    reductionPpm: draws.pick([0, 20_000, 100_000, 333_333, 999_999, 2_000_000]),
    basis: draws.pick(["price", "winnings"] as const),
  };
  fact(scene, ofClass(scene, "betting"), { eventType: "RunnerRemoved", payload });
}

function marketSettlement(scene: Scene): void {
  const { draws } = scene;
  const runners = scene.instruments.filter(({ assetClass }) => assetClass === "betting");
  const [first, second, third] = [...runners].sort(() => draws.below(3) - 1).map(({ id }) => id);
  if (first === undefined || second === undefined || third === undefined) return;
  const single = { instrument: first, places: 1, tied: 1 };
  const winners: AccountPayloads["MarketSettled"]["winners"] = draws.pick([
    [single],
    [{ ...single, tied: 2 }, { instrument: second, places: 1, tied: 2 }],
    [],
    [single, { ...single, instrument: second }],
  ]);
  const payload = {
    market: draws.chance(97) ? "race" : "other",
    winners,
    voided: draws.chance(15) ? [third] : [],
    isVoid: draws.chance(8),
    amount: draws.chance(80) ? null : draws.pick(["0", "10.5", "-7.25"]),
  };
  fact(scene, ofClass(scene, "betting"), { eventType: "MarketSettled", payload });
}
