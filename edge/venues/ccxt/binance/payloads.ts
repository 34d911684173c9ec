/**
 * Orders, trades and accounts as Binance's REST APIs spell them, and their parsers.
 *
 * Decimals stay the venue's text, canonical; ids stay digits. An order state that is not listed is
 * refused: the request's fate is then unknown and is asked for again.
 * Sources: "Public Rest API" (spot) and "USD-M Futures" of the venue's documentation.
 * @module
 */
import type { BrokerPayloads } from "../../../../core/event.ts";
import type { Side } from "../../../../core/instrument.ts";
import { Fields, objectsOf } from "../payload.ts";

/** Every state that the two APIs document. */
const STATUSES = [
  "NEW",
  "PENDING_NEW",
  "PARTIALLY_FILLED",
  "FILLED",
  "CANCELED",
  "PENDING_CANCEL",
  "REJECTED",
  "EXPIRED",
  "EXPIRED_IN_MATCH",
  "NEW_INSURANCE",
  "NEW_ADL",
] as const;
export type BinanceStatus = (typeof STATUSES)[number];

/** An order, of an answer or of a row of open orders. */
export type BinanceOrder = {
  readonly symbol: string;
  readonly orderId: string;
  /** The key of the order itself, also where the answer is to a cancel with a key of its own. */
  readonly clientOrderId: string;
  readonly side: Side;
  readonly price: string;
  readonly origQty: string;
  readonly executedQty: string;
  readonly status: BinanceStatus;
  /** As the venue spells it: `GTC`, `IOC`, `FOK`, `GTX`, … */
  readonly timeInForce: string;
  readonly type: string;
  /** When it came to this state, milliseconds; 0 where the answer does not say. */
  readonly updatedMs: number;
  /** When it was placed, milliseconds; null where the answer does not say. */
  readonly createdMs: number | null;
  /** Executions that came with the answer. */
  readonly fills: readonly BinanceTrade[];
};

/** An execution. */
export type BinanceTrade = {
  readonly symbol: string;
  readonly tradeId: string;
  readonly orderId: string;
  readonly side: Side;
  readonly price: string;
  readonly qty: string;
  /** Above 0 is a cost. */
  readonly commission: string;
  readonly commissionAsset: string;
  readonly isMaker: boolean;
  readonly timeMs: number;
};

/** What an account holds. */
export type BinanceBalance = { readonly asset: string; readonly total: string };

/** A position of a futures account in one-way mode; `amount` signed. */
export type BinancePosition = {
  readonly symbol: string;
  readonly amount: string;
  readonly entryPrice: string;
  /** `BOTH` in one-way mode. */
  readonly positionSide: string;
};

/** Cash that came or went without a trade: funding, transfers, … */
export type BinanceIncome = {
  readonly symbol: string | null;
  readonly incomeType: string;
  readonly income: string;
  readonly asset: string;
  readonly timeMs: number;
  readonly tranId: string;
};

/** @throws {PayloadError} If it is no order of a known state, or has no id. */
export function parseOrder(fields: Fields): BinanceOrder {
  const order = {
    symbol: fields.text("symbol"),
    orderId: fields.id("orderId"),
    clientOrderId: fields.name("origClientOrderId") ?? fields.text("clientOrderId"),
    side: sideOf(fields, "side"),
    price: fields.decimal("price"),
    origQty: fields.decimal("origQty"),
    executedQty: fields.decimal("executedQty"),
    status: fields.oneOf("status", STATUSES),
    timeInForce: fields.text("timeInForce"),
    type: fields.text("type"),
    updatedMs: timeOf(fields),
    createdMs: fields.has("time") ? fields.integer("time") : null,
  };
  const fills = fields.objects("fills").map((fill) => parseFill(fill, order));
  return { ...order, status: statusIn(order), fills };
}

/**
 * The status as it is meant: of an order of which self-trade prevention took a part, the venue says
 * FILLED once the rest was executed. It is over, and was not filled.
 * Source: "Self Trade Prevention (STP) FAQ" of the spot documentation, prevented quantity.
 */
export function statusIn(
  { status, origQty, executedQty }: Pick<BinanceOrder, "status" | "origQty" | "executedQty">,
): BinanceStatus {
  return status === "FILLED" && executedQty !== origQty ? "EXPIRED_IN_MATCH" : status;
}

