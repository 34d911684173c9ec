/**
 * What the commands share: what they act on, and how their options are read.
 * @module
 */
import { InvalidArgumentError } from "commander";
import { defaultStateDirectory } from "../../config/mod.ts";
import type { ExitCode } from "../exit_codes.ts";
import type { Actions, Terminal } from "./actions.ts";

/** The command line cannot be carried out; the message says why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What every command needs. */
export type CommandContext = {
  readonly actions: Actions;
  readonly terminal: Terminal;
  /** How the process will end; a command changes it. */
  readonly end: { code: ExitCode };
};

/** Returns the state directory that an option or else the environment names. */
export function stateDirectoryOf(option: string | undefined, terminal: Terminal): string {
  const directory = option ?? defaultStateDirectory(terminal.environment);
  if (directory !== undefined) return directory;
  throw new UsageError(
    "Cannot find the state directory: give --state-dir DIR, or set HOME or XDG_STATE_HOME",
  );
}

/** Reads a whole number of an option. */
export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`It must be a whole number: was "${text}"`);
}

/** Reads a TCP port of an option. */
export function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port <= 65_535) return port;
  throw new InvalidArgumentError(`It must be a port from 0 to 65535: was ${port}`);
}
