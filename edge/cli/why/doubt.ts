/**
 * Honest doubt in a story: which requests of an order have no outcome yet, why its outcome became
 * unknown, and what evidence ended that.
 * @module
 */
import { type EventRecord, type Fields, numberOf, textOf } from "./record.ts";
import { momentText } from "./times.ts";

type Open = { readonly request: number; readonly kind: string };

/** The kind of request that an event answers without naming it. */
const ANSWERED: ReadonlyMap<string, string> = new Map([
  ["OrderAccepted", "Submit"],
  ["OrderRejected", "Submit"],
  ["OrderCancelled", "Cancel"],
  ["OrderExpired", "Cancel"],
  ["CancelRejected", "Cancel"],
  ["OrderReplaced", "Replace"],
  ["ReplaceRejected", "Replace"],
]);

const EVIDENCE: ReadonlyMap<string, string> = new Map([
  ["OrderAccepted", "the venue accepted it"],
  ["OrderRejected", "the venue refused it"],
  ["OrderExecuted", "the venue executed it"],
  ["OrderCancelled", "the venue cancelled it"],
  ["OrderExpired", "the venue let it expire"],
  ["CancelRejected", "the venue answered the cancel"],
  ["OrderReplaced", "the venue replaced it"],
  ["ReplaceRejected", "the venue answered the replace"],
  ["OrderNotFound", "the venue's proof of absence: asked in time, it does not have the order"],
  ["RequestFailed", "the request provably never left"],
]);

/** Requests on their way, and whether the order is in doubt. */
export class Doubts {
  #open: Open[] = [];
  #isInDoubt = false;

  get isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  /** A request was decided. */
  requested(body: Fields): void {
    const request = numberOf(body, "request") ?? 0;
    this.#open.push({ request, kind: textOf(body, "kind") ?? "" });
  }

  /** Takes an event about the order, once what it says of doubt has been read. */
  happened(event: EventRecord): void {
    const request = numberOf(event.payload, "request");
    const kind = ANSWERED.get(event.type);
    this.#open = event.type === "Started"
      ? []
      : this.#open.filter((open) => open.request !== request && open.kind !== kind);
  }

  /** The requests that had no outcome, in words; undefined: none. */
  get openWords(): string | undefined {
    if (this.#open.length === 0) return undefined;
    return this.#open.map(({ request, kind }) => `${request} (${kind})`).join(", ");
  }

  /** Returns the words if a report says that doubt began or ended; undefined if it goes on. */
  reported(
    wire: Fields,
    event: EventRecord | undefined,
  ): { readonly kind: "doubt" | "certain"; readonly text: string } | undefined {
    const isInDoubt = wire["in_doubt"] === true;
    if (isInDoubt === this.#isInDoubt) return undefined;
    this.#isInDoubt = isInDoubt;
    return isInDoubt
      ? { kind: "doubt", text: `its true state is not known: ${this.#causeWords(event)}` }
      : { kind: "certain", text: `its state is known again: ${evidenceWords(event)}` };
  }

  #causeWords(event: EventRecord | undefined): string {
    if (event?.type === "RequestFailed") return textOf(event.payload, "text") ?? "";
    if (event?.type === "Started") return this.#startWords(event.payload);
    return "what is wanted cannot be sent, the venue is down";
  }

  #startWords(payload: Fields): string {
    const lostUs = numberOf(payload, "lost_since_us");
    if (lostUs !== undefined) {
      return `the journal's end was lost: what was sent since ${momentText(lostUs)} is not known`;
    }
    const { openWords } = this;
    const request = openWords === undefined
      ? "a request that is not in this journal"
      : `request ${openWords}`;
    return `the daemon had ended before ${request} had an outcome`;
  }
}

function evidenceWords(event: EventRecord | undefined): string {
  if (event === undefined) return "see the report";
  if (event.type === "OrderFound") {
    return `look-up ${event.payload["request"]} found it ${textOf(event.payload, "status")}`;
  }
  const execution = textOf(event.payload, "exec_id");
  const named = execution === undefined ? "" : ` (${execution})`;
  return `${EVIDENCE.get(event.type) ?? event.type}${named}`;
}
