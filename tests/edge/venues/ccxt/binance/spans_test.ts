/**
 * Reading the executions of a span of time, against a venue that answers a thousand rows at most.
 *
 * Proves: R-EXEC-5 (no execution left out).
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import type { BinanceTrade } from "../../../../../edge/venues/ccxt/binance/payloads.ts";
import { readSpan, type Span } from "../../../../../edge/venues/ccxt/binance/spans.ts";

const DAY_MS = 86_400_000;

function tradeAt(timeMs: number, at: number): BinanceTrade {
  return { tradeId: `${at}`, timeMs } as unknown as BinanceTrade; // nothing else is read
}

/** What the venue answers: the oldest thousand of a span. */
function read(
  times: readonly number[],
  span: Span,
): { readonly ids: Set<string>; readonly asked: Span[] } {
  const asked: Span[] = [];
  const ids = new Set<string>();
  const trades = times.map(tradeAt);
  readSpan({
    ...span,
    product: "spot",
    read: (piece, use) => {
      asked.push(piece);
      const rows = trades.filter(({ timeMs }) => timeMs >= piece.fromMs && timeMs <= piece.toMs)
        .slice(0, 1000);
      for (const { tradeId } of rows) ids.add(tradeId);
      use(rows);
    },
    done: () => {},
  });
  return { ids, asked };
}

Deno.test("readSpan() reads every execution, in pieces of a day at most", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3 * DAY_MS), { maxLength: 50, size: "max" }),
      fc.nat(2500),
      (times, burst) => {
        const close = Array.from({ length: burst }, (_, at) => DAY_MS + Math.floor(at / 3));
        const all = [...times, ...close].sort((left, right) => left - right);
        const { ids, asked } = read(all, { fromMs: 0, toMs: 3 * DAY_MS });
        deepStrictEqual(ids.size, all.length);
        ok(asked.every(({ fromMs, toMs }) => toMs - fromMs < DAY_MS));
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("readSpan() comes to an end where a thousand executions are of one millisecond", () => {
  const times = Array.from({ length: 1500 }, () => 5);
  const { asked } = read(times, { fromMs: 0, toMs: 10 });
  ok(asked.length <= 4);
});
