/**
 * Starts the test exchange as a process, and asks it for its ledger.
 * @module
 */
import { fileURLToPath } from "node:url";
import type { ExchangeOrder, Trade } from "./exchange.ts";

/** The exchange's whole ledger. */
export type Audit = {
  readonly re: "audit";
  /** Client order ids that were sent and that the exchange never read. */
  readonly lost: readonly string[];
  readonly duplicates: number;
  readonly position: number;
  readonly cash: number;
  readonly fees: number;
  readonly trades: readonly Trade[];
  readonly orders: readonly Pick<ExchangeOrder, "clientId" | "state" | "filled" | "qty">[];
};

const SERVER = fileURLToPath(new URL("./server.ts", import.meta.url));

/** A running exchange. */
export class ExchangeProcess {
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(seed: number, campaignDirectory: string): Promise<ExchangeProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", SERVER, String(seed), campaignDirectory],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const line = await firstLine(child.stdout);
    return new ExchangeProcess(child, (JSON.parse(line) as { readonly port: number }).port);
  }

  /** Ends its faults and its trading. */
  async calm(): Promise<void> {
    const connection = await this.#say({ op: "calm" });
    connection.close();
  }

  async audit(): Promise<Audit> {
    const connection = await this.#say({ op: "audit" });
    const line = await firstLine(connection.readable);
    return JSON.parse(line) as Audit;
  }

  async stop(): Promise<void> {
    await this.#child.stdin.close();
    await this.#child.status;
  }

  async #say(message: Readonly<Record<string, unknown>>): Promise<Deno.TcpConn> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    await connection.write(new TextEncoder().encode(JSON.stringify(message) + "\n"));
    return connection;
  }
}

/** Reads one line and lets go of the rest. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text.slice(0, text.indexOf("\n"));
}
