/**
 * A bare client for tests of the wire server: sends frames, keeps what comes back.
 * @module
 */
import { encodeFrame, FrameReader } from "../../wire/frame.ts";
import { parseJson } from "../../wire/json.ts";
import type { MemorySocket } from "./memory_sockets.ts";

/** A received message, any keys. */
export type Received = { readonly type: string; readonly [key: string]: unknown };

/** One connection. */
export class WireClient {
  readonly socket: MemorySocket;
  readonly received: Received[] = [];
  readonly texts: string[] = [];
  /** Told of each message as it comes. */
  onMessage: (message: Received) => void = () => {};
  hasEnded = false;
  closedBecause: string | undefined;
  readonly #reader = new FrameReader({ maxFrameBytes: 1_048_576 });

  constructor(socket: MemorySocket) {
    this.socket = socket;
    socket.attach({
      data: (bytes) => this.#data(bytes),
      ended: () => {
        this.hasEnded = true;
      },
      drained: () => {},
      closed: (reason) => {
        this.closedBecause = reason;
      },
    });
  }

  /** Sends one message. */
  send(message: unknown): void {
    this.socket.write(encodeFrame(JSON.stringify(message)));
  }

  /** Sends one frame of any text. */
  sendText(text: string): void {
    this.socket.write(encodeFrame(text));
  }

  /** Returns what came of a type. */
  all(type: string): Received[] {
    return this.received.filter((message) => message.type === type);
  }

  /** Returns the only message of a type. @throws {Error} If there is none or more than one. */
  only(type: string): Received {
    const found = this.all(type);
    const [message] = found;
    if (message !== undefined && found.length === 1) return message;
    const got = this.received.map((row) => row.type).join(" ");
    throw new Error(`Cannot find the only ${type}: there must be one: was ${got}`);
  }

  /** Returns the numbers of the reports received, in order. */
  reportSeqs(): unknown[] {
    return this.all("ExecutionReport").map((report) => report["report_seq"]);
  }

  /** Forgets what came so far. */
  forget(): void {
    this.received.length = 0;
    this.texts.length = 0;
  }

  #data(bytes: Uint8Array): void {
    this.#reader.push(bytes);
    for (let body = this.#reader.next(); body !== undefined; body = this.#reader.next()) {
      const text = new TextDecoder().decode(body);
      this.texts.push(text);
      parseJson(body); // what the daemon says must keep the rules that it asks of others: no key twice
      const message: Received = JSON.parse(text);
      this.received.push(message);
      this.onMessage(message);
    }
  }
}
