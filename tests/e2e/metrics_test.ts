/**
 * The metrics of the process that users run: every series there from the start, figures that agree
 * with what was done, the query of the wire from the same table, and nothing for strangers.
 *
 * Proves R-OPS-4, and R-OPS-1 for its port.
 * @module
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { rowOf, SERIES_NAMES } from "../../edge/metrics/series.ts";
import { DaemonProcess } from "../support/daemon_process.ts";
import { figureOf, readMetrics, type ShownMetrics } from "../support/metrics_client.ts";
import { paperWithMetrics } from "../support/paper_yaml.ts";
import { place, type RemoteClient } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const INSTRUMENT = "paper:BTC/USDT";
/** Longest wait for a checkpoint: whoever takes it gives way to all other work of the machine. */
const FOLLOWED_MS = 60_000;

type Running = { readonly daemon: DaemonProcess; readonly port: number };

async function withMetrics(use: (running: Running) => Promise<void>): Promise<void> {
  using directory = new TemporaryDirectory();
  const config = directory.write("metrics.yaml", paperWithMetrics(0));
  await using daemon = await DaemonProcess.start({ stateDir: directory.state, config });
  const port = daemon.listening.metrics_port;
  if (port === undefined) throw new Error("Cannot test: the first line must name metrics_port");
  await use({ daemon, port });
}

/** Trades once: an order that fills, one that rests, one that is refused. */
async function trade(client: RemoteClient): Promise<void> {
  await until(async () => {
    const best = await client.query("best", { instrument: INSTRUMENT, side: "Sell" });
    return best["result"] !== null;
  }, "a market");
  const sent: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ["m-1", { price: "62000.00", order_qty: "0.001" }, "Trade"],
    ["m-2", { price: "58000.00", order_qty: "0.001" }, "New"],
    ["m-3", { price: "58000.001", order_qty: "0.001" }, "Rejected"],
  ];
  for (const [id, fields, type] of sent) {
    await client.send(place(id, { instrument: INSTRUMENT, ...fields }));
    await client.report(
      (report) => report["intent_id"] === id && report["exec_type"] === type,
      `${id} ${type}`,
    );
  }
}

/** Series that stand for something that this daemon does not have. */
const ABSENT_ON_PAPER = new Set([
  "tapeline_venue_requests_unanswered",
  "tapeline_venue_rate_limit_tokens",
  "tapeline_venue_rate_limit_tokens_max",
  "tapeline_venue_reconciled_timestamp_seconds",
  "tapeline_venue_market_data_merged_total",
  "tapeline_venue_market_data_dropped_total",
  "tapeline_venue_clock_skew_seconds",
  "tapeline_venue_round_trip_seconds",
  "tapeline_venue_dead_man_timestamp_seconds",
  "tapeline_venue_dead_man_period_seconds",
  "tapeline_alarms_total",
]);

Deno.test("a daemon that was just started shows every series, with its kind and labels", async () => {
  await withMetrics(async ({ port }) => {
    const shown = await readMetrics(port);
    const absent = SERIES_NAMES.filter((name) => shown[name] === undefined);
    deepStrictEqual(absent.filter((name) => !ABSENT_ON_PAPER.has(name)), []);
    for (const [name, { kind, samples }] of Object.entries(shown)) {
      const row = rowOf(name as (typeof SERIES_NAMES)[number]);
      strictEqual(kind, row.kind, name);
      for (const { labels } of samples) {
        deepStrictEqual(Object.keys(labels).sort(), [...row.labels ?? []].sort(), name);
      }
      const all = samples.map(({ labels }) => JSON.stringify(labels));
      strictEqual(new Set(all).size, all.length, `${name} says each thing once`);
    }
  });
});

function check(shown: ShownMetrics): void {
  strictEqual(figureOf(shown, "tapeline_intents_total"), 3);
  strictEqual(figureOf(shown, "tapeline_rejects_total", { code: "PRICE_GRID" }), 1);
  strictEqual(figureOf(shown, "tapeline_orders", { state: "Accepted" }), 1);
  strictEqual(figureOf(shown, "tapeline_reports_total", { exec_type: "Trade" }), 1);
  strictEqual(figureOf(shown, "tapeline_intent_durable_seconds"), 3);
  strictEqual(figureOf(shown, "tapeline_intent_ack_seconds", { venue: "paper" }), 2);
  strictEqual(figureOf(shown, "tapeline_fill_report_seconds"), 1);
  strictEqual(figureOf(shown, "tapeline_venue_orders_open", { venue: "paper" }), 1);
  const venue = { scope: "venue", limit: "max_open_orders" };
  strictEqual(figureOf(shown, "tapeline_risk_limit_utilisation_ratio", venue), 0.1);
  strictEqual(figureOf(shown, "tapeline_trading_state", { state: "Active" }), 1);
  strictEqual(figureOf(shown, "tapeline_wire_sessions_open"), 1);
  ok((figureOf(shown, "tapeline_journal_commit_seconds") ?? 0) > 0);
  ok((figureOf(shown, "process_resident_memory_bytes") ?? 0) > 10_000_000);
  ok((figureOf(shown, "tapeline_disk_free_bytes") ?? 0) > 0);
}

