/**
 * Who takes what is in the ring: at first this thread, as soon as it is told, from `handOver` on a
 * Worker. A start needs its first batch on the disk; a Worker takes twenty milliseconds to come up,
 * and nobody else needs this thread before it listens.
 *
 * Invariant: never two write; the Worker begins where this thread ended. After a failure nobody does.
 * @module
 */
import { DiskError, type Ports, type WorkerLink } from "../ports.ts";
import { CELL } from "./ring.ts";
import {
  CommitLoop,
  failureSentence,
  type JournalPorts,
  type JournalWorkerInit,
  type JournalWorkerMessage,
} from "./worker.ts";

/** Space that a start takes ahead: to fill a Worker's step takes longer than all that it writes. */
const START_FILL_BYTES = 1 << 15;

/** What a writing end needs, and whom it tells. */
export type WritingEndOptions = {
  readonly ports: JournalPorts & Pick<Ports, "workers">;
  readonly init: JournalWorkerInit;
  /** Everything was written that was before the word to stop. */
  readonly onStopped: () => void;
  /** A sentence for people, and whether the disk failed or its Worker died; called once. */
  readonly onFailed: (sentence: string, fault: "write" | "worker") => void;
};

/** Writes, or has it written. */
export class WritingEnd {
  readonly #options: WritingEndOptions;
  #here: CommitLoop | undefined;
  #worker: WorkerLink | undefined;
  #isDead = false;

  constructor(options: WritingEndOptions) {
    this.#options = options;
  }

  /** This thread writes, not a Worker. */
  get isHere(): boolean {
    return this.#worker === undefined;
  }

  /** Something is in the ring. */
  tell(): void {
    const { ports, init } = this.#options;
    if (this.#worker !== undefined) return ports.signals.notify(init.memory.cells, CELL.head);
    this.#attempt(() => {
      const fillBytes = Math.min(init.settings.fillBytes, START_FILL_BYTES);
      this.#here ??= new CommitLoop(ports, { ...init, settings: { ...init.settings, fillBytes } });
      this.#here.run();
    });
  }

  /** Leaves writing to a Worker. */
  handOver(): void {
    if (this.#worker !== undefined) return;
    const { ports, init } = this.#options;
    this.#attempt(() => {
      const tail = this.#here?.leave() ?? init.start.tail;
      const worker = ports.workers.start("journal", { ...init, start: { ...init.start, tail } });
      worker.onMessage((message) => this.#onMessage(message as JournalWorkerMessage));
      worker.onError((reason) => this.#fail(workerDeath(reason), "worker"));
      this.#worker = worker;
    });
  }

  /** Ends it at once. */
  terminate(): void {
    this.#isDead = true;
    this.#worker?.terminate();
  }

  #attempt(work: () => void): void {
    if (this.#isDead) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#fail(failureSentence(error), "write");
    }
  }

  #onMessage(message: JournalWorkerMessage): void {
    if (message.kind === "failed") return this.#fail(message.sentence, "write");
    this.terminate();
    this.#options.onStopped();
  }

  #fail(sentence: string, fault: "write" | "worker"): void {
    if (this.#isDead) return;
    this.terminate();
    this.#options.onFailed(sentence, fault);
  }
}

function workerDeath(reason: string): string {
  return `Cannot write the journal: its Worker must live: was ended by ${reason}`;
}
