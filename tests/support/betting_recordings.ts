/**
 * The recorded betting streams that some tests read, and books made of what their reader says.
 * @module
 */
import type { Draft, Levels } from "../../core/event.ts";
import { LineReader } from "../../edge/feeds/line_reader.ts";
import type { PlainBook, PlainSide } from "./naive_stream.ts";
import { fileOf } from "./read_only_disk.ts";
import { sharedData } from "./shared_data.ts";

/** Registers a test that skips, by name, on a machine without the recording. */
export function testWithRecording(file: string, name: string, run: () => void): void {
  const isThere = sharedData(`betfair/${file}`) !== undefined;
  Deno.test({
    name: isThere ? name : `${name} [skipped: needs betfair/${file}]`,
    ignore: !isThere,
    fn: run,
  });
}

/** Lines of a recording, one after the other. */
export function* linesOfRecording(file: string): Generator<string, void> {
  const reader = new LineReader(fileOf(Deno.readFileSync(sharedData(`betfair/${file}`) ?? "")));
  for (let line = reader.next(); line !== undefined; line = reader.next()) yield line;
}

/** Books as drafts say them, by symbol. */
export class DraftBooks {
  readonly #symbols = new Map<number, string>();
  readonly #books = new Map<string, PlainBook>();

  /** Applies drafts; returns the symbols whose books changed. */
  apply(drafts: readonly Draft[]): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const draft of drafts) {
      if (draft.eventType === "InstrumentListed") {
        this.#symbols.set(draft.payload.id, draft.payload.symbol);
      }
      if (draft.eventType !== "BookSnapshot" && draft.eventType !== "BookDelta") continue;
      const symbol = this.#symbols.get(draft.instrument ?? -1) ?? "";
      const isNew = draft.eventType === "BookSnapshot";
      const book = isNew ? { bids: new Map(), asks: new Map() } : this.book(symbol);
      this.#books.set(symbol, book);
      put(book.bids, draft.payload.bids);
      put(book.asks, draft.payload.asks);
      changed.add(symbol);
    }
    return changed;
  }

  /** Returns the book of a symbol; an empty one if nothing was said of it. */
  book(symbol: string): PlainBook {
    return this.#books.get(symbol) ?? { bids: new Map(), asks: new Map() };
  }
}

function put(side: PlainSide, levels: Levels): void {
  for (let at = 0; at < levels.length; at += 2) {
    const [price = 0, size = 0] = [levels[at], levels[at + 1]];
    if (size === 0) side.delete(price);
    else side.set(price, size);
  }
}
