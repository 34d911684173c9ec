/**
 * The user data stream of Binance USD-M: sockets opened with a listen key. A socket with a key that is not alive hears
 * nothing. An execution comes as TRADE_LITE, ACCOUNT_UPDATE and ORDER_TRADE_UPDATE, in this order.
 * @module
 */
import type { VenueClock } from "../clock.ts";
import type { Exchange } from "../exchange.ts";
import type { HttpLine, HttpRequest } from "../http_line.ts";
import type { VenueOrder, VenueTrade } from "../order.ts";
import type { MessageKind, Streams, Subscriber } from "../streams.ts";
import { printUnits, type Units } from "../units.ts";
import { FrameSocket } from "../web_socket.ts";
import { entryPriceOf, orderTradeUpdate, tradeLite } from "./payloads.ts";
import { MARGIN_ASSET, type UsdmWallet } from "./wallet.ts";

const KEY_LIFE_MS = 3_600_000;

/** A socket that gave this key. */
export type KeyHolder = Subscriber & { readonly listenKey: string };

/** Why an account changed. */
export type AccountReason = "ORDER" | "FUNDING_FEE" | "DEPOSIT" | "WITHDRAW" | "ADJUSTMENT";

/** Tells sockets what happens to the account. */
export class UsdmUserStream {
  readonly streams: Streams<KeyHolder>;
  readonly #exchange: Exchange;
  readonly #wallet: UsdmWallet;
  readonly #clock: VenueClock;
  #listenKey: string | undefined;
  #keyCount = 0;
  #renewedAt = 0;

  constructor(of: {
    readonly exchange: Exchange;
    readonly wallet: UsdmWallet;
    readonly clock: VenueClock;
    readonly streams: Streams<KeyHolder>;
  }) {
    this.#exchange = of.exchange;
    this.#wallet = of.wallet;
    this.#clock = of.clock;
    this.streams = of.streams;
    of.exchange.listen({
      print: () => {},
      order: (order, change, trade) => {
        const { rules } = this.#exchange.market(order.symbol);
        if (trade) this.#tellTrade(order, trade);
        const report = orderTradeUpdate(order, { change, trade, now: this.#clock.now(), rules });
        this.#tell(report, "report");
      },
    });
  }

  get hasKey(): boolean {
    return this.#listenKey !== undefined && this.#clock.now() < this.#renewedAt + KEY_LIFE_MS;
  }

  /** Renews the key, or makes one. */
  openKey(): string {
    if (!this.hasKey) this.#listenKey = `listenKey${++this.#keyCount}`;
    this.#renewedAt = this.#clock.now();
    return this.#listenKey ?? "";
  }

  closeKey(): void {
    this.#listenKey = undefined;
  }

  /** The key's life ends: the sockets are told, and then nothing more. */
  expireKey(): void {
    const listenKey = this.#listenKey ?? "";
    this.#tell({ e: "listenKeyExpired", E: this.#clock.now(), listenKey });
    this.closeKey();
  }

  open(line: HttpLine, request: HttpRequest): void {
    const inQuery = new URLSearchParams(request.query).get("listenKey");
    const holder: KeyHolder = {
      socket: new FrameSocket(line, request, {
        text: () => {},
        closed: () => this.streams.subscribers.delete(holder),
      }),
      listenKey: inQuery ?? request.path.slice(request.path.lastIndexOf("/") + 1),
    };
    this.streams.subscribers.add(holder);
  }

  /** Wallet and position as they are now, and by how much the wallet moved apart from trading. */
  tellAccount(of: {
    readonly reason: AccountReason;
    readonly change: Units;
    readonly symbol?: string;
  }): void {
    const now = this.#clock.now();
    const balance = {
      a: MARGIN_ASSET,
      wb: printUnits(this.#wallet.balance),
      cw: printUnits(this.#wallet.balance),
      bc: printUnits(of.change),
    };
    const positions = of.symbol === undefined ? [] : [this.#positionOf(of.symbol)];
    this.#tell({
      e: "ACCOUNT_UPDATE",
      E: now,
      T: now,
      a: { m: of.reason, B: [balance], P: positions },
    });
  }

  #positionOf(symbol: string): Readonly<Record<string, unknown>> {
    const position = this.#wallet.position(symbol);
    const { rules } = this.#exchange.market(symbol);
    return {
      s: symbol,
      pa: printUnits(position.qty, rules.qtyDecimals),
      ep: entryPriceOf(position),
      bep: entryPriceOf(position),
      cr: "0",
      up: printUnits(this.#wallet.unrealised(symbol)),
      mt: "cross",
      iw: "0",
      ps: "BOTH",
      ma: MARGIN_ASSET,
    };
  }

  #tellTrade(order: VenueOrder, trade: VenueTrade): void {
    this.#tell(tradeLite(order, trade, this.#exchange.market(order.symbol).rules));
    this.tellAccount({ reason: "ORDER", change: 0n, symbol: order.symbol });
  }

  #tell(event: Readonly<Record<string, unknown>>, kind: MessageKind = "other"): void {
    if (!this.hasKey) return;
    const text = JSON.stringify(event);
    for (const holder of this.streams.subscribers) {
      if (holder.listenKey === this.#listenKey) this.streams.send(holder, text, kind);
    }
  }
}
