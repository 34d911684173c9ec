/**
 * Guards of the trading state: nothing new while Halted, nor of an order that was placed for real
 * where all is run dry; only what reduces the client's own position while Reducing, or when the order
 * itself says `reduce_only`.
 *
 * Invariant: the effective state is the strictest of operator, venue, instrument and client.
 * @module
 */
import type { TradingState } from "../intent.ts";
import { unreachable } from "../invariant.ts";
import {
  type DrySwitch,
  type Guard,
  othersQty,
  qtyText,
  type Refusal,
  refusal,
  type RiskRequest,
} from "./guard.ts";

/** The states that concern an order. */
type TradingStates = Pick<
  RiskRequest,
  "operatorState" | "venueState" | "instrumentState" | "clientState"
>;

/** Returns the strictest of the states; Active if there is none. */
export function strictest(...states: TradingState[]): TradingState {
  let strictest: TradingState = "Active";
  for (const state of states) {
    if (state === "Halted") return state;
    if (state === "Reducing") strictest = state;
  }
  return strictest;
}

/** Refuses every order while the effective trading state is Halted, a real one where it would be dry. */
export const TRADING_HALTED: Guard = { name: "trading_halted", check: checkHalted };

/** Refuses what does not reduce the client's position, where only reducing is allowed. */
export const REDUCE_ONLY: Guard = { name: "reduce_only", check: checkReducing };

function checkHalted(request: RiskRequest): Refusal | undefined {
  const { drySwitch } = request;
  if (effectiveState(request) === "Halted") {
    const was = `was Halted, ${origin(request, "Halted")}`;
    return refusal("TRADING_HALTED", `trading_state must be Active or Reducing: ${was}`);
  }
  return drySwitch === null ? undefined : refusal("TRADING_HALTED", dryText(request, drySwitch));
}

/** What was placed for real stays so, and would be sent: it is neither sent nor run dry. */
function dryText({ client, listed }: RiskRequest, drySwitch: DrySwitch): string {
  const what = "for what is new of an order that was placed for real";
  const way = "cancel it, or place anew";
  switch (drySwitch) {
    case "mode":
      return `mode must not be dry_run ${what}: was dry_run; ${way}`;
    case "instrument": {
      const { name } = listed.instrument;
      const key = "venues[].instruments[].dry_run";
      return `dry_run of instrument ${name} (${key}) must be off ${what}: was on; ${way}`;
    }
    case "client":
      return `dry_run of client ${client.name} (clients[].dry_run) must be off ${what}: was on; ${way}`;
    default:
      return unreachable(drySwitch);
  }
}

function checkReducing(request: RiskRequest): Refusal | undefined {
  const isReducing = effectiveState(request) === "Reducing";
  if (!isReducing && !request.reduceOnly) return undefined;
  const isKept = request.outcomes.isWorstKept(request, "client");
  if (isKept === true) return undefined;
  const why = isReducing
    ? `while trading_state is Reducing, ${origin(request, "Reducing")}`
    : "since reduce_only is true";
  if (isKept === false) {
    const rule = "it must not make the client's worst outcome worse, all open orders included";
    return refusal("REDUCE_ONLY", `${rule}, ${why}: was otherwise`);
  }
  const reducible = reducibleQuanta(request);
  if (request.leavesQty <= reducible) return undefined;
  const most = `at most ${
    qtyText(request, reducible)
  }, what the client's position leaves to reduce`;
  const was = qtyText(request, request.leavesQty);
  return refusal("REDUCE_ONLY", `its open quantity must be ${most}, ${why}: was ${was}`);
}

function effectiveState(states: TradingStates): TradingState {
  const { operatorState, venueState, instrumentState, clientState } = states;
  const isUnbound = operatorState === "Active" && venueState === "Active" &&
    instrumentState === "Active";
  if (isUnbound) return clientState;
  return strictest(operatorState, venueState, instrumentState, clientState);
}

function origin(states: TradingStates, state: TradingState): string {
  if (states.operatorState === state) return "set by the operator (operator.trading_state)";
  if (states.venueState === state) return "set for this venue's account";
  if (states.instrumentState === state) return "set for this instrument";
  return "set by this client (SetRiskFlag trading_state)";
}

/** What an order on this side may still take off the position, quanta; 0 if it would add to it. */
function reducibleQuanta(request: RiskRequest): number {
  const { side, clientPosition, pair } = request;
  const towards = side === "Buy" ? -clientPosition : clientPosition;
  return Math.max(0, towards - othersQty(request, { open: pair.sums.openQty(side) }));
}
