/**
 * An exchange that is not tested here, traded on by CCXT's unified methods.
 *
 * 1. Secrets, markets: without markets there is nothing to trade; the venue is `down` with a sentence,
 *    and it is tried again with back-off. Without secrets there are books only.
 * 2. Books. 3. What its requests can be seen to say; where they do not name an order, nothing trades.
 * 4. The venue's clock, rounds, bells: after the first round `reconciling`; after `FAILURES_MAX` rounds
 *    that failed in a row `down`, until one succeeds.
 * @module
 */
import type { VenueCommand } from "../../../../core/command.ts";
import type { Capabilities } from "../../../../core/instrument.ts";
import { unreachable } from "../../../../core/invariant.ts";
import { OrderTransport } from "../../../order_transport.ts";
import type { Ports } from "../../../ports.ts";
import { type Redact, redactor } from "../../../redaction.ts";
import type { Credentials, ReleasedCommand, VenueAdapter, VenueHost } from "../../../venue.ts";
import { isOfLibrary } from "../library.ts";
import { Reconnect } from "../reconnect.ts";
import { Reporter } from "../reporter.ts";
import { type Meter, ServerClock } from "../server_clock.ts";
import { Books } from "./books.ts";
import { setClocks } from "./clocks.ts";
import { Calls } from "./calls.ts";
import { type Desk, deskOf } from "./desk.ts";
import { seek } from "./evidence.ts";
import { AGAIN, claims, type Exchanges, type UnifiedExchange } from "./exchange.ts";
import { giveKeys, missingKeys } from "./keyring.ts";
import { cancelOurs } from "./last_cancels.ts";
import { keepMarkets, listMarkets } from "./markets.ts";
import type { Listed, Listings } from "../shared_account.ts";
import type { UnifiedOptions } from "./options.ts";
import { Reads } from "./reads.ts";

const BODY_BYTES_MAX = 64 << 20; // all markets of an exchange in one answer
const CONFIGURED_AGAIN_US = 30_000_000;
const MARKETS_AGAIN_US = 900_000_000;
const EVIDENCE_AGAIN_US = 60_000_000;
const FAILURES_MAX = 3;
const NOT_AMENDABLE = {
  outcome: "notSent",
  text: "the exchange is not known to amend orders",
} as const;

/** One venue over CCXT's unified methods. */
export class UnifiedVenue implements VenueAdapter {
  readonly #host: VenueHost;
  readonly #ports: Ports;
  readonly #options: UnifiedOptions;
  readonly #exchange: UnifiedExchange;
  readonly #exchanges: Exchanges;
  readonly #calls: Calls;
  readonly #marketCalls: Calls;
  readonly #reads: Reads;
  readonly #reporter: Reporter;
  readonly #loading: Reconnect;
  readonly #clock: ServerClock;
  #redact: Redact = redactor([]);
  #hasSecrets = false;
  /** undefined: not seen yet. */
  #capabilities: Partial<Capabilities> | undefined;
  #listed: readonly Listed[] = [];
  #books: Books | undefined;
  #desk: Desk | undefined;
  #isSeeking = false;
  /** Rounds that failed in a row, by symbol. */
  readonly #failures = new Map<string, number>();
  #isConnected = false;
  #isStopped = false;

