/**
 * The executable as an operator has it: on a host with nothing but a C library and a shell.
 *
 * Proves: R-OPS-1 in part (one executable, as an unprivileged user, without a network). The other
 * tests of this folder run the same file; its head: `tests/tools/compile/portable_test.ts`.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { makeBareRoot } from "../support/bare_root.ts";
import { DaemonProcess, productCommand, runTapeline } from "../support/daemon_process.ts";
import { checksums, executable, namespaces, root, testWith } from "../support/needs.ts";
import { TemporaryDirectory } from "../support/temporary.ts";
import {
  NET,
  PERMISSIONS,
  SEALED,
  UNSTABLE,
  V8_OPTION,
} from "../../tools/compile/runtime_flags.ts";

const SESSION = fileURLToPath(new URL("../support/bare_root_session.ts", import.meta.url));
/** From copying to the end of the session: some seconds, on a machine that does nothing else. */
const SESSION_MS_MAX = 120_000;
const EXCLUSIVE = true;
const ROUNDS = 5;
const ROUNDS_MAX = 60;
/** Time for some tries of a rehearsal. */
const TRIES_MS = 200;
/** What the head may cost, on top of the runtime. */
const HEAD_MS_MAX = 30;

testWith(
  [executable, root, namespaces],
  "the executable trades on a bare root, survives kill -9 and goes on",
  async () => {
    using directory = new TemporaryDirectory();
    const [program = ""] = productCommand();
    makeBareRoot(directory.path, Deno.execPath());
    Deno.copyFileSync(program, `${directory.path}/opt/tapeline`);
    Deno.chmodSync(`${directory.path}/opt/tapeline`, 0o555);
    const inside = 'mount -t proc proc "$0/proc" && touch "$0/dev/null" && ' +
      'mount --bind /dev/null "$0/dev/null" && ip link set lo up && exec "$@"';
    const session = [Deno.execPath(), "run", "--allow-all", "--no-check", SESSION, directory.path];
    const { code, stderr } = await new Deno.Command("unshare", {
      args: ["--net", "--mount", "--", "sh", "-c", inside, directory.path, ...session],
      env: { TAPELINE_EXECUTABLE: "/opt/tapeline" },
      stdin: "null",
      signal: AbortSignal.timeout(SESSION_MS_MAX),
    }).output();
    strictEqual(code, 0, new TextDecoder().decode(stderr));
  },
);

testWith(
  [executable],
  "the executable starts as fast as its runtime and program, but for 30 ms",
  async () => {
    using directory = new TemporaryDirectory();
    const env = { TAPELINE_CACHE: directory.path };
    const tapeline = [...productCommand(), "version"];
    await msOf(tapeline, env); // unpacks
    const here = `${directory.path}/${[...Deno.readDirSync(directory.path)][0]?.name}`;
    const flags = [V8_OPTION, ...SEALED, ...PERMISSIONS];
    const bare = [`${here}/tapeline`, "run", ...flags, `${here}/main.js`, "version"];
    let least = { whole: Infinity, bare: Infinity };
    // The machine does other things meanwhile: the fastest of each is what they cost.
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const whole = await msOf(tapeline, env);
      const bareMs = await msOf(bare, { DENO_DIR: `${here}/cache` });
      least = { whole: Math.min(least.whole, whole), bare: Math.min(least.bare, bareMs) };
      if (round >= ROUNDS && least.whole - least.bare <= HEAD_MS_MAX) break;
    }
    ok(least.whole - least.bare <= HEAD_MS_MAX, JSON.stringify(least));
  },
);

async function msOf(
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const before = performance.now();
  const { code } = await new Deno.Command(program, { args, env, stdin: "null" }).output();
  strictEqual(code, 0);
  return performance.now() - before;
}

testWith(
  [executable],
  "an executable finds the code of a rehearsed start, and holds its directory while it runs",
  async () => {
    using directory = new TemporaryDirectory();
    const place = `${directory.path}/cache`;
    const env = { TAPELINE_CACHE: place };
    await msOf([...productCommand(), "version"], env); // unpacks
    const here = `${place}/${[...Deno.readDirSync(place)][0]?.name}`;
    const rehearsed = codeOfStart(`${here}/cache`);
    const stateDir = `${directory.path}/state`;
    await using _daemon = await DaemonProcess.start({ stateDir, env });
    // The runtime writes what it could use in place of what it could not.
    deepStrictEqual(codeOfStart(`${here}/cache`), rehearsed);
    using held = Deno.openSync(here);
    ok(!held.tryLockSync(EXCLUSIVE));
    // Without a rehearsal it keeps what was compiled before anything ran.
    const bare = [`${here}/tapeline`, "run", V8_OPTION, ...SEALED, ...PERMISSIONS];
    const fresh = `${directory.path}/fresh`;
    await msOf([...bare, `${here}/main.js`, "version"], { DENO_DIR: fresh });
    ok(codeOfStart(fresh).length < rehearsed.length);
  },
);

