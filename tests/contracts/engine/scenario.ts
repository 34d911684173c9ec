/**
 * A scenario: a story with a name, and what it shows.
 * @module
 */
import type { FixtureHead } from "../trace/fixture.ts";
import type { VenueStory } from "./venue_story.ts";

/** A story that is recorded as a fixture. */
export type Scenario = FixtureHead & { readonly tell: (story: VenueStory) => void };
