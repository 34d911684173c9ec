/**
 * A client that knows nothing but the protocol page does everything on it against a real daemon,
 * and the Python examples trade as they are printed.
 *
 * Proves R-WIRE-1 to R-WIRE-4, R-WIRE-6, R-WIRE-8 and the Python part of R-STRAT-4.
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DaemonProcess } from "../support/daemon_process.ts";
import { python3, testWith } from "../support/needs.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

type Check = { readonly check: string; readonly ok: boolean; readonly detail: string };

async function withDaemon(use: (daemon: DaemonProcess) => Promise<void>): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "tapeline-python-" });
  const daemon = await DaemonProcess.start({ stateDir });
  try {
    await use(daemon);
  } finally {
    await daemon.stop();
    await Deno.remove(stateDir, { recursive: true });
  }
}

async function python(args: readonly string[]): Promise<{ code: number; out: string }> {
  const command = new Deno.Command("python3", {
    args: [...args],
    cwd: ROOT,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout) + text.decode(stderr) };
}

testWith([python3], "a client written from the page alone does everything on it", async () => {
  await withDaemon(async ({ listening }) => {
    const where = ["--port", `${listening.port}`, "--token-file", listening.token_file];
    const { code, out } = await python(["tests/clients/independent/client.py", ...where]);
    const lines = out.split("\n").filter((line) => line.startsWith("{"));
    const checks = lines.map((line) => JSON.parse(line) as Check);
    deepStrictEqual(checks.filter((check) => !check.ok), [], out);
    strictEqual(code, 0, out);
  });
});

testWith([python3], "the Python examples place orders and print what happens", async () => {
  await withDaemon(async ({ listening }) => {
    const where = [listening.state_dir, `${listening.port}`];
    const maker = await python(["clients/python/examples/market_maker.py", ...where, "8"]);
    strictEqual(maker.code, 0, maker.out);
    match(maker.out, /P&L/, "it was filled at least once");
    const hello = await python(["clients/python/examples/hello.py", ...where]);
    strictEqual(hello.code, 0, hello.out);
    match(hello.out, /#1 PendingNew .*\n#2 New /);
  });
});
