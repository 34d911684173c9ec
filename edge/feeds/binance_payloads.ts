/**
 * Binance market data as the venue spells it, spot and USD-M futures, and its parsers.
 *
 * Strict for what changes state (ids, prices, quantities): a missing or wrong field throws with its
 * name. Fields that are not listed are ignored.
 * Source: Binance "WebSocket Market Streams" (spot and USD-M), read 2024-08 captures.
 * @module
 */
import { type Fields, fieldsOf, integerOf, mismatch, parseJson, textOf } from "./message_fields.ts";

/** Price and quantity, decimal strings. */
export type RawLevel = readonly [string, string];

/** `<symbol>@depth`: changed levels, quantity "0" removes one. */
export type DepthUpdatePayload = {
  readonly e: "depthUpdate";
  /** Event time, milliseconds. */
  readonly E: number;
  readonly s: string;
  /** First and last update id in the message. */
  readonly U: number;
  readonly u: number;
  /** `u` of the previous message; USD-M only. */
  readonly pu?: number;
  readonly b: readonly RawLevel[];
  readonly a: readonly RawLevel[];
};

/** `<symbol>@bookTicker`: best bid and ask after update `u`. Spot sends neither `e` nor `E`. */
export type BookTickerPayload = {
  readonly e?: "bookTicker";
  readonly u: number;
  readonly s: string;
  readonly b: string;
  readonly B: string;
  readonly a: string;
  readonly A: string;
  readonly E?: number;
};

/** `<symbol>@trade`, or `@aggTrade`: fills of one taker at one price, `t` is then its `a`. */
export type TradePayload = {
  readonly e: "trade" | "aggTrade";
  readonly E: number;
  readonly s: string;
  readonly t: number;
  readonly p: string;
  readonly q: string;
  /** The buyer was the maker: the taker sold. */
  readonly m: boolean;
  /** USD-M: what made the trade; only `MARKET` comes from the book. */
  readonly X?: string;
};

/** REST depth snapshot. Bare it names no symbol; wrapped by a recorder it may. */
export type DepthSnapshotPayload = {
  readonly lastUpdateId: number;
  readonly E?: number;
  readonly symbol?: string;
  readonly bids: readonly RawLevel[];
  readonly asks: readonly RawLevel[];
};

/** One message, told apart. `other`: a stream that the feed does not use. */
export type BinanceMessage =
  | { readonly kind: "depth"; readonly payload: DepthUpdatePayload }
  | { readonly kind: "quote"; readonly payload: BookTickerPayload }
  | { readonly kind: "trade"; readonly payload: TradePayload }
  | { readonly kind: "snapshot"; readonly payload: DepthSnapshotPayload }
  | { readonly kind: "other"; readonly type: string };

/**
 * Reads one message of a combined stream or a snapshot.
 * @throws {LineError} If it is no JSON object or lacks what its kind must have.
 */
export function parseMessage(text: string): BinanceMessage {
  const outer = fieldsOf(parseJson(text), "the message");
  const inner = outer["data"];
  const fields = inner === undefined ? outer : fieldsOf(inner, "data");
  const stream = typeof outer["stream"] === "string" ? outer["stream"] : "";
  if (fields["lastUpdateId"] !== undefined) {
    return { kind: "snapshot", payload: parseSnapshot(fields, stream) };
  }
  const isQuote = stream.endsWith("@bookTicker") || isBareQuote(fields);
  const type = fields["e"] ?? (isQuote ? "bookTicker" : undefined);
  switch (type) {
    case "depthUpdate":
      return { kind: "depth", payload: parseDepthUpdate(fields) };
    case "bookTicker":
      return { kind: "quote", payload: parseBookTicker(fields) };
    case "trade":
    case "aggTrade":
      return { kind: "trade", payload: parseTrade(fields) };
    default:
      return { kind: "other", type: typeof type === "string" ? type : stream };
  }
}

/** Spot's best quotes name neither their kind nor, outside a combined stream, their stream. */
function isBareQuote(fields: Fields): boolean {
  return ["u", "s", "b", "B", "a", "A"].every((name) => fields[name] !== undefined);
}

/** Reads a depth update. @throws {LineError} If a field is missing or wrong. */
function parseDepthUpdate(fields: Fields): DepthUpdatePayload {
  const pu = fields["pu"];
  return {
    e: "depthUpdate",
    E: integer(fields, "E"),
    s: text(fields, "s"),
    U: integer(fields, "U"),
    u: integer(fields, "u"),
    ...(pu === undefined ? {} : { pu: integer(fields, "pu") }),
    b: levels(fields, "b"),
    a: levels(fields, "a"),
  };
}

/** Reads a best quote. @throws {LineError} If a field is missing or wrong. */
function parseBookTicker(fields: Fields): BookTickerPayload {
  return {
    u: integer(fields, "u"),
    s: text(fields, "s"),
    b: text(fields, "b"),
    B: text(fields, "B"),
    a: text(fields, "a"),
    A: text(fields, "A"),
    ...(fields["E"] === undefined ? {} : { E: integer(fields, "E") }),
  };
}

/** Reads a trade. @throws {LineError} If a field is missing or wrong. */
export function parseTrade(fields: Fields): TradePayload {
  const maker = fields["m"];
  if (typeof maker !== "boolean") throw mismatch("m", "a boolean", maker);
  const isAggregate = fields["e"] === "aggTrade";
  return {
    e: isAggregate ? "aggTrade" : "trade",
    E: integer(fields, "E"),
    s: text(fields, "s"),
    t: integer(fields, isAggregate ? "a" : "t"),
    p: text(fields, "p"),
    q: text(fields, "q"),
    m: maker,
    ...(fields["X"] === undefined ? {} : { X: text(fields, "X") }),
  };
}

/** Reads a depth snapshot. @throws {LineError} If a field is missing or wrong. */
export function parseSnapshot(fields: Fields, stream: string): DepthSnapshotPayload {
  const named = fields["symbol"] ?? fields["s"] ?? stream.split("@")[0];
  return {
    lastUpdateId: integer(fields, "lastUpdateId"),
    bids: levels(fields, "bids"),
    asks: levels(fields, "asks"),
    ...(fields["E"] === undefined ? {} : { E: integer(fields, "E") }),
    ...(typeof named === "string" && named !== "" ? { symbol: named } : {}),
  };
}

function integer(fields: Fields, name: string): number {
  return integerOf(fields[name], name);
}

function text(fields: Fields, name: string): string {
  return textOf(fields[name], name);
}

function levels(fields: Fields, name: string): readonly RawLevel[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw mismatch(name, "a list of levels", value);
  const at = value.findIndex((level) => !isLevel(level));
  if (at >= 0) throw mismatch(`${name}[${at}]`, "a price and a quantity, both strings", value[at]);
  return value;
}

function isLevel(level: unknown): level is RawLevel {
  return Array.isArray(level) && typeof level[0] === "string" && typeof level[1] === "string";
}
