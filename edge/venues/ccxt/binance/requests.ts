/**
 * The requests to Binance: which address, which fields, in which order. No sending, no reading.
 *
 * The order of the fields is CCXT's, so that the same request is the same bytes (golden tests).
 * Every new order has our key, so that none of CCXT's own is put in its place.
 * Sources: the venue's documentation; CCXT 4.5.84 `createOrderRequest`.
 * @module
 */
import { fromQuanta } from "../../../../core/decimal.ts";
import type {
  CancelRequest,
  LookupOrder,
  ReplaceRequest,
  SubmitOrder,
} from "../../../../core/command.ts";
import type { Instrument } from "../../../../core/instrument.ts";
import { unreachable } from "../../../../core/invariant.ts";
import type { Px, Qty } from "../../../../core/numbers.ts";
import type { HttpRequest } from "../../../ports.ts";
import type { ExchangeProduct } from "../options.ts";
import type { RequestKind } from "../error_classes.ts";
import type { Span } from "./spans.ts";
import type { Listed } from "../shared_account.ts";

/** A request before it is signed. */
export type Call = {
  readonly kind: RequestKind;
  /** CCXT's name of the group of addresses. */
  readonly api: string;
  readonly path: string;
  readonly method: HttpRequest["method"];
  readonly params: Record<string, string | number>;
};

/** A command that changes an order. */
export type ChangeCommand = SubmitOrder | CancelRequest | ReplaceRequest;

/** An order by the venue's number for it, which is one of its symbol. */
export type Numbered = { readonly symbol: string; readonly orderId: string };

const PRIVATE = { spot: "private", usdm: "fapiPrivate" } as const;
const PUBLIC = { spot: "public", usdm: "fapiPublic" } as const;
const TRADES_MAX = 1000;

/** The requests of one of the two APIs. */
export class BinanceRequests {
  readonly product: ExchangeProduct;

  constructor(product: ExchangeProduct) {
    this.product = product;
  }

  /** Of a command that changes an order; undefined: the venue has none that does it. */
  of(command: ChangeCommand, listed: Listed): Call | undefined {
    switch (command.kind) {
      case "Submit":
        return this.place(command, listed);
      case "Cancel":
        return this.cancel(command, listed);
      case "Replace":
        return this.replace(command, listed);
      default:
        return unreachable(command);
    }
  }

  place(command: SubmitOrder, { instrument, symbol }: Listed): Call {
    const isSpot = this.product === "spot";
    const isLimit = command.ordType === "Limit" && command.price !== null;
    const type = isLimit ? (isSpot && command.postOnly ? "LIMIT_MAKER" : "LIMIT") : "MARKET";
    const params: Record<string, string | number> = {
      symbol,
      side: command.side === "Buy" ? "BUY" : "SELL",
      newClientOrderId: command.clOrdId,
      newOrderRespType: isSpot ? "FULL" : "RESULT",
      type,
      quantity: decimalQty(command.orderQty, instrument),
    };
    if (command.price !== null && isLimit) params["price"] = decimalPx(command.price, instrument);
    if (type === "LIMIT") params["timeInForce"] = this.#timeInForce(command);
    if (command.reduceOnly && !isSpot) params["reduceOnly"] = "true";
    return this.#order("place", "POST", params);
  }

  cancel(command: Pick<CancelRequest, "clOrdId">, { symbol }: Pick<Listed, "symbol">): Call {
    return this.#order("cancel", "DELETE", { symbol, origClientOrderId: command.clOrdId });
  }

