/**
 * The books of one venue: a snapshot and the changes after it, with nothing missing in between.
 *
 * Changes wait until a snapshot came; then the venue's rule decides of each whether it is the next
 * (`depth_sequence.ts`). A gap, a lost connection or a full queue ends a book: it is invalidated once
 * and asked for anew. Snapshots are asked for one at a time, and wait where much weight has gone: they
 * cost what orders need. One that fails is asked for again after all others, ever more slowly. A
 * figure that cannot be counted ends its own book alone, which then is not asked for for a while.
 * Without depth each quote is the whole book; a lost connection invalidates it until the next.
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
import type { Cancel, Timers } from "../../../ports.ts";
import type { VenueHost } from "../../../venue.ts";
import type { Listed } from "../shared_account.ts";
import { limitPxOf, pxOf, qtyOf, QuantumError, timeOfMs } from "../reporter.ts";

const HELD_MAX = 5000;
/** A book without a snapshot is asked for again after this, and twice as long each time after. */
const AGAIN_MIN_US = 1_000_000;
const AGAIN_MAX_US = 30_000_000;

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
  /** The next pause before its snapshot is asked for again. */
  againUs: number;
  /** Ends the pause that it is in; undefined: it may be asked for. */
  endPause: Cancel | undefined;
  /** It was said that it cannot be counted. */
  isAlarmed: boolean;
};

/** Keeps books and says what happens to them. */
export class Books {
  readonly #host: Pick<VenueHost, "offerMarket" | "nowUs" | "log">;
  /** In the order in which they are asked for. */
  readonly #books: Map<string, Book>;
  /** Asks for the snapshot of a symbol; it comes by `snapshot`, or `notRead` says that it does not. */
  readonly #ask: (symbol: string) => void;
  readonly #timers: Timers;
  #asked: string | undefined;
  #isSubscribed = false;

  constructor(
    host: Pick<VenueHost, "offerMarket" | "nowUs" | "log">,
    listed: readonly Listed[],
    of: { readonly ask: (symbol: string) => void; readonly timers: Timers },
  ) {
    this.#host = host;
    this.#ask = of.ask;
    this.#timers = of.timers;
    this.#books = new Map(listed.map((one) => [one.symbol, newBook(one)]));
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
      begin(book);
      this.#invalidate(book, reason);
    }
  }

  /** Asks for nothing any more. */
  stop(): void {
    this.#isSubscribed = false;
    for (const book of this.#books.values()) begin(book);
  }

  /** @throws {PayloadError} If a figure is none. */
  depth(payload: DepthUpdatePayload): void {
    const book = this.#books.get(payload.s);
    if (book === undefined) return;
    this.#count(book, () => this.#place(book, changeOf(payload, book.listed.instrument)));
    this.#askNext();
  }

  /** @throws {PayloadError} If a figure is none. */
  snapshot(symbol: string, payload: DepthSnapshotPayload): void {
    this.#asked = undefined;
    const book = this.#books.get(symbol);
    if (book === undefined) return;
    this.#count(book, () => this.#take(book, payload));
    this.#askNext();
  }

  /**
   * The snapshot that was asked for did not come. Nothing is asked for until `retry`, and this book
   * after all others: its symbol may be one that the exchange has taken off, and refused for ever.
   */
  notRead(reason: string): void {
    const symbol = this.#asked;
    const book = symbol === undefined ? undefined : this.#books.get(symbol);
    if (symbol === undefined || book === undefined) return;
    if (book.againUs === AGAIN_MIN_US) {
      this.#host.log("warning", "snapshot_not_read", { symbol, reason });
    }
    this.#books.delete(symbol);
    this.#books.set(symbol, book);
    this.#pause(book, book.againUs);
    book.againUs = Math.min(book.againUs * 2, AGAIN_MAX_US);
  }

  /** Asks for what is missing. */
  retry(): void {
    this.#asked = undefined;
    this.#askNext();
  }

  /** @throws {PayloadError} If a figure is none. */
  trade(payload: TradePayload): void {
    // Insurance fund and auto-deleveraging prints did not come from the book.
    if ((payload.X ?? "MARKET") !== "MARKET") return;
    const book = this.#books.get(payload.s);
    if (book !== undefined) this.#count(book, () => this.#print(book, payload));
  }

  /** @throws {PayloadError} If a figure is none. */
  quote(payload: BookTickerPayload): void {
    const book = this.#books.get(payload.s);
    if (book !== undefined) this.#count(book, () => this.#quote(book, payload));
  }

  /** Runs what counts in quanta. One symbol's figures say nothing of the stream, nor of other books. */
  #count(book: Book, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof QuantumError)) throw error;
      this.#notCounted(book, error);
    }
  }

  #notCounted(book: Book, { message, needed }: QuantumError): void {
    this.#restart(book, message);
    if (book.endPause === undefined) this.#pause(book, AGAIN_MAX_US);
    if (book.isAlarmed) return;
    book.isAlarmed = true;
    const remedy = needed === undefined
      ? "take it out of the configuration"
      : `once no order of ours rests there and nothing is held, write ${needed} under another ` +
        "name or in another state directory";
    this.#host.log("alarm", "market_changed", { reason: `${message}; ${remedy}` });
  }

  #take(book: Book, payload: DepthSnapshotPayload): void {
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
  }

  #print({ listed: { instrument } }: Book, payload: TradePayload): void {
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

  #quote(book: Book, payload: BookTickerPayload): void {
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
    book.againUs = AGAIN_MIN_US; // a pause goes on: in it came what could not be counted
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
      if (book.endPause !== undefined) continue;
      this.#asked = symbol;
      return this.#ask(symbol);
    }
  }

  #pause(book: Book, us: number): void {
    book.endPause?.();
    book.endPause = this.#timers.after(us, () => {
      book.endPause = undefined;
      this.#askNext();
    });
  }

  #offer(instrument: Instrument, eventTime: Micros, news: MarketNews): boolean {
    return this.#host.offerMarket(marketDraft(instrument, eventTime, news));
  }
}

function newBook(listed: Listed): Book {
  return {
    ...{ listed, sequence: new DepthSequence(), held: [], toldInvalid: true },
    ...{ againUs: AGAIN_MIN_US, endPause: undefined, isAlarmed: false },
  };
}

/** Nothing has failed yet on this connection. */
function begin(book: Book): void {
  book.endPause?.();
  book.endPause = undefined;
  book.againUs = AGAIN_MIN_US;
  book.isAlarmed = false;
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
