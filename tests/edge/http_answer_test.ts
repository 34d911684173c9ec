/**
 * Answers of HTTP/1.1, in pieces of any size, and those that are none.
 *
 * Proves: R-EXEC-3 (half an answer proves nothing).
 * @module
 */
import { deepStrictEqual, ok, throws } from "node:assert/strict";
import * as fc from "fast-check";
import { HttpAnswerReader } from "../../edge/http_answer.ts";

type Heard = {
  readonly status: number | undefined;
  readonly body: string;
  readonly isWhole: boolean;
  readonly keepsAlive: boolean;
};

/** Reads an answer in pieces that end at `cuts`. */
function read(text: string, cuts: readonly number[], ends: "ends" | "stays" = "stays"): Heard {
  const bytes = new TextEncoder().encode(text);
  let status: number | undefined;
  let body = "";
  const reader = new HttpAnswerReader({
    responded: (code) => {
      status = code;
    },
    data: (piece) => {
      body += new TextDecoder().decode(piece);
    },
  });
  const bounds = [0, ...[...cuts].sort((a, b) => a - b).map((cut) => cut % bytes.length)];
  const ordered = [...new Set([...bounds, bytes.length])].sort((a, b) => a - b);
  for (const [at, from] of ordered.entries()) {
    const to = ordered[at + 1];
    if (to !== undefined) reader.take(bytes.subarray(from, to));
  }
  if (ends === "ends") reader.end();
  return { status, body, isWhole: reader.isWhole, keepsAlive: reader.keepsAlive };
}

const whole: readonly (readonly [string, string, Heard])[] = [
  [
    "a length",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    { status: 200, body: "hello", isWhole: true, keepsAlive: true },
  ],
  [
    "chunks, an extension and a trailer",
    "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n2;x=1\r\nhe\r\n3\r\nllo\r\n0\r\nX: y\r\n\r\n",
    { status: 400, body: "hello", isWhole: true, keepsAlive: true },
  ],
  [
    "no body",
    "HTTP/1.1 204 No Content\r\n\r\n",
    { status: 204, body: "", isWhole: true, keepsAlive: true },
  ],
  [
    "an interim answer before it",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    { status: 200, body: "", isWhole: true, keepsAlive: true },
  ],
  [
    "a peer that wants to close",
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
    { status: 200, body: "ok", isWhole: true, keepsAlive: false },
  ],
  [
    "an old peer",
    "HTTP/1.0 200 OK\nContent-Length: 2\n\nok",
    { status: 200, body: "ok", isWhole: true, keepsAlive: false },
  ],
];
for (const [what, text, heard] of whole) {
  Deno.test(`HttpAnswerReader reads an answer with ${what}, cut anywhere`, () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 200 })), (cuts) => {
        deepStrictEqual(read(text, cuts), heard);
      }),
      { numRuns: 200 },
    );
  });
}

Deno.test("HttpAnswerReader takes the end of the connection for the end of a body without a length", () => {
  const text = "HTTP/1.1 200 OK\r\n\r\nall of it";
  ok(!read(text, []).isWhole);
  deepStrictEqual(read(text, [25], "ends"), {
    status: 200,
    body: "all of it",
    isWhole: true,
    keepsAlive: false,
  });
});

const refused: readonly (readonly [string, string, RegExp])[] = [
  ["no HTTP", "SSH-2.0-x\r\n\r\n", /does not begin/],
  ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nx", /no number/],
  ["a length below 0", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx", /no number/],
  [
    "a length and chunks",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
    /two ways/,
  ],
  [
    "a chunk without a size",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
    /no size/,
  ],
  [
    "a chunk beyond its size",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n",
    /longer than its size/,
  ],
  ["a body that is compressed", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", /compressed/],
  ["more than the answer", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP", /more came/],
  ["a header that is none", "HTTP/1.1 200 OK\r\nno header\r\n\r\n", /no header/],
  ["a head without an end", `HTTP/1.1 200 OK\r\nX: ${"y".repeat(70_000)}`, /too long/],
];
for (const [what, text, why] of refused) {
  Deno.test(`HttpAnswerReader refuses ${what}`, () => {
    throws(() => read(text, []), { name: "HttpAnswerError", message: why });
  });
}

const halves = [
  ["nothing", "", /before any answer/],
  ["half a head", "HTTP/1.1 200 OK\r\nConte", /before its whole answer/],
  ["half a body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", /before its whole answer/],
  ["half its chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n", /before/],
] as const;
for (const [what, text, why] of halves) {
  Deno.test(`HttpAnswerReader refuses an end after ${what}`, () => {
    throws(() => read(text, [], "ends"), { name: "HttpAnswerError", message: why });
  });
}
