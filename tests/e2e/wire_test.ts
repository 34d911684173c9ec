/**
 * The protocol over real TCP: sessions that end in every way, and peers that are no clients.
 *
 * Proves R-WIRE-1 to R-WIRE-3 and R-WIRE-6 on the process that users run.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { DaemonProcess } from "../support/daemon_process.ts";
import { isUnbroken, startLoads } from "../support/load.ts";
import { cancel, type Message, place, RemoteClient, toFrame } from "../support/remote_client.ts";
import { pause, TemporaryDirectory, until } from "../support/temporary.ts";

const INSTRUMENT = "paper:BTC/USDT";
/** Rests: below the generated market, inside its collar. */
const RESTING = { instrument: INSTRUMENT, order_qty: "0.001", price: "58000.00" };
const STORM = 1000;
const NOISY_INTENTS = 60_000;

async function withDaemon(use: (daemon: DaemonProcess) => Promise<void>): Promise<void> {
  using directory = new TemporaryDirectory();
  await using daemon = await DaemonProcess.start({ stateDir: directory.state });
  await use(daemon);
}

/** Places an order that rests, once there is a market, and waits until the venue has it. */
async function rest(client: RemoteClient, intentId: string): Promise<void> {
  await until(
    async () =>
      (await client.query("best", { instrument: INSTRUMENT, side: "Buy" }))["result"] !== null,
    "a market",
  );
  await client.send(place(intentId, RESTING));
  await client.report((report) => report["exec_type"] === "New", "an accepted order");
}

function fatalOf(client: RemoteClient): Message | undefined {
  return client.messages.find((message) => message.type === "ERROR" && message["fatal"] === true);
}

Deno.test("a second connection of a client takes over, and the first is told so", async () => {
  await withDaemon(async (daemon) => {
    const first = await daemon.connect("twin");
    await rest(first, "t-1");
    const second = await daemon.connect("twin", { resume_from: 0 });
    await first.closed();
    strictEqual(fatalOf(first)?.["code"], "SESSION_REPLACED");
    await second.report((report) => report["exec_type"] === "New", "what the first had");
    deepStrictEqual(second.reports, first.reports, "the same reports, word for word");
    await second.send(cancel("t-2", "t-1"));
    await second.report((report) => report["exec_type"] === "Cancelled");
    strictEqual(first.reports.length, 2, "the first hears nothing more");
    second.close();
  });
});

Deno.test("a client resumes after kill -9 with every report word for word, and its order still rests", async () => {
  using directory = new TemporaryDirectory();
  const stateDir = directory.state;
  const hello = { cancel_on_disconnect: false };
  await using killed = await DaemonProcess.start({ stateDir });
  const before = await killed.connect("survivor", hello);
  await rest(before, "s-1");
  strictEqual(await killed.stop("SIGKILL"), 137);
  await before.closed();
  strictEqual(fatalOf(before), undefined);

  const { port } = killed.listening;
  await using daemon = await DaemonProcess.start({ stateDir, port });
  strictEqual(daemon.token, killed.token);
  const after = await daemon.connect("survivor", {
    ...hello,
    resume_from: 0,
    resume_journal_id: before.ack?.["journal_id"],
  });
  await after.report((report) => report["exec_type"] === "New", "the reports");
  deepStrictEqual(after.reports, before.reports);
  await after.send(place("s-1", RESTING));
  await after.report((report) => report["poss_dup"] === true, "the repetition");
  const orders = await after.query("orders", { open: true });
  strictEqual((orders["result"] as unknown[]).length, 1, "no second order");
  await after.send(cancel("s-2", "s-1"));
  await after.report((report) => report["exec_type"] === "Cancelled");
  after.close();
  strictEqual(await daemon.stop(), 0);
});

/** A client that says HELLO and then never reads. */
async function connectDeaf({ listening: { port }, token }: DaemonProcess): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await write(connection, toFrame({ type: "HELLO", wire: [1], client_id: "deaf", token }));
  const channels = ["book", "trade", "order"];
  await write(connection, toFrame({ type: "SUBSCRIBE", id: 1, channels, instruments: "*" }));
  return connection;
}

async function write(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) {
    sent += await connection.write(bytes.subarray(sent));
  }
}

/** Sends intents, a hundred at once, until the daemon ends the session. */
async function makeNoise(connection: Deno.TcpConn): Promise<void> {
  for (let at = 0; at < NOISY_INTENTS; at += 100) {
    const frames = Array.from({ length: 100 }, (_, index) => [...toFrame(noOp(`d-${at + index}`))]);
    await write(connection, Uint8Array.from(frames.flat()));
  }
}

Deno.test("a client that does not read loses its session and disturbs nobody", async () => {
  using directory = new TemporaryDirectory();
  const config = directory.write("small_buffer.yaml", SMALL_BUFFER);
  await using daemon = await DaemonProcess.start({ stateDir: directory.state, config });
  const other = await daemon.connect("other");
  using deaf = await connectDeaf(daemon);
  const noise = makeNoise(deaf).catch((error) => error); // refused in the middle: it is over
  for (let at = 0; at < 30; at++) {
    await other.send(noOp(`o-${at}`));
    await other.report((report) => report["intent_id"] === `o-${at}`);
  }
  await until(async () => {
    const metrics = (await other.query("metrics"))["result"] as Record<string, number>;
    return metrics["wire_slow_consumers"] === 1 && metrics["wire_sessions_open"] === 1;
  }, "the end of the session that does not read");
  await noise;
  strictEqual(other.reports.length, 30);
  other.close();
  strictEqual(await daemon.stop(), 0);
});

