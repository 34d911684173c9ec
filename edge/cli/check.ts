/**
 * `tapeline check`: validates a configuration and says what it means.
 * @module
 */
import {
  canonicalConfiguration,
  type Configuration,
  ConfigurationRefused,
  defaultStateDirectory,
  type Registry,
  type VenueConfiguration,
} from "../../config/mod.ts";
import type { HotLoopSettings } from "../../core/hotloop/mod.ts";
import { EXIT } from "../exit_codes.ts";
import { readCredentials, type Secrets } from "../secrets.ts";
import type { Terminal } from "./actions.ts";
import type { CommandContext } from "./context.ts";
import { flowLimitRows, limitWarnings, orderLimitRows } from "./limit_summary.ts";
import { readConfiguration } from "./read_configuration.ts";
import { signalSettings, signalText, signalWarnings } from "./signal_summary.ts";
import { table } from "./table.ts";

/** What to check and how to answer. */
export type CheckOptions = {
  /** undefined: the built-in configuration. */
  readonly path: string | undefined;
  readonly json: boolean;
  readonly registry: Omit<Registry, "fileExists">;
  readonly secrets: Secrets;
};

/** Prints a summary, or everything that is wrong; what `end` says holds whoever reads it. */
export function check(
  options: CheckOptions,
  { terminal, end }: Pick<CommandContext, "terminal" | "end">,
): void {
  try {
    const configuration = readConfiguration(options.path, {
      registry: options.registry,
      environment: terminal.environment,
    });
    if (options.json) terminal.out(JSON.stringify(summaryJson(configuration, options)));
    else printSummary(configuration, options, terminal);
  } catch (error) {
    if (!(error instanceof ConfigurationRefused) || !options.json) throw error;
    end.code = EXIT.configuration;
    terminal.out(JSON.stringify({ ok: false, problems: error.problems }));
  }
}

function summaryJson(
  configuration: Configuration,
  options: CheckOptions,
): Readonly<Record<string, unknown>> {
  const { mode, wire, state, venues } = configuration;
  const signals = signalSettings(configuration);
  return {
    ok: true,
    mode,
    config_digest: canonicalConfiguration(configuration).configDigest,
    listen: { host: wire.host, port: wire.port },
    state_directory: state.directory,
    venues: venues.map((venue) => ({
      venue: venue.name,
      exchange: venue.exchange,
      adapter: venue.adapter,
      feed: venue.feed.kind,
      instruments: venue.instruments.map(({ symbol }) => `${venue.name}:${symbol}`),
      signals: venue.instruments.map(({ symbol }) =>
        signalText(signals, `${venue.name}:${symbol}`)
      ),
      missing_credentials: credentialsOf(venue, options).missing,
    })),
  };
}

function printSummary(
  configuration: Configuration,
  options: CheckOptions,
  terminal: Terminal,
): void {
  const { path, registry } = options;
  const { mode, wire, state, venues } = configuration;
  const adapters = ["paper", ...registry.adapters.keys()].join(", ");
  const formats = registry.captureFormats.join(", ") || "none";
  const facts = [
    ["configuration", path ?? "built-in paper configuration"],
    ["mode", mode],
    ["listens on", `${wire.host}:${wire.port === 0 ? "any free port" : wire.port}`],
    ["state", placeOfState(state.directory, terminal)],
    ["digest", canonicalConfiguration(configuration).configDigest],
    ["this build", `adapters ${adapters}; capture formats ${formats}`],
  ];
  for (const line of table(facts)) terminal.out(line);
  terminal.out("");
  const head = [
    "instrument",
    "exchange",
    "adapter",
    "feed",
    "tick",
    "step",
    "largest order",
    "signals",
  ];
  const signals = signalSettings(configuration);
  const tables = [
    [head, ...venues.flatMap((venue) => instrumentRows(venue, signals))],
    orderLimitRows(configuration),
    flowLimitRows(configuration),
  ];
  for (const rows of tables) {
    for (const line of table(rows)) terminal.out(line);
    terminal.out("");
  }
  const warnings = [
    ...venues.flatMap((venue) => warningsOf(venue, options)),
    ...limitWarnings(configuration),
    ...signalWarnings(configuration),
  ];
  for (const warning of warnings) terminal.out(warning);
  terminal.out("The configuration is valid.");
}

function warningsOf(venue: VenueConfiguration, options: CheckOptions): string[] {
  const { missing, exposed } = credentialsOf(venue, options);
  return [
    ...(missing === null ? [] : [`${venue.name} gives market data only: ${missing}.`]),
    ...exposed.map((place) =>
      `${venue.name}: ${place} must be readable by its owner alone: make it mode 0600.`
    ),
  ];
}

/** Reads the secrets as the adapter will, and lets go of them at once. */
function credentialsOf(
  venue: VenueConfiguration,
  { registry, secrets }: CheckOptions,
): { readonly missing: string | null; readonly exposed: readonly string[] } {
  const names = registry.adapters.get(venue.adapter)?.credentials(venue.options) ?? [];
  const read = readCredentials(names, venue.credentials, secrets);
  return read.ok ? { missing: null, exposed: read.exposed } : { missing: read.reason, exposed: [] };
}

function instrumentRows(venue: VenueConfiguration, signals: HotLoopSettings): string[][] {
  return venue.instruments.map((instrument) => [
    `${venue.name}:${instrument.symbol}`,
    venue.exchange,
    venue.adapter,
    venue.feed.kind,
    instrument.price.ticks.map(({ step }) => step).join(" / "),
    instrument.quantity.step,
    instrument.limits.maxOrderQty ?? "no limit",
    signalText(signals, `${venue.name}:${instrument.symbol}`),
  ]);
}

function placeOfState(directory: string | null, { environment }: Terminal): string {
  return directory ?? defaultStateDirectory(environment) ?? "must be given by --state-dir";
}
