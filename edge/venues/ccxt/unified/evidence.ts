/**
 * What an exchange of CCXT can be seen to do, from the requests that it would send.
 *
 * The library's own word is no evidence: on some exchanges it drops parameters silently. So the requests
 * of a few orders are built and compared, and nothing of them leaves. Where one does not hold key,
 * quantity and price nothing is traded. A time in force, or post-only, that changes nothing is not
 * offered, nor one that the library passes on as it would any word: the exchange ignores what it does not
 * know. The clock stands still meanwhile, so that two requests for the same order are the same (headers
 * are not looked at); where they differ nothing can be told apart, and nothing is traded.
 * Limit: one market is looked at, and taken for all of the exchange's.
 * @module
 */
import { fromQuanta } from "../../../../core/decimal.ts";
import type { Capabilities, TimeInForce } from "../../../../core/instrument.ts";
import type { Calls, CapturedRequest, Method } from "./calls.ts";
import { stopClocks } from "./clocks.ts";
import { claims, type UnifiedExchange } from "./exchange.ts";
import { spelled } from "./keys.ts";
import type { Listed } from "../shared_account.ts";
import { misnamedAs, type ParamName, placing, type PlainOrder } from "./requests.ts";

/** What was seen, or the sentence that says why nothing can be traded. */
export type Evidence =
  | { readonly ok: true; readonly capabilities: Partial<Capabilities> }
  | { readonly ok: false; readonly reason: string };

type Kind = Pick<PlainOrder, "side" | "timeInForce" | "postOnly">;
type Probe = Kind & { readonly misnamed?: ParamName };
const PLAIN: Kind = { side: "Buy", timeInForce: "GTC", postOnly: false };
const IOC: Kind = { ...PLAIN, timeInForce: "IOC" };
const FOK: Kind = { ...PLAIN, timeInForce: "FOK" };
const POST: Kind = { ...PLAIN, postOnly: true };
/** A plain order comes twice: what differs between the two says nothing. */
const ORDERS: readonly Probe[] = [
  ...[PLAIN, PLAIN, { ...PLAIN, side: "Sell" } as const, IOC, FOK, POST],
  { ...PLAIN, misnamed: "clientOrderId" },
  { ...IOC, misnamed: "timeInForce" },
  { ...FOK, misnamed: "timeInForce" },
  { ...POST, misnamed: "postOnly" },
];
const ORDER_ID = "1234567890";
/** No order has it: numbers of orders begin with 1. */
const NO_ORDER = 0;
/** Without them it cannot be known what became of an order. */
const NEEDED = ["createOrder", "cancelOrder", "fetchOrder", "fetchOpenOrders", "fetchMyTrades"];

/** Looks at requests for an order of this market, and says once what it saw. */
export function seek(
  of: {
    readonly calls: Calls;
    readonly exchange: UnifiedExchange;
    readonly listed: Listed;
    readonly prefix: string;
  },
  done: (evidence: Evidence) => void,
): void {
  const { exchange } = of;
  const missing = NEEDED.filter((method) => !claims(exchange, method));
  if (missing.length > 0) return done(no(exchange, `CCXT has no ${missing.join(", ")} for it`));
  askAccount(of, (problem) => {
    if (problem === undefined) seekOrders(of, done);
    else done(no(exchange, `the account: ${problem}`));
  });
}

/** Some have several engines: an order that is placed in one is not there for who asks another. */
function askAccount(
  { calls, exchange }: Parameters<typeof seek>[0],
  done: (problem: string | undefined) => void,
): void {
  if (exchange.loadMigrationStatus === undefined) return done(undefined);
  const isUnified: Method = (there) => there.isUTAEnabled?.() ?? Promise.resolve();
  // A unified account has none.
  const migrated: Method = (there) =>
    isUnified(there).then((is) => is === true ? undefined : there.loadMigrationStatus?.());
  calls.read(migrated, (answer) => done(answer.kind === "ok" ? undefined : answer.error.text));
}

