/**
 * How numbered orders are asked for: one by one, or many by one list.
 *
 * Proves: R-EXEC-5 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { loadCcxt } from "../../../../../edge/venues/ccxt/library.ts";
import type { KnownOrder } from "../../../../../edge/venues/ccxt/unified/orders.ts";
import { PREFIX, SPOT } from "../../../../support/ccxt_rig.ts";
import { Looked } from "./looked.ts";

const LISTED = { symbol: SPOT.symbol, instrument: SPOT };
const HOUR_MS = 3_600_000;

function rowOf(id: string): object {
  return {
    ...{ id, clientOrderId: `${PREFIX}x${id}x1`, side: "buy", status: "canceled", amount: "0.5" },
    ...{ filled: "0", price: "2000.1", timestamp: 1_794_999_990_000 },
  };
}

/** Asks for so many orders at once, numbered from 1; returns who was told what, and what was asked. */
async function asked(
  count: number,
  { answers, agoMs = 0 }: {
    readonly answers: ConstructorParameters<typeof Looked>[0];
    readonly agoMs?: number;
  },
): Promise<{
  readonly told: readonly string[];
  readonly called: readonly string[];
  /** Asks for the same orders once more. */
  readonly again: () => Promise<void>;
}> {
  const at = new Looked(answers);
  const told: string[] = [];
  const placedMs = at.account.venueMs - agoMs;
  const orders: KnownOrder[] = Array.from({ length: count }, (_, index) =>
    at.account.orders.note({
      ...{ key: `${PREFIX}-${index + 1}-1`, listed: LISTED, placedMs },
      venueOrderId: `${index + 1}`,
    }));
  const askAll = async (): Promise<void> => {
    const until = told.length + count;
    for (const order of orders) {
      at.rows.ask(order, (row) => told.push("failure" in row ? "failure" : row.id));
    }
    await at.bench.until(() => told.length >= until);
  };
  await askAll();
  return { told, called: at.called, again: askAll };
}

const one = (id: unknown): object => rowOf(String(id));

Deno.test("ask() asks for a few orders one by one", async () => {
  const fetchOrders = (): object[] => ["1", "2", "3"].map(rowOf);
  const { told, called } = await asked(3, { answers: { fetchOrder: one, fetchOrders } });
  deepStrictEqual(told.toSorted(), ["1", "2", "3"]);
  deepStrictEqual(new Set(called), new Set(["fetchOrder"]));
});

Deno.test("ask() asks for many by one list, and for who is not in it by itself", async () => {
  const ids = Array.from({ length: 30 }, (_, at) => `${at + 1}`);
  const fetchOrders = (): object[] => ids.filter((id) => id !== "7").map(rowOf);
  const { told, called } = await asked(30, { answers: { fetchOrder: one, fetchOrders } });
  deepStrictEqual(told.toSorted(), ids.toSorted());
  // The first is on its way alone before others come.
  strictEqual(called.filter((method) => method === "fetchOrder").length, 2);
  ok(called.includes("fetchOrders") && called.length < 10, called.join());
});

Deno.test("ask() asks for old orders one by one: a list of hours would be long", async () => {
  const { called } = await asked(10, {
    answers: { fetchOrder: one, fetchOrders: () => [] },
    agoMs: 2 * HOUR_MS,
  });
  deepStrictEqual(called, Array.from({ length: 10 }, () => "fetchOrder"));
});

Deno.test("ask() does without a list that fails, or does not show them", async () => {
  const lists = [(): never => {
    throw new Error("no");
  }, (): object[] => []];
  for (const fetchOrders of lists) {
    const { told } = await asked(10, { answers: { fetchOrder: one, fetchOrders } });
    strictEqual(new Set(told).size, 10);
  }
});

Deno.test("ask() tells who asked of a row that cannot be read", async () => {
  const { told } = await asked(1, { answers: { fetchOrder: () => ({ id: "1" }) } });
  deepStrictEqual(told, ["failure"]);
});

Deno.test("ask() looks in the list of what ended for who is not found by itself", async () => {
  const { OrderNotFound } = await loadCcxt() as unknown as Record<
    string,
    new (words: string) => Error
  >;
  if (OrderNotFound === undefined) throw new Error("the library must have it");
  const fetchOrder = (): never => {
    throw new OrderNotFound("only the newest 500 are told");
  };
  for (const [listed, expected] of [[["1"], "1"], [["2"], "failure"]] as const) {
    const fetchCanceledAndClosedOrders = (): object[] => listed.map(rowOf);
    const answers = { fetchOrder, fetchCanceledAndClosedOrders };
    const { told, called, again } = await asked(1, { answers, agoMs: 50 * HOUR_MS });
    deepStrictEqual([...told], [expected]);
    const before = called.length;
    await again();
    // What is in no list is not looked for there each time.
    if (expected === "failure") strictEqual(called.length, before + 1);
  }
  deepStrictEqual((await asked(1, { answers: { fetchOrder } })).told, ["failure"]);
});
