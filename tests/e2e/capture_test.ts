/**
 * Paper trading on a recorded market, as an acceptance run: a client that watches and one that
 * quotes, the whole recording, at each kind of speed, and with one message taken out of it.
 *
 * Proves R-MODE-1 (paper), R-VENUE-6, R-VENUE-7 (a gap is noticed), R-WIRE-4 and R-CORE-7 (no
 * order without a fresh book).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import { DaemonProcess, runTapeline } from "../support/daemon_process.ts";
import { cancel, place, type RemoteClient, type Report } from "../support/remote_client.ts";
import { sharedData } from "../support/shared_data.ts";
import { pause, TemporaryDirectory, until } from "../support/temporary.ts";
import { type Need, testWith } from "../support/needs.ts";

const CAPTURE = "crypto/hftbacktest/usdm_btcusdt_20240808.gz";
const INSTRUMENT = "usdm:BTC/USDT";
/** What the recording holds. */
const DEPTH_MESSAGES = 6551;
const TRADES = 21_313;
/** Depth messages newer than the recording's snapshot: they change the book. */
const DELTAS = 6547;
const RUN_MS = 90_000;

const capture: Need = () => sharedData(CAPTURE) === undefined ? `needs ${CAPTURE}` : undefined;

function configuration(file: string, speed: string): string {
  return `mode: paper
venues:
  - name: usdm
    exchange: usdm
    feed:
      kind: capture
      files: [${JSON.stringify(file)}]
      format: binance
      speed: ${speed}
      expect:
        depth_messages: ${DEPTH_MESSAGES}
        first_update_id: 5123107837557
        last_update_id: 5123135475514
    balances:
      - { currency: USDT, total: "10000000" }
      - { currency: BTC, total: "100" }
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.1" }
        quantity: { quantum: "0.001" }
`;
}

type Level = readonly [price: string, qty: string];
type MarketEvent = {
  readonly seq_id: number;
  readonly event_time_us: number;
  readonly event_type: string;
  readonly payload: { readonly bids: readonly Level[]; readonly asks: readonly Level[] };
};

/** A client that sees books and trades. */
class Watcher {
  readonly client: RemoteClient;
  constructor(client: RemoteClient) {
    this.client = client;
  }

  static async join(daemon: DaemonProcess): Promise<Watcher> {
    const client = await daemon.connect("watcher");
    const channels = ["book", "trade"];
    await client.send({ type: "SUBSCRIBE", id: 1, channels, instruments: [INSTRUMENT] });
    return new Watcher(client);
  }

  get events(): readonly MarketEvent[] {
    return this.client.messages.filter(({ type }) => type === "EVENTS")
      .flatMap((message) => message["events"] as readonly MarketEvent[]);
  }

  get books(): readonly MarketEvent[] {
    return this.events.filter(({ event_type }) => event_type === "book");
  }
}

/** One order on each side at the best price, moved when the market does. */
class Quoter {
  readonly client: RemoteClient;
  readonly #quotes = new Map<"Buy" | "Sell", { readonly id: string; readonly price: string }>();
  #count = 0;
  isStopped = false;
  constructor(client: RemoteClient) {
    this.client = client;
  }

  get fills(): readonly Report[] {
    return this.client.reports.filter((report) => report["exec_type"] === "Trade");
  }

  async run(): Promise<void> {
    while (!this.isStopped) {
      for (const side of ["Buy", "Sell"] as const) await this.#quote(side);
      await pause(10);
    }
  }

  async #quote(side: "Buy" | "Sell"): Promise<void> {
    const best = await this.client.query("best", { instrument: INSTRUMENT, side });
    const price = (best["result"] as { readonly price: string } | null)?.price;
    const quote = this.#quotes.get(side);
    if (price === undefined || quote?.price === price) return;
    if (quote !== undefined) await this.client.send(cancel(this.#nextId(), quote.id));
    const id = this.#nextId();
    const order = { instrument: INSTRUMENT, side, order_qty: "0.010", price };
    await this.client.send(place(id, order));
    this.#quotes.set(side, { id, price });
  }

  #nextId(): string {
    return `q-${++this.#count}`;
  }
}

/**
 * Every book has two sides, best first, that do not cross; sequence numbers rise. Until the
 * recording's first snapshot a book is what the last quote says: a level a side.
 */
function isCoherent(events: readonly MarketEvent[]): void {
  let hasDepth = false;
  for (const [at, event] of events.entries()) {
    const before = events[at - 1]?.seq_id ?? 0;
    ok(event.seq_id >= before, `seq ${event.seq_id} after ${before}`);
    if (event.event_type !== "book" || event.payload.bids.length === 0) continue;
    const bids = event.payload.bids.map(([price]) => Number(price));
    const asks = event.payload.asks.map(([price]) => Number(price));
    deepStrictEqual(bids, bids.toSorted((a, b) => b - a), `bids at seq ${event.seq_id}`);
    deepStrictEqual(asks, asks.toSorted((a, b) => a - b), `asks at seq ${event.seq_id}`);
    ok((bids[0] ?? 0) < (asks[0] ?? Infinity), `a crossed book at seq ${event.seq_id}`);
    strictEqual(new Set([...bids, ...asks]).size, bids.length + asks.length);
    hasDepth ||= bids.length > 1;
    strictEqual(bids.length, hasDepth ? 10 : 1);
  }
}

