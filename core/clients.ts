/**
 * Clients: who sent which intent, which session speaks for whom, and how often.
 *
 * A client's number, its report numbers and its intents outlive every session. An intent id is
 * spent by its first use and remembered for the horizon, with a digest of its content.
 * @module
 */
import { CancelAlls } from "./cancel_alls.ts";
import type { Digest } from "./digest.ts";
import { termsCode } from "./digest_codes.ts";
import { Fifo } from "./fifo.ts";
import type { Intent, Params, TradingState } from "./intent.ts";
import { unreachable } from "./invariant.ts";
import type { ClientIndex, Micros, SessionId } from "./numbers.ts";
import type { Order } from "./order.ts";
import type { Bucket } from "./pacing.ts";
import { OrderList } from "./slots/order_list.ts";
import type { FillRow } from "./view.ts";

/** A fill as it was booked, with its owner and the engine time. */
export type ClientFill = FillRow & {
  readonly client: ClientIndex;
  readonly ingestUs: Micros;
};

/** Returns what a client is shown of a fill. */
export function rowOf(fill: ClientFill): FillRow {
  const { seqId, eventUs, orderId, intentId, instrument, side, execution } = fill;
  return { seqId, eventUs, orderId, intentId, instrument, side, execution };
}

/** One client. */
export class Client {
  readonly index: ClientIndex;
  readonly name: string;
  reportSeq = 0;
  /** The last number that the rules have seen; apart from `reportSeq` only within an event. */
  checkedReportSeq = 0;
  tradingState: TradingState = "Active";
  /** The session that speaks for it; null: none. */
  session: SessionId | null = null;
  cancelOnDisconnect = true;
  cancelGraceMs = 0;
  graceDueUs: Micros | null = null;
  bucket: Bucket | null = null;
  /** Live orders, ascending by id: they enter when placed and never come back. */
  readonly open = new OrderList();
  readonly cancelAlls = new CancelAlls();
  /** Oldest first. */
  readonly fills = new Fifo<ClientFill>();

  constructor(index: ClientIndex, name: string) {
    this.index = index;
    this.name = name;
  }
}

/** All clients, by number, name and current session. */
export class Clients {
  readonly all: Client[] = [];
  readonly #byName = new Map<string, Client>();
  readonly #bySession = new Map<SessionId, Client>();

  /** Every live order, in order-id order. */
  liveOrders(): readonly Order[] {
    const orders = this.all.flatMap((client) => [...client.open]);
    return orders.sort((left, right) => left.id - right.id);
  }

  byName(name: string): Client | undefined {
    return this.#byName.get(name);
  }

  /** The client for which a session speaks now; undefined if it does so no longer. */
  bySession(session: SessionId): Client | undefined {
    return this.#bySession.get(session);
  }

  /** Adds a client that is restored or new. */
  add(client: Client): void {
    this.all.push(client);
    this.#byName.set(client.name, client);
    if (client.session !== null) this.#bySession.set(client.session, client);
  }

  /** Lets `session`, or nobody, speak for the client. */
  setSession(client: Client, session: SessionId | null): void {
    if (client.session !== null) this.#bySession.delete(client.session);
    client.session = session;
    if (session !== null) this.#bySession.set(session, client);
  }
}

/** Mixes what makes two intents the same into `digest`: not `sentUs`, not the id. */
export function mixContent(digest: Digest, intent: Intent): void {
  digest.text(intent.action);
  if (intent.action === "Malformed") {
    digest.text(intent.content);
    return;
  }
  digest.maybeText(intent.tag);
  switch (intent.action) {
    case "Place":
      digest.text(intent.instrument);
      digest.text(intent.orderQty);
      digest.maybeText(intent.price);
      digest.maybeInt(intent.expireUs);
      digest.pair(
        (intent.postOnly ? 1 : 0) | (intent.reduceOnly ? 2 : 0) | (intent.validateOnly ? 4 : 0),
        termsCode(intent),
      );
      digest.int(intent.ttlMs);
      mixParams(digest, intent.params);
      break;
    case "Replace":
      digest.text(intent.origIntentId);
      digest.text(intent.orderQty);
      digest.maybeText(intent.price);
      digest.maybeInt(intent.expireUs);
      digest.maybeInt(intent.ttlMs);
      digest.pair(intent.hasTag ? 1 : 0, intent.validateOnly ? 1 : 0);
      mixParams(digest, intent.params ?? null);
      break;
    case "Cancel":
      digest.text(intent.origIntentId);
      break;
    case "CancelAll":
      digest.maybeText(intent.instrument);
      break;
    case "SetRiskFlag":
      digest.text(intent.flag);
      digest.text(intent.value);
      break;
    case "NoOp":
      break;
    default:
      unreachable(intent);
  }
}

function mixParams(digest: Digest, params: Params | null): void {
  if (params === null) {
    digest.absent();
    return;
  }
  const names = Reflect.ownKeys(params).filter((name) => typeof name === "string").sort();
  for (const name of names) {
    const value = params[name];
    digest.text(name);
    digest.text(typeof value);
    digest.text(String(value));
  }
}
