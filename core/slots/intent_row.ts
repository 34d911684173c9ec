/**
 * The row of an intent: two lines of the cache. What retirement asks for is in the first; times,
 * and the id itself where it is short, are in the second.
 *
 * Invariant: an id is read as it was written. Ids of more than `INLINE_MAX` units, or of units that
 * take two bytes, stand among the texts, and the row says where.
 * @module
 */
import type { ClientIndex, Micros, OrderId } from "../numbers.ts";
import type { IntentAction } from "../intent.ts";
import { Labels } from "./labels.ts";
import { NONE, PAGE_MASK, PAGE_SIZE, type PagePlace } from "./pages.ts";
import { NO_SLOT } from "./slot_index.ts";
import { Texts } from "./texts.ts";

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

/** Columns of 32 bits. */
export const CLIENT = 0;
export const ACTION = 1;
export const CONTENT_LOW = 2;
export const CONTENT_HIGH = 3;
/** The slot that follows in the queue, or among the free. */
export const NEXT = 4;
/** Bits, see `intents.ts`. */
export const STATE = 5;
export const PINS = 6;
/** The slot that was bound to the same order before. */
export const BOUND_BEFORE = 7;
/** Hash of the id. */
export const HASH = 8;
/** Label of the tag. */
export const TAG = 9;
/** Units of the id that the row holds; below 0: where among the texts it is. */
const ID = 10;
const WORDS = 32;

/** Columns of 64 bits. */
export const INGEST_US = 6;
export const ORDER = 7;
export const SENT_US = 8;
export const RECV_US = 9;
export const NEWEST_REPORT = 10;
const WIDTH = WORDS / 2;

/** Where the id begins. */
const ID_BYTES = 88;
const ROW_BYTES = 4 * WORDS;
const INLINE_MAX = ROW_BYTES - ID_BYTES;
const NARROW_MAX = 255;

/** Where the texts of all records are. */
export type Words = { readonly ids: Texts; readonly tags: Labels };

/** A page: the same memory as numbers of 64 and 32 bits and as bytes. */
export type Page = {
  readonly rows: Float64Array;
  readonly ints: Int32Array;
  readonly bytes: Uint8Array;
  readonly words: Words;
};

/** Bytes of a page. */
export const PAGE_BYTES = PAGE_SIZE * ROW_BYTES;

/** Makes a page where there is room for one. */
export function pageOf(words: Words, { buffer, from }: PagePlace): Page {
  return {
    rows: new Float64Array(buffer, from, PAGE_SIZE * WIDTH),
    ints: new Int32Array(buffer, from, PAGE_SIZE * WORDS),
    bytes: new Uint8Array(buffer, from, PAGE_BYTES),
    words,
  };
}

/** Where the columns of 64 bits of a slot begin. */
export function rowOf(slot: number): number {
  return (slot & PAGE_MASK) * WIDTH;
}

/** Where its columns of 32 bits begin. */
export function intsOf(slot: number): number {
  return (slot & PAGE_MASK) * WORDS;
}

/** Writes a row that stands nowhere yet, with the hash of its id. */
export function writeRow(
  page: Page,
  slot: number,
  of: { readonly fields: IntentFields; readonly hash: number },
): void {
  const { fields, hash } = of;
  const { rows, ints } = page;
  const at = rowOf(slot);
  rows[at + SENT_US] = fields.sentUs;
  rows[at + RECV_US] = fields.recvUs;
  rows[at + INGEST_US] = fields.ingestUs;
  rows[at + ORDER] = fields.order ?? NONE;
  rows[at + NEWEST_REPORT] = fields.newestReport ?? NONE;
  const word = intsOf(slot);
  ints[word + CLIENT] = fields.client;
  ints[word + ACTION] = INTENT_ACTIONS.indexOf(fields.action);
  ints[word + CONTENT_LOW] = fields.contentLow;
  ints[word + CONTENT_HIGH] = fields.contentHigh;
  ints[word + NEXT] = NO_SLOT;
  ints[word + STATE] = 0;
  ints[word + PINS] = 0;
  ints[word + BOUND_BEFORE] = NO_SLOT;
  ints[word + HASH] = hash;
  ints[word + TAG] = page.words.tags.take(fields.tag);
  ints[word + ID] = writeId(page, slot, fields.intentId);
}

/** Lets go of what a row holds elsewhere. */
export function clearRow({ ints, words }: Page, slot: number): void {
  const word = intsOf(slot);
  const id = ints[word + ID] ?? 0;
  if (id < 0) words.ids.remove(-id);
  words.tags.drop(ints[word + TAG] ?? 0);
}

/** The id of a row. */
export function readId({ ints, bytes, words }: Page, slot: number): string {
  const id = ints[intsOf(slot) + ID] ?? 0;
  if (id < 0) return words.ids.read(-id);
  const at = (slot & PAGE_MASK) * ROW_BYTES + ID_BYTES;
  const units = new Array<number>(id);
  for (let i = 0; i < id; i += 1) units[i] = bytes[at + i] ?? 0;
  // Spreading a part of the bytes would take five times as long.
  return String.fromCharCode.apply(null, units);
}

/** True if the id of a row is `text`. */
export function isId({ ints, bytes, words }: Page, slot: number, text: string): boolean {
  const id = ints[intsOf(slot) + ID] ?? 0;
  if (id < 0) return words.ids.is(-id, text);
  if (id !== text.length) return false;
  const at = (slot & PAGE_MASK) * ROW_BYTES + ID_BYTES;
  for (let i = 0; i < id; i += 1) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

function writeId({ bytes, words }: Page, slot: number, text: string): number {
  const { length } = text;
  if (length > INLINE_MAX) return -words.ids.add(text);
  const at = (slot & PAGE_MASK) * ROW_BYTES + ID_BYTES;
  for (let i = 0; i < length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > NARROW_MAX) return -words.ids.add(text);
    bytes[at + i] = unit;
  }
  return length;
}
