/**
 * `install.sh` on a host that is a folder: which files it leaves, whatever was there and whatever
 * fails. Proves R-OPS-1 in part: the executable before is never lost, nor a daemon left down.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { checksums, shell, testWith } from "../support/needs.ts";
import { LINK, StandInHost, UNIT, UNITS } from "./support/stand_in.ts";

const OLD = "1.0.0";
const NEW = "2.0.0";
const UPGRADE = ["--executable", "new/tapeline"] as const;
/** A new executable that does not come to be ready. */
const FAILS = "exit 70";

function testOnFolder(name: string, run: (host: StandInHost) => Promise<void>): void {
  testWith([shell, checksums], name, async () => {
    using host = new StandInHost();
    await run(host);
  });
}

/** Starts the daemon with what is under the link. */
async function started(host: StandInHost): Promise<void> {
  await host.run(`systemctl start ${UNIT}`);
  strictEqual(await host.version(), OLD);
}

/** How an executable that this script did not install comes to be under the link. */
const FOREIGN = [
  ["a copy by hand", (host: StandInHost) => {
    host.executable(LINK, OLD);
    host.write(`/etc/systemd/system/${UNIT}`, "[Service]\n");
  }],
  ["a link of the operator's own", (host: StandInHost) => {
    host.executable("/srv/own/tapeline", OLD);
    Deno.symlinkSync(host.at("/srv/own/tapeline"), host.at(LINK));
  }],
] as const;

for (const [what, put] of FOREIGN) {
  testOnFolder(
    `install.sh keeps ${what} and puts it back after an upgrade that fails`,
    async (host) => {
      put(host);
      await started(host);
      host.executable("/new/tapeline", NEW, FAILS);
      const { code, text } = await host.install(...UPGRADE);
      match(text, /ready with 1\.0\.0-\w{8}, as before/);
      strictEqual(code, 1);
      strictEqual(await host.version(), OLD);
      ok(await host.isActive());
    },
  );

  testOnFolder(`install.sh --back-out returns to ${what}, and forth`, async (host) => {
    put(host);
    await started(host);
    host.executable("/new/tapeline", NEW);
    strictEqual((await host.install(...UPGRADE)).code, 0);
    strictEqual(await host.version(), NEW);
    strictEqual((await host.install("--back-out")).code, 0);
    strictEqual(await host.version(), OLD);
    strictEqual((await host.install("--back-out")).code, 0);
    strictEqual(await host.version(), NEW);
    ok(await host.isActive());
  });
}

testOnFolder("install.sh takes the place of a copy by hand that is the same", async (host) => {
  host.executable(LINK, OLD);
  await started(host);
  host.executable("/new/tapeline", OLD);
  match((await host.install(...UPGRADE)).text, /Done\./);
  match(Deno.readLinkSync(host.at(LINK)), /\/usr\/local\/lib\/tapeline\/1\.0\.0-\w{8}\/tapeline$/);
  match((await host.install(...UPGRADE)).text, /^install\.sh: Installed: 1\.0\.0-/);
});

/** Installs the old executable as this script does, and starts it. */
async function installed(host: StandInHost): Promise<void> {
  host.executable("/old/tapeline", OLD);
  strictEqual((await host.install("--executable", "old/tapeline")).code, 0);
  await started(host);
}

testOnFolder("install.sh that cannot make a link does not say that it is done", async (host) => {
  await installed(host);
  host.executable("/new/tapeline", NEW);
  host.write("/no-links", "");
  const { code, text } = await host.install(...UPGRADE);
  match(text, /Cannot change to 2\.0\.0-\w{8}: /);
  match(text, /ready with 1\.0\.0-\w{8}, as before/);
  strictEqual(code, 1);
  strictEqual(await host.version(), OLD);
  ok(await host.isActive());
});

testOnFolder("install.sh that cannot put back says what runs instead", async (host) => {
  await installed(host);
  const failsOnce = '[ -e "$STAND_IN/no-links" ] || { : >"$STAND_IN/no-links"; exit 70; }';
  host.executable("/new/tapeline", NEW, failsOnce);
  const { code, text } = await host.install(...UPGRADE);
  match(text, /CANNOT PUT BACK 1\.0\.0-\w{8}/);
  match(text, /ready with 2\.0\.0-\w{8}, NOT AS BEFORE/);
  strictEqual(code, 1);
  strictEqual(await host.version(), NEW);
  ok(await host.isActive(), "it was started nevertheless");
});

testOnFolder(
  "install.sh puts the start of a daemon before what is missing to put back",
  async (host) => {
    await installed(host);
    const folder = host.at(UNITS);
    const failsWithUnits = `rm -rf ${folder} && : >${folder}; exit 70`;
    host.executable("/new/tapeline", NEW, failsWithUnits);
    match((await host.install(...UPGRADE)).text, /ready with 1\.0\.0-\w{8}, as before/);
    strictEqual(await host.version(), OLD);
    ok(await host.isActive());
  },
);

