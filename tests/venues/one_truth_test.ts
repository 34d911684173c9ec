/**
 * A fake venue speaks with three mouths, REST, user stream and audit, and tells one truth: after a random session they
 * agree on every order and every trade.
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { Draws } from "../support/draws.ts";
import { until } from "../support/temporary.ts";
import { VenueProcess } from "./control.ts";
import type { AuditReport } from "./control_protocol.ts";
import {
  type Listening,
  listenToSpotUser,
  listenToUsdmUser,
  type Params,
  SignedClient,
} from "./signed_client.ts";
import { printUnits, units } from "./units.ts";

const SYMBOL = "BTCUSDT";

/** An event about an order: client id, state, filled, and its trade if it has one. */
type Told = {
  readonly id: string;
  readonly state: string;
  readonly filled: string;
  readonly trade?: string;
};
type Venue = {
  readonly name: "binance_spot" | "binance_usdm";
  readonly root: string;
  readonly trades: string;
  readonly listen: (venue: VenueProcess) => Promise<Listening<unknown>>;
  readonly tell: (message: unknown) => Told | undefined;
};

type SpotEvent = { readonly event: Readonly<Record<string, string | number>> };
type UsdmEvent = { readonly e: string; readonly o?: Readonly<Record<string, string | number>> };

/** `c` is the cancel's own id in a spot cancel; the order's is then in `C`. */
function readEvent(order: Readonly<Record<string, string | number>>): Told {
  const told = {
    id: String(order["C"] || order["c"]),
    state: String(order["X"]),
    filled: String(order["z"]),
  };
  if (order["x"] !== "TRADE") return told;
  return { ...told, trade: rowOf([order["t"], order["L"], order["l"], order["n"], order["N"]]) };
}

/** One trade, its decimals all printed alike. */
function rowOf(fields: readonly (string | number | undefined)[]): string {
  return fields.map((field) => {
    const text = String(field);
    return /^\d+\.\d+$/.test(text) ? printUnits(units(text)) : text;
  }).join(" ");
}

const venues: readonly Venue[] = [
  {
    name: "binance_spot",
    root: "/api/v3",
    trades: "/api/v3/myTrades",
    listen: listenToSpotUser,
    tell: (message) => {
      const { event } = message as SpotEvent;
      return event["e"] === "executionReport" ? readEvent(event) : undefined;
    },
  },
  {
    name: "binance_usdm",
    root: "/fapi/v1",
    trades: "/fapi/v1/userTrades",
    listen: listenToUsdmUser,
    tell: (message) => {
      const { e, o } = message as UsdmEvent;
      return e === "ORDER_TRADE_UPDATE" && o ? readEvent(o) : undefined;
    },
  },
];

/** Places, cancels and amends at random, while the crowd trades and the venue cancels by itself. */
async function session(
  client: SignedClient,
  of: { readonly root: string; readonly seed: number },
): Promise<void> {
  const draws = new Draws(of.seed);
  for (let at = 0; at < 150; at++) {
    const side = draws.pick(["BUY", "SELL"] as const);
    const away = draws.below(40) / 10 - 1;
    const price = (50_000 + (side === "BUY" ? -away : away)).toFixed(1);
    const order = { symbol: SYMBOL, side, quantity: `0.${100 + draws.below(400)}` };
    const limit: Params = { ...order, type: "LIMIT", price, newClientOrderId: `t-${at}` };
    const terms = draws.pick(["GTC", "GTC", "IOC", "FOK"]);
    await client.ask("POST", `${of.root}/order`, { params: { ...limit, timeInForce: terms } });
    const origClientOrderId = `t-${draws.below(at + 1)}`;
    const method = draws.pick(["DELETE", "PUT", "GET", "GET"]);
    await client.ask(method, `${of.root}/order`, {
      params: { ...order, price, origClientOrderId },
    });
  }
}

function ordersOf({ orders }: AuditReport): Map<string, string> {
  return new Map(
    orders.map(({ clientOrderId, state, filled }) => [clientOrderId, rowOf([state, filled])]),
  );
}

for (const { name, root, trades: path, listen, tell } of venues) {
  Deno.test(`${name} tells one truth by REST, user stream and audit`, async () => {
    const args = ["--speed", "1500", "--seed", "9", "--order-limit", "1000"];
    await using venue = await VenueProcess.start(name, args);
    using client = new SignedClient(venue);
    await using user = await listen(venue);
    await venue.tell({ op: "schedule", seed: 9, requests: [], cancelPercent: 100 });
    await session(client, { root, seed: 9 });
    await venue.tell({ op: "calm" });
    await venue.tell({ op: "speed", stepsPerS: 0 });
    const audit = await venue.audit();
    ok(audit.trades.length > 30 && audit.orders.length > 100);
    const expected = audit.trades.map((trade) =>
      rowOf([trade.tradeId, trade.price, trade.qty, trade.commission, trade.commissionAsset])
    );
    const told = (): readonly Told[] => user.messages.map(tell).filter((one) => one !== undefined);
    await until(() => told().filter(({ trade }) => trade).length >= expected.length, "every trade");
    deepStrictEqual(told().flatMap(({ trade }) => trade ?? []), expected);
    const isTold = (): boolean => isDeepStrictEqual(lastTold(told()), ordersOf(audit));
    await until(isTold, "the last of every order").catch(() => undefined);
    deepStrictEqual(lastTold(told()), ordersOf(audit));
    deepStrictEqual(await byRest(client, path), expected);
    const shown = await client.get<RestOrder[]>(`${root}/allOrders`, {
      symbol: SYMBOL,
      limit: "1000",
    });
    const rows = shown.map((o) => [o.clientOrderId, rowOf([o.status, o.executedQty])] as const);
    deepStrictEqual(new Map(rows), ordersOf(audit));
  });
}

type RestOrder = {
  readonly clientOrderId: string;
  readonly status: string;
  readonly executedQty: string;
};
type RestTrade = Readonly<Record<"price" | "qty" | "commission" | "commissionAsset", string>> & {
  readonly id: number;
  readonly orderId: number;
};

/**
 * Trades page by page, as a reconciliation reads them. A page begins with the id that the last one ended with: the two
 * sides of a trade with oneself share it, and a page may end between them.
 */
async function byRest(client: SignedClient, path: string): Promise<readonly string[]> {
  const rows = new Map<string, string>();
  for (let fromId = 0;;) {
    const params = { symbol: SYMBOL, fromId: String(fromId), limit: "7" };
    const page = await client.get<RestTrade[]>(path, params);
    for (const { id, orderId, price, qty, commission, commissionAsset } of page) {
      rows.set(`${id} ${orderId}`, rowOf([id, price, qty, commission, commissionAsset]));
      fromId = id;
    }
    if (page.length < 7) return [...rows.values()];
  }
}

function lastTold(told: readonly Told[]): Map<string, string> {
  return new Map(told.map(({ id, state, filled }) => [id, rowOf([state, filled])]));
}
