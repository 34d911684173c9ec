/**
 * The hot loop as the daemon runs it: which orders it follows, what it says, what it counts.
 * Proves R-HOT-2 (place in the queue of an own order) and R-HOT-4.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Book } from "../../core/book.ts";
import { Effects } from "../../core/effects.ts";
import { type Emission, HotLoop } from "../../core/hotloop/mod.ts";
import type { Instrument } from "../../core/instrument.ts";
import {
  clientIndex,
  type InstrumentId,
  instrumentId,
  micros,
  orderId,
  px,
  qty,
  seqId,
} from "../../core/numbers.ts";
import type { ExecutionReport } from "../../core/report.ts";
import { HotLoopObserver } from "../../edge/hot_loop_observer.ts";
import { instrument } from "../support/fake_backend.ts";
import { listedEvent, marketEvent } from "../support/hot_loop_bench.ts";

const BTC = instrument(0, "BTC/USDT");
const ORDER = orderId(1);
const PRICE = px(10_000);
const DEPTH = 50_000;

/** A report about the order. */
function report(
  of: Partial<ExecutionReport>,
  order: Record<string, unknown> = {},
): ExecutionReport {
  return {
    client: clientIndex(0),
    reportSeq: 1,
    seqId: seqId(1),
    intentId: "i",
    execType: "New",
    ordStatus: "Accepted",
    order: {
      orderId: ORDER,
      venueOrderId: null,
      instrument: BTC.id,
      side: "Buy",
      ordType: "Limit",
      timeInForce: "GTC",
      price: PRICE,
      orderQty: qty(1_000),
      cumQty: qty(0),
      leavesQty: qty(1_000),
      notional: 0n,
      ...order,
    },
    tag: null,
    transactUs: micros(1),
    ...of,
  };
}

/** An observer with a book, told things. */
class Bench {
  readonly logged: string[] = [];
  emit: (emission: Emission) => void = () => {};
  readonly observer = new HotLoopObserver({
    create: (emit) => {
      this.emit = emit;
      return new HotLoop({ emit });
    },
    listed: () => this.listed,
    book: (id) => this.#books.get(id),
    open: () => this.open,
    log: { write: (_level, event) => this.logged.push(event) },
  });
  readonly #books = new Map<InstrumentId, Book>();
  readonly listed: Instrument[] = [BTC, { ...BTC, id: instrumentId(1), status: "closed" }];
  /** What rests when a run begins. */
  open: ExecutionReport[] = [];
  #us = 1_000_000;

  constructor() {
    this.observer.applied(listedEvent(BTC), new Effects());
    this.book(DEPTH);
  }

  book(quantity: number): void {
    const payload = { bids: [PRICE, quantity, 9_990, 70], asks: [10_010, 5], updateId: null };
    this.tell({ eventType: "BookSnapshot", payload });
  }

  trade(quantity: number): void {
    const payload = { price: PRICE, qty: qty(quantity), side: "Sell" as const, tradeId: null };
    this.tell({ eventType: "TradePrinted", payload });
  }

  delta(quantity: number): void {
    const payload = { bids: [PRICE, quantity], asks: [], updateId: null };
    this.tell({ eventType: "BookDelta", payload });
  }

  /** The engine has a book from now on. */
  engineBook(): Book {
    const book = new Book(BTC);
    this.#books.set(BTC.id, book);
    return book;
  }

