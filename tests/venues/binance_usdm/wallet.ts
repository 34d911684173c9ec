/**
 * A futures account in one-way mode, cross margin: one wallet in USDT, one position per symbol.
 *
 * A position keeps what its open quantity cost, signed like the quantity. Closing releases that cost in proportion,
 * cut at 10^-8; what it fetched above that is realised. Fees: 0.02 % maker, 0.04 % taker, in USDT.
 * Invariant: wallet minus cost of all positions = deposits + funding - fees + what was sold - what was bought, exactly.
 * @module
 */
import type { Charge, Exchange, Execution, Wallet } from "../exchange.ts";
import type { MatchingBook, Side } from "../matching.ts";
import {
  type NewOrder,
  type Refusal,
  refusal,
  type VenueOrder,
  type VenueTrade,
} from "../order.ts";
import { least, times, type Units, units } from "../units.ts";

export type Position = { qty: Units; cost: Units; updateTime: number };
export type IncomeType = "REALIZED_PNL" | "COMMISSION" | "FUNDING_FEE" | "TRANSFER";
export type Income = {
  readonly symbol: string;
  readonly type: IncomeType;
  readonly amount: Units;
  readonly time: number;
  readonly id: number;
  readonly tradeId: string;
};

export const MARGIN_ASSET = "USDT";
const MAKER_RATE = units("0.0002");
const TAKER_RATE = units("0.0004");
const LEVERAGE_DEFAULT = 20n;
const NO_MARGIN = refusal(-2019, "Margin is insufficient.");
const NOT_REDUCING = refusal(-2022, "ReduceOnly Order is rejected.");

/** The account's money and positions. */
export class UsdmWallet implements Wallet {
  readonly positions = new Map<string, Position>();
  readonly incomes: Income[] = [];
  readonly leverages = new Map<string, bigint>();
  /** Hedge mode as the account tells of it; orders and positions are one-way in any case. */
  isDual = false;
  readonly #now: () => number;
  #exchange: Exchange | undefined;
  #orderMargin = 0n;
  balance: Units;

  constructor(balance: Units, now: () => number) {
    this.balance = balance;
    this.#now = now;
  }

  /** The exchange whose prices and orders margin depends on. */
  attach(exchange: Exchange): void {
    this.#exchange = exchange;
  }

  position(symbol: string): Position {
    const known = this.positions.get(symbol);
    if (known) return known;
    const flat = { qty: 0n, cost: 0n, updateTime: 0 };
    this.positions.set(symbol, flat);
    return flat;
  }

  leverage(symbol: string): bigint {
    return this.leverages.get(symbol) ?? LEVERAGE_DEFAULT;
  }

  /** What a position has gained at the last price. */
  unrealised(symbol: string): Units {
    const { qty, cost } = this.position(symbol);
    const price = this.#exchange?.market(symbol).lastPrice ?? 0n;
    return times(price, { qty }) - cost;
  }

  /** Set aside for positions. */
  positionMargin(symbol: string): Units {
    const { cost } = this.position(symbol);
    return (cost < 0n ? -cost : cost) / this.leverage(symbol);
  }

  /** Set aside for open orders. */
  orderMargin(): Units {
    return this.#orderMargin;
  }

  available(): Units {
    let free = this.balance - this.orderMargin();
    for (const symbol of this.positions.keys()) {
      free += this.unrealised(symbol) - this.positionMargin(symbol);
    }
    return free;
  }

  refuses(order: NewOrder, book: MatchingBook): Refusal | undefined {
    if (order.isReduceOnly) return this.#refusesReducing(order);
    const { qty } = this.position(order.symbol);
    const isReducing = qty !== 0n && (qty > 0n) === (order.side === "SELL");
    const opens = isReducing ? order.qty - least(order.qty, qty < 0n ? -qty : qty) : order.qty;
    const price = order.type === "MARKET" ? worstPrice(order, book) : order.price;
    const needs = times(price, { qty: opens }) / this.leverage(order.symbol);
    return needs > this.available() ? NO_MARGIN : undefined;
  }

