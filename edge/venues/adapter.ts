/**
 * The border to a venue: what an adapter is given and what it must do.
 *
 * The core decides; an adapter translates, sends exactly once, and reports. It keeps no order
 * state of its own beyond what a request in flight needs. Everything it learns it says as a draft
 * event through `VenueHost.offer`, in the order in which the venue said it.
 * @module
 */
import type { VenueCommand } from "../../core/command.ts";
import type { Draft, VenueDeclaration, VenueStatus } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Micros } from "../../core/numbers.ts";
import type { Ports } from "../ports.ts";

/** A released command with the time at which its cause became durable. */
export type ReleasedCommand = { readonly command: VenueCommand; readonly journalUs: Micros };

/** What the daemon does for an adapter. */
export interface VenueHost {
  /** Broker reports and market data, in venue order; false: the queue is full, offer it again. */
  offer(draft: Draft): boolean;
  /** The link's state; becomes `VenueStatusChanged`. */
  status(status: VenueStatus, reason: string): void;
  readonly declaration: VenueDeclaration;
  readonly instruments: readonly Instrument[];
  /** First letters of all client order ids of this journal: what is not ours is foreign. */
  readonly clOrdIdPrefix: string;
  readonly nowUs: () => Micros;
}

/**
 * One venue. Life: `start` once, `send` any number of times, `stop` once.
 *
 * For every `Submit`, `Cancel`, `Replace` and `Lookup` there comes exactly one answer: a report, or
 * `RequestFailed` with `notSent` (provably never left, may be decided again) or `unknown`.
 * An adapter never repeats a request by itself and never invents an outcome.
 */
export interface VenueAdapter {
  start(): void;
  send(command: ReleasedCommand): void;
  /** Best effort, from memory, when the journal is gone: cancel whatever of ours rests. */
  cancelAll(): void;
  stop(): void;
}

/** Makes an adapter. `options` is the venue's `options` map of the configuration. */
export type AdapterFactory = (
  host: VenueHost,
  ports: Ports,
  options: Readonly<Record<string, unknown>>,
) => VenueAdapter;
