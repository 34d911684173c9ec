/**
 * The execution reports of one client on their way out: held until they are durable.
 *
 * Invariant: numbers are gap-free, so the position in the queue is the number.
 * Limits: holds what is not yet durable, which the journal's batch bounds; what is durable is taken
 * or dropped at once.
 * @module
 */
import type { ClientIndex } from "../core/numbers.ts";

/** Entries behind the head that are kept before the arrays are cut. */
const SLACK_MAX = 4_096;

/** A first-in-first-out queue of one client's reports, in two parts: durable, and not yet. */
export class ReportStream {
  readonly client: ClientIndex;
  #seqs: number[] = [];
  #texts: string[] = [];
  #head = 0;
  /** Entries before this index are durable. */
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
    return this.#durable + this.#texts.length - this.#released;
  }

  /** Takes the next report, caused by event `seq`. */
  hold(seq: number, text: string): void {
    this.#seqs.push(seq);
    this.#texts.push(text);
  }

  /** Everything up to event `upTo` is durable. */
  release(upTo: number): void {
    while (this.#released < this.#seqs.length && (this.#seqs[this.#released] ?? 0) <= upTo) {
      this.#released += 1;
      this.#durable += 1;
    }
  }

  /** Takes the oldest durable report, or undefined. */
  take(): string | undefined {
    if (this.#head === this.#released) return undefined;
    const text = this.#texts[this.#head];
    this.#head += 1;
    this.#tidy();
    return text;
  }

  /** Forgets the durable ones: nobody here reads them, the journal has them. */
  drop(): void {
    this.#head = this.#released;
    this.#tidy();
  }

  #tidy(): void {
    if (this.#head < this.#texts.length && this.#head < SLACK_MAX) return;
    this.#seqs.splice(0, this.#head);
    this.#texts.splice(0, this.#head);
    this.#released -= this.#head;
    this.#head = 0;
  }
}