/** A new executable that does something when it is asked to verify the journal: the daemon is down. */
function onVerify(command: string): string {
  return `exit 0 ;; journal) if [ "$2" = verify ]; then ${command}; fi`;
}

/** Drop-ins of an administrator: what a step is run under as well, and what is the daemon's alone. */
const TUNED = {
  "10-machine.conf": [
    ...["[Unit]", "RequiresMountsFor=/srv/unit", "[Service]", "# MemoryMax=9G", "MemoryMax=6G"],
    ...["ProtectHome=read-only", "ReadWritePaths=/srv/a \\", "  /srv/b"],
  ],
  "20-daemon.conf": [
    ...["[Service]", "Environment=DENO_V8_FLAGS=--max-old-space-size=4096", "Restart=always"],
    ...["ExecStartPre=/bin/one \\", "  two", "Type=simple", "SuccessExitStatus=65"],
    ...["RuntimeDirectory=more", "LoadCredential=secret:/etc/secret", " WatchdogSec=5"],
    ...["CPUSchedulingPolicy=fifo", "ExecPaths=/srv"],
  ],
} as const;

testOnFolder("install.sh runs its steps under what drop-ins make of the unit", async (host) => {
  await installed(host);
  for (const [name, lines] of Object.entries(TUNED)) {
    host.write(`/etc/systemd/system/${UNIT}.d/${name}`, lines.join("\n"));
  }
  const keep = 'cp "$STAND_IN/run/systemd/system/tapeline-step.service" "$STAND_IN/step"';
  host.executable("/new/tapeline", NEW, onVerify(keep));
  strictEqual((await host.install(...UPGRADE)).code, 0);
  const lines = Deno.readTextFileSync(host.at("/step")).split("\n");
  const [first, last] = [lines.indexOf("MemoryMax=6G"), lines.indexOf("ExecPaths=/srv")];
  deepStrictEqual(lines.slice(first, last + 1), [
    "MemoryMax=6G",
    "ProtectHome=read-only",
    "ReadWritePaths=/srv/a    /srv/b",
    "Environment=DENO_V8_FLAGS=--max-old-space-size=4096",
    "ExecPaths=/srv",
  ]);
  ok(lines.indexOf("MemoryMax=3G") < first, "the last one counts");
});

testOnFolder("install.sh goes on where the reader of what it says goes away", async (host) => {
  await installed(host);
  const untilGone = 'until [ -e "$STAND_IN/gone" ]; do sleep 0.1; done';
  host.executable("/new/tapeline", NEW, onVerify(untilGone));
  const installer = `{ sh opt/install.sh ${UPGRADE.join(" ")} 2>&1; echo $? >ended; }`;
  const reader = '{ sed "/: stopping/q"; exec </dev/null; : >gone; }';
  match((await host.run(`${installer} | ${reader}`)).text, /: stopping/);
  strictEqual(Deno.readTextFileSync(host.at("/ended")), "0\n");
  strictEqual(await host.version(), NEW);
  ok(await host.isActive());
});

testOnFolder("install.sh refuses an unknown option also where nobody reads why", async (host) => {
  await installed(host);
  host.executable("/new/tapeline", NEW);
  const installer = `sh opt/install.sh ${UPGRADE.join(" ")} --dry-run 2>&1 >said`;
  const reader = "{ exec </dev/null; : >gone; }";
  await host.run(`{ until [ -e gone ]; do sleep 0.1; done; ${installer}; } | ${reader}`);
  strictEqual(await host.version(), OLD);
  ok(await host.isActive());
});

for (const signal of ["TERM", "QUIT"]) {
  testOnFolder(`install.sh that SIG${signal} ends puts everything back`, async (host) => {
    await installed(host);
    host.executable("/new/tapeline", NEW, onVerify(`kill -${signal} $(cat "$STAND_IN/pid")`));
    const { code, text } = await host.run(
      `echo $$ >pid; exec sh opt/install.sh ${UPGRADE.join(" ")}`,
    );
    match(text, /ready with 1\.0\.0-\w{8}, as before/);
    strictEqual(code, 1);
    strictEqual(await host.version(), OLD);
    ok(await host.isActive());
  });
}

