/**
 * Examines an account at Binance: the venue's clock, then what the key may do.
 *
 * One question decides the scope of the key: `GET /sapi/v1/account/apiRestrictions`, which the live
 * exchange alone answers; the test worlds have no such thing.
 * Sources: the venue's documentation (Wallet, "Get API Key Permission"); CCXT 4.5.84, group `sapi`.
 * @module
 */
import { micros } from "../../../../core/numbers.ts";
import { OrderTransport } from "../../../order_transport.ts";
import { redactor } from "../../../redaction.ts";
import type { Examination, ExaminerOptions, KeyScope, Reach } from "../../examination.ts";
import { ccxtFetch } from "../fetch.ts";
import type { CcxtExchange } from "../library.ts";
import type { CcxtOptions, ExchangeProduct } from "../options.ts";
import { Fields, PayloadError } from "../payload.ts";
import { BinanceRequests, type Call } from "./requests.ts";
import { type CallResult, reasonOf, Rest } from "./rest.ts";

const BODY_BYTES_MAX = 1 << 20;
/** The one with the shortest way counts. */
const SAMPLES = 3;

const RESTRICTIONS: Call = {
  kind: "read",
  api: "sapi",
  path: "account/apiRestrictions",
  method: "GET",
  params: {},
};

type Sample = { readonly tripMs: number; readonly skewMs: number };

/** Examines, and says once what was found. */
export function examineBinance(
  of: ExaminerOptions & { readonly read: CcxtOptions; readonly exchange: CcxtExchange },
  done: (found: Examination) => void,
): void {
  new Examining(of, done).start();
}

class Examining {
  readonly #of: Parameters<typeof examineBinance>[0];
  readonly #done: (found: Examination) => void;
  readonly #rest: Rest;
  #samples: readonly Sample[] = [];

  constructor(
    of: Parameters<typeof examineBinance>[0],
    done: (found: Examination) => void,
  ) {
    this.#of = of;
    this.#done = done;
    const { ports, read, exchange, credentials } = of;
    const [apiKey = "", secret = ""] = ["api_key", "secret"]
      .map((name) => credentials?.get(name)?.reveal());
    const nowUs = () => micros(ports.clock.wallUs());
    const transport = new OrderTransport({
      ...{ http: ports.http, timers: ports.timers, nowUs },
      redact: redactor([apiKey, secret]),
      isCutOff: () => false, // nobody answers for what is only read
      deadlineUs: read.requestTimeoutMs * 1000,
      bodyBytesMax: BODY_BYTES_MAX,
    });
    Object.assign(exchange, { apiKey, secret });
    exchange.fetchImplementation = ccxtFetch(transport);
    exchange.nonce = () => Math.floor(nowUs() / 1000) + (this.#best()?.skewMs ?? 0);
    this.#rest = new Rest({
      ...{ signer: exchange, transport, timers: ports.timers, nowUs },
      product: read.product,
    });
  }

  start(): void {
    this.#rest.call(new BinanceRequests(this.#of.read.product).time(), (result) => {
      if (result.kind !== "ok") return this.#notReached(reasonOf(result));
      const sample = sampleOf(result);
      if (sample instanceof PayloadError) return this.#notReached(sample.message);
      this.#samples = [...this.#samples, sample];
      if (this.#samples.length < SAMPLES) return this.start();
      this.#askKey();
    });
  }

  #notReached(reason: string): void {
    const key = { kind: "unknown", reason: "the venue was not reached" } as const;
    this.#done({ reach: { kind: "unreachable", reason }, key });
  }

  #askKey(): void {
    const { credentials, read } = this.#of;
    if (credentials === null) return this.#say({ kind: "absent", reason: "there are no keys" });
    if (read.environment !== "live") {
      const reason = `the exchange's ${read.environment} does not say what a key may do`;
      return this.#say({ kind: "unknown", reason });
    }
    this.#rest.call(RESTRICTIONS, (result) => this.#say(scopeOf(result, read.product)));
  }

  #say(key: KeyScope): void {
    const best = this.#best();
    const reach: Reach = {
      kind: "reached",
      tripMs: best?.tripMs ?? 0,
      skewMs: best?.skewMs ?? null,
    };
    this.#done({ reach, key });
  }

  #best(): Sample | undefined {
    return this.#samples.toSorted((left, right) => left.tripMs - right.tripMs)[0];
  }
}

function sampleOf(
  { body, stamps }: Extract<CallResult, { readonly kind: "ok" }>,
): Sample | PayloadError {
  const { submitUs, ackUs } = stamps;
  try {
    const venueMs = Fields.of(body, "").integer("serverTime");
    const skewMs = Math.round(venueMs - (submitUs + ackUs) / 2000);
    return { tripMs: Math.round((ackUs - submitUs) / 1000), skewMs };
  } catch (error) {
    if (error instanceof PayloadError) return error;
    throw error;
  }
}

function scopeOf(result: CallResult, product: ExchangeProduct): KeyScope {
  if (result.kind === "ok") return parseScope(result.body, product);
  const isRefused = result.kind === "error" && result.error.rejectCode === "VENUE_AUTH";
  return { kind: isRefused ? "refused" : "unknown", reason: reasonOf(result) };
}

/** A permission that is not listed is none. */
function parseScope(body: unknown, product: ExchangeProduct): KeyScope {
  try {
    const fields = Fields.of(body, "");
    const may = (name: string): boolean => fields.has(name) && fields.flag(name);
    const ends = "tradingAuthorityExpirationTime";
    return {
      kind: "known",
      mayTrade: may(product === "spot" ? "enableSpotAndMarginTrading" : "enableFutures"),
      mayWithdraw: fields.flag("enableWithdrawals"),
      mayTransfer: may("enableInternalTransfer") || may("permitsUniversalTransfer"),
      isBoundToAddresses: fields.flag("ipRestrict"),
      endsMs: fields.has(ends) ? fields.integer(ends) : null,
    };
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    return { kind: "unknown", reason: error.message };
  }
}
