/**
 * The configuration as the program reads it: complete, checked, camelCase.
 *
 * `reference.yaml` documents each key; the types follow from the schema. `options` and `credentials`
 * of a venue keep the spelling of the file, since their keys are the adapter's; so do `columns` of a
 * capture, which are the format's, and `hotloop`, which has names of instruments among its keys.
 * @module
 */
import type { SecretSource } from "../edge/secrets.ts";
import type { ConfigurationFile } from "./schema.ts";

type Camel<Key extends string> = Key extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Key;

type CamelKeys<Value> = Value extends readonly (infer Item)[] ? readonly CamelKeys<Item>[]
  : Value extends object ? {
      readonly [Key in keyof Value as Key extends string ? Camel<Key> : never]: Key extends
        keyof Kept ? Kept[Key] : CamelKeys<Value[Key]>;
    }
  : Value;

/** What keeps the spelling of its keys. */
type Kept = {
  readonly options: Readonly<Record<string, unknown>>;
  readonly hotloop: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, SecretSource>>;
  readonly columns: Readonly<Record<string, string | number>>;
};

/** Maps whose keys are not the schema's. */
const KEPT: ReadonlySet<string> = new Set(["options", "credentials", "columns", "hotloop"]);

export type Configuration = CamelKeys<ConfigurationFile>;
export type VenueConfiguration = Configuration["venues"][number];
export type ExchangeConfiguration = Configuration["exchanges"][number];
export type ClientConfiguration = Configuration["clients"][number];
export type InstrumentConfiguration = VenueConfiguration["instruments"][number];
export type FeedConfiguration = VenueConfiguration["feed"];

/** Returns the file's content under the program's names. */
export function toConfiguration(file: ConfigurationFile): Configuration {
  return camelKeys(file) as Configuration;
}

/** Returns what the command line changed; undefined leaves a value as it is. */
export function withOverrides(
  configuration: Configuration,
  overrides: { readonly port: number | undefined; readonly stateDirectory: string | undefined },
): Configuration {
  const { wire, state } = configuration;
  return {
    ...configuration,
    wire: { ...wire, port: overrides.port ?? wire.port },
    state: { directory: overrides.stateDirectory ?? state.directory },
  };
}

/** Returns the configuration with the paths of its captures resolved. */
export function withCaptureFiles(
  configuration: Configuration,
  resolve: (path: string) => string,
): Configuration {
  const venues = configuration.venues.map((venue) => {
    if (venue.feed.kind !== "capture") return venue;
    const beside = venue.feed.beside.map((of) => ({ ...of, files: of.files.map(resolve) }));
    return { ...venue, feed: { ...venue.feed, files: venue.feed.files.map(resolve), beside } };
  });
  return { ...configuration, venues };
}

/** Returns the configuration with the paths of its secrets resolved. */
export function withCredentialFiles(
  configuration: Configuration,
  resolve: (path: string) => string,
): Configuration {
  const venues = configuration.venues.map((venue) => {
    const sources = Object.entries(venue.credentials).map(([name, source]) =>
      [name, "file" in source ? { file: resolve(source.file) } : source] as const
    );
    return { ...venue, credentials: Object.fromEntries(sources) };
  });
  return { ...configuration, venues };
}

function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) =>
    [camel(key), KEPT.has(key) ? inner : camelKeys(inner)] as const
  );
  return Object.fromEntries(entries);
}

function camel(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
