/**
 * Lines of a betting stream for tests: short ways to write what a market says.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { openReader, type StreamReader } from "../../edge/feeds/betfair/reader.ts";

/** Fields of a message or a part of one. */
export type Fields = Readonly<Record<string, unknown>>;

/** Market of all lines that do not name another. */
export const MARKET = "1.1";

/** Writes a message of one market. */
export function line(change: Fields, head: Fields = {}): string {
  return message([{ id: MARKET, ...change }], head);
}

/** Writes a message of several markets. */
export function message(markets: readonly Fields[], head: Fields = {}): string {
  return JSON.stringify({ op: "mcm", pt: 1_700_000_000_000, ...head, mc: markets });
}

/** Writes a definition with these runners, selection and status in turn. */
export function defined(
  runners: readonly (readonly [id: number, status: string])[],
  fields: Fields = {},
): Fields {
  return {
    status: "OPEN",
    bettingType: "ODDS",
    marketType: "WIN",
    marketBaseRate: 5,
    numberOfWinners: 1,
    betDelay: 0,
    inPlay: false,
    version: 7,
    runners: runners.map(([id, status]) => ({ id, status })),
    ...fields,
  };
}

/** Two runners, 1 and 2, open, with nothing said of their books. */
export const OPEN: Fields = {
  marketDefinition: defined([[1, "ACTIVE"], [2, "ACTIVE"]]),
};

/** A reader and what it says. */
export class ReaderRig {
  readonly reader: StreamReader;
  readonly problems: string[] = [];

  constructor(instruments: readonly Instrument[] = []) {
    const problem = (text: string): void => void this.problems.push(text);
    this.reader = openReader({ instruments, problem });
  }

  /** Reads a line; drafts of these kinds. */
  read(text: string): readonly Draft[] {
    return this.reader.read(text, "file:1");
  }

  /** Reads lines; what they say of trades and books, a word each. */
  words(...lines: readonly string[]): readonly string[] {
    return lines.flatMap((text) => this.read(text)).flatMap((draft) => wordOf(draft));
  }
}

/** `trade 0 3.05 400`, `book 0 bids asks`, `delta 0 …`, `lost 0`. Prices and sizes in quanta. */
function wordOf(draft: Draft): readonly string[] {
  switch (draft.eventType) {
    case "TradePrinted":
      return [`trade ${draft.instrument} ${draft.payload.price} ${draft.payload.qty}`];
    case "BookSnapshot":
    case "BookDelta": {
      const { bids, asks } = draft.payload;
      const kind = draft.eventType === "BookSnapshot" ? "book" : "delta";
      return [`${kind} ${draft.instrument} bids ${bids.join(" ")} asks ${asks.join(" ")}`];
    }
    case "BookInvalidated":
      return [`lost ${draft.instrument}`];
    case "InstrumentListed":
    case "MarketDefined":
      return [];
    default:
      return [draft.eventType];
  }
}
