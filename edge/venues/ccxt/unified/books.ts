/**
 * Books as the library keeps them: of each instrument the best levels, at most ten times a second.
 *
 * The library checks the sequence of an exchange's changes on few exchanges, and its figures are
 * numbers: a book here is a reference for prices, not a record. So it is told whole each time. It is
 * invalidated when it has crossed, cannot be counted, or has not changed for `STALE_US`, until the
 * library's next change leaves a book that can be told.
 * Known limits: only a stream that was lost is asked for anew. What an exchange leaves out of its changes
 * is not noticed before the book crosses, and one that stays crossed stays invalid.
 * @module
 */
import { fromQuanta } from "../../../../core/decimal.ts";
import type { Levels } from "../../../../core/event.ts";
import type { Instrument } from "../../../../core/instrument.ts";
import { priceQuantaOf, quantaOf } from "../../../feeds/venue_decimal.ts";
import { marketDraft } from "../../../feeds/market_draft.ts";
import type { Cancel, Timers } from "../../../ports.ts";
import type { VenueHost } from "../../../venue.ts";
import { wordsOf } from "./errors.ts";
import type { UnifiedExchange } from "./exchange.ts";
import type { Listed } from "../shared_account.ts";

const TELL_US = 100_000;
const STALE_US = 60_000_000;
const AGAIN_MIN_US = 1_000_000;
const AGAIN_MAX_US = 30_000_000;

type Book = {
  readonly listed: Listed;
  /** The library's own object, as it stands. */
  current: { readonly bids: unknown; readonly asks: unknown } | undefined;
  isTold: boolean;
  isChanged: boolean;
  againUs: number;
  changedUs: number;
};

/** Follows the books of one exchange. */
export class Books {
  readonly #exchange: UnifiedExchange;
  readonly #host: VenueHost;
  readonly #timers: Timers;
  readonly #levels: number;
  readonly #books: readonly Book[];
  #cancel: Cancel = () => {};
  #isStopped = false;

  constructor(of: {
    /** One of its own, with figures as numbers. */
    readonly exchange: UnifiedExchange;
    readonly host: VenueHost;
    readonly timers: Timers;
    readonly listed: readonly Listed[];
    readonly levels: number;
  }) {
    this.#exchange = of.exchange;
    this.#host = of.host;
    this.#timers = of.timers;
    this.#levels = of.levels;
    this.#books = of.listed.map((listed) => ({
      ...{ listed, current: undefined, isTold: false, isChanged: false },
      ...{ againUs: AGAIN_MIN_US, changedUs: 0 },
    }));
  }

  start(): void {
    for (const book of this.#books) this.#watch(book);
    this.#tellLater();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** Its promise is kept with each change, until it fails. */
  #watch(book: Book): void {
    if (this.#isStopped) return;
    this.#exchange.watchOrderBook(book.listed.symbol).then(
      (current) => {
        book.current = current as Book["current"];
        book.isChanged = true;
        book.changedUs = this.#host.nowUs();
        book.againUs = AGAIN_MIN_US;
        this.#watch(book);
      },
      (error: unknown) => this.#lost(book, wordsOf(error)),
    );
  }

  #lost(book: Book, reason: string): void {
    if (this.#isStopped) return;
    const { symbol } = book.listed;
    if (book.againUs === AGAIN_MIN_US) {
      this.#host.log("warning", "snapshot_not_read", { symbol, reason });
    }
    this.#invalidate(book, "the stream of the book was lost");
    this.#timers.after(book.againUs, () => this.#watch(book));
    book.againUs = Math.min(book.againUs * 2, AGAIN_MAX_US);
  }

  #tellLater(): void {
    this.#cancel = this.#timers.after(TELL_US, () => {
      for (const book of this.#books) this.#tell(book);
      if (!this.#isStopped) this.#tellLater();
    });
  }

  #tell(book: Book): void {
    const { current, listed: { instrument } } = book;
    const isStale = this.#host.nowUs() - book.changedUs > STALE_US;
    if (current === undefined) return;
    if (isStale) return this.#invalidate(book, "nothing was heard of the book for a minute");
    if (!book.isChanged) return;
    book.isChanged = false;
    const bids = levelsOf(current.bids, instrument, this.#levels);
    const asks = levelsOf(current.asks, instrument, this.#levels);
    if (bids === undefined || asks === undefined) {
      return this.#invalidate(book, "a figure of the book is finer than its quantum");
    }
    const [[bid], [ask]] = [bids, asks];
    if (bid !== undefined && ask !== undefined && bid >= ask) {
      return this.#invalidate(book, "the book has crossed");
    }
    const payload = { bids, asks, updateId: null };
    book.isTold = this.#offer(instrument, { eventType: "BookSnapshot", payload });
    book.isChanged = !book.isTold;
  }

  #invalidate(book: Book, reason: string): void {
    book.current = undefined;
    if (!book.isTold) return;
    const { instrument } = book.listed;
    book.isTold = !this.#offer(instrument, { eventType: "BookInvalidated", payload: { reason } });
  }

  #offer(instrument: Instrument, news: Parameters<typeof marketDraft>[2]): boolean {
    return this.#host.offerMarket(marketDraft(instrument, this.#host.nowUs(), news));
  }
}

/** Returns the best levels; undefined: one cannot be counted. */
function levelsOf(
  side: unknown,
  { priceRule, qtyRule }: Instrument,
  max: number,
): Levels | undefined {
  if (!Array.isArray(side)) return undefined;
  const flat: number[] = [];
  for (const level of side.slice(0, max) as readonly unknown[]) {
    const [price, size] = Array.isArray(level) ? level as readonly unknown[] : [];
    const px = priceQuantaOf(plain(price), priceRule.scale);
    const qty = quantaOf(plain(size), qtyRule.scale);
    if (px === undefined || qty === undefined) return undefined;
    if (qty > 0) flat.push(px, qty);
  }
  return flat;
}

/** A number as it was written, as far as a double holds it; small ones without an exponent. */
function plain(value: unknown): string {
  if (typeof value !== "number") return String(value);
  if (value === 0 || value >= SPELLED_MIN) return String(value);
  return fromQuanta(Math.round(value * SMALL), SMALL_SCALE);
}

const SPELLED_MIN = 1e-6;
const SMALL = 1e12;
const SMALL_SCALE = 12;
