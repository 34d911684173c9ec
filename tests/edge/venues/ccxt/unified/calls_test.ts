/**
 * Calls of an exchange object of our own: what leaves, and what became of it, whatever a method does.
 *
 * Proves: R-EXEC-1, R-EXEC-4, R-EXEC-5 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { CcxtFetch, CcxtResponse } from "../../../../../edge/venues/ccxt/fetch.ts";
import { loadCcxt } from "../../../../../edge/venues/ccxt/library.ts";
import type {
  CallResult,
  Method,
  OrderCall,
} from "../../../../../edge/venues/ccxt/unified/calls.ts";
import type { VenueError } from "../../../../../edge/venues/ccxt/error_classes.ts";
import { CallBench, DEADLINE_US, type Reply } from "./call_bench.ts";

const KEY = "tlabcdef01x1x1";
const HOST = "http://venue.test";
const PLACE: OrderCall = {
  kind: "place",
  figures: {
    key: KEY,
    decimals: [{ name: "the quantity", value: "0.5" }, { name: "the price", value: "2000" }],
  },
  isDryRun: false,
};
const CANCEL: OrderCall = {
  kind: "cancel",
  figures: { key: "987", decimals: [] },
  isDryRun: false,
};
const ORDER = { method: "POST", body: `{"id":"${KEY}","qty":"0.50","price":2000.0,"side":"buy"}` };
const OK: Reply = { status: 200, body: `{"id":"987"}` };

type Fetch = (path: string, request?: Parameters<CcxtFetch>[1]) => Promise<CcxtResponse>;
type Body = (fetch: Fetch) => Promise<unknown>;

/** A method of an exchange object that has nothing but its `fetch`. */
function method(body: Body): Method {
  return (exchange) =>
    body((path, request = {}) => exchange.fetchImplementation(`${HOST}${path}`, request));
}

function bench(reply: (path: string) => Reply = () => OK): CallBench {
  return new CallBench({}, ({ url }) => reply(url.slice(HOST.length)));
}

function place(at: CallBench, body: Body, call = PLACE): Promise<CallResult> {
  return at.result((done) => at.calls.change(call, method(body), done));
}

async function read(at: CallBench, body: Body): Promise<CallResult> {
  return await at.result<CallResult>((done) => at.calls.read(method(body), done));
}

function errorOf(result: CallResult): VenueError {
  if (result.kind !== "error") throw new Error(`Cannot find an error: was ${result.kind}`);
  return result.error;
}

function paths(at: CallBench): readonly string[] {
  return at.requests.map((sent) => `${sent.method} ${sent.url.slice(HOST.length)}`);
}

/** An error of the library by its class there. */
async function theirs(name: string, words = "no"): Promise<Error> {
  const library = await loadCcxt() as unknown as Record<string, new (words: string) => Error>;
  const Type = library[name];
  if (Type === undefined) throw new Error(`Cannot find ${name}`);
  return new Type(words);
}

const rejects = (error: Error): Promise<never> => Promise.reject(error);
const placed: Body = (fetch) =>
  fetch("/order", ORDER).then((answer) => answer.text()).then((text) => JSON.parse(text));

Deno.test("change() sends an order that missingIn its key and figures, once, with stamps", async () => {
  const at = bench();
  const result = await place(at, placed);
  ok(result.kind === "ok");
  deepStrictEqual(result.value, { id: "987" });
  ok(result.stamps.submitUs <= result.stamps.ackUs);
  deepStrictEqual(paths(at), ["POST /order"]);
});

