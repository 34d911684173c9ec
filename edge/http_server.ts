/**
 * A small HTTP/1.1 server over the sockets' port, for a monitor and an operator on this machine.
 *
 * One question per connection, no body, answered whole, then the connection is closed: what is not
 * offered cannot be abused. Bounds: `CONNECTIONS_MAX` connections, of which the oldest gives way,
 * `HEAD_BYTES_MAX` bytes of head, `HEAD_US` until it is whole, `REPLY_US` until the answer is gone.
 * Source: RFC 9112; what it leaves to choice is refused.
 * @module
 */
import { encodeReply, parseHead } from "./http_head.ts";
import type {
  Cancel,
  HttpHandler,
  HttpReply,
  HttpServers,
  Socket,
  Sockets,
  Timers,
} from "./ports.ts";

const CONNECTIONS_MAX = 32;
const HEAD_BYTES_MAX = 8192;
const HEAD_US = 2_000_000;
const REPLY_US = 10_000_000;

type Handlers = { readonly asked: HttpHandler; readonly refused: () => void };
type ServerPorts = { readonly sockets: Sockets; readonly timers: Timers };

/** Returns the servers of this machine. */
export function httpServers({ sockets, timers }: ServerPorts): HttpServers {
  return {
    serve: (address, handlers) => {
      const open = new Set<HttpConnection>();
      const listener = sockets.listen(address, (socket) => {
        const [oldest] = open;
        if (open.size >= CONNECTIONS_MAX) oldest?.giveWay();
        const connection = new HttpConnection(socket, timers, handlers);
        connection.onGone(() => open.delete(connection));
        open.add(connection);
      });
      return {
        hostname: listener.hostname,
        port: listener.port,
        close: () => {
          listener.close();
          for (const connection of [...open]) connection.destroy();
        },
      };
    },
  };
}

/** One connection: a head in, an answer out. */
class HttpConnection {
  readonly #socket: Socket;
  readonly #timers: Timers;
  readonly #handlers: Handlers;
  readonly #head = new Uint8Array(HEAD_BYTES_MAX);
  #length = 0;
  #state: "reading" | "asked" | "answered" = "reading";
  #isHead = false;
  #cancelDeadline: Cancel;
  #goneHandler: () => void = () => {};

  constructor(socket: Socket, timers: Timers, handlers: Handlers) {
    this.#socket = socket;
    this.#timers = timers;
    this.#handlers = handlers;
    this.#cancelDeadline = timers.after(HEAD_US, () => {
      this.#refuse(408, "Cannot answer: the request must be whole within 2 s");
    });
    socket.attach({
      data: (bytes) => this.#data(bytes),
      ended: () => this.#ended(),
      drained: () => {},
      closed: () => this.#gone(),
    });
  }

  onGone(handler: () => void): void {
    this.#goneHandler = handler;
  }

  /** Ends for another one; turned away, unless its answer is on its way. */
  giveWay(): void {
    if (this.#state !== "answered") this.#handlers.refused();
    this.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
    this.#gone();
  }

  #data(bytes: Uint8Array): void {
    if (this.#state !== "reading") return;
    if (this.#length + bytes.length > HEAD_BYTES_MAX) {
      return this.#refuse(431, `Cannot answer: a request must be at most ${HEAD_BYTES_MAX} bytes`);
    }
    this.#head.set(bytes, this.#length);
    this.#length += bytes.length;
    const parsed = parseHead(this.#head.subarray(0, this.#length));
    switch (parsed.kind) {
      case "partial":
        return;
      case "refused":
        return this.#refuse(parsed.status, parsed.sentence);
      case "whole":
        this.#state = "asked";
        this.#isHead = parsed.question.method === "HEAD";
        return this.#handlers.asked(parsed.question, (answer) => this.#answer(answer));
    }
  }

  /** A peer that has only finished sending still reads. */
  #ended(): void {
    if (this.#state === "reading") this.destroy();
  }

  #refuse(status: number, sentence: string): void {
    if (this.#state !== "reading") return;
    this.#state = "asked";
    this.#handlers.refused();
    this.#answer({ status, contentType: "text/plain; charset=utf-8", body: `${sentence}\n` });
  }

  #answer(answer: HttpReply): void {
    if (this.#state !== "asked") return;
    this.#state = "answered";
    this.#cancelDeadline();
    this.#cancelDeadline = this.#timers.after(REPLY_US, () => this.destroy());
    this.#socket.write(encodeReply(answer, { hasBody: !this.#isHead }));
    this.#socket.end();
  }

  #gone(): void {
    this.#cancelDeadline();
    this.#state = "answered";
    this.#goneHandler();
  }
}
