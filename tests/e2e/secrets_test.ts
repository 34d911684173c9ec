/**
 * Secrets are planted and searched for: in the log, the state directory, the metrics, what commands
 * print, the arguments and the environment of the process. Proves R-OPS-5 and the rule of the
 * journal that it holds none, on ways on which they could get out: keys that a venue takes, keys that
 * it refuses, a session with a wrong token, a reload that names other secrets.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { DaemonProcess, runTapeline } from "../support/daemon_process.ts";
import { liveConfiguration } from "../support/live_configuration.ts";
import { RemoteClient } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";
import { VenueProcess } from "../venues/control.ts";

const WAIT_MS = 30_000;
const KEY = "pl4nted-key-b7c1e09d";
const SECRET = "pl4nted/secret+c55a==0f";
const WRONG = "pl4nted-wrong-11d2ab";

/** Places a configuration whose venue has the planted secrets. */
function planted(directory: TemporaryDirectory, port: number, secret = SECRET): string {
  const text = liveConfiguration({
    port,
    directory: directory.path,
  });
  for (const [name, value] of [["api_key", KEY], ["secret", secret]] as const) {
    Deno.writeTextFileSync(`${directory.path}/${name}`, value, { mode: 0o600 });
  }
  const path = directory.write("live.yaml", `metrics: { port: 0 }\n${text}`);
  Deno.chmodSync(path, 0o600);
  return path;
}

function below(path: string): readonly string[] {
  return [...Deno.readDirSync(path)].flatMap(({ name, isDirectory }) =>
    isDirectory ? below(`${path}/${name}`) : [`${path}/${name}`]
  );
}

/** Everything that is written down, by its place; the token's own file is none of it. */
function written(directory: TemporaryDirectory): ReadonlyMap<string, string> {
  const files = below(directory.state).filter((path) => !path.endsWith("/token"));
  return new Map(
    files.map((path) => [path, new TextDecoder("latin1").decode(Deno.readFileSync(path))]),
  );
}

/** Each way in which a secret may be spelled. */
function spellings(secret: string): readonly string[] {
  return [secret, encodeURIComponent(secret), btoa(secret)];
}

function assertNone(places: ReadonlyMap<string, string>, secrets: readonly string[]): void {
  ok(places.size > 0);
  const found = [...places].flatMap(([place, text]) =>
    secrets.flatMap(spellings).filter((secret) => text.includes(secret))
      .map((secret) => `${secret} in ${place}`)
  );
  deepStrictEqual(found, []);
}

async function scraped(daemon: DaemonProcess): Promise<string> {
  const at = `http://127.0.0.1:${daemon.listening.metrics_port}`;
  const paths = ["/metrics", "/metrics.json", "/healthz"];
  const texts = paths.map(async (path) => await (await fetch(`${at}${path}`)).text());
  return (await Promise.all(texts)).join("\n");
}

/** Arguments and environment, where the platform shows them. */
function ofProcess(pid: number): string {
  if (Deno.build.os !== "linux") return "";
  return ["cmdline", "environ"].map((name) => Deno.readTextFileSync(`/proc/${pid}/${name}`))
    .join("\n");
}

async function saidBy(...commands: readonly (readonly string[])[]): Promise<string> {
  const said = commands.map(async (args) => {
    const { stdout, stderr } = await runTapeline(...args);
    return stdout + stderr;
  });
  return (await Promise.all(said)).join("\n");
}

/** Says HELLO with a token that is not the right one. */
async function knock(port: number, token: string): Promise<void> {
  const client = await RemoteClient.connect({ port, token, clientId: "rude" });
  await client.closed();
  client.close();
}

Deno.test("the search finds a secret, also encoded", () => {
  for (const secret of spellings(SECRET)) {
    throws(() => assertNone(new Map([["here", `before${secret}after`]]), [SECRET]), /in here/);
  }
});

Deno.test("planted secrets appear nowhere while a venue takes them, and none of a rude session", async () => {
  const keys = ["--key", KEY, "--secret", SECRET, "--speed", "5"];
  await using venue = await VenueProcess.start("binance_spot", keys);
  using directory = new TemporaryDirectory();
  const config = planted(directory, venue.port);
  await using daemon = await DaemonProcess.start({ stateDir: directory.state, config });
  const { token } = daemon;
  await until(() => daemon.log.includes('"status":"up"'), "up", WAIT_MS);
  await knock(daemon.listening.port, WRONG);
  const other = Deno.readTextFileSync(config).replace(
    /secret: \{[^}]*\}/,
    "secret: { env: NO_SUCH }",
  );
  Deno.writeTextFileSync(config, other.replace("per_second: 50", "per_second: 51"));
  daemon.signal("SIGHUP");
  await until(() => /configuration_(refused|reloaded)/.test(daemon.log), "a reload", WAIT_MS);
  const state = ["--state-dir", directory.state];
  const places = new Map([
    ["metrics", await scraped(daemon)],
    ["the process", ofProcess(daemon.pid)],
    [
      "commands",
      await saidBy(
        ["doctor", "--config", config, ...state],
        ["check", "--config", config],
        ["journal", "dump", ...state],
        ["journal", "stat", ...state],
      ),
    ],
  ]);
  strictEqual(await daemon.stop(), 0);
  const all = new Map([
    ...places,
    ["the log", daemon.log + daemon.stdout.join("\n")],
    ...written(directory),
  ]);
  assertNone(all, [KEY, SECRET, WRONG, token]);
});

Deno.test("planted secrets appear nowhere while a venue refuses them", async () => {
  const keys = ["--key", KEY, "--secret", SECRET, "--speed", "0"];
  await using venue = await VenueProcess.start("binance_spot", keys);
  using directory = new TemporaryDirectory();
  const config = planted(directory, venue.port, WRONG);
  await using daemon = await DaemonProcess.start({ stateDir: directory.state, config });
  await until(() => daemon.log.includes('"status":"down"'), "down", WAIT_MS);
  const state = ["--state-dir", directory.state];
  let said = "";
  const isRefused = async (): Promise<boolean> => {
    said = await saidBy(["doctor", "--config", config, ...state]);
    return said.includes("does not accept it"); // or the venue was late
  };
  await until(isRefused, "the key to be refused", WAIT_MS);
  strictEqual(await daemon.stop(), 0);
  const places = new Map([["doctor", said], ["the log", daemon.log], ...written(directory)]);
  assertNone(places, [KEY, WRONG, daemon.token]);
});

Deno.test("a start says that others can read the token, and nothing where they cannot", async () => {
  using directory = new TemporaryDirectory();
  const said = async (
    modes: { readonly token: number; readonly folder: number },
  ): Promise<boolean> => {
    Deno.chmodSync(`${directory.state}/token`, modes.token);
    Deno.chmodSync(directory.state, modes.folder);
    const daemon = await DaemonProcess.start({ stateDir: directory.state });
    await daemon.stop();
    return /"level":"warning","event":"token_exposed".*"path":"[^"]*\/token"/.test(daemon.log);
  };
  const first = await DaemonProcess.start({ stateDir: directory.state });
  await first.stop();
  ok(!first.log.includes("token_exposed"));
  ok(await said({ token: 0o644, folder: 0o755 }));
  ok(!await said({ token: 0o644, folder: 0o700 }));
  ok(!await said({ token: 0o600, folder: 0o755 }));
});
