/**
 * A venue's REST routes as a table: what each costs, who may ask, what it is about, how it answers.
 *
 * Order of checks: the route, the key, the signature, the symbol, then the route's own.
 * @module
 */
import type { Intention } from "./audit.ts";
import type { VenueClock } from "./clock.ts";
import type { Exchange } from "./exchange.ts";
import { isRefusal, type Refusal, refusal } from "./order.ts";
import type { Asked, Described, Reply } from "./server.ts";
import { type Credentials, keyRefusal, signatureRefusal } from "./signature.ts";

/** What every route can rely on. */
export type RouteState = {
  readonly exchange: Exchange;
  readonly clock: VenueClock;
  readonly credentials: Credentials;
  /** What the key may do: `trade`, `withdraw`, `transfer`, `any-address`, `expire`. */
  readonly keyMay: ReadonlySet<string>;
};

/** One route. It answers with JSON, or with a refusal. */
export type Route<State extends RouteState> = {
  readonly weight: number | ((params: URLSearchParams) => number);
  /** Absent: anybody may ask. */
  readonly needs?: "key" | "signature";
  readonly isOrder?: boolean;
  readonly intention?: Intention;
  readonly answer: (state: State, params: URLSearchParams) => unknown;
};

const BAD_SYMBOL = refusal(-1121, "Invalid symbol.");

/** Finds routes by "METHOD /path". */
export class Router<State extends RouteState> {
  readonly #routes: ReadonlyMap<string, Route<State>>;
  readonly #state: State;

  constructor(routes: Readonly<Record<string, Route<State>>>, state: State) {
    this.#routes = new Map(Object.entries(routes));
    this.#state = state;
  }

  /** What a request costs and is about. */
  describe({ method, path, params }: Asked): Described {
    const route = this.#routes.get(`${method} ${path}`);
    const weight = typeof route?.weight === "function" ? route.weight(params) : route?.weight ?? 1;
    const cost = { weight, isOrder: route?.isOrder ?? false };
    const isNew = route?.intention === "place" || route?.intention === "replace";
    const named = this.#state.exchange.orders.get(Number(params.get("orderId") ?? NaN));
    const id = (isNew ? params.get("newClientOrderId") : null) ??
      params.get("origClientOrderId") ?? named?.clientOrderId ?? null;
    if (!route?.intention || id === null) return { cost };
    return { cost, clientOrderId: id, intention: route.intention };
  }

  handle(asked: Asked): Reply {
    const route = this.#routes.get(`${asked.method} ${asked.path}`);
    if (!route) {
      const msg = `Path ${asked.path}, Method ${asked.method} is invalid`;
      return { status: 404, body: { code: -5000, msg } };
    }
    const symbol = asked.params.get("symbol");
    const isUnlisted = symbol !== null && !this.#state.exchange.markets.has(symbol);
    const body = this.#disbelief(route, asked) ??
      (isUnlisted ? BAD_SYMBOL : route.answer(this.#state, asked.params));
    if (typeof body !== "object" || body === null || !isRefusal(body)) return { status: 200, body };
    const { status, ...rest } = body;
    return { status, body: rest };
  }

  #disbelief(route: Route<State>, asked: Asked): Refusal | undefined {
    const { credentials, clock } = this.#state;
    if (route.needs === "key") return keyRefusal(asked.apiKey, credentials.key);
    if (route.needs !== "signature") return undefined;
    const { apiKey: key, signedText: text, params } = asked;
    return signatureRefusal({ key, text, params, nowMs: clock.now() }, credentials);
  }
}
