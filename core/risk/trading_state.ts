/**
 * Guards of the trading state: nothing new while Halted; only what reduces while Reducing, or when
 * the order itself says `reduce_only`. Both look at the client's own position.
 *
 * Invariant: the effective state is the strictest of operator, venue and client.
 * @module
 */
import { fromQuanta } from "../decimal.ts";
import type { TradingState } from "../intent.ts";
import type { Guard, Refusal, RiskRequest } from "./guard.ts";

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
  const text = `Cannot take the order: trading_state must be Active or Reducing: ${was}`;
  return { code: "TRADING_HALTED", text };
}

function checkReducing(request: RiskRequest): Refusal | undefined {
  const isReducing = effectiveState(request) === "Reducing";
  if (!isReducing && !request.reduceOnly) return undefined;
  const leaves = request.leavesQty ?? request.qty;
  const reducible = reducibleQuanta(request);
  if (leaves <= reducible) return undefined;
  const why = isReducing
    ? `while trading_state is Reducing, ${origin(request, "Reducing")}`
    : "since reduce_only is true";
  return refusal(request, { leaves, reducible, why });
}

function effectiveState(request: RiskRequest): TradingState {
  return strictest(request.operatorState, request.venueState, request.clientState);
}

function origin(request: RiskRequest, state: TradingState): string {
  if (request.operatorState === state) return "set by the operator (operator.trading_state)";
  if (request.venueState === state) return "set for this venue's account";
  return "set by this client (SetRiskFlag trading_state)";
}

/** What an order on this side may still take off the position, quanta; 0 if it would add to it. */
function reducibleQuanta(request: RiskRequest): number {
  const towards = request.side === "Buy" ? -request.clientPosition : request.clientPosition;
  return Math.max(0, towards - request.openReducing);
}

function refusal(
  request: RiskRequest,
  of: { readonly leaves: number; readonly reducible: number; readonly why: string },
): Refusal {
  const { scale } = request.instrument.qtyRule;
  const most = fromQuanta(of.reducible, scale);
  const was = fromQuanta(of.leaves, scale);
  const left = `at most ${most}, what the client's position leaves to reduce`;
  const text = `Cannot take the order: its open quantity must be ${left}, ${of.why}: was ${was}`;
  return { code: "REDUCE_ONLY", text };
}
