/**
 * The numbers of an order: each has a column of its own, and nothing of an order is left in its
 * window for the next one. Proves a part of R-CORE-4: what is written of an order is what is read.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Blotter } from "../../../core/blotter.ts";
import { TIMES_IN_FORCE } from "../../../core/instrument.ts";
import {
  clientIndex,
  instrumentId,
  micros,
  orderId,
  qty,
  requestId,
  venueId,
} from "../../../core/numbers.ts";
import { CANCEL_CAUSES, type Order, type OrderTerms, REQUEST_KINDS } from "../../../core/order.ts";
import { NO_LABEL } from "../../../core/slots/labels.ts";
import { NO_BLOCK } from "../../../core/slots/seen_keys.ts";
import { NO_SLOT } from "../../../core/slots/slot_index.ts";
import { OrderWindow } from "../../../core/slots/order_window.ts";
import { fillOf } from "../../support/fills.ts";
import { heldBytes } from "../../support/held_bytes.ts";
import { ORDER_TERMS, orderIn, pendingReplace } from "../../support/kept_orders.ts";

/** An order between two others, whose rows lie beside its own. */
function between(terms: Partial<OrderTerms> = {}): { order: Order; others: readonly Order[] } {
  const blotter = new Blotter("");
  const before = orderIn(blotter, { id: orderId(101) });
  const order = orderIn(blotter, terms);
  return { order, others: [before, orderIn(blotter, { id: orderId(103) })] };
}

const COLUMNS = Object.entries(Object.getOwnPropertyDescriptors(OrderWindow.prototype))
  .filter(([, { get }]) => get !== undefined);

/** All that a window says, by name. */
function said(order: Order): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const [name] of COLUMNS) all.set(name, Reflect.get(order, name));
  for (const kind of REQUEST_KINDS) {
    all.set(`${kind} request`, order.requestOf(kind));
    all.set(`${kind} sent`, order.sentUsOf(kind));
    all.set(`${kind} asks, waits, left`, [
      order.isAsking(kind),
      order.isWaiting(kind),
      order.hasLeft(kind),
    ]);
  }
  return all;
}

/** What changed, and to what. */
function changes(before: Map<string, unknown>, after: Map<string, unknown>): unknown {
  const isSame = (name: string): boolean =>
    JSON.stringify(before.get(name)) === JSON.stringify(after.get(name));
  return Object.fromEntries([...after].filter(([name]) => !isSame(name)));
}

/** What an order says at first beside its terms: nothing, but for these. */
const AT_FIRST: Readonly<Record<string, unknown>> = {
  baseVersion: 1,
  boundNewest: NO_SLOT,
  tagLabel: NO_LABEL,
  seenBlock: NO_BLOCK,
};

Deno.test("OrderWindow says nothing of a new order but its terms", () => {
  for (const [name, value] of said(between().order)) {
    const terms: Readonly<Record<string, unknown>> = ORDER_TERMS;
    const first = [terms[name], AT_FIRST[name]].find((known) => known !== undefined);
    if (first !== undefined) strictEqual(value, first, name);
    else if (Array.isArray(value)) deepStrictEqual(value, [false, false, false], name);
    else ok(value === null || value === 0 || value === false, `${name}: was ${value}`);
  }
});

function valuesFor(name: string, now: unknown): readonly unknown[] {
  if (name === "mustCancel") return [...CANCEL_CAUSES, null];
  if (typeof now === "boolean") return [!now, now];
  return now === null ? [7, 0, null] : [7];
}

for (const [name, { set }] of COLUMNS) {
  if (set === undefined) continue;
  Deno.test(`OrderWindow.${name} is read as it was written and changes nothing else`, () => {
    const { order, others } = between();
    const before = said(order);
    const beside = others.map(said);
    for (const value of valuesFor(name, before.get(name))) {
      Reflect.set(order, name, value);
      const expected = value === before.get(name) ? {} : { [name]: value };
      deepStrictEqual(changes(before, said(order)), expected);
      deepStrictEqual(others.map(said), beside);
    }
  });
}

