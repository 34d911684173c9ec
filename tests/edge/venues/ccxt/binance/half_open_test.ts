/**
 * Half-open sockets on each of Binance's fakes: TCP stays up, and nobody answers or speaks any more.
 *
 * Proves: R-VENUE-7 (half-open sockets noticed: within four periods of pings, which are ten seconds
 * by default) for the user stream and for market data, which are noticed apart.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { CcxtRig, PERPETUAL, relaxed, SPOT, stillVenue } from "../../../../support/ccxt_rig.ts";
import { until } from "../../../../support/temporary.ts";

const KEEP_ALIVE_MS = 1500;
const NOTICED_MS = 4 * KEEP_ALIVE_MS;
const VENUES = [["binance_spot", SPOT], ["binance_usdm", PERPETUAL]] as const;

for (const [name, instrument] of VENUES) {
  const rigged = { instrument, options: { keep_alive_ms: KEEP_ALIVE_MS } };

  Deno.test(`start() takes a half-open user stream of ${name} for lost`, relaxed, async () => {
    await using venue = await stillVenue(name);
    using rig = await CcxtRig.up(venue, rigged);
    await venue.tell({ op: "halfOpen", stream: "user" });
    await until(() => rig.statuses.some((said) => said.startsWith("down")), "down", NOTICED_MS);
    await rig.until(() => rig.statuses.at(-1) === "reconciling: connected", "back");
  });

  Deno.test(
    `start() takes a half-open market stream of ${name} for lost, and no other`,
    relaxed,
    async () => {
      await using venue = await stillVenue(name);
      using rig = await CcxtRig.up(venue, rigged);
      await rig.next("BookSnapshot");
      await venue.tell({ op: "halfOpen", stream: "market" });
      await until(() => rig.of("BookInvalidated").length > 0, "the end of the book", NOTICED_MS);
      await rig.next("BookSnapshot", 1);
      deepStrictEqual(rig.statuses, ["reconciling: connected"], "the account stays as it was");
    },
  );
}
