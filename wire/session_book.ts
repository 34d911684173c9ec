/**
 * Who is connected, and whose session is the one that counts.
 *
 * Invariant: `current` is the client's session applied last, `attached` the one acknowledged last;
 * between the two a takeover is on its way to the disk.
 * @module
 */
import { type ClientIndex, type SessionId, sessionId } from "../core/numbers.ts";
import type { Session } from "./session.ts";

/** Most sessions opened while no event is applied. */
const SESSIONS_PER_EVENT = 4_096;

/** A session whose SessionOpened was applied and is not yet durable. */
export type Opening = {
  readonly seq: number;
  readonly client: ClientIndex;
  readonly session: Session;
};

/** The server's list of sessions. */
export class SessionBook {
  readonly connected = new Set<Session>();
  /** Those that have not said HELLO, oldest first. */
  readonly anonymous = new Set<Session>();
  /** Those to which nothing more is written, oldest first. */
  readonly lingering = new Set<Session>();
  /** Those with subscriptions. */
  readonly watching = new Set<Session>();
  /** Those on the timeline, or on their way onto it. */
  readonly members = new Map<SessionId, Session>();
  readonly current = new Map<ClientIndex, Session>();
  readonly attached = new Map<ClientIndex, Session>();
  openings: Opening[] = [];
  #lastId = 0;

  /** Connections that have said HELLO and still get something. */
  get size(): number {
    return this.connected.size - this.anonymous.size - this.lingering.size;
  }

  /** Takes a new connection. */
  add(session: Session): void {
    this.connected.add(session);
    this.anonymous.add(session);
  }

  /**
   * Numbers a session, or returns undefined if too many were numbered since the last event.
   *
   * The number is unique in the journal without being kept anywhere: it begins with the sequence
   * number of the event before it, and every session that reaches the journal moves that on.
   */
  admit(session: Session, seq: number): SessionId | undefined {
    const first = (seq + 1) * SESSIONS_PER_EVENT;
    const next = Math.max(this.#lastId + 1, first);
    if (next >= first + SESSIONS_PER_EVENT) return undefined;
    this.#lastId = next;
    const id = sessionId(next);
    this.anonymous.delete(session);
    this.members.set(id, session);
    return id;
  }

  /** The connection is gone. Its SessionClosed, if it has one, is still to come. */
  remove(session: Session): void {
    this.connected.delete(session);
    this.anonymous.delete(session);
    this.lingering.delete(session);
    this.watching.delete(session);
    if (!session.isOnTimeline && session.id !== undefined) this.members.delete(session.id);
  }

  /** Its SessionClosed was applied. */
  retire(id: SessionId, client: ClientIndex): Session | undefined {
    const session = this.members.get(id);
    this.members.delete(id);
    if (session !== undefined && this.current.get(client) === session) this.current.delete(client);
    return session;
  }
}
