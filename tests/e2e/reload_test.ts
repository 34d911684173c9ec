/**
 * SIGHUP on a running daemon. Proves R-OPS-2 and, in part, R-OPS-5: limits tighten as journaled events
 * that survive `kill -9`, settings of the hot loop and levels of the log change at once, and a file
 * that cannot be taken over changes nothing and says why.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { DaemonProcess, runTapeline } from "../support/daemon_process.ts";
import { place, type RemoteClient, type Report } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const INSTRUMENT = "paper:BTC/USDT";

type Line = Readonly<Record<string, unknown>>;
type Parts = { readonly most?: string; readonly top?: string };

function yaml({ most = "5", top = "" }: Parts): string {
  return `mode: paper
${top}
venues:
  - name: paper
    exchange: sim
    feed: { kind: client }
    limits: { check_funds: false }
    balances: [{ currency: USDT, total: "1000000" }]
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.1" }
        quantity: { quantum: "0.001" }
        limits: { max_order_qty: "${most}", price_collar_ppm: null }
`;
}

/** Writes the file anew and has it read; waits until the log says what became of it. */
async function reload(
  daemon: DaemonProcess,
  of: { readonly config: string; readonly text: string; readonly says: string },
): Promise<Line> {
  const before = daemon.logged(of.says).length;
  Deno.writeTextFileSync(of.config, of.text);
  daemon.signal("SIGHUP");
  await until(() => daemon.logged(of.says).length > before, of.says);
  return daemon.logged(of.says).at(-1) ?? {};
}

/** Places an order of 3 and returns the first report of it. */
async function placeThree(client: RemoteClient, intentId: string): Promise<Report> {
  const terms = { instrument: INSTRUMENT, order_qty: "3", price: "100" };
  await client.send(place(intentId, terms));
  return await client.report((report) => report["intent_id"] === intentId, intentId);
}

function assertRefused(report: Report): void {
  strictEqual(report["reject_code"], "MAX_QTY");
  match(String(report["text"]), /must be at most 2 .*max_order_qty/);
}

async function events(directory: TemporaryDirectory, type: string): Promise<readonly Line[]> {
  const dump = ["journal", "dump", "--kind", "event", "--state-dir", directory.state];
  const { stdout } = await runTapeline(...dump);
  return stdout.split("\n").filter((line) => line.includes(`"event_type":"${type}"`))
    .map((line) => (JSON.parse(line) as { readonly event: Line }).event);
}

Deno.test("SIGHUP tightens a limit, which then refuses, is journaled, and survives kill -9", async () => {
  using directory = new TemporaryDirectory();
  const config = directory.write("c.yaml", yaml({}));
  const options = { stateDir: directory.state, config };
  {
    await using daemon = await DaemonProcess.start(options);
    const client = await daemon.connect("user");
    strictEqual((await placeThree(client, "a-1"))["exec_type"], "PendingNew");
    const said = await reload(daemon, {
      config,
      text: yaml({ most: "2" }),
      says: "configuration_reloaded",
    });
    deepStrictEqual(said["paths"], ["venues[0].instruments[0].limits.max_order_qty"]);
    assertRefused(await placeThree(client, "a-2"));
    client.close();
    await daemon.stop("SIGKILL");
  }
  const [reloaded] = await events(directory, "ConfigurationReloaded");
  const limits = await events(directory, "LimitsSet");
  ok(reloaded !== undefined && limits.some(({ payload }) => (payload as Line)["admin"] === false));
  await using again = await DaemonProcess.start(options);
  const client = await again.connect("user");
  assertRefused(await placeThree(client, "a-3"));
  client.close();
  strictEqual(await again.stop(), 0);
  const { code, stdout } = await runTapeline("journal", "verify", "--state-dir", directory.state);
  strictEqual(code, 0, stdout);
});

