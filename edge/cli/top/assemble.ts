/**
 * Parts of the model, each from the answer that tells it.
 * @module
 */
import type { JsonObject } from "../../../wire/json.ts";
import { sumOf } from "./figures.ts";
import type {
  DaemonFacts,
  InstrumentModel,
  PositionModel,
  QueueModel,
  TagModel,
  TotalModel,
  VenueModel,
} from "./model.ts";
import { isTrueAt, numberAt, objectOf, objectsOf, textAt } from "./reading.ts";

const QUEUE = /^queue_(.+)_policy$/;

/** Returns what HELLO_ACK says of the daemon. */
export function daemonFacts(ack: JsonObject): DaemonFacts {
  const daemon = objectOf(ack.get("daemon"));
  return {
    version: textAt(daemon, "version") ?? "",
    mode: textAt(ack, "mode") ?? "",
    journalId: textAt(ack, "journal_id") ?? "",
    configDigest: textAt(daemon, "config_digest") ?? "",
  };
}

/** Returns the rows of `positions` that are not empty, by instrument. */
export function positionModels(rows: readonly JsonObject[]): readonly PositionModel[] {
  return rows.map((row) => ({
    instrument: textAt(row, "instrument") ?? "",
    qty: textAt(row, "qty") ?? "0",
    avgPx: textAt(row, "avg_px"),
    realisedPnl: textAt(row, "realised_pnl") ?? "0",
    unrealisedPnl: textAt(row, "unrealised_pnl"),
    currency: textAt(row, "currency") ?? "",
  }));
}

/** Returns P&L of all positions by currency, none where not all are known; with the fees of all tags. */
export function totalModels(
  positions: readonly PositionModel[],
  metrics: JsonObject,
  known: { readonly isWhole: boolean },
): readonly TotalModel[] {
  const fees = objectsOf(metrics.get("pnl_by_tag")).flatMap((row) => feesOf(row));
  const currencies = [...positions, ...fees].map(({ currency }) => currency);
  return [...new Set(currencies)].sort().map((currency) => {
    const held = positions.filter((row) => row.currency === currency);
    const unrealised = held.map(({ unrealisedPnl }) => unrealisedPnl);
    const isPriced = known.isWhole && unrealised.every((amount) => amount !== null);
    const realised = known.isWhole ? sumOf(held.map(({ realisedPnl }) => realisedPnl)) : undefined;
    return {
      currency,
      realised: realised ?? null,
      unrealised: isPriced ? sumOf(unrealised.filter((amount) => amount !== null)) ?? null : null,
      fees: sumOf(fees.filter((fee) => fee.currency === currency).map(({ amount }) => amount)) ??
        null,
    };
  });
}

type Fee = { readonly currency: string; readonly amount: string };

function feesOf(row: JsonObject): readonly Fee[] {
  return objectsOf(row.get("fees")).map((fee) => ({
    currency: textAt(fee, "currency") ?? "",
    amount: textAt(fee, "amount") ?? "0",
  }));
}

/** Returns what each tag has made, a row for each of its currencies. */
export function tagModels(metrics: JsonObject): readonly TagModel[] {
  return objectsOf(metrics.get("pnl_by_tag")).flatMap((row) => {
    const lines = objectsOf(row.get("instruments"));
    const fees = feesOf(row);
    const currencies = [
      ...lines.map((line) => textAt(line, "currency") ?? ""),
      ...fees.map(({ currency }) => currency),
    ];
    return [...new Set(currencies)].sort().map((currency) => {
      const made = lines.filter((line) => textAt(line, "currency") === currency)
        .map((line) => textAt(line, "pnl"));
      const isPriced = made.every((amount) => amount !== null);
      const paid = fees.filter((fee) => fee.currency === currency).map(({ amount }) => amount);
      return {
        client: textAt(row, "client") ?? "",
        tag: textAt(row, "tag"),
        isRest: isTrueAt(row, "rest"),
        currency,
        pnl: isPriced ? sumOf(made.filter((amount) => amount !== null)) ?? null : null,
        fees: sumOf(paid) ?? "0",
      };
    });
  });
}

