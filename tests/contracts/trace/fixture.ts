/**
 * Fixtures: a trace as a file, made from events, read back, and held against a core.
 *
 * Format: `docs/reference/traces.md`. The text has one event and one expectation per line, so that a
 * change shows as the lines that changed.
 * @module
 */
import { Effects } from "../../../core/effects.ts";
import type { Event } from "../../../core/event.ts";
import { createTimeline } from "../../../core/machines.ts";
import type { Checkpoint, Timeline } from "../../../core/timeline.ts";
import { encodeEventLine, parseEventLine } from "../../../edge/journal/event_lines.ts";
import { causedOf } from "./effects_json.ts";
import { finalOf } from "./final_json.ts";
import type { JsonObject } from "./json.ts";

/** What a fixture says of itself. */
export type FixtureHead = {
  readonly name: string;
  /** Requirements, FIX matrices, faults: what it shows. */
  readonly requires: readonly string[];
  readonly description: string;
};

/** A whole fixture, as its file holds it. */
export type Fixture = FixtureHead & {
  readonly events: readonly JsonObject[];
  readonly expect: readonly JsonObject[];
  readonly final: JsonObject;
};

/** Returns the event as a fixture and a reference core are given it. */
export function eventJson(event: Event): JsonObject {
  return JSON.parse(encodeEventLine(event)).event;
}

/** Reads an event of a fixture. @throws {EventLineError} If it is no event of a known kind. */
export function eventOf(json: JsonObject): Event {
  return parseEventLine(JSON.stringify({ event: json }));
}

/** Records what the core does with the events. */
export function recordFixture(head: FixtureHead, events: readonly Event[]): Fixture {
  const { name, requires, description } = head;
  const written = events.map(eventJson);
  return { name, requires, description, events: written, ...play(written.map(eventOf)) };
}

/** Returns what a fresh core does with the events of a fixture. */
export function playFixture(fixture: Fixture): Fixture {
  return { ...fixture, ...play(fixture.events.map(eventOf)) };
}

/** As {@link playFixture}, but the core is put away and restored between all events. */
export function playInPieces(fixture: Fixture): Fixture {
  const restored = (timeline: Timeline): Timeline => {
    const saved: Checkpoint = JSON.parse(JSON.stringify(timeline.checkpoint()));
    return createTimeline(saved);
  };
  return { ...fixture, ...play(fixture.events.map(eventOf), restored) };
}

/** Returns the text of the file. */
export function fixtureText(fixture: Fixture): string {
  const { name, requires, description, events, expect, final } = fixture;
  const head = Object.entries({ name, requires, description });
  return [
    "{",
    ...head.map(([key, value]) => `  "${key}": ${JSON.stringify(value)},`),
    `  "events": ${lines(events)},`,
    `  "expect": ${lines(expect)},`,
    '  "final": {',
    Object.entries(final).map(([key, value]) => `    "${key}": ${JSON.stringify(value)}`)
      .join(",\n"),
    "  }",
    "}",
    "",
  ].join("\n");
}

function lines(objects: readonly JsonObject[]): string {
  return `[\n${objects.map((object) => `    ${JSON.stringify(object)}`).join(",\n")}\n  ]`;
}

function play(
  events: readonly Event[],
  between: (timeline: Timeline) => Timeline = (timeline) => timeline,
): Pick<Fixture, "expect" | "final"> {
  let timeline = createTimeline();
  const effects = new Effects();
  const expect = events.map((event) => {
    timeline.apply(event, effects);
    const caused = causedOf(effects);
    timeline = between(timeline);
    return caused;
  });
  return { expect, final: finalOf(timeline) };
}
