/**
 * The line forms of recorded captures: a receive time and what was received.
 *
 * - `<nanoseconds> <message>`
 * - `<seconds>: <message>`
 * - `<address> -> <seconds>: <answer>`: of a request; the symbol is a parameter of the address
 * - nothing, which some recorders write between lines
 * - `<address> <-> …`, `<address> <- …`, `configuration: …`: the recorder's own, no message
 * @module
 */
import { micros } from "../../core/numbers.ts";
import type { Micros } from "../../core/numbers.ts";
import { cutText } from "../../core/cut_text.ts";
import { quantaOf } from "./venue_decimal.ts";

/** A line or the message in it is not what it must be. */
export class LineError extends Error {
  override readonly name = "LineError";
}

/** One line taken apart. `message` is empty if the line holds none. */
export type CaptureLine = {
  readonly receivedUs: Micros | undefined;
  readonly message: string;
  /** What the request was for. */
  readonly symbol?: string;
};

const NANOSECONDS = /^[0-9]{16,19}$/;
const SECONDS = /^([0-9]{9,11}(?:\.[0-9]{1,6})?)[0-9]*: /;
const ANSWER = /^[a-z]+:\/\/\S+ -> /;
const NO_MESSAGE = /^(?:[a-z]+:\/\/\S+ <-|configuration: )/;
const SYMBOL = /[?&](?:symbol|pair)=([^&\s]+)/;

/** Makes the time that a line tells. @throws {LineError} If it is none, or cannot be counted. */
export function timeOfUs(us: number | undefined): Micros {
  if (us !== undefined && Number.isSafeInteger(us) && us >= 0) return micros(us);
  throw new LineError(
    `Cannot read a time: it must be within 2^53 microseconds since 1970: was ${us ?? "none"}`,
  );
}

/** Takes a line apart. @throws {LineError} If it does not begin with a time. */
export function splitLine(line: string): CaptureLine {
  const end = line.indexOf(" ");
  const first = end < 0 ? "" : line.slice(0, end);
  if (NANOSECONDS.test(first)) {
    return { receivedUs: timeOfUs(Number(first.slice(0, -3))), message: line.slice(end + 1) };
  }
  const seconds = SECONDS.exec(line);
  if (seconds !== null) {
    const us = quantaOf(seconds[1] ?? "", 6);
    return { receivedUs: timeOfUs(us), message: line.slice(seconds[0].length) };
  }
  const answer = ANSWER.exec(line);
  if (answer !== null) {
    const symbol = SYMBOL.exec(answer[0])?.[1];
    return {
      ...splitLine(line.slice(answer[0].length)),
      ...(symbol === undefined ? {} : { symbol }),
    };
  }
  if (line.trim() === "" || NO_MESSAGE.test(line)) return { receivedUs: undefined, message: "" };
  const seen = JSON.stringify(cutText(line, 40));
  throw new LineError(
    `Cannot read a line: it must begin with the receive time in nanoseconds, or in seconds and a ` +
      `colon: was ${seen}`,
  );
}