async function eventsByType(stateDir: string): Promise<Readonly<Record<string, number>>> {
  const { code, stdout } = await runTapeline("journal", "stat", "--json", "--state-dir", stateDir);
  strictEqual(code, 0, stdout);
  return (JSON.parse(stdout) as { events_by_type: Record<string, number> }).events_by_type;
}

testWith(
  [capture],
  "paper trading on a recording runs to its end, fills a quoter and shows coherent books",
  async () => {
    using directory = new TemporaryDirectory();
    const stateDir = directory.state;
    const text = configuration(sharedData(CAPTURE) ?? "", "fastest");
    await using daemon = await DaemonProcess.start({
      stateDir,
      config: directory.write("run.yaml", text),
    });
    const quoter = new Quoter(await daemon.connect("quoter"));
    const watcher = await Watcher.join(daemon);
    const quoting = quoter.run();
    const trades = (): number => watcher.events.filter((e) => e.event_type === "trade").length;
    await until(() => trades() > 0 && watcher.books.length > 1, "the market", RUN_MS);
    // It may stand still on the way: over it is when the journal has all of it.
    const isOver = async (): Promise<boolean> => {
      const { BookDelta, TradePrinted } = await eventsByType(stateDir);
      return BookDelta === DELTAS && TradePrinted === TRADES;
    };
    await until(isOver, "the end of the recording", RUN_MS);
    quoter.isStopped = true;
    await quoting;
    isCoherent(watcher.events);
    ok(quoter.fills.length > 0, `${quoter.client.reports.length} reports, none a fill`);
    deepStrictEqual(daemon.alarms("feed_problem"), []);
    strictEqual(await daemon.stop(), 0);
    const counts = await eventsByType(stateDir);
    strictEqual(counts["BookDelta"], DELTAS);
    strictEqual(counts["TradePrinted"], TRADES);
  },
);

/** Writes a copy of the recording without one depth message in its middle. */
function withoutOneMessage(directory: TemporaryDirectory): string {
  const whole = gunzipSync(Deno.readFileSync(sharedData(CAPTURE) ?? ""));
  const lines = new TextDecoder().decode(whole).split("\n");
  const depth = lines.flatMap((line, at) => line.includes("@depth") ? [at] : []);
  lines.splice(depth[Math.floor(depth.length / 3)] ?? 0, 1);
  const path = `${directory.path}/damaged.gz`;
  Deno.writeFileSync(path, gzipSync(new TextEncoder().encode(lines.join("\n")), { level: 1 }));
  return path;
}

testWith(
  [capture],
  "a missing depth message is an alarm, and nobody trades on that book any more",
  async () => {
    using directory = new TemporaryDirectory();
    const text = configuration(withoutOneMessage(directory), "fastest");
    const config = directory.write("damaged.yaml", text);
    await using daemon = await DaemonProcess.start({ stateDir: directory.state, config });
    const client = await daemon.connect("trader");
    const counted = /depthMessages must be 6551: was 6550/;
    const texts = (): string[] => daemon.alarms("feed_problem").map((line) => String(line["text"]));
    await until(
      () => texts().some((line) => counted.test(line)),
      "the end of the recording",
      RUN_MS,
    );
    match(texts()[0] ?? "", /damaged\.gz:\d+: /, "the first alarm names the line after the gap");
    for (const side of ["Buy", "Sell"]) {
      const best = await client.query("best", { instrument: INSTRUMENT, side });
      strictEqual(best["result"], null, `no best ${side} of a book that is not known`);
    }
    await client.send(place("x-1", { instrument: INSTRUMENT, order_qty: "0.010", price: "60000" }));
    const refusal = await client.report((report) => report["intent_id"] === "x-1");
    strictEqual(refusal["reject_code"], "PRICE_COLLAR");
    match(String(refusal["text"]), /must have a fresh book/);
    client.close();
    strictEqual(await daemon.stop(), 0);
  },
);

/** Speed, and seconds of market time in a second of ours. */
const speeds = [["realtime", 1], ["50", 50]] as const;
/** At least so long is watched, seconds of ours: what plays twice as fast is found out. */
const WATCHED_S = 3;
for (const [speed, factor] of speeds) {
  testWith([capture], `a recording at speed ${speed} keeps its pace`, async () => {
    using directory = new TemporaryDirectory();
    const config = directory.write("paced.yaml", configuration(sharedData(CAPTURE) ?? "", speed));
    const startMs = performance.now();
    await using daemon = await DaemonProcess.start({ stateDir: directory.state, config });
    const watcher = await Watcher.join(daemon);
    const joinMs = performance.now();
    const secondsSince = (fromMs: number): number => (performance.now() - fromMs) / 1000;
    await until(
      () => {
        const market = watcher.events.filter(({ event_type }) => event_type === "trade");
        const [first, last] = [market.at(0), market.at(-1)];
        const shownS = ((last?.event_time_us ?? 0) - (first?.event_time_us ?? 0)) / 1e6;
        // However slow a machine is, no more was played than since the start; what was held up is
        // made up for.
        ok(shownS <= factor * secondsSince(startMs), `${shownS} s since the start: it hurries`);
        return shownS >= factor * Math.max(WATCHED_S, secondsSince(joinMs) / 2);
      },
      "as much of the market as there must be by now",
      RUN_MS,
    );
    isCoherent(watcher.events);
    deepStrictEqual(daemon.alarms("feed_problem"), []);
    watcher.client.close();
    strictEqual(await daemon.stop(), 0);
  });
}
