/**
 * Intents that are remembered: found by client and id, forgotten oldest first.
 *
 * A record is a row of numbers in a page, its id among the texts; what the engine holds of it is a
 * light handle, made when it is looked at. Records stand in one queue, oldest first. One that means an
 * order is bound to it: if the order is still kept when its time has come, it leaves with the order.
 *
 * Invariant: a handle is valid until its record is forgotten; a record that a CancelAll is pinned
 * to keeps its row until it is released.
 * @module
 */
import type { IntentAction } from "../intent.ts";
import { invariant } from "../invariant.ts";
import type { ClientIndex, Micros, OrderId } from "../numbers.ts";
import { NONE, PAGE_BITS, PAGE_MASK, PAGE_SIZE, stored, storedOrNull } from "./pages.ts";
import { Labels, NO_LABEL } from "./labels.ts";
import { NO_SLOT, SlotIndex } from "./slot_index.ts";
import { hashText } from "./text_hash.ts";
import { NO_TEXT, Texts } from "./texts.ts";

/** What is remembered of an intent. */
export type IntentFields = {
  readonly intentId: string;
  readonly client: ClientIndex;
  readonly action: IntentAction;
  /** Content digest, two signed 32-bit lanes. */
  readonly contentLow: number;
  readonly contentHigh: number;
  readonly sentUs: Micros;
  readonly recvUs: Micros;
  readonly ingestUs: Micros;
  readonly tag: string | null;
  /** The order it placed, or meant. */
  readonly order: OrderId | null;
  /** Newest report that bore this id; null: none yet. */
  readonly newestReport: number | null;
};

/** Actions by code, as the column holds them. */
export const INTENT_ACTIONS: readonly IntentAction[] = [
  "Place",
  "Replace",
  "Cancel",
  "CancelAll",
  "SetRiskFlag",
  "NoOp",
  "Malformed",
];

const CLIENT = 0;
const ACTION = 1;
const CONTENT_LOW = 2;
const CONTENT_HIGH = 3;
const SENT_US = 4;
const RECV_US = 5;
const INGEST_US = 6;
const ORDER = 7;
const NEWEST_REPORT = 8;
/** The slot that follows in the queue, or among the free. */
const NEXT = 9;
/** Bits: see below. */
const STATE = 10;
const PINS = 11;
/** The id among the texts and its hash; the tag among the labels. */
const ID = 12;
const HASH = 13;
const TAG = 14;
/** The slot that was bound to the same order before. */
const BOUND_BEFORE = 15;
/** Two lines of the cache. */
const WIDTH = 16;

/** Found by its id. */
const KNOWN = 1;
/** Neither in the queue nor held: only its pins keep the row. */
const LEFT = 2;
/** Its order is kept, and knows it. */
const BOUND = 4;
/** Its time has come: it has left the queue and waits for its order. */
const HELD = 8;

type Page = { readonly rows: Float64Array; readonly words: Words };

/** Where the texts of all records are. */
type Words = { readonly ids: Texts; readonly tags: Labels };

/** A remembered intent: what answers a repetition, and the stamps its reports carry. */
export class IntentRecord implements IntentFields {
  readonly slot: number;
  readonly #page: Page;
  readonly #at: number;
  /** The id, if it is at hand. */
  #intentId: string | undefined;

  constructor(slot: number, page: Page, intentId?: string) {
    this.slot = slot;
    this.#page = page;
    this.#at = (slot & PAGE_MASK) * WIDTH;
    this.#intentId = intentId;
  }

  get intentId(): string {
    const { words, rows } = this.#page;
    this.#intentId ??= words.ids.read(stored(rows, this.#at + ID));
    return this.#intentId;
  }

