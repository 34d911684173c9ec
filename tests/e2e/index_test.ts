/**
 * The derived database, read by another process while the daemon runs: it says what the wire says.
 *
 * Proves R-JRN-1 (readable with ordinary tools while the daemon runs).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { DaemonProcess, runTapeline } from "../support/daemon_process.ts";
import { cancel, place, type RemoteClient } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const INSTRUMENT = "lab:BTC/USDT";
/** A market that moves only when a client says so. */
const QUIET = `mode: paper
venues:
  - name: lab
    exchange: lab
    feed: { kind: client }
    balances:
      - { currency: USDT, total: "1000000" }
      - { currency: BTC, total: "10" }
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.001" }
        limits: { book_stale_ms: 60000 }
`;
type Level = readonly [price: string, qty: string];
type Row = Readonly<Record<string, unknown>>;

class Trader {
  readonly id: string;
  readonly client: RemoteClient;
  constructor(id: string, client: RemoteClient) {
    this.id = id;
    this.client = client;
  }

  static async join(daemon: DaemonProcess, id: string): Promise<Trader> {
    return new Trader(id, await daemon.connect(id));
  }

  async publish(
    book: { readonly bids: readonly Level[]; readonly asks: readonly Level[] },
  ): Promise<void> {
    const ts_us = Date.now() * 1000;
    const what = { type: "PUBLISH", instrument: INSTRUMENT, kind: "snapshot", ts_us };
    await this.client.send({ ...what, payload: book });
  }

  /** Places an order and waits for its state. */
  async place(intentId: string, fields: Row, status: string): Promise<void> {
    await this.client.send(place(intentId, { instrument: INSTRUMENT, ...fields }));
    await this.#reaches(intentId, status);
  }

  async cancel(intentId: string, origIntentId: string): Promise<void> {
    await this.client.send(cancel(intentId, origIntentId));
    await this.#reaches(intentId, "Cancelled");
  }

  async rows(what: string, args: Row = {}): Promise<readonly Row[]> {
    const answer = await this.client.query(what, args);
    return answer["result"] as readonly Row[];
  }

  async #reaches(intentId: string, status: string): Promise<void> {
    await this.client.report(
      (report) => report["intent_id"] === intentId && report["ord_status"] === status,
      `${intentId} to be ${status}`,
    );
  }
}

/** Fills of both kinds, several at once, a cancel, a refusal, and what stays open. */
async function trade(first: Trader, second: Trader): Promise<void> {
  await first.publish({ bids: [["99.00", "5"]], asks: [["101.00", "1"], ["102.00", "4"]] });
  await until(
    async () => {
      const best = await first.client.query("best", { instrument: INSTRUMENT, side: "Buy" });
      return best["result"] !== null;
    },
    "the market",
  );
  await first.place("f-1", { ord_type: "Market", order_qty: "1.500" }, "Filled");
  await first.place("f-2", { side: "Sell", price: "99.00", order_qty: "0.500" }, "Filled");
  await first.place("f-3", { price: "97.00", order_qty: "0.250", tag: "rests" }, "Accepted");
  await first.place("f-4", { price: "97.005", order_qty: "0.250" }, "Rejected");
  await second.place("s-1", { price: "98.00", order_qty: "1.000" }, "Accepted");
  await second.cancel("s-2", "s-1");
  await second.place("s-3", { side: "Sell", ord_type: "Market", order_qty: "2.000" }, "Filled");
}

function query(path: string, sql: string, ...values: string[]): readonly Row[] {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    return database.prepare(sql).all(...values).map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

function picked(rows: readonly Row[], keys: readonly string[]): readonly Row[] {
  return rows.map((row) => Object.fromEntries(keys.map((key) => [key, row[key]])));
}

const ORDER_KEYS = [
  ...["order_id", "instrument", "side", "ord_type", "time_in_force", "price", "order_qty"],
  ...["ord_status", "cum_qty", "leaves_qty", "avg_px", "tag"],
];
const FILL_KEYS = [
  ...["exec_id", "order_id", "intent_id", "instrument", "side", "last_qty", "last_px", "liquidity"],
  ...["commission", "commission_currency", "seq_id"],
];

async function agrees(path: string, trader: Trader): Promise<void> {
  const orders = query(
    path,
    "SELECT * FROM orders WHERE client = ? ORDER BY CAST(order_id AS INTEGER)",
    trader.id,
  );
  const wireOrders = await trader.rows("orders", { open: false });
  ok(wireOrders.length > 0);
  deepStrictEqual(picked(orders, ORDER_KEYS), picked(wireOrders, ORDER_KEYS));
  const fills = query(
    path,
    "SELECT * FROM fill_rows WHERE client = ? ORDER BY seq_id, exec_id",
    trader.id,
  );
  const wireFills = await trader.rows("fills");
  deepStrictEqual(picked(fills, FILL_KEYS), picked(wireFills, FILL_KEYS));
  strictEqual(query(path, "SELECT * FROM fills WHERE client = ?", trader.id).length, fills.length);
  const [pnl] = query(path, "SELECT * FROM pnl WHERE client = ?", trader.id);
  const [position] = await trader.rows("positions", { scope: "client" });
  strictEqual(pnl?.["position"], Number(position?.["qty"]));
  ok(Math.abs(Number(pnl["realised"]) - Number(position?.["realised_pnl"])) < 1e-9);
}

/** Waits until the database has all that is durable, and compares. */
async function comparesEqual(path: string, traders: readonly Trader[]): Promise<void> {
  const durable = async (): Promise<string> => {
    const metrics = await traders[0]?.client.query("metrics");
    return String((metrics?.["result"] as Row)["journal_durable_seq"]);
  };
  const isMade = (): boolean =>
    existsSync(path) && query(path, "SELECT 1 FROM sqlite_master WHERE name = 'meta'").length > 0;
  await until(isMade, "the database");
  const last = (): string =>
    String(query(path, "SELECT value FROM meta WHERE key = 'last_seq'")[0]?.["value"]);
  await until(async () => last() === await durable(), "the database to have everything");
  for (const trader of traders) await agrees(path, trader);
}

Deno.test("events.sqlite agrees with the wire's queries while the daemon runs, and after a restart", async () => {
  using directory = new TemporaryDirectory();
  const stateDir = directory.state;
  const config = directory.write("quiet.yaml", QUIET);
  const path = `${stateDir}/events.sqlite`;
  await using daemon = await DaemonProcess.start({ stateDir, config });
  const traders = [
    await Trader.join(daemon, "first"),
    await Trader.join(daemon, "second"),
  ] as const;
  await trade(...traders);
  await comparesEqual(path, traders);
  const told = traders.reduce((sum, { client }) => sum + client.reports.length, 0);
  strictEqual(query(path, "SELECT count(*) AS n FROM reports")[0]?.["n"], told);
  strictEqual(await daemon.stop("SIGKILL"), 137);

  await using next = await DaemonProcess.start({ stateDir, config });
  const again = [await Trader.join(next, "first"), await Trader.join(next, "second")] as const;
  await comparesEqual(path, again);
  for (const { client } of again) client.close();
  strictEqual(await next.stop(), 0);
  const stat = await runTapeline("journal", "stat", "--json", "--state-dir", stateDir);
  const { truth_events } = JSON.parse(stat.stdout) as { truth_events: number };
  const [events] = query(path, "SELECT count(*) AS n, max(seq_id) AS last FROM events");
  ok(truth_events - Number(events?.["n"]) <= 3, "all but what was said while it stopped");
});
