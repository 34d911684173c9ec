/**
 * A schedule in which everything goes wrong now and then: some 12 % of orders, 8 % of cancels, 2 % of reads and of what
 * opens a stream; streams repeat, swap, delay, drop, die and go silent. What is acted on late is acted on within
 * `LATE_MAX_MS`.
 * @module
 */
import type { VenueName } from "./control.ts";
import type { VenueControl } from "./control_protocol.ts";
import type { RequestFault, ScheduledFault } from "./faults.ts";

/** The latest that an order can come to life after its request was read. */
export const LATE_MAX_MS = 1500;

const ORDER_PATHS: Readonly<Record<VenueName, string>> = {
  binance_spot: "/api/v3/order",
  binance_usdm: "/fapi/v1/order",
};

type Chance = readonly [percent: number, fault: RequestFault];

/** Lost, late or spoilt after the venue acted. */
const UNSAID: readonly Chance[] = [
  [1, { kind: "loseResponse", by: "rst" }],
  [1, { kind: "loseResponse", by: "fin" }],
  [0.3, { kind: "loseResponse", by: "silence" }],
  [0.5, { kind: "partialStatus", acts: true, by: "rst" }],
  [0.5, { kind: "status", status: 503, acts: true }],
  [0.5, { kind: "status", status: 504, acts: true }],
  [0.3, { kind: "badBody", body: "garbage", acts: true }],
  [0.3, { kind: "badBody", body: "truncated", acts: true }],
  [0.3, { kind: "badBody", body: "emptyObject", acts: true }],
  [0.3, { kind: "badBody", body: "empty", acts: true }],
  [0.3, { kind: "stallBody", acts: true }],
  [1, { kind: "delayResponse", ms: 300 }],
];

/** The venue did not act. */
const UNDONE: readonly Chance[] = [
  [1, { kind: "loseRequest", by: "rst" }],
  [0.5, { kind: "loseRequest", by: "fin" }],
  [0.3, { kind: "loseRequest", by: "silence" }],
  [0.5, { kind: "status", status: 503, acts: false }],
  [0.3, { kind: "badBody", body: "emptyObject", acts: false }],
  [0.5, { kind: "reject", status: 503, code: -1008, msg: "Server is currently overloaded." }],
  [0.2, { kind: "rateLimit", status: 429, retryAfterS: 1 }],
];

/** The venue acts after it seemed to have lost the request. */
const LATE: readonly Chance[] = [
  [1, { kind: "actLate", ms: LATE_MAX_MS / 3, answer: "then" }],
  [1, { kind: "actLate", ms: LATE_MAX_MS, answer: "never" }],
  [1, { kind: "actLate", ms: LATE_MAX_MS / 2, answer: "timeout" }],
];

const READS: readonly Chance[] = [
  [1, { kind: "delayResponse", ms: 300 }],
  [0.5, { kind: "status", status: 502, acts: false }],
  [0.5, { kind: "loseResponse", by: "rst" }],
  [0.3, { kind: "badBody", body: "garbage", acts: false }],
  [0.2, { kind: "stallBody", acts: false }],
];

function on(match: string, chances: readonly Chance[]): readonly ScheduledFault[] {
  return chances.map(([percent, fault]) => ({ match, percent, fault }));
}

/** Rough weather for a venue, from a seed. `calm` ends it. */
export function roughWeather(name: VenueName, seed: number): VenueControl {
  const path = ORDER_PATHS[name];
  return {
    op: "schedule",
    seed,
    requests: [
      ...on(`POST ${path}`, [...UNSAID, ...UNDONE, ...LATE]),
      ...on(`PUT ${path}`, [...UNSAID, ...UNDONE, ...LATE]),
      ...on(`DELETE ${path}`, [...UNSAID, ...UNDONE]),
      ...on("GET *", READS),
      ...on("POST /fapi/v1/listenKey", READS),
    ],
    streams: {
      duplicatePercent: 3,
      swapPercent: 2,
      delayPercent: 3,
      delayMsMax: 400,
      skipPercent: 0.5,
      dropPercent: 2,
      halfOpenPercent: 1,
      endPercent: 1,
    },
    cancelPercent: 10,
  };
}
