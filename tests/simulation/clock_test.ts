/**
 * The whole daemon on a machine whose wall clock is set while it trades. Proves R-CORE-1 in part: an
 * operator's `date` or a step of NTP is an alarm, and no event goes back in time for it.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { hasReport, Machine, place, type Run } from "./machine.ts";

const SECOND_US = 1_000_000;
const HOUR_US = 3600 * SECOND_US;

/** The difference that the newest alarm names, seconds. */
function toldSeconds(machine: Machine): number {
  const line = machine.said("clock_jumped").at(-1);
  strictEqual(line?.level, "alarm");
  return Math.round(Number(line.fields["wall_minus_engine_us"]) / SECOND_US);
}

/** A daemon that has an order at its venue. */
function trading(machine: Machine): Run {
  const run = machine.start();
  machine.ready(run);
  const alice = machine.client("alice");
  alice.send(place(machine, "before"));
  machine.until(() => hasReport(alice, { intent_id: "before", exec_type: "New" }), "New");
  alice.socket.destroy();
  machine.pass(2 * SECOND_US);
  deepStrictEqual(machine.said("clock_jumped"), [], "nobody has set it");
  deepStrictEqual(machine.said("journal_ahead"), [], "nor was it ever");
  return run;
}

Deno.test("a wall clock that is set back is an alarm, and orders are taken in the order of time", () => {
  const machine = new Machine();
  const run = trading(machine);
  const beforeUs = machine.replay().nowUs;
  machine.time.setWall(-HOUR_US);
  machine.pass(2 * SECOND_US);
  strictEqual(toldSeconds(machine), -3600);
  const bob = machine.client("bob");
  bob.send(place(machine, "behind"));
  machine.until(() => hasReport(bob, { intent_id: "behind", exec_type: "New" }), "New");
  const behindUs = machine.replay().nowUs;
  ok(behindUs >= beforeUs + 2 * SECOND_US, "time goes on");
  machine.kill(run);

  const again = machine.start();
  strictEqual(again.refusal, undefined, "a journal of the future is no damage");
  const [told, ...more] = machine.said("journal_ahead");
  deepStrictEqual([told?.level, more], ["alarm", []], "the start says so, once");
  strictEqual(Math.round(Number(told?.fields["ahead_us"]) / SECOND_US), 3600);
  match(String(told?.fields["text"]), /is 60\.0 minutes ahead .* docs\/operations\/clock\.md/);
  machine.ready(again);
  const carol = machine.client("carol");
  carol.send(place(machine, "after"));
  machine.until(() => hasReport(carol, { intent_id: "after", exec_type: "New" }), "New");
  ok(machine.replay().nowUs > behindUs, "and after a restart");
});

Deno.test("a wall clock that is set by less than a second is no alarm, by more it is one", () => {
  const machine = new Machine();
  const run = trading(machine);
  machine.time.setWall(0.9 * SECOND_US);
  machine.pass(2 * SECOND_US);
  deepStrictEqual(machine.said("clock_jumped"), []);
  machine.time.setWall(0.2 * SECOND_US);
  machine.pass(2 * SECOND_US);
  ok(machine.said("clock_jumped").length > 0);
  machine.kill(run);
});

Deno.test("a wall clock that is set ahead is an alarm, and intents of that future are refused by name", () => {
  const machine = new Machine();
  const run = trading(machine);
  machine.time.setWall(HOUR_US);
  machine.pass(2 * SECOND_US);
  strictEqual(toldSeconds(machine), 3600);
  const bob = machine.client("bob");
  bob.send(place(machine, "ahead"));
  machine.until(() => hasReport(bob, { intent_id: "ahead", reject_code: "SCHEMA" }), "a refusal");
  machine.kill(run);

  const again = machine.start();
  machine.ready(again);
  deepStrictEqual(machine.said("journal_ahead"), [], "it is of the past");
  const carol = machine.client("carol");
  carol.send(place(machine, "after"));
  machine.until(() => hasReport(carol, { intent_id: "after", exec_type: "New" }), "New");
});
