/**
 * The program with its own adapters, watched: what the campaign against the fake venues starts and
 * kills.
 * @module
 */
import { tapeline } from "../../main.ts";
import { CAMPAIGN_ADAPTERS } from "./registry.ts";

if (import.meta.main) {
  const workersModule = new URL("./workers.ts", import.meta.url);
  Deno.exit(await tapeline(Deno.args, { workersModule, adapters: CAMPAIGN_ADAPTERS }));
}
