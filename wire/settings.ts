/**
 * What the configuration says of the wire server, and the ports that it needs.
 * @module
 */
import type { Ports } from "../edge/ports.ts";

/** Limits and defaults of the server. Durations in milliseconds, sizes in bytes. */
export type WireSettings = {
  /** A loopback address, `127.0.0.1` or `::1`; the other one is served too where it exists. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly maxFrameBytes: number;
  readonly heartbeatMs: number;
  /** Reports that a client may leave unread before its connection ends. */
  readonly reportBufferBytes: number;
  readonly helloTimeoutMs: number;
  /** Connections that have said HELLO. */
  readonly maxSessions: number;
  /** Told to clients; the engine enforces them. */
  readonly intentsPerSecond: number;
  readonly burst: number;
  readonly intentHorizonMs: number;
  /** Requests other than intents, per session; twice as many at once. */
  readonly otherFramesPerSecond: number;
  /** Where HELLO does not say. */
  readonly cancelOnDisconnect: boolean;
  readonly cancelGraceMs: number;
  /** Names of the venues whose market data clients publish. */
  readonly clientFeeds: readonly string[];
};

/** The defaults of the protocol's page, where it has one. */
export const DEFAULT_WIRE_SETTINGS: WireSettings = {
  host: "127.0.0.1",
  port: 7411,
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

/** The ports that the server reaches the world through. */
export type WirePorts = Pick<Ports, "sockets" | "timers" | "clock" | "log">;
