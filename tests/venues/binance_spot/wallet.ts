/**
 * Spot balances: free and locked per asset. A buy locks price times quantity of the quote asset, a sell its quantity.
 *
 * Invariant: no balance is negative, except after a bust of what was spent since. Fees: 0.1 % of what is received,
 * in that asset, cut at 10^-8; or, for USDT markets and if asked for, 0.075 % in BNB while there is enough of it.
 * @module
 */
import type { Charge, Execution, Wallet } from "../exchange.ts";
import type { MatchingBook } from "../matching.ts";
import {
  type NewOrder,
  type Refusal,
  refusal,
  type VenueOrder,
  type VenueTrade,
} from "../order.ts";
import { ONE, times, type Units, units } from "../units.ts";

export type Balance = { free: Units; locked: Units };
export type Assets = { readonly base: string; readonly quote: string };

const FEE_RATE = units("0.001");
const BNB_FEE_RATE = units("0.00075");
const BNB_PRICE = units("600");
const INSUFFICIENT = refusal(-2010, "Account has insufficient balance for requested action.");

/** The account's assets. */
export class SpotWallet implements Wallet {
  readonly balances = new Map<string, Balance>();
  readonly #assetsOf: (symbol: string) => Assets;
  readonly #paysInBnb: boolean;

  constructor(of: {
    readonly assetsOf: (symbol: string) => Assets;
    readonly balances: ReadonlyMap<string, Units>;
    readonly paysInBnb: boolean;
  }) {
    this.#assetsOf = of.assetsOf;
    this.#paysInBnb = of.paysInBnb;
    for (const [asset, free] of of.balances) this.balances.set(asset, { free, locked: 0n });
  }

  /** The balance of an asset; a new one is empty. */
  of(asset: string): Balance {
    const known = this.balances.get(asset);
    if (known) return known;
    const empty = { free: 0n, locked: 0n };
    this.balances.set(asset, empty);
    return empty;
  }

  refuses(order: NewOrder, book: MatchingBook): Refusal | undefined {
    const needs = order.side === "SELL" ? order.qty : costOf(order, book);
    return this.of(this.#spent(order)).free < needs ? INSUFFICIENT : undefined;
  }

  opened(order: VenueOrder): void {
    const open = order.qty - order.filled;
    const isBuy = order.side === "BUY";
    // A market buy pays what it finds; it rests nowhere, so nothing is set aside for it.
    if (isBuy && order.type === "MARKET") return;
    order.locked = isBuy ? times(order.price, { qty: open }) : open;
    this.#lock(this.#spent(order), order.locked);
  }

  executed(order: VenueOrder, of: Execution): Charge {
    const paid = order.side === "BUY" ? times(of.price, of) : of.qty;
    const isLocked = order.side === "SELL" || order.type !== "MARKET";
    const released = !isLocked ? 0n : order.side === "BUY" ? times(order.price, of) : of.qty;
    this.#lock(this.#spent(order), -released);
    order.locked -= released;
    this.of(this.#spent(order)).free -= paid;
    const got = order.side === "BUY" ? of.qty : times(of.price, of);
    this.of(this.#received(order)).free += got;
    const fee = this.#feeInBnb(order, of) ??
      { commission: times(got, { qty: FEE_RATE }), commissionAsset: this.#received(order) };
    this.of(fee.commissionAsset).free -= fee.commission;
    return { ...fee, realised: 0n };
  }

  closed(order: VenueOrder): void {
    this.#lock(this.#spent(order), -order.locked);
    order.locked = 0n;
  }

  busted(trade: VenueTrade): void {
    const got = trade.side === "BUY" ? trade.qty : trade.quote;
    const paid = trade.side === "BUY" ? trade.quote : trade.qty;
    this.of(this.#received(trade)).free -= got;
    this.of(trade.commissionAsset).free += trade.commission;
    this.of(this.#spent(trade)).free += paid;
  }

  #feeInBnb(
    order: VenueOrder,
    of: Execution,
  ): Pick<Charge, "commission" | "commissionAsset"> | undefined {
    const { quote } = this.#assetsOf(order.symbol);
    if (!this.#paysInBnb || quote !== "USDT") return undefined;
    const commission = times(times(of.price, of), { qty: BNB_FEE_RATE }) * ONE / BNB_PRICE;
    return this.of("BNB").free < commission ? undefined : { commission, commissionAsset: "BNB" };
  }

  #lock(asset: string, amount: Units): void {
    const balance = this.of(asset);
    balance.free -= amount;
    balance.locked += amount;
  }

  #spent(order: Pick<NewOrder, "symbol" | "side">): string {
    const { base, quote } = this.#assetsOf(order.symbol);
    return order.side === "BUY" ? quote : base;
  }

  #received(order: Pick<NewOrder, "symbol" | "side">): string {
    const { base, quote } = this.#assetsOf(order.symbol);
    return order.side === "BUY" ? base : quote;
  }
}

function costOf(order: NewOrder, book: MatchingBook): Units {
  if (order.type !== "MARKET") return times(order.price, order);
  return book.cost(order).reduce((sum, level) => sum + times(level.price, level), 0n);
}
