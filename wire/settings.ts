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

/** The ports that the server reaches the world through. */
export type WirePorts = Pick<Ports, "sockets" | "timers" | "clock" | "log">;
