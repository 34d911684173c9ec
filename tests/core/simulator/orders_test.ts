/**
 * What the simulated venue remembers of orders that came from one of ours: a venue that replaces by
 * cancel and new has several (R-CORE-8).
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { instrumentId, orderId, qty, venueId } from "../../../core/numbers.ts";
import { Orders, TERMINAL_MAX } from "../../../core/simulator/orders.ts";
import type { SimOrderFields } from "../../../core/simulator/sim_order.ts";

const OURS = 7;

/** Orders, added one by one. */
class Added {
  readonly orders = new Orders(venueId(0));
  #ordinal = 0;

  add(order: number, of: { readonly version: number; readonly isOpen: boolean }): void {
    this.#ordinal += 1;
    const fields: SimOrderFields = {
      order: orderId(order),
      ordinal: this.#ordinal,
      instrument: instrumentId(0),
      side: "Buy",
      ordType: "Limit",
      timeInForce: "GTC",
      postOnly: false,
      expireUs: null,
      entersUs: null,
      price: null,
      orderQty: qty(of.version),
      cumQty: qty(0),
      status: of.isOpen ? "open" : "cancelled",
      rank: 0,
      ahead: null,
      unprinted: qty(0),
      isDryRun: false,
    };
    this.orders.add(fields, keyOf(order, of.version));
  }

  /** So many orders of others end. */
  others(count: number): void {
    for (let at = 0; at < count; at += 1) {
      this.add(100 + this.#ordinal, { version: 1, isOpen: false });
    }
  }

  /** Quantities of the orders that are known under the first keys of ours; undefined: none. */
  known(): readonly (number | undefined)[] {
    return [1, 2, 3, 4].map((version) => {
      const of = { order: orderId(OURS), clOrdId: keyOf(OURS, version) };
      return this.orders.find(of)?.orderQty;
    });
  }

  end(version: number): void {
    const order = this.orders.find({ order: orderId(OURS), clOrdId: keyOf(OURS, version) });
    if (order !== undefined) this.orders.end(order, "cancelled");
  }
}

function keyOf(order: number, version: number): string {
  return `tl01234567-${order}-${version}`;
}

Deno.test("Orders.find() tells orders that came from one of ours apart, until each is forgotten", () => {
  const added = new Added();
  for (const version of [1, 2, 3, 4]) added.add(OURS, { version, isOpen: version !== 1 });
  deepStrictEqual(added.known(), [1, 2, 3, 4]);
  added.others(TERMINAL_MAX - 1);
  deepStrictEqual(added.known(), [1, 2, 3, 4]);
  added.others(1);
  deepStrictEqual(added.known(), [undefined, 2, 3, 4], "the oldest");
  added.end(3);
  added.others(TERMINAL_MAX);
  deepStrictEqual(added.known(), [undefined, 2, undefined, 4], "one between others");
  added.end(4);
  added.others(TERMINAL_MAX);
  deepStrictEqual(added.known(), [undefined, 2, undefined, undefined], "the newest");
  added.end(2);
  added.others(TERMINAL_MAX);
  deepStrictEqual(added.known(), [undefined, undefined, undefined, undefined], "the only one");
});
