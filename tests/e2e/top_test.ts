/**
 * `tapeline top` on a daemon that runs: it shows what a client does, and touches nothing of it.
 *
 * Proves R-OPS-7 (`top`) and P&L by tag in the `metrics` query.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DaemonProcess, productCommand, runTapeline } from "../support/daemon_process.ts";
import { place } from "../support/remote_client.ts";
import { python3, testWith } from "../support/needs.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const INSTRUMENT = "paper:BTC/USDT";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

type Fields = Readonly<Record<string, unknown>>;

/** A look as JSON. */
async function look(daemon: DaemonProcess): Promise<Fields> {
  const { port, state_dir } = daemon.listening;
  const found = await runTapeline(
    "top",
    "--state-dir",
    state_dir,
    "--port",
    String(port),
    "--once",
    "--json",
  );
  strictEqual(found.code, 0, found.stderr);
  return JSON.parse(found.stdout) as Fields;
}

function rows(of: Fields, key: string): readonly Fields[] {
  return of[key] as readonly Fields[];
}

Deno.test("top --once shows the orders, positions and P&L by tag of a running daemon", async () => {
  using directory = new TemporaryDirectory();
  await using daemon = await DaemonProcess.start({ stateDir: directory.state });
  const client = await daemon.connect("maker");
  await client.market(INSTRUMENT);
  const order = { instrument: INSTRUMENT, order_qty: "0.01", tag: "grid" };
  await client.send(place("taken", { ...order, ord_type: "Market" }));
  await client.send(place("resting", { ...order, price: "58000" }));
  await client.report((report) => report["ord_status"] === "Filled", "the fill");
  await client.report(
    (report) => report["intent_id"] === "resting" && report["ord_status"] === "Accepted",
    "the resting order",
  );
  const seen = await look(daemon);
  const { rows: orders, open, in_doubt } = seen["orders"] as Fields;
  deepStrictEqual({ open, in_doubt }, { open: 1, in_doubt: 0 });
  deepStrictEqual((orders as readonly Fields[]).map((row) => row["intent_id"]), ["resting"]);
  strictEqual(rows(seen, "positions")[0]?.["instrument"], INSTRUMENT);
  const [tag] = rows(seen, "pnl_by_tag").filter((row) => row["client"] === "maker");
  strictEqual(tag?.["tag"], "grid");
  match(String(tag?.["fees"]), /^0\.\d+$/);
  deepStrictEqual(rows(seen, "venues").map((row) => row["status"]), ["up"]);
  ok(rows(seen, "queues").length > 3);
  client.close();
});

/** Types of the journal's events about sessions. */
async function sessionEvents({ state }: TemporaryDirectory): Promise<readonly string[]> {
  const dump = await runTapeline("journal", "dump", "--kind", "event", "--state-dir", state);
  return dump.stdout.split("\n").filter((line) => line.includes('"source":"control"'))
    .flatMap((line) => /"event_type":"(Session\w+)"/.exec(line)?.[1] ?? []);
}

Deno.test("top cancels nothing, takes no session, and leaves no more than its own two events", async () => {
  using directory = new TemporaryDirectory();
  await using daemon = await DaemonProcess.start({ stateDir: directory.state });
  const client = await daemon.connect("maker");
  await client.market(INSTRUMENT);
  await client.send(
    place("resting", { instrument: INSTRUMENT, order_qty: "0.01", price: "58000" }),
  );
  await client.report((report) => report["ord_status"] === "Accepted", "the resting order");
  await look(daemon);
  const { result } = await client.query("orders");
  deepStrictEqual((result as readonly Fields[]).map((row) => row["ord_status"]), ["Accepted"]);
  ok(!client.isClosed);
  // The daemon may hear of its leaving later than this test.
  let sessions: readonly string[] = [];
  const hasLeft = async (): Promise<boolean> => {
    sessions = await sessionEvents(directory);
    return sessions.includes("SessionClosed");
  };
  await until(hasLeft, "its leaving");
  deepStrictEqual(sessions, ["SessionOpened", "SessionOpened", "SessionClosed"]);
  client.close();
});

