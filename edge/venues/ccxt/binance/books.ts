/**
 * The books of one venue: a snapshot and the changes after it, with nothing missing in between.
 *
 * Changes wait until a snapshot came; then the venue's rule decides of each whether it is the next
 * (`depth_sequence.ts`). A gap, a lost connection or a full queue ends a book: it is invalidated once
 * and asked for anew. Snapshots are asked for one at a time, and wait where much weight has gone: they
 * cost what orders need. Without depth each quote is the whole book; a lost connection invalidates it
 * until the next.
 * Bounded: `HELD_MAX` changes of a book wait for its snapshot, then it is asked for again.
 * @module
 */
import type { Levels, MarketPayloads } from "../../../../core/event.ts";
import type { Instrument } from "../../../../core/instrument.ts";
import type { Micros } from "../../../../core/numbers.ts";
import type {
  BookTickerPayload,
  DepthSnapshotPayload,
  DepthUpdatePayload,
  RawLevel,
  TradePayload,
} from "../../../feeds/binance_payloads.ts";
import { type DepthRange, DepthSequence } from "../../../feeds/depth_sequence.ts";
import { marketDraft, type MarketNews } from "../../../feeds/market_draft.ts";
import type { VenueHost } from "../../../venue.ts";
import type { Listed } from "./requests.ts";
import { limitPxOf, pxOf, qtyOf, timeOfMs } from "./reports.ts";

const HELD_MAX = 5000;

/** A change of a book, in quanta. */
type Change = DepthRange & {
  readonly eventTime: Micros;
  readonly payload: MarketPayloads["BookDelta"];
};

type Book = {
  readonly listed: Listed;
  readonly sequence: DepthSequence;
  held: Change[];
  /** The daemon knows that the book is no reference. */
  toldInvalid: boolean;
};

/** Keeps books and says what happens to them. */
export class Books {
  readonly #host: Pick<VenueHost, "offerMarket" | "nowUs">;
  readonly #books: ReadonlyMap<string, Book>;
  /** Asks for the snapshot of a symbol; it comes by `snapshot`, or `notRead` says that it does not. */
  readonly #ask: (symbol: string) => void;
  #asked: string | undefined;
  #isSubscribed = false;

  constructor(
    host: Pick<VenueHost, "offerMarket" | "nowUs">,
    listed: readonly Listed[],
    ask: (symbol: string) => void,
  ) {
    this.#host = host;
    this.#ask = ask;
    this.#books = new Map(listed.map((one) => [one.symbol, newBook(one)]));
  }

