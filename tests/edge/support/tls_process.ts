/**
 * A process that sends two requests over TLS, by connections of ours, to a peer of its own, and prints
 * what came of them as JSON. A process, since the runtime takes the certificates that it trusts once.
 * @module
 */
import { micros } from "../../../core/numbers.ts";
import { directHttp } from "../../../edge/deno_direct_http.ts";
import { denoClock, denoTimers } from "../../../edge/deno_time.ts";
import { OrderTransport, type TransportResult } from "../../../edge/order_transport.ts";

/** Files of the peer, and the name by which it is called. */
const [certificate = "", key = "", name = ""] = Deno.args;
const clock = denoClock();
const timers = denoTimers(clock);
const seen: string[] = [];
/** Connections that carried a request. */
let connections = 0;

const listener = Deno.listenTls({
  hostname: "127.0.0.1",
  port: 0,
  cert: Deno.readTextFileSync(certificate),
  key: Deno.readTextFileSync(key),
});

/** Answers each request of a connection; every one fits one read. */
async function serve(connection: Deno.TlsConn): Promise<void> {
  const buffer = new Uint8Array(4096);
  for (let isFirst = true;; isFirst = false) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return;
    if (isFirst) connections += 1;
    seen.push(new TextDecoder().decode(buffer.subarray(0, count)).split("\r\n", 1)[0] ?? "");
    const answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    await connection.write(new TextEncoder().encode(answer));
  }
}

async function listen(): Promise<void> {
  for await (const connection of listener) void serve(connection);
}

void listen();

const transport = new OrderTransport({
  http: directHttp(timers),
  timers,
  nowUs: () => micros(clock.monotonicUs()),
  redact: (text) => text,
  isCutOff: () => false,
  deadlineUs: 30_000_000,
  bodyBytesMax: 10_000,
});

async function send(path: string): Promise<string> {
  const url = `https://${name}:${listener.addr.port}${path}`;
  const ready = transport.prepare({ method: "POST", url, headers: {}, body: "" });
  const result = await new Promise<TransportResult>((done) => transport.send(ready, done));
  return result.kind === "failed" ? result.error.outcome : result.kind;
}

const outcomes = [await send("/1"), await send("/2")];
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ outcomes, seen, connections })));
Deno.exit(0);
