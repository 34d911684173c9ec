/**
 * `install.sh` in a real systemd: upgrade and back-out under a client with open orders, and every way
 * in which an upgrade fails. Proves R-OPS-1 and R-JRN-2 where the version changes: no report
 * changes, no order is lost, no number is left out.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { freePort } from "../support/free_port.ts";
import { liveConfiguration } from "../support/live_configuration.ts";
import type { RemoteClient, Report } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";
import { VERSION } from "../../version.ts";
import { VenueProcess } from "../venues/control.ts";
import type { BootedMachine } from "./support/booted.ts";
import { NEXT_VERSION } from "./support/executables.ts";
import { connect, gapIn, ground, INSIDE, rest, take, testOn } from "./support/rig.ts";

const UNIT = "tapeline.service";
const INSTALL = `${INSIDE.units}/install.sh`;
const NEXT = `${INSIDE.next}/tapeline`;

const on = await ground("both");

/** A trader that remembers everything it was told, over all its connections. */
class Trader {
  readonly reports: Report[] = [];
  readonly #machine: BootedMachine;
  readonly #port: number;
  #client: RemoteClient | undefined;

  constructor(machine: BootedMachine, port: number) {
    this.#machine = machine;
    this.#port = port;
  }

  /** Comes back, resumes, and holds what it is told of old against what it was told. */
  async resume(): Promise<RemoteClient> {
    this.#keep();
    this.#client?.close();
    const client = await connect(this.#machine, { port: this.#port, clientId: "maker" });
    this.#client = client;
    await client.query("orders", { open: true });
    deepStrictEqual(client.reports.slice(0, this.reports.length).map(told), this.reports.map(told));
    strictEqual(gapIn(client.reports), undefined);
    return client;
  }

  /** Orders that the daemon says are open, by intent. */
  async open(): Promise<readonly unknown[]> {
    const client = await this.resume();
    const rows = (await client.query("orders", { open: true }))["result"] as readonly Report[];
    return rows.map((row) => row["intent_id"]);
  }

  close(): void {
    this.#keep();
    this.#client?.close();
  }

  #keep(): void {
    const client = this.#client;
    if (client === undefined) return;
    this.reports.splice(0, this.reports.length, ...client.reports);
  }
}

/** A report but for the mark of a repetition. */
function told({ poss_dup: _repeated, ...report }: Report): unknown {
  return report;
}

/** Installs the current version on a port of its own; returns who trades there. */
async function installed(machine: BootedMachine): Promise<Trader> {
  const port = freePort();
  machine.write("/etc/tapeline/tapeline.env", `TAPELINE_OPTIONS=--port ${port}\n`);
  await machine.must(INSTALL, "--executable", `${INSIDE.current}/tapeline`);
  return new Trader(machine, port);
}

async function versionOf(machine: BootedMachine): Promise<string> {
  return (await machine.must("/usr/local/bin/tapeline", "version")).trim();
}

/** Versions that have written to the journal; it must be whole. */
async function engines(machine: BootedMachine): Promise<readonly string[]> {
  const text = await machine.must(
    ...["/usr/local/bin/tapeline", "journal", "stat", "--json"],
    ...["--state-dir", "/var/lib/tapeline"],
  );
  const stat = JSON.parse(text) as { ok: boolean; engine_versions: readonly string[] };
  ok(stat.ok);
  return stat.engine_versions;
}

/** Puts an executable where the installer takes it: a script around the next one. */
function broken(machine: BootedMachine, ...cases: readonly string[]): string {
  const script = ["#!/bin/sh", 'case "$*" in', ...cases, `*) exec ${NEXT} "$@" ;;`, "esac", ""];
  machine.write("/opt/broken/tapeline", script.join("\n"), 0o755);
  return "/opt/broken/tapeline";
}

async function sum(machine: BootedMachine, executable: string): Promise<void> {
  const text = await machine.must("sha256sum", executable);
  machine.write("/opt/broken/SHA256SUMS", text.replace("/opt/broken/", ""));
}

