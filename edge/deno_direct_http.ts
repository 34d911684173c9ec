/**
 * Production HTTP/1.1 over connections of our own, for requests that must go on the wire once and
 * at once.
 *
 * The bytes of a request are written to one connection, whole, by this file; nothing below it knows
 * that they are a request, so nothing can send them again. A connection serves one request at a time
 * and is used again while its peer keeps it; when the last one of an origin that is in use goes, a
 * new one is opened ahead, so that an order does not wait for a handshake. Not so where a peer ends
 * connections before they are of use: each would be dialled as soon as the one before it had gone.
 *
 * Invariants: a request is written to exactly one connection. `neverConnected` is said only where
 * no connection came about, TLS included. Redirects are an answer like any other.
 * Limits: `CONNECTIONS_MAX` per origin, those included that are being opened: a request that is given
 * up before it has one ends its opening, so that an outage leaves no places taken behind, nor
 * descriptors, but for one: where a peer takes a connection and leaves TLS unanswered, the runtime
 * lets go of the socket only with the peer. No proxies; no compressed answers.
 * @module
 */
import { HttpAnswerError, HttpAnswerReader } from "./http_answer.ts";
import { HttpTargets, requestBytes } from "./http_request.ts";
import type { Cancel, EndRequest, Http, HttpHandlers, PreparedRequest, Timers } from "./ports.ts";

const CONNECTIONS_MAX = 256;
const READ_BYTES = 16_384;
/** Idle for longer, a connection is not used again: servers and gateways drop them unannounced. */
const IDLE_MS_MAX = 20_000;
/** What a peer says of its patience is taken with this margin. */
const IDLE_MARGIN_MS = 1_000;
/** An origin that had no request for so long gets no connection ahead. */
const USED_WITHIN_MS = 300_000;

/** Opens a connection to an origin, ready to carry a request, unless it is given up before. */
export type Dial = (origin: URL, givenUp: AbortSignal) => Promise<Deno.Conn>;

const dialDirect: Dial = async (origin, signal) => {
  const isSecure = origin.protocol === "https:";
  const address = {
    hostname: origin.hostname.replace(/^\[|\]$/g, ""),
    port: Number(origin.port) || (isSecure ? 443 : 80),
  };
  const connection = await Deno.connect({ ...address, signal });
  connection.setNoDelay();
  if (!isSecure) return connection;
  // Not `connectTls`, which cannot be given up: through an outage the kernel dials for two minutes.
  const { hostname } = address;
  const secured = await Deno.startTls(connection, { hostname, alpnProtocols: ["http/1.1"] });
  await shakeHands(secured, signal);
  return secured;
};

/**
 * Ends with the handshake. Left to the first write, it would have a request taken for sent where TLS
 * does not come about; it costs nothing, since no request leaves before it is over.
 */
async function shakeHands(connection: Deno.TlsConn, givenUp: AbortSignal): Promise<void> {
  const close = (): void => connection.close();
  if (givenUp.aborted) close();
  else givenUp.addEventListener("abort", close);
  try {
    await connection.handshake();
    givenUp.throwIfAborted();
  } catch (error) {
    if (!givenUp.aborted) close();
    throw error;
  } finally {
    givenUp.removeEventListener("abort", close);
  }
}

/** Returns HTTP over connections of our own. */
export function directHttp(timers: Timers, dial: Dial = dialDirect): Http {
  const pools = new Map<string, Pool>();
  const targets = new HttpTargets();
  return {
    prepare: (request) => {
      const target = targets.of(request.url);
      const bytes = requestBytes(request, target);
      const known = pools.get(target.origin);
      if (known !== undefined) return new Prepared(known, bytes);
      const pool = new Pool(new URL(target.origin), { timers, dial });
      pools.set(target.origin, pool);
      return new Prepared(pool, bytes);
    },
  };
}

class Prepared implements PreparedRequest {
  readonly #pool: Pool;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(pool: Pool, bytes: Uint8Array<ArrayBuffer>) {
    this.#pool = pool;
    this.#bytes = bytes;
  }

  send(handlers: HttpHandlers): EndRequest {
    return this.#pool.send(this.#bytes, handlers);
  }
}

