/**
 * Amendments, which answers, look-ups and the user stream all tell of, each in its own time: which word
 * of them changes the order's terms. In virtual time, the exchange answered by hand. Proves R-EXEC-3
 * and R-EXEC-5 for a venue that amends in place.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { CancelRequest, LookupOrder, ReplaceRequest } from "../../../../../core/command.ts";
import {
  instrumentId,
  micros,
  orderId,
  px,
  qty,
  requestId,
  seqId,
  venueId,
} from "../../../../../core/numbers.ts";
import { Commands } from "../../../../../edge/venues/ccxt/binance/commands.ts";
import { Endings } from "../../../../../edge/venues/ccxt/binance/endings.ts";
import { Lookups } from "../../../../../edge/venues/ccxt/binance/lookups.ts";
import { NewsDesk } from "../../../../../edge/venues/ccxt/binance/order_news.ts";
import { PlayedExchange } from "../../../../support/played_exchange.ts";

const SYMBOL = "C0USDT";
const KEY = "tlabcdef01-1-1";
const AT_MS = 1_795_000_000_000;
/** Order 1 of ours, as any request names it. */
const ORDER = {
  seqId: seqId(1),
  venue: venueId(0),
  instrument: instrumentId(0),
  order: orderId(1),
  clOrdId: KEY,
  venueOrderId: "7",
} as const;

/** Terms at the exchange: a quantity, and when the order came to it, milliseconds after `AT_MS`. */
type At = { readonly qty: string; readonly ms: number };

/** One trade of the whole order, as the exchange lists it. */
function tradeOf({ qty, ms }: At): Readonly<Record<string, unknown>> {
  const money = { price: "100", qty, commission: "0", commissionAsset: "USDT" };
  const names = { symbol: SYMBOL, id: 1, orderId: 7 };
  return { ...names, ...money, buyer: true, maker: false, time: AT_MS + ms };
}

/** The parts of an adapter that tell of amendments of one order. */
class Rig {
  readonly exchange = new PlayedExchange("usdm");
  readonly #commands: Commands;
  readonly #lookups: Lookups;
  readonly #news: NewsDesk;
  #requests = 0;

  constructor() {
    const { account } = this.exchange;
    const endings = new Endings(account);
    const watch = { leaving: () => {}, acknowledged: () => {}, refused: () => {} };
    this.#commands = new Commands(account, { endings, hooks: { ...watch, placing: () => {} } });
    this.#lookups = new Lookups(account, { endings, propagationMs: 100, resting: () => {} });
    this.#news = new NewsDesk(account, { endings, stampsOf: () => undefined });
  }

  /** The quantity of each amendment that was told, in quanta of 0.0001. */
  get told(): readonly number[] {
    return this.exchange.reports.flatMap((draft) =>
      draft.eventType === "OrderReplaced" ? [draft.payload.orderQty] : []
    );
  }

  /** By which the core tells repetitions. */
  get keys(): readonly (string | null)[] {
    return this.exchange.reports.filter(({ eventType }) => eventType === "OrderReplaced")
      .map(({ idempotencyKey }) => idempotencyKey);
  }

  /** An amendment that is answered after `tripUs`. */
  replace(shown: At, tripUs = 2000): void {
    this.#answers(shown, tripUs);
    this.#amend();
  }

  /** An amendment that cancels the order, of which executions are counted that cannot be read. */
  replaceThatEnds(shown: At): void {
    this.#answers(shown, 2000);
    const { answer } = this.exchange;
    this.exchange.answer = (asked) => {
      if (asked.path !== "order") return { status: 500, body: { code: -1001, msg: "internal" } };
      const body = answer(asked).body as Readonly<Record<string, unknown>>;
      return { body: { ...body, status: "CANCELED", executedQty: "5" } };
    };
    this.#amend();
  }

  /** An amendment that took: all of it was executed, as one trade that can be read. */
  replaceThatTakes(shown: At): void {
    this.#answers(shown, 2000);
    const { answer } = this.exchange;
    this.exchange.answer = (asked) => {
      if (asked.path !== "order") return { body: [tradeOf(shown)] };
      const body = answer(asked).body as Readonly<Record<string, unknown>>;
      return { body: { ...body, status: "FILLED", executedQty: shown.qty } };
    };
    this.#amend();
  }

  /** The quantity of each execution that was told, in quanta of 0.0001. */
  get executed(): readonly number[] {
    return this.exchange.reports.flatMap((draft) =>
      draft.eventType === "OrderExecuted" ? [draft.payload.lastQty] : []
    );
  }