  constructor(
    host: VenueHost,
    ports: Ports,
    of: {
      readonly options: UnifiedOptions;
      readonly exchanges: Exchanges;
    },
  ) {
    this.#host = host;
    this.#ports = ports;
    this.#options = of.options;
    const { account, books, markets } = of.exchanges;
    this.#exchanges = of.exchanges;
    this.#exchange = account;
    this.#reporter = new Reporter(host, ports.timers);
    this.#clock = new ServerClock(host.nowUs);
    const { nowUs } = host;
    const { timers, http } = ports;
    const redact: Redact = (text) => this.#redact(text);
    const deadlineUs = of.options.requestTimeoutMs * 1000;
    const transport = new OrderTransport({
      ...{ http, timers, nowUs, redact, deadlineUs },
      isCutOff: () => host.isCutOff(),
      bodyBytesMax: BODY_BYTES_MAX,
    });
    const common = { transport, timers, nowUs, redact, deadlineUs };
    const clockIsOff = (): void => this.#measureClock(() => {});
    this.#calls = new Calls({ ...common, exchange: account, clockIsOff });
    this.#marketCalls = new Calls({ ...common, exchange: markets });
    void new Calls({ ...common, exchange: books }); // its requests leave the same way
    this.#reads = new Reads({
      ...{ calls: this.#calls, timers, nowUs },
      gapMs: account.rateLimit,
    });
    this.#loading = new Reconnect(ports, () => this.#loadMarkets());
    for (const exchange of [account, books, markets]) this.#adopt(exchange);
  }

  start(): void {
    this.#readSecrets();
    this.#loading.start();
  }

  send(released: ReleasedCommand): void {
    const { command, journalUs } = released;
    const desk = this.#desk;
    if (desk === undefined) return this.#notReady(command);
    switch (command.kind) {
      case "Submit":
        return desk.commands.submit({ command, journalUs });
      case "Cancel":
        return desk.commands.cancel(command);
      case "Replace":
        return desk.account.failed(command, NOT_AMENDABLE);
      case "Lookup":
        return desk.lookups.lookup(command);
      case "Reconcile":
        return desk.reconciliations.start(command);
      default:
        return unreachable(command);
    }
  }

  cancelAll(): void {
    if (this.#desk !== undefined) cancelOurs(this.#desk);
  }

  stop(): void {
    this.#isStopped = true;
    this.#loading.stop();
    this.#clock.stop();
    this.#reads.stop();
    this.#books?.stop();
    this.#desk?.rounds.stop();
    this.#desk?.bell.stop();
    // Its sockets end with it; what it says of that is of no use any more.
    for (const exchange of Object.values(this.#exchanges)) exchange.close().catch(() => {});
  }

  isLeftBehind(cause: unknown): boolean {
    return isOfLibrary(cause);
  }

  /** Has an exchange object go by the venue's clock, and speak to our log. */
  #adopt(exchange: UnifiedExchange): void {
    setClocks(exchange, () => this.#clock.nonce());
    exchange.log = (...parts) =>
      this.#host.log("debug", "library_said", { text: this.#redact(parts.map(String).join(" ")) });
  }

  /** Without keys it is `down`, says why, and looks again: they may be put in while it runs. */
  #readSecrets(): void {
    const read = this.#host.credentials();
    if (read.ok) return this.#useSecrets(read.values);
    this.#host.status("down", read.reason);
    this.#later(CONFIGURED_AGAIN_US, () => this.#readSecrets());
  }

  #useSecrets(secrets: Credentials): void {
    this.#redact = redactor([...secrets.values()].map((secret) => secret.reveal()));
    const missing = missingKeys(this.#exchange, this.#options);
    if (missing !== undefined) return this.#host.status("down", missing); // until it is started anew
    giveKeys(this.#exchange, secrets);
    this.#hasSecrets = true;
    this.#seek();
  }

  #loadMarkets(): void {
    this.#marketCalls.read((exchange) => exchange.loadMarkets(AGAIN), (answer) => {
      if (this.#isStopped) return;
      if (answer.kind === "error") return this.#notLoaded(answer.error.text);
      const { account, books, markets } = this.#exchanges;
      const { instruments } = this.#host;
      const listing = listMarkets(markets, instruments, this.#capabilities ?? {});
      keepMarkets(markets, account, instruments.map(({ symbol }) => symbol));
      for (const exchange of [account, books]) exchange.setMarketsFromExchange(markets);
      this.#list(listing);
    });
  }

  #notLoaded(reason: string): void {
    if (this.#listed.length === 0) {
      this.#host.status("down", `Cannot load the markets of the exchange: ${reason}`);
      return this.#loading.ended();
    }
    this.#host.log("warning", "markets_not_read", { reason });
    this.#later(MARKETS_AGAIN_US, () => this.#loadMarkets());
  }

  #list({ listed, problems }: Listings): void {
    const isFirst = this.#listed.length === 0;
    if (problems.length > 0 && isFirst) {
      this.#host.status("down", problems.join("; "));
      return this.#loading.ended(CONFIGURED_AGAIN_US);
    }
    for (const words of problems) this.#host.log("alarm", "market_changed", { reason: words });
    for (const { instrument } of listed) this.#host.list(instrument);
    this.#later(MARKETS_AGAIN_US, () => this.#loadMarkets());
    if (!isFirst) return;
    this.#listed = listed;
    this.#follow();
    this.#seek();
  }

  #follow(): void {
    if (this.#options.book === "none") return;
    this.#books = new Books({
      ...{ exchange: this.#exchanges.books, host: this.#host, timers: this.#ports.timers },
      ...{ listed: this.#listed, levels: this.#options.bookLevels },
    });
    this.#books.start();
  }

  /** Once markets and keys are there: what can be traded with them. */
  #seek(): void {
    const [listed] = this.#listed;
    const isReady = this.#hasSecrets && listed !== undefined && !this.#isStopped;
    if (!isReady || this.#isSeeking || this.#desk !== undefined) return;
    this.#isSeeking = true;
    const { clOrdIdPrefix: prefix } = this.#host;
    seek({ calls: this.#calls, exchange: this.#exchange, listed, prefix }, (evidence) => {
      this.#isSeeking = false;
      if (this.#isStopped) return;
      if (!evidence.ok) {
        this.#host.status("down", evidence.reason);
        return this.#later(EVIDENCE_AGAIN_US, () => this.#seek());
      }
      const { capabilities } = evidence;
      this.#capabilities = capabilities;
      this.#host.log("warning", "exchange_untested", { exchange: this.#exchange.id, capabilities });
      this.#open(capabilities);
    });
  }

  #open(capabilities: Partial<Capabilities>): void {
    const { instruments } = this.#host;
    const { listed } = listMarkets(this.#exchange, instruments, capabilities);
    for (const { instrument } of listed) this.#host.list(instrument);
    const desk = deskOf({
      ...{ host: this.#host, timers: this.#ports.timers, exchange: this.#exchange, listed },
      ...{ calls: this.#calls, reads: this.#reads, reporter: this.#reporter },
      skewUs: () => this.#clock.skewUs,
    }, {
      pollMs: this.#options.pollMs,
      made: (where, failure) => this.#made(where, failure),
    });
    this.#desk = desk;
    this.#measureClock(() => {
      if (this.#isStopped) return;
      desk.rounds.start();
      desk.bell.start();
    });
  }

  /** Where the exchange does not tell the time, ours is used. */
  #measureClock(done: () => void): void {
    if (!claims(this.#exchange, "fetchTime")) return done();
    const meter: Meter = {
      ...{ host: this.#host, timers: this.#ports.timers },
      ask: (told) =>
        this.#reads.ask((exchange) => exchange.fetchTime(), ({ stamps, ...answer }) => {
          const isTold = answer.kind === "ok" && typeof answer.value === "number";
          told(isTold ? { venueMs: Number(answer.value), stamps } : undefined);
        }, { isUrgent: true }),
    };
    this.#clock.measure(meter, done);
  }

  /** One symbol of which nothing is heard is enough: orders would be sent there all the same. */
  #made({ symbol }: Listed, failure: string | undefined): void {
    const failures = failure === undefined ? 0 : (this.#failures.get(symbol) ?? 0) + 1;
    this.#failures.set(symbol, failures);
    if (failure === undefined) {
      if (this.#isConnected || [...this.#failures.values()].some((count) => count > 0)) return;
      this.#isConnected = true;
      return this.#host.status("reconciling", "connected");
    }
    if (failures < FAILURES_MAX && this.#isConnected) return;
    this.#isConnected = false;
    this.#host.status("down", `Cannot read the account on ${symbol}: ${failure}`);
  }

  #later(us: number, task: () => void): void {
    this.#ports.timers.after(us, () => {
      if (!this.#isStopped) task();
    });
  }

  #notReady(command: VenueCommand): void {
    const { request } = command;
    const text = this.#hasSecrets ? "the markets are not known yet" : "there are no keys";
    const said = { instrument: null, timeMs: null };
    if (command.kind === "Reconcile") {
      return this.#reporter.say("ReconcileFailed", { request, text }, said);
    }
    const { order } = command;
    this.#reporter.say("RequestFailed", { request, order, outcome: "notSent", text }, said);
  }
}
