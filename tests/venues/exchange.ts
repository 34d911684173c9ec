/**
 * The part of an exchange that both fakes share: orders, matching, trades. One account trades here, against a crowd
 * and, as self-trade prevention is off, against itself (then both its orders get an execution with one trade id).
 *
 * What money an order needs and an execution moves is the `Wallet`'s; how things are printed is the venue's.
 * Ordering: listeners hear of an execution after orders, trades and wallet have changed.
 * @module
 */
import { type Match, MatchingBook, type Side, type Taking } from "./matching.ts";
import {
  isOpen,
  type NewOrder,
  type Print,
  type Refusal,
  type SymbolRules,
  type VenueOrder,
  type VenueTrade,
} from "./order.ts";
import { times, type Units } from "./units.ts";

/** The account's money. */
export type Wallet = {
  /** Why it cannot afford this order; undefined if it can. */
  readonly refuses: (order: NewOrder, book: MatchingBook) => Refusal | undefined;
  /** Sets aside what the open quantity needs. */
  readonly opened: (order: VenueOrder) => void;
  /** Moves the money of an execution, before `filled` counts it. */
  readonly executed: (order: VenueOrder, of: Execution) => Charge;
  /** Gives back what was set aside. */
  readonly closed: (order: VenueOrder) => void;
  /** Undoes an execution. */
  readonly busted: (trade: VenueTrade) => void;
};
export type Execution = { readonly price: Units; readonly qty: Units; readonly isMaker: boolean };
export type Charge = {
  readonly commission: Units;
  readonly commissionAsset: string;
  readonly realised: Units;
};

/** What happened to an order. */
export type OrderChange = "NEW" | "TRADE" | "CANCELED" | "EXPIRED" | "AMENDMENT";

/** Who hears of what happens. */
export type ExchangeListener = {
  readonly order: (order: VenueOrder, change: OrderChange, trade?: VenueTrade) => void;
  readonly print: (print: Print) => void;
};

/** How this venue refuses. */
export type Manners = {
  /** Filters of the symbol, and what else the order itself must satisfy. */
  readonly check: (order: NewOrder, market: Market) => Refusal | undefined;
  readonly duplicate: Refusal;
  readonly crossesPostOnly: Refusal;
  /** Absent: an order that cannot be filled whole expires. */
  readonly unfillable?: Refusal;
  readonly now: () => number;
  /** After everything that can trade in a symbol. */
  readonly settled?: (symbol: string) => void;
};

/** A symbol that trades. */
export class Market {
  readonly rules: SymbolRules;
  readonly book = new MatchingBook();
  lastPrice: Units;
  nextTradeId: number;

  constructor(rules: SymbolRules, firstTradeId: number) {
    this.rules = rules;
    this.lastPrice = rules.startPrice;
    this.nextTradeId = firstTradeId;
  }
}

const FIRST_ORDER_ID = 1_000_001;
const FIRST_TRADE_ID = 5_000_001;

/** Orders, matching and trades of one account. */
export class Exchange {
  readonly markets: ReadonlyMap<string, Market>;
  readonly orders = new Map<number, VenueOrder>();
  readonly trades: VenueTrade[] = [];
  readonly #wallet: Wallet;
  readonly #manners: Manners;
  readonly #listeners: ExchangeListener[] = [];
  readonly #open = new Map<number, VenueOrder>();
  readonly #byClientId = new Map<string, VenueOrder>();
  /** Reads show orders and trades only when they are this old, as a replica that lags. */
  readLagMs = 0;
  #nextOrderId = FIRST_ORDER_ID;

  constructor(of: {
    readonly rules: readonly SymbolRules[];
    readonly wallet: Wallet;
    readonly manners: Manners;
  }) {
    this.markets = new Map(
      of.rules.map((rules) => [rules.symbol, new Market(rules, FIRST_TRADE_ID)]),
    );
    this.#wallet = of.wallet;
    this.#manners = of.manners;
  }

  listen(listener: ExchangeListener): void {
    this.#listeners.push(listener);
  }

