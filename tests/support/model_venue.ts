/**
 * A venue with a truth of its own, for scenarios in which requests, answers and fills get lost.
 *
 * It shares no code with the core: it keeps orders by client order id, says what it did in order,
 * and forgets what it said when a connection breaks. It never makes two orders of one key.
 * @module
 */
import { ok } from "node:assert/strict";
import type {
  BrokerPayloads,
  InstrumentId,
  OrderCommand,
  OrderRef,
  Side,
  SubmitOrder,
} from "../../core/mod.ts";
import { orderId, px, qty } from "../../core/mod.ts";
import type { World } from "./engine_world.ts";

/** What becomes of a request: a response can be lost on either way. */
export type Fate = "arrives" | "lost" | "unanswered" | "notSent";

type VenueFill = { readonly execId: string; readonly qty: number; readonly px: number };
type VenueOrder = {
  readonly order: number;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly clOrdIds: string[];
  readonly venueOrderId: string;
  orderQty: number;
  price: number;
  readonly fills: VenueFill[];
  status: "open" | "filled" | "cancelled";
};

type Say = (w: World) => void;

/** The venue. */
export class ModelVenue {
  readonly orders: VenueOrder[] = [];
  #said: Say[] = [];
  #heard = 0;
  #executions = 0;

  /** Takes the commands that the world released since the last call. */
  hear(w: World, fate: (command: OrderCommand) => Fate): void {
    for (const command of w.commands.slice(this.#heard)) this.#take(command, fate(command));
    this.#heard = w.commands.length;
  }

  /** Delivers the oldest `count` of what was said. */
  deliver(w: World, count: number): void {
    for (let n = 0; n < count; n += 1) this.#said.shift()?.(w);
  }

  /** The connection breaks: what was said is lost, and so is what the world still waits for. */
  disconnect(w: World): void {
    this.#said = [];
    this.#heard = w.commands.length;
  }

  /** What an adapter does on its return: every execution and every end is said again. */
  reconcile(): void {
    for (const order of this.orders) {
      this.#sayFills(order);
      if (order.status === "cancelled") this.#sayCancelled(order);
    }
  }

  /** Executes some of an open order; the report may be lost. */
  execute(of: { readonly at: number; readonly qty: number; readonly isReported: boolean }): void {
    const open = this.orders.filter((order) => order.status === "open");
    const order = open[of.at % Math.max(1, open.length)];
    if (order === undefined) return;
    this.#executions += 1;
    const left = order.orderQty - this.executed(order);
    const size = Math.min(of.qty, left);
    const fill = { execId: `e${this.#executions}`, qty: size, px: order.price };
    order.fills.push(fill);
    if (this.executed(order) === order.orderQty) order.status = "filled";
    if (of.isReported) this.#sayFill(order, fill);
  }

  executed(order: VenueOrder): number {
    return order.fills.reduce((sum, fill) => sum + fill.qty, 0);
  }

  #take(command: OrderCommand, fate: Fate): void {
    const isAnswered = fate === "arrives";
    if (fate === "arrives" || fate === "unanswered") this.#obey(command, isAnswered);
    if (isAnswered) return;
    const outcome = fate === "notSent" ? "notSent" : "unknown";
    const { request, order } = command;
    this.#said.push((w) => w.broker("RequestFailed", { request, order, outcome, text: fate }));
  }

  #obey(command: OrderCommand, isAnswered: boolean): void {
    const order = this.orders.find((each) => each.clOrdIds.includes(command.clOrdId));
    switch (command.kind) {
      case "Submit":
        ok(order === undefined, `Submit of ${command.clOrdId} must come once`);
        this.#create(command, isAnswered);
        break;
      case "Cancel":
        this.#cancel(command, { order, isAnswered });
        break;
      case "Replace":
        this.#replace(command, { order, isAnswered });
        break;
      case "Lookup":
        if (isAnswered) this.#answerLookup(command, order);
        break;
    }
  }

