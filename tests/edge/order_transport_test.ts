/**
 * The order transport against peers without manners, by itself and under CCXT.
 *
 * Proves: R-EXEC-3 (never sent twice; what is not known is `unknown`), R-VENUE-2 (CCXT leaves
 * through it). The control cases show the runtime's fault, so that these tests would fail without
 * the remedy, and tell when the runtime has changed.
 * @module
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import ccxt from "ccxt";
import { micros } from "../../core/numbers.ts";
import { type Dial, directHttp } from "../../edge/deno_direct_http.ts";
import { denoHttp } from "../../edge/deno_http.ts";
import { denoClock, denoTimers } from "../../edge/deno_time.ts";
import { EdgeError } from "../../edge/edge_error.ts";
import {
  OrderTransport,
  type SendOptions,
  type TransportResult,
} from "../../edge/order_transport.ts";
import type { Http, HttpRequest } from "../../edge/ports.ts";
import { redactor } from "../../edge/redaction.ts";
import { ccxtFetch } from "../../edge/venues/ccxt/fetch.ts";

import { http1Peer, http2Peer, type Rudeness, type RudePeer } from "../support/rude_peer.ts";
import { pause, until } from "../support/temporary.ts";
import { VirtualTime } from "../support/virtual_time.ts";

const KEY = "key-of-the-test";
const SECRET = "secret-of-the-test";
const clock = denoClock();

/** Where a test is not about deadlines no machine is so slow that one is met. */
const FAR_US = 60_000_000;

const never = (): boolean => false;

function transportOver(http: Http, deadlineUs = FAR_US, isCutOff = never): OrderTransport {
  return new OrderTransport({
    http,
    timers: denoTimers(clock),
    nowUs: () => micros(clock.monotonicUs()),
    redact: redactor([KEY, SECRET]),
    isCutOff,
    deadlineUs,
    bodyBytesMax: 10_000,
  });
}

const h1Client = Deno.createHttpClient({ http2: false });
const h2Client = Deno.createHttpClient({ http1: false, http2: true });
const overHttp1 = denoHttp();
const overOurs = directHttp(denoTimers(clock));
const overHttp2 = denoHttp((url, init) => fetch(url, { ...init, client: h2Client }));

function order(url: string, body: string | null, method: HttpRequest["method"]): HttpRequest {
  return { method, url: `${url}/order?signature=5ecre7`, headers: { "x-mbx-apikey": KEY }, body };
}

function result(
  transport: OrderTransport,
  request: HttpRequest,
  options?: SendOptions,
): Promise<TransportResult> {
  return new Promise((resolve) => transport.send(transport.prepare(request), resolve, options));
}

function outcomeOf(sent: TransportResult): string {
  return sent.kind === "failed" ? sent.error.outcome : sent.kind;
}

async function withPeer(peer: RudePeer, use: (peer: RudePeer) => Promise<void>): Promise<void> {
  try {
    await use(peer);
    await pause(50); // a second sending would come now
  } finally {
    await peer.close();
  }
}

/** The runtime's own connections outlive a test; leaks are looked for in the daemon's tests. */
const relaxed = { sanitizeOps: false, sanitizeResources: false } as const;

const rudePeers: readonly (readonly [string, Rudeness, typeof http1Peer, Http])[] = [
  ["HTTP/1.1", "closes", http1Peer, overHttp1],
  ["HTTP/1.1", "resets", http1Peer, overHttp1],
  ["HTTP/1.1", "answers in part", http1Peer, overHttp1],
  ["HTTP/1.1 of ours", "closes", http1Peer, overOurs],
  ["HTTP/1.1 of ours", "resets", http1Peer, overOurs],
  ["HTTP/1.1 of ours", "answers in part", http1Peer, overOurs],
  ["HTTP/2", "resets", http2Peer, overHttp2],
  ["HTTP/2", "resets the stream", http2Peer, overHttp2],
];
const connections = [["fresh", 0], ["reused", 1]] as const;
const bodies = [["POST", "order=2"], ["PUT", "order=2"], ["DELETE", "order=2"], [
  "DELETE",
  null,
]] as const;

