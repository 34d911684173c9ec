/**
 * Commands that an adapter was given and has not answered: what has no outcome if it dies.
 *
 * Only answers that name their request can be told exactly; the rest are told by order and kind, of
 * which the core has one open request at most.
 * @module
 */
import type { VenueCommand } from "../../core/command.ts";
import type { Draft } from "../../core/event.ts";
import type { OrderId, RequestId } from "../../core/numbers.ts";

/** Which kind of request a report answers. */
const ANSWERS = new Map<Draft["eventType"], VenueCommand["kind"]>([
  ["OrderAccepted", "Submit"],
  ["OrderRejected", "Submit"],
  ["OrderCancelled", "Cancel"],
  ["CancelRejected", "Cancel"],
  ["OrderReplaced", "Replace"],
  ["ReplaceRejected", "Replace"],
]);

const KINDS: readonly VenueCommand["kind"][] = ["Submit", "Cancel", "Replace", "Lookup"];

/** In the order in which they were given. */
export class Unanswered {
  readonly #commands = new Map<RequestId, VenueCommand>();
  /** By order and kind. */
  readonly #ofOrders = new Map<number, RequestId>();

  get all(): readonly VenueCommand[] {
    return [...this.#commands.values()];
  }

  add(command: VenueCommand): void {
    this.#commands.set(command.request, command);
    if (command.kind !== "Reconcile") {
      this.#ofOrders.set(keyOf(command.order, command.kind), command.request);
    }
  }

  forget(request: RequestId): void {
    const command = this.#commands.get(request);
    if (command === undefined) return;
    this.#commands.delete(request);
    if (command.kind === "Reconcile") return;
    const key = keyOf(command.order, command.kind);
    if (this.#ofOrders.get(key) === request) this.#ofOrders.delete(key);
  }

  /** Takes off what a report answers. */
  settle(draft: Draft): void {
    switch (draft.eventType) {
      case "RequestFailed":
      case "OrderFound":
      case "OrderNotFound":
      case "Reconciled":
      case "ReconcileFailed":
        return this.forget(draft.payload.request);
      default:
        return this.#settleByOrder(draft);
    }
  }

  #settleByOrder(draft: Draft): void {
    const kind = ANSWERS.get(draft.eventType);
    if (kind === undefined || !("order" in draft.payload)) return;
    const { order } = draft.payload;
    const request = order === null
      ? this.#byClOrdId(draft, kind)
      : this.#ofOrders.get(keyOf(order, kind));
    if (request !== undefined) return this.forget(request);
    // What could not be filled at once ends without ever having been accepted.
    const ended = draft.eventType === "OrderCancelled"
      ? this.#byClOrdId(draft, "Submit")
      : undefined;
    if (ended !== undefined) this.forget(ended);
  }

  #byClOrdId({ payload }: Draft, kind: VenueCommand["kind"]): RequestId | undefined {
    if (!("clOrdId" in payload) || payload.clOrdId === null) return undefined;
    for (const [request, command] of this.#commands) {
      if (command.kind !== kind || command.kind === "Reconcile") continue;
      const isNew = command.kind === "Replace" && command.newClOrdId === payload.clOrdId;
      if (isNew || command.clOrdId === payload.clOrdId) return request;
    }
    return undefined;
  }
}

function keyOf(order: OrderId, kind: VenueCommand["kind"]): number {
  return order * KINDS.length + KINDS.indexOf(kind);
}
