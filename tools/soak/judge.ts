/**
 * Judges a soak: what must stay flat is flat, what may grow grows with events alone, nothing was
 * lost and nobody was called. Pure: a recording in, verdicts out.
 *
 * The first sixth, or five minutes, is warm-up and is not judged; a run that has not the time for
 * that is not judged by its memory. Of the rest the last third stands against the first, and for
 * memory a robust slope over the medians of its parts as well, since a leak may hide from either.
 * Memory is held only if the slope is within its bound with confidence, not as it happens to be.
 * Latency is compared as a ratio to the machine's floor in the same minute: a machine that becomes
 * slower is no fault of the daemon's.
 * Known limit: what grows by less than a bound within the run is not seen; run longer.
 * @module
 */
import type { Recording, Sample, Timings } from "./recording.ts";
import { median, partMedians, quantile, slope } from "./statistics.ts";

/** Part of the run that is not judged, and how long that is at least where there is time for it. */
const WARM_UP = 1 / 6;
/** Until then the collectors of all threads find their sizes, and the compiler its code. */
const WARM_UP_MS_MIN = 300_000;
/** What is judged, and by how much it may differ between first and last third. */
export const BOUNDS = {
  /** Growth of memory in an hour of load, the larger of both. */
  memoryBytes: 16_777_216,
  memoryRatio: 0.05,
  /** Of what retention bounds: it drops by segments, at checkpoints. */
  marketRatio: 0.25,
  /** Of the bytes that an event takes. */
  bytesPerEventRatio: 0.05,
  indexBytesPerEventRatio: 0.1,
  /** Events that may wait more; a second's worth. */
  lagEvents: 1_000,
  queueDepth: 16,
  /** Of seconds of pauses a second. */
  pauseShare: 0.005,
  latencyP50Ratio: 0.25,
  latencyP99Ratio: 0.5,
} as const;
/** Parts of the judged time of which memory's slope is taken; each is longer than most sawteeth. */
const MEMORY_PARTS = 50;
const MS_PER_HOUR = 3_600_000;
/** Upper quartile. */
const MOST = 0.75;
/** Slices of a third in which latency stands against its floor. */
const SLICES = 10;
/** Retentions that the judged time must hold, for market data to be judged. */
const RETENTIONS = 3;
/** Timings of a slice below which no p99 is taken. */
const SLICE_TIMINGS = 100;

/** One thing judged. `value` may be at most `bound`; both in `unit`. */
export type Verdict = {
  readonly name: string;
  readonly verdict: "held" | "broken" | "not judged";
  readonly value: number;
  readonly bound: number;
  readonly unit: string;
  readonly detail: string;
};

/** Returns every verdict, in the order in which a reader wants them. */
export function judge(recording: Recording): readonly Verdict[] {
  const thirds = thirdsOf(recording);
  return [
    memory("memory of its own", thirds, (sample) => sample.anonymousBytes),
    memory("heap of the main thread", thirds, (sample) => sample.heapBytes),
    memory("external memory of the main thread", thirds, (sample) => sample.externalBytes),
    descriptors(thirds),
    market(recording, thirds),
    perEvent("truth bytes per event", thirds, {
      of: (sample) => sample.truthBytes,
      bound: BOUNDS.bytesPerEventRatio,
    }),
    perEvent("index bytes per event", thirds, {
      of: (sample) => sample.indexBytes,
      bound: BOUNDS.indexBytesPerEventRatio,
    }),
    more("follower behind", thirds, { of: (one) => one.followerLag, bound: BOUNDS.lagEvents }),
    more("index behind", thirds, { of: (one) => one.indexLag, bound: BOUNDS.lagEvents }),
    more("events in one queue", thirds, { of: (one) => one.queueDepth, bound: BOUNDS.queueDepth }),
    pauses(thirds),
    latency(recording, { part: 0.5, bound: BOUNDS.latencyP50Ratio }),
    latency(recording, { part: 0.99, bound: BOUNDS.latencyP99Ratio }),
    ...ending(recording),
  ];
}

/** Whether nothing is broken. */
export function holds(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ verdict }) => verdict !== "broken");
}

/** Returns how long the warm-up of a run lasts: half of it at most. */
export function warmUpMs(durationMs: number): number {
  return Math.min(durationMs / 2, Math.max(durationMs * WARM_UP, WARM_UP_MS_MIN));
}