  /** @throws {Error} If the symbol is unknown. */
  market(symbol: string): Market {
    const market = this.markets.get(symbol);
    if (!market) throw new Error(`Cannot trade: the symbol must be listed: was ${symbol}`);
    return market;
  }

  /** Orders that can still trade, oldest first. */
  openOrders(symbol?: string): readonly VenueOrder[] {
    return [...this.#open.values()].filter((order) => !symbol || order.symbol === symbol);
  }

  /** True if reads show what happened then. */
  isShown(time: number): boolean {
    return time <= this.#manners.now() - this.readLagMs;
  }

  /** The newest order with this client id. */
  byClientId(symbol: string, clientOrderId: string): VenueOrder | undefined {
    const order = this.#byClientId.get(clientOrderId);
    return order?.symbol === symbol ? order : undefined;
  }

  /** Why the venue would not take this order; undefined if it would. */
  refuses(order: NewOrder): Refusal | undefined {
    const market = this.market(order.symbol);
    const isPostOnly = order.type === "LIMIT_MAKER" || order.timeInForce === "GTX";
    const taking = takingOf(order);
    const sent = this.#byClientId.get(order.clientOrderId);
    const checked = this.#manners.check(order, market);
    if (checked) return checked;
    if (sent && isOpen(sent)) return this.#manners.duplicate;
    if (isPostOnly && market.book.available(taking) > 0n) return this.#manners.crossesPostOnly;
    const isUnfillable = order.timeInForce === "FOK" && market.book.available(taking) < order.qty;
    if (isUnfillable && this.#manners.unfillable) return this.#manners.unfillable;
    return this.#wallet.refuses(order, market.book);
  }

  /** Takes an order and matches it. */
  place(request: NewOrder): VenueOrder | Refusal {
    const refused = this.refuses(request);
    if (refused) return refused;
    const time = this.#manners.now();
    const order: VenueOrder = {
      ...request,
      orderId: this.#nextOrderId++,
      time,
      updateTime: time,
      filled: 0n,
      quote: 0n,
      state: "NEW",
      locked: 0n,
      cancelId: undefined,
    };
    this.orders.set(order.orderId, order);
    this.#open.set(order.orderId, order);
    this.#byClientId.set(order.clientOrderId, order);
    this.#wallet.opened(order);
    this.#tell(order, "NEW");
    this.#match(order);
    this.#manners.settled?.(order.symbol);
    return order;
  }

  /** Ends an open order. `cancelId` is the client id of the cancel. */
  cancel(order: VenueOrder, cancelId?: string): void {
    order.cancelId = cancelId;
    this.market(order.symbol).book.remove(order.orderId);
    this.#end(order, "CANCELED");
  }

  /** Ends an open order because its terms say so. */
  expire(order: VenueOrder): void {
    this.market(order.symbol).book.remove(order.orderId);
    this.#end(order, "EXPIRED");
  }

  /** Changes an open order under its id; it goes to the end of the queue. */
  amend(order: VenueOrder, to: { readonly price: Units; readonly qty: Units }): void {
    this.market(order.symbol).book.remove(order.orderId);
    this.#wallet.closed(order);
    order.price = to.price;
    order.qty = to.qty;
    order.updateTime = this.#manners.now();
    this.#wallet.opened(order);
    this.#tell(order, "AMENDMENT");
    this.#match(order);
    this.#manners.settled?.(order.symbol);
  }

  /** The crowd takes from the book; what is left over is gone. */
  crowdTake(symbol: string, taking: Taking): void {
    const market = this.market(symbol);
    for (const match of market.book.take(taking)) this.#made(market, { match, taker: undefined });
    this.#manners.settled?.(symbol);
  }

  /** The crowd quotes; what crosses trades first. Returns the id in the book, if anything rests. */
  crowdRest(
    symbol: string,
    quote: { readonly side: Side; readonly price: Units; readonly qty: Units },
  ):
    | number
    | undefined {
    const market = this.market(symbol);
    const taking = { side: quote.side, limit: quote.price, qty: quote.qty };
    const matches = market.book.take(taking);
    for (const match of matches) this.#made(market, { match, taker: undefined });
    this.#manners.settled?.(symbol);
    const open = quote.qty - matches.reduce((sum, match) => sum + match.qty, 0n);
    if (open === 0n) return undefined;
    const id = this.#nextOrderId++;
    market.book.rest({ id, owner: "crowd", side: quote.side, price: quote.price, open });
    return id;
  }

  /** Somebody trades with this very order, whatever stands before it. */
  fill(order: VenueOrder, qty: Units): void {
    const market = this.market(order.symbol);
    const maker = market.book.get(order.orderId);
    if (!maker || qty > maker.open) throw new Error(`Cannot fill: the order must have ${qty} open`);
    market.book.reduce(maker, qty);
    this.#made(market, { match: { maker, price: maker.price, qty }, taker: undefined });
    this.#manners.settled?.(order.symbol);
  }

  /** Undoes a trade. The order keeps its state, and no longer counts it. */
  bust(trade: VenueTrade): void {
    if (trade.isBusted) return;
    trade.isBusted = true;
    const order = this.orders.get(trade.orderId);
    if (order) {
      order.filled -= trade.qty;
      order.quote -= trade.quote;
    }
    this.#wallet.busted(trade);
  }

  #match(order: VenueOrder): void {
    const market = this.market(order.symbol);
    const taking = takingOf(order);
    const isUnfillable = order.timeInForce === "FOK" && market.book.available(taking) < taking.qty;
    const matches = isUnfillable ? [] : market.book.take(taking);
    for (const match of matches) this.#made(market, { match, taker: order });
    if (!isOpen(order)) return;
    const isImmediate = order.type === "MARKET" || order.timeInForce === "IOC" ||
      order.timeInForce === "FOK";
    if (isImmediate) return this.#end(order, "EXPIRED");
    const { orderId: id, side, price } = order;
    market.book.rest({ id, owner: "account", side, price, open: order.qty - order.filled });
  }

  #made(
    market: Market,
    made: { readonly match: Match; readonly taker: VenueOrder | undefined },
  ): void {
    const { maker, price, qty } = made.match;
    const tradeId = market.nextTradeId++;
    const time = this.#manners.now();
    market.lastPrice = price;
    const own = maker.owner === "account" ? this.orders.get(maker.id) : undefined;
    if (made.taker) this.#execute(made.taker, { price, qty, isMaker: false, tradeId, time });
    if (own) this.#execute(own, { price, qty, isMaker: true, tradeId, time });
    const { symbol } = market.rules;
    const isBuyerMaker = maker.side === "BUY";
    for (const listener of this.#listeners) {
      listener.print({ symbol, tradeId, price, qty, isBuyerMaker, time });
    }
  }

