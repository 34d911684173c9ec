/**
 * Guard: while the kill switch is on, nothing new goes out.
 * @module
 */
import { type Guard, type Refusal, refusal, type RiskRequest } from "./guard.ts";

/** Refuses every order while the kill switch is on. */
export const KILL_SWITCH: Guard = { name: "kill_switch", check: checkKillSwitch };

function checkKillSwitch(request: RiskRequest): Refusal | undefined {
  if (!request.killSwitch) return undefined;
  return refusal("KILL_SWITCH", "the kill switch (operator.kill_switch) must be off: was on");
}
