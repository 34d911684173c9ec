/**
 * A CCXT venue in the test's own process, against a fake exchange: a hand-written host that checks
 * each draft as the daemon does and keeps what was said, and commands as the core would send them.
 * @module
 */
import type {
  CancelRequest,
  LookupOrder,
  OrderCommand,
  ReplaceRequest,
  SubmitOrder,
} from "../../core/command.ts";
import type { Draft, EventType, VenueDeclaration } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import {
  instrumentId,
  micros,
  orderId,
  px,
  qty,
  requestId,
  seqId,
  venueId,
} from "../../core/numbers.ts";
import { denoHttp } from "../../edge/deno_http.ts";
import { denoClock, denoRandomness, denoTimers } from "../../edge/deno_time.ts";
import type { Ports, Timers } from "../../edge/ports.ts";
import { Secret } from "../../edge/secrets.ts";
import type {
  Credentials,
  DeadManConfirmed,
  VenueAdapter,
  VenueHost,
  VenueOptions,
} from "../../edge/venue.ts";
import { CCXT_DESCRIPTION } from "../../edge/venues/ccxt/description.ts";
import { ccxtVenue } from "../../edge/venues/ccxt/mod.ts";
import { marketProblem, reportProblem } from "../../edge/venues/draft_checks.ts";
import { listingProblem } from "../../edge/venues/listing.ts";
import { type VenueName, VenueProcess } from "../venues/control.ts";
import { until } from "./temporary.ts";

/** For tests on a venue: connections of the runtime's pool outlive them, and end with its process. */
export const relaxed = { sanitizeOps: false, sanitizeResources: false } as const;
export const PREFIX = "tlabcdef01";
const UNTIL_MS = 20_000;
const clock = denoClock();
const timers = denoTimers(clock);

