/**
 * The hot loop of a running daemon against one in this process on the same recording: every event of
 * the channel, every query, and the Python class, all to the last bit.
 *
 * Proves R-HOT-1, R-HOT-2, R-HOT-4, R-HOT-5 over the wire and in Python.
 * @module
 */
import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { declareVenues, parseConfiguration } from "../../config/mod.ts";
import { fromQuanta, toQuanta } from "../../core/decimal.ts";
import { HotLoop, parseHotLoopSettings, type QueueLevels } from "../../core/hotloop/mod.ts";
import type { Instrument, Side } from "../../core/instrument.ts";
import { px, qty, seqId } from "../../core/numbers.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";
import { openReader } from "../../edge/feeds/binance_capture.ts";
import { DaemonProcess } from "../support/daemon_process.ts";
import { listedEvent } from "../support/hot_loop_bench.ts";
import { type Need, python3, testWith } from "../support/needs.ts";
import type { RemoteClient } from "../support/remote_client.ts";
import { sharedData } from "../support/shared_data.ts";
import { sharedLines } from "../support/shared_lines.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const CAPTURE = "crypto/hftbacktest/usdm_btcusdt_20240808.gz";
const INSTRUMENT = "usdm:BTC/USDT";
/** About 18 s of the market, played in 2 s at first, and each time in twice as long. */
const LINES = 5_000;
const SPEED = 9;
/** A test that compares thousands of events at once is no peer that has gone. */
const HEARTBEAT_MS = 10_000;
const DEPTH = 5;
const HORIZON_MS = 10_000;
const RUN_MS = 60_000;
/** Events that must have been seen as they came, each of them, and how often they are played for that. */
const SEEN_MIN = 500;
const ATTEMPTS = 5;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const capture: Need = () => sharedData(CAPTURE) === undefined ? `needs ${CAPTURE}` : undefined;

function configurationText(file: string, speed = SPEED): string {
  return `mode: paper
wire: { other_frames_per_second: 100000, heartbeat_ms: ${HEARTBEAT_MS} }
hotloop:
  min_obs_s: 1
  instruments:
    usdm:*:
      trend_lens: { on: true, fast_half_life_s: 0.5, slow_half_life_s: 3 }
      sweep_sniffer: { on: true, min_levels: 2, min_ratio: 0.1 }
venues:
  - name: usdm
    exchange: usdm
    feed: { kind: capture, files: [${JSON.stringify(file)}], format: binance, speed: ${speed} }
    balances:
      - { currency: USDT, total: "10000000" }
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.1" }
        quantity: { quantum: "0.001" }
`;
}

/** What the channel says of queues, as far as it is compared. */
type QueueValue = {
  readonly now_us: number;
  readonly bids: readonly (readonly unknown[])[];
  readonly asks: readonly (readonly unknown[])[];
};

/** A hot loop in this process that has read the recording. */
class Reference {
  readonly loop: HotLoop;
  readonly instrument: Instrument;
  /** After each event. */
  readonly queues: QueueValue[] = [];
  emitted = 0;

  constructor(text: string, lines: readonly string[]) {
    const configuration = parseConfiguration({ file: "c.yaml", text, directory: "/" }, {
      adapters: new Map(),
      captureFormats: ["binance"],
      fileExists: () => true,
    });
    const [venue] = declareVenues(
      configuration,
      new Map([["paper", { capabilities: () => PAPER_CAPABILITIES }]]),
    );
    const instrument = venue?.instruments[0]?.instrument;
    const parsed = parseHotLoopSettings(configuration.hotloop);
    if (instrument === undefined || !parsed.ok) throw new Error("Cannot declare the instrument");
    this.instrument = instrument;
    this.loop = new HotLoop({
      settings: parsed.settings,
      emit: () => void (this.emitted += 1),
    });
    this.loop.apply(listedEvent(instrument));
    this.#read(lines);
  }

  #read(lines: readonly string[]): void {
    const { loop, instrument } = this;
    const reader = openReader({ instruments: [instrument], problem: () => {} });
    for (const [at, line] of lines.entries()) {
      for (const draft of reader.read(line, `${at}`)) {
        const event = { ...draft, seqId: seqId(1), ingestTime: draft.eventTime };
        loop.apply(event as Parameters<HotLoop["apply"]>[0]);
        const queues = loop.queueLevels(instrument.id, { depth: DEPTH });
        if (queues !== null) this.queues.push(this.#value(queues));
      }
    }
  }

