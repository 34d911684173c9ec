/**
 * Market data of the toy daemon, and what a client of it has seen.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import { instrumentId, micros, venueId } from "../../core/numbers.ts";
import { FakeBook, instrument } from "./fake_backend.ts";
import type { Received, WireClient } from "./wire_client.ts";
import { WireFixture } from "./wire_fixture.ts";

export const BTC = instrumentId(0);
export const ETH = instrumentId(1);
/** Books of `deepBooks`. */
export const DEEP_BOOKS = 40;

/** An event of an EVENTS frame. */
export type Shown = {
  readonly seq_id: number;
  readonly event_type: string;
  readonly instrument: string | null;
  readonly conflated?: boolean;
  readonly payload: Readonly<Record<string, unknown>>;
};

/** Returns the events that came, in order. */
export function events<Event = Shown>(client: WireClient): Event[] {
  return client.all("EVENTS").flatMap((message) => message["events"] as Event[]);
}

/** Returns the best bid of each book that came; undefined where it was empty. */
export function bestBids(client: WireClient): unknown[] {
  return events(client).map((event) => (event.payload["bids"] as unknown[][])[0]?.[0]);
}

/** Puts a bid into a book and applies the event that says so. */
export function bid(fixture: WireFixture, price: number, id = BTC): void {
  const book = fixture.backend.books.get(id);
  if (book !== undefined) book.bids = [[price, 10_000], [price - 10, 20_000]];
  const payload = { bids: [price, 10_000], asks: [], updateId: null };
  market(fixture, { eventType: "BookDelta", instrument: id, payload });
}

/** Applies news of a book. */
export function market(
  fixture: WireFixture,
  of: Pick<Draft<"BookDelta">, "eventType" | "instrument" | "payload">,
): void {
  fixture.backend.apply({
    ...of,
    eventTime: micros(5),
    source: "market_data",
    venue: venueId(0),
    idempotencyKey: null,
  });
}

/** Subscribes to books, of all instruments unless `more` says otherwise, and returns the RESULT. */
export function subscribe(
  fixture: WireFixture,
  client: WireClient,
  more: Readonly<Record<string, unknown>>,
): Received {
  client.send({ type: "SUBSCRIBE", id: "s", channels: ["book"], instruments: "*", ...more });
  fixture.settle();
  const result = client.all("RESULT").at(-1);
  if (result === undefined) throw new Error("Cannot subscribe: there must be a RESULT: was none");
  return result;
}

/** A fixture whose books are in sum more than twice what a session may leave unread. */
export function deepBooks(): WireFixture {
  const settings = { reportBufferBytes: 65_536, maxFrameBytes: 65_536 };
  const fixture = new WireFixture({ settings });
  const { books, instruments } = fixture.backend;
  for (let id = instruments.length; id < DEEP_BOOKS; id++) {
    instruments.push(instrument(id, `C${id}/USDT`));
    books.set(instrumentId(id), new FakeBook());
  }
  for (const book of books.values()) {
    book.asks = Array.from({ length: 200 }, (_, n) => [200_000 + n, 12_345]);
  }
  return fixture;
}

/** The names of the books that came, each once, in order of their first coming. */
export function shownBooks(client: WireClient): Set<unknown> {
  return new Set(events(client).map((event) => event.instrument));
}
