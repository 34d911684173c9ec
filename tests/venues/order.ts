/**
 * What the fake venues know of an order, a trade and a symbol. Each venue prints them its own way.
 * @module
 */
import type { Side } from "./matching.ts";
import type { Units } from "./units.ts";

export type OrderType = "LIMIT" | "LIMIT_MAKER" | "MARKET";
export type TimeInForce = "GTC" | "IOC" | "FOK" | "GTX";
export type OrderState = "NEW" | "PARTIALLY_FILLED" | "FILLED" | "CANCELED" | "EXPIRED";

/** A symbol's rules. */
export type SymbolRules = {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tick: Units;
  readonly step: Units;
  readonly qtyMax: Units;
  readonly notionalMin: Units;
  /** Where the crowd begins, and how far apart it quotes. */
  readonly startPrice: Units;
  readonly crowdStep: Units;
  readonly crowdQty: Units;
  readonly priceDecimals: number;
  readonly qtyDecimals: number;
};

/** An order as asked for. */
export type NewOrder = {
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** Zero for MARKET. */
  readonly price: Units;
  readonly qty: Units;
  readonly clientOrderId: string;
  readonly isReduceOnly: boolean;
};

/** An order as the venue has it. */
export type VenueOrder = Omit<NewOrder, "price" | "qty"> & {
  readonly orderId: number;
  readonly time: number;
  price: Units;
  qty: Units;
  filled: Units;
  /** Sum of price times quantity over its trades. */
  quote: Units;
  state: OrderState;
  updateTime: number;
  /** Funds set aside for what is open. */
  locked: Units;
  /** The client id of the cancel that ended it. */
  cancelId: string | undefined;
};

/** One side of an execution: the side of the account. */
export type VenueTrade = {
  readonly tradeId: number;
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly price: Units;
  readonly qty: Units;
  readonly quote: Units;
  readonly commission: Units;
  readonly commissionAsset: string;
  readonly realised: Units;
  readonly isMaker: boolean;
  readonly time: number;
  isBusted: boolean;
};

/** A trade as everybody sees it. */
export type Print = {
  readonly symbol: string;
  readonly tradeId: number;
  readonly price: Units;
  readonly qty: Units;
  readonly isBuyerMaker: boolean;
  readonly time: number;
};

/** What a venue says no with. */
export type Refusal = { readonly status: number; readonly code: number; readonly msg: string };

/** True while an order can still trade. */
export function isOpen(order: VenueOrder): boolean {
  return order.state === "NEW" || order.state === "PARTIALLY_FILLED";
}

/** A refusal with HTTP 400. */
export function refusal(code: number, msg: string): Refusal {
  return { status: 400, code, msg };
}

/** True if this is a refusal. An answer may carry a `code` too; it has no HTTP status in it. */
export function isRefusal(result: object): result is Refusal {
  return "code" in result && "status" in result;
}
