/**
 * Proves R-OPS-5 where text leaves: no secret that is known is in it, however it is spelt, and
 * nothing that is called a secret.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { redactor } from "../../edge/redaction.ts";

/** Of no key. */
const PEM = [
  "-----BEGIN PRIVATE KEY-----",
  "MC4CAQAwBQYDK2VwBCIEIAbcdefgh+ijklmn/opqrstuvwxyzABCDEFGHIJKLMNO",
  "PQRSTUVWXYZ0123456789+/PQRSTUVWXYZ0123456789PQRSTUVWXYZ012345678",
  "9abcdQ==",
  "-----END PRIVATE KEY-----",
].join("\n");

/** Ways in which texts come to hold a secret. */
const WAYS: readonly (readonly [name: string, put: (secret: string) => string])[] = [
  ["as it is", (secret) => `signing with ${secret} failed`],
  ["in an address", (secret) => `POST /order/${encodeURIComponent(secret)} failed`],
  ["in JSON", (secret) => JSON.stringify({ cause: { words: [secret] } })],
  ["in JSON within JSON", (secret) => JSON.stringify(JSON.stringify({ words: secret }))],
  ["with other ends of lines", (secret) => secret.replaceAll("\n", "\r\n")],
];
const SECRETS: readonly (readonly [name: string, secret: string])[] = [
  ["a word", "k3y-of-mine"],
  ["base64", "abc+def/ghi=="],
  ["a key of several lines", PEM],
];

for (const [what, secret] of SECRETS) {
  for (const [where, put] of WAYS) {
    Deno.test(`redactor() takes out ${what} ${where}`, () => {
      const clean = redactor([secret])(put(secret));
      for (const line of secret.split("\n")) {
        for (const part of [line, encodeURIComponent(line)]) ok(!clean.includes(part), clean);
      }
      ok(clean.includes("[secret]"));
    });
  }
}

Deno.test("redactor() takes out a quoted part of a key of several lines", () => {
  const [, line = ""] = PEM.split("\n");
  const clean = redactor([PEM])(`Cannot decode "${line}" as base64`);
  strictEqual(clean, 'Cannot decode "[secret]" as base64');
});

Deno.test("redactor() takes out a quoted secret that holds what JSON escapes", () => {
  const clean = redactor(['qu"ote\\d'])(JSON.stringify({ words: 'with qu"ote\\d' }));
  strictEqual(clean, '{"words":"with [secret]"}');
});

Deno.test("redactor() takes the longer of two secrets first, and none of three letters", () => {
  strictEqual(redactor(["abcd", "abcdefgh"])("abcdefgh abcd"), "[secret] [secret]");
  strictEqual(redactor(["abc", ""])("an abc of words"), "an abc of words");
});

Deno.test("redactor() without a secret takes out queries of addresses and what is called a secret", () => {
  const redact = redactor([]);
  const cases = [
    ["GET https://h/p?a=1&b=2 failed", "GET https://h/p?[removed] failed"],
    ["GET https://h/p?a=1:2: no answer", "GET https://h/p?[removed]: no answer"],
    ["wss://h/ws?listenKey=x closed", "wss://h/ws?[removed] closed"],
    ["X-MBX-APIKEY: abc", "X-MBX-APIKEY: [secret]"],
    ['{"apiKey":"abc","side":"Buy"}', '{"apiKey":"[secret]","side":"Buy"}'],
    ["a=1&signature=00ff&b=2", "a=1&signature=[secret]&b=2"],
    ["Is a ? at http://h/p", "Is a ? at http://h/p"],
  ] as const;
  for (const [text, expected] of cases) strictEqual(redact(text), expected);
});

Deno.test("redactor() takes out who an address is asked as", () => {
  const redact = redactor([]);
  strictEqual(redact("GET http://me:word@h:1/p failed"), "GET http://[removed]@h:1/p failed");
  strictEqual(redact("wss://word@h?a=1: ended"), "wss://[removed]@h?[removed]: ended");
  strictEqual(redact("http://h/me@there, a@b"), "http://h/me@there, a@b");
});