  get client(): ClientIndex {
    return stored(this.#page.rows, this.#at + CLIENT);
  }

  get action(): IntentAction {
    return INTENT_ACTIONS[this.#page.rows[this.#at + ACTION] ?? 0] ?? "Malformed";
  }

  get contentLow(): number {
    return stored(this.#page.rows, this.#at + CONTENT_LOW);
  }

  get contentHigh(): number {
    return stored(this.#page.rows, this.#at + CONTENT_HIGH);
  }

  get sentUs(): Micros {
    return stored(this.#page.rows, this.#at + SENT_US);
  }

  get recvUs(): Micros {
    return stored(this.#page.rows, this.#at + RECV_US);
  }

  get ingestUs(): Micros {
    return stored(this.#page.rows, this.#at + INGEST_US);
  }

  get tag(): string | null {
    return this.#page.words.tags.text(stored(this.#page.rows, this.#at + TAG));
  }

  get order(): OrderId | null {
    return storedOrNull(this.#page.rows, this.#at + ORDER);
  }

  get newestReport(): number | null {
    return storedOrNull(this.#page.rows, this.#at + NEWEST_REPORT);
  }

  set newestReport(reportSeq: number | null) {
    this.#page.rows[this.#at + NEWEST_REPORT] = reportSeq ?? NONE;
  }

  /** A repetition of its id finds it. */
  get isKnown(): boolean {
    return (stored(this.#page.rows, this.#at + STATE) & KNOWN) !== 0;
  }
}

/** An order with the newest of the records that are bound to it, or {@link NO_SLOT}. */
export type Holder = { readonly id: OrderId; boundNewest: number };

/** All remembered intents. */
export class Intents {
  /** Tags, of orders too. */
  readonly tags = new Labels();
  readonly #words: Words = { ids: new Texts(), tags: this.tags };
  readonly #pages: Page[] = [];
  readonly #index = new SlotIndex();
  #seed = 0;
  /** Rows ever used, and the first of those that are free again. */
  #used = 0;
  #free = NO_SLOT;
  #oldest = NO_SLOT;
  #newest = NO_SLOT;

  /** How many are found by their id. */
  get size(): number {
    return this.#index.size;
  }

  /** When the oldest record in the queue was taken, or undefined. */
  get oldestUs(): Micros | undefined {
    const slot = this.#oldest;
    if (slot === NO_SLOT) return undefined;
    return stored(this.#pageOf(slot).rows, this.#rowOf(slot) + INGEST_US);
  }

  /** Sets what clients cannot choose about the index. Only while it is empty. */
  seed(text: string): void {
    if (this.#index.size === 0) this.#seed = hashText(text, 0);
  }

  /** The record in a slot that is in use. */
  at(slot: number, intentId?: string): IntentRecord {
    return new IntentRecord(slot, this.#pageOf(slot), intentId);
  }

  /** The client's record of an id, or undefined. */
  find(client: ClientIndex, intentId: string): IntentRecord | undefined {
    const hash = this.#hashOf(client, intentId);
    for (
      let slot = this.#index.first(hash);
      slot !== NO_SLOT;
      slot = this.#index.after()
    ) {
      const page = this.#pageOf(slot);
      const at = this.#rowOf(slot);
      if (page.rows[at + CLIENT] !== client) continue;
      if (this.#words.ids.is(stored(page.rows, at + ID), intentId)) {
        return new IntentRecord(slot, page, intentId);
      }
    }
    return undefined;
  }

  /** Remembers an intent as the newest one. Its id must not be known. */
  add(fields: IntentFields): IntentRecord {
    const record = this.restore(fields, { isKnown: true });
    this.enqueue(record);
    return record;
  }

  /** Writes a record that stands nowhere yet: enqueue it, let an order hold it, or pin it. */
  restore(fields: IntentFields, of: { readonly isKnown: boolean }): IntentRecord {
    const record = this.#write(fields);
    if (of.isKnown) this.#know(record);
    return record;
  }

  /** Puts a record at the end of the queue. */
  enqueue({ slot }: IntentRecord): void {
    if (this.#newest === NO_SLOT) this.#oldest = slot;
    else this.#setNext(this.#newest, slot);
    this.#newest = slot;
  }

  /** Lets a repetition of the id be judged anew; the record itself stays. */
  disown({ slot }: IntentRecord): void {
    this.#disown(slot);
  }

  /** Lets a record leave no sooner than the order that it placed, or means. Once for a record. */
  bind({ slot }: IntentRecord, holder: Holder): void {
    const { rows } = this.#pageOf(slot);
    const at = this.#rowOf(slot);
    rows[at + ORDER] = holder.id;
    rows[at + BOUND_BEFORE] = holder.boundNewest;
    rows[at + STATE] = stored(rows, at + STATE) | BOUND;
    holder.boundNewest = slot;
  }

  /** Takes the oldest record out of the queue: forgotten, or held by the order that it means. */
  retireOldest(): void {
    const slot = this.#oldest;
    if (slot === NO_SLOT) return;
    this.#oldest = this.#nextOf(slot);
    if (this.#oldest === NO_SLOT) this.#newest = NO_SLOT;
    const state = this.#stateOf(slot);
    if ((state & BOUND) === 0) this.forget(slot);
    else this.#setState(slot, state | HELD);
  }

  /** Lets the order of a record keep it: it stands in no queue and is bound. */
  hold({ slot }: IntentRecord): void {
    this.#setState(slot, this.#stateOf(slot) | HELD);
  }

  /** Forgets a record that is in no queue. */
  forget(slot: number): void {
    this.#disown(slot);
    if (this.#pageOf(slot).rows[this.#rowOf(slot) + PINS] === 0) this.#release(slot);
    else this.#setState(slot, LEFT);
  }

  /** An order is forgotten: with what it holds; the rest that means it is forgotten in its time. */
  unbind(holder: Holder): void {
    let slot = holder.boundNewest;
    holder.boundNewest = NO_SLOT;
    while (slot !== NO_SLOT) {
      const before = this.#boundBefore(slot);
      const state = this.#stateOf(slot);
      if ((state & HELD) === 0) this.#setState(slot, state & ~BOUND);
      else this.forget(slot);
      slot = before;
    }
  }

  /** What an order holds, oldest first. */
  heldBy(holder: Holder): readonly IntentRecord[] {
    const held: IntentRecord[] = [];
    for (let slot = holder.boundNewest; slot !== NO_SLOT; slot = this.#boundBefore(slot)) {
      if ((this.#stateOf(slot) & HELD) !== 0) held.push(this.at(slot));
    }
    return held.reverse();
  }

  /** The queue, oldest first. */
  *queued(): Iterable<IntentRecord> {
    for (let slot = this.#oldest; slot !== NO_SLOT; slot = this.#nextOf(slot)) {
      yield this.at(slot);
    }
  }

  /** Keeps the row of a record until as many calls of {@link Intents.unpin} have followed. */
  pin(record: IntentRecord): void {
    this.#addPins(record.slot, 1);
  }

  /** Ends a {@link Intents.pin}. */
  unpin(record: IntentRecord): void {
    const pins = this.#addPins(record.slot, -1);
    if (pins === 0 && this.#stateOf(record.slot) === LEFT) this.#release(record.slot);
  }

  #hashOf(client: ClientIndex, intentId: string): number {
    return hashText(intentId, this.#seed ^ Math.imul(client + 1, 0x9e3779b1));
  }

  #know({ slot }: IntentRecord): void {
    this.#index.insert(slot, stored(this.#pageOf(slot).rows, this.#rowOf(slot) + HASH));
    this.#setState(slot, this.#stateOf(slot) | KNOWN);
  }

  #disown(slot: number): void {
    const { rows } = this.#pageOf(slot);
    const at = this.#rowOf(slot);
    const state: number = stored(rows, at + STATE);
    if ((state & KNOWN) === 0) return;
    this.#index.remove(slot, stored(rows, at + HASH));
    rows[at + STATE] = state & ~KNOWN;
  }

  #write(fields: IntentFields): IntentRecord {
    const slot = this.#take();
    const page = this.#pageOf(slot);
    const { rows } = page;
    const at = this.#rowOf(slot);
    rows[at + CLIENT] = fields.client;
    rows[at + ACTION] = INTENT_ACTIONS.indexOf(fields.action);
    rows[at + CONTENT_LOW] = fields.contentLow;
    rows[at + CONTENT_HIGH] = fields.contentHigh;
    rows[at + SENT_US] = fields.sentUs;
    rows[at + RECV_US] = fields.recvUs;
    rows[at + INGEST_US] = fields.ingestUs;
    rows[at + ORDER] = fields.order ?? NONE;
    rows[at + NEWEST_REPORT] = fields.newestReport ?? NONE;
    rows[at + NEXT] = NO_SLOT;
    rows[at + STATE] = 0;
    rows[at + PINS] = 0;
    rows[at + BOUND_BEFORE] = NO_SLOT;
    rows[at + ID] = this.#words.ids.add(fields.intentId);
    rows[at + HASH] = this.#hashOf(fields.client, fields.intentId);
    rows[at + TAG] = this.tags.take(fields.tag);
    return new IntentRecord(slot, page, fields.intentId);
  }

  #take(): number {
    const slot = this.#free;
    if (slot !== NO_SLOT) {
      this.#free = this.#nextOf(slot);
      return slot;
    }
    if ((this.#used & PAGE_MASK) === 0) {
      this.#pages.push({ rows: new Float64Array(PAGE_SIZE * WIDTH), words: this.#words });
    }
    this.#used += 1;
    return this.#used - 1;
  }

  #release(slot: number): void {
    const { rows } = this.#pageOf(slot);
    const at = this.#rowOf(slot);
    this.#words.ids.remove(stored(rows, at + ID));
    this.tags.drop(stored(rows, at + TAG));
    rows[at + ID] = NO_TEXT;
    rows[at + TAG] = NO_LABEL;
    this.#setNext(slot, this.#free);
    this.#free = slot;
  }

  #nextOf(slot: number): number {
    return stored(this.#pageOf(slot).rows, this.#rowOf(slot) + NEXT);
  }

  #setNext(slot: number, next: number): void {
    this.#pageOf(slot).rows[this.#rowOf(slot) + NEXT] = next;
  }

  #boundBefore(slot: number): number {
    return stored(this.#pageOf(slot).rows, this.#rowOf(slot) + BOUND_BEFORE);
  }

  #stateOf(slot: number): number {
    return stored(this.#pageOf(slot).rows, this.#rowOf(slot) + STATE);
  }

  #setState(slot: number, state: number): void {
    this.#pageOf(slot).rows[this.#rowOf(slot) + STATE] = state;
  }

  #addPins(slot: number, change: number): number {
    const { rows } = this.#pageOf(slot);
    const pins = stored(rows, this.#rowOf(slot) + PINS) + change;
    rows[this.#rowOf(slot) + PINS] = pins;
    return pins;
  }

  #rowOf(slot: number): number {
    return (slot & PAGE_MASK) * WIDTH;
  }

  #pageOf(slot: number): Page {
    const page = this.#pages[slot >>> PAGE_BITS];
    invariant(page !== undefined, "A record must be in a page that exists");
    return page;
  }
}
