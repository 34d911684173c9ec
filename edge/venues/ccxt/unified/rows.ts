/**
 * Orders, executions and balances as the library's unified methods answer them, and their parsers.
 *
 * The library is asked for figures as texts; where it computes, it gives a number all the same, or
 * writes one with an exponent: both are spelled out, and nothing is rounded here. A state that is not
 * listed is refused.
 * @module
 */
import { canonicalDecimal } from "../../../../core/decimal.ts";
import type { BrokerPayloads } from "../../../../core/event.ts";
import type { Side } from "../../../../core/instrument.ts";
import { Fields, objectsOf, PayloadError } from "../payload.ts";
import { keyOf, keyWithin } from "./keys.ts";

const STATUSES = ["open", "closed", "canceled", "canceling", "expired", "rejected"] as const;
/** An exchange's own words (CoinEx), which the library passes on. */
const PASSED_ON = ["part_filled", "filled", "part_canceled"] as const;

/** An order. Decimals canonical. */
export type UnifiedOrder = {
  readonly id: string;
  /** One of a journal's; null: it is a stranger's. */
  readonly key: string | null;
  readonly side: Side;
  readonly status: (typeof STATUSES)[number] | (typeof PASSED_ON)[number];
  readonly orderQty: string;
  readonly cumQty: string;
  readonly price: string | null;
  /** When it was placed, milliseconds; null: not said. */
  readonly placedMs: number | null;
  /** It could not rest: IOC or FOK. False where that is not said, too. */
  readonly isOfMoment: boolean;
};

/** An execution. */
export type UnifiedTrade = {
  readonly id: string;
  readonly orderId: string;
  readonly side: Side;
  readonly lastQty: string;
  readonly lastPx: string;
  readonly liquidity: "Maker" | "Taker" | null;
  /** Above 0 is a cost. */
  readonly commission: string;
  /** null: not said, and there is none. */
  readonly commissionCurrency: string | null;
  readonly timeMs: number;
};

/** What is answered to a new order: on some exchanges its number, and nothing else. */
export type Acknowledgement = { readonly id: string; readonly key: string | null };

/** @throws {PayloadError} If it names no order: an answer of `{}` is none. */
export function parseAcknowledgement(value: unknown): Acknowledgement {
  const fields = Fields.of(value, "order");
  const id = fields.name("id");
  if (id === null) throw new PayloadError("Cannot read the answer: it must name the order");
  return { id, key: rowKey(fields, value) };
}

/** @throws {PayloadError} If it is no order, or one in a state that is not listed. */
export function parseOrder(value: unknown): UnifiedOrder {
  const fields = Fields.of(value, "order");
  return {
    id: fields.text("id"),
    key: rowKey(fields, value),
    side: sideOf(fields),
    status: isActive(value) ? "open" : fields.oneOf("status", [...STATUSES, ...PASSED_ON]),
    orderQty: decimalOf(fields, "amount"),
    cumQty: executedOf(fields, value),
    price: decimalOrNull(fields, "price"),
    placedMs: fields.has("timestamp") ? fields.integer("timestamp") : null,
    isOfMoment: ["IOC", "FOK"].some((word) => word === fields.raw("timeInForce")),
  };
}

/** What a list says of an order's name, whatever else stands in its row. */
export type OrderMark = {
  readonly id: string;
  readonly key: string | null;
  /** When it was placed, milliseconds; 0 where that is not said. */
  readonly timeMs: number;
};

/** Returns whose order a row is. @throws {PayloadError} If it names none. */
export function parseMark(row: unknown): OrderMark {
  const fields = Fields.of(row, "order");
  const timeMs = fields.has("timestamp") ? fields.integer("timestamp") : 0;
  return { id: fields.text("id"), key: rowKey(fields, row), timeMs };
}

/** Returns whose orders a list holds. @throws {PayloadError} If it is none. */
export function parseMarks(value: unknown): readonly OrderMark[] {
  return rowsOf(value).map(parseMark);
}

/** Returns the numbers of a list of orders. @throws {PayloadError} If it is none. */
export function parseOrderIds(value: unknown): ReadonlySet<string> {
  return new Set(objectsOf(value, "orders").map((fields) => fields.text("id")));
}

/** @throws {PayloadError} If it is no list of executions, or one names no order. */
export function parseTrades(value: unknown): readonly UnifiedTrade[] {
  return rowsOf(value).map(parseTrade);
}

/** Returns totals by currency. @throws {PayloadError} If it is no account. */
export function parseTotals(value: unknown): ReadonlyMap<string, string> {
  const total = Fields.of(value, "balance").object("total");
  const row = (value as { readonly total: object }).total;
  return new Map(Object.keys(row).map((currency) => [currency, decimalOf(total, currency)]));
}

