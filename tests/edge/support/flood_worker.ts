/**
 * A Worker module whose venue floods: 10 000 changes of a book and 100 reports a turn, 20 turns.
 * @module
 */
import { mainPorts } from "../../../edge/deno_ports.ts";
import { serveWorker, type WorkerMain } from "../../../edge/deno_workers.ts";
import type { AdapterFactory } from "../../../edge/venue.ts";
import { runVenue } from "../../../edge/venues/host.ts";
import type { VenueInit } from "../../../edge/venues/messages.ts";
import { adapterFacts } from "../../support/adapter_facts.ts";
import { acceptedDraft, deltaDraft, snapshotDraft } from "../../support/drafts.ts";

const TURNS = 20;
const CHANGES = 10_000;
const CHANGES_PER_REPORT = 100;

const flood: AdapterFactory = (host, ports) => {
  let turns = 0;
  let reports = 0;
  const turn = (): void => {
    for (let at = 1; at <= CHANGES; at++) {
      host.offerMarket(deltaDraft({ bids: [at % 20 + 1, at], asks: [at % 20 + 30, at] }));
      if (at % CHANGES_PER_REPORT === 0) host.offer(acceptedDraft(++reports));
    }
    if (++turns < TURNS) ports.timers.after(1000, turn);
  };
  return {
    start: () => {
      host.offerMarket(snapshotDraft({ bids: [1, 1] }));
      turn();
    },
    send: () => {},
    cancelAll: () => {},
    stop: () => {},
  };
};

const venue: WorkerMain = (scope, log, init) =>
  runVenue(scope, mainPorts({ log, workersModule: new URL(import.meta.url) }), {
    init: init as VenueInit,
    adapters: new Map([["flood", { description: adapterFacts(), load: () => flood }]]),
    secrets: { read: () => ({ ok: false, reason: "must be given" }) },
  });

const none: WorkerMain = () => {};

serveWorker({ journal: none, index: none, follower: none, feed: none, venue, examination: none });
