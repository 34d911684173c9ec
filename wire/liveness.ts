/**
 * Heartbeats and silence of one session.
 *
 * Beats every `heartbeatMs`; a peer that has sent no byte for three of them is gone. While we
 * ourselves have stopped reading, its silence proves nothing and does not count; nor does it when
 * the watch itself comes late, since then its bytes may wait unread.
 * @module
 */
import type { Cancel } from "../edge/ports.ts";
import type { WirePorts } from "./settings.ts";

/** Silent heartbeats after which the peer is gone. */
const SILENT_BEATS_MAX = 3;
/** A watch later than this part of a heartbeat was held up by ourselves. */
const LATE_PARTS = 4;
/** A frame that is not whole after so many heartbeats never will be. */
const FRAME_BEATS_MAX = 30;

export type LivenessOptions = {
  readonly ports: Pick<WirePorts, "clock" | "timers">;
  readonly heartbeatMs: number;
  readonly beat: () => void;
  /** The peer is gone; last call. */
  readonly gone: (reason: string) => void;
};

/** The watch over one connection. */
export class Liveness {
  readonly #options: LivenessOptions;
  readonly #periodUs: number;
  #cancelBeat: Cancel | undefined;
  #cancelWatch: Cancel | undefined;
  #heardUs = 0;
  /** When the watch was to look. */
  #lookUs = 0;
  /** When the frame that is not yet whole began. */
  #frameSinceUs: number | undefined;
  #isDeaf = false;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#periodUs = options.heartbeatMs * 1_000;
  }

  /** Begins to beat and to watch. */
  start(): void {
    this.#heardUs = this.#options.ports.clock.monotonicUs();
    this.#armBeat();
    this.#armWatch(SILENT_BEATS_MAX * this.#periodUs);
  }

  stop(): void {
    this.#cancelBeat?.();
    this.#cancelWatch?.();
  }

  /** A frame became whole: one that is not whole now began with the bytes behind it. */
  frameEnded(): void {
    this.#frameSinceUs = undefined;
  }

  /** Bytes came, and were served; they end with a whole frame or with part of one. */
  heard(end: "whole" | "part"): void {
    this.#heardUs = this.#options.ports.clock.monotonicUs();
    this.#frameSinceUs = end === "whole" ? undefined : this.#frameSinceUs ?? this.#heardUs;
  }

  /** We have stopped reading, for a reason of our own. */
  deafen(): void {
    this.#isDeaf = true;
  }

  /** We do not read because we are slow to answer: its silence counts from now on. */
  excuse(): void {
    this.#heardUs = this.#options.ports.clock.monotonicUs();
  }

  /** We read again. */
  listen(): void {
    this.#isDeaf = false;
    this.heard("whole");
  }

  #armBeat(): void {
    this.#cancelBeat = this.#options.ports.timers.after(this.#periodUs, () => {
      this.#armBeat();
      this.#options.beat();
    });
  }

  #armWatch(delayUs: number): void {
    this.#lookUs = this.#options.ports.clock.monotonicUs() + delayUs;
    this.#cancelWatch = this.#options.ports.timers.after(delayUs, () => this.#look());
  }

  #look(): void {
    const nowUs = this.#options.ports.clock.monotonicUs();
    const wasStalled = nowUs - this.#lookUs > this.#periodUs / LATE_PARTS;
    if (this.#isDeaf || wasStalled) return this.#armWatch(this.#periodUs);
    const leftUs = this.#heardUs + SILENT_BEATS_MAX * this.#periodUs - nowUs;
    if (leftUs <= 0) return this.#end("silent for three heartbeats");
    const frameLeftUs = this.#frameSinceUs === undefined
      ? leftUs
      : this.#frameSinceUs + FRAME_BEATS_MAX * this.#periodUs - nowUs;
    if (frameLeftUs <= 0) return this.#end("a frame that does not end");
    this.#armWatch(Math.min(leftUs, frameLeftUs));
  }

  #end(reason: string): void {
    this.stop();
    this.#options.gone(reason);
  }
}
