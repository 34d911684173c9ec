/**
 * Deadlines as they fall due: lapses, graces, retries, look-ups, pacing, retirement.
 *
 * Ordering: by time, then kind, then key (see `deadlines.ts`), then retirement, then pacing in
 * venue order. Limit: one event fires at most `FIRED_PER_EVENT_MAX`; what is left stays due.
 * @module
 */
import { beginCancel, retryCancel } from "./cancel.ts";
import { askNow } from "./doubt.ts";
import { beginReconcile } from "./reconcile_request.ts";
import { issue, nextReleaseUs, release } from "./requests.ts";
import { applyGraceOver } from "./sessions.ts";
import type { EngineState } from "./state.ts";
import type { Turn } from "./turn.ts";
import { RETIRED_PER_DEADLINE_MAX, RETIRED_PER_EVENT_MAX } from "../blotter.ts";
import type { Deadline } from "../deadlines.ts";
import { unreachable } from "../invariant.ts";
import { type Micros, micros, orderId, venueId } from "../numbers.ts";
import { DOUBT, type Order } from "../order.ts";

const FIRED_PER_EVENT_MAX = 1024;

/** Fires what is due. */
export function applyDeadlines(turn: Turn): void {
  const { state, nowUs } = turn;
  for (let fired = 0; fired < FIRED_PER_EVENT_MAX; fired += 1) {
    const deadline = state.deadlines.takeDue(nowUs);
    if (deadline === undefined) break;
    fire(turn, deadline);
  }
  retire(state, RETIRED_PER_DEADLINE_MAX);
  for (const venue of state.venues) release(turn, venue);
}

/** Forgets a little of what has had its time, with an event that is no deadline. */
export function retireByTheWay(state: EngineState): void {
  retire(state, RETIRED_PER_EVENT_MAX);
}

function retire(state: EngineState, most: number): void {
  const { blotter, clients, nowUs } = state;
  blotter.retire(clients, { nowUs, horizonUs: horizonUs(state), most });
}

/** When the engine next wants a `DeadlineReached`, or undefined. */
export function nextDeadlineUs(state: EngineState): Micros | undefined {
  let first = state.deadlines.peek()?.dueUs ?? Infinity;
  first = Math.min(first, state.blotter.nextRetirementUs(horizonUs(state)) ?? Infinity);
  for (const venue of state.venues) {
    first = Math.min(first, nextReleaseUs(state, venue) ?? Infinity);
  }
  return first === Infinity ? undefined : micros(first);
}

function horizonUs(state: EngineState): number {
  return state.settings.intentHorizonMs * 1000;
}

function fire(turn: Turn, deadline: Deadline): void {
  if (deadline.kind === "grace") {
    applyGraceOver(turn, deadline.key);
    return;
  }
  if (deadline.kind === "reconcile") {
    beginReconcile(turn, turn.state.venue(venueId(deadline.key)), "periodic");
    return;
  }
  const order = turn.state.blotter.get(orderId(deadline.key));
  if (order === undefined) return;
  turn.touch(order);
  switch (deadline.kind) {
    case "lapse":
      order.lapseDueUs = null;
      beginCancel(turn, order, { cause: "lapse", by: null });
      return;
    case "retry":
      retry(turn, order);
      return;
    case "lookup":
      order.lookupDueUs = null;
      askNow(turn, order);
      return;
    default:
      return unreachable(deadline.kind);
  }
}

/** Sends again what is due; the cancel first, since it wins over a replace that has not left. */
function retry(turn: Turn, order: Order): void {
  order.retryDueUs = null;
  if ((order.retry & DOUBT.Cancel) !== 0) retryCancel(turn, order);
  const wanted = order.retry;
  order.retry = 0;
  if ((wanted & DOUBT.Submit) !== 0) issue(turn, order, "Submit");
  if ((wanted & DOUBT.Replace) !== 0) issue(turn, order, "Replace");
}
