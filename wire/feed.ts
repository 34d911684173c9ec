/**
 * What one session has subscribed to, and how it gets it: snapshots, updates, conflation.
 *
 * Invariant: a book update holds the full top of the book as it was at its `seq_id`.
 * Limits: with `conflate_ms` at most one update of a book per interval, sampled when it leaves; a
 * slow reader gets the newest event of each book, tape and timer.
 * @module
 */
import type { Cancel } from "../edge/ports.ts";
import { type Instrument, instrumentAt } from "../core/instrument.ts";
import type { InstrumentId } from "../core/numbers.ts";
import type { Backend } from "./backend.ts";
import { bookKey, type ChannelEvent, encodeBookNow } from "./channel_event.ts";
import type { WireCounters } from "./counters.ts";
import { type EventQueue, markConflated } from "./event_queue.ts";
import type { Selection, Subscribe, Unsubscribe } from "./message.ts";
import type { ResultCode } from "./server_message.ts";
import type { WirePorts } from "./settings.ts";
import { type Chosen, Subscriptions } from "./subscriptions.ts";

const DEFAULT_DEPTH = 10;
/** Deepest book that is sent. */
const DEPTH_MAX = 1_000;

/** Why a request is refused. */
export type Refusal = {
  readonly ok: false;
  readonly code: ResultCode;
  readonly message: string;
};

export type FeedOptions = {
  readonly backend: Backend;
  readonly ports: WirePorts;
  readonly counters: WireCounters;
  /** Way out. */
  readonly out: { readonly events: EventQueue; readonly isSlow: boolean; flush(): void };
  /** Most characters of one EVENTS frame. */
  readonly frameChars: number;
};

/** One book under `conflate_ms`. */
type Pace = { nextUs: number; skipped: number; cancel: Cancel | undefined };

