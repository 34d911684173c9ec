/**
 * Entry of the program: the command line over production ports, and the life of the process.
 *
 * 1. the command line decides what is asked
 * 2. `run` starts the daemon and says on stdout where it listens
 * 3. SIGTERM and SIGINT stop it in order, a second one, a second later or more, at once; SIGHUP reads
 *    the configuration again; SIGUSR2 asks all venues for their view of the account
 * 4. however it ends, there is an exit code and a sentence
 * @module
 */
import { PAPER_CAPABILITIES } from "./core/simulator/mod.ts";
import { declareVenues } from "./config/declare.ts";
import { PAPER_ADAPTER } from "./config/default.ts";
import type { Configuration, DeclaredVenue } from "./config/mod.ts";
import type { RunOptions } from "./edge/cli/actions.ts";
import { denoTerminal, OutputFailed, tell } from "./edge/cli/deno_terminal.ts";
import { greeting } from "./edge/cli/greeting.ts";
import { refusal } from "./edge/cli/refusal.ts";
import { plainRunFlags, runOptions } from "./edge/cli/run_line.ts";
import { DeclarationError } from "./edge/declarations.ts";
import { errorText, type ProcessLog, processLog, stderrForm } from "./edge/deno_log.ts";
import { LineQueue } from "./edge/deno_log_queue.ts";
import { denoDisk } from "./edge/deno_disk.ts";
import { mainPorts } from "./edge/deno_ports.ts";
import { denoServiceManager, NO_SERVICE_MANAGER } from "./edge/deno_service_manager.ts";
import { denoClock, denoTimers } from "./edge/deno_time.ts";
import { DiskError } from "./edge/ports.ts";
import { EXIT, type ExitCode } from "./edge/exit_codes.ts";
import { journalBytes } from "./edge/journal/inspect.ts";
import { ClockRefused, JournalRefused, PoisonEvent, StateLocked } from "./edge/journal/refusal.ts";
import { recoveryNotice } from "./edge/supervision.ts";
import type { AdapterDescription } from "./edge/venue.ts";
import { type AdapterRegistry, ADAPTERS, descriptionsOf } from "./edge/venues/registry.ts";
import { BUILD } from "./build.ts";
import { useRuntimeSha256 } from "./sha256.ts";
import { tokenPath, TokenRefused } from "./wire/token.ts";
import { type Daemon, type DaemonOptions, type End, startDaemon, tryReread } from "./daemon/mod.ts";

/** What a build of the program brings along. */
export type Product = {
  /** Module that its Workers run. */
  readonly workersModule: URL;
  /** Its venue adapters, by the name that configuration uses. */
  readonly adapters: AdapterRegistry;
  /** In place of the journal on disk; for measurements only. */
  readonly openJournal?: DaemonOptions["openJournal"];
};

/** Bits of a file's mode, and of its directory's. */
const READ_BY_OTHERS = 0o044;
const ENTERED_BY_OTHERS = 0o011;
/** Longest wait for the last log lines. */
const LOG_FLUSH_MS = 1000;
/** Between two signs that the process is to stay; any long time does. */
const STAY_MS = 3_600_000;

/** Carries out a command line; returns the exit code. */
export async function tapeline(args: readonly string[], product: Product): Promise<ExitCode> {
  const terminal = denoTerminal();
  const run = (options: RunOptions): Promise<ExitCode> => runDaemon(options, product);
  const { builtIn } = BUILD;
  const flags = plainRunFlags(args);
  if (flags === undefined || builtIn === null) {
    const { carryOut } = await import("./commands.ts"); // a start needs nothing of them
    return carryOut(args, { ...product, terminal, run, exitCodeOf });
  }
  try {
    return await run(runOptions(flags, { read: () => builtIn, terminal }));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return refusal(error, { exitCodeOf, terminal });
  }
}

async function runDaemon(options: RunOptions, product: Product): Promise<ExitCode> {
  const clock = denoClock();
  const log = processLog({
    levels: options.configuration.log,
    sink: (bytes) => Deno.stderr.write(bytes),
    form: stderrForm(),
    clock,
    timers: denoTimers(clock),
  });
  try {
    return await startAndServe(options, { product, log });
  } catch (error) {
    // What a start has logged leaves before the sentence that refuses it: the last line says why.
    await log.flush(LOG_FLUSH_MS);
    throw error;
  }
}