  lookup(shown: At, tripUs = 2000): void {
    const request = requestId(++this.#requests);
    const command: LookupOrder = { ...ORDER, kind: "Lookup", request };
    this.#answers(shown, tripUs);
    this.#lookups.lookup(command);
  }

  /** The quantity that each look-up found. */
  get found(): readonly number[] {
    return this.exchange.reports.flatMap((draft) =>
      draft.eventType === "OrderFound" ? [draft.payload.orderQty] : []
    );
  }

  /** The outcome of each request that came to no answer. */
  get failed(): readonly string[] {
    return this.exchange.reports.flatMap((draft) =>
      draft.eventType === "RequestFailed" ? [draft.payload.outcome] : []
    );
  }

  /** A cancel that is answered at once with an order of these terms. */
  cancel(shown: At): void {
    this.#answers(shown, 2000);
    const { answer } = this.exchange;
    this.exchange.answer = (asked) => {
      const body = answer(asked).body as Readonly<Record<string, unknown>>;
      return { body: { ...body, status: "CANCELED" } };
    };
    const request = requestId(++this.#requests);
    const command: CancelRequest = { ...ORDER, kind: "Cancel", request };
    this.#commands.cancel({ command, journalUs: micros(1) });
  }

  /** What was told, in order. */
  get words(): readonly string[] {
    return this.exchange.reports.map(({ eventType }) => eventType);
  }

  /** The user stream tells of an amendment. */
  hear({ qty: orderQty, ms }: At, status: "NEW" | "FILLED" = "NEW"): void {
    this.#news.take({
      type: "AMENDMENT",
      status,
      ...{ symbol: SYMBOL, orderId: "7", clientOrderId: KEY, side: "Buy", orderType: "LIMIT" },
      ...{ timeInForce: "GTC", price: "100", orderQty, cumQty: "0", reason: null, trade: null },
      timeMs: AT_MS + ms,
    });
  }

  pass(us = 10_000): void {
    this.exchange.time.advance(us);
  }

  #amend(): void {
    const command: ReplaceRequest = {
      ...ORDER,
      kind: "Replace",
      request: requestId(++this.#requests),
      newClOrdId: `tlabcdef01-1-${this.#requests + 1}`,
      side: "Buy",
      orderQty: qty(1),
      price: px(1),
      expireUs: null,
      params: null,
    };
    this.#commands.replace({ command, journalUs: micros(1) });
  }

  #answers({ qty: origQty, ms }: At, tripUs: number): void {
    this.exchange.tripUs = tripUs;
    const order = { symbol: SYMBOL, orderId: 7, clientOrderId: KEY, side: "BUY", status: "NEW" };
    const terms = { price: "100", origQty, executedQty: "0", timeInForce: "GTC", type: "LIMIT" };
    const body = { ...order, ...terms, time: AT_MS, updateTime: AT_MS + ms };
    this.exchange.answer = () => ({ body });
  }
}

Deno.test("take() says an amendment that nothing has shown yet", () => {
  const rig = new Rig();
  rig.lookup({ qty: "10", ms: 1 });
  rig.pass();
  rig.hear({ qty: "12", ms: 2 });
  deepStrictEqual(rig.told, [120_000]);
});

Deno.test("take() says nothing of an amendment that an answer has shown already", () => {
  const rig = new Rig();
  rig.replace({ qty: "12", ms: 1 });
  rig.pass();
  rig.hear({ qty: "12", ms: 1 });
  deepStrictEqual(rig.told, [120_000]);
});

for (const ms of [1, 9]) {
  const why = ms === 1 ? "its time" : "the time of a fill that came after it";
  Deno.test(`take() says nothing of an amendment that a look-up showed under ${why}`, () => {
    const rig = new Rig();
    rig.lookup({ qty: "12", ms });
    rig.pass();
    rig.replace({ qty: "20", ms: 10 });
    rig.pass();
    rig.hear({ qty: "12", ms: 1 });
    rig.hear({ qty: "20", ms: 10 });
    deepStrictEqual(rig.told, [200_000], "the order has its newest terms");
  });
}

Deno.test("take() says nothing of a late amendment while the next one is in flight", () => {
  const rig = new Rig();
  rig.lookup({ qty: "12", ms: 1 });
  rig.pass();
  rig.replace({ qty: "20", ms: 10 });
  rig.hear({ qty: "12", ms: 1 });
  deepStrictEqual(rig.told, []);
  rig.pass();
  deepStrictEqual(rig.told, [200_000]);
});