/** Subscriptions at work. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #subscriptions = new Subscriptions();
  readonly #paces = new Map<InstrumentId, Pace>();
  #intervalMs: number | undefined;
  #unwatch: (() => void) | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#subscriptions.isEmpty;
  }

  /** True if reports of other clients are subscribed. */
  get wantsOrders(): boolean {
    return this.#subscriptions.has("order");
  }

  /** Applies a SUBSCRIBE; `answer` sends its RESULT, the snapshot follows. */
  subscribe(message: Subscribe, answer: () => void): Refusal | undefined {
    const chosen = this.#choose(message);
    if ("code" in chosen) return chosen;
    if (message.channels.includes("timer")) {
      if (message.intervalMs === undefined) return intervalMissing();
      this.#watch(message.intervalMs);
    }
    this.#subscriptions.add(chosen, {
      depth: Math.min(message.depth ?? DEFAULT_DEPTH, DEPTH_MAX),
      conflateUs: (message.conflateMs ?? 0) * 1_000,
    });
    answer();
    if (message.channels.includes("book")) this.#snapshot(chosen);
    return undefined;
  }

  /** Applies an UNSUBSCRIBE. */
  unsubscribe(message: Unsubscribe): Refusal | undefined {
    const chosen = this.#choose(message);
    if ("code" in chosen) return chosen;
    if (!this.#subscriptions.remove(chosen)) {
      const message = "Cannot unsubscribe: one of the channels must be subscribed: none was";
      return { ok: false, code: "NOT_SUBSCRIBED", message };
    }
    if (!this.#subscriptions.has("timer")) this.#stopWatching();
    return undefined;
  }

  /** Sends an applied event if it was asked for. It leaves when it is durable. */
  offer(event: ChannelEvent): void {
    if (event.channel === "book") return this.#offerBook(event);
    if (event.channel === "timer" && event.intervalMs !== this.#intervalMs) return;
    if (this.#wants(event)) this.#push(event, event.text(0));
  }

  /** Ends everything: the connection is gone. */
  close(): void {
    this.#stopWatching();
    this.#subscriptions.clear();
    for (const pace of this.#paces.values()) pace.cancel?.();
    this.#paces.clear();
  }

  #wants(event: ChannelEvent): boolean {
    if (event.channel === "timer") return this.#subscriptions.has("timer");
    if (event.channel === "venue" && event.venue !== null) {
      return this.#subscriptions.coversVenue(event.venue, this.#options.backend.view.instruments);
    }
    return this.#subscriptions.find(event.channel, event.instrument) !== undefined;
  }

  #offerBook(event: ChannelEvent): void {
    const options = this.#subscriptions.find("book", event.instrument);
    if (options === undefined || event.instrument === null) return;
    if (options.conflateUs === 0) return this.#push(event, event.text(options.depth));
    const pace = this.#pace(event.instrument);
    const nowUs = this.#options.ports.clock.monotonicUs();
    if (nowUs >= pace.nextUs && pace.cancel === undefined) {
      pace.nextUs = nowUs + options.conflateUs;
      return this.#push(event, event.text(options.depth));
    }
    pace.skipped += 1;
    const { instrument } = event;
    pace.cancel ??= this.#options.ports.timers.after(
      pace.nextUs - nowUs,
      () => this.#sample(instrument, pace),
    );
  }

  /** The interval is over: sends the book as it is now, in place of what was skipped. */
  #sample(id: InstrumentId, pace: Pace): void {
    const { backend, ports, counters, out } = this.#options;
    pace.cancel = undefined;
    const options = this.#subscriptions.find("book", id);
    const instrument = instrumentAt(backend.view.instruments, id);
    if (options === undefined || instrument === undefined) return;
    pace.nextUs = ports.clock.monotonicUs() + options.conflateUs;
    const text = this.#bookNow(instrument, options.depth);
    const isConflated = pace.skipped > 1;
    if (isConflated) counters.add("wire_events_conflated", pace.skipped - 1);
    pace.skipped = 0;
    const event = { key: bookKey(id), seq: backend.view.seqId };
    this.#push(event, isConflated ? markConflated(text) : text);
    out.flush();
  }

  #push(event: Pick<ChannelEvent, "key" | "seq">, text: string): void {
    const { out, counters } = this.#options;
    if (event.key === undefined || !out.isSlow) return out.events.push(event.seq, text);
    if (out.events.conflate(event.key, { seq: event.seq, text })) {
      counters.add("wire_events_conflated");
    }
  }

  #pace(instrument: InstrumentId): Pace {
    const known = this.#paces.get(instrument);
    if (known !== undefined) return known;
    const pace: Pace = { nextUs: 0, skipped: 0, cancel: undefined };
    this.#paces.set(instrument, pace);
    return pace;
  }

  #snapshot(chosen: Chosen): void {
    const { view } = this.#options.backend;
    const instruments = chosen.instruments === "*"
      ? view.instruments
      : chosen.instruments.flatMap((id) => instrumentAt(view.instruments, id) ?? []);
    const { events } = this.#options.out;
    let text = "";
    for (const instrument of instruments) {
      const depth = this.#subscriptions.find("book", instrument.id)?.depth ?? DEFAULT_DEPTH;
      const event = this.#bookNow(instrument, depth);
      if (text !== "" && text.length + event.length > this.#options.frameChars) {
        events.pushFrame(view.seqId, text);
        text = "";
      }
      text += text === "" ? event : `,${event}`;
    }
    if (text !== "") events.pushFrame(view.seqId, text);
    this.#options.out.flush();
  }

  #bookNow(instrument: Instrument, depth: number): string {
    const { backend } = this.#options;
    return encodeBookNow(backend.view, { instrument, depth, nowUs: backend.nowUs() });
  }

  /** Turns names into numbers; refuses the whole list for one bad entry. */
  #choose(selection: Selection): Chosen | Refusal {
    for (const channel of selection.channels) {
      if (channel !== "bar" && channel !== "signal") continue;
      const message = `Cannot subscribe: this build has no engine for the channel: was ${channel}`;
      return { ok: false, code: "UNSUPPORTED", message };
    }
    if (selection.instruments === "*") return { channels: selection.channels, instruments: "*" };
    const instruments: InstrumentId[] = [];
    for (const name of selection.instruments) {
      const instrument = this.#options.backend.view.instrumentByName(name);
      if (instrument === undefined) return unknownInstrument(name);
      instruments.push(instrument.id);
    }
    return { channels: selection.channels, instruments };
  }

  #watch(intervalMs: number): void {
    if (intervalMs === this.#intervalMs) return;
    this.#stopWatching();
    this.#intervalMs = intervalMs;
    this.#unwatch = this.#options.backend.watchInterval(intervalMs);
  }

  #stopWatching(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#intervalMs = undefined;
  }
}

function intervalMissing(): Refusal {
  const message = "interval_ms: required by the channel timer: was absent";
  return { ok: false, code: "BAD_MESSAGE", message };
}

/** The refusal of a name that is not listed. */
export function unknownInstrument(name: string): Refusal {
  const message = `instrument: must be one that the instruments query lists, such as ` +
    `"venue:symbol": was ${JSON.stringify(name)}`;
  return { ok: false, code: "UNKNOWN_INSTRUMENT", message };
}
