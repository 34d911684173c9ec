/**
 * What a venue and a client would know of the orders: kept from what the core says, so that most
 * generated events mean something.
 *
 * Not a twin of the core: it decides nothing and is never compared.
 * @module
 */
import type { OrderCommand } from "../../core/command.ts";
import type { Effects } from "../../core/effects.ts";
import type { Px, Qty } from "../../core/numbers.ts";
import { isTerminal } from "../../core/lifecycle.ts";
import type { ExecType, ExecutionReport, OrdStatus } from "../../core/report.ts";

/** Ended orders that are remembered for late reports. */
const ENDED_MAX = 15;

/** Reports under the id of an intent that means the order from then on. */
const NAMING: ReadonlySet<ExecType> = new Set(["PendingNew", "PendingReplace", "ReplaceRejected"]);

/** An order as its client and its venue see it. */
export type KnownOrder = {
  readonly id: number;
  readonly client: number;
  readonly instrument: number;
  readonly price: number | null;
  readonly intentIds: string[];
  status: OrdStatus;
  orderQty: number;
  cumQty: number;
  lastPrice: number | null;
  clOrdId: string;
  /** What the order now at the venue was submitted after, and what a replace asked for last. */
  submitBase: number;
  replaceQty: Qty | null;
  replacePrice: Px | null;
  venueOrderId: string | null;
  /** Commands without an answer, oldest first. */
  readonly asked: OrderCommand[];
  readonly fills: string[];
};

/** The orders of one stream. */
export class Model {
  readonly live: KnownOrder[] = [];
  readonly ended: KnownOrder[] = [];
  /** Newest request to reconcile that has left and was not answered, by venue. */
  readonly reconciles = new Map<number, number>();
  readonly #byId = new Map<number, KnownOrder>();

  /** Learns from what an event caused. */
  learn(effects: Effects): void {
    for (const report of effects.reports) this.#hear(report);
    for (const command of effects.commands) {
      if (command.kind === "Reconcile") this.reconciles.set(command.venue, command.request);
      if (command.kind === "Reconcile") continue;
      const order = this.#byId.get(command.order);
      if (order === undefined) continue;
      order.asked.push(command);
      if (command.kind === "Submit") {
        order.clOrdId = command.clOrdId;
        order.submitBase = order.cumQty;
      }
      if (command.kind === "Replace") {
        order.clOrdId = command.newClOrdId;
        order.replaceQty = command.orderQty;
        order.replacePrice = command.price;
      }
    }
  }

  #hear(report: ExecutionReport): void {
    const { order: fields, ordStatus } = report;
    if (fields === null || ordStatus === null) return;
    const order = this.#byId.get(fields.orderId) ?? this.#meet(report);
    if (order === undefined) return;
    const hasEnded = !isTerminal(order.status) && isTerminal(ordStatus);
    order.status = ordStatus;
    order.orderQty = fields.orderQty;
    order.cumQty = fields.cumQty;
    order.lastPrice = fields.price;
    order.venueOrderId = fields.venueOrderId;
    if (NAMING.has(report.execType) && report.intentId !== null) {
      order.intentIds.push(report.intentId);
    }
    if (report.execType === "Trade" && report.execution !== undefined) {
      order.fills.push(report.execution.execId);
    }
    if (hasEnded) this.#end(order);
  }

  #meet({ order: fields, client, ordStatus }: ExecutionReport): KnownOrder | undefined {
    if (fields === null || ordStatus === null) return undefined;
    const order: KnownOrder = {
      id: fields.orderId,
      client,
      instrument: fields.instrument,
      price: fields.price,
      intentIds: [],
      status: ordStatus,
      orderQty: fields.orderQty,
      cumQty: fields.cumQty,
      lastPrice: fields.price,
      clOrdId: "",
      submitBase: 0,
      replaceQty: null,
      replacePrice: null,
      venueOrderId: fields.venueOrderId,
      asked: [],
      fills: [],
    };
    this.#byId.set(order.id, order);
    this.live.push(order);
    return order;
  }

  #end(order: KnownOrder): void {
    const at = this.live.indexOf(order);
    if (at >= 0) this.live.splice(at, 1);
    this.ended.push(order);
    if (this.ended.length <= ENDED_MAX) return;
    const oldest = this.ended.shift();
    if (oldest !== undefined) this.#byId.delete(oldest.id);
  }
}
