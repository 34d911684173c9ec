/**
 * Calls of the library's methods, with what became of the request that each is about.
 *
 * A method of the library may make several requests, drop what it was told, or send something else
 * first. So a call that changes an order says what its request must hold, its key for one, and only a
 * request that holds it is sent, once; besides it nothing leaves but what reads. What the request came
 * to is known here, whatever the library makes of it: an answer that never came is unknown. Of some
 * exchanges it takes a question about the account that was not answered for an answer, and remembers
 * that: such a call has failed, and what it remembers of it is taken away.
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { cutText } from "../../../../core/cut_text.ts";
import type { Micros } from "../../../../core/numbers.ts";
import { EdgeError } from "../../../edge_error.ts";
import type { OrderTransport } from "../../../order_transport.ts";
import type { Cancel, Timers } from "../../../ports.ts";
import type { Redact } from "../../../redaction.ts";
import {
  ERROR_CLASSES,
  type ErrorClass,
  type RequestKind,
  type VenueError,
} from "../error_classes.ts";
import { type CcxtFetch, ccxtFetch, type CcxtRequest, type CcxtResponse } from "../fetch.ts";
import type { CallStamps } from "../server_clock.ts";
import { errorClassOf, isOfSymbol, wordsOf } from "./errors.ts";
import type { UnifiedExchange } from "./exchange.ts";
import { type Figures, missingIn, names, unescaped } from "./figures.ts";

/** What became of a call that reads. */
export type Answer =
  | { readonly kind: "ok"; readonly value: unknown; readonly stamps: CallStamps }
  | { readonly kind: "error"; readonly error: VenueError; readonly stamps: CallStamps };

/** What became of a call. */
export type CallResult = Answer | { readonly kind: "dryRun" };

/** Calls a method of the exchange. */
export type Method = (exchange: UnifiedExchange) => Promise<unknown>;

/** A request as it would be sent, in one text. */
export type CapturedRequest = string;

/** What a call that changes an order may send. */
export type OrderCall = {
  readonly kind: Exclude<RequestKind, "read">;
  readonly figures: Figures;
  readonly isDryRun: boolean;
};

/** What a call is about, as long as it runs. */
type Context = {
  /** null: it only reads. */
  readonly figures: Figures | null;
  /** Nothing leaves: the request is kept here, or only left out. */
  readonly isKept: boolean;
  /** Its time is over: what still wants to leave does not. */
  isOver: boolean;
  kept: CapturedRequest | undefined;
  /** The request it is about. */
  sent: "no" | "yes" | "answered";
  /** Something was asked behind it: what the library throws may be about that. */
  isFollowed: boolean;
  /** A question of it was not answered, whatever the library makes of that. */
  isUnanswered: boolean;
  failure: EdgeError | undefined;
  /** Of the last answer, or that of the request it is about. */
  status: number;
  retryAfterMs: number | undefined;
  submitUs: Micros;
};

/** A call may read before it sends (account modes, tokens): its deadline is of so many requests. */
const REQUESTS_PER_CALL = 3;
/** Where a venue asks for a pause and does not say how long. */
const PAUSE_MS = 5000;

/** Calls of one exchange object. */
export class Calls {
  readonly #exchange: UnifiedExchange;
  readonly #timers: Timers;
  readonly #nowUs: () => Micros;
  readonly #redact: Redact;
  readonly #callDeadlineUs: number;
  readonly #send: CcxtFetch;
  readonly #clockIsOff: () => void;
  readonly #current = new AsyncLocalStorage<Context>();
  #pausedUntilUs = 0;

  constructor(of: {
    readonly exchange: UnifiedExchange;
    readonly transport: OrderTransport;
    readonly timers: Timers;
    readonly nowUs: () => Micros;
    readonly redact: Redact;
    /** Of one request. */
    readonly deadlineUs: number;
    /** The venue found the time of a request wrong. */
    readonly clockIsOff?: () => void;
  }) {
    this.#clockIsOff = of.clockIsOff ?? (() => {});
    this.#exchange = of.exchange;
    this.#timers = of.timers;
    this.#nowUs = of.nowUs;
    this.#redact = of.redact;
    this.#callDeadlineUs = of.deadlineUs * REQUESTS_PER_CALL;
    this.#send = ccxtFetch(of.transport);
    of.exchange.fetchImplementation = (url, request) => this.#fetch(url, request);
    of.exchange.FetchError = EdgeError;
  }

  /** For how long the exchange has asked for a pause of everything, microseconds; 0 or less: it has not. */
  get pauseUs(): number {
    return this.#pausedUntilUs - this.#nowUs();
  }

