/**
 * Questions to the exchange, one after the other, no faster than the library says that it takes them.
 *
 * What an order waits for goes first. Orders themselves are not asked here: they never wait behind a
 * question. In a pause that the exchange has asked for nothing is asked.
 * Bounded: `WAITING_MAX` questions wait; what is asked beyond that is told so at once.
 * @module
 */
import type { Micros } from "../../../../core/numbers.ts";
import type { Timers } from "../../../ports.ts";
import type { VenueError } from "../error_classes.ts";
import type { Answer, Calls, Method } from "./calls.ts";

type Question = { readonly method: Method; readonly done: (answer: Answer) => void };

const WAITING_MAX = 10_000;
const TOO_MANY: VenueError = {
  class: "overload",
  outcome: "failed",
  rejectCode: "VENUE_RATE_LIMIT",
  isOfSymbol: false,
  text: `Cannot ask: ${WAITING_MAX} questions wait`,
  retryAfterMs: undefined,
};

/** Asks one exchange. */
export class Reads {
  readonly #calls: Calls;
  readonly #timers: Timers;
  readonly #nowUs: () => Micros;
  readonly #gapUs: number;
  readonly #urgent: Question[] = [];
  readonly #others: Question[] = [];
  #isBusy = false;
  #notBeforeUs = 0;
  #isStopped = false;

  constructor(of: {
    readonly calls: Calls;
    readonly timers: Timers;
    readonly nowUs: () => Micros;
    /** From one question to the next. */
    readonly gapMs: number;
  }) {
    this.#calls = of.calls;
    this.#timers = of.timers;
    this.#nowUs = of.nowUs;
    this.#gapUs = of.gapMs * 1000;
  }

  /** Asks; the answer comes once, later. `isUrgent`: an order waits for it. */
  ask(
    method: Method,
    done: (answer: Answer) => void,
    { isUrgent = false }: { readonly isUrgent?: boolean } = {},
  ): void {
    if (this.#urgent.length + this.#others.length >= WAITING_MAX) {
      const nowUs = this.#nowUs();
      const stamps = { submitUs: nowUs, ackUs: nowUs };
      return this.#timers.soon(() => done({ kind: "error", error: TOO_MANY, stamps }));
    }
    (isUrgent ? this.#urgent : this.#others).push({ method, done });
    this.#next();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #next(): void {
    if (this.#isBusy || this.#isStopped) return;
    const waiting = this.#urgent.length > 0 ? this.#urgent : this.#others;
    if (waiting.length === 0) return;
    this.#isBusy = true;
    this.#askLater();
  }

  /** Not before its turn, nor in a pause, which may have grown meanwhile. */
  #askLater(): void {
    const pauseUs = Math.max(this.#notBeforeUs - this.#nowUs(), this.#calls.pauseUs);
    if (pauseUs <= 0) return this.#askFirst();
    this.#timers.after(pauseUs, () => this.#askLater());
  }

  /** Who is first is seen when the pause is over. */
  #askFirst(): void {
    const question = this.#urgent.shift() ?? this.#others.shift();
    if (question === undefined || this.#isStopped) {
      this.#isBusy = false;
      return;
    }
    this.#notBeforeUs = this.#nowUs() + this.#gapUs;
    this.#calls.read(question.method, (answer) => {
      this.#isBusy = false;
      question.done(answer);
      this.#next();
    });
  }
}
