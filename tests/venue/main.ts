/**
 * The program with the test exchange's adapter built in: what the kill campaign starts and kills.
 * @module
 */
import { tapeline } from "../../main.ts";
import { TEST_ADAPTERS } from "./registry.ts";

if (import.meta.main) {
  const workersModule = new URL("./workers.ts", import.meta.url);
  Deno.exit(await tapeline(Deno.args, { workersModule, adapters: TEST_ADAPTERS }));
}