  /** Reads, also in a pause: who asks waits for its end. The result comes once, later. */
  read(
    method: Method,
    done: (result: Answer) => void,
  ): void {
    const context = newContext({ figures: null, isKept: false }, this.#nowUs());
    this.#run(context, method, (settled) => {
      const stamps = { submitUs: context.submitUs, ackUs: this.#nowUs() };
      const isAnswered = settled.ok && !context.isUnanswered;
      if (isAnswered) return done({ kind: "ok", value: settled.value, stamps });
      const cause = settled.ok ? new Error(UNANSWERED) : settled.cause;
      done({ kind: "error", error: this.#errorOf("read", { context, cause }), stamps });
    });
  }

  /** Sends what changes an order. The result comes once, later. */
  change(call: OrderCall, method: Method, done: (result: CallResult) => void): void {
    const { figures, isDryRun, kind } = call;
    const pauseMs = Math.ceil(this.pauseUs / 1000);
    if (pauseMs > 0 && !isDryRun) {
      const nowUs = this.#nowUs();
      const stamps = { submitUs: nowUs, ackUs: nowUs };
      const error = { ...PAUSED, retryAfterMs: pauseMs };
      return this.#timers.soon(() => done({ kind: "error", error, stamps }));
    }
    const context = newContext({ figures, isKept: isDryRun }, this.#nowUs());
    this.#run(context, method, (settled) => {
      const stamps = { submitUs: context.submitUs, ackUs: this.#nowUs() };
      if (isDryRun && context.kept !== undefined) return done({ kind: "dryRun" });
      if (settled.ok && context.sent === "answered") {
        return done({ kind: "ok", value: settled.value, stamps });
      }
      const cause = settled.ok
        ? new Error("the library answered without a request")
        : settled.cause;
      done({ kind: "error", error: this.#errorOf(kind, { context, cause }), stamps });
    });
  }

  /** Returns the request that a call would send, or the reason why it sends none. Nothing leaves. */
  capture(
    figures: Figures,
    method: Method,
    done: (found: { readonly request: CapturedRequest } | { readonly reason: string }) => void,
  ): void {
    const context = newContext({ figures, isKept: true }, this.#nowUs());
    this.#run(context, method, (settled) => {
      if (context.kept !== undefined) return done({ request: context.kept });
      const cause = settled.ok ? "it sent nothing" : settled.cause;
      done({ reason: this.#redact(wordsOf(context.failure ?? cause)) });
    });
  }

  #run(context: Context, method: Method, done: (settled: Settled) => void): void {
    let cancel: Cancel = () => {};
    const { options } = this.#exchange;
    const before = { ...options };
    const end = (settled: Settled): void => {
      if (context.isOver) return;
      context.isOver = true;
      cancel();
      if (context.isUnanswered) forget(options, before);
      done(settled);
    };
    cancel = this.#timers.after(this.#callDeadlineUs, () => {
      const outcome = context.sent === "no" ? "notSent" : "unknown";
      context.failure ??= new EdgeError("Cannot complete a call: it took too long", { outcome });
      end({ ok: false, cause: context.failure });
    });
    this.#current.run(context, () => started(method, this.#exchange)).then(
      (value) => end({ ok: true, value }),
      (cause: unknown) => end({ ok: false, cause }),
    );
  }

  #fetch(url: string, request: CcxtRequest): Promise<CcxtResponse> {
    const context = this.#current.getStore();
    // The library's own, as a token for a stream. None of it is an order.
    if (context === undefined) return this.#send(url, request);
    if (context.figures === null) return this.#ask(context, url, request);
    const method = request.method ?? "GET";
    const bytes = unescaped(`${method} ${url} ${request.body ?? ""}`);
    const isGone = context.sent !== "no";
    const refuse = (reason: string, outcome: "notSent" | "refused"): Promise<never> => {
      // What left before is not undone by it.
      const what = { outcome: isGone ? "unknown" : outcome } as const;
      const error = new EdgeError(`Cannot send it: ${reason}`, what);
      context.failure ??= error;
      return Promise.reject(error);
    };
    if (context.isOver) return refuse("its time is over", "notSent");
    if (context.isUnanswered && !isGone) return refuse(UNANSWERED, "notSent");
    const missing = missingIn(bytes, context.figures);
    if (!names(bytes, context.figures.key)) {
      const isOrder = context.figures.decimals.length > 0 && missing === undefined;
      if (method !== "GET" || isOrder) {
        return refuse("the library wants to send what does not name the order", "refused");
      }
      context.isFollowed ||= isGone;
      return this.#ask(context, url, request);
    }
    if (isGone) return refuse("the library wants to send it twice", "refused");
    if (missing !== undefined) return refuse(`its request does not hold ${missing}`, "refused");
    if (context.isKept) {
      context.kept = bytes;
      return refuse("nothing is to leave", "notSent");
    }
    return this.#sendOnce(context, url, request);
  }

