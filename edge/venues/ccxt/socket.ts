/**
 * A WebSocket to a venue over CCXT's client: frames as text, in order; half-open peers noticed.
 *
 * The client pings every `streaming.keepAlive` and gives up after two without an answer; the opening
 * counts as the first answer, or a peer that is never heard from would have one period more. All
 * ends come as one `closed`. A handler that throws is our bug: the client would swallow it and stall, so
 * it is thrown again where the Worker sees it.
 * @module
 */
import type { Timers } from "../../ports.ts";
import { redactor } from "../../redaction.ts";
import type { CcxtClient, CcxtExchange } from "./library.ts";

/** What a socket tells; `closed` is the last, and comes without having asked for it only. */
export interface VenueSocketHandlers {
  opened(): void;
  message(text: string): void;
  closed(reason: string): void;
}

/** One connection. */
export class VenueSocket {
  readonly #exchange: CcxtExchange;
  readonly #url: string;
  readonly #handlers: VenueSocketHandlers;
  readonly #timers: Timers;
  readonly #client: CcxtClient;
  #isOver = false;

  constructor(
    exchange: CcxtExchange,
    to: { readonly url: string; readonly timers: Timers },
    handlers: VenueSocketHandlers,
  ) {
    this.#exchange = exchange;
    this.#url = to.url;
    this.#timers = to.timers;
    this.#handlers = handlers;
    delete exchange.clients[to.url];
    this.#client = exchange.client(to.url);
    this.#client.onMessage = (event) => this.#heard(event.data);
    this.#client.onConnectedCallback = () => this.#opened();
    this.#client.onErrorCallback = (_client, error) => this.#ended(wordsOf(error));
    this.#client.onCloseCallback = () => this.#ended("the venue closed the connection");
    this.#client.connect().catch((error: unknown) => this.#ended(wordsOf(error)));
  }

  send(text: string): void {
    this.#client.send(text).catch((error: unknown) => this.#ended(wordsOf(error)));
  }

  /** Ends it at once and silently. */
  close(): void {
    this.#isOver = true;
    this.#drop();
  }

  #opened(): void {
    if (this.#isOver) return;
    if (typeof this.#client.connection?.ping !== "function") {
      return this.#ended("its client cannot ping: CCXT is not in Node mode");
    }
    this.#client.lastPong = this.#client.connectionEstablished;
    this.#safely(() => this.#handlers.opened());
  }

  #heard(data: unknown): void {
    if (!this.#isOver) this.#safely(() => this.#handlers.message(String(data)));
  }

  #ended(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#drop();
    this.#safely(() => this.#handlers.closed(reason));
  }

  /** A half-open peer never answers a close: the connection is cut. */
  #drop(): void {
    this.#client.reset(new Error("closed"));
    this.#client.connection?.terminate?.();
    if (this.#exchange.clients[this.#url] === this.#client) {
      delete this.#exchange.clients[this.#url];
    }
  }

  #safely(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#timers.soon(() => {
        throw error;
      });
    }
  }
}

/** The library names the address, and an address may hold a key. */
const withoutQueries = redactor([]);

function wordsOf(error: unknown): string {
  return withoutQueries(error instanceof Error ? error.message : String(error));
}
