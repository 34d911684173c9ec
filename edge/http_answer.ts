/**
 * One HTTP/1.1 answer, read as its bytes come (RFC 9112), in pieces of any size.
 *
 * Invariants: the body ends where its framing says, not before and not after; an answer whose
 * framing is unclear (both lengths, two different lengths, a head that is no head) is refused, since
 * half an answer proves nothing. Interim answers (1xx) are passed over.
 * Limits: `HEAD_BYTES_MAX` of head, the same of trailers. Compressed bodies are refused: none was asked
 * for.
 * @module
 */

const HEAD_BYTES_MAX = 65_536;
const LF = 10;

/** What an answer is told to. */
export interface AnswerSink {
  responded(status: number, headers: ReadonlyMap<string, string>): void;
  /** A piece of the body. Valid during the call only. */
  data(bytes: Uint8Array): void;
}

/** An answer that cannot be read. */
export class HttpAnswerError extends Error {
  override readonly name = "HttpAnswerError";
}

type State =
  | "head"
  | "length"
  | "chunkSize"
  | "chunk"
  | "chunkEnd"
  | "trailers"
  | "toEnd"
  | "whole";

/** Reads one answer. */
export class HttpAnswerReader {
  readonly #sink: AnswerSink;
  #state: State = "head";
  #line = "";
  #lines: string[] = [];
  #headBytes = 0;
  /** Bytes of the body, or of the chunk, that are still to come. */
  #left = 0;
  #keepsAlive = false;
  #idleMs: number | undefined;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  get isWhole(): boolean {
    return this.#state === "whole";
  }

  /** The connection may serve another request. */
  get keepsAlive(): boolean {
    return this.#keepsAlive && this.isWhole;
  }

  /** How long the peer says it keeps an idle connection, ms. */
  get idleMs(): number | undefined {
    return this.#idleMs;
  }

  /**
   * Takes the next bytes.
   * @throws {HttpAnswerError} If they are no answer, or more than one.
   */
  take(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      switch (this.#state) {
        case "length":
        case "chunk":
          at = this.#body(bytes, at);
          break;
        case "toEnd":
          this.#sink.data(bytes.subarray(at));
          return;
        case "whole":
          throw new HttpAnswerError("more came than the answer");
        default:
          at = this.#text(bytes, at);
      }
    }
  }

  /** The peer ended. @throws {HttpAnswerError} If the answer was not whole. */
  end(): void {
    if (this.#state === "toEnd") this.#state = "whole";
    if (this.isWhole) return;
    const what = this.#state === "head" && this.#headBytes === 0
      ? "any answer"
      : "its whole answer";
    throw new HttpAnswerError(`the connection ended before ${what}`);
  }

  #body(bytes: Uint8Array, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#sink.data(bytes.subarray(at, end));
    this.#left -= end - at;
    if (this.#left === 0) this.#state = this.#state === "chunk" ? "chunkEnd" : "whole";
    return end;
  }

  /** Collects a line; its end may be CR LF or LF alone. */
  #text(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length && bytes[at] !== LF) at++;
    this.#headBytes += at - from + 1;
    if (this.#headBytes > HEAD_BYTES_MAX) throw new HttpAnswerError("its head is too long");
    for (let index = from; index < at; index++) {
      this.#line += String.fromCharCode(bytes[index] ?? 0);
    }
    if (at === bytes.length) return at;
    const line = this.#line.endsWith("\r") ? this.#line.slice(0, -1) : this.#line;
    this.#line = "";
    this.#lineRead(line);
    return at + 1;
  }

  #lineRead(line: string): void {
    switch (this.#state) {
      case "head":
        if (line !== "") this.#lines.push(line);
        else if (this.#lines.length > 0) this.#headRead();
        return;
      case "chunkSize":
        return this.#chunkSizeRead(line);
      case "chunkEnd":
        if (line !== "") throw new HttpAnswerError("a chunk is longer than its size");
        this.#state = "chunkSize";
        return;
      case "trailers":
        if (line === "") this.#state = "whole";
        return;
      default:
        return;
    }
  }

  #headRead(): void {
    const [first = "", ...rest] = this.#lines;
    this.#lines = [];
    const found = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: .*)?$/.exec(first);
    if (found === null) throw new HttpAnswerError("it does not begin as an HTTP/1.1 answer");
    const status = Number(found[2]);
    if (status < 200 && status !== 101) return; // interim: the answer is still to come
    const headers = headersOf(rest);
    this.#frame(status, headers);
    const connection = headers.get("connection")?.toLowerCase() ?? "";
    this.#keepsAlive = this.#state !== "toEnd" && !connection.includes("close") &&
      (found[1] === "1" || connection.includes("keep-alive"));
    const timeout = /timeout=(\d+)/.exec(headers.get("keep-alive") ?? "")?.[1];
    if (timeout !== undefined) this.#idleMs = Number(timeout) * 1000;
    this.#sink.responded(status, headers);
  }

  #frame(status: number, headers: ReadonlyMap<string, string>): void {
    const encoding = headers.get("content-encoding") ?? "identity";
    if (encoding !== "identity") throw new HttpAnswerError(`its body is compressed: ${encoding}`);
    const transfer = headers.get("transfer-encoding")?.toLowerCase();
    const length = headers.get("content-length");
    if (status === 204 || status === 304) this.#state = "whole";
    else if (transfer !== undefined) {
      if (transfer !== "chunked" || length !== undefined) {
        throw new HttpAnswerError("its length is told in two ways");
      }
      this.#state = "chunkSize";
    } else if (length !== undefined) this.#lengthTold(length);
    else this.#state = "toEnd";
  }

  #lengthTold(length: string): void {
    const [first = "", ...others] = length.split(",").map((text) => text.trim());
    const isClear = /^\d{1,15}$/.test(first) && others.every((other) => other === first);
    if (!isClear) throw new HttpAnswerError("its length is no number");
    this.#left = Number(first);
    this.#state = this.#left === 0 ? "whole" : "length";
  }

  #chunkSizeRead(line: string): void {
    const size = /^([0-9a-fA-F]{1,12})\s*(?:;.*)?$/.exec(line)?.[1];
    if (size === undefined) throw new HttpAnswerError("a chunk has no size");
    this.#left = parseInt(size, 16);
    this.#headBytes = 0;
    this.#state = this.#left === 0 ? "trailers" : "chunk";
  }
}

/** Names in lower case; repeated ones joined by a comma, as the standard allows. */
function headersOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1 || /\s/.test(line.slice(0, colon))) {
      throw new HttpAnswerError("a line of its head is no header");
    }
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const known = headers.get(name);
    headers.set(name, known === undefined ? value : `${known}, ${value}`);
  }
  return headers;
}
