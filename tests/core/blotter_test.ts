/**
 * The blotter against its naive twin: random commands run on both and all that can be seen is
 * compared after each. Proves the structures behind R-CORE-9 (order of walks) and R-WIRE-2 (what is
 * remembered, and for how long).
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { Blotter, FUTURE_MAX_US, RETIRED_PER_DEADLINE_MAX } from "../../core/blotter.ts";
import { Client, type ClientFill, Clients } from "../../core/clients.ts";
import {
  clientIndex,
  instrumentId,
  micros,
  orderId,
  px,
  qty,
  requestId,
  seqId,
  venueId,
} from "../../core/numbers.ts";
import type { Order } from "../../core/order.ts";
import { OrderList } from "../../core/slots/order_list.ts";
import {
  BLANK,
  fieldsOf,
  NaiveBlotter,
  type NaiveFields,
  type NaiveOrder,
} from "../support/naive_blotter.ts";
import { fillOf } from "../support/fills.ts";
import { intentFields, ORDER_TERMS } from "../support/kept_orders.ts";

const HORIZON_US = 5_000_000;
const CLIENTS = 3;
const MAX = Number.MAX_SAFE_INTEGER;

const time = fc.option(fc.constantFrom(0, 1, MAX), { nil: null });
const asked = fc.option(
  fc.record({ id: fc.integer({ min: 1, max: MAX }), sentUs: time }, { noNullPrototype: true }),
  { nil: null },
);
const fields: fc.Arbitrary<NaiveFields> = fc.record({
  price: fc.option(fc.maxSafeInteger(), { nil: null }),
  orderQty: fc.maxSafeNat(),
  cumQty: fc.maxSafeNat(),
  notional: fc.constantFrom(0n, 1n, BigInt(MAX), BigInt(MAX) + 1n, -5n, -(2n ** 80n), 2n ** 106n),
  isAccepted: fc.boolean(),
  wasAbsent: fc.boolean(),
  mustCancel: fc.constantFrom(null, "intent", "cancelAll", "lapse", "disconnect", "kill"),
  ttlDueUs: time,
  doubt: fc.nat(7),
  submit: asked,
  cancel: asked,
}, { noNullPrototype: true });
const pick = fc.nat(1000);
const waiting = fc.record({
  kind: fc.constant("wait"),
  us: fc.nat(4_000_000),
  most: fc.nat(RETIRED_PER_DEADLINE_MAX),
});
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("place"), client: fc.nat(2), id: pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("write"), order: pick, fields }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("end"), order: pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("keep"), order: pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("mean"), order: pick, id: pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("say"), client: fc.nat(2), id: pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("name"), order: pick, name: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("see"), order: pick, key: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("disown"), client: fc.nat(2), id: pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop"), order: pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("book"), client: fc.nat(2), id: pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("open"), venue: fc.nat(1) }) },
  { weight: 4, arbitrary: waiting },
);
type Command = typeof command extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** Blotter and twin, side by side. */
class Pair {
  readonly blotter = new Blotter("");
  readonly twin = new NaiveBlotter();
  readonly live = Array.from({ length: CLIENTS }, () => new OrderList());
  readonly clients = new Clients();
  readonly said: { readonly client: number; readonly id: string }[] = [];
  /** Venues whose orders are asked for by name. */
  readonly opened = new Set<number>();
  nowUs = 1_000_000;

  constructor() {
    for (let client = 0; client < CLIENTS; client += 1) {
      this.clients.add(new Client(clientIndex(client), `c${client}`));
    }
  }

  run(command: Command): void {
    switch (command.kind) {
      case "place":
        return this.#place(command);
      case "say":
        this.#intent(command, null);
        return;
      case "disown":
        return this.#disown(command);
      case "wait":
        return this.#wait(command);
      case "book":
        return this.#book(command);
      case "open":
        this.opened.add(command.venue);
        return this.blotter.openNames(venueId(command.venue));
      default:
        this.#onOrder(command);
    }
  }

