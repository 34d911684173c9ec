/**
 * Everything on the venues' side of the daemon: a feed for each simulated venue, a link to each
 * venue outside the timeline.
 * @module
 */
import type { VenueCommand } from "../core/command.ts";
import type { Draft } from "../core/event.ts";
import type { Instrument } from "../core/instrument.ts";
import type { InstrumentId, VenueId } from "../core/numbers.ts";
import { type DeclaredVenue, feedSourceOf } from "../config/declare.ts";
import { controlDraft } from "./control_draft.ts";
import type { EngineClock } from "./engine_clock.ts";
import { FeedLink } from "./feed_link.ts";
import { sharedNumbers } from "./feeds/discovery.ts";
import type { FeedInit } from "./feeds/feed.ts";
import type { Ingress, QueueOptions } from "./ingress.ts";
import type { MetricSource } from "./metrics/registry.ts";
import type { Samples } from "./metrics/samples.ts";
import type { Ports } from "./ports.ts";
import type { CommitCells } from "./journal/mod.ts";
import { VenueLink } from "./venues/link.ts";

type Queue = Omit<QueueOptions, "name">;

export type VenueSideOptions = {
  /** With the journal's numbers. */
  readonly venues: readonly DeclaredVenue[];
  /** Instruments that the journal knows. */
  readonly known: readonly Instrument[];
  /** Whether the journal has market data of it. */
  readonly hasMarket: (instrument: InstrumentId) => boolean;
  /** Closed, and not in the configuration: orders of ours still rest there. */
  readonly leaving: readonly Instrument[];
  readonly ports: Pick<Ports, "workers" | "timers" | "log">;
  readonly ingress: Ingress;
  readonly clock: EngineClock;
  readonly clOrdIdPrefix: string;
  readonly commits: CommitCells;
  /** Whether the daemon makes progress: else venues' own switches are to go off. */
  readonly isAlive: () => boolean;
  readonly queues: { readonly marketData: Queue; readonly brokerReports: Queue };
  /** For what the daemon itself says of a venue. */
  readonly offer: (draft: Draft) => void;
};

/** The feeds and links of a daemon. */
export class VenueSide implements MetricSource {
  readonly #options: VenueSideOptions;
  readonly #feeds: FeedLink[] = [];
  readonly #numbers: SharedArrayBuffer;
  readonly #links = new Map<VenueId, VenueLink>();

  constructor(options: VenueSideOptions) {
    this.#options = options;
    this.#numbers = sharedNumbers(firstFree(options));
    for (const venue of options.venues) this.#add(venue);
  }

  /** The venues outside the timeline. */
  get outside(): readonly VenueId[] {
    return [...this.#links.keys()];
  }

  /** Starts all Workers; a venue is `up` when its feed or adapter says so. */
  start(): void {
    for (const feed of this.#feeds) feed.start();
    for (const link of this.#links.values()) link.start();
  }

  /** Announces a command to its venue: nothing of it may leave before that commit. */
  announce(command: VenueCommand, commit: number): void {
    this.#links.get(command.venue)?.announce(command, commit);
  }

  /** Best effort, from memory: every venue is asked to cancel what rests. */
  cancelAll(): void {
    for (const link of this.#links.values()) link.cancelAll();
  }

  measure(into: Samples): void {
    for (const feed of this.#feeds) feed.measure(into);
    for (const link of this.#links.values()) link.measure(into);
  }

  stop(): void {
    for (const feed of this.#feeds) feed.stop();
    for (const link of this.#links.values()) link.stop();
  }

  /** Leaves nothing at work, with the end of the process. */
  end(): void {
    for (const feed of this.#feeds) feed.stop();
    for (const link of this.#links.values()) link.end();
  }

  #add(venue: DeclaredVenue): void {
    const { ports, ingress, clock, queues, clOrdIdPrefix, commits, isAlive } = this.#options;
    const { declaration } = venue;
    const instruments = venue.instruments.map(({ instrument }) => instrument);
    if (declaration.simulation !== null) return this.#addFeed(venue, instruments);
    this.#say(declaration.id, "down");
    const leaving = this.#options.leaving.filter((left) => left.venue === declaration.id);
    const link = new VenueLink({
      init: {
        adapter: venue.adapter,
        declaration,
        instruments: [...instruments, ...leaving],
        clOrdIdPrefix,
        commits,
        options: venue.options,
        credentials: venue.credentials,
        deadManMs: venue.deadManMs,
      },
      ingress,
      leaving: new Set(leaving.map(({ id }) => id)),
      queues: { reportsMax: queues.brokerReports.max, marketMax: queues.marketData.max },
      clock,
      isAlive,
      ports,
    });
    this.#links.set(declaration.id, link);
  }

  #addFeed(venue: DeclaredVenue, instruments: readonly Instrument[]): void {
    const { ports, ingress, clock, queues } = this.#options;
    const feed = feedSourceOf(venue);
    if (feed === undefined) return this.#say(venue.declaration.id, "up");
    const { id, name } = venue.declaration;
    const init = (listed: readonly Instrument[]): FeedInit => {
      const before = this.#options.known.filter((known) => known.venue === id);
      const all = [...instruments, ...before, ...listed];
      const played = all.find((instrument) => this.#wasPlayed(instrument))?.name;
      const plain = { venue: id, instruments, feed, ...(played === undefined ? {} : { played }) };
      if (instruments.length > 0) return plain;
      const known = [...before, ...listed];
      const currency = venue.balances[0]?.currency ?? "";
      return {
        ...plain,
        discovery: { numbers: this.#numbers, venue: { id, name }, currency, known },
      };
    };
    const link = { init, venue: { id, name }, instruments };
    this.#feeds.push(new FeedLink({ ...link, ingress, queue: queues.marketData, clock, ports }));
  }

  /** Betting markets are told of as they are discovered: what it means is another thing there. */
  #wasPlayed({ id, assetClass }: Instrument): boolean {
    return assetClass !== "betting" && this.#options.hasMarket(id);
  }

  #say(venue: VenueId, status: "up" | "down"): void {
    const payload = { status, reason: "the daemon has started" };
    const said = { eventType: "VenueStatusChanged", payload, venue } as const;
    this.#options.offer(controlDraft(said, this.#options.clock.nowUs()));
  }
}

/** The first number that no instrument has. */
function firstFree({ venues, known }: Pick<VenueSideOptions, "venues" | "known">): number {
  const declared = venues.flatMap(({ instruments }) =>
    instruments.map(({ instrument }) => instrument)
  );
  return [...known, ...declared].reduce((next, { id }) => Math.max(next, id + 1), 0);
}
