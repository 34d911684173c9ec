/**
 * A journal with its follower on a memory disk.
 * @module
 */
import { type FollowerInit, runFollower, TailLink } from "../../edge/journal/mod.ts";
import type { Clock, Timers } from "../../edge/ports.ts";
import type { ReportWriter } from "../../wire/encode_report.ts";
import { EchoTimeline, writeEchoReport } from "./echo_timeline.ts";
import { JournalRig, SILENT, STATE } from "./journal_rig.ts";

/** What the follower said. */
export type Heard = {
  readonly checkpoints: number[];
  readonly refused: string[];
  readonly mismatches: string[];
  readonly dropped: number[];
};

/** Starts a follower beside a running journal; `settings` change its start. */
export function startFollower(
  rig: JournalRig,
  settings: Partial<FollowerInit> & {
    readonly writeReport?: ReportWriter;
    readonly clock?: Clock;
    /** Tasks of others that come before one that is due later. */
    readonly restTasks?: number;
  } = {},
): { link: TailLink; heard: Heard } {
  const timers: Timers = {
    after: (_delayUs, task) => {
      later(rig, { task, hops: settings.restTasks ?? 0 });
      return () => {};
    },
    soon: (task) => rig.threads.soon(task),
  };
  const clock = settings.clock ?? { wallUs: () => 0, monotonicUs: () => 0 };
  const machine = {
    createTimeline: (from?: ConstructorParameters<typeof EchoTimeline>[0]) =>
      new EchoTimeline(from),
    writeReport: settings.writeReport ?? writeEchoReport,
  };
  const workers = rig.threads.workers({
    follower: (scope, init) =>
      runFollower(scope, {
        disk: rig.disk,
        timers,
        clock,
        memory: { collect: () => {} },
        log: SILENT,
      }, { init, machine }),
  });
  const heard: Heard = { checkpoints: [], refused: [], mismatches: [], dropped: [] };
  const init: FollowerInit = {
    stateDirectory: STATE,
    journalId: rig.journal.journalId,
    cells: new Int32Array(new SharedArrayBuffer(64)),
    checkpointEvents: settings.checkpointEvents ?? 100_000,
    passedOver: settings.passedOver ?? [],
    retention: settings.retention ?? { marketHours: null, truthDays: null },
  };
  const { durableBatch } = rig.journal;
  const link = new TailLink(workers.start("follower", init), { timers, durableBatch }, {
    checkpoint: (seq) => heard.checkpoints.push(seq),
    checkpointFailed: (reason) => heard.refused.push(reason),
    mismatch: (text) => heard.mismatches.push(text),
    dropped: (segment) => {
      heard.dropped.push(segment);
      rig.journal.segmentsDropped(segment);
    },
  });
  rig.journal.onDurable((seq) => {
    rig.durable.push(seq);
    link.durable(rig.journal.durableBatch);
  });
  return { link, heard };
}

/** Queues a task behind whatever is queued now, that many times over. */
function later(
  rig: JournalRig,
  of: { readonly task: () => void; readonly hops: number },
): void {
  const { task, hops } = of;
  rig.threads.soon(hops === 0 ? task : () => later(rig, { task, hops: hops - 1 }));
}
