/**
 * The test exchange's adapter: the venue contract over JSON lines on a loopback socket.
 *
 * What has no answer when its deadline passes or the line breaks is `RequestFailed unknown`; what
 * was never written because there was no line is `notSent`. Every execution is offered each time
 * the exchange says it, since recognising duplicates is the core's business. A cancel is told after
 * all that its order has executed: a new version of it is sized by that.
 * @module
 */
import type { VenueCommand } from "../../core/command.ts";
import type {
  AccountPayloads,
  BrokerPayloads,
  Draft,
  OrderRef,
  ReconcilePayloads,
} from "../../core/event.ts";
import { type OrderId, orderId, px, qty, type RequestId } from "../../core/numbers.ts";
import type { ReleasedCommand, VenueAdapter, VenueHost } from "../../edge/venue.ts";
import type { Cancel, Ports, Socket } from "../../edge/ports.ts";
import type { Answer, ExchangeOrder, Request, Trade } from "./exchange.ts";

type Reports =
  & BrokerPayloads
  & ReconcilePayloads
  & Pick<AccountPayloads, "AccountReported">;

const ANSWER_TIMEOUT_US = 300_000;
const RECONNECT_US = 100_000;

type Pending = { readonly command: VenueCommand; readonly cancelTimer: Cancel };

/** Makes the adapter. `options.port`: where the exchange listens. */
export function testVenue(
  host: VenueHost,
  ports: Ports,
  options: Readonly<Record<string, unknown>>,
): VenueAdapter {
  return new TestVenueAdapter(host, ports, Number(options["port"]));
}

class TestVenueAdapter implements VenueAdapter {
  readonly #host: VenueHost;
  readonly #ports: Ports;
  readonly #port: number;
  readonly #pending = new Map<RequestId, Pending>();
  #socket: Socket | undefined;
  #isReady = false;
  #isStopped = false;
  #text = "";
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();

  constructor(host: VenueHost, ports: Ports, port: number) {
    this.#host = host;
    this.#ports = ports;
    this.#port = port;
  }

  start(): void {
    const socket = this.#ports.sockets.connect({ hostname: "127.0.0.1", port: this.#port });
    this.#socket = socket;
    this.#text = "";
    socket.attach({
      opened: () => this.#write({ op: "hello" }),
      data: (bytes) => this.#read(bytes),
      ended: () => socket.destroy(),
      drained: () => {},
      closed: (reason) => this.#lost(reason),
    });
  }

