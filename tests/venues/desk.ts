/**
 * Carries out what tests tell a fake venue. The port of its own has no faults, no limits and no audit.
 * @module
 */
import { createServer } from "node:net";
import type { Audit } from "./audit.ts";
import type { DeadManSwitch } from "./binance_usdm/dead_man_switch.ts";
import type { VenueClock } from "./clock.ts";
import type {
  AuditBalance,
  AuditOrder,
  AuditPosition,
  AuditReport,
  AuditTrade,
  ControlReply,
  StreamName,
  VenueControl,
} from "./control_protocol.ts";
import type { Exchange } from "./exchange.ts";
import type { Faults } from "./faults.ts";
import type { Feed } from "./feed.ts";
import { HttpLine, type HttpRequest } from "./http_line.ts";
import type { Limits } from "./limits.ts";
import type { Crowd } from "./market.ts";
import { isOpen, isRefusal, type VenueOrder, type VenueTrade } from "./order.ts";
import type { VenueServer } from "./server.ts";
import type { Streams, Subscriber } from "./streams.ts";
import { printUnits, type Units, units } from "./units.ts";

/** Everything that can be told something. */
export type Desk = {
  readonly exchange: Exchange;
  readonly crowd: Crowd;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly audit: Audit;
  readonly clock: VenueClock;
  readonly server: VenueServer;
  readonly feed: Feed;
  readonly users: Streams<Subscriber>;
  readonly deposit: (asset: string, amount: Units) => void;
  readonly endUserStream: () => void;
  readonly busted: (trade: VenueTrade) => void;
  readonly balances: () => readonly AuditBalance[];
  readonly positions: () => readonly AuditPosition[];
  /** Absent where there is none. */
  readonly deadManSwitch?: DeadManSwitch;
  /** Absent where there is no funding. */
  readonly fund?: (
    symbol: string,
    of: { readonly rate: Units; readonly everyS: number | undefined },
  ) => void;
};

