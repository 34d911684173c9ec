/**
 * The border to a venue: what an adapter is given and what it must do (R-VENUE-1).
 *
 * The core decides; an adapter translates, sends exactly once, and reports. It keeps no order
 * state of its own beyond what a request in flight needs, no queue of requests, and makes no
 * retries. Everything it learns it says as a draft event, in the order in which the venue said it.
 * An adapter runs in a Worker of its own: what it throws is `venue down`, restart, reconcile.
 * @module
 */
import type { OrderCommand, VenueCommand } from "../core/command.ts";
import type { Draft, VenueDeclaration, VenueStatus } from "../core/event.ts";
import type { Capabilities, Instrument } from "../core/instrument.ts";
import type { Micros } from "../core/numbers.ts";
import type { LogLevelOf, VenueLogEvent } from "./log_events.ts";
import type { Ports } from "./ports.ts";
import type { Secret } from "./secrets.ts";

/** What a venue last said of its dead-man switch. */
export type DeadManConfirmed = {
  /** Of several countdowns with orders, the one that was confirmed longest ago. */
  readonly confirmedUs: Micros;
  /** What the venue was asked for: longer than configured where it has to renew more. */
  readonly periodMs: number;
};

/** A released command with the time at which its cause became durable. */
export type ReleasedCommand = { readonly command: VenueCommand; readonly journalUs: Micros };

/** Secrets by the name under which the configuration lists them. Never logged, never journaled. */
export type Credentials = ReadonlyMap<string, Secret>;

/** What the daemon does for an adapter. */
export interface VenueHost {
  readonly declaration: VenueDeclaration;
  /** As configured, or as last listed. Quanta are fixed; grids, minima and status are the venue's. */
  readonly instruments: readonly Instrument[];
  /** First letters of all client order ids of this journal: what is not ours is foreign. */
  readonly clOrdIdPrefix: string;
  readonly nowUs: () => Micros;
  /**
   * The venue's own switch is wanted: it cancels what rests when it has not heard of the daemon for so
   * long. null: it is not, or the venue has none.
   */
  readonly deadManMs: number | null;
  /** Broker reports and facts about the account; false: the queue is full, stop reading. */
  offer(draft: Draft): boolean;
  /**
   * Market data, in a queue of its own that never delays a report; false: it is full, the book
   * must be invalidated and taken anew when there is room.
   */
  offerMarket(draft: Draft): boolean;
  /** The venue's grids, minima, status and capabilities of an instrument; becomes `InstrumentListed`. */
  list(instrument: Instrument): void;
  /**
   * The link's state; becomes `VenueStatusChanged`. `reconciling`: connected, the streams are on;
   * the core answers with a `Reconcile`. `up` is said by the host once `Reconciled` was offered.
   * Also while a stream is lost and requests are answered all the same, so that cancels go; no
   * `Reconcile` is answered `Reconciled` then.
   */
  status(status: Exclude<VenueStatus, "up">, reason: string): void;
  /** Reads the secrets anew; undefined with the reason why as a sentence without any secret. */
  credentials(): { readonly ok: true; readonly values: Credentials } | {
    readonly ok: false;
    readonly reason: string;
  };
  /**
   * The daemon has cut this adapter off and answered for all that it was told of: nothing that changes
   * an order may leave any more, nor be said. Asked at the last moment, as the order transport does.
   */
  isCutOff(): boolean;
  /**
   * The daemon was heard from within the last seconds, and makes progress: nothing waits for the disk
   * for long. A dead-man switch is renewed only then.
   */
  isDaemonAlive(): boolean;
  /** The venue has confirmed its dead-man switch. */
  deadManConfirmed(confirmed: DeadManConfirmed): void;
  /** The venue's clock less ours, and the round trip by which it was measured, microseconds. */
  clockMeasured(clock: { readonly skewUs: number; readonly tripUs: number }): void;
  /**
   * Answers a command of a dry run as a venue would that took everything and filled nothing. Called
   * by the adapter when the request was built to the last byte.
   */
  answerDry(command: OrderCommand): void;
  log<Event extends VenueLogEvent>(
    level: LogLevelOf<Event>,
    event: Event,
    fields?: Readonly<Record<string, unknown>>,
  ): void;
}

/**
 * One venue. Life: `start` once, `send` any number of times, `stop` once.
 *
 * `prepare` comes while a command is being written to the journal: whatever takes time and shows
 * nothing outside may be done (building, signing). `send` of the same command follows when it is
 * durable, or never; it must not depend on a `prepare` before it.
 *
 * For every `Submit`, `Cancel`, `Replace` and `Lookup` there comes exactly one answer: a report, or
 * `RequestFailed` with `notSent` (it provably never left or was not looked at: may be decided again)
 * or `unknown`. A `Lookup` is answered `OrderFound`, after the order's executions were offered, or
 * `OrderNotFound`. A `Reconcile` is answered `Reconciled`, after the executions since and one
 * `AccountReported`, none if the account moved while it was read, or `ReconcileFailed`.
 */
export interface VenueAdapter {
  start(): void;
  prepare?(command: VenueCommand): void;
  send(command: ReleasedCommand): void;
  /**
   * Best effort, when the journal is gone or cannot be applied: cancel whatever of ours rests. First
   * what is known from memory, then what the venue lists: after a restart the memory is empty.
   */
  cancelAll(): void;
  /** Ends timers and connections. Nothing that can change an order leaves any more; nobody waits. */
  stop(): void;
  /**
   * Whether something that nobody caught was left behind by the library under it, and changes nothing:
   * then it is noted, and does not end the adapter. Absent: everything ends it.
   */
  isLeftBehind?(cause: unknown): boolean;
}

/** An adapter's `options` as the configuration has them. */
export type VenueOptions = Readonly<Record<string, unknown>>;

/** Makes an adapter. `options` is the venue's `options` map of the configuration. */
export type AdapterFactory = (
  host: VenueHost,
  ports: Ports,
  options: VenueOptions,
) => VenueAdapter | Promise<VenueAdapter>;

/** What is known of an adapter before it runs: for the configuration, the core and the documents. */
export type AdapterDescription = {
  /** @throws Never: options that are wrong are told by `problems`. */
  capabilities(options: VenueOptions): Capabilities;
  /** Sentences about options that cannot be, each with the path below `options`. */
  problems(options: VenueOptions): readonly { readonly path: string; readonly problem: string }[];
  /** The shortest countdown of the venue's own switch, milliseconds, that it can renew in time. */
  deadManMinMs(instruments: number): number;
  /** Names of the secrets it needs to trade; without them it may still give market data. */
  credentials(options: VenueOptions): readonly string[];
};