/** Returns what orders mean to the core. */
export function statusOf(
  { status, orderQty, cumQty }: UnifiedOrder,
): BrokerPayloads["OrderFound"]["status"] {
  switch (status) {
    case "open":
    case "part_filled":
    case "canceling":
      return "open";
    case "filled":
    case "closed": // some close an order that took what it could get
      return cumQty === orderQty ? "filled" : "cancelled";
    case "canceled":
    case "part_canceled":
      return "cancelled";
    case "expired": // by itself: what replaces an order must not take that for its cancel
    case "rejected":
      return status;
  }
}

/** True if the exchange's own row says so (KuCoin): of an order that was cut the library says "canceled". */
function isActive(value: unknown): boolean {
  const { info } = value as { readonly info?: unknown };
  if (typeof info !== "object" || info === null) return false;
  return ["active", "isActive"].some((name) => Reflect.get(info, name) === true);
}

function parseTrade(value: unknown): UnifiedTrade {
  const fields = Fields.of(value, "trade");
  const fee = feeOf(fields);
  return {
    id: fields.text("id"),
    orderId: fields.text("order"),
    side: sideOf(fields),
    lastQty: decimalOf(fields, "amount"),
    lastPx: decimalOf(fields, "price"),
    liquidity: LIQUIDITY.get(fields.name("takerOrMaker") ?? "") ?? null,
    ...fee,
    timeMs: fields.integer("timestamp"),
  };
}

const LIQUIDITY: ReadonlyMap<string, "Maker" | "Taker"> = new Map([
  ["maker", "Maker"],
  ["taker", "Taker"],
]);

/** One fee: an execution that pays in two currencies cannot be told. Some name each that might be. */
function feeOf(fields: Fields): Pick<UnifiedTrade, "commission" | "commissionCurrency"> {
  const told = fields.has("fees") ? fields.list("fees").filter((fee) => fee.has("cost")) : [];
  const paid = told.filter((fee) => decimalOf(fee, "cost") !== "0");
  const fees = paid.length === 0 ? told.slice(0, 1) : paid;
  if (fees.length > 1) {
    throw new PayloadError("Cannot read trade.fees: it must hold one fee at most");
  }
  const fee = fees[0] ?? (fields.has("fee") ? fields.object("fee") : undefined);
  if (fee === undefined || !fee.has("cost")) return { commission: "0", commissionCurrency: null };
  const commission = decimalOf(fee, "cost");
  const commissionCurrency = fee.name("currency");
  if (commission !== "0" && commissionCurrency === null) {
    throw new PayloadError("Cannot read trade.fee.currency: it must be a text: was absent");
  }
  return { commission, commissionCurrency };
}

function sideOf(fields: Fields): Side {
  return fields.oneOf("side", ["buy", "sell"]) === "buy" ? "Buy" : "Sell";
}

function executedOf(fields: Fields, value: unknown): string {
  if (fields.has("filled")) return decimalOf(fields, "filled");
  const { status } = value as { readonly status?: unknown };
  if (status === "rejected") return "0";
  throw new PayloadError("Cannot read order.filled: it must be a decimal: was absent");
}

function rowKey(fields: Fields, value: unknown): string | null {
  const told = keyOf(fields.name("clientOrderId"));
  return told ?? keyWithin((value as { readonly info?: unknown }).info);
}

/** Returns the error of an answer that is about another order than the question was. */
export function anotherOrder(...[asked, told]: readonly [string, string]): PayloadError {
  return new PayloadError(`Cannot take the answer: it is of another order, ${told}, than ${asked}`);
}

/** Returns the rows of a list. @throws {PayloadError} If it is none. */
export function rowsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new PayloadError("Cannot read the answer: it must be a list");
}

/** Returns a decimal, or null where the field is absent. @throws {PayloadError} If it is none. */
export function decimalOrNull(fields: Fields, name: string): string | null {
  return fields.has(name) ? decimalOf(fields, name) : null;
}

function decimalOf(fields: Fields, name: string): string {
  return spelledOut(fields.raw(name)) ?? fields.decimal(name);
}

const EXPONENT = /^(-?)(\d+)(?:\.(\d+))?[eE]([-+]?\d+)$/;
const PLACES_MAX = 40;

/** Returns a decimal of a number, or of a text with an exponent; undefined: it is no such thing. */
function spelledOut(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const parts = EXPONENT.exec(text);
  if (parts === null) return canonicalDecimal(text);
  const [, sign = "", units = "", fraction = "", power = "0"] = parts;
  const exponent = Number(power) - fraction.length;
  if (Math.abs(exponent) > PLACES_MAX) return undefined;
  const digits = units + fraction;
  const padded = digits.padStart(1 - Math.min(0, exponent), "0");
  const at = padded.length + Math.min(0, exponent);
  const whole = (padded.slice(0, at) + "0".repeat(Math.max(0, exponent))).replace(/^0+(?=\d)/, "");
  const rest = padded.slice(at);
  return canonicalDecimal(`${sign}${whole}${rest === "" ? "" : `.${rest}`}`);
}
