/**
 * How long each hop of a request took, from the stamps that were recorded with it.
 *
 * `sent` is the client's clock, `received`, `journaled`, `submitted` and `acknowledged` are the
 * daemon's at its edge, the rest is engine time: when the event was numbered. A hop whose stamp was
 * never taken (a simulated venue has no wire) is absent, and the next one begins where it would.
 * @module
 */
import { type Fields, inner, numberOf, textOf } from "./record.ts";

/** A moment in a request's life. */
export type Mark = { readonly name: string; readonly at_us: number };

/** One request, from whoever wanted it to its outcome. */
export type Chain = {
  /** `Place`, `Replace`, `Cancel`, or why the daemon itself cancelled. */
  readonly what: string;
  readonly intent_id: string | null;
  readonly marks: readonly Mark[];
};

/** From one moment to the next. */
export type Hop = { readonly from: string; readonly to: string; readonly us: number };

type OpenChain = { what: string; intent_id: string | null; marks: Mark[] };

const STAMPS = [
  ["journal_us", "journaled"],
  ["submit_us", "submitted"],
  ["ack_us", "acknowledged"],
] as const;

/** Most requests of one order that are measured. */
const CHAINS_MAX = 1000;

/** Follows the requests of one order. */
export class Latency {
  readonly #chains: OpenChain[] = [];
  #place: OpenChain | undefined;
  /** All but Places that have no outcome yet, oldest first. */
  #pending: OpenChain[] = [];

  get chains(): readonly Chain[] {
    return this.#chains;
  }

  /** An intent of the order that was taken, decided at `timeUs`. */
  intent(payload: Fields, timeUs: number): void {
    const intent = inner(payload, "intent");
    const what = textOf(intent, "action") ?? "";
    const chain = this.#begin(what, textOf(intent, "intent_id") ?? null);
    note(chain, "sent", numberOf(intent, "sent_us"));
    note(chain, "received", numberOf(payload, "recv_us"));
    note(chain, "decided", timeUs);
  }

  /** The order is to be cancelled; by whom says `reason` where no intent of its own did. */
  cancelling(reason: string, timeUs: number): void {
    if (this.#current("Cancel") !== undefined) return;
    note(this.#begin(`Cancel (${reason})`, null), "decided", timeUs);
  }

  /** A request was decided. */
  command(body: Fields, timeUs: number): void {
    const chain = this.#chainOf(textOf(body, "kind") ?? "");
    if (chain?.marks.at(-1)?.at_us !== timeUs) note(chain, "requested", timeUs);
  }

  /** A report on the order, made at `timeUs`. */
  report(wire: Fields, timeUs: number): void {
    const execType = textOf(wire, "exec_type") ?? "";
    const chain = this.#answered(wire, execType);
    for (const [key, name] of STAMPS) note(chain, name, numberOf(wire, key));
    switch (execType) {
      case "New":
        return note(chain, "accepted", timeUs);
      case "Trade":
        note(this.#place, "first fill", timeUs);
        if (textOf(wire, "ord_status") === "Filled") this.#filled(timeUs);
        return;
      case "IntentDone":
        note(chain, "done", timeUs);
        break;
      case "Rejected":
      case "CancelRejected":
      case "ReplaceRejected":
        note(chain, "refused", timeUs);
        break;
      case "Cancelled":
      case "Expired":
      case "Replaced":
        note(chain, execType.toLowerCase(), timeUs);
        break;
      default:
        return;
    }
    this.#end(chain);
  }

  #filled(timeUs: number): void {
    if (this.#place?.marks.at(-1)?.at_us !== timeUs) note(this.#place, "filled", timeUs);
    const cancel = this.#current("Cancel");
    note(cancel, "filled first", timeUs);
    this.#end(cancel);
  }

  /** Which request a report answers: the one whose id it bears, or one of the daemon's own. */
  #answered(wire: Fields, execType: string): OpenChain | undefined {
    const intentId = textOf(wire, "cause_intent_id") ?? textOf(wire, "intent_id");
    const named = this.#pending.find((chain) => chain.intent_id === intentId);
    const own = this.#pending.find((chain) => chain.intent_id === null);
    switch (execType) {
      case "New":
        return this.#place;
      case "Rejected":
      case "IntentDone":
        return named ?? this.#place;
      case "Replaced":
      case "ReplaceRejected":
        return named;
      case "Cancelled":
      case "Expired":
        return named ?? own ?? this.#place;
      case "CancelRejected":
        return named ?? own;
      default:
        return undefined;
    }
  }

  #chainOf(kind: string): OpenChain | undefined {
    const replace = this.#current("Replace");
    if (kind === "Submit") return replace ?? this.#place;
    if (kind === "Replace") return replace;
    return kind === "Cancel" ? this.#current("Cancel") ?? replace : undefined;
  }

  /** The one under way; a later one of its kind is refused until it has its outcome. */
  #current(kind: "Cancel" | "Replace"): OpenChain | undefined {
    return this.#pending.find(({ what }) => what.startsWith(kind));
  }

  #begin(what: string, intentId: string | null): OpenChain {
    const chain: OpenChain = { what, intent_id: intentId, marks: [] };
    if (this.#chains.length < CHAINS_MAX) this.#chains.push(chain);
    if (what === "Place") this.#place = chain;
    else this.#pending.push(chain);
    return chain;
  }

  #end(chain: OpenChain | undefined): void {
    this.#pending = this.#pending.filter((each) => each !== chain);
  }
}

/** Marks a moment, once. */
function note(chain: OpenChain | undefined, name: string, atUs: number | undefined): void {
  if (chain === undefined || atUs === undefined) return;
  if (chain.marks.some((mark) => mark.name === name)) return;
  chain.marks.push({ name, at_us: atUs });
}

/**
 * Returns the hops of a chain.
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * const marks = [{ name: "received", at_us: 5 }, { name: "decided", at_us: 25 }];
 * deepStrictEqual(hopsOf({ what: "Place", intent_id: "a", marks }), [
 *   { from: "received", to: "decided", us: 20 },
 * ]);
 * ```
 */
export function hopsOf({ marks }: Chain): Hop[] {
  return marks.slice(1).map((mark, at) => {
    const before = marks[at] ?? mark;
    return { from: before.name, to: mark.name, us: mark.at_us - before.at_us };
  });
}

/** From the moment at which the daemon knew of it to the last one; null: only one is known. */
export function totalUs({ marks }: Chain): number | null {
  const start = marks.find(({ name }) => name !== "sent");
  const end = marks.at(-1);
  return start === undefined || end === undefined || start === end ? null : end.at_us - start.at_us;
}
