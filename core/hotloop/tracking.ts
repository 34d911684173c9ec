/**
 * Orders that the hot loop is asked to follow in their queues.
 * @module
 */
import type { Side } from "../instrument.ts";
import type { InstrumentId, OrderId, Px } from "../numbers.ts";

/** An order of ours as it came to rest at its price. */
export type PlacedOrder = {
  readonly orderId: OrderId;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly price: Px;
};
