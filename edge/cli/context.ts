/**
 * What the commands share: what they act on, and how their options are read.
 * @module
 */
import { InvalidArgumentError } from "commander";
import type { ExitCode } from "../exit_codes.ts";
import type { Actions, Terminal } from "./actions.ts";

/** What every command needs. */
export type CommandContext = {
  readonly actions: Actions;
  readonly terminal: Terminal;
  /** How the process will end; a command changes it. */
  readonly end: { code: ExitCode };
};

/** Reads a whole number of an option. */
export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`It must be a whole number: was "${text}"`);
}

/** Reads a path of an option. An empty one, as of a variable that is not set, would mean the root. */
export function filePath(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("It must be a path: was empty");
}

/** Reads a TCP port of an option. */
export function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port <= 65_535) return port;
  throw new InvalidArgumentError(`It must be a port from 0 to 65535: was ${port}`);
}
