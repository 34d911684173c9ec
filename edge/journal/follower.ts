/**
 * The follower: a second timeline in a Worker that reads the journal as it becomes durable.
 *
 * It holds the live machine to the journal all day: the effects of each event byte for byte, the
 * digest of each batch. It takes the checkpoints, so that the main thread never stalls, and applies
 * retention, since it knows what the checkpoints cover. After a difference it takes none any more:
 * its state is as doubtful as the live one.
 * Bound: one turn reads about 1 MiB, then it rests and messages have theirs.
 * @module
 */
import type { Checkpoint, Timeline } from "../../core/timeline.ts";
import type { ReportWriter } from "../../wire/encode_report.ts";
import { NO_POISON } from "../poison.ts";
import { DiskError, type Ports, type WorkerScope } from "../ports.ts";
import { BatchTail } from "./batch_tail.ts";
import { readCheckpoints, writeCheckpoint } from "./checkpoint_files.ts";
import { batchRecords } from "./recovery.ts";
import { BatchReports, ReportIndex } from "./report_index.ts";
import { LineReplayer } from "./replay.ts";
import { HashGarbage } from "./hash_garbage.ts";
import { commitsOf, type RingMemory } from "./ring.ts";
import { Retention, type RetentionSettings } from "./retention.ts";
import { placeAfter } from "./opening.ts";
import { beginning } from "./scan.ts";
import { type Batch, readWindow } from "./segment_reader.ts";
import { listSegments } from "./segments.ts";
import { type Turn, Turns } from "./turns.ts";
import { journalDirectory } from "./writer.ts";

const TURN_BYTES = 1 << 20;

/** What the Worker is started with. */
export type FollowerInit = {
  readonly stateDirectory: string;
  readonly journalId: string;
  /** A checkpoint is due after this many events. */
  readonly checkpointEvents: number;
  readonly retention: RetentionSettings;
  /** Events that recovery passed over. */
  readonly passedOver: readonly number[];
  /** Shared with the journal: shows when it commits. */
  readonly cells: RingMemory["cells"];
};

/** What followers of the journal are told. */
export type TailRequest =
  /** Everything up to this batch is durable. */
  | { readonly kind: "durable"; readonly batch: number }
  /** Take a checkpoint when everything durable has been read. */
  | { readonly kind: "checkpoint" }
  /** Retention has removed the oldest segments. */
  | { readonly kind: "dropped" };

/** What followers of the journal say. */
export type TailMessage =
  /** Everything up to this batch has been read. */
  | { readonly kind: "progress"; readonly batch: number; readonly seq: number }
  | { readonly kind: "checkpoint"; readonly seq: number }
  /** A checkpoint could not be taken, or what is due not be dropped; the journal itself is whole. */
  | { readonly kind: "checkpointFailed"; readonly reason: string }
  /** The journal, this machine and the live one do not agree. */
  | { readonly kind: "mismatch"; readonly seq: number; readonly text: string }
  /** Retention has removed the segments before this one. */
  | { readonly kind: "dropped"; readonly segment: number };

/** How the follower makes its machine; handed in, since the journal knows no engine. */
export type FollowerMachine = {
  readonly createTimeline: (from?: Checkpoint) => Timeline;
  readonly writeReport: ReportWriter;
};

type FollowerPorts = Pick<Ports, "disk" | "timers" | "clock" | "memory" | "log">;

/** Worker entry `follower`. */
export function runFollower(
  scope: WorkerScope,
  ports: FollowerPorts,
  start: { readonly init: unknown; readonly machine: FollowerMachine },
): void {
  const post = (message: TailMessage): void => scope.post(message);
  const follower = new Follower(post, ports, {
    init: start.init as FollowerInit,
    machine: start.machine,
  });
  scope.onMessage((message) => follower.take(message as TailRequest));
}

class Follower {
  readonly #post: (message: TailMessage) => void;
  readonly #ports: FollowerPorts;
  readonly #init: FollowerInit;
  readonly #timeline: Timeline;
  readonly #replayer: LineReplayer;
  readonly #reports: ReportIndex;
  readonly #tail: BatchTail;
  /** Of the tail and of retention, which take turns. */
  readonly #window = readWindow();
  readonly #retention: Retention;
  readonly #garbage: HashGarbage;
  readonly #turns: Turns;
  #durableBatch = 0;
  #checkpointSeq: number;
  #isCheckpointAsked = false;
  #isDoubtful = false;
  #nowUs = 0;