Deno.test("take() says nothing of an amendment that comes after the answer to the order's cancel", () => {
  const rig = new Rig();
  rig.hear({ qty: "12", ms: 1 });
  rig.cancel({ qty: "20", ms: 9 });
  rig.pass();
  rig.hear({ qty: "20", ms: 5 });
  deepStrictEqual(rig.words, ["OrderReplaced", "OrderCancelled"]);
});

Deno.test("take() says an amendment that shows the order filled", () => {
  const rig = new Rig();
  rig.hear({ qty: "12", ms: 1 }, "FILLED");
  deepStrictEqual(rig.told, [120_000]);
});

Deno.test("take() ends with the terms that the stream told last of one millisecond", () => {
  for (const last of ["12", "20"]) {
    const rig = new Rig();
    const first = last === "12" ? "20" : "12";
    rig.replace({ qty: "20", ms: 1 });
    rig.pass();
    rig.hear({ qty: first, ms: 1 });
    rig.hear({ qty: last, ms: 1 });
    strictEqual(rig.told.at(-1), Number(last) * 10_000);
    const repeated = rig.keys.filter((key, at) => key !== null && rig.keys.indexOf(key) < at);
    deepStrictEqual(repeated, [], "none may be taken for a repetition");
  }
});

Deno.test("replace() answers two amendments of one millisecond under two keys", () => {
  const rig = new Rig();
  rig.replace({ qty: "12", ms: 1 });
  rig.pass();
  rig.replace({ qty: "20", ms: 1 });
  rig.pass();
  deepStrictEqual(rig.told, [120_000, 200_000]);
  strictEqual(new Set(rig.keys).size, 2);
});

Deno.test("replace() answers under the key by which the stream told of it", () => {
  const rig = new Rig();
  rig.replace({ qty: "12", ms: 1 });
  rig.hear({ qty: "12", ms: 1 });
  rig.pass();
  deepStrictEqual(rig.told, [120_000, 120_000]);
  strictEqual(new Set(rig.keys).size, 1);
});

Deno.test("replace() answers late with the terms that the order has come to since", () => {
  const rig = new Rig();
  rig.replace({ qty: "12", ms: 2 }, 500_000); // it traded: the stream told it as of 1
  rig.hear({ qty: "12", ms: 1 });
  rig.replace({ qty: "20", ms: 3 });
  rig.hear({ qty: "20", ms: 3 });
  rig.pass(1_000_000);
  strictEqual(rig.told.at(-1), 200_000);
});

Deno.test("lookup() gives no answer that is older than the terms told while it was under way", () => {
  const rig = new Rig();
  rig.lookup({ qty: "10", ms: 0 }, 500_000);
  rig.replace({ qty: "12", ms: 2 });
  rig.pass(1_000_000);
  deepStrictEqual([rig.told, rig.found, rig.failed], [[120_000], [], ["unknown"]]);
  rig.lookup({ qty: "12", ms: 2 });
  rig.pass();
  deepStrictEqual(rig.found, [120_000]);
});

Deno.test("lookup() answers with the terms that were told, whatever time it gives them", () => {
  const rig = new Rig();
  rig.hear({ qty: "12", ms: 2 });
  rig.lookup({ qty: "12", ms: 1 });
  rig.pass();
  deepStrictEqual([rig.found, rig.failed], [[120_000], []]);
});

Deno.test("lookup() takes the exchange at its word when it shows older terms for as long as an order may be missed", () => {
  const rig = new Rig();
  rig.replace({ qty: "12", ms: 2 });
  rig.pass();
  rig.lookup({ qty: "10", ms: 1 });
  rig.pass();
  deepStrictEqual([rig.found, rig.failed], [[], ["unknown"]], "it may lag behind");
  rig.pass(100_000);
  rig.lookup({ qty: "10", ms: 1 });
  rig.pass();
  deepStrictEqual(rig.found, [100_000], "no doubt waits for ever");
});

Deno.test("replace() answers that its fate is unknown when it ended the order, and executions cannot be read", () => {
  const rig = new Rig();
  rig.replaceThatEnds({ qty: "10", ms: 2 });
  rig.pass(10_000_000);
  deepStrictEqual(rig.failed, ["unknown"]);
});

Deno.test("replace() reads an execution that the answer counts and no stream tells", () => {
  const rig = new Rig();
  rig.replaceThatTakes({ qty: "20", ms: 1 });
  rig.pass(1_000_000);
  deepStrictEqual([rig.told, rig.executed], [[200_000], [200_000]]);
});
