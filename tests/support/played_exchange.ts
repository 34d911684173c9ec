/**
 * Binance over REST in virtual time, answered by hand: what a part of the adapter asks, and when.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import { instrumentId, micros, venueId } from "../../core/numbers.ts";
import { OrderTransport } from "../../edge/order_transport.ts";
import type { HttpHandlers, HttpRequest, PreparedRequest } from "../../edge/ports.ts";
import type { DeadManConfirmed, VenueHost } from "../../edge/venue.ts";
import { Account } from "../../edge/venues/ccxt/binance/account.ts";
import { Reporter } from "../../edge/venues/ccxt/reporter.ts";
import { BinanceRequests } from "../../edge/venues/ccxt/binance/requests.ts";
import { Rest } from "../../edge/venues/ccxt/binance/rest.ts";
import type { ExchangeProduct } from "../../edge/venues/ccxt/options.ts";
import { spotInstrument } from "./spot_instrument.ts";
import { VirtualTime } from "./virtual_time.ts";

/** A request as it was signed. */
export type Asked = {
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly atUs: number;
};

/** What is answered; of itself 200 and `{}`. */
export type Played = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

const PREFIX = "tlabcdef01";

/** One account of it. */
export class PlayedExchange {
  readonly time = new VirtualTime();
  readonly asked: Asked[] = [];
  readonly confirmed: DeadManConfirmed[] = [];
  readonly logged: string[] = [];
  readonly reports: Draft[] = [];
  readonly market: Draft[] = [];
  readonly account: Account;
  answer: (asked: Asked) => Played = () => ({});
  /** From the request to the last byte of its answer. */
  tripUs = 2000;
  /** Its clock less ours. */
  aheadMs = 0;
  isDaemonAlive = true;
  /** How often the exchange was said to have found the time of a request wrong. */
  clocksOff = 0;
  #newest: Omit<Asked, "atUs"> = { path: "", params: {} };

  constructor(product: ExchangeProduct, markets = 1) {
    const timers = this.time;
    const nowUs = () => micros(timers.wallUs());
    const http = { prepare: (_: HttpRequest) => this.#prepared() };
    const transport = new OrderTransport({
      ...{ http, timers, nowUs, redact: (text: string) => text, isCutOff: () => false },
      ...{ deadlineUs: 1_000_000, bodyBytesMax: 100_000 },
    });
    const host = {
      clOrdIdPrefix: PREFIX,
      declaration: { id: venueId(0) },
      instruments: [],
      nowUs,
      isDaemonAlive: () => this.isDaemonAlive,
      deadManConfirmed: (confirmed: DeadManConfirmed) => this.confirmed.push(confirmed),
      clockMeasured: () => {},
      offer: (draft: Draft) => this.reports.push(draft) > 0,
      offerMarket: (draft: Draft) => this.market.push(draft) > 0,
      log: (_: string, event: string) => this.logged.push(event),
    } as unknown as VenueHost;
    const instrument = spotInstrument();
    this.account = new Account({
      ...{ host, timers, reporter: new Reporter(host, timers) },
      requests: new BinanceRequests(product),
      rest: new Rest({
        ...{ signer: this, transport, timers, nowUs, product },
        clockIsOff: () => this.clocksOff++,
      }),
      listed: Array.from({ length: markets }, (_, number) => ({
        instrument: { ...instrument, id: instrumentId(number) },
        symbol: `C${number}USDT`,
      })),
    });
  }

  /** An order of ours rests. */
  rests(symbol: string): void {
    const key = `${PREFIX}-${symbol}-1`;
    this.account.orders.note({ key, symbol, side: "Buy", venueOrderId: null });
  }

  /** The exchange's time. */
  nonce(): number {
    return Math.floor(this.time.wallUs() / 1000) + this.aheadMs;
  }

  /** Signs: the newest is what leaves next. */
  sign(path: string, _api: unknown, method: string, params: Readonly<Record<string, unknown>>): {
    url: string;
    method: string;
    body: string;
    headers: Record<string, string>;
  } {
    this.#newest = { path, params };
    return { url: `http://localhost/${path}`, method, body: "", headers: {} };
  }

  #prepared(): PreparedRequest {
    const signed = this.#newest;
    return {
      send: (handlers: HttpHandlers) => {
        const asked = { ...signed, atUs: this.time.monotonicUs() };
        this.asked.push(asked);
        const { status = 200, headers = {}, body = {} } = this.answer(asked);
        const cancel = this.time.after(this.tripUs, () => {
          handlers.responded(status, new Map(Object.entries(headers)));
          handlers.data(new TextEncoder().encode(JSON.stringify(body)));
          handlers.ended();
        });
        return () => {
          cancel();
          return { neverConnected: false };
        };
      },
    };
  }
}
