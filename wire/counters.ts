/**
 * What the server counts, for the `metrics` query and the log.
 * @module
 */
import type { LogLevelOf } from "../edge/log_events.ts";
import { flatHistogram } from "../edge/metrics/flat.ts";
import { Histogram } from "../edge/metrics/histogram.ts";
import type { Samples } from "../edge/metrics/samples.ts";
import type { Log } from "../edge/ports.ts";
import { FATAL_CODES, NON_FATAL_CODES } from "./server_message.ts";

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
  "wire_heartbeats_in",
  "wire_heartbeats_out",
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
  readonly #callbacks = new Histogram();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add(name: WireCounter, by = 1): void {
    this.#plain[name] += by;
  }

  /** A client has echoed a heartbeat that was sent `us` before. */
  echoed(us: number): void {
    this.#callbacks.observe(us);
  }

  /** Counts an ERROR or a refused request by its code; logs the first of each peer and code. */
  problem(of: { readonly peer: string; readonly code: string; readonly message: string }): void {
    this.#problems.set(of.code, (this.#problems.get(of.code) ?? 0) + 1);
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
    const problems = [...this.#problems].map(([code, count]) =>
      [`wire_errors_${code.toLowerCase()}`, count] as const
    );
    return {
      ...this.#plain,
      ...Object.fromEntries(problems),
      ...flatHistogram("wire_callback", this.#callbacks),
    };
  }

  /** What flat names cannot say. */
  measure(into: Samples): void {
    for (const code of new Set([...FATAL_CODES, ...NON_FATAL_CODES, ...this.#problems.keys()])) {
      into.put("tapeline_wire_errors_total", this.#problems.get(code) ?? 0, { code });
    }
    into.histogram("tapeline_wire_callback_seconds", this.#callbacks);
  }
}
