/**
 * The numbers of an order: a window onto one row of a page of its pool.
 *
 * Each accessor is one column; `null` is {@link NONE} in the row. What is derived from them, and
 * the references that are no numbers, are in `order.ts`.
 * @module
 */
import type { OrdType, Side, TimeInForce } from "../instrument.ts";
import type {
  ClientIndex,
  InstrumentId,
  Micros,
  OrderId,
  Px,
  Qty,
  RequestId,
  VenueId,
} from "../numbers.ts";
import type { CancelCause, OrderTerms, RequestKind } from "../order_parts.ts";
import {
  ATTEMPTS,
  BASE_CUM_QTY,
  BASE_VERSION,
  BEARER,
  BOUND_NEWEST,
  causeCode,
  causeOf,
  clearRow,
  CLIENT,
  COUNTED_DEAR_PX,
  COUNTED_PX,
  COUNTED_QTY,
  CUM_QTY,
  DOUBT_BITS,
  DOUBT_SINCE_US,
  ENDED_US,
  EXECUTED_ANEW,
  EXPIRE_US,
  FLAG,
  FLAGS,
  ID,
  INSTRUMENT,
  KEPT_SINCE_US,
  KEY_VERSION,
  LAPSE_DUE_US,
  LAST_REPORT,
  LOOKUP_DUE_US,
  MUST_CANCEL,
  NOTIONAL,
  ORDER_QTY,
  ordTypeIn,
  postOnlyIn,
  PRICE,
  reduceOnlyIn,
  REFERENCE_PX,
  requestColumn,
  REQUESTS,
  REQUESTS_SENT_US,
  RETRY_BITS,
  RETRY_DUE_US,
  type RowPage,
  SEEN,
  sideIn,
  TAG,
  TERMS,
  termsWord,
  timeInForceIn,
  TOUCHED_AT,
  TOUCHED_SEQ,
  TTL_DUE_US,
  VENUE,
  VERSION,
  VOIDED_QTY,
} from "./order_row.ts";
import { NONE, stored, storedInt, storedOrNull } from "./pages.ts";

/** A row of numbers, by name. */
export class OrderWindow {
  readonly #row: Float64Array;
  /** The same memory. */
  readonly #ints: Int32Array;
  readonly #at: number;

  constructor(of: RowPage & { readonly at: number }) {
    this.#row = of.row;
    this.#ints = of.ints;
    this.#at = of.at;
  }

  /** Empties the row and writes the terms of its next order. */
  writeTerms(terms: OrderTerms): void {
    const row = this.#row;
    const ints = this.#ints;
    const at = this.#at;
    clearRow({ row, ints }, at);
    row[at + ID] = terms.id;
    ints[2 * at + CLIENT] = terms.client;
    ints[2 * at + VENUE] = terms.venue;
    ints[2 * at + INSTRUMENT] = terms.instrument;
    ints[2 * at + TERMS] = termsWord(terms);
    ints[2 * at + FLAGS] = terms.isDryRun ? FLAG.isDryRun : 0;
  }

