/**
 * The server's half of a WebSocket (RFC 6455) on a bare TCP socket: text frames, ping and pong, several messages
 * in one write, half-open on request. No extensions, no fragments from the server.
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { type Ending, endSocket, type HttpLine, type HttpRequest } from "./http_line.ts";

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const MESSAGE_MAX = 1 << 20;
/** A reader this far behind is dropped, as venues do. */
const BACKLOG_MAX = 64 << 20;

/** What the owner of a socket wants to hear. */
export type FrameListener = {
  readonly text: (message: string) => void;
  readonly closed: () => void;
};

/** One WebSocket, after the handshake. */
export class FrameSocket {
  readonly #socket: Socket;
  readonly #listener: FrameListener;
  #pending: Buffer;
  #parts: Buffer[] = [];
  #isMute = false;

  /** Answers the handshake and takes the socket over. */
  constructor(line: HttpLine, request: HttpRequest, listener: FrameListener) {
    this.#socket = line.socket;
    this.#listener = listener;
    this.#pending = line.upgrade();
    line.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${acceptOf(request.headers.get("sec-websocket-key") ?? "")}\r\n\r\n`,
    );
    this.#socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#socket.on("close", () => listener.closed());
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Bytes that the kernel has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength;
  }

  /** Sends messages in one write. */
  send(...messages: readonly string[]): void {
    this.sendFrames(Buffer.concat(messages.map((message) => encodeFrame(message))));
  }

  /** Sends frames that are encoded already, in one write. */
  sendFrames(frames: Uint8Array): void {
    if (this.#isMute || this.#socket.destroyed) return;
    this.#socket.write(frames);
    if (this.#socket.writableLength > BACKLOG_MAX) this.end("rst");
  }

  ping(): void {
    this.sendFrames(frameOf(PING, Buffer.from(String(Date.now()))));
  }

  /** Neither reads nor writes any more, while TCP stays up. */
  halfOpen(): void {
    this.#isMute = true;
    this.#socket.pause();
  }

  /** Ends with a close frame. */
  close(code: number): void {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.sendFrames(frameOf(CLOSE, payload));
    this.#socket.end();
  }

  end(by: Ending): void {
    endSocket(this.#socket, by);
  }

  #read(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (let frame = tryReadFrame(this.#pending); frame; frame = tryReadFrame(this.#pending)) {
      this.#pending = this.#pending.subarray(frame.length);
      this.#handle(frame);
    }
    if (this.#pending.length > MESSAGE_MAX) this.end("fin");
  }

  #handle(frame: Frame): void {
    if (frame.opcode === PING) return this.sendFrames(frameOf(PONG, frame.payload));
    if (frame.opcode === CLOSE) return this.close(1000);
    if (frame.opcode > TEXT) return;
    this.#parts.push(frame.payload);
    if (!frame.isFinal) return;
    const message = Buffer.concat(this.#parts).toString();
    this.#parts = [];
    this.#listener.text(message);
  }
}

/** A text message as one frame. */
export function encodeFrame(message: string): Buffer {
  return frameOf(TEXT, Buffer.from(message));
}

function frameOf(opcode: number, payload: Uint8Array): Buffer {
  const head = headOf(payload.length);
  head[0] = 0x80 | opcode;
  return Buffer.concat([head, payload]);
}

function headOf(length: number): Buffer {
  if (length < 126) return Buffer.from([0, length]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

type Frame = {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly payload: Buffer;
  readonly length: number;
};

/** Reads a client's masked frame. Undefined until it is whole. */
function tryReadFrame(bytes: Buffer): Frame | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  const lengthAt = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < lengthAt + 4) return undefined;
  const size = short === 126
    ? bytes.readUInt16BE(2)
    : short === 127
    ? Number(bytes.readBigUInt64BE(2))
    : short;
  const length = lengthAt + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(lengthAt, lengthAt + 4);
  const payload = Buffer.from(bytes.subarray(lengthAt + 4, length));
  for (let at = 0; at < payload.length; at++) {
    payload[at] = (payload[at] ?? 0) ^ (mask[at % 4] ?? 0);
  }
  return { opcode: first & 0x0f, isFinal: (first & 0x80) !== 0, payload, length };
}

function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}
