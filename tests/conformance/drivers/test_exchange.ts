/**
 * The test exchange inside the suite's own process, told by each case what to do to the daemon.
 * @module
 */
import { type Answer, Exchange, type Request } from "../../venue/exchange.ts";
import { testVenueConfiguration } from "../../venue/capabilities.ts";
import { DRY_CASE } from "../cases/clients.ts";
import type { Driver, FaultName, OpenVenue, RequestKind, Terms, Verbs } from "../driver.ts";

const TERMS: Terms = {
  venue: "x",
  instrument: "x:TST/USD",
  base: "TST",
  quote: "USD",
  buyResting: "95",
  sellResting: "105",
  inside: "100",
  buyCrossing: "103",
  sellCrossing: "97",
  qty: "2000",
  part: "500",
  rest: "1500",
  tooMuch: null,
};
/** What a buy must at least and a sale at most bid to cross. */
const BEST = { Buy: 101, Sell: 99 } as const;
/** More than the adapter's deadline for an answer. */
const LATE_MS = 600;
const ACT_LATE_MS = 1000;

const FAULTS: ReadonlySet<FaultName> = new Set<FaultName>([
  "closeAfterActing",
  "lostBeforeActing",
  "actsLate",
  "actsWhenTold",
  "answersLate",
  "tellsWhenTold",
]);
const KINDS: Readonly<Record<Request["op"], RequestKind | undefined>> = {
  hello: undefined,
  place: "place",
  cancel: "cancel",
  lookup: "lookup",
  cancelAll: undefined,
  account: "reconcile",
};

type Disturbance = Parameters<Verbs["disturb"]>[0];
type ArmedFault = { readonly on: RequestKind; readonly as: FaultName; count: number };

