/**
 * What venues do to reports: twice, out of order, late, early, all at once (F01 on); cancels and
 * fills that cross (R01 on).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type Case, never } from "../case.ts";
import { expectTrades, expectTrail, RESTS } from "../expect.ts";
import { pause, until } from "../../support/temporary.ts";

const BURST = 500;
const SETTLE_MS = 30_000;

/** F01 on, R01 on. */
export const REPORT_CASES: readonly Case[] = [
  {
    id: "F01",
    title: "an execution told twice is booked once",
    run: async (stage) => {
      const [fill, disturb] = [stage.need("fill"), stage.need("disturb")];
      const order = await stage.resting(await stage.client());
      await disturb({ what: "duplicate", count: 3 });
      await fill(order.atVenue, { qty: stage.terms.part });
      await fill(order.atVenue, { qty: stage.terms.rest });
      await order.reach("Filled");
      await pause(200);
      expectTrades(order, stage.terms.qty);
      strictEqual(order.trades.length, 2);
    },
  },
  {
    id: "F02",
    title: "executions out of order are all booked",
    run: async (stage) => {
      const [fill, disturb] = [stage.need("fill"), stage.need("disturb")];
      const order = await stage.resting(await stage.client());
      const { part, rest } = stage.terms;
      await disturb({ what: "reorder", count: 1 });
      await fill(order.atVenue, { qty: part });
      await fill(order.atVenue, { qty: rest });
      await order.reach("Filled");
      expectTrades(order, stage.terms.qty);
      const booked = order.trades.map((trade) => Number(trade["last_qty"]));
      deepStrictEqual(booked, [Number(rest), Number(part)], "the second came first");
    },
  },
  {
    id: "F03",
    title: "an execution before the answer to its order is booked: acceptance is inferred",
    run: async (stage) => {
      const fill = stage.need("fill");
      const party = await stage.client();
      await stage.hold("lookup");
      await stage.fault("place", "tellsWhenTold");
      const resting = stage.need("resting");
      const order = await party.place(stage.bid);
      await party.report((report) => report["intent_id"] === order.intentId, "its first answer");
      const { atVenue } = order;
      await until(
        async () => (await resting()).includes(atVenue.clOrdId),
        "the order at the venue",
      );
      await fill(atVenue, { qty: stage.terms.qty });
      await order.reach("Filled", SETTLE_MS);
      strictEqual(order.trail[1]?.split(" ")[0], "New", "acceptance comes before the execution");
      const accepted = order.reports.find((report) => report["exec_type"] === "New");
      ok(accepted?.["inferred"] === true, "acceptance is inferred");
      expectTrades(order, stage.terms.qty);
    },
  },
  {
    id: "F04",
    title: `${BURST} executions in one read are all booked`,
    run: async (stage) => {
      const fill = stage.need("fill");
      const order = await stage.resting(await stage.client());
      await fill(order.atVenue, { qty: stage.terms.qty, count: BURST });
      await order.reach("Filled");
      strictEqual(order.trades.length, BURST);
      expectTrades(order, stage.terms.qty);
    },
  },
  {
    id: "F05",
    title: "an execution told after the order's end is booked once, late if that end was reported",
    run: async (stage) => {
      const [fill, disturb] = [stage.need("fill"), stage.need("disturb")];
      const cancelUnasked = stage.need("cancelUnasked");
      const order = await stage.resting(await stage.client());
      await disturb({ what: "reorder", count: 1 });
      await fill(order.atVenue, { qty: stage.terms.part });
      await cancelUnasked(order.atVenue);
      await order.party.report(
        (report) => report["order_id"] === order.orderId && report["exec_type"] === "Trade",
        "the late execution",
        SETTLE_MS,
      );
      await order.reach("Cancelled");
      expectTrades(order, stage.terms.part);
      const kinds = order.reports.map((report) => report["exec_type"]);
      const isAfter = kinds.indexOf("Trade") > kinds.indexOf("Cancelled");
      strictEqual(order.trades[0]?.["late"] === true, isAfter, kinds.join(", "));
    },
  },
  {
    id: "F06",
    title: "a cancel that nobody asked for ends the order",
    run: async (stage) => {
      const cancelUnasked = stage.need("cancelUnasked");
      const order = await stage.resting(await stage.client());
      await cancelUnasked(order.atVenue);
      await order.reach("Cancelled");
      expectTrail(order, [...RESTS, "Cancelled Cancelled"]);
    },
  },
  {
    id: "F07",
    title: "an execution that the venue takes back shows in the books or is alarmed",
    isApart: true,
    run: async (stage) => {
      const [fill, bust] = [stage.need("fill"), stage.need("bust")];
      const order = await stage.resting(await stage.client());
      await fill(order.atVenue, { qty: stage.terms.qty });
      await order.reach("Filled");
      await bust(order.atVenue);
      const isKnown = (): boolean =>
        order.trail.some((step) => step.startsWith("TradeCancel")) ||
        stage.daemon.log.includes("FUNDS_MISMATCH");
      for (let tries = 0; tries < 20 && !isKnown(); tries++) {
        stage.daemon.signal("SIGUSR2");
        await pause(500);
      }
      ok(isKnown(), "a trade that was taken back is told or alarmed");
    },
  },
  never(
    "F08",
    "an execution beyond the order's quantity is booked and halts the account",
    "no fake venue breaks its own books; the core's tests prove it",
  ),
  {
    id: "R01",
    title: "a cancel that finds the order filled is refused, and the order is Filled",
    run: async (stage) => {
      const [fill, disturb] = [stage.need("fill"), stage.need("disturb")];
      const order = await stage.resting(await stage.client());
      await disturb({ what: "hold", count: 1 });
      await fill(order.atVenue, { qty: stage.terms.qty });
      const cancel = await order.cancel();
      const refusal = await order.party.report(
        (each) => each["intent_id"] === cancel && each["exec_type"] === "CancelRejected",
        "the refusal",
        SETTLE_MS,
      );
      match(String(refusal["reject_code"]), /^VENUE_/); // the daemon knew of no execution yet
      await stage.goOn();
      await order.reach("Filled", SETTLE_MS);
      expectTrades(order, stage.terms.qty);
    },
  },
  {
    id: "R02",
    title: "a partial execution while a cancel is pending is booked, and the rest is cancelled",
    run: async (stage) => {
      const fill = stage.need("fill");
      const order = await stage.resting(await stage.client());
      await stage.hold("cancel");
      await order.cancelling();
      await fill(order.atVenue, { qty: stage.terms.part });
      await until(() => order.trades.length > 0, "the execution", SETTLE_MS);
      await stage.goOn();
      await order.reach("Cancelled", SETTLE_MS);
      expectTrades(order, stage.terms.part);
      ok(order.trail.includes("Trade CancelPending"), order.trail.join(", "));
    },
  },
];
