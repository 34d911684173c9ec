/**
 * The small HTTP server: what it reads, what it refuses, its bounds. Proves the border of R-OPS-4
 * and the hostile half of R-WIRE-6 for it.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { parseHead } from "../../edge/http_head.ts";
import { httpServers } from "../../edge/http_server.ts";
import type { HttpQuestion, HttpReply, Listener } from "../../edge/ports.ts";
import { HttpAsker } from "../support/http_page.ts";
import { MemorySockets } from "../support/memory_sockets.ts";
import { VirtualTime } from "../support/virtual_time.ts";

const OK: HttpReply = { status: 200, contentType: "text/plain", body: "grüß" };

class Rig {
  readonly time = new VirtualTime();
  readonly sockets = new MemorySockets({ timers: this.time });
  readonly asked: HttpQuestion[] = [];
  readonly replies: ((reply: HttpReply) => void)[] = [];
  readonly listener: Listener;
  readonly asker: HttpAsker;
  refused = 0;

  constructor(of: { readonly isSlow?: true } = {}) {
    this.listener = httpServers({ sockets: this.sockets, timers: this.time }).serve(
      { hostname: "127.0.0.1", port: 9000 },
      {
        asked: (question, reply) => {
          this.asked.push(question);
          if (of.isSlow === true) this.replies.push(reply);
          else reply(OK);
        },
        refused: () => this.refused += 1,
      },
    );
    this.asker = new HttpAsker(this.time, this.sockets, 9000);
  }
}

Deno.test("serve() hands on a question whole and answers with its length", () => {
  const rig = new Rig();
  const page = rig.asker.get("/metrics?a=1", "X-Odd: \tone two ");
  strictEqual(page.status, 200);
  match(page.head, /\r\nContent-Length: 6\r\n/);
  match(page.head, /\r\nConnection: close$/);
  strictEqual(page.body, "grüß");
  const [question] = rig.asked;
  deepStrictEqual([question?.method, question?.target], ["GET", "/metrics?a=1"]);
  strictEqual(question?.headers.get("x-odd"), "one two");
});

Deno.test("serve() answers HEAD with the head of the answer alone", () => {
  const page = new Rig().asker.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  match(page.head, /\r\nContent-Length: 6\r\n/);
  strictEqual(page.body, "");
});

Deno.test("serve() reads a request that comes byte by byte", () => {
  const rig = new Rig();
  const { socket, page } = rig.asker.connect();
  for (const byte of new TextEncoder().encode("GET / HTTP/1.0\r\nHost: x\r\n\r\n")) {
    socket.write(Uint8Array.of(byte));
    rig.time.runDue();
  }
  strictEqual(page().status, 200);
});

const REFUSED: readonly (readonly [string, string, number])[] = [
  ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", 400],
  ["a lower-case method", "get / HTTP/1.1\r\n\r\n", 400],
  ["an address in place of a path", "GET http://evil.example/ HTTP/1.1\r\n\r\n", 400],
  ["another version", "GET / HTTP/2.0\r\n\r\n", 400],
  ["a blank before a colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400],
  ["a folded header", "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400],
  ["two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHOST: b\r\n\r\n", 400],
  ["a body", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab", 400],
  ["a body announced", "GET / HTTP/1.1\r\nContent-Length: 2\r\n\r\n", 400],
  ["chunks", "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
  ["a second request behind", "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n", 400],
  ["too many headers", `GET / HTTP/1.1\r\n${headers(65)}\r\n`, 400],
  ["too long a head", `GET / HTTP/1.1\r\nX: ${"a".repeat(9000)}\r\n\r\n`, 431],
  ["a byte above ASCII", "GET / HTTP/1.1\r\nX: \xe4\r\n\r\n", 400],
  ["a bare line feed", "GET / HTTP/1.1\nHost: x\n\r\n\r\n", 400],
];
for (const [what, text, status] of REFUSED) {
  Deno.test(`serve() refuses ${what} with ${status}`, () => {
    const rig = new Rig();
    strictEqual(rig.asker.send(text).status, status);
    deepStrictEqual([rig.asked.length, rig.refused], [0, 1]);
  });
}

function headers(count: number): string {
  return Array.from({ length: count }, (_, at) => `X-${at}: 1\r\n`).join("");
}

Deno.test("parseHead() throws at no bytes, and reads the same however they are cut", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200, size: "max" }), (bytes) => {
    parseHead(bytes);
  }));
});

Deno.test("serve() ends a connection that does not finish its request within 2 s", () => {
  const rig = new Rig();
  const { socket, page } = rig.asker.connect();
  socket.write(new TextEncoder().encode("GET / HT"));
  rig.time.advance(2_100_000);
  strictEqual(page().status, 408);
});

Deno.test("serve() lets go of a connection that goes before it is answered, or ends first", () => {
  const rig = new Rig({ isSlow: true });
  const gone = rig.asker.connect();
  gone.socket.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  rig.time.runDue();
  gone.socket.destroy();
  rig.time.runDue();
  rig.replies[0]?.(OK);
  const early = rig.asker.connect();
  early.socket.end();
  rig.time.runDue();
  ok(early.isGone());
  strictEqual(rig.time.nextDueUs(), undefined, "no timer is left");
});

Deno.test("serve() ends a reader that does not take its answer within 10 s", () => {
  const rig = new Rig();
  const { socket, isGone } = rig.asker.connect();
  socket.pause();
  socket.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  rig.time.advance(10_100_000);
  ok(isGone());
});

Deno.test("serve() gives the place of its oldest connection to a thirty-third", () => {
  const rig = new Rig();
  const open = Array.from({ length: 33 }, () => rig.asker.connect());
  rig.time.runDue();
  deepStrictEqual(open.map(({ isGone }) => isGone()).filter((isGone) => isGone), [true]);
  ok(open[0]?.isGone());
  strictEqual(rig.refused, 1, "who gives way is turned away");
  rig.listener.close();
  rig.time.runDue();
  ok(open.every(({ isGone }) => isGone()));
  strictEqual(rig.refused, 1, "and nobody by the end");
});
