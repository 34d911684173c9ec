/**
 * What the production ports do when the process itself is short of something: file descriptors, a
 * reader of its log.
 *
 * Proves, as far as ports go: R-WIRE-6 (a storm of connections ends nothing), R-OPS-5.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { TemporaryDirectory } from "../support/temporary.ts";

const LISTENING = fileURLToPath(new URL("support/listening_process.ts", import.meta.url));
const LOGGING = fileURLToPath(new URL("support/logging_process.ts", import.meta.url));
/** Longer than the half second after which the runtime does what a start has put off. */
const STORM_MS = 700;

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const reader = stream.getReader();
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  reader.releaseLock();
  return text.trim();
}

async function connect(port: number): Promise<Deno.TcpConn> {
  return await Deno.connect({ hostname: "127.0.0.1", port });
}

async function greeting(connection: Deno.TcpConn): Promise<number | null> {
  return await connection.read(new Uint8Array(1));
}

Deno.test({
  name: "listen() accepts again after the process had no file descriptors left",
  ignore: Deno.build.os === "windows", // no ulimit
  fn: async () => {
    const limited = 'ulimit -n 64 && exec "$0" run --allow-net "$1"';
    const child = new Deno.Command("sh", {
      args: ["-c", limited, Deno.execPath(), LISTENING],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const port = Number(await firstLine(child.stdout));
    const storm: Deno.TcpConn[] = [];
    for (let count = 0; count < 100; count += 1) storm.push(await connect(port));
    strictEqual(await greeting(storm[0] ?? await connect(port)), 1);
    await new Promise((done) => setTimeout(done, STORM_MS));
    for (const connection of storm) connection.close();
    const late = await connect(port);
    strictEqual(await greeting(late), 1);
    late.close();
    child.kill("SIGKILL");
    await child.status;
    await child.stdout.cancel();
  },
});

Deno.test("processLog() lets the process go on and end while nobody reads its log", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-env", LOGGING],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { dropped } = JSON.parse(await firstLine(child.stdout));
  ok(dropped > 200 && dropped < 400, `was ${dropped}`);
  deepStrictEqual((await child.status).code, 0);
  await child.stdout.cancel();
  await child.stderr.cancel();
});

const journals: readonly (readonly [string, (of: Deno.FileInfo) => string, RegExp])[] = [
  ["is", ({ dev, ino }) => `${dev}:${ino}`, /^<6>\{"time"/],
  ["is not", ({ dev, ino }) => `${dev}:${(ino ?? 0) + 1}`, /^\{"time"/],
];
for (const [word, stream, expected] of journals) {
  Deno.test(`stderrForm() puts priorities before lines where stderr ${word} what JOURNAL_STREAM names`, async () => {
    using directory = new TemporaryDirectory();
    const path = directory.write("stderr", "");
    const log = 'exec "$0" run --no-check --allow-env "$1" 2>>"$2"';
    const child = new Deno.Command("sh", {
      args: ["-c", log, Deno.execPath(), LOGGING, path],
      env: { JOURNAL_STREAM: stream(Deno.statSync(path)) },
      stdout: "null",
    }).spawn();
    strictEqual((await child.status).code, 0);
    match(Deno.readTextFileSync(path), expected);
  });
}
