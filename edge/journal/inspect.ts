/**
 * `journal verify` and `journal stat`: reads every batch and counts. Works on a journal that a
 * daemon is writing: what is not yet durable is seen as a torn tail and left alone.
 * @module
 */
import { type Disk, DiskError } from "../ports.ts";
import { batchLines } from "./batch_lines.ts";
import { isOfSource } from "./event_head.ts";
import { checkpointOfLoss, findBeginning } from "./checkpoint_place.ts";
import { endsBefore, inspectFiles, inspectJournal, placeOfMark } from "./opening.ts";
import { JournalRefused } from "./refusal.ts";
import { beginning, JournalScan, type TornTail } from "./scan.ts";
import type { Batch } from "./segment_reader.ts";
import { journalDirectory, type JournalTail } from "./writer.ts";

/** The result of `journal verify`, in the spelling in which it is printed. */
export type VerifyResult = {
  readonly ok: boolean;
  readonly journal_id: string | null;
  readonly segments: number;
  readonly batches: number;
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  readonly truth_bytes: number;
  readonly market_bytes: number;
  /** Batches whose market part retention has dropped. */
  readonly market_dropped_batches: number;
  /** Bytes after the last batch that were never acknowledged. */
  readonly torn_bytes: number;
  /** Engine time of the last batch, microseconds. */
  readonly last_time_us: number | null;
  /** What is wrong, where, and what to do; the sentence with which a start is refused. */
  readonly problem?: string;
};

/** The result of `journal stat`. */
export type StatResult = VerifyResult & {
  readonly events: number;
  readonly truth_events: number;
  readonly truth_bytes_per_event: number | null;
  readonly header_bytes: number;
  readonly first_time_us: number | null;
  readonly engine_versions: readonly string[];
  readonly events_by_type: Readonly<Record<string, number>>;
};

/** Checks everything: files, chain, hashes, mark, checkpoint. Changes nothing. */
export function journalVerify(disk: Disk, stateDirectory: string): VerifyResult {
  return walk(disk, stateDirectory, () => {});
}

/** Checks everything and counts what is in it. */
export function journalStat(disk: Disk, stateDirectory: string): StatResult {
  const statistics = new Statistics();
  const verified = walk(disk, stateDirectory, (batch) => statistics.take(batch));
  return { ...verified, ...statistics.result(verified.truth_bytes) };
}

/** Returns how many bytes a start will check; 0 if there is no journal, or none that can be read. */
export function journalBytes(disk: Disk, stateDirectory: string): number {
  try {
    return bytesIn(disk, journalDirectory(stateDirectory));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return 0; // the start itself comes to it, and says what it is
  }
}

function bytesIn(disk: Disk, directory: string): number {
  if (!disk.exists(directory)) return 0;
  return disk.list(directory).reduce((sum, name) => {
    const file = disk.open(`${directory}/${name}`, "read");
    try {
      return sum + file.size();
    } finally {
      file.close();
    }
  }, 0);
}

/**
 * Yields every batch that is kept, checked.
 * @throws {JournalRefused} At the first record that is not as it was written.
 */
export function* checkedBatches(disk: Disk, stateDirectory: string): Generator<Batch> {
  yield* openScan(disk, stateDirectory).scan.batches();
}

type OpenScan = { readonly scan: JournalScan; readonly segments: number };

function openScan(disk: Disk, stateDirectory: string): OpenScan {
  const { mark, segments } = inspectJournal(disk, stateDirectory);
  const from = segments.length === 0 ? placeOfMark(mark) : beginning(mark.journalId, segments);
  const scan = new JournalScan({ disk, stateDirectory, segments, from, mark, depth: "checked" });
  return { scan, segments: segments.length };
}

/**
 * Returns where the checkpoint was taken that a start goes on from; undefined: there is none.
 * @throws {JournalRefused} If a start would refuse the journal because of it.
 */
