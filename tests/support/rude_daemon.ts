/**
 * A peer in memory that accepts connections and answers with anything but the protocol.
 * @module
 */
import type { Socket } from "../../edge/ports.ts";
import { toFrame } from "./remote_client.ts";
import { MemorySockets } from "./memory_sockets.ts";
import { VirtualTime } from "./virtual_time.ts";

const encoder = new TextEncoder();

/** The peer. */
export class RudePeer {
  readonly time = new VirtualTime();
  readonly sockets = new MemorySockets({ timers: this.time });
  readonly port: number;
  /** What it says, one connection each. */
  readonly greetings: readonly Uint8Array[] = [
    encoder.encode("HTTP/1.1 400 Bad Request\r\n\r\n"),
    new Uint8Array(8),
    encoder.encode("\u0000\u0000\u0000\u0003{{{"),
    toFrame({ type: "HELLO_ACK", heartbeat_ms: 100 }),
    new Uint8Array(0),
  ];
  #socket: Socket | undefined;

  constructor() {
    const address = { hostname: "127.0.0.1", port: 0 };
    this.port = this.sockets.listen(address, (socket) => {
      this.#socket = socket;
      socket.attach({ data: () => {}, ended: () => {}, drained: () => {}, closed: () => {} });
    }).port;
    this.time.runDue();
  }

  /** Says it to the newest connection, and lets time pass until the next one may be there. */
  say(words: Uint8Array): void {
    this.#socket?.write(words);
    this.time.advance(6_500_000);
  }
}
