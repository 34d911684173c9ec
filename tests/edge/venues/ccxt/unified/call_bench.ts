/**
 * Calls of a library's methods without a network: every request ends here, and time is virtual.
 * @module
 */
import { micros } from "../../../../../core/numbers.ts";
import { OrderTransport } from "../../../../../edge/order_transport.ts";
import type {
  EndRequest,
  Http,
  HttpHandlers,
  HttpRequest,
  PreparedRequest,
} from "../../../../../edge/ports.ts";
import { redactor } from "../../../../../edge/redaction.ts";
import { Calls } from "../../../../../edge/venues/ccxt/unified/calls.ts";
import { setClocks } from "../../../../../edge/venues/ccxt/unified/clocks.ts";
import { type Evidence, seek } from "../../../../../edge/venues/ccxt/unified/evidence.ts";
import type { UnifiedExchange } from "../../../../../edge/venues/ccxt/unified/exchange.ts";
import { PREFIX, SPOT } from "../../../../support/ccxt_rig.ts";
import { VirtualTime } from "../../../../support/virtual_time.ts";

/** The one market. */
export const LISTED = { symbol: "BTC/USDT", instrument: SPOT };

/** What the exchange says to a request; `silence`: nothing, ever. */
export type Reply =
  | {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string;
  }
  | "refused"
  | "lost"
  | "silence";

const TURNS_MAX = 5000;
/** Of one request. */
export const DEADLINE_US = 1_000_000;

/** One exchange object, its calls, and the far end of its requests. */
export class CallBench implements Http {
  readonly time = new VirtualTime();
  readonly requests: HttpRequest[] = [];
  readonly exchange: UnifiedExchange;
  readonly calls: Calls;
  /** How often the clock was said to be wrong. */
  clocksOff = 0;
  readonly #reply: (request: HttpRequest) => Reply;

  constructor(exchange: object, reply: (request: HttpRequest) => Reply) {
    if (!("options" in exchange)) Object.assign(exchange, { options: {} });
    this.exchange = exchange as UnifiedExchange;
    this.#reply = reply;
    const shared = {
      timers: this.time,
      nowUs: () => micros(this.time.wallUs()),
      redact: redactor(["s3cret-of-mine"]),
      deadlineUs: DEADLINE_US,
    };
    const transport = new OrderTransport({
      ...shared,
      http: this,
      isCutOff: () => false,
      bodyBytesMax: 1 << 20,
    });
    const clockIsOff = (): void => {
      this.clocksOff += 1;
    };
    this.calls = new Calls({ ...shared, exchange: this.exchange, transport, clockIsOff });
  }

  /** Requests that are more than a question, method and address. */
  get changes(): readonly string[] {
    return this.requests.filter(({ method }) => method !== "GET")
      .map(({ method, url }) => `${method} ${url}`);
  }

  prepare(request: HttpRequest): PreparedRequest {
    return { send: (handlers) => this.#send(request, handlers) };
  }

  /** Waits for what a call says, with no more time than is due, and then to its deadline. */
  async result<Of>(start: (done: (value: Of) => void) => void): Promise<Of> {
    const found: Of[] = [];
    start((value) => found.push(value));
    await this.until(() => found.length > 0);
    const [value] = found;
    if (value === undefined) throw new Error("Cannot wait longer: the call says nothing");
    return value;
  }

  /** Lets what is under way go on; time goes only where nothing else does. */
  async until(isSo: () => boolean): Promise<void> {
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      await this.settle();
      if (isSo()) return;
      if (!this.time.step()) throw new Error("Cannot wait longer: nothing is due");
    }
    throw new Error("Cannot wait longer: too much happens");
  }

  /** Lets what is under way go on, without time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      this.time.runDue();
    }
  }

  #send(request: HttpRequest, handlers: HttpHandlers): EndRequest {
    this.requests.push(request);
    const reply = this.#reply(request);
    let isEnded = false;
    this.time.soon(() => {
      if (isEnded || reply === "silence") return;
      if (typeof reply === "string") {
        return handlers.failed({ reason: "it broke", neverConnected: reply === "refused" });
      }
      handlers.responded(reply.status, new Map(Object.entries(reply.headers ?? {})));
      handlers.data(new TextEncoder().encode(reply.body));
      handlers.ended();
    });
    return () => {
      isEnded = true;
      return { neverConnected: false };
    };
  }
}

/** What is seen of an exchange, and what left meanwhile. */
export async function seen(
  exchange: UnifiedExchange,
  reply: (request: HttpRequest) => Reply,
): Promise<{ readonly evidence: Evidence; readonly bench: CallBench }> {
  const bench = new CallBench(exchange, reply);
  setClocks(exchange, () => Math.floor(bench.time.wallUs() / 1000));
  const evidence = await bench.result<Evidence>((done) =>
    seek({ calls: bench.calls, exchange, listed: LISTED, prefix: PREFIX }, done)
  );
  return { evidence, bench };
}
