/**
 * The user data stream of Binance spot: WebSocket API sessions that subscribed with a signature. An event goes to
 * every subscription, wrapped with its id. After an execution report comes the account's position in what it moved.
 * @module
 */
import type { VenueClock } from "../clock.ts";
import type { Exchange } from "../exchange.ts";
import { isRefusal } from "../order.ts";
import type { Asked, Reply } from "../server.ts";
import { type Credentials, signatureRefusal } from "../signature.ts";
import type { MessageKind, Streams, Subscriber } from "../streams.ts";
import { printUnits } from "../units.ts";
import { executionReport } from "./payloads.ts";
import type { SpotWallet } from "./wallet.ts";

/** A session of the WebSocket API. `subscriptionId` absent: it hears nothing. */
export type Session = Subscriber & { subscriptionId: number | undefined };

type Request = {
  readonly id: unknown;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
};

/** Methods that are REST requests in another coat. */
const REST: Readonly<Record<string, readonly [string, string]>> = {
  "order.place": ["POST", "/api/v3/order"],
  "order.cancel": ["DELETE", "/api/v3/order"],
  "order.status": ["GET", "/api/v3/order"],
  "order.cancelReplace": ["POST", "/api/v3/order/cancelReplace"],
  "openOrders.status": ["GET", "/api/v3/openOrders"],
  "account.status": ["GET", "/api/v3/account"],
  "time": ["GET", "/api/v3/time"],
  "ping": ["GET", "/api/v3/ping"],
};

/** Tells subscribers what happens to the account. */
export class SpotUserStream {
  readonly streams: Streams<Session>;
  readonly #wallet: SpotWallet;
  readonly #clock: VenueClock;
  readonly #credentials: Credentials;
  #nextSubscription = 0;
  #executionId = 9_000_000;

  constructor(of: {
    readonly exchange: Exchange;
    readonly wallet: SpotWallet;
    readonly clock: VenueClock;
    readonly credentials: Credentials;
    readonly streams: Streams<Session>;
  }) {
    this.streams = of.streams;
    this.#wallet = of.wallet;
    this.#clock = of.clock;
    this.#credentials = of.credentials;
    of.exchange.listen({
      print: () => {},
      order: (order, change, trade) => {
        const now = this.#clock.now();
        const executionId = this.#executionId++;
        this.#tell(executionReport(order, { change, trade, now, executionId }), "report");
        const { base, quote } = of.exchange.market(order.symbol).rules;
        this.tellPosition([base, quote, ...(trade ? [trade.commissionAsset] : [])]);
      },
    });
  }

  /** Answers one message of a session. */
  answer(session: Session, text: string, rest: (asked: Asked) => Reply): void {
    const request = JSON.parse(text) as Request;
    const reply = this.#answerTo(session, request, rest);
    const body = reply.status === 200 ? { result: reply.body } : { error: reply.body };
    session.socket.send(
      JSON.stringify({ id: request.id, status: reply.status, ...body, rateLimits: [] }),
    );
  }

  /** What the account holds of these assets. */
  tellPosition(assetNames: readonly string[]): void {
    const now = this.#clock.now();
    const assets = [...new Set(assetNames)].map((asset) => {
      const { free, locked } = this.#wallet.of(asset);
      return { a: asset, f: printUnits(free), l: printUnits(locked) };
    });
    this.#tell({ e: "outboundAccountPosition", E: now, u: now, B: assets });
  }

  /** A deposit or withdrawal. */
  tellBalance(asset: string, delta: bigint): void {
    const now = this.#clock.now();
    this.#tell({ e: "balanceUpdate", E: now, a: asset, d: printUnits(delta), T: now });
    this.tellPosition([asset]);
  }

  /** The venue ends every subscription; the connections stay. */
  terminate(): void {
    this.#tell({ e: "eventStreamTerminated", E: this.#clock.now() });
    for (const session of this.streams.subscribers) session.subscriptionId = undefined;
  }

  #answerTo(session: Session, request: Request, rest: (asked: Asked) => Reply): Reply {
    const params = new URLSearchParams(
      Object.entries(request.params ?? {}).map(([name, value]) => [name, String(value)]),
    );
    const apiKey = params.get("apiKey") ?? undefined;
    const asked = { params, apiKey, signedText: sortedText(params) };
    if (request.method === "userDataStream.subscribe.signature") {
      return this.#subscribe(session, asked);
    }
    if (request.method === "userDataStream.unsubscribe") {
      session.subscriptionId = undefined;
      return { status: 200, body: {} };
    }
    const route = REST[request.method];
    if (!route) return { status: 400, body: { code: -1, msg: `Unknown method ${request.method}` } };
    return rest({ ...asked, method: route[0], path: route[1] });
  }

  #subscribe(session: Session, asked: Pick<Asked, "params" | "apiKey" | "signedText">): Reply {
    const proof = {
      key: asked.apiKey,
      text: asked.signedText,
      params: asked.params,
      nowMs: this.#clock.now(),
    };
    const refused = signatureRefusal(proof, this.#credentials);
    if (refused && isRefusal(refused)) {
      return { status: refused.status, body: { code: refused.code, msg: refused.msg } };
    }
    session.subscriptionId = this.#nextSubscription++;
    return { status: 200, body: { subscriptionId: session.subscriptionId } };
  }

  #tell(event: Readonly<Record<string, unknown>>, kind: MessageKind = "other"): void {
    const text = JSON.stringify(event);
    for (const session of this.streams.subscribers) {
      if (session.subscriptionId === undefined) continue;
      const message = `{"subscriptionId":${session.subscriptionId},"event":${text}}`;
      this.streams.send(session, message, kind);
    }
  }
}

/** The WebSocket API signs parameters in the order of their names. */
function sortedText(params: URLSearchParams): string {
  return [...params].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
    .map(([name, value]) => `${name}=${value}`).join("&");
}
