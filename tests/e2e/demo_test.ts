/**
 * `deno task demo`: daemon, strategy and view together; nothing of them stays.
 *
 * Proves the demonstration of R-OPS-7.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { python3, testWith } from "../support/needs.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DEMO = [Deno.execPath(), "task", "--quiet", "demo"];

/** Nobody listens any more where the view said that the daemon did. */
async function isGone(text: string): Promise<void> {
  const port = /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
  ok(port !== undefined, text);
  await Deno.connect({ hostname: "127.0.0.1", port: Number(port) }).then(
    (connection) => {
      connection.close();
      throw new Error(`The daemon must be gone: it listens on ${port}`);
    },
    (error) => ok(error instanceof Deno.errors.ConnectionRefused, String(error)),
  );
}

Deno.test("demo --once shows a trade without Python too, and leaves no file and no process", async () => {
  using home = new TemporaryDirectory();
  Deno.symlinkSync(Deno.execPath(), `${home.path}/deno`);
  const scratch = `${home.path}/scratch`;
  Deno.mkdirSync(scratch);
  const { DENO_DIR = `${Deno.env.get("HOME")}/.cache/deno` } = Deno.env.toObject();
  const [command = "", ...args] = [...DEMO, "--once"];
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: ROOT,
    clearEnv: true,
    env: { PATH: home.path, HOME: home.path, DENO_DIR, TMPDIR: scratch },
  }).output();
  const text = new TextDecoder().decode(stdout);
  const said = new TextDecoder().decode(stderr);
  strictEqual(code, 0, said);
  match(said, /a small trader of our own quotes in its place/);
  match(text, /paper:BTC\/USDT/);
  match(text, /all accounts/);
  deepStrictEqual([...Deno.readDirSync(scratch)].map(({ name }) => name), []);
  await isGone(text);
});

testWith([python3], "demo ends with its view: one key ends all three", async () => {
  using scratch = new TemporaryDirectory();
  const runner = fileURLToPath(new URL("../support/in_terminal.py", import.meta.url));
  const script = JSON.stringify([["market-mak", "q"]]);
  const { stdout, stderr } = await new Deno.Command("python3", {
    args: [runner, "120", "30", script, ...DEMO],
    cwd: ROOT,
    env: { TMPDIR: scratch.path },
  }).output();
  const text = new TextDecoder().decode(stdout);
  strictEqual(new TextDecoder().decode(stderr), "");
  match(text.trimEnd(), /\{"code": 0, "lines": true\}$/);
  deepStrictEqual([...Deno.readDirSync(scratch.path)].map(({ name }) => name), []);
  await isGone(text);
});
