/**
 * A venue as the engine keeps it: declaration, link, pacing, and what its account was last seen as.
 *
 * Owns the data; `requests.ts`, `breaker.ts`, `reconcile.ts` and `opening.ts` change it.
 * @module
 */
import type { ReconcileCause } from "../command.ts";
import type { OpenOrder, VenueDeclaration, VenueStatus } from "../event.ts";
import { Fifo } from "../fifo.ts";
import type { TradingState } from "../intent.ts";
import { type Micros, micros, type RequestId } from "../numbers.ts";
import type { WaitingRequest } from "../order.ts";
import { type Bucket, fullBucket } from "../pacing.ts";

/** A venue. Times that only hold something back are 0 while nothing does. */
export type VenueState = {
  declaration: VenueDeclaration;
  status: VenueStatus;
  tradingState: TradingState;
  bucket: Bucket | null;
  readonly queues: RequestQueues;
  /** The venue asked that nothing leaves before. */
  pausedUntilUs: Micros;
  /** Failed requests in a row. */
  failures: number;
  /** Until when the circuit breaker is open, half open from then on; null: it is closed. */
  breakerOpenUntilUs: Micros | null;
  /** The request to reconcile that has no answer yet. */
  reconcile: PendingReconcile | null;
  reconcileDueUs: Micros | null;
  /** Reconciliations that failed in a row. */
  reconcileAttempts: number;
  /** When the first reconciliation ever left. */
  firstReconcileUs: Micros | null;
  /** Greatest venue time of an execution that was booked; 0 before the first. */
  lastExecUs: Micros;
  /** Open orders at the venue that are not ours, as last listed. */
  externalOrders: readonly OpenOrder[];
  /** When they were listed; 0 before that. */
  reconciledUs: Micros;
  /** The ledger has begun with what the account held. */
  isOpened: boolean;
  /** The next report of the account becomes the ledger's. */
  isAdopting: boolean;
};

/** A request to reconcile; not sent: it waits. */
export type PendingReconcile = {
  readonly request: RequestId;
  readonly cause: ReconcileCause;
  sentUs: Micros | null;
};

/** Requests that wait for the link or for pacing; one that its order forgot is skipped. */
export type RequestQueues = {
  readonly cancels: Fifo<WaitingRequest>;
  readonly lookups: Fifo<WaitingRequest>;
  /** Submits and replaces. */
  readonly orders: Fifo<WaitingRequest>;
};

/** Returns a venue that was just declared: down, or up if it is simulated. */
export function newVenue(declaration: VenueDeclaration, nowUs: Micros): VenueState {
  const { pacing, simulation } = declaration;
  return {
    declaration,
    status: simulation === null ? "down" : "up",
    tradingState: "Active",
    bucket: pacing === null ? null : fullBucket(pacing, nowUs),
    queues: { cancels: new Fifo(), lookups: new Fifo(), orders: new Fifo() },
    pausedUntilUs: micros(0),
    failures: 0,
    breakerOpenUntilUs: null,
    reconcile: null,
    reconcileDueUs: null,
    reconcileAttempts: 0,
    firstReconcileUs: null,
    lastExecUs: micros(0),
    externalOrders: [],
    reconciledUs: micros(0),
    isOpened: false,
    isAdopting: false,
  };
}
