/**
 * One order: what the engine knows of it, and the sums derived from that.
 *
 * An `Order` is a window onto a row of numbers in a page of its pool, with the few references that
 * are no numbers. It is handed out again for another order after its retirement: nothing keeps one
 * longer than that, and orders are the same if the windows or the ids are.
 * Owns no behaviour: `engine/reports.ts` writes the state, the other files of `engine/` the rest.
 *
 * Invariants: `cumQty` and `notional` are exact sums over the executions that were not voided;
 * while the order lives `leaves + cumQty + voidedQty === orderQty`, and 0 is left when it ended.
 * Known limit: a quantity that was voided or corrected away does not come back to the market.
 * @module
 */
import { Fills } from "./fills.ts";
import type { Params } from "./intent.ts";
import { isTerminal, type OrderState, restoredStatus } from "./lifecycle.ts";
import { type Px, type Qty, qty } from "./numbers.ts";
import {
  DOUBT,
  type Fill,
  type OrderTerms,
  type PendingCancel,
  type PendingReplace,
} from "./order_parts.ts";
import type { OrderFields, OrdStatus } from "./report.ts";
import type { IntentRecord } from "./slots/intents.ts";
import type { OrderList } from "./slots/order_list.ts";
import type { OrderPool } from "./slots/order_pool.ts";
import type { RowPage } from "./slots/order_row.ts";
import { OrderWindow } from "./slots/order_window.ts";

export * from "./order_parts.ts";
export type { IntentRecord } from "./slots/intents.ts";

/** What most orders never have. */
type Rare = {
  params: Params | null;
  /** Names that the venue gave it before, oldest first. */
  formerVenueOrderIds: string[] | null;
  wideNotional: bigint | null;
};

/** An order as the blotter keeps it. What is no column is set back in {@link Order.end}. */
export class Order extends OrderWindow {
  readonly #pool: OrderPool;
  status: OrderState = "Created";
  venueOrderId: string | null = null;
  cancel: PendingCancel | null = null;
  replace: PendingReplace | null = null;
  /** The list in which it stands, and its neighbours there; only {@link OrderList} writes them. */
  list: OrderList | null = null;
  previous: Order | null = null;
  next: Order | null = null;
  #rare: Rare | null = null;
  #fills: Fills | null = null;

  /** Made by {@link OrderPool} only. */
  constructor(pool: OrderPool, of: RowPage & { readonly at: number }) {
    super(of);
    this.#pool = pool;
  }

  /** Begins the life of another order in this window. */
  begin(terms: OrderTerms, bearer: IntentRecord): void {
    this.writeTerms(terms);
    this.bearer = bearer;
    this.status = "Created";
  }

  /** Lets go of what the garbage collector would have to keep. */
  end(): void {
    this.tag = null;
    this.#pool.seen.clear(this.seenBlock);
    this.touchedSeq = 0;
    this.venueOrderId = null;
    this.cancel = null;
    this.replace = null;
    this.#fills = null;
    this.#rare = null;
  }

  /** Its executions, as they were booked. */
  get fills(): Iterable<Fill> {
    return this.#fills ?? [];
  }

  /** Adds an execution; none of its ids may be known. */
  addFill(fill: Fill): void {
    this.#fills ??= new Fills();
    this.#fills.add(fill);
    this.#countHere(this.#peakHere(fill));
  }

  /** Raises the most that an execution ever counted, if it counts more now. */
  raisePeak(fill: Fill, lastQty: Qty): void {
    const was = this.#peakHere(fill);
    fill.peakQty = qty(Math.max(fill.peakQty, lastQty));
    this.#countHere(this.#peakHere(fill) - was);
  }

  /** Lets a correction's id name an execution of it too. */
  correctFill(fill: Fill, execId: string): void {
    this.#fills?.correct(fill, execId);
  }

  /**
   * Lets every id of one execution name another, which is the same; the one is forgotten. It is of
   * the older version of the two, and its peak the higher.
   */
  joinFills(fill: Fill, into: Fill): void {
    const more = this.executedHereIfJoined(fill, into) - this.executedHere;
    this.#fills?.join(fill, into);
    into.baseVersion = Math.min(fill.baseVersion, into.baseVersion);
    into.peakQty = qty(Math.max(fill.peakQty, into.peakQty));
    this.#countHere(more);
  }

  /** The execution that an id names, or undefined. */
  fillOf(execId: string): Fill | undefined {
    return this.#fills?.get(execId);
  }

  get tag(): string | null {
    return this.#pool.intents.tags.text(this.tagLabel);
  }

  set tag(text: string | null) {
    const { tags } = this.#pool.intents;
    const label = tags.take(text);
    tags.drop(this.tagLabel);
    this.tagLabel = label;
  }

  /** Σ LastPx·LastQty, quanta². */
  get notional(): bigint {
    const narrow = this.narrowNotional;
    if (narrow === 0) return 0n;
    return narrow === null ? this.#rare?.wideNotional ?? 0n : BigInt(narrow);
  }

  set notional(value: bigint) {
    const narrow = Number(value);
    const isNarrow = Number.isSafeInteger(narrow);
    this.narrowNotional = isNarrow ? narrow : null;
    if (!isNarrow) this.#rarely().wideNotional = value;
  }

  /** Adds price × quantity to {@link Order.notional}; a quantity below 0 takes it back. */
  addNotional(price: Px, quanta: number): void {
    const product = price * quanta;
    const sum = (this.narrowNotional ?? NaN) + product;
    if (Number.isSafeInteger(product) && Number.isSafeInteger(sum)) this.narrowNotional = sum;
    else this.notional += BigInt(price) * BigInt(quanta);
  }

