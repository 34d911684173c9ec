/**
 * What an order may carry, and what is refused (E50 to E73), and the venue's own refusals (V01 on).
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { type Case, never } from "../case.ts";
import { expectTrades } from "../expect.ts";
import { Skipped, type Stage } from "../stage.ts";

const NO_BRACKETS = "the protocol has no brackets: a strategy places what belongs together";

/** An order type or life of the protocol that the venue does not list. */
function unlisted(
  stage: Stage,
  name: "ord_types" | "time_in_force",
  all: readonly string[],
): string {
  const listed = stage.declares(name);
  const found = all.find((one) => Array.isArray(listed) && !listed.includes(one));
  if (found === undefined) throw new Skipped("the venue has all of the protocol's");
  return found;
}

async function playRefusal(
  stage: Stage,
  fields: Readonly<Record<string, unknown>>,
  code: string,
): Promise<void> {
  const order = await (await stage.client()).place(fields);
  const report = await order.reach("Rejected");
  strictEqual(report["reject_code"], code, String(report["text"]));
  ok(String(report["text"]).length > 0, "a refusal has its sentence");
}

/** E50 to E73, and refusals of the venue. */
export const OPTION_CASES: readonly Case[] = [
  never("E50", "a bracket to buy is accepted", NO_BRACKETS),
  never("E51", "a bracket to sell is accepted", NO_BRACKETS),
  never("E52", "an entry's fill activates its exits", NO_BRACKETS),
  never("E53", "post-only is kept for entry and profit", NO_BRACKETS),
  {
    id: "E60",
    title: "a post-only order that does not cross rests",
    run: async (stage) => {
      stage.needAble("post_only", "the venue has no post-only");
      await stage.resting(await stage.client(), { post_only: true });
    },
  },
  {
    id: "E61",
    title: "a reduce-only order closes a position",
    run: async (stage) => {
      stage.needAble("reduce_only", "the venue has no reduce-only");
      stage.needListed("ord_types", "Market");
      const { instrument, qty: order_qty } = stage.terms;
      const party = await stage.client();
      const fields = { instrument, order_qty, ord_type: "Market" };
      const open = await party.place({ ...fields, side: "Buy" });
      await open.reach("Filled");
      const close = await party.place({ ...fields, side: "Sell", reduce_only: true });
      await close.reach("Filled");
      expectTrades(close, order_qty);
    },
  },
  never("E62", "an iceberg is accepted", "the protocol has no display quantity"),
  never("E63", "the venue's own parameters pass through", "no venue lists any parameter yet"),
  {
    id: "E70",
    title: "a crossing post-only order is Rejected with VENUE_POST_ONLY",
    run: async (stage) => {
      stage.needAble("post_only", "the venue has no post-only");
      const price = stage.terms.buyCrossing;
      await playRefusal(stage, { ...stage.bid, price, post_only: true }, "VENUE_POST_ONLY");
    },
  },
  {
    id: "E71",
    title: "a reduce-only order without a position is refused",
    run: async (stage) => {
      stage.needAble("reduce_only", "the venue has no reduce-only");
      await playRefusal(stage, { ...stage.offer, reduce_only: true }, "REDUCE_ONLY");
    },
  },
  {
    id: "E72",
    title: "an order type that the venue does not list is refused before it is sent",
    run: async (stage) => {
      const ord_type = unlisted(stage, "ord_types", ["Limit", "Market"]);
      const { instrument, qty: order_qty } = stage.terms;
      await playRefusal(stage, { instrument, side: "Buy", order_qty, ord_type }, "UNSUPPORTED");
    },
  },
  {
    id: "E73",
    title: "a time in force that the venue does not list is refused before it is sent",
    run: async (stage) => {
      const time_in_force = unlisted(stage, "time_in_force", ["GTC", "IOC", "FOK", "GTD", "DAY"]);
      const expire = time_in_force === "GTD" ? { expire_us: (Date.now() + 60_000) * 1000 } : {};
      await playRefusal(stage, { ...stage.bid, time_in_force, ...expire }, "UNSUPPORTED");
    },
  },
  {
    id: "V01",
    title: "a price off the grid is refused before it is sent",
    run: (stage) =>
      playRefusal(
        stage,
        { ...stage.bid, price: `${stage.terms.buyResting}.0000001` },
        "PRICE_GRID",
      ),
  },
  {
    id: "V02",
    title: "an order beyond the account's funds is refused",
    run: async (stage) => {
      const { tooMuch: order_qty } = stage.terms;
      if (order_qty === null) throw new Skipped("the venue checks no funds");
      const order = await (await stage.client()).place({ ...stage.bid, order_qty });
      const report = await order.reach("Rejected");
      ok(["FUNDS", "VENUE_FUNDS"].includes(String(report["reject_code"])), String(report["text"]));
    },
  },
];
