/**
 * Dry runs: what makes an order that is placed now a dry one. Of one that was placed for real it holds
 * in all that is new.
 * @module
 */
import type { Client } from "../clients.ts";
import type { EngineState, InstrumentState } from "./state.ts";
import type { DrySwitch } from "../risk/mod.ts";

/** Returns what runs dry the orders that the client places there now, or null if they are sent. */
export function drySwitchOf(
  { mode, dryClients }: EngineState,
  client: Client,
  entry: InstrumentState,
): DrySwitch | null {
  if (mode === "dry_run") return "mode";
  if (entry.isDryRun) return "instrument";
  return dryClients.has(client.name) ? "client" : null;
}
