/**
 * The index: a Worker that keeps `events.sqlite` up with the journal, for people and dashboards.
 *
 * Derived only: nothing reads it back, it may be deleted at any time, and one that is damaged, of
 * another journal or another format is made anew. One that the machine does not let it open or write
 * stays as it is: it may hold what retention has removed from the journal. It lags behind the journal
 * and never holds it up; between turns it rests. What retention has removed is taken out of it while
 * there is nothing to read; where that was not read yet it is made anew, from where the journal begins
 * now: retention waits for nobody, and sums over a gap would be wrong.
 * Bound: one turn reads about 256 KiB of journal, and takes out one slice.
 * @module
 */
import { DiskError, type Ports, type WorkerScope } from "../ports.ts";
import { BatchTail } from "./batch_tail.ts";
import type { Database, OpenDatabase } from "./database.ts";
import type { TailMessage, TailRequest } from "./follower.ts";
import { HashGarbage } from "./hash_garbage.ts";
import { IndexPruning } from "./index_pruning.ts";
import { createIndex, IndexWriter, readIndexTail } from "./index_writer.ts";
import { placeAfter } from "./opening.ts";
import { JournalRefused } from "./refusal.ts";
import { commitsOf, type RingMemory } from "./ring.ts";
import { beginning } from "./scan.ts";
import { isDamage, openSqlite } from "./sqlite_database.ts";
import { firstKeptSeq, firstSegment, listSegments } from "./segments.ts";
import { type Turn, Turns } from "./turns.ts";
import { journalDirectory, type JournalTail } from "./writer.ts";

const TURN_BYTES = 256 << 10;
const SUFFIXES = ["", "-wal", "-shm"];

/** What the Worker is started with. */
export type IndexInit = {
  readonly stateDirectory: string;
  readonly journalId: string;
  /** Shared with the journal: shows when it commits. */
  readonly cells: RingMemory["cells"];
};

type IndexPorts = Pick<Ports, "disk" | "timers" | "clock" | "memory" | "log">;

/** Returns the path of the derived database. */
export function indexPath(stateDirectory: string): string {
  return `${stateDirectory}/events.sqlite`;
}

/** Worker entry `index`. */
export function runIndex(scope: WorkerScope, ports: IndexPorts, init: unknown): void {
  serveIndex(scope, ports, { init, openDatabase: openSqlite });
}

/** Serves the index on whatever opens its database. */
export function serveIndex(
  scope: WorkerScope,
  ports: IndexPorts,
  start: { readonly init: unknown; readonly openDatabase: OpenDatabase },
): void {
  const post = (message: TailMessage): void => scope.post(message);
  const { openDatabase } = start;
  const init = start.init as IndexInit;
  const begin = (): IndexFollower =>
    new IndexFollower(post, ports, { init, openDatabase, overtaken });
  const overtaken = (durable: TailRequest): void => {
    follower = begin();
    follower.take(durable);
  };
  let follower = begin();
  scope.onMessage((message) => follower.take(message as TailRequest));
}

type IndexStart = {
  readonly init: IndexInit;
  readonly openDatabase: OpenDatabase;
  /** The segment that was to be read is gone; this one has ended, and another is to go on. */
  overtaken(durable: TailRequest): void;
};

class IndexFollower {
  readonly #post: (message: TailMessage) => void;
  readonly #disk: IndexPorts["disk"];
  readonly #path: string;
  readonly #directory: string;
  readonly #database: Database;
  readonly #overtaken: IndexStart["overtaken"];
  readonly #writer: IndexWriter;
  readonly #pruning: IndexPruning;
  readonly #tail: BatchTail;
  readonly #garbage: HashGarbage;
  #durableBatch = 0;
  readonly #turns: Turns;

