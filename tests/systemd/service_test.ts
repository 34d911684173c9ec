/**
 * The service in a real systemd, on a bare Debian 12 root. Proves R-OPS-1: notify, watchdog, crash
 * recovery, credentials, a clean stop, and that the sandbox is in force.
 * @module
 */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { freePort } from "../support/free_port.ts";
import { liveConfiguration } from "../support/live_configuration.ts";
import { place, type RemoteClient } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";
import { VenueProcess } from "../venues/control.ts";
import { connect, gapIn, ground, INSIDE, rest, take, testOn } from "./support/rig.ts";
import type { BootedMachine } from "./support/booted.ts";

const UNIT = "tapeline.service";
/** R-OPS-1's promise, from copying to a fill. */
const FIRST_TRADE_MS = 10_000;

const on = await ground("current");

/** Copies executable and unit, and nothing else; returns the port. */
async function copyIn(machine: BootedMachine, options = ""): Promise<number> {
  const port = freePort();
  await machine.must("cp", `${INSIDE.current}/tapeline`, "/usr/local/bin/tapeline");
  await machine.must("cp", `${INSIDE.units}/${UNIT}`, "/etc/systemd/system/");
  machine.write("/etc/tapeline/tapeline.env", `TAPELINE_OPTIONS=--port ${port} ${options}\n`);
  return port;
}

async function start(machine: BootedMachine): Promise<void> {
  await machine.must("systemctl", "daemon-reload");
  await machine.must("systemctl", "start", UNIT);
}

/** Puts lines into a drop-in of the unit's [Service] section. */
function dropIn(machine: BootedMachine, name: string, ...lines: readonly string[]): void {
  const text = ["[Service]", ...lines, ""].join("\n");
  machine.write(`/etc/systemd/system/${UNIT}.d/${name}.conf`, text);
}

/** An order that could rest before comes to its limit. */
async function refusedAt(client: RemoteClient, intentId: string): Promise<void> {
  const order = { instrument: "paper:BTC/USDT", order_qty: "0.001", price: "58000.00" };
  await client.send(place(intentId, order));
  const report = await client.report((one) => one["intent_id"] === intentId, intentId);
  strictEqual(report["reject_code"], "MAX_QTY");
}

async function restarts(machine: BootedMachine): Promise<number> {
  return Number(await machine.property(UNIT, "NRestarts"));
}

testOn(
  on,
  "executable and unit alone trade on paper within 10 s of being copied, and survive kill -9",
  async (machine) => {
    const startMs = performance.now();
    const port = await copyIn(machine);
    await start(machine);
    const client = await connect(machine, { port, clientId: "maker" });
    await take(client, "first");
    const tookMs = performance.now() - startMs;
    ok(tookMs < FIRST_TRADE_MS, `was ${Math.round(tookMs)} ms`);
    match(await machine.property(UNIT, "StatusText"), /^paper; trading Active; up paper$/);
    await rest(client, "rests");
    const { ack } = client;
    const before = [...client.reports];
    await machine.must("systemctl", "kill", "--kill-whom=main", "--signal=KILL", UNIT);
    await client.closed();
    await until(async () => await restarts(machine) === 1, "a restart");
    await until(
      async () => await machine.property(UNIT, "ActiveState") === "active",
      "active again",
    );
    const again = await connect(machine, { port, clientId: "maker" });
    strictEqual(again.ack?.["journal_id"], ack?.["journal_id"]);
    await again.query("orders", { open: true });
    deepStrictEqual(
      again.reports.slice(0, before.length),
      before,
      "report by report, as it was told",
    );
    strictEqual(gapIn(again.reports), undefined);
    const open = (await again.query("orders", { open: true }))["result"] as readonly unknown[];
    strictEqual(open.length, 1);
    again.close();
  },
);

