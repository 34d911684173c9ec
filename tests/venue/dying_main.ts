/**
 * The program with the test exchange's adapter and Workers that can be made to die.
 * @module
 */
import { tapeline } from "../../main.ts";
import { DYING_ADAPTERS } from "./dying_workers.ts";

if (import.meta.main) {
  const workersModule = new URL("./dying_workers.ts", import.meta.url);
  Deno.exit(await tapeline(Deno.args, { workersModule, adapters: DYING_ADAPTERS }));
}