async function startAndServe(
  options: RunOptions,
  { product, log }: { readonly product: Product; readonly log: ProcessLog },
): Promise<ExitCode> {
  const { configuration, stateDirectory, resumeTrading, acceptLoss, adoptAccounts } = options;
  const ended = Promise.withResolvers<End>();
  const running: { daemon?: Daemon } = {};
  // Before recovery: until somebody listens this signal ends the process. And before any client: the
  // runtime opens descriptors for the first signal listened to, and dies where there are none.
  Deno.addSignalListener("SIGHUP", () => reload(running.daemon, { product, log, ...options }));
  const serviceManager = denoServiceManager((name) => Deno.env.get(name), log);
  if (serviceManager !== NO_SERVICE_MANAGER) {
    serviceManager.tell(recoveryNotice(journalBytes(denoDisk(), stateDirectory)));
    await serviceManager.flush(); // recovery keeps the thread
  }
  const venues = venuesOf(configuration, product);
  const formats = await formatsFor(venues);
  const daemon = startDaemon({
    ports: mainPorts({ log, workersModule: product.workersModule, serviceManager }),
    configuration,
    stateDirectory,
    resumeTrading,
    acceptLoss,
    adoptAccounts,
    venues,
    ...formats,
    onListening: (listening) => {
      // One write: whoever reads the first line may close the pipe behind it.
      const lines = [JSON.stringify(listening), ...greeting(listening, configuration)];
      tell(Deno.stdout, lines.join("\n")); // the log says it too: nobody has to read this
    },
    onEnd: ended.resolve,
    ...(product.openJournal === undefined ? {} : { openJournal: product.openJournal }),
  });
  running.daemon = daemon;
  if (isTokenExposed(stateDirectory)) {
    log.write("warning", "token_exposed", { path: tokenPath(stateDirectory) });
  }
  obeySignals(daemon);
  // Before it listens a daemon waits for its journal alone: for a cell of shared memory, which the
  // runtime does not count as something to wait for. It would end the process, as if all were well.
  await Promise.resolve(); // a start that waits for nobody listens by now: a timer takes time
  const stay = setInterval(() => {}, STAY_MS);
  useRuntimeSha256(); // with it comes what the wire reads texts by: no first HELLO waits for it
  const { code, sentence } = await ended.promise;
  clearInterval(stay);
  log.write(code === EXIT.ok ? "info" : "alarm", "ended", { code, sentence });
  await Promise.all([log.flush(LOG_FLUSH_MS), serviceManager.flush()]);
  if (code !== EXIT.ok) await lastWords(`tapeline: ${sentence.split("\n", 1)[0]}`);
  return code;
}

/** A reader of stderr that stands still must not keep the process from ending. */
async function lastWords(line: string): Promise<void> {
  const queue = new LineQueue({ sink: (bytes) => Deno.stderr.write(bytes), tell: () => {} });
  queue.push(`${errorText(line)}\n`);
  await queue.flush(LOG_FLUSH_MS);
}

/** Loads the readers of capture formats, if a client publishes what a venue sends. */
async function formatsFor(
  venues: readonly DeclaredVenue[],
): Promise<Pick<DaemonOptions, "openFormat">> {
  const isRaw = venues.some(({ feed }) => feed.kind === "client" && feed.rawFormat !== null);
  if (!isRaw) return {};
  const { openFormat } = await import("./edge/feeds/capture_formats.ts");
  return { openFormat };
}

function obeySignals(daemon: Daemon): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => daemon.stop(signal));
  }
  // Not SIGUSR1: the runtime opens its debugger to every user of this machine when it comes.
  Deno.addSignalListener("SIGUSR2", () => daemon.reconcile("SIGUSR2"));
}

/** A configuration that cannot be used changes nothing; the log says why. */
function reload(
  daemon: Daemon | undefined,
  of: Pick<RunOptions, "reread"> & { readonly product: Product; readonly log: ProcessLog },
): void {
  if (daemon === undefined) return; // it has only just read the file
  const reread = tryReread(() => {
    const configuration = of.reread();
    return { configuration, venues: venuesOf(configuration, of.product) };
  }, of.log);
  if (reread !== undefined && daemon.reload(reread)) of.log.setLevels(reread.configuration.log);
}

function venuesOf(configuration: Configuration, product: Product): readonly DeclaredVenue[] {
  return declareVenues(
    configuration,
    new Map<string, Pick<AdapterDescription, "capabilities">>([
      [PAPER_ADAPTER, { capabilities: () => PAPER_CAPABILITIES }],
      ...descriptionsOf(product.adapters),
    ]),
  );
}

/** Whether others than its owner may read the token, and come to it in its directory. */
function isTokenExposed(stateDirectory: string): boolean {
  try {
    const [token, directory] = [tokenPath(stateDirectory), stateDirectory]
      .map((path) => Deno.statSync(path).mode ?? 0);
    return ((token ?? 0) & READ_BY_OTHERS) !== 0 && ((directory ?? 0) & ENTERED_BY_OTHERS) !== 0;
  } catch (error) {
    if (error instanceof Error) return false; // it is not there yet, or cannot be looked at
    throw error;
  }
}

/** The exit code of a refusal that is not a fault of the program. */
function exitCodeOf(error: Error): ExitCode | undefined {
  if (error instanceof JournalRefused) return EXIT.journalRefused;
  if (error instanceof StateLocked) return EXIT.stateLocked;
  if (error instanceof DeclarationError) return EXIT.configuration;
  if (error instanceof TokenRefused || error instanceof OutputFailed) return EXIT.unavailable;
  if (error instanceof ClockRefused) return EXIT.unavailable;
  if (error instanceof PoisonEvent) return EXIT.internal;
  if (error instanceof DiskError) {
    return error.code === "NoSpace" ? EXIT.journalWriteFailed : EXIT.unavailable;
  }
  return undefined;
}

/** What nothing caught is a fault of the program, and a supervisor is told so; stderr has the place. */
function endOnFault(fault: unknown): void {
  const { message, stack } = fault instanceof Error ? fault : new Error(String(fault));
  const terminal = denoTerminal();
  terminal.error(stack ?? message);
  terminal.error(`tapeline: Cannot go on: a fault of the program that nothing caught: ${message}`);
  Deno.exit(EXIT.internal);
}

/** Runs the command line of this process, and ends it. */
export function main(): void {
  globalThis.addEventListener("error", ({ error }) => endOnFault(error));
  globalThis.addEventListener("unhandledrejection", ({ reason }) => endOnFault(reason));
  const workersModule = new URL(BUILD.workersModule, import.meta.url);
  // Not from here: for an error whose stack holds a module's own code all of it is parsed again.
  queueMicrotask(async () =>
    Deno.exit(await tapeline(Deno.args, { workersModule, adapters: ADAPTERS }))
  );
}

if (import.meta.main) main();
