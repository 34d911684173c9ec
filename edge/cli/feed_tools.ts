/**
 * What the command line does with recorded market data, on this machine's disk.
 * @module
 */
import { denoDisk } from "../deno_disk.ts";
import { guessFormat } from "../feeds/guess_format.ts";
import { inspectCapture } from "../feeds/inspect.ts";
import { PackedDataError } from "../feeds/packed_data.ts";
import type { FeedInspection, FeedTools, InspectionChoice } from "./actions.ts";
import { UsageError } from "./context.ts";

/** Returns the tools. They only read. */
export function feedTools(): FeedTools {
  const disk = denoDisk();
  const inspect = (files: readonly string[], of: InspectionChoice): FeedInspection => {
    const format = of.format ?? guessFormat(disk, files[0] ?? "");
    return { format, ...inspectCapture({ ...of, files, format, disk, instruments: [] }) };
  };
  return { inspect: (files, of) => asUsage(() => inspect(files, of)) };
}

/** A format or mapping that cannot be is the caller's to repair. */
function asUsage<Result>(tool: () => Result): Result {
  try {
    return tool();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof PackedDataError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}