  #onOrder(command: Command): void {
    const both = "order" in command ? this.#orderAt(command.order) : undefined;
    if (both === undefined) return;
    switch (command.kind) {
      case "write":
        write(both.order, command.fields);
        both.naive.fields = command.fields;
        return;
      case "end":
        if (both.naive.endedUs !== null) return;
        both.order.endedUs = micros(this.nowUs);
        this.blotter.keep(both.order, micros(this.nowUs));
        return this.twin.end(both.naive, this.nowUs);
      case "keep":
        if (both.naive.endedUs === null) return;
        this.blotter.keep(both.order, micros(this.nowUs));
        return this.twin.keep(both.naive, this.nowUs);
      case "mean":
        this.#intent({ client: both.naive.client, id: command.id }, both.naive.id);
        return;
      case "name":
        this.blotter.nameAtVenue(both.order, `V${command.name}`);
        return this.twin.name(both.naive, `V${command.name}`);
      case "see":
        return see(both, `K${command.key}`);
      case "drop":
        this.blotter.drop(both.order);
        return this.twin.drop(both.naive);
    }
  }

  #place(of: { readonly client: number; readonly id: number }): void {
    const record = this.#intent(of, this.blotter.nextOrder);
    if (record === undefined) return;
    const terms = {
      ...ORDER_TERMS,
      id: this.blotter.nextOrder,
      client: clientIndex(of.client),
      venue: venueId(of.id % 2),
      instrument: instrumentId(of.id % 4),
    };
    const bearer = this.blotter.intents.find(terms.client, record);
    if (bearer === undefined) throw new Error("The intent must be there");
    const order = this.blotter.add(terms, bearer);
    this.blotter.intents.bind(bearer, order);
    this.live[of.client]?.add(order);
    const { id, client, venue, instrument } = terms;
    const blank = { fields: BLANK, names: [], seen: [], endedUs: null, keptSinceUs: null };
    this.twin.addOrder({ id, client, venue, instrument, bearer: record, ...blank });
  }

  /** Remembers an intent that is not known; returns its id. */
  #intent(
    of: { readonly client: number; readonly id: number },
    order: number | null,
  ): string | undefined {
    const client = clientIndex(of.client);
    const intentId = `i${of.id}`;
    this.said.push({ client, id: intentId });
    if (this.twin.find(client, intentId) !== undefined) return undefined;
    const ingestUs = micros(this.nowUs);
    this.twin.addIntent({ client, intentId, ingestUs, content: of.id, order });
    const record = this.blotter.intents.add(intentFields({
      intentId,
      client,
      contentLow: of.id,
      contentHigh: -of.id,
      sentUs: ingestUs,
      recvUs: ingestUs,
      ingestUs,
      tag: `t${of.id}`,
    }));
    const meant = order === null ? undefined : this.blotter.get(orderId(order));
    if (meant !== undefined) this.blotter.intents.bind(record, meant);
    return intentId;
  }

  #disown(of: { readonly client: number; readonly id: number }): void {
    const client = clientIndex(of.client);
    const known = this.twin.find(client, `i${of.id}`);
    const record = this.blotter.intents.find(client, `i${of.id}`);
    if (known === undefined || record === undefined) return;
    this.twin.disown(known);
    this.blotter.intents.disown(record);
  }

  #book(of: { readonly client: number; readonly id: number }): void {
    const fill: ClientFill = {
      client: clientIndex(of.client),
      ingestUs: micros(this.nowUs),
      seqId: seqId(1),
      eventUs: micros(this.nowUs),
      orderId: orderId(1),
      intentId: "i",
      instrument: instrumentId(0),
      side: "Buy",
      execution: fillOf(`e${of.id}`).execution,
    };
    this.blotter.fills.push(fill);
    this.clients.all[of.client]?.fills.push(fill);
    this.twin.fills.push({ client: of.client, execId: `e${of.id}`, ingestUs: this.nowUs });
  }

  #wait({ us, most }: { readonly us: number; readonly most: number }): void {
    this.nowUs += us;
    const nowUs = micros(this.nowUs);
    this.blotter.retire(this.clients, { nowUs, horizonUs: HORIZON_US, most });
    this.twin.retire(most, (sinceUs) => sinceUs + HORIZON_US + FUTURE_MAX_US <= this.nowUs);
  }

  #orderAt(place: number): { readonly order: Order; readonly naive: NaiveOrder } | undefined {
    const all = [...this.twin.orders.values()];
    const naive = all[place % Math.max(1, all.length)];
    const order = naive === undefined ? undefined : this.blotter.get(orderId(naive.id));
    return naive === undefined || order === undefined ? undefined : { order, naive };
  }

  check(): void {
    const { blotter, twin } = this;
    strictEqual(blotter.size, twin.orders.size);
    strictEqual(blotter.intents.size, twin.intents.size);
    deepStrictEqual([...blotter.values()].map(shown), [...twin.orders.values()].map(naiveShown));
    deepStrictEqual([...blotter.ended].map(({ id }) => id), twin.ended);
    for (const [client, list] of this.live.entries()) {
      deepStrictEqual([...list].map(({ id }) => id), [...twin.live.get(client) ?? []]);
      strictEqual(list.size, twin.live.get(client)?.size ?? 0);
    }
    deepStrictEqual(idsOf(blotter.intents.queued()), twin.queue.map((intent) => intent.intentId));
    for (const order of blotter.values()) {
      const held = twin.held.get(order.id) ?? [];
      const ids = held.map((intent) => intent.intentId);
      deepStrictEqual(idsOf(blotter.intents.heldBy(order)), ids);
    }
    this.#checkFills();
    for (const { client, id } of this.said) this.#checkIntent(client, id);
    for (let name = 0; name <= 9; name += 1) this.#checkName(`V${name}`);
  }

  #checkFills(): void {
    const { fills } = this.twin;
    deepStrictEqual(execIdsOf(this.blotter.fills), fills.map(({ execId }) => execId));
    for (const client of this.clients.all) {
      const own = fills.filter((fill) => fill.client === client.index);
      deepStrictEqual(execIdsOf(client.fills), own.map(({ execId }) => execId));
    }
  }

  #checkIntent(client: number, intentId: string): void {
    const record = this.blotter.intents.find(clientIndex(client), intentId);
    const naive = this.twin.find(client, intentId);
    strictEqual(record?.ingestUs, naive?.ingestUs);
    strictEqual(record?.contentLow, naive?.content);
    strictEqual(record?.order ?? null, naive?.order ?? null);
    if (naive !== undefined) strictEqual(record?.tag, `t${naive.content}`);
  }

  #checkName(name: string): void {
    for (const instrument of [0, 1, 2, 3].map(instrumentId)) {
      const venue = venueId(instrument % 2);
      if (!this.opened.has(venue)) continue; // asking would open it
      const found = this.blotter.byVenueOrderId(venue, { instrument, name });
      strictEqual(found?.id, this.twin.byName(instrument, name));
    }
  }
}

