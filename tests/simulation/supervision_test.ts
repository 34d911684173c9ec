/**
 * The whole daemon and its service manager on simulated ports. Proves R-OPS-1 in part: ready when it
 * listens, the watchdog fed by the loop and by the journal's Worker, stopping said.
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import { runJournalWorker } from "../../edge/journal/mod.ts";
import type { Signals } from "../../edge/ports.ts";
import { Machine } from "./machine.ts";
import type { SimEntry } from "./process.ts";

const SECOND_US = 1_000_000;

function pings(machine: Machine): number {
  return machine.told.filter((state) => state === "WATCHDOG=1").length;
}

Deno.test("the daemon says READY when it listens, its venue's state, and STOPPING", () => {
  const machine = new Machine();
  const run = machine.start();
  machine.until(() => machine.said("listening").length > 0, "listening");
  match(machine.told[0] ?? "", /^READY=1\nSTATUS=live; trading Active; down x; up paper$/);
  machine.until(
    () => machine.told.some((state) => /; up paper, x$|; up x, paper$/.test(state)),
    "up",
  );
  strictEqual(pings(machine), 0, "nobody watches");
  run.daemon?.stop("SIGTERM");
  machine.until(() => run.ends.length > 0, "an end");
  const at = machine.told.indexOf("STOPPING=1");
  ok(at > 0);
  strictEqual(machine.told[at + 1], "STATUS=stopping: SIGTERM");
  strictEqual(machine.told.at(-1), "STATUS=stopped: SIGTERM");
});

Deno.test("the daemon pings an idle day long, and no more once the journal's Worker hangs", () => {
  const machine = new Machine();
  machine.watchdogUs = 3 * SECOND_US;
  let isHung = false;
  const hanging = (signals: Signals): Signals => ({
    ...signals,
    watch: (cells, index, task) => signals.watch(cells, index, () => isHung || task()),
  });
  const journal: SimEntry = (scope, ports, init) =>
    runJournalWorker(scope, { ...ports, signals: hanging(ports.signals) }, init);
  const run = machine.start([["journal", journal]]);
  machine.ready(run);
  const before = pings(machine);
  machine.pass(30 * SECOND_US);
  ok(pings(machine) >= before + 29, `was ${pings(machine) - before}`);
  isHung = true;
  machine.pass(2 * SECOND_US);
  const last = pings(machine);
  machine.pass(30 * SECOND_US);
  strictEqual(pings(machine), last);
  run.process.kill();
});
