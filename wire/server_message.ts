/**
 * What the daemon says: HELLO_ACK, HEARTBEAT, ERROR, EVENTS, RESULT as exact JSON texts.
 *
 * Ordering: keys come in the order of the protocol's page. A text that is part of another message
 * (a report, a payload, a row) is embedded as it is.
 * @module
 */
import type { Mode, Source, VenueStatus } from "../core/event.ts";
import type { Capabilities } from "../core/instrument.ts";
import type { TradingState } from "../core/intent.ts";
import type { RejectCode } from "../core/reject_code.ts";
import type { DaemonIdentity } from "./backend.ts";
import { capabilitiesJson } from "./capability_json.ts";
import type { Channel, RequestKey } from "./message.ts";

/** After one of these the connection ends. */
export const FATAL_CODES = [
  "FRAME_SIZE",
  "HELLO_REQUIRED",
  "AUTH",
  "WIRE_VERSION",
  "JOURNAL_CHANGED",
  "RESUME_AHEAD",
  "SESSION_REPLACED",
  "SLOW_CONSUMER",
  "SHUTTING_DOWN",
  "JOURNAL_UNAVAILABLE",
] as const;
/** These end the connection only before HELLO_ACK. */
export const NON_FATAL_CODES = [
  "BAD_JSON",
  "BAD_MESSAGE",
  "UNKNOWN_TYPE",
  "RATE_LIMIT",
  "INTERNAL",
] as const;
export type FatalCode = (typeof FATAL_CODES)[number];
export type ErrorCode = FatalCode | (typeof NON_FATAL_CODES)[number];
/** What a RESULT with `ok: false` may carry. */
export type ResultCode = ErrorCode | RejectCode | "NOT_FOUND" | "NOT_SUBSCRIBED" | "UNSUPPORTED";

export type HelloAck = {
  readonly sessionId: string;
  readonly journalId: string;
  readonly daemon: DaemonIdentity;
  readonly mode: Mode;
  readonly tradingState: TradingState;
  readonly heartbeatMs: number;
  readonly reportSeq: number;
  readonly reportFirstSeq: number;
  readonly nowUs: number;
  readonly limits: {
    readonly maxFrameBytes: number;
    readonly intentsPerSecond: number;
    readonly burst: number;
    readonly reportBufferBytes: number;
    readonly intentHorizonMs: number;
  };
  readonly venues: readonly {
    readonly name: string;
    readonly exchange: string;
    readonly status: VenueStatus;
    readonly capabilities: Capabilities;
  }[];
};

export type DaemonHeartbeat = {
  readonly nowUs: number;
  readonly echoUs?: number;
  readonly seqId: number;
  readonly reportSeq: number;
  readonly tradingState: TradingState;
  readonly queueDepth: number;
  readonly venues: readonly { readonly name: string; readonly status: VenueStatus }[];
  readonly simUs?: number;
};

export type WireError = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fatal: boolean;
  readonly ref?: RequestKey;
};

/** One event of EVENTS. `venue` and `instrument` are names. `payload` is JSON text. */
export type WireEvent = {
  readonly seqId: number;
  readonly eventTimeUs: number;
  readonly ingestTimeUs: number;
  readonly source: Source;
  readonly venue: string | null;
  readonly instrument: string | null;
  readonly eventType: Channel;
  readonly payload: string;
  readonly idempotencyKey: string | null;
  readonly conflated?: true;
};

/** `events` and `reports` are JSON texts. */
export type EventsMessage = {
  readonly seqId: number;
  readonly events: readonly string[];
  /** Lock-step only. */
  readonly awaited?: true;
  readonly end?: true;
  readonly reports?: readonly string[];
};

/** `result` is JSON text. `id` null: the end of a lock-step run. */
export type ResultMessage =
  & { readonly id: RequestKey | null; readonly seqId: number; readonly reportSeq?: number }
  & (
    | { readonly ok: true; readonly result?: string; readonly nextCursor?: string }
    | { readonly ok: false; readonly code: ResultCode; readonly message: string }
  );

