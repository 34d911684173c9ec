/**
 * Guard: while the kill switch is on, nothing new goes out.
 * @module
 */
import type { Guard } from "./guard.ts";

/** Refuses every order while the kill switch is on. */
export const KILL_SWITCH: Guard = {
  name: "kill_switch",
  check: (request) =>
    request.killSwitch
      ? {
        code: "KILL_SWITCH",
        text: "Cannot take the order: the kill switch (operator.kill_switch) must be off: was on",
      }
      : undefined,
};
