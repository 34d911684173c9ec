/**
 * Guard: while the kill switch is on, nothing new goes out.
 * @module
 */
import type { Guard, Refusal, RiskRequest } from "./guard.ts";

/** Refuses every order while the kill switch is on. */
export const KILL_SWITCH: Guard = { name: "kill_switch", check: checkKillSwitch };

function checkKillSwitch(request: RiskRequest): Refusal | undefined {
  if (!request.killSwitch) return undefined;
  const rule = "the kill switch (operator.kill_switch) must be off";
  return { code: "KILL_SWITCH", text: `Cannot take the order: ${rule}: was on` };
}
