/**
 * A small reader of recorded betting streams for tests of the hot loop: plain, by `JSON.parse`, one
 * instrument for each runner, full ladders and traded volume only.
 * @module
 */
import type { Event, MarketPayloads } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import {
  type InstrumentId,
  instrumentId,
  micros,
  px,
  qty,
  seqId,
  venueId,
} from "../../core/numbers.ts";

type Ladder = readonly (readonly [number, number])[];
type Runner = {
  readonly id: number;
  readonly hc?: number;
  readonly atb?: Ladder;
  readonly atl?: Ladder;
  readonly trd?: Ladder;
};
type Definition = {
  readonly status: string;
  readonly inPlay: boolean;
  readonly betDelay: number;
  readonly version: number;
  readonly marketBaseRate: number;
  readonly discountAllowed: boolean;
  readonly numberOfWinners: number;
  readonly runners: readonly {
    readonly id: number;
    readonly status: string;
    readonly adjustmentFactor?: number;
    readonly removalDate?: string;
  }[];
};
type Change = {
  readonly id: string;
  readonly img?: boolean;
  readonly marketDefinition?: Definition;
  readonly rc?: readonly Runner[];
};

/** Ladder of 350 ticks. */
export const CLASSIC = {
  scale: 2,
  ticks: [
    { fromQuanta: 101, stepQuanta: 1 },
    { fromQuanta: 200, stepQuanta: 2 },
    { fromQuanta: 300, stepQuanta: 5 },
    { fromQuanta: 400, stepQuanta: 10 },
    { fromQuanta: 600, stepQuanta: 20 },
    { fromQuanta: 1_000, stepQuanta: 50 },
    { fromQuanta: 2_000, stepQuanta: 100 },
    { fromQuanta: 3_000, stepQuanta: 200 },
    { fromQuanta: 5_000, stepQuanta: 500 },
    { fromQuanta: 10_000, stepQuanta: 1_000 },
  ],
  maxQuanta: 100_000,
} as const;

