/**
 * The main thread's end of a Worker that follows the journal (follower, index).
 *
 * At most one "durable" message is under way: the next one says the newest batch when the Worker has
 * read the last one, so its inbox never grows. It is not told of every batch: each message wakes two
 * threads that orders in flight then wait for.
 * @module
 */
import { unreachable } from "../../core/invariant.ts";
import type { Cancel, Timers, WorkerLink } from "../ports.ts";
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

/** Between two messages to a follower: how far it is behind a daemon that does little. */
const PAUSE_US = 20_000;

/** A follower, seen from the main thread. */
export class TailLink {
  readonly #worker: WorkerLink;
  readonly #timers: Timers;
  readonly #handlers: TailHandlers;
  #durableBatch: number;
  #toldBatch = 0;
  #readSeq = 0;
  #isWaiting = false;
  #isPausing = false;
  #cancelPause: Cancel = () => {};

  /** `durableBatch`: what is durable now. */
  constructor(
    worker: WorkerLink,
    of: { readonly timers: Timers; readonly durableBatch: number },
    handlers: TailHandlers,
  ) {
    this.#worker = worker;
    this.#timers = of.timers;
    this.#handlers = handlers;
    this.#durableBatch = of.durableBatch;
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

  /** To be called when retention has removed segments. */
  segmentsDropped(): void {
    this.#post({ kind: "dropped" });
  }

  terminate(): void {
    this.#cancelPause();
    this.#worker.terminate();
  }

  #tell(): void {
    if (this.#isWaiting || this.#isPausing || this.#toldBatch === this.#durableBatch) return;
    this.#isWaiting = true;
    this.#isPausing = true;
    this.#toldBatch = this.#durableBatch;
    this.#post({ kind: "durable", batch: this.#durableBatch });
    this.#cancelPause = this.#timers.after(PAUSE_US, () => {
      this.#isPausing = false;
      this.#tell();
    });
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
      default:
        return unreachable(message);
    }
  }
}
