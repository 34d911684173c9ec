/**
 * The simulated venue: its market is published by a client of the suite, so that it stands still
 * and trades only when a case wants it.
 *
 * It lives on the daemon's own timeline: there is no wire between them on which anything could be
 * lost, and it goes down and comes back with the daemon.
 * @module
 */
import { RemoteClient } from "../../support/remote_client.ts";
import { DRY_CASE } from "../cases/clients.ts";
import type { DaemonAddress, Driver, OpenVenue, Terms, VenueOrder, Verbs } from "../driver.ts";

const TERMS: Terms = {
  venue: "paper",
  instrument: "paper:BTC/USDT",
  base: "BTC",
  quote: "USDT",
  buyResting: "95",
  sellResting: "105",
  inside: "100",
  buyCrossing: "103",
  sellCrossing: "97",
  qty: "4",
  part: "1",
  rest: "3",
  tooMuch: "10000000",
};

const CONFIG = `
mode: paper
wire: { intents_per_second: 100000, burst: 100000, heartbeat_ms: 1000, cancel_grace_ms: 300 }
exchanges: [{ name: paper, self_match: allow }]
clients: [{ name: ${DRY_CASE}-0, dry_run: true }]
venues:
  - name: paper
    exchange: paper
    feed: { kind: client }
    balances: [{ currency: USDT, total: "1000000" }, { currency: BTC, total: "1000" }]
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.0001" }
        limits: { price_collar_ppm: null, max_order_qty: null, max_order_notional: null }
`;

/** Much at the best prices, nobody where orders rest, and levels behind them: what rests is shown. */
const MARKET = {
  bids: [["99", "100000"], ["90", "1"]],
  asks: [["101", "100000"], ["110", "1"]],
};

class PaperVenue implements OpenVenue {
  readonly config = CONFIG;
  readonly main = "main.ts";
  readonly terms = TERMS;
  readonly faults = new Set<never>();
  readonly isOutside = false;
  readonly hasDryClient = true;
  readonly pacingBurst = null;
  readonly absenceMs = 0;
  #publisher: { readonly address: DaemonAddress; readonly client: RemoteClient } | undefined;

  readonly verbs: Partial<Verbs> = {
    fill: async (order, { qty, count = 1 }) => {
      const part = String(Number(qty) / count);
      const trades = Array.from({ length: count }, () => this.#trade(order, part));
      await this.#publish("delta", { bids: [], asks: [], trades });
    },
  };

  lacks(): string {
    return "the simulated venue lives on the daemon's own timeline: nothing can be lost between them";
  }

  async calm(address: DaemonAddress): Promise<void> {
    if (this.#publisher?.address.port !== address.port) {
      this.#publisher?.client.close();
      const { port, token } = address;
      const client = await RemoteClient.connect({ port, token, clientId: "publisher" });
      this.#publisher = { address, client };
    }
    await this.#publish("snapshot", MARKET);
  }

  close(): Promise<void> {
    this.#publisher?.client.close();
    return Promise.resolve();
  }

  /** Somebody takes what rests at the order's price. */
  #trade({ side, price }: VenueOrder, qty: string): Readonly<Record<string, string>> {
    return { price, qty, side: side === "Buy" ? "Sell" : "Buy" };
  }

  /** Publishes, and waits until it was taken: queries are answered in order. */
  async #publish(kind: string, payload: Readonly<Record<string, unknown>>): Promise<void> {
    const client = this.#publisher?.client;
    if (client === undefined) throw new Error("Cannot publish: a daemon must run");
    const { instrument } = TERMS;
    await client.send({ type: "PUBLISH", instrument, kind, payload, ts_us: Date.now() * 1000 });
    await client.query("best", { instrument, side: "Buy" });
  }
}

/** The simulated venue. */
export const PAPER_DRIVER: Driver = {
  name: "paper",
  open: () => Promise.resolve(new PaperVenue()),
};
