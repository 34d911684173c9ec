/**
 * The main thread's end of a Worker that follows the journal (follower, index).
 *
 * At most one "durable" message is under way: the next one says the newest batch when the Worker has
 * read the last one, so its inbox never grows.
 * @module
 */
import type { WorkerLink } from "../ports.ts";
import type { TailMessage, TailRequest } from "./follower.ts";

/** Who listens; what is absent is not heard. */
export type TailHandlers = {
  checkpoint?(seq: number): void;
  /** An asked or a due checkpoint was not taken. */
  checkpointFailed?(reason: string): void;
  mismatch?(text: string): void;
  dropped?(segment: number): void;
  /** The Worker is dead; the journal and the daemon live on. */
  failed?(reason: string): void;
};

/** A follower, seen from the main thread. */
export class TailLink {
  readonly #worker: WorkerLink;
  readonly #handlers: TailHandlers;
  #durableBatch: number;
  #toldBatch = 0;
  #readSeq = 0;
  #isWaiting = false;

  /** `durableBatch`: what is durable now. */
  constructor(worker: WorkerLink, handlers: TailHandlers, durableBatch: number) {
    this.#worker = worker;
    this.#handlers = handlers;
    this.#durableBatch = durableBatch;
    worker.onMessage((message) => this.#take(message as TailMessage));
    worker.onError((reason) => handlers.failed?.(reason));
    this.#tell();
  }

  /** Last event that the Worker has read. */
  get readSeq(): number {
    return this.#readSeq;
  }

  /** To be called when a batch became durable. */
  durable(batch: number): void {
    this.#durableBatch = batch;
    this.#tell();
  }

  /** Asks for a checkpoint of everything that is durable now; `checkpoint` or `checkpointFailed` answers. */
  checkpoint(): void {
    this.#post({ kind: "durable", batch: this.#durableBatch });
    this.#post({ kind: "checkpoint" });
  }

  terminate(): void {
    this.#worker.terminate();
  }

  #tell(): void {
    if (this.#isWaiting || this.#toldBatch === this.#durableBatch) return;
    this.#isWaiting = true;
    this.#toldBatch = this.#durableBatch;
    this.#post({ kind: "durable", batch: this.#durableBatch });
  }

  #post(request: TailRequest): void {
    this.#worker.post(request);
  }

  #take(message: TailMessage): void {
    switch (message.kind) {
      case "progress":
        this.#readSeq = message.seq;
        this.#isWaiting = message.batch < this.#toldBatch;
        return this.#tell();
      case "checkpoint":
        return this.#handlers.checkpoint?.(message.seq);
      case "checkpointFailed":
        return this.#handlers.checkpointFailed?.(message.reason);
      case "mismatch":
        return this.#handlers.mismatch?.(message.text);
      case "dropped":
        return this.#handlers.dropped?.(message.segment);
    }
  }
}
