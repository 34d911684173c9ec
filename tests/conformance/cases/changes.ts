/**
 * Replaces and cancels (E30 to E44).
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { type Case, never } from "../case.ts";
import { expectTrail, RESTS } from "../expect.ts";
import { Skipped, type Stage } from "../stage.ts";

const NO_TRIGGERS = "the protocol has no stop or trigger orders";

/** Replaces a resting order's quantity and price, where the venue replaces like that. */
async function playReplace(
  stage: Stage,
  of: { readonly side: "Buy" | "Sell"; readonly how: "native" | "cancel_new" },
): Promise<void> {
  const declared = stage.declares("replace");
  if (declared !== of.how) throw new Skipped(`the venue replaces by ${declared}`);
  // That a native replace is of one order its report shows: not every such venue can be asked.
  const resting = of.how === "native" ? stage.venue.verbs.resting : stage.need("resting");
  const party = await stage.client();
  const order = await stage.resting(party, of.side === "Buy" ? stage.bid : stage.offer);
  const replaced = await order.replace({ order_qty: stage.terms.rest });
  const report = await party.report(
    (each) => each["intent_id"] === replaced && each["exec_type"] === "Replaced",
    "the replace",
  );
  strictEqual(report["order_id"], order.orderId, "it stays one order");
  strictEqual(report["order_qty"], stage.terms.rest);
  await order.reach("Accepted");
  expectTrail(order, [...RESTS, "PendingReplace ReplacePending", "Replaced Accepted"]);
  if (resting !== undefined) {
    strictEqual(order.keysAmong(await resting()).length, 1, "one order rests at the venue");
  }
  await party.clear();
  strictEqual(order.last?.["ord_status"], "Cancelled");
}

/** E30 to E44. */
export const CHANGE_CASES: readonly Case[] = [
  {
    id: "E30",
    title: "a native replace of a buy changes the one order",
    run: (stage) => playReplace(stage, { side: "Buy", how: "native" }),
  },
  {
    id: "E31",
    title: "a native replace of a sale changes the one order",
    run: (stage) => playReplace(stage, { side: "Sell", how: "native" }),
  },
  {
    id: "E32",
    title: "a replace of a buy by cancel and new leaves one order at the venue",
    run: (stage) => playReplace(stage, { side: "Buy", how: "cancel_new" }),
  },
  {
    id: "E33",
    title: "a replace of a sale by cancel and new leaves one order at the venue",
    run: (stage) => playReplace(stage, { side: "Sell", how: "cancel_new" }),
  },
  never("E34", "a stop's trigger is modified", NO_TRIGGERS),
  never("E35", "a stop is replaced and one trigger is left", NO_TRIGGERS),
  {
    id: "E36",
    title: "a replace that the venue does not offer is refused, and the order is as before",
    run: async (stage) => {
      stage.needDeclared("replace", "none", "the venue replaces");
      const party = await stage.client();
      const order = await stage.resting(party);
      const replaced = await order.replace({ order_qty: stage.terms.rest });
      const refusal = await party.report((each) => each["intent_id"] === replaced, "a refusal");
      deepStrictEqual(
        [refusal["exec_type"], refusal["ord_status"], refusal["reject_code"]],
        ["ReplaceRejected", "Accepted", "UNSUPPORTED"],
      );
    },
  },
  {
    id: "E40",
    title: "a cancel ends the order",
    run: async (stage) => {
      const order = await stage.resting(await stage.client());
      await order.cancel();
      await order.reach("Cancelled");
      expectTrail(order, [...RESTS, "PendingCancel CancelPending", "Cancelled Cancelled"]);
    },
  },
  {
    id: "E41",
    title: "CancelAll ends every order and says so once, after the last",
    run: async (stage) => {
      const party = await stage.client();
      const orders = [await stage.resting(party), await stage.resting(party, stage.offer)];
      await party.clear();
      for (const order of orders) strictEqual(order.last?.["ord_status"], "Cancelled");
      strictEqual(party.reports.at(-1)?.["exec_type"], "IntentDone");
    },
  },
  {
    id: "E42",
    title: "cancels sent at once end each order by itself",
    run: async (stage) => {
      const party = await stage.client();
      const orders = [];
      for (let count = 0; count < 5; count++) orders.push(await stage.resting(party));
      for (const order of orders) await order.cancel();
      for (const order of orders) await order.reach("Cancelled");
    },
  },
  never("E43", "one batch request cancels several orders", "requests are sent one by one"),
  {
    id: "E44",
    title: "a cancel of a cancelled order is refused with its reason",
    run: async (stage) => {
      const party = await stage.client();
      const order = await stage.resting(party);
      await order.cancel();
      await order.reach("Cancelled");
      const second = await order.cancel();
      const refusal = await party.report((each) => each["intent_id"] === second, "a refusal");
      strictEqual(refusal["exec_type"], "CancelRejected");
      strictEqual(refusal["reject_code"], "ILLEGAL_TRANSITION");
      match(String(refusal["text"]), /^Cannot cancel/);
    },
  },
];