  #execute(
    order: VenueOrder,
    of: Execution & { readonly tradeId: number; readonly time: number },
  ): void {
    const charge = this.#wallet.executed(order, of);
    order.filled += of.qty;
    order.quote += times(of.price, of);
    order.updateTime = of.time;
    order.state = order.filled === order.qty ? "FILLED" : "PARTIALLY_FILLED";
    const { orderId, clientOrderId, symbol, side } = order;
    const quote = times(of.price, of);
    const trade = {
      orderId,
      clientOrderId,
      symbol,
      side,
      ...of,
      ...charge,
      quote,
      isBusted: false,
    };
    this.trades.push(trade);
    if (order.state === "FILLED") {
      this.#open.delete(orderId);
      this.#wallet.closed(order);
    }
    this.#tell(order, "TRADE", trade);
  }

  #end(order: VenueOrder, as: "CANCELED" | "EXPIRED"): void {
    order.state = as;
    order.updateTime = this.#manners.now();
    this.#open.delete(order.orderId);
    this.#wallet.closed(order);
    this.#tell(order, as);
  }

  #tell(order: VenueOrder, change: OrderChange, trade?: VenueTrade): void {
    for (const listener of this.#listeners) listener.order(order, change, trade);
  }
}

function takingOf(order: NewOrder | VenueOrder): Taking {
  const qty = "filled" in order ? order.qty - order.filled : order.qty;
  return order.type === "MARKET"
    ? { side: order.side, qty }
    : { side: order.side, limit: order.price, qty };
}
