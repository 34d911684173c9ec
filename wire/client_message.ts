/**
 * From a frame's bytes to a client message: the one door for what clients send.
 * @module
 */
import type { ClientMessage, MessageProblem } from "./message.ts";

/** Parses one frame's body. `nowUs` is the engine clock, for the check of `sent_us`. */
export function parseClientMessage(
  bytes: Uint8Array,
  nowUs: number,
): ClientMessage | MessageProblem {
  const message = `not written yet: was ${bytes.length} bytes at ${nowUs}`;
  return { type: "problem", code: "BAD_JSON", message, reply: "error" };
}
