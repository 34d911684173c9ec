/**
 * Worker entry points: the one list of them, and the module that every Worker of the product runs.
 * @module
 */
import { workerPorts } from "./edge/deno_ports.ts";
import { giveWay } from "./edge/deno_priority.ts";
import { denoSecrets } from "./edge/deno_secrets.ts";
import { serveWorker, type WorkerMain } from "./edge/deno_workers.ts";
import type { Log, Ports, WorkerEntry } from "./edge/ports.ts";
import type { ExaminationInit } from "./edge/venues/examination.ts";
import type { VenueInit } from "./edge/venues/messages.ts";
import { type AdapterRegistry, ADAPTERS } from "./edge/venues/registry.ts";
import { useRuntimeSha256 } from "./sha256.ts";

/**
 * Serves the entries in this Worker. `adapters`: venues by the name that configuration uses. What an
 * entry consists of is loaded where it runs only: the journal's is what a start waits for.
 */
export function serveEntries(module: URL, adapters: AdapterRegistry): void {
  const ports = (log: Log, signals: "waiting" | "blocking" = "waiting"): Ports =>
    workerPorts({ log, workersModule: module, signals });
  const entries: Readonly<Record<WorkerEntry, WorkerMain>> = {
    journal: async (scope, log, init) => {
      const { runJournalWorker } = await import("./edge/journal/worker.ts");
      useRuntimeSha256(); // not in the middle of a commit
      runJournalWorker(scope, ports(log, "blocking"), init);
    },
    follower: async (scope, log, init) => {
      giveWay(log);
      const { runFollower } = await import("./edge/journal/follower.ts");
      const { ownMachine } = await import("./daemon/machine.ts");
      useRuntimeSha256();
      const own = ports(log);
      runFollower(scope, own, { init, machine: ownMachine(own.randomness) });
    },
    index: async (scope, log, init) => {
      giveWay(log);
      const { runIndex } = await import("./edge/journal/index_worker.ts");
      useRuntimeSha256();
      runIndex(scope, ports(log), init);
    },
    feed: async (scope, log, init) => {
      const { runFeed } = await import("./edge/feeds/feed.ts");
      runFeed(scope, ports(log), init as Parameters<typeof runFeed>[2]);
    },
    venue: async (scope, log, init) => {
      const { runVenue } = await import("./edge/venues/host.ts");
      runVenue(scope, ports(log), { init: init as VenueInit, adapters, secrets: denoSecrets() });
    },
    examination: async (scope, log, init) => {
      const { runExamination } = await import("./edge/venues/examination.ts");
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
