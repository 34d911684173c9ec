/**
 * `install.sh` in a real systemd: installing twice, instances, removing, and what it refuses.
 * Proves R-OPS-1 in part: state survives whatever is done to the program.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { freePort } from "../support/free_port.ts";
import type { BootedMachine } from "./support/booted.ts";
import { connect, ground, INSIDE, rest, testOn } from "./support/rig.ts";

const INSTALL = [`${INSIDE.units}/install.sh`, "--executable", `${INSIDE.current}/tapeline`];
const REMOVE = [`${INSIDE.units}/install.sh`, "--uninstall"];

const on = await ground("both");

function configure(machine: BootedMachine, name: string): number {
  const port = freePort();
  const venue = [
    "  - name: paper",
    "    exchange: paper",
    '    balances: [{ currency: USDT, total: "100000" }]',
    "    feed: { kind: generator, seed: 1 }",
    "    instruments:",
    "      - symbol: BTC/USDT",
    "        base: BTC",
    "        quote: USDT",
    '        price: { quantum: "0.01" }',
    '        quantity: { quantum: "0.0001" }',
  ];
  const text = [`wire: { port: ${port} }`, "venues:", ...venue, ""].join("\n");
  machine.write(`/etc/tapeline/${name}.yaml`, text);
  return port;
}

async function state(machine: BootedMachine): Promise<string> {
  return await machine.must("find", "/var/lib/private", "-name", "high_water");
}

testOn(on, "install.sh installs once, and again changes nothing", async (machine) => {
  const port = configure(machine, "tapeline");
  match(await machine.must(...INSTALL), /tapeline\.service is ready: paper; /);
  const pid = await machine.property("tapeline", "MainPID");
  const client = await connect(machine, { port, clientId: "maker" });
  await rest(client, "rests");
  client.close();
  match(await machine.must(...INSTALL), /^install\.sh: Installed: /);
  strictEqual(await machine.property("tapeline", "MainPID"), pid);
  strictEqual(await machine.property("tapeline", "UnitFileState"), "enabled");
  const named = await machine.must("cat", "/etc/tapeline/tapeline.env");
  strictEqual(named, "TAPELINE_OPTIONS=--config /etc/tapeline/tapeline.yaml\n");
});

testOn(on, "install.sh --uninstall leaves the state, and --purge does not", async (machine) => {
  configure(machine, "tapeline");
  await machine.must(...INSTALL);
  const before = await state(machine);
  match(await machine.must(...REMOVE), /State stays in/);
  ok(!(await machine.run("systemctl", "cat", "tapeline")).success, "no unit is left");
  ok(!(await machine.run("test", "-e", "/usr/local/bin/tapeline")).success);
  strictEqual(await state(machine), before);
  match(await machine.must(...INSTALL), /is ready/);
  const log = await machine.log("tapeline");
  const ids = [...log.matchAll(/"event":"recovered".*"journal_id":"(\w+)"/g)].map(([, id]) => id);
  deepStrictEqual([ids.length, new Set(ids).size], [2, 1], "the journal goes on");
  await machine.must(...REMOVE, "--purge");
  const left = ["/var/lib/tapeline", "/var/lib/private/tapeline", "/etc/tapeline"];
  for (const path of left) ok(!(await machine.run("test", "-e", path)).success, path);
});

testOn(
  on,
  "install.sh --instance runs daemons side by side, each with its own state",
  async (machine) => {
    const ports = ["left", "right"].map((name) => [name, configure(machine, name)] as const);
    for (const [name] of ports) await machine.must(...INSTALL, "--instance", name);
    for (const [instance, port] of ports) {
      const client = await connect(machine, { port, clientId: "maker", instance });
      await rest(client, `rests-${instance}`);
      client.close();
    }
    const executable = `${INSIDE.next}/tapeline`;
    const upgraded = await machine.must(
      INSTALL[0] ?? "",
      "--executable",
      executable,
      "--instance",
      "left",
    );
    match(upgraded, /for: tapeline@left\.service tapeline@right\.service/);
    match(
      await machine.must(...INSTALL),
      /for: tapeline@left\.service tapeline@right\.service/,
      "back, and for both although none is named",
    );
    ok(!(await machine.run("systemctl", "is-active", "tapeline")).success, "none of no name began");
    for (const [instance, port] of ports) {
      const client = await connect(machine, { port, clientId: "maker", instance });
      const rows = (await client.query("orders", { open: true }))["result"];
      deepStrictEqual((rows as { intent_id: string }[]).map((row) => row.intent_id), [
        `rests-${instance}`,
      ]);
      client.close();
    }
  },
);

testOn(
  on,
  "install.sh gives a daemon that is there no configuration, whatever it installs",
  async (machine) => {
    const port = `[Service]\nEnvironment=TAPELINE_OPTIONS=--port=${freePort()}\n`;
    machine.write("/etc/systemd/system/tapeline.service.d/port.conf", port);
    match(await machine.must(...INSTALL), /tapeline\.service is ready: paper; /);
    const pid = await machine.property("tapeline", "MainPID");
    machine.write("/etc/tapeline/tapeline.yaml", "a draft\n");
    configure(machine, "left");
    match(await machine.must(...INSTALL), /tapeline\.service keeps what it was given/);
    await machine.must(...INSTALL, "--instance", "left");
    strictEqual(await machine.property("tapeline", "MainPID"), pid);
    const upgraded = await machine.must(
      ...[INSTALL[0] ?? "", "--executable", `${INSIDE.next}/tapeline`],
    );
    match(upgraded, /tapeline\.service: paper; [^]*Done\./);
    ok(!(await machine.run("test", "-e", "/etc/tapeline/tapeline.env")).success);
  },
);

testOn(
  on,
  "install.sh --instance names no configuration for the daemon without",
  async (machine) => {
    machine.write("/etc/tapeline/tapeline.yaml", "a draft\n");
    configure(machine, "left");
    await machine.must(...INSTALL, "--instance", "left");
    ok(!(await machine.run("test", "-e", "/etc/tapeline/tapeline.env")).success);
  },
);

const refused = [
  [
    "an instance without a configuration",
    ["--instance", "none"],
    78,
    /must be \/etc\/tapeline\/none\.yaml/,
  ],
  ["a name with a slash", ["--instance", "../x"], 64, /letters, digits/],
  ["an option that it does not know", ["--frobnicate"], 64, /must be as above: was --frobnicate/],
  ["an option without its value", ["--instance"], 64, /--instance must be followed by a value/],
  ["a wait that is no number", ["--reconcile-within", "1m"], 64, /must be whole seconds: was 1m/],
  ["a way back where there is none", ["--back-out"], 64, /must be a previous executable/],
] as const;

testOn(on, "install.sh refuses in a sentence what it cannot do", async (machine, test) => {
  for (const [what, options, code, said] of refused) {
    await test.step(what, async () => {
      const result = await machine.run(...INSTALL, ...options);
      match(result.text, said);
      strictEqual(result.code, code);
    });
  }
});
