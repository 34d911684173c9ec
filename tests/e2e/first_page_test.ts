/**
 * What a newcomer does: one command, then the six lines of Python that it prints.
 *
 * Proves the first page of the documentation, R-WIRE-8 and R-MODE-1 (paper).
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DaemonProcess } from "../support/daemon_process.ts";
import { python3, testWith } from "../support/needs.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** `deno task start` in a home of its own; what the runtime has downloaded stays in use. */
function start(home: string): Promise<DaemonProcess> {
  const { HOME = home, DENO_DIR = `${HOME}/.cache/deno` } = Deno.env.toObject();
  const env = { HOME: home, DENO_DIR, XDG_STATE_HOME: "" };
  return DaemonProcess.start({ command: ["task", "start"], env });
}

/** The indented lines of the greeting, without their indentation. */
async function snippetOf(daemon: DaemonProcess): Promise<string> {
  const isGreeting = (): boolean => daemon.stdout.some((line) => line.includes("print(report)"));
  await until(isGreeting, "the snippet");
  const lines = daemon.stdout.filter((line) => line.startsWith("  "));
  return lines.map((line) => line.slice(2)).join("\n");
}

/** Passes the time that hands take to paste: the market's first book is there by then. */
async function marketOpens(daemon: DaemonProcess): Promise<void> {
  const watcher = await daemon.connect("watcher");
  await watcher.market("paper:BTC/USDT");
  watcher.close();
}

Deno.test("deno task start says where it listens and keeps its state in the home directory", async () => {
  using home = new TemporaryDirectory();
  await using daemon = await start(home.path);
  const { event, mode, state_dir, token_file } = daemon.listening;
  strictEqual(event, "listening");
  strictEqual(mode, "paper");
  strictEqual(state_dir, `${home.path}/.local/state/tapeline`);
  const snippet = await snippetOf(daemon);
  strictEqual(snippet.split("\n").length, 6);
  ok(daemon.stdout.some((line) => line.includes(`127.0.0.1:${daemon.listening.port}`)));
  strictEqual((Deno.statSync(token_file).mode ?? 0) & 0o777, 0o600, "others cannot read the token");
  strictEqual((Deno.statSync(state_dir).mode ?? 0) & 0o777, 0o700);
  strictEqual(await daemon.stop("SIGINT"), 0);
});

testWith(
  [python3],
  "the six lines that deno task start prints place an order and show its reports",
  async () => {
    using home = new TemporaryDirectory();
    await using daemon = await start(home.path);
    await marketOpens(daemon);
    const command = new Deno.Command("python3", {
      args: ["-c", await snippetOf(daemon)],
      cwd: ROOT,
      env: { PYTHONDONTWRITEBYTECODE: "1" },
    });
    const { code, stdout, stderr } = await command.output();
    strictEqual(code, 0, new TextDecoder().decode(stderr));
    match(new TextDecoder().decode(stdout), /#1 PendingNew .*\n#2 New /);
    strictEqual(await daemon.stop(), 0);
  },
);
