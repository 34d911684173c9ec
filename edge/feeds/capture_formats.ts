/**
 * Formats of captures by the name that configuration uses.
 * @module
 */
import { openReader as openBetting } from "./betfair/reader.ts";
import { openReader } from "./binance_capture.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";
import { openCsv, openJsonLines } from "./row_capture.ts";

const FORMATS: ReadonlyMap<string, (options: CaptureOptions) => CaptureReader> = new Map([
  ["binance", openReader],
  ["betfair", openBetting],
  ["csv", openCsv],
  ["jsonl", openJsonLines],
]);

/** Their names. */
export const CAPTURE_FORMATS: readonly string[] = [...FORMATS.keys()];

/** Those whose files say all of the instruments that they name, so that they can be listed. */
export const LISTING_FORMATS: readonly string[] = ["betfair"];

/**
 * Makes a reader.
 * @throws {RangeError} If the format is unknown or its columns are wrong.
 */
export function openFormat(format: string, options: CaptureOptions): CaptureReader {
  const open = FORMATS.get(format);
  if (open !== undefined) return open(options);
  const known = CAPTURE_FORMATS.join(", ");
  throw new RangeError(`Cannot play a capture: its format must be one of ${known}: was ${format}`);
}
