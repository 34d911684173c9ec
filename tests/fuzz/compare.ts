/**
 * Two cores over one stream: where they part, in words.
 * @module
 */
import { differences, differenceText, type JsonObject } from "../contracts/trace/json.ts";
import type { Played } from "../contracts/trace/reference.ts";
import type { PlayedStream } from "./stream.ts";

const SHOWN_MAX = 8;

/** Returns what is different at the first event on which the cores do not agree; none if they do. */
export function disagreement(stream: PlayedStream, other: Played): readonly string[] {
  for (const [at, answer] of stream.answers.entries()) {
    const found = other.answers[at];
    const parts = differences({ expected: { ...answer }, actual: found });
    if (parts.length === 0) continue;
    const event: JsonObject = stream.events[at] ?? {};
    return [
      `event ${at + 1}: ${JSON.stringify(event)}`,
      ...parts.slice(0, SHOWN_MAX).map(differenceText),
    ];
  }
  return differences({ expected: stream.final, actual: other.final }).slice(0, SHOWN_MAX)
    .map((each) => `at the end ${differenceText(each)}`);
}
