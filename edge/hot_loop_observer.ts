/**
 * The hot loop in the daemon: it hears every applied event before the wire does, follows our own
 * orders in their queues, and holds what its detectors said of the newest event.
 *
 * Invariant: nothing here leaves by itself; the wire shows it when its event is durable. A fault of
 * the hot loop costs a signal, never the daemon.
 * Orders that rest since before this run are followed from its beginning on: the first book shows
 * what is before them, at most.
 * Limits: at most `RESTING_MAX` of those. A fault is logged once per instrument.
 * @module
 */
import type { Effects } from "../core/effects.ts";
import type { Event } from "../core/event.ts";
import type { Emission, HotLoop, PlacedOrder, SignalEmission } from "../core/hotloop/mod.ts";
import { unreachable } from "../core/invariant.ts";
import type { Instrument } from "../core/instrument.ts";
import type { InstrumentId, OrderId, Qty } from "../core/numbers.ts";
import type { ExecutionReport, OrderFields } from "../core/report.ts";
import type { BookView } from "../core/view.ts";
import type { Observer, SignalSource } from "../wire/backend.ts";
import type { Log } from "./ports.ts";

/** So many orders of runs before are followed, those with the lowest ids. */
const RESTING_MAX = 100_000;

/** An order that is followed, as it joined its queue. */
type Followed = PlacedOrder & { orderQty: Qty };

export type HotLoopObserverOptions = {
  /** Makes the machine; what it says goes to `emit`. */
  readonly create: (emit: (emission: Emission) => void) => HotLoop;
  /** What is listed now: an instrument that a run before this one knew need not be listed again. */
  readonly listed: () => readonly Instrument[];
  /** An instrument's book as the engine keeps it. */
  readonly book: (instrument: InstrumentId) => BookView | undefined;
  /** Orders that are open now, up to a number of them. */
  readonly open: (limit: number) => readonly ExecutionReport[];
  readonly log: Log;
};

/** Observes the loop for the hot loop. */
export class HotLoopObserver implements Observer, SignalSource {
  readonly hotLoop: HotLoop;
  readonly #log: Log;
  readonly #listed: () => readonly Instrument[];
  readonly #book: HotLoopObserverOptions["book"];
  readonly #open: HotLoopObserverOptions["open"];
  readonly #followed = new Map<OrderId, Followed>();
  readonly #failed = new Set<InstrumentId | null>();
  #emissions: SignalEmission[] = [];

  constructor(options: HotLoopObserverOptions) {
    this.#log = options.log;
    this.#listed = options.listed;
    this.#book = options.book;
    this.#open = options.open;
    this.hotLoop = options.create((emission) => this.#heard(emission));
  }

  get emissions(): readonly SignalEmission[] {
    return this.#emissions;
  }

  /** What it counts, names as the `metrics` query spells them. */
  counters(): Readonly<Record<string, number>> {
    const counted = Object.entries(this.hotLoop.counters())
      .map(([name, count]) => [`hotloop_${name}`, count] as const);
    return { ...Object.fromEntries(counted), hotloop_orders_followed: this.#followed.size };
  }

  applied(event: Event, effects: Effects): void {
    if (this.#emissions.length > 0) this.#emissions = [];
    this.hotLoop.apply(event);
    if (event.eventType === "Started") this.#begin(event);
    if (event.eventType === "ConfigurationReloaded") this.#reconfigure(event);
    for (const report of effects.reports) this.#follow(report);
  }

  released(): void {}

  /** A run begins without books, with the instruments that are known and the orders that rest. */
  #begin(started: Event<"Started">): void {
    this.#followed.clear();
    this.#list(started);
    for (const { order, ordStatus } of this.#open(RESTING_MAX)) {
      if (order !== null && ordStatus !== "Submitted") this.#join(order);
    }
  }

  /** Its settings, all or none; what they leave as it was goes on undisturbed. */
  #reconfigure(event: Event<"ConfigurationReloaded">): void {
    const configuration: unknown = JSON.parse(event.payload.configuration);
    const settings = isMap(configuration) ? configuration["hotloop"] : undefined;
    const before = new Set(this.hotLoop.instruments);
    const updated = this.hotLoop.updateConfig(settings);
    if (!updated.ok) {
      const text = updated.problems.join("; ");
      const code = "SETTINGS";
      return this.#log.write("warning", "hotloop_failed", { instrument: null, code, text });
    }
    this.#list(event);
    this.#switchOn(new Set(this.hotLoop.instruments.filter((id) => !before.has(id))));
  }

  /** Instruments whose signals were off begin with the engine's book, and orders at its levels' ends. */
  #switchOn(instruments: ReadonlySet<InstrumentId>): void {
    for (const id of instruments) {
      const book = this.#book(id);
      if (book !== undefined) this.hotLoop.takeBook(id, book);
    }
    for (const order of this.#followed.values()) {
      if (instruments.has(order.instrument)) this.hotLoop.track(order);
    }
  }

  #list(because: Event<"Started" | "ConfigurationReloaded">): void {
    for (const payload of this.#listed()) {
      if (payload.status === "closed") continue;
      const { id: instrument, venue } = payload;
      this.hotLoop.apply({
        ...because,
        venue,
        instrument,
        eventType: "InstrumentListed",
        payload,
      });
    }
  }

  #follow({ order, execType, ordStatus }: ExecutionReport): void {
    if (order === null) return;
    const known = this.#followed.get(order.orderId);
    switch (ordStatus) {
      case "Accepted":
      case "PartiallyFilled":
      case "CancelPending": // it waits in its queue meanwhile, and the venue may refuse
        if (known === undefined ? execType === "New" : hasJoinedAnew(order, known)) {
          this.#join(order);
        } else if (known !== undefined) known.orderQty = order.orderQty;
        return;
      case "Filled":
      case "Cancelled":
      case "Rejected":
      case "Expired":
        return this.#leave(order);
      case "Submitted":
      case "ReplacePending":
      case null:
        return;
      default:
        return unreachable(ordStatus);
    }
  }

  #join({ orderId, instrument, side, price, orderQty }: OrderFields): void {
    if (price === null) return;
    const placed = { orderId, instrument, side, price, orderQty };
    this.#followed.set(orderId, placed);
    this.hotLoop.track(placed);
  }

  #leave({ orderId, instrument }: OrderFields): void {
    if (this.#followed.delete(orderId)) this.hotLoop.untrack({ orderId, instrument });
  }

  #heard(emission: Emission): void {
    if (emission.kind === "signal") {
      this.#emissions.push(emission);
      return;
    }
    const { instrument, code, text } = emission;
    if (this.#failed.has(instrument)) return;
    this.#failed.add(instrument);
    this.#log.write("warning", "hotloop_failed", { instrument, code, text });
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Another price, or more of it: at the end of the queue again. */
function hasJoinedAnew(order: OrderFields, known: Followed): boolean {
  return order.price !== known.price || order.orderQty > known.orderQty;
}
