/**
 * The numbers of the core: branded integers and their constructors.
 *
 * Prices and quantities are quanta of their instrument, times are microseconds, identifiers are
 * small integers given by events. Only the constructors here use `as`.
 * @module
 */

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Price, quanta of its instrument; negative for spreads. */
export type Px = Branded<number, "Px">;
/** Quantity, quanta of its instrument; never negative. */
export type Qty = Branded<number, "Qty">;
/** Time since the Unix epoch, microseconds. */
export type Micros = Branded<number, "Micros">;
/** Position of an event on the one timeline; 1, 2, 3 … */
export type SeqId = Branded<number, "SeqId">;
/** Number of a configured venue, 0, 1, 2 … in order of declaration. */
export type VenueId = Branded<number, "VenueId">;
/** Number of a listed instrument, 0, 1, 2 … in order of listing. */
export type InstrumentId = Branded<number, "InstrumentId">;
/** Number of a client, 0, 1, 2 … in order of first appearance. */
export type ClientIndex = Branded<number, "ClientIndex">;
/** Number of a session, unique within a journal. */
export type SessionId = Branded<number, "SessionId">;
/** Number of an order, 1, 2, 3 … within a journal. */
export type OrderId = Branded<number, "OrderId">;
/** Number of a request to a venue, 1, 2, 3 … within a journal. */
export type RequestId = Branded<number, "RequestId">;

function safeInteger(value: number, what: string, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value + 0; // + 0 turns -0 into 0
  throw new RangeError(
    `Cannot make a ${what}: it must be a safe integer >= ${least}: was ${value}`,
  );
}

/** Makes a price. @throws {RangeError} If `quanta` is not a safe integer. */
export function px(quanta: number): Px {
  return safeInteger(quanta, "Px", Number.MIN_SAFE_INTEGER) as Px;
}

/** Makes a quantity. @throws {RangeError} If `quanta` is not a safe integer >= 0. */
export function qty(quanta: number): Qty {
  return safeInteger(quanta, "Qty", 0) as Qty;
}

/** Makes a time. @throws {RangeError} If `us` is not a safe integer >= 0. */
export function micros(us: number): Micros {
  return safeInteger(us, "Micros", 0) as Micros;
}

/** Microseconds of a day. */
export const DAY_US = 86_400_000_000;

/**
 * Returns the time so long after another; where that cannot be counted, the last time that can: who
 * asks for more means for ever.
 */
export function msAfter(since: Micros, ms: number): Micros {
  return micros(Math.min(since + ms * 1000, Number.MAX_SAFE_INTEGER));
}

/** Makes a sequence number. @throws {RangeError} If `n` is not a safe integer >= 0. */
export function seqId(n: number): SeqId {
  return safeInteger(n, "SeqId", 0) as SeqId;
}

/** Makes a venue number. @throws {RangeError} If `n` is not a safe integer >= 0. */
export function venueId(n: number): VenueId {
  return safeInteger(n, "VenueId", 0) as VenueId;
}

/** Makes an instrument number. @throws {RangeError} If `n` is not a safe integer >= 0. */
export function instrumentId(n: number): InstrumentId {
  return safeInteger(n, "InstrumentId", 0) as InstrumentId;
}

/** Makes a client number. @throws {RangeError} If `n` is not a safe integer >= 0. */
export function clientIndex(n: number): ClientIndex {
  return safeInteger(n, "ClientIndex", 0) as ClientIndex;
}

/** Makes a session number. @throws {RangeError} If `n` is not a safe integer >= 1. */
export function sessionId(n: number): SessionId {
  return safeInteger(n, "SessionId", 1) as SessionId;
}

/** Makes an order number. @throws {RangeError} If `n` is not a safe integer >= 1. */
export function orderId(n: number): OrderId {
  return safeInteger(n, "OrderId", 1) as OrderId;
}

/** Makes a request number. @throws {RangeError} If `n` is not a safe integer >= 1. */
export function requestId(n: number): RequestId {
  return safeInteger(n, "RequestId", 1) as RequestId;
}
