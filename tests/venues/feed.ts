/**
 * Public market data of a fake venue: trades as they happen, depth differences and best quotes at a fixed cadence.
 *
 * Invariant: a symbol's update ids are gap-free (the first of a message is the last of the one before, plus one),
 * unless told to skip. A quantity in a difference is absolute, so a snapshot may be taken between two messages.
 * @module
 */
import type { Exchange, Market } from "./exchange.ts";
import type { Faults } from "./faults.ts";
import type { PriceLevel } from "./matching.ts";
import type { Print } from "./order.ts";
import type { HttpLine, HttpRequest } from "./http_line.ts";
import type { Streams, Subscriber } from "./streams.ts";
import { FrameSocket } from "./web_socket.ts";

/** Who listens to market data, and to what. */
export type FeedSubscriber = Subscriber & {
  readonly topics: Set<string>;
  /** True: messages come as `{"stream":…,"data":…}`. */
  readonly isCombined: boolean;
};

/** One difference of the book. */
export type DepthUpdate = {
  readonly symbol: string;
  readonly first: number;
  readonly last: number;
  readonly previous: number;
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
};
export type Quote = {
  readonly symbol: string;
  readonly updateId: number;
  readonly bid: PriceLevel;
  readonly ask: PriceLevel;
};

/** How a venue prints. */
export type FeedFormat = {
  readonly depth: (update: DepthUpdate) => unknown;
  readonly trade: (print: Print) => unknown;
  readonly aggTrade: (print: Print) => unknown;
  readonly quote: (quote: Quote) => unknown;
};

const FIRST_UPDATE_ID = 1_000_000_000;
const PRINTS_MAX = 1000;

/** Publishes. */
export class Feed {
  readonly streams: Streams<FeedSubscriber>;
  readonly #exchange: Exchange;
  readonly #faults: Faults;
  readonly #format: FeedFormat;
  readonly #lastIds = new Map<string, number>();
  readonly #quotes = new Map<string, string>();
  readonly #skips = new Map<string, number>();
  readonly #left = new Set<string>();
  readonly #prints: Print[] = [];

