/**
 * The user streams as Binance spells them, spot and USD-M, and their parsers.
 *
 * Both say one thing, `OrderNews`: what happened to an order. On spot a cancel has a key of its own
 * and the order's key is in `C`; on USD-M the key stays. A kind of event that is not listed and
 * could be about an order, a fill or the account is refused loudly; the rest is passed over.
 * Sources: "User Data Streams" of the spot and the USD-M documentation.
 * @module
 */
import type { Side } from "../../../../core/instrument.ts";
import { type BinanceStatus, type BinanceTrade, sideOf, statusIn } from "./payloads.ts";
import { Fields, PayloadError } from "../payload.ts";

/** What happened to an order. */
const EXECUTION_TYPES = [
  "NEW",
  "CANCELED",
  "REPLACED",
  "REJECTED",
  "TRADE",
  "EXPIRED",
  "TRADE_PREVENTION",
  "AMENDMENT",
  "CALCULATED",
] as const;
export type ExecutionType = (typeof EXECUTION_TYPES)[number];

const STATUSES: readonly BinanceStatus[] = [
  "NEW",
  "PARTIALLY_FILLED",
  "FILLED",
  "CANCELED",
  "REJECTED",
  "EXPIRED",
  "EXPIRED_IN_MATCH",
  "PENDING_NEW",
  "PENDING_CANCEL",
  "NEW_INSURANCE",
  "NEW_ADL",
];

/** One execution report. */
export type OrderNews = {
  readonly type: ExecutionType;
  readonly status: BinanceStatus;
  readonly symbol: string;
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly side: Side;
  readonly orderType: string;
  readonly timeInForce: string;
  readonly price: string;
  readonly orderQty: string;
  readonly cumQty: string;
  /** Why it was refused or expired, in the venue's word; null where it does not say. */
  readonly reason: string | null;
  readonly timeMs: number;
  /** Set where something was executed. */
  readonly trade: BinanceTrade | null;
};

/** Why a request over the socket was refused. */
export type StreamRefusal = {
  /** As of HTTP; null: it is not said. */
  readonly status: number | null;
  readonly text: string;
  /** By the venue's clock: when it may be asked again; null: it is not said. */
  readonly retryAtMs: number | null;
};

/** One message of a user stream. */
export type StreamNews =
  | { readonly kind: "order"; readonly order: OrderNews }
  /** Cash came or went, without an amount that can be posted: it is to be read. */
  | { readonly kind: "account"; readonly timeMs: number; readonly why: string }
  /** Cash came or went. */
  | {
    readonly kind: "cash";
    readonly asset: string;
    readonly amount: string;
    readonly timeMs: number;
  }
  /** The stream has ended and must be opened anew. */
  | { readonly kind: "ended"; readonly why: string }
  /** An answer to a request of ours over this socket. */
  | { readonly kind: "answer"; readonly id: string; readonly error: StreamRefusal | null }
  | { readonly kind: "other"; readonly event: string };

/** What ACCOUNT_UPDATE names as its cause when orders are it: the fills say the same. */
const BY_ORDERS: ReadonlySet<string> = new Set(["ORDER"]);

/** Reads a message of a user stream, wrapped or bare. @throws {PayloadError} If it is not as documented. */
export function parseStreamMessage(value: unknown): StreamNews {
  const outer = Fields.of(value, "");
  if (outer.has("status") || outer.has("id") || outer.has("error")) return parseAnswer(outer);
  const fields = outer.has("event") ? outer.object("event") : outer;
  const event = fields.name("e") ?? "";
  switch (event) {
    case "executionReport":
      return { kind: "order", order: parseOrderNews(fields, { cancelKey: "C", cumReason: "r" }) };
    case "ORDER_TRADE_UPDATE":
      return {
        kind: "order",
        order: parseOrderNews(fields.object("o"), { cancelKey: null, cumReason: "er" }),
      };
    case "balanceUpdate":
      return {
        kind: "cash",
        asset: fields.text("a"),
        amount: fields.decimal("d"),
        timeMs: fields.integer("T"),
      };
    case "ACCOUNT_UPDATE": {
      const why = fields.object("a").text("m");
      return BY_ORDERS.has(why)
        ? { kind: "other", event }
        : { kind: "account", timeMs: fields.integer("T"), why };
    }
    case "listenKeyExpired":
    case "eventStreamTerminated":
      return { kind: "ended", why: event };
    default:
      return { kind: "other", event };
  }
}

/** `{id, status: 200, result}` or `{id, status, error: {code, msg, data: {serverTime, retryAfter}}}`. */
function parseAnswer(fields: Fields): StreamNews {
  const id = fields.has("id") ? fields.id("id") : "";
  if (!fields.has("error")) return { kind: "answer", id, error: null };
  const error = fields.object("error");
  const data = error.has("data") ? error.object("data") : undefined;
  const refusal = {
    status: fields.has("status") ? fields.integer("status") : null,
    text: error.name("msg") ?? "without a message",
    retryAtMs: data?.has("retryAfter") === true ? data.integer("retryAfter") : null,
  };
  return { kind: "answer", id, error: refusal };
}

type Spelling = {
  /** Where the order's key is when a cancel has one of its own; null: it never has. */
  readonly cancelKey: string | null;
  readonly cumReason: string;
};

function parseOrderNews(fields: Fields, spelling: Spelling): OrderNews {
  const { cancelKey } = spelling;
  const original = cancelKey === null ? null : fields.name(cancelKey);
  const type = fields.oneOf("x", EXECUTION_TYPES);
  const news = {
    type,
    status: fields.oneOf("X", STATUSES),
    symbol: fields.text("s"),
    orderId: fields.id("i"),
    clientOrderId: original ?? fields.text("c"),
    side: sideOf(fields, "S"),
    orderType: fields.text("o"),
    timeInForce: fields.text("f"),
    price: fields.decimal("p"),
    orderQty: fields.decimal("q"),
    cumQty: fields.decimal("z"),
    reason: reasonOf(fields, spelling.cumReason) ?? reasonOf(fields, "eR"),
    timeMs: fields.integer("T"),
  };
  const isTrade = (type === "TRADE" || type === "CALCULATED") && fields.decimal("l") !== "0";
  const { status: said, orderQty: origQty, cumQty: executedQty } = news;
  const status = statusIn({ status: said, origQty, executedQty });
  return { ...news, status, trade: isTrade ? tradeOf(fields, news) : null };
}

/** The venue writes `NONE`, or `0`, for none. */
function reasonOf(fields: Fields, name: string): string | null {
  const word = fields.name(name);
  return word === "NONE" || word === "0" ? null : word;
}

function tradeOf(
  fields: Fields,
  news: Pick<OrderNews, "symbol" | "orderId" | "side" | "timeMs">,
): BinanceTrade {
  const tradeId = fields.id("t");
  // The venue writes 0 for "none": two of them would be taken for one, and each for another of REST.
  if (tradeId === "0") throw new PayloadError("Cannot read t: an execution must have a number");
  return {
    ...{ symbol: news.symbol, orderId: news.orderId, side: news.side, timeMs: news.timeMs },
    tradeId,
    price: fields.decimal("L"),
    qty: fields.decimal("l"),
    commission: fields.has("n") ? fields.decimal("n") : "0",
    commissionAsset: fields.name("N") ?? "",
    isMaker: fields.flag("m"),
  };
}