function seekOrders(of: Parameters<typeof seek>[0], done: (evidence: Evidence) => void): void {
  const { calls, exchange, listed: { symbol } } = of;
  const release = stopClocks(exchange);
  const end = (evidence: Evidence): void => {
    release();
    done(evidence);
  };
  const cancel: Method = (there) => there.cancelOrder(ORDER_ID, symbol);
  calls.capture({ key: ORDER_ID, decimals: [] }, cancel, (seen) => {
    if ("reason" in seen) return end(no(exchange, `a cancel: ${seen.reason}`));
    captureAll(of, [], (requests) => end(judged(exchange, requests)));
  });
}

type Seen = { readonly request: CapturedRequest } | { readonly reason: string };

function captureAll(
  of: Parameters<typeof seek>[0],
  found: readonly Seen[],
  done: (found: readonly Seen[]) => void,
): void {
  const next = ORDERS[found.length];
  if (next === undefined) return done(found);
  const { calls, listed, prefix } = of;
  const { misnamed } = next;
  const { figures, method } = placing(plainOrder(listed, next), {
    listed,
    key: spelled(`${prefix}-${NO_ORDER}-1`),
    ...(misnamed === undefined ? {} : { misnamed }),
  });
  calls.capture(figures, method, (seen) => captureAll(of, [...found, seen], done));
}

/** The smallest order at a round price. */
function plainOrder(
  { instrument: { priceRule, qtyRule } }: Listed,
  { side, timeInForce, postOnly }: Probe,
): PlainOrder {
  const [tick] = priceRule.ticks;
  return {
    ...{ side, timeInForce, postOnly },
    quantity: fromQuanta(qtyRule.minQuanta, qtyRule.scale),
    price: fromQuanta((tick?.stepQuanta ?? 1) * 1000, priceRule.scale),
  };
}

function judged(exchange: UnifiedExchange, requests: readonly Seen[]): Evidence {
  const texts = requests.map((seen) => "request" in seen ? seen.request : undefined);
  const [plain, again, sale, ioc, fok, post, ...misnamed] = texts;
  const [first] = requests;
  if (plain === undefined) {
    const reason = first !== undefined && "reason" in first ? first.reason : "nothing is sent";
    return no(exchange, `a new order: ${reason}`);
  }
  if (again !== plain) return no(exchange, "two requests for the same order differ");
  if (sale === undefined || sale === plain) {
    return no(exchange, "a sale is not told from a purchase");
  }
  const [anyKey, anyIoc, anyFok, anyPost] = misnamed;
  if (isPassedOn("clientOrderId", { named: plain, misnamed: anyKey })) {
    return no(exchange, "CCXT does not know orders' keys there: it passes on any word");
  }
  const isSeen = (request: string | undefined): boolean =>
    request !== undefined && request !== plain;
  const timeInForce: TimeInForce[] = ["GTC"];
  if (isSeen(ioc) && !isPassedOn("timeInForce", { named: ioc, misnamed: anyIoc })) {
    timeInForce.push("IOC");
  }
  if (isSeen(fok) && fok !== ioc && !isPassedOn("timeInForce", { named: fok, misnamed: anyFok })) {
    timeInForce.push("FOK");
  }
  const isPostOnly = isSeen(post) && post !== ioc && post !== fok &&
    !isPassedOn("postOnly", { named: post, misnamed: anyPost });
  return { ok: true, capabilities: { timeInForce, postOnly: isPostOnly } };
}

/** Signatures differ with every byte. */
const OPAQUE = /[0-9A-Fa-f]{32,}|[0-9A-Za-z+/]{40,}=*/g;

/** True if the library does with a parameter what it does with a word that it does not know. */
function isPassedOn(
  name: ParamName,
  { named, misnamed }: {
    readonly named: string | undefined;
    readonly misnamed: string | undefined;
  },
): boolean {
  if (named === undefined || misnamed === undefined) return false;
  const plain = (bytes: string): string => bytes.replace(OPAQUE, "");
  return plain(misnamed).replaceAll(misnamedAs(name), name) === plain(named);
}

function no({ id }: UnifiedExchange, reason: string): Evidence {
  return { ok: false, reason: `Cannot trade on ${id} over CCXT: ${reason}` };
}