testWith(
  [executable],
  "a rehearsal puts its code where the runtime writes at the same moment, as soon as it may",
  async () => {
    using directory = new TemporaryDirectory();
    const place = `${directory.path}/cache`;
    await msOf([...productCommand(), "version"], { TAPELINE_CACHE: place }); // unpacks
    const here = `${place}/${[...Deno.readDirSync(place)][0]?.name}`;
    using kept = new DatabaseSync(`${here}/cache/v8_code_cache_v2`);
    kept.exec(`
      UPDATE codecache SET data = x'00' WHERE specifier LIKE '%/start.js';
      CREATE TABLE free (yes);
      CREATE TRIGGER busy BEFORE UPDATE ON codecache WHEN NOT EXISTS (SELECT * FROM free)
      BEGIN SELECT RAISE(ABORT, 'database is locked'); END`);
    const rehearsal = new Deno.Command(`${here}/tapeline`, {
      args: [
        ...["run", V8_OPTION, ...UNSTABLE, ...SEALED, ...PERMISSIONS, NET.loopback],
        ...[`${here}/rehearse.js`, "run", "--port", "0", "--state-dir", `${directory.path}/state`],
      ],
      env: { DENO_DIR: `${here}/cache` },
      ...{ stdin: "null", stdout: "piped", stderr: "null" },
    }).spawn();
    const words = rehearsal.stdout.getReader();
    await words.read(); // it listens: from here on it tries
    await delay(TRIES_MS);
    kept.exec("INSERT INTO free VALUES (1)");
    const [{ code }] = await Promise.all([rehearsal.status, words.cancel()]);
    strictEqual(code, 0);
    ok(codeOfStart(`${here}/cache`).length > 1);
  },
);

/** The code of `start.js` that the runtime keeps in a directory. */
function codeOfStart(cache: string): Uint8Array {
  using kept = new DatabaseSync(`${cache}/v8_code_cache_v2`, { readOnly: true });
  const row = kept.prepare("SELECT data FROM codecache WHERE specifier LIKE '%/start.js'").get();
  return row?.["data"] as Uint8Array;
}

testWith([executable, checksums], "what lies beside the executable tells what it is", async () => {
  const folder = dirname(productCommand()[0] ?? "");
  const { code, stdout } = await new Deno.Command("sha256sum", {
    args: ["-c", "SHA256SUMS"],
    cwd: folder,
  }).output();
  strictEqual(code, 0, new TextDecoder().decode(stdout));
  match(new TextDecoder().decode(stdout), /^tapeline: OK$[^]*^tapeline\.cdx\.json: OK$/m);
  const bill = JSON.parse(Deno.readTextFileSync(`${folder}/tapeline.cdx.json`));
  const { version } = JSON.parse((await runTapeline("version", "--json")).stdout);
  strictEqual(bill.metadata.component.version, version);
  const names = bill.components.map((component: { readonly name: string }) => component.name);
  for (const name of ["deno", "ccxt", "zod"]) ok(names.includes(name), name);
});

testWith([executable], "version --json names the build", async () => {
  const { stdout } = await runTapeline("version", "--json");
  const { version, commit, runtime, kind } = JSON.parse(stdout);
  match(version, /^\d+\.\d+\.\d+$/);
  match(String(commit), /^(null|[0-9a-f]{40}(\+changes)?)$/);
  strictEqual(runtime, `deno ${Deno.version.deno}`);
  ok(["portable", "compiled"].includes(kind));
});

testWith(
  [executable],
  "the build has read the configuration that it brings as a start does",
  async () => {
    using directory = new TemporaryDirectory();
    const digestOf = async (name: string, flags: readonly string[]): Promise<unknown> => {
      const stateDir = `${directory.path}/${name}`;
      await using daemon = await DaemonProcess.start({ stateDir, flags });
      const client = await daemon.connect("reader");
      client.close();
      return client.ack?.["daemon"];
    };
    const read = await digestOf("read", ["--port=0"]); // not a plain line: all of it is read at the start
    deepStrictEqual(await digestOf("brought", []), read);
    match(JSON.stringify(read), /"config_digest":"[0-9a-f]{64}"/);
  },
);