Deno.test("the metrics count what was done, and the query of the wire says the same", async () => {
  await withMetrics(async (running) => {
    const client = await running.daemon.connect("trader");
    await trade(client);
    check(await readMetrics(running.port));
    await until(() => client.heartbeats.length > 0, "a heartbeat");
    const heard = client.heartbeats.at(-1)?.["now_us"];
    await client.send({ type: "HEARTBEAT", now_us: 1, echo_us: heard });
    await until(
      async () => {
        const shown = await readMetrics(running.port);
        return (figureOf(shown, "tapeline_wire_callback_seconds") ?? 0) > 0 &&
          (figureOf(shown, "tapeline_checkpoint_seq") ?? 0) > 0;
      },
      "an echoed heartbeat and a checkpoint",
      FOLLOWED_MS,
    );
    const flat = (await client.query("metrics"))["result"] as Readonly<Record<string, unknown>>;
    strictEqual(flat["intents"], 3);
    strictEqual(flat["intent_durable_count"], 3);
    strictEqual(flat["rejects_price_grid"], 1);
    const named = new Set(SERIES_NAMES.flatMap((name) => {
      const { flat: own, covers = [] } = rowOf(name);
      return own === undefined ? covers : [own, ...covers];
    }));
    const unnamed = Object.keys(flat).filter((key) =>
      !named.has(key) &&
      !/^(pnl_by_tag|pnl_by_tag_left_out|queue_\w+|wire_errors_\w+|rejects_\w+|venue_\w+_ack_(count|p50_us|p99_us))$/
        .test(key)
    );
    deepStrictEqual(unnamed, [], "every flat name is in the table");
    client.close();
  });
});

Deno.test("the metrics are for this machine alone, and never on the wire's port", async () => {
  await withMetrics(async ({ daemon, port }) => {
    const foreign = await fetch(`http://127.0.0.1:${port}/metrics`, {
      headers: { Origin: "http://evil.example" },
    });
    strictEqual(foreign.status, 403);
    await foreign.body?.cancel();
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    match(text, /^tapeline_build_info\{version="[^"]+",commit="[^"]+",runtime="deno [^"]+"\} 1$/m);
    ok(!text.includes(daemon.token), "no token in it");
    const address = `Metrics: http://127.0.0.1:${port}/metrics`;
    await until(() => daemon.stdout.includes(address), "the address among the first lines");
    const healthy = await fetch(`http://127.0.0.1:${port}/healthz`);
    strictEqual((await healthy.json()).status, "ok");
  });
});

/** Addresses of this machine that others can reach. */
function outerAddresses(): readonly string[] {
  return Deno.networkInterfaces()
    .filter(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
    .map(({ address }) => address);
}

Deno.test("the metrics cannot be reached by an address of the network, nor be told to", async () => {
  await withMetrics(async ({ port }) => {
    for (const hostname of outerAddresses()) {
      await rejects(Deno.connect({ hostname, port }), Deno.errors.ConnectionRefused);
    }
  });
  using directory = new TemporaryDirectory();
  const text = paperWithMetrics(0)
    .replace("metrics: { port: 0 }", 'metrics: { port: 0, host: "0.0.0.0" }');
  const config = directory.write("open.yaml", text);
  const start = DaemonProcess.start({ stateDir: directory.state, config });
  await rejects(start, /metrics\.host/);
});

Deno.test("counters of the journal go on after kill -9, those of the process begin anew", async () => {
  using directory = new TemporaryDirectory();
  const config = directory.write("metrics.yaml", paperWithMetrics(0));
  const stateDir = directory.state;
  const begin = async (): Promise<Running> => {
    const daemon = await DaemonProcess.start({ stateDir, config });
    return { daemon, port: daemon.listening.metrics_port ?? 0 };
  };
  const before = await begin();
  // Its order is to rest however long it takes to look.
  const client = await before.daemon.connect("trader", { cancel_on_disconnect: false });
  await trade(client);
  const startedS = figureOf(await readMetrics(before.port), "process_start_time_seconds") ?? 0;
  strictEqual(await before.daemon.stop("SIGKILL"), 137);
  await client.closed();
  const after = await begin();
  await using _daemon = after.daemon;
  const shown = await readMetrics(after.port);
  strictEqual(figureOf(shown, "tapeline_intents_total"), 3);
  strictEqual(figureOf(shown, "tapeline_orders", { state: "Accepted" }), 1, "it still rests");
  strictEqual(figureOf(shown, "tapeline_reports_total", { exec_type: "Trade" }), 0);
  ok((figureOf(shown, "process_start_time_seconds") ?? 0) > startedS);
});

Deno.test("a metrics port that is taken ends the start with a sentence that names it", async () => {
  using directory = new TemporaryDirectory();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const config = directory.write("taken.yaml", paperWithMetrics(taken.addr.port));
  const start = DaemonProcess.start({ stateDir: directory.state, config });
  const refusal = await start.then(() => undefined, (error: Error) => error);
  match(String(refusal), /metrics\.port/);
});
