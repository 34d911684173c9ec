/**
 * Sends events to many WebSockets, and spoils them as told: twice, swapped with the next, late, several in one
 * write. A message that waits for its swap leaves after `SWAP_MS` at the latest.
 * @module
 */
import type { Faults } from "./faults.ts";
import type { Ending } from "./http_line.ts";
import type { FrameSocket } from "./web_socket.ts";

const SWAP_MS = 50;

/** What can be done to the next messages. */
export type Disturbance = "duplicate" | "swap" | "delay";

/** One subscriber's connection. */
export type Subscriber = { readonly socket: FrameSocket };

/** All connections of one kind, and what they are sent. */
export class Streams<One extends Subscriber> {
  readonly subscribers = new Set<One>();
  readonly #faults: Faults;
  readonly #told: { readonly what: Disturbance; left: number; readonly ms: number }[] = [];
  #held: { readonly to: One; readonly message: string } | undefined;
  #together: Map<One, string[]> | undefined;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** Spoils the next `count` messages. */
  disturb(what: Disturbance, by: { readonly count: number; readonly ms: number }): void {
    this.#told.push({ what, left: by.count, ms: by.ms });
  }

  calm(): void {
    this.#told.length = 0;
    this.#release();
  }

  /** What is sent meanwhile leaves in one write per connection. */
  together(act: () => void): void {
    const together = new Map<One, string[]>();
    this.#together = together;
    try {
      act();
    } finally {
      this.#together = undefined;
    }
    for (const [to, messages] of together) to.socket.send(...messages);
  }

  send(to: One, message: string): void {
    const spoil = this.#next();
    if (spoil?.what === "delay") {
      setTimeout(() => to.socket.send(message), spoil.ms);
      return;
    }
    if (spoil?.what === "swap" && !this.#held) {
      this.#held = { to, message };
      setTimeout(() => this.#release(), SWAP_MS);
      return;
    }
    this.#write(to, message);
    if (spoil?.what === "duplicate") this.#write(to, message);
    if (this.#held) this.#release();
  }

  drop(by: Ending): void {
    for (const { socket } of this.subscribers) socket.end(by);
  }

  halfOpen(): void {
    for (const { socket } of this.subscribers) socket.halfOpen();
  }

  ping(): void {
    for (const { socket } of this.subscribers) socket.ping();
  }

  #write(to: One, message: string): void {
    if (!this.#together) return to.socket.send(message);
    const messages = this.#together.get(to);
    if (messages) messages.push(message);
    else this.#together.set(to, [message]);
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held) held.to.socket.send(held.message);
  }

  #next(): { readonly what: Disturbance; readonly ms: number } | undefined {
    const told = this.#told.find(({ left }) => left > 0);
    if (told) {
      told.left--;
      return told;
    }
    const { draws, streams } = this.#faults;
    const percents = [
      ["duplicate", streams.duplicatePercent],
      ["swap", streams.swapPercent],
      ["delay", streams.delayPercent],
    ] as const;
    const drawn = percents.find(([, percent]) => percent !== undefined && draws.chance(percent));
    return drawn && { what: drawn[0], ms: draws.below(streams.delayMsMax ?? 200) };
  }
}
