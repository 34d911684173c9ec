/**
 * TCP in memory: connections with chunking, half-close, stalls, resets, for tests and simulations.
 *
 * Ordering: bytes of one direction arrive in order; each arrival is a `soon` task of the timers.
 * Limits: one host; a hostname is part of the address and nothing more.
 * @module
 */
import type { Listener, Socket, SocketHandlers, Sockets, Timers } from "../../edge/ports.ts";

/** How many bytes the next arrival brings: any number from 1 on; more than there are means all. */
export type Chunking = (waiting: number) => number;

const WHOLE: Chunking = (waiting) => waiting;
/** Bytes that a peer's kernel takes while it does not read. */
const WINDOW_BYTES = 65_536;

export type MemorySocketsOptions = {
  readonly timers: Timers;
  readonly chunking?: Chunking;
  /** Bytes that the network takes while the peer does not read. */
  readonly windowBytes?: number;
};

/** A network of its own. */
export class MemorySockets implements Sockets {
  readonly #timers: Timers;
  readonly #chunking: Chunking;
  readonly #windowBytes: number;
  readonly #listeners = new Map<string, (socket: Socket) => void>();
  #nextPort = 40_000;

  constructor(options: MemorySocketsOptions) {
    this.#timers = options.timers;
    this.#chunking = options.chunking ?? WHOLE;
    this.#windowBytes = options.windowBytes ?? WINDOW_BYTES;
  }

  listen(
    address: { hostname: string; port: number },
    accept: (socket: Socket) => void,
  ): Listener {
    const port = address.port === 0 ? this.#nextPort++ : address.port;
    const key = `${address.hostname} ${port}`;
    if (this.#listeners.has(key)) throw new Error(`Cannot listen: address in use: was ${key}`);
    this.#listeners.set(key, accept);
    return { hostname: address.hostname, port, close: () => this.#listeners.delete(key) };
  }

  connect(address: { hostname: string; port: number }): MemorySocket {
    const near = this.#socket(`${address.hostname}:${address.port}`);
    const far = this.#socket(`${address.hostname}:${this.#nextPort++}`);
    near.pair(far);
    far.pair(near);
    this.#timers.soon(() => {
      const accept = this.#listeners.get(`${address.hostname} ${address.port}`);
      if (accept === undefined) return near.fail("connection refused");
      if (near.isGone) return;
      accept(far);
      near.open();
    });
    return near;
  }

  #socket(peer: string): MemorySocket {
    return new MemorySocket(peer, {
      timers: this.#timers,
      chunking: this.#chunking,
      windowBytes: this.#windowBytes,
    });
  }
}

type Wire = Required<MemorySocketsOptions>;

/** One end of a connection. */
export class MemorySocket implements Socket {
  readonly peer: string;
  readonly #wire: Wire;
  #other: MemorySocket | undefined;
  #handlers: SocketHandlers | undefined;
  /** Written here, not yet taken by the network. */
  #queued: Uint8Array[] = [];
  #queuedBytes = 0;
  /** Arrived here, not yet given to the owner. */
  #arrived: Uint8Array[] = [];
  #arrivedBytes = 0;
  #hasEnded = false;
  #isEndSent = false;
  #isEndDelivered = false;
  #isPaused = false;
  #isGone = false;
  #isScheduled = false;

  constructor(peer: string, wire: Wire) {
    this.peer = peer;
    this.#wire = wire;
  }

  get bufferedBytes(): number {
    return this.#queuedBytes;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Joins the two ends. */
  pair(other: MemorySocket): void {
    this.#other = other;
  }

  attach(handlers: SocketHandlers): void {
    this.#handlers = handlers;
    this.#schedule();
  }

  /** Tells the owner that the connection is open. */
  open(): void {
    if (!this.#isGone) this.#handlers?.opened?.();
  }

  write(bytes: Uint8Array): void {
    if (this.#isGone || this.#hasEnded || bytes.length === 0) return;
    this.#queued.push(bytes.slice());
    this.#queuedBytes += bytes.length;
    this.#schedule();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  end(): void {
    this.#hasEnded = true;
    this.#schedule();
  }

  destroy(): void {
    if (this.#isGone) return;
    this.fail("destroyed");
    const other = this.#other;
    this.#wire.timers.soon(() => other?.fail("reset by peer"));
  }

  /** The connection is gone; also how a test cuts it. */
  fail(reason: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#queued = [];
    this.#queuedBytes = 0;
    this.#handlers?.closed(reason);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#wire.timers.soon(() => {
      this.#isScheduled = false;
      this.#step();
    });
  }

  #step(): void {
    if (this.#isGone) return;
    this.#send();
    this.#deliver();
  }

  #wakeOther(): void {
    const other = this.#other;
    if (other !== undefined) other.#schedule();
  }

  /** Moves what the other end's window takes. */
  #send(): void {
    const other = this.#other;
    if (other === undefined || other.#isGone || this.#queuedBytes === 0) return this.#sendEnd();
    const had = this.#queuedBytes;
    for (let first = this.#queued[0]; first !== undefined; first = this.#queued[0]) {
      const room = this.#wire.windowBytes - other.#arrivedBytes;
      if (room <= 0) break;
      const part = first.subarray(0, room);
      if (part.length === first.length) this.#queued.shift();
      else this.#queued[0] = first.subarray(room);
      this.#queuedBytes -= part.length;
      other.#arrived.push(part);
      other.#arrivedBytes += part.length;
    }
    if (this.#queuedBytes < had) other.#schedule();
    if (this.#queuedBytes === 0) this.#handlers?.drained();
    this.#sendEnd();
  }

  #sendEnd(): void {
    if (!this.#hasEnded || this.#isEndSent || this.#queuedBytes > 0) return;
    this.#isEndSent = true;
    this.#wakeOther();
  }

  #deliver(): void {
    const handlers = this.#handlers;
    if (handlers === undefined) return;
    if (!this.#isPaused && this.#arrivedBytes > 0) {
      const size = Math.max(
        1,
        Math.min(this.#wire.chunking(this.#arrivedBytes), this.#arrivedBytes),
      );
      handlers.data(this.#takeArrived(size));
      this.#wakeOther();
      if (this.#arrivedBytes > 0) this.#schedule();
    }
    this.#deliverEnd(handlers);
    if (this.#isEndDelivered && this.#hasEnded && this.#queuedBytes === 0) this.fail("ended");
  }

  #deliverEnd(handlers: SocketHandlers): void {
    const other = this.#other;
    if (other === undefined || this.#isGone || this.#isEndDelivered) return;
    if (!other.#hasEnded || other.#queuedBytes > 0 || this.#arrivedBytes > 0) return;
    this.#isEndDelivered = true;
    handlers.ended();
  }

  #takeArrived(size: number): Uint8Array {
    const taken = new Uint8Array(size);
    let at = 0;
    for (let first = this.#arrived[0]; first !== undefined && at < size; first = this.#arrived[0]) {
      const part = first.subarray(0, size - at);
      taken.set(part, at);
      at += part.length;
      if (part.length === first.length) this.#arrived.shift();
      else this.#arrived[0] = first.subarray(part.length);
    }
    this.#arrivedBytes -= size;
    return taken;
  }
}
