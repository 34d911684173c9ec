/**
 * The adapters of this build: the one list of them, shared by the main thread, which reads what they
 * declare, and the venues' Workers, which load and run one each.
 * @module
 */
import type { AdapterDescription, AdapterFactory } from "../venue.ts";
import type { Examiner } from "./examination.ts";
import { CCXT_DESCRIPTION } from "./ccxt/description.ts";

/** An adapter of a build. */
export type RegisteredAdapter = {
  readonly description: AdapterDescription;
  /** Loads its code; called in the venue's Worker only, so that nobody else pays for it. */
  readonly load: () => AdapterFactory | Promise<AdapterFactory>;
  /** Loads what examines its venue for `doctor`, in a Worker as well; absent: it cannot. */
  readonly loadExaminer?: () => Promise<Examiner>;
};

/** Adapters by the name that configuration uses. */
export type AdapterRegistry = ReadonlyMap<string, RegisteredAdapter>;

/** What this build brings along. */
export const ADAPTERS: AdapterRegistry = new Map([
  ["ccxt", {
    description: CCXT_DESCRIPTION,
    load: (): Promise<AdapterFactory> => import("./ccxt/mod.ts").then(({ ccxtVenue }) => ccxtVenue),
    loadExaminer: (): Promise<Examiner> =>
      import("./ccxt/mod.ts").then(({ ccxtExaminer }) => ccxtExaminer),
  }],
]);

/** Returns what a build's adapters say of themselves. */
export function descriptionsOf(
  adapters: AdapterRegistry,
): ReadonlyMap<string, AdapterDescription> {
  return new Map([...adapters].map(([name, { description }]) => [name, description] as const));
}
