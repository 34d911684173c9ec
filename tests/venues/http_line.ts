/**
 * HTTP/1.1 on a bare TCP socket, so that a venue can misbehave at any byte: answer late, half, twice or never,
 * close, reset, stop reading. Keep-alive; bodies by length or in chunks; one request at a time.
 *
 * A socket that asks for an upgrade becomes a `FrameSocket` (`web_socket.ts`).
 * @module
 */
import type { Socket } from "node:net";
import { Buffer } from "node:buffer";

const HEAD_MAX = 65_536;
const BODY_MAX = 4 << 20;

/** A request as it came. */
export type HttpRequest = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly requestLine: string;
  readonly body: string;
  /** When its last byte was read, microseconds since the epoch. */
  readonly arrivedUs: number;
};

/** How a connection ends: in order, or by a reset. */
export type Ending = "fin" | "rst";

/** Microseconds since the epoch, off a clock that never steps back. */
export function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

/** One connection from a client. */
export class HttpLine {
  readonly socket: Socket;
  readonly #onRequest: (request: HttpRequest, line: HttpLine) => void;
  #pending: Buffer = Buffer.alloc(0);
  #isUpgraded = false;

  constructor(socket: Socket, onRequest: (request: HttpRequest, line: HttpLine) => void) {
    this.socket = socket;
    this.#onRequest = onRequest;
    socket.setNoDelay();
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", () => socket.destroy());
  }

  /** Writes an answer, whole. */
  answer(answer: {
    readonly status: number;
    readonly body: string;
    readonly headers?: readonly (readonly [string, string])[];
  }): void {
    const body = Buffer.from(answer.body);
    this.write(Buffer.concat([Buffer.from(headOf({ ...answer, length: body.length })), body]));
  }

  write(bytes: Uint8Array | string): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  end(by: Ending): void {
    endSocket(this.socket, by);
  }

  /** Hands the socket over; returns what was read past the request. */
  upgrade(): Buffer {
    this.#isUpgraded = true;
    this.socket.removeAllListeners("data");
    return this.#pending;
  }

  #read(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (!this.#isUpgraded && !this.socket.destroyed) {
      const read = tryReadRequest(this.#pending);
      if (read === undefined) return;
      if (read === "malformed") return this.end("fin");
      this.#pending = this.#pending.subarray(read.length);
      this.#onRequest(read.request, this);
    }
  }
}

/** Ends a socket. */
export function endSocket(socket: Socket, by: Ending): void {
  if (by === "rst") socket.resetAndDestroy();
  else socket.destroy();
}

/** The head of an answer. `length` absent: none is said. */
export function headOf(answer: {
  readonly status: number;
  readonly length?: number;
  readonly headers?: readonly (readonly [string, string])[];
}): string {
  const lines = [
    `HTTP/1.1 ${answer.status} ${reasonOf(answer.status)}`,
    "Content-Type: application/json;charset=UTF-8",
    ...(answer.length === undefined ? [] : [`Content-Length: ${answer.length}`]),
    ...(answer.headers ?? []).map(([name, value]) => `${name}: ${value}`),
  ];
  return lines.join("\r\n") + "\r\n\r\n";
}

function reasonOf(status: number): string {
  if (status === 200) return "OK";
  if (status === 418) return "I'm a teapot";
  if (status === 429) return "Too Many Requests";
  return status >= 500 ? "Server Error" : "Client Error";
}

type Read = { readonly request: HttpRequest; readonly length: number };

/** Reads one request off the front of `bytes`. Undefined until it is whole. */
function tryReadRequest(bytes: Buffer): Read | "malformed" | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return bytes.length > HEAD_MAX ? "malformed" : undefined;
  const [requestLine = "", ...lines] = bytes.subarray(0, headEnd).toString("latin1").split("\r\n");
  const headers = new Map(lines.map(splitHeader));
  const match = /^([A-Z]+) ([^ ?]+)(?:\?([^ ]*))? HTTP\/1\.[01]$/.exec(requestLine);
  if (!match) return "malformed";
  const rest = bytes.subarray(headEnd + 4);
  const body = headers.get("transfer-encoding") === "chunked"
    ? tryReadChunks(rest)
    : tryReadLength(rest, Number(headers.get("content-length") ?? "0"));
  if (body === undefined || body === "malformed") return body;
  return {
    length: headEnd + 4 + body.length,
    request: {
      method: match[1] ?? "",
      path: match[2] ?? "",
      query: match[3] ?? "",
      headers,
      requestLine,
      body: body.text,
      arrivedUs: nowUs(),
    },
  };
}

type Body = { readonly text: string; readonly length: number };

function tryReadLength(bytes: Buffer, length: number): Body | "malformed" | undefined {
  if (!(length >= 0 && length <= BODY_MAX)) return "malformed";
  if (bytes.length < length) return undefined;
  return { text: bytes.subarray(0, length).toString(), length };
}

function tryReadChunks(bytes: Buffer): Body | "malformed" | undefined {
  let text = "";
  for (let at = 0;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString("latin1"), 16);
    if (!(size >= 0 && text.length + size <= BODY_MAX)) return "malformed";
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return undefined;
    if (size === 0) return { text, length: end };
    text += bytes.subarray(lineEnd + 2, end - 2).toString();
    at = end;
  }
}

function splitHeader(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}