for (const [protocol, rudeness, start, http] of rudePeers) {
  for (const [connection, polite] of connections) {
    for (const [method, body] of bodies) {
      const what = `${method} ${body === null ? "without" : "with"} a body`;
      const name = `a ${connection} ${protocol} connection whose peer ${rudeness}`;
      Deno.test(`send() puts a ${what} once on ${name}`, relaxed, async () => {
        await withPeer(await start({ rudeness, polite }), async (peer) => {
          const transport = transportOver(http);
          // By the same client: it uses no connections but its own again.
          if (polite > 0) await result(transport, order(peer.url, null, "GET"));
          const sent = await result(transport, order(peer.url, body, method));
          strictEqual(outcomeOf(sent), "unknown");
          const wanted = ["GET ", `${method} ${body ?? ""}`].slice(polite === 0 ? 1 : 0);
          await pause(20);
          deepStrictEqual(peer.seen, wanted);
          deepStrictEqual(peer.carriers, wanted.map(() => 1));
        });
      });
    }
  }
}

for (const [protocol, rudeness, start, http] of rudePeers) {
  for (const [connection, polite] of connections) {
    const name = `a ${connection} ${protocol} connection whose peer ${rudeness}`;
    Deno.test(`createOrder() of CCXT puts an order once on ${name}`, relaxed, async () => {
      await withPeer(await start({ rudeness, polite }), async (peer) => {
        const exchange = spotExchange(peer.url);
        exchange.fetchImplementation = ccxtFetch(transportOver(http));
        Object.assign(exchange, { FetchError: EdgeError });
        if (polite > 0) await exchange.createOrder("A/B", "limit", "buy", 1, 10);
        const error = await failureOf(exchange.createOrder("A/B", "limit", "buy", 1, 11));
        ok(error instanceof ccxt.NetworkError, String(error));
        deepStrictEqual(peer.carriers, polite === 0 ? [1] : [1, 1]);
      });
    });
  }
}

const faults = [
  ["HTTP/1.1", "closes", http1Peer, h1Client],
  ["HTTP/1.1", "resets", http1Peer, h1Client],
  ["HTTP/2", "resets", http2Peer, h2Client],
] as const;
for (const [protocol, rudeness, start, client] of faults) {
  const name = `fetch() still sends a string twice where an ${protocol} peer ${rudeness}`;
  Deno.test(`${name}: the runtime's fault is there`, relaxed, async () => {
    await withPeer(await start({ rudeness, polite: 1 }), async (peer) => {
      await (await fetch(peer.url, { method: "POST", body: "order=1", client })).text();
      await (await fetch(peer.url, { method: "POST", body: "order=2", client })).text();
      deepStrictEqual(peer.seen, ["POST order=1", "POST order=2", "POST order=2"]);
      deepStrictEqual(peer.carriers, [1, 1, 2]);
    });
  });
}

Deno.test("createOrder() of CCXT by itself still sends an order twice", relaxed, async () => {
  await withPeer(await http1Peer({ rudeness: "closes", polite: 1 }), async (peer) => {
    const exchange = spotExchange(peer.url);
    await exchange.createOrder("A/B", "limit", "buy", 1, 10);
    await exchange.createOrder("A/B", "limit", "buy", 1, 11);
    strictEqual(peer.seen.length, 3);
    strictEqual(peer.seen[1], peer.seen[2]);
  });
});

Deno.test("send() gives status, headers, text and stamps of an answer", relaxed, async () => {
  await withPeer(await http1Peer({ rudeness: "closes", polite: 9 }), async (peer) => {
    const before = clock.monotonicUs();
    const sent = await result(transportOver(overHttp1), order(peer.url, "a=1", "POST"));
    ok(sent.kind === "answered");
    strictEqual(sent.answer.status, 200);
    strictEqual(sent.answer.text, '{"orderId":42}');
    strictEqual(sent.answer.headers.get("content-length"), "14");
    ok(before <= sent.answer.submitUs && sent.answer.submitUs < sent.answer.ackUs);
  });
});

