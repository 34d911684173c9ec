/**
 * One TCP connection over the runtime's promises, as callbacks.
 *
 * Owns a read loop over one reused buffer and a write loop that sends in one call whatever was
 * written during the previous one.
 *
 * Ordering: `opened` (outgoing only), then `data` and `drained` in any order, `ended` at most once
 * after the last `data`, `closed` exactly once and last, never during a call of the owner's.
 * Every failure of the connection ends in `closed`; what a handler throws is not caught here.
 * Known limit: a reset is noticed by the next read or write only, so not while paused.
 * @module
 */
import type { Socket, SocketHandlers } from "./ports.ts";
import { WriteBuffer } from "./write_buffer.ts";

const READ_BYTES = 64 * 1024;

/** A connection, accepted or outgoing. */
export class DenoSocket implements Socket {
  readonly peer: string;
  readonly #direction: "incoming" | "outgoing";
  readonly #outgoing = new WriteBuffer();
  #connection: Deno.TcpConn | undefined;
  #handlers: SocketHandlers | undefined;
  /** Bytes of the write in progress that the kernel has not taken. */
  #inFlightBytes = 0;
  #writing = false;
  /** Writing begins when the owner has had its say. */
  #isSoon = false;
  #paused = false;
  /** Wakes the read loop out of a pause. */
  #wake: (() => void) | undefined;
  #peerEnded = false;
  #ending = false;
  #finSent = false;
  #gone = false;
  /** Why it has gone, while nobody is attached to be told. */
  #goneBecause: string | undefined;

  constructor(of: { readonly peer: string; readonly direction: "incoming" | "outgoing" }) {
    this.peer = of.peer;
    this.#direction = of.direction;
  }

  /** Wraps a connection that was accepted. */
  static accepted(connection: Deno.TcpConn): DenoSocket {
    const { hostname, port } = connection.remoteAddr;
    const socket = new DenoSocket({ peer: `${hostname}:${port}`, direction: "incoming" });
    socket.#connection = connection;
    return socket;
  }

  /** Starts an outgoing connection; `opened` or `closed` follows. */
  static connecting(address: { readonly hostname: string; readonly port: number }): DenoSocket {
    const peer = `${address.hostname}:${address.port}`;
    const socket = new DenoSocket({ peer, direction: "outgoing" });
    void socket.#open(address);
    return socket;
  }

  get bufferedBytes(): number {
    return this.#outgoing.length + this.#inFlightBytes;
  }

  attach(handlers: SocketHandlers): void {
    const first = this.#handlers === undefined;
    this.#handlers = handlers;
    if (this.#goneBecause !== undefined) this.#sayClosed(this.#goneBecause);
    else if (first && this.#connection !== undefined) this.#start(this.#connection);
  }

  /** What is written after `end` or after the connection has gone is dropped. */
  write(bytes: Uint8Array): void {
    if (this.#gone || this.#ending || bytes.length === 0) return;
    this.#outgoing.append(bytes);
    if (this.#isSoon || this.#writing) return;
    // What the owner writes in one go leaves in one call.
    this.#isSoon = true;
    queueMicrotask(() => {
      this.#isSoon = false;
      if (!this.#gone) this.#startWriting();
    });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake?.();
    this.#wake = undefined;
  }

  end(): void {
    if (this.#gone || this.#ending) return;
    this.#ending = true;
    this.#startWriting();
  }

  destroy(): void {
    this.#close("closed by this side");
  }

  async #open(address: { readonly hostname: string; readonly port: number }): Promise<void> {
    const connection = await settle(() => Deno.connect({ transport: "tcp", ...address }));
    if (connection instanceof Error) return this.#close(`Cannot connect: ${connection.message}`);
    if (this.#gone) return connection.close();
    setNoDelay(connection);
    this.#connection = connection;
    if (this.#handlers !== undefined) this.#start(connection);
  }

  #start(connection: Deno.TcpConn): void {
    if (this.#direction === "outgoing") this.#handlers?.opened?.();
    if (this.#gone) return;
    void this.#read(connection);
    if (this.#outgoing.length > 0 || this.#ending) this.#startWriting();
  }

  async #read(connection: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    while (!this.#gone) {
      let read: number | null | Error;
      try {
        read = await connection.read(buffer);
      } catch (error) {
        read = toError(error);
      }
      // A read that was already waiting when the owner paused is kept for later.
      while (this.#paused && !this.#gone) await new Promise<void>((wake) => this.#wake = wake);
      if (this.#gone) return;
      if (read instanceof Error) return this.#close(read.message);
      if (read === null) return this.#endOfInput();
      this.#handlers?.data(buffer.subarray(0, read));
    }
  }

  #endOfInput(): void {
    this.#peerEnded = true;
    this.#handlers?.ended();
    this.#closeIfBothEnded();
  }

  #startWriting(): void {
    if (this.#writing || this.#connection === undefined || this.#handlers === undefined) return;
    this.#writing = true;
    void this.#send(this.#connection);
  }

  async #send(connection: Deno.TcpConn): Promise<void> {
    const wrote = this.#outgoing.length > 0;
    while (this.#outgoing.length > 0) {
      const failure = await this.#sendBatch(connection, this.#outgoing.take());
      if (this.#gone) return;
      if (failure !== undefined) return this.#close(failure.message);
    }
    this.#writing = false;
    if (wrote) this.#handlers?.drained();
    // The handler may have written more, which started a loop of its own.
    if (this.#ending && !this.#writing && !this.#gone) await this.#finish(connection);
  }

  async #sendBatch(connection: Deno.TcpConn, batch: Uint8Array): Promise<Error | undefined> {
    this.#inFlightBytes = batch.length;
    while (this.#inFlightBytes > 0) {
      const from = batch.length - this.#inFlightBytes;
      try {
        const sent = await connection.write(from === 0 ? batch : batch.subarray(from));
        this.#inFlightBytes -= sent;
      } catch (error) {
        return toError(error);
      }
      if (this.#gone) return undefined;
    }
    return undefined;
  }

  async #finish(connection: Deno.TcpConn): Promise<void> {
    if (this.#finSent) return;
    this.#finSent = true;
    const outcome = await settle(() => connection.closeWrite());
    if (this.#gone) return;
    if (outcome instanceof Error) return this.#close(outcome.message);
    this.#closeIfBothEnded();
  }

  #closeIfBothEnded(): void {
    if (this.#peerEnded && this.#finSent && !this.#gone) this.#close("ended by both sides");
  }

  #close(reason: string): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#wake?.();
    this.#connection?.close();
    if (this.#handlers === undefined) this.#goneBecause = reason;
    else this.#sayClosed(reason);
  }

  #sayClosed(reason: string): void {
    this.#goneBecause = undefined;
    queueMicrotask(() => this.#handlers?.closed(reason));
  }
}

/** Sets TCP_NODELAY; a connection already reset refuses, and its first read says so. */
export function setNoDelay(connection: Deno.TcpConn): void {
  try {
    connection.setNoDelay();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** Returns what the operation gave or how it failed, so that handlers run outside any `try`. */
export async function settle<Result>(work: () => Promise<Result>): Promise<Result | Error> {
  try {
    return await work();
  } catch (error) {
    return toError(error);
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
