/**
 * Commands that an adapter was given and has not answered: what has no outcome if it dies.
 *
 * Only answers that name their request can be told exactly; the rest are told by order and kind, of
 * which the core has one open request at most. What bears the key of an older version, or was heard
 * before, answers nothing, as in the core: a venue may say one thing twice, and the second time a
 * newer request of that kind may have left.
 * Limit: what was heard more than `HEARD_MAX` keys ago is taken for new.
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

/** Idempotency keys that are remembered: far more than there are between two words on one thing. */
const HEARD_MAX = 4096;

const KINDS: readonly VenueCommand["kind"][] = ["Submit", "Cancel", "Replace", "Lookup"];

/** In the order in which they were given. */
export class Unanswered {
  readonly #commands = new Map<RequestId, VenueCommand>();
  /** By order and kind. */
  readonly #ofOrders = new Map<number, RequestId>();
  /** The newest idempotency keys of answers, by instrument: venues number orders by instrument. */
  readonly #heard = new Set<string>();

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
    if (kind === undefined || !("order" in draft.payload) || this.#isHeard(draft)) return;
    const { order } = draft.payload;
    const request = order === null
      ? this.#byClOrdId(draft, kind)
      : this.#byOrder(draft, keyOf(order, kind));
    if (request !== undefined) return this.forget(request);
    // What could not be filled at once ends without ever having been accepted.
    const ended = draft.eventType === "OrderCancelled"
      ? this.#byClOrdId(draft, "Submit")
      : undefined;
    if (ended !== undefined) this.forget(ended);
  }

  /** Remembers what a draft says, if it has a key; true: that was said before. */
  #isHeard({ instrument, idempotencyKey }: Draft): boolean {
    if (idempotencyKey === null) return false;
    const key = `${instrument} ${idempotencyKey}`;
    if (this.#heard.has(key)) return true;
    this.#heard.add(key);
    const [oldest] = this.#heard;
    if (this.#heard.size > HEARD_MAX && oldest !== undefined) this.#heard.delete(oldest);
    return false;
  }

  #byOrder({ payload }: Draft, key: number): RequestId | undefined {
    const request = this.#ofOrders.get(key);
    const command = request === undefined ? undefined : this.#commands.get(request);
    if (command === undefined || !("clOrdId" in payload) || payload.clOrdId === null) {
      return request;
    }
    return bears(command, payload.clOrdId) ? request : undefined;
  }

  #byClOrdId({ payload }: Draft, kind: VenueCommand["kind"]): RequestId | undefined {
    if (!("clOrdId" in payload) || payload.clOrdId === null) return undefined;
    for (const [request, command] of this.#commands) {
      if (command.kind === kind && bears(command, payload.clOrdId)) return request;
    }
    return undefined;
  }
}

/** True if a command's answer may name its order so; a Replace gives it a new key. */
function bears(command: VenueCommand, clOrdId: string): boolean {
  if (command.kind === "Reconcile") return false;
  const isNew = command.kind === "Replace" && command.newClOrdId === clOrdId;
  return isNew || command.clOrdId === clOrdId;
}

function keyOf(order: OrderId, kind: VenueCommand["kind"]): number {
  return order * KINDS.length + KINDS.indexOf(kind);
}
