/**
 * The `metrics` query: counters, and P&L by tag within its half of a frame.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { clientIndex, instrumentId } from "../../core/numbers.ts";
import type { TagRow, View } from "../../core/view.ts";
import { metricsText } from "../../wire/query_metrics.ts";
import { FakeBackend } from "../support/fake_backend.ts";
import { VirtualTime } from "../support/virtual_time.ts";

const GRID: TagRow = {
  tag: "grid",
  isRest: false,
  instruments: [{ instrument: instrumentId(0), qty: "-0.5", pnl: "12.25", currency: "USDT" }],
  fees: [{ currency: "USDT", amount: "0.75" }],
};

function viewOf(rows: readonly TagRow[]): View {
  const { view } = new FakeBackend(new VirtualTime());
  return {
    ...view,
    clients: [clientIndex(0), clientIndex(1)],
    clientName: (client) => ["maker", "taker"][client] ?? "",
    tags: (client) => client === 0 ? rows : [],
  };
}

function answer(rows: readonly TagRow[], maxFrameBytes = 1_048_576): Record<string, unknown> {
  const view = viewOf(rows);
  const counters = (): Readonly<Record<string, number>> => ({ events: 7 });
  const text = metricsText({ view, client: clientIndex(0), maxFrameBytes, counters });
  ok(new TextEncoder().encode(text).length <= maxFrameBytes, "it fits a frame");
  return JSON.parse(text) as Record<string, unknown>;
}

Deno.test("metricsText() gives the counters and a row for each client and tag", () => {
  const rest = { tag: null, isRest: true, instruments: [], fees: [] };
  deepStrictEqual(answer([GRID, rest]), {
    events: 7,
    pnl_by_tag_left_out: 0,
    pnl_by_tag: [
      {
        client: "maker",
        tag: "grid",
        rest: false,
        instruments: [{
          instrument: "paper:BTC/USDT",
          qty: "-0.5",
          pnl: "12.25",
          currency: "USDT",
        }],
        fees: [{ currency: "USDT", amount: "0.75" }],
      },
      { client: "maker", tag: null, rest: true, instruments: [], fees: [] },
    ],
  });
});

Deno.test("metricsText() leaves out and counts the rows for which a frame has no room", () => {
  const wide = { ...GRID, tag: "\u6f22".repeat(64) };
  const found = answer(Array.from({ length: 100 }, () => wide), 16_384);
  const shown = (found["pnl_by_tag"] as readonly unknown[]).length;
  ok(shown > 0 && shown < 100);
  strictEqual(found["pnl_by_tag_left_out"], 100 - shown);
});