testOn(on, "the service stops within its time-out and in order, and says so", async (machine) => {
  await copyIn(machine);
  await start(machine);
  await machine.must("systemctl", "stop", UNIT);
  strictEqual(await machine.property(UNIT, "Result"), "success");
  strictEqual(await machine.property(UNIT, "ExecMainStatus"), "0");
  match(await machine.log(UNIT), /"event":"checkpoint_taken"[^]*"event":"ended".*"code":0,/);
});

testOn(on, "the watchdog ends a daemon that hangs, and the next one goes on", async (machine) => {
  const port = await copyIn(machine);
  dropIn(machine, "watchdog", "WatchdogSec=2");
  await start(machine);
  const client = await connect(machine, { port, clientId: "maker" });
  await rest(client, "rests");
  await new Promise((resolve) => setTimeout(resolve, 5000));
  strictEqual(await restarts(machine), 0, "one that lives is left alone");
  await machine.must("systemctl", "kill", "--kill-whom=main", "--signal=STOP", UNIT);
  await until(async () => await restarts(machine) === 1, "a restart", 20_000);
  match(await machine.log(UNIT), /Watchdog timeout/);
  await until(async () => await machine.property(UNIT, "ActiveState") === "active", "active again");
  client.close();
  const again = await connect(machine, { port, clientId: "maker" });
  const open = (await again.query("orders", { open: true }))["result"] as readonly unknown[];
  strictEqual(open.length, 1);
  again.close();
});

testOn(on, "a wrong configuration and a damaged journal are not restarted", async (machine) => {
  await copyIn(machine);
  await start(machine);
  await machine.must("systemctl", "stop", UNIT);
  const journal = `${machine.root}/var/lib/private/tapeline/journal/00000001.log`;
  const bytes = Deno.readFileSync(journal);
  bytes[2000] = (bytes[2000] ?? 0) ^ 1;
  Deno.writeFileSync(journal, bytes);
  ok(!(await machine.run("systemctl", "start", UNIT)).success);
  strictEqual(await machine.property(UNIT, "ExecMainStatus"), "65");
  strictEqual(await restarts(machine), 0);
  machine.write("/etc/tapeline/tapeline.yaml", "venue: none\n");
  machine.write(
    "/etc/tapeline/tapeline.env",
    "TAPELINE_OPTIONS=--config /etc/tapeline/tapeline.yaml\n",
  );
  ok(!(await machine.run("systemctl", "start", UNIT)).success);
  strictEqual(await machine.property(UNIT, "ExecMainStatus"), "78");
  strictEqual(await restarts(machine), 0);
  strictEqual(await machine.property(UNIT, "ActiveState"), "failed");
});

testOn(
  on,
  "a credential reaches the adapter, and nothing else of the machine sees it",
  async (machine) => {
    await using venue = await VenueProcess.start("binance_spot", ["--seed", "7"]);
    using directory = new TemporaryDirectory();
    const port = await copyIn(machine, "--config /etc/tapeline/tapeline.yaml");
    const configuration = liveConfiguration({
      port: venue.port,
      directory: directory.path,
    });
    machine.write("/etc/tapeline/tapeline.yaml", configuration);
    machine.write("/etc/keys/api", "test-api-key\n", 0o600);
    machine.write("/etc/keys/secret", "test-secret\n", 0o600);
    dropIn(
      machine,
      "credentials",
      "LoadCredential=api_key:/etc/keys/api",
      "LoadCredential=secret:/etc/keys/secret",
    );
    await start(machine);
    await until(
      async () => /^live; trading \w+; up main$/.test(await machine.property(UNIT, "StatusText")),
      "a venue that takes the keys",
      30_000,
    );
    const pid = await machine.property(UNIT, "MainPID");
    const log = await machine.log(UNIT);
    doesNotMatch(log, /exposed|can be read by others/);
    const seen = log + await machine.must("cat", `/proc/${pid}/environ`, `/proc/${pid}/cmdline`);
    doesNotMatch(seen, /test-secret|test-api-key/);
    (await connect(machine, { port, clientId: "maker" })).close();
  },
);

