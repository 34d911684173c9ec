/**
 * Worker entry points: the one list of them, and the module that every Worker of the product runs.
 * @module
 */
import { createTimeline } from "./core/mod.ts";
import { workerPorts } from "./edge/deno_ports.ts";
import { giveWay } from "./edge/deno_priority.ts";
import { denoSecrets } from "./edge/deno_secrets.ts";
import { serveWorker, type WorkerMain } from "./edge/deno_workers.ts";
import { runFeed } from "./edge/feeds/feed.ts";
import { runFollower, runIndex, runJournalWorker } from "./edge/journal/mod.ts";
import type { Log, Ports, WorkerEntry } from "./edge/ports.ts";
import { type ExaminationInit, runExamination } from "./edge/venues/examination.ts";
import { runVenue } from "./edge/venues/host.ts";
import type { VenueInit } from "./edge/venues/messages.ts";
import { type AdapterRegistry, ADAPTERS } from "./edge/venues/registry.ts";
import { writeReport } from "./wire/encode_report.ts";

/** Serves the entries in this Worker. `adapters`: venues by the name that configuration uses. */
export function serveEntries(module: URL, adapters: AdapterRegistry): void {
  const ports = (log: Log, signals: "waiting" | "blocking" = "waiting"): Ports =>
    workerPorts({ log, workersModule: module, signals });
  const entries: Readonly<Record<WorkerEntry, WorkerMain>> = {
    journal: (scope, log, init) => runJournalWorker(scope, ports(log, "blocking"), init),
    follower: (scope, log, init) => {
      giveWay(log);
      runFollower(scope, ports(log), { init, machine: { createTimeline, writeReport } });
    },
    index: (scope, log, init) => {
      giveWay(log);
      runIndex(scope, ports(log), init);
    },
    feed: (scope, log, init) => runFeed(scope, ports(log), init as Parameters<typeof runFeed>[2]),
    venue: (scope, log, init) => {
      const secrets = denoSecrets();
      runVenue(scope, ports(log), { init: init as VenueInit, adapters, secrets });
    },
    examination: (scope, log, init) => {
      const secrets = denoSecrets();
      runExamination(scope, ports(log), { init: init as ExaminationInit, adapters, secrets });
    },
  };
  serveWorker(entries);
}

// Main is the module a Worker was started with: one that imports this serves entries of its own.
if (import.meta.main) {
  serveEntries(new URL(import.meta.url), ADAPTERS);
}
