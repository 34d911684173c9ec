/**
 * Where the daemon keeps its state unless told otherwise: the XDG base directory's place for it.
 * @module
 */

/** Reads one variable of the environment. */
export type Environment = (name: string) => string | undefined;

/**
 * Returns `$XDG_STATE_HOME/tapeline`, or `~/.local/state/tapeline` without that variable; undefined
 * if the environment names no home either. Source: XDG Base Directory Specification 0.8, which has
 * relative paths ignored.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * const environment = new Map([["HOME", "/var/lib/trader"]]);
 * strictEqual(
 *   defaultStateDirectory((name) => environment.get(name)),
 *   "/var/lib/trader/.local/state/tapeline",
 * );
 * ```
 */
export function defaultStateDirectory(environment: Environment): string | undefined {
  const base = environment("XDG_STATE_HOME");
  if (base?.startsWith("/")) return `${base}/tapeline`;
  const home = environment("HOME");
  return home ? `${home}/.local/state/tapeline` : undefined;
}
