/**
 * Executions of orders that are not ours: booked to `external`, remembered so that none is booked
 * twice, and so that the venue can take one back.
 *
 * Each is found by the id that it was booked with and by those of its corrections, and forgotten
 * with all of them. Bounded by what happened within the horizon: each new one forgets those of
 * which nothing was said for as long. An execution that happened before the horizon is not booked
 * at all, so forgetting is safe.
 * @module
 */
import type { Side } from "./instrument.ts";
import type { InstrumentId, Micros, Qty, SeqId, VenueId } from "./numbers.ts";
import type { Execution } from "./report.ts";

/** One of them, as it stands. */
export type ExternalFill = {
  readonly venue: VenueId;
  readonly instrument: InstrumentId;
  readonly side: Side;
  /** Under the id that it was booked with. */
  execution: Execution;
  /** Ids that name it too, as they were learnt: those of its corrections. */
  correctedAs: readonly string[];
  /** Most that it ever counted: what the venue takes off does not come back to its order. */
  peakQty: Qty;
  /** The event that booked it first, or that of the execution in whose place it stands. */
  booked: SeqId;
  isVoided: boolean;
  /** It is an order's, and counts there; here only that it is known. */
  isTakenOver: boolean;
  /** When it was booked, or last voided, corrected, confirmed or taken over; {@link ExternalFills.keep} writes it. */
  ingestUs: Micros;
};

/** All that are remembered. */
export class ExternalFills {
  readonly #byName = new Map<string, ExternalFill>();
  /** As they are forgotten. */
  readonly #kept = new Set<ExternalFill>();

  /** The execution that a venue means by an id, or undefined. */
  find(venue: VenueId, execId: string): ExternalFill | undefined {
    return this.#byName.get(nameOf(venue, execId));
  }

  /** Remembers one, and forgets those of which nothing was said after `untilUs`. */
  add(fill: ExternalFill, untilUs: number): void {
    for (const oldest of this.#kept) {
      if (oldest.ingestUs > untilUs) break;
      this.#kept.delete(oldest);
      for (const name of namesOf(oldest)) this.#byName.delete(name);
    }
    this.#kept.add(fill);
    for (const name of namesOf(fill)) this.#byName.set(name, fill);
  }

  /** Keeps one from now on, however long it was kept before. */
  keep(fill: ExternalFill, nowUs: Micros): void {
    fill.ingestUs = nowUs;
    this.#kept.delete(fill);
    this.#kept.add(fill);
  }

  /** Lets every id of one name another, which is the same execution; the one is forgotten. */
  join(fill: ExternalFill, into: ExternalFill): void {
    this.#kept.delete(fill);
    into.correctedAs = [...into.correctedAs, fill.execution.execId, ...fill.correctedAs];
    for (const name of namesOf(fill)) this.#byName.set(name, into);
  }

  /** Lets a correction's id name it too, unless it names one already. */
  correct(fill: ExternalFill, execId: string): void {
    if (this.find(fill.venue, execId) !== undefined) return;
    fill.correctedAs = [...fill.correctedAs, execId];
    this.#byName.set(nameOf(fill.venue, execId), fill);
  }

  /** As they are forgotten. */
  [Symbol.iterator](): Iterator<ExternalFill> {
    return this.#kept.values();
  }
}

function namesOf({ venue, execution, correctedAs }: ExternalFill): readonly string[] {
  return [execution.execId, ...correctedAs].map((execId) => nameOf(venue, execId));
}

function nameOf(venue: VenueId, execId: string): string {
  return `${venue}:${execId}`;
}
