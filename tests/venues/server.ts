/**
 * The REST face of a fake venue: counts every request in the audit, applies rate limits and faults, lets the venue act.
 *
 * Ordering: a request is counted as received before any fault; a venue acts synchronously, at once or when its fault
 * says so. What happens on a stream because of a request may reach a client before the answer, as with real venues.
 * @module
 */
import { createServer } from "node:net";
import type { Audit, Intention, SeenRequest } from "./audit.ts";
import type { VenueClock } from "./clock.ts";
import type { Faults, RequestFault } from "./faults.ts";
import { type Ending, headOf, HttpLine, type HttpRequest, nowUs } from "./http_line.ts";
import type { Cost, Limits } from "./limits.ts";

/** A request with its parameters, of query and body. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly params: URLSearchParams;
  readonly apiKey: string | undefined;
  /** Query and body, joined as the venue joins them for the signature. */
  readonly signedText: string;
};
export type Reply = { readonly status: number; readonly body: unknown };
export type Described = {
  readonly cost: Cost;
  readonly clientOrderId?: string;
  readonly intention?: Intention;
};

/** A venue behind the server. */
export type Venue = {
  readonly describe: (asked: Asked) => Described;
  readonly handle: (asked: Asked) => Reply;
  readonly upgrade: (request: HttpRequest, line: HttpLine) => void;
};

type Answering = {
  readonly line: HttpLine;
  readonly seen: SeenRequest;
  readonly headers: readonly (readonly [string, string])[];
  readonly act: () => Reply;
};

/** Listens on 127.0.0.1. */
export class VenueServer {
  readonly #venue: Venue;
  readonly #faults: Faults;
  readonly #limits: Limits;
  readonly #audit: Audit;
  readonly #clock: VenueClock;
  readonly #lines = new Map<HttpLine, number>();
  /** What waits for `release`, in order. */
  readonly #waiting: (() => void)[] = [];
  /** Away, it keeps its port, lest another take it, and ends every connection. */
  #isAway = false;

  constructor(of: {
    readonly venue: Venue;
    readonly faults: Faults;
    readonly limits: Limits;
    readonly audit: Audit;
    readonly clock: VenueClock;
  }) {
    this.#venue = of.venue;
    this.#faults = of.faults;
    this.#limits = of.limits;
    this.#audit = of.audit;
    this.#clock = of.clock;
  }

  /** Starts to listen; port 0 takes a free one. Returns the port. */
  listen(port: number): Promise<number> {
    const server = createServer((socket) => {
      if (this.#isAway) return void socket.resetAndDestroy();
      const line = new HttpLine(socket, (request, on) => this.#handle(request, on));
      this.#lines.set(line, this.#audit.opened(nowUs()));
      socket.on("close", () => this.#lines.delete(line));
    });
    return new Promise((resolve) => {
      server.listen(port, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address ? address.port : port);
      });
    });
  }

  /** Answers a request that came over a WebSocket: counted and limited like others, but without faults. */
  streamed(asked: Asked): Reply {
    const { cost, clientOrderId, intention } = this.#venue.describe(asked);
    const seen = this.#audit.received(
      {
        requestLine: `${asked.method} ${asked.path} (WebSocket)`,
        headers: new Map<string, string>(),
        body: asked.params.toString(),
        arrivedUs: nowUs(),
      },
      {
        connection: 0,
        ...(clientOrderId === undefined ? {} : { clientOrderId }),
        ...(intention === undefined ? {} : { intention }),
      },
    );
    const limited = this.#limits.count(cost, this.#clock.now());
    if (limited) return { status: limited.status, body: { code: limited.code, msg: limited.msg } };
    const reply = this.#venue.handle(asked);
    if (reply.status < 400) this.#audit.acted(seen);
    seen.status = reply.status;
    return reply;
  }

