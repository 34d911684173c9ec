/**
 * The way in of one session: bytes become frames, frames are served, intents go to the sequencer.
 *
 * Ordering: frames are served in the order of their bytes. A draft that finds the queue full stops
 * everything behind it.
 * Limits: one frame's drafts wait; while they do the socket is not read, so the kernel's window
 * stops the peer.
 * @module
 */
import type { Draft } from "../core/event.ts";
import type { Micros } from "../core/numbers.ts";
import type { Socket } from "../edge/ports.ts";
import type { Producer } from "./backend.ts";
import type { WireCounters } from "./counters.ts";
import { type FrameBody, FrameReader, FrameSizeError } from "./frame.ts";

export type InletOptions = {
  readonly socket: Socket;
  readonly producer: Producer;
  readonly counters: WireCounters;
  readonly maxFrameBytes: number;
  /** False while frames must wait for something that is not the queue. */
  readonly mayServe: () => boolean;
  /** Engine time; asked once for all frames that came together. */
  readonly nowUs: () => Micros;
  /** The frame holds during the call. */
  readonly serve: (frame: FrameBody, nowUs: Micros) => void;
  readonly badFrame: (error: FrameSizeError) => void;
  /** The queue is full: nothing is read. */
  readonly blocked: () => void;
  /** It has room again. */
  readonly unblocked: () => void;
};

/** Reads one session's frames. */
export class Inlet {
  readonly #options: InletOptions;
  readonly #reader: FrameReader;
  /** Drafts that found the queue full, oldest first. */
  #waiting: Draft[] = [];
  #isPaused = false;
  #isDiscarding = false;
  #isClosed = false;

  constructor(options: InletOptions) {
    this.#options = options;
    this.#reader = new FrameReader({ maxFrameBytes: options.maxFrameBytes });
    options.producer.onRoom(() => this.#onRoom());
  }

  /** True if the bytes so far end with a whole frame. */
  get isWhole(): boolean {
    return this.#reader.bufferedBytes === 0;
  }

  /** True when nothing that was offered still waits before the sequencer. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#options.producer.length === 0;
  }

  /** Takes received bytes and serves what it can. */
  take(bytes: Uint8Array): void {
    if (this.#isDiscarding) return;
    this.#reader.push(bytes);
    this.pump();
  }

  /** Serves frames until there is none or something is in the way. */
  pump(): void {
    const reader = this.#reader;
    const { counters, serve } = this.#options;
    const nowUs = this.#options.nowUs();
    try {
      while (this.#canServe()) {
        if (!reader.step()) return this.#resume();
        counters.add("wire_frames_in");
        serve(reader, nowUs);
      }
    } catch (error) {
      if (!(error instanceof FrameSizeError)) throw error;
      return this.#options.badFrame(error);
    }
    if (this.#isDiscarding) return;
    this.#reader.keep();
    this.#pause();
  }

  /** Offers drafts in order; what finds no room waits, and reading with it. */
  offer(drafts: readonly Draft[]): void {
    if (this.#isClosed) return;
    for (const draft of drafts) this.#offer(draft);
    if (this.#waiting.length > 0) this.#options.blocked();
  }

  /** `offer` of one draft. */
  offerOne(draft: Draft): void {
    if (this.#isClosed) return;
    this.#offer(draft);
    if (this.#waiting.length > 0) this.#options.blocked();
  }

  #offer(draft: Draft): void {
    if (this.#waiting.length === 0 && this.#options.producer.offer(draft)) return;
    this.#waiting.push(draft);
  }

  /**
   * Serves nothing more, and reads on: so the peer is known to live, and what is dropped becomes no
   * reset. What was offered still goes.
   */
  discard(): void {
    this.#isDiscarding = true;
    this.#resume();
  }

  /** Drops what waits, too, and leaves the sequencer. */
  close(): void {
    this.discard();
    this.#isClosed = true;
    this.#waiting = [];
    this.#options.producer.close();
  }

  #canServe(): boolean {
    return !this.#isDiscarding && this.#waiting.length === 0 && this.#options.mayServe();
  }

  #onRoom(): void {
    if (this.#isClosed || this.#waiting.length === 0) return;
    this.#drain();
    if (this.#waiting.length > 0) return;
    this.#options.unblocked();
    this.pump();
  }

  #drain(): void {
    let taken = 0;
    for (const draft of this.#waiting) {
      if (!this.#options.producer.offer(draft)) break;
      taken += 1;
    }
    this.#waiting.splice(0, taken);
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#options.counters.add("wire_read_pauses");
    this.#options.socket.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#options.socket.resume();
  }
}
