/**
 * HTTP servers without manners, to count what a client really puts on the wire.
 *
 * A peer reads each request whole and notes its body. It answers the first `polite` of them; what
 * it does with the next one is its rudeness; whoever asks after that gets an answer again, so that
 * a client that sends a second time is believed and found out.
 * @module
 */
import { createServer, type Socket } from "node:net";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";

/** What the peer does once it has read the request whole. */
export type Rudeness =
  /** FIN, RST; the start of a status line and FIN; head and half a body, then silence. */
  | "closes"
  | "resets"
  | "answers in part"
  | "stalls the body"
  /** A body longer than what it should be; the one given. */
  | "answers at length"
  /** Another address to try. */
  | "redirects"
  /** HTTP/2: RST_STREAM, and the TCP connection reset. */
  | "resets the stream";

/** A running peer. */
export interface RudePeer {
  readonly url: string;
  /** Method and body of every request read whole, in order. */
  readonly seen: readonly string[];
  /** The connection that each of them came on, counted from 1. */
  readonly carriers: readonly number[];
  close(): Promise<void>;
}

export type PeerOptions = { readonly rudeness: Rudeness; readonly polite: number };

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n" + '{"orderId":42}';
const LONG_BODY = "x".repeat(100_000);

/** Starts a peer that speaks HTTP/1.1. */
export async function http1Peer(options: PeerOptions): Promise<RudePeer> {
  const seen: string[] = [];
  const carriers: number[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    const carrier = ++connections;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    readRequests(socket, (request) => {
      seen.push(request);
      carriers.push(carrier);
      if (seen.length === options.polite + 1) beRude(socket, options.rudeness);
      else socket.write(OK);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  return { url, seen, carriers, close };
}

/** Starts a peer that speaks HTTP/2 without TLS, to those who know. */
export async function http2Peer(options: PeerOptions): Promise<RudePeer> {
  const seen: string[] = [];
  const carriers: number[] = [];
  const sessions: unknown[] = [];
  const sockets = new Set<Socket>();
  const server = createHttp2Server();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.on("session", (session: ServerHttp2Session) => {
    sessions.push(session);
    session.on("error", () => {});
  });
  server.on("stream", (stream, headers) => {
    let body = "";
    stream.on("error", () => {});
    stream.on("data", (data: Uint8Array) => body += new TextDecoder().decode(data));
    stream.on("end", () => {
      seen.push(`${headers[":method"]} ${body}`);
      carriers.push(sessions.indexOf(stream.session) + 1);
      if (seen.length !== options.polite + 1) {
        stream.respond({ ":status": 200 });
        stream.end('{"orderId":42}');
      } else if (options.rudeness === "resets the stream") stream.close(8);
      else for (const socket of sockets) socket.resetAndDestroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  return { url, seen, carriers, close };
}

function portOf(address: unknown): number {
  if (typeof address === "object" && address !== null && "port" in address) {
    return Number(address.port);
  }
  throw new TypeError(`Cannot tell the port: was ${String(address)}`);
}

function readRequests(socket: Socket, read: (request: string) => void): void {
  let text = "";
  socket.on("data", (bytes: Uint8Array) => {
    text += new TextDecoder().decode(bytes);
    const head = text.indexOf("\r\n\r\n");
    if (head < 0) return;
    const body = text.slice(head + 4);
    const isChunked = /transfer-encoding: chunked/i.test(text.slice(0, head));
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (isChunked ? !body.endsWith("0\r\n\r\n") : body.length < length) return;
    const method = text.slice(0, text.indexOf(" "));
    text = "";
    read(`${method} ${isChunked ? "" : body}`);
  });
}

function beRude(socket: Socket, rudeness: Rudeness): void {
  switch (rudeness) {
    case "closes":
      socket.destroy();
      break;
    case "resets":
    case "resets the stream":
      socket.resetAndDestroy();
      break;
    case "answers in part":
      socket.end("HTTP/1.1 200 OK\r\ncontent-le");
      break;
    case "stalls the body":
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{");
      break;
    case "answers at length":
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${LONG_BODY.length}\r\n\r\n${LONG_BODY}`);
      break;
    case "redirects":
      socket.write("HTTP/1.1 307 See\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n");
      break;
  }
}
