/**
 * A small exchange with its own ledger: the independent truth that the daemon is compared with.
 *
 * It shares no code with the core. It takes requests, matches resting orders against random
 * interest, remembers everything by client order id, and can be told to lose answers. Prices and
 * quantities are integers, as the exchange of this test speaks.
 *
 * The same class runs inside the simulation (in memory) and in a process of its own (`server.ts`).
 * @module
 */

/** One execution, as the exchange records it. */
export type Trade = {
  readonly tradeId: number;
  readonly clientId: string;
  readonly side: "Buy" | "Sell";
  readonly price: number;
  readonly qty: number;
  readonly maker: boolean;
  readonly fee: number;
  /** Unix time, microseconds. */
  readonly atUs: number;
};

export type ExchangeOrder = {
  readonly clientId: string;
  readonly exchangeId: number;
  readonly side: "Buy" | "Sell";
  price: number;
  qty: number;
  filled: number;
  state: "open" | "filled" | "cancelled" | "rejected";
  readonly trades: Trade[];
};

/** From the daemon. `id` names the request. */
export type Request =
  | { readonly op: "hello" }
  | {
    readonly op: "place";
    readonly id: number;
    readonly clientId: string;
    readonly side: "Buy" | "Sell";
    readonly price: number;
    readonly qty: number;
    readonly resting: boolean;
  }
  | { readonly op: "cancel"; readonly id: number; readonly clientId: string }
  | { readonly op: "lookup"; readonly id: number; readonly clientId: string }
  /** The account: trades from a time on (null: none), what it holds, what is open. */
  | { readonly op: "account"; readonly id: number; readonly sinceUs: number | null }
  | { readonly op: "cancelAll" };

/** To the daemon: answers carry the request's `id`, trades and cancels come unasked. */
export type Answer =
  | {
    readonly re: "placed";
    readonly id: number;
    readonly clientId: string;
    readonly exchangeId: number;
  }
  | {
    readonly re: "refused";
    readonly id: number;
    readonly clientId: string;
    readonly reason: string;
  }
  | {
    readonly re: "cancelled";
    readonly id: number | null;
    readonly clientId: string;
    readonly exchangeId: number;
    /** All that the order has executed. */
    readonly trades: readonly Trade[];
  }
  | {
    readonly re: "notCancelled";
    readonly id: number;
    readonly clientId: string;
    readonly reason: string;
  }
  | { readonly re: "found"; readonly id: number; readonly order: ExchangeOrder }
  | { readonly re: "absent"; readonly id: number; readonly clientId: string }
  | { readonly re: "trade"; readonly trade: Trade; readonly exchangeId: number }
  | {
    readonly re: "account";
    readonly id: number;
    readonly trades: readonly { readonly trade: Trade; readonly exchangeId: number }[];
    readonly open: readonly ExchangeOrder[];
    readonly position: number;
    readonly cash: number;
  }
  | { readonly re: "ready" };

