/**
 * CancelAlls that wait, and the orders that they wait for, by themselves. How they are answered is in
 * `tests/core/engine/cancel_intents_test.ts`. Proves a part of R-CORE-9: nothing grows without end.
 * @module
 */
import { strictEqual, throws } from "node:assert/strict";
import { CancelAlls } from "../../core/cancel_alls.ts";
import { InvariantError } from "../../core/invariant.ts";
import { orderId } from "../../core/numbers.ts";
import { Intents } from "../../core/slots/intents.ts";
import { intentFields } from "../support/kept_orders.ts";

Deno.test("CancelAlls forget the orders for which nobody waits any more", () => {
  const by = new Intents("").add(intentFields({ action: "CancelAll" }));
  const pending = new CancelAlls();
  const shared = { instrument: null, cancelled: 0, taken: 1, waitingFor: null };
  pending.take(by, { instrument: null, orders: [orderId(1)] });
  pending.restore(by, shared);
  strictEqual(pending.size, 2);
  strictEqual(pending.settle(orderId(1), { isCancelled: true }).length, 2);
  strictEqual(pending.size, 0);
  throws(() => pending.restore(by, shared), InvariantError, "there is none to share with");
});
