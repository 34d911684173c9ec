/**
 * What a campaign's journal says afterwards: every report as it was recorded, and what each kill
 * found in flight. Replays the journal from nothing, holding every effect and digest to it.
 * @module
 */
import { createTimeline } from "../../core/mod.ts";
import type { Event } from "../../core/event.ts";
import type { Timeline } from "../../core/timeline.ts";
import { denoDisk } from "../../edge/deno_disk.ts";
import {
  journalVerify,
  recover,
  type Recovery,
  replayInto,
  type VerifyResult,
} from "../../edge/journal/mod.ts";
import { NO_POISON } from "../../edge/poison.ts";
import { writeReport } from "../../wire/encode_report.ts";

/** A request without an answer. */
export type OpenRequest = {
  readonly request: number;
  readonly kind: string;
  readonly order: number;
  readonly cl_ord_id: string;
};

/** One line of an event's effects, by what this reads of it. */
type Line = {
  readonly report?: { readonly client: number; readonly wire: Readonly<Record<string, unknown>> };
  readonly command?: OpenRequest;
};

export type History = {
  readonly verified: VerifyResult;
  /** Replayed from the first event. */
  readonly replayed: Timeline;
  /** As the next start would find it: the newest checkpoint and what follows it. */
  readonly resumed: Timeline;
  readonly hasCheckpoint: boolean;
  /** Recorded reports by client name, in order. */
  readonly reports: ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;
  /** For each restart, the requests that no event had answered. */
  readonly inFlight: readonly (readonly OpenRequest[])[];
  /** Client order ids under which an order was decided to be sent. */
  readonly submitted: ReadonlySet<string>;
  /** The kinds of events that ended doubt about an order, and how often. */
  readonly doubtEnds: ReadonlyMap<string, number>;
  /** Orders that are still in doubt. */
  readonly doubted: readonly string[];
  readonly events: number;
};

/** Reads the journal of a daemon that has ended. @throws {JournalRefused} If it is not sound. */
export function readHistory(stateDirectory: string): History {
  const verified = journalVerify(denoDisk(), stateDirectory);
  const { timeline: replayed } = replay(stateDirectory, "zero");
  const { timeline: resumed, hasCheckpoint } = replay(stateDirectory, "checkpoint");
  const reports = new Map<string, Readonly<Record<string, unknown>>[]>();
  const flights = new Flights();
  const doubts = new Doubts();
  const submitted = new Set<string>();
  for (const { event, effectLines } of open(stateDirectory, "zero").records()) {
    flights.happened(event);
    for (const text of effectLines.split("\n")) {
      if (text === "") continue;
      const line = JSON.parse(text) as Line;
      if (line.command !== undefined) flights.sent(line.command);
      if (line.command?.kind === "Submit") submitted.add(line.command.cl_ord_id);
      if (line.report === undefined) continue;
      doubts.reported(line.report.wire, event.eventType);
      const client = clientName(replayed, line.report.client);
      reports.set(client, [...(reports.get(client) ?? []), line.report.wire]);
    }
  }
  return {
    verified,
    replayed,
    resumed,
    hasCheckpoint,
    reports,
    inFlight: flights.atRestarts,
    submitted,
    doubtEnds: doubts.ends,
    doubted: doubts.open,
    events: replayed.seqId,
  };
}

function open(stateDirectory: string, from: "zero" | "checkpoint"): Recovery {
  return recover({
    disk: denoDisk(),
    randomness: { bytes: (length) => new Uint8Array(length) },
    log: { write: () => {} },
    stateDirectory,
    engineVersion: undefined,
    from,
  });
}

function replay(
  stateDirectory: string,
  from: "zero" | "checkpoint",
): { readonly timeline: Timeline; readonly hasCheckpoint: boolean } {
  const recovery = open(stateDirectory, from);
  const timeline = createTimeline(recovery.checkpoint);
  replayInto(recovery, { timeline, writeReport }, NO_POISON);
  return { timeline, hasCheckpoint: recovery.checkpoint !== undefined };
}

function clientName({ view }: Timeline, client: number): string {
  return view.clientName(client as Parameters<typeof view.clientName>[0]);
}

/** Doubt about orders, as their clients were told of it. */
class Doubts {
  readonly ends = new Map<string, number>();
  readonly #open = new Set<string>();

  get open(): readonly string[] {
    return [...this.#open];
  }

  reported(wire: Readonly<Record<string, unknown>>, eventType: string): void {
    const order = wire["order_id"];
    if (typeof order !== "string") return;
    if (wire["in_doubt"] === true) this.#open.add(order);
    else if (this.#open.delete(order)) {
      this.ends.set(eventType, (this.ends.get(eventType) ?? 0) + 1);
    }
  }
}

/** Requests on their way, as the journal knows them. */
class Flights {
  readonly atRestarts: (readonly OpenRequest[])[] = [];
  #open: OpenRequest[] = [];
  #isFirst = true;

  sent(command: OpenRequest): void {
    this.#open.push(command);
  }

  happened(event: Event): void {
    if (event.eventType === "Started") {
      if (!this.#isFirst) this.atRestarts.push(this.#open);
      this.#isFirst = false;
      this.#open = [];
      return;
    }
    const payload: Readonly<Record<string, unknown>> = { ...event.payload };
    const kind = ANSWERED.get(event.eventType);
    this.#open = this.#open.filter((request) =>
      payload["request"] !== request.request &&
      !(kind === request.kind && payload["order"] === request.order)
    );
  }
}

/** The kind of request that an event answers without naming it. */
const ANSWERED = new Map<Event["eventType"], string>([
  ["OrderAccepted", "Submit"],
  ["OrderRejected", "Submit"],
  ["OrderCancelled", "Cancel"],
  ["CancelRejected", "Cancel"],
]);
