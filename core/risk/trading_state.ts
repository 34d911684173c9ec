/**
 * Guards of the trading state: nothing new while Halted; only what reduces while Reducing, or when
 * the order itself says `reduce_only`. Both look at the client's own book (`reducing.ts`).
 *
 * Invariant: the effective state is the strictest of operator, venue and client.
 * @module
 */
import type { TradingState } from "../intent.ts";
import { type Guard, qtyText, type Refusal, refusal, type RiskRequest } from "./guard.ts";
import { onlyReduces, reducibleQuanta } from "./reducing.ts";

function severityOf(state: TradingState): number {
  switch (state) {
    case "Active":
      return 0;
    case "Reducing":
      return 1;
    case "Halted":
      return 2;
  }
}

/** Returns the strictest of the states; Active if there is none. */
export function strictest(...states: TradingState[]): TradingState {
  let result: TradingState = "Active";
  for (const state of states) if (severityOf(state) > severityOf(result)) result = state;
  return result;
}

/** Refuses every order while the effective trading state is Halted. */
export const TRADING_HALTED: Guard = { name: "trading_halted", check: checkHalted };

/** Refuses what does not reduce the client's position, where only reducing is allowed. */
export const REDUCE_ONLY: Guard = { name: "reduce_only", check: checkReducing };

function checkHalted(request: RiskRequest): Refusal | undefined {
  if (effectiveState(request) !== "Halted") return undefined;
  const was = `was Halted, ${origin(request, "Halted")}`;
  return refusal("TRADING_HALTED", `trading_state must be Active or Reducing: ${was}`);
}

function checkReducing(request: RiskRequest): Refusal | undefined {
  const isReducing = effectiveState(request) === "Reducing";
  if (!isReducing && !request.reduceOnly) return undefined;
  const { client, clientPosition: position, listed, pair } = request;
  const book = { who: client.index, position, sums: pair.sums };
  if (onlyReduces(request, book)) return undefined;
  const why = isReducing
    ? `while trading_state is Reducing, ${origin(request, "Reducing")}`
    : "since reduce_only is true";
  if (listed.losses !== null) {
    const rule = "the order must leave the client's worst outcome as it is or better";
    return refusal("REDUCE_ONLY", `${rule}, ${why}: was worse if all that is open fills`);
  }
  const reducible = qtyText(request, Math.max(0, reducibleQuanta(request, book)));
  const most = `at most ${reducible}, what the client's position leaves to reduce`;
  const was = qtyText(request, request.leavesQty);
  return refusal("REDUCE_ONLY", `its open quantity must be ${most}, ${why}: was ${was}`);
}

function effectiveState(request: RiskRequest): TradingState {
  const { operatorState, venueState, clientState } = request;
  if (operatorState === "Active" && venueState === "Active") return clientState;
  return strictest(operatorState, venueState, clientState);
}

function origin(request: RiskRequest, state: TradingState): string {
  if (request.operatorState === state) return "set by the operator (operator.trading_state)";
  if (request.venueState === state) return "set for this venue's account";
  return "set by this client (SetRiskFlag trading_state)";
}
