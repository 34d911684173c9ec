/**
 * The module that every Worker of `dying_main.ts` runs: the product's entries and the test exchange's
 * adapter. A Worker of which there is a file in `DYING_DIRECTORY` dies of a fault of its own.
 *
 * - `journal`: of an error that nobody expects, when it is to write an intent
 * - `venue`: of its full heap, when it has heard that an order was accepted and told nobody
 * @module
 */
import { existsSync } from "node:fs";
import { type BatchPosition, JournalWriter } from "../../edge/journal/writer.ts";
import type { AdapterFactory } from "../../edge/venue.ts";
import type { AdapterRegistry } from "../../edge/venues/registry.ts";
import { serveEntries } from "../../workers.ts";
import { testVenue } from "./adapter.ts";
import { TEST_ADAPTER, TEST_DESCRIPTION } from "./capabilities.ts";

/** Names that directory to the daemons that a test starts. */
export const DYING_DIRECTORY = "TAPELINE_DYING_DIRECTORY";

/** A heap grows by so many numbers at once. */
const NUMBERS = 100_000;

function isToDie(worker: "journal" | "venue"): boolean {
  return existsSync(`${Deno.env.get(DYING_DIRECTORY)}/${worker}`);
}

function exhaust(): never {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: NUMBERS }, (_, at) => at + kept.length / 2));
}

const dying: AdapterFactory = (host, ports, options) =>
  testVenue(
    {
      ...host,
      offer: (draft) => {
        if (draft.eventType === "OrderAccepted" && isToDie("venue")) exhaust();
        return host.offer(draft);
      },
    },
    ports,
    options,
  );

export const DYING_ADAPTERS: AdapterRegistry = new Map([[
  TEST_ADAPTER,
  { description: TEST_DESCRIPTION, load: () => dying },
]]);

if (import.meta.main) {
  const { commit } = JournalWriter.prototype;
  JournalWriter.prototype.commit = function (draft): BatchPosition {
    const isIntent = new TextDecoder().decode(draft.buffer).includes("IntentReceived");
    if (isIntent && isToDie("journal")) throw new RangeError("Array buffer allocation failed");
    return commit.call(this, draft);
  };
  serveEntries(new URL(import.meta.url), DYING_ADAPTERS);
}
