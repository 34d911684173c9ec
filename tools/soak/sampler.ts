/**
 * Samples a daemon from outside: what the system says of its process, what it exports, what its
 * state directory takes.
 * @module
 */
import type { DiskGauge } from "./disk_use.ts";
import type { Sample } from "./recording.ts";

const KIB = 1_024;

/** A series of `/metrics.json`. */
type Series = {
  readonly samples: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value?: number;
    readonly sum?: number;
  }[];
};
type Exported = Readonly<Record<string, Series>>;

/** Whom to sample. */
export type Subject = {
  readonly pid: number;
  readonly metricsPort: number;
  readonly disk: DiskGauge;
  /** When the load began, milliseconds of `performance.now`. */
  readonly startMs: number;
};

/** Takes one sample. @throws {Error} If the daemon does not answer. */
export async function takeSample({ pid, metricsPort, disk, startMs }: Subject): Promise<Sample> {
  const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics.json`);
  const exported = await response.json() as Exported;
  const durable = valueOf(exported, "tapeline_journal_durable_seq");
  const market = valueOf(exported, "tapeline_events_total", isMarket);
  return {
    atMs: performance.now() - startMs,
    anonymousBytes: anonymousBytes(pid),
    descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
    heapBytes: valueOf(exported, "tapeline_heap_used_bytes"),
    externalBytes: valueOf(exported, "tapeline_external_memory_bytes"),
    ...disk.read(),
    truthEvents: valueOf(exported, "tapeline_events_total") - market,
    marketEvents: market,
    queueDepth: mostOf(exported, "tapeline_queue_depth"),
    followerLag: durable - valueOf(exported, "tapeline_journal_follower_seq"),
    indexLag: durable - valueOf(exported, "tapeline_journal_index_seq"),
    gcSeconds: valueOf(exported, "tapeline_gc_pause_seconds"),
    cpuSeconds: valueOf(exported, "process_cpu_seconds_total"),
    slowConsumers: valueOf(exported, "tapeline_wire_slow_consumers_total"),
  };
}

/** What the process alone holds in memory, by the system; Linux. */
function anonymousBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * KIB;
}

type Labels = Readonly<Record<string, string>>;

function isMarket(labels: Labels): boolean {
  return labels["source"] === "market_data";
}

/** Sum over the rows of a series; of a histogram, of what it observed. */
function valueOf(
  exported: Exported,
  name: string,
  is: (labels: Labels) => boolean = () => true,
): number {
  return rowsOf(exported, name, is).reduce((sum, value) => sum + value, 0);
}

function mostOf(exported: Exported, name: string): number {
  return Math.max(0, ...rowsOf(exported, name, () => true));
}

function rowsOf(exported: Exported, name: string, is: (labels: Labels) => boolean): number[] {
  return (exported[name]?.samples ?? []).filter(({ labels }) => is(labels))
    .map(({ value, sum }) => value ?? sum ?? 0);
}