  tell(news: Parameters<typeof marketEvent>[2]): void {
    this.observer.applied(marketEvent(BTC, this.#us += 1_000, news), new Effects());
  }

  reloads(hotloop: unknown): void {
    const payload = { configuration: JSON.stringify({ hotloop }), configDigest: "d" };
    const event = {
      ...listedEvent(BTC),
      source: "control",
      eventType: "ConfigurationReloaded",
      payload,
    } as const;
    this.observer.applied(event, new Effects());
  }

  starts(): void {
    const started = { ...listedEvent(BTC), eventType: "Started", payload: {} } as never;
    this.observer.applied(started, new Effects());
  }

  hears(said: ExecutionReport): void {
    const effects = new Effects();
    effects.reports.push(said);
    this.observer.applied({ ...listedEvent(BTC), eventType: "OrderAccepted" } as never, effects);
  }

  ahead(price = PRICE): number | null {
    return this.observer.hotLoop.sizeAhead(BTC.id, { side: "Buy", price, orderId: ORDER });
  }
}

Deno.test("HotLoopObserver follows an order from its acceptance to its end", () => {
  const bench = new Bench();
  strictEqual(bench.ahead(), null);
  bench.hears(report({ execType: "PendingNew", ordStatus: "Submitted" }));
  strictEqual(bench.ahead(), null, "not at the venue yet");
  bench.hears(report({}));
  strictEqual(bench.ahead(), DEPTH);
  bench.trade(20_000);
  strictEqual(bench.ahead(), DEPTH - 20_000);
  bench.hears(report({ execType: "Trade", ordStatus: "PartiallyFilled" }));
  strictEqual(bench.ahead(), DEPTH - 20_000, "a fill changes no place");
  bench.hears(report({ execType: "PendingCancel", ordStatus: "CancelPending" }));
  strictEqual(bench.ahead(), DEPTH - 20_000, "still there");
  strictEqual(bench.observer.counters()["hotloop_orders_followed"], 1);
  bench.hears(report({ execType: "Cancelled", ordStatus: "Cancelled" }));
  strictEqual(bench.ahead(), null);
  strictEqual(bench.observer.counters()["hotloop_orders_followed"], 0);
});

Deno.test("HotLoopObserver follows an order whose cancel was pending when it was accepted", () => {
  const bench = new Bench();
  bench.hears(report({ execType: "PendingNew", ordStatus: "Submitted" }));
  bench.hears(report({ execType: "PendingCancel", ordStatus: "CancelPending" }));
  strictEqual(bench.ahead(), null, "not at the venue yet");
  bench.hears(report({ ordStatus: "CancelPending" }));
  strictEqual(bench.ahead(), DEPTH);
  bench.trade(20_000);
  bench.hears(report({ execType: "CancelRejected" }));
  strictEqual(bench.ahead(), DEPTH - 20_000, "it was in its queue all the while");
  bench.hears(report({ execType: "Cancelled", ordStatus: "Cancelled" }));
  strictEqual(bench.observer.counters()["hotloop_orders_followed"], 0);
});

Deno.test("HotLoopObserver puts an order at the end when it is replaced while its cancel is pending", () => {
  const bench = new Bench();
  bench.hears(report({}));
  bench.hears(report({ execType: "PendingCancel", ordStatus: "CancelPending" }));
  const terms = { orderQty: qty(2_000) };
  bench.hears(report({ execType: "Replaced", ordStatus: "CancelPending" }, terms));
  bench.trade(20_000);
  bench.hears(report({ execType: "CancelRejected" }, terms));
  strictEqual(bench.ahead(), DEPTH - 20_000);
});

Deno.test("HotLoopObserver puts a replaced order at the end where it loses its place", () => {
  const bench = new Bench();
  bench.hears(report({}));
  bench.trade(20_000);
  const replaced = { execType: "Replaced", ordStatus: "Accepted" } as const;
  bench.hears(report(replaced, { orderQty: qty(500) }));
  strictEqual(bench.ahead(), DEPTH - 20_000, "less of it keeps its place");
  bench.hears(report(replaced, { orderQty: qty(2_000) }));
  strictEqual(bench.ahead(), DEPTH, "more of it does not");
  bench.hears(report(replaced, { orderQty: qty(2_000), price: px(9_990) }));
  strictEqual(bench.ahead(px(9_990)), 70);
});

Deno.test("HotLoopObserver follows no order that it did not see placed, and none over a start", () => {
  const bench = new Bench();
  bench.hears(report({ execType: "Trade", ordStatus: "PartiallyFilled" }));
  strictEqual(bench.ahead(), null);
  bench.hears(report({}));
  bench.starts();
  strictEqual(bench.observer.counters()["hotloop_orders_followed"], 0);
  deepStrictEqual(bench.observer.hotLoop.instruments, [BTC.id], "what is known is listed, if open");
});

Deno.test("HotLoopObserver follows what rests since before a start as the last of its level", () => {
  const bench = new Bench();
  const other = orderId(2);
  const gone = orderId(3);
  bench.open = [
    report({ execType: "OrderStatus", ordStatus: "PartiallyFilled" }),
    report({ execType: "OrderStatus", ordStatus: "Submitted" }, { orderId: other }),
    report({ execType: "OrderStatus" }, { orderId: gone }),
  ];
  bench.starts();
  strictEqual(bench.ahead(), null, "there is no book yet");
  bench.hears(report({ execType: "Cancelled", ordStatus: "Cancelled" }, { orderId: gone }));
  bench.book(DEPTH);
  strictEqual(bench.ahead(), DEPTH);
  strictEqual(bench.observer.counters()["hotloop_orders_followed"], 1);
  bench.trade(1_000);
  strictEqual(bench.ahead(), DEPTH - 1_000);
  bench.book(DEPTH);
  strictEqual(bench.ahead(), DEPTH - 1_000, "it goes on from where it was");
});

Deno.test("HotLoopObserver looks at no order that waits for its book while another is told of", () => {
  const bench = new Bench();
  const other = instrument(2, "ETH/USDT");
  bench.listed.push(other);
  let reads = 0;
  bench.open = Array.from({ length: 1_000 }, (_, at) => {
    const said = report({}, { orderId: orderId(10 + at) });
    if (said.order === null) throw new Error("Cannot watch: a report of an order has one");
    const order = {
      ...said.order,
      get instrument(): InstrumentId {
        reads += 1;
        return other.id;
      },
    };
    return { ...said, order };
  });
  bench.starts();
  reads = 0;
  for (let at = 0; at < 100; at++) bench.book(DEPTH + at);
  strictEqual(reads, 0);
  strictEqual(bench.observer.counters()["hotloop_orders_followed"], 1_000);
});

Deno.test("HotLoopObserver follows what rests since before a start to where it was replaced", () => {
  const bench = new Bench();
  bench.open = [report({ execType: "OrderStatus" })];
  bench.starts();
  bench.hears(report({ execType: "Replaced", ordStatus: "Accepted" }, { price: px(9_990) }));
  bench.book(DEPTH);
  deepStrictEqual([bench.ahead(), bench.ahead(px(9_990))], [null, 70]);
});

Deno.test("HotLoopObserver takes its settings from a reload, off and on again, and keeps its books", () => {
  const bench = new Bench();
  bench.hears(report({}));
  bench.trade(20_000);
  bench.reloads({ half_life_s: 7 });
  strictEqual(bench.observer.hotLoop.configVersion, 2);
  strictEqual(bench.ahead(), DEPTH - 20_000, "an order keeps its place in its queue");
  bench.reloads({ instruments: { [BTC.name]: { signals: false } } });
  deepStrictEqual(bench.observer.hotLoop.instruments, []);
  bench.reloads({});
  deepStrictEqual(bench.observer.hotLoop.instruments, [BTC.id]);
  bench.reloads({ half_life: 7 });
  strictEqual(bench.observer.hotLoop.configVersion, 4, "what is no setting changes nothing");
  deepStrictEqual(bench.logged, ["hotloop_failed"]);
});

Deno.test("a reload that switches signals on has the engine's book at once", () => {
  const bench = new Bench();
  bench.hears(report({}));
  bench.trade(20_000);
  bench.reloads({ signals: false });
  const book = bench.engineBook();
  book.applySnapshot({ bids: [PRICE, 60_000, 9_990, 70], asks: [10_010, 5] }, micros(1));
  book.applyTrade(micros(7_000_000));
  bench.reloads({});
  const { hotLoop } = bench.observer;
  deepStrictEqual(hotLoop.best(BTC.id, { side: "Buy" }), { price: PRICE, qty: 60_000 });
  strictEqual(hotLoop.best2Sum(BTC.id, { side: "Buy" }), 60_070);
  strictEqual(hotLoop.spreadTicks(BTC.id), 1);
  strictEqual(hotLoop.lastTradedTsMs(BTC.id), 7_000);
  strictEqual(bench.ahead(), 60_000, "an order that rests stands at the end of its level");
  bench.delta(50_000);
  strictEqual(bench.ahead(), 50_000, "the feed goes on with changes");
});

Deno.test("a reload that switches signals on goes on with a book of quotes, or without one", () => {
  const bench = new Bench();
  bench.reloads({ signals: false });
  const book = bench.engineBook();
  const quote = { bidQty: qty(3), askPx: px(10_020), askQty: qty(4), updateId: null };
  book.applyQuote({ ...quote, bidPx: px(9_980) }, micros(1));
  bench.reloads({});
  const best = (): unknown => bench.observer.hotLoop.best(BTC.id, { side: "Buy" });
  deepStrictEqual(best(), { price: 9_980, qty: 3 });
  bench.tell({ eventType: "QuoteUpdated", payload: { ...quote, bidPx: PRICE } });
  deepStrictEqual(best(), { price: PRICE, qty: 3 });
  bench.hears(report({}));
  bench.reloads({ signals: false });
  book.invalidate();
  bench.reloads({});
  deepStrictEqual([best(), bench.ahead()], [null, null]);
  bench.book(DEPTH);
  strictEqual(bench.ahead(), DEPTH);
});

Deno.test("HotLoopObserver holds the news of the newest event only, and logs a fault once", () => {
  const bench = new Bench();
  const news = {
    kind: "signal",
    name: "trend_lens",
    instrument: BTC.id,
    atUs: micros(1),
    value: 1,
    args: {},
  } as const;
  bench.emit(news);
  deepStrictEqual(bench.observer.emissions, [news]);
  bench.trade(1);
  deepStrictEqual(bench.observer.emissions, []);
  const fault = {
    kind: "diagnostic",
    code: "SIGNAL_FAILED",
    instrument: BTC.id,
    text: "x",
  } as const;
  bench.emit(fault);
  bench.emit(fault);
  deepStrictEqual(bench.logged, ["hotloop_failed"]);
});
