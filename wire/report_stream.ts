/**
 * The execution reports of one client on their way out: framed, and held until they are durable.
 *
 * Invariant: numbers are gap-free, so the position in the queue is the number.
 * Limits: holds what is not yet durable, which the journal's batch bounds; what is durable is taken
 * or dropped at once.
 * @module
 */
import type { ClientIndex } from "../core/numbers.ts";
import type { EncodedReport } from "./encoded_report.ts";
import { FRAME_HEADER_BYTES, writeLength } from "./frame.ts";

const FIRST_BYTES = 4_096;
const FIRST_REPORTS = 16;
/** Larger memory than this is given back when nothing is held. */
const KEPT_BYTES = 1 << 22;

/** A first-in-first-out queue of one client's reports, in two parts: durable, and not yet. */
export class ReportStream {
  readonly client: ClientIndex;
  /** The frames, end to end; those before `#head` are gone. */
  #bytes = new Uint8Array(FIRST_BYTES);
  /** Of each report: the event that caused it, and where its frame ends. */
  #seqs = new Float64Array(FIRST_REPORTS);
  #ends = new Int32Array(FIRST_REPORTS);
  #count = 0;
  #head = 0;
  /** Reports before this index are durable. */
  #released = 0;
  #durable: number;

  /** `durable`: number of the client's newest durable report. */
  constructor(client: ClientIndex, durable: number) {
    this.client = client;
    this.#durable = durable;
  }

  /** Number of the newest durable report; 0 if there is none. */
  get durable(): number {
    return this.#durable;
  }

  /** Number of the newest applied report. */
  get applied(): number {
    return this.#durable + this.#count - this.#released;
  }

  /** Durable reports that wait to be taken. */
  get waiting(): number {
    return this.#released - this.#head;
  }

  /** Takes the next report, caused by event `seq`; its bytes are copied. */
  hold(seq: number, report: EncodedReport): void {
    const length = report.to - report.from;
    let at = this.#endOf(this.#count);
    const end = at + FRAME_HEADER_BYTES + length;
    if (this.#count === this.#seqs.length || end > this.#bytes.length) {
      this.#makeRoom(FRAME_HEADER_BYTES + length);
      at = this.#endOf(this.#count);
    }
    writeLength(this.#bytes, { at, length });
    this.#bytes.set(report.memory.subarray(report.from, report.to), at + FRAME_HEADER_BYTES);
    this.#seqs[this.#count] = seq;
    this.#ends[this.#count] = at + FRAME_HEADER_BYTES + length;
    this.#count += 1;
  }

  /** Everything up to event `upTo` is durable. */
  release(upTo: number): void {
    let released = this.#released;
    while (released < this.#count && (this.#seqs[released] ?? 0) <= upTo) released += 1;
    this.#durable += released - this.#released;
    this.#released = released;
  }

  /** Returns the frames of the `count` oldest durable reports; they hold until the next call. */
  take(count: number): Uint8Array {
    const next = this.#head + Math.min(count, this.waiting);
    const frames = this.#bytes.subarray(this.#endOf(this.#head), this.#endOf(next));
    this.#head = next;
    this.#tidy();
    return frames;
  }

  /** Forgets the durable ones: nobody here reads them, the journal has them. */
  drop(): void {
    this.#head = this.#released;
    this.#tidy();
  }

  /** Where the frame before `index` ends. */
  #endOf(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1] ?? 0;
  }

  #tidy(): void {
    if (this.#head < this.#count) return;
    this.#count = this.#head = this.#released = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(FIRST_BYTES);
  }

  /** Moves what is left to the front; where that does not give half of the memory, it grows. */
  #makeRoom(bytes: number): void {
    if (this.#head > 0) this.#cutHead();
    if (2 * this.#count >= this.#seqs.length) this.#growLists();
    const held = this.#endOf(this.#count);
    if (2 * (held + bytes) <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, 2 * (held + bytes)));
    grown.set(this.#bytes.subarray(0, held));
    this.#bytes = grown;
  }

  #cutHead(): void {
    const cut = this.#endOf(this.#head);
    this.#bytes.copyWithin(0, cut, this.#endOf(this.#count));
    this.#seqs.copyWithin(0, this.#head, this.#count);
    this.#ends.copyWithin(0, this.#head, this.#count);
    this.#count -= this.#head;
    this.#released -= this.#head;
    this.#head = 0;
    for (let at = 0; at < this.#count; at++) this.#ends[at] = (this.#ends[at] ?? 0) - cut;
  }

  #growLists(): void {
    const seqs = new Float64Array(2 * this.#seqs.length);
    const ends = new Int32Array(2 * this.#ends.length);
    seqs.set(this.#seqs);
    ends.set(this.#ends);
    this.#seqs = seqs;
    this.#ends = ends;
  }
}