const DROPPED: readonly (readonly [string, string, RegExp])[] = [
  ["its key", ORDER.body.replace(KEY, "ccxt-1234"), /does not name the order/],
  ["its key whole", ORDER.body.replace(KEY, `${KEY}1`), /does not name the order/],
  ["its quantity", ORDER.body.replace("0.50", "0.49"), /does not hold the quantity/],
  ["its quantity, which is there as a part", ORDER.body.replace("0.50", "10.5"), /the quantity/],
  ["its price", ORDER.body.replace("2000.0", "2000.01"), /does not hold the price/],
];
for (const [what, body, why] of DROPPED) {
  Deno.test(`change() refuses an order whose request has lost ${what}, and sends nothing`, async () => {
    const at = bench();
    const error = errorOf(await place(at, (fetch) => fetch("/order", { ...ORDER, body })));
    strictEqual(error.outcome, "refused");
    match(error.text, why);
    deepStrictEqual(at.requests, []);
  });
}

Deno.test("change() does not take the digits of a key for a figure", async () => {
  const at = bench();
  const decimals = [{ name: "the quantity", value: "1" }];
  const call = { ...PLACE, figures: { key: KEY, decimals } };
  const body = `{"clientId":"${KEY}","qty":"2"}`;
  const error = errorOf(
    await place(at, (fetch) => fetch("/api/v1/order", { ...ORDER, body }), call),
  );
  strictEqual(error.outcome, "refused");
  deepStrictEqual(at.requests, []);
});

Deno.test("change() sends what reads before the order, and nothing that does not", async () => {
  const at = bench();
  const isRead = await place(at, async (fetch) => {
    await fetch("/mode", {});
    return placed(fetch);
  });
  strictEqual(isRead.kind, "ok");
  deepStrictEqual(paths(at), ["GET /mode", "POST /order"]);
  for (const other of ["POST", "PUT", "PATCH", "DELETE"]) {
    const then = bench();
    const error = errorOf(
      await place(then, async (fetch) => {
        await fetch("/leverage", { method: other, body: `{"leverage":1}` });
        return placed(fetch);
      }),
    );
    strictEqual(error.outcome, "refused", other);
    deepStrictEqual(then.requests, [], other);
  }
});

Deno.test("change() does not take for a read what would place the order by GET without its key", async () => {
  const at = bench();
  const error = errorOf(await place(at, (fetch) => fetch("/buy?amount=0.5&price=2000", {})));
  strictEqual(error.outcome, "refused");
  deepStrictEqual(at.requests, []);
});

Deno.test("change() never sends a second request with the key, and does not call the first refused", async () => {
  const at = bench();
  const error = errorOf(
    await place(at, async (fetch) => {
      await fetch("/order", ORDER);
      return placed(fetch);
    }),
  );
  deepStrictEqual(paths(at), ["POST /order"]);
  strictEqual(error.outcome, "unknown");
});

Deno.test("change() leaves an order unknown whose method wants to change something behind it", async () => {
  const at = bench();
  const body: Body = async (fetch) => {
    await fetch("/order", ORDER);
    return fetch("/order/info", { method: "POST", body: `{"orderId":"987"}` });
  };
  strictEqual(errorOf(await place(at, body)).outcome, "unknown");
  deepStrictEqual(paths(at), ["POST /order"]);
});

Deno.test("change() takes an answer that the library is content with, whatever else it was denied", async () => {
  const at = bench();
  const result = await place(at, async (fetch) => {
    const value = await placed(fetch);
    await fetch("/order", ORDER).catch(() => {});
    return value;
  });
  strictEqual(result.kind, "ok");
  deepStrictEqual(paths(at), ["POST /order"]);
});

for (const name of ["RateLimitExceeded", "AuthenticationError", "InvalidOrder", "InvalidNonce"]) {
  Deno.test(`change() leaves an order unknown where a question behind it ends in ${name}`, async () => {
    const cause = await theirs(name);
    const at = bench();
    const error = errorOf(
      await place(at, async (fetch) => {
        await fetch("/order", ORDER);
        await fetch("/order/987", {});
        return rejects(cause);
      }),
    );
    strictEqual(error.outcome, "unknown");
  });
}

