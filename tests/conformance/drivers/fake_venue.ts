/**
 * The fake venues of `tests/venues/` as the suite drives them: processes with their own books, which
 * speak the real protocols, and one market that stands still.
 * @module
 */
import type { AuditReport, VenueControl } from "../../venues/control_protocol.ts";
import { type VenueName, VenueProcess } from "../../venues/control.ts";
import type { Driver, FaultName, OpenVenue, RequestKind, Terms, Verb, Verbs } from "../driver.ts";

/** The crowd's quotes, on which nothing rests but what a case places. */
const MARKET = { symbol: "BTCUSDT", bid: "49990", ask: "50010", qty: "500", stir: "0.1" } as const;
const ACT_LATE_MS = 1000;
const DISTURBANCES = { duplicate: "duplicate", reorder: "swap", hold: "delay" } as const;
const WORKING: readonly string[] = ["NEW", "PARTIALLY_FILLED"];

/** What differs between the fake venues. */
export type FakeVenue = {
  /** As `--venue` and the page are called. */
  readonly name: string;
  readonly process: VenueName;
  readonly args: readonly string[];
  readonly terms: Terms;
  /** "METHOD /path" of each kind of request; absent: the venue has none. */
  readonly routes: Readonly<Partial<Record<RequestKind, string>>>;
  readonly isFutures: boolean;
  /** Where its best prices are read. */
  readonly tickerPath: string;
  /** More than the adapter's deadline for an answer. */
  readonly answerLateMs: number;
  readonly absenceMs: number;
  readonly pacingBurst: number;
  /** What the configuration gives the venue's dead man's switch; absent: it has none. */
  readonly deadManMs?: number;
  readonly lacking: Partial<Record<Verb | FaultName, string>>;
  /** A key as the venue is told it, and back; absent: as it is. */
  readonly spelling?: {
    readonly spelled: (key: string) => string;
    readonly keyOf: (word: string) => string | null;
  };
  /** A configuration of the daemon for the venue at `port`, with its secrets in `directory`. */
  readonly config: (port: number, directory: string) => string;
};

/** Returns a driver of a fake venue. */
export function fakeVenueDriver(fake: FakeVenue): Driver {
  return {
    name: fake.name,
    open: async (directory) =>
      new RunningFake(fake, await VenueProcess.start(fake.process, fake.args), directory),
  };
}

class RunningFake implements OpenVenue {
  readonly config: string;
  readonly main = "main.ts";
  readonly terms: Terms;
  readonly faults: ReadonlySet<FaultName>;
  readonly isOutside = true;
  readonly hasDryClient = true;
  readonly pacingBurst: number;
  readonly absenceMs: number;
  readonly verbs: Partial<Verbs>;
  readonly #fake: FakeVenue;
  readonly #process: VenueProcess;

  constructor(fake: FakeVenue, process: VenueProcess, directory: string) {
    this.#fake = fake;
    this.#process = process;
    this.config = fake.config(process.port, directory);
    this.terms = fake.terms;
    this.pacingBurst = fake.pacingBurst;
    this.absenceMs = fake.absenceMs;
    this.faults = new Set(FAULT_NAMES.filter((name) => fake.lacking[name] === undefined));
    this.verbs = this.#offered();
  }

  lacks(what: Verb | FaultName): string {
    return this.#fake.lacking[what] ?? "the fake venue cannot be told to do that";
  }

  async calm(): Promise<void> {
    const { symbol, bid, ask, qty, stir } = MARKET;
    await this.#process.tell({ op: "calm" });
    const best = await this.#best();
    // A book that was right all the time is never empty, but fresh again.
    const isRight = Number(best.bid) === Number(bid) && Number(best.ask) === Number(ask);
    if (!isRight) await this.#process.tell({ op: "clear", symbol });
    const more = isRight ? stir : qty;
    await this.#process.tell({ op: "quote", symbol, side: "BUY", price: bid, qty: more });
    await this.#process.tell({ op: "quote", symbol, side: "SELL", price: ask, qty: more });
  }

  async close(): Promise<void> {
    await this.#process.stop();
  }

