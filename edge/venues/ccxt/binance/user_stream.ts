/**
 * The user stream of one account: opened, kept, opened again; what it says goes to whom it concerns.
 *
 * Spot subscribes over the WebSocket API with a signature; USD-M has a listen key in the address,
 * renewed in time. It is `connected` when the venue said that it carries the account's events.
 * Three things end it: the connection (pings included), the venue's own word, and silence: an order,
 * amendment or cancel was acknowledged, and nothing of its order came within `SILENCE_US`. The venue
 * can lose what a connection would have carried, so each new one is a reconciliation. None is made
 * while the venue has asked for a pause.
 * @module
 */
import type { RequestId } from "../../../../core/numbers.ts";
import type { Account } from "./account.ts";
import { socketApiUrl, userStreamUrl } from "./addresses.ts";
import { isLimit, limitPauseMs } from "./ladder.ts";
import { parseStreamMessage, type StreamNews, type StreamRefusal } from "./stream.ts";
import type { CcxtExchange } from "../library.ts";
import { Fields, parseJson, PayloadError } from "../payload.ts";
import { Reconnect, type ReconnectPorts } from "../reconnect.ts";
import { VenueSocket } from "../socket.ts";

const SILENCE_US = 5_000_000;
const WATCH_EVERY_US = 1_000_000;
const SUBSCRIBE_MAX_US = 10_000_000;
/** A key lives for an hour: there is time to ask again before the venue ends the stream itself. */
const RENEW_KEY_US = 1_200_000_000;
const RENEW_AGAIN_US = 60_000_000;
const SUBSCRIBE_ID = "1";

/** What a user stream tells. */
export interface UserStreamHandlers {
  connected(): void;
  lost(reason: string): void;
  /** Everything but connections and answers. May throw `PayloadError`: it ends the connection. */
  news(news: Extract<StreamNews, { readonly kind: "order" | "account" | "cash" }>): void;
}

/** A word that is due on an order once `request` is acknowledged, at `sinceUs`; Infinity: not yet. */
type Owed = { readonly request: RequestId; readonly sinceUs: number };

/** The user stream of one account. */
export class UserStream {
  readonly #account: Account;
  readonly #exchange: CcxtExchange;
  readonly #handlers: UserStreamHandlers;
  readonly #reconnect: Reconnect;
  /** Orders of which the stream must speak, by key. */
  readonly #unheard = new Map<string, Owed>();
  #socket: VenueSocket | undefined;
  #connection = 0;
  #isConnected = false;

  constructor(
    of: {
      readonly account: Account;
      readonly exchange: CcxtExchange;
      readonly ports: ReconnectPorts;
    },
    handlers: UserStreamHandlers,
  ) {
    this.#account = of.account;
    this.#exchange = of.exchange;
    this.#handlers = handlers;
    this.#reconnect = new Reconnect(of.ports, () => this.#open());
  }

  /** It carries the account's events. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  start(): void {
    this.#reconnect.start();
  }

  stop(): void {
    this.#connection++;
    this.#reconnect.stop();
    this.#socket?.close();
    this.#socket = undefined;
  }

  /**
   * A command on an order leaves: the stream may speak of it before the answer does. Where it owes a
   * word on that order already, it owes that: else an order that is moved often hid the silence.
   */
  leaving(key: string, request: RequestId): void {
    const { sinceUs } = this.#unheard.get(key) ?? { sinceUs: Infinity };
    if (!this.#isConnected || sinceUs !== Infinity) return;
    this.#unheard.set(key, { request, sinceUs });
  }

  /**
   * It was acknowledged: the stream must speak of its order, if it has not. The answer to another
   * command on the order says nothing of this one, which may be refused yet.
   */
  acknowledged(key: string, request: RequestId): void {
    if (this.#unheard.get(key)?.request !== request) return;
    this.#unheard.set(key, { request, sinceUs: this.#account.host.nowUs() });
  }

  /** It was refused, or nobody knows. */
  refused(key: string, request: RequestId): void {
    if (this.#unheard.get(key)?.request === request) this.#unheard.delete(key);
  }

  #open(): void {
    const { requests, rest } = this.#account;
    const connection = ++this.#connection;
    if (requests.product === "spot") return this.#dialSocketApi();
    rest.call(requests.listenKey("POST"), (result) => {
      if (connection !== this.#connection) return;
      if (result.kind !== "ok") {
        const text = result.kind === "dryRun" ? "this is a dry run" : result.error;
        const pauseMs = result.kind === "error" ? result.error.retryAfterMs ?? 0 : 0;
        const words = typeof text === "string" ? text : wordsOf(text);
        return this.#lost(`no listen key: ${words}`, pauseMs * 1000);
      }
      this.#safely(() => {
        const key = Fields.of(result.body, "").text("listenKey");
        this.#dial(userStreamUrl(this.#exchange, key));
      });
    });
  }

  /** What is asked of the venue's socket counts as a request, and a pause is of them all. */
  #dialSocketApi(): void {
    const { pausedForUs } = this.#account.rest;
    if (pausedForUs > 0) return this.#lost("the exchange has asked for a pause", pausedForUs);
    this.#dial(socketApiUrl(this.#exchange));
  }

