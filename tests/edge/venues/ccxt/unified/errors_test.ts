/**
 * What CCXT's errors mean: every class of its own tree, what each means for a request, and what never
 * is a refusal.
 *
 * Proves: R-EXEC-4, R-EXEC-5.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  ERROR_CLASSES,
  type ErrorClass,
  type ErrorOutcome,
} from "../../../../../edge/venues/ccxt/error_classes.ts";
import { loadCcxt } from "../../../../../edge/venues/ccxt/library.ts";
import {
  ERROR_ROWS,
  errorClassOf,
  wordsOf,
} from "../../../../../edge/venues/ccxt/unified/errors.ts";

type ErrorType = new (message: string) => Error;

/** The whole tree of the library, 4.5.84, with the class of ours. */
const EXPECTED: Readonly<Record<string, ErrorClass>> = {
  BaseError: "ambiguous",
  ExchangeError: "ambiguous",
  AuthenticationError: "auth",
  PermissionDenied: "auth",
  AccountNotEnabled: "auth",
  AccountSuspended: "auth",
  ArgumentsRequired: "rejected",
  BadRequest: "rejected",
  BadSymbol: "rejected",
  OperationRejected: "rejected",
  NoChange: "rejected",
  MarginModeAlreadySet: "rejected",
  MarketClosed: "suspended",
  ManualInteractionNeeded: "auth",
  RestrictedLocation: "auth",
  InsufficientFunds: "funds",
  InvalidAddress: "rejected",
  AddressPending: "rejected",
  InvalidOrder: "rejected",
  OrderNotFound: "notFound",
  OrderNotCached: "rejected",
  OrderImmediatelyFillable: "postOnly",
  OrderNotFillable: "unfilled",
  DuplicateOrderId: "duplicate",
  ContractUnavailable: "suspended",
  NotSupported: "rejected",
  InvalidProxySettings: "ambiguous",
  ExchangeClosedByUser: "ambiguous",
  OperationFailed: "ambiguous",
  NetworkError: "ambiguous",
  DDoSProtection: "rate",
  RateLimitExceeded: "rate",
  ExchangeNotAvailable: "ambiguous",
  OnMaintenance: "overload",
  InvalidNonce: "clock",
  ChecksumError: "ambiguous",
  RequestTimeout: "ambiguous",
  BadResponse: "ambiguous",
  NullResponse: "ambiguous",
  CancelPending: "ambiguous",
  UnsubscribeError: "ambiguous",
};

/** Every class of error that the library exports, by name. */
async function errorTypes(): Promise<ReadonlyMap<string, ErrorType>> {
  const library = await loadCcxt() as unknown as Readonly<Record<string, unknown>>;
  const Base = library["BaseError"] as ErrorType;
  const isOne = (value: object): boolean =>
    value === Base || Object.prototype.isPrototypeOf.call(Base, value);
  const types = Object.entries(library).filter((entry): entry is [string, ErrorType] => {
    const [, value] = entry;
    return typeof value === "function" && isOne(value);
  });
  return new Map(types);
}

Deno.test("errorClassOf() knows each class of the library's tree, and there is none besides", async () => {
  const types = await errorTypes();
  const found = [...types].map(([name, Type]) => [name, errorClassOf(new Type("no"))] as const);
  deepStrictEqual(Object.fromEntries(found), EXPECTED);
});

Deno.test("errorClassOf() has no row for a class that the library does not have", async () => {
  const types = await errorTypes();
  deepStrictEqual([...ERROR_ROWS.keys()].filter((name) => !types.has(name)), []);
});

/** Class, then what it means for a place, a cancel and a read. Source: facts of the library, 3.2. */
const OUTCOMES: readonly (readonly [string, ErrorOutcome, ErrorOutcome, ErrorOutcome])[] = [
  ["InsufficientFunds", "refused", "refused", "failed"],
  ["InvalidOrder", "refused", "refused", "failed"],
  ["OrderNotFound", "unknown", "refused", "absent"],
  ["DuplicateOrderId", "unknown", "unknown", "failed"],
  ["OrderImmediatelyFillable", "refused", "refused", "failed"],
  ["OrderNotFillable", "refused", "refused", "failed"],
  ["MarketClosed", "refused", "refused", "failed"],
  ["AuthenticationError", "refused", "refused", "failed"],
  ["PermissionDenied", "refused", "refused", "failed"],
  ["DDoSProtection", "notSent", "notSent", "failed"],
  ["RateLimitExceeded", "notSent", "notSent", "failed"],
  ["OnMaintenance", "notSent", "notSent", "failed"],
  ["InvalidNonce", "notSent", "notSent", "failed"],
  ["ChecksumError", "unknown", "unknown", "failed"],
  ["RequestTimeout", "unknown", "unknown", "failed"],
  ["ExchangeNotAvailable", "unknown", "unknown", "failed"],
  ["BadResponse", "unknown", "unknown", "failed"],
  ["NullResponse", "unknown", "unknown", "failed"],
  ["CancelPending", "unknown", "unknown", "failed"],
  ["OperationFailed", "unknown", "unknown", "failed"],
  ["NetworkError", "unknown", "unknown", "failed"],
  ["ExchangeError", "unknown", "unknown", "failed"],
];

