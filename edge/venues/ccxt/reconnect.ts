/**
 * A connection that is made again whenever it ends: pauses that double, less at random, from 0.25 s
 * to 30 s; one that held for a while starts them anew.
 * @module
 */
import type { Cancel, Clock, Randomness, Timers } from "../../ports.ts";

const PAUSE_MIN_US = 250_000;
const PAUSE_MAX_US = 30_000_000;
/** A connection that lasts so long was a good one. */
const STABLE_US = 30_000_000;

/** The part of the ports that this needs. */
export type ReconnectPorts = {
  readonly timers: Timers;
  readonly clock: Pick<Clock, "monotonicUs">;
  readonly randomness: Randomness;
};

/** Runs `connect` again after it ended. */
export class Reconnect {
  readonly #ports: ReconnectPorts;
  readonly #connect: () => void;
  #pauseUs = PAUSE_MIN_US;
  #connectedUs: number | undefined;
  #cancel: Cancel | undefined;
  #isStopped = false;

  constructor(ports: ReconnectPorts, connect: () => void) {
    this.#ports = ports;
    this.#connect = connect;
  }

  start(): void {
    this.#isStopped = false;
    this.#connect();
  }

  /** The connection stands. */
  connected(): void {
    this.#connectedUs = this.#ports.clock.monotonicUs();
  }

  /** The connection ended, or never came about: another is made, not before `atLeastUs` from now. */
  ended(atLeastUs = 0): void {
    if (this.#isStopped || this.#cancel !== undefined) return;
    const { timers, clock, randomness } = this.#ports;
    const heldUs = this.#connectedUs === undefined ? 0 : clock.monotonicUs() - this.#connectedUs;
    if (heldUs >= STABLE_US) this.#pauseUs = PAUSE_MIN_US;
    this.#connectedUs = undefined;
    const part = (randomness.bytes(1)[0] ?? 0) / 1024;
    const pauseUs = Math.max(atLeastUs, Math.floor(this.#pauseUs * (1 - part)));
    this.#pauseUs = Math.min(this.#pauseUs * 2, PAUSE_MAX_US);
    this.#cancel = timers.after(pauseUs, () => {
      this.#cancel = undefined;
      this.#connect();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
