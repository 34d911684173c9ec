/**
 * A process that plays both sides: a service manager's socket, and whoever tells it something. Prints
 * what came and what was logged, as one JSON object. Arguments: a directory, and `deaf` to take the
 * socket away before anything is told.
 * @module
 */
import { denoServiceManager } from "../../../edge/deno_service_manager.ts";

const [directory = "", mode = ""] = Deno.args;
const address = `${directory}/manager.sock`;
const variables: Readonly<Record<string, string>> = {
  NOTIFY_SOCKET: address,
  RUNTIME_DIRECTORY: directory,
  WATCHDOG_USEC: "3000000",
  WATCHDOG_PID: String(Deno.pid),
};
const listener = Deno.listenDatagram({ transport: "unixpacket", path: address });
if (mode === "deaf") Deno.removeSync(address);
const logged: string[] = [];
const log = { write: (_level: string, event: string) => void logged.push(event) };
const manager = denoServiceManager((name) => variables[name], log);
const states = ["READY=1\nSTATUS=paper", "WATCHDOG=1", "STOPPING=1"];
for (const state of states) manager.tell(state);
await manager.flush();
const heard: string[] = [];
while (mode !== "deaf" && heard.length < states.length) {
  const [bytes] = await listener.receive();
  heard.push(new TextDecoder().decode(bytes));
}
Deno.stdout.writeSync(
  new TextEncoder().encode(JSON.stringify({ heard, logged, watchdogUs: manager.watchdogUs })),
);
Deno.exit(0);
