/**
 * Lines of text on their way to a sink that may be slow, blocked or gone.
 *
 * Invariant: `push` neither blocks nor throws. What does not fit, or what a closed sink refuses, is
 * dropped and counted, and the count is handed to `tell` as soon as a line goes through again.
 * Limit: `QUEUE_BYTES_MAX` of waiting text.
 * @module
 */
import { waitAtMost } from "./deno_time.ts";

const QUEUE_BYTES_MAX = 1 << 20;

/** Where lines go; a promise that may stay open for ever or reject. */
export type LogSink = (bytes: Uint8Array) => Promise<number>;

/** A bounded queue before a sink. */
export class LineQueue {
  readonly #sink: LogSink;
  readonly #tell: (droppedLines: number) => void;
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #waitingBytes = 0;
  #sending: Promise<void> | undefined;
  #dropped = 0;
  #droppedTold = 0;

  constructor(options: {
    readonly sink: LogSink;
    /** Says how many lines were dropped since it was last called. */
    readonly tell: (droppedLines: number) => void;
  }) {
    this.#sink = options.sink;
    this.#tell = options.tell;
  }

  /** Lines dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  push(line: string): void {
    if (this.#waitingBytes + line.length > QUEUE_BYTES_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    this.#sending ??= this.#send();
  }

  /** Waits until what was pushed has gone out, `timeoutMs` at most. */
  flush(timeoutMs: number): Promise<void> {
    return waitAtMost(this.#sending ?? Promise.resolve(), timeoutMs);
  }

  async #send(): Promise<void> {
    await Promise.resolve(); // lines of one turn leave in one write
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      const sent = await writeAll(this.#sink, this.#encoder.encode(lines.join("")));
      this.#waitingBytes -= lines.reduce((sum, line) => sum + line.length, 0);
      if (sent) this.#tellDropped();
      else this.#dropped += lines.length;
    }
    this.#sending = undefined;
  }

  #tellDropped(): void {
    if (this.#dropped === this.#droppedTold) return;
    const lines = this.#dropped - this.#droppedTold;
    this.#droppedTold = this.#dropped;
    this.#tell(lines);
  }
}

/** Returns false if the sink is closed. */
async function writeAll(sink: LogSink, bytes: Uint8Array): Promise<boolean> {
  try {
    for (let done = 0; done < bytes.length;) done += await sink(bytes.subarray(done));
    return true;
  } catch (error) {
    if (error instanceof Error) return false; // the sink is gone: counted by the caller
    throw error;
  }
}