Deno.test("top says in a sentence that no daemon listens, and ends with 69", async () => {
  using directory = new TemporaryDirectory();
  directory.write("token", "a-token-that-nobody-knows");
  const found = await runTapeline("top", "--state-dir", directory.path, "--port", "1", "--once");
  strictEqual(found.code, 69);
  strictEqual(found.stdout, "");
  match(found.stderr, /^tapeline: Cannot watch the daemon at 127\.0\.0\.1:1: .*refused/);
});

type Played = { readonly text: string; readonly code: number | null; readonly lines: boolean };

/** Plays a view in a terminal: waits for a text, then presses a key or sends a signal. */
async function play(
  args: readonly string[],
  script: readonly (readonly [awaited: string | number, action: string])[],
  env: Readonly<Record<string, string>> = {},
): Promise<Played> {
  const runner = fileURLToPath(new URL("../support/in_terminal.py", import.meta.url));
  const view = [...productCommand(), "top", ...args];
  const { stdout, stderr } = await new Deno.Command("python3", {
    args: [runner, "80", "24", JSON.stringify(script), ...view],
    cwd: ROOT,
    env,
  }).output();
  strictEqual(new TextDecoder().decode(stderr), "");
  const text = new TextDecoder().decode(stdout);
  const end = JSON.parse(text.slice(text.trimEnd().lastIndexOf("\n"))) as Omit<Played, "text">;
  return { text, ...end };
}

function viewOf({ listening: { port, state_dir } }: DaemonProcess): readonly string[] {
  return ["--state-dir", state_dir, "--port", String(port)];
}

testWith([python3], "top gives the terminal back as it was, by a key or a signal", async () => {
  using directory = new TemporaryDirectory();
  await using daemon = await DaemonProcess.start({ stateDir: directory.state });
  for (const [action, env] of [["q", { NO_COLOR: "" }], ["SIGTERM", { NO_COLOR: "1" }]] as const) {
    const { text, code, lines } = await play(viewOf(daemon), [["all venues up", action]], env);
    strictEqual(code, 0, action);
    ok(lines, "the terminal reads lines again");
    ok(text.includes("\u001b[?1049h") && text.trimEnd().includes("\u001b[?1049l"));
    strictEqual(text.includes("\u001b[32m"), action === "q", "no colours where none are wanted");
  }
});

testWith([python3], "top ends as asked when its terminal goes away", async () => {
  using directory = new TemporaryDirectory();
  await using daemon = await DaemonProcess.start({ stateDir: directory.state });
  strictEqual((await play(viewOf(daemon), [["all venues up", "HANGUP"]])).code, 0);
});

Deno.test("top whose output cannot be written says so, and ends with 69", async () => {
  using directory = new TemporaryDirectory();
  await using daemon = await DaemonProcess.start({ stateDir: directory.state });
  const view = [...productCommand(), "top", ...viewOf(daemon)];
  for (const flags of [["--once"], ["--json"]]) {
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", 'exec "$@" >/dev/full', "sh", ...view, ...flags],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    match(new TextDecoder().decode(stderr), /^tapeline: Cannot write the output: [^\n]*\n$/);
    strictEqual(code, 69);
  }
});

testWith([python3], "top outlives its daemon and shows it again when it is back", async () => {
  using directory = new TemporaryDirectory();
  const first = await DaemonProcess.start({ stateDir: directory.state });
  const args = viewOf(first);
  const playing = play(args, [["NOT CONNECTED", "v"], ["all venues up", "q"]]);
  const watching = await first.connect("x");
  await until(async () => {
    const { result } = await watching.query("metrics");
    return (result as Fields)["wire_sessions_open"] === 2;
  }, "the view");
  watching.close();
  await first.stop("SIGKILL");
  await using _second = await DaemonProcess.start({
    stateDir: directory.state,
    port: first.listening.port,
  });
  const { code, text } = await playing;
  strictEqual(code, 0);
  match(text, /figures are old/);
});
