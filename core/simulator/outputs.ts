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
import { LongList, type LongNode } from "../long_node.ts";
import { micros } from "../numbers.ts";
import type { InstrumentId, Micros, VenueId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import { asNode, fromNode, NodeReader } from "../node_reader.ts";

/** Drafts that the simulated venue makes. */
export type BrokerDraft = Draft<keyof BrokerPayloads>;

/** What a report says. */
export type Saying<Type extends keyof BrokerPayloads> = {
  readonly eventType: Type;
  readonly payload: BrokerPayloads[Type];
};

type Output = { readonly dueUs: Micros; readonly draft: BrokerDraft };

/** Reports that were applied and not yet cut off the front: more than this many are. */
const WASTE_MAX = 1024;

/** The simulated venue's reports on their way to the engine. */
export class Outputs {
  readonly #venue: VenueId;
  readonly #keyPrefix: string;
  /** By number, from `#firstNumber` on; undefined: applied. */
  #waiting: (Output | undefined)[] = [];
  #firstNumber = 1;
  /** Places in `#waiting`: of the oldest that waits, and of the first that was not offered. */
  #head = 0;
  #offered = 0;
  #lastDueUs = micros(0);

  constructor(venue: VenueId) {
    this.#venue = venue;
    this.#keyPrefix = `sim-${venue}-`;
  }

  /** Says something. */
  say<Type extends keyof BrokerPayloads>(
    of: { readonly atUs: Micros; readonly latencyUs: number; readonly instrument: InstrumentId },
    saying: Saying<Type>,
  ): void {
    const dueUs = of.atUs + of.latencyUs;
    if (dueUs > this.#lastDueUs) this.#lastDueUs = micros(dueUs);
    const draft = toDraft({
      eventTime: of.atUs,
      source: "broker_report",
      venue: this.#venue,
      instrument: of.instrument,
      eventType: saying.eventType,
      payload: saying.payload,
      idempotencyKey: this.#keyPrefix + this.#nextNumber,
    });
    this.#waiting.push({ dueUs: this.#lastDueUs, draft });
  }

  /** When the first report that was not offered is due, or undefined. */
  nextDueUs(): Micros | undefined {
    while (this.#offered < this.#waiting.length && this.#waiting[this.#offered] === undefined) {
      this.#offered += 1;
    }
    return this.#waiting[this.#offered]?.dueUs;
  }

  /** Reports due at `nowUs` that were not offered before, in order. */
  take(nowUs: Micros): Draft[] {
    let drafts: Draft[] | undefined;
    for (; this.#offered < this.#waiting.length; this.#offered += 1) {
      const output = this.#waiting[this.#offered];
      if (output === undefined) continue;
      if (output.dueUs > nowUs) break;
      if (drafts === undefined) drafts = [output.draft];
      else drafts.push(output.draft);
    }
    return drafts ?? [];
  }

  /** A report was applied as an event: it is never offered again. */
  forget(event: Event): void {
    const key = event.idempotencyKey;
    if (key === null || !key.startsWith(this.#keyPrefix)) return;
    const at = Number(key.slice(this.#keyPrefix.length)) - this.#firstNumber;
    if (this.#waiting[at]?.draft.idempotencyKey !== key) return;
    this.#waiting[at] = undefined;
    while (this.#head < this.#waiting.length && this.#waiting[this.#head] === undefined) {
      this.#head += 1;
    }
    if (this.#offered < this.#head) this.#offered = this.#head;
    if (this.#head > WASTE_MAX && this.#head * 2 > this.#waiting.length) this.#cutOff();
  }

  checkpoint(): LongNode {
    const waiting = new LongList(this.#rows());
    return { next_number: this.#nextNumber, last_due_us: this.#lastDueUs, waiting };
  }

  static restore(venue: VenueId, node: CheckpointNode): Outputs {
    const reader = new NodeReader(node, "outputs");
    const outputs = new Outputs(venue);
    outputs.#lastDueUs = micros(reader.integer("last_due_us"));
    const next = reader.integer("next_number");
    const rows = reader.rows("waiting");
    outputs.#firstNumber = rows[0]?.integer("number") ?? next;
    for (const row of rows) {
      const dueUs = micros(row.integer("due_us"));
      outputs.#fillTo(row.integer("number"));
      outputs.#waiting.push({ dueUs, draft: fromNode(row.node("draft")) });
    }
    outputs.#fillTo(next);
    return outputs;
  }

  get #nextNumber(): number {
    return this.#firstNumber + this.#waiting.length;
  }

  /** Leaves out the numbers up to one: they were applied. */
  *#rows(): Generator<CheckpointNode, void> {
    for (const [at, output] of this.#waiting.entries()) {
      if (output === undefined) continue;
      const { dueUs, draft } = output;
      yield { number: this.#firstNumber + at, due_us: dueUs, draft: asNode(draft) };
    }
  }

  #fillTo(number: number): void {
    while (this.#nextNumber < number) this.#waiting.push(undefined);
  }

  #cutOff(): void {
    this.#waiting = this.#waiting.slice(this.#head);
    this.#firstNumber += this.#head;
    this.#offered -= this.#head;
    this.#head = 0;
  }
}

/** What `say` puts together: the kind and its payload belong together there. */
function toDraft(draft: {
  readonly eventTime: Micros;
  readonly source: "broker_report";
  readonly venue: VenueId;
  readonly instrument: InstrumentId;
  readonly eventType: keyof BrokerPayloads;
  readonly payload: BrokerPayloads[keyof BrokerPayloads];
  readonly idempotencyKey: string;
}): BrokerDraft {
  return draft as BrokerDraft;
}
