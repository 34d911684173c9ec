/**
 * What one session has subscribed to, and how it gets it: snapshots, updates, conflation.
 *
 * Invariant: a book update holds the full top of the book as it was at its `seq_id`, and none comes
 * before the snapshot that a subscription is owed.
 * Limits: snapshots are read from the state when they may leave: what a session is owed costs a number
 * per instrument and one frame. With `conflate_ms` at most one update of a book, or of an instrument's
 * queues, per interval, sampled when it leaves; a slow reader, and any reader while the disk is slow,
 * gets the newest event of each book, tape, signal and timer.
 * @module
 */
import type { Cancel } from "../edge/ports.ts";
import { type Instrument, instrumentAt } from "../core/instrument.ts";
import type { InstrumentId } from "../core/numbers.ts";
import type { Backend } from "./backend.ts";
import { type ChannelEvent, type Concerned, encodeBookNow } from "./channel_event.ts";
import type { WireCounters } from "./counters.ts";
import { type EventKey, type EventQueue, markConflated } from "./event_queue.ts";
import type { Channel, Selection, Subscribe, Unsubscribe } from "./message.ts";
import type { ResultCode } from "./server_message.ts";
import type { WirePorts } from "./settings.ts";
import { signalEvent, type SignalEvents } from "./signal_events.ts";
import { type BookOptions, type Chosen, Subscriptions } from "./subscriptions.ts";

const DEFAULT_DEPTH = 10;
/** Channels that begin with what is so now. */
const STATE_CHANNELS = ["book", "signal"] as const;
type StateChannel = typeof STATE_CHANNELS[number];

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
  /** Absent: no signals. */
  readonly signals: SignalEvents | undefined;
  /** Way out. */
  readonly out: { readonly events: EventQueue; readonly isBehind: boolean; flush(): void };
  /** Most characters of one EVENTS frame. */
  readonly frameChars: number;
};

/** One book, or the queues of one instrument. */
type Sampled = { readonly channel: Channel; readonly id: InstrumentId; readonly key: EventKey };

/** What is sampled under `conflate_ms`; `cancel` ends the wait of an update that is held back. */
type Pace = Sampled & { nextUs: number; skipped: number; cancel: Cancel | undefined };

