/**
 * The clients of a soak that do not trade: one that reads slowly, one that publishes a market.
 * @module
 */
import { Client, pause, type Place } from "./client.ts";

/** Asked for at once while it does not read; their reports are more than may wait for it. */
const BURST = 1_000;
/** How long it does not read, and how long it may then take to catch up. */
const BLIND_MS = 2_500;
const CATCH_UP_MS = 2_500;

/** Subscribes to everything, asks for much, and does not read for a while. */
export class SlowConsumer {
  readonly client: Client;
  /** Sessions that the daemon ended since it was too slow. */
  ended = 0;
  readonly #place: Place;
  #asked = 0;

  constructor(place: Place) {
    this.#place = place;
    this.client = new Client(place);
  }

  /** One visit: what it could not be told, it is told when it comes back. */
  async visit(): Promise<void> {
    const session = await this.client.connect();
    const channels = ["book", "trade", "order", "signal"];
    this.client.send({ type: "SUBSCRIBE", id: "all", channels, instruments: "*" });
    session.stopReading(BLIND_MS);
    this.client.send(...Array.from({ length: BURST }, () => this.#nothing()));
    await pause(BLIND_MS + CATCH_UP_MS);
    if (session.isClosed) this.ended += 1;
    this.client.close();
  }

  #nothing(): Readonly<Record<string, unknown>> {
    this.#asked += 1;
    const intent_id = `${this.#place.clientId}-${this.#asked}`;
    const sent_us = Date.now() * 1_000;
    return { type: "QuoteIntent", v: 1, action: "NoOp", intent_id, sent_us };
  }
}

const PUBLISH_MS = 50;
const LEVELS = 10;
const TICKS = 100;

/** Makes a market of its own: a snapshot, then a change of one level twenty times a second. */
export class Publisher {
  readonly client: Client;
  readonly #instrument: string;
  #isStopped = false;
  #step = 0;

  constructor(place: Place, { instrument }: { readonly instrument: string }) {
    this.#instrument = instrument;
    this.client = new Client(place);
  }

  /** Publishes until it is stopped. */
  async run(): Promise<void> {
    const session = await this.client.connect();
    const levels = Array.from({ length: LEVELS }, (_, at) => at);
    this.#publish("snapshot", {
      bids: levels.map((at) => [priceOf(TICKS - 1 - at), "1.0"]),
      asks: levels.map((at) => [priceOf(TICKS + 1 + at), "1.0"]),
    });
    while (!this.#isStopped && !session.isClosed) {
      await pause(PUBLISH_MS);
      this.#step += 1;
      const level = [priceOf(TICKS - 1 - this.#step % LEVELS), `${1 + this.#step % 7}.5`];
      this.#publish("delta", { bids: [level], asks: [] });
    }
    this.client.close();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #publish(kind: "snapshot" | "delta", payload: unknown): void {
    const ts_us = Date.now() * 1_000;
    this.client.send({ type: "PUBLISH", instrument: this.#instrument, kind, payload, ts_us });
  }
}

function priceOf(ticks: number): string {
  return (10 + ticks / 100).toFixed(2);
}
