/**
 * Paper trading on a recorded betting stream that lists its own runners, end to end: a back is
 * matched at the prices available, a runner is removed, the market is settled, the account is paid;
 * after a restart the runners keep their numbers.
 *
 * Proves R-MODE-1 (paper), R-MODE-2 (stream files), R-CORE-6 (betting) and R-VENUE-6.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { DaemonProcess } from "../support/daemon_process.ts";
import { place, type RemoteClient } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const [WINNER, LOSER, REMOVED] = [11, 12, 13];
const START_MS = 1_700_000_000_000;
/** Pause of the recording before its market ends: the client trades in it. */
const OPEN_MS = 9_000;

function definition(status: string, states: readonly string[]): Record<string, unknown> {
  const runners = [WINNER, LOSER, REMOVED].map((id, at) => ({
    id,
    status: states[at],
    adjustmentFactor: 20,
    ...(states[at] === "REMOVED" ? { removalDate: "2023-11-14T22:13:20.000Z" } : {}),
  }));
  return {
    status,
    inPlay: false,
    betDelay: 0,
    version: 1,
    bettingType: "ODDS",
    marketType: "WIN",
    marketBaseRate: 5,
    discountAllowed: true,
    numberOfWinners: 1,
    runners,
  };
}

function recording(): string {
  const book = (id: number): unknown => ({ id, atb: [[3, 50], [2.98, 20]], atl: [[3.1, 40]] });
  const [open, gone, ended] = [
    definition("OPEN", ["ACTIVE", "ACTIVE", "ACTIVE"]),
    definition("OPEN", ["ACTIVE", "ACTIVE", "REMOVED"]),
    definition("CLOSED", ["WINNER", "LOSER", "REMOVED"]),
  ];
  const changes: readonly (readonly [ms: number, change: Record<string, unknown>])[] = [
    [0, { marketDefinition: open, img: true, rc: [WINNER, LOSER, REMOVED].map(book) }],
    [100, { rc: [{ id: LOSER, trd: [[3.05, 4]] }] }],
    [OPEN_MS, { marketDefinition: gone }],
    [OPEN_MS + 500, { marketDefinition: ended, rc: [{ id: WINNER, atb: [[3, 0]] }] }],
  ];
  const lines = changes.map(([ms, change]) =>
    JSON.stringify({ op: "mcm", pt: START_MS + ms, mc: [{ id: "1.500", ...change }] })
  );
  return lines.join("\r\n");
}

function configuration(file: string): string {
  return `mode: paper
venues:
  - name: exchange
    exchange: betting
    feed:
      kind: capture
      files: [${JSON.stringify(file)}]
      format: betfair
    balances:
      - { currency: GBP, total: "1000" }
    simulation:
      maker_fee_ppm: 0
      taker_fee_ppm: 0
    instruments: []
`;
}

type Row = { readonly instrument: string; readonly status: string; readonly asset_class: string };

async function listed(client: RemoteClient): Promise<readonly Row[]> {
  const answer = await client.query("instruments");
  return answer["result"] as readonly Row[];
}

async function total(client: RemoteClient): Promise<string> {
  const answer = await client.query("balances");
  const [row] = answer["result"] as readonly { readonly total: string }[];
  return row?.total ?? "";
}

Deno.test("a recorded betting stream lists its runners, fills a back and settles its market", async () => {
  using directory = new TemporaryDirectory();
  const file = directory.write("market.jsonl", recording());
  const stateDir = directory.state;
  const config = directory.write("run.yaml", configuration(file));
  const runners = ["exchange:1.500.11", "exchange:1.500.12", "exchange:1.500.13"];
  {
    await using daemon = await DaemonProcess.start({ stateDir, config });
    const client = await daemon.connect("punter");
    await until(async () => (await listed(client)).length === 3, "the runners");
    const rows = await listed(client);
    deepStrictEqual(rows.map(({ instrument }) => instrument), runners);
    deepStrictEqual(
      new Set(rows.map((row) => `${row.asset_class} ${row.status}`)),
      new Set(["betting open"]),
    );
    const best = await client.query("best", { instrument: runners[0], side: "Buy", take: true });
    deepStrictEqual(best["result"], { price: "3", qty: "50" });
    for (const [id, instrument] of [["b-1", runners[0]], ["b-2", runners[2]]] as const) {
      const order = { instrument, side: "Buy", order_qty: "2", price: "2.96" };
      await client.send(place(id, { ...order, time_in_force: "IOC" }));
      const fill = await client.report((report) =>
        report["intent_id"] === id && ["Trade", "Rejected"].includes(String(report["exec_type"]))
      );
      deepStrictEqual([fill["text"], fill["last_qty"], fill["last_px"]], [undefined, "2", "3"]);
    }
    // 20 % off the price of 3 is 2.4: 2 at 2.4 wins 2.80, less 5 %; the bet on 13 is void.
    await until(async () => (await total(client)) === "1002.66", "the result", 30_000);
    const after = await listed(client);
    deepStrictEqual(new Set(after.map(({ status }) => status)), new Set(["closed"]));
    deepStrictEqual(daemon.alarms("feed_problem"), []);
    client.close();
    strictEqual(await daemon.stop(), 0);
  }
  await using again = await DaemonProcess.start({ stateDir, config });
  const client = await again.connect("punter");
  await until(
    async () => (await listed(client)).some(({ status }) => status === "open"),
    "it again",
  );
  deepStrictEqual((await listed(client)).map(({ instrument }) => instrument), runners);
  strictEqual(await total(client), "1002.66");
  client.close();
  strictEqual(await again.stop(), 0);
});
