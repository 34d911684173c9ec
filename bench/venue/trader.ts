/**
 * A daemon on fake venues with one client: places and cancels orders and says when it wrote them.
 *
 * Times are microseconds of the machine's clock, as the fakes stamp what arrives.
 * @module
 */
import { DaemonProcess } from "../../tests/support/daemon_process.ts";
import { RemoteClient } from "../../tests/support/remote_client.ts";
import { daemonCommand } from "../harness.ts";
import type { VenueProcess } from "../../tests/venues/control.ts";

/** An order at the venue. */
export type Placed = {
  readonly intentId: string;
  readonly clOrdId: string;
  /** When the client wrote the intent. */
  readonly atUs: number;
};

type Pacing = { readonly perSecond: number; readonly burst: number };
const UNPACED: Pacing = { perSecond: 100_000, burst: 100_000 };

/** Returns the machine's clock. */
export function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

/** One client of one daemon. */
export class Trader implements AsyncDisposable {
  readonly #daemon: DaemonProcess;
  readonly #client: RemoteClient;
  readonly #prefix: string;
  #intents = 0;

  constructor(daemon: DaemonProcess, client: RemoteClient) {
    this.#daemon = daemon;
    this.#client = client;
    const journal = String(client.ack?.["journal_id"] ?? "");
    this.#prefix = `tl${journal.replace(/[^0-9a-f]/g, "").slice(0, 8)}`;
  }

  /** Starts the daemon and waits until it may trade. `others` only deliver books. */
  static async start(
    of: {
      readonly directory: string;
      readonly venue: VenueProcess;
      readonly others: readonly VenueProcess[];
      readonly pacing?: Pacing;
      /** Where `venue` is reached for requests, if not at its own port. */
      readonly restPort?: number;
    },
  ): Promise<Trader> {
    Deno.mkdirSync(of.directory);
    const config = `${of.directory}/config.yaml`;
    Deno.writeTextFileSync(`${of.directory}/api_key`, "test-api-key", { mode: 0o600 });
    Deno.writeTextFileSync(`${of.directory}/secret`, "test-secret", { mode: 0o600 });
    const venues = [
      venueYaml("main", { venue: of.venue, restPort: of.restPort, pacing: of.pacing }),
      ...of.others.map((venue, at) => venueYaml(`books${at}`, { venue })),
    ];
    Deno.writeTextFileSync(config, HEAD + venues.join(""));
    const daemon = await DaemonProcess.start({
      stateDir: `${of.directory}/state`,
      config,
      command: daemonCommand("main.ts"),
    });
    const { port, token_file: tokenFile } = daemon.listening;
    const token = Deno.readTextFileSync(tokenFile).trim();
    const client = await RemoteClient.connect({ port, token, clientId: "watch" });
    await client.message(() => allUp(client), "all venues up");
    return new Trader(daemon, client);
  }

  get port(): number {
    return this.#daemon.listening.port;
  }

  get tokenFile(): string {
    return this.#daemon.listening.token_file;
  }

  /** Places orders at once; `isAnswered`: waits until they rest. */
  async placeMany(
    count: number,
    { isAnswered }: { readonly isAnswered: boolean } = { isAnswered: true },
  ): Promise<Placed[]> {
    const placed: Placed[] = [];
    for (let done = 0; done < count; done++) placed.push(await this.#place(isAnswered));
    return placed;
  }

  /** Asks for a cancel; returns when it was written. */
  async cancel(order: Placed): Promise<number> {
    const atUs = nowUs();
    await this.#send({ action: "Cancel", orig_intent_id: order.intentId });
    return atUs;
  }

  /** Waits until the pacing has a token again for what may use its reserve. */
  settle(): Promise<void> {
    return new Promise((wake) => setTimeout(wake, 200));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    await this.#daemon.stop();
  }

  async #place(isAnswered = true): Promise<Placed> {
    const atUs = nowUs();
    const intentId = await this.#send({
      action: "Place",
      instrument: "main:BTC/USDT",
      side: "Buy",
      order_qty: "0.001",
      price: "10000",
    });
    const wanted = isAnswered ? "New" : "PendingNew";
    const report = await this.#client.report(
      (one) => one["intent_id"] === intentId && one["exec_type"] === wanted,
      wanted,
    );
    const clOrdId = `${this.#prefix}-${String(report["order_id"])}-1`;
    return { intentId, clOrdId, atUs };
  }

  async #send(fields: Readonly<Record<string, unknown>>): Promise<string> {
    const intentId = `b${this.#intents++}`;
    await this.#client.send({
      type: "QuoteIntent",
      v: 1,
      intent_id: intentId,
      sent_us: nowUs(),
      ...fields,
    });
    return intentId;
  }
}

function allUp(client: RemoteClient): boolean {
  const venues = client.heartbeats.at(-1)?.["venues"] as Record<string, string> | undefined;
  return venues !== undefined && Object.values(venues).every((status) => status === "up");
}

const HEAD = `mode: live
wire: { intents_per_second: 100000, burst: 100000, heartbeat_ms: 1000 }
log: { level: alarm }
exchanges: [{ name: binance, self_match: allow }]
venues:
`;

function venueYaml(
  name: string,
  of: {
    readonly venue: VenueProcess;
    readonly restPort?: number | undefined;
    readonly pacing?: Pacing | undefined;
  },
): string {
  const { port } = of.venue;
  const { perSecond, burst } = of.pacing ?? UNPACED;
  return `  - name: ${name}
    exchange: binance
    adapter: ccxt
    options:
      exchange: binance
      endpoints:
        rest: "http://127.0.0.1:${of.restPort ?? port}"
        stream: "ws://127.0.0.1:${port}"
    credentials: { api_key: { file: api_key }, secret: { file: secret } }
    pacing: { per_second: ${perSecond}, burst: ${burst} }
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.00001" }
        limits: { price_collar_ppm: null }
`;
}
