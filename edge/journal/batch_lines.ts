/**
 * Takes a batch apart: the lines of its two parts, merged back into the order of events.
 *
 * An event's effects stand together in the truth part, right after the event or, for market data,
 * after the effects of the event before. Strings are slices of the decoded part, not copies.
 * @module
 */
import type { Batch } from "./segment_reader.ts";

const decoder = new TextDecoder();
const EVENT = '{"event":{';
const SEQ = '"seq_id":';

/** The recorded lines of one event. */
export type EventLines = {
  readonly seq: number;
  /** Without its line end; undefined if the market part that held it was dropped. */
  readonly event: string | undefined;
  /** Each with its line end; "" if there are none. */
  readonly effects: string;
};

/** Yields the lines of a batch's events, ascending. */
export function* batchLines(batch: Batch): Generator<EventLines> {
  const truth = new Cursor(decoder.decode(batch.truth));
  const market = new Cursor(decoder.decode(batch.market));
  while (!truth.isDone || !market.isDone) {
    const seq = Math.min(truth.seq(), market.seq());
    const inTruth = truth.seq() === seq && truth.isAtEvent;
    let event: string | undefined;
    if (inTruth) event = truth.takeLine();
    else if (market.seq() === seq) event = market.takeLine();
    yield { seq, event, effects: truth.takeEffects(seq) };
  }
}

class Cursor {
  readonly #text: string;
  #at = 0;
  #seq: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get isDone(): boolean {
    return this.#at >= this.#text.length;
  }

  get isAtEvent(): boolean {
    return this.#text.startsWith(EVENT, this.#at);
  }

  /** The sequence number of the line here; Infinity at the end. */
  seq(): number {
    this.#seq ??= this.isDone ? Infinity : seqAt(this.#text, this.#at);
    return this.#seq;
  }

  takeLine(): string {
    const end = this.#lineEnd();
    const line = this.#text.slice(this.#at, end);
    this.#moveTo(end + 1);
    return line;
  }

  takeEffects(seq: number): string {
    const from = this.#at;
    while (!this.isDone && !this.isAtEvent && this.seq() === seq) {
      this.#moveTo(this.#lineEnd() + 1);
    }
    return this.#text.slice(from, this.#at);
  }

  #lineEnd(): number {
    const end = this.#text.indexOf("\n", this.#at);
    return end < 0 ? this.#text.length : end;
  }

  #moveTo(at: number): void {
    this.#at = at;
    this.#seq = undefined;
  }
}

/** Returns the number after the first `"seq_id":` from `at` on; NaN never, 0 if there is none. */
function seqAt(text: string, at: number): number {
  const found = text.indexOf(SEQ, at);
  if (found < 0) return 0;
  let seq = 0;
  for (let index = found + SEQ.length;; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return seq;
    seq = seq * 10 + digit;
  }
}
