/**
 * The private streams of an exchange, as bells: what they say is not read, only of which instrument it
 * is, since the exchange is then asked. An exchange without them is asked by the clock alone.
 * @module
 */
import type { Timers } from "../../../ports.ts";
import type { VenueHost } from "../../../venue.ts";
import { wordsOf } from "./errors.ts";
import { claims, type UnifiedExchange } from "./exchange.ts";
import type { Listed } from "../shared_account.ts";

const METHODS = ["watchOrders", "watchMyTrades"] as const;
type Watch = (typeof METHODS)[number];
const AGAIN_MIN_US = 1_000_000;
const AGAIN_MAX_US = 60_000_000;

/** Listens to one account. */
export class Bell {
  readonly #exchange: UnifiedExchange;
  readonly #host: VenueHost;
  readonly #timers: Timers;
  readonly #listed: readonly Listed[];
  readonly #rings: (listed: Listed) => void;
  #isStopped = false;

  constructor(of: {
    readonly exchange: UnifiedExchange;
    readonly host: VenueHost;
    readonly timers: Timers;
    readonly listed: readonly Listed[];
    readonly rings: (listed: Listed) => void;
  }) {
    this.#exchange = of.exchange;
    this.#host = of.host;
    this.#timers = of.timers;
    this.#listed = of.listed;
    this.#rings = of.rings;
  }

  start(): void {
    for (const method of METHODS) {
      if (!claims(this.#exchange, method)) continue;
      for (const listed of this.#listed) this.#listen(method, listed, AGAIN_MIN_US);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  #listen(method: Watch, listed: Listed, againUs: number): void {
    if (this.#isStopped) return;
    this.#exchange[method](listed.symbol).then(
      () => {
        if (this.#isStopped) return;
        this.#rings(listed);
        this.#listen(method, listed, AGAIN_MIN_US);
      },
      (error: unknown) => this.#lost(method, listed, { againUs, reason: wordsOf(error) }),
    );
  }

  /** Each stream that is made anew may have missed something. */
  #lost(
    method: Watch,
    listed: Listed,
    { againUs, reason }: { readonly againUs: number; readonly reason: string },
  ): void {
    if (this.#isStopped) return;
    if (againUs === AGAIN_MIN_US) {
      this.#host.log("warning", "private_stream_lost", { reason: `${method}: ${reason}` });
    }
    this.#timers.after(againUs, () => {
      this.#rings(listed);
      this.#listen(method, listed, Math.min(againUs * 2, AGAIN_MAX_US));
    });
  }
}