/** Subscriptions at work. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #subscriptions = new Subscriptions();
  readonly #paces = new Map<EventKey, Pace>();
  /** Channels of instruments whose snapshot is still to be made. */
  readonly #owed = new Map<InstrumentId, Set<StateChannel>>();
  #intervalMs: number | undefined;
  #unwatch: (() => void) | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#subscriptions.isEmpty;
  }

  /** True if signals of an instrument are subscribed. */
  wantsSignals(instrument: InstrumentId): boolean {
    return this.#subscriptions.find("signal", instrument) !== undefined;
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
      depth: message.depth ?? DEFAULT_DEPTH,
      conflateUs: (message.conflateMs ?? 0) * 1_000,
    });
    answer();
    this.#oweSnapshots(chosen);
    this.#endIntervals(chosen);
    this.#options.out.flush();
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
    this.#endIntervals(chosen);
    if (!this.#subscriptions.has("timer")) this.#stopWatching();
    return undefined;
  }

  /** Sends an applied event if it was asked for. It leaves when it is durable. */
  offer(event: ChannelEvent): void {
    if (event.isSampled === true) return this.#offerSampled(event);
    if (event.channel === "timer" && event.intervalMs !== this.#intervalMs) return;
    if (this.#wants(event)) this.#push(event, event.text(0));
  }

  /** Queues one EVENTS frame of the snapshots that are owed; false if none is. */
  nextSnapshot(): boolean {
    const { backend: { view }, out, frameChars } = this.#options;
    let text = "";
    let count = 0;
    for (const [id, channel] of this.#eachOwed()) {
      const instrument = instrumentAt(view.instruments, id);
      const events = instrument === undefined ? [] : [...this.#stateOf(instrument, channel)];
      const state = events.join();
      if (text !== "" && text.length + state.length > frameChars) break;
      this.#owed.get(id)?.delete(channel);
      text += text === "" || state === "" ? state : `,${state}`;
      count += events.length;
    }
    if (text !== "") out.events.pushFrame(view.seqId, { text, count });
    return text !== "";
  }

  /** Ends everything: the connection is gone. */
  close(): void {
    this.#stopWatching();
    this.#subscriptions.clear();
    this.#owed.clear();
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

  #offerSampled(event: ChannelEvent): void {
    const options = this.#subscriptions.find(event.channel, event.instrument);
    const { channel, instrument, key } = event;
    if (options === undefined || instrument === null) return;
    if (this.#owesBook(channel, instrument)) return;
    if (options.conflateUs === 0 || key === undefined) {
      return this.#push(event, event.text(options.depth));
    }
    const pace = this.#pace({ channel, id: instrument, key });
    const nowUs = this.#options.ports.clock.monotonicUs();
    if (nowUs >= pace.nextUs && pace.cancel === undefined) {
      pace.nextUs = nowUs + options.conflateUs;
      return this.#push(event, event.text(options.depth));
    }
    pace.skipped += 1;
    pace.cancel ??= this.#options.ports.timers.after(pace.nextUs - nowUs, () => {
      this.#sample(pace);
      this.#options.out.flush();
    });
  }

  /** Begins anew under the options that hold now. What was held back goes if no snapshot will hold it. */
  #endIntervals({ channels, instruments }: Chosen): void {
    const ids = instruments === "*" ? undefined : new Set(instruments);
    for (const pace of this.#paces.values()) {
      if (!channels.includes(pace.channel) || ids?.has(pace.id) === false) continue;
      this.#paces.delete(pace.key);
      if (pace.cancel === undefined) continue;
      pace.cancel();
      this.#sample(pace);
    }
  }

  /** The interval is over: sends the state as it is now, in place of what was skipped. */
  #sample(pace: Pace): void {
    const { backend, ports, counters } = this.#options;
    const { channel, id, key } = pace;
    pace.cancel = undefined;
    const options = this.#subscriptions.find(channel, id);
    const instrument = instrumentAt(backend.view.instruments, id);
    if (options === undefined || instrument === undefined) return;
    if (this.#owesBook(channel, id)) return;
    pace.nextUs = ports.clock.monotonicUs() + options.conflateUs;
    const text = channel === "book"
      ? this.#bookNow(instrument, options)
      : this.#queueNow(instrument, options);
    if (text === undefined) return;
    const isConflated = pace.skipped > 1;
    if (isConflated) counters.add("wire_events_conflated", pace.skipped - 1);
    pace.skipped = 0;
    this.#push({ key, seq: backend.view.seqId, isConflated }, text);
  }

  /** True if a snapshot will hold the update. Of signals it might not: only updates say "off". */
  #owesBook(channel: Channel, id: InstrumentId): boolean {
    return channel === "book" && this.#owed.get(id)?.has(channel) === true;
  }

  /** `isConflated`: it stands for others that were left out before. */
  #push(
    event: Pick<ChannelEvent, "key" | "seq"> & { readonly isConflated?: boolean },
    text: string,
  ): void {
    const { out: { events, isBehind }, counters } = this.#options;
    const { key, seq, isConflated = false } = event;
    if (key === undefined || !isBehind) {
      return events.push(seq, isConflated ? markConflated(text) : text);
    }
    if (events.conflate(key, { seq, text, isConflated })) counters.add("wire_events_conflated");
  }

  #pace(of: Sampled): Pace {
    const known = this.#paces.get(of.key);
    if (known !== undefined) return known;
    const pace: Pace = { ...of, nextUs: 0, skipped: 0, cancel: undefined };
    this.#paces.set(of.key, pace);
    return pace;
  }

  /** Notes that what is so of books and signals is to be sent, in as few EVENTS as frames allow. */
  #oweSnapshots(chosen: Chosen): void {
    const channels = STATE_CHANNELS.filter((name) => chosen.channels.includes(name));
    if (channels.length === 0) return;
    const ids = chosen.instruments === "*"
      ? this.#options.backend.view.instruments.map(({ id }) => id)
      : chosen.instruments;
    for (const id of ids) {
      this.#owed.set(id, new Set([...this.#owed.get(id) ?? [], ...channels]));
    }
  }

  /** Gives what is owed, each channel by itself: those of one instrument may not fit one frame. */
  *#eachOwed(): Generator<readonly [InstrumentId, StateChannel], void> {
    for (const [id, channels] of this.#owed) {
      for (const channel of channels) yield [id, channel];
      if (channels.size === 0) this.#owed.delete(id);
    }
  }

  /** Gives the events of an instrument's state now, if the channel is subscribed still. */
  *#stateOf(instrument: Instrument, channel: StateChannel): Generator<string, void> {
    const options = this.#subscriptions.find(channel, instrument.id);
    if (options === undefined) return;
    if (channel === "book") {
      yield this.#bookNow(instrument, options);
      return;
    }
    const { signals, backend } = this.#options;
    if (signals === undefined) return;
    const now = this.#now(instrument);
    for (const signal of signals.now(instrument)) {
      yield signalEvent(now, backend.view, signal).text(options.depth);
    }
  }

  #bookNow(instrument: Instrument, { depth }: BookOptions): string {
    const { backend } = this.#options;
    return encodeBookNow(backend.view, { instrument, depth, nowUs: backend.nowUs() });
  }

  #queueNow(instrument: Instrument, { depth }: BookOptions): string | undefined {
    const { signals, backend } = this.#options;
    const queue = signals?.queue(instrument);
    if (queue === undefined) return undefined;
    return signalEvent(this.#now(instrument), backend.view, queue).text(depth);
  }

  /** What stands around a payload that no event of its own has caused. */
  #now({ id, venue }: Instrument): Concerned {
    const { backend } = this.#options;
    const { view } = backend;
    const nowUs = backend.nowUs();
    return {
      seqId: view.seqId,
      eventTime: view.book(id)?.updatedUs ?? nowUs,
      ingestTime: nowUs,
      source: "market_data",
      venue,
      instrument: id,
      idempotencyKey: null,
    };
  }

  /** Turns names into numbers; refuses the whole list for one bad entry. */
  #choose(selection: Selection): Chosen | Refusal {
    for (const channel of selection.channels) {
      const isMissing = channel === "signal" && this.#options.signals === undefined;
      if (channel !== "bar" && !isMissing) continue;
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