  constructor(
    post: (message: TailMessage) => void,
    ports: FollowerPorts,
    start: { init: FollowerInit; machine: FollowerMachine },
  ) {
    const { init, machine } = start;
    this.#post = post;
    this.#ports = ports;
    this.#garbage = new HashGarbage(ports.memory);
    this.#turns = new Turns(ports, () => this.#turn(), commitsOf(init));
    this.#init = init;
    this.#retention = new Retention({
      disk: ports.disk,
      stateDirectory: init.stateDirectory,
      window: this.#window,
      settings: init.retention,
    });
    const stored = readCheckpoints(ports.disk, init.stateDirectory, (name) => {
      ports.log.write("warning", "checkpoint_damaged", { name });
    }).next().value ?? undefined;
    const timeline = machine.createTimeline(stored?.state);
    this.#timeline = timeline;
    this.#replayer = new LineReplayer(
      { timeline, writeReport: machine.writeReport },
      { ...NO_POISON, passedOver: new Set(init.passedOver) },
      stored?.lostSinceUs,
    );
    this.#reports = ReportIndex.from(stored?.reports ?? []);
    this.#checkpointSeq = stored?.tail.seq ?? 0;
    const directory = journalDirectory(init.stateDirectory);
    const segments = listSegments(ports.disk, directory);
    const from = stored === undefined
      ? beginning(init.journalId, segments)
      : placeAfter(stored.tail, { disk: ports.disk, directory, segments });
    this.#tail = new BatchTail(ports.disk, { directory, from }, this.#window);
  }

  take(message: TailRequest): void {
    if (message.kind === "dropped") return; // its own doing
    if (message.kind === "durable") this.#durableBatch = message.batch;
    else if (this.#isDoubtful) this.#checkpointFailed("its state differs from the live one");
    else {
      this.#isCheckpointAsked = true;
      return this.#turns.hurry();
    }
    this.#turns.wake();
  }

  *#turn(): Turn {
    if (this.#isDoubtful) return "done";
    this.#tail.refresh();
    // What becomes durable while this turn rests is not in what it has read ahead.
    const durableBatch = this.#durableBatch;
    let bytes = 0;
    while (bytes < TURN_BYTES && !this.#isDoubtful) {
      const batch = this.#tail.next(durableBatch);
      if (batch === undefined) break;
      bytes += batch.bytes;
      this.#garbage.add();
      yield* this.#apply(batch);
    }
    if (this.#isDoubtful) return "done";
    const isDone = this.#tail.tail.batch >= this.#durableBatch;
    const isDue = this.#tail.tail.seq - this.#checkpointSeq >= this.#init.checkpointEvents;
    if (isDue || (isDone && this.#isCheckpointAsked)) yield* this.#checkpoint({ isDone });
    this.#post({ kind: "progress", batch: this.#tail.tail.batch, seq: this.#tail.tail.seq });
    this.#garbage.calm();
    return isDone ? "done" : "behind";
  }

  *#apply(batch: Batch): Generator<void, void> {
    const reports = new BatchReports();
    this.#nowUs = batch.header.timeUs;
    for (const record of batchRecords(batch)) {
      const problem = this.#replayer.compare(record);
      if (problem !== undefined) return this.#doubt(record.event.seqId, problem);
      for (const report of this.#replayer.reports) reports.note(report.client, report.reportSeq);
      if (record.batchEnd !== undefined) this.#reports.add(reports, record.batchEnd.position);
      yield;
    }
  }

  #doubt(seq: number, problem: string): void {
    this.#isDoubtful = true;
    this.#post({ kind: "mismatch", seq, text: `The follower's replay of seq ${seq}: ${problem}` });
    if (this.#isCheckpointAsked) this.#checkpointFailed("its state differs from the live one");
  }

  /**
   * One that falls due before everything is read is not the one that was asked for. Retention goes by
   * the checkpoints that are kept, and may make the room that a new one lacks.
   */
  *#checkpoint({ isDone }: { readonly isDone: boolean }): Generator<void, void> {
    if (isDone) this.#isCheckpointAsked = false;
    this.#checkpointSeq = this.#tail.tail.seq;
    yield* this.#attempt(this.#write());
    yield* this.#attempt(this.#retain());
  }

  /** Goes through the steps; where the disk fails they end, and that is told. */
  *#attempt(steps: Generator<void, void>): Generator<void, void> {
    try {
      yield* steps;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#checkpointFailed(error.message);
    }
  }

  *#write(): Generator<void, void> {
    const { tail } = this.#tail;
    yield* writeCheckpoint(this.#ports.disk, this.#init.stateDirectory, {
      format: 1,
      tail,
      reports: this.#reports.toDocument(),
      lostSinceUs: this.#replayer.lostSinceUs,
      statePieces: this.#timeline.checkpointPieces(),
    });
    this.#post({ kind: "checkpoint", seq: tail.seq });
  }

  #checkpointFailed(reason: string): void {
    this.#ports.log.write("error", "checkpoint_failed", { seq: this.#tail.tail.seq, reason });
    this.#post({ kind: "checkpointFailed", reason });
  }

  /** A step at a time, and all that is due: segments may fill faster than checkpoints come. */
  *#retain(): Generator<void, void> {
    for (const step of this.#retention.apply(this.#nowUs)) {
      if (step.kind === "removed") {
        this.#reports.dropBefore(step.firstKept);
        this.#post({ kind: "dropped", segment: step.firstKept });
      } else if (step.kind === "rewritten") {
        this.#ports.log.write("info", "market_data_dropped", { segment: step.segment });
      }
      yield;
    }
  }
}
