/**
 * What a command line lacks: the refusal of one that cannot be carried out, and what is taken where
 * it names no state directory.
 * @module
 */
import { defaultStateDirectory } from "../../config/state_directory.ts";
import type { Terminal } from "./actions.ts";

/** The command line cannot be carried out; the message says why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Returns the state directory that an option or else the environment names. */
export function stateDirectoryOf(option: string | undefined, terminal: Terminal): string {
  const directory = option ?? defaultStateDirectory(terminal.environment);
  if (directory !== undefined) return directory;
  throw new UsageError(
    "Cannot find the state directory: give --state-dir DIR, or set HOME or XDG_STATE_HOME",
  );
}
