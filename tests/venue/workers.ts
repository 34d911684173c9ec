/**
 * The module that every Worker of `tests/venue/main.ts` runs: the product's entries, and the test
 * exchange's adapter.
 * @module
 */
import { serveEntries } from "../../workers.ts";
import { testVenue } from "./adapter.ts";
import { TEST_ADAPTER } from "./capabilities.ts";
import { striking } from "./strikes.ts";
import { writtenFirst } from "./written_first.ts";

serveEntries(
  new URL(import.meta.url),
  new Map([[TEST_ADAPTER, striking(writtenFirst(testVenue))]]),
);