Deno.test("change() of a dry run sends nothing, and only where there was something to send", async () => {
  const at = bench();
  const call = { ...PLACE, isDryRun: true };
  deepStrictEqual(await place(at, placed, call), { kind: "dryRun" });
  const body = ORDER.body.replace("0.50", "0.4");
  const error = errorOf(await place(at, (fetch) => fetch("/order", { ...ORDER, body }), call));
  match(error.text, /does not hold the quantity/);
  deepStrictEqual(at.requests, []);
});

Deno.test("capture() returns the request's bytes, its address as it is read, and sends nothing", async () => {
  const at = bench();
  const seen = await at.result<object>((done) =>
    at.calls.capture(
      PLACE.figures,
      method((fetch) => fetch(`/order?id=${KEY}&q=0.5&p=2000&s=a%2Db`, { method: "POST" })),
      done,
    )
  );
  deepStrictEqual(seen, { request: `POST ${HOST}/order?id=${KEY}&q=0.5&p=2000&s=a-b ` });
  const none = await at.result<object>((done) =>
    at.calls.capture(PLACE.figures, method(() => Promise.resolve({ id: "1" })), done)
  );
  deepStrictEqual(none, { reason: "it sent nothing" });
  deepStrictEqual(at.requests, []);
});

const ENDS: readonly (readonly [string, Reply, VenueError["outcome"]])[] = [
  ["no answer", "silence", "unknown"],
  ["a connection that broke", "lost", "unknown"],
  ["no connection", "refused", "notSent"],
];
for (const [what, reply, outcome] of ENDS) {
  Deno.test(`change() says ${outcome} of an order for ${what}, whatever the library makes of it`, async () => {
    const cause = await theirs("InvalidOrder");
    for (const then of [placed, (fetch: Fetch) => placed(fetch).catch(() => rejects(cause))]) {
      strictEqual(errorOf(await place(bench(() => reply), then)).outcome, outcome);
    }
    const swallowed = (fetch: Fetch) => placed(fetch).catch(() => ({ id: "1" }));
    strictEqual(errorOf(await place(bench(() => reply), swallowed)).outcome, outcome);
  });
}

Deno.test("change() leaves an order unknown that was answered and could not be read", async () => {
  const error = errorOf(
    await place(bench(() => ({ status: 200, body: "<html>" })), async (fetch) => {
      await placed(fetch).catch(() => {});
      return rejects(new TypeError("Cannot read properties of undefined (reading 'id')"));
    }),
  );
  deepStrictEqual([error.outcome, error.class], ["unknown", "ambiguous"]);
});

Deno.test("change() does not believe a method that answers without a request, or before its answer", async () => {
  strictEqual(errorOf(await place(bench(), () => Promise.resolve({ id: "1" }))).outcome, "notSent");
  const early: Body = (fetch) => {
    fetch("/order", ORDER).catch(() => {});
    return Promise.resolve({ id: "1" });
  };
  strictEqual(errorOf(await place(bench(() => "silence"), early)).outcome, "unknown");
});

/** Status, class there, class here, outcome of a place, what is said of a pause. */
const ANSWERED: readonly (readonly [
  number,
  string,
  VenueError["class"],
  VenueError["outcome"],
  number | undefined,
])[] = [
  [401, "ExchangeError", "auth", "refused", undefined],
  [401, "RateLimitExceeded", "auth", "refused", undefined],
  [401, "InvalidNonce", "clock", "notSent", undefined],
  [429, "ExchangeError", "rate", "notSent", 7000],
  [429, "InvalidOrder", "rate", "notSent", 7000],
  [418, "ExchangeError", "rate", "notSent", 7000],
  [200, "OnMaintenance", "overload", "notSent", 7000],
  // A gateway says so as well, which may have passed the order on.
  [503, "OnMaintenance", "overload", "unknown", 7000],
  [500, "RateLimitExceeded", "rate", "unknown", 7000],
  [520, "InvalidNonce", "clock", "unknown", undefined],
  [503, "ExchangeNotAvailable", "ambiguous", "unknown", undefined],
  [400, "InvalidOrder", "rejected", "refused", undefined],
  [400, "InsufficientFunds", "funds", "refused", undefined],
  [400, "OrderNotFound", "notFound", "unknown", undefined],
  [200, "ExchangeError", "ambiguous", "unknown", undefined],
];
for (const [status, name, kind, outcome, retryAfterMs] of ANSWERED) {
  Deno.test(`change() says ${kind}, ${outcome}, of ${status} and ${name}`, async () => {
    const cause = await theirs(name);
    const at = bench(() => ({ status, headers: { "retry-after": "7" }, body: "{}" }));
    const error = errorOf(await place(at, (fetch) => placed(fetch).then(() => rejects(cause))));
    deepStrictEqual([error.class, error.outcome, error.retryAfterMs], [
      kind,
      outcome,
      retryAfterMs,
    ]);
    strictEqual(at.clocksOff, kind === "clock" ? 1 : 0);
  });
}

