/**
 * A command line without a process: everything that it calls and prints is kept, and what the tools
 * find is the test's to say.
 * @module
 */
import type { Actions, FeedInspection, RunOptions } from "../../edge/cli/actions.ts";
import { ReaderLeft } from "../../edge/cli/deno_terminal.ts";
import type { CalibrationResult } from "../../core/hotloop/mod.ts";
import { runCommandLine } from "../../edge/cli/command_line.ts";
import type { WhyResult } from "../../edge/cli/why/why.ts";
import { EXIT } from "../../edge/exit_codes.ts";
import { emptySummary } from "../../edge/feeds/capture_summary.ts";
import { Secret } from "../../edge/secrets.ts";
import { adapterFacts } from "./adapter_facts.ts";
import { GOOD_EXAMINATION, machine } from "./doctor_facts.ts";

/** An expected failure of a run. */
export class Locked extends Error {}

const CALIBRATED: CalibrationResult = {
  instruments: 2,
  ordersPlaced: 7,
  ordersLapsed: 1,
  ordersFilled: 3,
  horizons: [{
    horizonMs: 10_000,
    samples: 5,
    baseRate: 0.6,
    brier: 0.2,
    skill: 0.1666,
    skillError: null,
    exponentialSkill: null,
    bins: [{ from: 0, to: 1, count: 5, meanP: 0.5, meanOutcome: 0.6 }],
  }],
};

/** What inspecting a file found. */
export function inspectionOf(of: { readonly isWhole: boolean }): FeedInspection {
  const found = {
    name: "BTC",
    counts: { TradePrinted: 2 },
    lastByKind: new Map(),
    firstUs: 1_000_000,
    lastUs: 3_500_000,
    outOfOrder: 0,
    longestPauseUs: 2_500_000,
    pauses: 0,
  };
  const summary = { ...emptySummary(), lines: 3, badLines: 1 };
  const rest = { compression: ["gzip"] as const, bytes: 9, events: 2 };
  return { ...of, ...rest, format: "csv", summary, instruments: [found] };
}

/** One command line with everything it did. */
export class Session {
  readonly out: string[] = [];
  readonly error: string[] = [];
  readonly calls: unknown[] = [];
  readonly runs: RunOptions[] = [];
  readonly environment = new Map([["HOME", "/h"]]);
  verifyOk = true;
  runError: Error | undefined;
  whyResult: WhyResult = { kind: "unknown", sentence: "Cannot tell the story of 9: no" };

  inspection = inspectionOf({ isWhole: true });
  /** Whether calibration reads its files to their end. */
  isWhole = true;
  machine = machine();
  /** Nobody reads what is printed, as behind `| true`. */
  hasReader = true;

  run(...args: string[]): Promise<number> {
    return runCommandLine(args, this.#actions(), {
      out: (line) => {
        if (!this.hasReader) throw new ReaderLeft("Broken pipe");
        this.out.push(line);
      },
      error: (line) => this.error.push(line),
      environment: (name) => this.environment.get(name),
    });
  }

  #doctor(call: (...of: unknown[]) => void): Actions["doctor"] {
    return {
      machine: () => this.machine,
      port: (address) => {
        call("port", address);
        return Promise.resolve("free");
      },
      metrics: () => Promise.resolve({ state: "free" }),
      examine: ({ adapter }) => {
        call("examine", adapter);
        return Promise.resolve(GOOD_EXAMINATION);
      },
    };
  }

  #journal(call: (...of: unknown[]) => void): Actions["journal"] {
    const figures = { segments: 1, batches: 2, first_seq: 1, last_seq: 9 };
    return {
      verify: (directory) => {
        call("verify", directory);
        const found = { ...figures, truth_bytes: 10, market_bytes: 0 };
        return this.verifyOk ? { ok: true, ...found } : { ok: false, ...found, problem: "bad 7" };
      },
      stat: (directory) => {
        call("stat", directory);
        const found = { events: 9, first_time_us: null, events_by_type: { NoOp: 9 } };
        const result = { ...found, versions: ["1", "2"] };
        return this.verifyOk ? result : { ok: false, ...result };
      },
      checkpoint: (directory, of) => {
        call("checkpoint", directory, of);
        return { seq_id: 7 };
      },
      replay: (directory, of) => {
        call("replay", directory, of);
        return { ok: true, events: 9, differences: [] };
      },
      dump: (directory, options, print) => {
        call("dump", directory, options);
        print("{}");
      },
      export: (directory, options) => call("export", directory, options),
      sql: (directory, query) => call("sql", directory, query),
      why: (directory, { name }) => {
        call("why", directory, name);
        return this.whyResult;
      },
      quarantine: (directory, of) => {
        call("quarantine", directory, of);
        return "Set aside.";
      },
    };
  }

  #actions(): Actions {
    const call = (...of: unknown[]): void => void this.calls.push(of);
    return {
      version: "tapeline 0.0.0",
      build: { kind: "portable", commit: "abc", runtime: "deno 0.0.0" },
      registry: { adapters: new Map([["test", adapterFacts()]]), captureFormats: [] },
      secrets: {
        read: (source) =>
          "env" in source
            ? { ok: false, reason: `must be set: ${source.env} was not` }
            : { ok: true, value: new Secret("hush"), isExposed: true },
      },
      run: (options) => {
        this.runs.push(options);
        if (this.runError !== undefined) throw this.runError;
        return EXIT.ok;
      },
      top: (options) => {
        call("top", options);
        return Promise.resolve({ code: EXIT.unavailable, sentence: "Cannot watch" });
      },
      exitCodeOf: (error) => error instanceof Locked ? EXIT.stateLocked : undefined,
      doctor: this.#doctor(call),
      feed: {
        calibrate: (request) => {
          call("calibrate", request.files, request.everyMs, request.orderQty);
          const { files, everyMs } = request;
          return { files, everyMs, result: CALIBRATED, isWhole: this.isWhole };
        },
        write: (path, text) => call("write", path, text.slice(0, 15)),
        inspect: (files, { problem, progress, ...choice }) => {
          call("inspect", files, choice);
          progress("half");
          problem("a.csv:3: bad");
          return this.inspection;
        },
      },
      journal: this.#journal(call),
    };
  }
}
