/**
 * One soak from the start of the daemon to what it leaves: load, samples, floors, `journal stat`
 * beside it, a stop in order, `journal verify`.
 *
 * Invariant: however it ends short of SIGKILL, no process and no file of it stays.
 * @module
 */
import { beside, say } from "../../bench/harness.ts";
import { pause } from "./client.ts";
import { runBeside, SoakDaemon } from "./daemon.ts";
import { DiskGauge } from "./disk_use.ts";
import { Floors } from "./floors.ts";
import { Load } from "./load.ts";
import { type Plan, planOf, soakConfiguration } from "./plan.ts";
import type { Recording, Sample } from "./recording.ts";
import { takeSample } from "./sampler.ts";

/** How often progress is told. */
const PROGRESS_MS = 15_000;
const ECHO = new URL("../../bench/echo.ts", import.meta.url).pathname;

export type SoakOptions = {
  readonly minutes: number;
  /** The built file; undefined: the sources. */
  readonly executable: string | undefined;
};

/** What a soak recorded, and what was done in it. */
export type SoakResult = {
  readonly recording: Recording;
  readonly done: Readonly<Record<string, unknown>>;
  /** What `journal stat` said, in the course of it and at the end. */
  readonly stats: readonly Readonly<Record<string, unknown>>[];
};

/** Runs one. @throws {Error} If the daemon does not start, or ends by itself. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const directory = Deno.makeTempDirSync({ prefix: "tapeline-soak-" });
  const interrupted = Promise.withResolvers<never>();
  const interrupt = (): void => interrupted.reject(new Error("Interrupted"));
  for (const signal of SIGNALS) Deno.addSignalListener(signal, interrupt);
  try {
    return await beside(
      [Deno.execPath(), "run", "--allow-net=127.0.0.1", "--no-check", ECHO],
      (port) => new Soak(options, { directory, echoPort: Number(port) }).run(interrupted.promise),
    );
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, interrupt);
    Deno.removeSync(directory, { recursive: true });
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type Stage = { readonly directory: string; readonly echoPort: number };

class Soak {
  readonly #options: SoakOptions;
  readonly #plan: Plan;
  readonly #stage: Stage;
  readonly #samples: Sample[] = [];
  readonly #stats: Readonly<Record<string, unknown>>[] = [];
  #isOver = false;

  constructor(options: SoakOptions, stage: Stage) {
    this.#options = options;
    this.#plan = planOf(options.minutes);
    this.#stage = stage;
  }

  async run(interrupted: Promise<never>): Promise<SoakResult> {
    const config = `${this.#stage.directory}/soak.yaml`;
    const state = `${this.#stage.directory}/state`;
    Deno.writeTextFileSync(config, soakConfiguration(this.#plan, 30));
    const { executable } = this.#options;
    const args = ["--config", config, "--state-dir", state];
    const daemon = await SoakDaemon.start({ executable, args });
    try {
      return await Promise.race([this.#under(daemon, config), interrupted]);
    } finally {
      this.#isOver = true;
      await daemon.stop();
    }
  }

  async #under(daemon: SoakDaemon, config: string): Promise<SoakResult> {
    const startMs = performance.now();
    const token = Deno.readTextFileSync(daemon.listening.token_file).trim();
    const reload = (text: string): void => {
      Deno.writeTextFileSync(config, text);
      daemon.reload();
    };
    const plan = this.#plan;
    const place = { port: daemon.listening.port, token };
    const load = new Load({ plan, place, startMs, reload });
    const floors = new Floors({ startMs });
    const { directory: folder, echoPort } = this.#stage;
    const measuring = floors.run({ echoPort, path: `${folder}/floor` });
    load.start();
    const looking = this.#looks(daemon);
    try {
      await this.#sample(daemon, startMs);
      floors.stop();
      await measuring;
      await looking;
      const problems = await load.stop();
      const outcome = await this.#end(daemon, problems);
      return {
        recording: {
          durationMs: plan.durationMs,
          marketRetentionMs: plan.marketRetentionHours * 3_600_000,
          samples: this.#samples,
          intents: load.timings,
          echo: floors.echo,
          sync: floors.sync,
          outcome,
        },
        done: { ...load.summary(), reloads: daemon.reloads, log_lines: daemon.levels },
        stats: this.#stats,
      };
    } finally {
      this.#isOver = true;
      floors.stop();
      load.abandon();
    }
  }

  async #sample(daemon: SoakDaemon, startMs: number): Promise<void> {
    const disk = new DiskGauge(daemon.listening.state_dir);
    const subject = { pid: daemon.pid, metricsPort: daemon.listening.metrics_port, disk, startMs };
    let toldMs = startMs;
    const { durationMs, sampleMs } = this.#plan;
    for (let at = 1; at * sampleMs <= durationMs; at++) {
      await pause(Math.max(0, startMs + at * sampleMs - performance.now()));
      if (this.#isOver || daemon.hasEnded) break;
      const sample = await takeSample(subject);
      this.#samples.push(sample);
      if (performance.now() - toldMs < PROGRESS_MS) continue;
      toldMs = performance.now();
      say(progressOf(sample, durationMs));
    }
    if (daemon.hasEnded) {
      throw new Error(`Cannot soak: the daemon must live: was\n${daemon.lastLines.join("\n")}`);
    }
  }

  /** Reads the journal now and then, as an operator does. */
  async #looks(daemon: SoakDaemon): Promise<void> {
    const { durationMs, statMs } = this.#plan;
    const beganMs = performance.now();
    for (let at = 1; at * statMs < durationMs; at++) {
      while (performance.now() < beganMs + at * statMs) {
        if (this.#isOver || daemon.hasEnded) return;
        await pause(200);
      }
      this.#stats.push(await this.#stat(daemon));
    }
  }

  async #stat(daemon: SoakDaemon): Promise<Readonly<Record<string, unknown>>> {
    const words = ["journal", "stat", "--json", "--state-dir", daemon.listening.state_dir];
    const { stdout } = await runBeside(this.#options.executable, words);
    return JSON.parse(stdout || "{}") as Readonly<Record<string, unknown>>;
  }

  async #end(
    daemon: SoakDaemon,
    problems: readonly string[],
  ): Promise<Recording["outcome"]> {
    const exitCode = await daemon.stop();
    this.#stats.push(await this.#stat(daemon));
    const words = ["journal", "verify", "--state-dir", daemon.listening.state_dir];
    const { code, stdout } = await runBeside(this.#options.executable, words);
    const verified = stdout.trim().split("\n").at(-1) ?? "";
    const isVerified = code === 0;
    const damaged = this.#stats.filter((stat) => stat["ok"] !== true);
    return {
      alarms: daemon.alarms,
      problems: [...problems, ...damaged.map((stat) => `journal stat: ${JSON.stringify(stat)}`)],
      verified,
      isVerified,
      exitCode,
    };
  }
}

function progressOf(sample: Sample, durationMs: number): string {
  const mib = (bytes: number): string => (bytes / 1_048_576).toFixed(0);
  return `soak: ${(sample.atMs / 60_000).toFixed(1)} of ${(durationMs / 60_000).toFixed(1)} min, ` +
    `${sample.truthEvents} events and ${sample.marketEvents} of market data, ` +
    `${mib(sample.anonymousBytes)} MiB of its own, ${mib(sample.heapBytes)} heap, ` +
    `${sample.descriptors} descriptors, truth ${mib(sample.truthBytes)} and market ` +
    `${mib(sample.marketBytes)} MiB, follower ${sample.followerLag} behind`;
}