testOn(
  on,
  "kill -9, then upgrade, then back out: no report changes, no order lost, no gap",
  async (machine) => {
    const trader = await installed(machine);
    const first = await trader.resume();
    await take(first, "taken-1");
    await rest(first, "rests-1");
    await rest(first, "rests-2");
    await machine.must("systemctl", "kill", "--kill-whom=main", "--signal=KILL", UNIT);
    const upgraded = await machine.must(INSTALL, "--executable", NEXT);
    match(upgraded, /decides as recorded\n.*\n.*checkpoint taken and read by .*-next/);
    strictEqual(await versionOf(machine), NEXT_VERSION);
    deepStrictEqual(await trader.open(), ["rests-1", "rests-2"]);
    const second = await trader.resume();
    await take(second, "taken-2");
    await rest(second, "rests-3");
    await machine.must("systemctl", "kill", "--kill-whom=main", "--signal=KILL", UNIT);
    await machine.must(INSTALL, "--back-out");
    strictEqual(await versionOf(machine), VERSION);
    deepStrictEqual(await trader.open(), ["rests-1", "rests-2", "rests-3"]);
    await rest(await trader.resume(), "rests-4");
    await machine.must(INSTALL, "--back-out");
    strictEqual(await versionOf(machine), NEXT_VERSION, "and forth");
    deepStrictEqual(await trader.open(), ["rests-1", "rests-2", "rests-3", "rests-4"]);
    trader.close();
    deepStrictEqual(await engines(machine), [VERSION, NEXT_VERSION]);
  },
);

testOn(
  on,
  "what was copied by hand is upgraded, and is what a back-out returns to",
  async (machine) => {
    const port = freePort();
    machine.write("/etc/tapeline/tapeline.env", `TAPELINE_OPTIONS=--port ${port}\n`);
    await machine.must("install", `${INSIDE.current}/tapeline`, "/usr/local/bin/tapeline");
    await machine.must("cp", `${INSIDE.units}/${UNIT}`, "/etc/systemd/system");
    await machine.must("systemctl", "daemon-reload");
    await machine.must("systemctl", "enable", "--now", UNIT);
    const trader = new Trader(machine, port);
    await rest(await trader.resume(), "rests-1");
    await sum(machine, broken(machine, ...failures[0][2]));
    const failed = await machine.run(INSTALL, "--executable", "/opt/broken/tapeline");
    match(failed.text, /ready with .*, as before/);
    strictEqual(await versionOf(machine), VERSION);
    deepStrictEqual(await trader.open(), ["rests-1"]);
    await machine.must(INSTALL, "--executable", NEXT);
    strictEqual(await versionOf(machine), NEXT_VERSION);
    await machine.must(INSTALL, "--back-out");
    strictEqual(await versionOf(machine), VERSION);
    deepStrictEqual(await trader.open(), ["rests-1"]);
    trader.close();
  },
);

testOn(on, "the steps of an upgrade run under the drop-ins of the unit", async (machine) => {
  const trader = await installed(machine);
  const tuned = "[Service]\nMemoryMax=5G\nRestartSec=2\nReadWritePaths=-/srv\n";
  machine.write(`/etc/systemd/system/${UNIT}.d/tuned.conf`, tuned);
  await machine.must("systemctl", "daemon-reload");
  const keep = `cp /run/systemd/system/tapeline-step.service $STATE_DIRECTORY; exec ${NEXT} "$@"`;
  await sum(machine, broken(machine, `"journal verify"*) ${keep} ;;`));
  await machine.must(INSTALL, "--executable", "/opt/broken/tapeline");
  strictEqual(await machine.property(UNIT, "MemoryMax"), `${5 * 2 ** 30}`);
  const step = await machine.must("cat", "/var/lib/tapeline/tapeline-step.service");
  match(step, /^MemoryMax=5G\nReadWritePaths=-\/srv$/m);
  trader.close();
});