  constructor(of: {
    readonly exchange: Exchange;
    readonly faults: Faults;
    readonly format: FeedFormat;
    readonly streams: Streams<FeedSubscriber>;
  }) {
    this.#exchange = of.exchange;
    this.#faults = of.faults;
    this.#format = of.format;
    this.streams = of.streams;
    of.exchange.listen({ order: () => {}, print: (print) => this.#print(print) });
  }

  /** The last update id of a symbol: what a snapshot is as of. */
  lastId(symbol: string): number {
    return this.#lastIds.get(symbol) ?? FIRST_UPDATE_ID;
  }

  /** The newest trades of a symbol, oldest first. */
  prints(symbol: string, limit: number): readonly Print[] {
    return this.#prints.filter((print) => print.symbol === symbol).slice(-limit);
  }

  /** Raises a symbol's update id and returns it. */
  advance(symbol: string, by: number): number {
    const last = this.lastId(symbol) + by;
    this.#lastIds.set(symbol, last);
    return last;
  }

  /** Another publishes this symbol's depth from now on. */
  leave(symbol: string): void {
    this.#left.add(symbol);
  }

  /** Plain connections that listen to a symbol's depth. */
  listenersOf(symbol: string): readonly FeedSubscriber[] {
    const topic = `${symbol.toLowerCase()}@depth`;
    return [...this.streams.subscribers].filter(({ topics, isCombined }) =>
      !isCombined &&
      (topics.has(topic) || topics.has(`${topic}@100ms`) || topics.has(`${topic}@0ms`))
    );
  }

  /** Leaves out the next depth messages of a symbol. */
  skip(symbol: string, count: number): void {
    this.#skips.set(symbol, count);
  }

  /** Publishes what changed since the last call. */
  flush(): void {
    for (const market of this.#exchange.markets.values()) {
      this.#flushDepth(market);
      this.#flushQuote(market);
    }
  }

  #flushDepth(market: Market): void {
    const { symbol } = market.rules;
    const bids = market.book.drainChanges("BUY");
    const asks = market.book.drainChanges("SELL");
    const count = bids.length + asks.length;
    if (count === 0 || this.#left.has(symbol)) return;
    const previous = this.lastId(symbol);
    const last = this.advance(symbol, count);
    if (this.#leavesOut(symbol)) return;
    const update = { symbol, first: previous + 1, last, previous, bids, asks };
    this.#publish(symbol, [/^depth(@\d+ms)?$/, () => this.#format.depth(update)]);
  }

  #leavesOut(symbol: string): boolean {
    const told = this.#skips.get(symbol) ?? 0;
    this.#skips.set(symbol, Math.max(0, told - 1));
    const percent = this.#faults.streams.skipPercent;
    return told > 0 || (percent !== undefined && this.#faults.draws.chance(percent));
  }

  #flushQuote(market: Market): void {
    const { symbol } = market.rules;
    const bid = market.book.best("BUY");
    const ask = market.book.best("SELL");
    if (!bid || !ask) return;
    const key = `${bid.price} ${bid.qty} ${ask.price} ${ask.qty}`;
    if (this.#quotes.get(symbol) === key) return;
    this.#quotes.set(symbol, key);
    const updateId = this.lastId(symbol);
    this.#publish(symbol, [
      /^bookTicker$/,
      () => this.#format.quote({ symbol, updateId, bid, ask }),
    ]);
  }

  #print(print: Print): void {
    if (this.#prints.length === PRINTS_MAX) this.#prints.splice(0, PRINTS_MAX / 2);
    this.#prints.push(print);
    this.#publish(print.symbol, [/^trade$/, () => this.#format.trade(print)]);
    this.#publish(print.symbol, [/^aggTrade$/, () => this.#format.aggTrade(print)]);
  }

  /** Encodes once, and only if somebody listens. */
  #publish(symbol: string, [channel, make]: readonly [RegExp, () => unknown]): void {
    let message: string | undefined;
    for (const subscriber of this.streams.subscribers) {
      for (const topic of subscriber.topics) {
        const at = topic.indexOf("@");
        if (topic.slice(0, at) !== symbol.toLowerCase() || !channel.test(topic.slice(at + 1))) {
          continue;
        }
        message ??= JSON.stringify(make());
        const wrapped = subscriber.isCombined ? `{"stream":"${topic}","data":${message}}` : message;
        this.streams.send(subscriber, wrapped);
      }
    }
  }
}

/** Opens a market data connection; the path or `streams` may name its first topics. */
export function openMarket(line: HttpLine, request: HttpRequest, feed: Feed): void {
  const listed = new URLSearchParams(request.query).get("streams")?.split("/") ?? [];
  const named = request.path.startsWith("/ws/") ? request.path.slice(4).split("/") : [];
  const subscriber: FeedSubscriber = {
    socket: new FrameSocket(line, request, {
      text: (text) => answerSubscription(subscriber, text),
      closed: () => feed.streams.subscribers.delete(subscriber),
    }),
    topics: new Set([...listed, ...named]),
    isCombined: request.path.endsWith("/stream"),
  };
  feed.streams.subscribers.add(subscriber);
}

/** Answers SUBSCRIBE, UNSUBSCRIBE and LIST_SUBSCRIPTIONS. */
function answerSubscription(subscriber: FeedSubscriber, text: string): void {
  const message = JSON.parse(text) as {
    readonly method?: string;
    readonly params?: readonly string[];
    readonly id?: unknown;
  };
  for (const topic of message.params ?? []) {
    if (message.method === "SUBSCRIBE") subscriber.topics.add(topic);
    if (message.method === "UNSUBSCRIBE") subscriber.topics.delete(topic);
  }
  const result = message.method === "LIST_SUBSCRIPTIONS" ? [...subscriber.topics] : null;
  subscriber.socket.send(JSON.stringify({ result, id: message.id ?? null }));
}
