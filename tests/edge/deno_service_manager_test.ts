/**
 * The datagrams of sd_notify(3), over a real socket. Proves R-OPS-1 in part: told in order, and a
 * manager that is not there, or gone, costs a line in the log and nothing else.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { denoServiceManager, NO_SERVICE_MANAGER } from "../../edge/deno_service_manager.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

const PROCESS = fileURLToPath(new URL("support/notified_process.ts", import.meta.url));

/** Plays both sides in a process, since the socket needs a flag of the runtime. */
async function played(mode: string): Promise<unknown> {
  using directory = new TemporaryDirectory();
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--unstable-net", "--no-prompt"],
      ...["--allow-net", "--allow-read", "--allow-write", PROCESS, directory.path, mode],
    ],
    signal: AbortSignal.timeout(20_000),
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "denoServiceManager() sends every message whole and in order, and knows the watchdog",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    deepStrictEqual(await played("hearing"), {
      heard: ["READY=1\nSTATUS=paper", "WATCHDOG=1", "STOPPING=1"],
      logged: [],
      watchdogUs: 3_000_000,
    });
  },
});

Deno.test({
  name: "denoServiceManager() logs once that the manager is gone, and goes on",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    deepStrictEqual(await played("deaf"), {
      heard: [],
      logged: ["service_manager_unreachable"],
      watchdogUs: 3_000_000,
    });
  },
});

Deno.test("denoServiceManager() is nobody where the environment names none", () => {
  const logged: string[] = [];
  const log = { write: (_level: string, event: string) => void logged.push(event) };
  strictEqual(denoServiceManager(() => undefined, log), NO_SERVICE_MANAGER);
  deepStrictEqual(logged, []);
});

Deno.test("denoServiceManager() says so where it has no directory for a socket of its own", () => {
  const logged: unknown[] = [];
  const variables = new Map([
    ["NOTIFY_SOCKET", "/nowhere/manager"],
    ["WATCHDOG_USEC", "5000"],
    ["WATCHDOG_PID", "1"],
  ]);
  const log = { write: (level: string, event: string) => void logged.push([level, event]) };
  const manager = denoServiceManager((name) => variables.get(name), log);
  manager.tell("READY=1");
  deepStrictEqual(logged, [["warning", "service_manager_unreachable"]]);
  strictEqual(manager.watchdogUs, undefined, "meant for another process");
});
