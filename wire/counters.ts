/**
 * What the server counts, for the `metrics` query and the log.
 * @module
 */
import type { LogLevelOf } from "../edge/log_events.ts";
import type { Log } from "../edge/ports.ts";

/** Names of the plain counters, as the `metrics` query spells them. */
const NAMES = [
  "wire_connections",
  "wire_connections_refused",
  "wire_sessions",
  "wire_frames_in",
  "wire_reports_out",
  "wire_events_out",
  "wire_events_conflated",
  "wire_answers_out",
  "wire_slow_consumers",
  "wire_silent_peers",
  "wire_hello_timeouts",
  "wire_foreign_protocol",
  "wire_rate_limited",
  "wire_read_pauses",
] as const;
export type WireCounter = (typeof NAMES)[number];

/** Most pairs of peer and code remembered; beyond it the log starts over. */
const REMEMBERED_MAX = 1_024;

/** Counters, and a log that says each thing once per peer. */
export class WireCounters {
  readonly #plain = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<
    WireCounter,
    number
  >;
  /** Counts by code, made when first seen. */
  readonly #problems = new Map<string, number>();
  readonly #said = new Set<string>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add(name: WireCounter, by = 1): void {
    this.#plain[name] += by;
  }

  /** Counts an ERROR or a refused request by its code; logs the first of each peer and code. */
  problem(of: { readonly peer: string; readonly code: string; readonly message: string }): void {
    const name = `wire_errors_${of.code.toLowerCase()}`;
    this.#problems.set(name, (this.#problems.get(name) ?? 0) + 1);
    this.once("warning", of);
  }

  /** Logs the first of each peer and code. */
  once(
    level: LogLevelOf<"wire_problem">,
    of: { readonly peer: string; readonly code: string; readonly message: string },
  ): void {
    const key = `${of.peer} ${of.code}`;
    if (this.#said.has(key)) return;
    if (this.#said.size >= REMEMBERED_MAX) this.#said.clear();
    this.#said.add(key);
    this.#log.write(level, "wire_problem", { peer: of.peer, code: of.code, message: of.message });
  }

  /** Everything counted so far. */
  read(): Readonly<Record<string, number>> {
    return { ...this.#plain, ...Object.fromEntries(this.#problems) };
  }
}
