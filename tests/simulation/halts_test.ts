/**
 * A broken rule through the whole daemon: the account is halted, the truth goes on. Behind the check
 * of what an adapter says, an execution becomes one of nothing; the halt is a record of the journal, survives a restart, and
 * a replay comes to it in the same place. Proves R-CORE-5 and R-JRN-3. (A throw that is no broken rule
 * ends in safe mode: see `poison_test.ts`.)
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Draft } from "../../core/event.ts";
import { qty } from "../../core/numbers.ts";
import { hasReport, Machine, place, type Run } from "./machine.ts";
import { corruptedVenueEntry } from "./setup.ts";

/** Executions lose their quantity. */
function emptied(draft: Draft): Draft {
  if (draft.eventType !== "OrderExecuted") return draft;
  return { ...draft, payload: { ...draft.payload, lastQty: qty(0) } };
}

/** A machine whose account was halted by the fault while an order of alice rested. */
function haltedMachine(): { readonly machine: Machine; readonly run: Run } {
  const machine = new Machine();
  const run = machine.start([["venue", corruptedVenueEntry(emptied)]]);
  machine.ready(run);
  const alice = machine.client("alice");
  alice.send(place(machine, "rests", { price: "90" }));
  machine.until(() => hasReport(alice, { intent_id: "rests", exec_type: "New" }), "New");
  alice.send(place(machine, "takes", { time_in_force: "IOC" }));
  machine.until(() => machine.said("INVARIANT").length > 0, "an alarm");
  ok(!hasReport(alice, { exec_type: "Trade" }), "what the event caused is withheld");
  return { machine, run };
}

Deno.test("the daemon halts the account at a broken rule and goes on: cancels go, orders do not", () => {
  const { machine, run } = haltedMachine();
  const alice = machine.client("alice", { resume_from: 0 });
  alice.send(place(machine, "after"));
  machine.until(() => hasReport(alice, { intent_id: "after" }), "an answer");
  ok(hasReport(alice, { intent_id: "after", reject_code: "TRADING_HALTED" }));
  alice.send({
    ...place(machine, "c1"),
    action: "Cancel",
    orig_intent_id: "rests",
    instrument: undefined,
    side: undefined,
    order_qty: undefined,
    price: undefined,
  });
  machine.until(() => hasReport(alice, { intent_id: "c1", exec_type: "Cancelled" }), "Cancelled");
  const seqs = alice.reportSeqs().map(Number);
  deepStrictEqual(seqs, seqs.map((_, at) => at + 1), "report numbers keep no gap");
  deepStrictEqual(machine.said("digest_mismatch"), [], "the follower halts in the same place");
  strictEqual(run.ends.length, 0);
});

Deno.test("a replay halts in the same place, and a restart does not loosen it", () => {
  const { machine, run } = haltedMachine();
  machine.pass(100_000);
  machine.kill(run);
  const replayed = machine.replay();
  strictEqual(replayed.view.counters()["invariant_failures"], 1);
  machine.lines.length = 0;
  const next = machine.start();
  machine.ready(next);
  const recovered = machine.said("recovered")[0]?.fields;
  deepStrictEqual([recovered?.["seq_id"], recovered?.["digest"]], [
    replayed.seqId,
    replayed.digest,
  ]);
  const alice = machine.client("alice", { resume_from: 0 });
  strictEqual(alice.only("HELLO_ACK")["trading_state"], "Halted");
  alice.send(place(machine, "again"));
  machine.until(() => hasReport(alice, { intent_id: "again" }), "an answer");
  ok(hasReport(alice, { intent_id: "again", reject_code: "TRADING_HALTED" }));
});

Deno.test("a start with --resume-trading lifts the halt, once, and says before that it is held back", () => {
  const { machine, run } = haltedMachine();
  machine.pass(100_000);
  machine.kill(run);
  const held = machine.start();
  machine.ready(held);
  match(String(machine.said("trading_held_back")[0]?.fields["text"]), /^x stays halted, .*resume/);
  machine.kill(held);
  const resumed = machine.start([], { resumeTrading: true });
  machine.ready(resumed);
  const alice = machine.client("alice", { resume_from: 0 });
  strictEqual(alice.only("HELLO_ACK")["trading_state"], "Active");
  alice.send(place(machine, "again", { price: "90" }));
  machine.until(() => hasReport(alice, { intent_id: "again", exec_type: "New" }), "New");
  machine.pass(100_000);
  machine.kill(resumed);
  machine.replay();
  machine.ready(machine.start());
  strictEqual(machine.said("trading_held_back").length, 1, "it stays lifted");
  deepStrictEqual(machine.said("digest_mismatch"), []);
});
