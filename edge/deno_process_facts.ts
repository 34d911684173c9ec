/**
 * Production facts about the process, as far as the runtime's permissions let it be asked.
 *
 * Known limit: the table of descriptors may be read with every permission only. What is told instead
 * is the number that the next one would get: at least so many are open, since the system gives out
 * the lowest that is free.
 * @module
 */
import type { GCProfiler } from "node:v8";
import type { GarbageKind, GarbageWatch, ProcessFacts, ProcessFigures } from "./ports.ts";

/** Kinds by the profiler's names. Source: Node.js, `v8.GCProfiler`. */
const KINDS: ReadonlyMap<string, GarbageKind> = new Map([
  ["Scavenge", "minor"],
  ["MinorMarkSweep", "minor"],
  ["MarkSweepCompact", "major"],
  ["IncrementalMarking", "incremental"],
  ["ProcessWeakCallbacks", "weak"],
]);
/** The runtime tells a pause in nanoseconds. */
const NS_PER_US = 1000;

/** Returns the facts of this process, garbage of this thread. */
export function denoProcessFacts(): ProcessFacts {
  return { runtime: `deno ${Deno.version.deno}`, read, watchGarbage };
}

function read(): ProcessFigures {
  const { rss, heapUsed, external } = Deno.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    startUs: Math.round(performance.timeOrigin * 1000),
    cpuUs: user + system,
    residentBytes: rss,
    heapUsedBytes: heapUsed,
    heapLimitBytes: process.getBuiltinModule("node:v8").getHeapStatistics().heap_size_limit,
    externalBytes: external,
    openDescriptors: lowestFree(),
  };
}

function lowestFree(): number | undefined {
  const { closeSync, openSync } = process.getBuiltinModule("node:fs");
  try {
    const descriptor = openSync("/dev/null", "r");
    closeSync(descriptor);
    return descriptor;
  } catch {
    return undefined; // none is left, or the platform has no such file: by contract not an error
  }
}

/** The profiler gives what it noted when it stops, so it is stopped and started again. */
function watchGarbage(): GarbageWatch {
  let profiler = startedProfiler();
  return {
    take: () => {
      const { statistics } = profiler.stop();
      profiler = startedProfiler();
      return statistics.map(({ gcType, cost }) => ({ kind: kindOf(gcType), us: cost / NS_PER_US }));
    },
    stop: () => {
      profiler.stop();
    },
  };
}

function startedProfiler(): GCProfiler {
  const profiler = new (process.getBuiltinModule("node:v8").GCProfiler)();
  profiler.start();
  return profiler;
}

function kindOf(type: string): GarbageKind {
  return KINDS.get(type) ?? "minor";
}
