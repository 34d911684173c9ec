/**
 * What the simulated venue has said and the timeline has not applied yet.
 *
 * Each report is due a constant latency after it happened at the venue, never before an earlier
 * one (first in, first out). It is offered once, and kept until the event made of it is applied,
 * so that a restored simulator offers again exactly what was never applied.
 *
 * Invariant: numbers ascend without gaps; due times never fall.
 * @module
 */
import type { BrokerPayloads, Draft, Event } from "../event.ts";
import { micros } from "../numbers.ts";
import type { InstrumentId, Micros, VenueId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import { NodeReader } from "../node_reader.ts";

/** Drafts that the simulated venue makes. */
export type BrokerDraft = Draft<keyof BrokerPayloads>;

type Output = { readonly number: number; readonly dueUs: Micros; readonly draft: BrokerDraft };

/** The simulated venue's reports on their way to the engine. */
export class Outputs {
  readonly #venue: VenueId;
  #waiting: Output[] = [];
  /** How many of `#waiting`, from the front, were offered in this life. */
  #offered = 0;
  #nextNumber = 1;
  #lastDueUs = micros(0);

  constructor(venue: VenueId) {
    this.#venue = venue;
  }

  /** Says something. `make` gets the fields that every report has. */
  say(
    of: { readonly atUs: Micros; readonly latencyUs: number; readonly instrument: InstrumentId },
    make: (head: DraftHead) => BrokerDraft,
  ): void {
    const number = this.#nextNumber++;
    const dueUs = of.atUs + of.latencyUs;
    if (dueUs > this.#lastDueUs) this.#lastDueUs = micros(dueUs);
    const draft = make({
      eventTime: of.atUs,
      source: "broker_report",
      venue: this.#venue,
      instrument: of.instrument,
      idempotencyKey: `sim-${this.#venue}-${number}`,
    });
    this.#waiting.push({ number, dueUs: this.#lastDueUs, draft });
  }

  /** When the first report that was not offered is due, or undefined. */
  nextDueUs(): Micros | undefined {
    return this.#waiting[this.#offered]?.dueUs;
  }

  /** Reports due at `nowUs` that were not offered before, in order. */
  take(nowUs: Micros): Draft[] {
    const drafts: Draft[] = [];
    for (;;) {
      const output = this.#waiting[this.#offered];
      if (output === undefined || output.dueUs > nowUs) return drafts;
      drafts.push(output.draft);
      this.#offered++;
    }
  }

  /** A report was applied as an event: it is never offered again. */
  forget(event: Event): void {
    const at = this.#waiting.findIndex(({ draft }) =>
      draft.idempotencyKey === event.idempotencyKey
    );
    if (at < 0) return;
    if (at === 0) this.#waiting.shift(); // nearly always, and it moves nothing
    else this.#waiting.splice(at, 1);
    if (at < this.#offered) this.#offered--;
  }

  checkpoint(): CheckpointNode {
    return {
      next_number: this.#nextNumber,
      last_due_us: this.#lastDueUs,
      waiting: this.#waiting.map(({ number, dueUs, draft }) => ({
        number,
        due_us: dueUs,
        draft: toNode(draft),
      })),
    };
  }

  static restore(venue: VenueId, node: CheckpointNode): Outputs {
    const reader = new NodeReader(node, "outputs");
    const outputs = new Outputs(venue);
    outputs.#nextNumber = reader.integer("next_number");
    outputs.#lastDueUs = micros(reader.integer("last_due_us"));
    outputs.#waiting = reader.rows("waiting").map((row) => ({
      number: row.integer("number"),
      dueUs: micros(row.integer("due_us")),
      draft: parseDraft(row.node("draft")),
    }));
    return outputs;
  }
}

/** Fields that every report of the simulated venue has. */
export type DraftHead = Omit<BrokerDraft, "eventType" | "payload">;

// A draft is JSON by construction; the digest over a checkpoint vouches for what is read back.
function toNode(draft: BrokerDraft): CheckpointNode {
  return draft as unknown as CheckpointNode;
}

function parseDraft(node: CheckpointNode): BrokerDraft {
  return node as unknown as BrokerDraft;
}
