/**
 * Configuration: files and environment in, validated values out, before any socket opens.
 *
 * `parseConfiguration` reads, `declareVenues` turns the result into what the core is told,
 * `canonicalConfiguration` into what the journal keeps. `reference.yaml` documents every key.
 * @module
 */
export { canonicalConfiguration } from "./canonical.ts";
export type { Registry } from "./checks.ts";
export {
  type ClientConfiguration,
  type Configuration,
  type ExchangeConfiguration,
  type InstrumentConfiguration,
  type VenueConfiguration,
  withOverrides,
} from "./configuration.ts";
export {
  type DeclaredInstrument,
  type DeclaredVenue,
  declareVenues,
  type DeclaringAdapters,
  feedSourceOf,
} from "./declare.ts";
export { declareClients, type DeclaredClient } from "./declare_limits.ts";
export { PAPER_ADAPTER, PAPER_DEFAULT } from "./default.ts";
export { type ConfigurationText, parseConfiguration } from "./load.ts";
export { ConfigurationRefused, problemLine } from "./problems.ts";
export { defaultStateDirectory, type Environment } from "./state_directory.ts";
