/**
 * Reading what happened in a span of time (executions, income) in the pieces that the venue allows,
 * none left out.
 *
 * A piece that comes back full may have been cut: the rest of it is asked for from the time of its
 * last row on (that row comes twice, which is told by its number). A full piece within one
 * millisecond cannot be told apart by time; it is gone on from the next millisecond, which the next
 * look-ups make good.
 * @module
 */
import type { ExchangeProduct } from "../options.ts";

/** Both ends included, milliseconds. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/** What is read. */
type Row = { readonly timeMs: number };

const DAY_MS = 86_400_000;
/** The longest span that the venue answers: 24 hours, 7 days. */
const SPAN_MAX_MS: Readonly<Record<ExchangeProduct, number>> = {
  spot: DAY_MS - 1,
  usdm: 7 * DAY_MS - 1,
};
const ROWS_MAX = 1000;

/** True of a piece that may have been cut. */
export function isFull(rows: readonly unknown[]): boolean {
  return rows.length >= ROWS_MAX;
}

/** Reads `fromMs` … `toMs`, oldest first, then calls `done`. */
export function readSpan(
  reading: Span & {
    readonly product: ExchangeProduct;
    /** Asks for a piece and hands its rows on. */
    readonly read: (span: Span, use: (rows: readonly Row[]) => void) => void;
    readonly done: () => void;
  },
): void {
  const { fromMs, toMs, product, read, done } = reading;
  if (fromMs > toMs) return done();
  const span = { fromMs, toMs: Math.min(toMs, fromMs + SPAN_MAX_MS[product]) };
  read(span, (rows) => readSpan({ ...reading, fromMs: nextOf(span, rows) }));
}

/** Returns where to go on. */
export function nextOf(span: Span, rows: readonly Row[]): number {
  if (!isFull(rows)) return span.toMs + 1;
  const lastMs = rows.reduce((last, { timeMs }) => Math.max(last, timeMs), span.fromMs);
  return lastMs > span.fromMs ? lastMs : lastMs + 1;
}
