/**
 * Recorded files as a source: one line is one moment, paced by the times of the streams.
 *
 * Several streams are merged by time; at equal times by instrument, then in the order in which they
 * are given, which is the sequencer's rule for the producers of one venue.
 *
 * A stream that breaks off (see `capture_stream.ts`) invalidates the books that are configured, and
 * those that it listed or spoke of itself; the others go on.
 * @module
 */
import type { Draft, EventType } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { type InstrumentId, micros } from "../../core/numbers.ts";
import type { Disk } from "../ports.ts";
import { CaptureStream } from "./capture_stream.ts";
import type { CaptureFiles, Moment } from "./capture_stream.ts";
import { problemsOf, sayCounts } from "./capture_summary.ts";
import type { FeedChoice, FeedSource } from "./feed.ts";
import { marketDraft } from "./market_draft.ts";

type CaptureChoice = Extract<FeedChoice, { readonly kind: "capture" }>;

export type CaptureSourceOptions = {
  readonly feed: CaptureChoice;
  readonly instruments: readonly Instrument[];
  /** Lists what the files name; absent: only what is configured is read. */
  readonly discover?: (symbol: string) => Instrument | undefined;
  readonly disk: Disk;
  readonly problem: (text: string) => void;
};

/** Ends with the last stream. */
export class CaptureSource implements FeedSource {
  readonly #options: CaptureSourceOptions;
  readonly #streams: readonly CaptureStream[];
  readonly #merge: StreamMerge;
  #moment: Moment | undefined;
  #firstUs: number | undefined;
  #hasEnded = false;

  /** @throws {RangeError} If a format is unknown, columns are wrong or the speed is not above 0. */
  constructor(options: CaptureSourceOptions) {
    const { speed } = options.feed;
    if (typeof speed === "number" && !(speed > 0)) {
      throw new RangeError(`Cannot play a capture: its speed must be above 0: was ${speed}`);
    }
    this.#options = options;
    const isStrict = options.feed.strict ?? false;
    this.#streams = streamsOf(options.feed).map((files) =>
      new CaptureStream({ ...options, ...files, isStrict })
    );
    this.#merge = new StreamMerge(this.#streams, options.instruments);
  }

  nextDueUs(): number | undefined {
    if (this.#moment === undefined && !this.#hasEnded) this.#advance();
    return this.#moment === undefined ? undefined : this.#dueUs(this.#moment);
  }

  next(): readonly Draft[] {
    const moment = this.#moment;
    this.#moment = undefined;
    return moment?.drafts ?? [];
  }

  summary(): string {
    return this.#streams.map(({ reader }) => sayCounts(reader.summary)).join("; ");
  }

  #advance(): void {
    this.#moment = this.#merge.next();
    if (this.#moment !== undefined) return;
    this.#hasEnded = true;
    const { feed, problem } = this.#options;
    for (const [index, { reader }] of this.#streams.entries()) {
      const expectation = index === 0 ? feed.expect : undefined;
      for (const text of problemsOf(reader.summary, expectation)) problem(text);
    }
  }

  #dueUs({ us }: Moment): number {
    const { speed } = this.#options.feed;
    this.#firstUs ??= us;
    if (speed === "fastest") return 0;
    return Math.floor((us - this.#firstUs) / (speed === "realtime" ? 1 : speed));
  }
}

/** Files to be merged are a stream each. */
function streamsOf(feed: CaptureChoice): readonly CaptureFiles[] {
  return [feed, ...feed.beside ?? []].flatMap((of) => {
    const { files, format, columns, merge } = of;
    const shared = columns === undefined ? { format } : { format, columns };
    return merge === true ? files.map((file) => ({ ...shared, files: [file] })) : [
      { ...shared, files },
    ];
  });
}

type BookOf = Pick<Instrument, "id" | "venue">;

/** What makes a book, or an instrument that will have one. */
const OF_BOOKS: ReadonlySet<EventType> = new Set(
  ["InstrumentListed", "BookSnapshot", "BookDelta", "QuoteUpdated"] as const,
);

/** Several streams as one, by time. */
class StreamMerge {
  readonly #streams: readonly CaptureStream[];
  /** Next moments by stream; undefined: not read yet or ended. */
  readonly #heads: (Moment | undefined)[];
  readonly #ended = new Set<CaptureStream>();
  /** Books by stream, the configured ones among them: what is lost with it. */
  readonly #books = new Map<CaptureStream, Map<InstrumentId, BookOf>>();
  #lastUs = 0;

  constructor(streams: readonly CaptureStream[], instruments: readonly Instrument[]) {
    this.#streams = streams;
    this.#heads = streams.map(() => undefined);
    for (const stream of streams) {
      this.#books.set(
        stream,
        new Map(instruments.map((instrument) => [instrument.id, instrument])),
      );
    }
  }

  next(): Moment | undefined {
    let [first, at] = [undefined as Moment | undefined, 0];
    for (const [index, stream] of this.#streams.entries()) {
      const head = this.#heads[index] ?? this.#nextOf(stream);
      this.#heads[index] = head;
      if (head === undefined || (first !== undefined && !comesBefore(head, first))) continue;
      [first, at] = [head, index];
    }
    this.#heads[at] = undefined;
    this.#lastUs = Math.max(this.#lastUs, first?.us ?? 0);
    return first;
  }

  #nextOf(stream: CaptureStream): Moment | undefined {
    if (this.#ended.has(stream)) return undefined;
    const moment = stream.next();
    if (moment !== undefined) {
      this.#note(stream, moment);
      return moment;
    }
    this.#ended.add(stream);
    return stream.isBroken ? this.#lost(stream) : undefined;
  }

  #note(stream: CaptureStream, { drafts }: Moment): void {
    const books = this.#books.get(stream);
    for (const { eventType, venue, instrument: id } of drafts) {
      if (venue === null || id === null || books === undefined || books.has(id)) continue;
      if (OF_BOOKS.has(eventType)) books.set(id, { id, venue });
    }
  }

  /** Nobody knows any more what the books are. */
  #lost(stream: CaptureStream): Moment | undefined {
    const books = [...this.#books.get(stream)?.values() ?? []];
    if (books.length === 0 || this.#lastUs === 0) return undefined;
    const drafts = books.map((book) =>
      marketDraft(book, micros(this.#lastUs), {
        eventType: "BookInvalidated",
        payload: { reason: "the capture broke off" },
      })
    );
    return { us: this.#lastUs, drafts };
  }
}

function comesBefore(moment: Moment, other: Moment): boolean {
  if (moment.us !== other.us) return moment.us < other.us;
  return (moment.drafts[0]?.instrument ?? -1) < (other.drafts[0]?.instrument ?? -1);
}
