/**
 * How the runtime is started: the one list of its options and of what each command may reach. The
 * executable's head is generated from it; a test holds the tasks of deno.json equal to it.
 *
 * Least privilege: nothing may start programs or load libraries (never allowed here), nothing asks
 * at a terminal, and only a daemon whose configuration may name venues outside reaches any host.
 * Known limit: files and variables are not narrowed, since the configuration names them (state
 * directory, recordings, secrets) and is read by the program itself. A unit's sandbox narrows them.
 * @module
 */

/**
 * Options of V8, for the whole process: room for young objects, few threads beside the loop's, and a
 * collector that a thread may ask where it cannot see the garbage (`edge/deno_memory.ts`).
 */
const V8_FLAGS = [
  "--min-semi-space-size=16",
  "--initial-heap-size=128",
  "--concurrent-marking-max-worker-num=1",
  "--concurrent-turbofan-max-threads=1",
  "--expose-gc",
] as const;

/** The option that gives V8 its options. */
export const V8_OPTION = `--v8-flags=${V8_FLAGS.join(",")}`;

/** Datagram sockets, for the service manager that asked to be told (`NOTIFY_SOCKET`). */
export const UNSTABLE = ["--unstable-net"] as const;

/** What every command may do beside the network. */
export const PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
] as const;

/** Nothing is fetched, no file beside the program is obeyed, nobody is asked. */
export const SEALED = [
  "--no-prompt",
  "--cached-only",
  "--no-remote",
  "--no-npm",
  "--no-config",
  "--no-lock",
] as const;

/** Which hosts a command may reach. `configured`: any if it is given a configuration. */
export type Reach = "none" | "loopback" | "any" | "configured";

/** Permissions by reach, where it is settled. */
export const NET = {
  loopback: "--allow-net=127.0.0.1,[::1]",
  any: "--allow-net",
} as const;

/** What the commands reach; one that is not listed reaches loopback. */
export const REACH: ReadonlyMap<string, Reach> = new Map<string, Reach>([
  ["run", "configured"],
  ["doctor", "configured"],
  ["check", "none"],
  ["why", "none"],
  ["journal", "none"],
  ["feed", "none"],
  ["version", "none"],
  ["help", "none"],
]);
