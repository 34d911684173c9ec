/**
 * Executions since a time, symbol by symbol, as far as they were read: who could not read them all
 * goes on from there.
 *
 * Invariant: what is kept is complete. The newest may not be listed yet, so that they are read again
 * each time; what is older does not change any more.
 * @module
 */
import { type BinanceTrade, parseTrades } from "./payloads.ts";
import { execIdOf } from "./executions.ts";
import type { BinanceRequests, Call } from "./requests.ts";
import { nextOf, readSpan, type Span } from "./spans.ts";

/** Makes a call and hands its body on. */
type Read = (call: Call, use: (body: unknown) => void) => void;

/** Executions of one symbol. */
type Kept = {
  readonly fromMs: number;
  /** None is missing before. */
  upToMs: number;
  readonly trades: Map<string, BinanceTrade>;
};

/** So long after it happened an execution is sure to be listed. */
const LISTED_MS = 600_000;

/** What was read of one account. */
export class History {
  readonly #requests: BinanceRequests;
  readonly #venueMs: () => number;
  readonly #kept = new Map<string, Kept>();

  /** @param venueMs Now, by the venue's clock. */
  constructor(requests: BinanceRequests, venueMs: () => number) {
    this.#requests = requests;
    this.#venueMs = venueMs;
  }

  /** Reads the executions of a span, none left out. What `read` throws is the caller's. */
  read(read: Read, of: {
    readonly symbol: string;
    readonly span: Span;
    readonly done: (trades: readonly BinanceTrade[]) => void;
  }): void {
    const { symbol, span } = of;
    const kept = this.#keptOf(symbol, span);
    readSpan({
      fromMs: kept.upToMs,
      toMs: span.toMs,
      product: this.#requests.product,
      read: (piece, use) => {
        const settledMs = Math.floor(this.#venueMs()) - LISTED_MS;
        read(this.#requests.tradesBetween(symbol, piece), (body) => {
          const trades = parseTrades(body);
          for (const trade of trades) kept.trades.set(execIdOf(trade), trade);
          kept.upToMs = Math.max(kept.upToMs, Math.min(nextOf(piece, trades), settledMs));
          use(trades);
        });
      },
      done: () => of.done([...kept.trades.values()].filter(({ timeMs }) => timeMs >= span.fromMs)),
    });
  }

  /** All of it was made use of. */
  forget(): void {
    this.#kept.clear();
  }

  #keptOf(symbol: string, { fromMs }: Span): Kept {
    const kept = this.#kept.get(symbol);
    if (kept !== undefined && kept.fromMs <= fromMs && fromMs <= kept.upToMs) return kept;
    const fresh: Kept = { fromMs, upToMs: fromMs, trades: new Map() };
    this.#kept.set(symbol, fresh);
    return fresh;
  }
}