/** What the venue ended by itself counts as cancelled: a life limited in time is ours to end. */
export function statusOf(
  { status }: Pick<BinanceOrder, "status">,
): BrokerPayloads["OrderFound"]["status"] {
  switch (status) {
    case "NEW":
    case "PENDING_NEW":
    case "PARTIALLY_FILLED":
    case "PENDING_CANCEL":
    case "NEW_INSURANCE":
    case "NEW_ADL":
      return "open";
    case "FILLED":
      return "filled";
    case "CANCELED":
    case "EXPIRED":
    case "EXPIRED_IN_MATCH":
      return "cancelled";
    case "REJECTED":
      return "rejected";
  }
}

function timeOf(fields: Fields): number {
  const name = ["updateTime", "transactTime", "time"].find((known) => fields.has(known));
  return name === undefined ? 0 : fields.integer(name);
}

/** A fill of the answer to a new order: it took, or it would not be in there. */
function parseFill(
  fill: Fields,
  order: Pick<BinanceOrder, "symbol" | "orderId" | "side" | "updatedMs">,
): BinanceTrade {
  return {
    symbol: order.symbol,
    tradeId: fill.id("tradeId"),
    orderId: order.orderId,
    side: order.side,
    price: fill.decimal("price"),
    qty: fill.decimal("qty"),
    commission: fill.decimal("commission"),
    commissionAsset: fill.text("commissionAsset"),
    isMaker: false,
    timeMs: order.updatedMs,
  };
}

/** Reads a list of orders. @throws {PayloadError} If one of them is none. */
export function parseOrders(body: unknown): readonly BinanceOrder[] {
  return objectsOf(body, "").map(parseOrder);
}

/** Reads a list of trades, `isBuyer` on spot, `buyer` on USD-M. @throws {PayloadError} As above. */
export function parseTrades(body: unknown): readonly BinanceTrade[] {
  return objectsOf(body, "").map((row) => ({
    symbol: row.text("symbol"),
    tradeId: row.id("id"),
    orderId: row.id("orderId"),
    side: row.flag(row.has("isBuyer") ? "isBuyer" : "buyer") ? "Buy" as const : "Sell" as const,
    price: row.decimal("price"),
    qty: row.decimal("qty"),
    commission: row.decimal("commission"),
    commissionAsset: row.text("commissionAsset"),
    isMaker: row.flag(row.has("isMaker") ? "isMaker" : "maker"),
    timeMs: row.integer("time"),
  }));
}

/** Reads the balances of a spot account, free and locked apart. @throws {PayloadError} As above. */
export function parseSpotBalances(
  body: unknown,
): readonly { readonly asset: string; readonly free: string; readonly locked: string }[] {
  return Fields.of(body, "").list("balances").map((row) => ({
    asset: row.text("asset"),
    free: row.decimal("free"),
    locked: row.decimal("locked"),
  }));
}

/** Reads the wallet balances of a futures account. @throws {PayloadError} As above. */
export function parseWalletBalances(body: unknown): readonly BinanceBalance[] {
  return Fields.of(body, "").list("assets")
    .map((row) => ({ asset: row.text("asset"), total: row.decimal("walletBalance") }));
}

/** Reads the positions of a futures account. @throws {PayloadError} As above. */
export function parsePositions(body: unknown): readonly BinancePosition[] {
  return objectsOf(body, "").map((row) => ({
    symbol: row.text("symbol"),
    amount: row.decimal("positionAmt"),
    entryPrice: row.decimal("entryPrice"),
    positionSide: row.text("positionSide"),
  }));
}

/** Reads income of a futures account. @throws {PayloadError} As above. */
export function parseIncome(body: unknown): readonly BinanceIncome[] {
  return objectsOf(body, "").map((row) => ({
    symbol: row.name("symbol"),
    incomeType: row.text("incomeType"),
    income: row.decimal("income"),
    asset: row.text("asset"),
    timeMs: row.integer("time"),
    tranId: row.id("tranId"),
  }));
}

/** @throws {PayloadError} If it is neither `BUY` nor `SELL`. */
export function sideOf(fields: Fields, name: string): Side {
  return fields.oneOf(name, ["BUY", "SELL"] as const) === "BUY" ? "Buy" : "Sell";
}
