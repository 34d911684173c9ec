/**
 * Checks of options that venues over CCXT share: what is wrong, a sentence each.
 * @module
 */
import type { VenueOptions } from "../../venue.ts";

/** A thing that cannot be, below `options`. */
export type OptionProblem = { readonly path: string; readonly problem: string };
/** Other hosts than the exchange's, without a path, and without a password that the journal would keep. */
export type Endpoints = { readonly rest: string; readonly stream: string };
/** An integer, and what it may be. */
export type NumberOption = { readonly name: string; readonly from: number; readonly to: number };

/** Returns what is wrong with a word, or a number, of a closed list; none at all is fine. */
export function wordProblems(
  options: VenueOptions,
  path: string,
  words: readonly (string | number)[],
): readonly OptionProblem[] {
  const value = options[path];
  if (value === undefined || words.some((word) => word === value)) return [];
  return [{ path, problem: `must be one of ${words.join(", ")}: was ${JSON.stringify(value)}` }];
}

/** Returns what is wrong with an integer within bounds; none at all is fine. */
export function numberProblems(
  options: VenueOptions,
  { name: path, from, to }: NumberOption,
): readonly OptionProblem[] {
  const value = options[path];
  if (value === undefined) return [];
  if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) {
    return [];
  }
  const problem = `must be an integer from ${from} to ${to}: was ${JSON.stringify(value)}`;
  return [{ path, problem }];
}

/** Returns what is wrong with other hosts; none at all is fine. */
export function endpointProblems(value: unknown): readonly OptionProblem[] {
  if (value === undefined || endpointsOf(value) !== null) return [];
  const problem =
    'must be {rest: "https://…", stream: "wss://…"}, without a path, a user or a password';
  return [{ path: "endpoints", problem }];
}

/** Returns the hosts, or null where there are none. */
export function endpointsOf(value: unknown): Endpoints | null {
  if (typeof value !== "object" || value === null) return null;
  const { rest, stream } = value as { readonly rest?: unknown; readonly stream?: unknown };
  if (typeof rest !== "string" || typeof stream !== "string") return null;
  const fits = /^https?:\/\/[^/?#@]+$/.test(rest) && /^wss?:\/\/[^/?#@]+$/.test(stream);
  return fits ? { rest, stream } : null;
}

/** Returns a number, or what it is where none is given. */
export function numberOf(options: VenueOptions, name: string, fallback: number): number {
  const value = options[name];
  return typeof value === "number" ? value : fallback;
}
