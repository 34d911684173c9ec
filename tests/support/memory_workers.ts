/**
 * Workers that a test plays itself: it sees what they are started with and told, says what they
 * say, and lets them die.
 * @module
 */
import type { WorkerEntry, WorkerLink, Workers } from "../../edge/ports.ts";

/** One started Worker, from its inside. */
class PlayedWorker implements WorkerLink {
  readonly entry: WorkerEntry;
  readonly init: unknown;
  readonly heard: unknown[] = [];
  isTerminated = false;
  #onMessage: (message: unknown) => void = () => {};
  #onError: (reason: string) => void = () => {};

  constructor(entry: WorkerEntry, init: unknown) {
    this.entry = entry;
    this.init = init;
  }

  /** Says something to its starter. */
  say(message: unknown): void {
    this.#onMessage(structuredClone(message));
  }

  /** Dies of an uncaught error. */
  die(reason = "boom"): void {
    this.#onError(reason);
  }

  /** What it was told of a kind. */
  told(kind: string): unknown[] {
    return this.heard.filter((message) => (message as { kind: string }).kind === kind);
  }

  post(message: unknown): void {
    this.heard.push(structuredClone(message));
  }

  onMessage(handler: (message: unknown) => void): void {
    this.#onMessage = handler;
  }

  onError(handler: (reason: string) => void): void {
    this.#onError = handler;
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

/** All Workers that were started, in order. */
export class PlayedWorkers implements Workers {
  readonly started: PlayedWorker[] = [];

  start(entry: WorkerEntry, init: unknown): WorkerLink {
    const worker = new PlayedWorker(entry, structuredClone(init));
    this.started.push(worker);
    return worker;
  }

  /** The newest one. @throws {RangeError} If none was started. */
  get last(): PlayedWorker {
    const worker = this.started.at(-1);
    if (worker === undefined) throw new RangeError("Cannot play: no Worker was started");
    return worker;
  }
}
