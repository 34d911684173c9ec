/**
 * The tools for recorded files on this machine's disk, as the command line calls them.
 * @module
 */
import { calibrate } from "../calibration/calibrate.ts";
import { fileDrafts } from "../calibration/file_drafts.ts";
import { denoDisk } from "../deno_disk.ts";
import { GzipError } from "../feeds/gunzip.ts";
import type { FeedTools } from "./actions.ts";
import { UsageError } from "./context.ts";

/** Returns the tools. */
export function feedTools(): FeedTools {
  const disk = denoDisk();
  return {
    calibrate: (request) => {
      try {
        return calibrate(fileDrafts({ ...request, disk }), request);
      } catch (error) {
        if (!(error instanceof GzipError)) throw error;
        throw new UsageError(error.message, { cause: error });
      }
    },
    write: (path, text) => {
      const file = disk.open(path, "create");
      try {
        file.truncate(0);
        file.writeAt(new TextEncoder().encode(text), 0);
      } finally {
        file.close();
      }
    },
  };
}
