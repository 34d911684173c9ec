/**
 * An order as the simulated venue keeps it, and its row in a checkpoint.
 *
 * Invariant: cumQty <= orderQty; a status other than `open` never changes again.
 * @module
 */
import type { SubmitOrder } from "../command.ts";
import type { OrdType, Side, TimeInForce } from "../instrument.ts";
import { instrumentId, micros, orderId, px, qty } from "../numbers.ts";
import type { InstrumentId, Micros, OrderId, Px, Qty } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { NodeReader } from "../node_reader.ts";

const STATUSES = ["open", "filled", "cancelled", "rejected", "expired"] as const;
/** State at the venue. */
export type SimStatus = (typeof STATUSES)[number];

const SIDES = ["Buy", "Sell"] as const satisfies readonly Side[];
const ORD_TYPES = ["Limit", "Market"] as const satisfies readonly OrdType[];
const TIMES_IN_FORCE = [
  "GTC",
  "IOC",
  "FOK",
  "GTD",
  "DAY",
] as const satisfies readonly TimeInForce[];

/** One order at the simulated venue. */
export type SimOrder = {
  readonly order: OrderId;
  /** 1, 2, 3 … in order of arrival at the venue; the number in `venueOrderId`. */
  readonly ordinal: number;
  readonly venueOrderId: string;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly ordType: OrdType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly expireUs: Micros | null;
  /** All client order ids it ever had; the last is the current one. */
  readonly clOrdIds: string[];
  /** null for Market. */
  price: Px | null;
  orderQty: Qty;
  cumQty: Qty;
  status: SimStatus;
  /** Time priority at its price: lower came earlier. */
  rank: number;
  /** Displayed quantity that stands before it, quanta; null while no book says. */
  ahead: Qty | null;
};

/** Makes the order that a request asks for. */
export function simOrderOf(
  command: SubmitOrder,
  of: { readonly ordinal: number; readonly venueOrderId: string; readonly expireUs: Micros | null },
): SimOrder {
  return {
    order: command.order,
    ordinal: of.ordinal,
    venueOrderId: of.venueOrderId,
    instrument: command.instrument,
    side: command.side,
    ordType: command.ordType,
    timeInForce: command.timeInForce,
    postOnly: command.postOnly,
    expireUs: of.expireUs,
    clOrdIds: [command.clOrdId],
    price: command.price,
    orderQty: command.orderQty,
    cumQty: qty(0),
    status: "open",
    rank: 0,
    ahead: null,
  };
}

/** Returns the quantity still open. */
export function leavesOf(order: SimOrder): Qty {
  return qty(order.orderQty - order.cumQty);
}

/** Returns the client order id that the order has now. */
export function clOrdIdOf(order: SimOrder): string | null {
  return order.clOrdIds[order.clOrdIds.length - 1] ?? null;
}

/** Returns true if the rest may stay in the book. */
export function mayRest(order: SimOrder): boolean {
  return order.ordType === "Limit" && order.timeInForce !== "IOC" && order.timeInForce !== "FOK";
}

/** Returns the order as a checkpoint row. */
export function toRow(order: SimOrder): CheckpointNode {
  return {
    order: order.order,
    ordinal: order.ordinal,
    venue_order_id: order.venueOrderId,
    instrument: order.instrument,
    side: order.side,
    ord_type: order.ordType,
    time_in_force: order.timeInForce,
    post_only: order.postOnly,
    expire_us: order.expireUs,
    cl_ord_ids: [...order.clOrdIds],
    price: order.price,
    order_qty: order.orderQty,
    cum_qty: order.cumQty,
    status: order.status,
    rank: order.rank,
    ahead: order.ahead,
  };
}

/** Reads a row. @throws {RangeError} If the checkpoint is not one of ours. */
export function parseRow(row: NodeReader): SimOrder {
  const price = row.integerOrNull("price");
  const expireUs = row.integerOrNull("expire_us");
  const ahead = row.integerOrNull("ahead");
  return {
    order: orderId(row.integer("order")),
    ordinal: row.integer("ordinal"),
    venueOrderId: row.text("venue_order_id"),
    instrument: instrumentId(row.integer("instrument")),
    side: row.oneOf("side", SIDES),
    ordType: row.oneOf("ord_type", ORD_TYPES),
    timeInForce: row.oneOf("time_in_force", TIMES_IN_FORCE),
    postOnly: row.flag("post_only"),
    expireUs: expireUs === null ? null : micros(expireUs),
    clOrdIds: row.texts("cl_ord_ids"),
    price: price === null ? null : px(price),
    orderQty: qty(row.integer("order_qty")),
    cumQty: qty(row.integer("cum_qty")),
    status: row.oneOf("status", STATUSES),
    rank: row.integer("rank"),
    ahead: ahead === null ? null : qty(ahead),
  };
}
