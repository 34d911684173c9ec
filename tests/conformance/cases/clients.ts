/**
 * Clients that die, come back, repeat themselves (D01 on), dry runs (N01 on).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Case } from "../case.ts";
import { expectTrail, reachUnlessStale, RESTS } from "../expect.ts";
import type { Placed } from "../party.ts";
import { Skipped } from "../stage.ts";
import { pause, until } from "../../support/temporary.ts";

const SETTLE_MS = 30_000;
/** More than `wire.cancel_grace_ms` of the configurations here. */
const GRACE_MS = 1000;
/** Longer than any case. */
const TTL_MS = 600_000;

/** The first client of this case is configured with `dry_run`. */
export const DRY_CASE = "N01";

/** D01 on, N01 on. */
export const CLIENT_CASES: readonly Case[] = [
  {
    id: "D01",
    title: "a client that is gone leaves no order behind after its grace",
    run: async (stage) => {
      const party = await stage.client({ cancel_on_disconnect: true });
      const order = await stage.resting(party);
      const { orderId } = order;
      party.close();
      const observer = await stage.client();
      const isThere = async (): Promise<boolean> => {
        const { result } = await observer.query("orders", { scope: "account" });
        return (result as readonly { order_id: string }[]).some((row) => row.order_id === orderId);
      };
      await until(async () => !await isThere(), "the end of its order", SETTLE_MS);
      await party.connect(stage.address);
      await order.reach("Cancelled", SETTLE_MS);
    },
  },
  {
    id: "D02",
    title: "a client that comes back within its grace keeps its orders",
    run: async (stage) => {
      const party = await stage.client({ cancel_on_disconnect: true, cancel_grace_ms: 60_000 });
      const order = await stage.resting(party);
      party.close();
      await party.connect(stage.address);
      await pause(GRACE_MS);
      strictEqual(order.last?.["ord_status"], "Accepted");
    },
  },
  {
    id: "D03",
    title: "an order past its ttl_ms is cancelled at the venue and ends Expired",
    run: async (stage) => {
      const place = async (ttl_ms: number): Promise<Placed> =>
        (await stage.client()).place({ ...stage.bid, ttl_ms });
      const order = await reachUnlessStale("Expired", place);
      deepStrictEqual(order.trail.slice(0, RESTS.length), RESTS);
    },
  },
  {
    id: "D04",
    title: "orders rest after GOODBYE with keep_orders",
    run: async (stage) => {
      const party = await stage.client({ cancel_on_disconnect: true });
      const order = await stage.resting(party);
      await party.goodbye({ keep_orders: true });
      await pause(GRACE_MS);
      await party.connect(stage.address);
      strictEqual(order.last?.["ord_status"], "Accepted");
    },
  },
  {
    id: "D05",
    title: "the venue's own dead man's switch cancels when the daemon is gone",
    isApart: true,
    run: async (stage) => {
      stage.needAble("dead_man", "the venue has no dead man's switch");
      const [resting, countdowns] = [stage.need("resting"), stage.need("countdowns")];
      const elapse = stage.need("elapse");
      const order = await stage.resting(await stage.client());
      await until(async () => (await countdowns()).length > 0, "the countdown at the venue");
      await stage.kill();
      await elapse();
      await until(async () => (await resting()).length === 0, "the venue's cancels", SETTLE_MS);
      await stage.resume();
      await order.reach("Cancelled", SETTLE_MS);
    },
  },
  {
    id: "D06",
    title: "an intent that is repeated makes no second order, also after a crash",
    run: async (stage) => {
      const party = await stage.client();
      const words = { ...stage.bid, intent_id: "again" };
      await party.send("Place", words);
      await party.report((report) => report["exec_type"] === "New", "its acceptance");
      const before = party.reports.length;
      await party.send("Place", words);
      await stage.kill();
      await stage.resume();
      await party.send("Place", words);
      await pause(300);
      const orders = new Set(party.reports.map((report) => report["order_id"]));
      deepStrictEqual(orders.size, 1);
      strictEqual(party.reports.length, before, "nothing new is told");
    },
  },
  {
    id: "D07",
    title: "an intent that is stale on arrival is refused",
    run: async (stage) => {
      const sent_us = (Date.now() - 5000) * 1000;
      const party = await stage.client();
      const order = await party.place({ ...stage.bid, ttl_ms: 1000, sent_us });
      await order.reach("Rejected");
      strictEqual(order.last?.["reject_code"], "STALE_INTENT");
    },
  },
  {
    id: "D08",
    title: "a replace for more time alone is done at once and sends nothing",
    run: async (stage) => {
      if (stage.declares("replace") === "none") throw new Skipped("the venue does not replace");
      const requests = stage.venue.verbs.orderRequests;
      const party = await stage.client();
      const order = await stage.resting(party, { ttl_ms: TTL_MS });
      const before = await requests?.();
      const replaced = await order.replace({ order_qty: stage.terms.qty, ttl_ms: 2 * TTL_MS });
      await party.report(
        (each) => each["intent_id"] === replaced && each["exec_type"] === "Replaced",
        "the replace",
      );
      expectTrail(order, [...RESTS, "PendingReplace ReplacePending", "Replaced Accepted"]);
      strictEqual(await requests?.(), before, "the venue received nothing");
      await party.clear();
      strictEqual(order.last?.["ord_status"], "Cancelled");
    },
  },
  {
    id: DRY_CASE,
    title: "a dry run is acknowledged, cancellable, never filled, and sends nothing",
    run: async (stage) => {
      if (!stage.venue.hasDryClient) throw new Skipped("no client of its configuration runs dry");
      const requests = stage.venue.verbs.orderRequests;
      const before = await requests?.();
      const party = await stage.client();
      const { buyCrossing } = stage.terms;
      const order = await party.place({ ...stage.bid, price: buyCrossing });
      await order.reach("Accepted");
      await order.cancel();
      await order.reach("Cancelled");
      ok(order.reports.every((report) => report["dry_run"] === true), "every report says so");
      strictEqual(order.trades.length, 0);
      strictEqual(await requests?.(), before, "the venue received nothing");
    },
  },
];
