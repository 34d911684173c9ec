/**
 * Where the daemon listens: on loopback, with the wire and with the metrics, and nowhere else.
 *
 * Proves R-OPS-1. The kernel's list of sockets is the witness.
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { DaemonProcess } from "../support/daemon_process.ts";
import { testWith } from "../support/needs.ts";
import { paperWithMetrics } from "../support/paper_yaml.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

/** State of a listening socket in /proc/net/tcp. Source: proc_net_tcp(5). */
const LISTEN = "0A";
/** 127.0.0.1 and ::1 in host order, as the kernel writes them. */
const LOOPBACK = new Set(["0100007F", "00000000000000000000000001000000"]);

type Listening = { readonly address: string; readonly port: number };

/** Sockets on which a process listens. */
function listeningOf(pid: number): readonly Listening[] {
  const own = new Set<string>();
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fd`)) {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${name}`))?.[1];
    if (inode !== undefined) own.add(inode);
  }
  return ["tcp", "tcp6"].flatMap((table) =>
    Deno.readTextFileSync(`/proc/${pid}/net/${table}`).trim().split("\n").slice(1)
  ).flatMap((row) => {
    const [, local = "", , state, , , , , , inode = ""] = row.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    return state === LISTEN && own.has(inode) ? [{ address, port: parseInt(port, 16) }] : [];
  });
}

/** A descriptor may be gone by now. */
function linkOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function linux(): string | undefined {
  return Deno.build.os === "linux" ? undefined : "needs Linux";
}

testWith(
  [linux],
  "the daemon listens on loopback, and on the ports that it names only",
  async () => {
    using directory = new TemporaryDirectory();
    const config = directory.write("metrics.yaml", paperWithMetrics(0));
    await using daemon = await DaemonProcess.start({ stateDir: directory.state, config });
    const { port, metrics_port: metricsPort } = daemon.listening;
    const found = listeningOf(daemon.pid);
    const ports = new Set(found.map((one) => one.port));
    deepStrictEqual(ports, new Set([port, metricsPort]));
    ok(found.every(({ address }) => LOOPBACK.has(address)), JSON.stringify(found));
  },
);
