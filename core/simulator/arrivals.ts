/**
 * Commands on their way to the simulated venue: first in, first out, each with the time at which it
 * arrives.
 *
 * Where the way is long, thousands of orders are on it. A Submit is kept as a row of numbers and its
 * key, so that the collector of garbage has no command to copy while it waits; it is put together
 * again when it arrives. Any other command, and the rare Submit with more to it, waits as it is.
 *
 * Invariant: what is taken equals what was pushed. Bounded by its owner; grows by pages.
 * @module
 */
import type { OrderCommand, SubmitOrder } from "../command.ts";
import type { Micros, VenueId } from "../numbers.ts";
import {
  ordTypeIn,
  postOnlyIn,
  reduceOnlyIn,
  sideIn,
  termsWord,
  timeInForceIn,
} from "../slots/order_row.ts";
import { NONE, stored, storedOrNull } from "../slots/pages.ts";

const PAGE_ROWS = 256;
const AT_US = 0;
const SEQ = 1;
const REQUEST = 2;
const INSTRUMENT = 3;
const ORDER = 4;
const TERMS = 5;
const EXPIRE_US = 6;
const PRICE = 7;
const ORDER_QTY = 8;
const DRY_RUN = 9;
const WIDTH = 10;

/** `waiting`: the key of a Submit that is a row, or the command itself. */
type Page = {
  readonly rows: Float64Array;
  readonly waiting: (string | OrderCommand)[];
  next: Page | undefined;
};

/** A command, and when it arrives. */
export type Arrival = { readonly atUs: Micros; readonly command: OrderCommand };

function newPage(): Page {
  return { rows: new Float64Array(PAGE_ROWS * WIDTH), waiting: [], next: undefined };
}

/** The way to one venue. */
export class Arrivals {
  readonly #venue: VenueId;
  #first: Page = newPage();
  #last: Page = this.#first;
  /** The page that was emptied last, to be used again. */
  #spare: Page | undefined;
  /** Where the oldest command stands in the first page. */
  #head = 0;

  constructor(venue: VenueId) {
    this.#venue = venue;
  }

  /** When the oldest command arrives, or undefined. */
  get nextUs(): Micros | undefined {
    return this.#head < this.#first.waiting.length
      ? stored(this.#first.rows, this.#head * WIDTH + AT_US)
      : undefined;
  }

  /** Sends a command on its way. It arrives no sooner than the one before it. */
  push(command: OrderCommand, atUs: Micros): void {
    if (this.#last.waiting.length === PAGE_ROWS) this.#addPage();
    const { rows, waiting } = this.#last;
    const at = waiting.length * WIDTH;
    rows[at + AT_US] = atUs;
    if (isPlain(command)) {
      writeSubmit(command, rows, at);
      waiting.push(command.clOrdId);
    } else waiting.push(command);
  }

  /** Takes the oldest command, or returns undefined. */
  take(): Arrival | undefined {
    const page = this.#first;
    const arrival = this.#arrivalAt(page, this.#head);
    if (arrival === undefined) return undefined;
    this.#head += 1;
    if (this.#head === page.waiting.length) this.#dropPage();
    return arrival;
  }

  /** Oldest first. */
  *[Symbol.iterator](): Iterator<Arrival> {
    let from = this.#head;
    for (let page: Page | undefined = this.#first; page !== undefined; page = page.next) {
      for (let index = from; index < page.waiting.length; index += 1) {
        const arrival = this.#arrivalAt(page, index);
        if (arrival !== undefined) yield arrival;
      }
      from = 0;
    }
  }

  #arrivalAt({ rows, waiting }: Page, index: number): Arrival | undefined {
    const what = waiting[index];
    if (what === undefined) return undefined;
    const at = index * WIDTH;
    const command = typeof what === "string" ? this.#submitIn(rows, at, what) : what;
    return { atUs: stored(rows, at + AT_US), command };
  }

  #submitIn(rows: Float64Array, at: number, clOrdId: string): SubmitOrder {
    const terms = stored(rows, at + TERMS);
    const command: SubmitOrder = {
      kind: "Submit",
      seqId: stored(rows, at + SEQ),
      request: stored(rows, at + REQUEST),
      venue: this.#venue,
      instrument: stored(rows, at + INSTRUMENT),
      order: stored(rows, at + ORDER),
      clOrdId,
      venueOrderId: null,
      side: sideIn(terms),
      ordType: ordTypeIn(terms),
      timeInForce: timeInForceIn(terms),
      expireUs: storedOrNull(rows, at + EXPIRE_US),
      price: storedOrNull(rows, at + PRICE),
      orderQty: stored(rows, at + ORDER_QTY),
      postOnly: postOnlyIn(terms),
      reduceOnly: reduceOnlyIn(terms),
      params: null,
    };
    return rows[at + DRY_RUN] === 1 ? { ...command, dryRun: true } : command;
  }

  #addPage(): void {
    const page = this.#spare ?? newPage();
    this.#spare = undefined;
    this.#last.next = page;
    this.#last = page;
  }

  /** Everything of the first page has arrived. The last page begins again in place. */
  #dropPage(): void {
    const page = this.#first;
    while (page.waiting.length > 0) page.waiting.pop(); // a length of 0 would give the memory away
    this.#head = 0;
    if (page.next === undefined) return;
    this.#first = page.next;
    page.next = undefined;
    this.#spare = page;
  }
}

function isPlain(command: OrderCommand): command is SubmitOrder {
  return command.kind === "Submit" && command.params === null && command.venueOrderId === null;
}

function writeSubmit(command: SubmitOrder, rows: Float64Array, at: number): void {
  rows[at + SEQ] = command.seqId;
  rows[at + REQUEST] = command.request;
  rows[at + INSTRUMENT] = command.instrument;
  rows[at + ORDER] = command.order;
  rows[at + TERMS] = termsWord(command);
  rows[at + EXPIRE_US] = command.expireUs ?? NONE;
  rows[at + PRICE] = command.price ?? NONE;
  rows[at + ORDER_QTY] = command.orderQty;
  rows[at + DRY_RUN] = command.dryRun === true ? 1 : 0;
}
