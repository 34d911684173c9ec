/**
 * Orders and how long they live: market, limit, immediate, until a time (E01 to E27).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Case, never } from "../case.ts";
import { expectTrades, expectTrail, reachUnlessStale, RESTS } from "../expect.ts";
import type { Stage } from "../stage.ts";

const FILLED = [...RESTS, "Trade Filled"];
const NO_TRIGGERS = "the protocol has no stop or trigger orders";

type Fields = Readonly<Record<string, unknown>>;

function market(stage: Stage, side: "Buy" | "Sell", fields: Fields = {}): Fields {
  const { instrument, qty: order_qty } = stage.terms;
  return { instrument, side, order_qty, ord_type: "Market", ...fields };
}

/** A limit order that crosses all of the market. */
function crossing(stage: Stage, fields: Fields): Fields {
  const { instrument, buyCrossing: price, qty: order_qty } = stage.terms;
  return { instrument, side: "Buy", price, order_qty, ...fields };
}

async function playFilled(stage: Stage, fields: Fields): Promise<void> {
  const party = await stage.client();
  const order = await party.place(fields);
  await order.reach("Filled");
  expectTrail(order, FILLED);
  expectTrades(order, stage.terms.qty);
}

async function playMarket(stage: Stage, side: "Buy" | "Sell", fields: Fields = {}): Promise<void> {
  stage.needListed("ord_types", "Market");
  await playFilled(stage, market(stage, side, fields));
}

async function playLimit(stage: Stage, side: "Buy" | "Sell"): Promise<void> {
  const party = await stage.client();
  const fields = side === "Buy" ? stage.bid : stage.offer;
  const order = await stage.resting(party, fields);
  expectTrail(order, RESTS);
  const { last } = order;
  deepStrictEqual(
    [last?.["side"], last?.["price"], last?.["order_qty"], last?.["leaves_qty"]],
    [side, fields["price"], stage.terms.qty, stage.terms.qty],
  );
  ok(typeof last?.["venue_order_id"] === "string", "the venue has named it");
}

async function playAtOnce(stage: Stage, timeInForce: string): Promise<void> {
  stage.needListed("time_in_force", timeInForce);
  await playFilled(stage, crossing(stage, { time_in_force: timeInForce }));
}

async function playNotAtOnce(stage: Stage, timeInForce: string): Promise<void> {
  stage.needListed("time_in_force", timeInForce);
  const fields = { time_in_force: timeInForce };
  const party = await stage.client();
  const order = await party.place({ ...stage.bid, ...fields });
  await order.reach("Cancelled");
  strictEqual(order.trades.length, 0);
  strictEqual(order.trail.at(-1), "Cancelled Cancelled", "Cancelled, not Expired");
}

/** E01 to E27. */
export const ORDER_CASES: readonly Case[] = [
  {
    id: "E01",
    title: "a market buy is accepted and filled, each execution with price and fee",
    run: (stage) => playMarket(stage, "Buy"),
  },
  {
    id: "E02",
    title: "a market sale is accepted and filled",
    run: (stage) => playMarket(stage, "Sell"),
  },
  {
    id: "E03",
    title: "a market IOC is filled",
    run: (stage) => {
      stage.needListed("time_in_force", "IOC");
      return playMarket(stage, "Buy", { time_in_force: "IOC" });
    },
  },
  {
    id: "E04",
    title: "a market FOK is filled",
    run: (stage) => {
      stage.needListed("time_in_force", "FOK");
      return playMarket(stage, "Sell", { time_in_force: "FOK" });
    },
  },
  never("E05", "a quote quantity is filled in base", "the protocol's order_qty is in base"),
  never("E06", "a stop closes the position", "closing positions is the strategy's decision"),
  { id: "E10", title: "a limit buy rests as placed", run: (stage) => playLimit(stage, "Buy") },
  { id: "E11", title: "a limit sale rests as placed", run: (stage) => playLimit(stage, "Sell") },
  {
    id: "E12",
    title: "a buy and a sale rest together",
    run: async (stage) => {
      const party = await stage.client();
      const [bid, offer] = [await party.place(stage.bid), await party.place(stage.offer)];
      await bid.reach("Accepted");
      await offer.reach("Accepted");
      ok(bid.orderId !== offer.orderId);
    },
  },
  {
    id: "E13",
    title: "an IOC that crosses is filled",
    run: (stage) => playAtOnce(stage, "IOC"),
  },
  {
    id: "E14",
    title: "an IOC that does not cross is Cancelled, not Expired",
    run: (stage) => playNotAtOnce(stage, "IOC"),
  },
  {
    id: "E15",
    title: "a FOK that crosses is filled whole",
    run: (stage) => playAtOnce(stage, "FOK"),
  },
  {
    id: "E16",
    title: "a FOK that cannot be filled whole is Cancelled without an execution",
    run: (stage) => playNotAtOnce(stage, "FOK"),
  },
  {
    id: "E17",
    title: "a GTD order is accepted with its time",
    run: async (stage) => {
      stage.needListed("time_in_force", "GTD");
      const expire_us = (Date.now() + 3_600_000) * 1000;
      const party = await stage.client();
      const order = await stage.resting(party, { time_in_force: "GTD", expire_us });
      strictEqual(order.last?.["time_in_force"], "GTD");
    },
  },
  {
    id: "E18",
    title: "a GTD order ends Expired, whatever the venue calls it",
    run: async (stage) => {
      stage.needListed("time_in_force", "GTD");
      const party = await stage.client();
      await reachUnlessStale("Expired", (ms) => {
        const expire_us = (Date.now() + ms) * 1000;
        return party.place({ ...stage.bid, time_in_force: "GTD", expire_us });
      });
    },
  },
  {
    id: "E19",
    title: "a DAY order is accepted",
    run: async (stage) => {
      stage.needListed("time_in_force", "DAY");
      await stage.resting(await stage.client(), { time_in_force: "DAY" });
    },
  },
  never("E20", "a stop-market buy is accepted", NO_TRIGGERS),
  never("E21", "a stop-market sale is accepted", NO_TRIGGERS),
  never("E22", "a stop-limit buy is accepted", NO_TRIGGERS),
  never("E23", "a stop-limit sale is accepted", NO_TRIGGERS),
  never("E24", "a market-if-touched buy is accepted", NO_TRIGGERS),
  never("E25", "a market-if-touched sale is accepted", NO_TRIGGERS),
  never("E26", "a limit-if-touched buy is accepted", NO_TRIGGERS),
  never("E27", "a limit-if-touched sale is accepted", NO_TRIGGERS),
];