function see(
  both: { readonly order: Order; readonly naive: NaiveOrder },
  key: string,
): void {
  strictEqual(both.order.hasSeen(key), both.naive.seen.includes(key));
  if (!both.naive.seen.includes(key)) both.naive.seen.push(key);
  if (both.naive.seen.length > 64) both.naive.seen.shift();
}

function write(order: Order, to: NaiveFields): void {
  order.price = to.price === null ? null : px(to.price);
  order.orderQty = qty(to.orderQty);
  order.cumQty = qty(to.cumQty);
  order.notional = to.notional;
  order.isAccepted = to.isAccepted;
  order.wasAbsent = to.wasAbsent;
  order.mustCancel = to.mustCancel;
  order.ttlDueUs = to.ttlDueUs === null ? null : micros(to.ttlDueUs);
  order.doubt = to.doubt;
  for (const [kind, request] of [["Submit", to.submit], ["Cancel", to.cancel]] as const) {
    order.dropRequest(kind);
    if (request === null) continue;
    order.setRequest(kind, requestId(request.id));
    order.setSentUs(kind, request.sentUs === null ? null : micros(request.sentUs));
  }
}

function shown(order: Order): unknown {
  const { id, client, venue, bearer, endedUs, keptSinceUs } = order;
  const names = [...order.formerVenueOrderIds ?? []];
  if (order.venueOrderId !== null) names.push(order.venueOrderId);
  const seen = [...order.seenKeys];
  return {
    id,
    client,
    venue,
    bearer: bearer.intentId,
    fields: fieldsOf(order),
    names,
    seen,
    endedUs,
    keptSinceUs,
  };
}

function naiveShown(order: NaiveOrder): unknown {
  const { id, client, venue, bearer, fields, names, seen, endedUs, keptSinceUs } = order;
  return { id, client, venue, bearer, fields, names, seen, endedUs, keptSinceUs };
}

function idsOf(records: Iterable<{ readonly intentId: string }>): string[] {
  return [...records].map((record) => record.intentId);
}

function execIdsOf(fills: Iterable<ClientFill>): string[] {
  return [...fills].map(({ execution }) => execution.execId);
}

Deno.test("Blotter agrees with its naive twin after every command", () => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 20, maxLength: 120, size: "max" }), (commands) => {
      const pair = new Pair();
      for (const each of commands) {
        pair.run(each);
        pair.check();
      }
    }),
    { numRuns: 150 },
  );
});

for (const [what, before, after] of [["of another venue", 0, 1], ["twice", 1, 1]] as const) {
  Deno.test(`Blotter.openNames() keeps no name ${what}, which nobody would forget`, () => {
    const pair = new Pair();
    for (const id of [1, 5]) pair.run({ kind: "place", client: 0, id }); // one instrument of venue 1
    for (const order of [0, 1]) pair.run({ kind: "name", order, name: 0 });
    for (const venue of [before, before]) pair.run({ kind: "open", venue });
    pair.run({ kind: "drop", order: 1 });
    pair.run({ kind: "open", venue: after });
    pair.check();
  });
}

const KEPT = {
  orders: ({ blotter }: Pair) => blotter.size,
  intents: ({ blotter }: Pair) => blotter.intents.size,
  fills: ({ blotter }: Pair) => blotter.fills.length,
} as const;
for (const what of ["orders", "intents", "fills"] as const) {
  Deno.test(`Blotter.retire() takes at most its budget of ${what} and goes on with the rest`, () => {
    const pair = new Pair();
    for (let id = 0; id < 10; id += 1) {
      if (what === "orders") pair.run({ kind: "place", client: 0, id });
      if (what === "orders") pair.run({ kind: "end", order: id });
      if (what === "intents") pair.run({ kind: "say", client: 0, id });
      if (what === "fills") pair.run({ kind: "book", client: id % CLIENTS, id });
    }
    const kept = KEPT[what];
    strictEqual(kept(pair), 10);
    pair.run({ kind: "wait", us: HORIZON_US + FUTURE_MAX_US - 1, most: 4 });
    strictEqual(kept(pair), 10);
    for (const left of [6, 2, 0]) {
      pair.run({ kind: "wait", us: 1, most: 4 });
      pair.check();
      strictEqual(kept(pair), left);
    }
  });
}
