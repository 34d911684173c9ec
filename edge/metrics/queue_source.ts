/**
 * The queues before the sequencer, for the registry.
 *
 * The `metrics` query shows every queue by name; a series per session would never end, so that
 * series take all sessions together.
 * @module
 */
import { familyOf, type Ingress, type QueuePolicy, type QueueTotals } from "../ingress.ts";
import type { MetricSource } from "./registry.ts";
import type { Samples } from "./samples.ts";

type Family = QueueTotals & { depth: number; max: number; policy: QueuePolicy };

/** All queues. */
export class QueueSource implements MetricSource {
  readonly #ingress: Ingress;

  constructor(ingress: Ingress) {
    this.#ingress = ingress;
  }

  counters(): Readonly<Record<string, number | string>> {
    const counters: Record<string, number | string> = {};
    for (const { name, policy, statistics } of this.#ingress.queues) {
      const key = `queue_${name.replace(/[^a-zA-Z0-9]+/g, "_")}`;
      counters[`${key}_policy`] = policy;
      counters[`${key}_depth`] = statistics.depth;
      counters[`${key}_high_water`] = statistics.highWater;
      counters[`${key}_dropped`] = statistics.dropped;
      counters[`${key}_conflated`] = statistics.conflated;
      counters[`${key}_held_back`] = statistics.refused;
    }
    return counters;
  }

  measure(into: Samples): void {
    for (const [queue, family] of this.#families()) {
      const labels = { queue, policy: family.policy };
      into.put("tapeline_queue_depth", family.depth, labels);
      into.put("tapeline_queue_depth_max", family.max, labels);
      into.put("tapeline_queue_high_water", family.highWater, labels);
      into.put("tapeline_queue_dropped_total", family.dropped, labels);
      into.put("tapeline_queue_conflated_total", family.conflated, labels);
      into.put("tapeline_queue_held_back_total", family.refused, labels);
    }
  }

  /** Those that are open, with what closed ones of the same family counted. */
  #families(): ReadonlyMap<string, Family> {
    const families = new Map<string, Family>();
    for (const { family, policy, max, totals } of this.#ingress.closed) {
      families.set(family, { ...totals, depth: 0, max, policy });
    }
    for (const { name, policy, max, statistics } of this.#ingress.queues) {
      const key = familyOf(name);
      const known = families.get(key);
      const { depth, highWater, dropped, conflated, refused } = statistics;
      families.set(key, {
        policy,
        max,
        depth: depth + (known?.depth ?? 0),
        highWater: Math.max(highWater, known?.highWater ?? 0),
        dropped: dropped + (known?.dropped ?? 0),
        conflated: conflated + (known?.conflated ?? 0),
        refused: refused + (known?.refused ?? 0),
      });
    }
    return families;
  }
}