/** Returns the HELLO_ACK that opens a session. */
export function encodeHelloAck(ack: HelloAck): string {
  return JSON.stringify({
    type: "HELLO_ACK",
    wire: 1,
    session_id: ack.sessionId,
    journal_id: ack.journalId,
    daemon: {
      name: ack.daemon.name,
      version: ack.daemon.version,
      config_digest: ack.daemon.configDigest,
    },
    mode: ack.mode,
    trading_state: ack.tradingState,
    heartbeat_ms: ack.heartbeatMs,
    report_seq: ack.reportSeq,
    report_first_seq: ack.reportFirstSeq,
    now_us: ack.nowUs,
    limits: {
      max_frame_bytes: ack.limits.maxFrameBytes,
      intents_per_second: ack.limits.intentsPerSecond,
      burst: ack.limits.burst,
      report_buffer_bytes: ack.limits.reportBufferBytes,
      intent_horizon_ms: ack.limits.intentHorizonMs,
    },
    venues: ack.venues.map((venue) => ({
      venue: venue.name,
      exchange: venue.exchange,
      status: venue.status,
      capabilities: capabilitiesJson(venue.capabilities),
    })),
  });
}

/** Returns the daemon's HEARTBEAT. */
export function encodeHeartbeat(heartbeat: DaemonHeartbeat): string {
  return JSON.stringify({
    type: "HEARTBEAT",
    now_us: heartbeat.nowUs,
    echo_us: heartbeat.echoUs,
    seq_id: heartbeat.seqId,
    report_seq: heartbeat.reportSeq,
    trading_state: heartbeat.tradingState,
    queue_depth: heartbeat.queueDepth,
    venues: Object.fromEntries(heartbeat.venues.map((venue) => [venue.name, venue.status])),
    sim_us: heartbeat.simUs,
  });
}

/** Returns an ERROR. */
export function encodeError(error: WireError): string {
  const { code, message, fatal, ref } = error;
  return JSON.stringify({ type: "ERROR", code, message, fatal, ref });
}

/** Returns one event of an EVENTS, to be shared by all sessions that get it. */
export function encodeEvent(event: WireEvent): string {
  return `{"seq_id":${event.seqId},"event_time_us":${event.eventTimeUs},"ingest_time_us":` +
    `${event.ingestTimeUs},"source":"${event.source}","venue":${JSON.stringify(event.venue)},` +
    `"instrument":${JSON.stringify(event.instrument)},"event_type":"${event.eventType}",` +
    `"payload":${event.payload},"idempotency_key":${JSON.stringify(event.idempotencyKey)}` +
    (event.conflated === true ? `,"conflated":true}` : "}");
}

/** Returns an EVENTS of already encoded events. */
export function encodeEvents(message: EventsMessage): string {
  const reports = message.reports === undefined ? "" : `,"reports":[${message.reports.join(",")}]`;
  const awaited = message.awaited === true ? `,"await":true` : "";
  const end = message.end === true ? `,"end":true` : "";
  return `{"type":"EVENTS","seq_id":${message.seqId},"events":[${message.events.join(",")}]` +
    `${reports}${awaited}${end}}`;
}

/** Returns a RESULT. */
export function encodeResult(message: ResultMessage): string {
  const reportSeq = message.reportSeq === undefined ? "" : `,"report_seq":${message.reportSeq}`;
  const head = `{"type":"RESULT","id":${JSON.stringify(message.id)},"ok":${message.ok},` +
    `"seq_id":${message.seqId}${reportSeq}`;
  if (!message.ok) {
    return `${head},"code":"${message.code}","message":${JSON.stringify(message.message)}}`;
  }
  const result = message.result === undefined ? "" : `,"result":${message.result}`;
  const cursor = message.nextCursor === undefined
    ? ""
    : `,"next_cursor":${JSON.stringify(message.nextCursor)}`;
  return `${head}${result}${cursor}}`;
}
