/**
 * The tools for recorded files on this machine's disk, as the command line calls them.
 * @module
 */
import { calibrate } from "../calibration/calibrate.ts";
import { fileDrafts } from "../calibration/file_drafts.ts";
import { denoDisk } from "../deno_disk.ts";
import { guessFormat } from "../feeds/guess_format.ts";
import { inspectCapture } from "../feeds/inspect.ts";
import { PackedDataError } from "../feeds/packed_data.ts";
import { type Disk, DiskError } from "../ports.ts";
import type {
  CalibrateRequest,
  FeedCalibration,
  FeedInspection,
  FeedTools,
  InspectionChoice,
} from "./actions.ts";
import { UsageError } from "./usage.ts";

/** Returns the tools. */
export function feedTools(): FeedTools {
  const disk = denoDisk();
  const inspect = (files: readonly string[], of: InspectionChoice): FeedInspection => {
    const format = of.format ?? formatOf(disk, files[0] ?? "");
    const settings = { format: format ?? "csv", disk, instruments: [] };
    return { format: format ?? "unknown", ...inspectCapture({ ...of, files, ...settings }) };
  };
  return {
    inspect: (files, of) => asUsage(() => inspect(files, of)),
    calibrate: (request) => asUsage(() => calibration(disk, request)),
    write: (path, text) => write(disk, path, text),
  };
}

/** Undefined where the file cannot be read, which whoever reads it tells. */
function formatOf(disk: Disk, path: string): string | undefined {
  try {
    return guessFormat(disk, path);
  } catch (error) {
    if (error instanceof DiskError || error instanceof PackedDataError) return undefined;
    throw error;
  }
}

function calibration(disk: Disk, request: CalibrateRequest): FeedCalibration {
  let isWhole = true;
  const broken = (): void => {
    isWhole = false;
  };
  const report = calibrate(fileDrafts({ ...request, disk, broken }), request);
  return { ...report, isWhole };
}

function write(disk: Disk, path: string, text: string): void {
  const file = disk.open(path, "create");
  try {
    file.truncate(0);
    file.writeAt(new TextEncoder().encode(text), 0);
  } finally {
    file.close();
  }
}

/** A format, a mapping or a file that cannot be is the caller's to repair. */
function asUsage<Result>(tool: () => Result): Result {
  try {
    return tool();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof PackedDataError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}
