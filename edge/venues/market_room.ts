/**
 * Where market data of a venue waits in its Worker while the daemon has no room for it.
 *
 * An exchange cannot be made to wait, so what waits is merged, per instrument: changes of a book
 * into the change or snapshot before them, a snapshot takes the place of the book before it, an
 * invalidation that of the book and the quote, a quote that of the quote, a definition that of the
 * definition. Trades cannot merge: at the bound they are dropped.
 * Invariant: a book that is taken out to the end is the book that was put in. When a change finds no
 * room, the book is invalidated, and further changes are refused until the next snapshot.
 * Ordering: first in, first out, but for what merges.
 * Limit: `max` drafts that cannot merge, and `LEVELS_MAX` levels in one merged change.
 * @module
 */
import type { Draft, Levels } from "../../core/event.ts";
import type { InstrumentId } from "../../core/numbers.ts";
import type { MarketCounts } from "./messages.ts";

/** Levels of one side in a merged change, above which a snapshot is the shorter way. */
const LEVELS_MAX = 10_000;
/** Empty places are swept when there are more of them than this, and than of the others. */
const EMPTY_MAX = 64;

type BookDraft = Extract<Draft, { readonly eventType: "BookSnapshot" | "BookDelta" }>;
type Side = Map<number, number>;

/** A place in the queue. `bids` and `asks` are there once something was merged into a book. */
type Place = { draft: Draft | undefined; sides?: { readonly bids: Side; readonly asks: Side } };

type OfInstrument = {
  /** The waiting change or snapshot of the book; nothing of the book waits behind it. */
  book: Place | undefined;
  /** The waiting news that the book is invalid. */
  invalid: Place | undefined;
  quote: Place | undefined;
  /** What was last said of the market. */
  definition: Place | undefined;
  /** A change was refused: none is taken before the next snapshot. */
  isBroken: boolean;
};

/** Market data that waits. */
export class MarketRoom {
  readonly #max: number;
  readonly #instruments = new Map<InstrumentId | null, OfInstrument>();
  #places: Place[] = [];
  #head = 0;
  /** Places that are not empty. */
  #length = 0;
  #merged = 0;
  #dropped = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get length(): number {
    return this.#length;
  }

  /** What became of drafts so far; `merged` lost nothing but time. */
  get statistics(): MarketCounts {
    return { merged: this.#merged, dropped: this.#dropped };
  }

  /** Adds a draft, or merges it; false: it is lost. */
  put(draft: Draft): boolean {
    const of = this.#of(draft.instrument);
    switch (draft.eventType) {
      case "BookSnapshot":
        of.isBroken = false;
        of.book = this.#replace(of.book, draft);
        return true;
      case "BookDelta":
        return this.#putDelta(draft, of);
      case "BookInvalidated":
        of.isBroken = false;
        this.#invalidate(draft, of);
        return true;
      case "QuoteUpdated":
        of.quote = this.#replace(of.quote, draft);
        return true;
      case "MarketDefined":
        of.definition = this.#replace(of.definition, draft);
        return true;
      default:
        if (this.#length >= this.#max) return this.#drop();
        this.#push(draft);
        return true;
    }
  }

  /** Takes the next draft, or undefined. */
  take(): Draft | undefined {
    for (let place = this.#next(); place !== undefined; place = this.#next()) {
      const { draft } = place;
      if (draft === undefined) continue;
      const of = this.#of(draft.instrument);
      if (of.book === place) of.book = undefined;
      if (of.invalid === place) of.invalid = undefined;
      if (of.quote === place) of.quote = undefined;
      if (of.definition === place) of.definition = undefined;
      this.#length--;
      return withSides(draft, place);
    }
    return undefined;
  }

  #putDelta(draft: Extract<Draft, { eventType: "BookDelta" }>, of: OfInstrument): boolean {
    if (of.isBroken) return this.#drop();
    if (of.book === undefined && this.#length < this.#max) {
      of.book = this.#push(draft);
      return true;
    }
    if (of.book !== undefined && merge(of.book, draft)) {
      this.#merged++;
      return true;
    }
    of.isBroken = true;
    const reason = "more changes of the book came than there was room for";
    this.#invalidate({ ...draft, eventType: "BookInvalidated", payload: { reason } }, of);
    return this.#drop();
  }

  /** Of the book before it, and the quote, nothing needs to be told any more. */
  #invalidate(draft: Draft, of: OfInstrument): void {
    this.#empty(of.book);
    this.#empty(of.quote);
    of.book = undefined;
    of.quote = undefined; // it would heal the book again, from a place behind the news
    of.invalid = this.#replace(of.invalid, draft);
  }

  #empty(place: Place | undefined): void {
    if (place === undefined) return;
    place.draft = undefined;
    this.#length--;
    this.#merged++;
  }

  #replace(place: Place | undefined, draft: Draft): Place {
    if (place === undefined) return this.#push(draft);
    place.draft = draft;
    delete place.sides;
    this.#merged++;
    return place;
  }

  #push(draft: Draft): Place {
    if (this.#places.length - this.#head > 2 * this.#length + EMPTY_MAX) this.#sweep();
    const place: Place = { draft };
    this.#places.push(place);
    this.#length++;
    return place;
  }

  #next(): Place | undefined {
    const place = this.#places[this.#head];
    if (place === undefined) this.#sweep();
    else this.#head++;
    return place;
  }

  #sweep(): void {
    this.#places = this.#places.slice(this.#head).filter(({ draft }) => draft !== undefined);
    this.#head = 0;
  }

  #drop(): false {
    this.#dropped++;
    return false;
  }

  #of(instrument: InstrumentId | null): OfInstrument {
    const known = this.#instruments.get(instrument);
    if (known !== undefined) return known;
    const made = {
      book: undefined,
      invalid: undefined,
      quote: undefined,
      definition: undefined,
      isBroken: false,
    };
    this.#instruments.set(instrument, made);
    return made;
  }
}

/** Merges a change into the book that waits; false: it has become too large. */
function merge(place: Place, change: Extract<Draft, { eventType: "BookDelta" }>): boolean {
  const { draft } = place;
  if (draft === undefined || !isBook(draft)) return false;
  const sides = place.sides ??
    { bids: sideOf(draft.payload.bids), asks: sideOf(draft.payload.asks) };
  place.sides = sides;
  add(change.payload.bids, sides.bids);
  add(change.payload.asks, sides.asks);
  const { updateId } = change.payload;
  place.draft = {
    ...draft,
    eventTime: change.eventTime,
    payload: { ...draft.payload, updateId },
  };
  return sides.bids.size <= LEVELS_MAX && sides.asks.size <= LEVELS_MAX;
}

function isBook(draft: Draft): draft is BookDraft {
  return draft.eventType === "BookSnapshot" || draft.eventType === "BookDelta";
}

function sideOf(levels: Levels): Side {
  const side: Side = new Map();
  add(levels, side);
  return side;
}

/** Later quantities win; the order of first appearance is kept. */
function add(levels: Levels, side: Side): void {
  for (let at = 0; at + 1 < levels.length; at += 2) side.set(levels[at] ?? 0, levels[at + 1] ?? 0);
}

function withSides(draft: Draft, { sides }: Place): Draft {
  if (sides === undefined || !isBook(draft)) return draft;
  const { updateId } = draft.payload;
  return { ...draft, payload: { bids: flat(sides.bids), asks: flat(sides.asks), updateId } };
}

function flat(side: Side): Levels {
  const levels: number[] = [];
  for (const [price, quantity] of side) levels.push(price, quantity);
  return levels;
}