for (const [name, place, cancel, read] of OUTCOMES) {
  Deno.test(`ERROR_CLASSES of ${name}: a place is ${place}, a cancel ${cancel}, a read ${read}`, async () => {
    const Type = (await errorTypes()).get(name);
    ok(Type !== undefined);
    const { outcome } = ERROR_CLASSES[errorClassOf(new Type("no"))];
    deepStrictEqual([outcome.place, outcome.cancel, outcome.read], [place, cancel, read]);
  });
}

Deno.test("errorClassOf() refuses nothing for what is no error of the library", () => {
  const thrown = [new TypeError("x is undefined"), new Error("no"), "no", null, undefined, {}, 7];
  for (const cause of [...thrown, Object.create(null), new RangeError("order rejected")]) {
    strictEqual(errorClassOf(cause), "ambiguous");
  }
});

Deno.test("errorClassOf() says that a key is taken where only words do", async () => {
  const types = await errorTypes();
  const classOf = (name: string, words: string): ErrorClass => {
    const Type = types.get(name);
    ok(Type !== undefined);
    return errorClassOf(new Type(words));
  };
  strictEqual(classOf("InvalidOrder", '{"code":-2010,"msg":"Duplicate order sent."}'), "duplicate");
  strictEqual(classOf("BadRequest", "okx clOrdId DUPLICATED"), "duplicate");
  strictEqual(classOf("InvalidOrder", "price is off its tick"), "rejected");
  strictEqual(classOf("InsufficientFunds", "Duplicate order sent."), "funds");
  strictEqual(classOf("ExchangeError", "Duplicate order sent."), "ambiguous");
});

Deno.test("errorClassOf() takes nothing for a refusal that says in words that it is none", async () => {
  const types = await errorTypes();
  const UNDECIDED = [
    ["InvalidOrder", 'bybit {"retCode":170146,"retMsg":"Order creation timeout."}'],
    ["BadRequest", 'bybit {"retCode":170035,"retMsg":"Submitted to the system for processing!"}'],
    ["BadRequest", 'kucoin {"code":"408000","msg":"Network timeout, please try again later"}'],
    ["AuthenticationError", 'onetrading {"error":"INTERNAL_ERROR"}'],
    ["RateLimitExceeded", "Time out for too many requests from this account queueing"],
    ["InvalidOrder", "The request has timed out"],
  ] as const;
  for (const [name, words] of UNDECIDED) {
    const Type = types.get(name);
    ok(Type !== undefined);
    strictEqual(errorClassOf(new Type(words)), "ambiguous", words);
  }
  const Refusal = types.get("InvalidOrder");
  ok(Refusal !== undefined);
  const words = 'okx {"data":[{"sMsg":"no"}],"inTime":"1795000000000","outTime":"1795000000001"}';
  strictEqual(errorClassOf(new Refusal(words)), "rejected");
});

Deno.test("errorClassOf() takes the nearest class above one of an exchange's own", async () => {
  const Type = (await errorTypes()).get("OrderNotFound");
  ok(Type !== undefined);
  class NotHere extends Type {}
  class NotHereEither extends NotHere {}
  strictEqual(errorClassOf(new NotHereEither("gone")), "notFound");
});

Deno.test("wordsOf() is one short line without the queries of addresses", () => {
  const said = wordsOf(
    new Error("GET https://x.test/a?signature=0abc\n\n <html>" + "y".repeat(900)),
  );
  ok(said.startsWith("GET https://x.test/a?[removed] <html>"));
  ok(!said.includes("\n") && said.length <= 301);
  strictEqual(wordsOf("lost"), "lost");
});
