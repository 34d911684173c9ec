/**
 * One connection of a soak's client: HELLO, heartbeats, frames out in order, messages in.
 *
 * Bound: it keeps nothing that it received. What is sent waits for the socket, in order.
 * @module
 */
import { encodeFrames, FrameReader, MAX_FRAME_BYTES } from "../../wire/frame.ts";

const HEARTBEAT_MS = 500;
const OPEN_MS = 15_000;
const READ_BYTES = 65_536;

/** A message, as it came. */
export type Message = { readonly type: string; readonly [key: string]: unknown };

export type SessionOptions = {
  readonly port: number;
  readonly token: string;
  readonly clientId: string;
  readonly hello: Readonly<Record<string, unknown>>;
  readonly take: (message: Message) => void;
};

/** A session that has been acknowledged. */
export class Session {
  readonly #connection: Deno.TcpConn;
  readonly #frames = new FrameReader({ maxFrameBytes: MAX_FRAME_BYTES });
  readonly #acknowledged = Promise.withResolvers<Message>();
  readonly #take: (message: Message) => void;
  #sent: Promise<unknown> = Promise.resolve();
  #mayRead: Promise<unknown> = Promise.resolve();
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;

  /** Ends when the connection has. */
  readonly ended: Promise<void>;

  constructor(connection: Deno.TcpConn, take: (message: Message) => void) {
    this.#connection = connection;
    this.#take = take;
    this.ended = this.#read();
  }

  /** Connects and says HELLO. @throws {Error} If it is not acknowledged. */
  static async open(options: SessionOptions): Promise<Session> {
    const { port, token, clientId: client_id, hello } = options;
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay();
    const session = new Session(connection, options.take);
    session.send({ type: "HELLO", wire: [1], client_id, token, ...hello });
    const timer = setTimeout(() => session.close(), OPEN_MS);
    const ack = await session.#acknowledged.promise;
    clearTimeout(timer);
    if (ack.type !== "HELLO_ACK") {
      session.close();
      throw new Error(`Cannot open a session of ${client_id}: was ${JSON.stringify(ack)}`);
    }
    session.#heartbeat = setInterval(() => session.#beat(), HEARTBEAT_MS);
    return session;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends messages in one piece; what can no longer be sent is dropped. */
  send(...messages: readonly Readonly<Record<string, unknown>>[]): void {
    const bytes = encodeFrames(messages.map((message) => JSON.stringify(message)));
    this.#sent = this.#sent.then(() => this.#write(bytes)).catch(() => this.close());
  }

  /** Leaves what arrives unread until a time has passed. */
  stopReading(ms: number): void {
    this.#mayRead = new Promise((resolve) => setTimeout(resolve, ms));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    this.#acknowledged.resolve({ type: "closed" });
    this.#connection.close();
  }

  #beat(): void {
    this.send({ type: "HEARTBEAT", now_us: Date.now() * 1_000 });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length && !this.#isClosed;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    const decoder = new TextDecoder();
    while (!this.#isClosed) {
      await this.#mayRead;
      const count = await this.#connection.read(buffer).catch(() => null);
      if (count === null) break;
      this.#frames.push(buffer.subarray(0, count));
      for (let body = this.#frames.next(); body !== undefined; body = this.#frames.next()) {
        this.#message(JSON.parse(decoder.decode(body)) as Message);
      }
      this.#frames.keep();
    }
    this.close();
  }

  #message(message: Message): void {
    if (message.type === "HELLO_ACK" || message.type === "ERROR") {
      this.#acknowledged.resolve(message);
    }
    this.#take(message);
  }
}
