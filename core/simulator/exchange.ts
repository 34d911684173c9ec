/**
 * The simulated venue itself: takes requests as they arrive, matches, and says what happened.
 *
 * Ordering: a request's answer comes before the fills that it causes, those before the end of the
 * rest. Ids of orders and executions count up and depend on nothing else.
 * A betting market in play holds an order back: it is accepted on arrival, and in no market before
 * the delay is over.
 * Invariant: an ended order never says anything again.
 * Known limits: funds are not checked; `reduceOnly` is enforced before the venue is reached.
 * @module
 */
import type {
  CancelRequest,
  LookupOrder,
  OrderCommand,
  ReplaceRequest,
  SubmitOrder,
} from "../command.ts";
import type { BrokerPayloads, Event, OrderRef, SimulationSettings } from "../event.ts";
import type { Instrument } from "../instrument.ts";
import { unreachable } from "../invariant.ts";
import { LongList, type LongNode } from "../long_node.ts";
import { instrumentId, micros, qty } from "../numbers.ts";
import type { InstrumentId, Micros, VenueId } from "../numbers.ts";
import { BetDelays } from "./bet_delays.ts";
import { expiryOf } from "./expiry.ts";
import { commissionOf } from "./fees.ts";
import { Liquidity } from "./liquidity.ts";
import { Market } from "./market.ts";
import type { Fill } from "./market.ts";
import type { NodeReader } from "../node_reader.ts";
import { Orders } from "./orders.ts";
import type { Outputs } from "./outputs.ts";
import {
  duplicate,
  EXPIRED,
  FILLED_BEYOND,
  notOpen,
  POST_ONLY,
  type Refusal,
  suspended,
} from "./refusals.ts";
import type { SimOrder, SimOrderFields } from "./sim_order.ts";

/** Where and when something happens at the venue. */
export type Scene = {
  readonly atUs: Micros;
  readonly instrument: Instrument;
  readonly settings: SimulationSettings;
};

type MarketEvent = Extract<Event, { readonly source: "market_data" }>;

/** Orders, markets and their messages. */
export class Exchange {
  readonly #venue: VenueId;
  readonly #outputs: Outputs;
  readonly #markets = new Map<InstrumentId, Market>();
  readonly #betDelays = new BetDelays();
  #orders: Orders;
  #nextOrdinal = 1;
  #nextExecution = 1;

  constructor(of: { readonly venue: VenueId; readonly outputs: Outputs }) {
    this.#venue = of.venue;
    this.#outputs = of.outputs;
    this.#orders = new Orders(of.venue);
  }

  /** The open order that expires first, or undefined. */
  nextExpiring(): ReturnType<Orders["nextExpiring"]> {
    return this.#orders.nextExpiring();
  }

  /** Ends an order whose time is up. */
  expire(order: SimOrder, scene: Scene): void {
    this.#leave(order); // before its end, which links it elsewhere
    this.#orders.end(order, "expired");
    const reason = "its time in force has ended";
    this.#say(scene, "OrderExpired", { ...this.#orders.refOf(order), reason });
  }

  /** The order that is held back and enters its market first, or undefined. */
  nextEntering(): ReturnType<Orders["nextEntering"]> {
    return this.#orders.nextEntering();
  }