/** Opens the control port on 127.0.0.1; 0 takes a free one. Returns the port. */
export function openDesk(desk: Desk, port: number): Promise<number> {
  const answer = (request: HttpRequest, line: HttpLine): void => {
    line.answer({ status: 200, body: JSON.stringify(answerTo(desk, request)) });
  };
  const server = createServer((socket) => void new HttpLine(socket, answer));
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

function answerTo(desk: Desk, request: HttpRequest): AuditReport | ControlReply {
  if (request.method === "GET") {
    return auditOf(desk, requestsOf(request.query));
  }
  try {
    const reply = obey(desk, JSON.parse(request.body) as VenueControl);
    desk.feed.flush();
    return reply ?? { ok: true };
  } catch (error) {
    return { ok: false, error: String(error) };
  }
}

function obey(desk: Desk, control: VenueControl): ControlReply | undefined {
  switch (control.op) {
    case "fault":
      return void desk.faults.once(control.fault, {
        match: control.match,
        count: control.count ?? 1,
      });
    case "schedule":
      return void desk.faults.schedule(control);
    case "calm":
      return void calm(desk);
    case "release":
      return void release(desk);
    case "restart":
      return void desk.server.restart(control.downMs);
    case "skew":
      desk.clock.skewMs = control.ms;
      return;
    case "still":
      desk.clock.stillMs = control.atMs;
      return;
    case "elapse":
      return void elapse(desk, control.ms);
    case "lag":
      desk.exchange.readLagMs = control.ms;
      return;
    case "limits":
      desk.limits.settings = control;
      return void desk.limits.reset();
    case "drop":
    case "halfOpen":
    case "disturb":
    case "skipDepth":
    case "endUserStream":
      return void obeyOnStreams(desk, control);
    case "speed":
    case "clear":
    case "quote":
    case "trade":
      return void obeyOnMarket(desk, control);
    default:
      return obeyOnAccount(desk, control);
  }
}

function calm(desk: Desk): void {
  const { faults, limits, clock, feed, users, exchange } = desk;
  faults.calm();
  limits.reset();
  feed.streams.calm();
  users.calm();
  clock.skewMs = 0;
  clock.stillMs = undefined;
  exchange.readLagMs = 0;
  release(desk);
}

function release({ server, feed, users }: Desk): void {
  feed.streams.release();
  users.release();
  server.release();
}

function elapse({ deadManSwitch }: Desk, ms: number): void {
  if (!deadManSwitch) throw new Error("Cannot elapse: this venue has no countdowns");
  deadManSwitch.elapse(ms);
}

type OnStreams = Extract<
  VenueControl,
  { readonly op: "drop" | "halfOpen" | "disturb" | "skipDepth" | "endUserStream" }
>;

function obeyOnStreams(desk: Desk, control: OnStreams): void {
  switch (control.op) {
    case "drop":
      if (control.stream === "all") return desk.server.drop(control.by);
      return streamsOf(desk, control.stream).drop(control.by);
    case "halfOpen":
      return streamsOf(desk, control.stream).halfOpen();
    case "disturb": {
      const { what, count, ms } = control;
      return streamsOf(desk, control.stream).disturb(what, { count, ms });
    }
    case "skipDepth":
      return desk.feed.skip(control.symbol, control.count);
    case "endUserStream":
      return desk.endUserStream();
  }
}

function streamsOf(desk: Desk, stream: StreamName): Streams<Subscriber> | Feed["streams"] {
  return stream === "user" ? desk.users : desk.feed.streams;
}

type OnMarket = Extract<VenueControl, { readonly op: "speed" | "clear" | "quote" | "trade" }>;

function obeyOnMarket({ exchange, crowd }: Desk, control: OnMarket): void {
  if (control.op === "speed") {
    crowd.stepsPerS = control.stepsPerS;
    return;
  }
  if (control.op === "clear") return crowd.clear(control.symbol);
  const { symbol, side } = control;
  const price = units(control.price);
  const qty = units(control.qty);
  if (control.op === "quote") exchange.crowdRest(symbol, { side, price, qty });
  else exchange.crowdTake(symbol, { side, limit: price, qty });
}

type OnAccount = Exclude<
  VenueControl,
  | OnStreams
  | OnMarket
  | {
    readonly op:
      | "fault"
      | "schedule"
      | "calm"
      | "release"
      | "restart"
      | "skew"
      | "still"
      | "elapse"
      | "lag"
      | "limits";
  }
>;

function obeyOnAccount(desk: Desk, control: OnAccount): ControlReply | undefined {
  switch (control.op) {
    case "fill":
      return void fill(desk, control);
    case "cancel":
      return void desk.exchange.cancel(openOrder(desk, control.order));
    case "foreign":
      return placeByHand(desk, control);
    case "bust":
      return void bust(desk, control.tradeId);
    case "deposit":
      return void desk.deposit(control.asset, units(control.amount));
    case "funding":
      if (!desk.fund) throw new Error("Cannot fund: this venue has no funding");
      return void desk.fund(control.symbol, {
        rate: units(control.rate),
        everyS: control.everyS,
      });
  }
}

function fill(desk: Desk, of: Extract<VenueControl, { readonly op: "fill" }>): void {
  const order = openOrder(desk, of.order);
  const { step } = desk.exchange.market(order.symbol).rules;
  const qty = units(of.qty);
  const count = BigInt(of.count ?? 1);
  const part = qty / count / step * step;
  if (part === 0n) throw new Error(`Cannot fill: ${of.qty} must divide by ${count}`);
  desk.users.together(() => {
    for (let done = 1n; done < count; done++) desk.exchange.fill(order, part);
    desk.exchange.fill(order, qty - part * (count - 1n));
  });
}

function placeByHand(
  { exchange }: Desk,
  of: Extract<VenueControl, { readonly op: "foreign" }>,
): ControlReply {
  const placed = exchange.place({
    symbol: of.symbol,
    side: of.side,
    type: of.type,
    timeInForce: "GTC",
    price: units(of.price ?? "0"),
    qty: units(of.qty),
    clientOrderId: of.clientOrderId ?? `web_${exchange.orders.size + 1}`,
    isReduceOnly: false,
  });
  if (isRefusal(placed)) return { ok: false, error: `${placed.code} ${placed.msg}` };
  return { ok: true, orderId: placed.orderId, clientOrderId: placed.clientOrderId };
}

function bust(desk: Desk, tradeId: number): void {
  const trades = desk.exchange.trades.filter((trade) => trade.tradeId === tradeId);
  if (trades.length === 0) throw new Error(`Cannot bust: there must be a trade ${tradeId}`);
  for (const trade of trades) {
    desk.exchange.bust(trade);
    desk.busted(trade);
  }
}

function openOrder({ exchange }: Desk, clientOrderId: string): VenueOrder {
  const order = exchange.openOrders().find((open) => open.clientOrderId === clientOrderId);
  if (!order || !isOpen(order)) throw new Error(`Cannot find an open order ${clientOrderId}`);
  return order;
}

/** How many requests an audit lists: the newest so many, or all that are kept. */
function requestsOf(query: string): number {
  return Number(new URLSearchParams(query).get("requests") ?? Infinity);
}

function auditOf(desk: Desk, requestsMax: number): AuditReport {
  return {
    nowMs: desk.clock.now(),
    orders: [...desk.exchange.orders.values()].map(auditOrder),
    trades: desk.exchange.trades.map(auditTrade),
    balances: desk.balances(),
    positions: desk.positions(),
    countdowns: desk.deadManSwitch?.running ?? [],
    seen: desk.audit.seen,
    requests: requestsMax === 0 ? [] : desk.audit.requests.slice(-requestsMax),
    requestCount: desk.audit.requestCount,
    connections: desk.audit.connections,
    connectionsOpenedUs: desk.audit.connectionsOpenedUs,
  };
}

function auditOrder(order: VenueOrder): AuditOrder {
  const { orderId, clientOrderId, symbol, side, type, timeInForce } = order;
  const { state, time, updateTime } = order;
  return {
    ...{ orderId, clientOrderId, symbol, side, type, timeInForce, state, time, updateTime },
    price: printUnits(order.price),
    qty: printUnits(order.qty),
    filled: printUnits(order.filled),
    quote: printUnits(order.quote),
  };
}

function auditTrade(trade: VenueTrade): AuditTrade {
  const { tradeId, orderId, clientOrderId, symbol, side, isMaker, isBusted, time } = trade;
  return {
    ...{ tradeId, orderId, clientOrderId, symbol, side, isMaker, isBusted, time },
    price: printUnits(trade.price),
    qty: printUnits(trade.qty),
    commission: printUnits(trade.commission),
    commissionAsset: trade.commissionAsset,
    realised: printUnits(trade.realised),
  };
}