/** Runs the next one until the journal has some batches of it, however long that takes, and kills it. */
const WRITES = [
  `batches() { cat $STATE_DIRECTORY/journal/*.log | grep -aoF '"${NEXT_VERSION}"' | wc -l; }`,
  "most=$(($(batches) + 10))",
  `${NEXT} "$@" & until [ $(batches) -gt $most ]; do sleep 0.1; done`,
  "kill -KILL $!",
].join("; ");

const failures = [
  [
    "ends before it listens",
    /must come to be ready: was exit-code, exit code 70/,
    ["run*) exit 70 ;;"],
  ],
  [
    "refuses the journal",
    /must find the journal whole: was .*no such journal/,
    ['"journal verify"*) echo no such journal; exit 65 ;;'],
  ],
  [
    "cannot read the checkpoint",
    /must be able to go on from the checkpoint: was .*no such format/,
    ['*"--from newest"*) echo no such format; exit 65 ;;'],
  ],
  [
    "writes to the journal and dies",
    /must come to be ready: was exit-code, exit code 70/,
    [`run*) ${WRITES}; exit 70 ;;`],
  ],
  [
    "writes to the journal, dies, and takes no checkpoint",
    /cannot take a checkpoint.*\n.*replaying what it wrote with /,
    [
      `run*) ${WRITES}; touch $STATE_DIRECTORY/died; exit 70 ;;`,
      '"journal checkpoint"*) exit 70 ;;',
    ],
  ],
] as const;

testOn(
  on,
  "an upgrade that fails puts everything back, whatever fails, and says so",
  async (machine, test) => {
    const trader = await installed(machine);
    await rest(await trader.resume(), "rests-1");
    for (const [what, said, cases] of failures) {
      await test.step(`the new executable ${what}`, async () => {
        await sum(machine, broken(machine, ...cases));
        const { code, text } = await machine.run(INSTALL, "--executable", "/opt/broken/tapeline");
        match(text, said);
        match(text, /ready with .*, as before/);
        strictEqual(code, 1);
        strictEqual(await versionOf(machine), VERSION);
        deepStrictEqual(await trader.open(), ["rests-1"]);
        ok(!(await machine.run("test", "-e", "/usr/local/lib/tapeline/previous")).success);
      });
    }
    trader.close();
    deepStrictEqual(await engines(machine), [VERSION, NEXT_VERSION], "the new one did write");
  },
);

const refusals = [
  ["has another checksum", /its SHA-256 must be 0{64}: was /, []],
  ["does not say its version", /it must say its version: was /, ["version) exit 3 ;;"]],
  [
    "decides otherwise",
    /seq 7 differs[^]*must decide as recorded: was not/,
    ['*"--from oldest"*) echo seq 7 differs; exit 65 ;;'],
  ],
] as const;

testOn(
  on,
  "an upgrade that must not be is refused while the old executable trades on",
  async (machine, test) => {
    const trader = await installed(machine);
    await rest(await trader.resume(), "rests-1");
    const pid = await machine.property(UNIT, "MainPID");
    for (const [what, said, cases] of refusals) {
      await test.step(`the new executable ${what}`, async () => {
        const executable = broken(machine, ...cases);
        await sum(machine, executable);
        if (cases.length === 0) {
          machine.write(
            "/opt/broken/SHA256SUMS",
            `${"0".repeat(64)}  tapeline\n`,
          );
        }
        const { code, text } = await machine.run(INSTALL, "--executable", executable);
        match(text, said);
        match(text, /Nothing was changed/);
        strictEqual(code, 1);
        strictEqual(await machine.property(UNIT, "MainPID"), pid, "it was not stopped");
      });
    }
    await test.step("what it decides otherwise can be accepted", async () => {
      await sum(machine, broken(machine, ...refusals[2][2]));
      await machine.must(INSTALL, "--executable", "/opt/broken/tapeline", "--accept-differences");
      strictEqual(await versionOf(machine), NEXT_VERSION);
      deepStrictEqual(await trader.open(), ["rests-1"]);
    });
    trader.close();
  },
);

