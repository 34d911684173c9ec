/**
 * Sends events to many WebSockets, and spoils them as told: twice, swapped with the next, late, once told to,
 * several in one write. A message that waits for its swap leaves behind the next of its kind to the same subscriber, and after
 * `HOLD_MS` at the latest.
 * @module
 */
import type { Faults } from "./faults.ts";
import type { Ending } from "./http_line.ts";
import type { FrameSocket } from "./web_socket.ts";

/** Longer than two controls in a row take: what the first causes is held until the second. */
const HOLD_MS = 1000;

/** What can be done to the next messages. `hold`: they wait until `release`. */
export type Disturbance = "duplicate" | "swap" | "delay" | "hold";

/**
 * What a message is: on the user stream a report if it is about an order, of market data always. `disturb` spoils
 * reports, a schedule of faults whatever is sent.
 */
export type MessageKind = "report" | "other";

/** One subscriber's connection. */
export type Subscriber = { readonly socket: FrameSocket };

type Held<One> = { readonly to: One; readonly kind: MessageKind; readonly message: string };

/** All connections of one kind, and what they are sent. */
export class Streams<One extends Subscriber> {
  readonly subscribers = new Set<One>();
  readonly #faults: Faults;
  readonly #told: { readonly what: Disturbance; left: number; readonly ms: number }[] = [];
  readonly #held: Held<One>[] = [];
  /** What leaves once told to, in order. */
  readonly #kept: Held<One>[] = [];
  #together: Map<One, string[]> | undefined;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** Spoils the next `count` reports. */
  disturb(what: Disturbance, by: { readonly count: number; readonly ms: number }): void {
    this.#told.push({ what, left: by.count, ms: by.ms });
  }

  calm(): void {
    this.#told.length = 0;
    for (const held of [...this.#held]) this.#release(held);
    this.release();
  }

  /** Sends what waits for it. */
  release(): void {
    for (const { to, message } of this.#kept.splice(0)) this.#write(to, message);
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

  send(to: One, message: string, kind: MessageKind = "report"): void {
    const spoil = this.#next(kind);
    if (spoil?.what === "delay") {
      setTimeout(() => to.socket.send(message), spoil.ms);
      return;
    }
    if (spoil?.what === "hold") {
      this.#kept.push({ to, kind, message });
      return;
    }
    const held = this.#held.find((other) => other.to === to && other.kind === kind);
    if (spoil?.what === "swap" && !held) return this.#hold({ to, kind, message });
    this.#write(to, message);
    if (spoil?.what === "duplicate") this.#write(to, message);
    if (held) this.#release(held);
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

  #hold(held: Held<One>): void {
    this.#held.push(held);
    setTimeout(() => this.#release(held), HOLD_MS);
  }

  /** Sends what was held back, unless it has left already. */
  #release(held: Held<One>): void {
    const at = this.#held.indexOf(held);
    if (at < 0) return;
    this.#held.splice(at, 1);
    this.#write(held.to, held.message);
  }

  #next(kind: MessageKind): { readonly what: Disturbance; readonly ms: number } | undefined {
    const told = kind === "report" ? this.#told.find(({ left }) => left > 0) : undefined;
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
