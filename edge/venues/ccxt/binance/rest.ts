/**
 * Requests over REST: signed by CCXT, sent once by our transport, read by the error ladder.
 *
 * The fields of a DELETE travel in its body, where the venue reads them as well: a request without
 * a body could go out twice, and an address without a signature can be seen. What is said of a
 * request is one result, later; nothing is repeated here.
 *
 * Invariant: reads that may wait leave only while the exchange has counted at most half of what a
 * minute allows. A third may go to the renewals of the dead-man switch, the rest is for orders.
 * @module
 */
import type { Micros } from "../../../../core/numbers.ts";
import { EdgeError } from "../../../edge_error.ts";
import type {
  HttpAnswer,
  OrderTransport,
  ReadyRequest,
  SendOptions,
} from "../../../order_transport.ts";
import type { Cancel, HttpRequest, Timers } from "../../../ports.ts";
import type { ExchangeProduct } from "../options.ts";
import { ERROR_CLASSES, type RequestKind, type VenueError } from "../error_classes.ts";
import type { Call } from "./requests.ts";
import { readAnswer } from "./ladder.ts";
import type { CcxtExchange, SignedRequest } from "../library.ts";
import type { CallStamps } from "../server_clock.ts";
import { WEIGHT_LIMITS } from "./weights.ts";

/** What became of a call. */
export type CallResult =
  | { readonly kind: "ok"; readonly body: unknown; readonly stamps: CallStamps }
  | { readonly kind: "error"; readonly error: VenueError; readonly stamps: CallStamps }
  | { readonly kind: "failed"; readonly error: EdgeError }
  | { readonly kind: "dryRun" };

/** Why a call brought nothing, in words. */
export function reasonOf(result: Exclude<CallResult, { readonly kind: "ok" }>): string {
  switch (result.kind) {
    case "error":
      return result.error.text;
    case "failed":
      return result.error.message;
    case "dryRun":
      return "nothing was sent";
  }
}

/** What may differ from call to call. */
export type CallOptions = SendOptions & {
  /** It can do without an answer for a minute: it waits where the exchange has counted much. */
  readonly mayWait?: boolean;
};

/** The part of CCXT that signs, and knows the venue's time for it. */
export type Signer = Pick<CcxtExchange, "sign" | "nonce">;

/** A call that has been signed and built, or why it cannot be. */
export type ReadyCall = {
  readonly call: Call;
  readonly ready: ReadyRequest | EdgeError;
  readonly signedUs: Micros;
};

/** Venues refuse what was signed long ago: seconds, so that a slow disk is noticed in time. */
const FRESH_US = 250_000;
const FORM = "application/x-www-form-urlencoded";

/** The shortest window in which the venue counts orders. */
const ORDER_COUNT_US = 10_000_000;

/** Where the exchange says what it has counted; by the minute, as it counts. */
const USED_WEIGHT = "x-mbx-used-weight-1m";
const MINUTE_US = 60_000_000;

/**
 * Calls of one account. While the venue has asked for a pause nothing leaves, and each call is told
 * so at once: whoever goes on is banned, by address, with all that stands open. Where it has counted
 * too many orders, no order leaves for a while; cancels do, which it does not count. Where it has
 * counted much, what may wait does so until the next minute.
 */
export class Rest {
  readonly #signer: Signer;
  readonly #transport: OrderTransport;
  readonly #product: ExchangeProduct;
  readonly #timers: Timers;
  readonly #nowUs: () => Micros;
  #pausedUntilUs = 0;
  #ordersPausedUntilUs = 0;
  readonly #clockIsOff: () => void;
  #waitUntilUs = 0;

  constructor(options: {
    readonly signer: Signer;
    readonly transport: OrderTransport;
    readonly product: ExchangeProduct;
    readonly timers: Timers;
    readonly nowUs: () => Micros;
    /** The venue found the time of a request wrong. */
    readonly clockIsOff?: () => void;
  }) {
    this.#clockIsOff = options.clockIsOff ?? (() => {});
    this.#timers = options.timers;
    this.#nowUs = options.nowUs;
    this.#signer = options.signer;
    this.#transport = options.transport;
    this.#product = options.product;
  }

