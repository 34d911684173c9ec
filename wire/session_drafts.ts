/**
 * The events by which a session enters and leaves the timeline, and its HELLO_ACK.
 * @module
 */
import type { Draft, VenueStatus } from "../core/event.ts";
import type { Capabilities } from "../core/instrument.ts";
import type { TradingState } from "../core/intent.ts";
import { type ClientIndex, micros, type SessionId } from "../core/numbers.ts";
import type { Backend } from "./backend.ts";
import type { Hello } from "./message.ts";
import { encodeHelloAck } from "./server_message.ts";
import type { WireSettings } from "./settings.ts";

/** Returns the event that opens a session; HELLO's absent fields come from the configuration. */
export function openedDraft(
  hello: Hello,
  of: { readonly session: SessionId; readonly nowUs: number; readonly settings: WireSettings },
): Draft<"SessionOpened"> {
  return {
    eventTime: micros(of.nowUs),
    source: "control",
    venue: null,
    instrument: null,
    eventType: "SessionOpened",
    payload: {
      session: of.session,
      client: hello.clientId,
      cancelOnDisconnect: hello.cancelOnDisconnect ?? of.settings.cancelOnDisconnect,
      cancelGraceMs: hello.cancelGraceMs ?? of.settings.cancelGraceMs,
      agent: hello.agent ?? null,
    },
    idempotencyKey: null,
  };
}

/** Returns the event that closes a session. */
export function closedDraft(
  payload: Draft<"SessionClosed">["payload"],
  nowUs: number,
): Draft<"SessionClosed"> {
  return {
    eventTime: micros(nowUs),
    source: "control",
    venue: null,
    instrument: null,
    eventType: "SessionClosed",
    payload,
    idempotencyKey: null,
  };
}

/** What HELLO_ACK says of the state right after SessionOpened was applied. */
export type OpeningState = {
  readonly seq: number;
  readonly client: ClientIndex;
  readonly tradingState: TradingState;
  readonly venues: readonly {
    readonly name: string;
    readonly exchange: string;
    readonly status: VenueStatus;
    readonly capabilities: Capabilities;
  }[];
};

/** Reads the state while it is that of the SessionOpened just applied. */
export function readOpeningState(
  backend: Backend,
  of: { readonly seq: number; readonly client: ClientIndex },
): OpeningState {
  const { view } = backend;
  const venues = view.venues.map(({ name, exchange, status, capabilities }) => ({
    name,
    exchange,
    status,
    capabilities,
  }));
  return { ...of, tradingState: view.tradingState(of.client), venues };
}

/** Returns the HELLO_ACK of a session whose SessionOpened is durable. */
export function helloAck(
  backend: Backend,
  settings: WireSettings,
  of: {
    readonly session: SessionId;
    readonly opening: OpeningState;
    readonly reportSeq: number;
    readonly reportFirstSeq: number;
  },
): string {
  return encodeHelloAck({
    sessionId: String(of.session),
    journalId: backend.journalId,
    daemon: backend.daemon,
    mode: backend.mode,
    tradingState: of.opening.tradingState,
    heartbeatMs: settings.heartbeatMs,
    reportSeq: of.reportSeq,
    reportFirstSeq: of.reportFirstSeq,
    nowUs: backend.nowUs(),
    limits: settings,
    venues: of.opening.venues,
  });
}
