/**
 * Sends events to many WebSockets, and spoils them as told: twice, swapped with the next, late, several in one
 * write. A message that waits for its swap leaves behind the next of its kind to the same subscriber, at the latest
 * after a while; one that a test wants late or swapped without saying how long leaves with `release` at the latest.
 * @module
 */
import type { Faults } from "./faults.ts";
import type { Ending } from "./http_line.ts";
import type { FrameSocket } from "./web_socket.ts";

/** How long a schedule of faults has a message wait for the next. */
const HOLD_MS = 1000;

/** What can be done to the next messages. */
export type Disturbance = "duplicate" | "swap" | "delay";

/**
 * What a message is: on the user stream a report if it is about an order, of market data always. `disturb` spoils
 * reports, a schedule of faults whatever is sent.
 */
export type MessageKind = "report" | "other";

/** One subscriber's connection. */
export type Subscriber = { readonly socket: FrameSocket };

/** `ms`: how late, or how long it waits for the next; undefined: until `release`. */
type Spoil = { readonly what: Disturbance; readonly ms: number | undefined };
type Held<One> = { readonly to: One; readonly kind: MessageKind; readonly message: string };

/** All connections of one kind, and what they are sent. */
export class Streams<One extends Subscriber> {
  readonly subscribers = new Set<One>();
  readonly #faults: Faults;
  readonly #told: (Spoil & { left: number })[] = [];
  readonly #held: Held<One>[] = [];
  /** What leaves when `release` comes. */
  readonly #kept: Held<One>[] = [];
  #together: Map<One, string[]> | undefined;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** Spoils the next `count` reports. */
  disturb(what: Disturbance, { count, ms }: Pick<Spoil, "ms"> & { readonly count: number }): void {
    this.#told.push({ what, left: count, ms });
  }

  calm(): void {
    this.#told.length = 0;
    this.release();
  }

  /** Sends what waits. */
  release(): void {
    for (const held of [...this.#held]) this.#leave(held);
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
      if (spoil.ms === undefined) this.#kept.push({ to, kind, message });
      else setTimeout(() => to.socket.send(message), spoil.ms);
      return;
    }
    const held = this.#held.find((other) => other.to === to && other.kind === kind);
    if (spoil?.what === "swap" && !held) return this.#hold({ to, kind, message }, spoil.ms);
    this.#write(to, message);
    if (spoil?.what === "duplicate") this.#write(to, message);
    if (held) this.#leave(held);
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

  #hold(held: Held<One>, ms: number | undefined): void {
    this.#held.push(held);
    if (ms !== undefined) setTimeout(() => this.#leave(held), ms);
  }

  /** Sends what was held back, unless it has left already. */
  #leave(held: Held<One>): void {
    const at = this.#held.indexOf(held);
    if (at < 0) return;
    this.#held.splice(at, 1);
    this.#write(held.to, held.message);
  }

  #next(kind: MessageKind): Spoil | undefined {
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
    if (drawn === undefined) return undefined;
    const delayMs = draws.below(streams.delayMsMax ?? 200);
    return { what: drawn[0], ms: drawn[0] === "swap" ? HOLD_MS : delayMs };
  }
}
