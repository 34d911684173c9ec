/**
 * Reading the configuration of a daemon that runs: no file, however wrong, ends it.
 * @module
 */
import { ConfigurationRefused, problemLine } from "../config/problems.ts";
import { DeclarationError } from "../edge/declarations.ts";
import type { Log } from "../edge/ports.ts";

/** Returns what `read` gives; undefined if it throws: nothing is changed, and the log says why. */
export function tryReread<Result>(read: () => Result, log: Log): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    log.write("error", "configuration_refused", { problems: problemsOf(error) });
    return undefined;
  }
}

/** A fault of the program is told like a problem: orders rest, and the old configuration holds. */
function problemsOf(error: Error): readonly string[] {
  if (error instanceof ConfigurationRefused) return error.problems.map(problemLine);
  if (error instanceof DeclarationError) return [error.message];
  const [first] = (error.stack ?? String(error)).split("\n", 1);
  return [`Cannot read it, a fault of the program: ${first}`];
}
