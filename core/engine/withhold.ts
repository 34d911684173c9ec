/**
 * Taking back what an event caused, after it broke an invariant: as if it had said nothing.
 *
 * Report numbers fall back, so that they keep no gap; an order that was born is dropped with its
 * intent, so that a repetition is judged anew; a command goes back into its queue, since it
 * provably never left. What was booked stays: it is fact, and the account is halted.
 * @module
 */
import type { VenueCommand } from "../command.ts";
import { uncount } from "./exposure.ts";
import { takeBackCommand } from "./requests.ts";
import type { Turn } from "./turn.ts";
import type { ExecutionReport, Transition } from "../report.ts";

/** Empties the sink and undoes what its content promised. */
export function withhold(turn: Turn): void {
  const { effects } = turn;
  const commands: VenueCommand[] = [...effects.commands];
  for (const report of [...effects.reports].reverse()) takeBackReport(turn, report);
  for (const transition of effects.transitions) dropNewborn(turn, transition);
  effects.clear();
  for (const command of commands) takeBackCommand(turn, command);
}

function takeBackReport(turn: Turn, report: ExecutionReport): void {
  const client = turn.state.clients.all[report.client];
  if (client === undefined) return;
  client.reportSeq = Math.min(client.reportSeq, report.reportSeq - 1);
  if (report.intentId === null) return;
  const { intents } = turn.state.blotter;
  const record = intents.find(client.index, report.intentId);
  if (record?.newestReport !== report.reportSeq) return;
  record.newestReport = null;
  if (record.ingestUs === turn.nowUs) intents.disown(record);
}

function dropNewborn(turn: Turn, transition: Transition): void {
  if (transition.kind !== "order" || transition.from !== "Created") return;
  const order = turn.state.blotter.get(transition.order);
  if (order === undefined) return;
  uncount(turn.state, order);
  turn.state.blotter.drop(order);
}
