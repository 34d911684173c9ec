/**
 * Asks a server of ours over sockets in memory, byte for byte.
 * @module
 */
import type { Socket } from "../../edge/ports.ts";
import type { MemorySockets } from "./memory_sockets.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** What came back. */
export type Page = { readonly status: number; readonly head: string; readonly body: string };

/** A network with a server on 127.0.0.1. */
export class HttpAsker {
  readonly #time: VirtualTime;
  readonly #sockets: MemorySockets;
  readonly #port: number;

  constructor(time: VirtualTime, sockets: MemorySockets, port: number) {
    this.#time = time;
    this.#sockets = sockets;
    this.#port = port;
  }

  /** Opens a connection and keeps what comes. */
  connect(): {
    readonly socket: Socket;
    readonly page: () => Page;
    readonly isGone: () => boolean;
  } {
    const socket = this.#sockets.connect({ hostname: "127.0.0.1", port: this.#port });
    let text = "";
    let isGone = false;
    socket.attach({
      data: (bytes) => text += new TextDecoder().decode(bytes),
      ended: () => socket.end(),
      drained: () => {},
      closed: () => isGone = true,
    });
    this.#time.runDue();
    return { socket, page: () => pageOf(text), isGone: () => isGone };
  }

  /** Sends a whole request and returns what came at once. */
  send(text: string): Page {
    const { socket, page } = this.connect();
    socket.write(new TextEncoder().encode(text));
    this.#time.runDue();
    return page();
  }

  /** Gets a path with a good Host; further headers as lines. */
  get(path: string, ...headers: readonly string[]): Page {
    const lines = [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${this.#port}`, ...headers];
    return this.send(`${lines.join("\r\n")}\r\n\r\n`);
  }
}

function pageOf(text: string): Page {
  const end = text.indexOf("\r\n\r\n");
  const head = end < 0 ? text : text.slice(0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0);
  return { status, head, body: end < 0 ? "" : text.slice(end + 4) };
}
