/**
 * Which answers make a word of the user stream due, where commands on one order are answered out of
 * turn, and what becomes of a stream that says what nobody can read. In virtual time, the exchange
 * answered by hand.
 *
 * Proves: R-VENUE-7 (a stream that says nothing is noticed by a frame that was due, and only by one;
 * one that cannot be read is made anew, since it may have told of a fill).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { ReplaceRequest, SubmitOrder } from "../../../../../core/command.ts";
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
import { UserStream } from "../../../../../edge/venues/ccxt/binance/user_stream.ts";
import type { CcxtExchange } from "../../../../../edge/venues/ccxt/library.ts";
import { PlayedClient } from "../../../../support/played_client.ts";
import { PlayedExchange } from "../../../../support/played_exchange.ts";

const KEY = "tlabcdef01-1-1";
const ORDER = {
  ...{ seqId: seqId(1), venue: venueId(0), instrument: instrumentId(0), order: orderId(1) },
  ...{ clOrdId: KEY, venueOrderId: "7", price: px(1), orderQty: qty(1) },
  ...{ expireUs: null, params: null },
  side: "Buy",
} as const;
/** The order as answers show it. */
const SHOWN = {
  ...{ symbol: "C0USDT", orderId: 7, clientOrderId: KEY, side: "BUY", status: "NEW" },
  ...{ price: "100", origQty: "10", executedQty: "0", timeInForce: "GTC", type: "LIMIT" },
  ...{ time: 1_795_000_000_000, updateTime: 1_795_000_000_001 },
};
/** The order as the stream tells of it. */
const WORD = {
  ...{ x: "NEW", X: "NEW", s: "C0USDT", i: 7, c: KEY, S: "BUY", o: "LIMIT", f: "GTC" },
  ...{ p: "100", q: "10", z: "0", T: 1_795_000_000_001 },
};
const REFUSED = { status: 400, body: { code: -5027, msg: "No need to modify the order." } };
const SILENT = "what it acknowledged was not spoken of";
/** Longer than a word may be late. */
const LATE_US = 10_000_000;

/** A user stream that is connected, beside the commands of its account. */
class Rig {
  readonly lost: string[] = [];
  /** Connections that were asked for. */
  dials = 0;
  readonly #played = new PlayedExchange("usdm");
  readonly #client = new PlayedClient();
  readonly #commands: Commands;
  #requests = 0;

  constructor() {
    const { account, time } = this.#played;
    const urls = { api: { ws: { future: "ws://localhost/ws" } } };
    const nonce = (): number => this.#played.nonce();
    const exchange = {
      urls,
      clients: {},
      nonce,
      client: () => this.#dial(),
    } as unknown as CcxtExchange;
    const randomness = { bytes: (length: number) => new Uint8Array(length) };
    const ports = { timers: time, clock: time, randomness };
    const stream = new UserStream({ account, exchange, ports }, {
      ...{ connected: () => {}, news: () => {} },
      lost: (reason) => this.lost.push(reason),
    });
    this.#commands = new Commands(account, {
      endings: new Endings(account),
      hooks: {
        placing: () => {},
        leaving: (...which) => stream.leaving(...which),
        acknowledged: (...which) => stream.acknowledged(...which),
        refused: (...which) => stream.refused(...which),
      },
    });
    this.#played.answer = () => ({ body: { listenKey: "k" } });
    stream.start();
    this.pass(10_000);
    this.#client.onConnectedCallback(this.#client);
  }

  /** A new order leaves, to be acknowledged after `tripUs`. */
  submit(tripUs: number): void {
    const request = requestId(++this.#requests);
    const terms = {
      ordType: "Limit",
      timeInForce: "GTC",
      postOnly: false,
      reduceOnly: false,
    } as const;
    const command: SubmitOrder = { ...ORDER, ...terms, kind: "Submit", request };
    this.#answers({ body: SHOWN }, tripUs);
    this.#commands.submit({ command, journalUs: micros(1) });
  }

  /** An amendment of it leaves, to be answered after `tripUs`. */
  replace(what: "acknowledged" | "refused", tripUs: number): void {
    const request = requestId(++this.#requests);
    const newClOrdId = "tlabcdef01-1-2";
    const command: ReplaceRequest = { ...ORDER, kind: "Replace", request, newClOrdId };
    this.#answers(what === "refused" ? REFUSED : { body: SHOWN }, tripUs);
    this.#commands.replace({ command, journalUs: micros(1) });
  }

  /** The stream tells of the order. */
  hear(): void {
    this.say({ e: "ORDER_TRADE_UPDATE", o: WORD });
  }

  /** The stream says anything. */
  say(message: unknown): void {
    this.#client.onMessage({ data: JSON.stringify(message) });
  }

  get logged(): readonly string[] {
    return this.#played.logged;
  }

  /** For how long no request leaves. */
  get pausedForUs(): number {
    return this.#played.account.rest.pausedForUs;
  }

  pass(us: number): void {
    this.#played.time.advance(us);
  }

  #dial(): PlayedClient {
    this.dials += 1;
    return this.#client;
  }

  #answers(order: { readonly status?: number; readonly body: unknown }, tripUs: number): void {
    this.#played.tripUs = tripUs;
    this.#played.answer = ({ path }) => path === "order" ? order : { body: { listenKey: "k" } };
  }
}

const overtaken = [
  ["refused", [], "owes no word on an amendment that is refused"],
  ["acknowledged", [SILENT], "is lost where it says nothing of an amendment"],
] as const;
for (const [what, lost, name] of overtaken) {
  Deno.test(`UserStream ${name}, behind a slow answer to the order`, () => {
    const rig = new Rig();
    rig.submit(200_000);
    rig.pass(50_000);
    rig.hear();
    rig.replace(what, 400_000);
    rig.pass(LATE_US);
    deepStrictEqual(rig.lost, lost);
  });
}

Deno.test("UserStream owes a word on an order still where an amendment of it is refused", () => {
  const rig = new Rig();
  rig.submit(2000);
  rig.pass(1_000_000);
  rig.replace("refused", 2000);
  rig.pass(LATE_US);
  deepStrictEqual(rig.lost, [SILENT]);
});

Deno.test("UserStream is made anew where it says what cannot be read: it may have been a fill", () => {
  const rig = new Rig();
  rig.say({ e: "ORDER_TRADE_UPDATE", o: { ...WORD, X: "HALF_DONE" } });
  strictEqual(rig.lost.length, 1);
  match(rig.lost[0] ?? "", /HALF_DONE/);
  ok(rig.logged.includes("user_stream_not_understood"));
  rig.pass(LATE_US);
  strictEqual(rig.dials, 2);
});

Deno.test("UserStream that is refused for too many requests holds every request back", () => {
  const rig = new Rig();
  const retryAfter = 1_795_000_000_000 + 60_000;
  const error = { code: -1003, msg: "Too many requests", data: { retryAfter } };
  rig.say({ id: "1", status: 429, error });
  strictEqual(rig.lost.length, 1);
  ok(rig.pausedForUs > 0);
});