/** BTC against USDT, spot: price 0.01, quantity 0.00001. */
export const SPOT: Instrument = {
  id: instrumentId(0),
  venue: venueId(0),
  name: "x:BTC/USDT",
  symbol: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  assetClass: "spot",
  contract: null,
  priceRule: { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
  qtyRule: { scale: 5, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
  minNotional: null,
  sessionEndUs: null,
  status: "open",
  capabilities: null,
};

/** The perpetual of it: price 0.1, quantity 0.001. */
export const PERPETUAL: Instrument = {
  ...SPOT,
  symbol: "BTC/USDT:USDT",
  name: "x:BTC/USDT:USDT",
  assetClass: "linear",
  contract: { kind: "linear", multiplier: "1", settlement: "USDT" },
  priceRule: { scale: 1, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
  qtyRule: { scale: 3, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
};

export type RigOptions = {
  readonly options?: VenueOptions;
  readonly instrument?: Instrument;
  /** More instruments of the venue. */
  readonly also?: readonly Instrument[];
  readonly deadManMs?: number;
  readonly credentials?: Credentials | null;
  /** Timers that run faster, say. */
  readonly timers?: Timers;
};

/** A market that stands still: 49 990 bid, 50 010 asked, 5 each way. */
export async function stillVenue(name: VenueName): Promise<VenueProcess> {
  const venue = await VenueProcess.start(name, ["--speed", "0", "--empty"]);
  await venue.tell({ op: "quote", symbol: "BTCUSDT", side: "BUY", price: "49990", qty: "5" });
  await venue.tell({ op: "quote", symbol: "BTCUSDT", side: "SELL", price: "50010", qty: "5" });
  return venue;
}

/** The user stream says nothing of orders any more. Half-open it would be lost after some seconds. */
export const SILENT = {
  ...{ op: "disturb", stream: "user", what: "delay" } as const,
  ...{ count: 99, ms: 3_600_000 },
};

/** Waits until the venue has been asked so many times; `path`: a part of the request's first line. */
export async function asked(
  venue: VenueProcess,
  of: { readonly path: string; readonly times: number },
): Promise<void> {
  const isAsked = async (): Promise<boolean> => {
    const { requests } = await venue.audit();
    return requests.filter(({ requestLine }) => requestLine.includes(of.path)).length >= of.times;
  };
  await until(isAsked, `${of.path} asked for ${of.times} times`);
}

/** One adapter and everything it said. */
export class CcxtRig implements Disposable {
  readonly reports: Draft[] = [];
  readonly market: Draft[] = [];
  readonly statuses: string[] = [];
  readonly listed: Instrument[] = [];
  readonly logged: string[] = [];
  readonly dry: OrderCommand[] = [];
  /** When the venue confirmed its switch. */
  readonly deadMan: DeadManConfirmed[] = [];
  /** How far the venue's clock was found to be from ours, microseconds. */
  readonly skews: number[] = [];
  /** How far the daemon's clock is ahead of the machine's, microseconds. */
  aheadUs = 0;
  /** Answers of `offer` and `offerMarket`: false, as if the daemon's queues were full. */
  takes = true;
  takesMarket = true;
  isAlive = true;
  credentials: Credentials | null;
  readonly instrument: Instrument;
  readonly #instruments: readonly Instrument[];
  #adapter: VenueAdapter | undefined;
  #requests = 0;

  constructor(options: RigOptions) {
    this.instrument = options.instrument ?? SPOT;
    this.#instruments = [this.instrument, ...options.also ?? []];
    this.credentials = options.credentials === undefined ? KEYS : options.credentials;
  }

  /** Starts an adapter on a venue. */
  static async start(
    venue: Pick<VenueProcess, "port">,
    options: RigOptions = {},
  ): Promise<CcxtRig> {
    const rig = new CcxtRig(options);
    const all = {
      exchange: rig.instrument.assetClass === "spot" ? "binance" : "binanceusdm",
      endpoints: {
        rest: `http://127.0.0.1:${venue.port}`,
        stream: `ws://127.0.0.1:${venue.port}`,
      },
      ...options.options,
    };
    const used = ports(options.timers ?? timers);
    rig.#adapter = await ccxtVenue(rig.#host(all, options.deadManMs ?? null), used, all);
    rig.#adapter.start();
    return rig;
  }

  /** Starts one and waits until it has its streams. */
  static async connected(
    venue: Pick<VenueProcess, "port">,
    options: RigOptions = {},
  ): Promise<CcxtRig> {
    const rig = await CcxtRig.start(venue, options);
    await rig.until(() => rig.statuses.at(-1)?.startsWith("reconciling") === true, "connected");
    return rig;
  }

  /** And reconciles it, as the core does where it does not know the account yet. */
  static async up(
    venue: Pick<VenueProcess, "port">,
    options: RigOptions = {},
  ): Promise<CcxtRig> {
    const rig = await CcxtRig.connected(venue, options);
    await rig.reconcile(null);
    return rig;
  }

  get adapter(): VenueAdapter {
    if (this.#adapter === undefined) throw new Error("Cannot use the rig: start it");
    return this.#adapter;
  }

  /** Returns the payloads of one kind, in order. */
  of<Type extends EventType>(eventType: Type): readonly Draft<Type>["payload"][] {
    return [...this.reports, ...this.market]
      .filter((draft) => draft.eventType === eventType)
      .map(({ payload }) => payload as Draft<Type>["payload"]);
  }

  async until(isSo: () => boolean, what: string): Promise<void> {
    const endMs = performance.now() + UNTIL_MS;
    while (!isSo()) {
      if (performance.now() > endMs) {
        const said = this.reports.slice(-10).map((draft) => JSON.stringify(draft)).join("\n");
        throw new Error(
          `Cannot wait longer: ${what}\n${said}\n${this.statuses.join("\n")}\n${
            this.logged.slice(-10).join("\n")
          }`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Waits for the next report of a kind that comes after `from` of them. */
  async next<Type extends EventType>(eventType: Type, from = 0): Promise<Draft<Type>["payload"]> {
    await this.until(() => this.of(eventType).length > from, `a ${eventType}`);
    const found = this.of(eventType)[from];
    if (found === undefined) throw new Error(`Cannot find a ${eventType}`);
    return found;
  }

  submit(order: number, of: Partial<SubmitOrder> = {}): SubmitOrder {
    const command = this.submission(order, of);
    this.send(command);
    return command;
  }

  submission(order: number, of: Partial<SubmitOrder> = {}): SubmitOrder {
    return {
      ...this.#common(order),
      kind: "Submit",
      side: "Buy",
      ordType: "Limit",
      timeInForce: "GTC",
      expireUs: null,
      price: px(4_990_000),
      orderQty: qty(1000),
      postOnly: false,
      reduceOnly: false,
      params: null,
      ...of,
    };
  }

  cancel(order: number, of: Partial<CancelRequest> = {}): void {
    this.send({ ...this.#common(order), kind: "Cancel", ...of });
  }

  replace(order: number, of: Pick<ReplaceRequest, "orderQty" | "price">): void {
    const newClOrdId = `${PREFIX}-${order}-2`;
    const rest = { newClOrdId, expireUs: null, params: null };
    this.send({ ...this.#common(order), kind: "Replace", side: "Buy", ...rest, ...of });
  }

  lookup(order: number, of: Partial<LookupOrder> = {}): void {
    this.send({ ...this.#common(order), kind: "Lookup", ...of });
  }

  async reconcile(sinceUs: number | null): Promise<Draft<"Reconciled">["payload"]> {
    const before = this.of("Reconciled").length;
    const request = requestId(++this.#requests);
    this.adapter.send({
      journalUs: micros(1),
      command: {
        kind: "Reconcile",
        seqId: seqId(1),
        venue: venueId(0),
        request,
        cause: "asked",
        sinceUs: sinceUs === null ? null : micros(sinceUs),
      },
    });
    return await this.next("Reconciled", before);
  }

  /** Announces a command and releases it, as the daemon does. */
  send(command: OrderCommand): void {
    this.adapter.prepare?.(command);
    this.adapter.send({ command, journalUs: micros(1) });
  }

  /** Stops it. @throws {Error} If a secret was said in any of its words, before anybody cleaned them. */
  [Symbol.dispose](): void {
    this.#adapter?.stop();
    const said = JSON.stringify([this.reports, this.market, this.statuses, this.logged]);
    const found = SECRETS.filter((secret) => said.includes(secret));
    if (found.length > 0) throw new Error(`Cannot be said: ${found.join(", ")}`);
  }

  #common(order: number): Omit<LookupOrder, "kind"> {
    return {
      seqId: seqId(1),
      request: requestId(++this.#requests),
      venue: venueId(0),
      instrument: this.instrument.id,
      order: orderId(order),
      clOrdId: `${PREFIX}-${order}-1`,
      venueOrderId: null,
    };
  }

  #host(options: VenueOptions, deadManMs: number | null): VenueHost {
    const instruments = this.#instruments;
    const scope = { venue: venueId(0), instruments: new Set(instruments.map(({ id }) => id)) };
    const must = (problem: string | undefined): void => {
      if (problem !== undefined) throw new Error(`Cannot take a draft: ${problem}`);
    };
    return {
      declaration: declaration(options),
      instruments,
      clOrdIdPrefix: PREFIX,
      deadManMs,
      nowUs: () => micros(clock.wallUs() + this.aheadUs),
      offer: (draft) => {
        must(reportProblem(draft, scope));
        if (this.takes) this.reports.push(draft);
        return this.takes;
      },
      offerMarket: (draft) => {
        must(marketProblem(draft, scope));
        if (this.takesMarket) this.market.push(draft);
        return this.takesMarket;
      },
      list: (instrument) => {
        must(listingProblem(instrument, instruments));
        this.listed.push(instrument);
      },
      status: (status, reason) => this.statuses.push(`${status}: ${reason}`),
      credentials: () =>
        this.credentials === null
          ? { ok: false, reason: "there are no keys" }
          : { ok: true, values: this.credentials },
      isCutOff: () => false,
      isDaemonAlive: () => this.isAlive,
      clockMeasured: ({ skewUs }) => this.skews.push(skewUs),
      deadManConfirmed: (confirmed) => this.deadMan.push(confirmed),
      answerDry: (command) => this.dry.push(command),
      log: (level, event, fields) =>
        this.logged.push(`${level} ${event} ${JSON.stringify(fields ?? {})}`),
    };
  }
}

/** Declares a test on a still venue with an adapter that is up. */
export type TestOn = (
  name: string,
  run: (venue: VenueProcess, rig: CcxtRig) => void | Promise<void>,
  options?: RigOptions,
) => void;

/** Returns what declares tests on a venue; each may have further options of its adapter. */
export function testsOn(name: VenueName, common: RigOptions = {}): TestOn {
  return (sentence, run, options = {}) =>
    Deno.test(sentence, relaxed, async () => {
      await using venue = await stillVenue(name);
      using rig = await CcxtRig.up(venue, { ...common, ...options });
      await run(venue, rig);
    });
}

const SECRETS = ["test-api-key", "test-secret", "signature=", "listenKey="];
const KEYS: Credentials = new Map([
  ["api_key", new Secret("test-api-key")],
  ["secret", new Secret("test-secret")],
]);

function declaration(options: VenueOptions): VenueDeclaration {
  return {
    id: venueId(0),
    name: "x",
    exchange: "x",
    capabilities: CCXT_DESCRIPTION.capabilities(options),
    simulation: null,
    pacing: null,
  };
}

/** The ports that an adapter uses; the others are not there. */
function ports(timers: Timers): Ports {
  const used = {
    clock,
    timers,
    randomness: denoRandomness(),
    http: denoHttp(),
    log: { write: () => {} },
  };
  return used as unknown as Ports;
}