testOn(
  on,
  "an upgrade that a signal ends in the middle puts everything back",
  async (machine) => {
    const trader = await installed(machine);
    await rest(await trader.resume(), "rests-1");
    await sum(machine, broken(machine, '"journal verify"*) sleep 60 ;;'));
    const script = [
      "setsid $0 $@ >/run/said 2>&1 &",
      "until grep -q stopping /run/said; do sleep 0.1; done",
      "sleep 2",
      "kill -TERM -$!",
      "wait $! && exit 99",
      "cat /run/said",
    ].join("\n");
    const said = await machine.must(
      ...["sh", "-c", script, INSTALL],
      ...["--executable", "/opt/broken/tapeline"],
    );
    match(said, /must not be interrupted[^]*Putting back[^]*ready with .*, as before/);
    strictEqual(await versionOf(machine), VERSION);
    deepStrictEqual(await trader.open(), ["rests-1"]);
    trader.close();
  },
);

testOn(
  on,
  "install.sh without room for the executable changes nothing, and two at once are one",
  async (machine) => {
    const trader = await installed(machine);
    await rest(await trader.resume(), "rests-1");
    const locked = await machine.run("flock", "/run/tapeline-install.lock", INSTALL, "--back-out");
    match(locked.text, /one install\.sh at a time/);
    await machine.must("mount", "-t", "tmpfs", "-o", "size=1m", "none", "/usr/local/lib/tapeline");
    const full = await machine.run(INSTALL, "--executable", NEXT);
    match(full.text, /must be room for it: was [^]*Nothing was changed/);
    deepStrictEqual([locked.code, full.code], [64, 1]);
    deepStrictEqual(await trader.open(), ["rests-1"]);
    trader.close();
  },
);

testOn(
  on,
  "an upgrade after which a venue does not come up again is put back",
  async (machine) => {
    await using venue = await VenueProcess.start("binance_spot", ["--seed", "7"]);
    using directory = new TemporaryDirectory();
    const configuration = (port: number): string =>
      liveConfiguration({
        port,
        directory: directory.path,
      }).replace("wire: {", `wire: { port: ${freePort()},`);
    machine.write("/etc/tapeline/tapeline.yaml", configuration(venue.port));
    machine.write("/opt/broken/wrong.yaml", configuration(freePort()));
    const given = ["api_key", "secret"].map((name) => {
      machine.write(`/etc/keys/${name}`, `test-${name.replace("_", "-")}`);
      return `LoadCredential=${name}:/etc/keys/${name}`;
    });
    const credentials = ["[Service]", ...given, ""].join("\n");
    machine.write(`/etc/systemd/system/${UNIT}.d/credentials.conf`, credentials);
    await machine.must(INSTALL, "--executable", `${INSIDE.current}/tapeline`);
    const isUp = async (): Promise<boolean> =>
      /; up main$/.test(await machine.property(UNIT, "StatusText"));
    await until(isUp, "a venue that is up", 30_000);
    const wrong = `run*) exec ${NEXT} run --config /opt/broken/wrong.yaml ` +
      "--state-dir $STATE_DIRECTORY ;;";
    await sum(machine, broken(machine, wrong));
    const { code, text } = await machine.run(
      ...[INSTALL, "--executable", "/opt/broken/tapeline", "--reconcile-within", "5"],
    );
    match(
      text,
      /must come to "live; .*; up main", as before, within 5 s: was "live; .*; down main"/,
    );
    match(text, /ready with .*, as before/);
    strictEqual(code, 1);
    await until(isUp, "a venue that is up again", 30_000);
    match(
      await machine.must(INSTALL, "--executable", NEXT),
      /: live; trading \w+; up main\n.*Done\./,
    );
  },
);
