/**
 * Orders that are not over, folded from rows of the `orders` query and from reports as they come.
 *
 * Invariant: of one order the newest by `seq_id` stands; what is over is forgotten.
 * Limit: `ROWS_MAX` orders; beyond it the daemon's own counts are still right.
 * @module
 */
import type { JsonObject } from "../../../wire/json.ts";
import type { OrderRow, OrdersModel } from "./model.ts";
import { isTrueAt, numberAt, textAt } from "./reading.ts";

const ROWS_MAX = 20_000;
const OVER: ReadonlySet<string> = new Set(["Filled", "Cancelled", "Rejected", "Expired"]);

type Known = { readonly seq: number; readonly row: OrderRow };

/** The open orders of a daemon. */
export class OrderFold {
  readonly #known = new Map<string, Known>();
  #external: OrderRow[] = [];

  /** How many of this daemon's own are known. */
  get size(): number {
    return this.#known.size;
  }

  /** Forgets all; a listing follows. */
  clear(): void {
    this.#known.clear();
    this.#external = [];
  }

  /** Takes a row of `orders`, as it was at `nowUs`. */
  list(row: JsonObject, nowUs: number): void {
    const order = orderRow(row, { client: null, nowUs, isSinceAtLeast: true });
    if (order === undefined) return;
    if (order.orderId === null) this.#external.push(order);
    else this.#keep(order.orderId, order, numberAt(row, "seq_id") ?? 0);
  }

  /** Takes a report. */
  report(report: JsonObject, client: string | null): void {
    const nowUs = numberAt(report, "transact_us") ?? 0;
    const order = orderRow(report, { client, nowUs, isSinceAtLeast: false });
    const id = order?.orderId;
    if (order === undefined || id === null || id === undefined) return;
    const seq = numberAt(report, "seq_id") ?? 0;
    if (OVER.has(order.status)) this.#known.delete(id);
    else this.#keep(id, order, seq);
  }

  #keep(id: string, order: OrderRow, seq: number): void {
    const known = this.#known.get(id);
    if (known !== undefined && known.seq > seq) return;
    if (known === undefined && this.#known.size >= ROWS_MAX) return;
    const isSame = known !== undefined && known.row.isInDoubt === order.isInDoubt &&
      known.row.status === order.status;
    const since = isSame
      ? { sinceUs: known.row.sinceUs, isSinceAtLeast: known.row.isSinceAtLeast }
      : { sinceUs: order.sinceUs, isSinceAtLeast: order.isSinceAtLeast };
    const client = order.client ?? known?.row.client ?? null;
    this.#known.set(id, { seq, row: { ...order, ...since, client } });
  }

  /** Returns what there is to show; the counts are the daemon's. */
  toModel(counts: Pick<OrdersModel, "open" | "inDoubt" | "external">): OrdersModel {
    const rows = [...this.#known.values()].map(({ row }) => row);
    const states = new Map<string, number>();
    for (const { status } of rows) states.set(status, (states.get(status) ?? 0) + 1);
    return {
      ...counts,
      states: [...states].sort(([left], [right]) => left < right ? -1 : 1),
      rows: [...rows, ...this.#external].sort(byUrgency),
    };
  }
}

/** In doubt first, longest first; then the newest order; those of others last. */
function byUrgency(left: OrderRow, right: OrderRow): number {
  if (left.isInDoubt !== right.isInDoubt) return left.isInDoubt ? -1 : 1;
  if (left.isInDoubt && left.sinceUs !== right.sinceUs) return left.sinceUs - right.sinceUs;
  const [leftId, rightId] = [Number(left.orderId ?? 0), Number(right.orderId ?? 0)];
  if (leftId !== rightId) return rightId - leftId;
  return (left.venueOrderId ?? "") < (right.venueOrderId ?? "") ? -1 : 1;
}

type Origin = {
  readonly client: string | null;
  readonly nowUs: number;
  readonly isSinceAtLeast: boolean;
};

function orderRow(report: JsonObject, origin: Origin): OrderRow | undefined {
  const status = textAt(report, "ord_status");
  const instrument = textAt(report, "instrument");
  if (status === null || instrument === null) return undefined;
  return {
    orderId: textAt(report, "order_id"),
    venueOrderId: textAt(report, "venue_order_id"),
    client: origin.client,
    intentId: textAt(report, "intent_id"),
    instrument,
    side: textAt(report, "side") ?? "",
    price: textAt(report, "price"),
    orderQty: textAt(report, "order_qty"),
    cumQty: textAt(report, "cum_qty"),
    status,
    tag: textAt(report, "tag"),
    isInDoubt: isTrueAt(report, "in_doubt"),
    isDryRun: isTrueAt(report, "dry_run"),
    sinceUs: origin.nowUs,
    isSinceAtLeast: origin.isSinceAtLeast,
  };
}
