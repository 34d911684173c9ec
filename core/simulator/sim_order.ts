/**
 * An order as the simulated venue keeps it, and its row in a checkpoint.
 *
 * A `SimOrder` is a light handle onto a row of numbers, made when the order is looked at; two
 * handles with one `slot` are the same order.
 *
 * Invariants: cumQty <= orderQty; ahead <= unprinted; a status other than `open` never changes again.
 * @module
 */
import {
  mayRest,
  ORD_TYPES,
  type OrdType,
  type Side,
  SIDES,
  type TimeInForce,
  TIMES_IN_FORCE,
} from "../instrument.ts";
import { instrumentId, micros, orderId, px, qty } from "../numbers.ts";
import type { InstrumentId, Micros, OrderId, Px, Qty } from "../numbers.ts";
import { ordTypeIn, postOnlyIn, sideIn, termsWord, timeInForceIn } from "../slots/order_row.ts";
import { NONE, PAGE_MASK, stored, storedOrNull } from "../slots/pages.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { NodeReader } from "../node_reader.ts";

const STATUSES = ["open", "filled", "cancelled", "rejected", "expired"] as const;
/** State at the venue. */
export type SimStatus = (typeof STATUSES)[number];

const ORDER = 0;
const ORDINAL = 1;
const INSTRUMENT = 2;
const TERMS = 3;
const EXPIRE_US = 4;
const PRICE = 5;
const ORDER_QTY = 6;
const CUM_QTY = 7;
const STATUS = 8;
const RANK = 9;
const AHEAD = 10;
/** Neighbours in the queue of its price, or among the ended and the free: slots. */
const PREVIOUS = 11;
const NEXT = 12;
/** The venue's order before it that came from the same order of ours: a slot. */
const OLDER = 13;
/** Version in its only client order id; {@link NONE} where its ids are kept as texts. */
const KEY_VERSION = 14;
/** 1: of a dry run, shown to nobody and never matched. */
const DRY_RUN = 15;
const UNPRINTED = 16;
const ENTERS_US = 17;
/** Columns of a row. */
export const SIM_ORDER_WIDTH = 18;

/** What an order is when it comes, or comes back from a checkpoint. */
export type SimOrderFields = {
  readonly order: OrderId;
  /** 1, 2, 3 … in order of arrival at the venue; the number in `venueOrderId`. */
  readonly ordinal: number;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly ordType: OrdType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly expireUs: Micros | null;
  /** Until when its market holds it back; null: it is not held back. */
  readonly entersUs: Micros | null;
  /** null for Market. */
  readonly price: Px | null;
  readonly orderQty: Qty;
  readonly cumQty: Qty;
  readonly status: SimStatus;
  /** Time priority at its price: lower came earlier. */
  readonly rank: number;
  /** Displayed quantity that stands before it, quanta; null while no book has said. */
  readonly ahead: Qty | null;
  /**
   * Quantity that must be printed at its price before it fills, quanta: `ahead`, and what the book
   * took from it and no trade has told yet. It counts once `ahead` is known.
   */
  readonly unprinted: Qty;
  /** It is shown to nobody and never matched. */
  readonly isDryRun: boolean;
};

/** One order at the simulated venue. */
export class SimOrder implements SimOrderFields {
  readonly slot: number;
  readonly #row: Float64Array;
  readonly #at: number;

  /** `rows` is the page in which the slot has its row. */
  constructor(slot: number, rows: Float64Array) {
    this.slot = slot;
    this.#row = rows;
    this.#at = (slot & PAGE_MASK) * SIM_ORDER_WIDTH;
  }

  /** Writes all fields, and that it stands in no list. */
  write(fields: SimOrderFields): void {
    const row = this.#row;
    const at = this.#at;
    row[at + ORDER] = fields.order;
    row[at + ORDINAL] = fields.ordinal;
    row[at + INSTRUMENT] = fields.instrument;
    row[at + TERMS] = termsWord(fields);
    this.expireUs = fields.expireUs;
    this.entersUs = fields.entersUs;
    this.price = fields.price;
    this.orderQty = fields.orderQty;
    this.cumQty = fields.cumQty;
    this.status = fields.status;
    this.rank = fields.rank;
    this.ahead = fields.ahead;
    this.unprinted = fields.unprinted;
    row[at + DRY_RUN] = fields.isDryRun ? 1 : 0;
    this.previous = null;
    this.next = null;
    this.older = null;
  }