  /** USD-M amends in place; the key stays. Quantity and price are both said. */
  replace(command: ReplaceRequest, { instrument, symbol }: Listed): Call | undefined {
    if (command.price === null) return undefined;
    return this.#order("replace", "PUT", {
      symbol,
      side: command.side === "Buy" ? "BUY" : "SELL",
      origClientOrderId: command.clOrdId,
      quantity: decimalQty(command.orderQty, instrument),
      price: decimalPx(command.price, instrument),
    });
  }

  lookup(command: Pick<LookupOrder, "clOrdId">, symbol: string): Call {
    return this.#order("read", "GET", { symbol, origClientOrderId: command.clOrdId });
  }

  orderById({ symbol, orderId }: Numbered): Call {
    return this.#order("read", "GET", { symbol, orderId });
  }

  /** The executions of one order. */
  tradesOf({ symbol, orderId }: Numbered): Call {
    return this.#read(this.#trades(), { symbol, orderId, limit: TRADES_MAX });
  }

  /** The executions of a span of time, both ends included. */
  tradesBetween(symbol: string, { fromMs, toMs }: Span): Call {
    return this.#read(this.#trades(), {
      symbol,
      startTime: fromMs,
      endTime: toMs,
      limit: TRADES_MAX,
    });
  }

  /** Of one symbol, or of all (null), which costs as much as some ten of one. */
  openOrders(symbol: string | null): Call {
    return this.#read("openOrders", symbol === null ? {} : { symbol });
  }

  account(): Call {
    return this.product === "spot"
      ? this.#read("account", {})
      : { ...this.#read("account", {}), api: "fapiPrivateV3" };
  }

  /** USD-M only. */
  positions(): Call {
    return { ...this.#read("positionRisk", {}), api: "fapiPrivateV3" };
  }

  /** USD-M only: funding and transfers of a span of time, both ends included; or funding alone. */
  income({ fromMs, toMs }: Span, of: { readonly incomeType?: "FUNDING_FEE" } = {}): Call {
    return this.#read("income", { ...of, startTime: fromMs, endTime: toMs, limit: TRADES_MAX });
  }

  /** USD-M only: whether long and short of one instrument are held apart. */
  positionMode(): Call {
    return this.#read("positionSide/dual", {});
  }

  /** USD-M only: opens, or renews, the user stream. */
  listenKey(method: "POST" | "PUT"): Call {
    return { ...this.#read("listenKey", {}), method };
  }

  /** USD-M only: the venue cancels all orders of the symbol unless it is asked again in time. */
  deadMan(symbol: string, countdownMs: number): Call {
    const params = { symbol, countdownTime: countdownMs };
    return { ...this.#read("countdownCancelAll", params), method: "POST" };
  }

  time(): Call {
    return this.#public("time", {});
  }

  markets(symbols: readonly string[]): Call {
    const isNamed = this.product === "spot" && symbols.length > 0;
    return this.#public("exchangeInfo", isNamed ? { symbols: JSON.stringify(symbols) } : {});
  }

  depth(symbol: string, limit: number): Call {
    return this.#public("depth", { symbol, limit });
  }

  #timeInForce({ timeInForce, postOnly }: SubmitOrder): string {
    if (postOnly) return "GTX"; // on spot a type of its own
    return timeInForce === "IOC" || timeInForce === "FOK" ? timeInForce : "GTC";
  }

  #trades(): string {
    return this.product === "spot" ? "myTrades" : "userTrades";
  }

  #order(
    kind: RequestKind,
    method: HttpRequest["method"],
    params: Record<string, string | number>,
  ): Call {
    return { kind, api: PRIVATE[this.product], path: "order", method, params };
  }

  #read(path: string, params: Record<string, string | number>): Call {
    return { kind: "read", api: PRIVATE[this.product], path, method: "GET", params };
  }

  #public(path: string, params: Record<string, string | number>): Call {
    return { kind: "read", api: PUBLIC[this.product], path, method: "GET", params };
  }
}

function decimalQty(quantity: Qty, instrument: Instrument): string {
  return fromQuanta(quantity, instrument.qtyRule.scale);
}

function decimalPx(price: Px, instrument: Instrument): string {
  return fromQuanta(price, instrument.priceRule.scale);
}
