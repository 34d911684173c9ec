/**
 * The program with the test exchange's adapter built in: what the kill campaign starts and kills.
 * @module
 */
import { tapeline } from "../../main.ts";
import { TEST_ADAPTER, TEST_CAPABILITIES } from "./capabilities.ts";

if (import.meta.main) {
  const workersModule = new URL("./workers.ts", import.meta.url);
  const adapters = new Map([[TEST_ADAPTER, TEST_CAPABILITIES]]);
  Deno.exit(await tapeline(Deno.args, { workersModule, adapters }));
}
