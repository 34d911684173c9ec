/**
 * Sessions: who speaks for a client, and what happens to its orders when nobody does (R-EXEC-6).
 *
 * A takeover needs no end of the old session: from `SessionOpened` on only the new one speaks.
 * A cancel that began is not recalled.
 * @module
 */
import { Client } from "../clients.ts";
import { cancelOrdersOf } from "./cancel.ts";
import type { Turn } from "./turn.ts";
import type { ControlPayloads } from "../event.ts";
import { unreachable } from "../invariant.ts";
import { clientIndex, micros } from "../numbers.ts";

/** A client said HELLO: its grace ends, its wishes are stated anew. */
export function applySessionOpened(turn: Turn, payload: ControlPayloads["SessionOpened"]): void {
  const { clients } = turn.state;
  let client = clients.byName(payload.client);
  if (client === undefined) {
    client = new Client(clientIndex(clients.all.length), payload.client);
    clients.add(client);
  }
  clients.setSession(client, payload.session);
  client.cancelOnDisconnect = payload.cancelOnDisconnect;
  client.cancelGraceMs = payload.cancelGraceMs;
  client.graceDueUs = null;
}

/** A connection is gone. Of a session that was taken over it means nothing. */
export function applySessionClosed(turn: Turn, payload: ControlPayloads["SessionClosed"]): void {
  const { clients } = turn.state;
  const client = clients.bySession(payload.session);
  if (client === undefined) return;
  switch (payload.cause) {
    case "replaced":
      return;
    case "goodbye":
      clients.setSession(client, null);
      if (client.cancelOnDisconnect && !payload.keepOrders) {
        cancelOrdersOf(turn, client);
      }
      return;
    case "lost":
      clients.setSession(client, null);
      armGrace(turn, client);
      return;
    default:
      return unreachable(payload.cause);
  }
}

/** From now on the client has its grace to come back, if it wants its orders cancelled at all. */
export function armGrace(turn: Turn, client: Client): void {
  if (!client.cancelOnDisconnect) return;
  client.graceDueUs = micros(turn.nowUs + client.cancelGraceMs * 1000);
  turn.state.deadlines.push({
    dueUs: client.graceDueUs,
    kind: "grace",
    key: client.index,
  });
}

/** The grace is over. */
export function applyGraceOver(turn: Turn, key: number): void {
  const client = turn.state.clients.all[key];
  if (client === undefined) return;
  client.graceDueUs = null;
  cancelOrdersOf(turn, client);
}
