/**
 * Which requests go wrong, and how: one-shot faults ("the next 3 `POST /api/v3/order`") before a seeded schedule of
 * percentages. The same seed and the same sequence of requests give the same faults.
 * @module
 */
import { Draws } from "../support/draws.ts";
import type { Ending } from "./http_line.ts";

/** What goes wrong with one request. */
export type RequestFault =
  /** Acts; the connection ends before a byte of the answer, or stays and is silent. */
  | { readonly kind: "loseResponse"; readonly by: Ending | "silence" }
  /** Does not act; the connection ends, or stays and is silent. */
  | { readonly kind: "loseRequest"; readonly by: Ending | "silence" }
  /** Acts after `ms`, or when `release` comes; answers then, never, or at once with HTTP 504 and -1007. */
  | {
    readonly kind: "actLate";
    readonly ms?: number;
    readonly answer: "then" | "never" | "timeout";
  }
  /** Acts at once, answers after `ms`, or when `release` comes. */
  | { readonly kind: "delayResponse"; readonly ms?: number }
  /** Answers this status; 408 and 504 say -1007 and 503 says what the venue says, unless told otherwise. */
  | {
    readonly kind: "status";
    readonly status: number;
    readonly acts: boolean;
    readonly code?: number;
    readonly msg?: string;
  }
  /** Answers 200 with a body that is none. */
  | {
    readonly kind: "badBody";
    readonly body: "garbage" | "truncated" | "emptyObject" | "empty";
    readonly acts: boolean;
  }
  /** Sends the headers and half the body, then nothing. */
  | { readonly kind: "stallBody"; readonly acts: boolean }
  /** Ends the connection in the middle of the status line. */
  | { readonly kind: "partialStatus"; readonly acts: boolean; readonly by: Ending }
  /** Does not act; says no. */
  | {
    readonly kind: "reject";
    readonly status?: number;
    readonly code: number;
    readonly msg: string;
  }
  /**
   * Does not act; 429 or 418 with Retry-After, and all that follows until then too. `inWords`: without
   * that header; the message of a ban still says until when.
   */
  | {
    readonly kind: "rateLimit";
    readonly status: 429 | 418;
    readonly retryAfterS: number;
    readonly inWords?: true;
  };

/** `match`: "METHOD /path"; either may be `*`, and a path may end in one. */
export type Matching = { readonly match: string };
export type ScheduledFault = Matching & { readonly percent: number; readonly fault: RequestFault };

/** How streams misbehave by themselves, in percent of messages (`dropPercent`: of connections per second). */
export type StreamSchedule = {
  readonly duplicatePercent?: number;
  readonly swapPercent?: number;
  readonly delayPercent?: number;
  readonly delayMsMax?: number;
  readonly dropPercent?: number;
  /** Per second: the connections of one kind go half-open. */
  readonly halfOpenPercent?: number;
  /** Per second: the venue ends the user stream, the socket stays. */
  readonly endPercent?: number;
  /** Depth messages left out. */
  readonly skipPercent?: number;
};

/** A seeded schedule of faults. */
export type FaultSchedule = {
  readonly seed: number;
  readonly requests: readonly ScheduledFault[];
  readonly streams?: StreamSchedule;
  /** Percent per second: the venue cancels an open order by itself. */
  readonly cancelPercent?: number;
};

/** True if `METHOD /path` is meant. */
export function isMeant(
  match: string,
  of: { readonly method: string; readonly path: string },
): boolean {
  const [method = "*", path = "*"] = match.split(" ");
  const isPath = path.endsWith("*") ? of.path.startsWith(path.slice(0, -1)) : of.path === path;
  return isPath && (method === "*" || method === of.method);
}

/** The faults to come. */
export class Faults {
  readonly #once: { readonly match: string; readonly fault: RequestFault; left: number }[] = [];
  #schedule: FaultSchedule | undefined;
  #draws = new Draws(1);
  #streamDraws = new Draws(2);

  get streams(): StreamSchedule {
    return this.#schedule?.streams ?? {};
  }

  get cancelPercent(): number {
    return this.#schedule?.cancelPercent ?? 0;
  }

  /** Draws for streams, apart from those for requests. */
  get draws(): Draws {
    return this.#streamDraws;
  }

  next(request: { readonly method: string; readonly path: string }): RequestFault | undefined {
    const once = this.#once.find(({ match, left }) => left > 0 && isMeant(match, request));
    if (once) {
      once.left--;
      return once.fault;
    }
    return this.#schedule?.requests
      .filter(({ match }) => isMeant(match, request))
      .find(({ percent }) => this.#draws.chance(percent))?.fault;
  }

  once(fault: RequestFault, on: Matching & { readonly count: number }): void {
    this.#once.push({ match: on.match, fault, left: on.count });
  }

  schedule(schedule: FaultSchedule): void {
    this.#schedule = schedule;
    this.#draws = new Draws(schedule.seed);
    this.#streamDraws = new Draws(schedule.seed).fork("streams");
  }

  /** Ends all faults. */
  calm(): void {
    this.#once.length = 0;
    this.#schedule = undefined;
  }
}