  /** Sends the request that a call is about. */
  #sendOnce(context: Context, url: string, request: CcxtRequest): Promise<CcxtResponse> {
    context.sent = "yes";
    context.submitUs = this.#nowUs();
    return this.#send(url, request).then(
      (response) => {
        context.sent = "answered";
        note(context, response);
        return response;
      },
      (error: unknown) => {
        context.failure = error instanceof EdgeError ? error : undefined;
        throw error;
      },
    );
  }

  /** Sends what only reads. */
  #ask(context: Context, url: string, request: CcxtRequest): Promise<CcxtResponse> {
    return this.#send(url, request).then(told).then(
      (response) => {
        const { status } = response;
        context.isUnanswered ||= status === 418 || status === 429 || status >= 500;
        if (context.sent === "no") note(context, response);
        return response;
      },
      (error: unknown) => {
        context.isUnanswered = true;
        // The library keeps no reason.
        if (context.figures === null && error instanceof EdgeError) context.failure = error;
        throw error;
      },
    );
  }

  #errorOf(
    kind: RequestKind,
    of: { readonly context: Context; readonly cause: unknown },
  ): VenueError {
    const { context, cause } = of;
    const text = this.#redact(wordsOf(context.failure ?? cause));
    if (context.failure !== undefined) {
      return { ...AMBIGUOUS, outcome: context.failure.outcome, text };
    }
    if (context.isFollowed) return { ...AMBIGUOUS, outcome: "unknown", text };
    const found = classOf(context.status, cause);
    if (found === "clock") this.#clockIsOff();
    const { outcome, rejectCode } = ERROR_CLASSES[found];
    const isPaused = found === "rate" || found === "overload";
    const retryAfterMs = isPaused ? context.retryAfterMs ?? PAUSE_MS : undefined;
    const untilUs = this.#nowUs() + (retryAfterMs ?? 0) * 1000;
    this.#pausedUntilUs = Math.max(this.#pausedUntilUs, untilUs);
    // What the library refuses by itself has not left, and would not the next time either.
    const isStopped = context.figures !== null && context.sent === "no";
    // It is a gateway's word as well, which may have passed the request on.
    const isGateways = outcome[kind] === "notSent" && context.status >= 500;
    const said = isGateways ? "unknown" : outcome[kind];
    return {
      class: found,
      outcome: isStopped ? mayPass(found) ? "notSent" : "refused" : said,
      rejectCode,
      isOfSymbol: isOfSymbol(cause),
      text,
      retryAfterMs,
    };
  }
}

type Settled =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly cause: unknown };

const AMBIGUOUS = {
  class: "ambiguous",
  rejectCode: "VENUE_REJECTED",
  isOfSymbol: false,
  retryAfterMs: undefined,
} as const;

const PAUSED = {
  class: "rate",
  outcome: "notSent",
  rejectCode: "VENUE_RATE_LIMIT",
  isOfSymbol: false,
  text: "The exchange has asked for a pause",
} as const;

const UNANSWERED = "what was asked first was not answered";

/** Unsets what was not set before. */
function forget(
  options: Record<string, unknown>,
  before: Readonly<Record<string, unknown>>,
): void {
  for (const name of Object.keys(options)) {
    if (before[name] === undefined) options[name] = undefined;
  }
}

/** Some of its methods throw, others reject. */
function started(method: Method, exchange: UnifiedExchange): Promise<unknown> {
  try {
    return method(exchange);
  } catch (error) {
    return Promise.reject(error);
  }
}

function newContext(
  of: { readonly figures: Figures | null; readonly isKept: boolean },
  submitUs: Micros,
): Context {
  return {
    ...of,
    isOver: false,
    kept: undefined,
    sent: "no",
    isFollowed: false,
    isUnanswered: false,
    failure: undefined,
    status: 0,
    retryAfterMs: undefined,
    submitUs,
  };
}

/** Not a word about the request itself: it may be decided again. */
function mayPass(found: ErrorClass): boolean {
  return found === "ambiguous" || found === "rate" || found === "overload" || found === "clock";
}

/** The status says more than the library where that knows nothing, or takes a refusal for a limit. */
function classOf(status: number, cause: unknown): ErrorClass {
  const told = errorClassOf(cause);
  if (status === 429 || status === 418) return "rate";
  const isVague = told === "ambiguous" || told === "rate";
  return status === 401 && isVague ? "auth" : told;
}

/**
 * An answer to a question that says something. Of a page of HTML, or of `{}`, the library makes an empty
 * list, or an account without balances: as if an order were nowhere, and all money gone.
 */
function told(response: CcxtResponse): Promise<CcxtResponse> {
  if (response.status >= 400) return Promise.resolve(response); // the library refuses those by themselves
  return response.text().then((text) => {
    if (!isHollow(text)) return response;
    const why = "Cannot read the answer: it must be JSON that says something: was ";
    throw new EdgeError(why + cutText(text, SHOWN_MAX), { outcome: "unknown" });
  });
}

function isHollow(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object") return typeof value === "string"; // some tell the time so
    return value === null || !Array.isArray(value) && Object.keys(value).length === 0;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return true;
  }
}

const SHOWN_MAX = 80;

function note(context: Context, response: CcxtResponse): void {
  context.status = response.status;
  context.retryAfterMs = retryAfterMs(response);
}

function retryAfterMs({ headers }: CcxtResponse): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? "");
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