  #offered(): Partial<Verbs> {
    const all: Verbs = { ...this.#disturbances(), ...this.#acts(), ...this.#truths() };
    const verbs: Partial<Verbs> = { ...all };
    for (const verb of Object.keys(all) as Verb[]) {
      if (this.#fake.lacking[verb] !== undefined) delete verbs[verb];
    }
    return verbs;
  }

  #disturbances(): Pick<
    Verbs,
    | "fault"
    | "disturb"
    | "goOn"
    | "drop"
    | "halfOpen"
    | "endStream"
    | "leave"
    | "skew"
    | "skipBook"
    | "elapse"
  > {
    return {
      fault: async ({ on, as, count = 1 }) => {
        const match = this.#fake.routes[on];
        if (match === undefined) throw new Error(`Cannot spoil a ${on}: the venue has none`);
        if (as === "tellsWhenTold") {
          await this.#tell({ op: "disturb", stream: "user", what: "delay", count });
        }
        await this.#tell({ op: "fault", match, count, fault: this.#faultOf(as) });
      },
      disturb: ({ what, count }) =>
        this.#tell({ op: "disturb", stream: "user", what: DISTURBANCES[what], count }),
      goOn: () => this.#tell({ op: "calm" }),
      drop: () => this.#tell({ op: "drop", stream: "user", by: "rst" }),
      halfOpen: () => this.#tell({ op: "halfOpen", stream: "user" }),
      endStream: () => this.#tell({ op: "endUserStream" }),
      leave: () => this.#tell({ op: "restart" }),
      skew: (ms) => this.#tell({ op: "skew", ms }),
      skipBook: (count) => this.#tell({ op: "skipDepth", symbol: MARKET.symbol, count }),
      elapse: () => this.#tell({ op: "elapse", ms: this.#fake.deadManMs ?? 0 }),
    };
  }

  #acts(): Pick<Verbs, "fill" | "cancelUnasked" | "byHand" | "bust" | "deposit"> {
    return {
      fill: ({ clOrdId }, { qty, count = 1 }) =>
        this.#tell({ op: "fill", order: this.#spelled(clOrdId), qty, count }),
      cancelUnasked: ({ clOrdId }) => this.#tell({ op: "cancel", order: this.#spelled(clOrdId) }),
      byHand: async ({ side, price, qty }) => {
        const { symbol } = MARKET;
        const control = { op: "foreign", symbol, type: "LIMIT", price, qty } as const;
        const reply = await this.#process.tell({
          ...control,
          side: side === "Buy" ? "BUY" : "SELL",
        });
        return String(reply.orderId);
      },
      bust: async ({ clOrdId }) => {
        const { trades } = await this.#audit();
        const key = this.#spelled(clOrdId);
        const trade = trades.findLast(({ clientOrderId }) => clientOrderId === key);
        if (trade === undefined) throw new Error(`Cannot bust: ${clOrdId} must have traded`);
        await this.#tell({ op: "bust", tradeId: trade.tradeId });
      },
      deposit: ({ currency, amount }) => this.#tell({ op: "deposit", asset: currency, amount }),
    };
  }

  #truths(): Pick<
    Verbs,
    "timesPlaced" | "orderRequests" | "resting" | "position" | "best" | "countdowns"
  > {
    return {
      countdowns: async () => (await this.#audit()).countdowns,
      timesPlaced: async (clOrdId) => {
        const { seen } = await this.#audit();
        const key = this.#spelled(clOrdId);
        return seen.find(({ clientOrderId, intention }) =>
          clientOrderId === key && intention === "place"
        )?.received ?? 0;
      },
      orderRequests: async () =>
        (await this.#audit()).seen.filter(({ intention }) => intention !== "look")
          .reduce((sum, { received }) => sum + received, 0),
      resting: async () =>
        (await this.#audit()).orders.filter(({ state }) => WORKING.includes(state))
          .map(({ clientOrderId }) => this.#fake.spelling?.keyOf(clientOrderId) ?? clientOrderId),
      position: async () => positionOf(await this.#audit(), this.#fake),
      best: () => this.#best(),
    };
  }

  #spelled(key: string): string {
    return this.#fake.spelling?.spelled(key) ?? key;
  }

  async #best(): Promise<{ readonly bid: string; readonly ask: string }> {
    const response = await fetch(`${this.#process.url}${this.#fake.tickerPath}`);
    const ticker = await response.json() as {
      readonly bidPrice: string;
      readonly askPrice: string;
    };
    return { bid: ticker.bidPrice, ask: ticker.askPrice };
  }

  async #tell(control: VenueControl): Promise<void> {
    await this.#process.tell(control);
  }

  #audit(): Promise<AuditReport> {
    return this.#process.audit({ requestsMax: 0 });
  }

  #faultOf(name: FaultName): Extract<VenueControl, { op: "fault" }>["fault"] {
    switch (name) {
      case "closeAfterActing":
        return { kind: "loseResponse", by: "fin" };
      case "resetAfterActing":
        return { kind: "loseResponse", by: "rst" };
      case "lostBeforeActing":
        return { kind: "loseRequest", by: "rst" };
      case "actsLate":
        return { kind: "actLate", ms: ACT_LATE_MS, answer: "timeout" };
      case "actsWhenTold":
        return { kind: "actLate", answer: "then" };
      case "tellsWhenTold":
        return { kind: "delayResponse" };
      case "answersLate":
        return { kind: "delayResponse", ms: this.#fake.answerLateMs };
      case "errorAfterActing":
        return { kind: "status", status: 502, acts: true };
      case "errorWithoutActing":
        return { kind: "status", status: 502, acts: false };
      case "timeoutAfterActing":
        return { kind: "status", status: 504, acts: true };
      case "garbageAfterActing":
        return { kind: "badBody", body: "garbage", acts: true };
      case "emptyAfterActing":
        return { kind: "badBody", body: "emptyObject", acts: true };
      case "stallAfterActing":
        return { kind: "stallBody", acts: true };
      case "unknownCode":
        return { kind: "reject", code: -9876, msg: "A code that nobody knows." };
      case "authentication":
        return {
          kind: "reject",
          status: 401,
          code: -2015,
          msg: "Invalid API-key, IP, or permissions.",
        };
      case "rateLimit":
        return { kind: "rateLimit", status: 429, retryAfterS: 1 };
    }
  }
}

const FAULT_NAMES: readonly FaultName[] = [
  "closeAfterActing",
  "resetAfterActing",
  "lostBeforeActing",
  "actsLate",
  "actsWhenTold",
  "answersLate",
  "tellsWhenTold",
  "errorAfterActing",
  "errorWithoutActing",
  "timeoutAfterActing",
  "garbageAfterActing",
  "emptyAfterActing",
  "stallAfterActing",
  "unknownCode",
  "authentication",
  "rateLimit",
];

function positionOf(audit: AuditReport, { isFutures, terms }: FakeVenue): string {
  if (isFutures) {
    return audit.positions.find(({ symbol }) => symbol === MARKET.symbol)?.qty ?? "0";
  }
  const balance = audit.balances.find(({ asset }) => asset === terms.base);
  return String(Number(balance?.free ?? 0) + Number(balance?.locked ?? 0));
}
