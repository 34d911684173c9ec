/**
 * Reloads of the whole daemon: with orders open and a venue outside, killed at any moment after, and
 * replayed. Proves R-OPS-2 with R-JRN-2 and R-JRN-3: a limit that was tightened is in the journal at
 * one place, the follower and every replay come to the same state, and no report is lost by it.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Reread } from "../../daemon/mod.ts";
import { hasReport, Machine, place, type Run } from "./machine.ts";
import { daemonOptions, simulationConfiguration } from "./setup.ts";

const TIGHT = 'clients: [{ name: "*", max_open_orders: 1 }]';
const TIGHTER =
  'clients: [{ name: "*", max_open_orders: 1, order_rate: { per_second: 1, burst: 1 } }]';

function reread({ process }: Run, more: string): Reread {
  const configuration = simulationConfiguration(more);
  return daemonOptions(process, () => {}, { configuration });
}

/** Asks for a reload; returns whether the daemon took it over. */
function reload(run: Run, more: string): boolean | undefined {
  return run.daemon?.reload(reread(run, more));
}

function runningMachine(): { readonly machine: Machine; readonly run: Run } {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  return { machine, run };
}

Deno.test("a reload tightens a limit at once, and leaves what rests", () => {
  const { machine, run } = runningMachine();
  const alice = machine.client("alice");
  for (const id of ["a", "b"]) alice.send(place(machine, id, { price: "90" }));
  machine.until(() => hasReport(alice, { intent_id: "b", exec_type: "New" }), "New");
  ok(reload(run, TIGHT));
  alice.send(place(machine, "c", { price: "90" }));
  machine.until(() => hasReport(alice, { intent_id: "c" }), "an answer");
  ok(hasReport(alice, { intent_id: "c", reject_code: "MAX_OPEN_ORDERS" }));
  ok(!hasReport(alice, { exec_type: "Cancelled" }), "what rests stays");
  const [said, ...more] = machine.said("configuration_reloaded");
  deepStrictEqual([said?.fields["paths"], more], [["clients[0]"], []]);
  const digest = said?.fields["config_digest"];
  const [ack] = machine.client("bob").all("HELLO_ACK");
  strictEqual((ack?.["daemon"] as Record<string, unknown>)["config_digest"], digest);
});

Deno.test("a reload holds over a crash at any moment, and every replay agrees", () => {
  for (const us of [0, 200, 1_000, 5_000, 100_000]) {
    const { machine, run } = runningMachine();
    const alice = machine.client("alice");
    alice.send(place(machine, "a", { price: "90" }));
    ok(reload(run, TIGHT) && reload(run, TIGHTER));
    machine.pass(us);
    machine.kill(run);
    const configuration = simulationConfiguration(TIGHTER);
    const again = machine.start([], { configuration });
    strictEqual(again.refusal, undefined);
    machine.ready(again);
    const back = machine.client("alice", { resume_from: 0 });
    back.send(place(machine, "b", { price: "90" }));
    back.send(place(machine, "c", { price: "90" }));
    machine.until(() => hasReport(back, { intent_id: "c" }), "an answer");
    ok(hasReport(back, { intent_id: "c", exec_type: "Rejected" }), `after ${us} µs`);
    machine.pass(200_000);
    machine.kill(again);
    machine.replay();
    deepStrictEqual(machine.said("digest_mismatch"), []);
    deepStrictEqual(machine.said("LIMITS_HELD"), []);
  }
});

Deno.test("a reload of pacing takes hold of a venue that trades, and leaves its orders and status", () => {
  const { machine, run } = runningMachine();
  const alice = machine.client("alice");
  alice.send(place(machine, "a", { price: "90" }));
  machine.until(() => hasReport(alice, { intent_id: "a", exec_type: "New" }), "New");
  const { configuration, venues } = reread(run, "");
  const pacing = { perSecond: 5, burst: 1 } as const;
  const costs = { submit: 1, replace: 1, cancel: 1, lookup: 1, reconcile: 1 };
  const paced: Reread = {
    configuration: {
      ...configuration,
      venues: configuration.venues.map((venue) => ({ ...venue, pacing: { ...pacing, costs } })),
    },
    venues: venues.map((venue) => ({
      ...venue,
      declaration: { ...venue.declaration, pacing },
    })),
  };
  ok(run.daemon?.reload(paced));
  for (const id of ["b", "c", "d"]) alice.send(place(machine, id, { price: "90" }));
  machine.until(() => hasReport(alice, { intent_id: "d", exec_type: "PendingNew" }), "taken");
  machine.pass(50_000);
  ok(!hasReport(alice, { intent_id: "d", exec_type: "New" }), "requests wait for tokens");
  machine.until(() => hasReport(alice, { intent_id: "d", exec_type: "New" }), "sent in time");
  ok(!hasReport(alice, { exec_type: "Rejected" }));
  machine.kill(run);
  machine.replay();
  deepStrictEqual(machine.said("digest_mismatch"), []);
});

Deno.test("a reload before it listens or while it stops is refused, and changes nothing", () => {
  const machine = new Machine();
  const run = machine.start();
  ok(!reload(run, TIGHT));
  machine.ready(run);
  run.daemon?.stop("test");
  ok(!reload(run, TIGHT));
  machine.until(() => run.ends.length > 0, "the end");
  strictEqual(machine.said("configuration_refused").length, 2);
  deepStrictEqual(machine.said("configuration_reloaded"), []);
});