const OTHER: readonly Partial<OrderTerms>[] = [
  { id: orderId(7) },
  { client: clientIndex(7) },
  { venue: venueId(7) },
  { instrument: instrumentId(7) },
  { side: "Sell" },
  { ordType: "Market" },
  ...TIMES_IN_FORCE.slice(1).map((timeInForce) => ({ timeInForce })),
  { postOnly: true },
  { reduceOnly: true },
  { isDryRun: true },
];
for (const terms of OTHER) {
  Deno.test(`OrderWindow.writeTerms() keeps ${JSON.stringify(terms)} apart from all other terms`, () => {
    deepStrictEqual(changes(said(between().order), said(between(terms).order)), terms);
  });
}

for (const kind of REQUEST_KINDS) {
  Deno.test(`OrderWindow keeps a request of kind ${kind} apart, from waiting to its outcome`, () => {
    const { order } = between();
    const before = said(order);
    const shows = (request: number, sent: number | null): void => {
      const expected = {
        [`${kind} request`]: request,
        ...(sent === null ? {} : { [`${kind} sent`]: sent }),
        [`${kind} asks, waits, left`]: [true, sent === null, sent !== null],
      };
      deepStrictEqual(changes(before, said(order)), expected);
    };
    order.setRequest(kind, requestId(7));
    shows(7, null);
    order.setSentUs(kind, micros(0));
    shows(7, 0);
    order.setSentUs(kind, null);
    shows(7, null);
    order.setSentUs(kind, micros(9));
    order.setRequest(kind, requestId(8));
    shows(8, null);
    order.setSentUs(kind, micros(9));
    order.dropRequest(kind);
    deepStrictEqual(changes(before, said(order)), {});
  });
}

/** Writes whatever an order may keep. */
function fill(order: Order): void {
  for (const [name, { set }] of COLUMNS) {
    const [value] = valuesFor(name, Reflect.get(order, name));
    // Blocks, labels and slots are numbers of other stores.
    if (set !== undefined && !/Block|Label|Slot|Newest/.test(name)) Reflect.set(order, name, value);
  }
  for (const kind of REQUEST_KINDS) {
    order.setRequest(kind, requestId(7));
    order.setSentUs(kind, micros(9));
  }
  order.status = "Filled";
  order.tag = "t";
  order.hasSeen("key");
  order.venueOrderId = "V";
  order.formerVenueOrderIds = ["U"];
  order.params = { speed: 1 };
  order.notional = 2n ** 60n;
  order.addFill(fillOf("e1"));
  order.cancel = { cause: "kill", by: null };
  order.replace = pendingReplace(order);
}

/** All that an order says, derived or kept. */
function whole(order: Order): unknown {
  const { tag, status, venueOrderId, formerVenueOrderIds, params, notional, cancel, replace } =
    order;
  const refs = {
    tag,
    status,
    venueOrderId,
    formerVenueOrderIds,
    params,
    notional,
    cancel,
    replace,
  };
  const lists = [[...order.fills], [...order.seenKeys]];
  return { ...refs, lists, fill: order.fillOf("e1"), ...Object.fromEntries(said(order)) };
}

Deno.test("Blotter.add() uses the window of a forgotten order again, and nothing is left in it", () => {
  const blotter = new Blotter("");
  const first = orderIn(blotter);
  const blank = whole(first);
  fill(first);
  blotter.drop(first);
  const again = orderIn(blotter);
  strictEqual(again, first);
  deepStrictEqual(whole(again), blank);
  strictEqual(blotter.intents.tags.size, 0);
  ok(!again.hasSeen("key"));
});

Deno.test("Blotter.add() gives thousands of orders rows of their own, and later the same ones again", () => {
  const blotter = new Blotter("");
  const pass = (from: number): void => {
    const ids = Array.from({ length: 3000 }, (_, at) => orderId(from + at));
    for (const id of ids) {
      const order = orderIn(blotter, { id });
      order.orderQty = qty(2 * id);
      order.hasSeen(`key ${id}`);
    }
    for (const id of ids) strictEqual(blotter.get(id)?.orderQty, 2 * id);
    for (const order of [...blotter.values()]) blotter.drop(order);
  };
  const empty = heldBytes("external");
  pass(1);
  const once = heldBytes("external");
  ok(once - empty < 2_000_000, `${once - empty} bytes: twice what the rows take`);
  for (let again = 1; again <= 5; again += 1) pass(1 + 3000 * again);
  const grown = heldBytes("external") - once;
  ok(grown < 500_000, `${grown} bytes: half of what the rows of one pass take`);
  strictEqual(blotter.size, 0);
});
