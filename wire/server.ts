/**
 * The wire server: listens on loopback, owns the sessions, and tells them what the timeline does.
 *
 * Invariants: nothing that carries a sequence number, or follows from one, is written before it is
 * durable. A client has at most one session that is acted on: from the moment at which a newer
 * SessionOpened is applied, nothing of the older one is.
 * Ordering: on release the reports of all clients become durable first; then sessions open in the
 * order of their events; then everyone's socket is written, once each.
 * Limits: `maxSessions` with HELLO; `ANONYMOUS_MAX` without and `LINGERING_MAX` that are closing:
 * of these the oldest gives way.
 * @module
 */
import type { Effects } from "../core/effects.ts";
import type { Draft, Event } from "../core/event.ts";
import { instrumentAt } from "../core/instrument.ts";
import type { InstrumentId, SeqId, SessionId } from "../core/numbers.ts";
import type { MetricSource } from "../edge/metrics/registry.ts";
import type { Samples } from "../edge/metrics/samples.ts";
import type { Listener, Socket } from "../edge/ports.ts";
import type { Backend, Observer, Producer } from "./backend.ts";
import { type Concerned, orderEvent, toChannelEvent } from "./channel_event.ts";
import { WireCounters } from "./counters.ts";
import { type EncodedReport, reportText } from "./encoded_report.ts";
import { LookBacks } from "./look_backs.ts";
import { ReportStreams } from "./report_streams.ts";
import { encodeOrderPayload } from "./rows.ts";
import type { ErrorCode } from "./server_message.ts";
import { Session } from "./session.ts";
import { SessionBook } from "./session_book.ts";
import { closedDraft } from "./session_drafts.ts";
import type { AdmissionRefusal, SessionHost } from "./session_host.ts";
import type { WirePorts, WireSettings } from "./settings.ts";
import { signalEvent, SignalEvents } from "./signal_events.ts";

/** Connections that have not said HELLO. */
const ANONYMOUS_MAX = 64;
/** Closing connections: they have their second, or their minutes to read behind GOODBYE. */
const LINGERING_MAX = 64;
/** Longest wait for what was read before `stop` to be answered. */
const STOP_US = 2_000_000;
const LOOPBACK = ["127.0.0.1", "::1"];

export type WireServerOptions = {
  readonly backend: Backend;
  readonly ports: WirePorts;
  readonly settings: WireSettings;
  /** The bytes of the token's text. */
  readonly token: Uint8Array;
};

/** Serves clients; driven by the daemon's loop through `applied` and `released`. */
export class WireServer implements Observer, MetricSource {
  readonly #backend: Backend;
  readonly #ports: WirePorts;
  readonly #settings: WireSettings;
  readonly #counters: WireCounters;
  readonly #host: SessionHost;
  readonly #book = new SessionBook();
  readonly #streams: ReportStreams;
  readonly #signals: SignalEvents | undefined;
  readonly #control: Producer;
  /** Ends of books and sessions that found the control queue full. */
  #closings: Draft[] = [];
  /** There are ends of books among what waits. */
  #hasBookEnds = false;
  #listeners: Listener[] = [];
  #stopped: (() => void) | undefined;
  #isDone = false;

