/**
 * Looks at a daemon for tests of the view: a quiet one, and one at three in the morning.
 * @module
 */
import type { OrderRow, TopModel } from "../../edge/cli/top/model.ts";

/** 2026-11-20 03:00:00 UTC. */
export const NOW_US = 1_795_143_600_000_000;

const ORDER: OrderRow = {
  orderId: "17",
  venueOrderId: "8389765",
  client: "maker",
  intentId: "maker-1-81",
  instrument: "main:BTC/USDT",
  side: "Buy",
  price: "60003.1",
  orderQty: "0.01",
  cumQty: "0",
  status: "Accepted",
  tag: "grid",
  isInDoubt: false,
  isDryRun: false,
  sinceUs: NOW_US - 4_000_000,
  isSinceAtLeast: false,
};

/** Makes an order row. */
export function orderRow(of: Partial<OrderRow>): OrderRow {
  return { ...ORDER, ...of };
}

/** A daemon that has just been connected to and has nothing to do. */
export const QUIET: TopModel = {
  nowUs: NOW_US,
  address: "127.0.0.1:7411",
  link: { kind: "connected" },
  daemon: { version: "0.1.0", mode: "paper", journalId: "ab".repeat(16), configDigest: "cd" },
  tradingState: "Active",
  operatorState: "Active",
  killSwitch: false,
  seqId: 412,
  eventsPerSecond: null,
  queueDepth: 0,
  roundTripUs: 850,
  orders: { open: 0, inDoubt: 0, external: 0, states: [], rows: [] },
  positions: [],
  totals: [],
  tags: [],
  venues: [{
    venue: "paper",
    exchange: "paper",
    status: "up",
    tradingState: "Active",
    openOrders: 0,
    freshBooks: 2,
    books: 2,
    openInstruments: 2,
    failures: 0,
    pausedUntilUs: null,
    reason: "",
  }],
  instruments: [],
  leftOut: { positions: false, instruments: false },
  queues: [],
  latency: [],
  rejects: { sinceUs: NOW_US, codes: [] },
  counters: new Map([["events", 412]]),
};

function busyOrders(): readonly OrderRow[] {
  const rows = [
    orderRow({
      orderId: "12",
      status: "Submitted",
      isInDoubt: true,
      sinceUs: NOW_US - 95_000_000,
      venueOrderId: null,
    }),
    orderRow({
      orderId: "9",
      side: "Sell",
      price: null,
      status: "CancelPending",
      isInDoubt: true,
      sinceUs: NOW_US - 3_000_000,
    }),
  ];
  for (let id = 40; id > 22; id -= 1) {
    const isEven = id % 2 === 0;
    rows.push(orderRow({
      orderId: String(id),
      side: isEven ? "Sell" : "Buy",
      price: `${60_000 + id}.5`,
      cumQty: isEven ? "0.004" : "0",
      status: isEven ? "PartiallyFilled" : "Accepted",
      tag: isEven ? null : "裁定取引グリッド戦略",
      sinceUs: NOW_US - id * 60_000_000,
    }));
  }
  const external = { orderId: null, client: null, intentId: null, tag: null };
  rows.push(orderRow({ ...external, venueOrderId: "771", isSinceAtLeast: true }));
  return rows;
}

const POSITION = {
  instrument: "main:BTC/USDT",
  qty: "-1.2399",
  avgPx: "60037.339596699925",
  realisedPnl: "1204.997150091673",
  unrealisedPnl: "-88.252949",
  currency: "USDT",
} as const;

const VENUE = {
  venue: "main",
  exchange: "lab",
  status: "up",
  tradingState: "Active",
  openOrders: 20,
  freshBooks: 2,
  books: 2,
  openInstruments: 2,
  failures: 0,
  pausedUntilUs: null,
  reason: "connected",
} as const;

const QUEUE = {
  name: "feed_main",
  policy: "conflate",
  depth: 12,
  highWater: 1_024,
  dropped: 0,
  conflated: 88_123,
  heldBack: 0,
} as const;

/** A daemon in trouble: doubt, a venue down, stale books, refusals, losses. */
export const NIGHT: TopModel = {
  ...QUIET,
  daemon: { version: "0.1.0", mode: "live", journalId: "ab".repeat(16), configDigest: "cd" },
  tradingState: "Reducing",
  killSwitch: true,
  seqId: 48_712_345,
  eventsPerSecond: 8_123.4,
  queueDepth: 14,
  orders: {
    open: 20,
    inDoubt: 2,
    external: 1,
    states: [["Accepted", 9], ["CancelPending", 1], ["PartiallyFilled", 9], ["Submitted", 1]],
    rows: busyOrders(),
  },
  positions: [
    POSITION,
    { ...POSITION, instrument: "main:ETH/USDT", qty: "12", unrealisedPnl: null },
    { ...POSITION, instrument: "alt:SOL/USDT", qty: "0.000001", realisedPnl: "-0.00001234" },
  ],
  totals: [{ currency: "USDT", realised: "1204.99", unrealised: null, fees: "211.0412" }],
  tags: [
    { client: "maker", tag: "grid", isRest: false, currency: "USDT", pnl: "-1400.5", fees: "200" },
    { client: "maker", tag: null, isRest: false, currency: "USDT", pnl: "12.25", fees: "11.0412" },
    { client: "maker", tag: null, isRest: true, currency: "USDT", pnl: null, fees: "0" },
  ],
  venues: [
    { ...VENUE, freshBooks: 1, reason: "" },
    {
      ...VENUE,
      venue: "alt",
      status: "reconciling",
      tradingState: "Halted",
      openOrders: 0,
      pausedUntilUs: NOW_US + 12_000_000,
      reason: "the stream has ended; connecting again in 2 s",
    },
  ],
  queues: [
    QUEUE,
    { ...QUEUE, name: "feed_alt", depth: 2, dropped: 17, policy: "drop" },
    { ...QUEUE, name: "control", depth: 0, highWater: 11, conflated: 0 },
    { ...QUEUE, name: "session_868352", depth: 0, highWater: 40, conflated: 0, heldBack: 3 },
    { ...QUEUE, name: "timers", depth: 0, highWater: 1, conflated: 0 },
  ],
  latency: [
    { hop: "intent→disk", count: 71_000, p50Us: 412, p99Us: 1_850, maxUs: null },
    { hop: "→ack main", count: 70_998, p50Us: 8_900, p99Us: 142_000, maxUs: null },
    { hop: "disk→sent", count: 1_000, p50Us: 61, p99Us: 240, maxUs: 990 },
    { hop: "sent→ack", count: 998, p50Us: 8_410, p99Us: 141_000, maxUs: 2_250_000 },
  ],
  rejects: {
    sinceUs: null,
    codes: [
      { code: "PRICE_COLLAR", count: 31, text: "price 61000 is above the collar 60900" },
      { code: "VENUE_RATE_LIMIT", count: 4, text: "429" },
      { code: "KILL_SWITCH", count: 1, text: "the kill switch is on" },
    ],
  },
};

/** The same, its daemon gone. */
export const GONE: TopModel = {
  ...NIGHT,
  link: { kind: "lost", reason: "connection refused", sinceUs: NOW_US - 8_000_000 },
};
