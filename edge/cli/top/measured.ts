/**
 * Latencies and refusals: what the daemon has counted since it started, under the flat names of the
 * `metrics` query, and beside it what passed while the view was open. A daemon that does not count
 * them is shown by the latter alone.
 * @module
 */
import type { JsonObject } from "../../../wire/json.ts";
import type { LatencyModel, RejectsModel } from "./model.ts";
import { numberAt } from "./reading.ts";
import type { Tallies } from "./tallies.ts";

/** Names of the daemon's histograms, before and behind those of the venues. */
const FIRST = [["intent→disk", "intent_durable"]] as const;
const LAST = [
  ["intent→report", "intent_report"],
  ["fill→report", "fill_report"],
  ["disk commit", "journal_commit"],
  ["loop lag", "loop_lag"],
] as const;
const VENUE_ACK = /^venue_(.+)_ack_count$/;
const REJECTS = /^rejects_(.+)$/;
/** Hops that only the reports tell. */
const TALLIED: ReadonlySet<string> = new Set(["disk→sent", "sent→ack"]);

/** Returns latencies, the most telling first. */
export function latencyModels(metrics: JsonObject, tallies: Tallies): readonly LatencyModel[] {
  const venues = [...metrics.keys()].flatMap((key) => VENUE_ACK.exec(key)?.[1] ?? []).sort();
  const named = [
    ...FIRST,
    ...venues.map((venue) => [`→ack ${venue}`, `venue_${venue}_ack`] as const),
  ];
  const measured = named.flatMap(([hop, name]) => histogram(metrics, hop, name) ?? []);
  if (measured.length === 0) return tallies.latency;
  return [
    ...measured,
    ...tallies.latency.filter(({ hop }) => TALLIED.has(hop)),
    ...LAST.flatMap(([hop, name]) => histogram(metrics, hop, name) ?? []),
  ];
}

function histogram(metrics: JsonObject, hop: string, name: string): LatencyModel | undefined {
  const count = numberAt(metrics, `${name}_count`) ?? 0;
  const p50Us = numberAt(metrics, `${name}_p50_us`);
  const p99Us = numberAt(metrics, `${name}_p99_us`);
  if (count === 0 || p50Us === null || p99Us === null) return undefined;
  return { hop, count, p50Us, p99Us, maxUs: null };
}

/** Returns refusals by code, the most frequent first; `sinceUs`: when the view began to count. */
export function rejectsModel(
  metrics: JsonObject,
  tallies: Tallies,
  sinceUs: number | null,
): RejectsModel {
  const seen = tallies.codes;
  const counted = [...metrics].flatMap(([key, count]) => {
    const code = REJECTS.exec(key)?.[1]?.toUpperCase();
    if (code === undefined || typeof count !== "number" || count === 0) return [];
    return [{ code, count, text: seen.find((row) => row.code === code)?.text ?? "" }];
  });
  if (counted.length === 0) return { sinceUs, codes: seen };
  counted.sort((left, right) => right.count - left.count || (left.code < right.code ? -1 : 1));
  return { sinceUs: null, codes: counted };
}
