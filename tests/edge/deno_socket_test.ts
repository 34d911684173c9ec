/**
 * Production sockets on real loopback connections.
 *
 * Proves, as far as sockets go: R-WIRE-6 (a slow or half-open peer is bounded and noticed),
 * R-VENUE-7 (socket life cycle).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { connect as netConnect } from "node:net";
import fc from "fast-check";
import { denoSockets } from "../../edge/deno_sockets.ts";
import type { Listener, Log, Socket, SocketHandlers } from "../../edge/ports.ts";

const silent: Log = { write: () => {} };
const sockets = denoSockets(silent);
const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

/** A socket's events as text, and a promise for the moment one of them comes. */
class Recorder implements SocketHandlers {
  readonly events: string[] = [];
  bytes = 0;
  #waiting: { readonly until: () => boolean; readonly done: () => void }[] = [];

  opened(): void {
    this.#add("opened");
  }
  data(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.#add("data");
  }
  ended(): void {
    this.#add("ended");
  }
  drained(): void {
    this.#add("drained");
  }
  closed(reason: string): void {
    this.#add(`closed: ${reason}`);
  }

  /** The events without repetitions of data and drained. */
  get life(): string[] {
    return this.events.filter((event) => event !== "data" && event !== "drained");
  }

  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((done) => this.#waiting.push({ until: condition, done }));
  }

  untilClosed(): Promise<void> {
    return this.until(() => this.events.at(-1)?.startsWith("closed") === true);
  }

  #add(event: string): void {
    this.events.push(event);
    this.#waiting = this.#waiting.filter(({ until, done }) => {
      if (!until()) return true;
      done();
      return false;
    });
  }
}

/** A listener of ours with one raw peer connected to it. */
async function connected(): Promise<
  { readonly socket: Socket; readonly recorder: Recorder; readonly peer: Deno.TcpConn } & Disposable
> {
  const accepted = Promise.withResolvers<Socket>();
  const recorder = new Recorder();
  const listener = sockets.listen(LOOPBACK, (socket) => {
    socket.attach(recorder);
    accepted.resolve(socket);
  });
  const peer = await Deno.connect({ hostname: listener.hostname, port: listener.port });
  const socket = await accepted.promise;
  return {
    socket,
    recorder,
    peer,
    [Symbol.dispose]: () => {
      listener.close();
      socket.destroy();
      try {
        peer.close();
      } catch (error) {
        if (!(error instanceof Deno.errors.BadResource)) throw error;
      }
    },
  };
}

async function readAll(peer: Deno.TcpConn, length: number): Promise<Uint8Array> {
  const all = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const read = await peer.read(all.subarray(done));
    if (read === null) return all.subarray(0, done);
    done += read;
  }
  return all;
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

function echoServer(): Listener {
  return sockets.listen(LOOPBACK, (socket) =>
    socket.attach({
      data: (bytes) => socket.write(bytes),
      ended: () => socket.end(),
      drained: () => {},
      closed: () => {},
    }));
}

Deno.test("DenoSocket.write() keeps the order of 10 000 small writes and sends them in few drains", async () => {
  using link = await connected();
  const { socket, recorder, peer } = link;
  const scratch = new Uint8Array(4);
  for (let number = 0; number < 10_000; number += 1) {
    new DataView(scratch.buffer).setUint32(0, number);
    socket.write(scratch); // reused at once: the socket must have copied it
  }
  strictEqual(socket.bufferedBytes, 40_000);
  const received = await readAll(peer, 40_000);
  const view = new DataView(received.buffer);
  for (let number = 0; number < 10_000; number += 1) {
    strictEqual(view.getUint32(number * 4), number);
  }
  await recorder.until(() => recorder.events.includes("drained"));
  strictEqual(socket.bufferedBytes, 0);
  deepStrictEqual(recorder.events, ["drained"]);
});

Deno.test("DenoSocket.end() sends what is queued, then FIN, and still reads", async () => {
  using link = await connected();
  const { socket, recorder, peer } = link;
  socket.write(new Uint8Array(100_000));
  socket.end();
  socket.write(new Uint8Array(1)); // after the end: dropped
  strictEqual((await readAll(peer, 200_000)).length, 100_000);
  await peer.write(new Uint8Array(7));
  await recorder.until(() => recorder.bytes === 7);
  await peer.closeWrite();
  await recorder.untilClosed();
  deepStrictEqual(recorder.life, ["ended", "closed: ended by both sides"]);
});

