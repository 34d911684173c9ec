/**
 * The whole daemon after its main thread has stood still for half a minute: what came meanwhile is
 * judged by the time that has passed, and by books that are as old.
 * Proves R-CORE-2, R-CORE-7 and R-EXEC-3 where everything is late at once.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Configuration } from "../../config/mod.ts";
import type { WireClient } from "../support/wire_client.ts";
import { hasReport, Machine, place, type Run } from "./machine.ts";
import { simulationConfiguration } from "./setup.ts";

const STALL_US = 30_000_000;
const PAPER = "paper:PPR/USD";

/** The paper venue holds prices to its book. */
function withCollar(): Configuration {
  const configuration = simulationConfiguration();
  const venues = configuration.venues.map((venue) =>
    venue.name !== "paper" ? venue : {
      ...venue,
      instruments: venue.instruments.map((one) => ({
        ...one,
        limits: { ...one.limits, priceCollarPpm: 100_000 },
      })),
    }
  );
  return { ...configuration, venues };
}

type World = { readonly machine: Machine; readonly run: Run; readonly alice: WireClient };

function started(configuration = simulationConfiguration()): World {
  const machine = new Machine();
  const run = machine.start([], { configuration });
  machine.ready(run);
  return { machine, run, alice: machine.client("alice") };
}

function publish({ machine }: World, feed: WireClient, kind: "snapshot" | "delta"): void {
  const payload = { bids: [["99", "5"]], asks: [["101", "5"]] };
  feed.send({ type: "PUBLISH", instrument: PAPER, kind, payload, ts_us: machine.time.wallUs() });
}

/** Lets the main thread stand still; `meanwhile` happens in its middle. */
function stall({ machine, run }: World, meanwhile: () => void): void {
  run.process.stall(STALL_US);
  machine.pass(STALL_US / 2);
  meanwhile();
  machine.pass(STALL_US / 2 + 100_000);
}

Deno.test("what waited for a daemon that stood still is judged before the books are believed again", () => {
  const world = started(withCollar());
  const { machine, alice } = world;
  const feed = machine.client("feed");
  publish(world, feed, "snapshot");
  machine.pass(10_000);
  const order = { instrument: PAPER, side: "Sell", price: "105" };
  alice.send(place(machine, "before", order));
  machine.until(() => hasReport(alice, { intent_id: "before", exec_type: "New" }), "New");
  stall(world, () => {
    publish(world, feed, "delta");
    alice.send(place(machine, "waited", order));
  });
  machine.until(() => hasReport(alice, { intent_id: "waited" }), "its refusal");
  const [refusal] = alice.all("ExecutionReport").filter((row) => row["intent_id"] === "waited");
  strictEqual(refusal?.["reject_code"], "PRICE_COLLAR");
  match(
    String(refusal["text"]),
    /must have a fresh book, at most \d+ ms old .*: was 30\d\d\d ms old/,
  );
  publish(world, feed, "delta");
  machine.pass(10_000);
  alice.send(place(machine, "after", order));
  machine.until(() => hasReport(alice, { intent_id: "after", exec_type: "New" }), "New again");
});

Deno.test("an intent that lapsed while the daemon stood still is refused and never sent", () => {
  const world = started();
  const { machine, alice } = world;
  stall(world, () => alice.send(place(machine, "lapsed", { ttl_ms: 5000 })));
  machine.until(() => hasReport(alice, { intent_id: "lapsed" }), "its refusal");
  ok(hasReport(alice, { intent_id: "lapsed", reject_code: "STALE_INTENT" }));
  deepStrictEqual(machine.placed, []);
});

Deno.test("a daemon that stood still cancels what lapsed, books what was filled, and takes nobody for dead", () => {
  const world = started();
  const { machine, alice } = world;
  const rests = { price: "90", ttl_ms: 10_000 };
  alice.send(place(machine, "rests", rests));
  alice.send(place(machine, "fills", { price: "91" }));
  machine.until(() => hasReport(alice, { intent_id: "fills", exec_type: "New" }), "New");
  const [first = "", second = ""] = machine.venue.exchange.orders.keys();
  stall(world, () => machine.venue.exchange.fill(second, 1));
  machine.until(() => hasReport(alice, { intent_id: "fills", exec_type: "Trade" }), "the fill");
  machine.until(() => hasReport(alice, { intent_id: "rests", exec_type: "Expired" }), "its end");
  strictEqual(machine.venue.exchange.orders.get(first)?.state, "cancelled");
  deepStrictEqual(machine.said("venue_adapter_died"), [], "its Worker was well");
  ok(alice.closedBecause === undefined, "so was its client");
  strictEqual(machine.venue.exchange.duplicates, 0);
});
