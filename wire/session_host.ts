/**
 * What one session needs of the server.
 * @module
 */
import type { Draft } from "../core/event.ts";
import type { SessionId } from "../core/numbers.ts";
import type { Backend } from "./backend.ts";
import type { WireCounters } from "./counters.ts";
import type { LookBacks } from "./look_backs.ts";
import type { ErrorCode } from "./server_message.ts";
import type { Session } from "./session.ts";
import type { WirePorts, WireSettings } from "./settings.ts";
import type { SignalEvents } from "./signal_events.ts";

/** Why a HELLO that was right is refused all the same. */
export type AdmissionRefusal = { readonly code: ErrorCode; readonly message: string };

/** The server as its sessions see it. */
export interface SessionHost {
  readonly backend: Backend;
  readonly ports: WirePorts;
  readonly settings: WireSettings;
  readonly counters: WireCounters;
  readonly token: Uint8Array;
  /** Whose turn it is to look into the journal. */
  readonly lookBacks: LookBacks;
  /** Absent: this daemon computes no signals. */
  readonly signals: SignalEvents | undefined;
  /** Everything that the server counts. */
  metrics(): Readonly<Record<string, number>>;
  /** Number of a client's newest durable report; 0 if it has none. */
  reportSeq(clientId: string): number;
  /** Gives an accepted HELLO its number, or says why there is no room. */
  admit(session: Session): SessionId | AdmissionRefusal;
  /** Offers the end of the books and of a session that has left the sequencer. */
  offerClose(drafts: readonly Draft[]): void;
  /** False while such books wait for their end: what was published now could overtake it. */
  mayServe(): boolean;
  /** The session's subscriptions have changed. */
  subscriptionsChanged(session: Session): void;
  /** Nothing more is written to the session: it closes when its peer has, or its time is up. */
  lingers(session: Session): void;
  /** The connection is gone. */
  gone(session: Session): void;
}
