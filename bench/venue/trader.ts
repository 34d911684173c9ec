/**
 * A daemon on fake venues with one client: places and cancels orders and says when it wrote them.
 *
 * Times are microseconds of the machine's clock, as the fakes stamp what arrives.
 * @module
 */
import { DaemonProcess } from "../../tests/support/daemon_process.ts";
import { RemoteClient, type Report } from "../../tests/support/remote_client.ts";
import type { VenueProcess } from "../../tests/venues/control.ts";

/** An order at the venue. */
export type Placed = {
  readonly intentId: string;
  readonly clOrdId: string;
  /** When the client wrote the intent. */
  readonly atUs: number;
  /** What its report says of the hops between, as far as they were reached. */
  readonly stamps: Stamps;
};

/** Times of an order's way, as the daemon stamped them. */
export type Stamps = {
  readonly recv_us: number;
  readonly journal_us: number;
  readonly submit_us: number;
  readonly ack_us: number;
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
    },
  ): Promise<Trader> {
    Deno.mkdirSync(of.directory);
    const config = `${of.directory}/config.yaml`;
    Deno.writeTextFileSync(`${of.directory}/api_key`, "test-api-key", { mode: 0o600 });
    Deno.writeTextFileSync(`${of.directory}/secret`, "test-secret", { mode: 0o600 });
    const venues = [
      venueYaml("main", of.venue, of.pacing ?? UNPACED),
      ...of.others.map((venue, at) => venueYaml(`books${at}`, venue, UNPACED)),
    ];
    Deno.writeTextFileSync(config, HEAD + venues.join(""));
    const daemon = await DaemonProcess.start({ stateDir: `${of.directory}/state`, config });
    const { port, token_file: tokenFile } = daemon.listening;
    const token = Deno.readTextFileSync(tokenFile).trim();
    const client = await RemoteClient.connect({ port, token, clientId: "bench" });
    await client.message(() => allUp(client), "all venues up");
    return new Trader(daemon, client);
  }

  /** Places one order, waits until it rests, cancels it. */
  async placeAndCancel(pauseMs: number): Promise<Placed> {
    const placed = await this.#place();
    await this.cancel(placed);
    await this.#client.report((report) =>
      report["exec_type"] === "Cancelled" &&
      report["order_id"] === orderOf(placed), "a cancel");
    this.#client.reports.length = 0;
    if (pauseMs > 0) await new Promise((wake) => setTimeout(wake, pauseMs));
    return placed;
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

  /** Waits long enough for the pacing to be full again. */
  settle(): Promise<void> {
    return new Promise((wake) => setTimeout(wake, 300));
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
    return { intentId, clOrdId, atUs, stamps: stampsOf(report) };
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

function stampsOf(report: Report): Stamps {
  const at = (name: keyof Stamps): number => Number(report[name]);
  return {
    recv_us: at("recv_us"),
    journal_us: at("journal_us"),
    submit_us: at("submit_us"),
    ack_us: at("ack_us"),
  };
}

function orderOf({ clOrdId }: Placed): string | undefined {
  return clOrdId.split("-")[1];
}

function allUp(client: RemoteClient): boolean {
  const venues = client.heartbeats.at(-1)?.["venues"] as Record<string, string> | undefined;
  return venues !== undefined && Object.values(venues).every((status) => status === "up");
}

const HEAD = `mode: live
wire: { intents_per_second: 100000, burst: 100000, heartbeat_ms: 200 }
log: { level: alarm }
exchanges: [{ name: binance, self_match: allow }]
venues:
`;

function venueYaml(name: string, venue: VenueProcess, pacing: Pacing): string {
  return `  - name: ${name}
    exchange: binance
    adapter: ccxt
    options:
      exchange: binance
      endpoints: { rest: "http://127.0.0.1:${venue.port}", stream: "ws://127.0.0.1:${venue.port}" }
    credentials: { api_key: { file: api_key }, secret: { file: secret } }
    pacing: { per_second: ${pacing.perSecond}, burst: ${pacing.burst} }
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.00001" }
        limits: { price_collar_ppm: null }
`;
}
