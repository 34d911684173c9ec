/**
 * `top` on this machine's sockets, clock and terminal, as the command line calls it.
 * @module
 */
import { denoScreen } from "./deno_screen.ts";
import { denoSockets } from "../deno_sockets.ts";
import { denoClock, denoTimers } from "../deno_time.ts";
import type { Terminal, TopOptions } from "./actions.ts";
import { type TopEnd, TopRun } from "./top/run_top.ts";

/** Longest wait for the goodbye to be read. */
const LEAVE_MS = 100;

/** Shows a daemon until the user or the daemon ends it; `version` is this program's. */
export async function showTop(
  options: TopOptions,
  of: { readonly version: string; readonly terminal: Terminal },
): Promise<TopEnd> {
  const clock = denoClock();
  const ended = Promise.withResolvers<TopEnd>();
  const { port, tokenFile, clientId, intervalMs, isOnce, isJson } = options;
  new TopRun({
    ports: {
      clock,
      timers: denoTimers(clock),
      sockets: denoSockets({ write: () => {} }), // it listens nowhere
    },
    screen: denoScreen(of.terminal.environment),
    address: { hostname: "127.0.0.1", port },
    version: of.version,
    clientId,
    readToken: () => readToken(tokenFile),
    intervalUs: intervalMs * 1_000,
    isOnce,
    isJson,
    onEnd: ended.resolve,
  });
  const end = await ended.promise;
  await new Promise((resolve) => setTimeout(resolve, LEAVE_MS));
  return end;
}

function readToken(path: string): string {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`the token file ${path} must be readable: was ${said}`, { cause: error });
  }
}
