/**
 * Calls that are signed before they may leave, and calls that wait for others. Proves R-EXEC-1 (one
 * request, built once, sent once).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { micros } from "../../../../../core/numbers.ts";
import type { HttpRequest } from "../../../../../edge/ports.ts";
import { OrderTransport } from "../../../../../edge/order_transport.ts";
import { BinanceRequests } from "../../../../../edge/venues/ccxt/binance/requests.ts";
import { type CallOptions, Rest } from "../../../../../edge/venues/ccxt/binance/rest.ts";
import { PlayedExchange } from "../../../../support/played_exchange.ts";
import { VirtualTime } from "../../../../support/virtual_time.ts";
import { Limits } from "../../../../venues/limits.ts";

class Rig {
  readonly time = new VirtualTime();
  readonly sent: HttpRequest[] = [];
  readonly rest: Rest;
  signatures = 0;

  constructor() {
    const timers = this.time;
    const nowUs = () => micros(timers.monotonicUs());
    const http = {
      prepare: (request: HttpRequest) => ({
        send: () => {
          this.sent.push(request);
          return () => ({ neverConnected: false });
        },
      }),
    };
    const transport = new OrderTransport({
      ...{ http, timers, nowUs, redact: (text: string) => text, isCutOff: () => false },
      ...{ deadlineUs: 1_000_000, bodyBytesMax: 1000 },
    });
    this.rest = new Rest({ ...{ signer: this, transport, timers, nowUs }, product: "spot" });
  }

  nonce(): number {
    return this.time.monotonicUs() / 1000;
  }

  sign(): { url: string; method: string; body: string; headers: Record<string, string> } {
    const body = `signature=${++this.signatures}`;
    return { url: "http://localhost/order", method: "POST", body, headers: {} };
  }
}

const CALL = { ...new BinanceRequests("spot").deadMan("BTCUSDT", 1000) };

Deno.test("send() sends what was prepared, and signs anew what has waited for long", () => {
  for (const [waitUs, body] of [[200_000, "signature=1"], [300_000, "signature=2"]] as const) {
    const rig = new Rig();
    const ready = rig.rest.prepare(CALL);
    strictEqual(rig.sent.length, 0);
    rig.time.advance(waitUs);
    rig.rest.send(ready, () => {});
    deepStrictEqual(rig.sent.map((request) => request.body), [body]);
  }
});

/** An exchange that counts as it does: 20 for each request, 6000 a minute. */
function counting(): PlayedExchange {
  const exchange = new PlayedExchange("spot");
  const limits = new Limits({ weightPerMinute: 6000, ordersPer10s: 100 });
  const cost = { weight: 20, isOrder: false };
  exchange.answer = () => {
    const limited = limits.count(cost, exchange.time.wallUs() / 1000);
    const headers = Object.fromEntries(
      limits.headers(cost).map(([name, value]) => [name.toLowerCase(), value]),
    );
    return limited === undefined ? { headers } : { headers, status: limited.status, body: limited };
  };
  return exchange;
}

/** Reads one day after the other; returns how each was answered. */
function history({ account }: PlayedExchange, options: CallOptions): readonly string[] {
  const answers: string[] = [];
  const next = (): void => {
    const call = account.requests.tradesBetween("C0USDT", { fromMs: 0, toMs: 1 });
    account.rest.call(call, ({ kind }) => {
      answers.push(kind);
      if (kind === "ok" && answers.length < 1000) next();
    }, options);
  };
  next();
  return answers;
}

Deno.test("call() lets what may wait leave half of the exchange's limit to the rest", () => {
  const exchange = counting();
  const answers = history(exchange, { mayWait: true });
  const { account, time } = exchange;
  let cancels = 0;
  for (let second = 0; second < 60 * 8; second++) {
    const before = exchange.asked.length;
    account.rest.call(account.requests.cancel({ clOrdId: "x" }, { symbol: "C0USDT" }), (result) => {
      strictEqual(result.kind, "ok");
      cancels++;
    });
    strictEqual(exchange.asked.length, before + 1, "it leaves at once");
    time.advance(1_000_000);
  }
  deepStrictEqual([answers.length, new Set(answers).size, cancels], [1000, 1, 480]);
});

