/**
 * A wire server on a toy daemon, in memory, with clients.
 * @module
 */
import type { Log } from "../../edge/ports.ts";
import { HotLoop, parseHotLoopSettings } from "../../core/hotloop/mod.ts";
import { HotLoopObserver } from "../../edge/hot_loop_observer.ts";
import { WireServer } from "../../wire/server.ts";
import type { WireSettings } from "../../wire/settings.ts";
import { FakeBackend } from "./fake_backend.ts";
import { listedEvent } from "./hot_loop_bench.ts";
import { type Chunking, MemorySockets } from "./memory_sockets.ts";
import { VirtualTime } from "./virtual_time.ts";
import { WireClient } from "./wire_client.ts";

export const TOKEN = "a-token-of-the-tests";

const SETTINGS: WireSettings = {
  host: "127.0.0.1",
  port: 0,
  maxFrameBytes: 1_048_576,
  heartbeatMs: 1_000,
  reportBufferBytes: 8_388_608,
  helloTimeoutMs: 5_000,
  maxSessions: 64,
  intentsPerSecond: 1_000,
  burst: 2_000,
  intentHorizonMs: 604_800_000,
  otherFramesPerSecond: 200,
  cancelOnDisconnect: true,
  cancelGraceMs: 5_000,
  clientFeeds: [],
};

export type WireFixtureOptions = {
  readonly settings?: Partial<WireSettings>;
  /** Settings of a hot loop that knows the toy's instruments; absent: there is none. */
  readonly hotloop?: unknown;
  readonly chunking?: Chunking;
  readonly windowBytes?: number;
};

/** Everything together. */
export class WireFixture {
  readonly time = new VirtualTime();
  readonly backend = new FakeBackend(this.time);
  readonly sockets: MemorySockets;
  readonly server: WireServer;
  readonly signals: HotLoopObserver | undefined;
  /** Of each line event, code and peer. */
  readonly logged: string[] = [];
  readonly port: number;

  constructor(options: WireFixtureOptions = {}) {
    const { settings, hotloop, ...network } = options;
    this.sockets = new MemorySockets({ timers: this.time, ...network });
    const log: Log = {
      write: (_level, event, fields) =>
        this.logged.push(`${event} ${fields?.["code"]} ${fields?.["peer"]}`),
    };
    if (hotloop !== undefined) this.signals = this.#observe(hotloop, log);
    if (this.signals !== undefined) this.backend.signals = this.signals;
    this.server = new WireServer({
      backend: this.backend,
      ports: { sockets: this.sockets, timers: this.time, clock: this.time, log },
      settings: { ...SETTINGS, ...settings },
      token: new TextEncoder().encode(TOKEN),
    });
    this.backend.observer = {
      applied: (event, effects, reports) => {
        this.signals?.applied(event, effects);
        this.server.applied(event, effects, reports);
      },
      released: (upTo) => this.server.released(upTo),
    };
    this.port = this.server.listen().port;
  }

  #observe(settings: unknown, log: Log): HotLoopObserver {
    const parsed = parseHotLoopSettings(settings);
    if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
    const observer = new HotLoopObserver({
      create: (emit) => new HotLoop({ settings: parsed.settings, emit }),
      listed: () => this.backend.instruments,
      book: (id) => this.backend.books.get(id),
      open: () => [],
      log,
    });
    for (const row of this.backend.instruments) observer.hotLoop.apply(listedEvent(row));
    return observer;
  }

  /** Connects without a word. */
  connect(): WireClient {
    const client = new WireClient(this.sockets.connect({ hostname: "127.0.0.1", port: this.port }));
    this.time.runDue();
    return client;
  }

  /** Connects and says HELLO; nothing is applied yet. */
  hello(clientId: string, more: Readonly<Record<string, unknown>> = {}): WireClient {
    const client = this.connect();
    client.send({ type: "HELLO", wire: [1], client_id: clientId, token: TOKEN, ...more });
    this.time.runDue();
    return client;
  }

  /** Connects, says HELLO, and waits for HELLO_ACK. */
  open(clientId: string, more: Readonly<Record<string, unknown>> = {}): WireClient {
    const client = this.hello(clientId, more);
    this.settle();
    return client;
  }

  /** Delivers, applies, commits, until nothing happens any more. */
  settle(): void {
    for (let round = 0; round < 4; round++) {
      this.time.runDue();
      this.backend.turn();
      this.backend.commit();
    }
    this.time.runDue();
  }

  /** Makes a NoOp intent. */
  noOp(intentId: string): Readonly<Record<string, unknown>> {
    return {
      type: "QuoteIntent",
      v: 1,
      intent_id: intentId,
      action: "NoOp",
      sent_us: this.time.wallUs(),
    };
  }
}
