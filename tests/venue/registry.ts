/**
 * The adapters of the program that the kill campaign starts: the test exchange's, which strikes and
 * checks that what it sends was written.
 * @module
 */
import type { AdapterRegistry } from "../../edge/venues/registry.ts";
import { testVenue } from "./adapter.ts";
import { TEST_ADAPTER, TEST_DESCRIPTION } from "./capabilities.ts";
import { striking } from "./strikes.ts";
import { writtenFirst } from "./written_first.ts";

export const TEST_ADAPTERS: AdapterRegistry = new Map([[
  TEST_ADAPTER,
  { description: TEST_DESCRIPTION, load: () => striking(writtenFirst(testVenue)) },
]]);
