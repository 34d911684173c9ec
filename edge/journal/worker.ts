/**
 * The journal's Worker: takes batches from the ring, writes them, says how far it is. What it does
 * is `CommitLoop`, which at a start runs on the main thread first.
 *
 * It may block its thread on the ring, so it is told everything through the ring and never through
 * messages. After a failure it reads no further: nothing after it becomes durable. What is no failure of
 * the disk is a fault of ours: it ends the Worker.
 * @module
 */
import { DiskError, type Ports, type WorkerScope } from "../ports.ts";
import { HEADER_BYTES_MAX } from "./format.ts";
import { HashGarbage } from "./hash_garbage.ts";
import { CELL, type RingMemory, RingReader } from "./ring.ts";
import { parseRingRecord, RECORD_BYTES, type RingRecord } from "./ring_record.ts";
import {
  type BatchPosition,
  type JournalTail,
  JournalWriter,
  type SegmentSettings,
} from "./writer.ts";

/** Rows of the table of positions; more batches than this are never under way at once. */
export const POSITION_ROWS = 64;
/** Numbers in a row: batch, segment, offset, bytes, microseconds that its commit took. */
export const POSITION_COLUMNS = 5;

/** What the Worker is started with. */
export type JournalWorkerInit = {
  readonly memory: RingMemory;
  /** Row `batch % POSITION_ROWS` says where a durable batch is. */
  readonly positions: Float64Array<SharedArrayBuffer>;
  readonly start: { stateDirectory: string; engineVersion: string; tail: JournalTail };
  readonly settings: SegmentSettings;
};

/** What the Worker says. */
export type JournalWorkerMessage =
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly sentence: string };

/** What writing needs of the world. */
export type JournalPorts = Pick<Ports, "disk" | "signals" | "clock" | "memory">;

/** Worker entry `journal`. */
export function runJournalWorker(
  scope: WorkerScope,
  ports: JournalPorts,
  init: unknown,
): void {
  const { memory } = init as JournalWorkerInit;
  let loop: CommitLoop | undefined;
  ports.signals.watch(memory.cells, CELL.head, () => {
    try {
      loop ??= new CommitLoop(ports, init as JournalWorkerInit);
      if (loop.run()) return true;
      post(scope, { kind: "stopped" });
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      post(scope, { kind: "failed", sentence: failureSentence(error) });
    }
    return false;
  });
}

function post(scope: WorkerScope, message: JournalWorkerMessage): void {
  scope.post(message);
}

/** Says what it means that a batch could not be written. */
export function failureSentence({ message }: DiskError): string {
  return `Cannot write the journal: every write and sync must succeed: was ${message}. ` +
    "Nothing after the last durable batch has been acknowledged; free space or replace the disk, " +
    "then start again";
}

/** Takes batches from the ring and makes them durable, on the thread that runs it. */
export class CommitLoop {
  readonly #ports: JournalPorts;
  readonly #init: JournalWorkerInit;
  readonly #ring: RingReader;
  readonly #writer: JournalWriter;
  readonly #garbage: HashGarbage;
  readonly #head = new Uint8Array(RECORD_BYTES);
  #headBytes = 0;
  #record: RingRecord | undefined;
  #buffer = new Uint8Array(1 << 16);
  #bufferBytes = HEADER_BYTES_MAX;

  constructor(ports: JournalPorts, init: JournalWorkerInit) {
    this.#ports = ports;
    this.#init = init;
    this.#ring = new RingReader(init.memory);
    this.#garbage = new HashGarbage(ports.memory);
    this.#writer = new JournalWriter(ports.disk, init.start, init.settings);
  }

  /** Takes what is in the ring; false when told to stop. @throws {DiskError} And is dead then. */
  run(): boolean {
    for (;;) {
      this.#answer();
      const record = this.#nextRecord();
      if (record === undefined) {
        this.#writer.prepare();
        this.#garbage.calm();
        return true;
      }
      if (record.kind === "stop") {
        this.#writer.close();
        return false;
      }
      this.#commit(record);
    }
  }

  /** Leaves the files to another, between two batches; returns where the journal ends. */
  leave(): JournalTail {
    this.#writer.close();
    return this.#writer.tail;
  }

  /** The next record with all its parts in the buffer, or undefined while it is not whole. */
  #nextRecord(): RingRecord | undefined {
    if (this.#record === undefined) {
      this.#headBytes += this.#ring.read(this.#head.subarray(this.#headBytes));
      if (this.#headBytes < RECORD_BYTES) return undefined;
      this.#record = parseRingRecord(this.#head);
      this.#reserve(HEADER_BYTES_MAX + this.#record.truthBytes + this.#record.marketBytes);
    }
    const record = this.#record;
    const end = HEADER_BYTES_MAX + record.truthBytes + record.marketBytes;
    const count = this.#ring.read(this.#buffer.subarray(this.#bufferBytes, end));
    this.#bufferBytes += count;
    if (this.#bufferBytes < end) {
      // A batch larger than the ring comes in pieces: the writer waits for room.
      if (count > 0) this.#progress();
      return undefined;
    }
    this.#record = undefined;
    this.#headBytes = 0;
    this.#bufferBytes = HEADER_BYTES_MAX;
    return record;
  }

  #reserve(bytes: number): void {
    if (this.#buffer.length < bytes) this.#buffer = new Uint8Array(2 * bytes);
  }

  #commit(record: RingRecord): void {
    const { clock } = this.#ports;
    const startUs = clock.monotonicUs();
    const position = this.#writer.commit({ ...record, buffer: this.#buffer });
    const endUs = clock.monotonicUs();
    this.#publish(position, endUs - startUs);
    this.#writer.mark(endUs);
    this.#garbage.add();
  }

  #publish(position: BatchPosition, tookUs: number): void {
    const row = (position.batch % POSITION_ROWS) * POSITION_COLUMNS;
    const { positions, memory } = this.#init;
    positions[row] = position.batch;
    positions[row + 1] = position.segment;
    positions[row + 2] = position.offset;
    positions[row + 3] = position.bytes;
    positions[row + 4] = tookUs;
    Atomics.add(memory.cells, CELL.durable, 1);
    // What waits for this commit to reach a venue: before those who show it, and before the mark.
    this.#ports.signals.notifyFirst(memory.cells, CELL.durable);
    this.#progress();
  }

  /** Between two commits: a disk that hangs gives no sign of life. */
  #answer(): void {
    const { cells } = this.#init.memory;
    Atomics.store(cells, CELL.answered, Atomics.load(cells, CELL.asked));
  }

  #progress(): void {
    const { cells } = this.#init.memory;
    Atomics.add(cells, CELL.progress, 1);
    this.#ports.signals.notify(cells, CELL.progress);
  }
}
