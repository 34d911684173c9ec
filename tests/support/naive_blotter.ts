/**
 * The naive twin of the blotter: plain objects in maps of the language, one map per question.
 * It says what the slots of `core/slots/` must give; slow, unbounded in one step, plainly right.
 * @module
 */
import type { Order } from "../../core/order.ts";

/** Fields of an order that both keep, as plain values. */
export type NaiveOrder = {
  readonly id: number;
  readonly client: number;
  readonly venue: number;
  readonly instrument: number;
  bearer: string;
  fields: NaiveFields;
  names: string[];
  seen: string[];
  endedUs: number | null;
  keptSinceUs: number | null;
};

/** What commands change of an order. */
export type NaiveFields = {
  readonly price: number | null;
  readonly orderQty: number;
  readonly cumQty: number;
  readonly notional: bigint;
  readonly isAccepted: boolean;
  readonly wasAbsent: boolean;
  readonly mustCancel: "intent" | "cancelAll" | "lapse" | "disconnect" | "kill" | null;
  readonly ttlDueUs: number | null;
  readonly doubt: number;
  readonly submit: { readonly id: number; readonly sentUs: number | null } | null;
  readonly cancel: { readonly id: number; readonly sentUs: number | null } | null;
};

/** Of a new order. */
export const BLANK: NaiveFields = {
  price: null,
  orderQty: 0,
  cumQty: 0,
  notional: 0n,
  isAccepted: false,
  wasAbsent: false,
  mustCancel: null,
  ttlDueUs: null,
  doubt: 0,
  submit: null,
  cancel: null,
};

/** An intent; `pins` keeps nothing here, since nothing is used twice. */
export type NaiveIntent = {
  readonly client: number;
  readonly intentId: string;
  readonly ingestUs: number;
  readonly content: number;
  order: number | null;
};

/** A fill, as far as its retirement goes. */
export type NaiveFill = {
  readonly client: number;
  readonly execId: string;
  readonly ingestUs: number;
};

/** Orders, intents and names, by maps. */
export class NaiveBlotter {
  readonly orders = new Map<number, NaiveOrder>();
  readonly live = new Map<number, Set<number>>();
  ended: number[] = [];
  readonly intents = new Map<string, NaiveIntent>();
  queue: NaiveIntent[] = [];
  readonly held = new Map<number, NaiveIntent[]>();
  fills: NaiveFill[] = [];

  addIntent(intent: NaiveIntent): void {
    this.intents.set(keyOf(intent.client, intent.intentId), intent);
    this.queue.push(intent);
  }

  find(client: number, intentId: string): NaiveIntent | undefined {
    return this.intents.get(keyOf(client, intentId));
  }

  disown(intent: NaiveIntent): void {
    this.intents.delete(keyOf(intent.client, intent.intentId));
  }

  addOrder(order: NaiveOrder): void {
    this.orders.set(order.id, order);
    const live = this.live.get(order.client) ?? new Set();
    live.add(order.id);
    this.live.set(order.client, live);
  }

  drop(order: NaiveOrder): void {
    this.live.get(order.client)?.delete(order.id);
    this.ended = this.ended.filter((id) => id !== order.id);
    this.#forget(order);
  }

  name(order: NaiveOrder, name: string): void {
    if (order.names.at(-1) !== name) order.names.push(name);
  }

  /** The newest order on an instrument that ever had the name. */
  byName(instrument: number, name: string): number | undefined {
    return [...this.orders.values()]
      .findLast((order) => order.instrument === instrument && order.names.includes(name))?.id;
  }

  end(order: NaiveOrder, nowUs: number): void {
    this.live.get(order.client)?.delete(order.id);
    order.endedUs = nowUs;
    this.keep(order, nowUs);
  }

  /** Keeps an ended order from now on, behind all others. */
  keep(order: NaiveOrder, nowUs: number): void {
    order.keptSinceUs = nowUs;
    this.ended = this.ended.filter((id) => id !== order.id);
    this.ended.push(order.id);
  }

  /** Forgets at most `most` of what `isDue` says of its time. */
  retire(most: number, isDue: (sinceUs: number) => boolean): void {
    let budget = most;
    for (; budget > 0; budget -= 1) {
      const order = this.orders.get(this.ended[0] ?? 0);
      if (order === undefined || !isDue(order.keptSinceUs ?? Infinity)) break;
      this.ended.shift();
      this.#forget(order);
    }
    for (; budget > 0; budget -= 1) {
      const intent = this.queue[0];
      if (intent === undefined || !isDue(intent.ingestUs)) break;
      this.queue.shift();
      this.#retireIntent(intent);
    }
    for (; budget > 0; budget -= 1) {
      const fill = this.fills[0];
      if (fill === undefined || !isDue(fill.ingestUs)) break;
      this.fills.shift();
    }
  }

  #forget(order: NaiveOrder): void {
    this.orders.delete(order.id);
    for (const intent of this.held.get(order.id) ?? []) this.#forgetIntent(intent);
    this.held.delete(order.id);
  }

  #retireIntent(intent: NaiveIntent): void {
    if (intent.order === null || !this.orders.has(intent.order)) {
      this.#forgetIntent(intent);
      return;
    }
    this.held.set(intent.order, [...this.held.get(intent.order) ?? [], intent]);
  }

  #forgetIntent(intent: NaiveIntent): void {
    const key = keyOf(intent.client, intent.intentId);
    if (this.intents.get(key) === intent) this.intents.delete(key);
  }
}

/** The same fields, read from an order of the core. */
export function fieldsOf(order: Order): NaiveFields {
  const submit = order.requestOf("Submit");
  const cancel = order.requestOf("Cancel");
  return {
    price: order.price,
    orderQty: order.orderQty,
    cumQty: order.cumQty,
    notional: order.notional,
    isAccepted: order.isAccepted,
    wasAbsent: order.wasAbsent,
    mustCancel: order.mustCancel,
    ttlDueUs: order.ttlDueUs,
    doubt: order.doubt,
    submit: submit === null ? null : { id: submit, sentUs: order.sentUsOf("Submit") },
    cancel: cancel === null ? null : { id: cancel, sentUs: order.sentUsOf("Cancel") },
  };
}

function keyOf(client: number, intentId: string): string {
  return `${client}/${intentId}`;
}
