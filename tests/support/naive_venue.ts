/**
 * The naive twin of the simulated venue's matching: one list of orders, one list of levels, all of
 * it searched and sorted for each question. No latency, no fees.
 * @module
 */
import type { Side } from "../../core/instrument.ts";

type Level = { readonly side: Side; readonly price: number; readonly displayed: number };
/** What was taken at a price, and how much of it no trade has told yet. */
type Take = {
  readonly side: Side;
  readonly price: number;
  taken: number;
  untold: number;
  displayed: number;
};
type NaiveOrder = {
  readonly id: number;
  readonly side: Side;
  readonly tif: string;
  readonly postOnly: boolean;
  price: number | null;
  qty: number;
  cum: number;
  status: "open" | "filled" | "cancelled" | "rejected" | "expired";
  readonly expiresMs: number;
  time: number;
  ahead: number | null;
  /** What the book cut from `ahead` and no trade has told yet. */
  cut: number;
};

export type NaiveCommand =
  | {
    readonly kind: "snapshot";
    readonly bids: readonly number[];
    readonly asks: readonly number[];
  }
  | { readonly kind: "delta"; readonly bids: readonly number[]; readonly asks: readonly number[] }
  | {
    readonly kind: "trade";
    readonly price: number;
    readonly qty: number;
    readonly side: Side | null;
  }
  | { readonly kind: "invalidate" }
  | {
    readonly kind: "submit";
    readonly side: Side;
    readonly qty: number;
    readonly price: number | null;
    readonly timeInForce: "GTC" | "GTD" | "IOC" | "FOK";
    readonly postOnly: boolean;
  }
  | { readonly kind: "later"; readonly ms: number }
  | { readonly kind: "cancel"; readonly order: number }
  | {
    readonly kind: "replace";
    readonly order: number;
    readonly price: number;
    readonly qty: number;
  };

/** How long a GTD order lives. */
export const LIFE_MS = 3;

const other = (side: Side): Side => side === "Buy" ? "Sell" : "Buy";
/** True if an order of `side` with limit `limit` accepts `price`. */
const accepts = (side: Side, limit: number | null, price: number): boolean =>
  limit === null || (side === "Buy" ? price <= limit : price >= limit);
const betterFirst =
  (side: Side) => (a: { price: number | null }, b: { price: number | null }): number =>
    ((a.price ?? 0) - (b.price ?? 0)) * (side === "Buy" ? -1 : 1);

/** A venue that is plainly right, and slow. */
export class NaiveVenue {
  #levels: Level[] = [];
  #takes: Take[] = [];
  /** What trades took of levels that the book has not named since. */
  #gone: Level[] = [];
  #orders: NaiveOrder[] = [];
  #isFresh = false;
  #time = 0;
  #nowMs = 0;
  #said: string[] = [];