Deno.test("DenoSocket still writes after the peer has finished sending", async () => {
  using link = await connected();
  const { socket, recorder, peer } = link;
  await peer.closeWrite();
  await recorder.until(() => recorder.events.includes("ended"));
  socket.write(new Uint8Array(9));
  socket.end();
  strictEqual((await readAll(peer, 100)).length, 9);
  await recorder.untilClosed();
  deepStrictEqual(recorder.life, ["ended", "closed: ended by both sides"]);
});

Deno.test("DenoSocket closes once when the peer resets the connection", async () => {
  const recorder = new Recorder();
  const accepted = Promise.withResolvers<Socket>();
  const listener = sockets.listen(LOOPBACK, (socket) => {
    socket.attach(recorder);
    accepted.resolve(socket);
  });
  // The runtime's own close sends FIN; only this peer can reset on purpose.
  const peer = netConnect({ host: listener.hostname, port: listener.port });
  await new Promise((resolve) => peer.once("connect", resolve));
  const socket = await accepted.promise;
  listener.close();
  peer.resetAndDestroy();
  await recorder.untilClosed();
  socket.write(new Uint8Array(10));
  socket.end();
  socket.destroy();
  await pause(20);
  strictEqual(recorder.life.length, 1);
  match(recorder.life[0] ?? "", /^closed: .*reset/i);
});

Deno.test("DenoSocket.pause() stops the peer and resume() loses nothing", async () => {
  using link = await connected();
  const { socket, recorder, peer } = link;
  socket.pause();
  const total = 16 << 20;
  let written = 0;
  const writing = (async (): Promise<void> => {
    const chunk = new Uint8Array(256 << 10);
    while (written < total) written += await peer.write(chunk);
  })();
  await pause(150);
  strictEqual(recorder.bytes, 0);
  ok(written < total, `the peer must be stopped by the window: was ${written}`);
  socket.resume();
  await writing;
  await recorder.until(() => recorder.bytes === written);
});

Deno.test("DenoSocket.destroy() reports closed after the call, once, with a write pending", async () => {
  using link = await connected();
  const { socket, recorder } = link;
  socket.write(new Uint8Array(32 << 20)); // more than the kernel takes
  await pause(20);
  ok(socket.bufferedBytes > 0);
  socket.destroy();
  socket.destroy();
  deepStrictEqual(recorder.life, []);
  await recorder.untilClosed();
  deepStrictEqual(recorder.life, ["closed: closed by this side"]);
});

Deno.test("connect() opens, sends what was written before it was open, and is echoed", async () => {
  const listener = echoServer();
  const recorder = new Recorder();
  const socket = sockets.connect({ hostname: listener.hostname, port: listener.port });
  socket.attach(recorder);
  socket.write(new Uint8Array(50_000));
  await recorder.until(() => recorder.bytes === 50_000);
  socket.end();
  await recorder.untilClosed();
  listener.close();
  deepStrictEqual(recorder.life, ["opened", "ended", "closed: ended by both sides"]);
});

Deno.test("listen() and connect() set TCP_NODELAY on what they open", async () => {
  using before = await connected();
  const prototype: Deno.TcpConn = Object.getPrototypeOf(before.peer);
  const { setNoDelay } = prototype;
  let set = 0;
  prototype.setNoDelay = function (): void {
    setNoDelay.call(this);
    set += 1;
  };
  try {
    using raw = await connected();
    strictEqual(set, 1, "of what a listener takes");
    const listener = Deno.listen(LOOPBACK);
    const recorder = new Recorder();
    const socket = sockets.connect({ ...LOOPBACK, port: listener.addr.port });
    socket.attach(recorder);
    await recorder.until(() => recorder.events.includes("opened"));
    strictEqual(set, 2, "of what connects");
    socket.destroy();
    listener.close();
    raw.socket.destroy();
  } finally {
    prototype.setNoDelay = setNoDelay;
  }
});

Deno.test("connect() reports closed with a reason when nobody listens", async () => {
  const listener = sockets.listen(LOOPBACK, () => {});
  const { port } = listener;
  listener.close();
  const recorder = new Recorder();
  sockets.connect({ hostname: "127.0.0.1", port }).attach(recorder);
  await recorder.untilClosed();
  match(recorder.life.join(), /^closed: Cannot connect: .*(refused|reset)/i);
});

