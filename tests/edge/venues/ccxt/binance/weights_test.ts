/**
 * Binance spot over CCXT where others at the same address have used up much of its limit. Proves
 * R-EXEC-1 (cancel, pacing): nothing that can wait stands before a cancel.
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { CcxtRig, relaxed } from "../../../../support/ccxt_rig.ts";
import { VenueProcess } from "../../../../venues/control.ts";
import { SignedClient } from "../../../../venues/signed_client.ts";

/** A request that reads the open orders of all symbols costs 80 of 6000. */
async function useHalf(venue: VenueProcess, aheadMs: number): Promise<void> {
  using client = new SignedClient(venue);
  for (let at = 0; at < 38; at++) {
    await client.ask("GET", "/api/v3/openOrders", { timestamp: Date.now() + aheadMs });
  }
}

Deno.test(
  "start() lets books and reconciliations wait while others use up the limit",
  relaxed,
  async () => {
    await using venue = await VenueProcess.start("binance_spot", ["--speed", "0", "--empty"]);
    await venue.tell({ op: "quote", symbol: "BTCUSDT", side: "SELL", price: "50010", qty: "5" });
    using rig = await CcxtRig.up(venue);
    await rig.next("BookSnapshot"); // there is a book that can be lost
    const aheadMs = 60_000 - Date.now() % 60_000; // the venue counts by the minute: one begins
    rig.aheadUs = aheadMs * 1000;
    await venue.tell({ op: "skew", ms: aheadMs });
    rig.submit(1);
    await rig.next("OrderAccepted");
    await useHalf(venue, aheadMs);
    rig.lookup(1); // its answer says so
    await rig.next("OrderFound");
    const asked = async (): Promise<readonly number[]> => {
      const { requests } = await venue.audit({ requestsMax: 500 });
      return ["/depth", "/openOrders?symbol=", "/account"].map((path) =>
        requests.filter(({ requestLine }) => requestLine.includes(path)).length
      );
    };
    const before = await asked();
    rig.reconcile((Date.now() + aheadMs) * 1000).catch(() => {}); // it waits for longer than this test
    await venue.tell({ op: "drop", stream: "market", by: "fin" });
    const prints = rig.of("TradePrinted").length;
    await rig.until(() => rig.of("BookInvalidated").length > 0, "the book is lost");
    const trade = { op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "MARKET" } as const;
    for (let tries = 0; tries < 200 && rig.of("TradePrinted").length === prints; tries++) {
      await venue.tell({ ...trade, qty: "0.001" });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    ok(rig.of("TradePrinted").length > prints, "it has subscribed again");
    rig.cancel(1);
    await rig.next("OrderCancelled");
    deepStrictEqual(await asked(), before, "and has read nothing");
  },
);
