/**
 * Signals and Workers on one thread: each wake-up and message is a task, run one at a time by
 * `step`, so that a test may stop between any two.
 * @module
 */
import type { Signals, WorkerEntry, WorkerLink, Workers, WorkerScope } from "../../edge/ports.ts";

/** A Worker; a dead one watches nothing any more. */
type Life = { isAlive: boolean };

type Watch = {
  readonly of: Life | undefined;
  readonly buffer: SharedArrayBuffer;
  readonly index: number;
  readonly task: () => boolean;
  isOver: boolean;
  isQueued: boolean;
};

/** What a Worker entry is here. */
export type MemoryWorkerMain = (scope: WorkerScope, init: unknown) => void;

/** The tasks of all threads, in order of arrival. */
export class MemoryThreads {
  readonly #tasks: (() => void)[] = [];
  readonly #watches: Watch[] = [];
  /** The Worker whose entry runs now. */
  #entering: Life | undefined;

  readonly signals: Signals = {
    notify: (cells, index) => this.#notify(cells, index),
    notifyFirst: (cells, index) => this.#notify(cells, index),
    watch: (cells, index, task) => {
      const of = this.#entering;
      const watch = { of, buffer: cells.buffer, index, task, isOver: false, isQueued: false };
      this.#watches.push(watch);
      this.#queue(watch);
    },
  };

  /** Returns Workers that run on this thread. */
  workers(entries: Partial<Record<WorkerEntry, MemoryWorkerMain>>): Workers {
    return {
      start: (entry, init) => {
        const main = entries[entry];
        if (main === undefined) throw new RangeError(`Cannot start ${entry}: no such entry`);
        // Not cloned: a clone of shared memory is another object, and watches go by object.
        return this.#start(main, init);
      },
    };
  }

  /** Queues a task. */
  soon(task: () => void): void {
    this.#tasks.push(task);
  }

  /** Runs the oldest task; false if there is none. */
  step(): boolean {
    const task = this.#tasks.shift();
    task?.();
    return task !== undefined;
  }

  /** Runs tasks until none is left. */
  run(): void {
    while (this.step());
  }

  /** Ends all threads. */
  kill(): void {
    this.#tasks.length = 0;
    this.#watches.length = 0;
  }

  #notify(cells: Int32Array<SharedArrayBuffer>, index: number): void {
    for (const watch of this.#watches) {
      if (watch.buffer === cells.buffer && watch.index === index) this.#queue(watch);
    }
  }

  #queue(watch: Watch): void {
    if (watch.isQueued || watch.isOver) return;
    watch.isQueued = true;
    this.#tasks.push(() => {
      watch.isQueued = false;
      if (!watch.isOver && watch.of?.isAlive !== false) watch.isOver = !watch.task();
    });
  }

  #start(main: MemoryWorkerMain, init: unknown): WorkerLink {
    const toWorker: ((message: unknown) => void)[] = [];
    const toStarter: ((message: unknown) => void)[] = [];
    const errors: ((reason: string) => void)[] = [];
    const life: Life = { isAlive: true };
    const guarded = (task: () => void) => (): void => {
      if (!life.isAlive) return;
      try {
        task();
      } catch (error) {
        life.isAlive = false;
        for (const handler of errors) handler(String(error));
      }
    };
    const scope: WorkerScope = {
      post: (message) => {
        const copy = structuredClone(message);
        this.#tasks.push(() => toStarter.forEach((handler) => handler(copy)));
      },
      onMessage: (handler) => toWorker.push(handler),
    };
    this.#tasks.push(guarded(() => {
      this.#entering = life;
      try {
        main(scope, init);
      } finally {
        this.#entering = undefined;
      }
    }));
    return {
      post: (message) => {
        const copy = structuredClone(message);
        this.#tasks.push(guarded(() => toWorker.forEach((handler) => handler(copy))));
      },
      onMessage: (handler) => toStarter.push(handler),
      onError: (handler) => errors.push(handler),
      terminate: () => {
        life.isAlive = false;
      },
    };
  }
}
