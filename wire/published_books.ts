/**
 * The books that one session keeps by PUBLISH. Its end is theirs: what waited of them is lost with it,
 * and nobody keeps them any more.
 *
 * Bounded by the instruments that are listed.
 * @module
 */
import type { Draft } from "../core/event.ts";
import type { InstrumentId, Micros } from "../core/numbers.ts";

/** Books of one session. */
export class PublishedBooks {
  /** A draft of each: what says its end is about the same. */
  readonly #books = new Map<InstrumentId, Draft>();

  get instruments(): ReadonlySet<InstrumentId> {
    return new Set(this.#books.keys());
  }

  /** Takes note of what is published; trades are of no book. */
  note(drafts: readonly Draft[]): void {
    for (const draft of drafts) {
      const { instrument } = draft;
      if (instrument !== null && isOfBook(draft)) this.#books.set(instrument, draft);
    }
  }

  /** Returns what says that none of them is a reference any more. */
  invalidated(nowUs: Micros): readonly Draft[] {
    return [...this.#books.values()].map(({ venue, instrument }) => ({
      eventTime: nowUs,
      source: "market_data",
      venue,
      instrument,
      eventType: "BookInvalidated",
      payload: { reason: "the session that published the book has ended" },
      idempotencyKey: null,
    }));
  }
}

function isOfBook({ eventType }: Draft): boolean {
  return eventType === "BookSnapshot" || eventType === "BookDelta" || eventType === "QuoteUpdated";
}
