/**
 * What `run` was asked for: its flags over a configuration.
 *
 * A plain line, whole words of `run` without a file, is read here, so that the daemon starts without
 * loading what the other commands, help and a file need; any other line is the whole command line's.
 * @module
 */
import { type Configuration, withOverrides } from "../../config/configuration.ts";
import type { RunOptions, Terminal } from "./actions.ts";
import { stateDirectoryOf, UsageError } from "./usage.ts";

const BOTH =
  "Cannot start: --accept-loss halts trading, and --resume-trading must come with a later " +
  "start, when somebody has looked: was given together";
/** Highest port there is. */
const PORT_MAX = 65_535;

/** What `run` was given, as it stands on the command line. */
export type RunFlags = {
  readonly config?: string;
  readonly stateDir?: string;
  readonly port?: number;
  readonly resumeTrading?: true;
  readonly acceptLoss?: true;
  readonly adoptAccount?: readonly string[];
};

/**
 * Reads a plain line. undefined: it is not one, or not a right one.
 * @example A unit's
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 * deepStrictEqual(plainRunFlags(["run", "--port", "0"]), { port: 0 });
 * strictEqual(plainRunFlags(["run", "--port=0"]), undefined);
 * ```
 */
export function plainRunFlags(args: readonly string[]): RunFlags | undefined {
  const [command, ...words] = args;
  if (command !== "run") return undefined;
  let flags: RunFlags = {};
  while (words.length > 0) {
    const flag = nextFlag(words);
    if (flag === undefined) return undefined;
    flags = { ...flags, ...flag };
  }
  return flags;
}

/** Takes a flag and its value off the words. */
function nextFlag(words: string[]): RunFlags | undefined {
  const word = words.shift();
  switch (word) {
    case "--state-dir": {
      const stateDir = words.shift() ?? "";
      return stateDir === "" || stateDir.startsWith("-") ? undefined : { stateDir };
    }
    case "--port": {
      const digits = words.shift() ?? "";
      const port = Number(digits);
      return /^\d{1,5}$/.test(digits) && port <= PORT_MAX ? { port } : undefined;
    }
    case "--resume-trading":
      return { resumeTrading: true };
    case "--accept-loss":
      return { acceptLoss: true };
    default:
      return undefined;
  }
}

/**
 * Returns the options of a run. `read` gives the configuration, now and at each reload.
 * @throws {UsageError} If the flags contradict each other or the configuration.
 */
export function runOptions(
  flags: RunFlags,
  { read, terminal }: { readonly read: () => Configuration; readonly terminal: Terminal },
): RunOptions {
  const reread = (): Configuration =>
    withOverrides(read(), { port: flags.port, stateDirectory: flags.stateDir });
  const configuration = reread();
  const stateDirectory = stateDirectoryOf(configuration.state.directory ?? undefined, terminal);
  const resumeTrading = flags.resumeTrading === true;
  const acceptLoss = flags.acceptLoss === true;
  if (acceptLoss && resumeTrading) throw new UsageError(BOTH);
  const adoptAccounts = outsideVenues(flags.adoptAccount ?? [], configuration);
  return { configuration, stateDirectory, resumeTrading, acceptLoss, adoptAccounts, reread };
}

/** Only an account outside can be adopted: a simulated one is the ledger's own. */
function outsideVenues(
  names: readonly string[],
  { venues }: Configuration,
): readonly string[] {
  const outside = venues.filter(({ simulation }) => simulation === null).map(({ name }) => name);
  for (const name of names) {
    if (outside.includes(name)) continue;
    throw new UsageError(
      `Cannot adopt an account: --adopt-account must name a venue of the configuration that has ` +
        `an adapter (${outside.join(", ") || "there is none"}): was "${name}"`,
    );
  }
  return names;
}