  /** Applies a command; returns what the venue says, in short. */
  apply(command: NaiveCommand): string[] {
    this.#said = [];
    switch (command.kind) {
      case "snapshot": {
        const stood = this.#isFresh;
        this.#replaceLevels(command);
        for (const order of this.#open()) this.#cut(order);
        if (!stood) { for (const order of this.#open()) order.cut = 0; }
        this.#cross();
        break;
      }
      case "delta":
        if (!this.#isFresh) break;
        this.#setLevels(command);
        for (const order of this.#open()) {
          const named = order.side === "Buy" ? command.bids : command.asks;
          const isNamed = named.some((price, at) => at % 2 === 0 && price === order.price);
          if (isNamed) this.#cut(order);
        }
        this.#cross();
        break;
      case "trade":
        if (this.#isFresh) this.#trade(command);
        break;
      case "invalidate":
        this.#isFresh = false;
        break;
      case "submit":
        this.#submit(command);
        break;
      case "later":
        this.#later(command.ms);
        break;
      case "cancel":
        this.#cancel(command.order);
        break;
      case "replace":
        this.#replace(command);
        break;
    }
    return this.#said;
  }

  #later(ms: number): void {
    this.#nowMs += ms;
    const due = this.#open().filter((order) => order.expiresMs <= this.#nowMs)
      .sort((a, b) => a.expiresMs - b.expiresMs || a.id - b.id);
    for (const order of due) {
      order.status = "expired";
      this.#said.push(`OrderExpired ${order.id}`);
    }
  }

  #replaceLevels(depth: { bids: readonly number[]; asks: readonly number[] }): void {
    if (!this.#isFresh) this.#takes = [];
    this.#levels = [];
    this.#gone = [];
    this.#isFresh = true;
    this.#setLevels(depth);
  }

  #setLevels(depth: { bids: readonly number[]; asks: readonly number[] }): void {
    for (const [side, flat] of [["Buy", depth.bids], ["Sell", depth.asks]] as const) {
      for (let at = 0; at < flat.length; at += 2) {
        const price = flat[at] ?? 0;
        const isOther = (level: Level): boolean => level.side !== side || level.price !== price;
        this.#levels = this.#levels.filter(isOther);
        this.#gone = this.#gone.filter(isOther);
        this.#levels.push({ side, price, displayed: flat[at + 1] ?? 0 });
      }
    }
    for (const take of this.#takes) {
      const displayed = this.#displayed(take.side, take.price);
      if (displayed === null) continue;
      take.taken = Math.min(take.taken, displayed);
      if (displayed > take.displayed) take.untold = Math.min(take.untold, take.taken);
      take.displayed = displayed;
    }
  }

  #takeAt({ side, price, displayed }: Level): Take {
    const found = this.#takes.find((take) => take.side === side && take.price === price);
    const take = found ?? { side, price, taken: 0, untold: 0, displayed };
    if (found === undefined) this.#takes.push(take);
    return take;
  }

  /** What can still be taken of a level. */
  #left(level: Level): number {
    return level.displayed - this.#takeAt(level).taken - this.#goneAt(level);
  }

  #goneAt({ side, price }: Level): number {
    return this.#gone.filter((one) => one.side === side && one.price === price)
      .reduce((sum, { displayed }) => sum + displayed, 0);
  }

