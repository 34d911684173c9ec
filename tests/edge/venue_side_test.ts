/**
 * What a daemon's feeds are started with: which of them may list what no file names, and what the
 * journal has of them from before.
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { declareVenues, PAPER_DEFAULT, parseConfiguration } from "../../config/mod.ts";
import { type InstrumentId, micros } from "../../core/numbers.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";
import { EngineClock } from "../../edge/engine_clock.ts";
import type { FeedInit } from "../../edge/feeds/feed.ts";
import { Ingress } from "../../edge/ingress.ts";
import { noCommits } from "../../edge/journal/mod.ts";
import { VenueSide } from "../../edge/venue_side.ts";
import { PlayedWorkers } from "../support/memory_workers.ts";
import { VirtualTime } from "../support/virtual_time.ts";

const VENUES = declareVenues(
  parseConfiguration(PAPER_DEFAULT, {
    adapters: new Map(),
    captureFormats: [],
    fileExists: () => false,
  }),
  new Map([["paper", { capabilities: () => PAPER_CAPABILITIES }]]),
);
const INSTRUMENTS = VENUES.flatMap(({ instruments }) =>
  instruments.map(({ instrument }) => instrument)
);

/** What the feed of the one venue is started with. */
function feedInit(
  { lists, played }: { readonly lists: boolean; readonly played?: InstrumentId },
): FeedInit {
  const time = new VirtualTime();
  const workers = new PlayedWorkers();
  const queue = { max: 10, policy: "block" } as const;
  const venues = VENUES.map((venue) => lists ? venue : { ...venue, instruments: [] });
  new VenueSide({
    venues,
    known: INSTRUMENTS,
    hasMarket: (instrument) => instrument === played,
    leaving: [],
    ports: { workers, timers: time, log: { write: () => {} } },
    ingress: new Ingress(() => {}),
    clock: new EngineClock(time, micros(0)),
    clOrdIdPrefix: "tl00000000",
    commits: noCommits(),
    isAlive: () => true,
    queues: { marketData: queue, brokerReports: queue },
    offer: () => {},
  }).start();
  return workers.last.init as FeedInit;
}

Deno.test("VenueSide lets a feed list what it names only where the configuration lists nothing", () => {
  deepStrictEqual(feedInit({ lists: true }).discovery, undefined);
  const { discovery, instruments } = feedInit({ lists: false });
  deepStrictEqual([discovery?.known, discovery?.venue, instruments], [
    INSTRUMENTS,
    { id: 0, name: "paper" },
    [],
  ]);
  const numbers = new Int32Array(discovery?.numbers ?? new SharedArrayBuffer(4));
  deepStrictEqual(numbers[0], INSTRUMENTS.length, "the first number that is free");
});

Deno.test("VenueSide names to a feed an instrument that the journal has market data of, if any", () => {
  for (const lists of [true, false]) {
    ok(!("played" in feedInit({ lists })));
    const [, ether] = INSTRUMENTS;
    const init = feedInit({ lists, ...(ether === undefined ? {} : { played: ether.id }) });
    deepStrictEqual(init.played, "paper:ETH/USDT");
  }
});
