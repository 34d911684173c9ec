/**
 * The metrics over HTTP: paths, foreign Hosts and Origins, and that nothing leaves before it is
 * durable. Proves R-OPS-4 and the loopback half of R-OPS-1.
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { httpServers } from "../../../edge/http_server.ts";
import { jsonText } from "../../../edge/metrics/json.ts";
import { MetricsServer } from "../../../edge/metrics/metrics_server.ts";
import { MetricRegistry } from "../../../edge/metrics/registry.ts";
import { HttpAsker } from "../../support/http_page.ts";
import { MemorySockets } from "../../support/memory_sockets.ts";
import { VirtualTime } from "../../support/virtual_time.ts";

class Rig {
  readonly time = new VirtualTime();
  readonly registry = new MetricRegistry();
  readonly server: MetricsServer;
  readonly asker: HttpAsker;
  readonly logged: string[] = [];
  isServing = true;
  isDurable = true;
  #waiting: (() => void)[] = [];

  constructor() {
    const sockets = new MemorySockets({ timers: this.time });
    const servers = httpServers({ sockets, timers: this.time });
    this.registry.add("timeline", { counters: () => ({ intents: 7 }) });
    this.registry.add("process", { measure: (into) => into.put("process_cpu_seconds_total", 3) });
    this.server = new MetricsServer({
      ports: {
        httpServers: servers,
        clock: this.time,
        timers: this.time,
        log: { write: (level, event) => this.logged.push(`${level} ${event}`) },
      },
      registry: this.registry,
      address: { host: "127.0.0.1", port: 9000 },
      health: () => ({ isServing: this.isServing, detail: { mode: "paper" } }),
      whenDurable: (task) => this.isDurable ? task() : this.#waiting.push(task),
    });
    this.registry.add("process", this.server);
    this.asker = new HttpAsker(this.time, sockets, this.server.listen());
  }

  becomeDurable(): void {
    for (const task of this.#waiting.splice(0)) task();
    this.time.runDue();
  }
}

Deno.test("/metrics.json shows every figure with its kind and meaning", () => {
  const rig = new Rig();
  const { status, body } = rig.asker.get("/metrics.json?x=1");
  strictEqual(status, 200);
  const shown = JSON.parse(body);
  strictEqual(shown.tapeline_intents_total.kind, "counter");
  deepStrictEqual(shown.tapeline_intents_total.samples, [{ labels: {}, value: 7 }]);
  deepStrictEqual(shown.process_cpu_seconds_total.samples, [{ labels: {}, value: 3 }]);
  strictEqual(shown.tapeline_scrape_seconds.samples[0].count, 0);
});

Deno.test("/healthz says whether the daemon serves", () => {
  const rig = new Rig();
  deepStrictEqual(JSON.parse(rig.asker.get("/healthz").body), { status: "ok", mode: "paper" });
  rig.isServing = false;
  const { status, body } = rig.asker.get("/healthz");
  deepStrictEqual([status, JSON.parse(body).status], [503, "not serving"]);
});

Deno.test("other paths are 404, other methods 405 with what is allowed", () => {
  const rig = new Rig();
  strictEqual(rig.asker.get("/").status, 404);
  const { status, head } = rig.asker.send(
    "DELETE /metrics HTTP/1.1\r\nHost: localhost:9000\r\n\r\n",
  );
  strictEqual(status, 405);
  match(head, /\r\nAllow: GET, HEAD\r\n/);
});

const HOSTS: readonly (readonly [string, number])[] = [
  ["Host: 127.0.0.1:9000", 200],
  ["Host: LocalHost:9000", 200],
  ["Host: [::1]:9000", 200],
  ["Host: 127.0.0.1", 403],
  ["Host: 127.0.0.1:9001", 403],
  ["Host: evil.example:9000", 403],
  ["Host: localhost.evil.example:9000", 403],
  ["X-Nothing: 1", 403],
];
for (const [line, status] of HOSTS) {
  Deno.test(`a request with "${line}" is answered ${status}`, () => {
    const page = new Rig().asker.send(`GET /healthz HTTP/1.1\r\n${line}\r\n\r\n`);
    strictEqual(page.status, status);
  });
}

const ORIGINS: readonly (readonly [string, number])[] = [
  ["http://localhost:3000", 200],
  ["https://127.0.0.1", 200],
  ["http://[::1]:9000", 200],
  ["null", 403],
  ["http://evil.example", 403],
  ["http://127.0.0.1.evil.example", 403],
];
for (const [origin, status] of ORIGINS) {
  Deno.test(`a request from the Origin ${origin} is answered ${status}`, () => {
    strictEqual(new Rig().asker.get("/healthz", `Origin: ${origin}`).status, status);
  });
}

Deno.test("figures that follow from events leave when they are durable, and as they were", () => {
  const rig = new Rig();
  let value = 1;
  rig.registry.add("timeline", { measure: (into) => into.put("tapeline_journal_seq", value) });
  rig.isDurable = false;
  const { socket, page } = rig.asker.connect();
  socket.write(
    new TextEncoder().encode("GET /metrics.json HTTP/1.1\r\nHost: localhost:9000\r\n\r\n"),
  );
  rig.time.runDue();
  value = 2;
  strictEqual(page().status, 0);
  rig.becomeDurable();
  strictEqual(JSON.parse(page().body).tapeline_journal_seq.samples[0].value, 1);
});

Deno.test("a disk that does not keep up leaves only what does not follow from events", () => {
  const rig = new Rig();
  rig.isDurable = false;
  const { socket, page } = rig.asker.connect();
  socket.write(
    new TextEncoder().encode("GET /metrics.json HTTP/1.1\r\nHost: localhost:9000\r\n\r\n"),
  );
  rig.time.advance(600_000);
  const shown = JSON.parse(page().body);
  strictEqual(shown.tapeline_intents_total, undefined);
  strictEqual(shown.process_cpu_seconds_total.samples[0].value, 3);
  rig.becomeDurable();
  strictEqual(page().status, 200);
});

Deno.test("a source that throws costs its scrape, and says so in the log", () => {
  const rig = new Rig();
  rig.registry.add("process", {
    measure: () => {
      throw new RangeError("no figure");
    },
  });
  strictEqual(rig.asker.get("/metrics.json").status, 503);
  deepStrictEqual(rig.logged, ["error metrics_failed"]);
  strictEqual(rig.asker.get("/healthz").status, 200);
});

Deno.test("the server counts what it refused and how long a scrape took", () => {
  const rig = new Rig();
  rig.asker.get("/metrics.json");
  rig.asker.send("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  rig.asker.send("nonsense\r\n\r\n");
  const shown = JSON.parse(jsonText(rig.registry.samples()));
  strictEqual(shown.tapeline_scrapes_refused_total.samples[0].value, 2);
  strictEqual(shown.tapeline_scrape_seconds.samples[0].count, 1);
});
