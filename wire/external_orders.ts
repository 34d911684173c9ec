/**
 * Orders at a venue that were not placed through this daemon, as rows of the `orders` query.
 *
 * They come after our own, as the last reconciliation listed them: a list that another one may change
 * between two pages.
 * @module
 */
import { fromQuanta } from "../core/decimal.ts";
import { type Instrument, instrumentAt } from "../core/instrument.ts";
import { qty } from "../core/numbers.ts";
import type { ExternalOrderRow, View } from "../core/view.ts";
import type { Row } from "./query_answer.ts";

const CURSOR = /^external-([1-9][0-9]{0,8})$/;

/** Returns how many external orders the pages before had; undefined: the cursor is one of our orders. */
export function parseExternalCursor(cursor: string | undefined): number | undefined {
  const digits = cursor === undefined ? undefined : CURSOR.exec(cursor)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Returns rows of external orders, from the one after `start` others. */
export function externalRows(
  view: View,
  of: { readonly instrument: Instrument["id"] | undefined; readonly start: number },
): Row[] {
  const rows: Row[] = [];
  for (const order of view.externalOrders) {
    if (of.instrument !== undefined && order.instrument !== of.instrument) continue;
    const instrument = instrumentAt(view.instruments, order.instrument);
    if (instrument === undefined) continue;
    const text = encodeExternalOrder(order, instrument);
    rows.push({ text, cursor: `external-${rows.length + 1}` });
  }
  return rows.slice(of.start);
}

/** Returns an external order like an `OrderStatus` report; `null` is what its venue's list lacks. */
function encodeExternalOrder(order: ExternalOrderRow, instrument: Instrument): string {
  const { venueOrderId, side, orderQty, cumQty, price } = order;
  const quantity = (quanta: number): string => fromQuanta(quanta, instrument.qtyRule.scale);
  return JSON.stringify({
    type: "ExecutionReport",
    v: 1,
    seq_id: order.seqId,
    intent_id: null,
    order_id: null,
    venue_order_id: venueOrderId,
    instrument: instrument.name,
    side,
    ord_type: null,
    time_in_force: null,
    price: price === null ? null : fromQuanta(price, instrument.priceRule.scale),
    order_qty: quantity(orderQty),
    tag: null,
    exec_type: "OrderStatus",
    ord_status: cumQty === 0 ? "Accepted" : "PartiallyFilled",
    cum_qty: quantity(cumQty),
    leaves_qty: quantity(qty(Math.max(0, orderQty - cumQty))),
    avg_px: null,
    transact_us: order.listedUs,
  });
}
