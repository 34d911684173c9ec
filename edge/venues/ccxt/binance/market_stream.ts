/**
 * Market data of one venue: one socket with all streams, books kept in step, reconnected for ever.
 *
 * Limit: 200 streams in one request to subscribe, requests a quarter of a second apart, as the venue
 * allows. A message that cannot be read ends the connection: what follows it cannot be trusted.
 * @module
 */
import { LineError } from "../../../feeds/capture_line.ts";
import { parseMessage, parseSnapshot } from "../../../feeds/binance_payloads.ts";
import type { Cancel } from "../../../ports.ts";
import type { Account } from "./account.ts";
import { marketStreamUrl } from "./addresses.ts";
import { Books } from "./books.ts";
import type { CcxtExchange } from "../library.ts";
import type { BookDepth } from "../options.ts";
import { Fields, parseJson, PayloadError } from "../payload.ts";
import { Reconnect, type ReconnectPorts } from "../reconnect.ts";
import { reasonOf } from "./rest.ts";
import { VenueSocket } from "../socket.ts";

const STREAMS_PER_REQUEST = 200;
const REQUEST_EVERY_US = 250_000;
const SNAPSHOT_AGAIN_US = 1_000_000;
/** A subscription that is not answered by then is made anew, connection and all. */
const SUBSCRIBE_MAX_US = 10_000_000;

export type MarketStreamOptions = {
  readonly account: Account;
  readonly exchange: CcxtExchange;
  readonly ports: ReconnectPorts;
  readonly book: BookDepth;
  readonly bookLevels: number;
};

/** The market data of one venue. */
export class MarketStream {
  readonly #options: MarketStreamOptions;
  readonly #books: Books;
  readonly #reconnect: Reconnect;
  #socket: VenueSocket | undefined;
  /** Requests to subscribe without an answer. */
  #unanswered = 0;
  /** Connections so far: what was asked on an older one is not for this one. */
  #connection = 0;
  #cancelAsk: Cancel = () => {};

  constructor(options: MarketStreamOptions) {
    const { account, ports } = options;
    this.#options = options;
    this.#books = new Books(account.host, account.listed, {
      ask: (symbol) => this.#ask(symbol),
      timers: account.timers,
    });
    this.#reconnect = new Reconnect(ports, () => this.#connect());
  }

  start(): void {
    if (this.#options.account.listed.length > 0) this.#reconnect.start();
  }

  stop(): void {
    this.#connection++;
    this.#cancelAsk();
    this.#books.stop();
    this.#reconnect.stop();
    this.#socket?.close();
    this.#socket = undefined;
  }

  #connect(): void {
    const { account, exchange } = this.#options;
    this.#connection++;
    const url = marketStreamUrl(exchange, account.requests.product);
    this.#socket = new VenueSocket(exchange, { url, timers: account.timers }, {
      opened: () => this.#opened(),
      message: (text) => this.#heard(text),
      closed: (reason) => this.#closed(reason),
    });
  }

  #opened(): void {
    this.#reconnect.connected();
    const streams = this.#streams();
    const connection = this.#connection;
    this.#unanswered = Math.ceil(streams.length / STREAMS_PER_REQUEST);
    this.#subscribe(streams, { id: 1, connection });
    this.#options.account.timers.after(SUBSCRIBE_MAX_US * this.#unanswered, () => {
      if (connection === this.#connection && this.#unanswered > 0) {
        this.#drop("the subscription was not answered");
      }
    });
  }

  /** `{"result":null,"id":1}`: from then on every change is sent. */
  #answered(text: string): void {
    const answer = Fields.of(parseJson(text), "");
    if (answer.has("error")) {
      return this.#drop(
        `the venue refused the subscription: ${answer.object("error").name("msg")}`,
      );
    }
    if (!answer.has("id")) return;
    this.#unanswered--;
    if (this.#unanswered === 0 && this.#options.book === "depth") this.#books.subscribed();
  }

  #subscribe(
    streams: readonly string[],
    of: { readonly id: number; readonly connection: number },
  ): void {
    if (streams.length === 0 || of.connection !== this.#connection) return;
    const params = streams.slice(0, STREAMS_PER_REQUEST);
    this.#socket?.send(JSON.stringify({ method: "SUBSCRIBE", params, id: of.id }));
    const { timers } = this.#options.account;
    timers.after(REQUEST_EVERY_US, () => {
      this.#subscribe(streams.slice(STREAMS_PER_REQUEST), { ...of, id: of.id + 1 });
    });
  }

  #streams(): readonly string[] {
    const { account, book } = this.#options;
    return account.listed.flatMap(({ symbol }) => {
      const name = symbol.toLowerCase();
      const depth = {
        depth: [`${name}@depth@100ms`],
        best: [`${name}@bookTicker`],
        none: [],
      }[book];
      return [...depth, `${name}@trade`];
    });
  }

  #heard(text: string): void {
    try {
      this.#take(text);
    } catch (error) {
      if (!(error instanceof LineError) && !(error instanceof PayloadError)) throw error;
      this.#notUnderstood(error.message);
    }
  }

  #take(text: string): void {
    const message = parseMessage(text);
    switch (message.kind) {
      case "depth":
        return this.#books.depth(message.payload);
      case "trade":
        return this.#books.trade(message.payload);
      case "quote":
        return this.#books.quote(message.payload);
      case "other":
        return this.#answered(text);
      case "snapshot":
        return;
    }
  }

  #notUnderstood(reason: string): void {
    this.#options.account.host.log("alarm", "market_data_not_understood", { reason });
    this.#drop(reason);
  }

  #drop(reason: string): void {
    this.#socket?.close();
    this.#closed(reason);
  }

  #closed(reason: string): void {
    this.#socket = undefined;
    this.#connection++;
    this.#cancelAsk();
    const { host } = this.#options.account;
    host.log("warning", "market_stream_lost", { reason });
    this.#books.disconnected(`the market stream was lost: ${reason}`);
    this.#reconnect.ended();
  }

  #ask(symbol: string): void {
    const { account, bookLevels } = this.#options;
    const connection = this.#connection;
    const call = account.requests.depth(symbol, bookLevels);
    this.#cancelAsk = account.rest.call(call, (result) => {
      if (result.kind === "ok") return this.#snapshot(symbol, result.body);
      this.#books.notRead(reasonOf(result));
      const pauseMs = result.kind === "error" ? result.error.retryAfterMs ?? 0 : 0;
      account.timers.after(Math.max(SNAPSHOT_AGAIN_US, pauseMs * 1000), () => {
        if (connection === this.#connection) this.#books.retry();
      });
    }, { mayWait: true });
  }

  #snapshot(symbol: string, body: unknown): void {
    try {
      this.#books.snapshot(symbol, parseSnapshot(body as Readonly<Record<string, unknown>>, ""));
    } catch (error) {
      if (!(error instanceof LineError) && !(error instanceof PayloadError)) throw error;
      this.#notUnderstood(error.message);
    }
  }
}
