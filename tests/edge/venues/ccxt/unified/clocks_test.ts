/**
 * The library's clocks: another time, and numbers that rise.
 *
 * Proves: R-EXEC-1 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type Clocks,
  setClocks,
  stopClocks,
} from "../../../../../edge/venues/ccxt/unified/clocks.ts";
import type { UnifiedExchange } from "../../../../../edge/venues/ccxt/unified/exchange.ts";

const NOW_MS = 1_795_000_000_000;

/** An exchange that is nothing but its clocks, as the library has them. */
class Clocked implements Clocks {
  readonly late = 7;
  readonly #unit: "milliseconds" | "seconds" | "microseconds";

  constructor(unit: "milliseconds" | "seconds" | "microseconds") {
    this.#unit = unit;
  }

  milliseconds = (): number => 1;
  seconds = (): number => 1;
  microseconds = (): number => 1;
  nonce = function (this: Clocked): number {
    return this[this.#unit]() - this.late;
  } as () => number;
}

function clocked(unit: "milliseconds" | "seconds" | "microseconds"): {
  readonly exchange: Clocked;
  readonly unified: UnifiedExchange;
} {
  const exchange = new Clocked(unit);
  return { exchange, unified: exchange as unknown as UnifiedExchange };
}

Deno.test("setClocks() has all clocks of an exchange go by one", () => {
  const { exchange, unified } = clocked("milliseconds");
  let nowMs = NOW_MS;
  setClocks(unified, () => nowMs);
  nowMs += 1999;
  const told = [exchange.milliseconds(), exchange.seconds(), exchange.microseconds()];
  deepStrictEqual(told, [nowMs, Math.floor(nowMs / 1000), nowMs * 1000]);
  strictEqual(exchange.nonce(), nowMs - exchange.late);
});

for (const unit of ["milliseconds", "microseconds"] as const) {
  Deno.test(`setClocks() has nonces of ${unit} rise, within one instant and when the clock goes back`, () => {
    const { exchange, unified } = clocked(unit);
    let nowMs = NOW_MS;
    setClocks(unified, () => nowMs);
    const nonces: number[] = [];
    for (const stepMs of [0, 0, 0, 1, -5000, 0, 4998, 10_000, 0]) {
      nowMs += stepMs;
      nonces.push(exchange.nonce());
    }
    ok(nonces.every(Number.isSafeInteger));
    for (const [at, nonce] of nonces.entries()) {
      ok(at === 0 || nonce > (nonces[at - 1] ?? Infinity), `${nonces}`);
    }
    const unitMs = unit === "milliseconds" ? 1 : 1000;
    strictEqual(nonces.at(-1), nowMs * unitMs - exchange.late + 1);
  });
}

Deno.test("setClocks() leaves a clock of seconds what it is", () => {
  const { exchange, unified } = clocked("seconds");
  setClocks(unified, () => NOW_MS);
  const expected = NOW_MS / 1000 - exchange.late;
  deepStrictEqual([exchange.nonce(), exchange.nonce()], [expected, expected]);
});

Deno.test("stopClocks() has them stand still, and what it returns has them go on", () => {
  const { exchange, unified } = clocked("milliseconds");
  let nowMs = NOW_MS;
  setClocks(unified, () => nowMs);
  const before = exchange.nonce();
  const release = stopClocks(unified);
  const read = () => [
    ...[exchange.milliseconds(), exchange.seconds(), exchange.microseconds(), exchange.nonce()],
  ];
  const stopped = read();
  nowMs += 60_000;
  deepStrictEqual(read(), stopped);
  release();
  strictEqual(exchange.milliseconds(), nowMs);
  ok(exchange.nonce() > Math.max(before, stopped[3] ?? Infinity));
});
