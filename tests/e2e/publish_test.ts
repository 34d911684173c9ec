/**
 * A client that owns a feed: snapshots, deltas with trades and raw lines reach books, signals and
 * the simulator of a running daemon.
 *
 * Proves R-HOT-1 and R-HOT-5 (PUBLISH).
 * @module
 */
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { DaemonProcess } from "../support/daemon_process.ts";
import { place, type RemoteClient } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const INSTRUMENT = "own:SOL/USDT";
const START_US = 1_700_000_000_000_000;
const CONFIGURATION = `mode: paper
hotloop: { min_obs_s: 1 }
venues:
  - name: own
    exchange: own
    feed: { kind: client, raw_format: binance }
    simulation: { order_latency_us: 0, report_latency_us: 0 }
    balances:
      - { currency: USDT, total: "100000" }
    instruments:
      - symbol: SOL/USDT
        base: SOL
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.1" }
        limits: { book_stale_ms: 86400000 }
`;

/** A trade as an exchange sends it: a seller took from the bids. */
function rawTrade(of: { readonly id: number; readonly qty: string; readonly ms: number }): string {
  const times = { E: of.ms, T: of.ms };
  return JSON.stringify({
    e: "trade",
    s: "SOLUSDT",
    t: of.id,
    p: "20",
    q: of.qty,
    m: true,
    ...times,
  });
}

async function publish(
  client: RemoteClient,
  of: { readonly kind: string; readonly payload: unknown; readonly s: number },
): Promise<void> {
  const ts_us = START_US + of.s * 1_000_000;
  await client.send({ type: "PUBLISH", instrument: INSTRUMENT, ...of, ts_us });
}

async function ask(
  client: RemoteClient,
  what: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  return (await client.query(what, { instrument: INSTRUMENT, ...args }))["result"];
}

Deno.test("PUBLISH feeds books, signals and the simulator, raw lines too", async () => {
  using folder = new TemporaryDirectory();
  const config = folder.write("config.yaml", CONFIGURATION);
  await using daemon = await DaemonProcess.start({ config, stateDir: folder.state, port: 0 });
  const client = await daemon.connect("owner");
  const bids = [["20", "5"], ["19.99", "3"]];
  await publish(client, { kind: "snapshot", payload: { bids, asks: [["20.02", "4"]] }, s: 0 });
  await until(async () => await ask(client, "spread_ticks") === 2, "the snapshot");
  deepStrictEqual(await ask(client, "best", { side: "Buy" }), { price: "20", qty: "5" });

  const order = { instrument: INSTRUMENT, side: "Buy", order_qty: "1", price: "20" };
  await client.send(place("o-1", order));
  const accepted = await client.report((report) => report["exec_type"] === "New");
  const own = { side: "Buy", price: "20", order_id: accepted["order_id"] };
  deepStrictEqual(await ask(client, "size_ahead", own), "5");

  const trades = [{ price: "20", qty: "2", side: "Sell" }];
  const delta = { bids: [["20", "3"]], asks: [], trades };
  await publish(client, { kind: "delta", payload: delta, s: 10 });
  await until(
    async () => await ask(client, "size_ahead", own) === "3",
    "the trade before the order",
  );
  const rate = await ask(client, "match_rate_ema", { side: "Buy", price: "20" });
  ok(typeof rate === "number" && rate > 0, `${rate}`);

  const tradedMs = START_US / 1_000 + 11_000;
  const payload = rawTrade({ id: 7, qty: "4.5", ms: tradedMs });
  await publish(client, { kind: "raw", payload, s: 11 });
  const trade = await client.report((report) => report["exec_type"] === "Trade", "the fill");
  deepStrictEqual([trade["last_px"], trade["order_id"]], ["20", accepted["order_id"]]);
  deepStrictEqual(await ask(client, "last_traded_ts_ms"), tradedMs);

  await publish(client, { kind: "raw", payload: "{", s: 12 });
  const error = await client.message((message) => message.type === "ERROR");
  deepStrictEqual(error["code"], "BAD_MESSAGE");
  match(String(error["message"]), /^payload: /);
  client.close();
});

Deno.test("PUBLISH of raw lines begins anew with each session, also with a snapshot that came before", async () => {
  using folder = new TemporaryDirectory();
  const config = folder.write("config.yaml", CONFIGURATION);
  await using daemon = await DaemonProcess.start({ config, stateDir: folder.state, port: 0 });
  const watcher = await daemon.connect("watcher");
  const best = (): Promise<unknown> => ask(watcher, "best", { side: "Buy" });
  const snapshot = JSON.stringify({ lastUpdateId: 100, bids: [["20.00", "5"]], asks: [] });
  for (let session = 0; session < 2; session++) {
    const owner = await daemon.connect("owner");
    await publish(owner, { kind: "raw", payload: snapshot, s: session });
    await until(async () => await best() !== null, "the snapshot");
    deepStrictEqual(await best(), { price: "20", qty: "5" });
    owner.close();
    await until(async () => await best() === null, "the end of the book");
  }
  watcher.close();
});
