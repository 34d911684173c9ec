/**
 * A Worker module whose venue stalls at a Lookup, for longer than its daemon waits, and sends all else
 * through the order transport to the address in its options.
 * @module
 */
import { mainPorts } from "../../../edge/deno_ports.ts";
import { serveWorker, type WorkerMain } from "../../../edge/deno_workers.ts";
import { OrderTransport } from "../../../edge/order_transport.ts";
import type { AdapterFactory } from "../../../edge/venue.ts";
import { runVenue } from "../../../edge/venues/host.ts";
import type { VenueInit } from "../../../edge/venues/messages.ts";
import { adapterFacts } from "../../support/adapter_facts.ts";

/** Longer than the runtime takes to end a thread that answers: what wakes later goes on. */
const STALL_MS = 3500;

const stalling: AdapterFactory = (host, ports, { url }) => {
  const transport = new OrderTransport({
    ...{ http: ports.http, timers: ports.timers, nowUs: host.nowUs, isCutOff: host.isCutOff },
    ...{ redact: (text: string) => text, deadlineUs: 10_000_000, bodyBytesMax: 1000 },
  });
  const post = (body: string): void => {
    const request = { method: "POST", url: String(url), headers: {}, body } as const;
    transport.send(transport.prepare(request), () => {});
  };
  return {
    start: () => {
      post("a connection"); // with one that is open, a thread that wakes needs no other turn
      host.status("reconciling", "connected");
    },
    send: ({ command: { kind, request } }) => {
      if (kind !== "Lookup") return post(`${kind} ${request}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS);
      post(`after ${request}`);
    },
    cancelAll: () => post("cancelAll"),
    stop: () => {},
  };
};

const venue: WorkerMain = (scope, log, init) =>
  runVenue(scope, mainPorts({ log, workersModule: new URL(import.meta.url) }), {
    init: init as VenueInit,
    adapters: new Map([["stalling", { description: adapterFacts(), load: () => stalling }]]),
    secrets: { read: () => ({ ok: false, reason: "must be given" }) },
  });

const none: WorkerMain = () => {};

serveWorker({ journal: none, index: none, follower: none, feed: none, venue, examination: none });