  get order(): OrderId {
    return stored(this.#row, this.#at + ORDER);
  }

  get ordinal(): number {
    return stored(this.#row, this.#at + ORDINAL);
  }

  get instrument(): InstrumentId {
    return stored(this.#row, this.#at + INSTRUMENT);
  }

  get side(): Side {
    return sideIn(stored(this.#row, this.#at + TERMS));
  }

  get ordType(): OrdType {
    return ordTypeIn(stored(this.#row, this.#at + TERMS));
  }

  get timeInForce(): TimeInForce {
    return timeInForceIn(stored(this.#row, this.#at + TERMS));
  }

  get postOnly(): boolean {
    return postOnlyIn(stored(this.#row, this.#at + TERMS));
  }

  get isDryRun(): boolean {
    return stored(this.#row, this.#at + DRY_RUN) === 1;
  }

  get expireUs(): Micros | null {
    return storedOrNull(this.#row, this.#at + EXPIRE_US);
  }

  set expireUs(value: Micros | null) {
    this.#row[this.#at + EXPIRE_US] = value ?? NONE;
  }

  get entersUs(): Micros | null {
    return storedOrNull(this.#row, this.#at + ENTERS_US);
  }

  set entersUs(value: Micros | null) {
    this.#row[this.#at + ENTERS_US] = value ?? NONE;
  }

  get price(): Px | null {
    return storedOrNull(this.#row, this.#at + PRICE);
  }

  set price(value: Px | null) {
    this.#row[this.#at + PRICE] = value ?? NONE;
  }

  get orderQty(): Qty {
    return stored(this.#row, this.#at + ORDER_QTY);
  }

  set orderQty(value: Qty) {
    this.#row[this.#at + ORDER_QTY] = value;
  }

  get cumQty(): Qty {
    return stored(this.#row, this.#at + CUM_QTY);
  }

  set cumQty(value: Qty) {
    this.#row[this.#at + CUM_QTY] = value;
  }

  get status(): SimStatus {
    return STATUSES[stored<number>(this.#row, this.#at + STATUS)] ?? "rejected";
  }

  set status(value: SimStatus) {
    this.#row[this.#at + STATUS] = STATUSES.indexOf(value);
  }

  get rank(): number {
    return stored(this.#row, this.#at + RANK);
  }

  set rank(value: number) {
    this.#row[this.#at + RANK] = value;
  }

  get ahead(): Qty | null {
    return storedOrNull(this.#row, this.#at + AHEAD);
  }

  set ahead(value: Qty | null) {
    this.#row[this.#at + AHEAD] = value ?? NONE;
  }

  get unprinted(): Qty {
    return stored(this.#row, this.#at + UNPRINTED);
  }

  set unprinted(value: Qty) {
    this.#row[this.#at + UNPRINTED] = value;
  }

  /** The slot before it in its list, or null. */
  get previous(): number | null {
    return storedOrNull(this.#row, this.#at + PREVIOUS);
  }

  set previous(slot: number | null) {
    this.#row[this.#at + PREVIOUS] = slot ?? NONE;
  }

  /** The slot after it in its list, or null. */
  get next(): number | null {
    return storedOrNull(this.#row, this.#at + NEXT);
  }

  set next(slot: number | null) {
    this.#row[this.#at + NEXT] = slot ?? NONE;
  }

  /** The slot of the order that came before it from the same order of ours, or null. */
  get older(): number | null {
    return storedOrNull(this.#row, this.#at + OLDER);
  }

  set older(slot: number | null) {
    this.#row[this.#at + OLDER] = slot ?? NONE;
  }

  /** The version in its only client order id, or null: its ids are kept as texts. */
  get keyVersion(): number | null {
    return storedOrNull(this.#row, this.#at + KEY_VERSION);
  }

  set keyVersion(version: number | null) {
    this.#row[this.#at + KEY_VERSION] = version ?? NONE;
  }

  /** The quantity still open. */
  get leavesQty(): Qty {
    return qty(this.orderQty - this.cumQty);
  }

  /** True if the rest may stay in the book. */
  get mayRest(): boolean {
    return mayRest(this);
  }
}

/** Returns the order as a checkpoint row. */
export function toRow(
  order: SimOrder,
  of: { readonly venueOrderId: string; readonly clOrdIds: readonly string[] },
): CheckpointNode {
  return {
    order: order.order,
    ordinal: order.ordinal,
    venue_order_id: of.venueOrderId,
    instrument: order.instrument,
    side: order.side,
    ord_type: order.ordType,
    time_in_force: order.timeInForce,
    post_only: order.postOnly,
    expire_us: order.expireUs,
    cl_ord_ids: of.clOrdIds,
    price: order.price,
    order_qty: order.orderQty,
    cum_qty: order.cumQty,
    status: order.status,
    rank: order.rank,
    ahead: order.ahead,
    unprinted: order.unprinted,
    is_dry_run: order.isDryRun,
    enters_us: order.entersUs,
  };
}

/** Reads a row. @throws {RangeError} If the checkpoint is not one of ours. */
export function parseRow(
  row: NodeReader,
): { readonly fields: SimOrderFields; readonly clOrdIds: readonly string[] } {
  const price = row.integerOrNull("price");
  const expireUs = row.integerOrNull("expire_us");
  const ahead = row.integerOrNull("ahead");
  const entersUs = row.has("enters_us") ? row.integerOrNull("enters_us") : null;
  const fields: SimOrderFields = {
    order: orderId(row.integer("order")),
    ordinal: row.integer("ordinal"),
    instrument: instrumentId(row.integer("instrument")),
    side: row.oneOf("side", SIDES),
    ordType: row.oneOf("ord_type", ORD_TYPES),
    timeInForce: row.oneOf("time_in_force", TIMES_IN_FORCE),
    postOnly: row.flag("post_only"),
    expireUs: expireUs === null ? null : micros(expireUs),
    entersUs: entersUs === null ? null : micros(entersUs),
    price: price === null ? null : px(price),
    orderQty: qty(row.integer("order_qty")),
    cumQty: qty(row.integer("cum_qty")),
    status: row.oneOf("status", STATUSES),
    rank: row.integer("rank"),
    ahead: ahead === null ? null : qty(ahead),
    unprinted: qty(row.has("unprinted") ? row.integer("unprinted") : ahead ?? 0),
    isDryRun: row.has("is_dry_run") && row.flag("is_dry_run"),
  };
  return { fields, clOrdIds: row.texts("cl_ord_ids") };
}
