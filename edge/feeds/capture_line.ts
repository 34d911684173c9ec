/**
 * The line form of recorded captures: `<receive time, nanoseconds> <message>`.
 * @module
 */
import { micros } from "../../core/numbers.ts";
import type { Micros } from "../../core/numbers.ts";

/** A line or the message in it is not what it must be. */
export class LineError extends Error {
  override readonly name = "LineError";
}

/** One line taken apart. */
export type CaptureLine = { readonly receivedUs: Micros; readonly message: string };

/** Takes a line apart. @throws {LineError} If it does not begin with a time. */
export function splitLine(line: string): CaptureLine {
  const end = line.indexOf(" ");
  const nanoseconds = end < 0 ? "" : line.slice(0, end);
  if (/^[0-9]{16,19}$/.test(nanoseconds)) {
    return { receivedUs: micros(Number(nanoseconds.slice(0, -3))), message: line.slice(end + 1) };
  }
  const seen = JSON.stringify(line.slice(0, 40));
  throw new LineError(
    `Cannot read a line: it must begin with the receive time in nanoseconds: was ${seen}`,
  );
}
