/**
 * How a fixture and a newer recording of it differ, in lines for people: the event at which they
 * part, what it was, and what each expected of it.
 * @module
 */
import type { Fixture } from "./fixture.ts";
import { differences, differenceText, type JsonObject } from "./json.ts";

/** Differences shown of one fixture; the rest is counted. */
const SHOWN_MAX = 12;

/** Returns the lines that tell the difference; none where there is none. */
export function changesOf(
  of: { readonly before: Fixture | undefined; readonly after: Fixture | undefined },
): readonly string[] {
  const { before, after } = of;
  if (after === undefined) return ["  is on disk, but no scenario has this name"];
  if (before === undefined) return [`  is new: ${after.description}`];
  const lines = [
    ...headLines(before, after),
    ...eventLines(before, after),
    ...differences({ expected: before.final, actual: after.final })
      .map((each) => `  at the end ${differenceText(each)}`),
  ];
  if (lines.length <= SHOWN_MAX) return lines;
  return [...lines.slice(0, SHOWN_MAX), `  … and ${lines.length - SHOWN_MAX} more`];
}

function headLines(before: Fixture, after: Fixture): readonly string[] {
  const head = ({ name, requires, description }: Fixture): JsonObject => ({
    name,
    requires,
    description,
  });
  return differences({ expected: head(before), actual: head(after) })
    .map((each) => `  ${differenceText(each)}`);
}

function eventLines(before: Fixture, after: Fixture): readonly string[] {
  const count = Math.max(before.events.length, after.events.length);
  return Array.from({ length: count }, (_, at) => at).flatMap((at) => {
    const event = after.events[at] ?? before.events[at];
    const name = `  event ${at + 1} ${String(event?.["event_type"])}`;
    return [
      ...differences({ expected: before.events[at], actual: after.events[at] }, "event"),
      ...differences({ expected: before.expect[at], actual: after.expect[at] }),
    ].map((each) => `${name} ${differenceText(each)}`);
  });
}
