/**
 * A real Prometheus scrapes a running daemon with the shipped configuration, rules and dashboard.
 *
 * Proves R-OPS-4: the text is what Prometheus reads, each alert fires and stays silent as tested, and
 * each query of the dashboard is answered. Prometheus comes from Debian's package; without it the
 * tests are skipped by name.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parse, stringify } from "yaml";
import { DaemonProcess } from "../support/daemon_process.ts";
import { findPrometheus, needOf } from "../support/debian_prometheus.ts";
import { freePort } from "../support/free_port.ts";
import { figureOf, readMetrics } from "../support/metrics_client.ts";
import { alertRules, dashboardQueries, SHIPPED } from "../support/monitoring_files.ts";
import { testWith } from "../support/needs.ts";
import { paperWithMetrics } from "../support/paper_yaml.ts";
import { place } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const FOUND = findPrometheus();
const NEEDS = [needOf(FOUND)];

function programs(): Exclude<typeof FOUND, string> {
  if (typeof FOUND === "string") throw new Error(`Cannot test: ${FOUND}`);
  return FOUND;
}

async function promtool(...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(programs().promtool, {
    args: [...args],
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  ok(success, said);
  return said;
}

type Sample = {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: [number, string];
};

/** A Prometheus with a directory of its own. */
class Scraper implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #port: number;

  constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
  }

  /** Starts it with the shipped configuration, on another port and in more of a hurry. */
  static async start(directory: TemporaryDirectory, target: number): Promise<Scraper> {
    const port = freePort();
    const text = Deno.readTextFileSync(SHIPPED.prometheus)
      .replaceAll("127.0.0.1:9464", `127.0.0.1:${target}`)
      .replace("[alerts.yml]", `["${SHIPPED.alerts}"]`)
      .replaceAll(/interval: 5s/g, "interval: 1s");
    const config = directory.write("prometheus.yml", text);
    const child = new Deno.Command(programs().prometheus, {
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${directory.path}/tsdb`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--log.level=error",
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const scraper = new Scraper(child, port);
    await until(() => scraper.#isReady(), "Prometheus");
    return scraper;
  }

  /** Answers of an instant query. */
  async query(promql: string): Promise<readonly Sample[]> {
    const data = await this.#get(`query?query=${encodeURIComponent(promql)}`) as {
      result: Sample[];
    };
    return data.result;
  }

  /** The value of a query with one answer, or undefined. */
  async value(promql: string): Promise<number | undefined> {
    const [first] = await this.query(promql);
    return first === undefined ? undefined : Number(first.value[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await this.#child.status;
    clearTimeout(timer);
  }

  async #get(path: string): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/api/v1/${path}`);
    const answer = await response.json() as { status: string; error?: string; data: unknown };
    strictEqual(answer.status, "success", `${path}: ${answer.error}`);
    return answer.data;
  }

  async #isReady(): Promise<boolean> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#port}/-/ready`);
      await response.body?.cancel();
      return response.ok;
    } catch (error) {
      if (error instanceof TypeError) return false; // not listening yet
      throw error;
    }
  }
}

testWith(NEEDS, "promtool finds the shipped rules and configuration right", async () => {
  await promtool("check", "rules", SHIPPED.alerts);
  await promtool("check", "config", SHIPPED.prometheus);
});

testWith(NEEDS, "each alert fires and stays silent as its tests say", async () => {
  await promtool("test", "rules", SHIPPED.alertsTest);
});

testWith(NEEDS, "a rule that is changed fails its tests", async () => {
  using directory = new TemporaryDirectory();
  const rules = Deno.readTextFileSync(SHIPPED.alerts);
  directory.write("alerts.yml", rules.replace("tapeline_kill_switch == 1", "vector(0) > 1"));
  const all = parse(Deno.readTextFileSync(SHIPPED.alertsTest)) as { tests: { name: string }[] };
  const some = all.tests.filter(({ name }) => name.startsWith("TapelineKillSwitch"));
  const tests = directory.write("alerts_test.yml", stringify({ ...all, tests: some }));
  const { success } = await new Deno.Command(programs().promtool, {
    args: ["test", "rules", tests],
    stdout: "null",
    stderr: "null",
  }).output();
  ok(!success);
});

async function trade(daemon: DaemonProcess): Promise<void> {
  const client = await daemon.connect("trader");
  await until(async () => {
    const best = await client.query("best", { instrument: "paper:BTC/USDT", side: "Sell" });
    return best["result"] !== null;
  }, "a market");
  const order = { instrument: "paper:BTC/USDT", order_qty: "0.001", price: "62000.00" };
  await client.send(place("p-1", order));
  await client.report((report) => report["exec_type"] === "Trade");
  client.close();
}

/** As a panel asks: every instance, an interval that has samples. */
function asked(query: string): string {
  return query.replaceAll("$instance", ".+").replaceAll("$__rate_interval", "10s");
}

testWith(
  NEEDS,
  "Prometheus scrapes a running daemon, and every query of the dashboard is answered",
  async () => {
    using directory = new TemporaryDirectory();
    const config = directory.write("metrics.yaml", paperWithMetrics(0));
    await using daemon = await DaemonProcess.start({ stateDir: directory.state, config });
    const port = daemon.listening.metrics_port ?? 0;
    await trade(daemon);
    await using scraper = await Scraper.start(directory, port);
    await until(async () => await scraper.value("tapeline_intents_total") === 1, "a scrape");
    strictEqual(await scraper.value('up{job="tapeline"}'), 1);
    const shown = await readMetrics(port);
    const names = await scraper.query('count by (__name__) ({job="tapeline"})');
    const scraped = new Set(names.map(({ metric }) => metric["__name__"]));
    const missing = Object.entries(shown)
      .map(([name, { kind }]) => kind === "histogram" ? `${name}_bucket` : name)
      .filter((name) => !scraped.has(name));
    deepStrictEqual(missing, []);
    strictEqual(await scraper.value('tapeline_reports_total{exec_type="Trade"}'), 1);
    const ack = figureOf(shown, "tapeline_intent_ack_seconds", { venue: "paper" });
    strictEqual(await scraper.value('tapeline_intent_ack_seconds_count{venue="paper"}'), ack);
    const median = "histogram_quantile(0.5, tapeline_journal_commit_seconds_bucket)";
    ok((await scraper.value(median) ?? 0) > 0);
    for (const query of dashboardQueries()) await scraper.query(asked(query));
    await until(async () => {
      const [watch] = await scraper.query('ALERTS{alertname="TapelineAlertingWorks"}');
      return watch?.metric["alertstate"] === "firing";
    }, "the alert that always fires");
    const pages = await scraper.query('ALERTS{severity="page", alertstate="firing"}');
    deepStrictEqual(pages.map(({ metric }) => metric["alertname"]), [], "nobody is paged");
    for (const { expr } of alertRules()) await scraper.query(expr);
    strictEqual(await daemon.stop("SIGKILL"), 137);
    await until(async () => await scraper.value('up{job="tapeline"}') === 0, "the scrape to fail");
  },
);