Deno.test("send() gives up on a stalled body at its own deadline", relaxed, async () => {
  await withPeer(await http1Peer({ rudeness: "stalls the body", polite: 0 }), async (peer) => {
    const before = clock.monotonicUs();
    const sent = await result(transportOver(overHttp1), order(peer.url, "a=1", "POST"), {
      deadlineUs: 200_000,
    });
    const tookUs = clock.monotonicUs() - before;
    strictEqual(outcomeOf(sent), "unknown");
    ok(tookUs >= 200_000 && tookUs < FAR_US, `took ${tookUs} us`);
    ok(sent.kind === "failed" && sent.submitUs !== null);
    match(sent.error.message, /no whole answer within 200 ms/);
  });
});

Deno.test("send() refuses an answer without end", relaxed, async () => {
  await withPeer(await http1Peer({ rudeness: "answers at length", polite: 0 }), async (peer) => {
    const sent = await result(transportOver(overHttp1), order(peer.url, "a=1", "POST"));
    strictEqual(outcomeOf(sent), "unknown");
    match(sent.kind === "failed" ? sent.error.message : "", /longer than 10000 bytes/);
  });
});

Deno.test("send() hands a redirect back and does not follow it", relaxed, async () => {
  await withPeer(await http1Peer({ rudeness: "redirects", polite: 0 }), async (peer) => {
    const sent = await result(transportOver(overHttp1), order(peer.url, "a=1", "POST"));
    ok(sent.kind === "answered");
    strictEqual(sent.answer.status, 307);
    strictEqual(peer.seen.length, 1);
  });
});

Deno.test("send() knows that nothing was sent where nobody listens", relaxed, async () => {
  const peer = await http1Peer({ rudeness: "closes", polite: 0 });
  await peer.close();
  const sent = await result(transportOver(overHttp1), order(peer.url, "a=1", "POST"));
  strictEqual(outcomeOf(sent), "notSent");
});

/** No name is so long: no server is asked for it, which on some machines never answers. */
const NO_HOST = `http://${"x".repeat(64)}.invalid`;

Deno.test("send() knows that nothing was sent where there is no such host", relaxed, async () => {
  const sent = await result(transportOver(overHttp1), order(NO_HOST, "a=1", "POST"));
  strictEqual(outcomeOf(sent), "notSent");
});

/** Their timers stand still: what a test leaves behind is then a connection that nobody closed. */
const overOursStill = directHttp(new VirtualTime());
const secured = [["fetch()", overHttp1], ["connections of ours", overOursStill]] as const;
for (const [way, http] of secured) {
  const name = `send() over ${way} knows that nothing was sent where TLS does not come about`;
  const sanitizing = { sanitizeOps: false, sanitizeResources: http === overOursStill };
  Deno.test(name, sanitizing, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const closing = listener.accept().then((connection) => connection.close());
    const url = `https://127.0.0.1:${listener.addr.port}`;
    const sent = await result(transportOver(http), order(url, "a=1", "POST"));
    await closing;
    listener.close();
    strictEqual(outcomeOf(sent), "notSent");
  });
}

Deno.test(
  "send() knows at its deadline that nothing was sent where TLS is not answered",
  relaxed,
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = `https://127.0.0.1:${listener.addr.port}`;
    const patience = { deadlineUs: 200_000 };
    const sent = await result(transportOver(overOurs), order(url, "a=1", "POST"), patience);
    strictEqual(outcomeOf(sent), "notSent");
  },
);

Deno.test("send() says of a request that cannot be spelled that it was not sent", async () => {
  const request = { ...order("http://h", "a=1", "POST"), headers: { "bad name": "x" } };
  strictEqual(outcomeOf(await result(transportOver(overHttp1), request)), "notSent");
});