  #create(command: SubmitOrder, isAnswered: boolean): void {
    const order: VenueOrder = {
      order: command.order,
      instrument: command.instrument,
      side: command.side,
      clOrdIds: [command.clOrdId],
      venueOrderId: `v-${command.clOrdId}`,
      orderQty: command.orderQty,
      price: command.price ?? 0,
      fills: [],
      status: "open",
    };
    this.orders.push(order);
    if (isAnswered) this.#said.push((w) => w.broker("OrderAccepted", refOf(order)));
  }

  #cancel(
    command: OrderCommand,
    of: { readonly order: VenueOrder | undefined; readonly isAnswered: boolean },
  ): void {
    const { order, isAnswered } = of;
    if (order?.status === "open") {
      order.status = "cancelled";
      if (isAnswered) this.#sayCancelled(order);
      return;
    }
    if (!isAnswered) return;
    if (order !== undefined) this.#sayFills(order);
    const refusal = { rejectCode: "VENUE_NOT_FOUND", text: "not open" } as const;
    const ref = { order: command.order, clOrdId: command.clOrdId, venueOrderId: null };
    this.#said.push((w) => w.broker("CancelRejected", { ...ref, ...refusal }));
  }

  #replace(
    command: Extract<OrderCommand, { readonly kind: "Replace" }>,
    of: { readonly order: VenueOrder | undefined; readonly isAnswered: boolean },
  ): void {
    const { order, isAnswered } = of;
    const isPossible = order?.status === "open" && command.orderQty > this.executed(order);
    if (order === undefined || !isPossible) {
      const refusal = { rejectCode: "VENUE_REJECTED", text: "not possible" } as const;
      const ref = { order: command.order, clOrdId: command.clOrdId, venueOrderId: null };
      if (isAnswered) this.#said.push((w) => w.broker("ReplaceRejected", { ...ref, ...refusal }));
      return;
    }
    order.orderQty = command.orderQty;
    order.price = command.price ?? 0;
    order.clOrdIds.push(command.newClOrdId);
    const terms = { orderQty: qty(order.orderQty), price: px(order.price) };
    if (isAnswered) {
      this.#said.push((w) => w.broker("OrderReplaced", { ...refOf(order), ...terms }));
    }
  }

  #answerLookup(command: OrderCommand, order: VenueOrder | undefined): void {
    const { request } = command;
    if (order === undefined) {
      this.#said.push((w) => w.broker("OrderNotFound", { request, order: command.order }));
      return;
    }
    this.#sayFills(order);
    const found: BrokerPayloads["OrderFound"] = {
      ...refOf(order),
      request,
      status: order.status,
      orderQty: qty(order.orderQty),
      cumQty: qty(this.executed(order)),
      price: px(order.price),
    };
    this.#said.push((w) => w.broker("OrderFound", found));
  }

  #sayFills(order: VenueOrder): void {
    for (const fill of order.fills) this.#sayFill(order, fill);
  }

  #sayFill(order: VenueOrder, fill: VenueFill): void {
    this.#said.push((w) =>
      w.broker("OrderExecuted", {
        ...refOf(order),
        execId: fill.execId,
        lastQty: qty(fill.qty),
        lastPx: px(fill.px),
        liquidity: null,
        commission: "0",
        commissionCurrency: "USDT",
        provisional: false,
      })
    );
  }

  /** A venue says how much was executed before an end; here by saying every fill again. */
  #sayCancelled(order: VenueOrder): void {
    this.#sayFills(order);
    this.#said.push((w) => w.broker("OrderCancelled", { ...refOf(order), reason: "cancelled" }));
  }
}

function refOf(order: VenueOrder): OrderRef {
  return {
    order: orderId(order.order),
    clOrdId: order.clOrdIds.at(-1) ?? null,
    venueOrderId: order.venueOrderId,
  };
}
