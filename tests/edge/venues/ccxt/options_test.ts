/**
 * The options of a CCXT venue, and what it declares by them.
 *
 * Proves: R-VENUE-1 (declared capabilities), R-VENUE-2 (which exchanges).
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { CCXT_DESCRIPTION } from "../../../../edge/venues/ccxt/description.ts";
import { optionProblems, readOptions } from "../../../../edge/venues/ccxt/options.ts";

Deno.test("optionProblems() finds nothing wrong with the least, and with the most", () => {
  deepStrictEqual(optionProblems({ exchange: "binance" }), []);
  const all = {
    exchange: "binanceusdm",
    environment: "demo",
    endpoints: { rest: "http://127.0.0.1:80", stream: "wss://h:1" },
    recv_window_ms: 5000,
    request_timeout_ms: 1000,
    propagation_ms: 0,
    keep_alive_ms: 2500,
    book: "best",
    book_levels: 100,
  };
  deepStrictEqual(optionProblems(all), []);
});

const wrong: readonly (readonly [Readonly<Record<string, unknown>>, string, RegExp])[] = [
  [{}, "exchange", /must name an exchange: binance, binanceusdm/],
  [{ exchange: "kraken" }, "exchange", /tested here .* was kraken/],
  [{ exchange: "binance", environment: "moon" }, "environment", /one of live, testnet, demo/],
  [{ exchange: "binance", book: true }, "book", /one of depth, best, none/],
  [{ exchange: "binance", recv_window_ms: 99 }, "recv_window_ms", /integer from 100 to 60000/],
  [{ exchange: "binance", keep_alive_ms: 9000 }, "keep_alive_ms", /integer from 100 to 3000/],
  [{ exchange: "binance", endpoints: { rest: "http://h/p" } }, "endpoints", /without a path/],
  [
    { exchange: "binance", endpoints: { rest: "http://me:word@h", stream: "ws://h" } },
    "endpoints",
    /without a path, a user or a password$/,
  ],
  [
    { exchange: "binance", endpoints: { rest: "http://h", stream: "ws://me@h" } },
    "endpoints",
    /user/,
  ],
  [{ exchange: "binance", book_levels: 5001 }, "book_levels", /integer from 5 to 5000/],
  [{ exchange: "binanceusdm", book_levels: 200 }, "book_levels", /one of 5, .*, 1000: was 200/],
  [{ exchange: "binanceusdm", book_levels: 5000 }, "book_levels", /one of 5, .*, 1000: was 5000/],
  [{ exchange: "binanceusdm", book_levels: "500" }, "book_levels", /one of 5, .*, 1000: was "500"/],
  [{ exchange: "binance", recvWindow: 5 }, "recvWindow", /no option/],
  [{ exchange: "binance", experimental: true }, "experimental", /left out: binance is tested/],
];
for (const [options, path, problem] of wrong) {
  Deno.test(`optionProblems() refuses ${JSON.stringify(options)}`, () => {
    const [found, ...more] = optionProblems(options);
    strictEqual(found?.path, path);
    match(found?.problem ?? "", problem);
    deepStrictEqual(more, []);
  });
}

Deno.test("capabilities() differ where the two products do", () => {
  const spot = CCXT_DESCRIPTION.capabilities({ exchange: "binance" });
  const usdm = CCXT_DESCRIPTION.capabilities({ exchange: "binanceusdm", recv_window_ms: 1000 });
  deepStrictEqual([spot.assetClass, spot.replace, spot.reduceOnly, spot.deadMan], [
    "spot",
    "cancel_new",
    false,
    false,
  ]);
  deepStrictEqual([usdm.assetClass, usdm.replace, usdm.reduceOnly, usdm.deadMan], [
    "linear",
    "native",
    true,
    true,
  ]);
  const anyNotional = [spot, usdm].map((one) => one.reduceOnlyAnyNotional ?? false);
  deepStrictEqual(anyNotional, [false, true]);
  deepStrictEqual([spot.absenceProofMs, usdm.absenceProofMs], [15_000, 11_000]);
});

Deno.test("readOptions() gives every option its default", () => {
  strictEqual(readOptions({ exchange: "binance" }).keepAliveMs, 2500);
});

const experimental: readonly (readonly [Readonly<Record<string, unknown>>, string, RegExp])[] = [
  [{ experimental: "yes" }, "exchange", /with experimental: true/],
  [{ experimental: "yes" }, "experimental", /must be true: was "yes"/],
  [{ experimental: true, exchange: "krakn" }, "exchange", /with k: kraken, .*: was "krakn"/],
  [
    { experimental: true, exchange: "Exchange" },
    "exchange",
    /with streams, by its name there: was/,
  ],
  [{ experimental: true, environment: "demo" }, "environment", /one of live, testnet/],
  [{ experimental: true, environment: "testnet" }, "environment", /no testnet of kraken/],
  [{ experimental: true, book: "best" }, "book", /one of depth, none/],
  [{ experimental: true, poll_ms: 5 }, "poll_ms", /integer from 500 to 60000/],
  [{ experimental: true, absence_proof_ms: null }, "absence_proof_ms", /integer from 1000/],
  [{ experimental: true, passphrase: "hush" }, "passphrase", /credentials.password: was a text/],
  [{ experimental: true, recv_window_ms: 5000 }, "recv_window_ms", /of an experimental exchange/],
];
for (const [options, path, expected] of experimental) {
  Deno.test(`problems() of kraken with ${JSON.stringify(options)} names ${path}`, () => {
    const problems = CCXT_DESCRIPTION.problems({ exchange: "kraken", ...options });
    match(problems.find((each) => each.path === path)?.problem ?? "", expected);
  });
}

Deno.test("an experimental exchange declares spot limit orders, and no proof unless it is given one", () => {
  const options = { exchange: "okx", experimental: true, passphrase: true };
  deepStrictEqual(CCXT_DESCRIPTION.problems(options), []);
  deepStrictEqual(CCXT_DESCRIPTION.credentials(options), ["api_key", "secret", "password"]);
  const { assetClass, ordTypes, replace, absenceProofMs } = CCXT_DESCRIPTION.capabilities(options);
  deepStrictEqual([assetClass, ordTypes, replace, absenceProofMs], [
    ...["spot", ["Limit"], "cancel_new", null],
  ]);
  const given = CCXT_DESCRIPTION.capabilities({ ...options, absence_proof_ms: 60_000 });
  strictEqual(given.absenceProofMs, 60_000);
  deepStrictEqual(CCXT_DESCRIPTION.credentials({ exchange: "binance" }), ["api_key", "secret"]);
});
