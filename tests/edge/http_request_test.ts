/**
 * The bytes of a request. Proves R-EXEC-1 (built to its last byte before it is sent) and that
 * nothing in a header or an address begins another request.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { HttpTargets, requestBytes } from "../../edge/http_request.ts";
import type { HttpRequest } from "../../edge/ports.ts";

const ORIGIN = "http://127.0.0.1:8080";

function textOf(request: Partial<HttpRequest>, path = "/a?b=1"): string {
  const whole = {
    method: "POST",
    url: ORIGIN + path,
    headers: {},
    body: null,
    ...request,
  } as const;
  return new TextDecoder().decode(requestBytes(whole, { origin: ORIGIN, path }));
}

Deno.test("requestBytes() writes a request with its host, its length and nothing of the caller's framing", () => {
  strictEqual(
    textOf({
      headers: { "X-Key": "k", Host: "other", "Content-Length": "99", connection: "close" },
      body: "é=1",
    }),
    "POST /a?b=1 HTTP/1.1\r\nhost: 127.0.0.1:8080\r\naccept-encoding: identity\r\nx-key: k\r\n" +
      "user-agent: tapeline\r\ncontent-length: 4\r\n\r\né=1",
  );
});

Deno.test("requestBytes() says no length where a GET has no body, and 0 where another has none", () => {
  ok(!textOf({ method: "GET" }).includes("content-length"));
  match(textOf({ method: "DELETE" }), /content-length: 0\r\n/);
  match(textOf({ headers: { "User-Agent": "mine" } }), /user-agent: mine\r\n/);
});

for (
  const [name, value] of [["a", "b\r\nc: d"], ["a\r\nb", "c"], ["", "a"], ["a b", "c"], ["a", "\0"]]
) {
  Deno.test(`requestBytes() refuses the header ${JSON.stringify([name, value])}`, () => {
    throws(() => textOf({ headers: { [name ?? ""]: value ?? "" } }), TypeError);
  });
}

Deno.test("HttpTargets takes addresses apart as the runtime does, the first time and later", () => {
  const targets = new HttpTargets();
  const origins = fc.constantFrom(ORIGIN, "https://api.example.com", "https://API.example.com:443");
  const paths = fc.oneof(fc.webPath(), fc.string()).map((path) => `/${path.replace(/^\/+/, "")}`);
  fc.assert(
    fc.property(origins, paths, fc.webQueryParameters(), (origin, path, query) => {
      const url = `${origin}${path}?${query}`;
      const { origin: expected, pathname, search } = new URL(url);
      deepStrictEqual(targets.of(url).origin, expected);
      // What is plain goes as it was signed; what is not goes as the runtime spells it.
      strictEqual(new URL(ORIGIN + targets.of(url).path).pathname, pathname);
      strictEqual(new URL(ORIGIN + targets.of(url).path).search, search);
    }),
    { numRuns: 300 },
  );
});

for (const url of ["ftp://a/b", "nonsense", "", "http://"]) {
  Deno.test(`HttpTargets refuses ${JSON.stringify(url)}`, () => {
    throws(() => new HttpTargets().of(url), TypeError);
  });
}
