/**
 * The prices at which our own live orders may trade, by side: what self-match prevention asks.
 *
 * One per exchange, symbol, asset class and price scale. An order counts at the most aggressive price
 * that it has or may have; one without a price may meet anything.
 *
 * Invariant: a level's quantity is the number of orders that count at it. Betting quotes odds, where
 * a higher price is the better one for who backs: there the sides of the ladders are exchanged.
 * @module
 */
import { BookSide } from "../book_side.ts";
import { type AssetClass, oppositeOf, type Side } from "../instrument.ts";
import { type Px, px, qty } from "../numbers.ts";

/** Orders of one side: a ladder once one has a price, ordered as that of `like`; how many have none. */
type OwnSide = { readonly like: Side; ladder: BookSide | null; unpriced: number };

/** Live orders of all clients that could meet each other. */
export class OwnOrders {
  readonly isBetting: boolean;
  readonly #buys: OwnSide;
  readonly #sells: OwnSide;

  constructor(assetClass: AssetClass) {
    this.isBetting = assetClass === "betting";
    this.#buys = { like: this.isBetting ? "Sell" : "Buy", ladder: null, unpriced: 0 };
    this.#sells = { like: this.isBetting ? "Buy" : "Sell", ladder: null, unpriced: 0 };
  }

  /** Counts an order in; null has no price. */
  add(side: Side, price: Px | null): void {
    this.#count(side, price, 1);
  }

  /** Counts an order out. */
  remove(side: Side, price: Px | null): void {
    this.#count(side, price, -1);
  }

  /** Returns true if one of ours has no price, so that any order of this side could meet it. */
  meetsAny(side: Side): boolean {
    return this.#on(oppositeOf(side)).unpriced > 0;
  }

  /** Returns true if the prices of an order and one of ours cross; null has no price. */
  meets(side: Side, price: Px | null): boolean {
    if (this.meetsAny(side)) return true;
    const best = this.bestOf(oppositeOf(side));
    if (best === undefined) return false;
    if (price === null) return true;
    return (side === "Buy") === this.isBetting ? price <= best : price >= best;
  }

  /** Returns our most aggressive price on a side, or undefined if there is none. */
  bestOf(side: Side): Px | undefined {
    const price = this.#on(side).ladder?.bestPrice();
    return price === undefined ? undefined : px(price);
  }

  /** Forgets every order. */
  clear(): void {
    for (const own of [this.#buys, this.#sells]) {
      own.ladder?.clear();
      own.unpriced = 0;
    }
  }

  #count(side: Side, price: Px | null, change: 1 | -1): void {
    const own = this.#on(side);
    if (price === null) {
      own.unpriced += change;
      return;
    }
    own.ladder ??= new BookSide(own.like);
    own.ladder.set({ price, qty: qty(own.ladder.quantityAt(price) + change) });
  }

  #on(side: Side): OwnSide {
    return side === "Buy" ? this.#buys : this.#sells;
  }
}
