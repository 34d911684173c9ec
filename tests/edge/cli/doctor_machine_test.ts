/**
 * The machine as `doctor` sees it. Proves R-OPS-7 as far as this machine goes: the lock, the port and
 * the disk are told as they are, and nothing is left behind.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { denoMachine, metricsState, portState } from "../../../edge/cli/doctor_machine.ts";
import { denoDisk } from "../../../edge/deno_disk.ts";
import { createHighWater } from "../../../edge/journal/high_water.ts";
import { lockState } from "../../../edge/journal/mod.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const machine = denoMachine();

Deno.test("lockOf() tells a lock that is held from one that is free or not there", () => {
  using directory = new TemporaryDirectory();
  strictEqual(machine.lockOf(directory.state), "absent");
  const lock = lockState(denoDisk(), directory.state);
  strictEqual(machine.lockOf(directory.state), "held");
  Deno.removeSync(`${directory.state}/lock`);
  strictEqual(machine.lockOf(directory.state), "held", "the file was removed under a daemon");
  lock.release();
  strictEqual(machine.lockOf(directory.state), "absent");
  lockState(denoDisk(), directory.state).release();
  strictEqual(machine.lockOf(directory.state), "free");
  lockState(denoDisk(), directory.state).release();
});

Deno.test("lockOf() says of a lock that cannot be opened that it was denied", () => {
  using directory = new TemporaryDirectory();
  Deno.mkdirSync(directory.state);
  Deno.symlinkSync("lock", `${directory.state}/lock`); // of itself: root cannot open it either
  strictEqual(machine.lockOf(directory.state), "denied");
});

Deno.test("verifyJournal() tells a journal that is gone from one that never was", () => {
  using directory = new TemporaryDirectory();
  strictEqual(machine.verifyJournal(directory.state), "none");
  lockState(denoDisk(), directory.state).release();
  strictEqual(machine.verifyJournal(directory.state), "none", "a lock is no trace of one");
  directory.write("state/events.sqlite", "");
  match(problemIn(directory.state), /has events\.sqlite must have a journal: was without one/);
  const mark = { journalId: "a".repeat(32), batch: 7, seq: 9, chain: "b".repeat(64) };
  createHighWater(denoDisk(), directory.state, { ...mark, segment: 1, offset: 0 });
  match(problemIn(directory.state), /reach its high-water mark \(batch 7, seq 9\): was without/);
});

function problemIn(stateDirectory: string): string {
  const verified = machine.verifyJournal(stateDirectory);
  return verified === "none" ? verified : verified.problem ?? "";
}

Deno.test("syncTimes() measures synced writes and leaves nothing behind, or says why it cannot", () => {
  using directory = new TemporaryDirectory();
  const times = machine.syncTimes(directory.path);
  ok(typeof times !== "string" && times.length > 0 && times.every((us) => us > 0));
  deepStrictEqual([...Deno.readDirSync(directory.path)], []);
  match(String(machine.syncTimes(`${directory.path}/gone`)), /^Cannot open .*gone/);
});

Deno.test("entry() tells mode and owner, and what is not there", () => {
  using directory = new TemporaryDirectory();
  const path = directory.write("file", "x");
  Deno.chmodSync(path, 0o640);
  const owner = { uid: Deno.uid(), gid: Deno.gid() };
  deepStrictEqual(machine.entry(path), { kind: "file", mode: 0o640, ...owner });
  strictEqual(machine.entry(`${path}.gone`), "absent");
  strictEqual(machine.readText(`${path}.gone`), undefined);
  deepStrictEqual([machine.list(directory.path), machine.list("/gone")], [["file"], []]);
});

Deno.test("portState() tells a free port, one of another program, and one that ends at once", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  const answers = [new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"), new Uint8Array()];
  const serving = (async () => {
    for (const answer of answers) {
      using connection = await listener.accept();
      await connection.read(new Uint8Array(1024));
      if (answer.length > 0) await connection.write(answer);
    }
  })();
  strictEqual(await portState({ hostname, port }), "other");
  strictEqual(await portState({ hostname, port }), "other");
  await serving;
  listener.close();
  strictEqual(await portState({ hostname, port }), "free");
  deepStrictEqual(await metricsState({ hostname, port }), { state: "free" });
});

const answers: readonly (readonly [string, string, unknown])[] = [
  ["a daemon by what it says", '{"status":"ok","version":"1","mode":"paper"}', {
    state: "tapeline",
    version: "1",
    mode: "paper",
  }],
  ["another program by other words", '{"status":"ok"}', { state: "other" }],
  ["another program by no JSON", "hello", { state: "other" }],
];
for (const [what, body, expected] of answers) {
  Deno.test(`metricsState() tells ${what}`, async () => {
    const quiet = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    await using server = Deno.serve(quiet, () => new Response(body));
    const { hostname, port } = server.addr;
    deepStrictEqual(await metricsState({ hostname, port }), expected);
  });
}