testOn(on, "the sandbox is in force", async (machine) => {
  await copyIn(machine);
  await start(machine);
  const pid = await machine.property(UNIT, "MainPID");
  const status = await machine.must("cat", `/proc/${pid}/status`);
  match(status, /^Seccomp:\t2$/m);
  match(status, /^NoNewPrivs:\t1$/m);
  match(status, /^CapBnd:\t0{16}$/m);
  match(status, /^CapEff:\t0{16}$/m);
  doesNotMatch(status, /^Uid:\t0\t/m);
  match(await machine.must("cat", `/proc/${pid}/limits`), /^Max core file size +0 +0 /m);
  const within = (...command: readonly string[]): ReturnType<BootedMachine["run"]> =>
    machine.run("nsenter", "-t", pid, "-m", ...command);
  for (const path of ["/usr/x", "/etc/x", "/var/lib/x", "/opt/x"]) {
    match((await within("touch", path)).text, /Read-only file system/, path);
  }
  ok((await within("touch", "/var/lib/tapeline/x")).success, "its state it can write");
  match((await within("ls", "-A", "/root")).text, /^$|Permission denied/);
  ok(!(await within("ls", "/dev/sda", "/dev/vda", "/dev/kmsg")).success);
  const listening = (await machine.must("cat", `/proc/${pid}/net/tcp`)).split("\n");
  ok(listening.length > 1);
});

testOn(
  on,
  "systemctl reload takes a tighter limit, and leaves a daemon with a wrong file alone",
  async (machine) => {
    const port = await copyIn(machine, "--config /etc/tapeline/tapeline.yaml");
    const configure = (maxQty: string): void =>
      machine.write(
        "/etc/tapeline/tapeline.yaml",
        [
          "venues:",
          "  - name: paper",
          "    exchange: paper",
          '    balances: [{ currency: USDT, total: "1000000" }]',
          "    feed: { kind: generator, seed: 1 }",
          "    instruments:",
          "      - symbol: BTC/USDT",
          "        base: BTC",
          "        quote: USDT",
          '        price: { quantum: "0.01" }',
          '        quantity: { quantum: "0.0001" }',
          `        limits: { max_order_qty: "${maxQty}" }`,
          "",
        ].join("\n"),
      );
    configure("1");
    await start(machine);
    const client = await connect(machine, { port, clientId: "maker" });
    await rest(client, "before");
    configure("0.0005");
    await machine.must("systemctl", "reload", UNIT);
    await until(
      async () => (await machine.log(UNIT)).includes("configuration_reloaded"),
      "a reload",
    );
    await refusedAt(client, "after");
    configure("no number");
    await machine.must("systemctl", "reload", UNIT);
    await until(
      async () => (await machine.log(UNIT)).includes("configuration_refused"),
      "a refusal",
    );
    await refusedAt(client, "still");
    const grave = await machine.must(
      "journalctl",
      "-u",
      UNIT,
      "-p",
      "err",
      "-o",
      "cat",
      "--no-pager",
    );
    match(
      grave,
      /^\{.*"event":"configuration_refused"/,
      "its level is the journal's, and no prefix is left",
    );
    strictEqual(await machine.property(UNIT, "ActiveState"), "active");
    strictEqual(await restarts(machine), 0);
    client.close();
  },
);

testOn(
  on,
  "another unit is given the token, whose file nobody but the daemon can reach",
  async (machine) => {
    await copyIn(machine);
    await start(machine);
    machine.write(
      "/etc/systemd/system/strategy.service",
      [
        "[Service]",
        "Type=oneshot",
        "DynamicUser=yes",
        "LoadCredential=token:/var/lib/tapeline/token",
        `ExecStart=/bin/sh -c 'test -s "$$CREDENTIALS_DIRECTORY/token" && ! cat /var/lib/tapeline/token'`,
        "",
      ].join("\n"),
    );
    await machine.must("systemctl", "daemon-reload");
    await machine.must("systemctl", "start", "strategy");
  },
);
