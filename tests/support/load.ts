/**
 * Clients that trade as fast as they are answered, and the check that nothing they were told is
 * ever taken back: what the tests of crashes, faults and stops have in common.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { DaemonProcess } from "./daemon_process.ts";
import { place, type RemoteClient, type Report } from "./remote_client.ts";
import { pause, until } from "./temporary.ts";

/** An intent as it was sent. */
export type Sent = Readonly<Record<string, unknown>> & { readonly intent_id: string };

/** A client that trades as fast as it is answered, until its connection ends. */
export class Load {
  readonly id: string;
  readonly sent: Sent[] = [];
  readonly #client: RemoteClient;
  constructor(id: string, client: RemoteClient) {
    this.id = id;
    this.#client = client;
  }

  get reports(): readonly Report[] {
    return this.#client.reports;
  }

  get lastMessage(): Readonly<Record<string, unknown>> | undefined {
    return this.#client.messages.at(-1);
  }

  async run(): Promise<void> {
    for (let at = 1; !this.#client.isClosed; at++) {
      const order = { instrument: "paper:BTC/USDT", order_qty: "0.001", price: "58000.00" };
      const intent = place(`${this.id}-${at}`, order) as Sent;
      this.sent.push(intent);
      await this.#client.send(intent).catch(() => this.#client.close());
      await pause(1);
    }
  }

  close(): void {
    this.#client.close();
  }
}

async function connect(
  daemon: DaemonProcess,
  clientId: string,
  hello: Readonly<Record<string, unknown>> = {},
): Promise<RemoteClient> {
  return await daemon.connect(clientId, { cancel_on_disconnect: false, ...hello });
}

/** Starts clients; `running` ends when the last connection has. */
export async function startLoads(
  daemon: DaemonProcess,
  count: number,
): Promise<{ readonly loads: readonly Load[]; readonly running: Promise<unknown> }> {
  const names = Array.from({ length: count }, (_, at) => `load-${at}`);
  const loads = await Promise.all(
    names.map(async (name) => new Load(name, await connect(daemon, name))),
  );
  return { loads, running: Promise.all(loads.map((load) => load.run())) };
}

/** Asserts: what a client was told is there word for word; what it was not told it sends again. */
export async function isUnbroken(daemon: DaemonProcess, load: Load): Promise<void> {
  const client = await connect(daemon, load.id, { resume_from: 0 });
  const replayed = Number(client.ack?.["report_seq"]);
  await until(() => client.reports.length >= replayed, `${replayed} reports of ${load.id}`);
  const told = load.reports.map((report) => JSON.stringify(report));
  const kept = client.reports.slice(0, told.length).map((report) => JSON.stringify(report));
  deepStrictEqual(kept, told);
  deepStrictEqual(
    client.reports.map(({ report_seq }) => report_seq),
    client.reports.map((_, at) => at + 1),
  );
  await resend(client, load);
  client.close();
}

async function resend(client: RemoteClient, { id, sent }: Load): Promise<void> {
  const answered = (): Set<unknown> => new Set(client.reports.map((report) => report["intent_id"]));
  const unanswered = sent.filter(({ intent_id }) => !answered().has(intent_id));
  for (const intent of unanswered) await client.send(intent);
  await until(() => answered().size === sent.length, `answers to all of ${id}`);
  const placed = client.reports.filter((report) => report["exec_type"] === "PendingNew");
  strictEqual(placed.length, new Set(placed.map((report) => report["intent_id"])).size);
  strictEqual(placed.length, new Set(placed.map((report) => report["order_id"])).size);
}