  constructor(post: (message: TailMessage) => void, ports: IndexPorts, start: IndexStart) {
    this.#post = post;
    this.#garbage = new HashGarbage(ports.memory);
    this.#turns = new Turns(ports, () => this.#turn(), commitsOf(start.init));
    this.#disk = ports.disk;
    this.#path = indexPath(start.init.stateDirectory);
    this.#directory = journalDirectory(start.init.stateDirectory);
    this.#overtaken = start.overtaken;
    const { database, from } = openIndex(ports, start);
    this.#database = database;
    this.#writer = new IndexWriter(database);
    this.#pruning = new IndexPruning(database);
    this.#tail = new BatchTail(ports.disk, { directory: this.#directory, from });
    this.#segmentsDropped(); // perhaps while it was not running
  }

  take(message: TailRequest): void {
    if (message.kind === "checkpoint") return;
    if (message.kind === "durable") this.#durableBatch = message.batch;
    else this.#segmentsDropped();
    this.#turns.wake();
  }

  #segmentsDropped(): void {
    this.#pruning.dropBefore(firstKeptSeq(this.#disk, this.#directory));
  }

  *#turn(): Turn {
    try {
      return yield* this.#follow();
    } catch (error) {
      if (isDamage(error)) removeIndex(this.#disk, this.#path); // else the next start dies of it, too
      if (!this.#isOvertaken(error)) throw error;
      this.#tail.close();
      this.#database.close();
      this.#overtaken({ kind: "durable", batch: this.#durableBatch });
      return "done";
    }
  }

  /** True if the journal failed to give what it does not keep any more. */
  #isOvertaken(error: unknown): boolean {
    if (!(error instanceof JournalRefused) && !(error instanceof DiskError)) return false;
    return firstSegment(this.#disk, this.#directory) > Math.max(1, this.#tail.tail.segment);
  }

  *#follow(): Turn {
    this.#tail.refresh();
    // What becomes durable while this turn rests is not in what it has read ahead.
    const durableBatch = this.#durableBatch;
    let batch = this.#tail.next(durableBatch);
    if (batch !== undefined) this.#writer.begin();
    let bytes = 0;
    while (batch !== undefined) {
      this.#garbage.add();
      yield* this.#writer.take(batch);
      bytes += batch.bytes;
      batch = bytes < TURN_BYTES ? this.#tail.next(durableBatch) : undefined;
    }
    const { tail } = this.#tail;
    if (bytes > 0) this.#writer.commit(tail);
    this.#post({ kind: "progress", batch: tail.batch, seq: tail.seq });
    this.#garbage.calm();
    if (tail.batch < this.#durableBatch) return "behind";
    yield* this.#pruning.slice();
    // Not behind: what is due has time, and gets no more of the processor for being much.
    if (this.#pruning.isDue) this.#turns.wake();
    return "done";
  }
}

function removeIndex(disk: IndexPorts["disk"], path: string): void {
  for (const suffix of SUFFIXES) if (disk.exists(path + suffix)) disk.remove(path + suffix);
}

/** Opens the database, or makes it anew if it is missing, foreign, old or damaged. */
function openIndex(
  ports: IndexPorts,
  { init, openDatabase }: Pick<IndexStart, "init" | "openDatabase">,
): { database: Database; from: JournalTail } {
  const { disk, log } = ports;
  const path = indexPath(init.stateDirectory);
  const directory = journalDirectory(init.stateDirectory);
  const segments = listSegments(disk, directory);
  try {
    const database = openDatabase(path, "write");
    const tail = readIndexTail(database, init.journalId);
    const isOvertaken = tail !== undefined && tail.batch + 1 < (segments[0]?.firstBatch ?? 1);
    if (isOvertaken) log.write("warning", "index_overtaken", { path });
    else if (tail !== undefined) {
      const from = tail.batch === 0
        ? beginning(init.journalId, segments)
        : placeAfter(tail, { disk, directory, segments });
      return { database, from };
    }
    database.close();
  } catch (error) {
    const isForeign = error instanceof JournalRefused;
    if (!isForeign && !isDamage(error) && !(error instanceof SyntaxError)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    log.write("warning", isForeign ? "index_foreign" : "index_damaged", { path, reason });
  }
  removeIndex(disk, path);
  const database = openDatabase(path, "write");
  const from = beginning(init.journalId, segments);
  createIndex(database, from);
  return { database, from };
}
