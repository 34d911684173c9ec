/**
 * Calls that are signed before they may leave. Proves R-EXEC-1 (one request, built once, sent once).
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { micros } from "../../../../../core/numbers.ts";
import type { HttpRequest } from "../../../../../edge/ports.ts";
import { OrderTransport } from "../../../../../edge/order_transport.ts";
import { BinanceRequests } from "../../../../../edge/venues/ccxt/binance/requests.ts";
import { Rest } from "../../../../../edge/venues/ccxt/binance/rest.ts";
import { VirtualTime } from "../../../../support/virtual_time.ts";

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
          return () => {};
        },
      }),
    };
    const transport = new OrderTransport({
      ...{ http, timers, nowUs, redact: (text: string) => text },
      ...{ deadlineUs: 1_000_000, bodyBytesMax: 1000, isDryRun: false },
    });
    this.rest = new Rest({ ...{ signer: this, transport, timers, nowUs }, product: "spot" });
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
