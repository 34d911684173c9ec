/**
 * The daemon's parts that are made from its configuration alone. What ties them together, and when,
 * is `daemon.ts`.
 * @module
 */
import { HotLoop, type HotLoopSettings, parseHotLoopSettings } from "../core/hotloop/mod.ts";
import type { VenueStatus } from "../core/event.ts";
import type { View } from "../core/view.ts";
import type { Canonical } from "../config/canonical.ts";
import { declareClients } from "../config/declare_limits.ts";
import type { Configuration, DeclaredVenue } from "../config/mod.ts";
import { DaemonBackend, type DaemonBackendOptions } from "../edge/daemon_backend.ts";
import { renumber } from "../edge/declarations.ts";
import { RawFeed } from "../edge/feeds/raw_feed.ts";
import { HotLoopObserver } from "../edge/hot_loop_observer.ts";
import type { Journal } from "../edge/journal/mod.ts";
import type { Loop } from "../edge/loop.ts";
import { PoisonNotes } from "../edge/poison.ts";
import type { Log } from "../edge/ports.ts";
import { Shadows, type ShadowsOptions } from "../edge/shadows.ts";
import { Supervision, type SupervisionPorts } from "../edge/supervision.ts";
import { type Backend, readOrCreateToken, WireServer } from "../wire/mod.ts";
import type { DaemonJournal, DaemonOptions, Reread } from "./options.ts";
import type { Declared } from "./tighten.ts";
import { VERSION } from "../version.ts";

/** What of the backend is not made from options. */
type BackendParts = Pick<
  DaemonBackendOptions,
  "view" | "journal" | "clock" | "ingress" | "intervals" | "signals" | "metrics" | "daemon"
>;

/** Returns the wire server, not yet listening. */
export function createServer(options: DaemonOptions, parts: BackendParts): WireServer {
  const { ports, configuration, stateDirectory, venues } = options;
  const published = renumber(venues, parts.view).filter(({ feed }) => feed.kind === "client");
  const backend = new DaemonBackend({
    ...parts,
    log: ports.log,
    mode: configuration.mode,
    rawFeeds: rawFeedsOf(published, options),
    intents: configuration.queues.intents,
  });
  const clientFeeds = published.map(({ declaration }) => declaration.name);
  const { intentHorizonMs } = configuration.engine;
  return new WireServer({
    backend,
    ports,
    settings: { ...configuration.wire, intentHorizonMs, clientFeeds },
    token: readOrCreateToken(ports, stateDirectory),
  });
}

const NO_FORMATS = "Cannot read what a venue sends: options.openFormat must be given: was not";

/** Readers of the raw lines of clients, by venue; the venues have their numbers. */
function rawFeedsOf(
  venues: readonly DeclaredVenue[],
  { openFormat: open }: Pick<DaemonOptions, "openFormat">,
): ReadonlyMap<string, RawFeed> {
  return new Map(venues.flatMap(({ declaration, feed, instruments: listed }) => {
    if (feed.kind !== "client" || feed.rawFormat === null) return [];
    if (open === undefined) throw new RangeError(NO_FORMATS);
    const instruments = listed.map(({ instrument }) => instrument);
    const raw = new RawFeed({ format: feed.rawFormat, instruments, open });
    return [[declaration.name, raw] as const];
  }));
}

/** Returns the hot loop, ready to observe. */
export function createSignals(configuration: Configuration, view: View, log: Log): HotLoopObserver {
  return new HotLoopObserver({
    create: (emit) => new HotLoop({ settings: hotLoopSettings(configuration), emit }),
    listed: () => view.instruments,
    book: (id) => view.book(id),
    open: (limit) => view.orders("account", { open: true, limit }),
    log,
  });
}

/** @throws {RangeError} If the configuration was not checked. */
function hotLoopSettings({ hotloop }: Configuration): HotLoopSettings {
  const parsed = parseHotLoopSettings(hotloop);
  if (parsed.ok) return parsed.settings;
  throw new RangeError(`Cannot read the configuration: ${parsed.problems.join("; ")}`);
}

/** Starts follower and index. */
export function createShadows(
  { ports, configuration, stateDirectory }: DaemonOptions,
  journal: Journal,
  rest: Pick<ShadowsOptions, "checkpoint" | "nowUs" | "onMismatch">,
): Shadows {
  const { checkpointEvents, index, marketRetentionHours, truthRetentionDays } =
    configuration.journal;
  const { journalId, durableBatch, cells } = journal;
  return new Shadows({
    ports,
    follower: {
      stateDirectory,
      journalId,
      cells,
      checkpointEvents,
      passedOver: [...new PoisonNotes(ports.disk, stateDirectory).quarantined()],
      retention: {
        marketHours: marketRetentionHours,
        truthDays: truthRetentionDays,
      },
    },
    index: index ? { stateDirectory, journalId, cells } : null,
    durableBatch,
    ...rest,
    onDropped: (segment: number) => journal.segmentsDropped(segment),
  });
}

/** Returns who the daemon says it is. */
export function identityOf({ configDigest }: Canonical): Backend["daemon"] {
  return { name: "tapeline", version: VERSION, configDigest };
}

/** Returns what a configuration declares, under the numbers of this journal. */
export function declaredOf({ configuration, venues }: Reread, view: View): Declared {
  return { configuration, venues: renumber(venues, view), clients: declareClients(configuration) };
}

/** What waits for longer than this hangs. */
const DURABLE_LAG_US_MAX = 3_000_000;

/**
 * Returns whether the daemon makes progress, for the venues' own switches. Where nothing becomes
 * durable no cancel can leave, however punctual its timers are.
 */
export function isAlive({ durableLagUs }: Pick<DaemonJournal, "durableLagUs">): boolean {
  return durableLagUs <= DURABLE_LAG_US_MAX;
}

/** Returns what the service manager is told; vital are the loop and the journal's Worker. */
export function createSupervision(
  ports: SupervisionPorts,
  { view, loop, journal }: {
    readonly view: View;
    readonly loop: Pick<Loop, "turns" | "wake">;
    readonly journal: Pick<DaemonJournal, "probe" | "hasAnswered">;
  },
): Supervision {
  let turnsAsked = 0;
  return new Supervision(ports, {
    ask: () => {
      turnsAsked = loop.turns;
      loop.wake();
      journal.probe();
    },
    hasAnswered: () => loop.turns !== turnsAsked && journal.hasAnswered,
    status: () => statusOf(view),
  });
}

/** How a daemon is, in a line: what an operator asks first. */
function statusOf(view: View): string {
  const named = (wanted: VenueStatus): readonly string[] => {
    const names = view.venues.filter(({ status }) => status === wanted).map(({ name }) => name);
    return names.length === 0 ? [] : [`${wanted} ${names.join(", ")}`];
  };
  const venues = (["reconciling", "down", "up"] as const).flatMap(named);
  const trading = view.killSwitch ? "kill switch on" : `trading ${view.tradingState()}`;
  return [view.mode, trading, ...venues].join("; ");
}