  send({ command }: ReleasedCommand): void {
    if (!this.#isReady) return this.#failed(command, { outcome: "notSent", text: "no connection" });
    if (command.kind !== "Reconcile" && command.dryRun === true) {
      return this.#host.answerDry(command);
    }
    const request = toRequest(command);
    if (request === undefined) {
      return this.#failed(command, { outcome: "notSent", text: "the exchange cannot replace" });
    }
    const cancelTimer = this.#ports.timers.after(ANSWER_TIMEOUT_US, () => {
      this.#pending.delete(command.request);
      this.#failed(command, { outcome: "unknown", text: "no answer in time" });
    });
    this.#pending.set(command.request, { command, cancelTimer });
    this.#write(request);
  }

  cancelAll(): void {
    if (this.#isReady) this.#write({ op: "cancelAll" });
  }

  stop(): void {
    this.#isStopped = true;
    for (const { cancelTimer } of this.#pending.values()) cancelTimer();
    this.#socket?.destroy();
  }

  #write(request: Request): void {
    if (this.#host.isCutOff()) return;
    this.#socket?.write(this.#encoder.encode(JSON.stringify(request) + "\n"));
  }

  #read(bytes: Uint8Array): void {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    const lines = this.#text.split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) this.#heard(JSON.parse(line) as Answer);
  }

  #lost(reason: string): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#isReady = false;
    if (this.#isStopped) return;
    this.#host.status("down", reason);
    for (const { command, cancelTimer } of pending) {
      cancelTimer();
      this.#failed(command, { outcome: "unknown", text: "the connection broke" });
    }
    this.#ports.timers.after(RECONNECT_US, () => this.start());
  }

  #heard(answer: Answer): void {
    switch (answer.re) {
      case "ready":
        this.#isReady = true;
        return this.#host.status("reconciling", "connected");
      case "trade":
        return this.#offerTrade(answer.trade, answer.exchangeId);
      case "placed":
        this.#settled(answer.id);
        return this.#offer("OrderAccepted", this.#ref(answer.clientId, answer.exchangeId));
      case "refused":
        this.#settled(answer.id);
        return this.#offer("OrderRejected", {
          ...this.#ref(answer.clientId, null),
          rejectCode: answer.reason === "duplicate" ? "VENUE_DUPLICATE" : "VENUE_REJECTED",
          text: `The exchange refused: ${answer.reason}`,
        });
      case "cancelled":
        if (answer.id !== null) this.#settled(answer.id);
        for (const trade of answer.trades) this.#offerTrade(trade, answer.exchangeId);
        return this.#offer("OrderCancelled", {
          ...this.#ref(answer.clientId, answer.exchangeId),
          reason: answer.id === null ? "the exchange cancelled it" : "as requested",
        });
      case "notCancelled":
        this.#settled(answer.id);
        return this.#offer("CancelRejected", {
          ...this.#ref(answer.clientId, null),
          rejectCode: answer.reason === "unknown order" ? "VENUE_NOT_FOUND" : "VENUE_REJECTED",
          text: `The exchange did not cancel: ${answer.reason}`,
        });
      case "account":
        return this.#account(answer);
      case "found":
        return this.#found(answer.id, answer.order);
      case "absent": {
        const command = this.#settled(answer.id);
        if (command?.kind !== "Lookup") return;
        return this.#offer("OrderNotFound", { request: command.request, order: command.order });
      }
    }
  }

  #found(id: number, order: ExchangeOrder): void {
    const command = this.#settled(id);
    if (command?.kind !== "Lookup") return;
    for (const trade of order.trades) this.#offerTrade(trade, order.exchangeId);
    this.#offer("OrderFound", {
      ...this.#ref(order.clientId, order.exchangeId),
      request: command.request,
      status: order.state,
      orderQty: qty(order.qty),
      cumQty: qty(order.filled),
      price: px(order.price),
    });
  }

  #offerTrade(trade: Trade, exchangeId: number): void {
    this.#offer("OrderExecuted", {
      ...this.#ref(trade.clientId, exchangeId),
      execId: `T${trade.tradeId}`,
      lastQty: qty(trade.qty),
      lastPx: px(trade.price),
      liquidity: trade.maker ? "Maker" : "Taker",
      commission: String(trade.fee),
      commissionCurrency: "USD",
      provisional: false,
      side: trade.side,
    }, { atUs: trade.atUs });
  }

  /** The account as of one moment: first what happened, then what it came to, then what is open. */
  #account(answer: Extract<Answer, { re: "account" }>): void {
    const command = this.#settled(answer.id);
    if (command?.kind !== "Reconcile") return; // after its deadline: it was asked again
    for (const { trade, exchangeId } of answer.trades) this.#offerTrade(trade, exchangeId);
    const balances = [
      { currency: "USD", total: String(answer.cash) },
      { currency: "TST", total: String(answer.position) },
    ];
    this.#offer("AccountReported", { balances, positions: [] }, {
      key: `account ${command.request}`,
    });
    const [instrument] = this.#host.instruments;
    if (instrument === undefined) return;
    const openOrders = answer.open.map((order) => ({
      clOrdId: order.clientId,
      venueOrderId: String(order.exchangeId),
      instrument: instrument.id,
      side: order.side,
      orderQty: qty(order.qty),
      cumQty: qty(order.filled),
      price: px(order.price),
    }));
    this.#offer("Reconciled", { request: command.request, openOrders });
  }

  #settled(id: number): VenueCommand | undefined {
    for (const [request, pending] of this.#pending) {
      if (request !== id) continue;
      pending.cancelTimer();
      this.#pending.delete(request);
      return pending.command;
    }
    return undefined; // answered after its deadline: the look-up settles it
  }

  #failed(
    command: VenueCommand,
    of: { readonly outcome: "notSent" | "unknown"; readonly text: string },
  ): void {
    const { request } = command;
    if (command.kind === "Reconcile") this.#offer("ReconcileFailed", { request, text: of.text });
    else this.#offer("RequestFailed", { request, order: command.order, ...of });
  }

  #ref(clientId: string, exchangeId: number | null): OrderRef {
    return {
      order: this.#orderOf(clientId),
      clOrdId: clientId,
      venueOrderId: exchangeId === null ? null : String(exchangeId),
    };
  }

  #orderOf(clientId: string): OrderId | null {
    const [prefix, id] = clientId.split("-");
    return prefix === this.#host.clOrdIdPrefix && id !== undefined ? orderId(Number(id)) : null;
  }

  #offer<Type extends keyof Reports>(
    eventType: Type,
    payload: Reports[Type],
    of: { readonly atUs?: number; readonly key?: string } = {},
  ): void {
    const draft = {
      eventTime: of.atUs ?? this.#host.nowUs(),
      source: "broker_report",
      venue: this.#host.declaration.id,
      instrument: this.#host.instruments[0]?.id ?? null,
      eventType,
      payload,
      idempotencyKey: of.key ?? null,
    } as unknown as Draft;
    if (!this.#host.offer(draft)) {
      this.#socket?.destroy(); // its queue is full: what was not taken is told by reconciling
    }
  }
}

function toRequest(command: VenueCommand): Request | undefined {
  if (command.kind === "Reconcile") {
    return { op: "account", id: command.request, sinceUs: command.sinceUs };
  }
  const common = { id: command.request, clientId: command.clOrdId };
  switch (command.kind) {
    case "Submit":
      return {
        op: "place",
        ...common,
        side: command.side,
        price: command.price ?? 0,
        qty: command.orderQty,
        resting: command.timeInForce === "GTC",
      };
    case "Cancel":
      return { op: "cancel", ...common };
    case "Lookup":
      return { op: "lookup", ...common };
    case "Replace":
      return undefined;
  }
}