  /** The delay of an order is over: it meets the market as it is now. */
  enter(order: SimOrder, scene: Scene): void {
    this.#orders.hold(order, null);
    const refusal = this.#entryRefusal(order, scene);
    if (refusal === undefined) return this.#enter(order, scene);
    // One that has traded is no order that never was: what is left of it ends.
    if (order.cumQty > 0) return this.#endCancelled(order, { scene, reason: refusal.text });
    this.#orders.end(order, "rejected");
    const payload = { ...this.#orders.refOf(order), ...refusal, ...stampsOf(scene) };
    this.#say(scene, "OrderRejected", payload);
  }

  /** A request reaches the venue. */
  arrive(command: OrderCommand, scene: Scene): void {
    switch (command.kind) {
      case "Submit":
        return this.#submit(command, scene);
      case "Cancel":
        return this.#cancel(command, scene);
      case "Replace":
        return this.#replace(command, scene);
      case "Lookup":
        return this.#lookup(command, scene);
      default:
        return unreachable(command);
    }
  }

  /** The feed says something about an instrument. */
  market(event: MarketEvent, scene: Scene): void {
    const market = this.#market(scene.instrument);
    switch (event.eventType) {
      case "BookSnapshot":
        return this.#sayFills(market.applySnapshot(event.payload, scene.atUs), scene);
      case "BookDelta":
        return this.#sayFills(market.applyDelta(event.payload, scene.atUs), scene);
      case "TradePrinted":
        return this.#sayFills(market.applyTrade(event.payload), scene);
      case "BookInvalidated":
        return market.invalidate();
      case "QuoteUpdated":
        return; // depth decides: a quote changes no book
      case "MarketDefined":
        return this.#betDelays.define(scene.instrument, event.payload);
      default:
        return unreachable(event);
    }
  }

  /**
   * An instrument was listed anew: its ladder may be another, and no order stays in one that closed.
   * What is known of it now counts: the engine may have refused the listing.
   */
  relist({ id, status }: Instrument, sceneOf: (id: InstrumentId) => Scene): void {
    this.#markets.get(id)?.relist(sceneOf(id).instrument);
    const open = status === "closed" ? this.#orders.open() : [];
    const here = open.filter(({ instrument }) => instrument === id);
    if (here.length === 0) return;
    const scene = sceneOf(id);
    if (scene.instrument.status !== "closed") return;
    for (const order of here) {
      this.#leave(order);
      this.#endCancelled(order, { scene, reason: "the market has closed" });
    }
  }

  /** All feeds are gone: no book is a reference until its next snapshot. */
  invalidateBooks(): void {
    for (const market of this.#markets.values()) market.invalidate();
  }

  checkpoint(): LongNode {
    const markets = [...this.#markets].sort(([first], [second]) => first - second);
    return {
      next_ordinal: this.#nextOrdinal,
      next_execution: this.#nextExecution,
      bet_delays: this.#betDelays.checkpoint(),
      orders: new LongList(this.#orders.rows()),
      markets: markets.map(([instrument, market]) => ({ instrument, market: market.checkpoint() })),
    };
  }

  /** Reads back what `checkpoint` wrote, into a new exchange. */
  restore(node: NodeReader, instrumentOf: (id: InstrumentId) => Instrument): void {
    this.#nextOrdinal = node.integer("next_ordinal");
    this.#nextExecution = node.integer("next_execution");
    if (node.has("bet_delays")) this.#betDelays.restore(node.rows("bet_delays"));
    this.#orders = Orders.restore(this.#venue, node.rows("orders"));
    for (const row of node.rows("markets")) {
      const id = instrumentId(row.integer("instrument"));
      const of = { orders: this.#orders, terms: instrumentOf(id) };
      this.#markets.set(id, Market.restore(row.node("market"), of));
    }
    const shown = this.#orders.open().filter((order) => !order.isDryRun && order.entersUs === null);
    const resting = shown.sort((first, second) => first.rank - second.rank);
    for (const order of resting) this.#market(instrumentOf(order.instrument)).putBack(order);
  }

  #submit(command: SubmitOrder, scene: Scene): void {
    const refusal = this.#submitRefusal(command, scene);
    if (refusal !== undefined) {
      const { order, clOrdId } = command;
      const payload = { order, clOrdId, venueOrderId: null, ...refusal, ...stampsOf(scene) };
      return this.#say(scene, "OrderRejected", payload);
    }
    const order = this.#orders.add(this.#newOrder(command, scene), command.clOrdId);
    this.#say(scene, "OrderAccepted", {
      order: command.order,
      clOrdId: command.clOrdId,
      venueOrderId: this.#orders.venueOrderIdOf(order),
      submitUs: scene.atUs,
      ackUs: ackUsOf(scene),
    });
    this.#admit(order, scene);
  }

  #newOrder(command: SubmitOrder, scene: Scene): SimOrderFields {
    return {
      order: command.order,
      ordinal: this.#nextOrdinal++,
      instrument: command.instrument,
      side: command.side,
      ordType: command.ordType,
      timeInForce: command.timeInForce,
      postOnly: command.postOnly,
      expireUs: expiryOf(command, scene),
      entersUs: null,
      price: command.price,
      orderQty: command.orderQty,
      cumQty: qty(0),
      status: "open",
      rank: 0,
      ahead: null,
      unprinted: qty(0),
      isDryRun: command.dryRun === true,
    };
  }

  #submitRefusal(command: SubmitOrder, scene: Scene): Refusal | undefined {
    if (this.#orders.find(command) !== undefined) return duplicate(command.clOrdId);
    if (command.dryRun === true) return undefined;
    if (scene.instrument.status !== "open") return suspended(scene.instrument);
    const expireUs = expiryOf(command, scene);
    if (expireUs !== null && expireUs <= scene.atUs) return EXPIRED;
    return this.#entryRefusal(command, scene);
  }

  /** Why an order must not enter the market as it is now. */
  #entryRefusal(
    { side, price, postOnly }: Pick<SimOrder, "side" | "price" | "postOnly">,
    { instrument }: Scene,
  ): Refusal | undefined {
    if (instrument.status !== "open") return suspended(instrument);
    const takes = postOnly && this.#market(instrument).isCrossed(side, price);
    return takes ? POST_ONLY : undefined;
  }

