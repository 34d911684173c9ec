/**
 * A CCXT venue: brings its parts to life in order, and hands commands to whom they concern.
 *
 * 1. Secrets, markets: without markets there is nothing to trade; the venue is `down` with a
 *    sentence, and it is tried again with back-off. Without secrets there is market data only.
 * 2. Market data. 3. The venue's clock, and on USD-M the position mode. 4. The user stream: once it is
 *    on, `reconciling`; when it is lost, `down`, or `reconciling` as long as requests are answered.
 *
 * Requests go over REST and need no stream: commands are sent whenever markets and secrets are known.
 * @module
 */
import type { VenueCommand } from "../../../../core/command.ts";
import { unreachable } from "../../../../core/invariant.ts";
import { EdgeError } from "../../../edge_error.ts";
import { OrderTransport } from "../../../order_transport.ts";
import type { Cancel, Ports } from "../../../ports.ts";
import { type Redact, redactor } from "../../../redaction.ts";
import type { Credentials, ReleasedCommand, VenueAdapter, VenueHost } from "../../../venue.ts";
import { Account } from "./account.ts";
import { AccountBook, FUNDING } from "./account_book.ts";
import { listMarkets, parseMarkets } from "./markets.ts";
import { BinanceRequests } from "./requests.ts";
import type { Listed } from "../shared_account.ts";
import type { StreamNews } from "./stream.ts";
import { type CommandHooks, Commands } from "./commands.ts";
import { DeadMan } from "./dead_man.ts";
import { Endings } from "./endings.ts";
import { ccxtFetch } from "../fetch.ts";
import { type CcxtExchange, isOfLibrary } from "../library.ts";
import { cancelOurs } from "./last_cancels.ts";
import { Lookups } from "./lookups.ts";
import { MarketStream } from "./market_stream.ts";
import type { CcxtOptions } from "../options.ts";
import { PayloadError } from "../payload.ts";
import { askMode, HEDGE_MODE } from "./position_mode.ts";
import { NewsDesk } from "./order_news.ts";
import { Reconciliations } from "./reconciliation.ts";
import { Reconnect } from "../reconnect.ts";
import { Reporter } from "../reporter.ts";
import { reasonOf, Rest } from "./rest.ts";
import { ServerClock } from "../server_clock.ts";
import { meterOf } from "./server_time.ts";
import { UserStream } from "./user_stream.ts";
import { WithoutStream } from "./without_stream.ts";

const BODY_BYTES_MAX = 32 << 20; // all futures markets in one answer are some 3 MB
const SECRETS_AGAIN_US = 30_000_000;
const MARKETS_AGAIN_US = 900_000_000;
/** How far the time of an income may be from that of the news of it. */
const INCOME_AROUND_MS = 60_000;
/** The news may come before the venue lists it: so often is it asked for, each time later. */
const INCOME_TRIES_MAX = 5;
const INCOME_AGAIN_US = 2_000_000;
/** An account that cannot be traded is looked at again. */
const MODE_AGAIN_US = 30_000_000;

/** What trades, once markets and secrets are known. */
type Desk = {
  readonly account: Account;
  readonly commands: Commands;
  readonly lookups: Lookups;
  readonly reconciliations: Reconciliations;
  readonly news: NewsDesk;
  readonly book: AccountBook;
  readonly withoutStream: WithoutStream;
};

/** One venue over CCXT. */
export class CcxtVenue implements VenueAdapter {
  readonly #host: VenueHost;
  readonly #ports: Ports;
  readonly #options: CcxtOptions;
  readonly #exchange: CcxtExchange;
  readonly #rest: Rest;
  readonly #requests: BinanceRequests;
  readonly #reporter: Reporter;
  readonly #clock: ServerClock;
  readonly #loading: Reconnect;
  #redact: Redact = redactor([]);
  #desk: Desk | undefined;
  #hasSecrets = false;
  #knowsSymbols = true;
  #market: MarketStream | undefined;
  #users: UserStream | undefined;
  #deadMan: DeadMan | undefined;
  #isStopped = false;
  #cancelModeAgain: Cancel = () => {};

