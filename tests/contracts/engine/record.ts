/**
 * Scenarios told and recorded.
 * @module
 */
import { type Fixture, recordFixture } from "../trace/fixture.ts";
import type { Scenario } from "./scenario.ts";
import { VenueStory } from "./venue_story.ts";

/** Tells a scenario and records what the core does. */
export function record(scenario: Scenario): Fixture {
  const story = new VenueStory();
  scenario.tell(story);
  return recordFixture(scenario, story.events);
}
