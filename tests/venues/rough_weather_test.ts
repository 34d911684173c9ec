/**
 * In rough weather a client that never sends twice, and asks when it does not know, ends up knowing what the venue knows:
 * the fakes' faults leave every doubt resolvable. Supports R-EXEC-3.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { pause, until } from "../support/temporary.ts";
import { placedTwice, type VenueName, VenueProcess } from "./control.ts";
import { LATE_MAX_MS, roughWeather } from "./rough_weather.ts";
import { SignedClient } from "./signed_client.ts";

const COUNT = 300;
/** Asked at a time; one by one would take the sum of all delays. */
const AT_ONCE = 10;
/** How long answers are waited for, once the venue has the requests. */
const ANSWER_MS = 250;

type Ack = { readonly orderId?: number; readonly code?: number };

/** Reads an answer that may be anything. */
function tryParse(text: string): Ack {
  try {
    return JSON.parse(text) as Ack;
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** How many requests to place the venue has received. */
async function countPlaced(venue: VenueProcess): Promise<number> {
  const { seen } = await venue.audit({ requestsMax: 0 });
  return seen.filter(({ intention }) => intention === "place").length;
}

const venues: readonly (readonly [VenueName, string])[] = [
  ["binance_spot", "/api/v3/order"],
  ["binance_usdm", "/fapi/v1/order"],
];
for (const [name, path] of venues) {
  Deno.test(`${name}: every doubt of rough weather can be resolved by a look-up`, async () => {
    const limits = ["--order-limit", "10000", "--weight-limit", "100000"];
    await using venue = await VenueProcess.start(name, ["--speed", "300", ...limits]);
    using client = new SignedClient(venue);
    await venue.tell(roughWeather(name, 11));
    const known = new Map<string, number>();
    const doubted: string[] = [];
    const place = async (id: string, signal: AbortSignal): Promise<void> => {
      const order = { symbol: "BTCUSDT", side: "BUY", type: "LIMIT", timeInForce: "GTC" };
      const params = { ...order, quantity: "0.002", price: "49990", newClientOrderId: id };
      const outcome = await client.ask("POST", path, { params, signal });
      const { orderId } = tryParse(outcome?.text ?? "");
      if (outcome?.status === 200 && orderId !== undefined) known.set(id, orderId);
      else doubted.push(id);
    };
    for (let at = 0; at < COUNT; at += AT_ONCE) {
      const ids = Array.from({ length: AT_ONCE }, (_, nth) => `w-${at + nth}`);
      const giveUp = new AbortController();
      const placing = Promise.all(ids.map((id) => place(id, giveUp.signal)));
      await until(async () => await countPlaced(venue) === at + AT_ONCE, "all at the venue");
      await Promise.race([placing, pause(ANSWER_MS)]);
      giveUp.abort();
      await placing;
    }
    await pause(LATE_MAX_MS);
    await venue.tell({ op: "calm" });
    ok(doubted.length > COUNT / 20);
    for (const id of doubted) {
      const params = { symbol: "BTCUSDT", origClientOrderId: id };
      const { orderId } = tryParse((await client.ask("GET", path, { params }))?.text ?? "");
      if (orderId !== undefined) known.set(id, orderId);
    }
    const audit = await venue.audit();
    deepStrictEqual(placedTwice(audit), []);
    const placed = audit.orders.map((order) => [order.clientOrderId, order.orderId] as const);
    deepStrictEqual(new Map([...known].sort()), new Map(placed.sort()));
    strictEqual(audit.seen.filter(({ intention }) => intention === "place").length, COUNT);
  });
}
