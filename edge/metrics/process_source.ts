/**
 * The process itself: what runs, its memory, its processor time, its pauses, its clock, its disk.
 * @module
 */
import type {
  Cancel,
  Clock,
  Disk,
  GarbageKind,
  GarbageWatch,
  Log,
  LogLevel,
  ProcessFacts,
  Timers,
} from "../ports.ts";
import { flatHistogram } from "./flat.ts";
import { Histogram } from "./histogram.ts";
import type { MetricSource } from "./registry.ts";
import type { Samples } from "./samples.ts";

/** How often it is looked how late a timer comes. */
const TICK_US = 100_000;
/** How often pauses are fetched, in ticks. */
const TICKS_PER_TAKE = 10;
const LEVELS: readonly LogLevel[] = ["debug", "info", "warning", "error", "alarm"];
const US_PER_S = 1_000_000;

export type ProcessSourceOptions = {
  readonly ports: {
    readonly clock: Clock;
    readonly timers: Timers;
    readonly disk: Disk;
    readonly log: Log;
    readonly process: ProcessFacts;
  };
  readonly stateDirectory: string;
  readonly build: { readonly version: string; readonly commit: string };
  readonly config: () => { readonly mode: string; readonly digest: string };
  /** Engine clock. */
  readonly nowUs: () => number;
};

/** The process. */
export class ProcessSource implements MetricSource {
  readonly #options: ProcessSourceOptions;
  readonly #lag = new Histogram();
  readonly #pauses: Readonly<Record<GarbageKind, Histogram>> = {
    minor: new Histogram(),
    major: new Histogram(),
    incremental: new Histogram(),
    weak: new Histogram(),
  };
  #cancelTick: Cancel = () => {};
  #garbage: GarbageWatch | undefined;
  #ticks = 0;

  constructor(options: ProcessSourceOptions) {
    this.#options = options;
  }

  /** Begins to measure lateness and pauses. */
  start(): void {
    this.#garbage = this.#options.ports.process.watchGarbage();
    this.#tick();
  }

  stop(): void {
    this.#cancelTick();
    this.#garbage?.stop();
  }

  counters(): Readonly<Record<string, number>> {
    const { log } = this.#options.ports;
    return { ...flatHistogram("loop_lag", this.#lag), ...log.counters?.() };
  }

  measure(into: Samples): void {
    const { ports, stateDirectory, build, config, nowUs } = this.#options;
    const { runtime } = ports.process;
    into.put("tapeline_build_info", 1, { ...build, runtime });
    into.put("tapeline_config_info", 1, config());
    into.histogram("tapeline_loop_lag_seconds", this.#lag);
    const differenceUs = ports.clock.wallUs() - nowUs();
    into.put("tapeline_clock_difference_seconds", differenceUs / US_PER_S);
    const freeBytes = ports.disk.freeBytes(stateDirectory);
    if (freeBytes !== undefined) into.put("tapeline_disk_free_bytes", freeBytes);
    for (const kind of ["minor", "major", "incremental", "weak"] as const) {
      into.histogram("tapeline_gc_pause_seconds", this.#pauses[kind], { kind });
    }
    this.#measureLog(into);
    this.#measureProcess(into);
  }

  #measureLog(into: Samples): void {
    const counters = this.#options.ports.log.counters?.() ?? {};
    for (const level of LEVELS) {
      into.put("tapeline_log_lines_total", counters[`log_lines_${level}`] ?? 0, { level });
    }
  }

  #measureProcess(into: Samples): void {
    const figures = this.#options.ports.process.read();
    into.put("tapeline_heap_used_bytes", figures.heapUsedBytes);
    into.put("tapeline_heap_limit_bytes", figures.heapLimitBytes);
    into.put("tapeline_external_memory_bytes", figures.externalBytes);
    into.put("process_start_time_seconds", figures.startUs / US_PER_S);
    into.put("process_cpu_seconds_total", figures.cpuUs / US_PER_S);
    into.put("process_resident_memory_bytes", figures.residentBytes);
    const { openDescriptors } = figures;
    if (openDescriptors !== undefined) into.put("process_open_fds", openDescriptors);
  }

  #tick(): void {
    const { clock, timers } = this.#options.ports;
    const dueUs = clock.monotonicUs() + TICK_US;
    this.#cancelTick = timers.after(TICK_US, () => {
      this.#lag.observe(clock.monotonicUs() - dueUs);
      this.#ticks += 1;
      if (this.#ticks % TICKS_PER_TAKE === 0) this.#takePauses();
      this.#tick();
    });
  }

  #takePauses(): void {
    for (const { kind, us } of this.#garbage?.take() ?? []) this.#pauses[kind].observe(us);
  }
}
