/**
 * The process as series: lateness, pauses, memory, clock, disk, log. Proves the process half of
 * R-OPS-4.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { denoProcessFacts } from "../../../edge/deno_process_facts.ts";
import { ProcessSource } from "../../../edge/metrics/process_source.ts";
import { Samples } from "../../../edge/metrics/samples.ts";
import type { SeriesName } from "../../../edge/metrics/series.ts";
import type { GarbageKind, ProcessFigures } from "../../../edge/ports.ts";
import { MemoryDisk } from "../../support/memory_disk.ts";
import { VirtualTime } from "../../support/virtual_time.ts";

const FIGURES: ProcessFigures = {
  startUs: 5_000_000,
  cpuUs: 2_500_000,
  residentBytes: 100,
  heapUsedBytes: 50,
  heapLimitBytes: 80,
  externalBytes: 7,
  openDescriptors: undefined,
};

/** Timers that fire late by what a test says. */
class LateTime extends VirtualTime {
  lateUs = 0;

  override after(delayUs: number, task: () => void): () => void {
    return super.after(delayUs + this.lateUs, task);
  }
}

class Rig {
  readonly time = new LateTime();
  readonly pauses: { kind: GarbageKind; us: number }[] = [];
  readonly source: ProcessSource;
  isWatching = false;

  constructor() {
    this.source = new ProcessSource({
      ports: {
        clock: this.time,
        timers: this.time,
        disk: new MemoryDisk(),
        log: {
          write: () => {},
          counters: () => ({ log_lines_alarm: 2, log_lines_dropped: 1 }),
        },
        process: {
          runtime: "test 1",
          read: () => FIGURES,
          watchGarbage: () => {
            this.isWatching = true;
            return {
              take: () => this.pauses.splice(0),
              stop: () => this.isWatching = false,
            };
          },
        },
      },
      stateDirectory: "state",
      build: { version: "9", commit: "abc" },
      config: () => ({ mode: "paper", digest: "d" }),
      nowUs: () => this.time.wallUs() - 250_000,
    });
  }

  samples(): Samples {
    const samples = new Samples();
    this.source.measure(samples);
    return samples;
  }

  value(name: SeriesName): number | undefined {
    return this.samples().valuesOf(name)[0]?.value;
  }
}

Deno.test("ProcessSource says what runs and what it uses, in base units", () => {
  const rig = new Rig();
  const [build] = rig.samples().valuesOf("tapeline_build_info");
  deepStrictEqual(build, {
    labels: { version: "9", commit: "abc", runtime: "test 1" },
    value: 1,
  });
  strictEqual(rig.value("process_start_time_seconds"), 5);
  strictEqual(rig.value("process_cpu_seconds_total"), 2.5);
  strictEqual(rig.value("tapeline_clock_difference_seconds"), 0.25);
  strictEqual(rig.value("process_open_fds"), undefined);
  strictEqual(rig.value("process_resident_memory_bytes"), 100);
  strictEqual(rig.value("tapeline_heap_used_bytes"), 50);
  strictEqual(rig.value("tapeline_heap_limit_bytes"), 80);
  strictEqual(rig.value("tapeline_external_memory_bytes"), 7);
  const [config] = rig.samples().valuesOf("tapeline_config_info");
  deepStrictEqual(config, { labels: { mode: "paper", digest: "d" }, value: 1 });
  const levels = rig.samples().valuesOf("tapeline_log_lines_total");
  deepStrictEqual(levels.map(({ labels, value }) => [labels["level"], value]), [
    ["debug", 0],
    ["info", 0],
    ["warning", 0],
    ["error", 0],
    ["alarm", 2],
  ]);
});

Deno.test("ProcessSource measures how late its timer comes, and fetches pauses every second", () => {
  const rig = new Rig();
  rig.source.start();
  ok(rig.isWatching);
  rig.pauses.push({ kind: "major", us: 3_000 });
  rig.time.advance(950_000);
  strictEqual(rig.pauses.length, 1);
  rig.time.advance(100_000);
  rig.time.lateUs = 30_000;
  rig.time.advance(500_000);
  const [lag] = rig.samples().distributionsOf("tapeline_loop_lag_seconds");
  const [minor, major] = rig.samples().distributionsOf("tapeline_gc_pause_seconds");
  deepStrictEqual([minor?.count, major?.count, major?.sum], [0, 1, 0.003]);
  const late = (lag?.count ?? 0) - (lag?.buckets.find(([bound]) => bound === 0.02)?.[1] ?? 0);
  deepStrictEqual([lag?.count, late], [14, 3]);
  rig.source.stop();
  ok(!rig.isWatching);
  strictEqual(rig.time.nextDueUs(), undefined);
});

Deno.test("denoProcessFacts() tells of this process, and of its pauses for garbage", () => {
  const facts = denoProcessFacts();
  const beganMs = performance.now();
  const watch = facts.watchGarbage();
  const { residentBytes, heapUsedBytes, heapLimitBytes, openDescriptors = 0 } = facts.read();
  ok(residentBytes > heapUsedBytes && heapLimitBytes > heapUsedBytes);
  ok(openDescriptors > 2);
  let kept: unknown[] = [];
  for (let at = 0; at < 3_000_000; at += 1) {
    kept.push({ at });
    if (kept.length > 10_000) kept = [];
  }
  const pauses = watch.take();
  ok(pauses.length > 0);
  const tookUs = (performance.now() - beganMs) * 1000;
  ok(pauses.every(({ us }) => us > 0 && us < tookUs), "microseconds");
  watch.stop();
});
