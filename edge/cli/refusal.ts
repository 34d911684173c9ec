/**
 * Why a command was not carried out, in sentences on stderr, and the exit code for it.
 * @module
 */
import { ConfigurationRefused, problemLine } from "../../config/problems.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import type { Actions, Terminal } from "./actions.ts";
import { UsageError } from "./usage.ts";

/** Says it. @throws {Error} `error` itself, if it is a fault of the program. */
export function refusal(
  error: Error,
  { exitCodeOf, terminal }: Pick<Actions, "exitCodeOf"> & { readonly terminal: Terminal },
): ExitCode {
  if (error instanceof UsageError) {
    terminal.error(`tapeline: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof ConfigurationRefused) {
    for (const problem of error.problems) terminal.error(problemLine(problem));
    terminal.error("tapeline: Cannot use the configuration: each line above must be repaired");
    return EXIT.configuration;
  }
  const code = exitCodeOf(error);
  if (code === undefined) throw error;
  terminal.error(`tapeline: ${error.message}`);
  return code;
}