  #value({ nowUs, bids, asks }: QueueLevels): QueueValue {
    const row = (level: QueueLevels["bids"][number]): readonly unknown[] => [
      this.price(level.price),
      this.quantity(level.qty),
      level.tick,
      level.observedS,
      level.matchRate,
      level.passed && [level.passed.volume, level.passed.events, level.passed.exposureS],
    ];
    return { now_us: nowUs, bids: bids.map(row), asks: asks.map(row) };
  }

  price(quanta: number): string {
    return fromQuanta(quanta, this.instrument.priceRule.scale);
  }

  quantity(quanta: number): string {
    return fromQuanta(quanta, this.instrument.qtyRule.scale);
  }

  /** The answer to a question, in the words of the wire. */
  answer([method, args]: Question): unknown {
    const { loop, instrument: { id, priceRule, qtyRule } } = this;
    const { side = "Buy", take = false, n = 3 } = args;
    const price = px(toQuanta(args.price ?? "0", priceRule.scale) ?? 0);
    switch (method) {
      case "best":
      case "ladder_top": {
        const levels = loop.ladderTop(id, { side, take, n: method === "best" ? 1 : n })
          .map((level) => [this.price(level.price), this.quantity(level.qty)]);
        return method === "best" ? levels[0] ?? null : levels;
      }
      case "best2_sum":
        return this.quantity(loop.best2Sum(id, { side, take }));
      case "spread_ticks":
        return loop.spreadTicks(id);
      case "last_traded_ts_ms":
        return loop.lastTradedTsMs(id);
      case "get_mbr":
        return loop.getMbr(id);
      case "size_ahead": {
        const ahead = loop.sizeAhead(id, { side, price });
        return ahead === null ? null : this.quantity(ahead);
      }
      case "match_rate_ema":
        return loop.matchRateEma(id, { side, price });
      case "pfill_ttf": {
        const orderQty = qty(toQuanta(args.order_qty ?? "0", qtyRule.scale) ?? 0);
        const of = { side, price, orderQty, horizonMs: args.horizon_ms ?? 0 };
        const pfill = loop.pfillTtf(id, of);
        return {
          p: pfill?.p ?? null,
          ttf_ms: pfill?.ttfMs ?? null,
          ahead: pfill?.ahead === null || pfill === null ? null : this.quantity(pfill.ahead),
          mu: pfill?.mu ?? null,
          observed_s: pfill?.observedS ?? null,
        };
      }
    }
  }
}

type Method =
  | "best"
  | "best2_sum"
  | "spread_ticks"
  | "last_traded_ts_ms"
  | "get_mbr"
  | "ladder_top"
  | "size_ahead"
  | "match_rate_ema"
  | "pfill_ttf";
type Args = {
  readonly side?: Side;
  readonly take?: boolean;
  readonly n?: number;
  readonly price?: string;
  readonly order_qty?: string;
  readonly horizon_ms?: number;
};
type Question = readonly [method: Method, args: Args];

/** Each method at both sides; what has a price from beyond the touch to below the cache's depth. */
function questions(reference: Reference): Question[] {
  const asked: Question[] = [
    ["spread_ticks", {}],
    ["last_traded_ts_ms", {}],
    ["get_mbr", {}],
  ];
  for (const side of ["Buy", "Sell"] as const) {
    for (const take of [false, true]) {
      asked.push(["best", { side, take }], ["best2_sum", { side, take }]);
      asked.push(["ladder_top", { side, take, n: 4 }]);
    }
    const [best] = reference.loop.ladderTop(reference.instrument.id, { side });
    for (let ticks = -30; ticks <= 30; ticks += 1) {
      const price = reference.price((best?.price ?? 0) + ticks);
      asked.push(["size_ahead", { side, price }], ["match_rate_ema", { side, price }]);
      for (const order_qty of ["0.001", "2.5"]) {
        asked.push(["pfill_ttf", { side, price, order_qty, horizon_ms: HORIZON_MS }]);
      }
    }
  }
  return asked;
}

type SignalEvent = {
  readonly event_type: string;
  readonly conflated?: boolean;
  readonly payload: { readonly name: string; readonly value: unknown };
};

function events(client: RemoteClient): readonly SignalEvent[] {
  return client.messages.filter(({ type }) => type === "EVENTS")
    .flatMap((message) => message["events"] as readonly SignalEvent[]);
}

function signals(client: RemoteClient): readonly SignalEvent["payload"][] {
  return events(client).map(({ payload }) => payload);
}