  constructor(options: WireServerOptions) {
    this.#backend = options.backend;
    this.#ports = options.ports;
    this.#settings = options.settings;
    this.#counters = new WireCounters(options.ports.log);
    this.#streams = new ReportStreams(options.backend);
    const { signals } = options.backend;
    this.#signals = signals && new SignalEvents(signals);
    this.#control = options.backend.openProducer("sessions");
    this.#control.onRoom(() => this.#offerClosings());
    this.#host = {
      ...options,
      counters: this.#counters,
      lookBacks: new LookBacks(options.ports.timers),
      signals: this.#signals,
      metrics: () => this.counters(),
      reportSeq: (clientId) => this.#reportSeq(clientId),
      admit: (session) => this.#admit(session),
      offerClose: (drafts) => this.#offerClose(drafts),
      mayServe: () => !this.#isEndingBooks(),
      subscriptionsChanged: (session) => this.#subscriptionsChanged(session),
      lingers: (session) => this.#lingers(session),
      gone: (session) => this.#gone(session),
    };
  }

  /**
   * Listens on the configured loopback address, and on the other one where it exists.
   * @throws {Error} If the address is not loopback or is taken.
   */
  listen(): { readonly port: number } {
    const { host } = this.#settings;
    if (!LOOPBACK.includes(host)) {
      throw new Error(`Cannot listen: wire.host must be 127.0.0.1 or ::1: was ${host}`);
    }
    const first = this.#listenOn(host, this.#settings.port);
    for (const other of LOOPBACK) {
      if (other === host) continue;
      try {
        this.#listenOn(other, first.port);
      } catch (error) {
        this.#ports.log.write("info", "wire_not_listening", { host: other, error: String(error) });
      }
    }
    return { port: first.port };
  }

  #listenOn(hostname: string, port: number): Listener {
    const address = { hostname, port };
    const listener = this.#ports.sockets.listen(address, (socket) => this.#accept(socket));
    this.#listeners.push(listener);
    return listener;
  }

  /** What the server counts, names as the `metrics` query spells them. */
  counters(): Readonly<Record<string, number>> {
    return {
      ...this.#counters.read(),
      wire_connections_open: this.#book.connected.size,
      wire_sessions_open: this.#book.size,
    };
  }

  measure(into: Samples): void {
    this.#counters.measure(into);
  }

  applied(event: Event, effects: Effects, reports: readonly EncodedReport[]): void {
    for (const report of reports) this.#streams.hold(report, event.seqId);
    if (event.eventType === "SessionOpened") this.#opened(event);
    if (event.eventType === "SessionClosed") this.#closed(event);
    if (event.eventType === "IntentReceived" && effects.repeats.length > 0) {
      const session = this.#book.members.get(event.payload.session);
      const { intentId } = event.payload.intent;
      for (const { reportSeqs } of effects.repeats) {
        session?.repeat({ intentId, reportSeqs: [...reportSeqs] }, event.seqId);
      }
    }
    if (this.#book.watching.size > 0) this.#show(event, effects, reports);
  }

  released(upTo: SeqId): void {
    this.#streams.release(upTo);
    this.#acknowledge(upTo);
    for (const session of this.#book.connected) session.released();
    this.#streams.settle((client) => this.#book.attached.get(client)?.isReceiving === true);
    if (this.#stopped !== undefined) this.#stopIdle();
  }

  /**
   * Takes no more connections and reads nothing more; when what was read has been answered, every
   * session ends `SHUTTING_DOWN`. Calls `done` once, when the last connection is closed.
   */
  stop(done: () => void): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = done;
    this.#closeListeners();
    for (const session of this.#book.connected) session.stopReading();
    this.#ports.timers.after(STOP_US, () => this.#endAll());
    this.#stopIdle();
  }

  /** Ends every session now, with an unnumbered ERROR; nothing that was held is written. */
  fatal(code: ErrorCode, message: string): void {
    this.#closeListeners();
    for (const session of [...this.#book.connected]) session.fatal({ code, message });
  }

  #closeListeners(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
  }

  #stopIdle(): void {
    const { connected } = this.#book;
    const isDurable = this.#backend.durableSeq >= this.#backend.view.seqId;
    if (isDurable && [...connected].every((session) => session.isIdle)) this.#endAll();
  }

  #endAll(): void {
    this.fatal(
      "SHUTTING_DOWN",
      "Cannot keep the session: the daemon is shutting down; reconnect " +
        "with resume_from when it is back",
    );
    this.#doneIfEmpty();
  }

  #doneIfEmpty(): void {
    if (this.#isDone || this.#stopped === undefined || this.#book.connected.size > 0) return;
    this.#isDone = true;
    this.#stopped();
  }

  #accept(socket: Socket): void {
    this.#counters.add("wire_connections");
    const { anonymous } = this.#book;
    if (anonymous.size >= ANONYMOUS_MAX) {
      const [oldest] = anonymous;
      this.#counters.add("wire_connections_refused");
      oldest?.destroy();
    }
    this.#book.add(new Session(this.#host, socket));
  }

  #admit(session: Session): SessionId | AdmissionRefusal {
    if (this.#stopped !== undefined) {
      return {
        code: "SHUTTING_DOWN",
        message: "Cannot open a session: the daemon is shutting down",
      };
    }
    const { maxSessions } = this.#settings;
    const id = this.#book.size < maxSessions
      ? this.#book.admit(session, this.#backend.view.seqId)
      : undefined;
    if (id !== undefined) {
      this.#counters.add("wire_sessions");
      return id;
    }
    this.#counters.add("wire_connections_refused");
    const message = `Cannot open a session: there must be fewer than wire.max_sessions, ` +
      `${maxSessions}: try again later`;
    return { code: "RATE_LIMIT", message };
  }

  #reportSeq(clientId: string): number {
    const client = this.#backend.view.clientIndex(clientId);
    return client === undefined ? 0 : this.#streams.of(client).durable;
  }

  #opened(event: Event<"SessionOpened">): void {
    const { session: id, client: clientId } = event.payload;
    const client = this.#backend.view.clientIndex(clientId);
    if (client === undefined) return;
    const { current, members, openings } = this.#book;
    current.get(client)?.replaced();
    const session = members.get(id);
    if (session === undefined) return this.#offerClose([lostDraft(event)]);
    current.set(client, session);
    session.openingApplied(event.seqId, client);
    openings.push({ seq: event.seqId, client, session });
  }

  #closed(event: Event<"SessionClosed">): void {
    const session = this.#book.members.get(event.payload.session);
    if (session?.client === undefined) return;
    this.#book.retire(event.payload.session, session.client);
    session.closeApplied(event.seqId, this.#streams.of(session.client));
  }

  #acknowledge(upTo: number): void {
    const { openings, attached } = this.#book;
    let done = 0;
    for (const { seq, client, session } of openings) {
      if (seq > upTo) break;
      done += 1;
      attached.get(client)?.endReplaced();
      attached.set(client, session);
      session.acknowledge(this.#streams.of(client));
    }
    openings.splice(0, done);
  }

  /** Shows an applied event to those who have subscribed. */
  #show(event: Event, effects: Effects, reports: readonly EncodedReport[]): void {
    const { view } = this.#backend;
    const shown = toChannelEvent(event, view);
    if (shown !== undefined) {
      for (const { feed } of this.#book.watching) feed.offer(shown);
    }
    if (event.source === "market_data" && event.instrument !== null) {
      this.#showSignals(event, event.instrument);
    }
    if (event.eventType === "ConfigurationReloaded") this.#showReloaded(event);
    const hedgers = [...this.#book.watching].filter(({ feed }) => feed.wantsOrders);
    if (hedgers.length === 0) return;
    for (const [at, report] of reports.entries()) {
      const payload = encodeOrderPayload({
        clientId: view.clientName(report.client),
        report: reportText(report),
      });
      const instrument = effects.reports[at]?.order?.instrument ?? null;
      const order = orderEvent(event, view, { instrument, payload });
      for (const { feed } of hedgers) feed.offer(order);
    }
  }

  /** Signals may be off now, or on with the engine's book, or computed with other settings. */
  #showReloaded(event: Event<"ConfigurationReloaded">): void {
    for (const { id, venue } of this.#backend.view.instruments) {
      this.#showSignals({ ...event, venue, instrument: id }, id);
    }
  }

  /** Shows what the event changed in the signals of an instrument. */
  #showSignals(event: Concerned, id: InstrumentId): void {
    const { view } = this.#backend;
    const instrument = instrumentAt(view.instruments, id);
    const watching = [...this.#book.watching].filter(({ feed }) => feed.wantsSignals(id));
    if (this.#signals === undefined || instrument === undefined || watching.length === 0) return;
    for (const signal of this.#signals.news(instrument)) {
      const shown = signalEvent(event, view, signal);
      for (const { feed } of watching) feed.offer(shown);
    }
  }

  #subscriptionsChanged(session: Session): void {
    if (session.feed.isEmpty) this.#book.watching.delete(session);
    else this.#book.watching.add(session);
  }

  #lingers(session: Session): void {
    const { anonymous, lingering } = this.#book;
    anonymous.delete(session);
    lingering.add(session);
    const [oldest] = lingering;
    if (lingering.size > LINGERING_MAX) oldest?.destroy();
  }

  #gone(session: Session): void {
    this.#book.remove(session);
    const { attached } = this.#book;
    if (session.client !== undefined && attached.get(session.client) === session) {
      attached.delete(session.client);
    }
    this.#doneIfEmpty();
  }

  #offerClose(drafts: readonly Draft[]): void {
    for (const draft of drafts) this.#closings.push(draft);
    this.#hasBookEnds ||= drafts.some(({ eventType }) => eventType === "BookInvalidated");
    this.#offerClosings();
  }

  /** The release of what ends the wait lets sessions go on. */
  #isEndingBooks(): boolean {
    this.#hasBookEnds &&= this.#closings.length > 0 || this.#control.length > 0;
    return this.#hasBookEnds;
  }

  #offerClosings(): void {
    let taken = 0;
    for (const draft of this.#closings) {
      if (!this.#control.offer(draft)) break;
      taken += 1;
    }
    this.#closings.splice(0, taken);
  }
}

/** The closing of a session whose connection went before its SessionOpened was applied. */
function lostDraft(event: Event<"SessionOpened">): Draft<"SessionClosed"> {
  const { session } = event.payload;
  return closedDraft({ session, cause: "lost", keepOrders: false }, event.ingestTime);
}
