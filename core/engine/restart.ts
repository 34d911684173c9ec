/**
 * Start and restart: what a new run of the daemon changes in what the last one left.
 *
 * Connections are gone: sessions end and their grace runs anew, venues outside are down until
 * their adapter says otherwise, books are no reference. What lapsed meanwhile is cancelled first; a
 * grace that ended meanwhile is none, since nobody could come back. What may not rest and never left
 * is turned back.
 * At venues outside a submit or replace without an outcome is in doubt, a cancel is issued again. The
 * clock may have jumped, so no time before the restart helps to prove that a request never arrived.
 * A simulated venue lives on this timeline and has lost nothing. A longer horizon does not bring back
 * what a shorter one forgot.
 * @module
 */
import { clOrdIdPrefix } from "../command.ts";
import { sendCancel } from "./cancel.ts";
import { applyDeadlines } from "./deadlines.ts";
import { askOnceMore, fallIntoDoubt, syncDoubt } from "./doubt.ts";
import { applyLostEnd, doubtWhatWaits } from "./lost_end.ts";
import { isOutside } from "./reconcile.ts";
import { dropReconcile } from "./reconcile_request.ts";
import { armGrace } from "./sessions.ts";
import type { Turn } from "./turn.ts";
import { turnBackWaiting } from "./turn_back.ts";
import type { ControlPayloads, EngineSettings } from "../event.ts";
import { micros } from "../numbers.ts";
import { DOUBT, type Order } from "../order.ts";

/** Applies the first event of a run. */
export function applyStarted(turn: Turn, payload: ControlPayloads["Started"]): void {
  const { state } = turn;
  const isRestart = state.isStarted;
  state.isStarted = true;
  state.isStopping = false;
  state.startedUs = turn.nowUs;
  state.mode = payload.mode;
  state.engineVersion = payload.engineVersion;
  state.journalId = payload.journalId;
  state.blotter.keys.prefix = clOrdIdPrefix(payload.journalId);
  if (isRestart) keepForgotten(turn, payload.settings);
  state.settings = payload.settings;
  state.digest.text(payload.configDigest);
  for (const client of state.clients.all) client.bucket = null;
  if (!isRestart) return;
  for (const venue of state.venues) {
    if (!isOutside(venue)) continue;
    venue.status = "down";
    dropReconcile(venue);
  }
  state.declarations += 1;
  for (const entry of state.instruments) entry?.book.endFeed();
  if (payload.lostSinceUs !== undefined) doubtWhatWaits(turn);
  endSessions(turn);
  applyDeadlines(turn);
  if (payload.lostSinceUs !== undefined) applyLostEnd(turn, payload.lostSinceUs);
  for (const order of state.blotter.values()) recoverOrder(turn, order);
}

/**
 * What was forgotten so far is older than the horizon until now. By a longer one it would be young
 * enough to act, or to be booked, a second time.
 */
function keepForgotten({ state, nowUs }: Turn, next: EngineSettings): void {
  const { intentHorizonMs } = state.settings;
  if (next.intentHorizonMs <= intentHorizonMs) return;
  state.knownSinceUs = micros(Math.max(state.knownSinceUs ?? 0, nowUs - intentHorizonMs * 1000));
}

function endSessions(turn: Turn): void {
  const { clients } = turn.state;
  for (const client of clients.all) {
    const mayReturn = client.session !== null || client.graceDueUs !== null;
    clients.setSession(client, null);
    if (mayReturn) armGrace(turn, client);
  }
}

function recoverOrder(turn: Turn, order: Order): void {
  const venue = turn.state.venue(order.venue);
  if (order.isTerminal || !isOutside(venue)) return;
  turn.touch(order);
  turnBackWaiting(turn, venue, [order]);
  if (order.isTerminal) return;
  order.attempts = 0;
  order.lookupDueUs = null;
  if (order.hasLeft("Lookup")) order.dropRequest("Lookup");
  const isCancelOpen = order.hasLeft("Cancel");
  if (isCancelOpen) order.dropRequest("Cancel");
  if (order.hasLeft("Submit")) fallIntoDoubt(turn, order, "Submit");
  if (order.hasLeft("Replace")) fallIntoDoubt(turn, order, "Replace");
  if (isCancelOpen) {
    order.doubt |= DOUBT.Cancel;
    order.doubtSinceUs ??= turn.nowUs;
    sendCancel(turn, order);
  }
  // What the cancel comes to says nothing of the rest.
  const toAsk = isCancelOpen ? order.doubt & ~DOUBT.Cancel : order.doubt;
  if (toAsk !== 0) askOnceMore(turn, order);
  syncDoubt(turn, order);
}