  #dial(url: string): void {
    this.#socket = new VenueSocket(this.#exchange, { url, timers: this.#account.timers }, {
      opened: () => this.#opened(),
      message: (text) => this.#safely(() => this.#heard(text)),
      closed: (reason) => this.#lost(reason),
    });
  }

  #opened(): void {
    if (this.#account.requests.product === "usdm") {
      this.#renewLater(this.#connection, { afterUs: RENEW_KEY_US });
      return this.#connected();
    }
    const params = this.#signed();
    if (params === undefined) return this.#drop("its request cannot be signed: the keys must fit");
    const method = "userDataStream.subscribe.signature";
    this.#socket?.send(JSON.stringify({ id: SUBSCRIBE_ID, method, params }));
    const connection = this.#connection;
    this.#account.timers.after(SUBSCRIBE_MAX_US, () => {
      if (connection !== this.#connection || this.#isConnected) return;
      this.#drop("the subscription was not answered");
    });
  }

  /** The library's own words may hold the secret that it cannot use: they are not repeated. */
  #signed(): Record<string, string | number> | undefined {
    try {
      return this.#exchange.signParams({});
    } catch (error) {
      if (error instanceof Error) return undefined;
      throw error;
    }
  }

  #connected(): void {
    this.#isConnected = true;
    this.#unheard.clear();
    this.#reconnect.connected();
    this.#watch(this.#connection);
    this.#handlers.connected();
  }

  #heard(text: string): void {
    const news = parseStreamMessage(parseJson(text));
    switch (news.kind) {
      case "answer":
        return this.#answered(news);
      case "ended":
        return this.#drop(`the venue ended the stream: ${news.why}`);
      case "order":
        this.#unheard.delete(news.order.clientOrderId);
        return this.#handlers.news(news);
      case "account":
      case "cash":
        return this.#handlers.news(news);
      case "other":
        return;
    }
  }

  #answered({ id, error }: Extract<StreamNews, { readonly kind: "answer" }>): void {
    if (error !== null) return this.#refused(error);
    if (id === SUBSCRIBE_ID && !this.#isConnected) this.#connected();
  }

  #refused({ status, text, retryAtMs }: StreamRefusal): void {
    const reason = `the venue refused the stream: ${text}`;
    if (status === null || !isLimit(status)) return this.#drop(reason);
    const nowMs = this.#exchange.nonce();
    const named = { retryAfterMs: undefined, retryAtMs: retryAtMs ?? undefined };
    const pauseMs = limitPauseMs({ ...named, status, message: text, nowMs });
    this.#account.rest.pause(pauseMs);
    this.#drop(reason, pauseMs * 1000);
  }

  /** What cannot be read of a user stream may have been a fill: the connection is made anew. */
  #safely(task: () => void): void {
    try {
      task();
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      this.#account.host.log("alarm", "user_stream_not_understood", { reason: error.message });
      this.#drop(error.message);
    }
  }

  #watch(connection: number): void {
    this.#account.timers.after(WATCH_EVERY_US, () => {
      if (connection !== this.#connection) return;
      const beforeUs = this.#account.host.nowUs() - SILENCE_US;
      for (const { sinceUs } of this.#unheard.values()) {
        if (sinceUs < beforeUs) return this.#drop("what it acknowledged was not spoken of");
      }
      this.#watch(connection);
    });
  }

  #renewLater(connection: number, { afterUs }: { readonly afterUs: number }): void {
    const { timers, rest, requests } = this.#account;
    timers.after(afterUs, () => {
      if (connection !== this.#connection) return;
      rest.call(requests.listenKey("PUT"), (result) => {
        if (connection !== this.#connection) return;
        if (result.kind === "ok") return this.#renewLater(connection, { afterUs: RENEW_KEY_US });
        const isRefused = result.kind === "error" && result.error.class === "auth";
        if (isRefused) this.#drop("the listen key could not be renewed");
        else this.#renewLater(connection, { afterUs: RENEW_AGAIN_US });
      });
    });
  }

  #drop(reason: string, atLeastUs = 0): void {
    this.#socket?.close();
    this.#lost(reason, atLeastUs);
  }

  #lost(reason: string, atLeastUs = 0): void {
    this.#socket = undefined;
    this.#connection++;
    this.#isConnected = false;
    this.#unheard.clear();
    this.#handlers.lost(reason);
    this.#reconnect.ended(atLeastUs);
  }
}

function wordsOf(error: { readonly text: string } | Error): string {
  return error instanceof Error ? error.message : error.text;
}