  get params(): Params | null {
    return this.#rare === null ? null : this.#rare.params;
  }

  set params(value: Params | null) {
    if (value !== null || this.#rare !== null) this.#rarely().params = value;
  }

  /** The intent that placed or last replaced it: its reports bear this id. */
  get bearer(): IntentRecord {
    return this.#pool.intents.at(this.bearerSlot);
  }

  set bearer(record: IntentRecord) {
    this.bearerSlot = record.slot;
  }

  /** The id that its reports bear. */
  get bearerId(): string {
    return this.bearer.intentId;
  }

  /** Names that the venue gave it before, oldest first. */
  get formerVenueOrderIds(): string[] | null {
    return this.#rare === null ? null : this.#rare.formerVenueOrderIds;
  }

  set formerVenueOrderIds(value: string[] | null) {
    if (value !== null || this.#rare !== null) this.#rarely().formerVenueOrderIds = value;
  }

  /** The key under which the venue has it; empty before there is one. */
  get clOrdId(): string {
    return this.keyVersion === 0 ? "" : this.#pool.keys.of(this.id, this.keyVersion);
  }

  /** Returns true if an event with this key was about the order before; else remembers it. */
  hasSeen(key: string): boolean {
    const newest = this.#pool.seen.add(this.seenBlock, key);
    if (newest === undefined) return true;
    this.seenBlock = newest;
    return false;
  }

  /** The keys that {@link Order.hasSeen} knows, oldest first. */
  get seenKeys(): readonly string[] {
    return this.#pool.seen.list(this.seenBlock);
  }

  get isTerminal(): boolean {
    return isTerminal(this.status);
  }

  /** Quantity still open, whatever the state: what a fill may at most take. */
  get openQty(): Qty {
    return qty(Math.max(0, this.orderQty - this.cumQty - this.voidedQty));
  }

  /**
   * Quantity that the order now at the venue executed, voided included: it knows nothing of what a
   * version before its {@link OrderWindow.baseVersion} did, whenever that is told.
   */
  get executedHere(): Qty {
    return this.baseVersion === 1 ? qty(this.cumQty + this.voidedQty) : this.executedAnew;
  }

  /** What of {@link Order.executedHere} counts. */
  get standingHere(): Qty {
    let sum = 0;
    for (const fill of this.fills) {
      if (this.#isHere(fill) && !fill.isVoided) sum += fill.execution.lastQty;
    }
    return qty(sum);
  }

  /** Quantity that the order now at the venue has open, whatever was executed before it. */
  get openHere(): Qty {
    return qty(Math.max(0, this.orderQty - this.baseCumQty - this.executedHere));
  }

  /** {@link Order.executedHere} once one of two executions stands for both. */
  executedHereIfJoined(first: Fill, second: Fill): Qty {
    const [one, other] = [this.#peakHere(first), this.#peakHere(second)];
    const joined = Math.min(first.baseVersion, second.baseVersion) >= this.baseVersion
      ? Math.max(one, other)
      : 0;
    return qty(this.executedHere - one - other + joined);
  }

  /** Keeps the sum that a walk of all executions would cost at each of them. */
  #countHere(more: number): void {
    if (this.baseVersion > 1) this.executedAnew = qty(this.executedAnew + more);
  }

  #isHere({ baseVersion }: Fill): boolean {
    return baseVersion >= this.baseVersion;
  }

  #peakHere(fill: Fill): number {
    return this.#isHere(fill) ? fill.peakQty : 0;
  }

  /**
   * Nothing is left and nothing can come: an increase on its way may already rule at the venue, and
   * so may the second half of a cancel-and-new, so that filling the old quantity does not end the
   * order while one is unanswered.
   */
  get isComplete(): boolean {
    return this.openQty === 0 && !this.mayGrow;
  }

  /** A replace that would raise the quantity, or a new version, has left and is unanswered. */
  get mayGrow(): boolean {
    const { replace } = this;
    if (replace?.stage === "placing") return true;
    if (replace?.stage !== "native" || replace.orderQty <= this.orderQty) return false;
    return (this.doubt & DOUBT.Replace) !== 0 || this.hasLeft("Replace");
  }

  /** FIX LeavesQty (151): 0 when terminal. */
  get leavesQty(): Qty {
    return this.isTerminal ? qty(0) : this.openQty;
  }

  /** Something is filled. */
  get hasFills(): boolean {
    return this.cumQty > 0;
  }

  /** The state without its pending cancel. */
  get restored(): OrdStatus {
    return restoredStatus({
      isAccepted: this.isAccepted,
      hasFills: this.hasFills,
      isReplacePending: this.replace !== null,
    });
  }

  /** The order as a report shows it. */
  get fields(): OrderFields {
    const { side, ordType, timeInForce } = this;
    return {
      orderId: this.id,
      venueOrderId: this.venueOrderId,
      instrument: this.instrument,
      side,
      ordType,
      timeInForce,
      price: this.price,
      orderQty: this.orderQty,
      cumQty: this.cumQty,
      leavesQty: this.leavesQty,
      notional: this.notional,
    };
  }

  #rarely(): Rare {
    this.#rare ??= {
      params: null,
      formerVenueOrderIds: null,
      wideNotional: null,
    };
    return this.#rare;
  }
}
