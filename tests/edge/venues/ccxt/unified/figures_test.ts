/**
 * What a request must say, found in its bytes.
 *
 * Proves: R-EXEC-1 for experimental exchanges.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { missingIn, names, unescaped } from "../../../../../edge/venues/ccxt/unified/figures.ts";

const KEY = "tlabcdef01x15x2";

function missing(bytes: string, value: string): string | undefined {
  return missingIn(bytes, { key: KEY, decimals: [{ name: "it", value }] });
}

const HELD: readonly (readonly [string, string])[] = [
  [`{"qty":"0.50"}`, "0.5"],
  [`{"qty":0.5}`, "0.5"],
  [`amount=-0.5&b=1`, "0.5"], // a sale on some exchanges
  [`q=100.00`, "100"],
  [`["0.5",100]`, "100"],
  [`[1,2.50,3]`, "2.5"],
  [`price=7`, "7"],
  [`7`, "7"],
];
for (const [bytes, value] of HELD) {
  Deno.test(`missingIn() finds ${value} in ${bytes}`, () =>
    strictEqual(missing(bytes, value), undefined));
}

const NOT_HELD: readonly (readonly [string, string])[] = [
  [`{"qty":"0.51"}`, "0.5"],
  [`{"qty":"10.5"}`, "0.5"],
  [`{"qty":"5e-1"}`, "0.5"],
  [`{"qty":"50"}`, "5"],
  [`{"clOrdId":"${KEY}"}`, "15"],
  [`{"clOrdId":"${KEY}"}`, "2"],
  [`{"uid":"a-15-b"}`, "15"],
  [`POST http://127.0.0.1/api/v3/order`, "3"],
  [`POST http://127.0.0.1/api/v3/order`, "0.1"],
  [`time=1.2.3`, "2.3"],
  [`{"q":".5"}`, "5"],
  [`{"q":"5."}`, "0.5"],
  [``, "1"],
];
for (const [bytes, value] of NOT_HELD) {
  Deno.test(`missingIn() does not find ${value} in ${bytes}`, () =>
    strictEqual(missing(bytes, value), "it"));
}

Deno.test("missingIn() says the first figure that is missing, by its name", () => {
  const decimals = ["1", "2", "3"].map((value) => ({ name: `no. ${value}`, value }));
  strictEqual(missingIn("1, 3", { key: KEY, decimals }), "no. 2");
  strictEqual(missingIn("", { key: KEY, decimals: [] }), undefined);
});

Deno.test("names() finds a word whole, wherever it stands", () => {
  for (const bytes of ["987", "/orders/987", "/987/x", "id=987&x", `"987"`, "9876 987", "id:987"]) {
    ok(names(bytes, "987"), bytes);
  }
  for (const bytes of ["9876", "1987", "a987", "987_1", "-987", "987-1", "98 7", ""]) {
    ok(!names(bytes, "987"), bytes);
  }
});

Deno.test("unescaped() undoes an address' escapes, and nothing else", () => {
  strictEqual(unescaped("a%2Db%3d%22%zz%2"), `a-b="%zz%2`);
  ok(names(unescaped("id=%22a%2d1%22"), "a-1"));
});
