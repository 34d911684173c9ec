/**
 * The whole command line over production ports: what is asked besides a plain start. Loaded when it
 * is wanted, since a start would wait for it.
 * @module
 */
import type { Registry } from "./config/mod.ts";
import { ownMachine } from "./daemon/machine.ts";
import type { Actions, DoctorTools, Terminal, TopOptions } from "./edge/cli/actions.ts";
import { runCommandLine } from "./edge/cli/command_line.ts";
import { denoMachine, examineVenue, metricsState, portState } from "./edge/cli/doctor_machine.ts";
import { feedTools } from "./edge/cli/feed_tools.ts";
import { journalTools } from "./edge/cli/journal_tools.ts";
import { showTop } from "./edge/cli/top_tool.ts";
import { denoSecrets } from "./edge/deno_secrets.ts";
import { denoRandomness } from "./edge/deno_time.ts";
import { denoWorkers } from "./edge/deno_workers.ts";
import type { ExitCode } from "./edge/exit_codes.ts";
import { CAPTURE_FORMATS, columnProblems, LISTING_FORMATS } from "./edge/feeds/mod.ts";
import { type AdapterRegistry, descriptionsOf } from "./edge/venues/registry.ts";
import { BUILD } from "./build.ts";
import { VERSION } from "./version.ts";

/** Carries out a command line; returns the exit code. */
export function carryOut(
  args: readonly string[],
  of: Pick<Actions, "run" | "exitCodeOf"> & {
    readonly adapters: AdapterRegistry;
    readonly workersModule: URL;
    readonly terminal: Terminal;
  },
): Promise<ExitCode> {
  const { adapters, workersModule, terminal, run, exitCodeOf } = of;
  const { kind, commit } = BUILD;
  const actions: Actions = {
    version: VERSION,
    build: { kind, commit, runtime: `deno ${Deno.version.deno}` },
    registry: registryOf(adapters),
    secrets: denoSecrets(),
    journal: journalTools({
      machine: ownMachine(denoRandomness()),
      engineVersion: VERSION,
    }),
    feed: feedTools(),
    doctor: doctorTools(workersModule),
    run,
    top: (options: TopOptions) => showTop(options, { version: VERSION, terminal }),
    exitCodeOf,
  };
  return runCommandLine(args, actions, terminal);
}

/** Returns what a configuration may name in a build with these adapters. */
export function registryOf(adapters: AdapterRegistry): Omit<Registry, "fileExists"> {
  return {
    adapters: descriptionsOf(adapters),
    captureFormats: CAPTURE_FORMATS,
    listingFormats: LISTING_FORMATS,
    columnProblems,
  };
}

function doctorTools(workersModule: URL): DoctorTools {
  const workers = denoWorkers({ module: workersModule, log: { write: () => {} } });
  return {
    machine: denoMachine,
    port: portState,
    metrics: metricsState,
    examine: (venue) => examineVenue(workers, venue),
  };
}
