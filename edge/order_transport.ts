/**
 * Order transport: the only way in which a request that can change an order leaves.
 *
 * Invariants: one request on the wire per `send`, whatever the peer does (the HTTP port's promise;
 * this file never sends again). Exactly one result per `send`, unless it is cancelled. Nothing leaves a
 * Worker that was cut off, and nothing is said of it: its daemon has answered for that. The deadline
 * covers connection, headers and body, all of it. A failure says `notSent` only where that is
 * proved: the request could not be spelled, or no connection came about; everything else that is
 * not a whole answer is `unknown`. An answer is whatever the peer said in full, of any status: what
 * it means is the adapter's ladder. Nothing that leaves here, results and errors, holds the query
 * of an address or a secret that the redactor knows.
 * Limit: `bodyBytesMax` of answer; more is a failure, since half an answer proves nothing.
 * @module
 */
import type { Micros } from "../core/numbers.ts";
import { EdgeError } from "./edge_error.ts";
import type {
  Cancel,
  EndRequest,
  Http,
  HttpHandlers,
  HttpRequest,
  PreparedRequest,
  Timers,
} from "./ports.ts";
import type { Redact } from "./redaction.ts";

/** An answer, whole. */
export type HttpAnswer = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** When the request was handed to the socket, as well as can be known. */
  readonly submitUs: Micros;
  /** When the last byte of the answer was there. */
  readonly ackUs: Micros;
};

/** What became of a request. `dryRun`: built to its last byte and not sent. */
export type TransportResult =
  | { readonly kind: "answered"; readonly answer: HttpAnswer }
  | { readonly kind: "failed"; readonly error: EdgeError; readonly submitUs: Micros | null }
  | { readonly kind: "dryRun" };

export type TransportOptions = {
  readonly http: Http;
  readonly timers: Timers;
  readonly nowUs: () => Micros;
  readonly redact: Redact;
  /** The Worker was cut off: looked at immediately before the bytes go. */
  readonly isCutOff: () => boolean;
  /** From `send` to the last byte of the answer. */
  readonly deadlineUs: number;
  /** Most bytes of an answer's body, after decompression. */
  readonly bodyBytesMax: number;
};

/** A request that has been built, or why it cannot be spelled. */
export type ReadyRequest = {
  readonly request: HttpRequest;
  readonly prepared: PreparedRequest | TypeError;
};

/** What may differ from request to request. */
export type SendOptions = {
  readonly deadlineUs?: number;
  /** Builds everything and sends nothing that is not a GET. */
  readonly isDryRun?: boolean;
};

/** Sends requests of one venue. */
export class OrderTransport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Builds a request to its last byte; nothing leaves. For one `send`. */
  prepare(request: HttpRequest): ReadyRequest {
    try {
      return { request, prepared: this.#options.http.prepare(request) };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return { request, prepared: error };
    }
  }

  /**
   * Sends a request and says once, later, what became of it. The returned function forgets the
   * request: nothing is said any more, though it may have arrived.
   */
  send(
    ready: ReadyRequest,
    done: (result: TransportResult) => void,
    options: SendOptions = {},
  ): Cancel {
    const attempt = new Attempt({ ...this.#options, ...options }, ready.request, done);
    attempt.start(ready.prepared);
    return () => attempt.forget();
  }
}

class Attempt implements HttpHandlers {
  readonly #options: TransportOptions & SendOptions;
  readonly #request: HttpRequest;
  readonly #done: (result: TransportResult) => void;
  #submitUs: Micros | null = null;
  #head: { readonly status: number; readonly headers: ReadonlyMap<string, string> } | undefined;
  /** Made with the first bytes of an answer: nothing that can wait stands before the request. */
  #decoder: TextDecoder | undefined;
  #text = "";
  #bytes = 0;
  #isOver = false;
  #cancelDeadline: Cancel = () => {};
  #end: EndRequest = () => ({ neverConnected: true }); // nothing has left

  constructor(
    options: TransportOptions & SendOptions,
    request: HttpRequest,
    done: (result: TransportResult) => void,
  ) {
    this.#options = options;
    this.#request = request;
    this.#done = done;
  }

  start(prepared: PreparedRequest | TypeError): void {
    const { timers, nowUs, deadlineUs, isDryRun } = this.#options;
    if (prepared instanceof TypeError) {
      return void timers.soon(() =>
        this.#fail(`it cannot be spelled: ${prepared.message}`, "notSent")
      );
    }
    if (isDryRun === true && this.#request.method !== "GET") {
      return timers.soon(() => this.#finish({ kind: "dryRun" }));
    }
    if (this.isCutOff()) return;
    this.#submitUs = nowUs();
    this.#end = prepared.send(this); // nothing answers before this returns
    this.#cancelDeadline = timers.after(deadlineUs, () => this.#expire());
  }

  forget(): void {
    this.#close();
  }

  isCutOff(): boolean {
    return this.#options.isCutOff();
  }

  responded(status: number, headers: ReadonlyMap<string, string>): void {
    this.#head = { status, headers };
  }

  data(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    const { bodyBytesMax } = this.#options;
    if (this.#bytes > bodyBytesMax) {
      this.#fail(`the answer is longer than ${bodyBytesMax} bytes`, "unknown");
    } else {
      this.#decoder ??= new TextDecoder();
      this.#text += this.#decoder.decode(bytes, { stream: true });
    }
  }

  ended(): void {
    const { nowUs } = this.#options;
    if (this.#head === undefined || this.#submitUs === null) {
      return this.#fail("the answer has no head", "unknown");
    }
    const text = this.#text + (this.#decoder?.decode() ?? "");
    const answer = { ...this.#head, text, submitUs: this.#submitUs, ackUs: nowUs() };
    this.#finish({ kind: "answered", answer });
  }

  failed(failure: { readonly reason: string; readonly neverConnected: boolean }): void {
    this.#fail(failure.reason, failure.neverConnected ? "notSent" : "unknown");
  }

  #expire(): void {
    const withinMs = this.#options.deadlineUs / 1000;
    if (this.#end().neverConnected) this.#fail(`no connection within ${withinMs} ms`, "notSent");
    else this.#fail(`no whole answer within ${withinMs} ms`, "unknown");
  }

  #fail(reason: string, outcome: "notSent" | "unknown"): void {
    const { redact } = this.#options;
    const { method, url } = this.#request;
    const what = `Cannot complete ${method} ${url}: `;
    const error = new EdgeError(redact(what + reason.replaceAll(url, "it")), { outcome });
    this.#finish({ kind: "failed", error, submitUs: this.#submitUs });
  }

  #finish(result: TransportResult): void {
    if (this.#isOver) return;
    this.#close();
    this.#done(result);
  }

  #close(): void {
    this.#isOver = true;
    this.#cancelDeadline();
    this.#end();
  }
}
