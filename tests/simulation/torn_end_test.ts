/**
 * A journal whose end is torn below what was acknowledged, led by hand through the whole daemon on
 * simulated ports: a power cut on a disk that lies. Proves R-JRN-2 there; whatever an end may look
 * like is in `tests/edge/journal/recovery_test.ts`, what follows a loss in `loss_test.ts`.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { JournalRefused, journalVerify } from "../../edge/journal/mod.ts";
import { hasReport, Machine, place } from "./machine.ts";
import { STATE } from "./setup.ts";

/** Two orders that were acknowledged; then zeros come of all from within the second one's intent on. */
function tornMachine(): Machine {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  const alice = machine.client("alice");
  for (const intentId of ["before", "lost-1"]) {
    alice.send(place(machine, intentId));
    machine.until(() => hasReport(alice, { intent_id: intentId, exec_type: "New" }), intentId);
    machine.pass(1_500_000);
  }
  machine.kill(run);
  const path = `${STATE}/journal/00000001.log`;
  const bytes = machine.disk.read(path);
  const at = new TextDecoder("latin1").decode(bytes).indexOf('"lost-1"');
  ok(at > 0);
  machine.disk.put(path, bytes.fill(0, at + 3));
  return machine;
}

Deno.test("a journal whose end is torn before its mark is refused with the offer of acceptLoss", () => {
  const machine = tornMachine();
  const before = machine.disk.clone();
  const { refusal } = machine.start();
  ok(refusal instanceof JournalRefused, String(refusal));
  match(
    refusal.message,
    /must reach its high-water mark .*: was at its end after .* --accept-loss/,
  );
  strictEqual(journalVerify(machine.disk, STATE).problem, refusal.message);
  for (const folder of [STATE, `${STATE}/journal`]) {
    deepStrictEqual(machine.disk.list(folder), before.list(folder), "nothing was set aside");
  }
});

Deno.test("a journal whose end is torn before its mark goes on with acceptLoss, up to the torn batch", () => {
  const machine = tornMachine();
  const run = machine.start([], { acceptLoss: true });
  machine.ready(run);
  strictEqual(machine.said("loss_accepted").length, 1);
  const alice = machine.client("alice");
  strictEqual(alice.all("HELLO_ACK")[0]?.["trading_state"], "Halted");
  alice.send({ type: "QUERY", id: 1, what: "orders" });
  machine.until(() => alice.all("RESULT").length > 0, "the orders");
  const rows = alice.all("RESULT")[0]?.["result"] as readonly Readonly<Record<string, unknown>>[];
  const intents = rows.map((row) => row["intent_id"]);
  deepStrictEqual([intents.includes("before"), intents.includes("lost-1")], [true, false]);
  machine.kill(run);
});

Deno.test("where nothing but the first mark was made yet there is no loss to accept", () => {
  const machine = new Machine();
  machine.kill(machine.start());
  const { disk } = machine;
  deepStrictEqual(disk.list(`${STATE}/journal`), []);
  const mark = disk.read(`${STATE}/high_water`);
  const { refusal } = machine.start([], { acceptLoss: true });
  ok(refusal instanceof JournalRefused, String(refusal));
  match(refusal.message, /there must be a journal in state: was none/);
  deepStrictEqual(disk.read(`${STATE}/high_water`), mark, "and none is begun");
});
