/**
 * Starts a fake venue as a process and tells it what to do. The process ends with `stop`, or with the test's own.
 *
 * ```ts ignore
 * await using venue = await VenueProcess.start("binance_spot", ["--seed", "7", "--speed", "0"]);
 * await venue.tell({ op: "fault", match: "POST /api/v3/order", fault: { kind: "loseResponse", by: "rst" } });
 * ```
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Seen } from "./audit.ts";
import type { AuditReport, ControlReply, VenueControl } from "./control_protocol.ts";

/** The fakes there are. */
export type VenueName = "binance_spot" | "binance_usdm";

const END_MS = 5000;
const FILES: Readonly<Record<VenueName, URL>> = {
  binance_spot: new URL("./binance_spot.ts", import.meta.url),
  binance_usdm: new URL("./binance_usdm.ts", import.meta.url),
};

/** A running fake venue. */
export class VenueProcess implements AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  readonly controlPort: number;
  readonly #child: Deno.ChildProcess;

  constructor(
    child: Deno.ChildProcess,
    at: { readonly port: number; readonly controlPort: number },
  ) {
    this.#child = child;
    this.port = at.port;
    this.controlPort = at.controlPort;
    this.url = `http://127.0.0.1:${at.port}`;
  }

  /** Starts one and waits for its ports. `args`: as `options.ts` says. */
  static async start(name: VenueName, args: readonly string[] = []): Promise<VenueProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-all", fileURLToPath(FILES[name]), ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const line = await firstLine(child.stdout);
    return new VenueProcess(child, JSON.parse(line) as { port: number; controlPort: number });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Tells it something. @throws {Error} If it could not do it. */
  async tell(control: VenueControl): Promise<Extract<ControlReply, { readonly ok: true }>> {
    const response = await fetch(`http://127.0.0.1:${this.controlPort}/`, {
      method: "POST",
      body: JSON.stringify(control),
    });
    const reply = await response.json() as ControlReply;
    if (!reply.ok) throw new Error(`Cannot ${control.op}: ${reply.error}`);
    return reply;
  }

  /** The whole truth. `requestsMax`: list the newest so many requests; long runs list none. */
  async audit({ requestsMax }: { readonly requestsMax?: number } = {}): Promise<AuditReport> {
    const query = requestsMax === undefined ? "" : `?requests=${requestsMax}`;
    const response = await fetch(`http://127.0.0.1:${this.controlPort}/audit${query}`);
    return await response.json() as AuditReport;
  }

  /** Ends it: by the end of its input, or else by force. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), END_MS);
    await this.#child.stdin.close().catch(() => undefined); // it may be gone already
    await this.#child.status;
    clearTimeout(timer);
  }

  /** Ends it by force, in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** What was asked to be placed more than once under one client order id: it must be nothing. */
export function placedTwice({ seen }: AuditReport): readonly Seen[] {
  return seen.filter(({ intention, received }) => intention === "place" && received > 1);
}

/** Reads one line and lets go of the rest. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  if (text === "") throw new Error("Cannot start a fake venue: it must print its ports");
  return text.slice(0, text.indexOf("\n"));
}
