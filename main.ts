/**
 * Entry of the program: the command line over production ports, and the life of the process.
 *
 * 1. the command line decides what is asked
 * 2. `run` starts the daemon and says on stdout where it listens
 * 3. SIGTERM and SIGINT stop it in order, a second one at once
 * 4. however it ends, there is an exit code and a sentence
 * @module
 */
import { PAPER_CAPABILITIES } from "./core/simulator/capabilities.ts";
import type { Capabilities } from "./core/instrument.ts";
import { declareVenues, PAPER_ADAPTER } from "./config/mod.ts";
import type { Actions, RunOptions } from "./edge/cli/actions.ts";
import { runCommandLine } from "./edge/cli/command_line.ts";
import { denoTerminal } from "./edge/cli/deno_terminal.ts";
import { DeclarationError } from "./edge/declarations.ts";
import { mainPorts } from "./edge/deno_ports.ts";
import { EXIT, type ExitCode } from "./edge/exit_codes.ts";
import { CAPTURE_FORMATS } from "./edge/feeds/mod.ts";
import { JournalRefused, PoisonEvent, StateLocked } from "./edge/journal/mod.ts";
import { journalTools } from "./edge/journal/tools.ts";
import { stderrLog } from "./edge/log.ts";
import type { Log } from "./edge/ports.ts";
import { type DaemonOptions, type End, startDaemon } from "./daemon.ts";
import { greeting } from "./edge/cli/greeting.ts";
import { VERSION } from "./version.ts";

/** What a build of the program brings along. */
export type Product = {
  /** Module that its Workers run. */
  readonly workersModule: URL;
  /** Capabilities of its venue adapters, by the name that configuration uses. */
  readonly adapters: ReadonlyMap<string, Capabilities>;
  /** In place of the journal on disk; for measurements only. */
  readonly openJournal?: DaemonOptions["openJournal"];
};

/** Carries out a command line; returns the exit code. */
export async function tapeline(args: readonly string[], product: Product): Promise<ExitCode> {
  const terminal = denoTerminal();
  const actions: Actions = {
    version: VERSION,
    registry: { adapters: [...product.adapters.keys()], captureFormats: CAPTURE_FORMATS },
    journal: journalTools,
    run: (options) => run(options, product),
    exitCodeOf,
  };
  return await runCommandLine(args, actions, terminal);
}
