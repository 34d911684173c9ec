/**
 * A flood of books from a real Worker into a daemon that is slower: every report arrives, in order,
 * and none behind the books. Proves R-OPS-3 (back-pressure per queue) and R-VENUE-7 in part.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Draft } from "../../../core/event.ts";
import { micros } from "../../../core/numbers.ts";
import { mainPorts } from "../../../edge/deno_ports.ts";
import { EngineClock } from "../../../edge/engine_clock.ts";
import { Ingress } from "../../../edge/ingress.ts";
import { noCommits } from "../../../edge/journal/mod.ts";
import { VenueLink } from "../../../edge/venues/link.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";
import { until } from "../../support/temporary.ts";

const REPORTS = 2000;
const CHANGES = 200_000;
/** What the slow daemon takes of each queue in a turn. */
const PER_TURN = 50;

Deno.test("a flood of books merges in the Worker, and no report waits behind it", async () => {
  const workersModule = new URL("../support/flood_worker.ts", import.meta.url);
  const ports = mainPorts({ log: { write: () => {} }, workersModule });
  const ingress = new Ingress(() => {});
  const link = new VenueLink({
    init: {
      adapter: "flood",
      declaration: VENUE,
      instruments: [spotInstrument()],
      commits: noCommits(),
      clOrdIdPrefix: "tl00000000",
      options: {},
      credentials: {},
      deadManMs: null,
    },
    leaving: new Set(),
    ingress,
    queues: { reportsMax: 1000, marketMax: 1000 },
    clock: new EngineClock(ports.clock, micros(0)),
    isAlive: () => true,
    ports,
  });
  const [reports, market] = ingress.queues;
  const orders: unknown[] = [];
  let changes = 0;
  let last: Draft | undefined;
  let changesAtLastReport = 0;
  const take = setInterval(() => {
    for (let left = PER_TURN; left > 0 && (reports?.length ?? 0) > 0; left--) {
      const { payload } = reports?.take() ?? {};
      orders.push(payload && "order" in payload ? payload.order : undefined);
      changesAtLastReport = changes;
    }
    for (let left = PER_TURN; left > 0 && (market?.length ?? 0) > 0; left--) {
      last = market?.take();
      changes++;
    }
  }, 1);
  link.start();
  const isOver = (): boolean =>
    last?.eventType === "BookDelta" && last.payload.bids.includes(CHANGES / 20);
  try {
    await until(() => orders.length === REPORTS && isOver(), "the end of the flood", 20_000);
  } finally {
    clearInterval(take);
    link.end();
  }
  deepStrictEqual(orders, Array.from({ length: REPORTS }, (_, at) => at + 1));
  ok(
    changesAtLastReport < CHANGES / 20,
    `${changesAtLastReport} books went before the last report`,
  );
  strictEqual(last?.eventType, "BookDelta", "the newest change came through");
});