type Thirds = {
  readonly isWarm: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  readonly all: readonly Sample[];
  readonly first: readonly Sample[];
  readonly last: readonly Sample[];
};
type Read = (sample: Sample) => number;

function thirdsOf({ samples, durationMs }: Recording): Thirds {
  const { fromMs, thirdMs } = judgedTime(durationMs);
  const all = samples.filter(({ atMs }) => atMs >= fromMs && atMs <= durationMs);
  return {
    isWarm: fromMs >= WARM_UP_MS_MIN,
    fromMs,
    toMs: durationMs,
    all,
    first: all.filter(({ atMs }) => atMs < fromMs + thirdMs),
    last: all.filter(({ atMs }) => atMs >= durationMs - thirdMs),
  };
}

function judgedTime(
  durationMs: number,
): { readonly fromMs: number; readonly thirdMs: number } {
  const fromMs = warmUpMs(durationMs);
  return { fromMs, thirdMs: (durationMs - fromMs) / 3 };
}

function memory(name: string, thirds: Thirds, of: Read): Verdict {
  const { early, late } = mediansOf(thirds, of);
  const { fromMs, toMs } = thirds;
  const points = thirds.all.map((sample) => ({ atMs: sample.atMs, value: of(sample) }));
  const found = slope(partMedians(points, { fromMs, toMs, parts: MEMORY_PARTS }));
  const anHour = (perMs: number): number => mib(perMs * MS_PER_HOUR);
  // Two thirds of the judged time lie between the middles of its first third and its last.
  const grown = Math.max((late - early) / ((toMs - fromMs) * 2 / 3), found.slope);
  const bound = mib(Math.max(BOUNDS.memoryBytes, early * BOUNDS.memoryRatio));
  const detail = `${mib(early)} MiB in the first third, ${mib(late)} in the last; slope ${
    anHour(found.slope)
  }, by 95 % above ${anHour(found.low)}, by 95 % below ${anHour(found.high)}`;
  const unit = "MiB more an hour";
  const verdict = verdictOf({ name, value: anHour(grown), bound, unit, detail });
  const isSure = verdict.verdict === "broken" || anHour(found.high) <= bound;
  return thirds.isWarm && isSure ? verdict : tooShort(verdict);
}

/** What may be at most so much more in the last third. */
function more(
  name: string,
  thirds: Thirds,
  { of, bound }: { readonly of: Read; readonly bound: number },
): Verdict {
  const { early, late } = mediansOf(thirds, of);
  const detail = `${round(early)} in the first third, ${round(late)} in the last`;
  return verdictOf({ name, value: round(late - early), bound, unit: "more", detail });
}

/** Sessions come and go, so a middle swings between two numbers; a leak raises the upper quartile. */
function descriptors({ first, last }: Thirds): Verdict {
  const most = (samples: readonly Sample[]): number =>
    quantile(samples.map((sample) => sample.descriptors), MOST) ?? Number.NaN;
  const [early, late] = [most(first), most(last)];
  const detail = `${early} in the first third, ${late} in the last`;
  return verdictOf({
    name: "open descriptors",
    value: late - early,
    bound: 0,
    unit: "more",
    detail,
  });
}

function market({ marketRetentionMs, durationMs }: Recording, thirds: Thirds): Verdict {
  const { early, late } = mediansOf(thirds, (sample) => sample.marketBytes);
  const verdict = verdictOf({
    name: "market data on disk",
    value: round(late / early - 1),
    bound: BOUNDS.marketRatio,
    unit: "more, of 1",
    detail: `${mib(early)} MiB in the first third, ${mib(late)} in the last`,
  });
  const isRound = durationMs - warmUpMs(durationMs) >= RETENTIONS * marketRetentionMs;
  return isRound ? verdict : tooShort(verdict);
}

function tooShort(verdict: Verdict): Verdict {
  return { ...verdict, verdict: "not judged", detail: `${verdict.detail}; the run is too short` };
}

/** Growth of a size in each third, by the events of that third. */
function perEvent(
  name: string,
  thirds: Thirds,
  { of, bound }: { readonly of: Read; readonly bound: number },
): Verdict {
  const early = bytesPerEvent(thirds.first, of);
  const late = bytesPerEvent(thirds.last, of);
  return verdictOf({
    name,
    value: round(late / early - 1),
    bound,
    unit: "more, of 1",
    detail: `${Math.round(early)} in the first third, ${Math.round(late)} in the last`,
  });
}

