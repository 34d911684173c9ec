/**
 * Production HTTP over the runtime's `fetch`.
 *
 * Invariant: a request that is not a GET goes on the wire once. The runtime sends a request again,
 * unasked, when a connection that served an earlier one ends before it has answered, unless the
 * body cannot be read twice (facts: `is_error_retryable`, retries of "pooled" failures). So every
 * body is a `Blob`, whose stream is read once while its length stays known; a DELETE or POST
 * without a body gets an empty one, which goes out as a chunked body of no chunk.
 * Redirects are not followed: a 307 would send the body a second time.
 *
 * Known limit: a GET may be sent again; no venue takes an order by GET.
 * @module
 */
import type { EndRequest, Http, HttpHandlers, HttpRequest, PreparedRequest } from "./ports.ts";

/** The runtime's `fetch`, or one that counts. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * How the runtime words a failure before there was a connection: refused, no such host, no TLS.
 * A text that is not recognised is taken for a failure after it, which is the safe direction.
 */
const NO_CONNECTION = /client error \(Connect\)/;

/** A connection that was idle for longer is not used again: the peer may be closing it. */
const IDLE_MAX_MS = 15_000;

/** Returns HTTP over `fetch`, with connections of its own. */
export function denoHttp(fetchFunction: Fetch = pooledFetch()): Http {
  return { prepare: (request) => new Prepared(fetchFunction, request) };
}

function pooledFetch(): Fetch {
  let client: Deno.HttpClient | undefined; // opened with the first request
  return (url, init) => {
    client ??= Deno.createHttpClient({ poolIdleTimeout: IDLE_MAX_MS });
    return fetch(url, { ...init, client });
  };
}

class Prepared implements PreparedRequest {
  readonly #fetch: Fetch;
  readonly #url: string;
  readonly #init: RequestInit;
  readonly #isOnce: boolean;

  constructor(fetchFunction: Fetch, request: HttpRequest) {
    this.#fetch = fetchFunction;
    this.#isOnce = request.method !== "GET";
    this.#url = new URL(request.url).href;
    this.#init = {
      method: request.method,
      headers: new Headers(request.headers),
      redirect: "manual",
      ...(this.#isOnce ? { body: new Blob([request.body ?? ""]) } : {}),
    };
  }

  send(handlers: HttpHandlers): EndRequest {
    const abort = new AbortController();
    void this.#run(handlers, abort.signal);
    return () => {
      abort.abort();
      return { neverConnected: false }; // the runtime does not say how far it came
    };
  }

  /** Catches what waiting throws and nothing else: what a handler throws is nobody's failure. */
  async #run(handlers: HttpHandlers, signal: AbortSignal): Promise<void> {
    const response = await outcomeOf(this.#fetch(this.#url, { ...this.#init, signal }));
    if (signal.aborted) return;
    if (response instanceof Failure) return handlers.failed(this.#explain(response));
    handlers.responded(response.status, new Map(response.headers));
    const reader = response.body?.getReader();
    while (reader !== undefined && !signal.aborted) {
      const part = await outcomeOf(reader.read());
      if (signal.aborted) return;
      if (part instanceof Failure) return handlers.failed(this.#explain(part));
      if (part.done) break;
      handlers.data(part.value);
    }
    if (!signal.aborted) handlers.ended();
  }

  #explain(failure: Failure): { readonly reason: string; readonly neverConnected: boolean } {
    const { reason } = failure;
    return { reason, neverConnected: this.#isOnce && NO_CONNECTION.test(reason) };
  }
}

class Failure {
  readonly reason: string;
  constructor(error: unknown) {
    this.reason = wordsOf(error);
  }
}

function outcomeOf<Value>(promise: Promise<Value>): Promise<Value | Failure> {
  return promise.catch((error: unknown) => new Failure(error));
}

/** The error and what it says of its causes; the runtime hides the useful half in there. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${wordsOf(error.cause)}`;
}
