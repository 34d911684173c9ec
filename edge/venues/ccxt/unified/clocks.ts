/**
 * The library's clocks, as an exchange wants its requests to be dated.
 * @module
 */
import type { UnifiedExchange } from "./exchange.ts";

/** What is below it is a clock of seconds. */
const MILLISECONDS_MIN = 1e11;

const NAMES = ["milliseconds", "seconds", "microseconds", "nonce"] as const;
/** The library's clocks by their names there. */
export type Clocks = Record<(typeof NAMES)[number], () => number>;

/** Returns an exchange by its clocks alone, which may be replaced. */
function clocksOf(exchange: UnifiedExchange): Clocks {
  return exchange as unknown as Clocks;
}

/**
 * Has an exchange object go by another clock, milliseconds; and has the numbers that an exchange wants
 * to see rising rise: the library takes a clock for them, and two requests of one millisecond would
 * have the same. Clocks of seconds number nothing.
 */
export function setClocks(exchange: UnifiedExchange, nowMs: () => number): void {
  const clocks = clocksOf(exchange);
  clocks.milliseconds = nowMs;
  clocks.seconds = () => Math.floor(nowMs() / 1000);
  clocks.microseconds = () => nowMs() * 1000;
  const theirs = clocks.nonce.bind(exchange);
  let last = 0;
  clocks.nonce = () => {
    const next = theirs();
    if (next < MILLISECONDS_MIN) return next;
    last = Math.max(last + 1, next);
    return last;
  };
}

/** Has the clocks of an exchange object stand still, until the returned function is called. */
export function stopClocks(exchange: UnifiedExchange): () => void {
  const clocks = clocksOf(exchange);
  const before = NAMES.map((name) => [name, clocks[name]] as const);
  for (const [name, clock] of before) {
    const now = clock.call(exchange);
    clocks[name] = () => now;
  }
  return () => {
    for (const [name, clock] of before) clocks[name] = clock;
  };
}
