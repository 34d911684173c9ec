/**
 * Intents that are remembered: found by client and id, forgotten oldest first.
 *
 * A record is a row of a page; what the engine holds of it is a
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
import {
  ACTION,
  BOUND_BEFORE,
  clearRow,
  CLIENT,
  CONTENT_HIGH,
  CONTENT_LOW,
  HASH,
  INGEST_US,
  INTENT_ACTIONS,
  type IntentFields,
  intsOf,
  isId,
  NEWEST_REPORT,
  NEXT,
  ORDER,
  type Page,
  PAGE_BYTES,
  pageOf,
  PINS,
  readId,
  RECV_US,
  rowOf,
  SENT_US,
  STATE,
  TAG,
  type Words,
  writeRow,
} from "./intent_row.ts";
import { Labels } from "./labels.ts";
import {
  NONE,
  PAGE_BITS,
  PAGE_MASK,
  PageMemory,
  stored,
  storedInt,
  storedOrNull,
} from "./pages.ts";
import { NO_SLOT, SlotIndex } from "./slot_index.ts";
import { hashText } from "./text_hash.ts";
import { Texts } from "./texts.ts";

export { INTENT_ACTIONS, type IntentFields } from "./intent_row.ts";

/** Found by its id. */
const KNOWN = 1;
/** Neither in the queue nor held: only its pins keep the row. */
const LEFT = 2;
/** Its order is kept, and knows it. */
const BOUND = 4;
/** Its time has come: it has left the queue and waits for its order. */
const HELD = 8;

/** A remembered intent: what answers a repetition, and the stamps its reports carry. */
export class IntentRecord implements IntentFields {
  readonly slot: number;
  readonly #page: Page;
  /** The id, if it is at hand. */
  #intentId: string | undefined;

  constructor(slot: number, page: Page, intentId?: string) {
    this.slot = slot;
    this.#page = page;
    this.#intentId = intentId;
  }

  get intentId(): string {
    this.#intentId ??= readId(this.#page, this.slot);
    return this.#intentId;
  }