Deno.test("listen() throws a sentence when the address is taken", () => {
  const listener = sockets.listen(LOOPBACK, () => {});
  try {
    sockets.listen({ hostname: "127.0.0.1", port: listener.port }, () => {});
    throw new Error("listen() must throw");
  } catch (error) {
    match(
      String(error),
      /Cannot listen on 127\.0\.0\.1:\d+: the address must be free, and ours to take: was/,
    );
  } finally {
    listener.close();
  }
});

/** A program that opens connections and resets each. */
function hostile(port: number): string {
  return `
    import { connect } from "node:net";
    for (let round = 0; round < 50; round += 1) {
      const socket = connect({ host: "127.0.0.1", port: ${port} });
      await new Promise((resolve) => socket.once("connect", resolve));
      socket.resetAndDestroy();
    }
  `;
}

Deno.test("listen() waits for nothing although one peer resets what it opens", async () => {
  const said: string[] = [];
  const telling = denoSockets({ write: (_level, event) => said.push(event) });
  const listener = telling.listen(LOOPBACK, (socket) => {
    socket.attach({
      data: () => {},
      ended: () => socket.end(),
      drained: () => {},
      closed: () => {},
    });
    socket.write(new Uint8Array(1));
  });
  // This thread, which accepts, stands still meanwhile: each is gone before it is accepted.
  const args = ["eval", hostile(listener.port)];
  ok(new Deno.Command(Deno.execPath(), { args }).outputSync().success);
  const peer = await Deno.connect({ hostname: listener.hostname, port: listener.port });
  strictEqual((await readAll(peer, 1)).length, 1);
  deepStrictEqual(said, [], "each wait is told");
  peer.close();
  listener.close();
});

Deno.test("destroy() before the connection is open closes it once and never opens it", async () => {
  const listener = sockets.listen(LOOPBACK, (socket) => socket.destroy());
  const recorder = new Recorder();
  const socket = sockets.connect({ hostname: listener.hostname, port: listener.port });
  socket.attach(recorder);
  socket.destroy();
  await recorder.untilClosed();
  await pause(20);
  listener.close();
  deepStrictEqual(recorder.events, ["closed: closed by this side"]);
});

Deno.test("attach() after the connection has gone is told so", async () => {
  const socket = sockets.connect(LOOPBACK);
  socket.destroy();
  await pause(5);
  const recorder = new Recorder();
  socket.attach(recorder);
  await recorder.untilClosed();
  deepStrictEqual(recorder.events, ["closed: closed by this side"]);
});

Deno.test("an echo over two sockets loses and reorders nothing, whatever sizes and pauses", async () => {
  const step = fc.record({
    bytes: fc.integer({ min: 0, max: 200_000 }),
    pauseMs: fc.constantFrom(0, 0, 0, 2),
    act: fc.constantFrom("none", "pause", "resume"),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 12, size: "max" }),
      async (steps) => {
        const listener = echoServer();
        const digest = new Rolling();
        const recorder = new Recorder();
        const read = recorder.data.bind(recorder);
        recorder.data = (bytes) => {
          digest.take(bytes);
          read(bytes);
        };
        const socket = sockets.connect({ hostname: listener.hostname, port: listener.port });
        socket.attach(recorder);
        const sent = new Rolling();
        let total = 0;
        for (const { bytes, pauseMs, act } of steps) {
          const chunk = Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + total) & 0xff);
          sent.take(chunk);
          total += bytes;
          socket.write(chunk);
          if (act === "pause") socket.pause();
          if (act === "resume") socket.resume();
          if (pauseMs > 0) await pause(pauseMs);
        }
        socket.end();
        socket.resume();
        await recorder.untilClosed();
        listener.close();
        strictEqual(recorder.bytes, total);
        strictEqual(digest.value, sent.value);
        deepStrictEqual(recorder.life, ["opened", "ended", "closed: ended by both sides"]);
      },
    ),
    { numRuns: 40 },
  );
});

/** A checksum that depends on the order of bytes and not on how they were cut. */
class Rolling {
  value = 1;

  take(bytes: Uint8Array): void {
    for (const byte of bytes) this.value = (Math.imul(this.value, 16_777_619) ^ byte) >>> 0;
  }
}
