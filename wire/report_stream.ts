/**
 * The execution reports of one client on their way out: framed, and held until they are durable.
 *
 * Invariant: numbers are gap-free, so the position in the queue is the number.
 * Limits: holds what is not yet durable, which the journal's batch bounds; what is durable is taken
 * or dropped at once.
 * @module
 */
import type { ClientIndex } from "../core/numbers.ts";
import type { ByteWriter } from "./byte_writer.ts";
import type { EncodedReport } from "./encoded_report.ts";
import { FRAME_HEADER_BYTES, writeLength } from "./frame.ts";

const FIRST_BYTES = 4_096;
const FIRST_REPORTS = 16;
/** Larger memory than this is given back when nothing is held. */
const KEPT_BYTES = 1 << 20;

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

  /** Takes the next report, caused by event `seq`; its bytes are copied. */
  hold(seq: number, report: EncodedReport): void {
    const length = report.to - report.from;
    this.#makeRoom(FRAME_HEADER_BYTES + length);
    const at = this.#endOf(this.#count);
    writeLength(this.#bytes, { at, length });
    const bodyAt = at + FRAME_HEADER_BYTES;
    this.#bytes.set(report.memory.subarray(report.from, report.to), bodyAt);
    this.#seqs[this.#count] = seq;
    this.#ends[this.#count] = bodyAt + length;
    this.#count += 1;
  }

  /** Everything up to event `upTo` is durable. */
  release(upTo: number): void {
    let released = this.#released;
    while (released < this.#count && (this.#seqs[released] ?? 0) <= upTo) released += 1;
    this.#durable += released - this.#released;
    this.#released = released;
  }

  /** Moves at most `most` of the oldest durable reports, framed, to `to`; returns how many. */
  take(most: number, to: ByteWriter): number {
    const count = Math.min(most, this.#released - this.#head);
    if (count <= 0) return 0;
    const next = this.#head + count;
    to.copy(this.#bytes.subarray(this.#endOf(this.#head), this.#endOf(next)));
    this.#head = next;
    this.#tidy();
    return count;
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

  #makeRoom(bytes: number): void {
    const isShort = this.#count === this.#seqs.length ||
      this.#endOf(this.#count) + bytes > this.#bytes.length;
    if (!isShort) return;
    // Moving what is left is worth it when half of the memory is waste; else it must grow.
    if (this.#head > 0) this.#cutHead();
    if (2 * this.#count >= this.#seqs.length) this.#growLists();
    const needed = this.#endOf(this.#count) + bytes;
    if (2 * needed < this.#bytes.length) return;
    const grown = new Uint8Array(4 * needed);
    grown.set(this.#bytes.subarray(0, this.#endOf(this.#count)));
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