  get client(): ClientIndex {
    return storedInt(this.#page.ints, intsOf(this.slot) + CLIENT);
  }

  get action(): IntentAction {
    return INTENT_ACTIONS[this.#page.ints[intsOf(this.slot) + ACTION] ?? 0] ?? "Malformed";
  }

  get contentLow(): number {
    return storedInt(this.#page.ints, intsOf(this.slot) + CONTENT_LOW);
  }

  get contentHigh(): number {
    return storedInt(this.#page.ints, intsOf(this.slot) + CONTENT_HIGH);
  }

  get sentUs(): Micros {
    return stored(this.#page.rows, rowOf(this.slot) + SENT_US);
  }

  get recvUs(): Micros {
    return stored(this.#page.rows, rowOf(this.slot) + RECV_US);
  }

  get ingestUs(): Micros {
    return stored(this.#page.rows, rowOf(this.slot) + INGEST_US);
  }

  get tag(): string | null {
    return this.#page.words.tags.text(storedInt(this.#page.ints, intsOf(this.slot) + TAG));
  }

  get order(): OrderId | null {
    return storedOrNull(this.#page.rows, rowOf(this.slot) + ORDER);
  }

  get newestReport(): number | null {
    return storedOrNull(this.#page.rows, rowOf(this.slot) + NEWEST_REPORT);
  }

  set newestReport(reportSeq: number | null) {
    this.#page.rows[rowOf(this.slot) + NEWEST_REPORT] = reportSeq ?? NONE;
  }

  /** A repetition of its id finds it. */
  get isKnown(): boolean {
    return (storedInt(this.#page.ints, intsOf(this.slot) + STATE) & KNOWN) !== 0;
  }
}

/** An order with the newest of the records that are bound to it, or {@link NO_SLOT}. */
export type Holder = { readonly id: OrderId; boundNewest: number };

/** All remembered intents. */
export class Intents {
  /** Tags, of orders too. */
  readonly tags: Labels;
  readonly #words: Words;
  readonly #memory = new PageMemory(PAGE_BYTES);
  readonly #pages: Page[] = [];
  readonly #index = new SlotIndex();
  readonly #seed: number;
  /** Rows ever used, and the first of those that are free again. */
  #used = 0;
  #free = NO_SLOT;
  #oldest = NO_SLOT;
  #newest = NO_SLOT;

  /** `secret`: what clients, who choose ids and tags, do not know of the indexes. */
  constructor(secret: string) {
    this.#seed = hashText(secret, 0);
    this.tags = new Labels(this.#seed);
    this.#words = { ids: new Texts(), tags: this.tags };
  }

  /** How many are found by their id. */
  get size(): number {
    return this.#index.size;
  }

  /** When the oldest record in the queue was taken, or undefined. */
  get oldestUs(): Micros | undefined {
    const slot = this.#oldest;
    if (slot === NO_SLOT) return undefined;
    return stored(this.#pageOf(slot).rows, rowOf(slot) + INGEST_US);
  }

  /** The record in a slot that is in use. */
  at(slot: number): IntentRecord {
    return new IntentRecord(slot, this.#pageOf(slot));
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
      if (page.ints[intsOf(slot) + CLIENT] !== client) continue;
      if (isId(page, slot, intentId)) return new IntentRecord(slot, page, intentId);
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
    const { rows, ints } = this.#pageOf(slot);
    const word = intsOf(slot);
    rows[rowOf(slot) + ORDER] = holder.id;
    ints[word + BOUND_BEFORE] = holder.boundNewest;
    ints[word + STATE] = storedInt(ints, word + STATE) | BOUND;
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
    if (this.#pageOf(slot).ints[intsOf(slot) + PINS] === 0) this.#release(slot);
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
    this.#index.insert(slot, storedInt(this.#pageOf(slot).ints, intsOf(slot) + HASH));
    this.#setState(slot, this.#stateOf(slot) | KNOWN);
  }

  #disown(slot: number): void {
    const { ints } = this.#pageOf(slot);
    const word = intsOf(slot);
    const state: number = storedInt(ints, word + STATE);
    if ((state & KNOWN) === 0) return;
    this.#index.remove(slot, storedInt(ints, word + HASH));
    ints[word + STATE] = state & ~KNOWN;
  }

  #write(fields: IntentFields): IntentRecord {
    const slot = this.#take();
    const page = this.#pageOf(slot);
    const hash = this.#hashOf(fields.client, fields.intentId);
    writeRow(page, slot, { fields, hash });
    return new IntentRecord(slot, page, fields.intentId);
  }

  #take(): number {
    const slot = this.#free;
    if (slot !== NO_SLOT) {
      this.#free = this.#nextOf(slot);
      return slot;
    }
    if ((this.#used & PAGE_MASK) === 0) {
      this.#pages.push(pageOf(this.#words, this.#memory.take()));
    }
    this.#used += 1;
    return this.#used - 1;
  }

  #release(slot: number): void {
    clearRow(this.#pageOf(slot), slot);
    this.#setNext(slot, this.#free);
    this.#free = slot;
  }

  #nextOf(slot: number): number {
    return storedInt(this.#pageOf(slot).ints, intsOf(slot) + NEXT);
  }

  #setNext(slot: number, next: number): void {
    this.#pageOf(slot).ints[intsOf(slot) + NEXT] = next;
  }

  #boundBefore(slot: number): number {
    return storedInt(this.#pageOf(slot).ints, intsOf(slot) + BOUND_BEFORE);
  }

  #stateOf(slot: number): number {
    return storedInt(this.#pageOf(slot).ints, intsOf(slot) + STATE);
  }

  #setState(slot: number, state: number): void {
    this.#pageOf(slot).ints[intsOf(slot) + STATE] = state;
  }

  #addPins(slot: number, change: number): number {
    const { ints } = this.#pageOf(slot);
    const pins = storedInt<number>(ints, intsOf(slot) + PINS) + change;
    ints[intsOf(slot) + PINS] = pins;
    return pins;
  }

  #pageOf(slot: number): Page {
    const page = this.#pages[slot >>> PAGE_BITS];
    invariant(page !== undefined, "A record must be in a page that exists");
    return page;
  }
}