  /** A trade took from the levels of a side: all of what is better than its price, and some at it. */
  #thin(side: Side, of: { price: number; qty: number }): void {
    for (const level of this.#levels.filter((one) => one.side === side)) {
      const order = betterFirst(side)(level, of);
      const most = order < 0 ? Infinity : order > 0 ? 0 : of.qty;
      this.#gone.push({ ...level, displayed: Math.max(0, Math.min(most, this.#left(level))) });
    }
  }

  /** What is displayed at a price; null: it is worse than all levels there are, so nobody says. */
  #displayed(side: Side, price: number | null): number | null {
    const there = this.#levels.filter((level) => level.side === side && level.displayed > 0);
    const isBeyond = there.length > 0 &&
      there.every((level) => betterFirst(side)(level, { price }) < 0);
    if (!this.#isFresh || isBeyond) return null;
    return there.find((level) => level.price === price)?.displayed ?? 0;
  }

  #cut(order: NaiveOrder): void {
    const displayed = this.#displayed(order.side, order.price);
    if (displayed === null) return;
    const before = order.ahead ?? displayed;
    order.ahead = Math.min(before, displayed);
    order.cut = displayed > before ? 0 : order.cut + before - displayed;
  }

  #take(level: Level, size: number): void {
    const take = this.#takeAt(level);
    take.taken += size;
    take.untold += size;
  }

  /** Levels that an order could take from, best first. */
  #takeable(side: Side, limit: number | null): Level[] {
    if (!this.#isFresh) return [];
    return this.#levels
      .filter((level) => level.side === other(side) && this.#left(level) > 0)
      .filter((level) => accepts(side, limit, level.price))
      .sort(betterFirst(other(side)));
  }

  /** Open orders that rest, best first, then oldest first. */
  #resting(side: Side): NaiveOrder[] {
    return this.#open().filter((order) => order.side === side)
      .sort((a, b) => betterFirst(side)(a, b) || a.time - b.time);
  }

  #open(): NaiveOrder[] {
    return this.#orders.filter((order) => order.status === "open");
  }

  #fill(order: NaiveOrder, size: number, at: { price: number | null; who: string }): void {
    if (size === 0) return;
    order.cum += size;
    this.#said.push(`OrderExecuted ${order.id} ${size}@${at.price} ${at.who}`);
    if (order.cum === order.qty) order.status = "filled";
  }

  #cross(): void {
    for (const side of ["Buy", "Sell"] as const) {
      for (const order of this.#resting(side)) {
        let size = 0;
        for (const level of this.#takeable(side, order.price)) {
          const part = Math.min(this.#left(level), order.qty - order.cum - size);
          this.#take(level, part);
          size += part;
        }
        if (size > 0) {
          order.cut += order.ahead ?? 0;
          order.ahead = 0;
        }
        this.#fill(order, size, { price: order.price, who: "Maker" });
      }
    }
  }

  #trade(trade: { price: number; qty: number; side: Side | null }): void {
    let left = trade.qty;
    for (const side of ["Buy", "Sell"] as const) {
      let own = 0;
      let filled = 0;
      for (const take of this.#takes) {
        if (take.price !== trade.price || take.side === side || trade.side === other(side)) {
          continue;
        }
        own = Math.min(take.untold, trade.qty);
        take.untold -= own;
      }
      if (trade.side === side) {
        this.#thin(other(side), { price: trade.price, qty: trade.qty - own });
      }
      for (const order of this.#resting(side)) {
        if (order.price === trade.price) {
          if (trade.side !== other(side)) continue;
          const eaten = order.ahead === null ? left : Math.min(order.cut + order.ahead, left);
          const behind = this.#resting(side).filter((one) =>
            one.price === order.price && one.time >= order.time
          );
          for (const one of behind) {
            const told = Math.min(one.cut, eaten);
            one.cut -= told;
            if (one.ahead !== null) one.ahead = Math.max(0, one.ahead - (eaten - told));
          }
          left -= eaten;
        } else if (accepts(side, order.price, trade.price)) {
          order.ahead = 0;
          order.cut = 0;
        } else continue;
        const size = Math.max(0, Math.min(left, trade.qty - own - filled, order.qty - order.cum));
        this.#fill(order, size, { price: order.price, who: "Maker" });
        left -= size;
        filled += size;
      }
    }
  }

  #submit(command: Extract<NaiveCommand, { kind: "submit" }>): void {
    const order: NaiveOrder = {
      id: this.#orders.length + 1,
      side: command.side,
      tif: command.price === null && command.timeInForce !== "FOK" ? "IOC" : command.timeInForce,
      postOnly: command.postOnly,
      price: command.price,
      qty: command.qty,
      cum: 0,
      status: "open",
      expiresMs: command.timeInForce === "GTD" ? this.#nowMs + LIFE_MS : Infinity,
      time: 0,
      ahead: null,
      cut: 0,
    };
    if (order.postOnly && this.#takeable(order.side, order.price).length > 0) {
      order.status = "rejected";
      this.#said.push(`OrderRejected ${order.id} VENUE_POST_ONLY`);
    } else this.#said.push(`OrderAccepted ${order.id}`);
    this.#orders.push(order);
    if (order.status === "open") this.#enter(order);
  }

  #enter(order: NaiveOrder): void {
    const levels = this.#takeable(order.side, order.price);
    const there = levels.reduce((sum, level) => sum + this.#left(level), 0);
    if (order.tif !== "FOK" || there >= order.qty - order.cum) {
      for (const level of levels) {
        const size = Math.min(this.#left(level), order.qty - order.cum);
        this.#take(level, size);
        this.#fill(order, size, { price: level.price, who: "Taker" });
      }
    }
    if (order.status !== "open") return;
    if (order.tif === "GTC" || order.tif === "GTD") {
      order.time = ++this.#time;
      order.ahead = this.#displayed(order.side, order.price);
      order.cut = 0;
    } else {
      order.status = "cancelled";
      this.#said.push(`OrderCancelled ${order.id}`);
    }
  }

  #cancel(id: number): void {
    const order = this.#orders[id - 1];
    if (order?.status === "open") {
      order.status = "cancelled";
      this.#said.push(`OrderCancelled ${id}`);
    } else this.#said.push(`CancelRejected ${id} VENUE_NOT_FOUND`);
  }

  #replace({ order: id, price, qty }: Extract<NaiveCommand, { kind: "replace" }>): void {
    const order = this.#orders[id - 1];
    const refuse = (code: string): void => void this.#said.push(`ReplaceRejected ${id} ${code}`);
    if (order?.status !== "open") return refuse("VENUE_NOT_FOUND");
    if (qty <= order.cum) return refuse("VENUE_REJECTED");
    if (order.postOnly && this.#takeable(order.side, price).length > 0) {
      return refuse("VENUE_POST_ONLY");
    }
    const keepsPlace = price === order.price && qty <= order.qty;
    order.price = price;
    order.qty = qty;
    this.#said.push(`OrderReplaced ${id} ${qty}@${price}`);
    if (!keepsPlace) this.#enter(order);
  }
}
