/**
 * Metrics of a daemon whose machine loses its power: what a monitor was shown is on the disk.
 *
 * Proves for R-OPS-4 what R-JRN-2 asks of everything that leaves: nothing that follows from an event
 * is shown before the event is durable, and a disk that does not keep up hides no failure.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { runJournalWorker } from "../../edge/journal/mod.ts";
import type { Signals } from "../../edge/ports.ts";
import { figureOf, type ShownMetrics } from "../support/metrics_client.ts";
import { hasReport, Machine, place, type Run } from "./machine.ts";
import type { SimEntry } from "./process.ts";
import { simulationConfiguration } from "./setup.ts";

const PORT = 9464;
const CONFIGURATION = simulationConfiguration(`metrics: { port: ${PORT} }`);

/** A disk that each batch waits for; what is applied is not on it for a while. */
type SlowDisk = { waitUs: number };

/** A journal whose Worker is slow to look. */
function slowJournal(disk: SlowDisk): SimEntry {
  return (scope, ports, init) => {
    const { timers, signals } = ports;
    const watch: Signals["watch"] = (cells, index, task) => {
      let isWatching = true;
      signals.watch(cells, index, () => {
        timers.after(disk.waitUs, () => isWatching = isWatching && task());
        return isWatching;
      });
    };
    runJournalWorker(scope, { ...ports, signals: { ...signals, watch } }, init);
  };
}

function start(machine: Machine, disk: SlowDisk): Run {
  const run = machine.start([["journal", slowJournal(disk)]], { configuration: CONFIGURATION });
  machine.ready(run);
  return run;
}

/** Asks for a path; the answer is there when virtual time has brought it. */
function get(machine: Machine, path: string): () => string {
  const socket = machine.connect(PORT);
  let text = "";
  socket.attach({
    opened: () =>
      socket.write(
        new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${PORT}\r\n\r\n`),
      ),
    data: (bytes) => text += new TextDecoder().decode(bytes),
    ended: () => socket.end(),
    drained: () => {},
    closed: () => {},
  });
  return () => text;
}

/** Starts a scrape. */
function scrape(machine: Machine): () => ShownMetrics | undefined {
  const answer = get(machine, "/metrics.json");
  return () => {
    const text = answer();
    const body = text.slice(text.indexOf("\r\n\r\n") + 4);
    return text === "" ? undefined : JSON.parse(body) as ShownMetrics;
  };
}

/** What a probe is answered now. */
function health(machine: Machine): { readonly status: string; readonly body: unknown } {
  const answer = get(machine, "/healthz");
  machine.pass(5_000);
  const text = answer();
  const status = /^HTTP\/1.1 (\d+)/.exec(text)?.[1] ?? "none";
  return { status, body: JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4)) };
}

/** Lets a client place one order after the other while a monitor scrapes, for some time. */
function underLoad(machine: Machine, us: number): number {
  const alice = machine.client("alice");
  const answers: (() => ShownMetrics | undefined)[] = [];
  const untilUs = machine.time.monotonicUs() + us;
  for (let at = 0; machine.time.monotonicUs() < untilUs; at += 1) {
    alice.send(place(machine, `i-${at}`, { price: "90" }));
    answers.push(scrape(machine));
    machine.time.advance(130 + at % 90);
  }
  const shown = answers.map((answer) => answer()).filter((metrics) => metrics !== undefined);
  ok(shown.length > 5, "the monitor was answered");
  return Math.max(...shown.map((metrics) => figureOf(metrics, "tapeline_journal_seq") ?? 0));
}

for (const us of [23_000, 37_001, 60_017]) {
  Deno.test(`what a monitor was shown within ${us} µs of load survives a power cut`, () => {
    const machine = new Machine();
    const run = start(machine, { waitUs: 5_000 });
    const shown = underLoad(machine, us);
    run.process.kill();
    machine.disk.crash("none");
    ok(shown > 0);
    ok(machine.replay().seqId >= shown, "the event is on the disk");
  });
}

Deno.test("a disk that stands still leaves a monitor what says so, and no state", () => {
  const machine = new Machine();
  const disk = { waitUs: 1_000 };
  start(machine, disk);
  const alice = machine.client("alice");
  disk.waitUs = 5_000_000;
  alice.send(place(machine, "i-1", { price: "90" }));
  machine.pass(50_000);
  const answer = scrape(machine);
  machine.pass(400_000);
  strictEqual(answer(), undefined, "it waits for the disk");
  machine.pass(200_000);
  const shown = answer() ?? {};
  ok((figureOf(shown, "tapeline_journal_durable_lag_seconds") ?? 0) > 0.4);
  strictEqual(shown["tapeline_orders"], undefined);
  strictEqual(shown["tapeline_journal_seq"], undefined);
});

Deno.test("a probe is told that a daemon serves, and that it does not while it stops", () => {
  const machine = new Machine();
  const disk = { waitUs: 1_000 };
  const run = start(machine, disk);
  strictEqual(health(machine).status, "200");
  const alice = machine.client("alice");
  disk.waitUs = 1_000_000;
  alice.send(place(machine, "i-1", { price: "90" }));
  machine.pass(10_000);
  run.daemon?.stop("test");
  machine.pass(10_000);
  deepStrictEqual(run.ends, [], "it still waits for the disk");
  strictEqual(health(machine).status, "503");
  machine.until(() => run.ends.length > 0, "an end");
});

Deno.test("the log names every queue with its policy, within a second or two of the start", () => {
  const machine = new Machine();
  const run = start(machine, { waitUs: 100 });
  machine.pass(2_000_000);
  const opened = machine.said("queue_opened").map(({ fields }) =>
    `${fields["name"]} ${fields["policy"]}`
  );
  for (const queue of ["control fail", "reports x block", "market x block"]) {
    ok(opened.includes(queue), `${queue} among ${opened.join(", ")}`);
  }
  machine.kill(run);
});

Deno.test("a venue outside shows its link, its requests and their answers", () => {
  const machine = new Machine();
  const run = start(machine, { waitUs: 100 });
  const alice = machine.client("alice");
  alice.send(place(machine, "i-1", { price: "90" }));
  machine.until(() => hasReport(alice, { intent_id: "i-1", exec_type: "New" }), "New");
  const answer = scrape(machine);
  machine.pass(50_000);
  const shown = answer() ?? {};
  const x = (name: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
    figureOf(shown, name, { venue: "x", ...labels });
  strictEqual(x("tapeline_venue_connected"), 1);
  strictEqual(x("tapeline_venue_status", { status: "down" }), 0);
  strictEqual(x("tapeline_venue_status_changes_total", { status: "reconciling" }), 1);
  strictEqual(x("tapeline_venue_orders_open"), 1);
  strictEqual(x("tapeline_venue_requests_total", { kind: "Submit" }), 1);
  strictEqual(x("tapeline_venue_requests_total", { kind: "Reconcile" }), 1);
  strictEqual(x("tapeline_venue_requests_unanswered"), 0);
  strictEqual(x("tapeline_venue_adapter_deaths_total"), 0);
  const reconciledS = x("tapeline_venue_reconciled_timestamp_seconds") ?? 0;
  const lastS = x("tapeline_venue_last_message_timestamp_seconds") ?? 0;
  ok(reconciledS > 1_700_000_000 && lastS > reconciledS);
  machine.kill(run);
});
