/**
 * A feed in its Worker: credit, pace, end, problems (R-OPS-3, R-MODE-2).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Draft } from "../../../core/event.ts";
import type { FeedMessage } from "../../../edge/feed_link.ts";
import { runFeed } from "../../../edge/feeds/feed.ts";
import type { FeedChoice, FeedInit } from "../../../edge/feeds/feed.ts";
import { diskOf } from "../../support/read_only_disk.ts";
import { INSTRUMENT, VENUE } from "../../support/simulated_venue.ts";

/** A Worker's scope on a clock that the test moves. */
class Rig {
  readonly messages: FeedMessage[] = [];
  #nowUs = 5_000_000;
  #handler: (message: unknown) => void = () => {};
  #timers: { readonly atUs: number; readonly task: () => void }[] = [];

  constructor(
    feed: FeedChoice,
    files: ReadonlyMap<string, Uint8Array> = new Map(),
    more: Partial<FeedInit> = {},
  ) {
    const scope = {
      post: (message: unknown): void => void this.messages.push(message as FeedMessage),
      onMessage: (handler: (message: unknown) => void): void => {
        this.#handler = handler;
      },
    };
    const ports = {
      clock: { wallUs: () => 1_700_000_000_000_000, monotonicUs: () => this.#nowUs },
      timers: {
        after: (delayUs: number, task: () => void) => {
          this.#timers.push({ atUs: this.#nowUs + delayUs, task });
          return () => {};
        },
        soon: (task: () => void): void => task(),
      },
      disk: diskOf(files),
    };
    runFeed(scope, ports, { venue: VENUE, instruments: [INSTRUMENT], feed, ...more });
  }

  credit(drafts: number): void {
    this.#handler({ kind: "credit", drafts });
  }

  /** Lets time pass, timers in order. */
  pass(us: number): void {
    const untilUs = this.#nowUs + us;
    for (;;) {
      this.#timers.sort((first, second) => first.atUs - second.atUs);
      const next = this.#timers[0];
      if (next === undefined || next.atUs > untilUs) break;
      this.#timers.shift();
      this.#nowUs = next.atUs;
      next.task();
    }
    this.#nowUs = untilUs;
  }

  get drafts(): Draft[] {
    return this.messages.flatMap((message) => message.kind === "drafts" ? message.drafts : []);
  }

  /** Texts of problems and of the end. */
  get texts(): string[] {
    return this.messages.flatMap((message) => {
      if (message.kind === "drafts") return [];
      return message.kind === "ended" ? [`ended: ${message.summary}`] : [message.text];
    });
  }
}

const GENERATOR: FeedChoice = { kind: "generator", seed: 1 };

/** A spot capture: a snapshot, then one depth message each 100 ms. */
function captureOf(messages: number): Uint8Array {
  const lines = [`${nanoseconds(0)} {"lastUpdateId":0,"bids":[["100","1"]],"asks":[["101","1"]]}`];
  for (let n = 1; n <= messages; n++) {
    const data = { e: "depthUpdate", E: 1, s: "BTCUSDT", U: n, u: n, b: [["100", `${n}`]], a: [] };
    lines.push(`${nanoseconds(n)} ${JSON.stringify({ stream: "btcusdt@depth", data })}`);
  }
  return gzipSync(new TextEncoder().encode(lines.join("\n")));
}

function nanoseconds(tenths: number): string {
  return `${1_723_161_255_000 + tenths * 100}000000`;
}

function capture(speed: "realtime" | "fastest" | number, files = ["a.gz"]): FeedChoice {
  return { kind: "capture", files, format: "binance", speed };
}

Deno.test("runFeed() posts nothing before it has credit", () => {
  const rig = new Rig(GENERATOR);
  rig.pass(10_000_000);
  deepStrictEqual(rig.messages, []);
});

Deno.test("runFeed() never has more drafts outstanding than credit, and at most 256 in a message", () => {
  const rig = new Rig(capture("fastest"), new Map([["a.gz", captureOf(2000)]]));
  rig.credit(300);
  strictEqual(rig.drafts.length, 300);
  deepStrictEqual(rig.messages.map((message) => "drafts" in message && message.drafts.length), [
    256,
    44,
  ]);
  rig.credit(1);
  rig.pass(1_000_000);
  strictEqual(rig.drafts.length, 301);
});

Deno.test("runFeed() plays a capture in real time, N times faster, or at once", () => {
  for (const [speed, expected] of [["realtime", 11], [10, 101], ["fastest", 151]] as const) {
    const rig = new Rig(capture(speed), new Map([["a.gz", captureOf(150)]]));
    rig.credit(4096);
    rig.pass(1_003_000);
    strictEqual(rig.drafts.length, expected, `speed ${speed}`);
  }
});

Deno.test("runFeed() stands still without credit and goes on from there, without a burst", () => {
  const rig = new Rig(capture("realtime"), new Map([["a.gz", captureOf(100)]]));
  rig.credit(5);
  rig.pass(5_000_000);
  strictEqual(rig.drafts.length, 5);
  rig.credit(4096);
  rig.pass(5_000);
  ok(rig.drafts.length <= 6, `${rig.drafts.length} drafts`);
  rig.pass(1_000_000);
  ok(rig.drafts.length >= 15 && rig.drafts.length <= 16, `${rig.drafts.length} drafts`);
});

Deno.test("runFeed() plays files as one stream and ends with what they contained", () => {
  const whole = captureOf(3);
  const more = gzipSync(new TextEncoder().encode(
    `${nanoseconds(9)} {"e":"depthUpdate","E":1,"s":"BTCUSDT","U":4,"u":6,"b":[],"a":[]}\n`,
  ));
  const rig = new Rig(
    capture("fastest", ["a.gz", "b.gz"]),
    new Map([["a.gz", whole], ["b.gz", more]]),
  );
  rig.credit(100);
  strictEqual(rig.drafts.length, 5);
  deepStrictEqual(rig.texts, [
    "ended: 5 lines: 4 depth messages (updates 1 to 6), 1 snapshots, 0 quotes " +
    "(0 beyond the book's end), 0 trades, 0 gaps, 0 bad lines, 0 not used",
  ]);
});

Deno.test("runFeed() tells once of a recording that begins in a journal with market data from before", () => {
  const files = new Map([["a.gz", captureOf(3)]]);
  const rig = new Rig(capture("fastest"), files, { played: INSTRUMENT.name });
  rig.credit(100);
  const again = rig.texts.filter((text) => text.includes("from before this start"));
  strictEqual(again.length, 1);
  match(again[0] ?? "", /^paper:BTC\/USDT is in the journal .*with a new state directory$/);
  const first = new Rig(capture("fastest"), files);
  first.credit(100);
  strictEqual(first.texts.length, 1, "the end");
});

Deno.test("runFeed() tells nothing of a generator that goes on", () => {
  const rig = new Rig(GENERATOR, new Map(), { played: INSTRUMENT.name });
  rig.credit(100);
  rig.pass(1_000_000);
  deepStrictEqual(rig.texts, []);
});

Deno.test("runFeed() names a file that is missing or damaged, and ends", () => {
  const missing = new Rig(capture("fastest", ["no.gz"]));
  missing.credit(1);
  match(missing.texts[0] ?? "", /^no\.gz: Cannot open no\.gz/);
  match(missing.texts[1] ?? "", /^ended: 0 lines/);
  const cut = captureOf(500).subarray(0, 900);
  const damaged = new Rig(capture("fastest"), new Map([["a.gz", cut]]));
  damaged.credit(4096);
  match(damaged.texts[0] ?? "", /^a\.gz: Cannot decompress gzip data: it must not end early/);
});

Deno.test("runFeed() compares a capture with what its recorder expected", () => {
  const expect = { depthMessages: 4, firstUpdateId: 1, lastUpdateId: 4 };
  const choice = { ...capture("fastest"), expect } as FeedChoice;
  const rig = new Rig(choice, new Map([["a.gz", captureOf(3)]]));
  rig.credit(100);
  deepStrictEqual(rig.texts.slice(0, 2), [
    "the capture is not whole: depthMessages must be 4: was 3",
    "the capture is not whole: lastUpdateId must be 4: was 3",
  ]);
});

Deno.test("runFeed() tells a bounded number of problems", () => {
  const bad = new TextEncoder().encode("nonsense\n".repeat(3000));
  const rig = new Rig(capture("fastest"), new Map([["a.gz", bad]]));
  rig.credit(1);
  strictEqual(rig.texts.length, 1002);
  match(rig.texts.at(-1) ?? "", /3000 bad lines/);
});

Deno.test("runFeed() refuses a format and a speed that it does not know", () => {
  throws(
    () => new Rig({ ...capture(1), format: "xls" } as FeedChoice),
    /one of binance, .*: was xls/,
  );
  throws(() => new Rig(capture(0)), /its speed must be above 0: was 0/);
});

Deno.test("runFeed() generates in real time", () => {
  const rig = new Rig(GENERATOR);
  rig.credit(100_000);
  strictEqual(rig.drafts[0]?.eventType, "BookSnapshot");
  rig.pass(600_000_000);
  const last = rig.drafts.at(-1)?.eventTime ?? 0;
  ok(last > 1_700_000_597_000_000 && last <= 1_700_000_600_000_000, `last at ${last}`);
});