export class Exchange {
  readonly orders = new Map<string, ExchangeOrder>();
  readonly trades: Trade[] = [];
  /** Times a client order id was placed again: must stay 0, since nothing is sent twice. */
  duplicates = 0;
  position = 0;
  /** Quote currency, in price × quantity units, before fees. */
  cash = 0;
  fees = 0;
  readonly #nowUs: () => number;

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  /** Carries out a request and returns its answers, in order. */
  handle(request: Request): Answer[] {
    switch (request.op) {
      case "hello":
        return [{ re: "ready" }];
      case "place":
        return this.#place(request);
      case "cancel":
        return this.#cancel(request);
      case "lookup":
        return this.#lookup(request);
      case "account":
        return [this.#account(request)];
      case "cancelAll":
        return [...this.orders.values()].flatMap((order) => this.#close(order, null));
    }
  }

  /** Fills part of a resting order, chosen by `draw` (uniform integers below a bound). */
  match(draw: (bound: number) => number): Answer[] {
    const open = [...this.orders.values()].filter((order) => order.state === "open");
    const order = open[draw(Math.max(1, open.length))];
    if (order === undefined) return [];
    const qty = 1 + draw(order.qty - order.filled);
    return [this.#trade(order, { qty, maker: true })];
  }

  /** Fills exactly this much of a resting order. */
  fill(clientId: string, qty: number): Answer[] {
    const order = this.orders.get(clientId);
    return order?.state === "open" ? [this.#trade(order, { qty, maker: true })] : [];
  }

  /** Cancels this order without being asked. */
  cancel(clientId: string): Answer[] {
    const order = this.orders.get(clientId);
    return order === undefined ? [] : this.#close(order, null);
  }

  /** Cancels a resting order without being asked. */
  cancelUnasked(draw: (bound: number) => number): Answer[] {
    const open = [...this.orders.values()].filter((order) => order.state === "open");
    const order = open[draw(Math.max(1, open.length))];
    return order === undefined ? [] : this.#close(order, null);
  }

  #account({ id, sinceUs }: Extract<Request, { op: "account" }>): Answer {
    const trades = this.trades.filter(({ atUs }) => sinceUs !== null && atUs >= sinceUs)
      .map((trade) => ({ trade, exchangeId: this.orders.get(trade.clientId)?.exchangeId ?? 0 }));
    const open = [...this.orders.values()].filter(({ state }) => state === "open");
    const { position, cash, fees } = this;
    return { re: "account", id, trades, open, position, cash: cash - fees };
  }

  #place(request: Extract<Request, { op: "place" }>): Answer[] {
    const { id, clientId } = request;
    if (this.orders.has(clientId)) {
      this.duplicates++;
      return [{ re: "refused", id, clientId, reason: "duplicate" }];
    }
    const order: ExchangeOrder = {
      clientId,
      exchangeId: this.orders.size + 1,
      side: request.side,
      price: request.price,
      qty: request.qty,
      filled: 0,
      state: "open",
      trades: [],
    };
    this.orders.set(clientId, order);
    const placed: Answer = { re: "placed", id, clientId, exchangeId: order.exchangeId };
    if (request.resting) return [placed];
    return [placed, this.#trade(order, { qty: order.qty, maker: false })];
  }

  #cancel(request: Extract<Request, { op: "cancel" }>): Answer[] {
    const { id, clientId } = request;
    const order = this.orders.get(clientId);
    if (order?.state === "open") return this.#close(order, id);
    const reason = order === undefined ? "unknown order" : `order is ${order.state}`;
    return [{ re: "notCancelled", id, clientId, reason }];
  }

  #lookup(request: Extract<Request, { op: "lookup" }>): Answer[] {
    const { id, clientId } = request;
    const order = this.orders.get(clientId);
    return order === undefined ? [{ re: "absent", id, clientId }] : [{ re: "found", id, order }];
  }

  #close(order: ExchangeOrder, id: number | null): Answer[] {
    if (order.state !== "open") return [];
    order.state = "cancelled";
    const { clientId, exchangeId, trades } = order;
    return [{ re: "cancelled", id, clientId, exchangeId, trades }];
  }

  #trade(order: ExchangeOrder, of: { qty: number; maker: boolean }): Answer {
    const sign = order.side === "Buy" ? 1 : -1;
    const trade: Trade = {
      tradeId: this.trades.length + 1,
      clientId: order.clientId,
      side: order.side,
      price: order.price,
      qty: of.qty,
      maker: of.maker,
      fee: of.maker ? 0 : of.qty,
      atUs: this.#nowUs(),
    };
    order.filled += of.qty;
    if (order.filled === order.qty) order.state = "filled";
    order.trades.push(trade);
    this.trades.push(trade);
    this.position += sign * of.qty;
    this.cash -= sign * of.qty * order.price;
    this.fees += trade.fee;
    return { re: "trade", trade, exchangeId: order.exchangeId };
  }
}
