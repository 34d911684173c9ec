/**
 * The module that every Worker of `tests/campaign/main.ts` runs.
 * @module
 */
import { serveEntries } from "../../workers.ts";
import { CAMPAIGN_ADAPTERS } from "./registry.ts";

serveEntries(new URL(import.meta.url), CAMPAIGN_ADAPTERS);