  /** Ends every connection, WebSockets included. */
  drop(by: Ending): void {
    for (const line of this.#lines.keys()) line.end(by);
  }

  /** Ends every connection and is away for a while, or until `release`. The books stay. */
  restart(downMs: number | undefined): void {
    this.#isAway = true;
    this.drop("rst");
    this.#later(downMs, () => this.#isAway = false);
  }

  /** What was held back happens, in order. */
  release(): void {
    for (const act of this.#waiting.splice(0)) act();
  }

  /** After `ms`, or when `release` comes. */
  #later(ms: number | undefined, act: () => void): void {
    if (ms === undefined) this.#waiting.push(act);
    else setTimeout(act, ms);
  }

  #handle(request: HttpRequest, line: HttpLine): void {
    const asked = askedOf(request);
    const isUpgrade = request.headers.get("upgrade")?.toLowerCase() === "websocket";
    const fault = this.#faults.next(request);
    const { cost, clientOrderId, intention } = isUpgrade
      ? { cost: { weight: 5, isOrder: false } }
      : this.#venue.describe(asked);
    const seen = this.#audit.received(request, {
      connection: this.#lines.get(line) ?? 0,
      ...(clientOrderId === undefined ? {} : { clientOrderId }),
      ...(intention === undefined ? {} : { intention }),
      ...(fault === undefined ? {} : { fault: fault.kind }),
    });
    const act = (): Reply => {
      const reply = this.#venue.handle(asked);
      if (reply.status < 400) this.#audit.acted(seen);
      return reply;
    };
    const limited = this.#limits.count(cost, this.#clock.now());
    const headers = this.#limits.headers(cost);
    if (limited) return this.#refuse({ line, seen, headers, act }, limited);
    if (isUpgrade && fault === undefined) return this.#venue.upgrade(request, line);
    if (fault) this.#spoil({ line, seen, headers, act }, fault);
    else this.#answer({ line, seen, headers, act }, act());
  }

  #answer(answering: Answering, reply: Reply): void {
    answering.seen.status = reply.status;
    answering.seen.answeredUs = nowUs();
    const { headers } = answering;
    answering.line.answer({ status: reply.status, body: JSON.stringify(reply.body), headers });
  }

  #refuse(
    answering: Answering,
    of: {
      readonly status: number;
      readonly code: number;
      readonly msg: string;
      readonly retryAfterS?: number;
    },
  ): void {
    const headers = of.retryAfterS === undefined
      ? answering.headers
      : [...answering.headers, ["Retry-After", String(of.retryAfterS)] as const];
    this.#answer({ ...answering, headers }, {
      status: of.status,
      body: { code: of.code, msg: of.msg },
    });
  }

  #spoil(answering: Answering, fault: RequestFault): void {
    const { line, act } = answering;
    switch (fault.kind) {
      case "loseResponse":
        act();
        return fault.by === "silence" ? undefined : line.end(fault.by);
      case "loseRequest":
        return fault.by === "silence" ? undefined : line.end(fault.by);
      case "actLate":
        return this.#actLate(answering, fault);
      case "delayResponse": {
        const reply = act();
        return this.#later(fault.ms, () => this.#answer(answering, reply));
      }
      case "status":
        if (fault.acts) act();
        return this.#refuse(answering, { ...wordsOf(fault.status), ...fault });
      case "badBody":
        return this.#answerBadly(answering, fault);
      case "stallBody":
        return stall(line, JSON.stringify(fault.acts ? act().body : {}));
      case "partialStatus":
        if (fault.acts) act();
        line.write("HTTP/1.1 2");
        setTimeout(() => line.end(fault.by), 5);
        return;
      case "reject":
        return this.#refuse(answering, {
          status: fault.status ?? 400,
          code: fault.code,
          msg: fault.msg,
        });
      case "rateLimit":
        return this.#limit(answering, fault);
    }
  }

  #actLate(answering: Answering, fault: Extract<RequestFault, { kind: "actLate" }>): void {
    this.#later(fault.ms, () => {
      const reply = answering.act();
      if (fault.answer === "then") this.#answer(answering, reply);
    });
    if (fault.answer === "timeout") this.#refuse(answering, { status: 504, ...wordsOf(504) });
  }

  #answerBadly(answering: Answering, fault: Extract<RequestFault, { kind: "badBody" }>): void {
    const whole = JSON.stringify(fault.acts ? answering.act().body : { serverTime: 1 });
    const bodies = {
      garbage: "<html>Bad gateway</html>",
      truncated: whole.slice(0, Math.floor(whole.length / 2)),
      emptyObject: "{}",
      empty: "",
    };
    answering.line.answer({ status: 200, body: bodies[fault.body], headers: answering.headers });
  }

  #limit(answering: Answering, fault: Extract<RequestFault, { kind: "rateLimit" }>): void {
    const { status, retryAfterS, inWords } = fault;
    const ms = retryAfterS * 1000;
    const nowMs = this.#clock.now();
    this.#limits.limit(status, { nowMs, ms, isInWords: inWords === true });
    const msg = status === 429
      ? "Too many requests."
      : `Way too many requests; IP(127.0.0.1) banned until ${nowMs + ms}.`;
    const refusal = { status, code: -1003, msg };
    this.#refuse(answering, inWords === true ? refusal : { ...refusal, retryAfterS });
  }
}

function askedOf(request: HttpRequest): Asked {
  const { method, path } = request;
  const isForm = request.body !== "";
  return {
    method,
    path,
    params: new URLSearchParams(
      [request.query, request.body].filter((part) => part !== "").join("&"),
    ),
    apiKey: request.headers.get("x-mbx-apikey"),
    signedText: isForm ? request.query + request.body : request.query,
  };
}

function stall(line: HttpLine, body: string): void {
  line.write(
    headOf({ status: 200, length: body.length }) + body.slice(0, Math.ceil(body.length / 2)),
  );
}

/** What the venue says with a status. Source: its documentation of HTTP return codes. */
function wordsOf(status: number): { readonly code: number; readonly msg: string } {
  if (status === 408 || status === 504) {
    const msg =
      "Timeout waiting for response from backend server. Send status unknown; execution status unknown.";
    return { code: -1007, msg };
  }
  if (status === 503) {
    return { code: -1000, msg: "Unknown error, please check your request or try again later." };
  }
  return status >= 500
    ? { code: -1001, msg: "Internal error; unable to process your request. Please try again." }
    : { code: -1000, msg: "An unknown error occurred while processing the request." };
}