/** A connection of the daemon. */
class Line {
  readonly #connection: Deno.TcpConn;
  readonly #handle: (line: Line, request: Request) => void;
  isReady = false;
  #isOpen = true;
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: Deno.TcpConn, handle: (line: Line, request: Request) => void) {
    this.#connection = connection;
    this.#handle = handle;
  }

  async serve(): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    try {
      for await (const chunk of this.#connection.readable) {
        text += decoder.decode(chunk, { stream: true });
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) if (this.#isOpen) this.#handle(this, JSON.parse(line));
      }
    } catch {
      this.close(); // the daemon was killed
    }
    this.close();
  }

  send(answers: readonly Answer[]): void {
    if (answers.length === 0 || !this.#isOpen) return;
    const bytes = new TextEncoder().encode(answers.map((a) => JSON.stringify(a) + "\n").join(""));
    this.#last = this.#last.then(() => this.#write(bytes)).catch(() => this.close());
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.isReady = false;
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length && this.#isOpen;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }
}

class TestVenue implements OpenVenue {
  readonly main = "tests/venue/main.ts";
  readonly terms = TERMS;
  readonly faults = FAULTS;
  readonly isOutside = true;
  readonly hasDryClient = true;
  readonly pacingBurst = null;
  readonly absenceMs = 1500;
  readonly config: string;
  readonly #exchange = new Exchange(() =>
    Math.round((performance.timeOrigin + performance.now()) * 1000)
  );
  readonly #placed = new Map<string, number>();
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  #lines: Line[] = [];
  #isAway = false;
  /** What waits until it goes on, in order. */
  #waiting: (() => void)[] = [];
  #faults: ArmedFault[] = [];
  #disturbed: Disturbance | undefined;
  #disturbances = 0;
  #held: readonly Answer[] = [];
  #orderRequests = 0;

  constructor() {
    this.#accept(this.#listener);
    this.config = testVenueConfiguration(this.#listener.addr.port)
      .replace("heartbeat_ms: 500", "heartbeat_ms: 1000, cancel_grace_ms: 300")
      .replace("reconcile_ms: 500", "reconcile_ms: 3600000") // none overtakes a report
      .replace("exchanges:", `clients: [{ name: ${DRY_CASE}-0, dry_run: true }]\nexchanges:`);
  }

  readonly verbs: Partial<Verbs> = {
    fill: ({ clOrdId }, { qty, count = 1 }) => {
      const answers: Answer[] = [];
      for (let done = 0; done < count; done++) {
        answers.push(...this.#exchange.fill(clOrdId, Number(qty) / count));
      }
      return Promise.resolve(this.#push(answers));
    },
    fault: ({ on, as, count = 1 }) => {
      this.#faults.push({ on, as, count });
      return Promise.resolve();
    },
    cancelUnasked: ({ clOrdId }) =>
      Promise.resolve(this.#push(this.#exchange.cancel(clOrdId).map(alone))),
    disturb: (disturbance) => {
      this.#disturbed = disturbance;
      this.#disturbances = disturbance.count;
      return Promise.resolve();
    },
    drop: () => Promise.resolve(this.#drop()),
    goOn: () => Promise.resolve(this.#goOn()),
    leave: () => {
      this.#isAway = true;
      return Promise.resolve(this.#drop());
    },
    timesPlaced: (clOrdId) => Promise.resolve(this.#placed.get(clOrdId) ?? 0),
    orderRequests: () => Promise.resolve(this.#orderRequests),
    resting: () =>
      Promise.resolve(
        [...this.#exchange.orders.values()].filter(({ state }) => state === "open")
          .map(({ clientId }) => clientId),
      ),
    position: () => Promise.resolve(String(this.#exchange.position)),
  };

  lacks(): string {
    return "the test exchange speaks JSON lines and cannot be told to do that";
  }

  calm(): Promise<void> {
    return Promise.resolve(this.#goOn());
  }

  close(): Promise<void> {
    this.#listener.close();
    this.#drop();
    return Promise.resolve();
  }

  /** Away, it keeps its port, lest another take it, and ends every connection. */
  async #accept(listener: Deno.TcpListener): Promise<void> {
    try {
      for await (const connection of listener) {
        if (this.#isAway) {
          connection.close();
          continue;
        }
        const line = new Line(connection, (from, request) => this.#handle(from, request));
        this.#lines.push(line);
        line.serve();
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // closed by `close`
    }
  }

  #drop(): void {
    for (const line of this.#lines) line.close();
    this.#lines = [];
  }

  /** Tells what happened unasked; what is held back comes behind it. */
  #push(answers: readonly Answer[]): void {
    const disturbed = answers.length > 0 && this.#disturbances > 0 ? this.#disturbed : undefined;
    if (disturbed !== undefined) this.#disturbances -= 1;
    if (disturbed?.what === "reorder") {
      this.#held = answers;
      return;
    }
    const told = disturbed?.what === "duplicate" ? [...answers, ...answers] : answers;
    const all = [...told, ...this.#held];
    this.#held = [];
    const tell = (): void => {
      for (const line of this.#lines) if (line.isReady) line.send(all);
    };
    if (disturbed?.what === "hold") this.#waiting.push(tell);
    else tell();
  }

  #goOn(): void {
    this.#faults = [];
    this.#disturbed = undefined;
    this.#isAway = false;
    for (const act of this.#waiting.splice(0)) act();
    this.#push([]);
  }

  #handle(line: Line, request: Request): void {
    if (request.op === "hello") line.isReady = true;
    const kind = KINDS[request.op];
    if (kind === undefined) return line.send(this.#act(request));
    if (kind === "place" || kind === "cancel") this.#orderRequests += 1;
    if (request.op === "place") {
      this.#placed.set(request.clientId, (this.#placed.get(request.clientId) ?? 0) + 1);
    }
    const fault = this.#faults.find(({ on, count }) => on === kind && count > 0);
    if (fault === undefined) return line.send(this.#act(request));
    fault.count -= 1;
    this.#goWrong(line, request, fault.as);
  }

  #goWrong(line: Line, request: Request, as: FaultName): void {
    if (as === "answersLate" || as === "tellsWhenTold") {
      const answers = this.#act(request);
      if (as === "answersLate") setTimeout(() => line.send(answers), LATE_MS);
      else this.#waiting.push(() => line.send(answers));
      return;
    }
    if (as === "actsWhenTold") {
      this.#waiting.push(() => line.send(this.#act(request)));
      return;
    }
    if (as === "closeAfterActing") this.#act(request);
    if (as === "actsLate") setTimeout(() => this.#act(request), ACT_LATE_MS);
    line.close();
  }

  /** Acts; an order that is to be filled at once and does not cross is cancelled. */
  #act(request: Request): Answer[] {
    if (request.op !== "place" || request.resting) return this.#exchange.handle(request);
    const { side, price, clientId } = request;
    const isCrossing = side === "Buy" ? price >= BEST.Buy : price <= BEST.Sell;
    if (isCrossing) return this.#exchange.handle(request);
    const placed = this.#exchange.handle({ ...request, resting: true });
    return [...placed, ...this.#exchange.cancel(clientId)];
  }
}

/** What was executed is told by itself, so that an execution that is held back comes late. */
function alone(answer: Answer): Answer {
  return answer.re === "cancelled" ? { ...answer, trades: [] } : answer;
}

/** The test exchange. */
export const TEST_EXCHANGE_DRIVER: Driver = {
  name: "test",
  open: () => Promise.resolve(new TestVenue()),
};