  /** Lets an order into its market, at once or when the delay of a market in play is over. */
  #admit(order: SimOrder, scene: Scene): void {
    const delay = order.isDryRun ? undefined : this.#betDelays.of(scene.instrument.id);
    const isFree = delay?.isPassiveFree === true &&
      !this.#market(scene.instrument).isCrossed(order.side, order.price);
    if (delay !== undefined && !isFree) {
      return this.#orders.hold(order, micros(scene.atUs + delay.delayUs));
    }
    this.#orders.hold(order, null); // a replace frees one that was held back
    this.#enter(order, scene);
  }

  /** Takes what crosses; what is left rests, or ends. */
  #enter(order: SimOrder, scene: Scene): void {
    if (order.isDryRun) return this.#enterDry(order, scene);
    const market = this.#market(scene.instrument);
    const isKilled = order.timeInForce === "FOK" && market.available(order) < order.leavesQty;
    const takes = !isKilled && market.isCrossed(order.side, order.price);
    if (takes) this.#sayFills(market.take(order), scene);
    if (order.status !== "open") return;
    if (order.mayRest) return market.rest(order);
    const reason = isKilled
      ? "not all of it could be filled at once"
      : "the rest could not be filled at once";
    this.#endCancelled(order, { scene, reason });
  }

  /** Nothing of a dry run is matched or shown; what may not rest ends at once. */
  #enterDry(order: SimOrder, scene: Scene): void {
    if (order.mayRest) return;
    this.#endCancelled(order, { scene, reason: "a dry run fills nothing" });
  }

  #leave(order: SimOrder): void {
    if (!order.isDryRun) this.#markets.get(order.instrument)?.remove(order);
  }

  #cancel(command: CancelRequest, scene: Scene): void {
    const order = this.#orders.find(command);
    if (order?.status === "open") {
      this.#leave(order);
      return this.#endCancelled(order, { scene, reason: "cancelled on request" });
    }
    const { order: id, clOrdId, venueOrderId } = command;
    const payload = { order: id, clOrdId, venueOrderId, ...notOpen(order, clOrdId) };
    this.#say(scene, "CancelRejected", payload);
  }

  #endCancelled(order: SimOrder, of: { readonly scene: Scene; readonly reason: string }): void {
    this.#orders.end(order, "cancelled");
    const payload = { ...this.#orders.refOf(order), reason: of.reason };
    this.#say(of.scene, "OrderCancelled", payload);
  }

  #replace(command: ReplaceRequest, scene: Scene): void {
    const order = this.#orders.find(command);
    const refusal = this.#replaceRefusal(command, order, scene);
    if (order === undefined || refusal !== undefined) {
      const { order: id, clOrdId, venueOrderId } = command;
      const why = refusal ?? notOpen(order, clOrdId);
      const payload = { order: id, clOrdId, venueOrderId, ...why };
      return this.#say(scene, "ReplaceRejected", payload);
    }
    const price = command.price ?? order.price;
    const keepsPlace = price === order.price && command.orderQty <= order.orderQty;
    if (!keepsPlace) this.#leave(order);
    this.#orders.rename(order, command.newClOrdId);
    order.price = price;
    order.orderQty = command.orderQty;
    this.#orders.extend(order, expiryAfter(command, order));
    const ref = this.#orders.refOf(order);
    const payload = { ...ref, orderQty: order.orderQty, price, ...stampsOf(scene) };
    this.#say(scene, "OrderReplaced", payload);
    if (!keepsPlace) this.#admit(order, scene);
  }

  #replaceRefusal(
    command: ReplaceRequest,
    order: SimOrder | undefined,
    scene: Scene,
  ): Refusal | undefined {
    if (order === undefined || order.status !== "open") return notOpen(order, command.clOrdId);
    const { newClOrdId } = command;
    if (!order.isDryRun && scene.instrument.status !== "open") return suspended(scene.instrument);
    const named = this.#orders.find({ order: command.order, clOrdId: newClOrdId });
    if (named !== undefined) return duplicate(newClOrdId);
    if (command.orderQty <= order.cumQty) return FILLED_BEYOND;
    const expireUs = expiryAfter(command, order);
    if (expireUs !== null && expireUs <= scene.atUs) return EXPIRED;
    if (order.isDryRun) return undefined;
    const { side, postOnly } = order;
    return this.#entryRefusal({ side, postOnly, price: command.price ?? order.price }, scene);
  }

  #lookup(command: LookupOrder, scene: Scene): void {
    const order = this.#orders.find(command);
    const { request } = command;
    if (order === undefined) {
      const payload = { request, order: command.order };
      return this.#say(scene, "OrderNotFound", payload);
    }
    const { status, orderQty, cumQty, price } = order;
    const ref = this.#orders.refOf(order);
    this.#say(scene, "OrderFound", { ...ref, request, status, orderQty, cumQty, price });
  }

  #sayFills(fills: readonly Fill[], scene: Scene): void {
    for (const fill of fills) {
      const payload = { ...this.#orders.refOf(fill.order), ...this.#executionOf(fill, scene) };
      this.#say(scene, "OrderExecuted", payload);
    }
    for (const { order } of fills) {
      if (order.status === "open" && order.leavesQty === 0) this.#orders.end(order, "filled");
    }
  }

  #executionOf(fill: Fill, { instrument, settings }: Scene): ExecutionOf {
    const ratePpm = fill.liquidity === "Maker" ? settings.makerFeePpm : settings.takerFeePpm;
    return {
      execId: `E${this.#venue}-${this.#nextExecution++}`,
      lastQty: fill.qty,
      lastPx: fill.price,
      liquidity: fill.liquidity,
      ...commissionOf(instrument, { price: fill.price, qty: fill.qty, ratePpm }),
      provisional: false,
    };
  }

  #say<Type extends keyof BrokerPayloads>(
    scene: Scene,
    eventType: Type,
    payload: BrokerPayloads[Type],
  ): void {
    const { atUs, instrument, settings } = scene;
    const latencyUs = settings.reportLatencyUs;
    this.#outputs.say({ atUs, latencyUs, instrument: instrument.id }, { eventType, payload });
  }

  #market(terms: Instrument): Market {
    const known = this.#markets.get(terms.id);
    if (known !== undefined) return known;
    const liquidity = new Liquidity(terms);
    const market = new Market({ terms, orders: this.#orders, liquidity, nextRank: 1 });
    this.#markets.set(terms.id, market);
    return market;
  }
}

type ExecutionOf = Omit<BrokerPayloads["OrderExecuted"], keyof OrderRef>;

/** Replaces that a checkpoint of an earlier version kept on their way say nothing of it. */
function expiryAfter(command: ReplaceRequest, order: SimOrder): Micros | null {
  return command.expireUs ?? order.expireUs;
}

/** When the request reached the venue and when its answer is due back. */
function stampsOf(scene: Scene): { submitUs: Micros; ackUs: Micros } {
  return { submitUs: scene.atUs, ackUs: ackUsOf(scene) };
}

function ackUsOf({ atUs, settings }: Scene): Micros {
  return micros(atUs + settings.reportLatencyUs);
}