  opened(order: VenueOrder): void {
    const isFree = order.isReduceOnly || order.type === "MARKET";
    const open = order.qty - order.filled;
    order.locked = isFree ? 0n : times(order.price, { qty: open }) / this.leverage(order.symbol);
    this.#orderMargin += order.locked;
  }

  executed(order: VenueOrder, of: Execution & { readonly tradeId?: number }): Charge {
    const open = order.qty - order.filled;
    this.#release(order, order.locked * of.qty / open);
    const realised = this.#move(order, of);
    const commission = times(times(of.price, of), { qty: of.isMaker ? MAKER_RATE : TAKER_RATE });
    const tradeId = String(of.tradeId ?? "");
    this.#earn({ symbol: order.symbol, type: "COMMISSION", amount: -commission, tradeId });
    if (realised !== 0n) {
      this.#earn({ symbol: order.symbol, type: "REALIZED_PNL", amount: realised, tradeId });
    }
    return { commission, commissionAsset: MARGIN_ASSET, realised };
  }

  closed(order: VenueOrder): void {
    this.#release(order, order.locked);
  }

  /** The opposite trade at the same price, and the fee back. */
  busted(trade: VenueTrade): void {
    const side = trade.side === "BUY" ? "SELL" : "BUY";
    this.balance += this.#move({ symbol: trade.symbol, side }, trade) + trade.commission;
  }

  /** Pays funding on a position at the last price; returns what the account got. */
  fund(symbol: string, rate: Units): Units {
    const price = this.#exchange?.market(symbol).lastPrice ?? 0n;
    const amount = -times(times(price, this.position(symbol)), { qty: rate });
    if (this.position(symbol).qty !== 0n) {
      this.#earn({ symbol, type: "FUNDING_FEE", amount, tradeId: "" });
    }
    return amount;
  }

  deposit(amount: Units): void {
    this.#earn({ symbol: "", type: "TRANSFER", amount, tradeId: "" });
  }

  #release(order: VenueOrder, margin: Units): void {
    order.locked -= margin;
    this.#orderMargin -= margin;
  }

  #earn(income: Pick<Income, "symbol" | "type" | "amount" | "tradeId">): void {
    this.balance += income.amount;
    this.incomes.push({ ...income, time: this.#now(), id: this.incomes.length + 1 });
  }

  #refusesReducing(order: NewOrder): Refusal | undefined {
    const { qty } = this.position(order.symbol);
    const resting = (this.#exchange?.openOrders(order.symbol) ?? [])
      .filter((open) => open.isReduceOnly && open.side === order.side)
      .reduce((sum, open) => sum + open.qty - open.filled, 0n);
    const reducible = order.side === "SELL" ? qty : -qty;
    return resting + order.qty > reducible ? NOT_REDUCING : undefined;
  }

  /** Adds an execution to the position; returns what it realised. */
  #move(
    order: { readonly symbol: string; readonly side: Side },
    of: { readonly price: Units; readonly qty: Units },
  ): Units {
    const position = this.position(order.symbol);
    const signed = order.side === "BUY" ? of.qty : -of.qty;
    const isOpening = position.qty === 0n || (position.qty > 0n) === (signed > 0n);
    const size = position.qty < 0n ? -position.qty : position.qty;
    const closing = isOpening ? 0n : least(of.qty, size);
    const released = closing === 0n ? 0n : position.cost * closing / size;
    const fetched = times(of.price, { qty: position.qty < 0n ? -closing : closing });
    const opening = signed < 0n ? closing - of.qty : of.qty - closing;
    position.qty += signed;
    position.cost += times(of.price, { qty: opening }) - released;
    position.updateTime = this.#now();
    return fetched - released;
  }
}

function worstPrice(order: NewOrder, book: MatchingBook): Units {
  const levels = book.cost(order);
  return levels[levels.length - 1]?.price ?? 0n;
}