Deno.test("SIGHUP changes nothing for a file that is invalid, looser, or needs a restart, and says why", async () => {
  using directory = new TemporaryDirectory();
  const config = directory.write("c.yaml", yaml({}));
  await using daemon = await DaemonProcess.start({ stateDir: directory.state, config });
  const refused: readonly (readonly [string, RegExp])[] = [
    [yaml({ top: "wire: { prot: 1 }" }), /c\.yaml:2:9: wire\.prot: is no key .*did you mean port/],
    ["venues: [", /c\.yaml:\d+:\d+: must be YAML/],
    [`%YAML 1.1\n---\n<<: 5\n${yaml({})}`, /c\.yaml:1:1: must be YAML 1\.2/],
    [yaml({ top: "log: { !!merge <<: 5 }" }), /c\.yaml:1:1: must hold values/],
    [yaml({ most: "9" }), /Cannot loosen venues\[0\]\.instruments\[0\]\.limits\.max_order_qty/],
    [
      yaml({ most: "2", top: "wire: { heartbeat_ms: 500 }" }),
      /Cannot change wire\.heartbeat_ms while the daemon runs: it needs a restart: was 1000, wanted 500/,
    ],
  ];
  for (const [text, expected] of refused) {
    const said = await reload(daemon, { config, text, says: "configuration_refused" });
    match((said["problems"] as readonly string[]).join("\n"), expected);
  }
  const client = await daemon.connect("user");
  strictEqual((await placeThree(client, "a-1"))["exec_type"], "PendingNew");
  client.close();
  await reload(daemon, { config, text: yaml({}), says: "configuration_unchanged" });
  deepStrictEqual(await events(directory, "ConfigurationReloaded"), []);
  strictEqual(await daemon.stop(), 0, "a refused reload is no reason to end otherwise");
});

/** Values of the signal `queue` as they came. */
function queues(client: RemoteClient): readonly (Line | null)[] {
  return client.messages.filter(({ type }) => type === "EVENTS")
    .flatMap((message) => message["events"] as readonly Line[])
    .map(({ payload }) => payload as Line).filter(({ name }) => name === "queue")
    .map(({ value }) => value as Line | null);
}

Deno.test("SIGHUP switches a signal on and changes the levels of the log", async () => {
  using directory = new TemporaryDirectory();
  const quiet = 'hotloop: { instruments: { "paper:*": { signals: false } } }\n';
  const config = directory.write("c.yaml", yaml({ top: `${quiet}log: { level: alarm }` }));
  await using daemon = await DaemonProcess.start({ stateDir: directory.state, config });
  deepStrictEqual(daemon.logged("listening"), []);
  const client = await daemon.connect("user");
  const has = async (): Promise<unknown> =>
    (await client.query("hotloop_capabilities", { instrument: INSTRUMENT }))["result"];
  const off = await has();
  const on = 'hotloop: { instruments: { "paper:*": { trend_lens: { on: true } } } }\n';
  const text = yaml({ top: `${on}log: { level: alarm, categories: { daemon: info } }` });
  await reload(daemon, { config, text, says: "configuration_reloaded" });
  const isOn = (map: unknown): boolean => (map as Line)["trend_lens"] === true;
  deepStrictEqual([isOn(off), isOn(await has())], [false, true]);
  client.close();
  strictEqual(await daemon.stop(), 0);
  strictEqual(daemon.logged("stopping").length, 1, "of category daemon");
});

Deno.test("SIGHUP tells subscribers at once which signals are on, and which are off", async () => {
  using directory = new TemporaryDirectory();
  const [off, on] = [yaml({ top: "hotloop: { signals: false }" }), yaml({})];
  const config = directory.write("c.yaml", off);
  await using daemon = await DaemonProcess.start({ stateDir: directory.state, config });
  const client = await daemon.connect("user");
  const payload = { bids: [["100", "5"]], asks: [["101", "5"]] };
  const ts_us = Date.now() * 1000;
  await client.send({ type: "PUBLISH", instrument: INSTRUMENT, kind: "snapshot", payload, ts_us });
  await client.market(INSTRUMENT);
  await client.send({ type: "SUBSCRIBE", id: 1, channels: ["signal"], instruments: "*" });
  await reload(daemon, { config, text: on, says: "configuration_reloaded" });
  await until(() => queues(client).length === 1, "the queue of what is on");
  const [[bid]] = queues(client)[0]?.["bids"] as [unknown[]];
  deepStrictEqual([bid, queues(client)[0]?.["is_fresh"]], ["100", true]);
  await reload(daemon, { config, text: off, says: "configuration_reloaded" });
  await until(() => queues(client).length === 2, "the end of what is off");
  deepStrictEqual(queues(client)[1], null);
  client.close();
  strictEqual(await daemon.stop(), 0);
});
