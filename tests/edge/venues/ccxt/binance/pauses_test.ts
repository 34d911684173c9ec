/**
 * Pauses that Binance asks for, against its fakes: whatever says so, and for whatever leaves.
 *
 * Proves: R-EXEC-8 for the adapter.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { CcxtRig, PERPETUAL, stillVenue } from "../../../../support/ccxt_rig.ts";

/** Connections of the runtime's pool outlive a test; the venue's process ends with it. */
const relaxed = { sanitizeOps: false, sanitizeResources: false } as const;
const HOUR_S = 3600;
/** From the exchange's word to ours. */
const TRIP_MAX_MS = 10_000;

Deno.test("send() sends nothing through a ban of USD-M that has no header", relaxed, async () => {
  await using venue = await stillVenue("binance_usdm");
  using rig = await CcxtRig.up(venue, { instrument: PERPETUAL });
  await venue.tell({
    op: "fault",
    match: "POST /fapi/v1/order",
    fault: { kind: "rateLimit", status: 418, retryAfterS: HOUR_S, inWords: true },
  });
  rig.submit(1);
  const { retryAfterMs = 0 } = await rig.next("RequestFailed");
  ok(Math.abs(retryAfterMs - HOUR_S * 1000) < TRIP_MAX_MS, String(retryAfterMs));
  const before = (await venue.audit()).requestCount;
  rig.cancel(1);
  strictEqual((await rig.next("RequestFailed", 1)).outcome, "notSent");
  strictEqual((await venue.audit()).requestCount, before);
});