/** What is known of books: instruments by venue that were asked for, and those with a book. */
export type BookCounts = ReadonlyMap<string, { readonly asked: number; readonly fresh: number }>;

/** Returns the venues of HELLO_ACK as `risk` and the newest events describe them. */
export function venueModels(
  ack: JsonObject,
  risk: JsonObject,
  of: {
    readonly statuses: ReadonlyMap<string, string>;
    readonly reasons: ReadonlyMap<string, string>;
    readonly books: BookCounts;
    /** Names of those that have not closed. */
    readonly instruments: ReadonlySet<string>;
  },
): readonly VenueModel[] {
  const risks = new Map(objectsOf(risk.get("venues")).map((row) => [textAt(row, "venue"), row]));
  const open = new Map<string, number>();
  for (const instrument of of.instruments) {
    const venue = venueOf(instrument);
    open.set(venue, (open.get(venue) ?? 0) + 1);
  }
  return objectsOf(ack.get("venues")).map((row) => {
    const venue = textAt(row, "venue") ?? "";
    const held = risks.get(venue) ?? new Map();
    const counted = of.books.get(venue);
    const books = counted?.asked === 0 ? undefined : counted;
    const pauses = [numberAt(held, "paused_until_us"), numberAt(held, "breaker_open_until_us")];
    const paused = pauses.filter((until) => until !== null);
    return {
      venue,
      exchange: textAt(row, "exchange") ?? "",
      status: of.statuses.get(venue) ?? textAt(held, "status") ?? textAt(row, "status") ?? "",
      tradingState: textAt(held, "trading_state"),
      openOrders: numberAt(held, "open_orders"),
      freshBooks: books?.fresh ?? null,
      books: books?.asked ?? null,
      openInstruments: open.get(venue) ?? 0,
      failures: numberAt(held, "failures"),
      pausedUntilUs: paused.length === 0 ? null : Math.max(...paused),
      reason: of.reasons.get(venue) ?? "",
    };
  });
}

/** Returns the venue's name of an instrument's. */
export function venueOf(instrument: string): string {
  return instrument.split(":", 1)[0] ?? "";
}

/** Returns the instruments that are held back by themselves; what has closed needs nobody. */
export function instrumentModels(risk: JsonObject): readonly InstrumentModel[] {
  return objectsOf(risk.get("instruments")).flatMap((row) => {
    const tradingState = textAt(row, "trading_state") ?? "Active";
    if (tradingState === "Active" || textAt(row, "status") === "closed") return [];
    return [{ instrument: textAt(row, "instrument") ?? "", tradingState }];
  });
}

/** Returns the queues, the fullest first. */
export function queueModels(metrics: JsonObject): readonly QueueModel[] {
  const names = [...metrics.keys()].flatMap((key) => QUEUE.exec(key)?.[1] ?? []);
  return names.map((name) => {
    const count = (what: string): number => numberAt(metrics, `queue_${name}_${what}`) ?? 0;
    return {
      name,
      policy: textAt(metrics, `queue_${name}_policy`) ?? "",
      depth: count("depth"),
      highWater: count("high_water"),
      dropped: count("dropped"),
      conflated: count("conflated"),
      heldBack: count("held_back"),
    };
  }).sort((left, right) =>
    right.depth - left.depth || right.highWater - left.highWater ||
    (left.name < right.name ? -1 : 1)
  );
}

/** Returns every entry of `metrics` that is a number. */
export function numbersOf(metrics: JsonObject): ReadonlyMap<string, number> {
  return new Map(
    [...metrics].flatMap(([name, value]) =>
      typeof value === "number" ? [[name, value] as const] : []
    ),
  );
}
