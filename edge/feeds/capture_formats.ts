/**
 * Formats of captures by the name that configuration uses.
 * @module
 */
import { openReader } from "./binance_capture.ts";
import { openBybit } from "./bybit_capture.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";
import { openHyperliquid } from "./hyperliquid_capture.ts";
import { openJournal } from "./journal_capture.ts";
import { openKraken } from "./kraken_capture.ts";
import { openCsv, openJsonLines } from "./row_capture.ts";

const FORMATS: ReadonlyMap<string, (options: CaptureOptions) => CaptureReader> = new Map([
  ["binance", openReader],
  ["bybit", openBybit],
  ["csv", openCsv],
  ["hyperliquid", openHyperliquid],
  ["journal", openJournal],
  ["jsonl", openJsonLines],
  ["kraken", openKraken],
]);

/** Their names. */
export const CAPTURE_FORMATS: readonly string[] = [...FORMATS.keys()];

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
