/**
 * The `risk` query: the map as the view gives it, and of its instruments as many as a frame holds.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { clientIndex } from "../../core/numbers.ts";
import { answerQuery } from "../../wire/queries.ts";
import { FakeBackend } from "../support/fake_backend.ts";
import { VirtualTime } from "../support/virtual_time.ts";

type Row = Readonly<Record<string, string | number>>;

const FRAME_BYTES = 65_536;

function row(name: string, more: Row = {}): Row {
  const text = "x".repeat(1_000);
  return {
    instrument: name,
    status: "open",
    trading_state: "Active",
    open_orders: 0,
    text,
    ...more,
  };
}

function answer(rows: readonly Row[]): Record<string, unknown> {
  const backend = new FakeBackend(new VirtualTime());
  backend.riskInstruments = rows;
  const found = answerQuery({ type: "QUERY", id: 1, what: "risk", args: {} }, {
    view: backend.view,
    client: clientIndex(0),
    maxFrameBytes: FRAME_BYTES,
    counters: () => ({}),
  });
  ok(found.ok);
  ok(new TextEncoder().encode(found.result).length < FRAME_BYTES - 200, "it fits a frame");
  return JSON.parse(found.result) as Record<string, unknown>;
}

function names(of: Readonly<Record<string, unknown>>): unknown[] {
  return (of["instruments"] as readonly Row[]).map((found) => found["instrument"]);
}

Deno.test("risk has a row for each instrument where a frame has room for them", () => {
  const rows = [row("a", { status: "closed" }), row("b")];
  deepStrictEqual(answer(rows), {
    trading_state: "Active",
    instruments: rows,
    instruments_left_out: 0,
  });
});

Deno.test("risk leaves out and counts the instruments for which a frame has no room", () => {
  for (const letter of ["x", "\u6f22"]) {
    const found = answer(Array.from({ length: 200 }, (_, n) => row(`${letter}${n}`)));
    const shown = names(found).length;
    ok(shown > 15 && shown < 200);
    strictEqual(found["instruments_left_out"], 200 - shown);
  }
});

Deno.test("risk leaves out closed instruments first, then those of which there is least to say", () => {
  const closed = Array.from({ length: 100 }, (_, n) => row(`old${n}`, { status: "closed" }));
  const open = Array.from({ length: 40 }, (_, n) => row(`new${n}`));
  const first = answer([...closed, ...open]);
  deepStrictEqual(names(first).slice(-40), open.map((of) => of["instrument"]), "all that are open");

  const quiet = Array.from({ length: 100 }, (_, n) => row(`quiet${n}`));
  const busy = [row("halted", { trading_state: "Halted" }), row("ordered", { open_orders: 1 })];
  deepStrictEqual(names(answer([...quiet, ...busy])).slice(-2), ["halted", "ordered"]);
});