type PoolOptions = { readonly timers: Timers; readonly dial: Dial };

/** The connections of one origin. */
class Pool {
  readonly #origin: URL;
  readonly #options: PoolOptions;
  /** Newest last: the one that was used last is the least likely to be gone. */
  #idle: Connection[] = [];
  #count = 0;
  #isDialing = false;
  #mayDialAhead = false;
  #cancelRest: Cancel = () => {};

  constructor(origin: URL, options: PoolOptions) {
    this.#origin = origin;
    this.#options = options;
  }

  send(bytes: Uint8Array<ArrayBuffer>, handlers: HttpHandlers): EndRequest {
    const exchange = new Exchange(bytes, handlers);
    const connection = this.#idle.pop();
    if (connection !== undefined) connection.carry(exchange);
    else if (this.#count >= CONNECTIONS_MAX) {
      const reason = `no more than ${CONNECTIONS_MAX} connections to ${this.#origin.host}`;
      this.#options.timers.soon(() => exchange.fail(reason, "neverConnected"));
    } else void this.#open(exchange);
    this.#stayReady();
    return () => exchange.forget();
  }

  /** From a request on, and for a while, one connection is kept ready. */
  #stayReady(): void {
    this.#mayDialAhead = true;
    this.#cancelRest();
    this.#cancelRest = this.#options.timers.after(USED_WITHIN_MS * 1000, () => {
      this.#mayDialAhead = false;
      for (const connection of [...this.#idle]) connection.close();
    });
  }

  async #open(exchange: Exchange): Promise<void> {
    const givingUp = new AbortController();
    exchange.onForget = () => givingUp.abort();
    const connection = await this.#dial(givingUp.signal);
    if (connection instanceof Connection) {
      if (exchange.isOver) connection.close();
      else connection.carry(exchange);
    } else exchange.fail(connection.reason, "neverConnected");
  }

  /** Given up, it has its place back at once, whatever becomes of it later. */
  async #dial(givenUp: AbortSignal): Promise<Connection | { readonly reason: string }> {
    const leave = this.#takePlace();
    givenUp.addEventListener("abort", leave);
    try {
      const stream = await this.#options.dial(this.#origin, givenUp);
      return new Connection(stream, {
        timers: this.#options.timers,
        onFree: (connection) => this.#rest(connection),
        onGone: (connection) => {
          leave();
          this.#gone(connection);
        },
      });
    } catch (error) {
      leave();
      return { reason: `no connection: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  /** Returns what gives it back, once. */
  #takePlace(): () => void {
    this.#count++;
    let isTaken = true;
    return () => {
      if (isTaken) this.#count--;
      isTaken = false;
    };
  }

  #rest(connection: Connection): void {
    this.#idle.push(connection);
  }

  #gone(connection: Connection): void {
    this.#idle = this.#idle.filter((idle) => idle !== connection);
    const isWanted = connection.wasOfUse && this.#mayDialAhead;
    if (isWanted && this.#count === 0 && !this.#isDialing) void this.#dialAhead();
  }

  async #dialAhead(): Promise<void> {
    this.#isDialing = true;
    const givingUp = new AbortController(); // nobody waits for it, who would give it up
    const cancel = this.#options.timers.after(IDLE_MS_MAX * 1000, () => givingUp.abort());
    const connection = await this.#dial(givingUp.signal);
    cancel();
    this.#isDialing = false;
    if (!(connection instanceof Connection)) return; // the next request will try, and say so
    if (givingUp.signal.aborted) connection.close();
    else this.#rest(connection);
  }
}

/** One request with those who wait for its answer. */
class Exchange {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #handlers: HttpHandlers;
  /** Ends what is done for it. */
  onForget: () => void = () => {};
  isOver = false;
  #hasBegun = false;

  constructor(bytes: Uint8Array<ArrayBuffer>, handlers: HttpHandlers) {
    this.bytes = bytes;
    this.#handlers = handlers;
  }

  /** None of it may go any more; a connection may have come about long after it was asked for. */
  get isCutOff(): boolean {
    return this.#handlers.isCutOff?.() === true;
  }

  /** Its answer is read by this reader; forgetting it ends its connection. */
  begin(onForget: () => void): HttpAnswerReader {
    this.onForget = onForget;
    this.#hasBegun = true;
    return new HttpAnswerReader({
      responded: (status, headers) => {
        if (!this.isOver) this.#handlers.responded(status, headers);
      },
      data: (bytes) => {
        if (!this.isOver) this.#handlers.data(bytes);
      },
    });
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#handlers.ended();
  }

  fail(reason: string, kind: "neverConnected" | "underway"): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#handlers.failed({ reason, neverConnected: kind === "neverConnected" });
  }

  forget(): { readonly neverConnected: boolean } {
    const neverConnected = !this.#hasBegun;
    if (this.isOver) return { neverConnected };
    this.isOver = true;
    this.onForget();
    return { neverConnected };
  }
}

type ConnectionOptions = {
  readonly timers: Timers;
  readonly onFree: (connection: Connection) => void;
  readonly onGone: (connection: Connection) => void;
};

/** One connection: reads always, so that an end is noticed while it is idle too. */
class Connection {
  readonly #stream: Deno.Conn;
  readonly #options: ConnectionOptions;
  #exchange: Exchange | undefined;
  #reader: HttpAnswerReader | undefined;
  #cancelIdle: Cancel = () => {};
  #isOpen = true;
  #wasOfUse = false;

  constructor(stream: Deno.Conn, options: ConnectionOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#waitIdle(IDLE_MS_MAX);
    void this.#read();
  }

  /** It carried a whole answer, or stood until it was idle for too long. */
  get wasOfUse(): boolean {
    return this.#wasOfUse;
  }

  carry(exchange: Exchange): void {
    this.#exchange = exchange;
    void this.#write(exchange);
    this.#reader = exchange.begin(() => this.close()); // its answer is read later, never from within
    this.#cancelIdle();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#cancelIdle();
    this.#stream.close();
    this.#options.onGone(this);
  }

  async #write(exchange: Exchange): Promise<void> {
    const { bytes } = exchange;
    try {
      for (let written = 0; written < bytes.length;) {
        if (exchange.isCutOff) {
          exchange.forget();
          return this.close();
        }
        written += await this.#stream.write(bytes.subarray(written));
      }
    } catch (error) {
      this.#broke(error);
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      const count = await this.#stream.read(buffer).catch((error: unknown) => this.#broke(error));
      if (!this.#isOpen || count === undefined) return;
      if (count === null) return this.#ended();
      this.#take(buffer.subarray(0, count));
    }
  }

  #take(bytes: Uint8Array): void {
    const reader = this.#reader;
    if (reader === undefined) return this.close(); // it speaks unasked
    const refusal = refusalOf(() => reader.take(bytes));
    if (refusal !== undefined) this.#broke(refusal);
    else if (reader.isWhole) this.#free(reader);
  }

  #free(reader: HttpAnswerReader): void {
    this.#wasOfUse = true;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#reader = undefined;
    const idleMs = Math.min(IDLE_MS_MAX, (reader.idleMs ?? IDLE_MS_MAX) - IDLE_MARGIN_MS);
    if (reader.keepsAlive && idleMs > 0) {
      this.#waitIdle(idleMs);
      this.#options.onFree(this);
    } else this.close();
    exchange?.end();
  }

  #waitIdle(ms: number): void {
    this.#cancelIdle = this.#options.timers.after(ms * 1000, () => {
      this.#wasOfUse = true;
      this.close();
    });
  }

  #ended(): void {
    const reader = this.#reader;
    if (reader === undefined) return this.close();
    const refusal = refusalOf(() => reader.end());
    if (refusal !== undefined) this.#broke(refusal);
    else this.#free(reader);
  }

  /** Part of the request may have arrived: what became of it is not known. */
  #broke(error: unknown): undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#reader = undefined;
    this.close();
    exchange?.fail(error instanceof Error ? error.message : String(error), "underway");
  }
}

function refusalOf(read: () => void): HttpAnswerError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof HttpAnswerError) return error;
    throw error;
  }
}