/** Returns a runner as an instrument. */
export function runnerOf(id: number, market = "m", winners = 1): Instrument {
  return {
    id: instrumentId(id),
    venue: venueId(0),
    name: `betfair:${market}.${id}`,
    symbol: `${market}.${id}`,
    base: String(id),
    quote: "GBP",
    assetClass: "betting",
    contract: {
      kind: "betting",
      market,
      currency: "GBP",
      commissionPpm: 50_000,
      discountPpm: 0,
      winners,
      runners: null,
    },
    priceRule: CLASSIC,
    qtyRule: { scale: 2, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
    minNotional: null,
    sessionEndUs: null,
    status: "open",
    capabilities: null,
  };
}

/** Turns lines into events. */
export class BettingLines {
  readonly #ids = new Map<string, InstrumentId>();
  readonly #traded = new Map<string, Map<number, number>>();
  readonly #seen = new Set<InstrumentId>();
  readonly #closed = new Set<string>();

  /** Returns the events of one line. */
  *read(line: string): Generator<Event, void> {
    const message = JSON.parse(line) as { op: string; pt: number; mc?: readonly Change[] };
    if (message.op !== "mcm") return;
    for (const change of message.mc ?? []) yield* this.#change(change, message.pt * 1_000);
  }

  *#change(change: Change, us: number): Generator<Event, void> {
    const { marketDefinition: definition } = change;
    if (definition !== undefined) yield* this.#define(change.id, { definition, us });
    for (const runner of merged(change.rc ?? [])) yield* this.#runner(change, { runner, us });
  }

  *#define(
    market: string,
    of: { readonly definition: Definition; readonly us: number },
  ): Generator<Event, void> {
    const { definition, us } = of;
    if (definition.status === "CLOSED") this.#closed.add(market);
    const payload: MarketPayloads["MarketDefined"] = {
      status: definition.status === "OPEN"
        ? "open"
        : definition.status === "CLOSED"
        ? "closed"
        : "suspended",
      inPlay: definition.inPlay,
      betDelayMs: definition.betDelay * 1_000,
      isPassiveFree: false,
      baseRatePpm: Math.round(definition.marketBaseRate * 10_000),
      discountAllowed: definition.discountAllowed,
      version: definition.version,
      removals: definition.runners.filter((runner) => runner.status === "REMOVED").map((
        runner,
      ) => ({
        runner: String(runner.id),
        reductionPpm: Math.round((runner.adjustmentFactor ?? 0) * 10_000),
        atUs: micros(Date.parse(runner.removalDate ?? "1970-01-01") * 1_000),
      })),
    };
    for (const runner of definition.runners) {
      yield* this.#list(market, { runner: runner.id, us, winners: definition.numberOfWinners });
      const id = this.#ids.get(`${market} ${runner.id}`);
      if (id !== undefined) yield market_(id, us, { eventType: "MarketDefined", payload });
    }
  }

  *#list(
    market: string,
    of: { readonly runner: number; readonly us: number; readonly winners: number },
  ): Generator<Event, void> {
    const key = `${market} ${of.runner}`;
    if (this.#ids.has(key)) return;
    const id = instrumentId(this.#ids.size);
    this.#ids.set(key, id);
    yield {
      seqId: seqId(1),
      eventTime: micros(of.us),
      ingestTime: micros(of.us),
      source: "control",
      venue: venueId(0),
      instrument: id,
      eventType: "InstrumentListed",
      payload: { ...runnerOf(id, market, of.winners), symbol: key },
      idempotencyKey: null,
    };
  }

  *#runner(
    change: Change,
    of: { readonly runner: Runner; readonly us: number },
  ): Generator<Event, void> {
    const { runner, us } = of;
    const key = `${change.id} ${runner.id}`;
    yield* this.#list(change.id, { runner: runner.id, us, winners: 1 });
    const id = this.#ids.get(key);
    if (id === undefined) return;
    if (!this.#closed.has(change.id)) {
      yield* this.#trades(id, { key, runner, us, isImage: change.img === true });
    }
    const levels = { bids: flat(runner.atl), asks: flat(runner.atb), updateId: null };
    if (change.img === true || !this.#seen.has(id)) {
      this.#seen.add(id);
      yield market_(id, us, { eventType: "BookSnapshot", payload: levels });
    } else if (levels.bids.length + levels.asks.length > 0) {
      yield market_(id, us, { eventType: "BookDelta", payload: levels });
    }
  }

  *#trades(
    id: InstrumentId,
    of: {
      readonly key: string;
      readonly runner: Runner;
      readonly us: number;
      readonly isImage: boolean;
    },
  ): Generator<Event, void> {
    const known = this.#traded.get(of.key);
    const traded = known ?? new Map<number, number>();
    this.#traded.set(of.key, traded);
    for (const [price, size] of of.runner.trd ?? []) {
      const [at, now] = [Math.round(price * 100), Math.round(size * 100)];
      const volume = now - (traded.get(at) ?? 0);
      traded.set(at, now);
      if (volume <= 0 || known === undefined || of.isImage) continue;
      const payload = { price: px(at), qty: qty(volume), side: null, tradeId: null };
      yield market_(id, of.us, { eventType: "TradePrinted", payload });
    }
  }
}

/** What a message says of a runner in several places, as one: trades come before the book change. */
function merged(changes: readonly Runner[]): readonly Runner[] {
  const byRunner = new Map<string, Runner>();
  for (const change of changes) {
    const key = `${change.id} ${change.hc ?? 0}`;
    const known = byRunner.get(key);
    byRunner.set(key, {
      id: change.id,
      hc: change.hc ?? 0,
      atb: [...known?.atb ?? [], ...change.atb ?? []],
      atl: [...known?.atl ?? [], ...change.atl ?? []],
      trd: [...known?.trd ?? [], ...change.trd ?? []],
    });
  }
  return [...byRunner.values()];
}

function flat(ladder: Ladder | undefined): number[] {
  return (ladder ?? []).flatMap(([price, size]) => [
    Math.round(price * 100),
    Math.round(size * 100),
  ]);
}

type News = {
  readonly [Type in keyof MarketPayloads]: {
    readonly eventType: Type;
    readonly payload: MarketPayloads[Type];
  };
}[keyof MarketPayloads];

function market_(instrument: InstrumentId, us: number, news: News): Event {
  return {
    seqId: seqId(1),
    eventTime: micros(us),
    ingestTime: micros(us),
    source: "market_data",
    venue: venueId(0),
    instrument,
    idempotencyKey: null,
    ...news,
  };
}