function checkpointPlace(disk: Disk, stateDirectory: string): JournalTail | undefined {
  const options = { disk, stateDirectory, log: { write: () => {} } };
  const files = inspectFiles(disk, stateDirectory);
  if (files.segments.length > 0) return findBeginning(options, files).stored?.tail;
  const { mark } = files;
  return mark === undefined || mark.batch === 0 ? undefined : checkpointOfLoss(options, mark).tail;
}

type Attempt<T> = { readonly value?: T; readonly problem?: string };

/** Returns what `action` gives, or the sentence with which it refuses. */
function attempt<T>(action: () => T): Attempt<T> {
  try {
    return { value: action() };
  } catch (error) {
    if (!(error instanceof JournalRefused)) throw error;
    return { problem: error.message };
  }
}

function walk(disk: Disk, stateDirectory: string, visit: (batch: Batch) => void): VerifyResult {
  const counts = { batches: 0, truth: 0, market: 0, dropped: 0 };
  let firstSeq: number | null = null;
  let lastTimeUs: number | null = null;
  // First: a daemon that writes meanwhile takes checkpoints of what is behind the end that is read.
  const placed = attempt(() => checkpointPlace(disk, stateDirectory));
  const opened = attempt(() => openScan(disk, stateDirectory));
  const open = opened.value;
  const read = attempt(() => {
    if (open === undefined) return;
    for (const batch of open.scan.batches()) {
      firstSeq ??= batch.header.firstSeq;
      lastTimeUs = batch.header.timeUs;
      counts.batches += 1;
      counts.truth += batch.truth.length;
      counts.market += batch.market.length;
      counts.dropped += batch.header.isMarketDropped ? 1 : 0;
      visit(batch);
    }
    const { value: checkpoint } = placed;
    if (checkpoint !== undefined && checkpoint.batch > open.scan.tail.batch) {
      throw endsBefore(checkpoint, open.scan);
    }
  });
  // Damage to the journal itself is said first, as by a start.
  const problem = opened.problem ?? read.problem ?? placed.problem;
  const torn: TornTail | undefined = open?.scan.torn;
  return {
    ok: problem === undefined,
    journal_id: open?.scan.tail.journalId ?? null,
    segments: open?.segments ?? 0,
    batches: counts.batches,
    first_seq: firstSeq,
    last_seq: firstSeq === null ? null : open?.scan.tail.seq ?? null,
    truth_bytes: counts.truth,
    market_bytes: counts.market,
    market_dropped_batches: counts.dropped,
    torn_bytes: torn?.bytes ?? 0,
    last_time_us: lastTimeUs,
    ...(problem === undefined ? {} : { problem }),
  };
}

class Statistics {
  #events = 0;
  #truthEvents = 0;
  #headerBytes = 0;
  #firstTimeUs: number | null = null;
  readonly #versions = new Set<string>();
  readonly #types = new Map<string, number>();

  take(batch: Batch): void {
    const { header } = batch;
    this.#headerBytes += batch.bytes - batch.truth.length - batch.market.length;
    this.#firstTimeUs ??= header.timeUs;
    this.#versions.add(header.engineVersion);
    for (const lines of batchLines(batch)) this.#count(lines.event);
  }

  #count(event: string | undefined): void {
    this.#events += 1;
    const type = event === undefined
      ? "dropped"
      : /"event_type":"(\w+)"/.exec(event)?.[1] ?? "unknown";
    this.#types.set(type, (this.#types.get(type) ?? 0) + 1);
    const isMarket = event === undefined || isOfSource(event, "market_data");
    if (!isMarket) this.#truthEvents += 1;
  }

  result(truthBytes: number): Omit<StatResult, keyof VerifyResult> {
    const events = this.#truthEvents;
    return {
      events: this.#events,
      truth_events: events,
      truth_bytes_per_event: events === 0 ? null : Math.round(truthBytes / events),
      header_bytes: this.#headerBytes,
      first_time_us: this.#firstTimeUs,
      engine_versions: [...this.#versions],
      events_by_type: Object.fromEntries(
        [...this.#types].sort(([a], [b]) => a < b ? -1 : 1),
      ),
    };
  }
}
