/**
 * A real Worker that stalls for longer than its daemon waits, and wakes: nothing of what it was told
 * leaves it any more. Proves R-EXEC-3 where a thread that was ended goes on.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { micros } from "../../../core/numbers.ts";
import { mainPorts } from "../../../edge/deno_ports.ts";
import { EngineClock } from "../../../edge/engine_clock.ts";
import { Ingress } from "../../../edge/ingress.ts";
import { noCommits } from "../../../edge/journal/mod.ts";
import type { Timers } from "../../../edge/ports.ts";
import { VenueLink } from "../../../edge/venues/link.ts";
import { request } from "../../support/link_rig.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";
import { pause, until } from "../../support/temporary.ts";

/** So much faster is the daemon's patience: half a second for ten. */
const HASTE = 20;
/** Within this a Worker that stalls has woken, and sent what it would. */
const WOKEN_MS = 4000;

Deno.test("a Worker that stalled and was cut off sends nothing once it wakes", async () => {
  const seen: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (asked) => {
      seen.push(await asked.text());
      return new Response("{}");
    },
  );
  const workersModule = new URL("../support/stall_worker.ts", import.meta.url);
  const ports = mainPorts({ log: { write: () => {} }, workersModule });
  const timers: Timers = {
    ...ports.timers,
    after: (us, task) => ports.timers.after(us / HASTE, task),
  };
  const ingress = new Ingress(() => {});
  const link = new VenueLink({
    init: {
      adapter: "stalling",
      declaration: VENUE,
      instruments: [spotInstrument()],
      commits: noCommits(),
      clOrdIdPrefix: "tl00000000",
      options: { url: `http://127.0.0.1:${server.addr.port}/order` },
      credentials: {},
      deadManMs: null,
    },
    leaving: new Set(),
    ingress,
    queues: { reportsMax: 100, marketMax: 100 },
    clock: new EngineClock(ports.clock, micros(0)),
    isAlive: () => true,
    ports: { ...ports, timers },
  });
  const said: string[] = [];
  const hears = (word: string): boolean => {
    const [reports] = ingress.queues;
    while (reports !== undefined && reports.length > 0) {
      const { payload } = reports.take();
      if ("outcome" in payload) said.push(`${payload.outcome} ${payload.request}`);
      else if ("status" in payload) said.push(`${payload.status}`);
    }
    return said.includes(word);
  };
  try {
    link.start();
    await until(() => hears("reconciling") && seen.length === 1, "the adapter");
    link.announce(request("Lookup", 1), 0);
    link.announce(request("Submit", 2), 0);
    link.announce(request("Cancel", 3), 0);
    await until(() => hears("unknown 3"), "its end");
    await pause(WOKEN_MS);
    link.announce(request("Submit", 4), 0);
    await until(() => seen.includes("Submit 4"), "what the next Worker is told");
    deepStrictEqual(seen, ["a connection", "a connection", "Submit 4"]);
  } finally {
    link.end();
    await server.shutdown();
  }
});