Deno.test("call() does not hold back what may not wait", () => {
  const exchange = counting();
  const answers = history(exchange, {});
  exchange.time.advance(60_000_000);
  deepStrictEqual([answers.length, answers.at(-1)], [301, "error"]);
});

Deno.test("call() forgets what waits", () => {
  const exchange = counting();
  history(exchange, { mayWait: true });
  exchange.time.advance(1_000_000);
  const before = exchange.asked.length;
  const { rest, requests } = exchange.account;
  const cancel = rest.call(requests.depth("C0USDT", 10), () => {}, { mayWait: true });
  cancel();
  exchange.time.advance(120_000_000);
  ok(!exchange.asked.slice(before).some(({ path }) => path === "depth"));
});

Deno.test("call() tells of any request whose time the exchange finds wrong, and of no other", () => {
  for (const [code, times] of [[-1021, 1], [-1022, 0]] as const) {
    const exchange = new PlayedExchange("usdm");
    exchange.answer = () => ({ status: 400, body: { code, msg: "" } });
    const { rest, requests } = exchange.account;
    rest.call(requests.deadMan("C0USDT", 30_000), () => {});
    exchange.time.advance(1_000_000);
    strictEqual(exchange.clocksOff, times);
  }
});

Deno.test("call() sends nothing through a ban that is told in words, by the exchange's clock", () => {
  const exchange = new PlayedExchange("usdm");
  const { account, time } = exchange;
  exchange.aheadMs = 8000;
  const untilMs = time.wallUs() / 1000 + exchange.aheadMs + 300_000;
  const msg =
    `Way too many requests; IP(1.2.3.4) banned until ${untilMs}. Please use the websocket.`;
  exchange.answer = () => ({ status: 418, body: { code: -1003, msg } });
  const pauses: (number | undefined)[] = [];
  const cancel = (): void => {
    const call = account.requests.cancel({ clOrdId: "x" }, { symbol: "C0USDT" });
    account.rest.call(call, (result) => {
      pauses.push(result.kind === "error" ? result.error.retryAfterMs : undefined);
    });
    time.advance(10_000_000);
  };
  for (let tried = 0; tried < 31; tried++) cancel();
  strictEqual(exchange.asked.length, 1);
  deepStrictEqual(pauses.slice(0, 2), [301_000 - exchange.tripUs / 1000, 291_000]);
  exchange.answer = () => ({});
  cancel();
  deepStrictEqual([exchange.asked.length, pauses.at(-1)], [2, undefined]);
});

/** Repeats a cancel after each pause until it is done; returns when it left, milliseconds. */
function cancelPatiently({ account, time, asked }: PlayedExchange): readonly number[] {
  const cancel = (): void => {
    const call = account.requests.cancel({ clOrdId: "x" }, { symbol: "C0USDT" });
    account.rest.call(call, (result) => {
      if (result.kind === "error") time.after((result.error.retryAfterMs ?? 0) * 1000, cancel);
    });
  };
  cancel();
  time.advance(600_000_000);
  return asked.map(({ atUs }) => atUs / 1000);
}

/** So far from ours the exchange's clock may be without being reckoned with. */
for (const skewMs of [-100, 0, 100]) {
  for (const [what, msg] of [["ban", "banned until"], ["limit", "Too many requests"]] as const) {
    for (const leftMs of [45_000, 50]) {
      Deno.test(`call() waits once for a ${what} of ${leftMs} ms by a clock ${skewMs} ms from ours`, () => {
        const exchange = new PlayedExchange("usdm");
        const { time } = exchange;
        const venueMs = (): number => time.wallUs() / 1000 + skewMs;
        time.advance((60_000 - venueMs() % 60_000 - leftMs) * 1000);
        const endMs = venueMs() + leftMs;
        const status = what === "ban" ? 418 : 429;
        const limited = { status, body: { code: -1003, msg: `${msg} ${endMs}` } };
        exchange.answer = () => venueMs() < endMs ? limited : {};
        const [refusedMs = 0, doneMs = 0, ...others] = cancelPatiently(exchange);
        deepStrictEqual(others, []);
        const lateMs = doneMs - refusedMs - leftMs;
        ok(lateMs >= 0 && lateMs <= 1200, String(lateMs));
      });
    }
  }
}
