/**
 * Finds out what a name means: which order an intent made or was about, which order has an id at a
 * venue.
 *
 * Known limit: a client is known by its sessions; where retention has dropped the one in which an
 * intent came, the intent is found by its own id alone.
 * @module
 */
import type { EventLines } from "../../journal/batch_lines.ts";
import { Names } from "./names.ts";
import { type Fields, inner, numberOf, readEffect, readEvent, textOf } from "./record.ts";
import { type Subject, type Target, targetName } from "./subject.ts";
import { type Source, type Visitor, type Walked, walkJournal } from "./walk.ts";

/** Most meanings that are listed. */
const MEANINGS_MAX = 12;

/** What a name can mean, in order of appearance; none: nobody bore it. */
export type Resolved = { readonly targets: readonly Target[]; readonly walked: Walked };

/** Looks a name up in the whole journal. */
export function resolve(source: Source, subject: Subject): Resolved {
  const finder = new Finder(subject);
  const walked = walkJournal(source, finder);
  return { targets: finder.targets, walked };
}

class Finder implements Visitor {
  readonly names = new Names();
  readonly texts: readonly string[];
  /** By client and id: the first event that bore an id decides, the others repeat or reuse it. */
  readonly #intents = new Map<string, Target>();
  readonly #venueOrders = new Map<string, Target>();
  readonly #client: string | undefined;
  readonly #intentId: string;
  readonly #text: string;

  constructor(subject: Subject) {
    this.#client = subject.kind === "intent" ? subject.client : undefined;
    this.#intentId = subject.kind === "intent" ? subject.intentId : subject.text;
    this.#text = subject.text;
    const intent = `"intent_id":${JSON.stringify(this.#intentId)}`;
    this.texts = subject.kind === "intent" ? [intent] : [intent, ...venueOrderTexts(this.#text)];
  }

  get targets(): readonly Target[] {
    const found = [...this.#intents.values(), ...this.#venueOrders.values()];
    return [...new Map(found.map((target) => [targetName(target), target])).values()];
  }

  visit(lines: EventLines): boolean {
    const all = `${lines.event ?? ""}\n${lines.effects}`;
    if (!this.texts.some((text) => all.includes(text)) || lines.event === undefined) return true;
    const event = readEvent(lines.event);
    const effects = lines.effects.split("\n").filter(Boolean).map(readEffect);
    const orders = effects.map(({ body }) => orderOf(body)).filter((order) => order !== undefined);
    if (event.type === "IntentReceived") this.#takeIntent(event.payload, orders);
    const venueOrderId = textOf(event.payload, "venue_order_id");
    if (venueOrderId !== undefined && this.#client === undefined) {
      const venue = this.names.venue(event.venue);
      const order = orderOf(event.payload) ?? orders[0];
      this.#takeVenueOrder({ venue, venueOrderId, order });
    }
    return this.#intents.size + this.#venueOrders.size < MEANINGS_MAX;
  }

  #takeIntent(payload: Fields, orders: readonly number[]): void {
    const intentId = textOf(inner(payload, "intent"), "intent_id");
    if (intentId !== this.#intentId) return;
    const session = numberOf(payload, "session");
    const client = this.names.clientOfSession(session) ?? this.#client ?? "?";
    if (this.#client !== undefined && client !== this.#client) return;
    const action = textOf(inner(payload, "intent"), "action");
    const order = action === "CancelAll" ? undefined : orders[0];
    const key = `${client}/${intentId}`;
    if (this.#intents.has(key)) return;
    this.#intents.set(
      key,
      order === undefined ? { kind: "intent", client, intentId } : { kind: "order", order },
    );
  }

  #takeVenueOrder(
    of: {
      readonly venue: string;
      readonly venueOrderId: string;
      readonly order?: number | undefined;
    },
  ): void {
    const { venue, venueOrderId, order } = of;
    const full = `${venue}:${venueOrderId}`;
    if (this.#text !== venueOrderId && this.#text !== full) return;
    if (order !== undefined) this.#venueOrders.set(full, { kind: "order", order });
    else if (!this.#venueOrders.has(full)) {
      this.#venueOrders.set(full, { kind: "foreign", venue, venueOrderId });
    }
  }
}

/** The order's number in an event's payload, a transition, a command or a report. */
function orderOf(fields: Fields): number | undefined {
  const order = numberOf(fields, "order");
  if (order !== undefined) return order;
  const orderId = textOf(inner(fields, "wire"), "order_id");
  if (orderId !== undefined) return Number(orderId);
  const key = /^tl[0-9a-f]{8}-(\d+)-\d+$/.exec(textOf(fields, "cl_ord_id") ?? "");
  return key === null ? undefined : Number(key[1]);
}

/** What is written behind `VENUE:` may be the id; the venue's name is checked where it is found. */
function venueOrderTexts(text: string): string[] {
  const colon = text.indexOf(":");
  const ids = colon < 0 ? [text] : [text, text.slice(colon + 1)];
  return ids.map((id) => `"venue_order_id":${JSON.stringify(id)}`);
}