/** What an environment file says, and the configuration that the daemon is started with. */
const ENVIRONMENTS = [
  ["a plain value", "TAPELINE_OPTIONS=--config /a.yaml --port 7412\n", "/a.yaml"],
  ["an equals sign", "TAPELINE_OPTIONS=--config=/a.yaml", "/a.yaml"],
  ["double quotes", 'TAPELINE_OPTIONS="--port 7412 --config /a.yaml"\n', "/a.yaml"],
  ["single quotes", "TAPELINE_OPTIONS='--config /a.yaml'\n", "/a.yaml"],
  ["blanks and a line end of DOS", "  TAPELINE_OPTIONS = --config  /a.yaml\r\n", "/a.yaml"],
  ["a value over two lines", "TAPELINE_OPTIONS=--port 7412 \\\n  --config /a.yaml\n", "/a.yaml"],
  [
    "comments",
    "# TAPELINE_OPTIONS=--config /b.yaml\nTAPELINE_OPTIONS=--config /a.yaml\n ; --config /c.yaml\n",
    "/a.yaml",
  ],
  [
    "two assignments",
    "TAPELINE_OPTIONS=--config /b.yaml\nTAPELINE_OPTIONS=--config /a.yaml\n",
    "/a.yaml",
  ],
  [
    "another variable",
    "TAPELINE_OPTIONS=--config /a.yaml\nOTHER=--config /b.yaml\n",
    "/a.yaml",
  ],
  [
    "an assignment that takes the file back",
    "TAPELINE_OPTIONS=--config /b.yaml\nTAPELINE_OPTIONS=--port 7412\n",
    undefined,
  ],
] as const;

for (const [what, text, expected] of ENVIRONMENTS) {
  testOnFolder(`install.sh checks the configuration that systemd reads: ${what}`, async (host) => {
    await installed(host);
    host.write("/etc/tapeline/tapeline.env", text);
    host.executable("/new/tapeline", NEW, 'exit 0 ;; check) echo "$*" >"$STAND_IN/checked"');
    strictEqual((await host.install(...UPGRADE)).code, 0);
    const said = (await host.run("cat checked 2>&1 || true")).text;
    if (expected === undefined) match(said, /No such file/);
    else strictEqual(said, `check --config ${expected}\n`);
  });
}

testOnFolder("install.sh installs over a link that leads to itself", async (host) => {
  Deno.symlinkSync(host.at(LINK), host.at(LINK));
  host.executable("/new/tapeline", NEW);
  strictEqual((await host.install(...UPGRADE)).code, 0);
  strictEqual(await host.version(), NEW);
});

testOnFolder("install.sh replaces what is damaged of what it has stored", async (host) => {
  await installed(host);
  const [executable, unit] = [Deno.realPathSync(host.at(LINK)), host.at(`${UNITS}/${UNIT}`)];
  for (const path of [executable, unit]) Deno.writeTextFileSync(path, "");
  match((await host.install("--executable", "old/tapeline")).text, /Installed: 1\.0\.0-/);
  strictEqual(await host.version(), OLD);
  ok(Deno.readTextFileSync(unit).includes("[Service]"));
  strictEqual(Deno.realPathSync(host.at(LINK)), executable);
});

testOnFolder("install.sh has on the disk what a link leads to, and then the link", async (host) => {
  await installed(host);
  const place = Deno.readLinkSync(host.at(LINK)).replace(host.at(""), "").replace(/\/[^/]*$/, "");
  const steps = [
    new RegExp(`^sync ${place}/tapeline .*${place} /usr/local/lib/tapeline$`),
    new RegExp(`^link -sfn ${place}/tapeline ${LINK}.new$`),
    /^sync \/usr\/local\/lib\/tapeline \/usr\/local\/bin$/,
    new RegExp(`^sync ${UNITS}/${UNIT} ${UNITS}$`),
  ];
  const calls = host.calls();
  const found = steps.map((step) => calls.findIndex((call) => step.test(call)));
  deepStrictEqual(found, [...found].sort((left, right) => left - right), calls.join("\n"));
  ok(!found.includes(-1), calls.join("\n"));
});

for (const umask of ["077", "000"]) {
  testOnFolder(`install.sh leaves the same modes under a umask of ${umask}`, async (host) => {
    host.executable("/new/tapeline", NEW);
    const { code, text } = await host.run(`umask ${umask}; sh opt/install.sh ${UPGRADE.join(" ")}`);
    strictEqual(code, 0, text);
    const found = await host.run(
      "find usr/local/lib -mindepth 1 -type d ! -perm 755 -o -type f -perm /022",
    );
    strictEqual(found.text, "");
  });
}

testOnFolder("install.sh opens what a umask of an earlier installation has shut", async (host) => {
  await installed(host);
  const folders = ["usr/local/lib/tapeline", "usr/local/lib/tapeline/1.0.0-*"].join(" ");
  for (const mode of ["700", "777"]) {
    await host.run(`chmod ${mode} ${folders}`);
    strictEqual((await host.install("--executable", "old/tapeline")).code, 0);
    strictEqual((await host.run(`stat -c %a ${folders}`)).text, "755\n755\n");
  }
});
