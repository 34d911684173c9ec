/**
 * An exchange that is not tested here, over CCXT's unified methods: one that speaks Binance's protocol
 * under another name, against the fake of that.
 *
 * Proves: R-VENUE-2, R-EXEC-1, R-EXEC-3, R-EXEC-5 for the adapter of experimental exchanges.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { px, qty } from "../../../../../core/numbers.ts";
import { CcxtRig, PREFIX, relaxed, stillVenue, testsOn } from "../../../../support/ccxt_rig.ts";

const OPTIONS = { exchange: "binanceus", experimental: true, poll_ms: 500, absence_proof_ms: 3000 };
/** As the venue is told it. */
const KEY = `${PREFIX}x1x1`;

const untested = testsOn("binance_spot", { options: OPTIONS });

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

untested("what happens while the streams are silent is found by the clock", async (venue, rig) => {
  rig.submit(1);
  rig.submit(2);
  await rig.until(() => rig.of("OrderAccepted").length === 2, "both at the venue");
  await new Promise((resolve) => setTimeout(resolve, 1200)); // what rang has been looked at
  await venue.tell({ op: "halfOpen", stream: "user" });
  await venue.tell({ op: "fill", order: KEY, qty: "0.004", count: 2 });
  await venue.tell({ op: "cancel", order: `${PREFIX}x2x1` });
  const cancelled = await rig.next("OrderCancelled");
  strictEqual(cancelled.clOrdId, `${PREFIX}-2-1`);
  await rig.until(() => rig.of("OrderExecuted").length === 2, "both executions");
});

untested(
  "an IOC that ended by itself refuses its cancel before its end is told",
  async (_venue, rig) => {
    rig.submit(1, { timeInForce: "IOC" });
    await rig.next("OrderAccepted");
    rig.cancel(1);
    await rig.next("OrderCancelled");
    const kinds = rig.reports.map(({ eventType }) => eventType);
    ok(kinds.includes("CancelRejected"), kinds.join());
    ok(kinds.indexOf("CancelRejected") < kinds.indexOf("OrderCancelled"), kinds.join());
  },
);

untested("a cancel that was lost may be what ended the order", async (venue, rig) => {
  rig.submit(1);
  await rig.next("OrderAccepted");
  const lost = { kind: "loseResponse", by: "rst" } as const;
  await venue.tell({ op: "fault", match: "DELETE /api/v3/order", fault: lost });
  rig.cancel(1);
  strictEqual((await rig.next("RequestFailed")).outcome, "unknown");
  rig.cancel(1);
  await rig.next("OrderCancelled");
  deepStrictEqual(rig.of("CancelRejected"), []);
});

untested(
  "lookup() finds by its key what was never answered, and says what is nowhere",
  async (venue, rig) => {
    const lost = { kind: "loseResponse", by: "rst" } as const;
    await venue.tell({ op: "fault", match: "POST /api/v3/order", fault: lost });
    rig.submit(1);
    strictEqual((await rig.next("RequestFailed")).outcome, "unknown");
    await venue.tell({ op: "fill", order: KEY, qty: "0.004" });
    rig.lookup(1);
    const found = await rig.next("OrderFound");
    deepStrictEqual([found.status, found.cumQty, found.orderQty], ["open", 400, 1000]);
    const kinds = rig.reports.map(({ eventType }) => eventType);
    ok(kinds.indexOf("OrderExecuted") < kinds.indexOf("OrderFound"));
    rig.lookup(7);
    strictEqual((await rig.next("OrderNotFound")).order, 7);
    rig.cancel(7);
    strictEqual((await rig.next("CancelRejected")).rejectCode, "VENUE_NOT_FOUND");
  },
);

untested("a dry run builds the request and sends nothing", async (venue, rig) => {
  rig.submit(1, { dryRun: true });
  await rig.until(() => rig.dry.length === 1, "the answer of a dry run");
  deepStrictEqual((await venue.audit()).orders, []);
});

untested(
  "cancelAll() cancels what is ours, known or listed, and nothing else",
  async (venue, rig) => {
    const byHand = { op: "foreign", symbol: "BTCUSDT", type: "LIMIT", side: "BUY" } as const;
    await venue.tell({ ...byHand, price: "49000", qty: "0.01" });
    rig.submit(1);
    await rig.next("OrderAccepted");
    using another = await CcxtRig.up(venue, { options: OPTIONS });
    another.adapter.cancelAll();
    await rig.next("OrderCancelled");
    const { orders } = await venue.audit();
    deepStrictEqual(
      orders.map(({ clientOrderId, state }) => [clientOrderId === KEY, state]).sort(),
      [[false, "NEW"], [true, "CANCELED"]],
    );
  },
);

untested("a reconciliation tells what others did, and ours under its key", async (venue, rig) => {
  const sinceUs = Date.now() * 1000 - 1_000_000;
  const byHand = { op: "foreign", symbol: "BTCUSDT", type: "LIMIT", side: "BUY" } as const;
  await venue.tell({ ...byHand, price: "49000", qty: "0.01" });
  await venue.tell({ ...byHand, price: "50010", qty: "0.02" });
  rig.submit(1);
  await rig.next("OrderAccepted");
  await venue.tell({ op: "fill", order: KEY, qty: "0.004" });
  using another = await CcxtRig.connected(venue, { options: OPTIONS });
  const { openOrders } = await another.reconcile(sinceUs);
  deepStrictEqual(
    openOrders.map(({ clOrdId, cumQty }) => [clOrdId, cumQty]).sort(),
    [
      [null, 0],
      [`${PREFIX}-1-1`, 400],
    ].sort(),
  );
  const executions = another.of("OrderExecuted").map(({ clOrdId, lastQty }) => [clOrdId, lastQty]);
  deepStrictEqual(executions.sort(), [[null, 2000], [`${PREFIX}-1-1`, 400]].sort());
});

Deno.test("without keys there are books, and a sentence", relaxed, async () => {
  await using venue = await stillVenue("binance_spot");
  using rig = await CcxtRig.start(venue, { options: OPTIONS, credentials: null });
  await rig.until(() => rig.of("BookSnapshot").length > 0, "a book");
  deepStrictEqual(rig.statuses, ["down: there are no keys"]);
});

Deno.test("an exchange whose keys have a passphrase says so", relaxed, async () => {
  await using venue = await stillVenue("binance_spot");
  using rig = await CcxtRig.start(venue, { options: { ...OPTIONS, exchange: "okx" } });
  match(rig.statuses[0] ?? "", /its keys have a passphrase: write passphrase: true/);
});