  constructor(
    host: VenueHost,
    ports: Ports,
    of: { readonly options: CcxtOptions; readonly exchange: CcxtExchange },
  ) {
    const { options, exchange } = of;
    this.#host = host;
    this.#ports = ports;
    this.#options = options;
    this.#exchange = exchange;
    this.#clock = new ServerClock(host.nowUs);
    this.#requests = new BinanceRequests(options.product);
    this.#reporter = new Reporter(host, ports.timers);
    const transport = new OrderTransport({
      ...{ http: ports.http, timers: ports.timers, nowUs: host.nowUs },
      redact: (text) => this.#redact(text),
      isCutOff: () => host.isCutOff(),
      deadlineUs: options.requestTimeoutMs * 1000,
      bodyBytesMax: BODY_BYTES_MAX,
    });
    this.#rest = new Rest({
      ...{ signer: exchange, transport, timers: ports.timers, nowUs: host.nowUs },
      product: options.product,
      clockIsOff: () => {
        if (this.#desk !== undefined) this.#clock.measure(meterOf(this.#desk.account), () => {});
      },
    });
    this.#loading = new Reconnect(ports, () => this.#loadMarkets());
    exchange.nonce = () => this.#clock.nonce();
    exchange.fetchImplementation = ccxtFetch(transport);
    exchange.FetchError = EdgeError;
    exchange.log = (...parts) =>
      host.log("debug", "library_said", { text: this.#redact(parts.map(String).join(" ")) });
  }

  start(): void {
    this.#readSecrets();
    this.#loading.start();
  }

  prepare(command: VenueCommand): void {
    if (this.#hasSecrets) this.#desk?.commands.prepare(command);
  }

  send(released: ReleasedCommand): void {
    const { command, journalUs } = released;
    const desk = this.#desk;
    if (desk === undefined) return this.#notReady(command, "the markets are not known yet");
    if (!this.#hasSecrets) return this.#notReady(command, "there are no keys");
    switch (command.kind) {
      case "Submit":
        return desk.commands.submit({ command, journalUs });
      case "Cancel":
        return desk.commands.cancel({ command, journalUs });
      case "Replace":
        return desk.commands.replace({ command, journalUs });
      case "Lookup":
        return desk.lookups.lookup(command);
      case "Reconcile":
        if (!desk.withoutStream.hold(command)) desk.reconciliations.start(command);
        return;
      default:
        return unreachable(command);
    }
  }

  cancelAll(): void {
    if (this.#desk !== undefined && this.#hasSecrets) cancelOurs(this.#desk.account);
  }

  stop(): void {
    this.#isStopped = true;
    this.#loading.stop();
    this.#market?.stop();
    this.#users?.stop();
    this.#desk?.withoutStream.stop();
    this.#deadMan?.stop();
    this.#clock.stop();
    this.#cancelModeAgain();
  }

  isLeftBehind(cause: unknown): boolean {
    return isOfLibrary(cause);
  }

  /** Without keys it is `down`, says why, and looks again: they may be put in while it runs. */
  #readSecrets(): void {
    const read = this.#host.credentials();
    if (read.ok) return this.#useSecrets(read.values);
    this.#host.status("down", read.reason);
    this.#ports.timers.after(SECRETS_AGAIN_US, () => {
      if (!this.#isStopped) this.#readSecrets();
    });
  }

  #useSecrets(secrets: Credentials): void {
    const [apiKey = "", secret = ""] = ["api_key", "secret"]
      .map((name) => secrets.get(name)?.reveal());
    this.#redact = redactor([apiKey, secret]);
    Object.assign(this.#exchange, { apiKey, secret });
    this.#hasSecrets = true;
    if (this.#desk !== undefined) this.#openAccount(this.#desk);
  }

  #loadMarkets(): void {
    this.#rest.call(this.#requests.markets(this.#symbols()), (result) => {
      if (this.#isStopped) return;
      if (result.kind !== "ok") {
        // One that does not exist, or not any more, refuses them all.
        if (result.kind === "error" && result.error.class === "rejected") {
          this.#knowsSymbols = false;
        }
        return this.#notLoaded(reasonOf(result));
      }
      try {
        const { instruments } = this.#host;
        const { product } = this.#options;
        this.#list(listMarkets(instruments, parseMarkets(result.body, { product, instruments })));
      } catch (error) {
        if (!(error instanceof PayloadError)) throw error;
        this.#notLoaded(error.message);
      }
    });
  }

  /** Asking for what is configured is megabytes less than asking for everything. */
  #symbols(): readonly string[] {
    if (!this.#knowsSymbols) return [];
    if (this.#desk !== undefined) return this.#desk.account.listed.map(({ symbol }) => symbol);
    return this.#host.instruments.map(({ base, quote }) => base + quote);
  }

  #notLoaded(reason: string): void {
    if (this.#desk === undefined) {
      this.#host.status("down", `Cannot load the markets of the exchange: ${reason}`);
      return this.#loading.ended();
    }
    this.#host.log("warning", "markets_not_read", { reason });
    this.#again();
  }

  #list(
    listing: { readonly listed: readonly Listed[]; readonly problems: readonly string[] },
  ): void {
    const [problem] = listing.problems;
    if (problem !== undefined && this.#desk === undefined) {
      this.#host.status("down", listing.problems.join("; "));
      return this.#loading.ended(SECRETS_AGAIN_US);
    }
    for (const { instrument } of listing.listed) this.#host.list(instrument);
    for (const words of listing.problems) {
      this.#host.log("alarm", "market_changed", { reason: words });
    }
    if (this.#desk === undefined) this.#open(listing.listed);
    this.#again();
  }

  /** Grids and statuses change while the daemon runs. */
  #again(): void {
    this.#ports.timers.after(MARKETS_AGAIN_US, () => {
      if (!this.#isStopped) this.#loadMarkets();
    });
  }

  #open(listed: readonly Listed[]): void {
    const { timers } = this.#ports;
    const account = new Account({
      ...{ host: this.#host, timers, rest: this.#rest, requests: this.#requests },
      ...{ reporter: this.#reporter, listed },
    });
    const desk = deskOf(account, {
      propagationMs: this.#options.propagationMs,
      skewUs: () => this.#clock.skewUs,
      placing: (symbol) => this.#deadMan?.cover(symbol),
      resting: (symbol) => this.#deadMan?.cover(symbol),
      leaving: (key, request) => this.#users?.leaving(key, request),
      acknowledged: (key, request) => this.#users?.acknowledged(key, request),
      refused: (key, request) => this.#users?.refused(key, request),
      inHedgeMode: () => this.#inHedgeMode(),
    });
    this.#desk = desk;
    this.#market = new MarketStream({
      ...{ account, exchange: this.#exchange, ports: this.#ports },
      book: this.#options.book,
      bookLevels: this.#options.bookLevels,
    });
    this.#market.start();
    this.#clock.measure(meterOf(account), () => {
      if (this.#hasSecrets && !this.#isStopped) this.#openAccount(desk);
    });
  }

  #openAccount(desk: Desk): void {
    const { account, news, book, withoutStream } = desk;
    if (this.#users !== undefined) return;
    const users = new UserStream({ account, exchange: this.#exchange, ports: this.#ports }, {
      connected: () => this.#connected(desk),
      lost: (reason) => withoutStream.lost(reason),
      news: (told) => this.#take(told, { news, book }),
    });
    this.#users = users;
    users.start();
    const { deadManMs } = this.#host;
    if (deadManMs === null || this.#options.product === "spot") return;
    this.#deadMan = new DeadMan(account, deadManMs);
    this.#deadMan.start();
  }

  #connected(desk: Desk): void {
    desk.withoutStream.connected();
    askMode(desk.account, (isOneWay) => {
      // It may be lost while the mode is read: then the next connection says so.
      if (this.#users?.isConnected !== true || this.#isStopped) return;
      if (isOneWay) this.#host.status("reconciling", "connected");
      else this.#inHedgeMode();
      desk.withoutStream.letGo();
    });
  }

  #inHedgeMode(): void {
    this.#host.status("down", HEDGE_MODE);
    this.#cancelModeAgain();
    this.#cancelModeAgain = this.#ports.timers.after(MODE_AGAIN_US, () => {
      const isThere = this.#users?.isConnected === true && !this.#isStopped;
      if (isThere && this.#desk !== undefined) this.#connected(this.#desk);
    });
  }

  #take(
    told: Extract<StreamNews, { readonly kind: "order" | "account" | "cash" }>,
    to: Pick<Desk, "news" | "book">,
  ): void {
    switch (told.kind) {
      case "order":
        return to.news.take(told.order);
      case "cash": {
        const { asset: currency, amount, timeMs } = told;
        const kind = amount.startsWith("-") ? "withdrawal" : "deposit";
        const key = `cash ${currency} ${timeMs} ${amount}`;
        return to.book.postCash({ kind, currency, amount, timeMs, key });
      }
      case "account":
        return this.#readIncome(told, to);
    }
  }

  /** Says what the amounts are that the stream has only hinted at. */
  #readIncome(
    hint: { readonly timeMs: number; readonly why: string },
    to: Pick<Desk, "book">,
    tries = 1,
  ): void {
    const { timeMs, why } = hint;
    const span = { fromMs: timeMs - INCOME_AROUND_MS, toMs: timeMs + INCOME_AROUND_MS };
    const again = (reason: string): void => {
      if (tries >= INCOME_TRIES_MAX) {
        return this.#host.log("warning", "income_not_read", { why, reason });
      }
      this.#ports.timers.after(INCOME_AGAIN_US << tries, () => {
        if (!this.#isStopped) this.#readIncome(hint, to, tries + 1);
      });
    };
    to.book.postIncome(span, {
      failed: again,
      done: (income) => {
        const isMissing = why === FUNDING && !income.some((row) => row.incomeType === FUNDING);
        if (isMissing) again("the exchange does not list it yet");
      },
    });
  }

  #notReady(command: VenueCommand, text: string): void {
    const { request } = command;
    const said = { instrument: null, timeMs: null };
    if (command.kind === "Reconcile") {
      return this.#reporter.say("ReconcileFailed", { request, text }, said);
    }
    const { order } = command;
    this.#reporter.say("RequestFailed", { request, order, outcome: "notSent", text }, said);
  }
}

/** What the parts of a desk need of the rest. */
type DeskNeeds = CommandHooks & {
  readonly propagationMs: number;
  readonly skewUs: () => number;
  readonly inHedgeMode: () => void;
  /** An order of ours was found resting on this symbol. */
  readonly resting: (symbol: string) => void;
};

function deskOf(account: Account, needs: DeskNeeds): Desk {
  const { propagationMs, skewUs, inHedgeMode, resting } = needs;
  const endings = new Endings(account);
  const commands = new Commands(account, { endings, hooks: needs });
  const book = new AccountBook(account);
  return {
    account,
    commands,
    lookups: new Lookups(account, { endings, propagationMs, resting }),
    reconciliations: new Reconciliations(account, {
      ...{ book, skewUs, propagationMs, inHedgeMode, resting },
    }),
    news: new NewsDesk(account, { endings, stampsOf: (key) => commands.stampsOf(key) }),
    book,
    withoutStream: new WithoutStream(account),
  };
}
