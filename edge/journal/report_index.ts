/**
 * Where the reports of each client are: a sparse index over batches, in memory.
 *
 * Invariant: for each client and segment the first batch with a report of that client has an entry,
 * so that the first report still kept is known exactly after old segments went; beyond that one is
 * made for every 256 reports, and for the next report after 1 MiB of everybody's batches, so that
 * between an entry and any report up to the next one are no more bytes than that. Batches are named by
 * number: their offset is a hint, since retention moves them, always towards the beginning.
 * @module
 */
import type { ClientIndex } from "../../core/numbers.ts";
import type { BatchPosition } from "./writer.ts";

const REPORTS_PER_ENTRY = 256;
const BYTES_PER_ENTRY = 1 << 20;

/** A batch in which a client's reports from `reportSeq` on stand. */
export type ReportEntry = {
  readonly reportSeq: number;
  readonly segment: number;
  readonly batch: number;
  readonly offset: number;
};

/** The index as JSON: client, last report, entries. */
export type ReportIndexDocument = readonly (readonly [
  client: number,
  last: number,
  entries:
    readonly (readonly [reportSeq: number, segment: number, batch: number, offset: number])[],
])[];

/** The reports of one batch, collected while it fills. */
export class BatchReports {
  readonly #byClient = new Map<ClientIndex, { readonly first: number; last: number }>();

  note(client: ClientIndex, reportSeq: number): void {
    const known = this.#byClient.get(client);
    if (known === undefined) this.#byClient.set(client, { first: reportSeq, last: reportSeq });
    else known.last = reportSeq;
  }

  /** First and last report of each client. */
  get byClient(): ReadonlyMap<ClientIndex, { readonly first: number; readonly last: number }> {
    return this.#byClient;
  }
}

/** The index. Knows durable reports only. */
export class ReportIndex {
  readonly #clients = new Map<ClientIndex, { last: number; entries: ReportEntry[] }>();

  /** Takes in a durable batch. */
  add(reports: BatchReports, position: Omit<BatchPosition, "bytes">): void {
    const { segment, batch, offset } = position;
    for (const [client, { first, last }] of reports.byClient) {
      const known = this.#clients.get(client) ?? { last: 0, entries: [] };
      this.#clients.set(client, known);
      known.last = last;
      const entry = known.entries.at(-1);
      const isDue = entry === undefined || entry.segment !== segment ||
        first - entry.reportSeq >= REPORTS_PER_ENTRY || offset - entry.offset >= BYTES_PER_ENTRY;
      if (isDue) known.entries.push({ reportSeq: first, segment, batch, offset });
    }
  }

  /** Last durable report of a client; 0 if none. */
  lastSeq(client: ClientIndex): number {
    return this.#clients.get(client)?.last ?? 0;
  }

  /** First report that is kept; last + 1 if none is. */
  firstSeq(client: ClientIndex): number {
    return this.#clients.get(client)?.entries[0]?.reportSeq ?? this.lastSeq(client) + 1;
  }

  /** The place from which to read on to reach `reportSeq`; undefined if it is not kept. */
  placeOf(client: ClientIndex, reportSeq: number): ReportEntry | undefined {
    const entries = this.#clients.get(client)?.entries ?? [];
    return entries[firstIndex(entries, (entry) => entry.reportSeq > reportSeq) - 1];
  }

  /** The client's first place behind a segment; undefined if there is none. */
  entryAfter(client: ClientIndex, segment: number): ReportEntry | undefined {
    const entries = this.#clients.get(client)?.entries ?? [];
    return entries[firstIndex(entries, (entry) => entry.segment > segment)];
  }

  /** Forgets what stood in segments before `segment`. */
  dropBefore(segment: number): void {
    for (const known of this.#clients.values()) {
      known.entries = known.entries.filter((entry) => entry.segment >= segment);
    }
  }

  /** Returns the index as JSON. */
  toDocument(): ReportIndexDocument {
    return [...this.#clients].map(([client, { last, entries }]) => [
      client,
      last,
      entries.map(({ reportSeq, segment, batch, offset }) => [reportSeq, segment, batch, offset]),
    ]);
  }

  /** Returns the index that `document` was made of. */
  static from(document: ReportIndexDocument): ReportIndex {
    const index = new ReportIndex();
    for (const [client, last, rows] of document) {
      const entries = rows.map(([reportSeq, segment, batch, offset]) => ({
        reportSeq,
        segment,
        batch,
        offset,
      }));
      index.#clients.set(client as ClientIndex, { last, entries });
    }
    return index;
  }
}

/** Index of the first entry for which something holds that holds for all behind it, too. */
function firstIndex(
  entries: readonly ReportEntry[],
  holds: (entry: ReportEntry) => boolean,
): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const entry = entries[middle];
    if (entry !== undefined && !holds(entry)) low = middle + 1;
    else high = middle;
  }
  return low;
}
