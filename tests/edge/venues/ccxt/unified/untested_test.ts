/**
 * An exchange that is not tested here, over CCXT's unified methods: one that speaks Binance's protocol
 * under another name, against the fake of that.
 *
 * Proves: R-VENUE-2, R-EXEC-1, R-EXEC-3, R-EXEC-5 for the adapter of experimental exchanges.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { px, qty } from "../../../../../core/numbers.ts";
import { CcxtRig, PREFIX, stillVenue } from "../../../../support/ccxt_rig.ts";
import type { VenueProcess } from "../../../../venues/control.ts";

/** Connections of the runtime's pool outlive a test; the venue's process ends with it. */
const relaxed = { sanitizeOps: false, sanitizeResources: false } as const;
const OPTIONS = { exchange: "binanceus", experimental: true, poll_ms: 500, absence_proof_ms: 3000 };
/** As the venue is told it. */
const KEY = `${PREFIX}x1x1`;

function untested(
  name: string,
  run: (venue: VenueProcess, rig: CcxtRig) => void | Promise<void>,
): void {
  Deno.test(name, relaxed, async () => {
    await using venue = await stillVenue("binance_spot");
    using rig = await CcxtRig.up(venue, { options: OPTIONS });
    await run(venue, rig);
  });
}

untested("start() lists the venue's rules, and what its requests can say", (_venue, rig) => {
  const listed = rig.listed.at(-1);
  deepStrictEqual(listed?.priceRule.ticks, [{ fromQuanta: 1, stepQuanta: 1 }]);
  strictEqual(listed?.status, "open");
  deepStrictEqual(listed?.capabilities, { timeInForce: ["GTC", "IOC", "FOK"], postOnly: true });
  const [account] = rig.of("AccountReported");
  strictEqual(account?.balances.find(({ currency }) => currency === "BTC")?.total, "10");
});

untested("send() places an order and reports its acceptance with stamps", async (venue, rig) => {
  rig.submit(1);
  const accepted = await rig.next("OrderAccepted");
  strictEqual(accepted.clOrdId, `${PREFIX}-1-1`);
  ok(accepted.venueOrderId !== null && accepted.submitUs !== undefined);
  deepStrictEqual((await venue.audit()).orders.map(({ clientOrderId }) => clientOrderId), [KEY]);
});

untested("send() reports executions once each, exactly", async (venue, rig) => {
  rig.submit(1, { price: px(5_001_000), orderQty: qty(500_000) });
  const first = await rig.next("OrderExecuted");
  strictEqual(first.lastQty, 500_000);
  strictEqual(first.lastPx, 5_001_000);
  strictEqual(first.clOrdId, `${PREFIX}-1-1`);
  const [trade] = (await venue.audit()).trades;
  strictEqual(Number(first.commission), Number(trade?.commission));
  strictEqual(first.commissionCurrency, trade?.commissionAsset);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  strictEqual(rig.of("OrderExecuted").length, 1);
});

untested("send() cancels, and says so only after the fills it counts", async (venue, rig) => {
  rig.submit(1);
  await rig.next("OrderAccepted");
  await venue.tell({ op: "fill", order: KEY, qty: "0.004", count: 4 });
  rig.cancel(1);
  await rig.next("OrderCancelled");
  const kinds = rig.reports.map(({ eventType }) => eventType);
  const executed = new Set(rig.of("OrderExecuted").map(({ execId }) => execId));
  strictEqual(executed.size, 4);
  ok(kinds.lastIndexOf("OrderExecuted") < kinds.indexOf("OrderCancelled"));
});

untested("the book is told whole", async (_venue, rig) => {
  await rig.until(() => rig.of("BookSnapshot").length > 0, "a book");
  const book = rig.of("BookSnapshot").at(-1);
  deepStrictEqual([book?.bids[0], book?.asks[0]], [4_999_000, 5_001_000]);
});

Deno.test("an exchange that CCXT does not know is refused", relaxed, async () => {
  const rig = CcxtRig.start({ port: 1 }, { options: { ...OPTIONS, exchange: "nowhere" } });
  match(String(await rig.catch((error: unknown) => error)), /CCXT must know it: was nowhere/);
});