  get id(): OrderId {
    return stored(this.#row, this.#at + ID);
  }

  get client(): ClientIndex {
    return storedInt(this.#ints, 2 * this.#at + CLIENT);
  }

  get venue(): VenueId {
    return storedInt(this.#ints, 2 * this.#at + VENUE);
  }

  get instrument(): InstrumentId {
    return storedInt(this.#ints, 2 * this.#at + INSTRUMENT);
  }

  get side(): Side {
    return sideIn(storedInt(this.#ints, 2 * this.#at + TERMS));
  }

  get ordType(): OrdType {
    return ordTypeIn(storedInt(this.#ints, 2 * this.#at + TERMS));
  }

  get timeInForce(): TimeInForce {
    return timeInForceIn(storedInt(this.#ints, 2 * this.#at + TERMS));
  }

  get postOnly(): boolean {
    return postOnlyIn(storedInt(this.#ints, 2 * this.#at + TERMS));
  }

  get reduceOnly(): boolean {
    return reduceOnlyIn(storedInt(this.#ints, 2 * this.#at + TERMS));
  }

  get isDryRun(): boolean {
    return this.#hasFlag(FLAG.isDryRun);
  }

  get isAccepted(): boolean {
    return this.#hasFlag(FLAG.isAccepted);
  }

  set isAccepted(value: boolean) {
    this.#setFlag(FLAG.isAccepted, value ? FLAG.isAccepted : 0);
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

  get voidedQty(): Qty {
    return stored(this.#row, this.#at + VOIDED_QTY);
  }

  set voidedQty(value: Qty) {
    this.#row[this.#at + VOIDED_QTY] = value;
  }

  /** Version of that key; 0 before there is one. */
  get keyVersion(): number {
    return storedInt(this.#ints, 2 * this.#at + KEY_VERSION);
  }

  set keyVersion(value: number) {
    this.#ints[2 * this.#at + KEY_VERSION] = value;
  }

  /** Last version that was given out. */
  get version(): number {
    return storedInt(this.#ints, 2 * this.#at + VERSION);
  }

  set version(value: number) {
    this.#ints[2 * this.#at + VERSION] = value;
  }

  /** First version that belongs to the order now at the venue. */
  get baseVersion(): number {
    return storedInt(this.#ints, 2 * this.#at + BASE_VERSION);
  }

  set baseVersion(value: number) {
    this.#ints[2 * this.#at + BASE_VERSION] = value;
  }

  /** Quantity executed before the order now at the venue was submitted. */
  get baseCumQty(): Qty {
    return stored(this.#row, this.#at + BASE_CUM_QTY);
  }

  set baseCumQty(value: Qty) {
    this.#row[this.#at + BASE_CUM_QTY] = value;
  }

  /** Quantity that the order now at the venue executed, of one that was placed anew. */
  get executedAnew(): Qty {
    return stored(this.#row, this.#at + EXECUTED_ANEW);
  }

  set executedAnew(value: Qty) {
    this.#row[this.#at + EXECUTED_ANEW] = value;
  }

  get ttlDueUs(): Micros | null {
    return storedOrNull(this.#row, this.#at + TTL_DUE_US);
  }

  set ttlDueUs(value: Micros | null) {
    this.#row[this.#at + TTL_DUE_US] = value ?? NONE;
  }

  get expireUs(): Micros | null {
    return storedOrNull(this.#row, this.#at + EXPIRE_US);
  }

  set expireUs(value: Micros | null) {
    this.#row[this.#at + EXPIRE_US] = value ?? NONE;
  }

  /** Earliest of the two above, until it fired. */
  get lapseDueUs(): Micros | null {
    return storedOrNull(this.#row, this.#at + LAPSE_DUE_US);
  }

  set lapseDueUs(value: Micros | null) {
    this.#row[this.#at + LAPSE_DUE_US] = value ?? NONE;
  }

  /** A cancel that must come true: it is tried again until the order has ended. */
  get mustCancel(): CancelCause | null {
    return causeOf(storedInt(this.#ints, 2 * this.#at + MUST_CANCEL));
  }

  set mustCancel(cause: CancelCause | null) {
    this.#ints[2 * this.#at + MUST_CANCEL] = causeCode(cause);
  }

  /** Requests whose outcome is unknown, see {@link DOUBT}. */
  get doubt(): number {
    return storedInt(this.#ints, 2 * this.#at + DOUBT_BITS);
  }

  set doubt(value: number) {
    this.#ints[2 * this.#at + DOUBT_BITS] = value;
  }

  /** What the newest report said of it. */
  get isDoubtReported(): boolean {
    return this.#hasFlag(FLAG.isDoubtReported);
  }

  set isDoubtReported(value: boolean) {
    this.#setFlag(FLAG.isDoubtReported, value ? FLAG.isDoubtReported : 0);
  }

  /** When the last of them could still have left. */
  get doubtSinceUs(): Micros | null {
    return storedOrNull(this.#row, this.#at + DOUBT_SINCE_US);
  }

  set doubtSinceUs(value: Micros | null) {
    this.#row[this.#at + DOUBT_SINCE_US] = value ?? NONE;
  }

  get lookupDueUs(): Micros | null {
    return storedOrNull(this.#row, this.#at + LOOKUP_DUE_US);
  }

  set lookupDueUs(value: Micros | null) {
    this.#row[this.#at + LOOKUP_DUE_US] = value ?? NONE;
  }

  /** Requests that never left and are tried again at `retryDueUs`, see {@link DOUBT}. */
  get retry(): number {
    return storedInt(this.#ints, 2 * this.#at + RETRY_BITS);
  }

  set retry(value: number) {
    this.#ints[2 * this.#at + RETRY_BITS] = value;
  }

  get retryDueUs(): Micros | null {
    return storedOrNull(this.#row, this.#at + RETRY_DUE_US);
  }

  set retryDueUs(value: Micros | null) {
    this.#row[this.#at + RETRY_DUE_US] = value ?? NONE;
  }

  /** Failures in a row: sets the back-off. */
  get attempts(): number {
    return storedInt(this.#ints, 2 * this.#at + ATTEMPTS);
  }

  set attempts(value: number) {
    this.#ints[2 * this.#at + ATTEMPTS] = value;
  }

  get lastReport(): number {
    return stored(this.#row, this.#at + LAST_REPORT);
  }

  set lastReport(value: number) {
    this.#row[this.#at + LAST_REPORT] = value;
  }

  get endedUs(): Micros | null {
    return storedOrNull(this.#row, this.#at + ENDED_US);
  }

  set endedUs(value: Micros | null) {
    this.#row[this.#at + ENDED_US] = value ?? NONE;
  }

  /** What its retirement counts from: its end, or the last word about its executions since. */
  get keptSinceUs(): Micros | null {
    return storedOrNull(this.#row, this.#at + KEPT_SINCE_US);
  }

  set keptSinceUs(value: Micros | null) {
    this.#row[this.#at + KEPT_SINCE_US] = value ?? NONE;
  }

  /** The venue proved that it never had it. */
  get wasAbsent(): boolean {
    return this.#hasFlag(FLAG.wasAbsent);
  }

  set wasAbsent(value: boolean) {
    this.#setFlag(FLAG.wasAbsent, value ? FLAG.wasAbsent : 0);
  }

  /** What a Market order is counted with by risk: the reference when it was let in. */
  get referencePx(): Px | null {
    return storedOrNull(this.#row, this.#at + REFERENCE_PX);
  }

  set referencePx(value: Px | null) {
    this.#row[this.#at + REFERENCE_PX] = value ?? NONE;
  }

  /** True while it is in the sums of `engine/exposure.ts`, with the next three. */
  get isCounted(): boolean {
    return this.#hasFlag(FLAG.isCounted);
  }

  set isCounted(value: boolean) {
    this.#setFlag(FLAG.isCounted, value ? FLAG.isCounted : 0);
  }

  get countedQty(): Qty {
    return stored(this.#row, this.#at + COUNTED_QTY);
  }

  set countedQty(value: Qty) {
    this.#row[this.#at + COUNTED_QTY] = value;
  }

  /** Most aggressive price that it has or may have; null: none, it may meet anything. */
  get countedPx(): Px | null {
    return storedOrNull(this.#row, this.#at + COUNTED_PX);
  }

  set countedPx(value: Px | null) {
    this.#row[this.#at + COUNTED_PX] = value ?? NONE;
  }

  /** The price of those at which it holds back most; null: none is known. */
  get countedDearPx(): Px | null {
    return storedOrNull(this.#row, this.#at + COUNTED_DEAR_PX);
  }

  set countedDearPx(value: Px | null) {
    this.#row[this.#at + COUNTED_DEAR_PX] = value ?? NONE;
  }

  /** Newest of the intents that mean it, see `slots/intents.ts`. */
  get boundNewest(): number {
    return storedInt(this.#ints, 2 * this.#at + BOUND_NEWEST);
  }

  set boundNewest(slot: number) {
    this.#ints[2 * this.#at + BOUND_NEWEST] = slot;
  }

  /** The number of the request of a kind that has no outcome yet, or null. */
  requestOf(kind: RequestKind): RequestId | null {
    return storedOrNull(this.#row, this.#at + REQUESTS + requestColumn(kind));
  }

  /** When that request left, or null: there is none, or it waits in the core. */
  sentUsOf(kind: RequestKind): Micros | null {
    return storedOrNull(this.#row, this.#at + REQUESTS_SENT_US + requestColumn(kind));
  }

  /** A request of this kind has no outcome yet. */
  isAsking(kind: RequestKind): boolean {
    return this.requestOf(kind) !== null;
  }

  /** A request of this kind waits and so provably never left. */
  isWaiting(kind: RequestKind): boolean {
    return this.isAsking(kind) && this.sentUsOf(kind) === null;
  }

  /** A request of this kind has left and is unanswered. */
  hasLeft(kind: RequestKind): boolean {
    return this.sentUsOf(kind) !== null;
  }

  /** Remembers a request that waits. */
  setRequest(kind: RequestKind, request: RequestId): void {
    const column = this.#at + requestColumn(kind);
    this.#row[column + REQUESTS] = request;
    this.#row[column + REQUESTS_SENT_US] = NONE;
  }

  /** Remembers when the request left; null: it waits again. */
  setSentUs(kind: RequestKind, sentUs: Micros | null): void {
    this.#row[this.#at + REQUESTS_SENT_US + requestColumn(kind)] = sentUs ?? NONE;
  }

  /** Forgets the request of a kind. */
  dropRequest(kind: RequestKind): void {
    const column = this.#at + requestColumn(kind);
    this.#row[column + REQUESTS] = NONE;
    this.#row[column + REQUESTS_SENT_US] = NONE;
  }

  /** Last event that touched it, see `Turn.touch`; not part of any checkpoint. */
  get touchedSeq(): number {
    return stored(this.#row, this.#at + TOUCHED_SEQ);
  }

  set touchedSeq(seqId: number) {
    this.#row[this.#at + TOUCHED_SEQ] = seqId;
  }

  /** Where its note is in that event's list. */
  get touchedAt(): number {
    return stored(this.#row, this.#at + TOUCHED_AT);
  }

  set touchedAt(place: number) {
    this.#row[this.#at + TOUCHED_AT] = place;
  }

  /** Label of its tag. */
  get tagLabel(): number {
    return storedInt(this.#ints, 2 * this.#at + TAG);
  }

  set tagLabel(label: number) {
    this.#ints[2 * this.#at + TAG] = label;
  }

  /** Newest block of the keys that it has seen. */
  get seenBlock(): number {
    return storedInt(this.#ints, 2 * this.#at + SEEN);
  }

  set seenBlock(block: number) {
    this.#ints[2 * this.#at + SEEN] = block;
  }

  /** Slot of the intent whose id its reports bear. */
  get bearerSlot(): number {
    return storedInt(this.#ints, 2 * this.#at + BEARER);
  }

  set bearerSlot(slot: number) {
    this.#ints[2 * this.#at + BEARER] = slot;
  }

  /** Σ LastPx·LastQty, quanta², where it is below 2^53; else null. */
  get narrowNotional(): number | null {
    return storedOrNull(this.#row, this.#at + NOTIONAL);
  }

  set narrowNotional(value: number | null) {
    this.#row[this.#at + NOTIONAL] = value ?? NONE;
  }

  #hasFlag(flag: number): boolean {
    return (storedInt(this.#ints, 2 * this.#at + FLAGS) & flag) !== 0;
  }

  #setFlag(flag: number, to: number): void {
    this.#ints[2 * this.#at + FLAGS] = (storedInt(this.#ints, 2 * this.#at + FLAGS) & ~flag) | to;
  }
}
