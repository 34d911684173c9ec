/**
 * What the loop sees of one venue: its messages, its status, requests to it, and how long it takes.
 * @module
 */
import type { VenueCommand } from "../../core/command.ts";
import { VENUE_STATUSES, type VenueStatus } from "../../core/event.ts";
import type { Micros } from "../../core/numbers.ts";
import type { ExecutionReport } from "../../core/report.ts";
import { flatHistogram } from "./flat.ts";
import { Histogram } from "./histogram.ts";
import type { Samples } from "./samples.ts";
import { Tally } from "./tally.ts";

/** Everything that a venue is asked for. */
export const REQUESTS = [
  "Submit",
  "Cancel",
  "Replace",
  "Lookup",
  "Reconcile",
] as const satisfies readonly VenueCommand["kind"][];

/** Counts and times of one venue, from the start of the process. */
export class VenueMeter {
  /** Engine time of its last report or market data; before the first, of the process's start. */
  lastMessageUs: Micros;
  /** Engine time of its last report of the account; before the first, of the process's start. */
  accountReportedUs: Micros;
  readonly requests = new Tally(REQUESTS);
  readonly #statuses = new Tally(VENUE_STATUSES);
  #status: VenueStatus | undefined;
  readonly #submitted = new Histogram();
  readonly #answered = new Histogram();
  readonly #acknowledged = new Histogram();

  constructor(startedUs: Micros) {
    this.lastMessageUs = startedUs;
    this.accountReportedUs = startedUs;
  }

  /** Its link is in this status; the same again, for another reason, is no change. */
  cameInto(status: VenueStatus): void {
    if (status !== this.#status) this.#statuses.add(status);
    this.#status = status;
  }

  /** A report tells that the venue answered. */
  acknowledged({ recvUs, submitUs, ackUs }: ExecutionReport): void {
    if (ackUs === undefined) return;
    if (submitUs !== undefined) this.#answered.observe(ackUs - submitUs);
    if (recvUs === undefined) return;
    if (submitUs !== undefined) this.#submitted.observe(submitUs - recvUs);
    this.#acknowledged.observe(ackUs - recvUs);
  }

  /** What the `metrics` query shows of it. */
  counters(name: string): Readonly<Record<string, number>> {
    return flatHistogram(`venue_${name.replace(/[^a-zA-Z0-9]+/g, "_")}_ack`, this.#acknowledged);
  }

  measure(into: Samples, venue: string): void {
    const seconds = this.lastMessageUs / 1_000_000;
    into.put("tapeline_venue_last_message_timestamp_seconds", seconds, { venue });
    const reported = this.accountReportedUs / 1_000_000;
    into.put("tapeline_venue_account_reported_timestamp_seconds", reported, { venue });
    for (const [status, count] of this.#statuses) {
      into.put("tapeline_venue_status_changes_total", count, { venue, status });
    }
    for (const [kind, count] of this.requests) {
      into.put("tapeline_venue_requests_total", count, { venue, kind });
    }
    into.histogram("tapeline_intent_submit_seconds", this.#submitted, { venue });
    into.histogram("tapeline_venue_answer_seconds", this.#answered, { venue });
    into.histogram("tapeline_intent_ack_seconds", this.#acknowledged, { venue });
  }
}
