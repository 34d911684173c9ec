/**
 * Venue commands: the requests that the core decides to send. Journaled with their cause, released
 * to the venue only when that is durable, answered by broker reports.
 * @module
 */
import type { OrdType, Side, TimeInForce } from "./instrument.ts";
import type { Params } from "./intent.ts";
import {
  type InstrumentId,
  type Micros,
  type OrderId,
  orderId,
  type Px,
  type Qty,
  type RequestId,
  type SeqId,
  type VenueId,
} from "./numbers.ts";

type Common = {
  /** The event that caused it. */
  readonly seqId: SeqId;
  readonly request: RequestId;
  readonly venue: VenueId;
  readonly instrument: InstrumentId;
  readonly order: OrderId;
  /**
   * The venue's idempotency key of the order, a pure function of journal id, order and version:
   * a repeated request can never make a second order.
   */
  readonly clOrdId: string;
  readonly venueOrderId: string | null;
  /** Set: all of it is done but the sending (R-EXEC-7). */
  readonly dryRun?: true;
};

export type SubmitOrder = Common & {
  readonly kind: "Submit";
  readonly side: Side;
  readonly ordType: OrdType;
  readonly timeInForce: TimeInForce;
  readonly expireUs: Micros | null;
  /** null for Market. */
  readonly price: Px | null;
  readonly orderQty: Qty;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly params: Params | null;
};

export type CancelRequest = Common & { readonly kind: "Cancel" };

export type ReplaceRequest = Common & {
  readonly kind: "Replace";
  readonly side: Side;
  /** Key of the new version; `clOrdId` is the one it replaces. */
  readonly newClOrdId: string;
  /** Total quantity, including what has been filled. */
  readonly orderQty: Qty;
  readonly price: Px | null;
  /** As of a Submit: when the order is to expire from now on. */
  readonly expireUs: Micros | null;
  readonly params: Params | null;
};

/** Ask for the state and the executions of one order, by client order id. */
export type LookupOrder = Common & { readonly kind: "Lookup" };

/** What is asked about one order. */
export type OrderCommand = SubmitOrder | CancelRequest | ReplaceRequest | LookupOrder;

/** Why the account is held against the venue's: a connection was made, it is time, somebody asked. */
export const RECONCILE_CAUSES = ["connected", "periodic", "asked"] as const;
export type ReconcileCause = (typeof RECONCILE_CAUSES)[number];

/**
 * Ask for everything that the venue knows of the account (R-EXEC-5): executions from `sinceUs` on
 * (null: none, this is the first time), balances and positions, open orders.
 */
export type ReconcileAccount = {
  readonly kind: "Reconcile";
  /** The event that caused it. */
  readonly seqId: SeqId;
  readonly request: RequestId;
  readonly venue: VenueId;
  readonly cause: ReconcileCause;
  readonly sinceUs: Micros | null;
};

export type VenueCommand = OrderCommand | ReconcileAccount;

/**
 * Returns the first letters of all client order ids of a journal, `tl` and eight hexadecimal digits
 * of its id: what begins otherwise was not placed from it.
 */
export function clOrdIdPrefix(journalId: string): string {
  return `tl${journalId.replace(/[^0-9a-f]/g, "").slice(0, 8)}`;
}

const HYPHEN = 45;
const DIGIT_0 = 48;

/** Client order ids of one journal: prefix, order and version. */
export class ClOrdIds {
  #prefix = "tl00000000";
  /** Units of the newest key. */
  #units: number[] = [];

  get prefix(): string {
    return this.#prefix;
  }

  set prefix(prefix: string) {
    this.#prefix = prefix;
    this.#units = [];
  }

  /**
   * Returns the key of a version of an order. Not by `${order}`: the language remembers numbers with
   * their texts, which keeps each alive until the garbage collector has copied it.
   */
  of(order: OrderId, version: number): string {
    const units = this.#units;
    const middle = this.#prefix.length + 1 + digitsOf(order);
    const length = middle + 1 + digitsOf(version);
    if (units.length !== length) this.#begin(length);
    writeDigits(units, order, middle);
    units[middle] = HYPHEN;
    writeDigits(units, version, length);
    return String.fromCharCode.apply(null, units);
  }

  /** Returns order and version of a key of ours, or undefined if it is foreign. */
  parse(clOrdId: string): { readonly order: OrderId; readonly version: number } | undefined {
    const { prefix } = this;
    const middle = clOrdId.indexOf("-", prefix.length + 1);
    if (middle < 0 || !clOrdId.startsWith(prefix) || clOrdId[prefix.length] !== "-") {
      return undefined;
    }
    const order = countIn(clOrdId, { from: prefix.length + 1, to: middle });
    const version = countIn(clOrdId, { from: middle + 1, to: clOrdId.length });
    if (order === undefined || version === undefined) return undefined;
    return { order: orderId(order), version };
  }

  /** Makes room for a key of this length, and begins it. */
  #begin(length: number): void {
    const head = `${this.#prefix}-`;
    this.#units.length = length;
    for (let at = 0; at < head.length; at += 1) this.#units[at] = head.charCodeAt(at);
  }
}

/** Returns how many digits a whole number from 0 on has. */
function digitsOf(count: number): number {
  let digits = 1;
  for (let above = 10; above <= count; above *= 10) digits += 1;
  return digits;
}

/** Writes a whole number from 0 on so that its last digit stands before `end`. */
function writeDigits(units: number[], count: number, end: number): void {
  let left = count;
  let at = end;
  do {
    const tens = Math.floor(left / 10);
    at -= 1;
    units[at] = DIGIT_0 + (left - 10 * tens);
    left = tens;
  } while (left > 0);
}

/** Returns the number from 1 on that a piece of text spells in plain digits, or undefined. */
function countIn(
  text: string,
  of: { readonly from: number; readonly to: number },
): number | undefined {
  let count = 0;
  for (let at = of.from; at < of.to; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9 || (digit === 0 && count === 0)) return undefined;
    count = count * 10 + digit;
  }
  return count >= 1 && Number.isSafeInteger(count) ? count : undefined;
}
