/**
 * What the view counts itself from the reports of all clients: latencies of the newest answers,
 * refusals by code.
 * @module
 */
import type { JsonObject } from "../../../wire/json.ts";
import type { LatencyModel, RejectsModel } from "./model.ts";
import { numberAt, textAt } from "./reading.ts";

/** Answers of which the latencies are kept. */
const SAMPLES = 1_000;
/** Codes are a closed list; a daemon that makes up more shows them together. */
const CODES_MAX = 64;
const OTHERS = "others";

/** From one stamp of a report to another; the most telling first. */
const HOPS = [
  { hop: "intent→ack", from: "recv_us", to: "ack_us" },
  { hop: "intent→disk", from: "recv_us", to: "journal_us" },
  { hop: "disk→sent", from: "journal_us", to: "submit_us" },
  { hop: "sent→ack", from: "submit_us", to: "ack_us" },
] as const;

/** The newest values of one hop. */
class Samples {
  readonly #values = new Float64Array(SAMPLES);
  #count = 0;

  add(value: number): void {
    this.#values[this.#count % SAMPLES] = value;
    this.#count += 1;
  }

  toModel(hop: string): LatencyModel | undefined {
    const count = Math.min(this.#count, SAMPLES);
    if (count === 0) return undefined;
    const sorted = this.#values.slice(0, count).sort();
    const at = (share: number): number => sorted[Math.ceil(count * share) - 1] ?? 0;
    return { hop, count, p50Us: at(0.5), p99Us: at(0.99), maxUs: at(1) };
  }
}

/** Tallies since the view was opened. */
export class Tallies {
  readonly #hops = HOPS.map((hop) => ({ ...hop, samples: new Samples() }));
  readonly #codes = new Map<string, { count: number; text: string }>();

  /** Takes a report of any client. */
  report(report: JsonObject): void {
    if (textAt(report, "exec_type") === "New") this.#stamps(report);
    const code = textAt(report, "reject_code");
    if (code !== null) this.#refusal(code, textAt(report, "text") ?? "");
  }

  get latency(): readonly LatencyModel[] {
    return this.#hops.flatMap(({ hop, samples }) => samples.toModel(hop) ?? []);
  }

  /** Most frequent first. */
  get codes(): RejectsModel["codes"] {
    return [...this.#codes].map(([code, { count, text }]) => ({ code, count, text }))
      .sort((left, right) => right.count - left.count || (left.code < right.code ? -1 : 1));
  }

  #stamps(report: JsonObject): void {
    for (const { from, to, samples } of this.#hops) {
      const [start, end] = [numberAt(report, from), numberAt(report, to)];
      if (start !== null && end !== null && end >= start) samples.add(end - start);
    }
  }

  #refusal(code: string, text: string): void {
    const isKnown = this.#codes.has(code) || this.#codes.size < CODES_MAX;
    const name = isKnown ? code : OTHERS;
    this.#codes.set(name, { count: (this.#codes.get(name)?.count ?? 0) + 1, text });
  }
}
