/**
 * An inlet: drafts that a Worker posts, into one ingress queue, with credit.
 *
 * Flow control: the Worker may have at most its credit of drafts outstanding; credit is given back
 * as drafts enter the queue, so a full queue stops the Worker and nothing piles up in between.
 * Ordering: drafts enter in the order in which they were posted, across the deaths of the Worker.
 * @module
 */
import type { Draft } from "../core/event.ts";
import type { IngressQueue } from "./ingress.ts";
import type { WorkerLink } from "./ports.ts";

/** Drafts that may be on their way from one Worker. */
export const INLET_CREDIT = 4096;

/** The ways out of a Worker that has two: what must arrive, and what may be merged. */
export type Lane = "reports" | "market";

/** What a producing Worker and its inlet say to each other about flow. */
export type CreditMessage = {
  readonly kind: "credit";
  readonly drafts: number;
  /** Absent: the Worker has one way out. */
  readonly lane?: Lane;
};

/** The daemon's end of a Worker that produces drafts. */
export class Inlet {
  readonly #queue: IngressQueue;
  readonly #credit: number;
  readonly #lane: { readonly lane?: Lane };
  #link: WorkerLink;
  #waiting: { readonly draft: Draft; readonly credit: number }[] = [];

  /** @param of Default: the Worker's only way out, with a credit of `INLET_CREDIT`. */
  constructor(
    queue: IngressQueue,
    link: WorkerLink,
    of: { readonly lane?: Lane; readonly credit?: number } = {},
  ) {
    this.#queue = queue;
    this.#link = link;
    this.#credit = of.credit ?? INLET_CREDIT;
    this.#lane = of.lane === undefined ? {} : { lane: of.lane };
    queue.onRoom(() => this.#drain());
    this.#giveCredit(this.#credit);
  }

  /** Goes on with the Worker that follows a dead one; what that one posted enters first. */
  reconnect(link: WorkerLink): void {
    this.#link = link;
    const owed = this.#waiting.reduce((sum, { credit }) => sum + credit, 0);
    this.#giveCredit(this.#credit - owed);
  }

  /** Takes a batch that the Worker posted. */
  accept(drafts: readonly Draft[]): void {
    for (const draft of drafts) this.#waiting.push({ draft, credit: 1 });
    this.#drain();
  }

  /** Adds a draft of the daemon's own behind what the Worker has posted. */
  insert(draft: Draft): void {
    this.#waiting.push({ draft, credit: 0 });
    this.#drain();
  }

  #drain(): void {
    let taken = 0;
    let credit = 0;
    for (const waiting of this.#waiting) {
      if (!this.#queue.offer(waiting.draft)) break;
      taken++;
      credit += waiting.credit;
    }
    if (taken > 0) this.#waiting = this.#waiting.slice(taken);
    if (credit > 0) this.#giveCredit(credit);
  }

  #giveCredit(drafts: number): void {
    const message: CreditMessage = { kind: "credit", drafts, ...this.#lane };
    this.#link.post(message);
  }
}