Deno.test("read() takes the status and the pause from its own answer too", async () => {
  const cause = await theirs("ExchangeError");
  const body: Body = (fetch) => fetch("/orders", {}).then(() => rejects(cause));
  const headers = { "retry-after": "60" };
  const limited = errorOf(await read(bench(() => ({ status: 429, headers, body: "" })), body));
  deepStrictEqual([limited.class, limited.outcome, limited.retryAfterMs], [
    "rate",
    "failed",
    60_000,
  ]);
  const barred = errorOf(await read(bench(() => ({ status: 401, body: "" })), body));
  deepStrictEqual([barred.class, barred.rejectCode], ["auth", "VENUE_AUTH"]);
});

Deno.test("read() takes no answer that says nothing for an empty list", async () => {
  const listed: Body = (fetch) => fetch("/orders", {}).then(() => []); // as the library makes of it
  for (const body of ["<html>maintenance</html>", "", "{}", " { } ", "null", '"busy"', '[{"id":']) {
    const error = errorOf(await read(bench(() => ({ status: 200, body })), listed));
    deepStrictEqual([error.class, error.outcome], ["ambiguous", "unknown"], body);
    match(error.text, /must be JSON that says something/);
  }
  for (const body of ["[]", '{"orders":[]}', "1795000000000"]) {
    strictEqual((await read(bench(() => ({ status: 200, body })), listed)).kind, "ok", body);
  }
});

Deno.test("read() pauses where the exchange does not say how long", async () => {
  const cause = await theirs("RateLimitExceeded");
  const headers = { "retry-after": "Sun, 22 Nov 2026 17:00:00 GMT" };
  const at = bench(() => ({ status: 429, headers, body: "" }));
  const error = errorOf(await read(at, (fetch) => fetch("/orders", {}).then(() => rejects(cause))));
  strictEqual(error.retryAfterMs, 5000);
});

Deno.test("change() says of a question before the order what it was: limit, key, or neither", async () => {
  const before = async (status: number, name: string): Promise<VenueError> => {
    const cause = await theirs(name);
    const at = bench(() => ({ status, headers: { "retry-after": "9" }, body: "" }));
    const body: Body = (fetch) => fetch("/mode", {}).then(() => rejects(cause));
    return errorOf(await place(at, body));
  };
  const limited = await before(429, "ExchangeError");
  deepStrictEqual([limited.outcome, limited.retryAfterMs], ["notSent", 9000]);
  const barred = await before(401, "AuthenticationError");
  deepStrictEqual([barred.outcome, barred.rejectCode], ["refused", "VENUE_AUTH"]);
  strictEqual((await before(200, "NullResponse")).outcome, "notSent");
});

Deno.test("change() refuses what the library refuses by itself", async () => {
  const cause = await theirs("InvalidOrder", "amount must be greater than minimum");
  const error = errorOf(await place(bench(), () => rejects(cause)));
  deepStrictEqual([error.outcome, error.rejectCode], ["refused", "VENUE_REJECTED"]);
  const thrown = bench();
  const isThrown = await thrown.result<CallResult>((done) =>
    thrown.calls.change(PLACE, () => {
      throw cause;
    }, done)
  );
  strictEqual(errorOf(isThrown).outcome, "refused");
});

