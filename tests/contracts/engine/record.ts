/**
 * Scenarios told and recorded.
 * @module
 */
import { type Fixture, recordFixture } from "../trace/fixture.ts";
import type { Scenario } from "./scenario.ts";
import { Story } from "./story.ts";

/** Tells a scenario and records what the core does. */
export function record(scenario: Scenario): Fixture {
  const story = new Story();
  scenario.tell(story);
  return recordFixture(scenario, story.events);
}
