/**
 * The exchanges that a configuration may name, held to what the library opens.
 *
 * Proves: R-VENUE-2 for experimental exchanges.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { loadCcxt } from "../../../../../edge/venues/ccxt/library.ts";
import { openUnified } from "../../../../../edge/venues/ccxt/unified/exchange.ts";
import {
  EXCHANGE_IDS,
  LIVE_ONLY_IDS,
} from "../../../../../edge/venues/ccxt/unified/exchange_ids.ts";
import { readUnifiedOptions } from "../../../../../edge/venues/ccxt/unified/options.ts";

Deno.test("EXCHANGE_IDS are the exchanges that the library opens, LIVE_ONLY_IDS those without a testnet", async () => {
  const library = await loadCcxt();
  const opened = async (environment: string): Promise<ReadonlySet<string>> => {
    const ids = Object.keys(library.pro).map((exchange) =>
      openUnified(
        library,
        readUnifiedOptions({ exchange, environment, experimental: true }),
        { decimals: true },
      ).then(() => [exchange], () => [])
    );
    return new Set((await Promise.all(ids)).flat());
  };
  const live = await opened("live");
  deepStrictEqual(new Set(EXCHANGE_IDS), live);
  deepStrictEqual(new Set(LIVE_ONLY_IDS), live.difference(await opened("testnet")));
});