  /** Signs a call and builds its request; nothing leaves. For one `send`. */
  prepare(call: Call): ReadyCall {
    const signed = this.#sign(call);
    const ready = signed instanceof EdgeError
      ? signed
      : this.#transport.prepare(toRequest(call, signed));
    return { call, ready, signedUs: this.#nowUs() };
  }

  /** Sends a call. The result comes once, later, unless the returned function forgets it. */
  call(call: Call, done: (result: CallResult) => void, options: CallOptions = {}): Cancel {
    return this.send(this.prepare(call), done, options);
  }

  /** Sends a call that was prepared; one that has waited is signed anew: its time is part of it. */
  send(of: ReadyCall, done: (result: CallResult) => void, options: CallOptions = {}): Cancel {
    const { call } = of;
    const isFresh = this.#nowUs() - of.signedUs <= FRESH_US;
    const { ready } = isFresh ? of : this.prepare(call);
    if (ready instanceof EdgeError) {
      return this.#timers.after(0, () => done({ kind: "failed", error: ready }));
    }
    const paused = options.isDryRun === true ? undefined : this.#paused(call);
    if (paused !== undefined) return this.#timers.after(0, () => done(paused));
    const waitUs = this.#waitUntilUs - this.#nowUs();
    if (options.mayWait === true && waitUs > 0) return this.#later(waitUs, { of, done, options });
    return this.#transport.send(ready, (result) => {
      if (result.kind !== "answered") return done(result);
      const { submitUs, ackUs } = result.answer;
      this.#count(result.answer);
      const asked = { product: this.#product, kind: call.kind, nowMs: this.#signer.nonce() };
      const reading = readAnswer(result.answer, asked);
      if (reading.kind === "error") this.#heed(reading.error);
      done({ ...reading, stamps: { submitUs, ackUs } });
    }, options);
  }

  #later(
    waitUs: number,
    { of, done, options }: {
      readonly of: ReadyCall;
      readonly done: (result: CallResult) => void;
      readonly options: CallOptions;
    },
  ): Cancel {
    let cancel = this.#timers.after(waitUs, () => {
      cancel = this.send(of, done, options);
    });
    return () => cancel();
  }

  /** The minutes of its clock are not ours; what it has counted by then says how long they differ. */
  #count({ headers }: HttpAnswer): void {
    const used = Number(headers.get(USED_WEIGHT) ?? "0");
    if (!(used > WEIGHT_LIMITS[this.#product] / 2)) return;
    this.#waitUntilUs = (Math.floor(this.#nowUs() / MINUTE_US) + 1) * MINUTE_US;
  }

  /** Lets nothing leave for so long; a pause that lasts longer stays. */
  pause(ms: number): void {
    this.#pausedUntilUs = Math.max(this.#pausedUntilUs, this.#nowUs() + ms * 1000);
  }

  /** For how long nothing leaves any more, microseconds; 0: it may. */
  get pausedForUs(): number {
    return Math.max(0, this.#pausedUntilUs - this.#nowUs());
  }

  #heed({ class: kind, retryAfterMs }: VenueError): void {
    if (kind === "clock") this.#clockIsOff();
    if (kind === "orderCount") this.#ordersPausedUntilUs = this.#nowUs() + ORDER_COUNT_US;
    if (retryAfterMs !== undefined) this.pause(retryAfterMs);
  }

  #paused({ kind }: Call): CallResult | undefined {
    const nowUs = this.#nowUs();
    const retryAfterMs = Math.ceil(this.pausedForUs / 1000);
    if (retryAfterMs > 0) {
      const text = `The exchange has asked for a pause: another ${retryAfterMs} ms`;
      return withheld(kind, { class: "rate", text, retryAfterMs, nowUs });
    }
    const isOrder = kind === "place" || kind === "replace";
    if (!isOrder || nowUs >= this.#ordersPausedUntilUs) return undefined;
    const text = "The exchange has counted too many orders";
    return withheld(kind, { class: "orderCount", text, retryAfterMs: undefined, nowUs });
  }

  /** The library's own words may hold the secret that it cannot use. */
  #sign(call: Call): SignedRequest | EdgeError {
    try {
      return this.#signer.sign(call.path, call.api, call.method, { ...call.params });
    } catch (error) {
      const what = error instanceof Error ? error.name : "an unnamed error";
      return new EdgeError(
        `Cannot sign ${call.method} ${call.path}: the keys must fit: was ${what}`,
        {
          outcome: "notSent",
        },
      );
    }
  }
}

/** Returns the request as it goes on the wire. */
export function toRequest({ method }: Pick<Call, "method">, signed: SignedRequest): HttpRequest {
  const headers = { ...signed.headers };
  const [path = signed.url, query] = signed.url.split("?");
  if (method !== "DELETE" || query === undefined) {
    return { method, url: signed.url, headers, body: signed.body ?? null };
  }
  return { method, url: path, headers: { ...headers, "Content-Type": FORM }, body: query };
}

/** The result of a call that was not made: as the venue would have refused it. */
function withheld(
  asked: RequestKind,
  of: Pick<VenueError, "class" | "text" | "retryAfterMs"> & { readonly nowUs: Micros },
): CallResult {
  const { nowUs, ...said } = of;
  const { outcome, rejectCode } = ERROR_CLASSES[of.class];
  const error = { ...said, outcome: outcome[asked], rejectCode, isOfSymbol: false };
  return { kind: "error", error, stamps: { submitUs: nowUs, ackUs: nowUs } };
}
