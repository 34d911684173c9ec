/**
 * The module that every Worker of `tests/venue/main.ts` runs: the product's entries, and the test
 * exchange's adapter.
 * @module
 */
import { serveEntries } from "../../workers.ts";
import { TEST_ADAPTERS } from "./registry.ts";

serveEntries(new URL(import.meta.url), TEST_ADAPTERS);
