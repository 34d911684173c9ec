/**
 * Walks the whole journal once and shows the events that can matter. Every batch is checked before
 * anything of it is shown; where one is not as it was written, the walk ends and says so.
 *
 * Bounds: one batch in memory. A batch that holds none of the wanted texts is not taken apart.
 * @module
 */
import { Buffer } from "node:buffer";
import { batchLines, type EventLines } from "../../journal/batch_lines.ts";
import { checkedBatches } from "../../journal/inspect.ts";
import { inspectFiles } from "../../journal/opening.ts";
import { JournalRefused } from "../../journal/refusal.ts";
import type { Batch } from "../../journal/segment_reader.ts";
import type { Disk } from "../../ports.ts";
import type { Print } from "../actions.ts";
import type { Names } from "./names.ts";
import { readEvent } from "./record.ts";

/** Bytes between two words about how far it is. */
const PROGRESS_BYTES = 512 * 1024 * 1024;
/** Control events say which names numbers have, and when the daemon started. */
const CONTROL = '"source":"control"';

/** Where to look, and how to say how far it is. */
export type Source = {
  readonly disk: Disk;
  readonly stateDirectory: string;
  readonly progress: Print;
};

/** What was looked through. */
export type Walked = {
  readonly journalId: string;
  /** 0: nothing has been written. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The first bad record; nothing after it was looked at. */
  readonly problem?: string;
};

/** Who is shown the events. */
export interface Visitor {
  readonly names: Names;
  /** Texts of which a batch must hold one; read again before each batch. */
  readonly texts: readonly string[];
  /** Takes an event that may matter, in order; false: enough. */
  visit(lines: EventLines): boolean;
}

/**
 * Shows the journal to a visitor. Control events are learnt by its names before it sees them.
 * @throws {JournalRefused} If there is no journal at all.
 */
export function walkJournal(source: Source, visitor: Visitor): Walked {
  const journalId = inspectFiles(source.disk, source.stateDirectory).mark?.journalId ?? "";
  const meter = new Meter(source.progress);
  let firstSeq = 0;
  let lastSeq = 0;
  try {
    for (const batch of checkedBatches(source.disk, source.stateDirectory)) {
      firstSeq ||= batch.header.firstSeq;
      lastSeq = batch.header.lastSeq;
      meter.take(batch);
      if (!showBatch(batch, visitor)) break;
    }
  } catch (error) {
    if (!(error instanceof JournalRefused) || journalId === "") throw error;
    return { journalId, firstSeq, lastSeq, problem: error.message };
  }
  return { journalId, firstSeq, lastSeq };
}

function showBatch(batch: Batch, visitor: Visitor): boolean {
  const { buffer, byteOffset, byteLength } = batch.truth;
  const truth = Buffer.from(buffer, byteOffset, byteLength);
  const hasControl = truth.includes(CONTROL);
  if (!hasControl && !visitor.texts.some((text) => truth.includes(text))) return true;
  for (const lines of batchLines(batch)) {
    if (lines.event?.includes(CONTROL) === true) visitor.names.learn(readEvent(lines.event));
    if (!visitor.visit(lines)) return false;
  }
  return true;
}

/** Says how far it is, now and then. */
class Meter {
  readonly #progress: Print;
  #bytes = 0;
  #saidBytes = 0;

  constructor(progress: Print) {
    this.#progress = progress;
  }

  take(batch: Batch): void {
    this.#bytes += batch.bytes;
    if (this.#bytes - this.#saidBytes < PROGRESS_BYTES) return;
    this.#saidBytes = this.#bytes;
    const mebibytes = Math.floor(this.#bytes / 1_048_576);
    this.#progress(`… ${mebibytes} MiB read, seq_id ${batch.header.lastSeq}`);
  }
}