function bytesPerEvent(samples: readonly Sample[], of: Read): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return Number.NaN;
  return (of(last) - of(first)) / (last.truthEvents - first.truthEvents);
}

function pauses(thirds: Thirds): Verdict {
  const early = perSecond(thirds.first);
  const late = perSecond(thirds.last);
  return verdictOf({
    name: "pauses for garbage",
    value: round(late - early),
    bound: BOUNDS.pauseShare,
    unit: "seconds a second more",
    detail: `${round(early)} in the first third, ${round(late)} in the last`,
  });
}

function perSecond(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return Number.NaN;
  return (last.gcSeconds - first.gcSeconds) / ((last.atMs - first.atMs) / 1_000);
}

function latency(
  recording: Recording,
  { part, bound }: { readonly part: number; readonly bound: number },
): Verdict {
  const { durationMs } = recording;
  const { fromMs, thirdMs } = judgedTime(durationMs);
  const early = ratioOf(recording, { fromMs, thirdMs, part });
  const late = ratioOf(recording, { fromMs: durationMs - thirdMs, thirdMs, part });
  return verdictOf({
    name: `intent to report, p${part * 100} beside echo and sync`,
    value: round(late / early - 1),
    bound,
    unit: "more, of 1",
    detail: `${round(early)} times its floor in the first third, ${round(late)} in the last`,
  });
}

type Stretch = { readonly fromMs: number; readonly thirdMs: number; readonly part: number };

/** Median over the slices of a third: one disturbance does not decide. */
function ratioOf({ intents, echo, sync }: Recording, { fromMs, thirdMs, part }: Stretch): number {
  const sliceMs = thirdMs / SLICES;
  const ratios = Array.from({ length: SLICES }, (_, at) => {
    const slice = { fromMs: fromMs + at * sliceMs, toMs: fromMs + (at + 1) * sliceMs };
    const within = between(intents, slice);
    const floor = [echo, sync].map((timings) => quantile(between(timings, slice), part) ?? 0)
      .reduce((sum, value) => sum + value, 0);
    const isEnough = within.length * (1 - part) >= SLICE_TIMINGS * 0.01 && floor > 0;
    return isEnough ? (quantile(within, part) ?? 0) / floor : undefined;
  });
  return median(ratios.filter((ratio) => ratio !== undefined)) ?? Number.NaN;
}

/** Returns the durations that ended within a time. */
export function between(
  timings: Timings,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): readonly number[] {
  return timings.us.filter((_, at) => {
    const atMs = timings.atMs[at] ?? 0;
    return atMs >= fromMs && atMs < toMs;
  });
}

function ending({ outcome }: Recording): readonly Verdict[] {
  const { alarms, problems, verified, isVerified, exitCode } = outcome;
  const rung = Object.values(alarms).reduce((sum, count) => sum + count, 0);
  const none = { bound: 0, unit: "" };
  return [
    verdictOf({ ...none, name: "alarms", value: rung, detail: JSON.stringify(alarms) }),
    verdictOf({
      ...none,
      name: "gaps in reports, positions that differ",
      value: problems.length,
      detail: problems[0] ?? "none",
    }),
    verdictOf({
      ...none,
      name: "journal damaged",
      value: isVerified ? 0 : 1,
      detail: verified,
    }),
    verdictOf({ ...none, name: "exit code", value: exitCode, detail: "of the stop at the end" }),
  ];
}

/** A value that could not be measured is not judged: the detail says what was missing. */
function verdictOf(of: Omit<Verdict, "verdict">): Verdict {
  if (!Number.isFinite(of.value)) {
    return { ...of, value: 0, detail: "too little was measured", verdict: "not judged" };
  }
  return { ...of, verdict: of.value <= of.bound ? "held" : "broken" };
}

function mediansOf(
  { first, last }: Thirds,
  of: Read,
): { readonly early: number; readonly late: number } {
  return { early: median(first.map(of)) ?? Number.NaN, late: median(last.map(of)) ?? Number.NaN };
}

function mib(bytes: number): number {
  return Math.round(bytes / 104_857.6) / 10;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
