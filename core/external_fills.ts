/**
 * Executions of orders that are not ours: booked to `external`, remembered so that none is booked
 * twice, and so that the venue can take one back.
 *
 * Bounded by what happened within the horizon: each new one forgets those that are older. An
 * execution that happened before the horizon is not booked at all, so forgetting is safe.
 * @module
 */
import { Fifo } from "./fifo.ts";
import type { Side } from "./instrument.ts";
import type { InstrumentId, Micros, SeqId, VenueId } from "./numbers.ts";
import type { Execution } from "./report.ts";

/** One of them, as it stands. */
export type ExternalFill = {
  readonly venue: VenueId;
  readonly instrument: InstrumentId;
  readonly side: Side;
  /** Under the id that it was booked with. */
  execution: Execution;
  /** The event that booked it first. */
  readonly booked: SeqId;
  isVoided: boolean;
  readonly ingestUs: Micros;
};

/** All that are remembered. */
export class ExternalFills {
  readonly #byName = new Map<string, ExternalFill>();
  readonly #oldest = new Fifo<ExternalFill>();

  /** The execution that a venue means by an id, or undefined. */
  find(venue: VenueId, execId: string): ExternalFill | undefined {
    return this.#byName.get(nameOf(venue, execId));
  }

  /** Remembers one, and forgets what was booked before `sinceUs`. */
  add(fill: ExternalFill, sinceUs: number): void {
    for (;;) {
      const oldest = this.#oldest.peek();
      if (oldest === undefined || oldest.ingestUs >= sinceUs) break;
      this.#oldest.take();
      this.#byName.delete(nameOf(oldest.venue, oldest.execution.execId));
    }
    this.#oldest.push(fill);
    this.#byName.set(nameOf(fill.venue, fill.execution.execId), fill);
  }

  /** Oldest first. */
  [Symbol.iterator](): Iterator<ExternalFill> {
    return this.#oldest[Symbol.iterator]();
  }
}

function nameOf(venue: VenueId, execId: string): string {
  return `${venue}:${execId}`;
}