  /** How many books are in step. */
  get seeded(): number {
    return [...this.#books.values()].filter(({ sequence }) => sequence.isSeeded).length;
  }

  /** The venue sends every change from now on: snapshots may be asked for. */
  subscribed(): void {
    this.#isSubscribed = true;
    this.#askNext();
  }

  /** Nothing that was held or known is worth anything any more. */
  disconnected(reason: string): void {
    this.#isSubscribed = false;
    this.#asked = undefined;
    for (const book of this.#books.values()) {
      book.held = [];
      this.#invalidate(book, reason);
    }
  }

  /** @throws {PayloadError} If a figure is finer than its quantum. */
  depth(payload: DepthUpdatePayload): void {
    const book = this.#books.get(payload.s);
    if (book === undefined) return;
    this.#place(book, changeOf(payload, book.listed.instrument));
    this.#askNext();
  }

  /** @throws {PayloadError} If a figure is finer than its quantum. */
  snapshot(symbol: string, payload: DepthSnapshotPayload): void {
    this.#asked = undefined;
    const book = this.#books.get(symbol);
    if (book === undefined) return;
    const { instrument } = book.listed;
    const eventTime = payload.E === undefined ? this.#host.nowUs() : timeOfMs(payload.E);
    const said = this.#offer(instrument, eventTime, {
      eventType: "BookSnapshot",
      payload: {
        bids: levelsOf(payload.bids, instrument),
        asks: levelsOf(payload.asks, instrument),
        updateId: payload.lastUpdateId,
      },
    });
    if (said) this.#seed(book, payload.lastUpdateId);
    this.#askNext();
  }

  /** The snapshot that was asked for did not come; `retry` asks again. */
  notRead(): void {
    this.#asked = undefined;
  }

  /** Asks for what is missing. */
  retry(): void {
    this.#askNext();
  }

  /** @throws {PayloadError} If a figure is finer than its quantum. */
  trade(payload: TradePayload): void {
    // Insurance fund and auto-deleveraging prints did not come from the book.
    if ((payload.X ?? "MARKET") !== "MARKET") return;
    const instrument = this.#books.get(payload.s)?.listed.instrument;
    if (instrument === undefined) return;
    this.#offer(instrument, timeOfMs(payload.E), {
      eventType: "TradePrinted",
      payload: {
        price: pxOf(payload.p, instrument),
        qty: qtyOf(payload.q, instrument),
        side: payload.m ? "Sell" : "Buy",
        tradeId: String(payload.t),
      },
    });
  }

  /** @throws {PayloadError} If a figure is finer than its quantum. */
  quote(payload: BookTickerPayload): void {
    const book = this.#books.get(payload.s);
    if (book === undefined) return;
    const { instrument } = book.listed;
    const eventTime = payload.E === undefined ? this.#host.nowUs() : timeOfMs(payload.E);
    const bidQty = qtyOf(payload.B, instrument);
    const askQty = qtyOf(payload.A, instrument);
    const said = this.#offer(instrument, eventTime, {
      eventType: "QuoteUpdated",
      payload: {
        bidPx: bidQty === 0 ? null : limitPxOf(payload.b, instrument),
        bidQty,
        askPx: askQty === 0 ? null : limitPxOf(payload.a, instrument),
        askQty,
        updateId: payload.u,
      },
    });
    if (said) book.toldInvalid = false; // where there is no depth, a quote is the book
  }

  #seed(book: Book, lastUpdateId: number): void {
    book.sequence.seed(lastUpdateId);
    book.toldInvalid = false;
    const held = book.held;
    book.held = [];
    for (const change of held) this.#place(book, change);
  }

  #place(book: Book, change: Change): void {
    const { sequence, listed } = book;
    switch (sequence.place(change)) {
      case "hold":
        return hold(book, change);
      case "old":
        return;
      case "next": {
        const { eventTime, payload } = change;
        const news = { eventType: "BookDelta", payload } as const;
        if (!this.#offer(listed.instrument, eventTime, news)) {
          this.#restart(book, "the daemon's queue was full");
        }
        return;
      }
      case "gap":
        book.held = [change];
        return this.#invalidate(book, "the depth stream has a gap");
    }
  }

  #restart(book: Book, reason: string): void {
    book.held = [];
    this.#invalidate(book, reason);
  }

  /** Forgets the snapshot; said once, again as long as the queue does not take it. */
  #invalidate(book: Book, reason: string): void {
    book.sequence.forget();
    if (book.toldInvalid) return;
    book.toldInvalid = this.#offer(book.listed.instrument, this.#host.nowUs(), {
      eventType: "BookInvalidated",
      payload: { reason },
    });
  }

  #askNext(): void {
    if (this.#asked !== undefined || !this.#isSubscribed) return;
    for (const [symbol, book] of this.#books) {
      if (book.sequence.isSeeded) continue;
      if (!book.toldInvalid) this.#invalidate(book, "the book is not in step");
      if (!book.toldInvalid) continue; // no room yet: a snapshot would find none either
      this.#asked = symbol;
      return this.#ask(symbol);
    }
  }

  #offer(instrument: Instrument, eventTime: Micros, news: MarketNews): boolean {
    return this.#host.offerMarket(marketDraft(instrument, eventTime, news));
  }
}

function newBook(listed: Listed): Book {
  return { listed, sequence: new DepthSequence(), held: [], toldInvalid: true };
}

function hold(book: Book, change: Change): void {
  if (book.held.length >= HELD_MAX) book.held = []; // what follows is a gap, and is found as one
  book.held.push(change);
}

function changeOf(payload: DepthUpdatePayload, instrument: Instrument): Change {
  return {
    first: payload.U,
    last: payload.u,
    previous: payload.pu ?? null,
    eventTime: timeOfMs(payload.E),
    payload: {
      bids: levelsOf(payload.b, instrument),
      asks: levelsOf(payload.a, instrument),
      updateId: payload.u,
    },
  };
}

function levelsOf(levels: readonly RawLevel[], instrument: Instrument): Levels {
  const flat: number[] = [];
  for (const [price, size] of levels) {
    flat.push(pxOf(price, instrument), qtyOf(size, instrument));
  }
  return flat;
}