const SMALL_BUFFER = `mode: paper
wire: { report_buffer_bytes: 65536 }
venues:
  - name: paper
    exchange: paper
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.01" }
        quantity: { quantum: "0.0001" }
`;

function noOp(intentId: string): Readonly<Record<string, unknown>> {
  const sent_us = Date.now() * 1000;
  const tag = "x".repeat(64);
  return { type: "QuoteIntent", v: 1, intent_id: intentId, action: "NoOp", sent_us, tag };
}

const strangers = [
  ["a browser", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"],
  ["a TLS handshake", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ["an empty frame", "\x00\x00\x00\x00"],
  ["JSON without a frame", '{"type":"HELLO"}\n'],
] as const;

Deno.test("bytes that are no frames cost the stranger its connection and nobody else anything", async () => {
  await withDaemon(async (daemon) => {
    const client = await daemon.connect("bystander");
    for (const [who, bytes] of strangers) {
      const stranger = await RemoteClient.open(daemon.listening.port);
      await stranger.sendBytes(new TextEncoder().encode(bytes));
      await stranger.closed();
      strictEqual(stranger.messages[0]?.["code"], "FRAME_SIZE", who);
    }
    await client.send(noOp("b-1"));
    await client.report((report) => report["intent_id"] === "b-1");
    client.close();
  });
});

/** Connects for a moment; false where there is no room. */
async function isServed(daemon: DaemonProcess, clientId: string): Promise<boolean> {
  const client = await daemon.connect(clientId).catch(() => undefined); // closed without a word
  client?.close();
  return client?.ack !== undefined;
}

Deno.test("a thousand connections at once are served or closed, and a client goes on trading", async () => {
  await withDaemon(async (daemon) => {
    const client = await daemon.connect("calm");
    const { port } = daemon.listening;
    const storm = await Promise.all(
      Array.from({ length: STORM }, () => RemoteClient.open(port).catch(() => undefined)),
    );
    await client.send(noOp("c-1"));
    await client.report((report) => report["intent_id"] === "c-1");
    for (const connection of storm) connection?.close();
    await until(() => isServed(daemon, "late"), "room again");
    client.close();
    strictEqual(await daemon.stop(), 0);
  });
});

Deno.test("SIGTERM tells every session SHUTTING_DOWN after its reports and ends with 0", async () => {
  await withDaemon(async (daemon) => {
    const clients = await Promise.all(["a", "b", "c"].map((id) => daemon.connect(id)));
    for (const client of clients) await client.send(noOp("last"));
    const ended = daemon.stop();
    for (const client of clients) {
      await client.closed();
      strictEqual(fatalOf(client)?.["code"], "SHUTTING_DOWN");
    }
    strictEqual(await ended, 0);
  });
});

Deno.test("SIGINT twice within milliseconds, as one Ctrl-C under a task, stops in order", async () => {
  using directory = new TemporaryDirectory();
  const stateDir = directory.state;
  await using daemon = await DaemonProcess.start({ stateDir });
  const client = await daemon.connect("twice");
  await client.send(noOp("n-1"));
  await client.report((report) => report["intent_id"] === "n-1");
  daemon.signal("SIGINT");
  await pause(4); // what the task runner takes to pass it on
  strictEqual(await daemon.stop("SIGINT"), 0);
  await client.closed();
  strictEqual(fatalOf(client)?.["code"], "SHUTTING_DOWN");
  const checkpoints = Array.from(Deno.readDirSync(`${stateDir}/checkpoints`));
  strictEqual(checkpoints.length, 1, "another version can go on from here");
  await using next = await DaemonProcess.start({ stateDir });
  const again = await next.connect("twice", { resume_from: 0 });
  await again.report((report) => report["intent_id"] === "n-1");
  again.close();
  strictEqual(await next.stop(), 0);
});

for (const [signal, code] of [["SIGTERM", 0], ["SIGINT", 0], ["SIGKILL", 137]] as const) {
  Deno.test(`${signal} under load ends with ${code} and takes nothing back that was told`, async () => {
    using directory = new TemporaryDirectory();
    const stateDir = directory.state;
    await using stopped = await DaemonProcess.start({ stateDir });
    const { loads, running } = await startLoads(stopped, 4);
    await pause(700);
    strictEqual(await stopped.stop(signal), code);
    await running;
    for (const load of loads) {
      const said = code === 0 ? "SHUTTING_DOWN" : undefined;
      strictEqual(load.lastMessage?.["code"], said, load.id);
    }
    await using daemon = await DaemonProcess.start({ stateDir });
    for (const load of loads) await isUnbroken(daemon, load);
    strictEqual(await daemon.stop(), 0);
  });
}
