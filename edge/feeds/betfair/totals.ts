/**
 * What a recorded stream contained.
 * @module
 */
import { type FieldCounts, noFields } from "./scan_message.ts";

/** Counts over all files of a recording. Sizes in hundredths. */
export type StreamTotals = {
  /** Market change messages, heartbeats too. */
  messages: number;
  heartbeats: number;
  connections: number;
  statuses: number;
  /** Changes of a market. */
  marketChanges: number;
  definitions: number;
  images: number;
  /** Changes of a runner. */
  runnerChanges: number;
  readonly fields: FieldCounts;
  trades: number;
  tradedHundredths: number;
  /** Volume of all runners and prices as the stream said it last, and the most that it was. */
  volumeHundredths: number;
  volumePeakHundredths: number;
  /** Books told whole, and changes of books. */
  snapshots: number;
  deltas: number;
  /** Prices that the market's ladder does not have. */
  offLadder: number;
  /** Messages of a subscription that another one had replaced. */
  superseded: number;
  /** Messages that the venue marked as late. */
  late: number;
  /** Times that publish time went back. */
  timeWentBack: number;
  firstMs: number | null;
  lastMs: number | null;
};

/** Returns totals of nothing. */
export function noTotals(): StreamTotals {
  return {
    messages: 0,
    heartbeats: 0,
    connections: 0,
    statuses: 0,
    marketChanges: 0,
    definitions: 0,
    images: 0,
    runnerChanges: 0,
    fields: noFields(),
    trades: 0,
    tradedHundredths: 0,
    volumeHundredths: 0,
    volumePeakHundredths: 0,
    snapshots: 0,
    deltas: 0,
    offLadder: 0,
    superseded: 0,
    late: 0,
    timeWentBack: 0,
    firstMs: null,
    lastMs: null,
  };
}
