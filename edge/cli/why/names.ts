/**
 * Numbers of sessions, clients, venues and instruments to names and scales, learnt on the way
 * through the journal. What retention has dropped keeps its number.
 * @module
 */
import { fromQuanta } from "../../../core/decimal.ts";
import { type EventRecord, type Fields, inner, numberOf, textOf } from "./record.ts";

type Listing = { readonly name: string; readonly priceScale: number; readonly qtyScale: number };

/** What is known so far. */
export class Names {
  readonly #sessions = new Map<number, string>();
  readonly #clients = new Map<number, string>();
  readonly #venues = new Map<number, string>();
  readonly #instruments = new Map<number, Listing>();

  /** Takes a control event. */
  learn(event: EventRecord): void {
    const { type, payload } = event;
    const id = numberOf(payload, "id");
    if (type === "SessionOpened") {
      const session = numberOf(payload, "session");
      const client = textOf(payload, "client");
      if (session !== undefined && client !== undefined) this.#sessions.set(session, client);
    } else if (type === "VenueDeclared" && id !== undefined) {
      this.#venues.set(id, textOf(payload, "name") ?? `#${id}`);
    } else if (type === "InstrumentListed" && id !== undefined) {
      this.#instruments.set(id, {
        name: textOf(payload, "name") ?? `#${id}`,
        priceScale: numberOf(inner(payload, "price_rule"), "scale") ?? 0,
        qtyScale: numberOf(inner(payload, "qty_rule"), "scale") ?? 0,
      });
    }
  }

  /** The reports that an intent caused are its client's. */
  learnClient(index: number, name: string): void {
    this.#clients.set(index, name);
  }

  /** The client of a session; undefined if its opening is no longer kept. */
  clientOfSession(session: number | undefined): string | undefined {
    return session === undefined ? undefined : this.#sessions.get(session);
  }

  client(index: number | undefined): string {
    return this.#clients.get(index ?? -1) ?? `client #${index}`;
  }

  venue(id: number | undefined): string {
    return this.#venues.get(id ?? -1) ?? `venue #${id}`;
  }

  /** The number of a venue by its name. */
  venueId(name: string): number | undefined {
    for (const [id, known] of this.#venues) if (known === name) return id;
    return undefined;
  }

  /** A price of a record as a decimal; null is that of a Market order. */
  price(instrument: number | undefined, fields: Fields, key: string): string | undefined {
    const quanta = numberOf(fields, key);
    if (quanta === undefined) return undefined;
    const listing = this.#instruments.get(instrument ?? -1);
    return listing === undefined ? `${quanta} quanta` : fromQuanta(quanta, listing.priceScale);
  }

  /** A quantity of a record as a decimal. */
  qty(instrument: number | undefined, fields: Fields, key: string): string | undefined {
    const quanta = numberOf(fields, key);
    if (quanta === undefined) return undefined;
    const listing = this.#instruments.get(instrument ?? -1);
    return listing === undefined ? `${quanta} quanta` : fromQuanta(quanta, listing.qtyScale);
  }
}