function queuesOf(client: RemoteClient): QueueValue[] {
  return signals(client).filter(({ name }) => name === "queue").map(({ value }) => {
    const { now_us, bids, asks } = value as QueueValue;
    return { now_us, bids, asks };
  });
}

/** Time of the feed in the newest EVENTS. */
function newestUs(client: RemoteClient): number | undefined {
  const events = client.messages.findLast(({ type }) => type === "EVENTS")?.["events"];
  const queue = (events as readonly SignalEvent[] | undefined)
    ?.findLast(({ payload }) => payload.name === "queue");
  return (queue?.payload.value as QueueValue | undefined)?.now_us;
}

async function askPython(
  daemon: DaemonProcess,
  asked: readonly Question[],
): Promise<{ readonly stale: boolean; readonly answers: readonly (readonly unknown[])[] }> {
  const { state_dir, port } = daemon.listening;
  const child = new Deno.Command("python3", {
    args: [`${ROOT}tests/support/hot_loop_answers.py`, state_dir, `${port}`, INSTRUMENT],
    env: { PYTHONPATH: `${ROOT}clients/python`, PYTHONDONTWRITEBYTECODE: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(JSON.stringify(asked)));
  await input.close();
  const { code, stdout, stderr } = await child.output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

testWith([capture, python3], "signals agree in process, over the wire and in Python", async () => {
  using folder = new TemporaryDirectory();
  const lines = sharedLines(CAPTURE)?.slice(0, LINES) ?? [];
  const file = `${folder.path}/capture.gz`;
  Deno.writeFileSync(file, gzipSync(`${lines.join("\n")}\n`));
  const reference = new Reference(configurationText(file), lines);
  const last = reference.queues.at(-1);
  for (let attempt = 1;; attempt += 1) {
    const stateDir = `${folder.path}/state-${attempt}`;
    const text = configurationText(file, SPEED / 2 ** (attempt - 1));
    const config = folder.write(`config-${attempt}.yaml`, text);
    await using daemon = await DaemonProcess.start({ config, stateDir, port: 0 });
    const client = await daemon.connect("watcher");
    const instruments = [INSTRUMENT];
    await client.send({
      type: "SUBSCRIBE",
      id: 1,
      channels: ["signal"],
      instruments,
      depth: DEPTH,
    });
    await until(() => newestUs(client) === last?.now_us, "the last event", RUN_MS);
    // The first is the snapshot of the subscription. Who came late saw little, and who was slow not
    // all of it: once more, at half the speed.
    const received = queuesOf(client).slice(1);
    const leftOut = events(client).filter(({ conflated }) => conflated === true).length;
    const isSeen = received.length > SEEN_MIN && leftOut === 0;
    if (isSeen || attempt === ATTEMPTS) {
      ok(isSeen, `${received.length} events, ${leftOut} in place of others`);
      deepStrictEqual(received, reference.queues.slice(-received.length));
      await agrees({ daemon, client, reference });
      return;
    }
    client.close();
  }
});

type Watched = {
  readonly daemon: DaemonProcess;
  readonly client: RemoteClient;
  readonly reference: Reference;
};

/** All that can be asked is answered alike after the last event. */
async function agrees({ daemon, client, reference }: Watched): Promise<void> {
  const names = new Set(signals(client).map(({ name }) => name));
  for (const name of ["best2_sum", "spread_ticks", "last_traded_ts_ms"]) ok(names.has(name), name);
  if (reference.emitted > 0) ok(names.has("trend_lens") || names.has("sweep_sniffer"));

  const asked = questions(reference);
  const expected = asked.map((question) => reference.answer(question));
  const answered: unknown[] = [];
  for (const [what, args] of asked) {
    const answer = await client.query(what, { instrument: INSTRUMENT, ...args });
    ok(answer["ok"], JSON.stringify(answer));
    const { price, qty } = (answer["result"] ?? {}) as { price?: string; qty?: string };
    answered.push(what === "best" && price !== undefined ? [price, qty] : answer["result"]);
  }
  deepStrictEqual(answered, expected);
  const forecasts = expected.filter((row) => (row as { p?: number } | null)?.p ?? 0 > 0);
  notStrictEqual(forecasts.length, 0, "some orders have a chance");

  const python = await askPython(daemon, asked);
  ok(!python.stale, "the cache is of now");
  for (const [at, [cached, queried]] of python.answers.entries()) {
    deepStrictEqual(cached, expected[at], `from the cache: ${JSON.stringify(asked[at])}`);
    deepStrictEqual(queried, expected[at], `asked: ${JSON.stringify(asked[at])}`);
  }
  client.close();
}