Deno.test("send() in a dry run builds the request and sends nothing", relaxed, async () => {
  await withPeer(await http1Peer({ rudeness: "closes", polite: 9 }), async (peer) => {
    const transport = transportOver(overHttp1);
    const sent = await result(transport, order(peer.url, "a=1", "POST"), { isDryRun: true });
    strictEqual(sent.kind, "dryRun");
    const read = await result(transport, order(peer.url, null, "GET"), { isDryRun: true });
    strictEqual(read.kind, "answered");
    deepStrictEqual(peer.seen, ["GET "]);
  });
});

Deno.test("send() says nothing of a failure once it was told to forget", relaxed, async () => {
  await withPeer(await http1Peer({ rudeness: "stalls the body", polite: 0 }), async (peer) => {
    let said = 0;
    const transport = transportOver(overHttp1);
    const ready = transport.prepare(order(peer.url, "a=1", "POST"));
    const forget = transport.send(ready, () => said++);
    await until(() => peer.seen.length === 1, "the request");
    forget();
    await peer.close();
    await pause(50);
    strictEqual(said, 0);
  });
});

Deno.test("send() says nothing at its deadline once it was told to forget", relaxed, async () => {
  await withPeer(await http1Peer({ rudeness: "stalls the body", polite: 0 }), async (peer) => {
    let said = 0;
    const transport = transportOver(overHttp1, 20_000);
    transport.send(transport.prepare(order(peer.url, "a=1", "POST")), () => said++)();
    await pause(100);
    strictEqual(said, 0);
  });
});

for (const [protocol, http] of [["HTTP/1.1", overHttp1], ["HTTP/1.1 of ours", overOurs]] as const) {
  Deno.test(
    `send() writes nothing over ${protocol}, and says nothing, once its Worker was cut off`,
    relaxed,
    async () => {
      await withPeer(await http1Peer({ rudeness: "closes", polite: 9 }), async (peer) => {
        let isCutOff = false;
        let said = 0;
        await result(transportOver(http), order(peer.url, null, "GET"));
        const transport = transportOver(http, 20_000, () => isCutOff);
        const ready = transport.prepare(order(peer.url, "a=1", "POST"));
        isCutOff = true;
        transport.send(ready, () => said++);
        await pause(100);
        deepStrictEqual([peer.seen, said], [["GET "], 0]);
      });
    },
  );
}

const failing = [
  ["closes", "a broken connection"],
  ["stalls the body", "a deadline"],
  ["answers at length", "an answer without end"],
] as const;
for (const [rudeness, what] of failing) {
  Deno.test(`send() names neither key nor signature after ${what}`, relaxed, async () => {
    await withPeer(await http1Peer({ rudeness, polite: 0 }), async (peer) => {
      const sent = await result(transportOver(overHttp1, 100_000), {
        ...order(peer.url, `secret=${SECRET}`, "POST"),
        headers: { "x-mbx-apikey": KEY },
      });
      ok(sent.kind === "failed");
      const told = `${sent.error.message} ${sent.error.stack} ${sent.error.cause}`;
      for (const hidden of [KEY, SECRET, "5ecre7"]) ok(!told.includes(hidden), told);
      match(sent.error.message, /^Cannot complete POST http:\/\/127\.0\.0\.1:\d+\/order/);
    });
  });
}

/** As many connections as an origin may have. */
const CONNECTIONS_MAX = 256;
/** Idle for longer, a connection is closed. */
const IDLE_US_MAX = 20_000_000;

/** A network that takes no connection, until it is told to; in virtual time. */
class BlackHole {
  readonly time = new VirtualTime();
  readonly transport: OrderTransport;
  readonly #dials: { readonly signal: AbortSignal; readonly come: (up: Deno.Conn) => void }[] = [];
  readonly results: TransportResult[] = [];
  isCutOff = false;

  constructor() {
    const dial: Dial = (_, signal) =>
      new Promise((come) => {
        this.#dials.push({ signal, come });
      });
    this.transport = new OrderTransport({
      ...{ http: directHttp(this.time, dial), timers: this.time, redact: (text: string) => text },
      ...{ nowUs: () => micros(this.time.wallUs()), deadlineUs: FAR_US },
      ...{ bodyBytesMax: 10_000, isDryRun: false, isCutOff: () => this.isCutOff },
    });
  }

