/**
 * What the venue saw: every request with its raw head and time of arrival, and per client order id how often it was
 * received and acted on. This, and the books, is the truth that tests compare the daemon with.
 *
 * Bounded: the newest `REQUESTS_MAX` requests are kept; counts are kept for all.
 * @module
 */
import type { HttpRequest } from "./http_line.ts";

const REQUESTS_MAX = 50_000;
const CONNECTIONS_MAX = 10_000;

/** What a request wants of an order. */
export type Intention = "place" | "cancel" | "replace" | "look";

/** A request as received. `acted`: it changed the books. Absent: the fault left it unanswered so far. */
export type SeenRequest = {
  readonly requestLine: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly connection: number;
  readonly arrivedUs: number;
  readonly clientOrderId?: string;
  readonly intention?: Intention;
  readonly fault?: string;
  acted: boolean;
  status?: number;
  answeredUs?: number;
};

/** How often one client order id was received and acted on with one intention. */
export type Seen = {
  readonly clientOrderId: string;
  readonly intention: Intention;
  received: number;
  acted: number;
};

/** The record. */
export class Audit {
  readonly requests: SeenRequest[] = [];
  readonly #seen = new Map<string, Seen>();
  connections = 0;
  requestCount = 0;
  readonly connectionsOpenedUs: number[] = [];

  get seen(): readonly Seen[] {
    return [...this.#seen.values()];
  }

  /** Counts a connection; returns its number. */
  opened(atUs: number): number {
    if (this.connectionsOpenedUs.length === CONNECTIONS_MAX) {
      this.connectionsOpenedUs.splice(0, CONNECTIONS_MAX / 2);
    }
    this.connectionsOpenedUs.push(atUs);
    return ++this.connections;
  }

  received(
    request: Pick<HttpRequest, "requestLine" | "headers" | "body" | "arrivedUs">,
    of: Pick<SeenRequest, "connection" | "clientOrderId" | "intention" | "fault">,
  ): SeenRequest {
    this.requestCount++;
    const seen = {
      requestLine: request.requestLine,
      headers: [...request.headers],
      body: request.body,
      arrivedUs: request.arrivedUs,
      ...of,
      acted: false,
    };
    if (this.requests.length === REQUESTS_MAX) this.requests.splice(0, REQUESTS_MAX / 2);
    this.requests.push(seen);
    const count = this.#countOf(seen);
    if (count) count.received++;
    return seen;
  }

  acted(request: SeenRequest): void {
    request.acted = true;
    const count = this.#countOf(request);
    if (count) count.acted++;
  }

  #countOf({ clientOrderId, intention }: SeenRequest): Seen | undefined {
    if (clientOrderId === undefined || intention === undefined) return undefined;
    const key = `${intention} ${clientOrderId}`;
    const known = this.#seen.get(key);
    if (known) return known;
    const seen = { clientOrderId, intention, received: 0, acted: 0 };
    this.#seen.set(key, seen);
    return seen;
  }
}
