/**
 * The error ladder of Binance: its tables, and what an answer comes to.
 *
 * Proves: R-EXEC-4 (each code once, one documented class; what is unknown is ambiguous).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { micros } from "../../../../../core/numbers.ts";
import { ERROR_CODES } from "../../../../../edge/venues/ccxt/binance/errors.ts";
import {
  ERROR_CLASSES,
  type ErrorClass,
  type ErrorOutcome,
  type RequestKind,
} from "../../../../../edge/venues/ccxt/error_classes.ts";
import { limitPauseMs, readAnswer } from "../../../../../edge/venues/ccxt/binance/ladder.ts";
import type { ExchangeProduct } from "../../../../../edge/venues/ccxt/options.ts";
import { sharedData } from "../../../../support/shared_data.ts";

/** 14 seconds of the exchange's minute are over. */
const NOW_MS = 1_700_000_054_000;

type Answered = {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

function read(
  answered: Answered,
  asked: { readonly kind: RequestKind; readonly product?: ExchangeProduct },
): ReturnType<typeof readAnswer> {
  const { status, body: text, headers = {} } = answered;
  const times = { submitUs: micros(1), ackUs: micros(2) };
  const answer = { status, text, headers: new Map(Object.entries(headers)), ...times };
  return readAnswer(answer, { product: asked.product ?? "spot", kind: asked.kind, nowMs: NOW_MS });
}

function outcomeOf(answered: Answered, kind: RequestKind, product?: ExchangeProduct): string {
  const reading = read(answered, product === undefined ? { kind } : { kind, product });
  return reading.kind === "ok" ? "ok" : `${reading.error.outcome} ${reading.error.rejectCode}`;
}

const told = (code: number, msg: string): string => JSON.stringify({ code, msg });

const rows: readonly (readonly [string, Answered, RequestKind, string])[] = [
  [
    "funds are missing",
    {
      status: 400,
      body: told(-2010, "Account has insufficient balance for requested action."),
    },
    "place",
    "refused VENUE_FUNDS",
  ],
  [
    "a post-only order would take",
    { status: 400, body: told(-2010, "Order would immediately match and take.") },
    "place",
    "refused VENUE_POST_ONLY",
  ],
  [
    "the key is there already: it is ours",
    { status: 400, body: told(-2010, "Duplicate order sent.") },
    "place",
    "unknown VENUE_DUPLICATE",
  ],
  [
    "a refusal in words that nobody listed",
    { status: 400, body: told(-2010, "Some new reason.") },
    "place",
    "refused VENUE_REJECTED",
  ],
  [
    "a cancel of what is not there",
    { status: 400, body: told(-2011, "Unknown order sent.") },
    "cancel",
    "refused VENUE_NOT_FOUND",
  ],
  [
    "a look-up of what is not there",
    { status: 400, body: told(-2013, "Order does not exist.") },
    "read",
    "absent VENUE_NOT_FOUND",
  ],
  [
    "a place that cannot have been looked up",
    { status: 400, body: told(-2013, "Order does not exist.") },
    "place",
    "unknown VENUE_NOT_FOUND",
  ],
  [
    "our clock is off",
    { status: 400, body: told(-1021, "Timestamp …") },
    "place",
    "notSent VENUE_REJECTED",
  ],
  [
    "the key is wrong",
    { status: 401, body: told(-2015, "Invalid …") },
    "place",
    "refused VENUE_AUTH",
  ],
  ["no body says why", { status: 401, body: "" }, "cancel", "refused VENUE_AUTH"],
  ["too many requests", { status: 429, body: "" }, "place", "notSent VENUE_RATE_LIMIT"],
  [
    "a ban, whatever the code",
    { status: 418, body: told(-2010, "x") },
    "place",
    "notSent VENUE_RATE_LIMIT",
  ],
  [
    "too many orders",
    { status: 400, body: told(-1015, "Too many new orders.") },
    "place",
    "notSent VENUE_RATE_LIMIT",
  ],
  [
    "the venue sheds load",
    { status: 503, body: told(-1008, "Server is currently overloaded …") },
    "place",
    "notSent VENUE_RATE_LIMIT",
  ],
  [
    "a 503 that means failed",
    { status: 503, body: told(-9999, "Service Unavailable.") },
    "place",
    "notSent VENUE_RATE_LIMIT",
  ],
  [
    "a 503 that may mean done",
    {
      status: 503,
      body: told(-9999, "Unknown error, please check your request or try again later."),
    },
    "place",
    "unknown VENUE_REJECTED",
  ],
  [
    "a timeout of theirs",
    { status: 408, body: told(-1007, "Timeout …") },
    "cancel",
    "unknown VENUE_REJECTED",
  ],
  ["a gateway's page", { status: 502, body: "<html>" }, "place", "unknown VENUE_REJECTED"],
  ["a proxy's refusal", { status: 403, body: "<html>" }, "place", "unknown VENUE_REJECTED"],
  ["a redirect", { status: 307, body: "" }, "place", "unknown VENUE_REJECTED"],
  ["nothing at all", { status: 200, body: "" }, "place", "unknown VENUE_REJECTED"],
  ["half an answer", { status: 200, body: '{"orderId":4' }, "place", "unknown VENUE_REJECTED"],
  [
    "an error with a status of success",
    { status: 200, body: told(-2011, "Unknown order sent.") },
    "cancel",
    "refused VENUE_NOT_FOUND",
  ],
  [
    "a code nobody knows",
    { status: 400, body: told(-987654, "x") },
    "place",
    "unknown VENUE_REJECTED",
  ],
  [
    "a code nobody knows",
    { status: 400, body: told(-987654, "x") },
    "read",
    "failed VENUE_REJECTED",
  ],
  ["an answer", { status: 200, body: '{"orderId":4}' }, "place", "ok"],
  ["a list", { status: 200, body: "[]" }, "read", "ok"],
];
for (const [what, answered, kind, outcome] of rows) {
  Deno.test(`readAnswer() gives ${outcome} for a ${kind} when ${what}`, () => {
    strictEqual(outcomeOf(answered, kind), outcome);
  });
}

Deno.test("readAnswer() cuts what the exchange says between characters", () => {
  const reading = read({ status: 400, body: told(-2010, "x" + "😀".repeat(200)) }, {
    kind: "place",
  });
  strictEqual(
    reading.kind === "error" && reading.error.text,
    `The exchange answered 400: -2010 x${"😀".repeat(76)}`,
  );
});

Deno.test("readAnswer() tells spot's -2021 from that of USD-M", () => {
  const answered = { status: 400, body: told(-2021, "x") };
  strictEqual(outcomeOf(answered, "place", "spot"), "unknown VENUE_REJECTED");
  strictEqual(outcomeOf(answered, "place", "usdm"), "refused VENUE_REJECTED");
});

/** What USD-M says with a ban, for which it has no header. */
const bannedUntil = (untilMs: number): string =>
  told(-1003, `Way too many requests; IP(1.2.3.4) banned until ${untilMs}.`);
const BANNED = bannedUntil(NOW_MS + 300_000);
const PAUSES: readonly (readonly [string, Answered, number])[] = [
  ["a header", { status: 429, body: "", headers: { "retry-after": "3" } }, 3000],
  ["the time of a ban", { status: 418, body: BANNED }, 301_000],
  ["the later of the two", { status: 418, body: BANNED, headers: { "retry-after": "3" } }, 301_000],
  ["the other", { status: 418, body: BANNED, headers: { "retry-after": "302" } }, 302_000],
  ["no more than a limit", { status: 429, body: "" }, 47_000],
  ["a header that is none", { status: 429, body: "", headers: { "retry-after": "soon" } }, 47_000],
  ["no more than a limit's code", { status: 400, body: told(-1003, "Too many requests.") }, 47_000],
  ["no more than a ban", { status: 418, body: "" }, 120_000],
  ["no more than its firewall", { status: 403, body: "<html>" }, 47_000],
  ["a header of its firewall", { status: 403, body: "", headers: { "retry-after": "3" } }, 3000],
  ["a ban that is just over", { status: 418, body: bannedUntil(NOW_MS - 80) }, 1000],
  ["a ban that is over for seconds", { status: 418, body: bannedUntil(NOW_MS - 9000) }, 1000],
  ["a ban that is over for long", { status: 418, body: bannedUntil(NOW_MS - 11_000) }, 120_000],
];
for (const [what, answered, pauseMs] of PAUSES) {
  Deno.test(`readAnswer() takes a pause of ${pauseMs} ms where the venue says ${what}`, () => {
    const reading = read(answered, { kind: "place" });
    strictEqual(reading.kind === "error" ? reading.error.retryAfterMs : undefined, pauseMs);
  });
}

Deno.test("readAnswer() takes a 403 with the exchange's own error for no word of its firewall", () => {
  const reading = read({ status: 403, body: told(-2015, "Invalid API-key.") }, { kind: "place" });
  ok(reading.kind === "error");
  deepStrictEqual([reading.error.class, reading.error.retryAfterMs], ["auth", undefined]);
});

Deno.test("limitPauseMs() passes an end that is named apart from the words by a margin", () => {
  const said = { status: 418, message: "Way too many requests.", retryAfterMs: undefined };
  for (const [leftMs, pauseMs] of [[5000, 6000], [-80, 1000], [-11_000, 120_000]] as const) {
    const retryAtMs = NOW_MS + leftMs;
    strictEqual(limitPauseMs({ ...said, retryAtMs, nowMs: NOW_MS }), pauseMs);
  }
});

Deno.test("readAnswer() takes a count of orders for a pause only where a time or a ban is said", () => {
  const body = told(-1015, "Too many new orders.");
  const rows = [
    [{ status: 429, body }, "orderCount", undefined],
    [{ status: 429, body, headers: { "retry-after": "3" } }, "rate", 3000],
    [{ status: 418, body }, "rate", 120_000],
  ] as const;
  for (const [answered, means, pauseMs] of rows) {
    const reading = read(answered, { kind: "place" });
    ok(reading.kind === "error");
    deepStrictEqual([reading.error.class, reading.error.retryAfterMs], [means, pauseMs]);
  }
});

Deno.test("ERROR_CLASSES never call a place refused that may have been done, nor resend one", () => {
  const safe: Readonly<Record<ErrorClass, ErrorOutcome>> = {
    rejected: "refused",
    funds: "refused",
    postOnly: "refused",
    unfilled: "refused",
    selfMatch: "refused",
    suspended: "refused",
    auth: "refused",
    rate: "notSent",
    orderCount: "notSent",
    overload: "notSent",
    clock: "notSent",
    notFound: "unknown",
    duplicate: "unknown",
    ambiguous: "unknown",
  };
  for (const [name, { outcome }] of Object.entries(ERROR_CLASSES)) {
    strictEqual(outcome.place, safe[name as ErrorClass], name);
    ok(outcome.read === "failed" || outcome.read === "absent", name);
  }
});

/** USD-M: quantitative rules, a position too large, a region, a cooling-off. */
const RESTRICTIONS = [-4087, -4088, -4192, -4400, -4401, -4402];
/** USD-M: said of a leverage, which nobody asks for here. */
const OF_LEVERAGE = [-4202, -4203, -4205, -4206, -4403];

Deno.test("ERROR_CODES of usdm halt no account for what its keys are not the reason of", () => {
  const body = (code: number): Answered => ({ status: 400, body: told(code, "not now") });
  for (const code of RESTRICTIONS) {
    strictEqual(outcomeOf(body(code), "place", "usdm"), "refused VENUE_SUSPENDED", `${code}`);
  }
  for (const code of OF_LEVERAGE) {
    strictEqual(outcomeOf(body(code), "place", "usdm"), "refused VENUE_REJECTED", `${code}`);
  }
});

Deno.test("ERROR_CODES of usdm know the refusals that its page has gained", () => {
  const body = (code: number): Answered => ({ status: 400, body: told(code, "refused") });
  for (const code of [-4109, -4120, -4183, -4184]) {
    strictEqual(outcomeOf(body(code), "place", "usdm"), "refused VENUE_REJECTED", `${code}`);
  }
  for (const code of [-5029, -5043]) {
    strictEqual(outcomeOf(body(code), "replace", "usdm"), "refused VENUE_REJECTED", `${code}`);
  }
});

/** CCXT calls them a lack of permission, which here would halt the account. */
const NOT_OF_KEYS: ReadonlySet<number> = new Set([...RESTRICTIONS, ...OF_LEVERAGE]);

/** CCXT's class of a code, and ours of those that mean it. Others are ours to judge. */
const AGREED: Readonly<Record<string, readonly ErrorClass[]>> = {
  AuthenticationError: ["auth"],
  PermissionDenied: ["auth"],
  AccountSuspended: ["auth"],
  InsufficientFunds: ["funds"],
  RateLimitExceeded: ["rate", "orderCount"],
  DDoSProtection: ["rate"],
  InvalidNonce: ["clock"],
  RequestTimeout: ["ambiguous"],
  OrderNotFound: ["notFound", "rejected"], // -2011 on spot: the message says which
  BadSymbol: ["rejected", "suspended"],
};

/** Codes of CCXT that no route of ours answers: margin, savings, convert, sub-accounts, leverage. */
const ELSEWHERE = (code: number): boolean => code <= -3000 && code > -4000 || code <= -5000;

for (const product of ["spot", "usdm"] as const) {
  const file = `ccxt-static/errors/${product === "spot" ? "binance" : "binanceusdm"}.json`;
  const path = sharedData(file);
  const name = `ERROR_CODES of ${product} agree with CCXT's classes (${file})`;
  Deno.test({
    name,
    ignore: path === undefined,
    fn: () => {
      const { exceptions } = JSON.parse(Deno.readTextFileSync(path ?? ""));
      const own = exceptions[product === "spot" ? "spot" : "linear"].exact;
      const theirs: Record<string, string> = { ...exceptions.exact, ...own };
      const different: string[] = [];
      let compared = 0;
      for (const [text, ccxtClass] of Object.entries(theirs)) {
        const code = Number(text);
        const ours = ERROR_CODES[product].get(code);
        if (ours === undefined || AGREED[ccxtClass] === undefined) continue;
        if (product === "usdm" && NOT_OF_KEYS.has(code)) continue;
        compared++;
        if (!AGREED[ccxtClass].includes(ours)) different.push(`${code} ${ccxtClass} ${ours}`);
      }
      ok(compared > 10);
      deepStrictEqual(different, []);
    },
  });

  Deno.test({
    name: `ERROR_CODES of ${product} know every code of the order routes (${file})`,
    ignore: path === undefined,
    fn: () => {
      const { exceptions } = JSON.parse(Deno.readTextFileSync(path ?? ""));
      const shared = Object.keys(exceptions.exact).map(Number).filter((code) => code > -3000);
      const missing = shared.filter((code) => !ERROR_CODES[product].has(code));
      deepStrictEqual(missing.filter((code) => !ELSEWHERE(code)), []);
    },
  });
}

Deno.test("the page of errors lists every code under its class", () => {
  const url = new URL("../../../../../docs/reference/binance.md", import.meta.url);
  const rows = Deno.readTextFileSync(url).split("\n").filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim())).filter((cells) =>
      cells.length === 10
    );
  const listed = (product: ExchangeProduct): Map<number, string> => {
    const codes = new Map<number, string>();
    for (const cells of rows) {
      for (const code of codesOf(cells[product === "spot" ? 7 : 8] ?? "")) {
        codes.set(code, cells[1]?.replaceAll("`", "") ?? "");
      }
    }
    return codes;
  };
  for (const product of ["spot", "usdm"] as const) {
    const missing = [...ERROR_CODES[product]].filter(([code, means]) =>
      listed(product).get(code) !== means
    );
    deepStrictEqual(missing, [], product);
  }
  strictEqual(rows.length, Object.keys(ERROR_CLASSES).length);
});

/** `-1100 … -1106, -1108` */
function codesOf(cell: string): readonly number[] {
  return [...cell.matchAll(/-(\d+)(?: … -(\d+))?/g)].flatMap(([, first, last]) => {
    const [from, to] = [Number(first), Number(last ?? first)];
    return Array.from({ length: to - from + 1 }, (_, at) => -(from + at));
  });
}