  /** How many dials were begun, and how many of them were given up. */
  get dials(): readonly [number, number] {
    return [this.#dials.length, this.#dials.filter(({ signal }) => signal.aborted).length];
  }

  get outcomes(): readonly string[] {
    return this.results.map(outcomeOf);
  }

  send(requests: number, url = "http://h"): void {
    for (let sent = 0; sent < requests; sent++) {
      const ready = this.transport.prepare(order(url, "a=1", "DELETE"));
      this.transport.send(ready, (result) => this.results.push(result));
    }
  }

  /** Passes the deadline of all that was sent. */
  expire(): void {
    this.time.advance(FAR_US);
  }

  /** A dial comes about after all. */
  async come(dial: number, connection: Deno.Conn): Promise<void> {
    this.#dials[dial]?.come(connection);
    await pause(0);
  }
}

Deno.test("send() knows at its deadline that nothing was sent while no connection came about", () => {
  const hole = new BlackHole();
  hole.send(1);
  hole.expire();
  deepStrictEqual(hole.outcomes, ["notSent"]);
});

Deno.test(
  "send() goes on after a black hole in which as many requests hung as may be connected",
  relaxed,
  async () => {
    await withPeer(await http1Peer({ rudeness: "closes", polite: 9 }), async (peer) => {
      const hole = new BlackHole();
      hole.send(CONNECTIONS_MAX, peer.url);
      hole.expire();
      deepStrictEqual(hole.dials, [CONNECTIONS_MAX, CONNECTIONS_MAX], "none is left to the kernel");
      hole.send(1, peer.url);
      await hole.come(CONNECTIONS_MAX, await connectTo(peer));
      await until(() => hole.results.length > CONNECTIONS_MAX, "the answer");
      strictEqual(hole.outcomes.at(-1), "answered");
    });
  },
);

Deno.test(
  "send() closes a connection that comes about after its request was given up",
  relaxed,
  async () => {
    await withPeer(await http1Peer({ rudeness: "closes", polite: 9 }), async (peer) => {
      const hole = new BlackHole();
      hole.send(1, peer.url);
      hole.expire();
      const connection = await connectTo(peer);
      await hole.come(0, connection);
      await rejects(connection.write(new Uint8Array(1)), Deno.errors.BadResource);
      deepStrictEqual(peer.seen, []);
      hole.send(CONNECTIONS_MAX + 1, peer.url);
      hole.time.advance(0);
      strictEqual(hole.dials[0], 1 + CONNECTIONS_MAX, "its place was given back once");
    });
  },
);

Deno.test(
  "send() writes nothing to a connection that comes about after its Worker was cut off",
  relaxed,
  async () => {
    await withPeer(await http1Peer({ rudeness: "closes", polite: 9 }), async (peer) => {
      const hole = new BlackHole();
      hole.send(1, peer.url);
      hole.isCutOff = true;
      const connection = await connectTo(peer);
      await hole.come(0, connection);
      ok(isClosed(connection));
      await pause(20);
      deepStrictEqual([peer.seen, hole.outcomes], [[], []]);
    });
  },
);

Deno.test(
  "send() dials once for a request whose connection the peer ends without an answer",
  relaxed,
  async () => {
    await withPeer(await http1Peer({ rudeness: "closes", polite: 0 }), async (peer) => {
      const hole = new BlackHole();
      hole.send(1, peer.url);
      await hole.come(0, await connectTo(peer));
      await until(() => hole.results.length === 1, "its end");
      deepStrictEqual([hole.outcomes, hole.dials], [["unknown"], [1, 0]]);
    });
  },
);

Deno.test("send() uses a connection again while another is closed", relaxed, async () => {
  await withPeer(await http1Peer({ rudeness: "closes", polite: 9 }), async (peer) => {
    const hole = new BlackHole();
    const answered = (count: number): Promise<void> =>
      until(() => hole.results.length === count, "the answer");
    hole.send(2, peer.url);
    await hole.come(0, await connectTo(peer));
    await hole.come(1, await connectTo(peer));
    await answered(2);
    hole.time.advance(IDLE_US_MAX / 2);
    hole.send(1, peer.url);
    await answered(3);
    hole.time.advance(IDLE_US_MAX / 2); // of the other one, which nobody has used since
    hole.send(1, peer.url);
    await answered(4);
    deepStrictEqual(hole.outcomes, Array(4).fill("answered"));
    deepStrictEqual(hole.dials, [2, 0]);
  });
});

/** The one connection of a peer has carried an answer, and was ended by the peer. */
async function endOneOfUse(hole: BlackHole, peer: RudePeer): Promise<void> {
  hole.send(1, peer.url);
  await hole.come(0, await connectTo(peer));
  await until(() => hole.results.length === 1, "the answer");
  hole.send(1, peer.url);
  await until(() => hole.results.length === 2, "its end");
  deepStrictEqual([hole.outcomes, hole.dials], [["answered", "unknown"], [2, 0]]);
}

const aheads: readonly (readonly [string, (hole: BlackHole, peer: RudePeer) => Promise<number>])[] =
  [
    ["none after one opened ahead that the peer ends at once", async (hole, peer) => {
      const connection = await connectTo(peer);
      await hole.come(1, connection);
      await peer.close();
      await until(() => isClosed(connection), "its end");
      return 2;
    }],
    ["one after it has carried the next request and gone", async (hole, peer) => {
      await withPeer(await http1Peer({ rudeness: "closes", polite: 1 }), async (other) => {
        await hole.come(1, await connectTo(other));
        hole.send(1, peer.url);
        await until(() => hole.results.length === 3, "the answer");
        deepStrictEqual([hole.outcomes.at(-1), hole.dials], ["answered", [2, 0]]);
      });
      await until(() => hole.dials[0] > 2, "another dial");
      return 3;
    }],
    ["one after another that stood until it was idle for too long", async (hole, peer) => {
      const connection = await connectTo(peer);
      await hole.come(1, connection);
      hole.time.advance(IDLE_US_MAX);
      ok(isClosed(connection));
      return 3;
    }],
  ];
for (const [what, live] of aheads) {
  Deno.test(`send() has a connection opened ahead, and ${what}`, relaxed, async () => {
    await withPeer(await http1Peer({ rudeness: "closes", polite: 1 }), async (peer) => {
      const hole = new BlackHole();
      await endOneOfUse(hole, peer);
      const dials = await live(hole, peer);
      deepStrictEqual(hole.dials, [dials, 0]);
    });
  });
}

Deno.test(
  "send() has a connection opened ahead given up that does not come about",
  relaxed,
  async () => {
    await withPeer(await http1Peer({ rudeness: "closes", polite: 1 }), async (peer) => {
      const hole = new BlackHole();
      await endOneOfUse(hole, peer);
      hole.time.advance(IDLE_US_MAX);
      deepStrictEqual(hole.dials, [2, 1]);
    });
  },
);

function connectTo(peer: RudePeer): Promise<Deno.TcpConn> {
  return Deno.connect({ port: Number(new URL(peer.url).port) });
}

function isClosed(connection: Deno.TcpConn): boolean {
  try {
    connection.setNoDelay();
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.BadResource) return true;
    throw error;
  }
}

function spotExchange(url: string): InstanceType<typeof ccxt.binance> {
  const exchange = new ccxt.binance({
    apiKey: KEY,
    secret: SECRET,
    enableRateLimit: false,
    urls: { api: { public: url, private: url } },
  });
  const market = { id: "AB", symbol: "A/B", base: "A", quote: "B", type: "spot", spot: true };
  exchange.setMarkets([{
    ...market,
    active: true,
    precision: { amount: 0.1, price: 0.1 },
    limits: {},
    info: { orderTypes: ["LIMIT"] },
  }]);
  return exchange;
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise.then(() => undefined);
  } catch (error) {
    return error;
  }
}
