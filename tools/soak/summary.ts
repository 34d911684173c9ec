/**
 * What a soak prints: one JSON object with verdicts, figures per sixth of the run, and what was
 * done.
 * @module
 */
import { between, holds, type Verdict } from "./judge.ts";
import type { Recording, Sample, Timings } from "./recording.ts";
import type { SoakResult } from "./soak.ts";
import { median, quantile } from "./statistics.ts";

const PARTS = 6;

/** Returns the object. Sizes in bytes, times in microseconds where the name says nothing else. */
export function summaryOf(
  { recording, done, stats }: SoakResult,
  verdicts: readonly Verdict[],
): Readonly<Record<string, unknown>> {
  const last = recording.samples.at(-1);
  const { durationMs } = recording;
  const partMs = durationMs / PARTS;
  return {
    holds: holds(verdicts),
    minutes: durationMs / 60_000,
    truth_events: last?.truthEvents,
    market_events: last?.marketEvents,
    cpu_share: (last?.cpuSeconds ?? 0) / (durationMs / 1_000),
    verdicts,
    sixths: Array.from(
      { length: PARTS },
      (_, at) => partOf(recording, { fromMs: at * partMs, toMs: (at + 1) * partMs }),
    ),
    done,
    stats,
    outcome: recording.outcome,
  };
}

type Stretch = { readonly fromMs: number; readonly toMs: number };

function partOf(recording: Recording, stretch: Stretch): Readonly<Record<string, unknown>> {
  const { fromMs, toMs } = stretch;
  const samples = recording.samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  const mid = (of: (sample: Sample) => number): number | undefined => median(samples.map(of));
  const timing = (timings: Timings): Readonly<Record<string, unknown>> => {
    const within = between(timings, stretch);
    const at = (part: number): number => Math.round(quantile(within, part) ?? 0);
    return { count: within.length, p50: at(0.5), p99: at(0.99), p999: at(0.999) };
  };
  return {
    anonymous_bytes: mid((sample) => sample.anonymousBytes),
    heap_bytes: mid((sample) => sample.heapBytes),
    external_bytes: mid((sample) => sample.externalBytes),
    descriptors: mid((sample) => sample.descriptors),
    truth_bytes: mid((sample) => sample.truthBytes),
    market_bytes: mid((sample) => sample.marketBytes),
    journal_bytes: mid((sample) => sample.journalBytes),
    index_bytes: mid((sample) => sample.indexBytes),
    checkpoint_bytes: mid((sample) => sample.checkpointBytes),
    follower_lag: mid((sample) => sample.followerLag),
    index_lag: mid((sample) => sample.indexLag),
    intent_to_report_us: timing(recording.intents),
    echo_us: timing(recording.echo),
    sync_us: timing(recording.sync),
  };
}