Deno.test("change() ends at its deadline, and what the method wants to send afterwards does not leave", async () => {
  const at = bench();
  let go: () => void = () => {};
  const error = errorOf(
    await place(at, async (fetch) => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      return placed(fetch);
    }),
  );
  strictEqual(error.outcome, "notSent");
  ok(at.time.monotonicUs() >= DEADLINE_US);
  go();
  await at.settle();
  deepStrictEqual(at.requests, []);
});

Deno.test("change() ends as unknown at its deadline where the order has left", async () => {
  const at = bench();
  const never = new Promise<never>(() => {});
  const error = errorOf(await place(at, (fetch) => placed(fetch).then(() => never)));
  strictEqual(error.outcome, "unknown");
  deepStrictEqual(paths(at), ["POST /order"]);
});

Deno.test("change() says its result once, though the method goes on", async () => {
  const at = bench();
  const results: CallResult[] = [];
  const late = (fetch: Fetch) =>
    placed(fetch).then((value) =>
      new Promise((resolve) => at.time.after(100 * DEADLINE_US, () => resolve(value)))
    );
  at.calls.change(PLACE, method(late), (result) => results.push(result));
  await at.until(() => at.time.nextDueUs() === undefined);
  deepStrictEqual(results.map((result) => errorOf(result).outcome), ["unknown"]);
});

Deno.test("change() twice at once: each request belongs to its own call", async () => {
  const at = bench();
  const other = "tlabcdef01x2x1";
  const results = new Map<string, CallResult>();
  const start = (key: string, sent: string): void => {
    const call = { ...PLACE, figures: { ...PLACE.figures, key } };
    const body: Body = async (fetch) => {
      await fetch("/mode", {});
      const request = { ...ORDER, body: ORDER.body.replace(KEY, sent) };
      return await fetch(`/order/${sent}`, request).then((answer) => answer.status);
    };
    at.calls.change(call, method(body), (result) => results.set(key, result));
  };
  start(KEY, KEY);
  start(other, other);
  await at.until(() => results.size === 2);
  deepStrictEqual([...results.values()].map(({ kind }) => kind), ["ok", "ok"]);
  results.clear();
  start(KEY, other); // each wants to send the other's
  start(other, KEY);
  await at.until(() => results.size === 2);
  deepStrictEqual([...results.values()].map((result) => errorOf(result).outcome), [
    "refused",
    "refused",
  ]);
  strictEqual(at.changes.length, 2);
});

Deno.test("change() cancels by the venue's number, which must be in the request whole", async () => {
  const at = bench();
  const cancelled = await place(at, (fetch) => fetch("/orders/987", { method: "DELETE" }), CANCEL);
  strictEqual(cancelled.kind, "ok");
  for (const path of ["/orders/9876", "/orders/1987", "/orders/undefined", "/orders"]) {
    const error = errorOf(await place(at, (fetch) => fetch(path, { method: "DELETE" }), CANCEL));
    strictEqual(error.outcome, "refused", path);
  }
  deepStrictEqual(paths(at), ["DELETE /orders/987"]);
});

Deno.test("a call says nothing of a secret or of an address' query", async () => {
  const at = bench();
  const cause = new Error(`${HOST}/order?sign=00ff failed, apiKey s3cret-of-mine`);
  const { text } = errorOf(await place(at, (fetch) => placed(fetch).then(() => rejects(cause))));
  ok(!text.includes("00ff") && !text.includes("s3cret"), text);
});

Deno.test("a request outside of any call leaves: it is the library's own", async () => {
  const at = bench();
  const sent = at.exchange.fetchImplementation(`${HOST}/token`, { method: "POST" });
  await at.settle();
  strictEqual((await sent).status, 200);
  deepStrictEqual(paths(at), ["POST /token"]);
});
